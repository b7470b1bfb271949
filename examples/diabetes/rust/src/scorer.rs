//! The device's part of training: bootstrap samples and split scores.

use crate::gpu::{self, BootstrapParams, Buffer, Error, FindSplitParams};
use crate::table::Table;

/// Features tried at each split.
pub const TRIED_FEATURES: usize = 4;

/// A feature to split on, and the thresholds to try.
pub struct Candidate {
    pub feature: usize,
    pub thresholds: Vec<f32>,
}

/// A node to be split: the rows in it, and what may split it.
pub struct Split {
    pub samples: Vec<u32>,
    pub candidates: Vec<Candidate>,
}

struct Slot {
    indices: Buffer<u32>,
    candidates: Vec<CandidateSlot>,
}

struct CandidateSlot {
    thresholds: Buffer<f32>,
    scores: Buffer<f32>,
}

impl Slot {
    fn new(n_rows: usize) -> Result<Self, Error> {
        let candidate = || Ok(CandidateSlot { thresholds: Buffer::create(n_rows)?, scores: Buffer::create(n_rows)? });
        let candidates = (0..TRIED_FEATURES).map(|_| candidate()).collect::<Result<_, Error>>()?;
        Ok(Self { indices: Buffer::create(n_rows)?, candidates })
    }
}

/// Scores the splits of many nodes with one read.
///
/// Each node has buffers of its own, so that no call waits for another, and all scores are gathered in one buffer on
/// the device: a read waits for the device, and a forest has 174 000 pairs of node and feature.
pub struct Scorer {
    n_rows: usize,
    n_features: usize,
    data: Buffer<f32>,
    labels: Buffer<f32>,
    drawn: Buffer<u32>,
    gathered: Buffer<f32>,
    slots: Vec<Slot>,
}

impl Scorer {
    /// Nodes that one `score` may hold.
    pub const MAX_WAVE: usize = 64;

    pub fn new(table: &Table) -> Result<Self, Error> {
        let n_rows = table.n_rows();
        Ok(Self {
            n_rows,
            n_features: table.n_features,
            data: Buffer::from_slice(&table.features)?,
            labels: Buffer::from_slice(&table.labels)?,
            drawn: Buffer::create(n_rows)?,
            gathered: Buffer::create(Self::MAX_WAVE * TRIED_FEATURES * n_rows)?,
            slots: (0..Self::MAX_WAVE).map(|_| Slot::new(n_rows)).collect::<Result<_, _>>()?,
        })
    }

    /// Draws as many rows as the table has, with replacement.
    pub fn bootstrap(&self, seed: u32) -> Result<Vec<u32>, Error> {
        let n_rows = self.n_rows as u32;
        gpu::kernel_bootstrap_sample(BootstrapParams { n_samples: n_rows, seed, max_index: n_rows }, &self.drawn)?;
        self.drawn.download()
    }

    /// The score of every threshold of every candidate, in their order.
    pub fn score(&self, wave: &[Split]) -> Result<Vec<f32>, Error> {
        let mut n_scores = 0;
        for (split, slot) in wave.iter().zip(&self.slots) {
            slot.indices.upload(&split.samples)?;
            for (candidate, place) in split.candidates.iter().zip(&slot.candidates) {
                let n_thresholds = candidate.thresholds.len();
                let params = FindSplitParams {
                    n_samples: split.samples.len() as u32,
                    n_features: self.n_features as u32,
                    feature_idx: candidate.feature as u32,
                    n_thresholds: n_thresholds as u32,
                };
                place.thresholds.upload(&candidate.thresholds)?;
                gpu::kernel_find_split(
                    params,
                    &self.data,
                    &self.labels,
                    &slot.indices,
                    &place.thresholds,
                    &place.scores,
                )?;
                self.gathered.copy_from(&place.scores, 0, n_scores, n_thresholds)?;
                n_scores += n_thresholds;
            }
        }
        if n_scores == 0 { Ok(Vec::new()) } else { self.gathered.download_range(0..n_scores) }
    }
}
