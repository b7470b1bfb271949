//! Statements: each `ir::StmtKind` as naga's.

use super::function::Ex;
use super::helpers::REPORT_FAULT;
use super::interface::Writer;
use super::uses::leaves;
use crate::emit::{EmitError, range};
use crate::ir::{AtomicOp, Barrier, Block, Expr, Place, Scalar, SiteId, Stmt, StmtKind, Type, ValueId};
use naga::{BinaryOperator as Binary, Statement};
use wgpuc_abi::launch::Word;

impl Writer<'_> {
    /// Writes statements into the open block.
    pub(super) fn statements(&mut self, block: &[Stmt]) -> Result<(), EmitError> {
        for stmt in block {
            self.statement(&stmt.kind)?;
            // nothing behind it is reached, and naga refuses it
            if leaves(&stmt.kind) {
                break;
            }
        }
        Ok(())
    }

    fn statement(&mut self, kind: &StmtKind) -> Result<(), EmitError> {
        match kind {
            StmtKind::Def(id) => return self.definition(*id),
            StmtKind::SetSlot(slot, value) => {
                let (place, value) = (self.place(Place::Slot(*slot))?, self.get(*value)?);
                self.function.store(place, value);
            }
            StmtKind::Store { index, value, access } => return self.store_element(*index, *value, *access),
            StmtKind::If { cond, then, otherwise } => {
                let condition = self.get(*cond)?;
                let accept = self.block(then)?;
                let reject = self.block(otherwise)?;
                self.function.push(Statement::If { condition, accept, reject });
            }
            StmtKind::For { var, start, end, step, body, .. } => {
                return self.range(*var, [*start, *end, *step], body);
            }
            StmtKind::Loop { body } => {
                let body = self.block(body)?;
                self.function.push(Statement::Loop { body, continuing: naga::Block::new(), break_if: None });
            }
            StmtKind::Break => self.function.push(Statement::Break),
            StmtKind::Continue => self.function.push(Statement::Continue),
            StmtKind::Return => self.function.push(Statement::Return { value: None }),
            StmtKind::Barrier(barrier) => {
                let memory = match barrier {
                    Barrier::Workgroup => naga::Barrier::WORK_GROUP,
                    Barrier::Storage => naga::Barrier::WORK_GROUP | naga::Barrier::STORAGE,
                };
                self.function.push(Statement::ControlBarrier(memory));
            }
            StmtKind::Fault { site, value, bound } => return self.fault(*site, *value, *bound),
            StmtKind::CopyAsync { .. } | StmtKind::CopyCommit | StmtKind::CopyWait(_) => {
                return Err(EmitError::internal(self.kernel, "an asynchronous copy that was not lowered"));
            }
        }
        Ok(())
    }

    fn block(&mut self, block: &Block) -> Result<naga::Block, EmitError> {
        self.function.begin();
        let result = self.statements(block);
        let block = self.function.end();
        result.map(|()| block)
    }

    fn definition(&mut self, id: ValueId) -> Result<(), EmitError> {
        let kernel = self.kernel;
        match kernel.values.get(id.0 as usize).map(|v| &v.expr) {
            Some(Expr::Atomic { op: AtomicOp::Store, index, value: Some(value), access, .. })
                if !self.uses.used(id) =>
            {
                self.atomic_store(*index, *value, *access)
            }
            _ => self.define(id),
        }
    }

    /// `i = start; loop { if i >= end { break; } .. continuing { i = i + step; break if (end - i) <= step; } }`.
    /// The last part keeps the variable from wrapping, and stands only where it could.
    fn range(&mut self, var: ValueId, [start, end, step]: [ValueId; 3], body: &Block) -> Result<(), EmitError> {
        let kernel = self.kernel;
        let Some(ty) = kernel.values.get(var.0 as usize).map(|v| v.ty) else {
            return Err(self.internal("a loop's variable does not exist"));
        };
        let (start, limit, by) = (self.get(start)?, self.get(end)?, self.step(step, ty)?);
        let never_wraps = range::never_wraps(self.kernel, end, step, ty);
        let naga_ty = self.function.ty(ty);
        let place = self.function.local("i", naga_ty);
        self.function.store(place, start);
        self.function.begin();
        let current = self.function.load(place);
        self.function.name(current, "i");
        if let Some(value) = self.values.get_mut(var.0 as usize) {
            *value = Some(current);
        }
        let past = self.function.binary(Binary::GreaterEqual, current, limit);
        self.function.leave_if(past, Statement::Break);
        let result = self.statements(body);
        let body = self.function.end();
        result?;
        self.function.begin();
        let next = self.function.binary(Binary::Add, current, by);
        self.function.store(place, next);
        let break_if = (!never_wraps).then(|| self.reached(current, limit, by, ty));
        let continuing = self.function.end();
        self.function.push(Statement::Loop { body, continuing, break_if });
        Ok(())
    }

    /// Whether fewer than `step + 1` are left: no more rounds, and the next value may have wrapped.
    fn reached(&mut self, current: Ex, limit: Ex, step: Ex, ty: Type) -> Ex {
        let left = self.function.binary(Binary::Subtract, limit, current);
        // as i32 the difference may wrap; seen as u32 it is exact
        let (left, step) = match ty.scalar {
            Scalar::I32 => (self.function.bitcast(left, Scalar::U32), self.function.bitcast(step, Scalar::U32)),
            _ => (left, step),
        };
        self.function.binary(Binary::LessEqual, left, step)
    }

    /// The step in the variable's type, and not zero.
    fn step(&mut self, id: ValueId, ty: Type) -> Result<Ex, EmitError> {
        if let Some(known) = self.known(id) {
            return Ok(self.function.literal(ty.scalar, known.as_u32().max(1)));
        }
        let mut step = self.get(id)?;
        let from = self.kernel[id].ty.scalar;
        if from != Scalar::U32 {
            step = self.function.bitcast(step, Scalar::U32);
        }
        let one = self.function.u32(1);
        step = self.function.math(naga::MathFunction::Max, &[step, one]);
        if ty.scalar != Scalar::U32 {
            step = self.function.bitcast(step, ty.scalar);
        }
        self.function.name(step, "stride");
        Ok(step)
    }

    fn fault(&mut self, site: SiteId, value: ValueId, bound: ValueId) -> Result<(), EmitError> {
        let (value, bound) = (self.get(value)?, self.get(bound)?);
        let launch = self.word_here(Word::LaunchId)?;
        self.function.name(launch, "launch_id");
        let (group, invocation) = self.position()?;
        let site = self.function.u32(site.0);
        let name = REPORT_FAULT.function();
        let found = self.function.module.functions.iter().find(|(_, f)| f.name.as_deref() == Some(&name));
        let Some(function) = found.map(|(handle, _)| handle) else {
            return Err(self.internal("there is no function that reports faults"));
        };
        let arguments = vec![launch, site, value, bound, group, invocation];
        self.function.push(Statement::Call { function, arguments, result: None });
        Ok(())
    }
}
