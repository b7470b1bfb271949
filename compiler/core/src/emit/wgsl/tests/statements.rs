//! Control flow, loops, barriers and faults.

use super::{body, buffer, builder, finish, global_index, place, text_of, written};
use crate::ir::{Barrier, Builtin, Const, Expr, Op, ParamKind, Place, Scalar, StmtKind, Type};

#[test]
fn a_whole_kernel_reads_well() {
    let mut b = builder("saxpy");
    let a = b.param("a", ParamKind::Scalar(Scalar::F32));
    let x = b.param("x", buffer(Type::F32, false));
    let y = b.param("y", buffer(Type::F32, true));
    let i = global_index(&mut b);
    let len = b.def(Type::U32, Expr::Len(y));
    let inside = b.op(Op::Lt, &[i, len]);
    let a = b.def(Type::F32, Expr::Param(a));
    b.branch(
        inside,
        |b| {
            let xi = b.load(place(x), i, "x");
            let yi = b.load(place(y), i, "y");
            let ax = b.op(Op::Mul, &[a, xi]);
            let sum = b.op(Op::Add, &[ax, yi]);
            b.store(place(y), i, sum, "y");
        },
        |_| {},
    );
    let expected = "\
struct Launch {
    groups_x: u32,
    groups_y: u32,
    groups_z: u32,
    launch_id: u32,
    a: f32,
    x_len: u32,
    y_len: u32,
}

@group(0) @binding(0) var<uniform> launch: Launch;
@group(0) @binding(2) var<storage> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64, 1, 1)
fn saxpy(@builtin(workgroup_id) workgroup_id: vec3<u32>, @builtin(num_workgroups) num_workgroups: vec3<u32>, \
@builtin(local_invocation_id) local_id: vec3<u32>) {
    let group = ((workgroup_id.y * num_workgroups.x) + workgroup_id.x);
    let groups_x = launch.groups_x;
    if (group >= groups_x) {
        return;
    }
    let y_len = launch.y_len;
    let a = launch.a;
    let launch_id = launch.launch_id;
    let zero = select(0u, 1u, (launch_id == 0u));
    let v = ((group * 64u) + local_id.x);
    if (v < y_len) {
        let x_1 = x[v];
        let y_1 = y[v];
        y[v] = (bitcast<f32>((bitcast<u32>((a * x_1)) ^ zero)) + y_1);
    }
}
";
    let wgsl = written(&finish(b));
    assert_eq!(wgsl.text, expected);
    assert_eq!(wgsl.entry, "saxpy");
}

#[test]
fn an_entry_point_that_wgsl_reserves_is_renamed() {
    let wgsl = written(&finish(builder("loop")));
    assert_eq!(wgsl.entry, "loop_");
}

#[test]
fn a_loop_by_one_needs_no_guard() {
    let text = text_of("loop_one", Type::U32, Type::U32, |b, input, out, i| {
        let sum = b.slot("sum", Type::U32, None);
        let (start, step) = (b.u32(0), b.u32(1));
        let end = b.load(input, i, "input");
        b.range(start, end, step, |b, k| {
            let old = b.get(sum);
            let new = b.op(Op::Add, &[old, k]);
            b.set(sum, new);
        });
        let sum = b.get(sum);
        b.store(out, i, sum, "output");
    });
    let expected = "        let i_1 = i;
        if (i_1 >= input_1) {
            break;
        }
        let sum_1 = sum;
        sum = (sum_1 + i_1);
        continuing {
            i = (i_1 + 1u);
        }
";
    assert!(body(&text).contains(expected), "{text}");
    assert!(!text.contains("break if"), "{text}");
}

#[test]
fn a_loop_that_could_wrap_has_a_guard() {
    for scalar in [Scalar::U32, Scalar::I32] {
        let ty = Type::scalar(scalar);
        let text = text_of(&format!("loop_step_{}", scalar.name()), ty, Type::U32, |b, input, out, i| {
            let zero = b.constant(Const::zero(ty));
            let end = b.load(input, i, "input");
            let step = b.load(out, i, "output");
            b.range(zero, end, step, |b, k| {
                let k = b.cast(Op::Convert, k, Type::U32);
                b.store(out, k, k, "output");
            });
            let step = b.u32(2);
            b.range(zero, end, step, |b, k| {
                let k = b.cast(Op::Convert, k, Type::U32);
                b.store(out, k, k, "output");
            });
        });
        assert_eq!(text.matches("break if").count(), 2, "{text}");
        assert!(text.contains("max(output_1, 1u)"), "{text}");
    }
}

