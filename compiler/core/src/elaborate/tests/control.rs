//! Branches, loops, matches, returns.

use super::{body, body_with, compile, count, f, try_compile};
use crate::ir::Feature;

#[test]
fn branches_have_values() {
    assert_eq!(
        body(
            "let a = if n > 2 { x[0] } else { x[1] }; let b = if n > 9 { 1 } else if n > 3 { 2 } else { 3 }; out[0] = a; out[1] = b;"
        )[..2],
        [1, 2]
    );
    assert_eq!(body("let (a, b) = if n > 9 { (1, 2.0) } else { (x[1], f[0]) }; out[a] = b.to_bits();")[2], f(0.5));
    assert_eq!(body("out[0] = 1; if n == 4 { return; } out[0] = 2;")[0], 1);
    assert_eq!(body("let a = if n != 4 { return; } else { x[2] }; out[0] = a;")[0], 3);
    assert_eq!(
        body("let a; if n > 2 { a = x[0]; } else { a = 9; } out[0] = a; let mut b: u32; b = 1; b += 1; out[1] = b;")
            [..2],
        [1, 2]
    );
}

#[test]
fn matches() {
    let text = "out[0] = match n { 0 => 1, 1 | 2 => 2, 3..=5 => 3, _ => 4 }; out[1] = match (n > 3, n > 9) { (true, true) => 1, (true, false) => 2, (false, _) => 3 };";
    assert_eq!(body(text)[..2], [3, 2]);
    assert_eq!(
        body("match x[1] { 2 => { out[0] = 5; } other => { out[0] = other; } } out[1] = match x[3] { k => k + 1 };")
            [..2],
        [5, 5]
    );
    let items =
        "enum E { A, B, C } const K: u32 = 4; fn pick(e: E) -> u32 { match e { E::A => 1, E::B => 2, E::C => 3 } }";
    assert_eq!(
        body_with(
            items,
            "let e = if n > 3 { E::B } else { E::C }; out[0] = pick(e); out[1] = match n { K => 7, _ => 8 }; out[2] = (e == E::B) as u32; out[3] = pick(E::C); out[4] = E::C as u32;",
            &[1, 2, 3, 4],
            &[]
        )[..5],
        [2, 7, 1, 3, 2]
    );
}

#[test]
fn loops() {
    assert_eq!(
        body("for i in 0..n { out[i] = x[i]; } for i in (0..4).rev() { out[4] = out[4] * 10 + i; }")[..5],
        [1, 2, 3, 4, 3210]
    );
    assert_eq!(
        body(
            "for i in (1..8).step_by(3) { out[0] = out[0] * 10 + i; } for i in (1..9).step_by(3).rev() { out[1] = out[1] * 10 + i; }"
        )[..2],
        [147, 741]
    );
    assert_eq!(
        body("for i in 0..8 { if i == 2 { continue; } if i == 5 { break; } out[i] = 1; }")[..6],
        [1, 1, 0, 1, 1, 0]
    );
    assert_eq!(
        body(
            "let mut i = 0; #[bound(100)] loop { i += 3; if i % 2 == 1 { continue; } if i > 10 { break; } } out[0] = i;"
        )[0],
        12
    );
    assert_eq!(body("let mut k = -3; for i in -3..3 { if i == k { out[0] += 1; } k += 1; }")[0], 6);
}

#[test]
fn unrolled_loops() {
    let text = "let mut v = u32x4::splat(0); #[unroll] for i in 0..4 { v[i] = i * 2; } out[0] = v.w; #[unroll] for i in (0..3).rev() { out[1] = out[1] * 10 + i; } #[unroll] for i in 0..9 { if x[0] + i > 3 { break; } out[2] += 1; }";
    assert_eq!(body(text)[..3], [6, 210, 3]);
    let done = compile("#[kernel(workgroup = 1)] fn k(out: &mut [u32]) { #[unroll] for i in 0..3 { out[i] = i; } }");
    assert_eq!(count(&done, "for "), 0);
}

#[test]
fn returns_of_helpers() {
    let items = "fn early(a: u32) -> u32 { if a == 0 { return 7; } if a == 1 { let b = a + 1; return b; } a * 10 }
        fn find(x: &[u32], want: u32) -> u32 { for i in 0..x.len() { for j in 0..2 { if x[i] + j == want { return i * 10 + j; } } } 99 }
        fn quiet(out: &mut [u32], i: u32) { if i > 2 { return; } out[i] += 1; }
        fn nested(a: u32) -> u32 { match a { 0 => return 1, _ => { if a > 5 { return 2; } } } a }
        fn forever(a: u32) -> u32 { let mut i = a; #[bound(50)] loop { i += 1; if i % 7 == 0 { return i; } } }";
    let text = "out[0] = early(n - 4); out[1] = early(n - 3); out[2] = early(n); out[3] = find(x, 5); out[4] = find(x, 44); quiet(out, 1); quiet(out, n); out[5] = nested(n) * 100 + nested(n - 4) * 10 + nested(n + 5); out[6] = forever(n);";
    assert_eq!(body_with(items, text, &[1, 2, 3, 4], &[])[..7], [7, 3, 40, 31, 99, 412, 7]);
    let done = compile(
        "fn early(a: u32) -> u32 { if a == 0 { return 7; } a * 10 } #[kernel(workgroup = 1)] fn k(n: u32, out: &mut [u32]) { out[0] = early(n); }",
    );
    assert_eq!(count(&done, "loop"), 0, "returns that stand last need no loop");
}

#[test]
fn bounds_of_loops_are_faults() {
    assert_eq!(body("let mut i = 0; #[bound(3)] while i < 9 { i += 1; } out[0] = i;")[0], 3);
    assert_eq!(body("let mut i = 0; #[bound(3)] while i < 3 { i += 1; } out[0] = i;")[0], 3);
}

#[test]
fn features_decide_forms() {
    let text = "#[kernel(workgroup = 32)] fn k(x: &[u32], out: &mut [u32]) { let mine = x[0]; if supports!(subgroups) { out[0] = subgroup_max(mine); } else { out[0] = nothing_of_this_name; } }";
    assert!(try_compile(text, vec![], &[]).is_err());
    let done = try_compile(text, vec![], &[Feature::Subgroups]).unwrap();
    assert!(done.asked.contains(&Feature::Subgroups));
}
