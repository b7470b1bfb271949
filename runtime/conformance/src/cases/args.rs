//! What a case passes, read against the op's parameters.

use super::table::{Report, Value, float, integer, kind};
use super::{Arg, each, expr};
use crate::call;
use crate::value::Number;
use std::path::Path;
use toml::de::{DeTable, DeValue};
use wgpuc_abi::{Interface, Op, OpParam, OpParamType, Scalar, ValueType};

/// One combination of a case's variables.
pub(super) struct Scope<'a> {
    pub(super) variables: &'a [(String, i128)],
    pub(super) interface: &'a Interface,
    pub(super) folder: &'a Path,
}

impl Scope<'_> {
    /// One argument for each parameter of the op.
    pub(super) fn args(&self, report: &mut Report<'_>, op: &Op, (at, case): (Value<'_>, &DeTable<'_>)) -> Vec<Arg> {
        let empty = DeTable::new();
        let table = match case.get("args") {
            Some(args) => match report.table(args, "`args`", "write `args.NAME = ...` for each parameter") {
                Some(table) => table,
                None => return vec![],
            },
            None => &empty,
        };
        let names: Vec<&str> = op.params.iter().map(|p| p.name.kebab()).collect();
        for key in table.keys() {
            if !op.params.iter().any(|p| is_name(&p.name, key.get_ref())) {
                report.unknown(key.span(), "parameter", key.get_ref(), &names);
            }
        }
        let mut args = vec![];
        for param in &op.params {
            let value = table.iter().find(|(key, _)| is_name(&param.name, key.get_ref())).map(|(_, value)| value);
            match (value, &param.ty) {
                (None, OpParamType::Buffer(buffer)) if buffer.optional => args.push(Arg::Absent),
                (None, _) => {
                    let at = case.get("args").map_or_else(|| at.span(), |args| args.span());
                    let name = param.name.kebab();
                    report.wrong(
                        at,
                        format!("the parameter `{name}` is missing"),
                        &format!("write `args.{name} = ...`"),
                    );
                }
                (Some(value), OpParamType::Buffer(_)) => args.extend(self.buffer(report, op, (table, param), value)),
                (Some(value), _) => args.push(Arg::Numbers(self.numbers(report, param, value))),
            }
        }
        args
    }

    /// A value, or a record's fields.
    fn numbers(&self, report: &mut Report<'_>, param: &OpParam, value: Value<'_>) -> Vec<Number> {
        let fields = call::fields(param, self.interface);
        if let OpParamType::Value(ty) = &param.ty {
            return self.number(report, ty, value).into_iter().collect();
        }
        let names: Vec<&str> = fields.iter().filter_map(|(name, _)| name.as_deref()).collect();
        let (name, help) = (param.name.kebab(), names.join(" = ..., "));
        let help = format!("write `args.{name} = {{ {help} = ... }}`");
        let Some(table) = report.table(value, &format!("`{name}`"), &help) else { return vec![] };
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !names.contains(&&*name.replace('_', "-")) {
                report.unknown(key.span(), "field", name, &names);
            }
        }
        let mut numbers = vec![];
        for (name, ty) in &fields {
            let name = name.as_deref().unwrap_or_default();
            let found = table.iter().find(|(key, _)| key.get_ref().replace('_', "-") == name);
            match found {
                Some((_, value)) => numbers.extend(self.number(report, ty, value)),
                None => report.wrong(value.span(), format!("the field `{name}` is missing"), &help),
            }
        }
        numbers
    }

    /// A number of that type: itself, a bool, an enum's case, or arithmetic over the variables.
    fn number(&self, report: &mut Report<'_>, ty: &ValueType, value: Value<'_>) -> Option<Number> {
        let as_typed = |number: i128| match ty {
            ValueType::Scalar(Scalar::F16 | Scalar::Bf16 | Scalar::F32) => Number::Float(number as f64),
            _ => Number::Int(number),
        };
        let is_float = matches!(ty, ValueType::Scalar(Scalar::F16 | Scalar::Bf16 | Scalar::F32));
        match (value.get_ref(), ty) {
            (found, ValueType::Enum(name)) => {
                let cases = self.interface.enumeration(name).map_or(&[][..], |e| &e.cases);
                let names: Vec<&str> = cases.iter().map(|c| c.name.kebab()).collect();
                let Some(text) = found.as_str() else {
                    let help = format!("write one of \"{}\"", names.join("\", \""));
                    report.other_kind(value, "a case of an enum", "its name as a text", &help);
                    return None;
                };
                let found = cases.iter().position(|case| is_name(&case.name, text));
                if found.is_none() {
                    report.unknown(value.span(), "case", text, &names);
                }
                found.map(|case| Number::Int(case as i128))
            }
            (DeValue::Boolean(truth), ValueType::Scalar(Scalar::Bool)) => Some(Number::Int((*truth).into())),
            (DeValue::Float(_), _) if is_float => float(value.get_ref()).map(Number::Float),
            (DeValue::Integer(_) | DeValue::String(_), ValueType::Scalar(scalar)) => {
                let number = self.integer(report, value).map(as_typed)?;
                self.fitting(report, value, number, *scalar)
            }
            (found, ValueType::Scalar(scalar)) => {
                let message = format!("{} is no {}", kind(found), scalar.name());
                report.wrong(value.span(), message, number_help(*scalar));
                None
            }
        }
    }

    pub(super) fn integer(&self, report: &mut Report<'_>, value: Value<'_>) -> Option<i128> {
        let help = "write a number, or arithmetic such as `\"2 * n\"`";
        match value.get_ref() {
            DeValue::String(text) => match expr::eval(text, self.variables) {
                Ok(number) => Some(number),
                Err((part, why)) => {
                    report.wrong(report.part(value, part), why, help);
                    None
                }
            },
            other => {
                let found = integer(other);
                if found.is_none() {
                    report.wrong(value.span(), format!("{} is no whole number", kind(other)), help);
                }
                found
            }
        }
    }

    /// The number, where a `scalar` can hold it.
    fn fitting(&self, report: &mut Report<'_>, at: Value<'_>, number: Number, scalar: Scalar) -> Option<Number> {
        let misfit = number.misfit(scalar);
        if let Some(why) = &misfit {
            report.wrong(at.span(), self.here(at) + why, "");
        }
        misfit.is_none().then_some(number)
    }

    /// `for n = 65: `, before what is wrong with a number that depends on the case's variables.
    pub(super) fn here(&self, value: Value<'_>) -> String {
        if value.get_ref().is_str() { each::named(self.variables.iter()) } else { String::new() }
    }
}

/// What to write for a number of that type.
fn number_help(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "write `true` or `false`",
        Scalar::F16 | Scalar::Bf16 | Scalar::F32 => "write a number, such as `1.5`, or arithmetic such as `\"2 * n\"`",
        _ => "write a whole number, or arithmetic such as `\"2 * n\"`",
    }
}

/// Whether a name in a file, with hyphens or underscores, is this one.
pub(super) fn is_name(name: &wgpuc_abi::Name, written: &str) -> bool {
    name.kebab() == written.replace('_', "-")
}
