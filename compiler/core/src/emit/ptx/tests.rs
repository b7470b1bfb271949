//! What each construct becomes. That it assembles is tested with ptxas, and what it computes on the device, beside the
//! interpreter.

use super::{PtxModule, Setting, emit};
use crate::ir::build::Builder;
use crate::ir::{
    AtomicOp, Barrier, Buffer, Builtin, Check, Const, Element, Expr, Feature, Kernel, Op, ParamKind, Place, Scalar,
    StmtKind, SubgroupOp, Type, random,
};
use crate::passes;
use crate::source::{FileId, Span};

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

fn kernel(write: impl FnOnce(&mut Builder)) -> Kernel {
    let mut b = Builder::new("test", [64, 1, 1], SPAN);
    write(&mut b);
    let mut kernel = b.finish();
    for access in &mut kernel.accesses {
        access.check = Check::Explicit;
    }
    kernel
}

fn module(kernel: &Kernel) -> PtxModule {
    emit(kernel, &Setting { faults: true, sources: None }).unwrap_or_else(|error| panic!("{error}"))
}

fn text(write: impl FnOnce(&mut Builder)) -> String {
    module(&kernel(write)).text
}

fn buffer(b: &mut Builder, name: &str, elem: Type, mutable: bool) -> Place {
    let buffer = Buffer { elem, elems_per_item: 1, mutable, may_alias: false, atomic: false, packed: None };
    Place::Buffer(b.param(name, ParamKind::Buffer(buffer)))
}

fn lane(b: &mut Builder) -> crate::ir::ValueId {
    b.def(Type::U32, Expr::Builtin(Builtin::LocalIndex))
}

/// The instructions whose names start so.
fn lines<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    text.lines().map(str::trim).filter(|line| line.starts_with(name)).collect()
}

#[test]
fn parameters_lie_as_a_launch_packs_them() {
    let text = text(|b| {
        b.param("wide", ParamKind::Scalar(Scalar::U64));
        buffer(b, "x", Type::F32, false);
        b.param("flag", ParamKind::Scalar(Scalar::Bool));
        buffer(b, "y", Type::F32, true);
    });
    let names = ["x_addr", "y_addr", "fault_record", "launch_id", "wide_value", "wide_high", "flag_value", "x_len"];
    let found = lines(&text, ".param");
    assert_eq!(found.len(), names.len() + 1, "{text}");
    for (line, name) in found.iter().zip(names) {
        assert!(line.trim_end_matches(',').ends_with(name), "{line} should be {name}");
    }
    assert!(found[2].contains(".u64") && found[3].contains(".u32"));
}

#[test]
fn both_halves_of_a_product_are_computed_at_once() {
    let halves = |is_square: bool| {
        text(|b| {
            let x = buffer(b, "x", Type::U32, true);
            let i = lane(b);
            let a = b.load(x, i, "x");
            let high = b.op(Op::MulHi, &[a, i]);
            let other = if is_square { a } else { i };
            let low = b.op(Op::Mul, &[other, a]);
            let sum = b.op(Op::Xor, &[high, low]);
            b.store(x, i, sum, "x");
        })
    };
    let (one, two) = (halves(false), halves(true));
    assert_eq!((lines(&one, "mul.wide.u32").len(), lines(&one, "mul.lo.u32").len()), (1, 0), "{one}");
    assert_eq!(lines(&two, "mul.lo.u32").len(), 1, "the square is no half of it: {two}");
}

#[test]
fn sums_and_products_are_never_contracted() {
    let text = text(|b| {
        let x = buffer(b, "x", Type::F32, true);
        let i = lane(b);
        let a = b.load(x, i, "x");
        let product = b.op(Op::Mul, &[a, a]);
        let sum = b.op(Op::Add, &[product, a]);
        let fused = b.op(Op::MulAdd, &[sum, a, a]);
        let root = b.op(Op::Sqrt, &[fused]);
        let quotient = b.op(Op::Div, &[root, a]);
        b.store(x, i, quotient, "x");
    });
    for name in ["mul.rn.f32", "add.rn.f32", "fma.rn.f32", "sqrt.rn.f32", "div.rn.f32"] {
        assert_eq!(lines(&text, name).len(), 1, "{name}: {text}");
    }
    assert!(!text.contains("ftz"));
}

