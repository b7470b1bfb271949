//! What a case passes and expects, read against the op's parameters.

use super::table::{Report, Value, float, integer};
use super::{Arg, Expectation, each, expr};
use crate::call;
use crate::fill::Fill;
use crate::tolerance::Tolerance;
use crate::value::{Layout, Number};
use std::path::Path;
use toml::de::{DeTable, DeValue};
use wgpuc_abi::{Interface, Op, OpParam, OpParamType, Scalar, ValueType};

const BUFFER_KEYS: [&str; 8] = ["len", "fill", "seed", "low", "high", "values", "file", "same-as"];
const FILLS: [&str; 5] = ["zeros", "iota", "uniform", "bits", "edges"];

/// One combination of a case's variables.
pub(super) struct Scope<'a> {
    pub(super) variables: &'a [(String, i128)],
    pub(super) interface: &'a Interface,
    pub(super) folder: &'a Path,
}

impl Scope<'_> {
    /// One argument for each parameter of the op.
    pub(super) fn args(&self, report: &mut Report<'_>, op: &Op, case: &DeTable<'_>) -> Vec<Arg> {
        let empty = DeTable::new();
        let table = case.get("args").and_then(|args| report.table(args, "`args`")).unwrap_or(&empty);
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
                    let at = case.get("args").map_or(0..0, |args| args.span());
                    report.wrong(at, format!("the parameter `{}` is missing", param.name.kebab()), "");
                }
                (Some(value), OpParamType::Buffer(_)) => args.extend(self.buffer(report, op, param, value)),
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
        let Some(table) = report.table(value, &format!("`{}`", param.name.kebab())) else { return vec![] };
        let names: Vec<&str> = fields.iter().filter_map(|(name, _)| name.as_deref()).collect();
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
                None => report.wrong(value.span(), format!("the field `{name}` is missing"), ""),
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
        match (value.get_ref(), ty) {
            (DeValue::String(text), ValueType::Enum(name)) => {
                let cases = self.interface.enumeration(name).map_or(&[][..], |e| &e.cases);
                let found = cases.iter().position(|case| is_name(&case.name, text));
                if found.is_none() {
                    let names: Vec<&str> = cases.iter().map(|c| c.name.kebab()).collect();
                    report.unknown(value.span(), "case", text, &names);
                }
                found.map(|case| Number::Int(case as i128))
            }
            (DeValue::Boolean(truth), _) => Some(Number::Int((*truth).into())),
            (DeValue::Float(_), ValueType::Scalar(Scalar::F16 | Scalar::Bf16 | Scalar::F32)) => {
                float(value.get_ref()).map(Number::Float)
            }
            _ => {
                let number = self.integer(report, value).map(as_typed)?;
                match ty {
                    ValueType::Scalar(scalar) => fitting(report, value, number, *scalar),
                    ValueType::Enum(_) => Some(number),
                }
            }
        }
    }

    fn integer(&self, report: &mut Report<'_>, value: Value<'_>) -> Option<i128> {
        let found = match value.get_ref() {
            DeValue::String(text) => expr::eval(text, self.variables),
            other => integer(other).ok_or_else(|| format!("{} is no whole number", other.type_str())),
        };
        found.map_err(|why| report.wrong(value.span(), why, "write a number, or arithmetic such as `\"2 * n\"`")).ok()
    }

    fn buffer(&self, report: &mut Report<'_>, op: &Op, param: &OpParam, value: Value<'_>) -> Option<Arg> {
        let layout = call::layout(param, self.interface)?;
        if let Some(table) = value.get_ref().as_table()
            && let Some(same) = table.get("same-as")
        {
            let name = report.text(same, "`same-as`")?;
            let found = op.params.iter().position(|p| is_name(&p.name, name) && matches!(p.ty, OpParamType::Buffer(_)));
            if found.is_none() {
                let names: Vec<&str> = op.params.iter().map(|p| p.name.kebab()).collect();
                report.unknown(same.span(), "buffer", name, &names);
            }
            return found.map(Arg::Same);
        }
        self.content(report, &layout, value).map(|(len, fill)| Arg::Buffer { len, fill })
    }

    /// A list of numbers, or a rule with a length.
    fn content(&self, report: &mut Report<'_>, layout: &Layout, value: Value<'_>) -> Option<(u64, Fill)> {
        if value.get_ref().is_array() {
            let values = numbers(report, value, layout)?;
            let len = values.len().div_ceil(layout.lanes.len().max(1)) as u64;
            return Some((len, Fill::Values(values)));
        }
        let table = report.table(value, "a buffer's content")?;
        report.keys(table, "setting of a buffer", &BUFFER_KEYS);
        let said: Vec<&str> = ["values", "file", "fill"].into_iter().filter(|key| table.get(*key).is_some()).collect();
        if let [first, second, ..] = said[..] {
            let message = format!("this says `{first}` and `{second}`");
            report.wrong(value.span(), message, "a buffer's content is said in one way");
        }
        let values = match table.get("values") {
            Some(values) => Some(numbers(report, values, layout)?),
            None => None,
        };
        let file = match table.get("file") {
            Some(file) => Some(self.file(report, file)?),
            None => None,
        };
        let fill = match (values, file) {
            (Some(values), _) => Fill::Values(values),
            (None, Some(file)) => file,
            (None, None) => self.rule(report, table, value)?,
        };
        let own_len = match &fill {
            Fill::Values(values) => Some(values.len().div_ceil(layout.lanes.len().max(1))),
            Fill::File { bytes, .. } => Some(bytes.len() / layout.bytes.max(1)),
            _ => None,
        };
        let len = match (table.get("len"), own_len) {
            (Some(len), _) => self.integer(report, len)?,
            (None, Some(len)) => len as i128,
            (None, None) => {
                report.wrong(value.span(), "this buffer has no length", "write `len = ...`, in elements");
                return None;
            }
        };
        // Longer ones than this do not fit the interpreter.
        let fits = u64::try_from(len).ok().filter(|len| *len <= 1 << 28);
        if fits.is_none() {
            report.wrong(value.span(), format!("a buffer cannot have {len} elements"), "at most 2^28 can be tested");
        }
        fits.map(|len| (len, fill))
    }

    fn rule(&self, report: &mut Report<'_>, table: &DeTable<'_>, at: Value<'_>) -> Option<Fill> {
        let Some(fill) = table.get("fill") else {
            report.wrong(
                at.span(),
                "this says no content",
                "write `fill = \"...\"`, `values = [...]` or `file = \"...\"`",
            );
            return None;
        };
        let name = report.text(fill, "`fill`")?;
        let seed = match table.get("seed") {
            Some(seed) => self.integer(report, seed)? as u64,
            None => 1,
        };
        let mut bound = |key: &str, default: f64| match table.get(key) {
            None => Some(default),
            Some(value) => match float(value.get_ref()) {
                Some(bound) => Some(bound),
                None => self.integer(report, value).map(|i| i as f64),
            },
        };
        let (low, high) = (bound("low", 0.0)?, bound("high", 1.0)?);
        match name {
            "zeros" => Some(Fill::Zeros),
            "iota" => Some(Fill::Iota),
            "uniform" => Some(Fill::Uniform { seed, low, high }),
            "bits" => Some(Fill::Bits { seed }),
            "edges" => Some(Fill::Edges { seed }),
            other => {
                report.unknown(fill.span(), "rule", other, &FILLS);
                None
            }
        }
    }

    fn file(&self, report: &mut Report<'_>, value: Value<'_>) -> Option<Fill> {
        let name = report.text(value, "`file`")?;
        match std::fs::read(self.folder.join(name)) {
            Ok(bytes) if !bytes.is_empty() => Some(Fill::File { name: name.to_owned(), bytes }),
            Ok(_) => {
                report.wrong(value.span(), format!("the file {name} is empty"), "");
                None
            }
            Err(error) => {
                report.wrong(value.span(), format!("the file {name} cannot be read: {error}"), "");
                None
            }
        }
    }

    /// What must come of the call.
    pub(super) fn expectation(
        &self,
        report: &mut Report<'_>,
        op: &Op,
        (case, args): (&DeTable<'_>, &[Arg]),
    ) -> Expectation {
        let said: Vec<_> =
            ["refused", "fault", "expect"].into_iter().filter_map(|key| case.get_key_value(key)).collect();
        if let [(first, _), (second, at), ..] = said[..] {
            let message = format!("this case says `{}` and `{}`", first.get_ref(), second.get_ref());
            report.wrong(at.span(), message, "a call ends in one way: split the case, or remove one of them");
        }
        for (key, make) in
            [("refused", Expectation::Refused as fn(Vec<String>) -> Expectation), ("fault", Expectation::Fault)]
        {
            if let Some(value) = case.get(key) {
                let words = report.array(value, &format!("`{key}`")).unwrap_or_default();
                let words = words.iter().filter_map(|word| report.text(word, "a word of the message"));
                return make(words.map(str::to_owned).collect());
            }
        }
        let Some(table) = case.get("expect").and_then(|value| report.table(value, "`expect`")) else {
            return Expectation::Interpreter;
        };
        let buffers: Vec<&OpParam> = op.params.iter().filter(|p| matches!(p.ty, OpParamType::Buffer(_))).collect();
        let names: Vec<&str> = buffers.iter().map(|p| p.name.kebab()).collect();
        for key in table.keys() {
            if !buffers.iter().any(|p| is_name(&p.name, key.get_ref())) {
                report.unknown(key.span(), "buffer", key.get_ref(), &names);
            }
            if let Some(other) = same_as(case, key.get_ref()) {
                let message = format!("`{}` is the buffer of `{other}`", key.get_ref());
                report.wrong(key.span(), message, &format!("write `expect.{other}`"));
            }
        }
        let mut wants = vec![];
        for (param, arg) in op.params.iter().zip(args) {
            let value = table.iter().find(|(key, _)| is_name(&param.name, key.get_ref())).map(|(_, value)| value);
            let want = value.zip(call::layout(param, self.interface)).and_then(|(value, layout)| {
                let (len, fill) = match (value.get_ref(), arg) {
                    (DeValue::String(text), Arg::Buffer { len, .. }) => {
                        let names = each::names(op, args, self.variables, self.interface);
                        let numbers = each::numbers(text, names, (&layout, *len as usize));
                        let help = "docs/testing.md says what such an expression may be";
                        (*len, Fill::Values(numbers.map_err(|why| report.wrong(value.span(), why, help)).ok()?))
                    }
                    _ => self.content(report, &layout, value)?,
                };
                Some(fill.bytes(&layout, len as usize))
            });
            wants.push(want);
        }
        Expectation::Values(wants)
    }

    /// `within = { ulp = 4 }`, `{ relative = 1e-6 }` or `{ of-largest = 1e-6 }`.
    pub(super) fn tolerance(&self, report: &mut Report<'_>, case: &DeTable<'_>) -> Option<Tolerance> {
        let value = case.get("within")?;
        let table = report.table(value, "`within`")?;
        report.keys(table, "measure", &["ulp", "relative", "of-largest"]);
        let of = |key: &str| table.get(key).and_then(|bound| float(bound.get_ref())).filter(|bound| *bound >= 0.0);
        match (of("ulp"), of("relative"), of("of-largest")) {
            (Some(ulp), None, None) => Some(Tolerance::Ulp(ulp)),
            (None, Some(share), None) => Some(Tolerance::Relative(share)),
            (None, None, Some(share)) => Some(Tolerance::OfLargest(share)),
            _ => {
                let help = "write `{ ulp = 4 }`, `{ relative = 1e-6 }` or `{ of-largest = 1e-6 }`";
                report.wrong(value.span(), "this is no bound", help);
                None
            }
        }
    }
}

