//! Writes each access through a view of workgroup memory as accesses to the array that it shows, lane by lane, for
//! targets that cannot see scalars as vectors.
//!
//! In: a kernel whose checks are explicit or proved, without asynchronous copies; out: one with the same meaning and
//! no views. Arrays are numbered anew.

use crate::ir::{
    Access, AccessId, Block, Const, Element, Expr, Kernel, Op, Place, SharedId, Stmt, StmtKind, Type, Value, ValueId,
};
use crate::source::Span;

/// Lowers every view of a kernel; tells whether there was any.
pub fn run(kernel: &mut Kernel) -> bool {
    if kernel.shared.iter().all(|s| s.view_of.is_none()) {
        return false;
    }
    let mut body = std::mem::take(&mut kernel.body);
    block(kernel, &mut body);
    kernel.body = body;
    remove(kernel);
    true
}

/// Removes the views, which nobody uses any more.
fn remove(kernel: &mut Kernel) {
    let mut next = 0;
    let mut new = vec![SharedId(0); kernel.shared.len()];
    for (at, shared) in kernel.shared.iter().enumerate() {
        new[at] = SharedId(next);
        next += u32::from(shared.view_of.is_none());
    }
    for access in &mut kernel.accesses {
        if let Place::Shared(id) = &mut access.place {
            let of = kernel.shared[id.0 as usize].view_of.unwrap_or(*id);
            *id = new[of.0 as usize];
        }
    }
    kernel.shared.retain(|shared| shared.view_of.is_none());
}

fn block(kernel: &mut Kernel, statements: &mut Block) {
    let mut out = Vec::with_capacity(statements.len());
    for mut stmt in std::mem::take(statements) {
        stmt.kind.blocks_mut().for_each(|nested| block(kernel, nested));
        let mut lower = Lower { kernel, span: stmt.span, out: &mut out };
        let is_done = match stmt.kind {
            StmtKind::Def(id) => lower.load(id),
            StmtKind::Store { index, value, access } => lower.store(Element { index, access }, value),
            _ => false,
        };
        if !is_done {
            out.push(stmt);
        }
    }
    *statements = out;
}

struct Lower<'a> {
    kernel: &'a mut Kernel,
    span: Span,
    out: &'a mut Block,
}

impl Lower<'_> {
    fn load(&mut self, id: ValueId) -> bool {
        let (element, uniform) = match self.kernel[id].expr {
            Expr::Load { index, access } => (Element { index, access }, false),
            Expr::UniformLoad { index, access } => (Element { index, access }, true),
            _ => return false,
        };
        let Some((elements, ty)) = self.elements(element) else { return false };
        let mut lanes = vec![];
        for Element { index, access } in elements {
            let expr = if uniform { Expr::UniformLoad { index, access } } else { Expr::Load { index, access } };
            lanes.push(self.def(ty, expr));
        }
        self.kernel[id].expr = Expr::compose(&lanes);
        self.push(StmtKind::Def(id));
        true
    }

    fn store(&mut self, element: Element, value: ValueId) -> bool {
        let Some((elements, ty)) = self.elements(element) else { return false };
        for (lane, Element { index, access }) in (0..).zip(elements) {
            let value = self.def(ty, Expr::Extract(value, lane));
            self.push(StmtKind::Store { index, value, access });
        }
        true
    }

    /// What one element of a view shows, and its type; `None` where the element is of no view.
    fn elements(&mut self, Element { index, access }: Element) -> Option<(Vec<Element>, Type)> {
        let Place::Shared(view) = self.kernel[access].place else { return None };
        let of = self.kernel[view].view_of?;
        let Type { scalar, lanes } = self.kernel[view].elem;
        let factor = self.u32(lanes.into());
        let first = self.def(Type::U32, Expr::op(Op::Mul, &[index, factor]));
        let mut elements = vec![];
        for lane in 0..lanes {
            let lane = self.u32(lane.into());
            let index = self.def(Type::U32, Expr::op(Op::Add, &[first, lane]));
            let of = Access { place: Place::Shared(of), ..self.kernel[access].clone() };
            self.kernel.accesses.push(of);
            elements.push(Element { index, access: AccessId(self.kernel.accesses.len() as u32 - 1) });
        }
        Some((elements, Type::scalar(scalar)))
    }

    fn u32(&mut self, value: u32) -> ValueId {
        self.def(Type::U32, Expr::Const(Const::u32(value)))
    }

    fn def(&mut self, ty: Type, expr: Expr) -> ValueId {
        self.kernel.values.push(Value { ty, expr, span: self.span });
        let id = ValueId(self.kernel.values.len() as u32 - 1);
        self.push(StmtKind::Def(id));
        id
    }

    fn push(&mut self, kind: StmtKind) {
        self.out.push(Stmt { kind, span: self.span });
    }
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::interp::assert_same;
    use crate::ir::{random, verify};

    /// Random kernels with views, before and after.
    #[test]
    fn means_the_same() {
        let mut lowered = 0;
        for seed in 0..600 {
            let mut kernel = random::kernel(seed);
            crate::passes::explicit::run(&mut kernel);
            crate::passes::lower_copies::run(&mut kernel);
            let mut plain = kernel.clone();
            lowered += u32::from(run(&mut plain));
            verify(&plain).unwrap();
            assert!(plain.shared.iter().all(|s| s.view_of.is_none()));
            assert_same(&kernel, &plain, seed);
        }
        assert!(lowered > 20, "only {lowered} kernels had views");
    }
}
