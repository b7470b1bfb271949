//! Text to `syn`'s tree, with every syntax error of a file and not just the first.

use super::Reader;
use super::wording::Place;
use crate::diag::{Diagnostic, codes::syntax};
use crate::source::Span;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// How deep brackets may nest: `syn` and the stages after it recurse.
const MAX_DEPTH: usize = 64;
/// How many operators may stand in a row before an operand, for the same reason.
const MAX_PREFIX: usize = 50;
/// How many operators, calls and `else`s one expression may have beside each other, for the same reason.
const MAX_LINKS: usize = 1000;

/// What a file holds, as far as it could be read.
pub(super) struct Source {
    pub(super) attrs: Vec<syn::Attribute>,
    pub(super) items: Vec<syn::Item>,
}

/// Reads a file. `None` where not even its brackets match; other mistakes are reported, and the rest is given.
pub(super) fn read(reader: &mut Reader, text: &str) -> Option<Source> {
    let stream: TokenStream = match text.parse() {
        Ok(stream) => stream,
        Err(error) => {
            let error: proc_macro2::LexError = error;
            let span = reader.at(error.span());
            reader.diagnostics.push(lex_error(text, span));
            return None;
        }
    };
    if let Some((span, why)) = too_deep(stream.clone()) {
        let (message, note) = why.words();
        let diagnostic = Diagnostic::new(syntax::TOO_DEEP, reader.at(span), message).note(note);
        reader.diagnostics.push(diagnostic.help("split it with `let`, or into functions"));
        return None;
    }
    match syn::parse2::<syn::File>(stream.clone()) {
        Ok(file) => Some(Source { attrs: file.attrs, items: file.items }),
        Err(_) => Some(read_piecewise(reader, stream)),
    }
}

/// Reads item by item, so that one mistake does not hide those in other items.
fn read_piecewise(reader: &mut Reader, stream: TokenStream) -> Source {
    let mut source = Source { attrs: vec![], items: vec![] };
    for piece in pieces(stream) {
        let ends = piece.first().zip(piece.last()).map(|(first, last)| (first.span(), last.span()));
        let Some((first, last)) = ends else { continue };
        let whole = reader.at(first).to(reader.at(last));
        let end = Span { start: whole.end.saturating_sub(1), ..whole };
        let parser = |input: syn::parse::ParseStream<'_>| {
            let attrs = syn::Attribute::parse_inner(input)?;
            let mut items: Vec<syn::Item> = vec![];
            while !input.is_empty() {
                items.push(input.parse()?);
            }
            Ok((attrs, items))
        };
        let tokens: TokenStream = piece.into_iter().collect();
        match syn::parse::Parser::parse2(parser, tokens.clone()) {
            Ok((attrs, items)) => {
                source.attrs.extend(attrs);
                source.items.extend(items);
            }
            Err(error) => reader.syntax_error(error, Place { fallback: end, code: syntax::SYNTAX, tokens, form: None }),
        }
    }
    source
}

/// Splits a file after each `;` and each block that ends an item.
fn pieces(stream: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut pieces = vec![];
    let mut piece: Vec<TokenTree> = vec![];
    for token in stream {
        let ends = match &token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            // `const N: u32 = { 1 };` goes on after its block.
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !is_const(&piece),
            _ => false,
        };
        piece.push(token);
        if ends {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    pieces.push(piece);
    pieces
}

fn is_const(piece: &[TokenTree]) -> bool {
    let word = |token: &TokenTree| matches!(token, TokenTree::Ident(i) if *i == "const" || *i == "static");
    let function = |token: &TokenTree| matches!(token, TokenTree::Ident(i) if *i == "fn");
    piece.iter().any(word) && !piece.iter().any(function)
}

fn lex_error(text: &str, span: Span) -> Diagnostic {
    let start = span.start as usize;
    let found = text.get(start..).and_then(|rest| rest.chars().next());
    let diagnostic = match found {
        Some(c @ (')' | ']' | '}')) => {
            let diagnostic = Diagnostic::new(syntax::SYNTAX, span, format!("this `{c}` closes nothing that is open"));
            match innermost_open(&text[..start.min(text.len())]) {
                Some((at, open)) => {
                    let place = Span { start: at, end: at + 1, ..span };
                    diagnostic.label(place, format!("this `{open}` is not closed")).help("close it first")
                }
                None => match without_brace(&text[..start.min(text.len())]) {
                    Some(range) => diagnostic
                        .label(Span { start: range.0, end: range.1, ..span }, "this has no `{`")
                        .help("open it: `{`"),
                    None => diagnostic.help("remove it, or open what it closes: a bracket may be missing before it"),
                },
            }
        }
        Some(c @ ('(' | '[' | '{')) => {
            Diagnostic::new(syntax::SYNTAX, span, format!("this `{c}` is never closed")).help("close it")
        }
        Some('/') if text[start..].starts_with("/*") => {
            Diagnostic::new(syntax::SYNTAX, span, "this comment is never closed").help("close it with `*/`")
        }
        Some('"') => Diagnostic::new(syntax::SYNTAX, span, "this string is never closed").help("close it with `\"`"),
        Some('\'') => Diagnostic::new(syntax::SYNTAX, span, "this is neither a character nor a label")
            .help("the kernel language has neither: remove it"),
        Some(c) => Diagnostic::new(syntax::SYNTAX, span, format!("`{}` begins no token of Rust", c.escape_default()))
            .help("remove it"),
        None => Diagnostic::new(syntax::SYNTAX, span, "the file ends inside a bracket, a string or a comment")
            .help("close what is open"),
    };
    // An empty span shows nothing: mark one character.
    let mut diagnostic = diagnostic;
    if let Some(label) = diagnostic.labels.first_mut() {
        label.span.end = label.span.start + found.map_or(0, char::len_utf8) as u32;
    }
    diagnostic
}

/// The last bracket of a text that is still open, and where. Comments and strings are skipped, roughly: this only
/// serves to point at something.
fn innermost_open(text: &str) -> Option<(u32, char)> {
    let mut open: Vec<(usize, char)> = vec![];
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let mut quoted = false;
        let code = line.split("//").next().unwrap_or_default();
        for (at, c) in code.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '(' | '[' | '{' if !quoted => open.push((offset + at, c)),
                ')' | ']' | '}' if !quoted => drop(open.pop()),
                _ => {}
            }
        }
        offset += line.len();
    }
    open.pop().and_then(|(at, c)| Some((u32::try_from(at).ok()?, c)))
}

