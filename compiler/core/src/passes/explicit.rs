//! Makes the checks of accesses explicit, for targets that have none of their own: a load out of range gives zero, a
//! store does nothing, and both mark the launch as failed. Proved accesses stay as they are.
//!
//! `ir::Kernel` with the checks that [`super::bounds`] set (or none) in; the same out, with every other check
//! [`Check::Explicit`].
//!
//! `v = load x[i]` becomes
//!
//! ```text
//! tmp = 0
//! if i < x.len() { tmp = load x[i] } else { fault(site, i, x.len()) }
//! v = tmp
//! ```
//!
//! and the source of a copy out of range is as if the copy's condition did not hold.

use crate::ir::{
    AccessId, Block, Check, Const, Expr, Kernel, Op, ParamKind, Place, Slot, SlotId, Stmt, StmtKind, Type, Value,
    ValueId,
};
use crate::source::Span;

/// Replaces every access that is not proved by a checked one.
pub fn run(kernel: &mut Kernel) {
    let wanted = |check: &Check| matches!(check, Check::Unknown | Check::Stays(_));
    let pending: Vec<bool> = kernel.accesses.iter().map(|a| wanted(&a.check)).collect();
    let body = std::mem::take(&mut kernel.body);
    let mut rewrite = Rewrite { kernel, pending, slots: vec![] };
    let body = rewrite.block(body);
    let Rewrite { kernel, pending, .. } = rewrite;
    kernel.body = body;
    for (access, pending) in kernel.accesses.iter_mut().zip(pending) {
        if pending {
            access.check = Check::Explicit;
        }
    }
}

struct Rewrite<'k> {
    kernel: &'k mut Kernel,
    /// For each access whether it needs a check.
    pending: Vec<bool>,
    /// One variable for each type of result: it is read right after it is set.
    slots: Vec<(Type, SlotId)>,
}

/// Statements being written, with the span that they get.
struct Out {
    block: Block,
    span: Span,
}

impl Out {
    fn push(&mut self, kind: StmtKind) {
        self.block.push(Stmt { kind, span: self.span });
    }
}

