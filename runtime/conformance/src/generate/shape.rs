//! The integers and lengths of a call that is still being found.

use super::choice::Choice;
use crate::call::{self, Arg, Call};
use crate::fill::Fill;
use crate::value::Number;
use wgpuc_abi::{Interface, Op, OpParam, OpParamType, Scalar, ValueType};

/// The most elements of a generated buffer.
const MAX_LEN: u64 = 1 << 20;
/// Sizes that are not in focus: small, and none a multiple of another.
const SMALL: [i128; 4] = [3, 5, 2, 7];
/// Floats are given these.
const FLOATS: [f64; 3] = [1.5, -0.75, 2.0];

/// What an op has to choose.
pub(super) struct Places {
    /// In how many ways each enum, bool and optional buffer can be.
    pub(super) variants: Vec<usize>,
    /// How many other integers there are.
    pub(super) n_sizes: usize,
    /// The types of all its numbers.
    pub(super) numbers: Vec<ValueType>,
}

impl Places {
    pub(super) fn of(op: &Op, interface: &Interface) -> Self {
        let mut places = Self { variants: vec![], n_sizes: 0, numbers: vec![] };
        for param in &op.params {
            for (_, ty) in call::fields(param, interface) {
                match kind(&ty, interface) {
                    Kind::Variants(n) => places.variants.push(n),
                    Kind::Size(..) => places.n_sizes += 1,
                    Kind::Float => {}
                }
                places.numbers.push(ty);
            }
            places.variants.extend(is_optional(param).then_some(2));
        }
        places
    }
}

/// What a number is to the search.
enum Kind {
    /// One of so many cases.
    Variants(usize),
    /// An integer between two bounds.
    Size(i128, i128),
    /// Left as it is.
    Float,
}

fn kind(ty: &ValueType, interface: &Interface) -> Kind {
    match ty {
        ValueType::Enum(name) => Kind::Variants(interface.enumeration(name).map_or(1, |e| e.cases.len())),
        ValueType::Scalar(Scalar::Bool) => Kind::Variants(2),
        ValueType::Scalar(Scalar::F16 | Scalar::Bf16 | Scalar::F32) => Kind::Float,
        ValueType::Scalar(scalar) => {
            let (low, high) = Number::bounds(*scalar);
            Kind::Size(low, high)
        }
    }
}

const fn is_optional(param: &OpParam) -> bool {
    matches!(&param.ty, OpParamType::Buffer(buffer) if buffer.optional)
}

/// Whether an op has a buffer with floats in it.
pub(super) fn has_floats(op: &Op, interface: &Interface) -> bool {
    let mut layouts = op.params.iter().filter_map(|param| call::layout(param, interface));
    layouts.any(|layout| layout.lanes.iter().any(|(_, s)| matches!(s, Scalar::F16 | Scalar::Bf16 | Scalar::F32)))
}

/// A call in the making: what a parameter lacks stays empty.
pub(crate) struct Shape {
    /// Each parameter's numbers, with their bounds, between which nothing is where a number is fixed.
    numbers: Vec<Vec<(Number, i128, i128)>>,
    /// Each buffer's elements.
    pub(super) lens: Vec<u64>,
    /// Whether each optional buffer is there.
    pub(super) given: Vec<bool>,
}

impl Shape {
    /// Where the search begins: the size in focus and all buffers are as large as the choice says.
    pub(super) fn new(op: &Op, interface: &Interface, choice: &Choice) -> Self {
        let (mut variant, mut n_sizes, mut n_floats) = (choice.variant, 0, 0);
        let mut pick = |n: usize| {
            let picked = variant % n.max(1);
            variant /= n.max(1);
            picked
        };
        let mut shape = Self { numbers: vec![], lens: vec![choice.n; op.params.len()], given: vec![] };
        for param in &op.params {
            let mut numbers = vec![];
            for (_, ty) in call::fields(param, interface) {
                numbers.push(match kind(&ty, interface) {
                    Kind::Variants(n) => (Number::Int(pick(n) as i128), 0, n as i128 - 1),
                    Kind::Size(low, high) => {
                        let small = SMALL[n_sizes % SMALL.len()] + i128::from(choice.more);
                        let value = if n_sizes == choice.focus { choice.n.into() } else { small };
                        n_sizes += 1;
                        (Number::Int(value.clamp(low, high)), low, high)
                    }
                    Kind::Float => {
                        n_floats += 1;
                        (Number::Float(FLOATS[(n_floats - 1) % FLOATS.len()]), i128::MIN, i128::MAX)
                    }
                });
            }
            shape.numbers.push(numbers);
            shape.given.push(!is_optional(param) || pick(2) == 0);
        }
        if let Some((at, number)) = choice.fixed
            && let Some(fixed) = shape.numbers.iter_mut().flatten().nth(at)
        {
            *fixed = (number, 0, -1);
        }
        shape
    }

