//! Makes a call that fails smaller and plainer, as long as it fails alike.
//!
//! In: the call, how it fails, and what asks again. Out: the call to keep. Its sizes come first, mended to what the op's
//! `require!`s admit; then its values, by value where they are few, each by itself.

#[cfg(test)]
mod tests;

use crate::call::{self, Arg, Call};
use crate::fill::Fill;
use crate::generate::{Shape, mend};
use crate::value::Number;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use wgpuc_abi::Interface;

/// The most calls that are tried.
const MAX_TRIES: u32 = 600;
/// The longest that it may take: large calls take the interpreter a while.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// The most numbers of a buffer that are written one by one.
const MAX_SHOWN: u64 = 64;

/// Says how a call fails; `None` where it does not.
pub(crate) type Fails<'a> = dyn FnMut(&Call) -> Option<String> + 'a;

/// The smallest and plainest call that was found to fail alike, and how it does.
pub(crate) fn shrunk(failing: (Call, String), interface: &Interface, fails: &mut Fails<'_>) -> (Call, String) {
    let mut shrink = Shrink::new(failing, interface, fails);
    shrink.sizes();
    shrink.values();
    (shrink.call, shrink.why)
}

/// As [`shrunk`], of the same sizes.
pub(crate) fn plain(failing: (Call, String), interface: &Interface, fails: &mut Fails<'_>) -> (Call, String) {
    let mut shrink = Shrink::new(failing, interface, fails);
    shrink.values_beside_sizes();
    (shrink.call, shrink.why)
}

/// Whether two failures have the words before the first place or number in common.
pub(crate) fn is_alike(a: &str, b: &str) -> bool {
    kind(a) == kind(b)
}

struct Shrink<'a> {
    /// The smallest that fails, so far.
    call: Call,
    /// How it does.
    why: String,
    interface: &'a Interface,
    fails: &'a mut Fails<'a>,
    /// How many more may be tried.
    tries: u32,
    until: Instant,
}

/// What has a size.
#[derive(Clone, Copy)]
enum Place {
    /// A number, by its parameter and its place there.
    Number(usize, usize),
    /// A buffer's length.
    Len(usize),
    /// The largest of a buffer's random numbers, where those begin at 0, as indices do.
    High(usize),
}

impl Place {
    /// All of a call.
    fn of(call: &Call) -> Vec<Self> {
        let mut all = vec![];
        for (index, arg) in call.args.iter().enumerate() {
            match arg {
                Arg::Numbers(numbers) => all.extend((0..numbers.len()).map(|at| Self::Number(index, at))),
                Arg::Buffer { .. } => all.extend([Self::High(index), Self::Len(index)]),
                Arg::Same(_) | Arg::Absent => {}
            }
        }
        all
    }

    /// How large it is; 0 where it is no size.
    fn size(self, call: &Call) -> i128 {
        match (self, call.args.get(self.param())) {
            (Self::Number(_, at), Some(Arg::Numbers(numbers))) => match numbers.get(at) {
                Some(Number::Int(value)) => *value,
                _ => 0,
            },
            (Self::Len(_), Some(Arg::Buffer { len, .. })) => (*len).into(),
            (Self::High(_), Some(Arg::Buffer { fill: Fill::Uniform { low: 0.0, high, .. }, .. })) => *high as i128,
            _ => 0,
        }
    }

    fn set(self, call: &mut Call, size: i128) {
        match (self, call.args.get_mut(self.param())) {
            (Self::Number(_, at), Some(Arg::Numbers(numbers))) => {
                if let Some(number) = numbers.get_mut(at) {
                    *number = Number::Int(size);
                }
            }
            (Self::Len(_), Some(Arg::Buffer { len, .. })) => *len = u64::try_from(size).unwrap_or(0),
            (Self::High(_), Some(Arg::Buffer { fill: Fill::Uniform { high, .. }, .. })) => *high = size as f64,
            _ => {}
        }
    }

    const fn param(self) -> usize {
        match self {
            Self::Number(param, _) | Self::Len(param) | Self::High(param) => param,
        }
    }
}

/// All sizes together: what is tried has less.
fn weight(call: &Call) -> i128 {
    Place::of(call).into_iter().map(|place| place.size(call).abs()).sum()
}

/// What two failures have in common that are alike.
fn kind(why: &str) -> &str {
    why.split(|c: char| c == '[' || c.is_ascii_digit()).next().unwrap_or(why)
}

impl<'a> Shrink<'a> {
    fn new((call, why): (Call, String), interface: &'a Interface, fails: &'a mut Fails<'a>) -> Self {
        Self { call, why, interface, fails, tries: MAX_TRIES, until: Instant::now() + PATIENCE }
    }
}

