//! Text to `syn`'s tree, or where it is none.

use super::Error;
use std::ops::Range;
use syn::Expr;

/// How long an expression may be: what is read and evaluated here recurses.
const MAX_BYTES: usize = 1 << 13;
/// How deep brackets may nest, for the same reason.
const MAX_DEPTH: usize = 64;

/// Reads an expression.
pub(in crate::cases) fn parse(text: &str) -> Result<Expr, Error> {
    let wrong = |at: Range<usize>, why: String| Error { why, at: Some(at) };
    if text.len() > MAX_BYTES {
        return Err(Error { why: format!("an expression has at most {MAX_BYTES} bytes"), at: None });
    }
    brackets(text).map_err(|(at, why)| wrong(at..at + 1, why))?;
    syn::parse_str(text).map_err(|error| {
        let at = error.span().byte_range();
        // The end of the text has no place of its own.
        let end = text.trim_end().len();
        let last = text[..end].chars().next_back().map_or(0, char::len_utf8);
        let at = if at.is_empty() { end - last..end } else { at };
        wrong(at, format!("this is no Rust expression: {error}"))
    })
}

/// Whether each bracket has its other one, and not too many are open at once; else the first that is wrong.
fn brackets(text: &str) -> Result<(), (usize, String)> {
    let mut open: Vec<(usize, char)> = vec![];
    let mut is_comment = false;
    for (at, c) in text.char_indices() {
        is_comment = c != '\n' && (is_comment || text[at..].starts_with("//"));
        match (c, open.last()) {
            _ if is_comment => {}
            ('(' | '[' | '{', _) if open.len() == MAX_DEPTH => {
                return Err((at, format!("at most {MAX_DEPTH} brackets are open at once")));
            }
            ('(' | '[' | '{', _) => open.push((at, c)),
            (')', Some((_, '('))) | (']', Some((_, '['))) | ('}', Some((_, '{'))) => drop(open.pop()),
            (')' | ']' | '}', _) => return Err((at, format!("this `{c}` closes nothing"))),
            _ => {}
        }
    }
    open.pop().map_or(Ok(()), |(at, c)| Err((at, format!("this `{c}` is never closed"))))
}
