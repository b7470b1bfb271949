//! Simplified kernels mean what they meant.

use super::run;
use crate::interp;
use crate::ir::build::Builder;
use crate::ir::{
    Buffer, Builtin, Const, Expr, Kernel, Op, ParamKind, Place, StmtKind, Type, ValueId, print, random, verify, walk,
};
use crate::source::{FileId, Span};

#[test]
fn random_kernels_keep_their_meaning() {
    let options = random::Options { float_bits: false, ..random::Options::default() };
    let (mut before, mut after) = (0, 0);
    for seed in 0..600 {
        let kernel = random::kernel_with(seed, &options);
        let mut simplified = kernel.clone();
        run(&mut simplified);
        verify(&simplified).unwrap_or_else(|m| panic!("{m}\n{}\n{}", print(&kernel), print(&simplified)));
        interp::assert_same(&kernel, &simplified, seed);
        before += n_stmts(&kernel);
        after += n_stmts(&simplified);
        let once = print(&simplified);
        run(&mut simplified);
        verify(&simplified).unwrap_or_else(|m| panic!("{m}\n{once}\n{}", print(&simplified)));
        interp::assert_same(&kernel, &simplified, seed);
    }
    assert!(after < before, "{before} statements became {after}");
}

fn n_stmts(kernel: &Kernel) -> usize {
    let mut n = 0;
    walk::for_each_stmt(&kernel.body, &mut |_| n += 1);
    n
}

/// A kernel of one invocation that writes `out`.
fn kernel(write: impl FnOnce(&mut Builder, Place)) -> Kernel {
    let mut b = Builder::new("k", [1, 1, 1], Span { file: FileId(0), start: 0, end: 1 });
    let kind =
        Buffer { elem: Type::U32, elems_per_item: 1, mutable: true, may_alias: false, atomic: false, packed: None };
    let out = Place::Buffer(b.param("out", ParamKind::Buffer(kind)));
    write(&mut b, out);
    b.finish()
}

fn local(b: &mut Builder) -> ValueId {
    b.def(Type::U32, Expr::Builtin(Builtin::LocalIndex))
}

/// The lines of the simplified body.
#[track_caller]
fn simplified(write: impl FnOnce(&mut Builder, Place)) -> Vec<String> {
    let kernel = kernel(write);
    let mut simplified = kernel.clone();
    run(&mut simplified);
    verify(&simplified).unwrap();
    interp::assert_same(&kernel, &simplified, 1);
    let text = print(&simplified);
    text.lines().skip(2).map(|line| line.trim().to_owned()).filter(|line| line != "}").collect()
}

#[test]
fn constants_fold_and_known_branches_go() {
    let lines = simplified(|b, out| {
        let (two, three, zero) = (b.u32(2), b.u32(3), b.u32(0));
        let five = b.op(Op::Add, &[two, three]);
        let less = b.op(Op::Lt, &[two, three]);
        b.branch(less, |b| b.store(out, zero, five, "x"), |b| b.store(out, five, zero, "x"));
        b.range(five, two, zero, |b, i| b.store(out, i, i, "x"));
    });
    assert_eq!(lines, ["%0: u32 = 0", "%1: u32 = 5", "store out[%0] = %1"]);
}

#[test]
fn identities_and_common_expressions() {
    let lines = simplified(|b, out| {
        let (zero, one, x) = (b.u32(0), b.u32(1), local(b));
        let mut same = x;
        for (op, with) in [(Op::Add, zero), (Op::Mul, one), (Op::Or, zero), (Op::Shl, zero), (Op::Div, one)] {
            same = b.op(op, &[same, with]);
        }
        let not = b.op(Op::Not, &[same]);
        let same = b.op(Op::Not, &[not]);
        let (y, z) = (b.op(Op::Mul, &[x, same]), b.op(Op::Mul, &[same, x]));
        let none = b.op(Op::Sub, &[y, z]);
        b.store(out, none, y, "x");
    });
    assert_eq!(
        lines,
        ["%0: u32 = 0", "%1: u32 = local_index", "%2: u32 = mul %1, %1", "store out[%0] = %2"].map(str::to_owned)
    );
}

#[test]
fn slots_that_are_set_once_become_values() {
    let lines = simplified(|b, out| {
        let (x, zero) = (local(b), b.u32(0));
        let s = b.slot("s", Type::U32, None);
        b.set(s, x);
        let less = b.op(Op::Lt, &[zero, x]);
        b.branch(
            less,
            |b| {
                let v = b.get(s);
                b.store(out, v, v, "x");
            },
            |_| {},
        );
        let v = b.get(s);
        b.set(s, zero);
        b.store(out, v, v, "x");
    });
    assert!(!lines.iter().any(|line| line.contains("s =") || line.contains("= s")), "{lines:?}");
}

