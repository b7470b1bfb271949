//! Tests of the parser: what it reads, where it points, and that it reports everything.

use super::{ast, parse};
use crate::source::FileId;

fn read(text: &str) -> ast::File {
    parse(FileId(0), text).unwrap_or_else(|d| panic!("{d:#?}"))
}

fn errors(text: &str) -> Vec<(String, String)> {
    let Err(diagnostics) = parse(FileId(0), text) else { return vec![] };
    let place = |span: crate::source::Span| text[span.start as usize..span.end as usize].to_owned();
    diagnostics.sorted().iter().map(|d| (d.message.clone(), place(d.labels[0].span))).collect()
}

#[test]
fn an_op_and_its_kernel() {
    let file = read(
        r#"//! Sums.
        //!
        //! Of an array.
        use crate::x::Y;
        /// What to do.
        pub enum ReduceOp { Sum, /** The least. */ Min }
        /// How.
        pub struct P { /// Number.
            pub n: u32, pub op: ReduceOp }
        #[op(may_alias(x, out))]
        pub fn sum(p: P, x: &[f32], y: Option<&[f32]>, out: &mut [f32]) {
            require!(p.n > 0);
            let partials = scratch::<f32>(div_ceil(p.n, 4096));
            launch!(partial::<{ p.op }, 4, f32>, [div_ceil(p.n, 256), 1], p.n, x.as_x4(), partials,);
        }
        #[kernel(workgroup = [16, 2 * N], needs = [subgroups, f16])]
        #[instances(T = [f32, u32], OP = [ReduceOp::Sum])]
        fn partial<const OP: ReduceOp, const N: u32, T: Number>(n: u32, x: &[f32x4], out: &mut [f32]) {
            let tile = shared::<[f32; 256]>();
            #[unroll]
            for i in (0..n).step_by(4).rev() { out[i] += -1.5e-3f32 * x[i].x; }
            #[bound(N + 1)]
            while true { break; }
            let t = (1u32, 2);
            let v = match n { 0 | 1 => 0x10, 2..=4 => 1_0, _ => t.0 };
            if supports!(subgroups) { fault!("x", v, 3) } else if v > 2 { return; }
        }
        fn gelu<F: Float>(self: F) -> F { self * select(self > 0.0, 1.0, 2.0) as f32 }"#,
    );
    assert_eq!(file.docs, "Sums.\n\nOf an array.");
    assert_eq!(file.items.len(), 5);
    let ast::Item::Kernel(kernel) = &file.items[3] else { panic!("{:#?}", file.items[3]) };
    assert_eq!((kernel.workgroup.len(), kernel.needs.len(), kernel.instances.len()), (2, 2, 2));
    assert_eq!(kernel.function.body.stmts.len(), 5);
    assert!(kernel.function.body.value.is_some());
    let ast::Item::Op(op) = &file.items[2] else { panic!("{:#?}", file.items[2]) };
    assert_eq!(op.may_alias.len(), 2);
    let ast::Stmt::Expr(ast::Expr { kind: ast::ExprKind::Launch { kernel, grid, args }, .. }) =
        &op.function.body.stmts[2]
    else {
        panic!("{:#?}", op.function.body)
    };
    assert_eq!((kernel.generics.len(), grid.len(), args.len()), (3, 2, 3));
    assert!(matches!(kernel.generics[0], ast::GenericArg::Const(ast::Expr { kind: ast::ExprKind::Field(..), .. })));
}

#[test]
fn spans_count_bytes_from_the_start_of_the_file() {
    // A byte order mark and letters of several bytes come first; an earlier file is in the same thread's map.
    read("fn earlier() {}");
    let text = "\u{feff}// größer\nfn f() { let ä = 'x'; }";
    let found = errors(text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].1, "'x'");
}

#[test]
fn helpers_may_say_that_they_are() {
    let file = read("#[device] fn f<const N: u32>(x: f32) -> f32 { #[unroll] for i in 0..N { x += 1.0; } x }");
    assert!(matches!(file.items[0], ast::Item::Function(_)));
    for text in [
        "#[device(x)] fn f() {}",
        "#[device] #[kernel(workgroup = 64)] fn k() {}",
        "#[op] #[device] pub fn o() {}",
        "#[device] struct S { x: f32 }",
        "fn f() { #[device] for i in 0..3 {} }",
    ] {
        let found = errors(text);
        assert_eq!(found.len(), 1, "{text}: {found:#?}");
        assert!(found[0].0.starts_with("`#[device]`"), "{text}: {found:#?}");
    }
}

