//! Trains a random forest on the diabetes data and predicts the test rows, with all sampling, scoring and prediction
//! done by kernels of the host. The twin of `../cpp`: the same trees and predictions, bit for bit.
//!
//!     diabetes [--seed N] [--trees N] [--digest] [--dump FILE] [DATA-FOLDER]

mod forest;
mod random;
mod scorer;
mod table;

/// The generated bindings.
#[allow(dead_code)]
mod gpu {
    include!(env!("WASI_GPU_RS"));
}

use forest::{Forest, Grower, predict};
use scorer::Scorer;
use std::process::ExitCode;
use std::time::Instant;
use table::Table;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

struct Options {
    folder: String,
    dump: Option<String>,
    seed: u32,
    n_trees: u32,
    digest: bool,
}

/// The options, or nothing where they make no sense.
fn parse_options(mut args: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options { folder: "/data".into(), dump: None, seed: 0, n_trees: 200, digest: false };
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--digest" => options.digest = true,
            "--dump" => options.dump = Some(args.next()?),
            "--seed" => options.seed = args.next()?.parse().ok()?,
            "--trees" => options.n_trees = args.next()?.parse().ok().filter(|n| *n > 0)?,
            _ if arg.starts_with("--") => return None,
            _ => options.folder = arg,
        }
    }
    Some(options)
}

/// The bytes that two runs must agree on: the packed forest, then the predictions.
fn result_bytes(forest: &Forest, predictions: &[f32]) -> Vec<u8> {
    let node = |n: &gpu::TreeNode| [n.feature as u32, n.value.to_bits(), n.left, n.right];
    let words = forest.nodes.iter().flat_map(node).chain(forest.offsets.iter().copied());
    words.chain(predictions.iter().map(|p| p.to_bits())).flat_map(u32::to_le_bytes).collect()
}

/// FNV-1a, 64 bits.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

fn mean_squared_error(predictions: &[f32], labels: &[f32]) -> f64 {
    let errors = predictions.iter().zip(labels).map(|(p, l)| f64::from(*p) - f64::from(*l));
    errors.map(|error| error * error).sum::<f64>() / labels.len() as f64
}

fn run(options: &Options) -> Result<()> {
    let train = Table::load(&format!("{}/diabetes_train.csv", options.folder))?;
    let test = Table::load(&format!("{}/diabetes_test.csv", options.folder))?;
    if train.n_features != test.n_features {
        return Err("the two files differ in their columns".into());
    }
    let device = gpu::Device::info();
    let kind = if device.is_hardware { "hardware" } else { "software" };
    println!("device: {} ({}, {kind})", device.name, device.backend);
    let scorer = Scorer::new(&train)?;

    let start = Instant::now();
    let forest = Grower::new(&train, &scorer, options.n_trees, options.seed).grow()?;
    let seconds = start.elapsed().as_secs_f64();
    println!("training: {} trees, {} nodes in {seconds:.3} s", options.n_trees, forest.nodes.len());

    let start = Instant::now();
    let predictions = predict(&forest, &test)?;
    println!("prediction: {} rows in {:.3} ms", test.n_rows(), start.elapsed().as_secs_f64() * 1e3);

    println!("mean squared error: {:.2}", mean_squared_error(&predictions, &test.labels));
    let bytes = result_bytes(&forest, &predictions);
    if options.digest {
        println!("digest: {:016x}", digest(&bytes));
    }
    if let Some(file) = &options.dump {
        std::fs::write(file, bytes).map_err(|error| format!("cannot write {file}: {error}"))?;
    }
    Ok(())
}

fn main() -> ExitCode {
    let Some(options) = parse_options(std::env::args().skip(1)) else {
        eprintln!("usage: diabetes [--seed N] [--trees N] [--digest] [--dump FILE] [DATA-FOLDER]");
        return ExitCode::from(2);
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
