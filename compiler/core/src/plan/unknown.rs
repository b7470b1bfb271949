//! Names that an op does not have, and what was meant.

use super::integers;
use super::value::Value;
use super::walk::{MAX_TEXT, Walk};
use crate::diag::{Diagnostic, Use, codes::plan, foreign, nearest};
use crate::elaborate::errors::hidden;
use crate::elaborate::is_core_method;
use crate::syntax::ast::{self, Item};

/// The functions of ops.
const FUNCTIONS: [&str; 6] = ["min", "max", "div_ceil", "scratch", "scratch_zeroed", "try_scratch"];

impl Walk<'_, '_> {
    /// Reports an unknown name.
    pub(super) fn unknown_name(&mut self, name: &ast::Ident, what: &str) -> Option<Value> {
        let diagnostic = Diagnostic::new(plan::OP_NAME, name.span, format!("cannot find {what} `{}`", name.name));
        let diagnostic = match self.planner.program.hidden(&name.name) {
            Some(item) => hidden(diagnostic, item),
            None => diagnostic.help(self.help_for_unknown(name, what)),
        };
        self.planner.diagnostics.push(diagnostic);
        None
    }

    fn help_for_unknown(&self, name: &ast::Ident, what: &str) -> String {
        let program = self.planner.program;
        let is_function = what == "function";
        if is_function && integers::ABOUT_POWERS.contains(&name.name.as_str()) {
            return format!("it is a method: `n.{}()`", name.name);
        }
        if is_function && (is_core_method(&name.name) || foreign(&name.name, Use::Function).is_some()) {
            return "an op only compares floats and computes with integers: compute in the kernel".to_owned();
        }
        let items = program.visible_names(self.file).filter(|name| match self.item(name) {
            // The prelude's belong to kernels.
            Some((id, Item::Function(_))) => is_function && program.is_own(program.file_of(id)),
            Some((_, Item::Const(_) | Item::Enum(_) | Item::Struct(_))) => !is_function,
            _ => false,
        });
        let functions = FUNCTIONS.iter().copied().filter(|_| is_function);
        let known = self.scope.names().chain(items).chain(functions);
        match nearest(&name.name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None if is_function => {
                format!("an op has the functions {}", FUNCTIONS.map(|f| format!("`{f}`")).join(", "))
            }
            None => "an op sees its parameters, its `let`s, constants and enums".to_owned(),
        }
    }

    /// Reports a method that ops do not have.
    pub(super) fn no_method(&mut self, receiver: &ast::Expr, name: &ast::Ident) -> Option<Value> {
        let known = ["len", "is_some", "is_none", "min", "max", "div_ceil"].into_iter().chain(integers::ABOUT_POWERS);
        let help = match nearest(&name.name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "a buffer has `.len()` and `.is_some()`, an integer `.min(b)`, `.max(b)`, `.div_ceil(b)`, `.ilog2()`, \
                 `.is_power_of_two()`, `.next_power_of_two()`"
                    .to_owned()
            }
        };
        let of = self.planner.sources.text(receiver.span);
        let of = if of.len() <= MAX_TEXT && !of.contains('\n') { format!("`{of}`") } else { "this".to_owned() };
        let message = format!("an op has no method `{}` of {of}", name.name);
        self.report(plan::OP_NAME, name.span, &message, &help)
    }
}
