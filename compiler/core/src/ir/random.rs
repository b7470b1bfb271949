//! Random kernels, for tests of passes and targets.
//!
//! In: a seed. Out: a verified kernel whose result no order of execution changes: no races, barriers only in uniform
//! flow, results of atomics used only where no other invocation interferes. The same seed gives the same kernel.
//! `interp::random_launch` makes a launch for it.

mod expr;
mod flow;
mod rng;

pub use rng::Rng;

use super::build::Builder;
use super::{
    AtomicOp, Buffer, Builtin, Const, Expr, Feature, Kernel, Op, ParamKind, Place, Scalar, SlotId, Type, ValueId,
};
use crate::source::{FileId, Span};

/// There is no source.
const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

/// What random kernels may hold.
#[derive(Clone, Debug)]
pub struct Options {
    /// Operations on floats.
    pub floats: bool,
    /// Operations on floats that targets may round differently: division, remainder, square root, `mul_add`.
    pub inexact: bool,
    /// Bits of floats seen as integers: shows which NaN it is, and other freedoms.
    pub float_bits: bool,
    /// `f16` in arithmetic.
    pub f16: bool,
    /// 64-bit integers.
    pub int64: bool,
    /// `u8`, `i8`, `f16` and `bf16` in buffers and conversions.
    pub narrow: bool,
    /// Operations across a subgroup.
    pub subgroups: bool,
    /// Accesses out of range, and fault statements.
    pub faults: bool,
    /// Roughly how many statements.
    pub size: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            floats: true,
            inexact: true,
            float_bits: true,
            f16: true,
            int64: true,
            narrow: true,
            subgroups: true,
            faults: true,
            size: 60,
        }
    }
}

/// The kernel of a seed, of any kind.
#[must_use]
pub fn kernel(seed: u64) -> Kernel {
    kernel_with(seed, &Options::default())
}

/// The kernel of a seed, with only what the options allow.
#[must_use]
pub fn kernel_with(seed: u64, options: &Options) -> Kernel {
    let mut rng = Rng::new(seed);
    let workgroup = [[1, 1, 1], [4, 1, 1], [8, 1, 1], [33, 1, 1], [4, 2, 1], [2, 3, 2]][rng.below(6)];
    let mut b = Builder::new(&format!("random_{seed}"), workgroup, SPAN);
    let wanted =
        [(Feature::Subgroups, options.subgroups), (Feature::F16, options.f16), (Feature::Int64, options.int64)];
    b.kernel.features = wanted.into_iter().filter(|(_, on)| *on).map(|(feature, _)| feature).collect();
    let mut generator = Generator {
        types: types(options),
        b,
        rng,
        options: options.clone(),
        scope: vec![],
        inputs: vec![],
        outputs: vec![],
        atomics: vec![],
        own_atomics: vec![],
        tiles: vec![],
        counters: vec![],
        slots: vec![],
        arrays: vec![],
        global: ValueId(0),
        local: ValueId(0),
        budget: options.size,
        loops: 0,
        uniform_flow: true,
    };
    generator.declare();
    generator.start();
    generator.top();
    generator.finish();
    generator.b.finish()
}

/// The types that values get.
fn types(options: &Options) -> Vec<Type> {
    let mut scalars = vec![Scalar::U32, Scalar::I32, Scalar::Bool];
    let more = [
        (options.floats, Scalar::F32),
        (options.floats && options.f16, Scalar::F16),
        (options.int64, Scalar::U64),
        (options.int64, Scalar::I64),
    ];
    scalars.extend(more.into_iter().filter(|(on, _)| *on).map(|(_, scalar)| scalar));
    let mut types: Vec<Type> = scalars.iter().map(|s| Type::scalar(*s)).collect();
    // Scalars twice, so that they are more frequent.
    types.extend(types.clone());
    types.extend(scalars.iter().flat_map(|s| [2, 3, 4].map(|lanes| Type::vector(*s, lanes))));
    types
}

/// A value in scope.
#[derive(Clone, Copy)]
struct Known {
    id: ValueId,
    ty: Type,
    /// The same for all invocations of a workgroup.
    uniform: bool,
}

