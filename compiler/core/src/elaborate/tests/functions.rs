//! Helpers, generics, instances.

use super::{body_with, f, run, try_compile};
use crate::ir::{Const, Scalar};
use crate::program::Binding;

#[test]
fn generics_are_found() {
    let items = "fn twice<F: Float>(self: F) -> F { self + self } fn poly<F: Float>(x: F, c: F) -> F { x * c + F::splat(1.0) }
        fn bits<F: Float>(x: F) -> F { F::from_bits(x.to_bits() + 1) } fn last<T, const N: u32>(a: &[T; N]) -> T { a[N - 1] }
        fn sign(self: f32) -> f32 { if self < 0.0 { -1.0 } else { 1.0 } } fn any<T: Number>(a: T, b: T) -> T { a * b }
        fn neg<F: Float>(x: F) -> bool { x < 0.0 }";
    let text = "out[0] = f[0].twice().to_bits(); let v = f32x2::new(f[0], f[2]); out[1] = v.twice().y.to_bits(); out[2] = poly(v, v).x.to_bits(); out[3] = bits(1.0).to_bits(); out[4] = last(&[1, 2, x[2]]); let s = v.sign(); out[5] = s.y.to_bits(); out[6] = any(3, x[1]); out[7] = select(neg(v), 1, 0).y;";
    assert_eq!(
        body_with(items, text, &[1, 2, 3], &[0.5, 1.5, -2.5]),
        [f(1.0), f(-5.0), f(1.25), f(1.0) + 1, 3, f(-1.0), 6, 1]
    );
}

#[test]
fn const_generics() {
    let items = "fn scaled<const N: u32>(x: u32) -> u32 { x * N } fn outer<const M: u32>(x: u32) -> u32 { scaled::<{ M + 1 }>(x) + scaled::<M>(x) } fn flag<const B: bool>() -> u32 { if B { 1 } else { 2 } }";
    assert_eq!(
        body_with(
            items,
            "out[0] = outer::<4>(x[1]); out[1] = flag::<true>() + flag::<{ !true }>() * 10;",
            &[1, 2],
            &[]
        )[..2],
        [18, 21]
    );
}

#[test]
fn instances() {
    let text = "enum Op { Add, Mul } #[kernel(workgroup = N)] fn k<T: Number, const N: u32, const OP: Op>(a: T, x: &[T], out: &mut [T]) { let y: T = x[0]; out[0] = match OP { Op::Add => y + a, Op::Mul => y * a }; out[1] = N as T; }";
    let (_, program) = super::program(&[("test.rs", text)]);
    let id = program.lookup(crate::source::FileId(0), "Op").unwrap();
    let bindings = |scalar| vec![Binding::Scalar(scalar), Binding::Int(32), Binding::Case(id, 1)];
    let done = try_compile(text, bindings(Scalar::F32), &[]).unwrap();
    assert_eq!(done.kernel.workgroup[0], 32);
    let done = try_compile(text, bindings(Scalar::U32), &[]).unwrap();
    let mut one = done;
    one.kernel.workgroup = [1, 1, 1];
    assert_eq!(run(&one, &[Const::u32(5)], &[vec![3], vec![0; 2]]), [15, 32]);
}

#[test]
fn prelude_on_lanes() {
    let text = "let v = f32x4::new(f[0], f[1], f[2], f[3]); let e = v.sigmoid(); out[0] = e.x.to_bits(); out[1] = f[0].sigmoid().to_bits(); let t = v.tanh(); out[2] = t.z.to_bits(); out[3] = f[2].tanh().to_bits(); out[4] = v.max_or_nan(0.0).z.to_bits();";
    let out = super::body(text);
    assert_eq!((out[0], out[2]), (out[1], out[3]));
    assert_eq!(out[4], f(0.0));
}

#[test]
fn prelude_below_the_normal_numbers() {
    // WebGPU may take them as zero: so the cases of `tests/run` have none of them.
    let text = "out[0] = f[0].log2().to_bits(); out[1] = f[0].log10().to_bits(); out[2] = f[0].ln_1p().to_bits(); out[3] = f[1].cbrt().to_bits(); out[4] = f[0].powf(-0.5).to_bits(); out[5] = f[0].atan2(f[1]).to_bits(); out[6] = (-140.5).exp2().to_bits(); out[7] = f[0].hypot(f[1]).to_bits();";
    let (a, b) = (1.234e-41_f32, -5.6e-42_f32);
    let out = body_with("", text, &[], &[a, b]);
    let (a, b) = (f64::from(a), f64::from(b));
    let right = [a.log2(), a.log10(), a.ln_1p(), b.cbrt(), a.powf(-0.5), a.atan2(b), (-140.5_f64).exp2(), a.hypot(b)];
    for (at, (bits, right)) in out.iter().zip(right).enumerate() {
        // Floats of one sign are in order of their bits.
        let off = bits.abs_diff((right as f32).to_bits());
        assert!(off <= 4, "{at}: {} is not {right}", f32::from_bits(*bits));
    }
}
