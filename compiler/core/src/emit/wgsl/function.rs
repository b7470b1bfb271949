//! A naga function being written: expressions, statements and types, without naga's bookkeeping.
//!
//! It knows nothing of our IR but its types. Expressions are computed in the block that is open.

use crate::ir::{Scalar, Type};
use naga::{ArraySize, Block, Expression, Handle, Literal, MathFunction, ScalarKind, Span, Statement, TypeInner};
use std::collections::HashMap;

/// An expression of the function.
pub(super) type Ex = Handle<Expression>;

/// The entry point's function, and the module around it.
pub(super) struct Function {
    pub(super) module: naga::Module,
    function: naga::Function,
    open: Vec<Block>,
    literals: HashMap<(Scalar, u32), Ex>,
    arguments: HashMap<naga::BuiltIn, Ex>,
}

/// A name as WGSL takes it: that of a struct's field has a point. naga keeps names apart.
pub(super) fn plain(name: &str) -> String {
    name.replace('.', "_")
}

impl Function {
    pub(super) fn new(module: naga::Module) -> Self {
        Self {
            module,
            function: naga::Function::default(),
            open: vec![Block::new()],
            literals: HashMap::new(),
            arguments: HashMap::new(),
        }
    }

    /// The module, and the function with the outermost block as its body.
    pub(super) fn finish(mut self) -> (naga::Module, naga::Function) {
        self.function.body = self.open.pop().unwrap_or_default();
        (self.module, self.function)
    }

    // types

    pub(super) fn add_type(&mut self, name: Option<&str>, inner: TypeInner) -> Handle<naga::Type> {
        self.module.types.insert(naga::Type { name: name.map(str::to_owned), inner }, Span::UNDEFINED)
    }

    pub(super) fn ty(&mut self, ty: Type) -> Handle<naga::Type> {
        let scalar = scalar(ty.scalar);
        let inner = match lanes(ty.lanes) {
            None => TypeInner::Scalar(scalar),
            Some(size) => TypeInner::Vector { size, scalar },
        };
        self.add_type(None, inner)
    }

    /// `array<T, len>`, or `array<T>`; elements `stride` bytes apart.
    pub(super) fn array(&mut self, base: Handle<naga::Type>, len: Option<u32>, stride: u32) -> Handle<naga::Type> {
        let size = match len {
            Some(len) => ArraySize::Constant(std::num::NonZeroU32::new(len).unwrap_or(std::num::NonZeroU32::MIN)),
            None => ArraySize::Dynamic,
        };
        self.add_type(None, TypeInner::Array { base, size, stride })
    }

    // places

    pub(super) fn global(&mut self, global: naga::GlobalVariable) -> Ex {
        let handle = self.module.global_variables.append(global, Span::UNDEFINED);
        self.place(Expression::GlobalVariable(handle))
    }

    pub(super) fn local(&mut self, name: &str, ty: Handle<naga::Type>) -> Ex {
        let variable = naga::LocalVariable { name: Some(name.to_owned()), ty, init: None };
        let handle = self.function.local_variables.append(variable, Span::UNDEFINED);
        self.place(Expression::LocalVariable(handle))
    }

    /// Something that the hardware knows, as an argument of the entry point.
    pub(super) fn builtin(&mut self, builtin: naga::BuiltIn, name: &str, ty: Type) -> Ex {
        if let Some(known) = self.arguments.get(&builtin) {
            return *known;
        }
        let ty = self.ty(ty);
        let binding = Some(naga::Binding::BuiltIn(builtin));
        let index = self.function.arguments.len() as u32;
        self.function.arguments.push(naga::FunctionArgument { name: Some(name.to_owned()), ty, binding });
        let argument = self.place(Expression::FunctionArgument(index));
        self.arguments.insert(builtin, argument);
        argument
    }

    /// An expression that needs no computing.
    fn place(&mut self, expression: Expression) -> Ex {
        self.function.expressions.append(expression, Span::UNDEFINED)
    }

    // expressions

    /// Computes an expression here.
    pub(super) fn compute(&mut self, expression: Expression) -> Ex {
        let handle = self.function.expressions.append(expression, Span::UNDEFINED);
        self.push(Statement::Emit(naga::Range::new_from_bounds(handle, handle)));
        handle
    }

    /// An expression that a statement computes.
    pub(super) fn result(&mut self, expression: Expression) -> Ex {
        self.place(expression)
    }

    /// Gives an expression a `let` of that name, made unique.
    pub(super) fn name(&mut self, expression: Ex, name: &str) {
        self.function.named_expressions.insert(expression, plain(name));
    }

    /// A finite literal of 32 bits or a bool, from its bits.
    pub(super) fn literal(&mut self, scalar: Scalar, bits: u32) -> Ex {
        if let Some(known) = self.literals.get(&(scalar, bits)) {
            return *known;
        }
        let literal = match scalar {
            Scalar::Bool => Literal::Bool(bits != 0),
            Scalar::F32 => Literal::F32(f32::from_bits(bits)),
            Scalar::I32 => Literal::I32(bits as i32),
            _ => Literal::U32(bits),
        };
        let handle = self.place(Expression::Literal(literal));
        self.literals.insert((scalar, bits), handle);
        handle
    }

