//! Tests of the planner: plans, instances and facts of small packages.

use super::{Planned, plan};
use crate::diag::{Diagnostics, Style, render};
use crate::ir::{Fact, FactAtom, FactExpr};
use crate::program::Program;
use crate::source::Sources;
use crate::syntax::parse;
use wgpuc_abi::{Choice, Expr, Gemm, Item, Routine, Step};

fn try_plan(text: &str) -> (Result<Planned, Diagnostics>, Sources) {
    let mut sources = Sources::new();
    let id = sources.add("reduce.rs", text);
    let file = parse(id, text).unwrap_or_else(|d| panic!("{}", render(&d, &sources, Style::Plain)));
    let (program, clashes) = Program::new(vec![file], vec![]);
    assert!(clashes.is_empty());
    (plan(&program, &sources), sources)
}

fn planned(text: &str) -> Planned {
    let (result, sources) = try_plan(text);
    result.unwrap_or_else(|d| panic!("{}", render(&d, &sources, Style::Plain)))
}

fn op(planned: &Planned, at: usize) -> &wgpuc_abi::Op {
    let ops = planned.items.iter().filter_map(|item| match item {
        Item::Op(op) => Some(op),
        _ => None,
    });
    ops.collect::<Vec<_>>()[at]
}

fn side(expr: &FactExpr) -> String {
    let atom = |atom: &FactAtom| match atom {
        FactAtom::Param(p) => format!("p{}", p.0),
        FactAtom::Len(p) => format!("len{}", p.0),
        FactAtom::Groups(axis) => format!("g{axis}"),
    };
    let terms = expr.terms.iter().map(|(c, atoms)| {
        let names: Vec<String> = atoms.iter().map(atom).collect();
        match (*c, names.is_empty()) {
            (c, true) => c.to_string(),
            (1, false) => names.join("*"),
            (c, false) => format!("{c}*{}", names.join("*")),
        }
    });
    let text = terms.collect::<Vec<_>>().join(" + ");
    if text.is_empty() { "0".to_owned() } else { text }
}

fn facts(planned: &Planned, request: usize) -> Vec<String> {
    let show = |fact: &Fact| format!("{} <= {}", side(&fact.left), side(&fact.right));
    planned.requests[request].1.facts.iter().map(show).collect()
}

fn assert_fact(planned: &Planned, request: usize, fact: &str) {
    let facts = facts(planned, request);
    assert!(facts.iter().any(|f| f == fact), "{fact} is not among {facts:#?}");
}

const REDUCE: &str = "
    pub enum ReduceOp { Sum, Max }
    pub struct ReduceParams { pub n_elements: u32, pub op: ReduceOp }
    #[op]
    pub fn kernel_reduce(params: ReduceParams, input: &[f32], output: &mut [f32]) {
        require!(params.n_elements > 0 && input.len() >= params.n_elements);
        require!(output.len() >= 1);
        let groups = min(div_ceil(params.n_elements, 4096), 1024);
        let partials = scratch::<f32>(groups);
        launch!(partial::<{ params.op }>, [groups], params.n_elements, input.as_x4(), input, partials);
        if groups > 1 {
            launch!(finish::<{ params.op }>, [1], groups, partials, output);
        }
    }
    #[kernel(workgroup = 256)]
    fn partial<const OP: ReduceOp>(n: u32, input4: &[f32x4], input: &[f32], partials: &mut [f32]) {}
    #[kernel(workgroup = 256)]
    fn finish<const OP: ReduceOp>(n: u32, partials: &[f32], output: &mut [f32]) {}";

#[test]
fn reduce() {
    let planned = planned(REDUCE);
    assert_eq!(planned.items.len(), 3);
    assert_eq!(
        planned.kernels.iter().map(|k| k.name.as_str()).collect::<Vec<_>>(),
        ["reduce::partial", "reduce::finish"]
    );
    let names: Vec<&str> = planned.requests.iter().map(|(_, r)| r.name.as_str()).collect();
    assert_eq!(names, ["reduce_partial_sum", "reduce_partial_max", "reduce_finish_sum", "reduce_finish_max"]);
    let steps = &op(&planned, 0).plan.steps;
    let Step::Require { text, left, right, .. } = &steps[0] else { panic!("{steps:#?}") };
    assert_eq!((text.as_str(), left.as_str(), right.as_str()), ("params.n-elements > 0", "params.n-elements", "0"));
    assert!(matches!(&steps[5], Step::Launch { instance: Choice::Table { cases, .. }, .. } if cases.len() == 2));
    assert_fact(&planned, 0, "p0 <= len2");
    assert_fact(&planned, 0, "1 <= p0");
    assert_fact(&planned, 0, "len2 <= 4*len1");
    assert_fact(&planned, 0, "4*len1 <= 3 + len2");
    assert_fact(&planned, 0, "len3 <= 1024");
    assert_fact(&planned, 0, "4096*len3 <= 4095 + p0");
    // The grid and the partial results are equally many.
    assert_fact(&planned, 0, "g0 <= len3");
    assert_fact(&planned, 0, "len3 <= g0");
    // In the second launch what the `if` asks holds.
    assert_fact(&planned, 2, "2 <= p0");
    assert_fact(&planned, 2, "p0 <= len1");
    assert_fact(&planned, 2, "1 <= len2");
}

