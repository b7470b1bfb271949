//! Random kernels over integers: what is proved must hold in every run that the facts allow.

use super::run;
use super::tests::{buffer, builder, le, scalar};
use super::trial::Trial;
use crate::ir::build::Builder;
use crate::ir::*;
use FactAtom::{Groups, Len, Param as P};

/// Xorshift: the same kernels in every run.
pub(in crate::passes) struct Random(u64);

impl Random {
    pub(in crate::passes) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// Writes a random kernel.
struct Writer<'a> {
    b: Builder,
    r: &'a mut Random,
    /// u32 and i32 values and bools in scope.
    u: Vec<ValueId>,
    i: Vec<ValueId>,
    c: Vec<ValueId>,
    slots: Vec<SlotId>,
    places: Vec<Place>,
    in_loop: bool,
}

pub(super) const CONSTANTS: &[u32] =
    &[0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 64, 255, 256, 0x7fff_ffff, 0x8000_0000, u32::MAX - 1, u32::MAX];
const SMALL: &[u32] = &[0, 1, 2, 3, 4, 5, 7, 8, 15, 16];

impl Writer<'_> {
    fn value(&mut self) {
        let (a, b) = (self.r.pick(&self.u), self.r.pick(&self.u));
        let ops = [
            Op::Add,
            Op::Add,
            Op::Sub,
            Op::Mul,
            Op::Div,
            Op::Rem,
            Op::Min,
            Op::Max,
            Op::And,
            Op::Or,
            Op::Xor,
            Op::MulHi,
        ];
        match self.r.below(14) {
            0 => {
                let from = if self.r.chance(70) { SMALL } else { CONSTANTS };
                let c = self.r.pick(from);
                let c = self.b.u32(c);
                self.u.push(c);
            }
            1..=7 => {
                let (op, flip) = (self.r.pick(&ops), self.r.chance(50));
                // Often with a small constant.
                let b = if flip {
                    let c = self.r.pick(SMALL);
                    self.b.u32(c)
                } else {
                    b
                };
                let v = self.b.op(op, &[a, b]);
                self.u.push(v);
            }
            8 => {
                let (by, op) = (self.r.pick(&[0, 1, 2, 4, 31, 33]), self.r.pick(&[Op::Shl, Op::Shr, Op::Shr]));
                let by = self.b.u32(by);
                let by = match self.r.below(4) {
                    0 => self.b.op(Op::And, &[b, by]),
                    1 => b,
                    _ => by,
                };
                let v = self.b.op(op, &[a, by]);
                self.u.push(v);
            }
            9 => {
                let c = self.r.pick(&self.c);
                let v = match self.r.below(4) {
                    0 => self.b.cast(Op::Convert, c, Type::U32),
                    // A difference that stops at 0.
                    1 => {
                        let (c, difference) = (self.b.op(Op::Lt, &[a, b]), self.b.op(Op::Sub, &[a, b]));
                        let zero = self.b.u32(0);
                        self.b.op(Op::Select, &[c, zero, difference])
                    }
                    _ => self.b.op(Op::Select, &[c, a, b]),
                };
                self.u.push(v);
            }
            10 => {
                let v = self.b.cast(Op::Convert, a, Type::I32);
                self.i.push(v);
            }
            11 => self.signed(),
            12 => {
                let slot = self.r.pick(&self.slots);
                let v = self.b.get(slot);
                self.u.push(v);
            }
            _ => {
                let op = self.r.pick(&[Op::Not, Op::CountOnes, Op::LeadingZeros, Op::TrailingZeros]);
                let v = self.b.op(op, &[a]);
                self.u.push(v);
            }
        }
    }

    fn signed(&mut self) {
        if self.i.is_empty() {
            return;
        }
        let (a, b) = (self.r.pick(&self.i), self.r.pick(&self.i));
        let small = self.r.pick(&[-16, -4, -2, -1, 0, 1, 2, 3, 4, 15, 16]);
        let b = if self.r.chance(60) { self.b.constant(Const::i32(small)) } else { b };
        let v = match self.r.below(4) {
            0 => {
                let op = self.r.pick(&[Op::Neg, Op::Abs, Op::Not]);
                self.b.op(op, &[a])
            }
            1 => {
                let by = self.r.pick(&[0, 1, 4, 31]);
                let by = self.b.u32(by);
                self.b.op(Op::Shr, &[a, by])
            }
            2 => {
                let v = self.b.cast(Op::Convert, a, Type::U32);
                self.u.push(v);
                return;
            }
            _ => {
                let ops = [Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Rem, Op::Min, Op::Max, Op::And, Op::Or, Op::Xor];
                let op = self.r.pick(&ops);
                self.b.op(op, &[a, b])
            }
        };
        self.i.push(v);
    }

    fn compare(&mut self) -> ValueId {
        let op = self.r.pick(&[Op::Lt, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Eq, Op::Ne]);
        let c = match self.r.below(8) {
            0 if !self.c.is_empty() => {
                let c = self.r.pick(&self.c);
                self.b.op(Op::Not, &[c])
            }
            1 | 2 if !self.c.is_empty() => {
                let (a, b, op) = (self.r.pick(&self.c), self.r.pick(&self.c), self.r.pick(&[Op::And, Op::Or]));
                self.b.op(op, &[a, b])
            }
            3 if !self.i.is_empty() => {
                let (a, b) = (self.r.pick(&self.i), self.r.pick(&self.i));
                self.b.op(op, &[a, b])
            }
            _ => {
                let (a, b) = (self.r.pick(&self.u), self.r.pick(&self.u));
                self.b.op(op, &[a, b])
            }
        };
        self.c.push(c);
        c
    }

    fn access(&mut self) {
        let (place, index) = (self.r.pick(&self.places), self.r.pick(&self.u));
        let v = self.b.load(place, index, "x");
        if self.r.chance(20) {
            let v = self.b.cast(Op::Bitcast, v, Type::U32);
            self.u.push(v);
        }
    }

    /// Moves a variable by a little, or reads with it.
    fn variable(&mut self) {
        let slot = self.r.pick(&self.slots);
        let old = self.b.get(slot);
        let by = self.r.pick(SMALL);
        let by = self.b.u32(by);
        match self.r.below(5) {
            0..=2 => {
                let place = self.r.pick(&self.places);
                let index = if self.r.chance(50) { self.b.op(Op::Add, &[old, by]) } else { old };
                self.b.load(place, index, "x");
            }
            _ => {
                let op = self.r.pick(&[Op::Add, Op::Add, Op::Sub, Op::Div, Op::Rem, Op::Min, Op::Max]);
                let new = self.b.op(op, &[old, by]);
                self.b.set(slot, new);
            }
        }
    }

    /// `if variable >= bound { leave }`.
    fn guard(&mut self, leave: StmtKind) {
        let slot = self.r.pick(&self.slots);
        let old = self.b.get(slot);
        let bound = if self.r.chance(50) {
            let by = self.r.pick(SMALL);
            self.b.u32(by)
        } else {
            self.r.pick(&self.u)
        };
        let op = self.r.pick(&[Op::Ge, Op::Ge, Op::Gt, Op::Eq]);
        let cond = self.b.op(op, &[old, bound]);
        self.b.branch(cond, |b| b.push(leave), |_| {});
    }

    fn block(&mut self, size: usize, depth: usize) -> Block {
        let scope = (self.u.len(), self.i.len(), self.c.len());
        let mut builder = std::mem::replace(&mut self.b, super::tests::builder([1; 3]));
        let (block, ()) = builder.block(|b| {
            std::mem::swap(b, &mut self.b);
            self.stmts(size, depth);
            std::mem::swap(b, &mut self.b);
        });
        self.b = builder;
        self.u.truncate(scope.0);
        self.i.truncate(scope.1);
        self.c.truncate(scope.2);
        block
    }

    fn stmts(&mut self, size: usize, depth: usize) {
        for _ in 0..size {
            match self.r.below(20) {
                16..=18 => self.variable(),
                19 if self.in_loop => self.guard(StmtKind::Break),
                0..=6 => self.value(),
                7..=9 => self.access(),
                10 => {
                    let (slot, value) = (self.r.pick(&self.slots), self.r.pick(&self.u));
                    self.b.set(slot, value);
                }
                11 | 12 if depth > 0 => {
                    let cond = self.compare();
                    let then = self.block(size / 2, depth - 1);
                    let otherwise = if self.r.chance(40) { self.block(size / 2, depth - 1) } else { vec![] };
                    self.b.push(StmtKind::If { cond, then, otherwise });
                }
                13 => {
                    let cond = self.compare();
                    let leave = match self.r.below(3) {
                        0 if self.in_loop => StmtKind::Break,
                        1 if self.in_loop => StmtKind::Continue,
                        _ => StmtKind::Return,
                    };
                    self.b.branch(cond, |b| b.push(leave), |_| {});
                }
                14 if depth > 0 => self.range(size, depth),
                15 if depth > 0 => self.repeat(size, depth),
                _ => {
                    self.compare();
                }
            }
        }
    }

    fn range(&mut self, size: usize, depth: usize) {
        let (start, end) = (self.r.pick(&self.u), self.r.pick(&self.u));
        let step = if self.r.chance(70) {
            let c = self.r.pick(SMALL);
            self.b.u32(c)
        } else {
            self.r.pick(&self.u)
        };
        let var = self.b.value(Type::U32, Expr::LoopVar);
        self.u.push(var);
        let outer = std::mem::replace(&mut self.in_loop, true);
        let body = self.block(size / 2, depth - 1);
        self.in_loop = outer;
        self.u.retain(|v| *v != var);
        self.b.push(StmtKind::For { var, start, end, step, unroll: false, body });
    }

    fn repeat(&mut self, size: usize, depth: usize) {
        let outer = std::mem::replace(&mut self.in_loop, true);
        let inner = self.block(size / 2, depth - 1);
        let mut builder = std::mem::replace(&mut self.b, super::tests::builder([1; 3]));
        let (mut body, ()) = builder.block(|b| {
            std::mem::swap(b, &mut self.b);
            if self.r.chance(70) {
                self.guard(StmtKind::Break);
            }
            std::mem::swap(b, &mut self.b);
        });
        self.b = builder;
        body.extend(inner);
        self.in_loop = outer;
        if self.r.chance(50) {
            // `i += step` at the end.
            let step = self.r.pick(SMALL);
            let small = self.b.u32(step);
            let (slot, step) = (self.r.pick(&self.slots), if self.r.chance(70) { small } else { self.r.pick(&self.u) });
            let (end, ()) = self.b.block(|b| {
                let old = b.get(slot);
                let new = b.op(Op::Add, &[old, step]);
                b.set(slot, new);
            });
            body.extend(end);
        }
        self.b.push(StmtKind::Loop { body });
    }
}

