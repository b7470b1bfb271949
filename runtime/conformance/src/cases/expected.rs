//! What a case expects, read against the op's parameters.

use super::args::{Scope, is_name};
use super::each::{self, Given};
use super::table::{Report, Value, float};
use super::{Arg, Expectation, Want};
use crate::call;
use crate::tolerance::Tolerance;
use toml::de::{DeTable, DeValue};
use wgpuc_abi::{Op, OpParam, OpParamType};

impl Scope<'_> {
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
                let help = format!("write words of the message: `{key} = [\"...\"]`");
                let words = report.array(value, &format!("`{key}`"), &help).unwrap_or_default();
                let words = words.iter().filter_map(|word| report.text(word, "a word of the message", &help));
                return make(words.map(str::to_owned).collect());
            }
        }
        let help = "write `expect.NAME = ...` for each buffer that matters";
        match case.get("expect").and_then(|value| report.table(value, "`expect`", help)) {
            Some(table) => self.values(report, op, (case, table, args)),
            None => Expectation::Interpreter,
        }
    }

    fn values(
        &self,
        report: &mut Report<'_>,
        op: &Op,
        (case, table, args): (&DeTable<'_>, &DeTable<'_>, &[Arg]),
    ) -> Expectation {
        let buffers: Vec<&OpParam> = op.params.iter().filter(|p| matches!(p.ty, OpParamType::Buffer(_))).collect();
        let names: Vec<&str> = buffers.iter().map(|p| p.name.kebab()).collect();
        for key in table.keys() {
            let name: &str = key.get_ref();
            if buffers.iter().any(|p| is_name(&p.name, name)) {
                if let Some(other) = same_as(case, name) {
                    let message = format!("`{name}` is the buffer of `{other}`");
                    report.wrong(key.span(), message, &format!("write `expect.{other}`"));
                }
            } else if op.params.iter().any(|p| is_name(&p.name, name)) {
                let help = format!("a call changes buffers: {}", names.join(", "));
                report.wrong(key.span(), format!("`{name}` is no buffer, so nothing can be expected of it"), &help);
            } else {
                report.unknown(key.span(), "buffer", name, &names);
            }
        }
        let given = Given { op, args, variables: self.variables, interface: self.interface };
        let mut wants = vec![];
        for (param, arg) in op.params.iter().zip(args) {
            let found = table.iter().find(|(key, _)| is_name(&param.name, key.get_ref()));
            if let (Some((key, _)), Arg::Absent) = (found, arg) {
                let name = param.name.kebab();
                report.wrong(key.span(), format!("`{name}` is absent here"), &format!("write `args.{name} = ...`"));
            }
            wants.push(found.and_then(|(_, value)| self.want(report, given, (param, arg), value)));
        }
        Expectation::Values(wants)
    }

    fn want(
        &self,
        report: &mut Report<'_>,
        given: Given<'_>,
        (param, arg): (&OpParam, &Arg),
        value: Value<'_>,
    ) -> Option<Want> {
        let layout = call::layout(param, self.interface)?;
        let (DeValue::String(text), Arg::Buffer { len, .. }) = (value.get_ref(), arg) else {
            if !matches!(value.get_ref(), DeValue::Array(_) | DeValue::Table(_) | DeValue::String(_)) {
                let help = "write a list of numbers, or an expression: `\"2.0 * x[i]\"`";
                report.other_kind(value, "what is expected of a buffer", "a list, a text or a table", help);
                return None;
            }
            let (len, fill) = self.content(report, &layout, value)?;
            return Some(Want { bytes: fill.bytes(&layout, len as usize), by: None });
        };
        match each::bytes(text, given, (&layout, *len as usize)) {
            Ok(bytes) => Some(Want { bytes, by: Some(text.to_string()) }),
            Err(error) => {
                let at = error.at.map_or_else(|| value.span(), |part| report.part(value, part));
                report.wrong(at, error.why, "docs/testing.md says what such an expression may be");
                None
            }
        }
    }

    /// `within = { ulp = 4 }`, `{ relative = 1e-6 }` or `{ of-largest = 1e-6 }`.
    pub(super) fn tolerance(&self, report: &mut Report<'_>, case: &DeTable<'_>) -> Option<Tolerance> {
        const MEASURES: [&str; 3] = ["ulp", "relative", "of-largest"];
        let help = "write `{ ulp = 4 }`, `{ relative = 1e-6 }` or `{ of-largest = 1e-6 }`";
        let (key, value) = case.get_key_value("within")?;
        if let Some(other) = ["refused", "fault"].into_iter().find(|other| case.get(*other).is_some()) {
            report.wrong(key.span(), format!("`within` says nothing of a case with `{other}`"), "remove it");
        }
        let table = report.table(value, "`within`", help)?;
        report.keys(table, "measure", &MEASURES);
        let said: Vec<_> = MEASURES.into_iter().filter_map(|key| table.get_key_value(key)).collect();
        let [(name, bound)] = said[..] else {
            report.wrong(value.span(), "`within` says one bound", help);
            return None;
        };
        let Some(number) = float(bound.get_ref()) else {
            report.other_kind(bound, &format!("`{}`", name.get_ref()), "a number", help);
            return None;
        };
        if number.is_nan() || number < 0.0 {
            report.wrong(bound.span(), "a bound is 0 or more", help);
            return None;
        }
        match name.get_ref().as_ref() {
            "ulp" => Some(Tolerance::Ulp(number)),
            "relative" => Some(Tolerance::Relative(number)),
            _ => Some(Tolerance::OfLargest(number)),
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