#[test]
fn unrolled_loops_keep_arrays_in_registers() {
    let kernel = kernel(|b, out| {
        let [zero, one, four] = [0, 1, 4].map(|v| b.u32(v));
        let array = Place::Slot(b.slot("a", Type::U32, Some(4)));
        let unrolled = |b: &mut Builder, body: &dyn Fn(&mut Builder, ValueId)| {
            let var = b.value(Type::U32, Expr::LoopVar);
            let (body, ()) = b.block(|b| body(b, var));
            b.push(StmtKind::For { var, start: zero, end: four, step: one, unroll: true, body });
        };
        let x = local(b);
        unrolled(b, &|b, i| {
            let v = b.op(Op::Add, &[x, i]);
            b.store(array, i, v, "a");
        });
        unrolled(b, &|b, i| {
            // The inner loop's end is known only once the outer one is unrolled.
            let var = b.value(Type::U32, Expr::LoopVar);
            let (body, ()) = b.block(|b| {
                let (v, w) = (b.load(array, i, "a"), b.load(array, var, "a"));
                let sum = b.op(Op::Add, &[v, w]);
                b.store(array, i, sum, "a");
            });
            b.push(StmtKind::For { var, start: zero, end: i, step: one, unroll: true, body });
        });
        let three = b.u32(3);
        let v = b.load(array, three, "a");
        b.store(out, zero, v, "x");
    });
    let mut simplified = kernel.clone();
    run(&mut simplified);
    interp::assert_same(&kernel, &simplified, 1);
    let text = print(&simplified);
    assert!(simplified.slots.is_empty() && !text.contains("for"), "{text}");
}

#[test]
fn a_loop_too_large_or_with_jumps_stays() {
    for (n, jumps) in [(5000, false), (4, true)] {
        let mut k = kernel(|b, out| {
            let [zero, one, n] = [0, 1, n].map(|v| b.u32(v));
            let var = b.value(Type::U32, Expr::LoopVar);
            let (body, ()) = b.block(|b| {
                b.store(out, var, var, "x");
                let stop = b.op(Op::Eq, &[var, one]);
                b.branch(stop, |b| if jumps { b.push(StmtKind::Break) } else { b.store(out, zero, var, "x") }, |_| {});
            });
            b.push(StmtKind::For { var, start: zero, end: n, step: one, unroll: true, body });
        });
        run(&mut k);
        assert!(print(&k).contains("unroll for"));
    }
}

#[test]
fn what_does_not_change_leaves_the_loop() {
    let lines = simplified(|b, out| {
        let (x, zero, one) = (local(b), b.u32(0), b.u32(1));
        let end = b.op(Op::Add, &[x, one]);
        b.range(zero, end, one, |b, i| {
            let seven = b.u32(7);
            let product = b.op(Op::Mul, &[x, seven]);
            let at = b.op(Op::Add, &[product, i]);
            b.store(out, at, i, "x");
        });
    });
    let at = |what: &str| lines.iter().position(|line| line.contains(what)).unwrap();
    assert!(at("mul") < at("for") && at("for") < at("store"), "{lines:?}");
}

#[test]
fn a_load_that_may_fault_stays_and_others_go() {
    let lines = simplified(|b, out| {
        let x = local(b);
        b.load(out, x, "x");
        let tile = Place::Shared(b.shared("tile", Type::U32, 4));
        let three = b.u32(3);
        b.load(tile, three, "tile");
        b.constant(Const::f32(1.0));
    });
    assert_eq!(lines[lines.len() - 2..], ["%0: u32 = local_index", "%1: u32 = load out[%0]"].map(str::to_owned));
}

#[test]
fn a_branch_that_jumps_does_not_say_what_a_slot_holds() {
    for swapped in [false, true] {
        let lines = simplified(|b, out| {
            let [x, zero, one, two] = [local(b), b.u32(0), b.u32(1), b.u32(2)];
            let s = b.slot("s", Type::U32, None);
            b.range(zero, two, one, |b, i| {
                b.set(s, x);
                let cond = b.op(Op::Eq, &[i, x]);
                let leave = |b: &mut Builder| {
                    b.set(s, two);
                    b.push(StmtKind::Continue);
                };
                let stay = |b: &mut Builder| b.set(s, one);
                if swapped {
                    b.branch(cond, leave, stay)
                } else {
                    b.branch(cond, stay, leave)
                }
                let v = b.get(s);
                b.store(out, zero, v, "x");
            });
        });
        assert!(lines.iter().any(|line| line == "store out[%0] = %1"), "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("s =")), "{lines:?}");
    }
}
