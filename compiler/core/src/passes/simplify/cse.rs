//! Computes the same pure expression once, where one computation is in scope of the other.

use super::algebra::commutes;
use crate::ir::{Block, Builtin, Const, Expr, Kernel, Op, Operands, ParamId, StmtKind, Type, ValueId};
use rustc_hash::FxHashMap;

pub(super) fn run(kernel: &mut Kernel) {
    let mut body = std::mem::take(&mut kernel.body);
    let same = (0..kernel.values.len() as u32).map(ValueId).collect();
    Common { kernel, same, known: FxHashMap::default() }.block(&mut body);
    kernel.body = body;
}

/// What makes two pure expressions the same.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Const(Const),
    Param(ParamId),
    Len(ParamId),
    Builtin(Builtin),
    Op(Op, Type, Operands),
    Compose(Operands),
    Extract(ValueId, u8),
}

struct Common<'a> {
    kernel: &'a mut Kernel,
    /// What to use in place of each value.
    same: Vec<ValueId>,
    /// What is computed in this block and those around it.
    known: FxHashMap<Key, ValueId>,
}

impl Common<'_> {
    fn block(&mut self, block: &mut Block) {
        let mut added = vec![];
        block.retain_mut(|stmt| {
            let same = &self.same;
            stmt.kind.map_operands(|id| same[id.0 as usize]);
            if let StmtKind::Def(id) = stmt.kind {
                return self.define(id, &mut added);
            }
            stmt.kind.blocks_mut().for_each(|nested| self.block(nested));
            true
        });
        for key in added {
            self.known.remove(&key);
        }
    }

    /// Whether the value must still be computed.
    fn define(&mut self, id: ValueId, added: &mut Vec<Key>) -> bool {
        let same = &self.same;
        let value = &mut self.kernel[id];
        value.expr.map_operands(|operand| same[operand.0 as usize]);
        let Some(key) = key(&value.expr, value.ty) else { return true };
        if let Some(known) = self.known.get(&key) {
            self.same[id.0 as usize] = *known;
            return false;
        }
        self.known.insert(key.clone(), id);
        added.push(key);
        true
    }
}

fn key(expr: &Expr, ty: Type) -> Option<Key> {
    match expr {
        Expr::Const(value) => Some(Key::Const(*value)),
        Expr::Param(id) => Some(Key::Param(*id)),
        Expr::Len(id) => Some(Key::Len(*id)),
        Expr::Builtin(builtin) => Some(Key::Builtin(*builtin)),
        Expr::Op(op, operands) => {
            let mut operands = operands.clone();
            if commutes(*op) {
                operands.sort_unstable();
            }
            Some(Key::Op(*op, ty, operands))
        }
        Expr::Compose(lanes) => Some(Key::Compose(lanes.clone())),
        Expr::Extract(vector, lane) => Some(Key::Extract(*vector, *lane)),
        _ => None,
    }
}
