//! What a buffer holds, as a case file says it.

use super::Arg;
use super::args::{Scope, is_name};
use super::table::{Report, Value, float, integer, kind};
use crate::call;
use crate::fill::Fill;
use crate::value::{Layout, Number};
use toml::de::{DeTable, DeValue};
use wgpuc_abi::{Op, OpParam, OpParamType};

const BUFFER_KEYS: [&str; 8] = ["len", "fill", "seed", "low", "high", "values", "file", "same-as"];
const FILLS: [&str; 5] = ["zeros", "iota", "uniform", "bits", "edges"];

const HELP: &str = "write a list of numbers, or a rule: `{ len = 4, fill = \"zeros\" }`";

impl Scope<'_> {
    pub(super) fn buffer(
        &self,
        report: &mut Report<'_>,
        op: &Op,
        (args, param): (&DeTable<'_>, &OpParam),
        value: Value<'_>,
    ) -> Option<Arg> {
        let layout = call::layout(param, self.interface)?;
        match value.get_ref().as_table().and_then(|table| Some((table, table.get("same-as")?))) {
            Some((table, same)) => self.same(report, op, (args, param), (table, same)),
            None => self.content(report, &layout, value).map(|(len, fill)| Arg::Buffer { len, fill }),
        }
    }

    /// `{ same-as = "x" }`.
    fn same(
        &self,
        report: &mut Report<'_>,
        op: &Op,
        (args, param): (&DeTable<'_>, &OpParam),
        (table, same): (&DeTable<'_>, Value<'_>),
    ) -> Option<Arg> {
        if let Some((key, _)) = table.iter().find(|(key, _)| key.get_ref() != "same-as") {
            let message = format!("`{}` says nothing beside `same-as`", key.get_ref());
            report.wrong(key.span(), message, "say it of the other buffer");
        }
        let name = report.text(same, "`same-as`", "write the name of another buffer")?;
        let others = op.params.iter().filter(|p| matches!(p.ty, OpParamType::Buffer(_)) && p.name != param.name);
        let names: Vec<&str> = others.map(|p| p.name.kebab()).collect();
        let found = op.params.iter().position(|p| is_name(&p.name, name));
        let found = found.filter(|at| names.contains(&op.params[*at].name.kebab()));
        let given = args.iter().find(|(key, _)| key.get_ref().replace('_', "-") == name.replace('_', "-"));
        let is_same_itself =
            given.is_some_and(|(_, v)| v.get_ref().as_table().is_some_and(|t| t.get("same-as").is_some()));
        if is_name(&param.name, name) {
            report.wrong(same.span(), "a buffer is the same as another one, not as itself", "");
        } else if found.is_none() {
            report.unknown(same.span(), "other buffer", name, &names);
        } else if is_same_itself {
            report.wrong(same.span(), format!("`{name}` is `same-as` another buffer itself"), "name that one");
        } else if given.is_none() {
            report.wrong(same.span(), format!("`{name}` is not given"), &format!("write `args.{name} = ...`"));
        } else {
            return found.map(Arg::Same);
        }
        None
    }

    /// A list of numbers, or a rule with a length.
    pub(super) fn content(&self, report: &mut Report<'_>, layout: &Layout, value: Value<'_>) -> Option<(u64, Fill)> {
        if value.get_ref().is_array() {
            let values = numbers(report, value, layout)?;
            let len = values.len().div_ceil(layout.lanes.len().max(1)) as u64;
            return Some((len, Fill::Values(values)));
        }
        let Some(table) = value.get_ref().as_table() else {
            report.other_kind(value, "what a buffer holds", "a list or a table", HELP);
            return None;
        };
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
            let at = table.get("len").unwrap_or(value);
            report.wrong(
                at.span(),
                self.here(at) + &format!("a buffer cannot have {len} elements"),
                "at most 2^28 can be tested",
            );
        }
        fits.map(|len| (len, fill))
    }

    fn rule(&self, report: &mut Report<'_>, table: &DeTable<'_>, at: Value<'_>) -> Option<Fill> {
        let Some(fill) = table.get("fill") else {
            let help = "write `fill = \"...\"`, `values = [...]` or `file = \"...\"`";
            report.wrong(at.span(), "this says no content", help);
            return None;
        };
        let name = report.text(fill, "`fill`", &format!("the rules are {}", FILLS.join(", ")))?;
        let used: &[&str] = match name {
            "zeros" | "iota" => &[],
            "uniform" => &["seed", "low", "high"],
            "bits" | "edges" => &["seed"],
            other => {
                report.unknown(fill.span(), "rule", other, &FILLS);
                return None;
            }
        };
        for key in table.keys().filter(|key| ["seed", "low", "high"].contains(&&**key.get_ref())) {
            if !used.contains(&&**key.get_ref()) {
                report.wrong(key.span(), format!("the rule `{name}` has no `{}`", key.get_ref()), "remove it");
            }
        }
        let seed = match table.get("seed") {
            Some(seed) => self.seed(report, seed)?,
            None => 1,
        };
        let (low, high) = (self.bound(report, table, "low", 0.0)?, self.bound(report, table, "high", 1.0)?);
        if low > high {
            let message = format!("`low` is {low}, and `high` {high}: there is nothing between");
            report.wrong(at.span(), message, "`low` is 0 and `high` 1 unless they are said");
        }
        Some(match name {
            "zeros" => Fill::Zeros,
            "iota" => Fill::Iota,
            "uniform" => Fill::Uniform { seed, low, high },
            "bits" => Fill::Bits { seed },
            _ => Fill::Edges { seed },
        })
    }

    fn seed(&self, report: &mut Report<'_>, value: Value<'_>) -> Option<u64> {
        let number = self.integer(report, value)?;
        let seed = u64::try_from(number).ok();
        if seed.is_none() {
            let message = format!("{}{number} is no seed: those go from 0 to {}", self.here(value), u64::MAX);
            report.wrong(value.span(), message, "");
        }
        seed
    }

    fn bound(&self, report: &mut Report<'_>, table: &DeTable<'_>, key: &str, default: f64) -> Option<f64> {
        let Some(value) = table.get(key) else { return Some(default) };
        let bound = match (float(value.get_ref()), value.get_ref()) {
            (Some(bound), _) => bound,
            (None, DeValue::String(_)) => self.integer(report, value)? as f64,
            _ => {
                report.other_kind(value, &format!("`{key}`"), "a number", "");
                return None;
            }
        };
        if !bound.is_finite() {
            report.wrong(value.span(), format!("`{key}` is a number that is not infinite, and no NaN"), "");
        }
        bound.is_finite().then_some(bound)
    }

    fn file(&self, report: &mut Report<'_>, value: Value<'_>) -> Option<Fill> {
        let name = report.text(value, "`file`", "write the name of a file beside this one")?;
        match std::fs::read(self.folder.join(name)) {
            Ok(bytes) if !bytes.is_empty() => Some(Fill::File { name: name.to_owned(), bytes }),
            Ok(_) => {
                report.wrong(value.span(), format!("the file {name} is empty"), "");
                None
            }
            Err(error) => {
                let path = self.folder.join(name);
                let message = format!("the file {} cannot be read: {error}", path.display());
                report.wrong(value.span(), message, "files lie beside the case file");
                None
            }
        }
    }
}

/// The numbers of a list, and of the lists in it: elements with several numbers, or rows of those with one.
fn numbers(report: &mut Report<'_>, value: Value<'_>, layout: &Layout) -> Option<Vec<Number>> {
    let mut found = vec![];
    let n_lanes = layout.lanes.len().max(1);
    for item in report.array(value, "what a buffer holds", HELP)? {
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
                    report.wrong(item.span(), format!("a buffer holds numbers, not {}", kind(other)), "");
                    return None;
                }
            },
        };
        if let Some(why) = number.misfit(*scalar) {
            report.wrong(item.span(), why, "");
            return None;
        }
        found.push(number);
    }
    Some(found)
}