    pub(super) fn u32(&mut self, value: u32) -> Ex {
        self.literal(Scalar::U32, value)
    }

    pub(super) fn wide_literal(&mut self, literal: Literal) -> Ex {
        self.place(Expression::Literal(literal))
    }

    /// The same scalar in each lane.
    pub(super) fn splat(&mut self, value: Ex, n_lanes: u8) -> Ex {
        match lanes(n_lanes) {
            None => value,
            Some(size) => self.compute(Expression::Splat { size, value }),
        }
    }

    /// The same u32 in each lane.
    pub(super) fn splat_u32(&mut self, value: u32, n_lanes: u8) -> Ex {
        let value = self.u32(value);
        self.splat(value, n_lanes)
    }

    pub(super) fn vector(&mut self, ty: Type, lanes: Vec<Ex>) -> Ex {
        match lanes[..] {
            [only] => only,
            _ => {
                let ty = self.ty(ty);
                self.compute(Expression::Compose { ty, components: lanes })
            }
        }
    }

    pub(super) fn lane(&mut self, vector: Ex, lane: u32) -> Ex {
        self.compute(Expression::AccessIndex { base: vector, index: lane })
    }

    /// Each lane of a value with `n_lanes`.
    pub(super) fn lanes(&mut self, value: Ex, n_lanes: u8) -> Vec<Ex> {
        match n_lanes {
            1 => vec![value],
            n => (0..u32::from(n)).map(|lane| self.lane(value, lane)).collect(),
        }
    }

    pub(super) fn unary(&mut self, op: naga::UnaryOperator, expr: Ex) -> Ex {
        self.compute(Expression::Unary { op, expr })
    }

    pub(super) fn binary(&mut self, op: naga::BinaryOperator, left: Ex, right: Ex) -> Ex {
        self.compute(Expression::Binary { op, left, right })
    }

    pub(super) fn select(&mut self, condition: Ex, accept: Ex, reject: Ex) -> Ex {
        self.compute(Expression::Select { condition, accept, reject })
    }

    pub(super) fn math(&mut self, fun: MathFunction, args: &[Ex]) -> Ex {
        let arg = |i: usize| args.get(i).copied();
        let Some(first) = arg(0) else { return self.u32(0) };
        self.compute(Expression::Math { fun, arg: first, arg1: arg(1), arg2: arg(2), arg3: arg(3) })
    }

    /// `T(x)`, lane by lane.
    pub(super) fn convert(&mut self, expr: Ex, to: Scalar) -> Ex {
        let to = scalar(to);
        self.compute(Expression::As { expr, kind: to.kind, convert: Some(to.width) })
    }

    /// `bitcast<T>(x)` to a scalar of the same size, lane by lane.
    pub(super) fn bitcast(&mut self, expr: Ex, to: Scalar) -> Ex {
        self.compute(Expression::As { expr, kind: scalar(to).kind, convert: None })
    }

    pub(super) fn load(&mut self, pointer: Ex) -> Ex {
        self.compute(Expression::Load { pointer })
    }

    /// Calls a function of the module that returns a value.
    pub(super) fn call(&mut self, function: Handle<naga::Function>, arguments: Vec<Ex>) -> Ex {
        let result = self.result(Expression::CallResult(function));
        self.push(Statement::Call { function, arguments, result: Some(result) });
        result
    }

    // statements

    pub(super) fn push(&mut self, statement: Statement) {
        if let Some(block) = self.open.last_mut() {
            block.push(statement, Span::UNDEFINED);
        }
    }

    pub(super) fn store(&mut self, pointer: Ex, value: Ex) {
        self.push(Statement::Store { pointer, value });
    }

    /// Opens a nested block.
    pub(super) fn begin(&mut self) {
        self.open.push(Block::new());
    }

    /// Closes the block opened last.
    pub(super) fn end(&mut self) -> Block {
        self.open.pop().unwrap_or_default()
    }

    /// `if condition { statement; }`.
    pub(super) fn leave_if(&mut self, condition: Ex, statement: Statement) {
        let accept = Block::from_vec(vec![statement]);
        self.push(Statement::If { condition, accept, reject: Block::new() });
    }
}

/// naga's name of a scalar type.
pub(super) fn scalar(scalar: Scalar) -> naga::Scalar {
    let (kind, width) = match scalar {
        Scalar::Bool => (ScalarKind::Bool, naga::BOOL_WIDTH),
        Scalar::I8 | Scalar::I32 => (ScalarKind::Sint, 4),
        Scalar::U8 | Scalar::U32 => (ScalarKind::Uint, 4),
        Scalar::I64 => (ScalarKind::Sint, 8),
        Scalar::U64 => (ScalarKind::Uint, 8),
        Scalar::F16 | Scalar::Bf16 => (ScalarKind::Float, 2),
        Scalar::F32 => (ScalarKind::Float, 4),
    };
    naga::Scalar { kind, width }
}

fn lanes(lanes: u8) -> Option<naga::VectorSize> {
    match lanes {
        2 => Some(naga::VectorSize::Bi),
        3 => Some(naga::VectorSize::Tri),
        4 => Some(naga::VectorSize::Quad),
        _ => None,
    }
}