pub(in crate::passes) fn kernel(r: &mut Random) -> Kernel {
    let workgroup = r.pick(&[[4, 1, 1], [4, 2, 1], [16, 16, 1], [256, 1, 1]]);
    let mut b = builder(workgroup);
    let (x, y) = (buffer(&mut b, "x", 1), buffer(&mut b, "y", 1));
    let ((n_id, n), (m_id, m)) = (scalar(&mut b, "n"), scalar(&mut b, "m"));
    for fact in 0..6 {
        if r.chance(40) {
            match fact {
                0 => le(&mut b, &[(1, &[P(n_id)])], &[(1, &[Len(x)])]),
                1 => le(&mut b, &[(1, &[P(m_id)])], &[(1, &[Len(y)])]),
                2 => le(&mut b, &[(1, &[P(n_id), P(m_id)])], &[(1, &[Len(x)])]),
                3 => le(&mut b, &[(1, &[P(n_id)])], &[(4, &[Len(y)])]),
                4 => le(&mut b, &[(4, &[P(m_id)])], &[(3, &[]), (1, &[P(n_id)])]),
                _ => le(&mut b, &[(i128::from(workgroup[0]), &[Groups(0)])], &[(255, &[]), (1, &[P(n_id)])]),
            }
        }
    }
    let shared = b.shared("s", Type::F32, r.pick(&[16, 17, 64, 272]));
    let array = b.slot("a", Type::F32, Some(8));
    let slots: Vec<_> = ["p", "q"].map(|name| b.slot(name, Type::U32, None)).to_vec();
    let mut u = vec![n, m];
    for builtin in [
        Builtin::LocalId(0),
        Builtin::LocalId(1),
        Builtin::LocalIndex,
        Builtin::WorkgroupId(0),
        Builtin::NumWorkgroups(0),
    ] {
        u.push(b.def(Type::U32, Expr::Builtin(builtin)));
    }
    u.extend([x, y].map(|buffer| b.def(Type::U32, Expr::Len(buffer))));
    let size = b.u32(workgroup[0]);
    let base = b.op(Op::Mul, &[u[5], size]);
    u.push(b.op(Op::Add, &[base, u[2]]));
    for slot in &slots {
        let small = r.pick(SMALL);
        let small = b.u32(small);
        b.set(*slot, if r.chance(70) { small } else { u[0] });
    }
    let places = vec![Place::Buffer(x), Place::Buffer(y), Place::Shared(shared), Place::Slot(array)];
    let mut writer = Writer { b, r, u, i: vec![], c: vec![], slots, places, in_loop: false };
    let first = writer.compare();
    writer.c.push(first);
    writer.stmts(24, 3);
    writer.b.finish()
}

