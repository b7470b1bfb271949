//! A host: runs a guest on the fastest device of this machine, with the kernels embedded.
//!
//! The guest is not trusted: it reaches the device through these kernels alone, and its memory and time have limits.

use std::error::Error;
use std::time::Duration;
use wgpuc_runtime::{Gpu, RunOptions};

/// The compiled kernels, and a typed function for each op.
#[allow(dead_code)]
mod kernels {
    wgpuc_runtime::include_kernels!();
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: {{name}}-host GUEST.wasm")?;
    let gpu = Gpu::builder().kernels(kernels::bundle()?).build()?;
    let guest = std::fs::read(&path).map_err(|why| format!("cannot read {path}: {why}"))?;
    let limits =
        RunOptions { memory_bytes: Some(1 << 30), timeout: Some(Duration::from_secs(60)), ..Default::default() };
    let code = gpu.run(&guest, &limits)?;
    std::process::exit(code)
}
