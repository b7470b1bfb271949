//! What kernels mean, on hand-built ones and random ones.

use super::{Error, Launch, Options, Outcome, args, run};
use crate::ir::build::Builder;
use crate::ir::{
    AtomicOp, Buffer, Builtin, Check, Const, Element, Expr, Kernel, Op, ParamKind, Place, Scalar, SlotId, StmtKind,
    SubgroupOp, Type, ValueId,
};
use crate::source::{FileId, Span};

fn builder(n: u32) -> Builder {
    Builder::new("k", [n, 1, 1], Span { file: FileId(0), start: 0, end: 1 })
}

fn buffer(b: &mut Builder, name: &str, elem: Type, mutable: bool) -> Place {
    let kind = Buffer { elem, elems_per_item: 1, mutable, may_alias: false, atomic: false, packed: None };
    Place::Buffer(b.param(name, ParamKind::Buffer(kind)))
}

fn builtin(b: &mut Builder, builtin: Builtin) -> ValueId {
    b.def(Type::U32, Expr::Builtin(builtin))
}

fn global_id(b: &mut Builder) -> ValueId {
    let (group, local) = (builtin(b, Builtin::WorkgroupId(0)), builtin(b, Builtin::LocalIndex));
    let size = b.u32(b.kernel.workgroup[0]);
    let start = b.op(Op::Mul, &[group, size]);
    b.op(Op::Add, &[start, local])
}

fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|w| w.to_le_bytes()).collect()
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect()
}

/// Runs on one buffer; gives its words.
fn run_with(
    kernel: &Kernel,
    groups: u32,
    buffers: &[&[u32]],
    options: &Options,
) -> Result<(Vec<Vec<u32>>, Outcome), Error> {
    let buffers = buffers.iter().map(|words| bytes(words)).collect();
    let mut launch = Launch { grid: [groups, 1, 1], args: args(kernel, &[]), buffers };
    let outcome = run(kernel, &mut launch, options)?;
    Ok((launch.buffers.iter().map(|bytes| words(bytes)).collect(), outcome))
}

fn run_one(kernel: &Kernel, groups: u32, out: &[u32]) -> Result<(Vec<u32>, Outcome), Error> {
    run_with(kernel, groups, &[out], &Options::default()).map(|(mut buffers, outcome)| (buffers.remove(0), outcome))
}

#[test]
fn an_access_out_of_range_is_dropped_and_marked() {
    let mut b = builder(4);
    let x = buffer(&mut b, "x", Type::U32, true);
    let i = global_id(&mut b);
    let five = b.u32(5);
    let far = b.op(Op::Add, &[i, five]);
    let v = b.load(x, far, "index into x");
    let sum = b.op(Op::Add, &[v, i]);
    b.store(x, i, sum, "index into x");
    let mut kernel = b.finish();
    let (out, outcome) = run_one(&kernel, 2, &[9; 7]).unwrap();
    assert_eq!(out[2..], [2, 3, 4, 5, 6]);
    let fault = outcome.fault.unwrap();
    assert_eq!(fault.bound, 7);
    assert!(fault.value >= 7);
    assert_eq!(outcome.padding_written, None);
    kernel.accesses[0].check = Check::Proved("hope".into());
    assert!(matches!(run_one(&kernel, 2, &[9; 7]), Err(Error::UnsoundProof { bound: 7, .. })));
    kernel.accesses[0].check = Check::Explicit;
    assert!(matches!(run_one(&kernel, 2, &[9; 7]), Err(Error::FailedCheck { .. })));
}

/// Each workgroup of 8 sums its elements in shared memory.
fn block_sum(with_barrier: bool) -> Kernel {
    let mut b = builder(8);
    let x = buffer(&mut b, "x", Type::U32, false);
    let out = buffer(&mut b, "out", Type::U32, true);
    let tile = Place::Shared(b.shared("tile", Type::U32, 8));
    let (i, local) = (global_id(&mut b), builtin(&mut b, Builtin::LocalIndex));
    let v = b.load(x, i, "x");
    b.store(tile, local, v, "tile");
    b.barrier();
    let width = b.slot("width", Type::U32, None);
    let (four, one, zero) = (b.u32(4), b.u32(1), b.u32(0));
    b.set(width, four);
    let (body, ()) = b.block(|b| {
        let w = b.get(width);
        let done = b.op(Op::Eq, &[w, zero]);
        b.branch(done, |b| b.push(StmtKind::Break), |_| {});
        let takes_part = b.op(Op::Lt, &[local, w]);
        b.branch(
            takes_part,
            |b| {
                let other = b.op(Op::Add, &[local, w]);
                let (mine, theirs) = (b.load(tile, local, "tile"), b.load(tile, other, "tile"));
                let sum = b.op(Op::Add, &[mine, theirs]);
                b.store(tile, local, sum, "tile");
            },
            |_| {},
        );
        if with_barrier {
            b.barrier();
        }
        let half = b.op(Op::Shr, &[w, one]);
        b.set(width, half);
    });
    b.push(StmtKind::Loop { body });
    let access = b.access(tile, "tile");
    let sum = b.def(Type::U32, Expr::UniformLoad { index: zero, access });
    let group = builtin(&mut b, Builtin::WorkgroupId(0));
    let first = b.op(Op::Eq, &[local, zero]);
    b.branch(first, |b| b.store(out, group, sum, "out"), |_| {});
    b.finish()
}