#[test]
fn a_loop_to_a_known_end_needs_no_guard() {
    let text = text_of("loop_known", Type::U32, Type::U32, |b, input, out, i| {
        let (start, end, step) = (b.u32(0), b.u32(1024), b.u32(4));
        b.range(start, end, step, |b, k| b.store(out, k, k, "output"));
        let x = b.load(input, i, "input");
        let end = b.op(Op::Min, &[x, end]);
        b.range(start, end, step, |b, k| b.store(out, k, k, "output"));
        let (start, end) = (b.constant(Const::i32(-8)), b.constant(Const::i32(8)));
        b.range(start, end, step, |b, k| {
            let k = b.cast(Op::Convert, k, Type::U32);
            b.store(out, k, k, "output");
        });
        // no step is one
        let zero = b.constant(Const::i32(0));
        b.range(start, end, zero, |_, _| {});
    });
    assert!(!text.contains("break if"), "{text}");
}

#[test]
fn loops_branches_and_what_follows_a_leave() {
    text_of("leaves", Type::U32, Type::U32, |b, input, out, i| {
        let n = b.slot("n", Type::U32, None);
        let (body, ()) = b.block(|b| {
            let old = b.get(n);
            let one = b.u32(1);
            let new = b.op(Op::Add, &[old, one]);
            b.set(n, new);
            let end = b.load(input, i, "input");
            let done = b.op(Op::Ge, &[new, end]);
            b.branch(
                done,
                |b| {
                    b.push(StmtKind::Break);
                    b.store(out, i, new, "output");
                },
                |b| {
                    b.push(StmtKind::Continue);
                    b.push(StmtKind::Continue);
                },
            );
            b.push(StmtKind::Return);
        });
        b.push(StmtKind::Loop { body });
        let n = b.get(n);
        b.store(out, i, n, "output");
        b.push(StmtKind::Return);
        b.store(out, i, i, "output");
    });
}

#[test]
fn barriers_in_uniform_flow() {
    let mut b = builder("barriers");
    let n = b.param("n", ParamKind::Scalar(Scalar::U32));
    let out = b.param("out", buffer(Type::F32, true));
    let tile = b.shared("tile", Type::F32, 64);
    let n = b.def(Type::U32, Expr::Param(n));
    let local = b.def(Type::U32, Expr::Builtin(Builtin::LocalIndex));
    let (start, step) = (b.u32(0), b.u32(16));
    b.range(start, n, step, |b, k| {
        let value = b.load(place(out), k, "out");
        b.store(Place::Shared(tile), local, value, "tile");
        b.barrier();
        let zero = b.u32(0);
        let first = b.load(Place::Shared(tile), zero, "tile");
        b.store(place(out), k, first, "out");
        b.push(StmtKind::Barrier(Barrier::Storage));
    });
    let text = written(&finish(b)).text;
    assert!(text.contains("storageBarrier();"), "{text}");
}

#[test]
fn faults_fill_the_record() {
    for grid_1d in [true, false] {
        let mut b = builder(if grid_1d { "faults_line" } else { "faults_grid" });
        b.kernel.grid_1d = grid_1d;
        let input = b.param("input", buffer(Type::U32, false));
        let output = b.param("output", buffer(Type::U32, true));
        let i = global_index(&mut b);
        let len = b.def(Type::U32, Expr::Len(input));
        let site = b.site("index into input");
        let outside = b.op(Op::Ge, &[i, len]);
        b.branch(
            outside,
            |b| b.push(StmtKind::Fault { site, value: i, bound: len }),
            |b| {
                let value = b.load(place(input), i, "input");
                b.store(place(output), i, value, "output");
            },
        );
        b.barrier();
        let text = written(&finish(b)).text;
        assert!(text.contains("report_fault(launch_id, 0u, v, input_len, "), "{text}");
        assert_eq!(text.contains("return;\n    }\n    let input_len"), grid_1d, "{text}");
    }
}

#[test]
fn the_record_is_laid_out_as_agreed() {
    use wgpuc_abi::fault;
    let text = include_str!("../helpers/report_fault.wgsl");
    let words = [
        (fault::SITE, "site"),
        (fault::VALUE, "value"),
        (fault::BOUND, "bound"),
        (fault::GROUP, "group_index"),
        (fault::INVOCATION, "invocation"),
    ];
    for (word, name) in words {
        assert!(text.contains(&format!("atomicStore(&fault[{word}], {name});")), "{name}");
    }
    assert!(text.contains(&format!("&fault[{}], 0u, launch_number", fault::LAUNCH)));
    assert!(text.contains(&format!("array<atomic<u32>, {}>", fault::WORDS)));
}
