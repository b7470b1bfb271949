//! Launches for random kernels, and the comparison of what two runs leave: for tests of passes and targets.

use super::{Launch, args};
use crate::ir::random::Rng;
use crate::ir::{Const, Kernel, ParamKind, Scalar, Type, eval};

/// A launch for a kernel of [`crate::ir::random`]: a few workgroups, and a buffer of its own for each parameter, with
/// an element for each invocation where the kernel writes, and a few where it only reads.
#[must_use]
pub fn random_launch(kernel: &Kernel, seed: u64) -> Launch {
    let mut rng = Rng::new(seed ^ 0x5eed);
    let grid = [1 + rng.below(3) as u32, 1, 1];
    let n_invocations = kernel.workgroup.iter().product::<u32>() as usize * grid[0] as usize;
    let (mut scalars, mut buffers) = (vec![], vec![]);
    for param in &kernel.params {
        match &param.kind {
            ParamKind::Scalar(scalar) => scalars.push(Const::scalar(*scalar, number(*scalar, &mut rng))),
            ParamKind::Buffer(buffer) => {
                let elems = if buffer.mutable { n_invocations } else { 1 + rng.below(20) };
                let items = elems.div_ceil(buffer.elems_per_item as usize);
                let lanes = items * buffer.elems_per_item as usize * usize::from(buffer.elem.lanes);
                let lane = |_| {
                    let bits = number(buffer.elem.scalar, &mut rng).to_le_bytes();
                    bits.into_iter().take(buffer.elem.scalar.bytes() as usize)
                };
                buffers.push((0..lanes).flat_map(lane).collect());
            }
        }
    }
    Launch { grid, args: args(kernel, &scalars), buffers }
}

/// Some number; a NaN is always the one without payload.
fn number(scalar: Scalar, rng: &mut Rng) -> u64 {
    let small = rng.below(20) as f64 - 4.0;
    match rng.below(8) {
        0 => {
            let bits = rng.bits() >> (64 - eval::width(scalar));
            let zero = Const::zero(Type::scalar(scalar));
            let nan = eval::as_f64(scalar, bits).is_nan();
            if nan { zero.lanes[0] } else { bits }
        }
        1 => eval::from_f64(scalar, small * 1.25e9),
        2 => eval::from_f64(scalar, small / 16.0),
        _ => eval::from_f64(scalar, small),
    }
}

/// Where the buffers of two launches of one kernel differ, any NaN being the same as any other; for a message.
#[must_use]
pub fn difference(kernel: &Kernel, a: &Launch, b: &Launch) -> Option<String> {
    if a.buffers.len() != b.buffers.len() {
        return Some(format!("{} buffers and {}", a.buffers.len(), b.buffers.len()));
    }
    for (param, arg) in kernel.params.iter().zip(&a.args) {
        let (ParamKind::Buffer(buffer), super::Arg::Buffer { buffer: at, .. }) = (&param.kind, arg) else { continue };
        let (Some(a), Some(b)) = (a.buffers.get(*at), b.buffers.get(*at)) else { continue };
        let scalar = buffer.elem.scalar;
        let size = scalar.bytes() as usize;
        if a.len() != b.len() {
            return Some(format!("{}: {} bytes and {}", param.name, a.len(), b.len()));
        }
        for (i, (a, b)) in a.chunks(size).zip(b.chunks(size)).enumerate() {
            let [left, right] = [a, b].map(|bytes| {
                let mut word = [0; 8];
                word[..bytes.len()].copy_from_slice(bytes);
                u64::from_le_bytes(word)
            });
            let are_nan = [left, right].iter().all(|bits| eval::as_f64(scalar, *bits).is_nan());
            if left != right && !are_nan {
                let [x, y] = [left, right].map(|bits| eval::as_f64(scalar, bits));
                return Some(format!("{}, lane {i}: {x} ({left:#x}) and {y} ({right:#x})", param.name));
            }
        }
    }
    None
}

/// Runs two kernels on the same launch, and wants the same of both, faults included.
#[cfg(test)]
#[track_caller]
pub(crate) fn assert_same(a: &Kernel, b: &Kernel, seed: u64) {
    let start = random_launch(a, seed);
    let options = super::Options { seed, subgroup_size: 4, ..super::Options::default() };
    let results = [a, b].map(|kernel| {
        let mut launch = start.clone();
        let outcome = super::run(kernel, &mut launch, &options)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{}", crate::ir::print(kernel)));
        (launch, outcome)
    });
    let [(x, out_x), (y, out_y)] = &results;
    let difference = difference(a, x, y).or_else(|| {
        let fault = |outcome: &super::Outcome| outcome.fault.is_some();
        (fault(out_x) != fault(out_y)).then(|| format!("fault {:?} and {:?}", out_x.fault, out_y.fault))
    });
    if let Some(difference) = difference {
        panic!("seed {seed}: {difference}\n{}\n{}", crate::ir::print(a), crate::ir::print(b));
    }
}