#[test]
fn vectors_are_one_access_and_unwritten_buffers_are_read_past_the_cache() {
    let text = text(|b| {
        let quad = Type::vector(Scalar::F32, 4);
        let (x, y) = (buffer(b, "x", quad, false), buffer(b, "y", quad, true));
        let i = lane(b);
        let value = b.load(x, i, "x");
        let old = b.load(y, i, "y");
        let sum = b.op(Op::Add, &[value, old]);
        b.store(y, i, sum, "y");
    });
    assert_eq!(lines(&text, "ld.global.nc.v4.f32").len(), 1, "{text}");
    assert_eq!(lines(&text, "ld.global.v4.f32").len(), 1, "{text}");
    assert_eq!(lines(&text, "st.global.v4.f32").len(), 1, "{text}");
}

#[test]
fn a_buffer_that_may_be_written_as_another_is_no_constant() {
    let text = text(|b| {
        let aliased =
            Buffer { elem: Type::F32, elems_per_item: 1, mutable: false, may_alias: true, atomic: false, packed: None };
        let x = Place::Buffer(b.param("x", ParamKind::Buffer(aliased)));
        let y = buffer(b, "y", Type::F32, true);
        let i = lane(b);
        let value = b.load(x, i, "x");
        b.store(y, i, value, "y");
    });
    assert!(!text.contains(".nc"), "{text}");
}

#[test]
fn neighbours_in_workgroup_memory_share_an_address() {
    let text = text(|b| {
        let tile = Place::Shared(b.shared("tile", Type::F32, 256));
        let i = lane(b);
        for by in [1, 2, 0xffff_ffff] {
            let by = b.u32(by);
            let index = b.op(Op::Add, &[i, by]);
            let value = b.load(tile, index, "tile");
            b.store(tile, i, value, "tile");
        }
    });
    assert_eq!(lines(&text, "mad.lo.u32").len(), 1, "{text}");
    let offsets = ["+4]", "+8]", "+-4]"];
    for (line, offset) in lines(&text, "ld.shared.f32").iter().zip(offsets) {
        assert!(line.contains(offset), "{line}");
    }
}

#[test]
fn rows_of_workgroup_memory_share_an_address_too() {
    let text = text(|b| {
        let [tile, other] = [("tile", 64), ("other", 1024)]
            .map(|(name, len)| Place::Shared(b.shared(name, Type::vector(Scalar::F32, 4), len)));
        let (i, pitch) = (lane(b), b.u32(33));
        for row in 0..3 {
            let row = b.u32(row);
            let row = b.op(Op::Add, &[i, row]);
            let index = b.op(Op::Mul, &[row, pitch]);
            let value = b.load(other, index, "other");
            b.store(tile, index, value, "tile");
        }
    });
    assert_eq!(lines(&text, "mad.lo.u32").len(), 1, "{text}");
    assert!(lines(&text, "ld.shared.v4.f32")[2].contains(&format!("+{}]", 64 * 16 + 2 * 33 * 16)), "{text}");
}

#[test]
fn neighbours_in_a_buffer_share_an_address_where_the_sum_cannot_wrap() {
    let text = text(|b| {
        let x = buffer(b, "x", Type::F32, true);
        let n = b.param("n", ParamKind::Scalar(Scalar::U32));
        let n = b.def(Type::U32, Expr::Param(n));
        let (four, three) = (b.u32(4), b.u32(3));
        let aligned = b.op(Op::Mul, &[n, four]);
        let near = b.op(Op::Add, &[aligned, three]);
        let far = b.op(Op::Add, &[n, three]);
        let values = [aligned, near, far].map(|index| b.load(x, index, "x"));
        values.into_iter().for_each(|value| b.store(x, near, value, "x"));
    });
    let loads = lines(&text, "ld.global.f32");
    assert!(!loads[0].contains('+') && loads[1].contains("+12]") && !loads[2].contains('+'), "{text}");
    assert_eq!(lines(&text, "mad.wide.u32").len(), 2, "{text}");
}

