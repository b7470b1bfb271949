//! Functions in WGSL that stand in for what WGSL lacks or leaves open.
//!
//! Each is a file in `helpers/`, written for scalars with short names for the types; the forms for vectors are made
//! from it. No function ends in a digit, nor is a parameter named as in a kernel: naga would rename one of them.
//!
//! A module starts as the helpers that its kernel calls, parsed by naga; the kernel is added to it.

use super::uses::Uses;
use crate::emit::{EmitError, faults};
use crate::ir::{Expr, Kernel, Op, Scalar, Type, ValueId};
use std::collections::BTreeSet;

/// A function of `helpers/`, for so many lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Helper {
    name: &'static str,
    lanes: u8,
}

/// Reports a fault: launch, site, value, bound, group, invocation.
pub(super) const REPORT_FAULT: Helper = Helper { name: "report_fault", lanes: 1 };

macro_rules! sources {
    ($($name:literal),* $(,)?) => {
        /// Each helper's name and text; one may call those before it.
        const SOURCES: &[(&str, &str)] = &[$(($name, include_str!(concat!("helpers/", $name, ".wgsl")))),*];
    };
}

sources! {
    "report_fault",
    "min_number",
    "max_number",
    "rem_float",
    "mul_high",
    "mul_high_signed",
    "to_uint",
    "to_int",
    "to_ulong",
    "to_long",
    "count_ones_long",
    "leading_zeros_long",
    "trailing_zeros_long",
    "reverse_bits_long",
}

impl Helper {
    /// Its name in the module.
    pub(super) fn function(self) -> String {
        named(self.name, self.lanes)
    }
}

/// The helper for an operation on operands of that type, if there is one. A conversion's is [`of_conversion`].
pub(super) fn of_operation(op: Op, ty: Type) -> Option<Helper> {
    let float = matches!(ty.scalar, Scalar::F32 | Scalar::F16);
    let wide = matches!(ty.scalar, Scalar::I64 | Scalar::U64);
    let name = match op {
        Op::Min if float => "min_number",
        Op::Max if float => "max_number",
        Op::Rem if float => return Some(Helper { name: "rem_float", lanes: 1 }),
        Op::MulHi if ty.scalar == Scalar::I32 => "mul_high_signed",
        Op::MulHi => "mul_high",
        Op::CountOnes if wide => "count_ones_long",
        Op::LeadingZeros if wide => "leading_zeros_long",
        Op::TrailingZeros if wide => "trailing_zeros_long",
        Op::ReverseBits if wide => "reverse_bits_long",
        _ => return None,
    };
    Some(Helper { name, lanes: ty.lanes })
}

/// The helper that turns a float into an integer.
pub(super) fn of_conversion(from: Type, to: Scalar) -> Option<Helper> {
    let name = match to {
        _ if !matches!(from.scalar, Scalar::F32 | Scalar::F16) => return None,
        Scalar::U32 => "to_uint",
        Scalar::I32 => "to_int",
        Scalar::U64 => "to_ulong",
        Scalar::I64 => "to_long",
        _ => return None,
    };
    Some(Helper { name, lanes: from.lanes })
}

/// Whether a value is a float that is known to be no NaN.
pub(super) fn is_number(kernel: &Kernel, id: ValueId) -> bool {
    let Some(value) = kernel.values.get(id.0 as usize) else { return false };
    match &value.expr {
        Expr::Const(c) => (0..c.ty.lanes).map(|lane| c.lane(lane)).all(|lane| match lane.scalar {
            Scalar::F32 => !f32::from_bits(lane.bits as u32).is_nan(),
            Scalar::F16 => lane.bits & 0x7fff <= 0x7c00,
            _ => true,
        }),
        Expr::Op(Op::Convert, from) => {
            let from = from.first().and_then(|v| kernel.values.get(v.0 as usize));
            from.is_some_and(|v| !matches!(v.ty.scalar, Scalar::F32 | Scalar::F16))
        }
        _ => false,
    }
}

/// A module of the helpers that the kernel calls.
pub(super) fn module(kernel: &Kernel, uses: &Uses) -> Result<naga::Module, EmitError> {
    let mut text = String::new();
    let needed = needed(kernel, uses);
    for (name, source) in SOURCES {
        for helper in needed.iter().filter(|helper| helper.name == *name) {
            text.push_str(&instance(source, helper.lanes));
        }
    }
    naga::front::wgsl::parse_str(&text).map_err(|e| EmitError::internal(kernel, e.emit_to_string(&text)))
}

fn needed(kernel: &Kernel, uses: &Uses) -> BTreeSet<Helper> {
    let mut needed = BTreeSet::new();
    if faults(kernel) {
        needed.insert(REPORT_FAULT);
    }
    for id in (0..kernel.values.len() as u32).map(ValueId).filter(|id| uses.used(*id)) {
        let value = &kernel[id];
        let Expr::Op(op, operands) = &value.expr else { continue };
        let Some(from) = operands.first().and_then(|v| kernel.values.get(v.0 as usize)) else { continue };
        let helper = match op {
            Op::Convert => of_conversion(from.ty, value.ty.scalar),
            Op::Min | Op::Max if operands.iter().any(|v| is_number(kernel, *v)) => None,
            op => of_operation(*op, from.ty),
        };
        needed.extend(helper);
        if let Some(Helper { name: "mul_high_signed", lanes }) = helper {
            needed.insert(Helper { name: "mul_high", lanes });
        }
    }
    needed
}

/// The helper's text for so many lanes, without the aliases that make the file valid by itself.
fn instance(source: &str, lanes: u8) -> String {
    let lines = source.lines().filter(|line| !line.starts_with("alias ") && !line.starts_with("//"));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        out.push_str(&replaced(&word, lanes));
        word.clear();
        out.push(c);
    }
    out
}

fn replaced(word: &str, lanes: u8) -> String {
    let scalar = match word {
        "F" => "f32",
        "U" => "u32",
        "I" => "i32",
        "UL" => "u64",
        "IL" => "i64",
        _ if SOURCES.iter().any(|(name, _)| *name == word) => return named(word, lanes),
        _ => return word.to_owned(),
    };
    if lanes == 1 { scalar.to_owned() } else { format!("vec{lanes}<{scalar}>") }
}

/// A name that ends in no digit: naga would add an underscore.
fn named(name: &str, lanes: u8) -> String {
    let suffix = match lanes {
        2 => "_xy",
        3 => "_xyz",
        4 => "_xyzw",
        _ => "",
    };
    format!("{name}{suffix}")
}
