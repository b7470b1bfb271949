//! The IR's invariants, as a check.
//!
//! In: a kernel. Out: nothing, or which invariant is broken and where, for the compiler's authors and not for users.
//! It must hold after every pass; it never panics on what is not a well-formed kernel.

mod expr;

use super::{
    Access, AccessId, Block, Element, Expr, FactAtom, Kernel, ParamId, ParamKind, Place, Scalar, Shared, SharedId,
    Slot, SlotId, Stmt, StmtKind, Type, Value, ValueId,
};
use crate::source::Span;

/// Checks the invariants of [`super`]; the message says which one is broken, and where.
pub fn verify(kernel: &Kernel) -> Result<(), String> {
    declarations(kernel).map_err(|message| format!("{}: {message}", kernel.name))?;
    let mut checker = Checker {
        kernel,
        state: vec![State::Undefined; kernel.values.len()],
        span: kernel.span,
        value: None,
        loops: 0,
    };
    let body = checker.block(&kernel.body);
    body.map_err(|message| {
        let at = checker.value.map(|id| format!(", %{}", id.0)).unwrap_or_default();
        format!("{} at {:?}{at}: {message}", kernel.name, checker.span)
    })
}

type Check<T = ()> = Result<T, String>;

#[derive(Clone, Copy, PartialEq)]
enum State {
    Undefined,
    InScope,
    OutOfScope,
}

struct Checker<'a> {
    kernel: &'a Kernel,
    state: Vec<State>,
    span: Span,
    value: Option<ValueId>,
    loops: u32,
}

fn ensure(holds: bool, message: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(message()) }
}

fn declarations(kernel: &Kernel) -> Check {
    ensure(kernel.workgroup.iter().all(|n| *n > 0), || "a workgroup has at least one invocation per axis".into())?;
    for param in &kernel.params {
        if let ParamKind::Buffer(buffer) = &param.kind {
            type_is_sound(buffer.elem)?;
            ensure(buffer.elem.scalar != Scalar::Bool, || format!("{}: a buffer cannot hold bool", param.name))?;
            ensure(buffer.item_bytes() > 0, || format!("{}: an item takes at least one element", param.name))?;
            ensure(!buffer.atomic || is_atomic(buffer.elem), || format!("{}: atomics are u32 or i32", param.name))?;
        }
    }
    for Shared { name, elem, len, atomic, view_of, .. } in &kernel.shared {
        type_is_sound(*elem)?;
        ensure(*len > 0, || format!("{name}: an array has at least one element"))?;
        ensure(!atomic || is_atomic(*elem), || format!("{name}: atomics are u32 or i32"))?;
        if let Some(id) = view_of {
            view_is_sound(kernel, *elem, *len, *id).map_err(|message| format!("{name}: {message}"))?;
        }
    }
    for Slot { name, ty, len, .. } in &kernel.slots {
        type_is_sound(*ty)?;
        ensure(*len != Some(0), || format!("{name}: an array has at least one element"))?;
    }
    for value in &kernel.values {
        type_is_sound(value.ty)?;
    }
    let n_sites = kernel.sites.len();
    for (id, Access { place, site, .. }) in kernel.accesses.iter().enumerate() {
        ensure((site.0 as usize) < n_sites, || format!("access {id}: site {} does not exist", site.0))?;
        place_is_indexed(kernel, *place).map_err(|message| format!("access {id}: {message}"))?;
    }
    let atoms = kernel.facts.iter().flat_map(|fact| fact.left.terms.iter().chain(&fact.right.terms));
    for atom in atoms.flat_map(|(_, atoms)| atoms) {
        let kind = |id: ParamId| kernel.params.get(id.0 as usize).map(|p| &p.kind);
        let sound = match atom {
            FactAtom::Param(id) => matches!(kind(*id), Some(ParamKind::Scalar(Scalar::U32 | Scalar::U64 | Scalar::U8))),
            FactAtom::Len(id) => matches!(kind(*id), Some(ParamKind::Buffer(_))),
            FactAtom::Groups(axis) => *axis < 3,
        };
        ensure(sound, || format!("a fact speaks of {atom:?}, which is no such quantity"))?;
    }
    Ok(())
}

fn is_atomic(ty: Type) -> bool {
    ty == Type::U32 || ty == Type::I32
}

