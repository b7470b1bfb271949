//! Random statements.

use super::{Counter, Generator, SPAN};
use crate::ir::build::Builder;
use crate::ir::{
    AtomicOp, Barrier, Block, Const, Element, Expr, Op, Place, Scalar, StmtKind, SubgroupOp, Type, ValueId,
};

impl Generator {
    /// The body of the kernel, with an early return perhaps.
    pub(super) fn top(&mut self) {
        while self.budget > 0 {
            self.stmt();
            if self.rng.chance(3) {
                let cond = self.get(Type::BOOL);
                self.b.branch(cond, |b| b.push(StmtKind::Return), |_| {});
                // Whoever goes on is no longer all.
                self.uniform_flow = false;
            }
        }
    }

    /// A nested block of some statements; its values go out of scope.
    fn nested(&mut self, max: usize) {
        let n_known = self.scope.len();
        for _ in 0..self.rng.below(max + 1) {
            self.stmt();
        }
        self.scope.truncate(n_known);
    }

    /// Runs `write` on a new block, which it gives.
    fn block(&mut self, write: impl FnOnce(&mut Self)) -> Block {
        // The builder lends itself to a closure; the generator holds it meanwhile.
        let mut b = std::mem::replace(&mut self.b, Builder::new("", [1, 1, 1], SPAN));
        let (block, ()) = b.block(|b| {
            std::mem::swap(b, &mut self.b);
            write(self);
            std::mem::swap(b, &mut self.b);
        });
        self.b = b;
        block
    }

    fn stmt(&mut self) {
        self.budget = self.budget.saturating_sub(1);
        match self.rng.below(30) {
            0..3 => self.if_(),
            3 | 4 => self.for_(),
            5 => self.loop_(),
            6 | 7 => {
                if let Some(slot) = self.rng.pick(&self.slots).copied() {
                    let value = self.get(self.b.kernel[slot].ty);
                    self.b.set(slot, value);
                }
            }
            8 if !self.arrays.is_empty() => {
                let (place, index) = self.array();
                let value = self.get(self.b.kernel.elem(place));
                self.b.store(place, index, value, "array");
            }
            9 => {
                if let Some(place) = self.rng.pick(&self.outputs).copied() {
                    let value = self.get(self.b.kernel.elem(place));
                    self.b.store(place, self.global, value, "own element");
                }
            }
            10 | 11 => self.atomic(),
            12 | 13 if self.uniform_flow => self.exchange(),
            14 if self.uniform_flow => self.b.push(StmtKind::Barrier(Barrier::Storage)),
            15 if self.uniform_flow && self.options.subgroups => self.subgroup(),
            16 if self.options.faults && self.rng.chance(20) => {
                let (value, bound) = (self.get(Type::U32), self.get(Type::U32));
                let site = self.b.site("random fault");
                self.b.push(StmtKind::Fault { site, value, bound });
            }
            _ => self.expr(),
        }
    }

    fn if_(&mut self) {
        let uniform = self.uniform_flow && self.rng.chance(40);
        let cond = if uniform { self.get_uniform(Type::BOOL) } else { self.get(Type::BOOL) };
        let outer = std::mem::replace(&mut self.uniform_flow, uniform);
        let then = self.block(|g| g.nested(5));
        let otherwise = self.block(|g| {
            if g.rng.chance(50) {
                g.nested(5);
            }
        });
        self.uniform_flow = outer;
        self.b.push(StmtKind::If { cond, then, otherwise });
    }

    fn for_(&mut self) {
        if self.loops >= 2 {
            return;
        }
        let uniform = self.uniform_flow && self.rng.chance(60);
        let ty = if self.rng.chance(50) { Type::U32 } else { Type::I32 };
        let constant = self.rng.chance(40);
        let [start, end] = if constant { self.constant_range(ty) } else { self.range(ty, uniform) };
        let step = self.rng.below(4) as u32;
        let step_ty = if self.rng.chance(50) { Type::U32 } else { ty };
        let step = self.b.constant(Const::scalar(step_ty.scalar, step.into()));
        let var = self.b.value(ty, Expr::LoopVar);
        let body = self.loop_body(uniform, |g| g.know(var, uniform));
        let unroll = constant && self.rng.chance(70);
        self.b.push(StmtKind::For { var, start, end, step, unroll, body });
    }