/// An atomic place and the one operation that is used on it, so that the order does not matter.
#[derive(Clone, Copy)]
struct Counter {
    place: Place,
    op: AtomicOp,
}

struct Generator {
    b: Builder,
    rng: Rng,
    options: Options,
    types: Vec<Type>,
    scope: Vec<Known>,
    /// Buffers that are only read, at any index.
    inputs: Vec<Place>,
    /// Buffers of which each invocation touches only its own element.
    outputs: Vec<Place>,
    atomics: Vec<Counter>,
    /// Atomic buffers of which each invocation touches only its own element.
    own_atomics: Vec<Place>,
    /// Shared memory with an element for each invocation, which only that one writes.
    tiles: Vec<Place>,
    /// Atomic shared memory.
    counters: Vec<Counter>,
    slots: Vec<SlotId>,
    arrays: Vec<(SlotId, u32)>,
    global: ValueId,
    local: ValueId,
    budget: usize,
    loops: usize,
    /// Whether all invocations of a workgroup are here, and so a barrier may be.
    uniform_flow: bool,
}

impl Generator {
    fn type_(&mut self) -> Type {
        self.rng.pick(&self.types).copied().unwrap_or(Type::U32)
    }

    /// Parameters, shared memory and slots.
    fn declare(&mut self) {
        for scalar in [Scalar::U32, Scalar::I32, Scalar::F32, Scalar::Bool] {
            let name = format!("param_{}", scalar.name());
            if self.rng.chance(60) && (scalar != Scalar::F32 || self.options.floats) {
                self.b.param(&name, ParamKind::Scalar(scalar));
            }
        }
        for i in 0..1 + self.rng.below(3) {
            let place = self.buffer(&format!("in{i}"), false, None);
            self.inputs.push(place);
        }
        for i in 0..1 + self.rng.below(3) {
            let place = self.buffer(&format!("out{i}"), true, None);
            self.outputs.push(place);
        }
        let atomic = [Type::U32, Type::I32][self.rng.below(2)];
        if self.rng.chance(40) {
            let place = self.buffer("own_atomic", true, Some(atomic));
            self.own_atomics.push(place);
        }
        if self.rng.chance(40) {
            let place = self.buffer("atomic", true, Some(atomic));
            let op = self.commutative();
            self.atomics.push(Counter { place, op });
        }
        self.declare_local(atomic);
    }

    fn declare_local(&mut self, atomic: Type) {
        let n: u32 = self.b.kernel.workgroup.iter().product();
        for i in 0..self.rng.below(3) {
            // Often what a buffer holds, so that it can be copied from there.
            let input = self.rng.pick(&self.inputs).map(|place| self.b.kernel.elem(*place));
            let ty = input.filter(|ty| self.types.contains(ty) && self.rng.chance(50)).unwrap_or_else(|| self.type_());
            let id = self.b.shared(&format!("tile{i}"), ty, n);
            self.b.kernel[id].zeroed = self.rng.chance(50);
            self.tiles.push(Place::Shared(id));
        }
        if self.rng.chance(40) {
            let id = self.b.shared("counter", atomic, 3);
            self.b.kernel[id].zeroed = true;
            self.b.kernel[id].atomic = true;
            let op = self.commutative();
            self.counters.push(Counter { place: Place::Shared(id), op });
        }
        for i in 0..1 + self.rng.below(4) {
            let ty = self.type_();
            let slot = self.b.slot(&format!("slot{i}"), ty, None);
            self.slots.push(slot);
        }
        for i in 0..self.rng.below(3) {
            let (ty, len) = (self.type_(), 1 + self.rng.below(5) as u32);
            let slot = self.b.slot(&format!("array{i}"), ty, Some(len));
            self.arrays.push((slot, len));
        }
    }

    fn commutative(&mut self) -> AtomicOp {
        use AtomicOp::{Add, And, Max, Min, Or, Sub, Xor};
        self.rng.pick(&[Add, Sub, Min, Max, And, Or, Xor]).copied().unwrap_or(Add)
    }