fn type_is_sound(ty: Type) -> Check {
    ensure((1..=4).contains(&ty.lanes), || format!("a type has 1 to 4 lanes, not {}", ty.lanes))
}

/// A view shows all of a plain array of scalars as vectors.
fn view_is_sound(kernel: &Kernel, elem: Type, len: u32, of: SharedId) -> Check {
    let Some(of) = kernel.shared.get(of.0 as usize) else { return Err(format!("shared {} does not exist", of.0)) };
    let lanes = u32::from(elem.lanes);
    ensure(of.view_of.is_none() && !of.atomic, || format!("{} cannot be seen as vectors", of.name))?;
    ensure(matches!(lanes, 2 | 4) && of.elem == Type::scalar(elem.scalar), || format!("{} as {elem}", of.elem))?;
    ensure(len.checked_mul(lanes) == Some(of.len), || format!("{len} of {elem} are not {} of {}", of.len, of.elem))
}

fn place_is_indexed(kernel: &Kernel, place: Place) -> Check {
    match place {
        Place::Buffer(id) => match kernel.params.get(id.0 as usize).map(|p| &p.kind) {
            Some(ParamKind::Buffer(_)) => Ok(()),
            _ => Err(format!("parameter {} is no buffer", id.0)),
        },
        Place::Shared(SharedId(id)) => {
            ensure((id as usize) < kernel.shared.len(), || format!("shared {id} does not exist"))
        }
        Place::Slot(SlotId(id)) => match kernel.slots.get(id as usize) {
            Some(Slot { len: Some(_), .. }) => Ok(()),
            _ => Err(format!("slot {id} is no array")),
        },
    }
}

impl<'a> Checker<'a> {
    /// Checks a block; what it defines goes out of scope at its end.
    fn block(&mut self, block: &Block) -> Check {
        let mut defined = vec![];
        for stmt in block {
            self.span = stmt.span;
            self.value = None;
            self.stmt(stmt, &mut defined)?;
        }
        for id in defined {
            self.set_state(id, State::OutOfScope);
        }
        Ok(())
    }

    fn stmt(&mut self, stmt: &Stmt, defined: &mut Vec<ValueId>) -> Check {
        match &stmt.kind {
            StmtKind::Def(id) => {
                self.value = Some(*id);
                let value = self.define(*id)?;
                self.span = value.span;
                ensure(value.expr != Expr::LoopVar, || "a loop's variable is defined by its For alone".into())?;
                self.expr(value)?;
                self.set_state(*id, State::InScope);
                defined.push(*id);
                Ok(())
            }
            StmtKind::SetSlot(slot, value) => {
                let ty = self.plain_slot(*slot)?;
                self.typed(*value, ty, "the value of a slot")
            }
            StmtKind::Store { index, value, access } => {
                let access = self.plain_access(*access)?;
                if let Place::Buffer(id) = access.place {
                    let mutable = matches!(&self.kernel[id].kind, ParamKind::Buffer(buffer) if buffer.mutable);
                    ensure(mutable, || format!("a store to {}, which is not mutable", self.kernel[id].name))?;
                }
                self.typed(*index, Type::U32, "an index")?;
                self.typed(*value, self.kernel.elem(access.place), "a stored value")
            }
            StmtKind::If { cond, then, otherwise } => {
                self.typed(*cond, Type::BOOL, "a condition")?;
                self.block(then)?;
                self.block(otherwise)
            }
            StmtKind::For { .. } => self.for_loop(&stmt.kind),
            StmtKind::Loop { body } => self.loop_body(body),
            StmtKind::Break | StmtKind::Continue => {
                ensure(self.loops > 0, || "Break or Continue outside a loop".into())
            }
            StmtKind::Return | StmtKind::Barrier(_) | StmtKind::CopyCommit | StmtKind::CopyWait(_) => Ok(()),
            StmtKind::CopyAsync { to, from, cond } => self.copy(*to, *from, *cond),
            StmtKind::Fault { site, value, bound } => {
                ensure((site.0 as usize) < self.kernel.sites.len(), || format!("site {} does not exist", site.0))?;
                self.typed(*value, Type::U32, "a fault's value")?;
                self.typed(*bound, Type::U32, "a fault's bound")
            }
        }
    }