#[test]
fn everything_wrong_is_reported() {
    let found = errors(
        "struct A(u32);
         trait T {}
         #[kernal] fn f(p: *const u8) -> usize { let c = |x| x; loop { break 3; } }
         fn g() { for x in list.iter() {} println!(\"a\"); a?; 1u16; 'l: loop {} }",
    );
    let places: Vec<&str> = found.iter().map(|(_, place)| place.as_str()).collect();
    let wanted =
        ["A", "trait", "kernal", "*const u8", "usize", "|x| x", "3", "list.iter()", "println", "a?", "1u16", "'l:"];
    assert_eq!(places, wanted, "{found:#?}");
}

#[test]
fn syntax_errors_of_several_items_are_reported() {
    let found = errors("fn f( { }\nfn g() { let x = ; }\nconst N: u32 = { 1 } }");
    assert!(!found.is_empty());
    let found = errors("fn f() { let x = ; }\nfn g() { 1 + }\nstatic X: u32 = 1;");
    assert_eq!(found.len(), 3, "{found:#?}");
}

#[test]
fn deep_nesting_is_an_error_and_not_a_crash() {
    let parens = format!("fn f() {{ {}1{} }}", "(".repeat(20_000), ")".repeat(20_000));
    assert_eq!(errors(&parens)[0].0, "this is nested too deeply");
    for long in ["1 + ", "if true {} else ", "1 as u32 as "] {
        let chain = format!("fn f() {{ {}1 }}", long.repeat(100_000));
        assert_eq!(errors(&chain)[0].0, "this expression is too long");
    }
    let minus = format!("fn f() {{ {}1 }}", "-".repeat(20_000));
    assert_eq!(errors(&minus)[0].0, "too many operators in a row");
}

#[test]
fn unbalanced_brackets_are_pointed_at() {
    for (text, place) in [("fn f() { (1 }", "}"), ("fn f() }", "}"), ("fn f() {", "{"), ("fn f() { \"a }", "\"")] {
        let found = errors(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(found[0].1, place, "{text}: {found:?}");
    }
}

/// What the parser lets through must not overflow the stack of any later stage, in the smallest thread of all.
#[test]
fn what_is_let_through_fits_the_stack() {
    let nested =
        |before: &str, inner: &str, after: &str, n: usize| format!("{}{inner}{}", before.repeat(n), after.repeat(n));
    let values = [
        nested("(", "1.0", ")", 55),
        nested("min(2.0, ", "1.0", ")", 55),
        nested("{ ", "1.0", " }", 55),
        nested("if i < 3 { ", "1.0", " } else { 2.0 }", 55),
        nested("if i < 3 { 1.0 } else ", "{ 2.0 }", "", 120),
        nested("1.0 + ", "1.0", "", 980),
        nested("out[i] + ", "1.0", "", 490),
        nested("1.0 * (1.0 + ", "1.0", ")", 55),
        nested("-", "1.0", "", 45),
        nested("", "1.0", ".abs()", 490),
        nested("", "1.0", " as f32", 980),
        nested("match i { 0 => 1.0, _ => ", "2.0", " }", 55),
    ];
    for value in values {
        let kernel = format!(
            "#[kernel(workgroup = 64, over = out.len())] pub fn k(out: &mut [f32]) {{
                let i = global_id().x; if i < out.len() {{ out[i] = {value}; }} }}"
        );
        let files = vec![("k.rs".to_owned(), kernel.into_bytes())];
        let input = crate::driver::Input { folder_name: "k".to_owned(), files };
        let compiled = crate::driver::compile(&input, &crate::driver::Options::default());
        if let Err(failure) = compiled {
            let text = crate::diag::render(&failure.diagnostics, &failure.sources, crate::diag::Style::Plain);
            panic!("{value}: {text}");
        }
    }
}
