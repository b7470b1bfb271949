//! Syntax errors in words for the author of a kernel: `syn` says what it expected, this says what to write, by the
//! tokens around the place.

use super::Reader;
use crate::diag::{Code, Diagnostic, Use, foreign, nearest, own_type};
use crate::source::Span;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Where an error of `syn` came up.
pub(super) struct Place<'a> {
    /// Marked where the error has no place of its own.
    pub(super) fallback: Span,
    /// What the mistake is.
    pub(super) code: Code,
    /// What was being read.
    pub(super) tokens: TokenStream,
    /// How it is written, where it has one form.
    pub(super) form: Option<&'a str>,
}

/// A token: its text, and where it starts.
struct Token {
    text: String,
    start: u32,
}

impl Reader {
    /// Reports an error of `syn`, and what to do about it.
    pub(super) fn syntax_error(&mut self, error: syn::Error, place: Place<'_>) {
        let mut tokens = vec![];
        self.flatten(place.tokens, &mut tokens);
        for error in error {
            let span = self.at(error.span());
            let span = if span.start == span.end { place.fallback } else { span };
            let at = tokens.iter().position(|token| token.start >= span.start).unwrap_or(tokens.len());
            let message = error.to_string();
            // After the first word, `syn` has taken an item for a macro's call or an attribute.
            let begun = at == after_attributes(&tokens) + 1
                && matches!(message.as_str(), "expected `!`" | "expected square brackets");
            let (message, help) = if begun || (message.contains("`struct`") && message.contains("`fn`")) {
                (EXPECTED_ITEM.to_owned(), in_place_of_item(&tokens, at - usize::from(begun)))
            } else {
                let text = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or("", |token| &token.text);
                let help = in_place_of(&tokens, at);
                let help = help.or_else(|| by_message(&message, text(Some(at)), text(at.checked_sub(1))));
                let vague = help.is_some() && message.starts_with("expected one of");
                (if vague { "unexpected token".to_owned() } else { message }, help)
            };
            let diagnostic = Diagnostic::new(place.code, span, message);
            self.diagnostics.push(match help.or_else(|| place.form.map(|form| format!("write `{form}`"))) {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            });
        }
    }

    /// The tokens one by one, brackets among them. Nesting has been bounded by then.
    fn flatten(&self, tokens: TokenStream, out: &mut Vec<Token>) {
        for token in tokens {
            let start = self.at(token.span()).start;
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => ("", ""),
                    };
                    out.push(Token { text: open.to_owned(), start });
                    self.flatten(group.stream(), out);
                    out.push(Token { text: close.to_owned(), start: self.at(group.span_close()).start });
                }
                other => out.push(Token { text: other.to_string(), start }),
            }
        }
    }
}

const EXPECTED_ITEM: &str = "expected an item: `#[op] pub fn`, `#[kernel(...)] fn`, `fn`, `struct`, `enum` or `const`";

/// Where an item begins, behind its docs and attributes.
fn after_attributes(tokens: &[Token]) -> usize {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let (mut depth, mut in_attribute) = (0_u32, false);
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "#" if depth == 0 && matches!(text(at + 1), "[" | "!") => in_attribute = true,
            "!" if depth == 0 && in_attribute => {}
            "[" | "(" | "{" if in_attribute => depth += 1,
            "]" | ")" | "}" if in_attribute => {
                depth = depth.saturating_sub(1);
                in_attribute = depth > 0;
            }
            _ if in_attribute => {}
            _ => return at,
        }
    }
    tokens.len()
}

/// What items begin with.
const ITEM_WORDS: [&str; 7] = ["fn", "pub", "const", "struct", "enum", "mod", "use"];