/// The first line that reads as the head of a block, does not open it, and has deeper lines behind it; where it is. A guess,
/// by how people indent: the brackets themselves do not say which one is missing.
fn without_brace(text: &str) -> Option<(u32, u32)> {
    const HEADS: [&str; 9] = ["if ", "} else", "else", "for ", "while ", "loop", "match ", "fn ", "pub fn "];
    let mut offset = 0;
    let mut head: Option<(usize, &str)> = None;
    for line in text.split_inclusive('\n') {
        let code = line.split("//").next().unwrap_or_default().trim_end();
        let words = code.trim_start();
        let indent = code.len() - words.len();
        if !words.is_empty() {
            // A condition that goes on in the next line begins or ends with what joins its parts.
            let begins = |c: char| c.is_alphanumeric() || c == '_';
            if let Some((start, head)) = head.take()
                && words.starts_with(begins)
                && indent > head.len() - head.trim_start().len()
            {
                let at = start + head.len() - head.trim_start().len();
                return Some((u32::try_from(at).ok()?, u32::try_from(start + head.len()).ok()?));
            }
            let is_whole = !words.contains('{') && words.ends_with(|c: char| begins(c) || c == ')' || c == ']');
            if is_whole && HEADS.iter().any(|word| words.starts_with(word)) {
                head = Some((offset, code));
            }
        }
        offset += line.len();
    }
    None
}

/// What there is too much of.
#[derive(Clone, Copy)]
enum TooDeep {
    Brackets,
    Prefix,
    Links,
}

impl TooDeep {
    /// What is wrong, and how much there may be.
    fn words(self) -> (&'static str, String) {
        match self {
            Self::Brackets => ("this is nested too deeply", format!("at most {MAX_DEPTH} brackets are open at once")),
            Self::Prefix => ("too many operators in a row", format!("at most {MAX_PREFIX} stand before a value")),
            Self::Links => {
                ("this expression is too long", format!("one has at most {MAX_LINKS} operators, calls and indices"))
            }
        }
    }
}

/// The first place that later stages could not take. Walks without recursion.
fn too_deep(stream: TokenStream) -> Option<(proc_macro2::Span, TooDeep)> {
    let mut open = vec![Level::new(stream)];
    while let Some(level) = open.last_mut() {
        let Some(token) = level.tokens.next() else {
            open.pop();
            continue;
        };
        if let Some(why) = level.is_too_long(&token) {
            return Some((token.span(), why));
        }
        if let TokenTree::Group(group) = token {
            if open.len() == MAX_DEPTH {
                return Some((group.span_open(), TooDeep::Brackets));
            }
            open.push(Level::new(group.stream()));
        }
    }
    None
}

/// What stands between two brackets.
struct Level {
    tokens: proc_macro2::token_stream::IntoIter,
    /// Operators in a row.
    prefix: usize,
    /// Operators, casts and `else`s since the last end of an expression.
    links: usize,
    /// Whether the token before was a block: unless `else` follows, an expression has ended.
    after_block: bool,
}

impl Level {
    fn new(stream: TokenStream) -> Self {
        Self { tokens: stream.into_iter(), prefix: 0, links: 0, after_block: false }
    }

    fn is_too_long(&mut self, token: &TokenTree) -> Option<TooDeep> {
        let continues = matches!(token, TokenTree::Ident(word) if *word == "else");
        if std::mem::take(&mut self.after_block) && !continues {
            self.links = 0;
        }
        match token {
            TokenTree::Punct(punct) if matches!(punct.as_char(), ';' | ',') => (self.prefix, self.links) = (0, 0),
            TokenTree::Punct(_) => (self.prefix, self.links) = (self.prefix + 1, self.links + 1),
            TokenTree::Group(group) => {
                self.prefix = 0;
                self.after_block = group.delimiter() == Delimiter::Brace;
                // Calls and indices lean on what stands before them.
                self.links += 1;
            }
            TokenTree::Ident(word) => {
                self.prefix = 0;
                // The branches of an `else if` lie in one another.
                self.links += if continues { 5 } else { usize::from(*word == "as") };
            }
            TokenTree::Literal(_) => self.prefix = 0,
        }
        match self.prefix > MAX_PREFIX {
            true => Some(TooDeep::Prefix),
            false => (self.links > MAX_LINKS).then_some(TooDeep::Links),
        }
    }
}
