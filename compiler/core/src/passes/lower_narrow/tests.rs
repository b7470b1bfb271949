//! The lowering against the interpreter.

use super::run;
use crate::interp::{self, Launch, assert_same};
use crate::ir::build::Builder;
use crate::ir::random::{self, Options, Rng};
use crate::ir::{Buffer, Builtin, Expr, Kernel, Op, ParamKind, Place, Scalar, Type, eval, verify};
use crate::source::{FileId, Span};

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

/// `out[i] = input[i] as to`, for one workgroup.
fn conversion(from: Scalar, to: Scalar, n: u32) -> Kernel {
    let mut b = Builder::new("convert", [n, 1, 1], Span { file: FileId(0), start: 0, end: 0 });
    let [input, out] = [(from, false), (to, true)].map(|(scalar, mutable)| {
        let elem = Type::scalar(scalar);
        let kind = Buffer { elem, elems_per_item: 1, mutable, may_alias: false, atomic: false, packed: None };
        Place::Buffer(b.param(if mutable { "out" } else { "input" }, ParamKind::Buffer(kind)))
    });
    let i = b.def(Type::U32, Expr::Builtin(Builtin::LocalIndex));
    let value = b.load(input, i, "input");
    let value = if from == to { value } else { b.cast(Op::Convert, value, Type::scalar(to)) };
    b.store(out, i, value, "out");
    b.finish()
}

/// Numbers of every size, many of them half way between two of a narrower type, or just beside.
fn near_halves(scalar: Scalar, rng: &mut Rng) -> u64 {
    let width = eval::width(scalar);
    let beside = [0, 1, u64::MAX][rng.below(3)];
    let bits = match scalar {
        // The digits that bf16 and f16 drop.
        Scalar::F32 => {
            let dropped = [16, 13][rng.below(2)];
            (rng.bits() >> dropped << dropped | 1 << (dropped - 1)).wrapping_add(beside)
        }
        _ => {
            let top = rng.below(width as usize);
            let low = [8, 11][rng.below(2)].min(top);
            let digits = 1 << top | (rng.bits() & ((1 << top) - 1)) >> (top - low) << (top - low);
            let value = digits.wrapping_add(beside);
            if rng.chance(30) { value.wrapping_neg() } else { value }
        }
    };
    bits & (u64::MAX >> (64 - width))
}

/// Numbers that are rounded, and all bytes.
#[test]
fn conversions_round_once() {
    use Scalar::{Bf16, F16, F32, I8, I32, I64, U8, U32, U64};
    const N: u32 = 4096;
    let mut rng = Rng::new(1);
    for from in [U8, I8, Bf16, F16, F32, I32, U32, I64, U64] {
        for to in [U8, I8, Bf16, F16, F32, I32, U32] {
            let mut kernel = conversion(from, to, N);
            let (plain, _) = lowered(&mut kernel);
            let value = |i: u32| match from.bytes() {
                1 => u64::from(i & 0xff),
                2 => u64::from(i * 16 + i % 16),
                _ => near_halves(from, &mut rng),
            };
            let input = (0..N).map(value).collect::<Vec<_>>();
            let input = input.iter().flat_map(|bits| bits.to_le_bytes().into_iter().take(from.bytes() as usize));
            let buffers = vec![input.collect(), vec![0; (N * to.bytes()) as usize]];
            let start = Launch { grid: [1; 3], args: interp::args(&kernel, &[]), buffers };
            let [before, after] = [&kernel, &plain].map(|kernel| {
                let mut launch = start.clone();
                interp::run(kernel, &mut launch, &interp::Options::default()).unwrap();
                launch
            });
            assert_eq!(interp::difference(&kernel, &before, &after), None, "{} to {}", from.name(), to.name());
        }
    }
}
