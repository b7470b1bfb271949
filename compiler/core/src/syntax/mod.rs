//! Source text to syntax tree. The only place that knows `syn`.
//!
//! Takes the text of one file, gives an [`ast::File`] or everything in it that the language does not have. It
//! resolves no names and knows no types. The grammar is Rust's; what is refused is refused here and nowhere else.

pub mod ast;
mod attr;
mod expr;
mod function;
mod item;
mod literal;
mod mac;
mod path;
mod pattern;
mod stmt;
mod tokens;
mod ty;
mod wording;

use crate::diag::{Code, Diagnostic, Diagnostics, codes::syntax};
use crate::source::{FileId, Span};
use std::ops::Range;
use syn::spanned::Spanned;

/// The syntax tree of a file, or all that keeps it from having one.
///
/// # Errors
/// E01xx: everything in the file that is not part of the language, each with its place and what to write instead.
pub fn parse(id: FileId, text: &str) -> Result<ast::File, Diagnostics> {
    let mut reader = Reader { file: id, diagnostics: Diagnostics::new() };
    let Some(source) = tokens::read(&mut reader, text) else { return Err(reader.diagnostics) };
    let docs = reader.file_attrs(&source.attrs);
    let (mods, items) = reader.items(source.items);
    reader.diagnostics.or(ast::File { id, docs, mods, items })
}

/// The generic argument that a range of a file of another grammar holds; `None` where it holds none.
pub fn generic_arg(id: FileId, text: &str, range: Range<usize>) -> Option<ast::GenericArg> {
    // So far from the start that its places are those of the file.
    let alone = format!("{}{}", " ".repeat(range.start), text.get(range)?);
    let argument = syn::parse_str::<syn::GenericArgument>(&alone).ok()?;
    let mut reader = Reader { file: id, diagnostics: Diagnostics::new() };
    reader.generic_arg(&argument).filter(|_| reader.diagnostics.is_empty())
}

/// Turns `syn`'s tree into ours. A method gives `None` where it has reported why.
struct Reader {
    file: FileId,
    diagnostics: Diagnostics,
}

impl Reader {
    /// Our span of `syn`'s. The bytes count from the start of the text that was given to [`parse`].
    fn at(&self, span: proc_macro2::Span) -> Span {
        let bytes = span.byte_range();
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { file: self.file, start: clamp(bytes.start), end: clamp(bytes.end) }
    }

    /// The span of a whole node. It walks the node's tokens, so it is for rare or small ones.
    fn span_of(&self, node: &impl Spanned) -> Span {
        self.at(node.span())
    }

    fn ident(&self, ident: &syn::Ident) -> ast::Ident {
        let name = ident.to_string();
        let name = name.strip_prefix("r#").map_or(name.clone(), str::to_owned);
        ast::Ident { name, span: self.at(ident.span()) }
    }

    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, help: &str) {
        self.diagnostics.push(Diagnostic::new(code, span, message).help(help));
    }

    /// Reports what the language does not have. `what` is in the plural.
    fn refuse<T>(&mut self, span: Span, what: &str, help: &str) -> Option<T> {
        self.report(syntax::UNSUPPORTED, span, format!("{what} are not part of the kernel language"), help);
        None
    }

    /// Refuses something optional if it is there.
    fn refuse_some(&mut self, node: Option<&impl Spanned>, what: &str, help: &str) {
        if let Some(node) = node {
            let span = self.span_of(node);
            self.refuse::<()>(span, what, help);
        }
    }
}

/// All of them, or `None` where one is missing; every one has been looked at by then, so that all report.
fn all<T>(list: impl IntoIterator<Item = Option<T>>) -> Option<Vec<T>> {
    let list: Vec<Option<T>> = list.into_iter().collect();
    list.into_iter().collect()
}

#[cfg(test)]
mod tests;
