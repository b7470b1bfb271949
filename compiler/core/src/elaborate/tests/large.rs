//! Sources that would grow beyond all bounds: refused in time, wherever the growth is.

use super::errors;
use std::fmt::Write as _;

fn refuses(items: &str, body: &str, code: &str, says: &str) {
    let text = format!("{items}\n#[kernel(workgroup = 64)]\nfn k(n: u32, out: &mut [f32]) {{\n{body}\n}}\n");
    let shown = errors(&text);
    assert!(shown.contains(code) && shown.contains(says), "no {code} or {says:?}:\n{shown}");
}

#[test]
fn structs_that_contain_themselves() {
    let shared = "let s = shared::<[A; 4]>(); out[0] = 1.0;";
    refuses("struct A { a: A }", shared, "E0220", "struct `A` contains itself");
    refuses("struct A { b: [B; 2] } struct B { a: (u32, A) }", shared, "E0220", "struct `A` contains itself");
    refuses("struct A { a: A }", "let s = shared_zeroed::<(A, u32)>(); out[0] = 1.0;", "E0220", "contains itself");
}

#[test]
fn structs_that_double_and_chains_without_end() {
    let mut doubling = "struct S40 { a: u32 }\n".to_owned();
    let mut chain = "struct C200 { a: u32 }\n".to_owned();
    let mut constants = "const N20000: u32 = 1;\n".to_owned();
    let mut calls = "fn f2000(x: f32) -> f32 { x }\n".to_owned();
    for i in 0..40 {
        let _ = writeln!(doubling, "struct S{i} {{ a: S{next}, b: S{next} }}", next = i + 1);
    }
    for i in 0..200 {
        let _ = writeln!(chain, "struct C{i} {{ a: C{next} }}", next = i + 1);
    }
    for i in 0..20_000 {
        let _ = writeln!(constants, "const N{i}: u32 = N{};", i + 1);
    }
    for i in 0..2000 {
        let _ = writeln!(calls, "fn f{i}(x: f32) -> f32 {{ f{}(x) }}", i + 1);
    }
    refuses(&doubling, "let s = shared::<[S0; 2]>(); out[0] = 1.0;", "E0220", "holds more than");
    refuses(&chain, "let s = shared::<[C0; 2]>(); out[0] = 1.0;", "E0107", "structs contain one another");
    refuses(&constants, "out[0] = N0 as f32;", "E0107", "constants need one another");
    refuses(&calls, "out[0] = f0(1.0);", "E0107", "functions call one another");
}

#[test]
fn unrolled_loops_and_copied_arrays() {
    let nested = |body: &str, depth: usize| {
        let open: String = (0..depth).map(|i| format!("#[unroll] for i{i} in 0..100 {{ ")).collect();
        format!("let mut s = 0.0; {open}{body}{} out[0] = s;", "}".repeat(depth))
    };
    refuses("", &nested("s += n as f32;", 6), "E0605", "the kernel becomes too large");
    refuses("", &nested("", 6), "E0605", "rounds together");
    let copies = "a = a; ".repeat(200);
    refuses("", &format!("let mut a = [0.0; 100000]; {copies} out[0] = a[n % 8];"), "E0605", "values");
}

#[test]
fn branches_nested_by_calls() {
    let ten = |inner: &str| format!("{}{inner}{}", "if x > 1.0 { ".repeat(10), " }".repeat(10));
    let mut items = String::new();
    for i in 0..6 {
        let call = if i == 5 { "out[0] = x;".to_owned() } else { format!("f{}(x, out);", i + 1) };
        let _ = writeln!(items, "fn f{i}(x: f32, out: &mut [f32]) {{ {} }}", ten(&call));
    }
    refuses(&items, "f0(n as f32, out);", "E0107", "nested too deeply");
}
