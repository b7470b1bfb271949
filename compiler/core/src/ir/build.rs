//! Writes a kernel, statement by statement: used by the front end, by passes, and by tests.

use super::{
    Access, AccessId, Barrier, Block, Check, Const, Expr, Hints, Kernel, Op, Param, ParamId, ParamKind, Place, Shared,
    SharedId, Site, SiteId, Slot, SlotId, Stmt, StmtKind, Type, Value, ValueId, op,
};
use crate::source::Span;
use rustc_hash::FxHashMap;

/// A kernel being written. Statements go to the block that is open; a nested one is opened by [`Builder::block`].
/// Constants are computed once, ahead of everything.
#[derive(Debug)]
pub struct Builder {
    /// What has been written so far; its `body` is empty until [`Builder::finish`].
    pub kernel: Kernel,
    /// The span that new values and statements get.
    pub span: Span,
    open: Vec<Block>,
    constants: FxHashMap<Const, ValueId>,
    ahead: Block,
    sites: FxHashMap<Span, Vec<SiteId>>,
}

impl Builder {
    /// An empty kernel.
    #[must_use]
    pub fn new(name: &str, workgroup: [u32; 3], span: Span) -> Self {
        let kernel = Kernel {
            name: name.to_owned(),
            span,
            workgroup,
            grid_1d: true,
            features: vec![],
            hints: Hints::default(),
            params: vec![],
            shared: vec![],
            slots: vec![],
            values: vec![],
            accesses: vec![],
            sites: vec![],
            facts: vec![],
            body: vec![],
        };
        let (constants, sites) = (FxHashMap::default(), FxHashMap::default());
        Self { kernel, span, open: vec![vec![]], constants, ahead: vec![], sites }
    }

    /// The kernel.
    #[must_use]
    pub fn finish(mut self) -> Kernel {
        self.kernel.body = self.ahead;
        self.kernel.body.extend(self.open.into_iter().next_back().unwrap_or_default());
        self.kernel
    }

    /// What is computed ahead of everything so far.
    #[must_use]
    pub fn ahead(&self) -> &[Stmt] {
        &self.ahead
    }

    /// Puts statements before all that is written to blocks, after what was put there before.
    pub fn put_ahead(&mut self, block: Block) {
        self.ahead.extend(block);
    }

    /// How many blocks are open, the body included.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Adds a parameter.
    pub fn param(&mut self, name: &str, kind: ParamKind) -> ParamId {
        self.kernel.params.push(Param { name: name.to_owned(), span: self.span, kind });
        ParamId(self.kernel.params.len() as u32 - 1)
    }

    /// Adds an array in workgroup memory.
    pub fn shared(&mut self, name: &str, elem: Type, len: u32) -> SharedId {
        self.kernel.shared.push(Shared {
            name: name.to_owned(),
            span: self.span,
            elem,
            len,
            zeroed: false,
            atomic: false,
            view_of: None,
        });
        SharedId(self.kernel.shared.len() as u32 - 1)
    }

    /// An array in workgroup memory as vectors of that many lanes: the same view for the same question.
    pub fn view(&mut self, of: SharedId, lanes: u8) -> SharedId {
        let elem = Type::vector(self.kernel[of].elem.scalar, lanes);
        let same = |s: &Shared| s.view_of == Some(of) && s.elem == elem;
        let id = self.kernel.shared.iter().position(same).unwrap_or_else(|| {
            let array = &self.kernel[of];
            let len = array.len / u32::from(lanes);
            let view = Shared { elem, len, view_of: Some(of), zeroed: false, ..array.clone() };
            self.kernel.shared.push(view);
            self.kernel.shared.len() - 1
        });
        SharedId(id as u32)
    }

    /// Adds a variable, or an array of them.
    pub fn slot(&mut self, name: &str, ty: Type, len: Option<u32>) -> SlotId {
        self.kernel.slots.push(Slot { name: name.to_owned(), span: self.span, ty, len });
        SlotId(self.kernel.slots.len() as u32 - 1)
    }

    /// Adds an access and its site.
    pub fn access(&mut self, place: Place, what: &str) -> AccessId {
        let site = self.site(what);
        self.kernel.accesses.push(Access { place, span: self.span, site, check: Check::Unknown });
        AccessId(self.kernel.accesses.len() as u32 - 1)
    }

    /// The site of this place: one for all copies of an access.
    pub fn site(&mut self, what: &str) -> SiteId {
        let here = self.sites.entry(self.span).or_default();
        if let Some(id) = here.iter().find(|id| self.kernel[**id].what == what) {
            return *id;
        }
        self.kernel.sites.push(Site { span: self.span, what: what.to_owned() });
        let id = SiteId(self.kernel.sites.len() as u32 - 1);
        here.push(id);
        id
    }

