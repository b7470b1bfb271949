//! What a buffer must hold, as a Rust expression for each of its elements, or for all of them.
//!
//! In: the expression, and the call's arguments, whose names it knows. Out: the numbers that the buffer must begin with,
//! or what is wrong.

use super::rust::{self, Error, Scope, Value};
use crate::call::{self, Arg};
use crate::fill::Fill;
use crate::value::{Layout, Number};
use std::collections::HashMap;
use wgpuc_abi::{Interface, Item, Op, ValueType};
use wgpuc_core::driver::with_deep_stack;

/// What an expression is about.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) op: &'a Op,
    pub(super) args: &'a [Arg],
    /// Of the case.
    pub(super) variables: &'a [(String, i128)],
    pub(super) interface: &'a Interface,
}

/// A buffer under test may have more elements than anybody waits for.
const MAX_LEN: usize = 1 << 26;

/// The numbers that a buffer of `len` elements must begin with.
fn numbers(text: &str, given: Given<'_>, (layout, len): (&Layout, usize)) -> Result<Vec<Number>, Error> {
    if len > MAX_LEN {
        return Err(Error { why: format!("no more than {MAX_LEN} elements are evaluated"), at: None });
    }
    with_deep_stack(|| {
        let expr = rust::parse(text)?;
        let mut scope = Scope::new(given.names());
        let mut all = vec![];
        for i in 0..len {
            let value = scope.element(&expr, i);
            let place = |mut error: Error| {
                let i = scope.has_read_index().then(|| ("i".to_owned(), i as i128));
                error.why = named(i.iter().chain(given.variables)) + &error.why;
                error
            };
            let value = value.map_err(place)?;
            let numbers = |value: &Value| numbers_of(value, layout).map_err(|why| place(Error { why, at: None }));
            if scope.has_read_index() {
                all.extend(numbers(&value)?);
                continue;
            }
            let Some(elements) = value.elements(layout.lanes.len()) else { return Ok(numbers(&value)?.repeat(len)) };
            if elements.len() > len {
                let why = format!("this has {} elements, and the buffer {len}", elements.len());
                return Err(place(Error { why, at: None }));
            }
            for element in elements {
                all.extend(numbers(element)?);
            }
            break;
        }
        Ok(all)
    })
}

/// As [`numbers`], as they lie in the buffer.
pub(super) fn bytes(text: &str, given: Given<'_>, of: (&Layout, usize)) -> Result<Vec<u8>, Error> {
    let numbers = numbers(text, given, of)?;
    let n_elements = numbers.len() / of.0.lanes.len().max(1);
    Ok(Fill::Values(numbers).bytes(of.0, n_elements))
}

/// `for i = 3, n = 65: `, before what is wrong there.
pub(super) fn named<'v>(values: impl Iterator<Item = &'v (String, i128)>) -> String {
    let values: Vec<String> = values.map(|(name, value)| format!("{name} = {value}")).collect();
    if values.is_empty() { String::new() } else { format!("for {}: ", values.join(", ")) }
}

/// The numbers of an element.
fn numbers_of(value: &Value, layout: &Layout) -> Result<Vec<Number>, String> {
    let numbers = value.numbers()?;
    if numbers.len() != layout.lanes.len() {
        let (wants, has) = (layout.lanes.len(), numbers.len());
        return Err(format!("an element of this buffer has {wants} numbers, this has {has}"));
    }
    for (number, (_, scalar)) in numbers.iter().zip(&layout.lanes) {
        if let Some(why) = number.misfit(*scalar) {
            let help = if matches!(number, Number::Int(_)) { "; write `as` where it is meant to wrap" } else { "" };
            return Err(format!("{why}{help}"));
        }
    }
    Ok(numbers)
}

impl Given<'_> {
    /// What an expression may name: scalars and fields, enums' cases, buffers as they were before the call, and the
    /// case's variables.
    fn names(self) -> HashMap<String, Value> {
        let Self { op, args, variables, interface } = self;
        let mut names: HashMap<String, Value> =
            variables.iter().map(|(name, value)| (name.clone(), Value::Int(*value))).collect();
        for item in &interface.items {
            if let Item::Enum(of) = item {
                let cases = of.cases.iter().enumerate();
                names.extend(cases.map(|(at, case)| {
                    (format!("{}::{}", of.name.pascal(), case.name.pascal()), Value::Int(at as i128))
                }));
            }
        }
        for (at, param) in op.params.iter().enumerate() {
            let name = param.name.snake();
            match args.get(at) {
                Some(Arg::Numbers(numbers)) => {
                    for ((field, ty), number) in call::fields(param, interface).into_iter().zip(numbers) {
                        let name = field.map_or(name.clone(), |field| format!("{name}.{}", field.replace('-', "_")));
                        names.insert(name, scalar(&ty, *number));
                    }
                }
                Some(Arg::Same(other)) => names.extend(buffer(op, args, *other, interface).map(|value| (name, value))),
                _ => names.extend(buffer(op, args, at, interface).map(|value| (name, value))),
            }
        }
        names
    }
}

fn scalar(ty: &ValueType, number: Number) -> Value {
    match (ty, number) {
        (ValueType::Scalar(scalar), number) => rust::of_bits(*scalar, number.bits(*scalar)),
        (ValueType::Enum(_), Number::Int(case)) => Value::Int(case),
        (ValueType::Enum(_), Number::Float(value)) => Value::Float(value),
    }
}

fn buffer(op: &Op, args: &[Arg], at: usize, interface: &Interface) -> Option<Value> {
    let Arg::Buffer { len, fill } = args.get(at)? else { return None };
    let layout = call::layout(op.params.get(at)?, interface)?;
    let bytes = fill.bytes(&layout, usize::try_from(*len).ok()?);
    let lanes = layout.lanes.len().max(1);
    let numbers: Vec<Value> = layout.numbers(&bytes).map(|(scalar, bits)| rust::of_bits(scalar, bits)).collect();
    Some(Value::list(match lanes {
        1 => numbers,
        lanes => numbers.chunks(lanes).map(Value::list).collect::<Vec<_>>(),
    }))
}