impl Shrink<'_> {
    /// Whether a call fails alike; then it is the one to go on from.
    fn accepts(&mut self, call: Call) -> bool {
        if self.tries == 0 || Instant::now() > self.until {
            return false;
        }
        self.tries -= 1;
        let why = (self.fails)(&call).filter(|why| is_alike(why, &self.why));
        let Some(why) = why else { return false };
        (self.call, self.why) = (call, why);
        true
    }

    fn sizes(&mut self) {
        loop {
            let before = weight(&self.call);
            let places = Place::of(&self.call);
            // What is of one size, as a count and the buffers that it counts, first shrinks together.
            let sizes: BTreeSet<i128> = places.iter().map(|place| place.size(&self.call)).collect();
            for size in sizes.into_iter().rev() {
                let alike = places.iter().copied().filter(|place| place.size(&self.call) == size);
                self.descend(&alike.collect::<Vec<_>>());
            }
            places.iter().for_each(|place| self.descend(&[*place]));
            if weight(&self.call) == before {
                return;
            }
        }
    }

    /// Takes as much from some places of one size as it can, in steps that are ever smaller.
    fn descend(&mut self, places: &[Place]) {
        let Some(first) = places.first() else { return };
        let mut step = first.size(&self.call);
        while step > 0 {
            let size = first.size(&self.call) - step;
            if !self.smaller(places, size).is_some_and(|call| self.accepts(call)) {
                step /= 2;
            }
            step = step.min(first.size(&self.call));
        }
    }

    /// The call with another size in these places, mended, where it is a smaller one that the op admits.
    fn smaller(&self, places: &[Place], size: i128) -> Option<Call> {
        let mut call = self.call.clone();
        places.iter().for_each(|place| place.set(&mut call, size));
        let mut shape = Shape::of(&call, self.interface);
        mend(&call.op.plan.steps, &mut shape).ok()?;
        shape.resize(&mut call);
        (weight(&call) < weight(&self.call)).then_some(call)
    }

    fn values(&mut self) {
        for index in 0..self.call.args.len() {
            match &self.call.args[index] {
                Arg::Numbers(numbers) => (0..numbers.len()).for_each(|at| self.number(index, at)),
                Arg::Buffer { .. } => self.buffer(index),
                Arg::Same(_) | Arg::Absent => {}
            }
        }
    }

    /// As [`Self::values`], but for whole numbers, which may be sizes.
    fn values_beside_sizes(&mut self) {
        for index in 0..self.call.args.len() {
            match &self.call.args[index] {
                Arg::Numbers(numbers) => {
                    let is_float = |at: &usize| matches!(numbers[*at], Number::Float(_));
                    let floats: Vec<usize> = (0..numbers.len()).filter(is_float).collect();
                    floats.into_iter().for_each(|at| self.number(index, at));
                }
                Arg::Buffer { .. } => self.buffer(index),
                Arg::Same(_) | Arg::Absent => {}
            }
        }
    }

    /// A buffer of zeros, where that fails as well; else its numbers one by one, where they are few.
    fn buffer(&mut self, index: usize) {
        let Some(layout) = self.call.op.params.get(index).and_then(|param| call::layout(param, self.interface)) else {
            return;
        };
        let filled = |call: &Call, new: Fill| {
            let mut call = call.clone();
            if let Some(Arg::Buffer { fill, .. }) = call.args.get_mut(index) {
                *fill = new;
            }
            call
        };
        self.accepts(filled(&self.call, Fill::Zeros));
        let Some(Arg::Buffer { len, fill }) = self.call.args.get(index) else { return };
        if len.saturating_mul(layout.lanes.len() as u64) > MAX_SHOWN {
            return;
        }
        let bytes = fill.bytes(&layout, *len as usize);
        let numbers: Vec<_> = layout.numbers(&bytes).map(|(scalar, bits)| Number::of_bits(scalar, bits)).collect();
        let n_numbers = numbers.len();
        // A NaN loses its payload on the way, which may be what fails.
        if self.accepts(filled(&self.call, Fill::Values(numbers))) {
            (0..n_numbers).for_each(|at| self.number(index, at));
        }
    }

    /// A number of a parameter, as plain as it fails.
    fn number(&mut self, index: usize, at: usize) {
        let Some(number) = numbers(&mut self.call, index).get(at).copied() else { return };
        for plain in plainer(number) {
            let mut call = self.call.clone();
            numbers(&mut call, index)[at] = plain;
            if self.accepts(call) {
                return;
            }
        }
    }
}

/// The numbers that a call passes for a parameter one by one.
fn numbers(call: &mut Call, index: usize) -> &mut [Number] {
    match call.args.get_mut(index) {
        Some(Arg::Numbers(numbers) | Arg::Buffer { fill: Fill::Values(numbers), .. }) => numbers,
        _ => &mut [],
    }
}

/// What is easier to read than a number, the plainest first.
fn plainer(number: Number) -> Vec<Number> {
    let all = match number {
        Number::Int(_) => [0, 1, 2].map(Number::Int).into(),
        // The sum makes a zero of either sign the one without.
        Number::Float(value) => [0.0, 1.0, 2.0, value.trunc() + 0.0].map(Number::Float).to_vec(),
    };
    all.into_iter().filter(|plain| rank(*plain) < rank(number)).collect()
}

/// How hard a number is to read.
fn rank(number: Number) -> u8 {
    match number {
        Number::Float(value) if value == 0.0 && value.is_sign_negative() || value.fract() != 0.0 => 4,
        Number::Float(value) if value.abs() > 100.0 || value.is_nan() => 4,
        Number::Float(value) if !(0.0..=2.0).contains(&value) => 3,
        Number::Float(value) => value as u8,
        Number::Int(value @ 0..=2) => value as u8,
        Number::Int(_) => 3,
    }
}