impl Rewrite<'_> {
    fn block(&mut self, block: Block) -> Block {
        let mut out = Block::with_capacity(block.len());
        for mut stmt in block {
            match &mut stmt.kind {
                StmtKind::If { then, otherwise, .. } => {
                    *then = self.block(std::mem::take(then));
                    *otherwise = self.block(std::mem::take(otherwise));
                    out.push(stmt);
                }
                StmtKind::For { body, .. } | StmtKind::Loop { body } => {
                    *body = self.block(std::mem::take(body));
                    out.push(stmt);
                }
                StmtKind::Store { index, access, .. } if self.is_pending(*access) => {
                    let (index, access) = (*index, *access);
                    let mut checked = Out { block: out, span: stmt.span };
                    self.guard(&mut checked, index, access, vec![stmt]);
                    out = checked.block;
                }
                StmtKind::CopyAsync { to, from, .. } if self.is_pending(to.access) || self.is_pending(from.access) => {
                    let mut checked = Out { block: out, span: stmt.span };
                    self.copy(&mut checked, stmt);
                    out = checked.block;
                }
                StmtKind::Def(value) => {
                    let mut checked = Out { block: out, span: stmt.span };
                    self.def(&mut checked, *value, stmt);
                    out = checked.block;
                }
                _ => out.push(stmt),
            }
        }
        out
    }

    fn is_pending(&self, access: AccessId) -> bool {
        self.pending.get(access.0 as usize).copied().unwrap_or(false)
    }

    fn def(&mut self, out: &mut Out, value: ValueId, stmt: Stmt) {
        match self.kernel[value].expr.clone() {
            Expr::Load { index, access } | Expr::Atomic { index, access, .. } if self.is_pending(access) => {
                self.load(out, value, index, access);
            }
            Expr::UniformLoad { index, access } if self.is_pending(access) => {
                self.uniform_load(out, value, index, access);
            }
            _ => out.block.push(stmt),
        }
    }

    fn load(&mut self, out: &mut Out, value: ValueId, index: ValueId, access: AccessId) {
        let Value { ty, expr, span } = self.kernel[value].clone();
        let slot = self.slot(ty);
        let zero = self.value(out, ty, Expr::Const(Const::zero(ty)));
        out.push(StmtKind::SetSlot(slot, zero));
        let mut inside = Out { block: vec![], span };
        let loaded = self.value(&mut inside, ty, expr);
        inside.push(StmtKind::SetSlot(slot, loaded));
        self.guard(out, index, access, inside.block);
        self.kernel[value].expr = Expr::Slot(slot);
        out.push(StmtKind::Def(value));
    }

    /// Every invocation must take part, so the index is brought into range instead.
    fn uniform_load(&mut self, out: &mut Out, value: ValueId, index: ValueId, access: AccessId) {
        let ty = self.kernel[value].ty;
        let len = self.const_len(self.kernel[access].place);
        let zero = self.value(out, ty, Expr::Const(Const::zero(ty)));
        let inside = self.is_inside(out, index, access);
        let loaded = if len == 0 {
            zero
        } else {
            let last = self.u32(out, len - 1);
            let clamped = self.value(out, Type::U32, Expr::op(Op::Min, &[index, last]));
            self.value(out, ty, Expr::UniformLoad { index: clamped, access })
        };
        self.kernel[value].expr = Expr::op(Op::Select, &[inside, loaded, zero]);
        out.push(StmtKind::Def(value));
        let otherwise = self.fault(out.span, index, access);
        out.push(StmtKind::If { cond: inside, then: vec![], otherwise });
    }

    /// A source out of range counts as a condition that does not hold.
    fn copy(&mut self, out: &mut Out, mut stmt: Stmt) {
        let StmtKind::CopyAsync { to, from, cond } = &mut stmt.kind else { return };
        let (to, from) = (*to, *from);
        let mut inside = Out { block: vec![], span: stmt.span };
        if self.is_pending(from.access) {
            let reads = self.is_inside(&mut inside, from.index, from.access);
            let otherwise = self.fault(stmt.span, from.index, from.access);
            let fault = StmtKind::If { cond: reads, then: vec![], otherwise };
            let holds = cond.replace(reads);
            if let Some(holds) = holds {
                let then = vec![Stmt { kind: fault, span: stmt.span }];
                inside.push(StmtKind::If { cond: holds, then, otherwise: vec![] });
                *cond = Some(self.value(&mut inside, Type::BOOL, Expr::op(Op::And, &[holds, reads])));
            } else {
                inside.push(fault);
            }
        }
        inside.block.push(stmt);
        if self.is_pending(to.access) {
            self.guard(out, to.index, to.access, inside.block);
        } else {
            out.block.append(&mut inside.block);
        }
    }

    /// `if index is inside { then } else { fault }`.
    fn guard(&mut self, out: &mut Out, index: ValueId, access: AccessId, then: Block) {
        let cond = self.is_inside(out, index, access);
        let otherwise = self.fault(out.span, index, access);
        out.push(StmtKind::If { cond, then, otherwise });
    }

    fn is_inside(&mut self, out: &mut Out, index: ValueId, access: AccessId) -> ValueId {
        let place = self.kernel[access].place;
        let (item, len) = match self.elems_per_item(place) {
            None => (index, self.u32(out, self.const_len(place))),
            Some(per_item) => {
                let len = self.len(out, place);
                // `index / per_item < len` is `index < len * per_item` without the product, which may wrap.
                let item = match per_item {
                    1 => index,
                    _ => {
                        let per_item = self.u32(out, per_item);
                        self.value(out, Type::U32, Expr::op(Op::Div, &[index, per_item]))
                    }
                };
                (item, len)
            }
        };
        self.value(out, Type::BOOL, Expr::op(Op::Lt, &[item, len]))
    }

    fn fault(&mut self, span: Span, index: ValueId, access: AccessId) -> Block {
        let mut out = Out { block: vec![], span };
        let place = self.kernel[access].place;
        let bound = match self.elems_per_item(place) {
            None => self.u32(&mut out, self.const_len(place)),
            Some(1) => self.len(&mut out, place),
            Some(per_item) => self.saturated_len(&mut out, place, per_item),
        };
        out.push(StmtKind::Fault { site: self.kernel[access].site, value: index, bound });
        out.block
    }

    /// `len * per_item`, or the largest u32 where that is smaller.
    fn saturated_len(&mut self, out: &mut Out, place: Place, per_item: u32) -> ValueId {
        let len = self.len(out, place);
        let (factor, most, max) =
            (self.u32(out, per_item), self.u32(out, u32::MAX / per_item), self.u32(out, u32::MAX));
        let fits = self.value(out, Type::BOOL, Expr::op(Op::Le, &[len, most]));
        let product = self.value(out, Type::U32, Expr::op(Op::Mul, &[len, factor]));
        self.value(out, Type::U32, Expr::op(Op::Select, &[fits, product, max]))
    }

    /// For a buffer the elements of one item, at least 1; `None` where the length is constant.
    fn elems_per_item(&self, place: Place) -> Option<u32> {
        match place {
            Place::Buffer(param) => match &self.kernel[param].kind {
                ParamKind::Buffer(buffer) => Some(buffer.elems_per_item.max(1)),
                ParamKind::Scalar(_) => None,
            },
            Place::Shared(_) | Place::Slot(_) => None,
        }
    }

    fn const_len(&self, place: Place) -> u32 {
        match place {
            Place::Buffer(_) => 0,
            Place::Shared(shared) => self.kernel[shared].len,
            Place::Slot(slot) => self.kernel[slot].len.unwrap_or(0),
        }
    }

    fn len(&mut self, out: &mut Out, place: Place) -> ValueId {
        match place {
            Place::Buffer(param) => self.value(out, Type::U32, Expr::Len(param)),
            Place::Shared(_) | Place::Slot(_) => self.u32(out, self.const_len(place)),
        }
    }

    fn slot(&mut self, ty: Type) -> SlotId {
        if let Some((_, slot)) = self.slots.iter().find(|(of, _)| *of == ty) {
            return *slot;
        }
        let slot = SlotId(self.kernel.slots.len() as u32);
        self.kernel.slots.push(Slot { name: format!("checked_{ty}"), span: self.kernel.span, ty, len: None });
        self.slots.push((ty, slot));
        slot
    }

    fn u32(&mut self, out: &mut Out, value: u32) -> ValueId {
        self.value(out, Type::U32, Expr::Const(Const::u32(value)))
    }

    fn value(&mut self, out: &mut Out, ty: Type, expr: Expr) -> ValueId {
        let id = ValueId(self.kernel.values.len() as u32);
        self.kernel.values.push(Value { ty, expr, span: out.span });
        out.push(StmtKind::Def(id));
        id
    }
}

