//! What is wrong, said so that its author can mend it.

use super::errors;

/// The errors of a kernel's body: `code` and some text that must be there.
fn refuses(body: &str, code: &str, says: &[&str]) {
    refuses_with("", body, code, says);
}

fn refuses_with(items: &str, body: &str, code: &str, says: &[&str]) {
    let text = format!(
        "{items}\n#[kernel(workgroup = 64)]\nfn k(n: u32, x: &[u32], f: &[f32], out: &mut [u32]) {{\n{body}\n}}\n"
    );
    let shown = errors(&text);
    assert!(shown.contains(code), "no {code}:\n{shown}");
    for part in says {
        assert!(shown.contains(part), "no {part:?}:\n{shown}");
    }
    assert!(shown.contains("1 error") || says.contains(&"errors"), "more than one:\n{shown}");
}

#[test]
fn names() {
    refuses("out[0] = lenght;", "E0201", &["unknown name `lenght`"]);
    refuses("let total = 1; out[0] = totl;", "E0201", &["a similar name exists: `total`"]);
    refuses("out[0] = local_indx();", "E0201", &["`local_index`"]);
    refuses("out[0] = f[0].sqroot() as u32;", "E0204", &["no method `sqroot`"]);
    refuses(
        "let v = f32x2::splat(1.0); out[0] = v.z as u32;",
        "E0205",
        &["`f32x2` has no field `z`", "lanes are `x`, `y`"],
    );
    refuses_with("enum E { Left, Right }", "out[0] = E::Lefft as u32;", "E0201", &["`Left`"]);
    refuses("out[0] = f32::MAXX as u32;", "E0201", &["`f32` has no `MAXX`"]);
}

#[test]
fn types() {
    refuses("let a: u32 = f[0]; out[0] = a;", "E0202", &["expected `u32`, found `f32`", "expected because of this"]);
    refuses("out[0] = x[0] + f[0];", "E0202", &["expected `u32`, found `f32`", "this is `u32`", "as u32"]);
    refuses("let i = n as i32; out[0] = x[i];", "E0202", &["cannot index by `i32`", "convert the index: `as u32`"]);
    refuses("if n { out[0] = 1; }", "E0202", &["expected `bool`, found `u32`"]);
    refuses("let a: f32 = 1; out[0] = a as u32;", "E0202", &["`1.0`"]);
    refuses("let mut i = 0; out[i] = 1; i = i + f[0] as i32;", "E0202", &["expected `u32`, found `i32`"]);
    refuses("out[0] = -n;", "E0208", &["cannot negate `u32`"]);
    refuses("let b = n > 1; out[0] = (b + b) as u32;", "E0208", &["cannot add `bool`"]);
    refuses("out[0] = if n > 1 { 1 } else { f[0] };", "E0202", &["found `f32`"]);
    refuses(
        "let v = f32x2::splat(1.0) + f32x4::splat(1.0); out[0] = v.x as u32;",
        "E0202",
        &["expected `f32x2`, found `f32x4`"],
    );
    refuses("let b = n as bool; out[0] = b as u32;", "E0209", &["compare instead"]);
    refuses("out[0] = n.x;", "E0205", &["`u32` has no field `x`"]);
    refuses("out[0] = n[0];", "E0211", &["cannot index into a value of type `u32`"]);
    refuses("let a = [1, 2]; out[0] = a[2];", "E0305", &["the length is 2, the index is 2"]);
}

#[test]
fn places() {
    refuses("let a = 1; a = 2; out[0] = a;", "E0207", &["`a`, which is not declared as mutable", "`mut a`"]);
    refuses("x[0] = 1;", "E0207", &["behind a `&` reference", "`x: &mut ...`"]);
    refuses("n = 1;", "E0207", &["`mut n`"]);
    refuses("1 = 2;", "E0210", &[]);
    refuses("let a; if n > 1 { a = 1; } out[0] = a;", "E0218", &["`a` may be read before it is assigned"]);
    refuses_with("fn put(a: &mut [u32]) { a[0] = 1; }", "put(x);", "E0207", &[]);
    refuses_with("fn put(a: &mut u32) { a = 1; }", "let k = 1; put(&mut k); out[0] = k;", "E0207", &[]);
    refuses_with(
        "fn get(a: &[u32; 2]) -> u32 { a[0] }",
        "let k = [1, 2]; out[0] = get(k);",
        "E0212",
        &["borrow it: `&k`"],
    );
}