/// What to write in place of what stands where an item was expected.
fn in_place_of_item(tokens: &[Token], at: usize) -> Option<String> {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let help = match (text(at), text(at + 1)) {
        ("let" | "var" | "override", _) => "a constant is written `const NAME: u32 = 256;`; `let` stands in functions",
        ("#", _) => "a constant is written `const NAME: u32 = 256;`",
        ("@", _) => "attributes are written `#[kernel(workgroup = 256)]`",
        ("__global__" | "kernel" | "__kernel" | "void", _) => {
            "a kernel is written `#[kernel(workgroup = 256)] fn name(...)`"
        }
        ("__device__" | "__host__" | "inline" | "def" | "func" | "function", _) => {
            "a helper is written `fn name(x: f32) -> f32`"
        }
        ("uniform" | "layout" | "buffer", _) => "what a kernel takes are its parameters: `x: &[f32]`, `y: &mut [f32]`",
        (ty, _) if own_type(ty).is_some() => {
            "a helper is written `fn name(x: f32) -> f32`, a constant `const NAME: f32 = 1.0;`"
        }
        (typed, _) => return nearest(typed, ITEM_WORDS).map(|near| format!("did you mean `{near}`?")),
    };
    Some(help.to_owned())
}

/// What to write where `syn` says enough of it.
fn by_message(message: &str, at: &str, before: &str) -> Option<String> {
    if message == "expected curly braces" {
        return Some(match at {
            "and" => "write `&&`".to_owned(),
            "or" => "write `||`".to_owned(),
            _ => "what is done stands in braces: `if x { ... }`".to_owned(),
        });
    }
    if message.starts_with("comparison operators") {
        return Some(
            "compare twice, `a < b && b < c`; the types of a call stand behind `::`, `f::<u32>(x)`".to_owned(),
        );
    }
    if message == "expected `:`" && is_word(before) {
        return Some("a type stands after a colon: `x: f32`".to_owned());
    }
    None
}

/// What to write in place of what stands at a token and before it.
fn in_place_of(tokens: &[Token], at: usize) -> Option<String> {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let before = |n: usize| at.checked_sub(n).map_or("", text);
    let near = || at.saturating_sub(8)..at + 4;
    if near().any(|at| text(at) == "<" && text(at + 1) == "<" && text(at + 2) == "<") {
        return Some("kernels are launched by ops: `launch!(kernel, [groups], args...)`".to_owned());
    }
    for sign in ["+", "-"] {
        if before(1) == sign && (text(at) == sign || before(2) == sign) {
            let name = if text(at) == sign { before(2) } else { before(3) };
            let name = if is_word(name) { name } else { "i" };
            return Some(format!("write `{name} {sign}= 1`"));
        }
    }
    if before(1) == "?" || (text(at) == ":" && near().take_while(|n| *n < at).any(|at| text(at) == "?")) {
        return Some("a value that depends is written `if x { a } else { b }`".to_owned());
    }
    if (1..4).any(|n| before(n) == "(" && before(n + 1) == "for") {
        return Some("a loop is written `for i in 0..n { ... }`".to_owned());
    }
    if text(at) == "." && is_word(before(1)) && before(2) == "<" && before(3) == ":" {
        return Some(format!("a value of several parts stands in braces: `::<{{ {}.{} }}>`", before(1), text(at + 1)));
    }
    if matches!(text(at), "=" | ";") && before(2) == "const" {
        return Some(format!("say its type: `const {}: u32 = 256;`", before(1)));
    }
    if matches!(before(1), "__shared__" | "groupshared" | "threadgroup") {
        return foreign(before(1), Use::Value).map(str::to_owned);
    }
    if before(1) == ")" && before(3) == "(" && is_type(before(2)) {
        let ty = own_type(before(2)).unwrap_or(before(2));
        return Some(format!("convert with `as`: `{} as {ty}`", text(at)));
    }
    let is_parameter = matches!(before(2), "(" | ",");
    if !is_parameter && is_word(text(at)) && (is_type(before(1)) || matches!(before(1), "var" | "auto")) {
        return Some(format!("a variable is written `let {0} = ...;`, or `let mut {0} = ...;`", text(at)));
    }
    None
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Whether it is what a language calls a number type.
fn is_type(name: &str) -> bool {
    own_type(name).is_some() || is_scalar(name)
}

fn is_scalar(name: &str) -> bool {
    super::ty::SCALARS.iter().any(|scalar| scalar.name() == name)
}
