//! What a buffer must hold, as a Rust expression for each of its elements.
//!
//! In: the expression, and the call's arguments, whose names it knows. Out: the numbers of the buffer, or what is wrong.

use super::rust::{self, Scope, Value};
use crate::call::{self, Arg};
use crate::value::{Layout, Number};
use std::collections::HashMap;
use wgpuc_abi::{Interface, Item, Op, ValueType};

/// The numbers of a buffer of `len` elements.
pub(super) fn numbers(
    text: &str,
    names: HashMap<String, Value>,
    (layout, len): (&Layout, usize),
) -> Result<Vec<Number>, String> {
    let expr = rust::parse(text)?;
    let mut scope = Scope::new(names);
    let mut all = Vec::with_capacity(len * layout.lanes.len());
    for i in 0..len {
        let place = |why: String| format!("for i = {i}: {why}");
        let numbers = scope.element(&expr, i).and_then(|value| value.numbers()).map_err(place)?;
        if numbers.len() != layout.lanes.len() {
            let (wants, has) = (layout.lanes.len(), numbers.len());
            return Err(place(format!("an element of this buffer has {wants} numbers, this has {has}")));
        }
        for (number, (_, scalar)) in numbers.iter().zip(&layout.lanes) {
            if let Some(why) = number.misfit(*scalar) {
                let help = if matches!(number, Number::Int(_)) { "; write `as` where it is meant to wrap" } else { "" };
                return Err(place(format!("{why}{help}")));
            }
        }
        all.extend(numbers);
    }
    Ok(all)
}

/// What an expression may name: scalars and fields, enums' cases, buffers as they were before the call, and the case's
/// variables.
pub(super) fn names(
    op: &Op,
    args: &[Arg],
    variables: &[(String, i128)],
    interface: &Interface,
) -> HashMap<String, Value> {
    let mut names: HashMap<String, Value> =
        variables.iter().map(|(name, value)| (name.clone(), Value::Int(*value))).collect();
    for item in &interface.items {
        if let Item::Enum(of) = item {
            let cases = of.cases.iter().enumerate();
            names.extend(
                cases.map(|(at, case)| {
                    (format!("{}::{}", of.name.pascal(), case.name.pascal()), Value::Int(at as i128))
                }),
            );
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
    Some(Value::List(match lanes {
        1 => numbers.into(),
        lanes => numbers.chunks(lanes).map(|element| Value::List(element.into())).collect(),
    }))
}