    /// Adds a value without computing it: for a loop's variable.
    pub fn value(&mut self, ty: Type, expr: Expr) -> ValueId {
        self.kernel.values.push(Value { ty, expr, span: self.span });
        ValueId(self.kernel.values.len() as u32 - 1)
    }

    /// Computes a value here.
    pub fn def(&mut self, ty: Type, expr: Expr) -> ValueId {
        let id = self.value(ty, expr);
        self.push(StmtKind::Def(id));
        id
    }

    /// A known value.
    pub fn constant(&mut self, value: Const) -> ValueId {
        if let Some(id) = self.constants.get(&value) {
            return *id;
        }
        let id = self.value(value.ty, Expr::Const(value));
        self.ahead.push(Stmt { kind: StmtKind::Def(id), span: self.span });
        self.constants.insert(value, id);
        id
    }

    /// A `u32`.
    pub fn u32(&mut self, value: u32) -> ValueId {
        self.constant(Const::u32(value))
    }

    /// A pure operation other than a conversion. The operands must fit its row: [`super::verify`] says if not.
    pub fn op(&mut self, op: Op, operands: &[ValueId]) -> ValueId {
        let types: Vec<Type> = operands.iter().map(|v| self.kernel[*v].ty).collect();
        let first = types.first().copied().unwrap_or(Type::U32);
        let ty = op::result_type(op, &types, first).unwrap_or(first);
        self.def(ty, Expr::op(op, operands))
    }

    /// `value as ty`, or the same bits as `ty`.
    pub fn cast(&mut self, op: Op, value: ValueId, ty: Type) -> ValueId {
        self.def(ty, Expr::op(op, &[value]))
    }

    /// Loads an element.
    pub fn load(&mut self, place: Place, index: ValueId, what: &str) -> ValueId {
        let access = self.access(place, what);
        let ty = self.elem(place);
        self.def(ty, Expr::Load { index, access })
    }

    /// Stores an element.
    pub fn store(&mut self, place: Place, index: ValueId, value: ValueId, what: &str) {
        let access = self.access(place, what);
        self.push(StmtKind::Store { index, value, access });
    }

    /// The current value of a plain slot.
    pub fn get(&mut self, slot: SlotId) -> ValueId {
        self.def(self.kernel[slot].ty, Expr::Slot(slot))
    }

    /// Sets a plain slot.
    pub fn set(&mut self, slot: SlotId, value: ValueId) {
        self.push(StmtKind::SetSlot(slot, value));
    }

    /// Waits for the workgroup.
    pub fn barrier(&mut self) {
        self.push(StmtKind::Barrier(Barrier::Workgroup));
    }

    /// Opens a nested block: what is written from now on goes there.
    pub fn open_block(&mut self) {
        self.open.push(vec![]);
    }

    /// What the open block holds so far.
    #[must_use]
    pub fn written(&self) -> &[Stmt] {
        self.open.last().map_or(&[], Vec::as_slice)
    }

    /// Ends the block that [`Builder::open_block`] opened.
    pub fn close_block(&mut self) -> Block {
        self.open.pop().unwrap_or_default()
    }

    /// Writes a nested block.
    pub fn block<R>(&mut self, write: impl FnOnce(&mut Self) -> R) -> (Block, R) {
        self.open.push(vec![]);
        let result = write(self);
        (self.open.pop().unwrap_or_default(), result)
    }

    /// `if cond { then } else { otherwise }`.
    pub fn branch(&mut self, cond: ValueId, then: impl FnOnce(&mut Self), otherwise: impl FnOnce(&mut Self)) {
        let (then, ()) = self.block(then);
        let (otherwise, ()) = self.block(otherwise);
        self.push(StmtKind::If { cond, then, otherwise });
    }

    /// `for var in (start..end).step_by(step)`.
    pub fn range(&mut self, start: ValueId, end: ValueId, step: ValueId, body: impl FnOnce(&mut Self, ValueId)) {
        let var = self.value(self.kernel[start].ty, Expr::LoopVar);
        let (body, ()) = self.block(|b| body(b, var));
        self.push(StmtKind::For { var, start, end, step, unroll: false, body });
    }

    /// Adds a statement.
    pub fn push(&mut self, kind: StmtKind) {
        let stmt = Stmt { kind, span: self.span };
        if let Some(block) = self.open.last_mut() {
            block.push(stmt);
        }
    }

    fn elem(&self, place: Place) -> Type {
        self.kernel.elem(place)
    }
}

impl Kernel {
    /// The type of one element of a place.
    #[must_use]
    pub fn elem(&self, place: Place) -> Type {
        match place {
            Place::Buffer(param) => match &self[param].kind {
                ParamKind::Buffer(buffer) => buffer.elem,
                ParamKind::Scalar(scalar) => Type::scalar(*scalar),
            },
            Place::Shared(shared) => self[shared].elem,
            Place::Slot(slot) => self[slot].ty,
        }
    }
}
