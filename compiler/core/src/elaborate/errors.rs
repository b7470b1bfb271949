//! Wordings that several parts of the elaborator share.

use super::{Elaborator, Reported};
pub(super) use crate::diag::nearest;
use crate::diag::{Code, Diagnostic, Use, codes::types as codes, foreign};
use crate::source::Span;
use crate::syntax::ast;

/// The elaborator gave up without saying why: a mistake of the compiler, said in a way that can be reported.
pub(super) fn lost(span: Span) -> Diagnostic {
    Diagnostic::new(codes::MISPLACED, span, "the compiler cannot make sense of this kernel")
        .note("this is a fault of the compiler; please report it with the source")
}

impl Elaborator<'_> {
    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) -> Reported {
        self.report(Diagnostic::new(code, span, message))
    }

    /// A name that nothing has, with the nearest that there is.
    pub(super) fn unknown(&mut self, what: &str, name: &ast::Ident, extra: &[&str]) -> Reported {
        let mut d = Diagnostic::new(codes::UNKNOWN_NAME, name.span, format!("unknown {what} `{}`", name.name))
            .here("not found here");
        let names = self.names_here();
        if super::core_fn::is_known(&name.name) {
            d = d.help(format!("it is a function: `{}()`", name.name));
        } else if let Some(help) = foreign(&name.name, Use::Value) {
            d = d.help(help);
        } else if let Some(of) = self.enum_with_case(&name.name) {
            d = d.help(format!("write `{of}::{}`", name.name));
        } else if let Some(item) = self.program.hidden(&name.name) {
            d = hidden(d, item);
        } else if let Some(near) = nearest(&name.name, names.into_iter().chain(extra.iter().copied())) {
            d = d.help(format!("a similar name exists: `{near}`"));
        }
        self.report(d)
    }

    /// The enum in sight that has a case of that name.
    fn enum_with_case(&self, name: &str) -> Option<&str> {
        self.program.visible_names(self.file()).find(|of| {
            let item = self.program.lookup(self.file(), of).map(|id| self.program.item(id));
            matches!(item, Some(ast::Item::Enum(item)) if item.cases.iter().any(|case| case.name.name == name))
        })
    }

    /// Says that a call has the wrong number of arguments.
    pub(super) fn wrong_count(&mut self, name: &str, want: usize, have: usize, span: Span) -> Reported {
        let plural = if want == 1 { "" } else { "s" };
        let were = if have == 1 { "was" } else { "were" };
        let message = format!("`{name}` takes {want} argument{plural}, but {have} {were} given");
        self.error(codes::ARGUMENT_COUNT, span, message)
    }

    pub(super) fn check_count(&mut self, name: &str, want: usize, have: usize, span: Span) -> Result<(), Reported> {
        if want == have { Ok(()) } else { Err(self.wrong_count(name, want, have, span)) }
    }
}

/// Adds that another file has it, but not for this one.
pub(crate) fn hidden(d: Diagnostic, item: &ast::Item) -> Diagnostic {
    let name = item.name();
    d.label(name.span, "it is here, but not `pub`").help(format!(
        "make it `pub`: `pub {} {}`",
        item.keyword(),
        name.name
    ))
}

/// A short expression in the source's words; `value` for one that is not.
pub(super) fn words(expr: &ast::Expr) -> String {
    use ast::ExprKind::{Cast, Field, Index, Int, Method, Path};
    match &expr.kind {
        Path(path) => path.name.name.clone(),
        Int { value, .. } => value.to_string(),
        Field(of, name) => format!("{}.{}", words(of), name.name),
        Index(of, at) => format!("{}[{}]", words(of), words(at)),
        Cast(of, _) => words(of),
        Method { receiver, name, args, .. } if args.is_empty() => format!("{}.{}()", words(receiver), name.name),
        _ => "value".to_owned(),
    }
}
