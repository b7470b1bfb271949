//! Generated host code, as the goldens have it, over the real runtime on the CPU backend.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::Path;
use wgpuc_conformance::Package;
use wgpuc_runtime::{Backend, Gpu, GpuError, Guest};

#[allow(dead_code, unreachable_pub, reason = "a host calls what it needs")]
mod rows {
    include!("golden/rows/expected/host/ops.rs");
}
#[allow(dead_code, unreachable_pub, reason = "a host calls what it needs")]
mod saxpy {
    include!("golden/saxpy/expected/host/ops.rs");
}

/// A guest's memory with the kernels of a golden.
fn guest(case: &str) -> Guest {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(case).join("kernels");
    let input = wgpuc_build::read_folder(&dir).unwrap();
    let package = Package::compile(&input).map_err(|failure| failure.diagnostics).unwrap();
    let gpu = Gpu::builder().backend(Backend::Cpu).kernels(package.bundle()).build().unwrap();
    gpu.guest(gpu.default_quota()).unwrap()
}

#[test]
fn records_and_enums_reach_the_kernels() {
    use rows::{Buffer, RowParams, What, row_sums};
    let mut guest = guest("rows");
    let input = Buffer::from_slice(&mut guest, &[1.0f32, 2.0, 3.0, 10.0, 20.0, 30.0]).unwrap();
    let output = Buffer::create(&mut guest, 2).unwrap();
    for (what, expected) in [(What::Sum, [6.0, 60.0]), (What::Mean, [2.0, 20.0])] {
        row_sums(&mut guest, RowParams { rows: 2, columns: 3, what }, &input, &output).unwrap();
        assert_eq!(output.download(&mut guest).unwrap(), expected);
    }
    let too_many = RowParams { rows: 3, columns: 2, what: What::Sum };
    let error = row_sums(&mut guest, too_many, &input, &output).unwrap_err();
    let message = "row-sums: output.len() is 2, but must be at least 3 (params.rows)";
    assert_eq!(error, GpuError::InvalidParams(message.into()));
    assert_eq!(output.download(&mut guest).unwrap(), [2.0, 20.0]);
    input.destroy(&mut guest).unwrap();
}

#[test]
fn scalars_and_parts_of_buffers_too() {
    use saxpy::{Buffer, saxpy};
    let mut guest = guest("saxpy");
    let x = Buffer::from_slice(&mut guest, &[1.0f32; 1000]).unwrap();
    let y = Buffer::create(&mut guest, 1000).unwrap();
    y.upload(&mut guest, 998, &[5.0, 6.0]).unwrap();
    saxpy(&mut guest, 2.5, &x, &y).unwrap();
    let mut last = [0.0f32; 3];
    y.download_into(&mut guest, 997, &mut last).unwrap();
    assert_eq!(last, [2.5, 7.5, 8.5]);
    assert!(matches!(y.upload(&mut guest, 999, &[0.0, 0.0]), Err(GpuError::InvalidParams(_))));
}