#[test]
fn barriers_order_shared_memory_for_every_seed() {
    let input: Vec<u32> = (0..32).collect();
    for seed in 0..20 {
        let options = Options { seed, buffer_races: true, ..Options::default() };
        let (out, _) = run_with(&block_sum(true), 4, &[&input, &[0; 4]], &options).unwrap();
        assert_eq!(out[1], [28, 92, 156, 220]);
        let error = run_with(&block_sum(false), 4, &[&input, &[0; 4]], &options).unwrap_err();
        assert!(matches!(&error, Error::Race { place, .. } if place.starts_with("tile[")), "{error}");
    }
}

#[test]
fn divergence_is_an_error() {
    let divergent = |write: &dyn Fn(&mut Builder)| {
        let mut b = builder(8);
        let (local, two) = (builtin(&mut b, Builtin::LocalIndex), b.u32(2));
        let some = b.op(Op::Lt, &[local, two]);
        b.branch(some, |b| write(b), |_| {});
        b.barrier();
        run_one(&b.finish(), 1, &[]).unwrap_err()
    };
    for error in [divergent(&|b| b.barrier()), divergent(&|b| b.push(StmtKind::Return))] {
        assert!(matches!(error, Error::Divergence { .. }), "{error}");
    }
    let error = divergent(&|b| {
        let v = b.u32(1);
        b.def(Type::U32, Expr::subgroup(SubgroupOp::Add, &[v]));
    });
    assert!(error.to_string().contains("subgroup operation"), "{error}");
}

#[test]
fn races_on_buffers_between_workgroups_are_found_where_asked() {
    let mut b = builder(1);
    let x = buffer(&mut b, "x", Type::U32, true);
    let (zero, group) = (b.u32(0), builtin(&mut b, Builtin::WorkgroupId(0)));
    b.store(x, zero, group, "x");
    let kernel = b.finish();
    assert!(run_one(&kernel, 2, &[0]).is_ok());
    let options = Options { buffer_races: true, ..Options::default() };
    assert!(matches!(run_with(&kernel, 2, &[&[0]], &options), Err(Error::Race { .. })));
    assert!(run_with(&kernel, 1, &[&[0]], &options).is_ok());
}

#[test]
fn memory_that_nothing_wrote_depends_on_the_seed() {
    let kernel = |zeroed| {
        let mut b = builder(1);
        let x = buffer(&mut b, "x", Type::U32, true);
        let tile = b.shared("tile", Type::U32, 4);
        b.kernel.shared[0].zeroed = zeroed;
        let zero = b.u32(0);
        let v = b.load(Place::Shared(tile), zero, "tile");
        b.store(x, zero, v, "x");
        b.finish()
    };
    let result = |zeroed, seed| {
        let options = Options { seed, ..Options::default() };
        run_with(&kernel(zeroed), 1, &[&[7]], &options).unwrap().0
    };
    assert_eq!(result(true, 1), [[0]]);
    assert_ne!(result(false, 1), result(false, 2));
}

/// The values that a loop's variable takes.
fn trip(start: Const, end: Const, step: Const) -> Vec<u32> {
    let mut b = builder(1);
    let x = buffer(&mut b, "x", Type::U32, true);
    let n = b.slot("n", Type::U32, None);
    let (zero, one) = (b.u32(0), b.u32(1));
    b.set(n, zero);
    let [start, end, step] = [start, end, step].map(|value| b.constant(value));
    b.range(start, end, step, |b, i| {
        let at = b.get(n);
        let bits = b.cast(Op::Bitcast, i, Type::U32);
        b.store(x, at, bits, "x");
        let next = b.op(Op::Add, &[at, one]);
        b.set(n, next);
    });
    let at = b.get(n);
    let end = b.u32(4);
    b.store(x, end, at, "x");
    let out = run_one(&b.finish(), 1, &[0; 5]).unwrap().0;
    out[..out[4] as usize].to_vec()
}