/// Values for the launch, such that the facts hold; `None` where none was found.
fn launch(kernel: &Kernel, r: &mut Random) -> Option<(Vec<u32>, u32)> {
    (0..30).find_map(|_| {
        let small = r.chance(60);
        let params: Vec<u32> =
            kernel.params.iter().map(|_| if small { r.below(70) as u32 } else { r.pick(CONSTANTS) }).collect();
        let groups = r.pick(&[1, 2, 3, 16, 65_535, 1 << 24, u32::MAX]);
        let atom = |a: &FactAtom| match a {
            P(p) | Len(p) => i128::from(params[p.0 as usize]),
            Groups(_) => i128::from(groups),
        };
        let value =
            |e: &FactExpr| -> i128 { e.terms.iter().map(|(c, a)| c * a.iter().map(atom).product::<i128>()).sum() };
        let holds = kernel.facts.iter().all(|f| value(&f.left) <= value(&f.right));
        holds.then_some((params, groups))
    })
}

/// Runs single invocations; panics where one is out of range whose check says that it is not.
pub(in crate::passes) fn check_accesses(kernel: &Kernel, r: &mut Random, launches: usize) {
    for _ in 0..launches {
        let Some((params, groups)) = launch(kernel, r) else { break };
        let group = r.pick(&[0, groups - 1, (groups - 1) / 2]);
        let edge = r.chance(50);
        let local = kernel.workgroup.map(|n| if edge { n - 1 } else { r.below(n as usize) as u32 });
        let (values, slots) = (vec![0; kernel.values.len()], vec![0; kernel.slots.len()]);
        Trial { kernel, r, params, groups, group, local, values, slots, fuel: 400 }.run();
    }
}