#[test]
fn division_and_shifts_are_guarded_only_where_they_must_be() {
    let with = |by: Option<u32>, op: Op| {
        text(|b| {
            let x = buffer(b, "x", Type::U32, true);
            let i = lane(b);
            let a = b.load(x, i, "x");
            let by = by.map_or(a, |by| b.u32(by));
            let result = b.op(op, &[a, by]);
            b.store(x, i, result, "x");
        })
    };
    assert!(with(None, Op::Div).contains("selp"));
    assert!(!with(Some(7), Op::Div).contains("selp"));
    assert!(with(Some(0), Op::Rem).contains("selp"));
    assert!(with(None, Op::Shl).contains("and.b32"));
    assert!(with(Some(35), Op::Shr).contains(", 3;"));
}

#[test]
fn a_range_never_wraps() {
    let with = |end: u32, step: u32| {
        text(|b| {
            let x = buffer(b, "x", Type::U32, true);
            let [start, end, step] = [0, end, step].map(|bound| b.u32(bound));
            b.range(start, end, step, |b, i| b.store(x, i, i, "x"));
        })
    };
    assert!(!with(100, 3).contains("sub.u32"));
    assert!(!with(u32::MAX, 1).contains("sub.u32"));
    assert!(with(u32::MAX, 2).contains("sub.u32"));
}

#[test]
fn conditions_that_all_share_are_uniform() {
    let text = text(|b| {
        let x = buffer(b, "x", Type::U32, true);
        let n = b.param("n", ParamKind::Scalar(Scalar::U32));
        let (n, i, one) = (b.def(Type::U32, Expr::Param(n)), lane(b), b.u32(1));
        for value in [n, i] {
            let cond = b.op(Op::Lt, &[value, one]);
            b.branch(cond, |b| b.store(x, i, one, "x"), |_| {});
        }
    });
    let branches: Vec<&str> = text.lines().filter(|line| line.contains("bra")).collect();
    assert!(branches[0].contains("bra.uni") && !branches[1].contains("bra.uni"), "{text}");
}

#[test]
fn workgroup_memory_is_zeroed_together_and_asked_for_where_it_is_large() {
    let with = |len: u32| {
        module(&kernel(|b| {
            let id = b.shared("tile", Type::U32, len);
            b.kernel[id].zeroed = true;
            let (i, tile) = (lane(b), Place::Shared(id));
            b.store(tile, i, i, "tile");
        }))
    };
    let small = with(1024);
    assert!(small.text.contains(".shared .align 16 .b8 workgroup_memory[4096]"), "{}", small.text);
    assert_eq!(small.cuda.dynamic_shared_bytes, 0);
    assert_eq!(lines(&small.text, "st.shared.v4.b32").len(), 1);
    assert_eq!(lines(&small.text, "bar.sync 0").len(), 1);
    let large = with(12289);
    assert!(large.text.contains(".extern .shared"), "{}", large.text);
    assert_eq!(large.cuda.dynamic_shared_bytes, 49168);
}

#[test]
fn warps_are_reduced_by_the_instruction_that_the_level_has() {
    let with = |workgroup: u32, features: &[Feature]| {
        let mut kernel = kernel(|b| {
            let x = buffer(b, "x", Type::U32, true);
            let i = lane(b);
            let sum = b.def(Type::U32, Expr::subgroup(SubgroupOp::Add, &[i]));
            b.store(x, i, sum, "x");
        });
        kernel.workgroup = [workgroup, 1, 1];
        kernel.features = features.to_vec();
        module(&kernel)
    };
    let base = with(64, &[Feature::Subgroups]);
    assert_eq!(lines(&base.text, "shfl.sync.bfly").len(), 5);
    assert_eq!((base.cuda.sm, base.cuda.ptx_version), (75, [6, 3]));
    let newer = with(64, &[Feature::Subgroups, Feature::Sm80]);
    assert_eq!(lines(&newer.text, "redux.sync.add").len(), 1);
    assert_eq!((newer.cuda.sm, newer.cuda.ptx_version), (80, [7, 0]));
    // The last warp has one member: no lane that is not there is asked.
    let partial = with(33, &[Feature::Subgroups]);
    assert!(lines(&partial.text, "shfl.sync.bfly").is_empty() && partial.text.contains("selp"));
}