#[test]
fn products_and_quotients() {
    let text = "
        pub struct P { pub m: u32, pub k: u32, pub n_features: u32 }
        #[op]
        pub fn f(params: P, a: &[f32], labels: &[f32], out: &mut [f32]) {
            require!(params.k > 0);
            require!(params.n_features > 0);
            require!(a.len() >= params.m * params.k);
            let n_total = min(a.len() / params.n_features, labels.len());
            launch!(product, [div_ceil(params.m, 16), 1], params.m * params.k, a, out);
            launch!(split, [n_total], n_total, params.n_features, a, labels, out);
        }
        #[kernel(workgroup = 16)]
        fn product(mk: u32, a: &[f32], out: &mut [f32]) {}
        #[kernel(workgroup = 16)]
        fn split(n: u32, n_features: u32, a: &[f32], labels: &[f32], out: &mut [f32]) {}";
    let planned = planned(text);
    assert_fact(&planned, 0, "p0 <= len1");
    assert_fact(&planned, 1, "p0 <= len3");
    assert_fact(&planned, 1, "p0*p1 <= len2");
    assert!(planned.requests[0].1.grid_1d);
}

#[test]
fn early_returns_and_late_requirements_are_put_in_order() {
    let text = "
        pub struct P { pub n: u32, pub twice: bool }
        #[op(may_alias(x, y))]
        pub fn f(params: P, x: &[f32], y: &mut [f32]) {
            if params.n == 0 { return; }
            launch!(k, [params.n], x, y);
            require!(y.len() >= params.n);
            if params.twice { launch!(k, [params.n], x, y); }
        }
        #[kernel(workgroup = 16)]
        fn k(x: &[f32], y: &mut [f32]) {}";
    let planned = planned(text);
    let steps = &op(&planned, 0).plan.steps;
    assert_eq!(steps.len(), 1, "{steps:#?}");
    let Step::If { then, otherwise, .. } = &steps[0] else { panic!("{steps:#?}") };
    // The requirement stands under what remains of the first `if`, before both launches.
    assert!(then.is_empty() && !otherwise.is_empty(), "{steps:#?}");
    assert!(matches!(otherwise[0], Step::Require { .. }), "{steps:#?}");
    assert!(matches!(otherwise[1], Step::Launch { .. }), "{steps:#?}");
    assert_eq!(planned.requests[0].1.may_alias, [true, true]);
    // Only what both launches know: nothing says that the first one's buffers are long enough.
    assert_fact(&planned, 0, "1 <= g0");
    assert!(!facts(&planned, 0).contains(&"g0 <= len1".to_owned()));
}

#[test]
fn a_match_knows_its_arm() {
    let text = "
        pub enum E { A, B, C }
        pub struct P { pub e: E, pub f: bool }
        #[op]
        pub fn f(params: P, y: &mut [f32]) {
            let n = match params.e { E::A => 1, E::B => 2, E::C => 3 };
            match params.e {
                E::A => launch!(k::<{ params.e }, { params.f }, 1>, [n], y),
                _ => launch!(k::<{ params.e }, true, 2>, [n], y),
            }
        }
        #[kernel(workgroup = N)]
        fn k<const OP: E, const F: bool, const N: u32>(y: &mut [f32]) {}";
    let planned = planned(text);
    let names: Vec<&str> = planned.requests.iter().map(|(_, r)| r.name.as_str()).collect();
    assert_eq!(names, ["reduce_k_a_1", "reduce_k_a_f_1", "reduce_k_b_f_2", "reduce_k_c_f_2"]);
}

#[test]
fn what_is_known_narrows_what_is_compiled() {
    let text = "
        pub enum E { A, B, C, D }
        #[op]
        pub fn f(e: E, x: &[f32], y: &mut [f32]) {
            require!(e != E::D);
            match e {
                E::A | E::B => launch!(k::<{ e }>, [1], y),
                _ => if !supports!(subgroups) { launch!(k::<{ e }>, [1], y); } else { launch!(fast, [1], y); },
            }
        }
        #[kernel(workgroup = 16)]
        fn k<const OP: E>(y: &mut [f32]) {}
        #[kernel(workgroup = 16, needs = subgroups)]
        fn fast(y: &mut [f32]) {}";
    let planned = planned(text);
    let names: Vec<&str> = planned.requests.iter().map(|(_, r)| r.name.as_str()).collect();
    assert_eq!(names, ["reduce_k_a", "reduce_k_b", "reduce_k_c", "reduce_fast"]);
}

