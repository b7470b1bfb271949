//! Whether an output is what it should be: some of its elements, computed again on the host.

use crate::bench::{Bench, POISON};
use crate::numbers::{Numbers, Range};
use crate::{Error, suite::Call};

/// Elements of an output that are looked at.
const N_SAMPLES: u32 = 24;

/// Compares elements of a call's output with numbers; an element may be off by `tolerance` of the scale that
/// `expected` gives beside its value.
pub(crate) fn floats(
    bench: &mut Bench,
    call: &Call,
    expected: impl Fn(u32) -> (f64, f64),
    tolerance: f64,
) -> Result<(), Error> {
    for at in places(call.n_output) {
        let word = bench.word(call.output, at)?;
        let (value, scale) = expected(at);
        let got = f64::from(f32::from_bits(word));
        let is_close = got == value || (got - value).abs() <= tolerance * scale.abs();
        if word == POISON || !is_close {
            return Err(Error::Wrong(described(at, word, &format!("{got}"), &format!("{value}"))));
        }
    }
    Ok(())
}

/// Compares elements of a call's output with words.
pub(crate) fn words(bench: &mut Bench, call: &Call, expected: impl Fn(u32) -> u32) -> Result<(), Error> {
    for at in places(call.n_output) {
        let (got, value) = (bench.word(call.output, at)?, expected(at));
        if got != value {
            return Err(Error::Wrong(described(at, got, &got.to_string(), &value.to_string())));
        }
    }
    Ok(())
}

fn described(at: u32, word: u32, got: &str, expected: &str) -> String {
    if word == POISON {
        format!("element {at} of the output was not written")
    } else {
        format!("element {at} of the output is {got}, and should be {expected}")
    }
}

/// The first, the last, and some between.
fn places(n: u32) -> impl Iterator<Item = u32> {
    let random = Numbers::new(0, Range::Unit);
    let between = (0..N_SAMPLES).map(move |i| random.below(i, n));
    [0, n - 1].into_iter().chain(between).take(if n == 1 { 1 } else { usize::MAX })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::{floats, words};
    use crate::bench::Bench;
    use crate::numbers::{Numbers, Range};
    use crate::suite::Call;
    use wgpuc_runtime::{Backend, Gpu};

    #[test]
    fn what_was_not_written_and_what_is_wrong_are_found() {
        let ours = wgpuc_runtime::bundle::embedded(crate::EMBEDDED).unwrap();
        let gpu = Gpu::builder().backend(Backend::Cpu).kernels(ours).build().unwrap();
        let mut bench = Bench::new(&gpu).unwrap();
        let numbers = Numbers::new(7, Range::Signed);
        let buffer = bench.random(1003, numbers).unwrap();
        let call = Call { words: vec![], output: buffer, n_output: 1003 };
        let device_and_host = |i| (f64::from(numbers.at(i)), 1.0);
        floats(&mut bench, &call, device_and_host, 0.0).unwrap();
        words(&mut bench, &call, |i| numbers.at(i).to_bits()).unwrap();
        let off = |i| (f64::from(numbers.at(i)) + 1e-3, 1.0);
        assert!(floats(&mut bench, &call, off, 1e-4).unwrap_err().to_string().contains("should be"));
        bench.poison(std::slice::from_ref(&call)).unwrap();
        let error = floats(&mut bench, &call, device_and_host, 10.0).unwrap_err();
        assert!(error.to_string().contains("was not written"), "{error}");
    }
}
