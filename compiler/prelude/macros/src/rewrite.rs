//! What only `wgpuc` understands, taken out of a body or put as Rust has it, token by token.
//!
//! - `#[unroll]` and `#[bound(n)]` before loops become calls, for their docs and names.
//! - `u32` is Rust's `usize` (see the prelude): `1u32` loses its suffix to `usize`, and methods of Rust's that take or
//!   give its own `u32` become those of the prelude.
//! - `if T::LANES == 4 { a } else { b }` keeps the branch that holds for the instance at hand.

use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use quote::quote;

/// Methods of Rust's with its own `u32` in their signature. The prelude has each with `_u32` behind its name.
const OF_RUSTS_U32: [&str; 8] =
    ["to_bits", "count_ones", "leading_zeros", "trailing_zeros", "rotate_left", "rotate_right", "pow", "ilog2"];

/// A type parameter that nothing is known of, and the lanes of its stand-in.
#[derive(Clone)]
pub(crate) struct Lanes {
    pub(crate) of: Ident,
    pub(crate) lanes: u32,
}

/// The same tokens, as Rust takes them.
pub(crate) fn rewrite(tokens: TokenStream, lanes: &[Lanes]) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut out: Vec<TokenTree> = vec![];
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let rest = &tokens[at..];
        if let Some((name, args)) = loop_attribute(rest) {
            at += 2;
            if starts_statement(out.last()) {
                let args = args.map(|args| rewrite(args, lanes));
                out.extend(quote!(#name(#args);));
            }
        } else if let Some((condition, holds)) = condition_on_lanes(rest, lanes) {
            out.extend(rest[..condition].iter().cloned());
            at += condition;
            at += branches(&tokens[at..], holds, lanes, &mut out);
        } else {
            out.push(match token {
                TokenTree::Group(group) => TokenTree::Group(rewrite_group(group, lanes)),
                TokenTree::Ident(name) if is_method(&out, name) => {
                    Ident::new(&format!("{name}_u32"), name.span()).into()
                }
                TokenTree::Literal(literal) => as_usize(literal).into(),
                other => other.clone(),
            });
            at += 1;
        }
    }
    out.into_iter().collect()
}

fn rewrite_group(group: &Group, lanes: &[Lanes]) -> Group {
    let mut new = Group::new(group.delimiter(), rewrite(group.stream(), lanes));
    new.set_span(group.span());
    new
}

/// `#[unroll]` or `#[bound(n)]`: its name and arguments.
fn loop_attribute(tokens: &[TokenTree]) -> Option<(Ident, Option<TokenStream>)> {
    let [TokenTree::Punct(hash), TokenTree::Group(group), ..] = tokens else { return None };
    if hash.as_char() != '#' || group.delimiter() != Delimiter::Bracket {
        return None;
    }
    let inside: Vec<TokenTree> = group.stream().into_iter().collect();
    match inside.as_slice() {
        [TokenTree::Ident(name)] if name == "unroll" => Some((name.clone(), None)),
        [TokenTree::Ident(name), TokenTree::Group(args)] if name == "bound" => {
            Some((name.clone(), Some(args.stream())))
        }
        _ => None,
    }
}

/// Whether a statement may stand behind that token.
fn starts_statement(before: Option<&TokenTree>) -> bool {
    match before {
        None => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() == ';',
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(_) => false,
    }
}

/// Whether that name, behind a dot, is a method that the prelude has otherwise.
fn is_method(before: &[TokenTree], name: &Ident) -> bool {
    let after_dot = matches!(before.last(), Some(TokenTree::Punct(dot)) if dot.as_char() == '.');
    after_dot && OF_RUSTS_U32.iter().any(|method| name == method)
}

fn as_usize(literal: &Literal) -> Literal {
    let text = literal.to_string();
    let value = text.strip_suffix("u32").filter(|value| value.starts_with(|c: char| c.is_ascii_digit()));
    let Some(Ok(mut new)) = value.map(|value| format!("{value}usize").parse::<Literal>()) else {
        return literal.clone();
    };
    new.set_span(literal.span());
    new
}

/// `if T::LANES == 4` at the front: how many tokens that are, and whether it holds.
fn condition_on_lanes(tokens: &[TokenTree], lanes: &[Lanes]) -> Option<(usize, bool)> {
    let texts: Vec<String> = tokens.iter().take(8).map(ToString::to_string).collect();
    let [ifs, of, c1, c2, name, e1, e2, count] = texts.as_slice() else { return None };
    let known = lanes.iter().find(|known| known.of == of)?;
    let is_condition = [ifs, c1, c2, name, e1, e2].map(String::as_str) == ["if", ":", ":", "LANES", "=", "="];
    let count: u32 = count.parse().ok()?;
    let has_branch = matches!(tokens.get(8), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace);
    (is_condition && has_branch).then_some((8, known.lanes == count))
}

/// The branch that holds; in the other's place, nothing. Returns how many tokens both are.
fn branches(tokens: &[TokenTree], holds: bool, lanes: &[Lanes], out: &mut Vec<TokenTree>) -> usize {
    let (first, second) = match tokens {
        [TokenTree::Group(a), TokenTree::Ident(name), TokenTree::Group(b), ..] if name == "else" => {
            (a, Some((name, b)))
        }
        [TokenTree::Group(a), ..] => (a, None),
        _ => return 0,
    };
    let absent = |group: &Group| {
        let mut new = Group::new(Delimiter::Brace, quote!(__prelude::other_instance()));
        new.set_span(group.span());
        new
    };
    let keep = |group: &Group, holds: bool| if holds { rewrite_group(group, lanes) } else { absent(group) };
    match second {
        None if holds => out.push(rewrite_group(first, lanes).into()),
        None => out.push(Group::new(Delimiter::Brace, TokenStream::new()).into()),
        Some((name, second)) => {
            out.push(keep(first, holds).into());
            out.push(name.clone().into());
            out.push(keep(second, !holds).into());
        }
    }
    if second.is_some() { 3 } else { 1 }
}
