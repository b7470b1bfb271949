//! The lowering against the interpreter.

use super::run;
use crate::interp::assert_same;
use crate::ir::random::{self, Options};
use crate::ir::{Kernel, ParamKind, Scalar, verify};

fn lowered(kernel: &mut Kernel) -> (Kernel, bool) {
    crate::passes::explicit::run(kernel);
    crate::passes::lower_copies::run(kernel);
    crate::passes::lower_views::run(kernel);
    let mut plain = kernel.clone();
    let any = run(&mut plain);
    verify(&plain).unwrap();
    (plain, any)
}

fn has(kernel: &Kernel, wanted: &[Scalar]) -> bool {
    let buffers = kernel.params.iter().filter_map(|p| match &p.kind {
        ParamKind::Buffer(buffer) => Some(buffer.elem.scalar),
        ParamKind::Scalar(_) => None,
    });
    let mut scalars = buffers.chain(kernel.values.iter().map(|v| v.ty.scalar));
    scalars.any(|scalar| wanted.contains(&scalar))
}

/// Random kernels with narrow buffers and conversions, before and after.
#[test]
fn means_the_same() {
    let mut n_lowered = 0;
    for seed in 0..600 {
        let mut kernel = random::kernel(seed);
        let (plain, any) = lowered(&mut kernel);
        n_lowered += u32::from(any);
        assert!(!has(&plain, &[Scalar::U8, Scalar::I8, Scalar::Bf16]));
        assert_same(&kernel, &plain, seed);
    }
    assert!(n_lowered > 200, "only {n_lowered} kernels had narrow types");
}

/// Without the feature, `f16` is taken apart too.
#[test]
fn half_floats_mean_the_same() {
    let options = Options { f16: false, ..Options::default() };
    let mut n_lowered = 0;
    for seed in 0..600 {
        let mut kernel = random::kernel_with(seed, &options);
        n_lowered += u32::from(has(&kernel, &[Scalar::F16]));
        let (plain, _) = lowered(&mut kernel);
        assert!(!has(&plain, &[Scalar::F16]));
        assert_same(&kernel, &plain, seed);
    }
    assert!(n_lowered > 100, "only {n_lowered} kernels had f16");
}