    /// Known bounds, at the ends of the type too.
    fn constant_range(&mut self, ty: Type) -> [ValueId; 2] {
        let starts: [i64; 4] =
            if ty == Type::U32 { [0, 1, 5, 0xffff_fffa] } else { [0, -3, -0x8000_0000, 0x7fff_fffa] };
        let start = starts[self.rng.below(4)];
        let end = start + self.rng.below(6) as i64;
        [start, end].map(|bound| self.b.constant(Const::scalar(ty.scalar, u64::from(bound as u32))))
    }

    /// Bounds that are not known, with at most 7 rounds between them.
    fn range(&mut self, ty: Type, uniform: bool) -> [ValueId; 2] {
        let (start, n) = (self.small(7, uniform), self.small(7, uniform));
        let end = self.b.op(Op::Add, &[start, n]);
        [start, end].map(|bound| if ty == Type::U32 { bound } else { self.b.cast(Op::Bitcast, bound, ty) })
    }

    /// The body of a loop that may leave early; `first` puts what is known in scope.
    fn loop_body(&mut self, uniform: bool, first: impl FnOnce(&mut Self)) -> Block {
        let outer = std::mem::replace(&mut self.uniform_flow, uniform);
        self.loops += 1;
        let body = self.block(|g| {
            let n_known = g.scope.len();
            first(g);
            g.nested(6);
            if g.rng.chance(30) {
                let cond = if uniform { g.get_uniform(Type::BOOL) } else { g.get(Type::BOOL) };
                let leaves = g.block(|g| {
                    g.nested(3);
                    g.b.push(if g.rng.chance(50) { StmtKind::Break } else { StmtKind::Continue });
                });
                let stays = g.block(|g| g.nested(3));
                let (then, otherwise) = if g.rng.chance(50) { (leaves, stays) } else { (stays, leaves) };
                g.b.push(StmtKind::If { cond, then, otherwise });
                g.nested(3);
            }
            g.scope.truncate(n_known);
        });
        self.loops -= 1;
        self.uniform_flow = outer;
        body
    }

    fn loop_(&mut self) {
        if self.loops >= 2 {
            return;
        }
        let counter = self.b.slot("counter", Type::U32, None);
        let [zero, one, limit] = [0, 1, self.rng.below(6) as u32].map(|v| self.b.u32(v));
        self.b.set(counter, zero);
        let body = self.loop_body(false, |g| {
            let count = g.b.get(counter);
            let over = g.b.op(Op::Ge, &[count, limit]);
            g.b.branch(over, |b| b.push(StmtKind::Break), |_| {});
            let next = g.b.op(Op::Add, &[count, one]);
            g.b.set(counter, next);
            g.know(count, false);
        });
        self.b.push(StmtKind::Loop { body });
    }

    /// An atomic operation whose place in the order does not show.
    fn atomic(&mut self) {
        let shared: Vec<Counter> = self.atomics.iter().chain(&self.counters).copied().collect();
        if let Some(Counter { place, op }) = self.rng.pick(&shared).copied() {
            let index = self.index(place);
            let value = self.get(self.b.kernel.elem(place));
            let access = self.b.access(place, "atomic");
            let expr = Expr::Atomic { op, index, value: Some(value), expected: None, access };
            self.b.def(self.b.kernel.elem(place), expr);
        }
        if let Some(place) = self.rng.pick(&self.own_atomics).copied() {
            use AtomicOp::{Add, CompareExchange, Exchange, Load, Max, Store};
            let ty = self.b.kernel.elem(place);
            let op = self.rng.pick(&[Load, Store, Add, Max, Exchange, CompareExchange]).copied().unwrap_or(Load);
            let value = (op != Load).then(|| self.get(ty));
            let expected = (op == CompareExchange).then(|| self.get(ty));
            let access = self.b.access(place, "own atomic");
            let id = self.b.def(ty, Expr::Atomic { op, index: self.global, value, expected, access });
            if op != Store {
                self.know(id, false);
            }
        }
    }