    /// That of a call.
    pub(crate) fn of(call: &Call, interface: &Interface) -> Self {
        let mut shape = Self { numbers: vec![], lens: vec![], given: vec![] };
        for (param, arg) in call.op.params.iter().zip(&call.args) {
            let numbers = if let Arg::Numbers(numbers) = arg { &numbers[..] } else { &[] };
            let bounded = call::fields(param, interface).into_iter().zip(numbers).map(|((_, ty), number)| {
                let (low, high) = match kind(&ty, interface) {
                    Kind::Variants(n) => (0, n as i128 - 1),
                    Kind::Size(low, high) => (low, high),
                    Kind::Float => (i128::MIN, i128::MAX),
                };
                (*number, low, high)
            });
            shape.numbers.push(bounded.collect());
            let of = if let Arg::Same(other) = arg { call.args.get(*other) } else { Some(arg) };
            shape.lens.push(if let Some(Arg::Buffer { len, .. }) = of { *len } else { 0 });
            shape.given.push(!matches!(arg, Arg::Absent));
        }
        shape
    }

    /// Gives a call of the same op these numbers and lengths.
    pub(crate) fn resize(&self, call: &mut Call) {
        for (index, arg) in call.args.iter_mut().enumerate() {
            match arg {
                Arg::Numbers(numbers) => *numbers = self.numbers[index].iter().map(|(number, ..)| *number).collect(),
                Arg::Buffer { len, .. } => *len = self.lens[index],
                Arg::Same(_) | Arg::Absent => {}
            }
        }
    }

    /// An integer parameter, or a record's field.
    pub(super) fn number(&self, param: u32, field: Option<u32>) -> Option<i128> {
        match self.numbers.get(param as usize)?.get(field.unwrap_or(0) as usize)? {
            (Number::Int(value), ..) => Some(*value),
            _ => None,
        }
    }

    /// Sets an integer, where its type holds the value; whether that changed it.
    pub(super) fn set_number(&mut self, param: u32, field: Option<u32>, value: i128) -> bool {
        let numbers = self.numbers.get_mut(param as usize);
        match numbers.and_then(|numbers| numbers.get_mut(field.unwrap_or(0) as usize)) {
            Some((Number::Int(old), low, high)) if (*low..=*high).contains(&value) => {
                std::mem::replace(old, value) != value
            }
            _ => false,
        }
    }

    /// A float parameter, or a record's field.
    pub(super) fn float(&self, param: u32, field: Option<u32>) -> Option<f64> {
        match self.numbers.get(param as usize)?.get(field.unwrap_or(0) as usize)? {
            (Number::Float(value), ..) => Some(*value),
            _ => None,
        }
    }

    /// Sets a float; whether that changed it.
    pub(super) fn set_float(&mut self, param: u32, field: Option<u32>, value: f64) -> bool {
        let numbers = self.numbers.get_mut(param as usize);
        match numbers.and_then(|numbers| numbers.get_mut(field.unwrap_or(0) as usize)) {
            Some((Number::Float(old), low, high)) if *low < *high => std::mem::replace(old, value) != value,
            _ => false,
        }
    }

    /// The call, where its buffers are not too large to try.
    pub(super) fn call(&self, op: &Op, interface: &Interface, choice: &Choice) -> Result<Call, String> {
        if let Some(len) = self.lens.iter().find(|len| **len > MAX_LEN) {
            return Err(format!("a buffer of at most {MAX_LEN} elements, not {len},"));
        }
        let mut args = vec![];
        for (index, param) in op.params.iter().enumerate() {
            args.push(match call::layout(param, interface) {
                None => Arg::Numbers(self.numbers[index].iter().map(|(number, ..)| *number).collect()),
                Some(_) if !self.given[index] => Arg::Absent,
                Some(layout) => Arg::Buffer { len: self.lens[index], fill: fill(&layout.lanes, index, choice) },
            });
        }
        Ok(Call { op: op.clone(), args })
    }
}

/// Floats around zero; integers that may serve as indices.
fn fill(lanes: &[(usize, Scalar)], index: usize, choice: &Choice) -> Fill {
    let seed = index as u64 + 1;
    if choice.edges {
        return Fill::Edges { seed };
    }
    match lanes.iter().all(|(_, s)| matches!(s, Scalar::F16 | Scalar::Bf16 | Scalar::F32)) {
        true => Fill::Uniform { seed, low: -4.0, high: 4.0 },
        false => Fill::Uniform { seed, low: 0.0, high: choice.n.saturating_sub(1).clamp(1, 100) as f64 },
    }
}
