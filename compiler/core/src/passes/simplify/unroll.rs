//! Unrolls the `For`s that ask for it and whose bounds are known.

use super::fold::trips;
use crate::ir::{AccessId, Block, Const, Expr, Kernel, Stmt, StmtKind, Value, ValueId, walk};
use rustc_hash::FxHashMap;

/// The most statements that one loop becomes.
const MAX_STMTS: u64 = 4096;

/// Tells whether anything was unrolled.
pub(super) fn run(kernel: &mut Kernel) -> bool {
    let body = std::mem::take(&mut kernel.body);
    let mut any = false;
    kernel.body = block(kernel, body, &mut any);
    any
}

fn block(kernel: &mut Kernel, from: Block, any: &mut bool) -> Block {
    let mut out = Vec::with_capacity(from.len());
    for mut stmt in from {
        for nested in stmt.kind.blocks_mut() {
            *nested = block(kernel, std::mem::take(nested), any);
        }
        match rounds(kernel, &stmt.kind) {
            Some(values) => {
                *any = true;
                unroll(kernel, &stmt, &values, &mut out);
            }
            None => out.push(stmt),
        }
    }
    out
}

/// The values of the variable, where the loop is to be unrolled.
fn rounds(kernel: &Kernel, stmt: &StmtKind) -> Option<Vec<Const>> {
    let StmtKind::For { start, end, step, unroll: true, body, .. } = stmt else { return None };
    let known = |id: &ValueId| match kernel[*id].expr {
        Expr::Const(value) => Some(value),
        _ => None,
    };
    let n = trips([known(start), known(end), known(step)])?;
    let mut n_stmts = 0u64;
    walk::for_each_stmt(body, &mut |_| n_stmts += 1);
    if walk::count_jumps(body) > 0 || n.checked_mul(n_stmts + 1)? > MAX_STMTS {
        return None;
    }
    let (start, step) = (known(start)?, known(step)?.as_u32().max(1));
    let value = |i: u32| start.as_u32().wrapping_add(i.wrapping_mul(step));
    Some((0..n as u32).map(|i| Const::scalar(start.ty.scalar, value(i).into())).collect())
}

fn unroll(kernel: &mut Kernel, stmt: &Stmt, values: &[Const], out: &mut Block) {
    let StmtKind::For { var, body, .. } = &stmt.kind else { return };
    for value in values {
        let mut copier = Copier { kernel, copies: FxHashMap::default() };
        let id = copier.value(*var);
        copier.kernel[id].expr = Expr::Const(*value);
        out.push(Stmt { kind: StmtKind::Def(id), span: stmt.span });
        out.extend(copier.block(body));
    }
}

/// Copies code with new values and accesses; a site stays one site.
struct Copier<'a> {
    kernel: &'a mut Kernel,
    copies: FxHashMap<ValueId, ValueId>,
}

impl Copier<'_> {
    fn block(&mut self, block: &Block) -> Block {
        block.iter().map(|stmt| Stmt { kind: self.stmt(&stmt.kind), span: stmt.span }).collect()
    }

    fn stmt(&mut self, kind: &StmtKind) -> StmtKind {
        match kind {
            StmtKind::Def(id) => StmtKind::Def(self.value(*id)),
            StmtKind::If { cond, then, otherwise } => {
                let cond = self.copy(*cond);
                StmtKind::If { cond, then: self.block(then), otherwise: self.block(otherwise) }
            }
            StmtKind::For { var, start, end, step, unroll, body } => {
                let [start, end, step] = [start, end, step].map(|id| self.copy(*id));
                let var = self.value(*var);
                StmtKind::For { var, start, end, step, unroll: *unroll, body: self.block(body) }
            }
            StmtKind::Loop { body } => StmtKind::Loop { body: self.block(body) },
            other => {
                let mut kind = other.clone();
                kind.map_operands(|id| self.copy(id));
                kind.accesses_mut().for_each(|access| *access = self.access(*access));
                kind
            }
        }
    }

    /// What stands for a value in this copy.
    fn copy(&self, id: ValueId) -> ValueId {
        self.copies.get(&id).copied().unwrap_or(id)
    }

    /// A new value like that one.
    fn value(&mut self, id: ValueId) -> ValueId {
        let Value { ty, mut expr, span } = self.kernel[id].clone();
        expr.map_operands(|operand| self.copy(operand));
        if let Some(access) = expr.access_mut() {
            *access = self.access(*access);
        }
        let copy = ValueId(self.kernel.values.len() as u32);
        self.kernel.values.push(Value { ty, expr, span });
        self.copies.insert(id, copy);
        copy
    }

    fn access(&mut self, id: AccessId) -> AccessId {
        let access = self.kernel[id].clone();
        self.kernel.accesses.push(access);
        AccessId(self.kernel.accesses.len() as u32 - 1)
    }
}