    /// Values that go from one invocation to another through shared memory.
    fn exchange(&mut self) {
        if let Some(Counter { place, .. }) = self.rng.pick(&self.counters).copied() {
            self.b.barrier();
            let (index, access) = (self.b.u32(1), self.b.access(place, "counter"));
            let ty = self.b.kernel.elem(place);
            let load = Expr::Atomic { op: AtomicOp::Load, index, value: None, expected: None, access };
            let id = self.b.def(ty, load);
            self.know(id, false);
            self.b.barrier();
        }
        let Some(tile) = self.rng.pick(&self.tiles).copied() else { return };
        let ty = self.b.kernel.elem(tile);
        self.b.barrier();
        self.fill(tile);
        if self.rng.chance(40) {
            let index = self.small(0, true);
            let access = self.b.access(tile, "tile");
            let id = self.b.def(ty, Expr::UniformLoad { index, access });
            self.know(id, true);
            return;
        }
        self.b.barrier();
        let tile = self.view(tile);
        let index = self.index(tile);
        let id = self.b.load(tile, index, "tile");
        self.know(id, false);
        self.b.barrier();
    }

    /// Writes the own element of a tile: stores it, or copies it from a buffer of the same type.
    fn fill(&mut self, tile: Place) {
        let ty = self.b.kernel.elem(tile);
        let from = self.rng.pick(&self.inputs).copied().filter(|from| self.b.kernel.elem(*from) == ty);
        let Some(from) = from.filter(|_| matches!(ty.bytes(), 4 | 8 | 16)) else {
            let value = self.get(ty);
            self.b.store(tile, self.local, value, "tile");
            self.proved();
            return;
        };
        let index = self.index(from);
        let cond = if self.rng.chance(50) { Some(self.get(Type::BOOL)) } else { None };
        let to = Element { index: self.local, access: self.b.access(tile, "tile") };
        let from = Element { index, access: self.b.access(from, "copied") };
        self.b.push(StmtKind::CopyAsync { to, from, cond });
        self.b.push(StmtKind::CopyCommit);
        // A group of nothing more may be under way.
        let newer = self.rng.below(2) as u32;
        (0..newer).for_each(|_| self.b.push(StmtKind::CopyCommit));
        self.b.push(StmtKind::CopyWait(newer));
    }

    /// A tile, or its scalars as vectors.
    fn view(&mut self, tile: Place) -> Place {
        let Place::Shared(id) = tile else { return tile };
        let lanes = [2, 4][self.rng.below(2)];
        let array = &self.b.kernel[id];
        let fits =
            array.elem.lanes == 1 && array.elem.scalar != Scalar::Bool && array.len.is_multiple_of(u32::from(lanes));
        if fits && self.rng.chance(50) { Place::Shared(self.b.view(id, lanes)) } else { tile }
    }

    fn subgroup(&mut self) {
        use SubgroupOp::{Add, All, Any, Ballot, BroadcastFirst, InclusiveAdd, Max, Min, ShuffleXor};
        let ops = [ShuffleXor, Add, All, Any, Ballot, BroadcastFirst, InclusiveAdd, Max, Min];
        // The lane beside the last one is only there where their number is even.
        let odd = self.b.kernel.workgroup.iter().product::<u32>() % 2;
        let op = ops[odd as usize..][self.rng.below(ops.len() - odd as usize)];
        let vote = matches!(op, All | Any | Ballot);
        // Sums of floats depend on the order.
        let ty = if vote { Type::BOOL } else { [Type::U32, Type::I32][self.rng.below(2)] };
        let mut operands = vec![self.get(ty)];
        if op == ShuffleXor {
            operands.push(self.small(1, true));
        }
        let ty = if op == Ballot { Type::vector(Scalar::U32, 4) } else { ty };
        let id = self.b.def(ty, Expr::subgroup(op, &operands));
        self.know(id, false);
    }
}
