//! Times the standard kernels on the CPU backend and on lavapipe, in one run: `cargo run --release -p wgpuc-tests
//! --example figures`.
//!
//! Each figure is the median of several calls with a `sync` after each, so it includes the call itself.

use std::time::Instant;
use wgpuc_runtime::GpuError;
use wgpuc_tests::machine::{Executor, Machine};
use wgpuc_tests::random::Random;

/// A kernel at a size: its name, its bytes read and written (or its operations), and how to call it.
struct Work {
    name: &'static str,
    /// Counted per call.
    amount: f64,
    unit: &'static str,
    op: &'static str,
    words: Vec<u32>,
}

const EXECUTORS: [Executor; 2] = [Executor::Cpu, Executor::Wgpu("llvmpipe")];
const REPEATS: usize = 7;

fn main() -> anyhow::Result<()> {
    for executor in EXECUTORS {
        let Some(mut machine) = executor.open()? else {
            println!("{}: not here", executor.name());
            continue;
        };
        println!("{}", machine.info);
        for work in works(&mut machine).map_err(said)? {
            let seconds = median(&mut machine, &work).map_err(said)?;
            println!("{:<44} {:>10.3} ms {:>8.2} {}", work.name, seconds * 1e3, work.amount / seconds / 1e9, work.unit);
        }
    }
    Ok(())
}

fn said(error: GpuError) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}

fn median(machine: &mut Machine, work: &Work) -> Result<f64, GpuError> {
    let mut times = vec![];
    for _ in 0..=REPEATS {
        let start = Instant::now();
        machine.call(work.op, &work.words)?;
        machine.guest.sync();
        times.push(start.elapsed().as_secs_f64());
    }
    // The first call compiles.
    let mut times = times.split_off(1);
    times.sort_by(f64::total_cmp);
    Ok(times[REPEATS / 2])
}

fn works(m: &mut Machine) -> Result<Vec<Work>, GpuError> {
    const N: usize = 4 << 20;
    let mut random = Random::new(1);
    let a = m.upload_f32(&random.numbers(N, 2.0))?;
    let b = m.upload_f32(&random.numbers(N, 2.0))?;
    let out = m.poisoned(N)?;
    let n = N as u32;
    let gb = |arrays: usize| (arrays * N * 4) as f64;
    let mut works = vec![
        Work {
            name: "elementwise relu, 4 Mi",
            amount: gb(2),
            unit: "GB/s",
            op: "kernel-elementwise",
            words: vec![n, 0, a, 0, 0, out],
        },
        Work {
            name: "elementwise add, 4 Mi",
            amount: gb(3),
            unit: "GB/s",
            op: "kernel-elementwise",
            words: vec![n, 3, a, 1, b, out],
        },
        Work {
            name: "elementwise exp, 4 Mi",
            amount: gb(2),
            unit: "GB/s",
            op: "kernel-elementwise",
            words: vec![n, 6, a, 0, 0, out],
        },
        Work { name: "reduce sum, 4 Mi", amount: gb(1), unit: "GB/s", op: "kernel-reduce", words: vec![n, 0, a, out] },
        Work {
            name: "reduce variance, 4 Mi",
            amount: gb(2),
            unit: "GB/s",
            op: "kernel-reduce",
            words: vec![n, 4, a, out],
        },
        Work {
            name: "bootstrap-sample, 4 Mi",
            amount: gb(1),
            unit: "GB/s",
            op: "kernel-bootstrap-sample",
            words: vec![n, 1, 353, out],
        },
        Work {
            name: "average, 41943 x 100",
            amount: gb(1),
            unit: "GB/s",
            op: "kernel-average",
            words: vec![100, 41_943, a, out],
        },
    ];
    let one = 1.0f32.to_bits();
    works.push(Work {
        name: "matmul 512 x 512 x 512",
        amount: 2.0 * 512f64.powi(3),
        unit: "GFLOP/s",
        op: "kernel-matmul",
        words: vec![512, 512, 512, 0, 0, one, 0, a, b, out],
    });
    let indices: Vec<u32> = (0..353).map(|_| random.below(353)).collect();
    let (indices, thresholds) = (m.upload(&indices)?, m.upload_f32(&random.numbers(128, 2.0))?);
    works.push(Work {
        name: "find-split, 353 samples, 128 thresholds",
        amount: 353.0 * 128.0,
        unit: "G pairs/s",
        op: "kernel-find-split",
        words: vec![353, 10, 3, 128, a, b, indices, thresholds, out],
    });
    let (nodes, offsets) = forest(100, 8, &mut random);
    let (nodes, offsets) = (m.upload(&nodes)?, m.upload(&offsets)?);
    works.push(Work {
        name: "batch-predict, 65536 x 32, 100 trees of 8",
        amount: 65_536.0 * 100.0,
        unit: "G walks/s",
        op: "kernel-batch-predict",
        words: vec![65_536, 32, 100, 8, a, nodes, offsets, out],
    });
    Ok(works)
}

/// Complete trees of that depth, in the order of a heap.
fn forest(n_trees: u32, depth: u32, random: &mut Random) -> (Vec<u32>, Vec<u32>) {
    let inner = (1u32 << depth) - 1;
    let mut nodes = vec![];
    for _ in 0..n_trees {
        for at in 0..2 * inner + 1 {
            let value = (random.signed() * 2.0).to_bits();
            let is_leaf = at >= inner;
            nodes.extend(if is_leaf {
                [u32::MAX, value, 0, 0]
            } else {
                [random.below(32), value, 2 * at + 1, 2 * at + 2]
            });
        }
    }
    (nodes, (0..n_trees).map(|t| t * (2 * inner + 1)).collect())
}
