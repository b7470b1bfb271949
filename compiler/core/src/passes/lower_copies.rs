//! Writes each asynchronous copy as a load and a store, for targets and forms that have no such copies. Landing at once
//! is one of the times at which a copy may land.
//!
//! In: a kernel whose checks are explicit or proved; out: one with the same meaning and no `CopyAsync`, `CopyCommit`
//! or `CopyWait`.
//!
//! ```text
//! if cond { v = load from; store to = v } else { store to = 0 }
//! ```

use crate::ir::{Block, Const, Element, Expr, Kernel, Stmt, StmtKind, Type, Value, ValueId};
use crate::source::Span;

/// Lowers every copy of a kernel; tells whether there was any.
pub fn run(kernel: &mut Kernel) -> bool {
    let mut body = std::mem::take(&mut kernel.body);
    let any = block(kernel, &mut body);
    kernel.body = body;
    any
}

fn block(kernel: &mut Kernel, statements: &mut Block) -> bool {
    let mut any = false;
    let mut out = Vec::with_capacity(statements.len());
    for mut stmt in std::mem::take(statements) {
        stmt.kind.blocks_mut().for_each(|nested| any |= block(kernel, nested));
        match stmt.kind {
            StmtKind::CopyAsync { to, from, cond } => {
                any = true;
                lower(kernel, to, from, cond, stmt.span, &mut out);
            }
            StmtKind::CopyCommit | StmtKind::CopyWait(_) => any = true,
            _ => out.push(stmt),
        }
    }
    *statements = out;
    any
}

fn lower(kernel: &mut Kernel, to: Element, from: Element, cond: Option<ValueId>, span: Span, out: &mut Block) {
    let ty = kernel.elem(kernel[to.access].place);
    let then = stored(kernel, to, ty, Expr::Load { index: from.index, access: from.access }, span);
    match cond {
        None => out.extend(then),
        Some(cond) => {
            let otherwise = stored(kernel, to, ty, Expr::Const(Const::zero(ty)), span);
            out.push(Stmt { kind: StmtKind::If { cond, then, otherwise }, span });
        }
    }
}

fn stored(kernel: &mut Kernel, to: Element, ty: Type, expr: Expr, span: Span) -> Block {
    kernel.values.push(Value { ty, expr, span });
    let value = ValueId(kernel.values.len() as u32 - 1);
    let store = StmtKind::Store { index: to.index, value, access: to.access };
    [StmtKind::Def(value), store].map(|kind| Stmt { kind, span }).into()
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::interp::assert_same;
    use crate::ir::{StmtKind, random, verify, walk};

    /// Random kernels with copies, before and after.
    #[test]
    fn means_the_same() {
        let mut lowered = 0;
        for seed in 0..200 {
            let mut kernel = random::kernel(seed);
            crate::passes::explicit::run(&mut kernel);
            let mut plain = kernel.clone();
            lowered += u32::from(run(&mut plain));
            verify(&plain).unwrap();
            walk::for_each_stmt(&plain.body, &mut |kind| {
                assert!(!matches!(kind, StmtKind::CopyAsync { .. } | StmtKind::CopyCommit | StmtKind::CopyWait(_)));
            });
            assert_same(&kernel, &plain, seed);
        }
        assert!(lowered > 20, "only {lowered} kernels had copies");
    }
}
