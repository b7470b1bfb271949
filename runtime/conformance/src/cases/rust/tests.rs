//! What expressions mean, and what is said of those that mean nothing.

use super::error::Error;
use super::{Scope, Value, parse};
use std::collections::HashMap;
use wgpuc_core::driver::with_deep_stack;

fn element(text: &str) -> Result<Value, Error> {
    let list = |values: &[f64]| Value::list(values.iter().map(|v| Value::Float(*v)).collect::<Vec<_>>());
    let names = HashMap::from([
        ("n".to_owned(), Value::Int(3)),
        ("params.n".to_owned(), Value::Int(7)),
        ("x".to_owned(), list(&[1.0, 2.0, 4.0])),
        ("k".to_owned(), Value::list([5, 3, 4, 3].map(Value::Int))),
        ("way".to_owned(), Value::Int(1)),
        ("Way::Add".to_owned(), Value::Int(0)),
        ("Way::Sub".to_owned(), Value::Int(1)),
    ]);
    Scope { left: 200_000, ..Scope::new(names) }.element(&parse(text)?, 1)
}

/// The value, as a message shows it; or what is wrong, and with which words.
fn eval(text: &str) -> Result<String, (String, String)> {
    with_deep_stack(|| {
        let shown = |value: Value| match value {
            Value::List(list) => format!("[{}]", list.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")),
            value => value.to_string(),
        };
        element(text).map(shown).map_err(|error| (error.why, text[error.at.unwrap_or(0..text.len())].to_owned()))
    })
}

#[test]
fn it_means_what_rust_says() {
    for (text, value) in [
        ("x[i] * 2.0 + 1.0", "5.0"),
        ("-7 / 2", "-3"),
        ("(-7i32).rem_euclid(2) + n % 2", "2"),
        ("params.n * n", "21"),
        ("Way::Sub", "1"),
        ("if i > 0 && x[i] < 3.0 { 1 } else { x[99] as i32 }", "1"),
        ("{ let s: f64 = x.iter().sum(); s / x.len() as f64 }", "2.3333333333333335"),
        ("(0..3).map(|k| x[k] * x[2 - k]).sum::<f64>()", "12.0"),
        ("(0..=n).filter(|k| k % 2 == 1).map(|k| k * k).sum::<u32>()", "10"),
        ("x.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b))", "4.0"),
        ("x[..2].iter().rev().enumerate().map(|(at, v)| at as f64 * v).sum::<f64>()", "1.0"),
        ("x.iter().position(|v| *v == 4.0).unwrap()", "2"),
        ("(1u64 << 40) as u32", "0"),
        ("u32::MAX.count_ones() as u8", "32"),
        ("(0.1f64 as f32).to_bits()", "1036831949"),
        ("x[i].sqrt().powi(2).mul_add(1.0, f64::from(n)).floor()", "5.0"),
        ("!true || 1 != 2", "true"),
        ("std::f64::consts::FRAC_PI_2.sin().atan2(1.0).powf(2.0) < 1.0", "true"),
        ("f64::max(x[0], x[1]) + f64::sqrt(x[2])", "4.0"),
    ] {
        assert_eq!(eval(text), Ok(value.to_owned()), "{text}");
    }
}

#[test]
fn closures_have_names() {
    for (text, value) in [
        ("{ let f = |x| x * x; f(2.0) }", "4.0"),
        ("{ let a = 2; let f = |x: i32, y| -> f64 { a * x + y }; let a = 9; f(3, a) }", "15.0"),
        ("{ let f = |v| v + 1; let g = |h, v| h(h(v)); g(f, 1) }", "3"),
        ("{ let half = |v: &f64| v / 2.0; x.iter().map(half).sum::<f64>() }", "3.5"),
        ("x.iter().map(f64::sqrt).fold(0.0, f64::max)", "2.0"),
        ("(|v| v * 2)(i)", "2"),
    ] {
        assert_eq!(eval(text), Ok(value.to_owned()), "{text}");
    }
}

#[test]
fn matches_choose() {
    for (text, value) in [
        ("match i { 0 => 5, 1 | 2 => 6, _ => 7 }", "6"),
        ("match n { ..0 => 0, 0..=2 => 1, 3.. => 2 }", "2"),
        ("match -n { -3 => 1, _ => 0 }", "1"),
        ("match way { Way::Add => 1.0, Way::Sub => -1.0 }", "-1.0"),
        ("match (i == 1, n) { (true, m) if m > 3 => 0, (true, m @ 1..=3) => m, (false, _) => 9, _ => 8 }", "3"),
        ("match x.iter().position(|v| *v > 9.0) { Some(at) => at, None => n }", "3"),
        ("match x[i] { v if v < 1.5 => 0, 2.0 => 1, _ => 2 }", "1"),
    ] {
        assert_eq!(eval(text), Ok(value.to_owned()), "{text}");
    }
}

#[test]
fn loops_change_what_is_mutable() {
    for (text, value) in [
        ("{ let mut s = 0.0; for v in x { s += v; } s }", "7.0"),
        ("{ let mut a = 48; let mut b = 18; while b != 0 { (a, b) = (b, a % b); } a }", "6"),
        ("{ let mut bins = vec![0; 6]; for v in k.iter() { bins[*v] += 1; } bins }", "[0, 0, 0, 2, 1, 1]"),
        ("{ let mut m = 0; loop { if m * m > 50 { break m; } m += 1; } }", "8"),
        ("{ let mut s = 0; for v in 0..10 { if v % 2 == 0 { continue; } if v > 6 { break } s += v } s }", "9"),
        ("{ let mut v = k.to_vec(); v.sort(); v.dedup(); v }", "[3, 4, 5]"),
        ("{ let mut v = x.to_vec(); v.sort_by(|a, b| b.total_cmp(a)); v }", "[4.0, 2.0, 1.0]"),
        ("{ let mut v: Vec<_> = (0..4).collect(); v.sort_by_key(|at| (k[*at], -at)); v }", "[3, 1, 2, 0]"),
        (
            "{ let mut v = vec![]; v.push(1); v.extend(0..2); v.swap(0, 2); v.reverse(); (v.pop().unwrap(), v.len()) }",
            "[1, 2]",
        ),
        ("{ let mut grid = [[0; 2]; 2]; grid[1][0] = 5; grid[0] = [1, 2]; grid.concat() }", "[1, 2, 5, 0]"),
        (
            "{ let mut v = [3, 1, 2]; v.sort_by(|a, b| a.cmp(b).reverse()); v.iter().rev().collect::<Vec<_>>() }",
            "[1, 2, 3]",
        ),
        ("{ let mut s = 0; x.iter().for_each(|v| s += *v as i32); s }", "7"),
    ] {
        assert_eq!(eval(text), Ok(value.to_owned()), "{text}");
    }
}

#[test]
fn lists_have_the_methods_of_iterators() {
    for (text, value) in [
        ("x.iter().scan(0.0, |s, v| { *s += *v; Some(*s) }).collect::<Vec<_>>()", "[1.0, 3.0, 7.0]"),
        ("x.windows(2).map(|w| w[1] - w[0]).collect::<Vec<f64>>()", "[1.0, 2.0]"),
        ("k.chunks(3).map(|c| c.iter().max().unwrap()).collect::<Vec<_>>()", "[5, 3]"),
        ("k.iter().enumerate().min_by_key(|(_, v)| **v).unwrap().0", "1"),
        ("k.iter().enumerate().max_by(|a, b| a.1.cmp(b.1)).map(|(at, _)| at).unwrap_or(9)", "0"),
        ("k.iter().copied().reduce(|a, b| a.min(b)).unwrap()", "3"),
        ("(0..2).flat_map(|a| (0..2).map(move |b| a * 2 + b)).collect::<Vec<_>>()", "[0, 1, 2, 3]"),
        ("x.iter().zip(1..).map(|(v, at)| v * at as f64).sum::<f64>()", "17.0"),
        ("(0..).zip(x.iter()).filter_map(|(at, v)| (*v > 1.5).then_some(at)).collect::<Vec<_>>()", "[1, 2]"),
        ("x.partition_point(|v| *v < 3.0) + k.iter().skip_while(|v| **v > 3).count()", "5"),
        ("x.get(7).copied().unwrap_or(0.5) + x.first().unwrap()", "1.5"),
        ("(0..n).contains(&3) || k.contains(&4)", "true"),
        ("x.iter().rposition(|v| *v < 3.0).is_some_and(|at| at == 1)", "true"),
        ("k.iter().find(|v| **v < 5).unwrap() + k.iter().last().unwrap()", "6"),
    ] {
        assert_eq!(eval(text), Ok(value.to_owned()), "{text}");
    }
}

/// What somebody writes who checks a kernel: of these there are none in the gallery.
#[test]
fn references_are_short() {
    for (text, value) in [
        // Softmax.
        (
            "{ let top = x.iter().copied().fold(f64::NEG_INFINITY, f64::max); \
            let sum: f64 = x.iter().map(|v| (v - top).exp()).sum(); ((x[i] - top).exp() / sum * 1000.0).round() }",
            "114.0",
        ),
        // The mean and the deviation of a row.
        (
            "{ let n = x.len() as f64; let mean = x.iter().sum::<f64>() / n; \
            (x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt().mul_add(1000.0, mean).floor() }",
            "1249.0",
        ),
        // A one-dimensional convolution whose ends are zero.
        (
            "(-1..=1).map(|o| { let at = i + o; if (0..3).contains(&at) { x[at] * (2 - o) as f64 } else { 0.0 } })\
            .sum::<f64>()",
            "11.0",
        ),
        // Run lengths, by a search in a sorted list.
        (
            "{ let mut v = k.to_vec(); v.sort(); let end = v.partition_point(|a| *a <= 3); \
            end - v.partition_point(|a| *a < 3) }",
            "2",
        ),
        // Numbers that are kept, close together.
        ("k.iter().enumerate().filter(|(_, v)| **v != 3).map(|(at, _)| at).collect::<Vec<_>>()", "[0, 2]"),
        // A transposed matrix.
        ("(0..2).flat_map(|c| (0..2).map(|r| k[r * 2 + c]).collect::<Vec<_>>()).collect::<Vec<_>>()", "[5, 4, 3, 3]"),
    ] {
        assert_eq!(eval(text), Ok(value.to_owned()), "{text}");
    }
}

#[test]
fn mistakes_are_told_and_in_their_place() {
    for (text, why, part) in [
        ("x[i] +", "no Rust expression", "+"),
        ("x[i) + 1", "this `)` closes nothing", ")"),
        ("(x[i] + 1", "this `(` is never closed", "("),
        ("x[i] ++ 2", "no Rust expression", "+"),
        ("1.0 + x[3] * 2.0", "index 3, but the length is 3", "x[3]"),
        ("1.0 + x[i] * n", "write `as f64`", "x[i] * n"),
        ("x[1..9].len()", "part 1..9, but the length is 3", "x[1..9]"),
        ("x[0] + y[i]", "there is no `y` here", "y"),
        ("1 + nn", "did you mean `n`?", "nn"),
        ("1 + params.m", "`params` has no field `m`", "params.m"),
        ("1 + n / 0", "divides by zero", "n / 0"),
        ("x[i].sqr() + 1.0", "no method `sqr`", "sqr"),
        ("if n { 1 } else { 2 }", "a truth value", "n"),
        ("1 + i128::MAX * 2", "beyond 128 bits", "i128::MAX * 2"),
        ("(0..).map(|k| k).sum::<u32>()", "no end", "(0..).map(|k| k)"),
        ("(0..1000000).map(|a| (0..1000000).map(|b| a + b).sum::<u32>()).sum::<u32>()", "too long", ""),
        ("{ let mut a = 0; while true { a += 1; } a }", "too long", ""),
        ("{ let f = |v| v + 1; f(1, 2) }", "takes 1 arguments, not 2", "f(1, 2)"),
        ("{ let f = |g, v| g(g, v); f(f, 1) }", "nested too deeply", ""),
        ("{ let mut s = 0; let f = |v| s += v; f(1); s }", "cannot change `s`", "s"),
        ("{ let s = 0; s += 1; s }", "write `let mut s`", "s"),
        ("{ x[0] = 1.0; 2.0 }", "copy it, `let mut copy = x;`", "x[0]"),
        ("match n { 1 => 1, 2 => 2 }", "no arm of this `match` takes 3", "n"),
        ("match way { Add => 1, _ => 2 }", "write `Way::Add`", "Add"),
        ("match n { 1.0 => 1, _ => 2 }", "a whole number and a float meet", "1.0"),
        ("i.wrapping_add(1)", "whole numbers have none here", "i.wrapping_add(1)"),
        ("{ let mut v = x.to_vec(); v.sort(); v }", "a.total_cmp(b)", "v.sort()"),
        ("x.iter().max()", "of floats", "max"),
        ("1.0 + x.first()", "a float and an `Option` meet", "1.0 + x.first()"),
        ("foo(1)", "there is no function `foo`", "foo(1)"),
        ("unsafe { 1 }", "not understood", "unsafe { 1 }"),
        ("break", "in no loop", ""),
    ] {
        let (found, at) = eval(text).expect_err(text);
        assert!(found.contains(why) && (part.is_empty() || at == part), "{text}: `{at}`: {found}");
    }
}

#[test]
fn no_text_overflows_the_stack() {
    // Some of them mean something.
    for part in ["(", "!", "-", "&", "[", "{", "|a| ", "1+", "x[", "if i > 0 {", "a.b.", "match 1 { _ => ", "return "] {
        for n in [100, 1000, 4000, 10_000] {
            let _ = eval(&part.repeat(n));
            let _ = eval(&format!("{}1", part.repeat(n)));
        }
    }
    let sum = format!("0{}", " + 1".repeat(300));
    assert_eq!(eval(&sum), Ok("300".to_owned()));
}