    fn buffer(&mut self, name: &str, mutable: bool, atomic: Option<Type>) -> Place {
        let mut elem = atomic.unwrap_or_else(|| self.type_());
        if atomic.is_none() && self.options.narrow && self.rng.chance(30) {
            let narrow = [Scalar::U8, Scalar::I8, Scalar::F16, Scalar::Bf16][self.rng.below(4)];
            elem = Type::vector(narrow, 1 + self.rng.below(4) as u8);
        }
        if elem.scalar == Scalar::Bool {
            elem.scalar = Scalar::U32;
        }
        let elems_per_item = if atomic.is_none() && self.rng.chance(20) { 3 } else { 1 };
        let buffer = Buffer { elem, elems_per_item, mutable, may_alias: false, atomic: atomic.is_some(), packed: None };
        Place::Buffer(self.b.param(name, ParamKind::Buffer(buffer)))
    }

    /// First values in scope, and a content for all that starts without one.
    fn start(&mut self) {
        for builtin in [Builtin::WorkgroupId(0), Builtin::NumWorkgroups(0), Builtin::LocalId(1), Builtin::LocalIndex] {
            let id = self.b.def(Type::U32, Expr::Builtin(builtin));
            let uniform = !matches!(builtin, Builtin::LocalId(_) | Builtin::LocalIndex);
            self.know(id, uniform);
            self.local = id;
        }
        let (n, group) = (self.b.kernel.workgroup.iter().product(), self.scope[0].id);
        let n = self.b.u32(n);
        let start = self.b.op(Op::Mul, &[group, n]);
        self.global = self.b.op(Op::Add, &[start, self.local]);
        self.know(self.global, false);
        for (id, param) in (0..).map(super::ParamId).zip(self.b.kernel.params.clone()) {
            let (ty, expr) = match param.kind {
                ParamKind::Scalar(scalar) => (Type::scalar(scalar), Expr::Param(id)),
                ParamKind::Buffer(_) => (Type::U32, Expr::Len(id)),
            };
            let id = self.b.def(ty, expr);
            self.know(id, true);
        }
        for slot in self.slots.clone() {
            let value = self.get(self.b.kernel[slot].ty);
            self.b.set(slot, value);
        }
        for (slot, len) in self.arrays.clone() {
            for i in 0..len {
                let (index, value) = (self.b.u32(i), self.get(self.b.kernel[slot].ty));
                self.b.store(Place::Slot(slot), index, value, "array");
            }
        }
        for tile in self.tiles.clone() {
            let value = self.get(self.b.kernel.elem(tile));
            self.b.store(tile, self.local, value, "tile");
        }
    }

    fn know(&mut self, id: ValueId, uniform: bool) {
        self.scope.push(Known { id, ty: self.b.kernel[id].ty, uniform });
    }

    /// Shows what was computed.
    fn finish(&mut self) {
        for place in self.outputs.clone() {
            let value = self.get(self.b.kernel.elem(place));
            self.b.store(place, self.global, value, "output");
        }
    }

    /// Some constant: often one that an operation treats specially.
    fn constant(&mut self, ty: Type) -> ValueId {
        let mut value = Const::zero(ty);
        for lane in 0..usize::from(ty.lanes) {
            value.lanes[lane] = expr::number(ty.scalar, &mut self.rng);
        }
        self.b.constant(value)
    }
}

#[cfg(test)]
mod tests {
    use super::{Options, kernel, kernel_with};
    use crate::ir::{print, verify};

    #[test]
    fn kernels_verify_and_are_the_same_each_time() {
        for seed in 0..300 {
            let kernel = kernel(seed);
            verify(&kernel).unwrap_or_else(|message| panic!("{message}\n{}", print(&kernel)));
            assert_eq!(print(&kernel), print(&super::kernel(seed)));
        }
    }

    #[test]
    fn options_are_kept() {
        let none =
            Options { floats: false, f16: false, int64: false, narrow: false, subgroups: false, ..Options::default() };
        for seed in 0..100 {
            let text = print(&kernel_with(seed, &none));
            for absent in [": f32", ": f16", ": u64", ": i64", "bf16", ": u8", ": i8", "subgroup_add"] {
                assert!(!text.contains(absent), "{absent} in\n{text}");
            }
        }
    }
}