#[test]
fn a_warp_that_may_part_is_refused() {
    let kernel = kernel(|b| {
        let x = buffer(b, "x", Type::U32, true);
        let (i, one) = (lane(b), b.u32(1));
        let cond = b.op(Op::Lt, &[i, one]);
        b.branch(
            cond,
            |b| {
                let sum = b.def(Type::U32, Expr::subgroup(SubgroupOp::Add, &[i]));
                b.store(x, i, sum, "x");
            },
            |_| {},
        );
    });
    assert!(emit(&kernel, &Setting::default()).is_err());
}

#[test]
fn atomics_whose_result_nobody_wants_are_reductions() {
    let text = text(|b| {
        let counter =
            Buffer { elem: Type::I32, elems_per_item: 1, mutable: true, may_alias: false, atomic: true, packed: None };
        let x = Place::Buffer(b.param("x", ParamKind::Buffer(counter)));
        let (index, value) = (b.u32(0), b.constant(Const::i32(-2)));
        for op in [AtomicOp::Add, AtomicOp::Min, AtomicOp::Store] {
            let access = b.access(x, "x");
            b.def(Type::I32, Expr::Atomic { op, index, value: Some(value), expected: None, access });
        }
        let access = b.access(x, "x");
        let exchange = AtomicOp::CompareExchange;
        let old =
            b.def(Type::I32, Expr::Atomic { op: exchange, index, value: Some(value), expected: Some(value), access });
        let access = b.access(x, "x");
        b.def(Type::I32, Expr::Atomic { op: AtomicOp::Max, index, value: Some(old), expected: None, access });
        b.push(StmtKind::Barrier(Barrier::Storage));
    });
    for name in ["red.global.add.u32", "red.global.min.s32", "st.relaxed.gpu.global.s32", "atom.global.cas.b32"] {
        assert_eq!(lines(&text, name).len(), 1, "{name}: {text}");
    }
    assert!(text.contains("fence.acq_rel.gpu;\n    bar.sync 0;"), "{text}");
}

#[test]
fn copies_are_asynchronous_from_sm_80_on() {
    let mut kernel = kernel(|b| {
        let quad = Type::vector(Scalar::F32, 4);
        let x = buffer(b, "x", quad, false);
        let tile = Place::Shared(b.shared("tile", quad, 64));
        let (i, one) = (lane(b), b.u32(1));
        let cond = b.op(Op::Lt, &[i, one]);
        let to = Element { index: i, access: b.access(tile, "tile") };
        let from = Element { index: i, access: b.access(x, "x") };
        b.push(StmtKind::CopyAsync { to, from, cond: Some(cond) });
        b.push(StmtKind::CopyCommit);
        b.push(StmtKind::CopyWait(1));
    });
    assert!(emit(&kernel, &Setting::default()).is_err());
    kernel.features = vec![Feature::Sm80];
    let text = module(&kernel).text;
    assert_eq!(lines(&text, "cp.async.cg.shared.global").len(), 1, "{text}");
    assert!(text.contains("cp.async.wait_group 1;"), "{text}");
}

#[test]
fn faults_need_a_record() {
    let kernel = kernel(|b| {
        let (site, one) = (b.site("index"), b.u32(1));
        b.push(StmtKind::Fault { site, value: one, bound: one });
    });
    assert!(module(&kernel).text.contains("atom.global.cas.b32"));
    assert!(emit(&kernel, &Setting::default()).is_err());
}

#[test]
fn random_kernels_keep_to_the_register_types() {
    for seed in 0..300 {
        let mut kernel = random::kernel(seed);
        passes::explicit::run(&mut kernel);
        if seed % 2 == 0 {
            kernel.features.push(Feature::Sm80);
        } else {
            passes::lower_copies::run(&mut kernel);
        }
        if seed % 3 == 0 {
            passes::simplify::run(&mut kernel);
        }
        module(&kernel);
    }
}

#[test]
fn what_was_not_decomposed_is_an_error_of_the_compiler() {
    let mut b = Builder::new("test", [1, 1, 1], SPAN);
    let x = buffer(&mut b, "x", Type::F32, false);
    let zero = b.u32(0);
    b.load(x, zero, "x");
    let error = emit(&b.finish(), &Setting::default()).expect_err("the access is unchecked");
    assert!(error.to_string().contains("internal error"), "{error}");
}
