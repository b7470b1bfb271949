//! Makes a case smaller that fails and says by expressions what it expects: what they say is a function of the call.
//!
//! Where they name the case's variables, those become smaller, and the arguments what the case makes of them then; else
//! the arguments become smaller by themselves.

use super::args::Scope;
use super::check::Check;
use super::each::{self, Given};
use super::table::Report;
use super::{Arg, Want};
use crate::call::{self, Call};
use crate::errors::Errors;
use crate::machine::Machine;
use crate::shrink;
use crate::tolerance::Tolerance;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use toml::de::DeTable;
use wgpuc_abi::{Interface, Op};
use wgpuc_core::diag::Diagnostics;
use wgpuc_core::source::FileId;

/// Where a case is written.
pub(super) struct Written {
    /// The file's.
    pub(super) text: Arc<str>,
    pub(super) folder: PathBuf,
    /// Its place among the cases of the file.
    pub(super) index: usize,
    pub(super) variables: Vec<(String, i128)>,
}

type Variables = [(String, i128)];

impl Written {
    /// The arguments with other values of the variables; `None` where those have no meaning.
    fn args(&self, op: &Op, interface: &Interface, variables: &Variables) -> Option<Vec<Arg>> {
        let root = DeTable::parse(&self.text).ok()?;
        let case = root.get_ref().get("case")?.get_ref().as_array()?.get(self.index)?;
        let mut mistakes = Diagnostics::new();
        let mut report = Report { file: FileId(0), text: &self.text, diagnostics: &mut mistakes };
        let scope = Scope { variables, interface, folder: &self.folder };
        let args = scope.args(&mut report, op, (case, case.get_ref().as_table()?));
        mistakes.is_empty().then_some(args)
    }
}

impl Check {
    /// The smallest case that was found to fail alike, and how it does; `None` where it expects numbers by value.
    pub(super) fn shrunk(&self, machine: &mut Machine, wants: &[Option<Want>], why: &str) -> Option<(String, String)> {
        let by: Vec<Option<&str>> = wants.iter().map(|want| want.as_ref()?.by.as_deref()).collect();
        if wants.iter().zip(&by).any(|(want, by)| want.is_some() && by.is_none()) {
            return None;
        }
        let interface = self.reference.interface();
        let mut fails = |call: &Call, variables: &Variables| {
            let wants = self.wants(call, variables, &by)?;
            self.compare(machine, &mut Errors::default(), call, &wants).err().map(|error| error.to_string())
        };
        let failing = (self.expected.call.clone(), why.to_owned());
        let (variables, (call, why)) = if self.wants(&failing.0, &[], &by).is_some() {
            (vec![], shrink::shrunk(failing, interface, &mut |call: &Call| fails(call, &[])))
        } else {
            let (variables, failing) = self.smaller_variables(failing, &mut fails);
            let shrunk = shrink::plain(failing, interface, &mut |call: &Call| fails(call, &variables));
            (variables, shrunk)
        };
        Some((self.to_toml(&call, &variables, &by), why))
    }

    /// What the expressions say of a call; `None` where one has no value.
    fn wants(&self, call: &Call, variables: &Variables, by: &[Option<&str>]) -> Option<Vec<Option<Want>>> {
        let interface = self.reference.interface();
        let given = Given { op: &call.op, args: &call.args, variables, interface };
        let mut wants = vec![];
        for ((param, arg), by) in call.op.params.iter().zip(&call.args).zip(by) {
            wants.push(match (by, arg, call::layout(param, interface)) {
                (Some(text), Arg::Buffer { len, .. }, Some(layout)) => {
                    let bytes = each::bytes(text, given, (&layout, *len as usize)).ok()?;
                    Some(Want { bytes, by: None })
                }
                _ => None,
            });
        }
        Some(wants)
    }

    /// The least values of the variables that the case was found to fail alike with, each at a time.
    fn smaller_variables(
        &self,
        failing: (Call, String),
        fails: &mut dyn FnMut(&Call, &Variables) -> Option<String>,
    ) -> (Vec<(String, i128)>, (Call, String)) {
        let (mut variables, (mut call, mut why)) = (self.written.variables.clone(), failing);
        let until = Instant::now() + shrink::PATIENCE;
        for at in 0..variables.len() {
            let mut step = variables[at].1;
            while step > 0 && Instant::now() < until {
                let mut fewer = variables.clone();
                fewer[at].1 -= step;
                let args = self.written.args(&call.op, self.reference.interface(), &fewer);
                let smaller = args.map(|args| Call { op: call.op.clone(), args });
                let failed = smaller.and_then(|call| Some((fails(&call, &fewer)?, call)));
                match failed.filter(|(new, _)| shrink::is_alike(new, &why)) {
                    Some((new, smaller)) => (variables, call, why) = (fewer, smaller, new),
                    None => step /= 2,
                }
                step = step.min(variables[at].1);
            }
        }
        (variables, (call, why))
    }

    fn to_toml(&self, call: &Call, variables: &Variables, by: &[Option<&str>]) -> String {
        let mut text = call.to_toml(self.reference.interface());
        for (name, value) in variables {
            let _ = writeln!(text, "for.{name} = [{value}]");
        }
        for (param, by) in call.op.params.iter().zip(by) {
            if let Some(by) = by {
                let _ = writeln!(text, "expect.{} = {}", param.name.kebab(), in_quotes(by));
            }
        }
        text + &self.stated.and_then(Tolerance::to_toml).unwrap_or_default()
    }
}

/// A text as TOML quotes it, in as many lines as it has.
fn in_quotes(text: &str) -> String {
    match text.contains(['"', '\\', '\n']) {
        true if !text.contains("'''") => format!("'''{text}'''"),
        true => format!("\"\"\"{}\"\"\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        false => format!("\"{text}\""),
    }
}