#[cfg(test)]
mod tests {
    use super::super::bounds::fuzz::{Random, check_accesses, kernel};
    use super::*;

    #[test]
    fn checked_accesses_stay_in_range() {
        let mut random = Random::new(7);
        for _ in 0..60 {
            let mut kernel = kernel(&mut random);
            run(&mut kernel);
            assert!(kernel.accesses.iter().all(|a| a.check == Check::Explicit));
            crate::ir::verify(&kernel).unwrap();
            check_accesses(&kernel, &mut random, 20);
        }
    }

    #[test]
    fn proved_accesses_stay_as_they_are() {
        let mut kernel = kernel(&mut Random::new(9));
        kernel.accesses.iter_mut().for_each(|a| a.check = Check::Proved(String::new()));
        let before = format!("{:?}", kernel.body);
        run(&mut kernel);
        assert_eq!(before, format!("{:?}", kernel.body));
    }

    #[test]
    fn items_of_several_elements() {
        use crate::ir::Buffer;
        use crate::ir::build::Builder;
        let span = Span { file: crate::source::FileId(0), start: 0, end: 0 };
        let mut b = Builder::new("k", [64, 1, 1], span);
        let buffer =
            Buffer { elem: Type::U32, elems_per_item: 5, mutable: true, may_alias: false, atomic: false, packed: None };
        let nodes = b.param("nodes", ParamKind::Buffer(buffer));
        let tile = b.shared("tile", Type::U32, 8);
        let i = b.u32(17);
        let v = b.load(Place::Buffer(nodes), i, "index into nodes");
        b.store(Place::Buffer(nodes), i, v, "index into nodes");
        let access = b.access(Place::Shared(tile), "index into tile");
        b.def(Type::U32, Expr::UniformLoad { index: i, access });
        let mut kernel = b.finish();
        run(&mut kernel);
        crate::ir::verify(&kernel).unwrap();
        let has = |wanted: &dyn Fn(&Value) -> bool| kernel.values.iter().any(wanted);
        assert!(has(&|v| matches!(&v.expr, Expr::Op(Op::Div, _))));
        assert!(has(&|v| v.expr == Expr::Const(Const::u32(u32::MAX / 5))));
        assert!(has(&|v| matches!(&v.expr, Expr::UniformLoad { index, .. } if *index != i)));
    }
}