#[test]
fn loops_end_before_their_variable_wraps() {
    let (u, i) = (Const::u32, Const::i32);
    assert_eq!(trip(u(0), u(5), u(2)), [0, 2, 4]);
    assert_eq!(trip(u(0), u(2), u(0)), [0, 1]);
    assert_eq!(trip(u(3), u(3), u(1)), [0_u32; 0]);
    assert_eq!(trip(u(u32::MAX - 2), u(u32::MAX), u(5)), [u32::MAX - 2]);
    assert_eq!(trip(i(-2), i(1), i(1)), [-2i32 as u32, -1i32 as u32, 0]);
    assert_eq!(trip(i(i32::MIN), i(i32::MAX), u(u32::MAX)), [i32::MIN as u32]);
    assert_eq!(trip(i(1), i(-1), u(1)), [0_u32; 0]);
}

#[test]
fn break_continue_and_array_slots() {
    let mut b = builder(1);
    let x = buffer(&mut b, "x", Type::U32, true);
    let array: SlotId = b.slot("a", Type::U32, Some(4));
    let array = Place::Slot(array);
    let [zero, one, three, four, ten] = [0, 1, 3, 4, 10].map(|v| b.u32(v));
    b.range(zero, four, one, |b, i| b.store(array, i, i, "a"));
    b.range(zero, ten, one, |b, i| {
        let skip = b.op(Op::Eq, &[i, one]);
        b.branch(skip, |b| b.push(StmtKind::Continue), |_| {});
        let stop = b.op(Op::Eq, &[i, three]);
        b.branch(stop, |b| b.push(StmtKind::Break), |_| {});
        let v = b.load(array, i, "a");
        let v = b.op(Op::Add, &[v, ten]);
        b.store(x, i, v, "x");
    });
    assert_eq!(run_one(&b.finish(), 1, &[0; 4]).unwrap().0, [10, 0, 12, 0]);
}

#[test]
fn vectors_see_padding_and_must_leave_it() {
    let mut b = builder(1);
    let x = buffer(&mut b, "x", Type::vector(Scalar::U32, 4), true);
    let one = b.u32(1);
    let v = b.load(x, one, "x");
    let sum = b.op(Op::Not, &[v]);
    let Place::Buffer(param) = x else { unreachable!() };
    let n = b.def(Type::U32, Expr::Len(param));
    let last = b.op(Op::Sub, &[n, one]);
    b.store(x, last, sum, "x");
    let (out, outcome) = run_one(&b.finish(), 1, &[1, 2, 3, 4, 5]).unwrap();
    assert_eq!(out, [1, 2, 3, 4, !5]);
    assert_eq!(outcome.fault, None);
    assert!(outcome.padding_written.is_some());
}

#[test]
fn subgroups_exchange_values() {
    let ops = [
        (SubgroupOp::Add, [6, 6, 6, 6, 9, 9]),
        (SubgroupOp::ExclusiveAdd, [0, 0, 1, 3, 0, 4]),
        (SubgroupOp::InclusiveAdd, [0, 1, 3, 6, 4, 9]),
        (SubgroupOp::Max, [3, 3, 3, 3, 5, 5]),
        (SubgroupOp::BroadcastFirst, [0, 0, 0, 0, 4, 4]),
        (SubgroupOp::ShuffleXor, [1, 0, 3, 2, 5, 4]),
        (SubgroupOp::ShuffleDown, [1, 2, 3, 3, 5, 5]),
        (SubgroupOp::ShuffleUp, [0, 0, 1, 2, 4, 4]),
    ];
    for (op, expected) in ops {
        let mut b = builder(6);
        let x = buffer(&mut b, "x", Type::U32, true);
        let (local, one) = (builtin(&mut b, Builtin::LocalIndex), b.u32(1));
        let shuffles = matches!(op, SubgroupOp::ShuffleXor | SubgroupOp::ShuffleDown | SubgroupOp::ShuffleUp);
        let operands = if shuffles { vec![local, one] } else { vec![local] };
        let v = b.def(Type::U32, Expr::subgroup(op, &operands));
        b.store(x, local, v, "x");
        let options = Options { subgroup_size: 4, ..Options::default() };
        assert_eq!(run_with(&b.finish(), 1, &[&[9; 6]], &options).unwrap().0[0], expected, "{op:?}");
    }
}

#[test]
fn atomics_and_two_names_for_one_buffer() {
    let mut b = builder(32);
    let atomic =
        Buffer { elem: Type::U32, elems_per_item: 1, mutable: true, may_alias: true, atomic: true, packed: None };
    let x = b.param("x", ParamKind::Buffer(atomic));
    b.param(
        "y",
        ParamKind::Buffer(Buffer {
            elem: Type::U32,
            elems_per_item: 1,
            mutable: true,
            may_alias: true,
            atomic: false,
            packed: None,
        }),
    );
    let (zero, one) = (b.u32(0), b.u32(1));
    let access = b.access(Place::Buffer(x), "x");
    let add = Expr::Atomic { op: AtomicOp::Add, index: zero, value: Some(one), expected: None, access };
    b.def(Type::U32, add);
    let kernel = b.finish();
    let mut launch = Launch { grid: [4, 2, 1], args: args(&kernel, &[]), buffers: vec![bytes(&[5])] };
    launch.args[1] = launch.args[0];
    run(&kernel, &mut launch, &Options::default()).unwrap();
    assert_eq!(words(&launch.buffers[0]), [5 + 32 * 8]);
    launch.args.pop();
    assert!(matches!(run(&kernel, &mut launch, &Options::default()), Err(Error::Launch(_))));
}