    fn copy(&self, to: Element, from: Element, cond: Option<ValueId>) -> Check {
        let [into, out_of] = [self.plain_access(to.access)?.place, self.plain_access(from.access)?.place];
        let ty = self.kernel.elem(into);
        ensure(matches!(into, Place::Shared(_)), || "an asynchronous copy writes shared memory".into())?;
        ensure(matches!(out_of, Place::Buffer(_)), || "an asynchronous copy reads a buffer".into())?;
        ensure(ty == self.kernel.elem(out_of), || format!("a copy of {} to {ty}", self.kernel.elem(out_of)))?;
        ensure(matches!(ty.bytes(), 4 | 8 | 16), || format!("an asynchronous copy of {} bytes", ty.bytes()))?;
        self.typed(to.index, Type::U32, "an index")?;
        self.typed(from.index, Type::U32, "an index")?;
        cond.map_or(Ok(()), |cond| self.typed(cond, Type::BOOL, "a condition"))
    }

    fn for_loop(&mut self, stmt: &StmtKind) -> Check {
        let StmtKind::For { var, start, end, step, body, .. } = stmt else { return Ok(()) };
        let value = self.define(*var)?;
        let ty = value.ty;
        ensure(value.expr == Expr::LoopVar, || "the variable of a For is a LoopVar".into())?;
        ensure(ty == Type::I32 || ty == Type::U32, || format!("the variable of a For is i32 or u32, not {ty}"))?;
        self.typed(*start, ty, "the start of a For")?;
        self.typed(*end, ty, "the end of a For")?;
        let step_ty = self.operand(*step)?;
        ensure(step_ty == ty || step_ty == Type::U32, || format!("the step of a For over {ty} is {step_ty}"))?;
        self.set_state(*var, State::InScope);
        self.loop_body(body)?;
        self.set_state(*var, State::OutOfScope);
        Ok(())
    }

    fn loop_body(&mut self, body: &Block) -> Check {
        self.loops += 1;
        self.block(body)?;
        self.loops -= 1;
        Ok(())
    }

    fn set_state(&mut self, id: ValueId, state: State) {
        if let Some(slot) = self.state.get_mut(id.0 as usize) {
            *slot = state;
        }
    }

    fn define(&self, id: ValueId) -> Check<&'a Value> {
        let value = self.kernel.values.get(id.0 as usize).ok_or_else(|| format!("%{} does not exist", id.0))?;
        let state = self.state.get(id.0 as usize).copied();
        ensure(state == Some(State::Undefined), || format!("%{} is defined twice", id.0))?;
        Ok(value)
    }

    /// The type of a used value, which must be defined and in scope.
    fn operand(&self, id: ValueId) -> Check<Type> {
        match (self.state.get(id.0 as usize), self.kernel.values.get(id.0 as usize)) {
            (Some(State::InScope), Some(value)) => Ok(value.ty),
            (Some(State::OutOfScope), _) => Err(format!("%{} is used outside the block that defines it", id.0)),
            (Some(State::Undefined), _) => Err(format!("%{} is used before it is defined", id.0)),
            _ => Err(format!("%{} does not exist", id.0)),
        }
    }

    fn typed(&self, id: ValueId, ty: Type, what: &str) -> Check {
        let found = self.operand(id)?;
        ensure(found == ty, || format!("{what} is {ty}, but %{} is {found}", id.0))
    }

    fn plain_slot(&self, id: SlotId) -> Check<Type> {
        match self.kernel.slots.get(id.0 as usize) {
            Some(Slot { ty, len: None, .. }) => Ok(*ty),
            Some(slot) => Err(format!("{} is an array, and was used as a plain variable", slot.name)),
            None => Err(format!("slot {} does not exist", id.0)),
        }
    }

    fn access(&self, id: AccessId) -> Check<&'a Access> {
        self.kernel.accesses.get(id.0 as usize).ok_or_else(|| format!("access {} does not exist", id.0))
    }

    /// An access to a place that is not atomic.
    fn plain_access(&self, id: AccessId) -> Check<&'a Access> {
        let access = self.access(id)?;
        let atomic = self.place_is_atomic(access.place);
        ensure(!atomic, || "an atomic place is only touched by atomic operations".into())?;
        Ok(access)
    }

    fn place_is_atomic(&self, place: Place) -> bool {
        match place {
            Place::Buffer(id) => matches!(&self.kernel[id].kind, ParamKind::Buffer(buffer) if buffer.atomic),
            Place::Shared(id) => self.kernel[id].atomic,
            Place::Slot(_) => false,
        }
    }
}

#[cfg(test)]
mod tests;