#[test]
fn calls() {
    refuses_with("fn g(a: u32) -> u32 { a }", "out[0] = g(1, 2);", "E0206", &["takes 1 argument, but 2 were given"]);
    refuses_with(
        "fn g(a: f32) -> f32 { a }",
        "out[0] = g(n) as u32;",
        "E0202",
        &["expected `f32`, found `u32`", "because of this parameter"],
    );
    refuses_with("fn g<const N: u32>() -> u32 { N }", "out[0] = g();", "E0216", &["what `N` of `g` is"]);
    refuses_with(
        "fn g(a: u32) -> u32 { h(a) } fn h(a: u32) -> u32 { g(a) }",
        "out[0] = g(n);",
        "E0504",
        &["`g` calls itself", "which `h` leads to"],
    );
    refuses_with("fn g<F: Float>(a: F) -> F { a }", "out[0] = g(n);", "E0202", &["`u32` is not a `Float`"]);
    refuses_with("fn g(a: u32) -> u32 { a as f32 }", "out[0] = g(n);", "E0202", &["`g` returns `u32`"]);
    refuses("out[0] = subgroup_add(n);", "E0604", &["supports!(subgroups)"]);
}

#[test]
fn control() {
    refuses("let mut i = 0; while i < n { i += 1; } out[0] = i;", "E0503", &["#[bound(n)]"]);
    refuses("loop { break; }", "E0503", &["this `loop` may run forever"]);
    refuses("break;", "E0215", &["`break` outside of a loop"]);
    refuses("out[0] = match n { 0 => 1, 2..=9 => 3 };", "E0213", &["leaves out `1`"]);
    refuses_with(
        "enum E { A, B }",
        "let e = if n > 1 { E::A } else { E::B }; out[0] = match e { E::A => 1 };",
        "E0213",
        &["leaves out `E::B`"],
    );
    refuses("#[unroll] for i in 0..n { out[i] = 1; }", "E0301", &["constant bounds"]);
    refuses("if n > 3 { let t = shared::<[u32; 4]>(); t[0] = 1; }", "E0215", &["in a branch or a loop"]);
    refuses("for i in 0.0..1.0 { out[0] = 1; }", "E0208", &["count in"]);
}

#[test]
fn constants() {
    refuses("let a = [0; n]; out[0] = a[0];", "E0301", &["not a constant"]);
    refuses_with("const A: u32 = 4 - 5;", "out[0] = A;", "E0302", &["`4 - 5` does not fit `u32`"]);
    refuses_with("const A: u32 = B; const B: u32 = A;", "out[0] = A;", "E0304", &["needs itself"]);
    refuses("out[0] = 4294967296;", "E0303", &["literal out of range for `u32`"]);
    refuses("let i: u32 = -1; out[0] = i;", "E0303", &["no negative values"]);
    refuses("let i: i32 = 2147483648; out[0] = i as u32;", "E0303", &["-2147483648 to 2147483647"]);
}

#[test]
fn atomics_and_parameters() {
    refuses("x[0].add(1);", "E0219", &["Atomic<u32>"]);
    let plain =
        errors("#[kernel(workgroup = 1)] fn k(a: &[Atomic<u32>], out: &mut [u32]) { out[0] = a[0]; a[0] = 1; }");
    assert!(plain.contains("`.load()`"), "{plain}");
    let param = errors("#[kernel(workgroup = 1)] fn k(a: [f32; 4], b: &[f32x3]) { }");
    assert!(param.contains("E0217") && param.contains("2 errors"), "{param}");
    let wide = errors("#[kernel(workgroup = 1)] fn k(a: u64, out: &mut [u64]) { out[0] = a + 1; }");
    assert!(wide.contains("E0604") && wide.contains("needs = int64"), "{wide}");
}

#[test]
fn all_errors_and_no_cascades() {
    refuses(
        "let a = nothing; out[0] = a + 1; out[1] = a.x; let b: f32 = n; out[2] = missing;",
        "E0201",
        &["errors", "3 errors"],
    );
    refuses_with(
        "fn g<F: Float>(a: F) -> F { a & a }",
        "out[0] = g(1.0) as u32;",
        "E0208",
        &["in `g::<f32>`, called here"],
    );
}