#[test]
fn what_does_not_end_is_given_up() {
    let mut b = builder(1);
    b.push(StmtKind::Loop { body: vec![] });
    let options = Options { max_steps: 1000, ..Options::default() };
    assert!(matches!(run_with(&b.finish(), 1, &[], &options), Err(Error::Steps { limit: 1000, .. })));
}

#[test]
fn a_hundred_thousand_invocations_take_a_moment() {
    let n = 100_000u32;
    let mut b = builder(250);
    let x = buffer(&mut b, "x", Type::U32, true);
    let i = global_id(&mut b);
    let [zero, one, eight] = [0, 1, 8].map(|v| b.u32(v));
    let sum = b.slot("sum", Type::U32, None);
    b.set(sum, zero);
    b.range(zero, eight, one, |b, j| {
        let (s, p) = (b.get(sum), b.op(Op::Mul, &[i, j]));
        let s = b.op(Op::Add, &[s, p]);
        b.set(sum, s);
    });
    let s = b.get(sum);
    b.store(x, i, s, "x");
    let (out, outcome) = run_one(&b.finish(), n / 250, &vec![0; n as usize]).unwrap();
    assert!(out.iter().zip(0..).all(|(v, i)| *v == 28 * i));
    assert!(outcome.steps < 50 * u64::from(n));
}

#[test]
fn random_kernels_do_not_depend_on_the_order() {
    let mut faults = 0;
    for seed in 0..300 {
        let kernel = crate::ir::random::kernel(seed);
        let start = super::random_launch(&kernel, seed);
        let results = [1, 2].map(|order| {
            let mut launch = start.clone();
            let options = Options { seed: order, subgroup_size: 4, buffer_races: true, ..Options::default() };
            let outcome = run(&kernel, &mut launch, &options)
                .unwrap_or_else(|error| panic!("{error}\n{}", crate::ir::print(&kernel)));
            (launch, outcome.fault.is_some())
        });
        let [(a, fault_a), (b, fault_b)] = &results;
        if let Some(difference) = super::difference(&kernel, a, b) {
            panic!("seed {seed}: {difference}\n{}", crate::ir::print(&kernel));
        }
        assert_eq!(fault_a, fault_b);
        faults += u32::from(*fault_a);
    }
    assert!((30..270).contains(&faults), "{faults}");
}

/// Each invocation of a workgroup of 4 copies its own element of `x` and then reads its neighbour's.
fn copies(write: impl FnOnce(&mut Builder)) -> Kernel {
    let mut b = builder(4);
    let x = buffer(&mut b, "x", Type::U32, false);
    let out = buffer(&mut b, "out", Type::U32, true);
    let tile = Place::Shared(b.shared("tile", Type::U32, 4));
    let local = builtin(&mut b, Builtin::LocalIndex);
    let three = b.u32(3);
    let other = b.op(Op::Xor, &[local, three]);
    let [to, from] =
        [(tile, "tile"), (x, "x")].map(|(place, what)| Element { index: local, access: b.access(place, what) });
    b.push(StmtKind::CopyAsync { to, from, cond: None });
    b.push(StmtKind::CopyCommit);
    write(&mut b);
    let value = b.load(tile, other, "tile");
    b.store(out, local, value, "out");
    b.finish()
}

#[test]
fn a_copy_wants_a_wait_and_then_a_barrier() {
    let run = |kernel: &Kernel| run_with(kernel, 1, &[&[5, 6, 7], &[0; 4]], &Options::default());
    let good = copies(|b| {
        b.push(StmtKind::CopyWait(0));
        b.barrier();
    });
    let (out, outcome) = run(&good).unwrap();
    assert_eq!(out[1], [0, 7, 6, 5]);
    assert_eq!(outcome.fault.map(|f| (f.value, f.bound)), Some((3, 3)));
    for late in [1, 7] {
        let error = run(&copies(|b| {
            b.push(StmtKind::CopyWait(late));
            b.barrier();
        }));
        assert!(matches!(&error, Err(Error::InFlight { place, .. }) if place.starts_with("tile[")), "{error:?}");
    }
    let race = run(&copies(|b| b.push(StmtKind::CopyWait(0))));
    assert!(matches!(race, Err(Error::Race { .. } | Error::InFlight { .. })), "{race:?}");
}