#[test]
fn a_pub_kernel_is_its_own_op() {
    let text = "
        /// y = a * x + y
        #[kernel(workgroup = 256, over = y.len())]
        #[instances(T = [f32, u32])]
        pub fn saxpy<T: Number>(a: T, x: &[T], y: &mut [T]) {}";
    let planned = planned(text);
    assert_eq!(op(&planned, 0).name.kebab(), "saxpy-f32");
    let steps = &op(&planned, 1).plan.steps;
    let texts: Vec<&str> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Require { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["x.len() >= y.len()"]);
    let Some(Step::Launch { grid, .. }) = steps.last() else { panic!("{steps:#?}") };
    assert!(matches!(&grid[0], Expr::Binary(wgpuc_abi::BinaryOp::DivCeil, ..)));
    assert_eq!(planned.kernels[0].name, "reduce::saxpy<f32>");
    assert_fact(&planned, 0, "len2 <= len1");
}

#[test]
fn a_temporary_that_need_not_be_there() {
    let text = "
        #[op]
        pub fn f(n: u32, out: &mut [f32]) {
            let room = try_scratch::<f32>(n);
            if room.is_some() {
                launch!(k, [1], room);
            }
        }
        #[kernel(workgroup = 16)]
        fn k(out: &mut [f32]) {}";
    let planned = planned(text);
    let plan = &op(&planned, 0).plan;
    let [Step::Scratch { taken: Some(slot), .. }, Step::If { cond, .. }] = &plan.steps[..] else { panic!("{plan:#?}") };
    assert_eq!((cond, plan.n_slots), (&Expr::Slot(*slot), 1));
}

#[test]
fn mistakes_are_reported_and_all_of_them() {
    let text = "
        pub struct P { pub n: u32, pub list: f32 }
        #[op]
        pub fn f(params: P, x: &[f32], y: &mut [f32], foo_bar: u8) {
            require!(params.m > 0);
            require!(x.len());
            let mut i = 3;
            let s = scratch(3);
            launch!(parital, [1], x);
            launch!(k, [1], x, x);
            launch!(k, [1], y);
            launch!(k::<3>, [0], x, 3);
        }
        #[kernel(workgroup = 16)]
        fn k(x: &[f32], y: &mut [f32]) {}
        #[op]
        pub fn F(x: &[bool]) {}
        #[op]
        pub fn a__b(x: &[f32], X: &[f32]) { launch!(k, [1], x, nothing); }";
    let (result, sources) = try_plan(text);
    let Err(diagnostics) = result else { panic!("it has mistakes") };
    let text = render(&diagnostics, &sources, Style::Plain);
    for code in
        ["E0401", "E0402", "E0403", "E0404", "E0405", "E0406", "E0407", "E0408", "E0409", "E0410", "E0411", "E0412"]
    {
        assert!(text.contains(code), "{code} is missing in\n{text}");
    }
}

#[test]
fn a_routines_arguments_are_the_ops_parameters() {
    let text = "
        const TWO: u32 = 2;
        pub struct P { pub rows: u32, pub flip: bool, pub scale: f32 }
        #[op(routine = gemm_f32(
            c = out, a = x, b = y, m = p.rows, n = TWO, k = depth, trans_a = p.flip, trans_b = !p.flip,
            alpha = p.scale, beta = 0.0,
        ))]
        pub fn f(depth: u32, p: P, x: &[f32], y: &[f32], out: &mut [f32]) {
            let rows = p.rows + 1;
            launch!(k, [rows], x, out);
        }
        #[kernel(workgroup = 16)]
        fn k(x: &[f32], y: &mut [f32]) {}";
    let planned = planned(text);
    let field = |field| Expr::Param { param: 1, field: Some(field) };
    let expected = Gemm {
        m: field(0),
        n: Expr::Int(2),
        k: Expr::Param { param: 0, field: None },
        trans_a: field(1),
        trans_b: Expr::Unary(wgpuc_abi::UnaryOp::Not, Box::new(field(1))),
        alpha: field(2),
        beta: Expr::F32(0),
        a: 2,
        b: 3,
        c: 4,
    };
    assert_eq!(op(&planned, 0).routine, Some(Routine::GemmF32(Box::new(expected))));
}
