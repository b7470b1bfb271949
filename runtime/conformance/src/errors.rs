//! How far results are from what they should be, and how far they may be.

use crate::case::Outcome;
use crate::tolerance::spacing;
use std::fmt::{self, Display};
use wgpuc_abi::Scalar;

/// How an error is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Values that are not the same bits.
    Differing,
    /// Units in the last place of an f32.
    Ulp,
    /// A share of the right result.
    Relative,
}

/// The error that came nearest to its bound, or furthest past it.
#[derive(Clone, Debug, PartialEq)]
pub struct Worst {
    /// How it is counted.
    pub measure: Measure,
    /// How large it is.
    pub error: f64,
    /// How large it may be.
    pub bound: f64,
    /// What it was found in.
    pub at: String,
}

impl Worst {
    /// The error as a share of its bound.
    #[must_use]
    pub fn share(&self) -> f64 {
        match self.error {
            0.0 => 0.0,
            error if error.is_nan() => f64::INFINITY,
            error => error / self.bound,
        }
    }
}

/// Collects the checks of one case.
#[derive(Debug, Default)]
pub struct Errors {
    /// The worst of them.
    pub worst: Option<Worst>,
}

impl Errors {
    /// Fails unless two lists are the same.
    ///
    /// # Errors
    /// Says where they first differ.
    pub fn same<T: PartialEq + fmt::Debug>(&mut self, what: impl Display, got: &[T], want: &[T]) -> Outcome {
        let differing = got.iter().zip(want).filter(|(a, b)| a != b).count() + got.len().abs_diff(want.len());
        if self.record(Measure::Differing, differing as f64, 0.0, &what) {
            return Ok(());
        }
        let first = got.iter().zip(want).position(|(a, b)| a != b).unwrap_or(got.len().min(want.len()));
        let value = |list: &[T]| list.get(first).map_or("nothing".to_owned(), |v| format!("{v:?}"));
        let text = format!("{what}, element {first} is {}, not {} ({differing} differ)", value(got), value(want));
        Err(text.into())
    }

    /// Fails unless a number is within a relative distance, or both are NaN, or the same infinity.
    ///
    /// # Errors
    /// Says what it is, and what it should be.
    pub fn relative(&mut self, what: impl Display, got: f32, want: f64, bound: f64) -> Outcome {
        let off = (f64::from(got) - want).abs();
        let error = if same_number(got, want) { 0.0 } else { off / want.abs() };
        if self.record(Measure::Relative, error, bound, &what) {
            return Ok(());
        }
        Err(format!("{what} is {got:e}, not {want:e} within {bound:e}").into())
    }

    /// Fails unless a number is within some units in the last place of an f32, or both are NaN.
    ///
    /// # Errors
    /// Says what it is, and what it should be.
    pub fn ulp(&mut self, what: impl Display, got: f32, want: f64, bound: f64) -> Outcome {
        let nearest = want as f32;
        let error = if same_number(got, want) || (nearest.is_infinite() && got == nearest) {
            0.0
        } else {
            (f64::from(got) - want).abs() / spacing(Scalar::F32, want)
        };
        if self.record(Measure::Ulp, error, bound, &what) {
            return Ok(());
        }
        Err(format!("{what} is {got:e}, not {want:e}: {error} ULP").into())
    }

    /// Fails unless an error that the case has computed is within its bound, both relative.
    ///
    /// # Errors
    /// Says both.
    pub fn within(&mut self, what: impl Display, error: f64, bound: f64) -> Outcome {
        if self.record(Measure::Relative, error, bound, &what) {
            return Ok(());
        }
        Err(format!("{what}: the error is {error:e}, and may be {bound:e}").into())
    }

    /// Whether the error is within its bound; keeps it where it is the worst so far.
    pub(crate) fn record(&mut self, measure: Measure, error: f64, bound: f64, at: &dyn Display) -> bool {
        let new = Worst { measure, error, bound, at: String::new() };
        let share = new.share();
        // Of errors that are all 0, the one with the widest bound says most.
        if self.worst.as_ref().is_none_or(|old| (share, bound) > (old.share(), old.bound)) {
            self.worst = Some(Worst { at: at.to_string(), ..new });
        }
        share <= 1.0
    }
}

fn same_number(got: f32, want: f64) -> bool {
    got.is_nan() && want.is_nan() || f64::from(got) == want
}