fn try_kernels(seed: u64, kernels: usize, launches: usize) -> (usize, usize) {
    let mut r = Random::new(seed);
    let (mut proved, mut all, mut spent) = (0, 0, std::time::Duration::ZERO);
    for _ in 0..kernels {
        let mut kernel = kernel(&mut r);
        let start = std::time::Instant::now();
        run(&mut kernel);
        spent += start.elapsed();
        proved += kernel.accesses.iter().filter(|a| matches!(a.check, Check::Proved(_))).count();
        all += kernel.accesses.len();
        check_accesses(&kernel, &mut r, launches);
    }
    println!("{spent:?} for {kernels} kernels");
    (proved, all)
}

#[test]
fn what_is_proved_holds() {
    let (proved, all) = try_kernels(0x9e37_79b9_7f4a_7c15, 100, 60);
    println!("{proved} of {all} proved");
    assert!(proved > 100, "{proved} of {all}: too few to say anything");
}

/// `WGPUC_FUZZ_SEED=7 cargo test --release what_is_proved -- --ignored`: as long as one has time for.
#[test]
#[ignore = "takes minutes"]
fn what_is_proved_holds_in_many_kernels() {
    let seed = std::env::var("WGPUC_FUZZ_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    println!("{:?}", try_kernels(seed, 20_000, 100));
}