/// The parameter whose buffer this one is.
fn same_as<'t>(case: &'t DeTable<'_>, name: &str) -> Option<&'t str> {
    let plain = |name: &str| name.replace('_', "-");
    let args = case.get("args")?.get_ref().as_table()?;
    let (_, arg) = args.iter().find(|(key, _)| plain(key.get_ref()) == plain(name))?;
    arg.get_ref().as_table()?.get("same-as")?.get_ref().as_str()
}

/// Whether a name in a file, with hyphens or underscores, is this one.
fn is_name(name: &wgpuc_abi::Name, written: &str) -> bool {
    name.kebab() == written.replace('_', "-")
}

/// The numbers of a list, and of the lists in it: elements with several numbers, or rows of those with one.
fn numbers(report: &mut Report<'_>, value: Value<'_>, layout: &Layout) -> Option<Vec<Number>> {
    let mut found = vec![];
    let n_lanes = layout.lanes.len().max(1);
    for item in report.array(value, "what a buffer holds")? {
        if let DeValue::Array(list) = item.get_ref() {
            if n_lanes > 1 && list.len() != n_lanes {
                let message = format!("an element of this buffer has {n_lanes} numbers, this list has {}", list.len());
                report.wrong(item.span(), message, "");
                return None;
            }
            found.extend(numbers(report, item, layout)?);
            continue;
        }
        let (_, scalar) = layout.lanes.get(found.len() % n_lanes)?;
        let number = match item.get_ref() {
            DeValue::Boolean(truth) => Number::Int((*truth).into()),
            DeValue::Float(_) => Number::Float(float(item.get_ref())?),
            other => match integer(other) {
                Some(value) => Number::Int(value),
                None => {
                    report.wrong(item.span(), format!("a buffer holds numbers, not {}", other.type_str()), "");
                    return None;
                }
            },
        };
        found.push(fitting(report, item, number, *scalar)?);
    }
    Some(found)
}

/// The number, where a `scalar` can hold it.
fn fitting(report: &mut Report<'_>, at: Value<'_>, number: Number, scalar: Scalar) -> Option<Number> {
    match number.misfit(scalar) {
        None => Some(number),
        Some(why) => {
            report.wrong(at.span(), why, "");
            None
        }
    }
}
