//! Expressions of plans, resolved for one device, and their exact evaluation.
//!
//! It knows no buffers beyond their sizes, and launches nothing. In: [`abi::Expr`] and an op's parameters. Out:
//! [`Value`]s, or why there is none.

use crate::program::{Malformed, Params};
use wgpuc_abi::{self as abi, BinaryOp, Expr, UnaryOp};

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    Int(i128),
    F32(f32),
    Bool(bool),
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum EvalError {
    DivisionByZero,
    Overflow,
    /// By less than 0, or more than 127.
    Shift,
    /// Of less than 1.
    Logarithm,
    /// A parameter that the call may not use as it is; already in the guest's words.
    Param(crate::GpuError),
    /// Only from a Manifest that no compiler made.
    Type,
}

/// An expression whose names are resolved.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Const(Value),
    /// A word of the call, and how to read it.
    Word(usize, WordKind),
    Len(usize),
    IsSome(usize),
    Slot(usize),
    Unary(UnaryOp, Box<Node>),
    Binary(BinaryOp, Box<[Node; 2]>),
    Select(Box<[Node; 3]>),
}

/// How a call's word holds a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WordKind {
    Bool,
    Signed(u32),
    Unsigned(u32),
    F32,
}

impl WordKind {
    pub(crate) fn read(self, word: u64) -> Value {
        match self {
            Self::Bool => Value::Bool(word as u32 != 0),
            Self::Signed(bits) => Value::Int(i128::from((word as i64) << (64 - bits) >> (64 - bits))),
            Self::Unsigned(bits) => Value::Int(i128::from(word << (64 - bits) >> (64 - bits))),
            Self::F32 => Value::F32(f32::from_bits(word as u32)),
        }
    }
}

/// What an evaluation looks up.
pub(crate) trait Env {
    fn word(&self, index: usize) -> u64;
    fn slot(&self, index: usize) -> Value;
    /// The number of elements of a buffer parameter.
    fn len(&mut self, param: usize) -> Result<u32, EvalError>;
}

/// Resolves an expression.
pub(crate) fn compile(expr: &Expr, params: &Params<'_>) -> Result<Node, Malformed> {
    let sub = |e: &Expr| compile(e, params);
    Ok(match expr {
        Expr::Int(i) => Node::Const(Value::Int(i128::from(*i))),
        Expr::F32(bits) => Node::Const(Value::F32(f32::from_bits(*bits))),
        Expr::Bool(b) => Node::Const(Value::Bool(*b)),
        Expr::Supports(feature) => Node::Const(Value::Bool(params.features.contains(feature))),
        Expr::Param { param, field } => {
            let (word, kind) = params.value(*param, *field)?;
            Node::Word(word, kind)
        }
        Expr::Len { param } => Node::Len(params.buffer(*param)?.index),
        Expr::IsSome { param } => match params.buffer(*param)?.is_some {
            Some(word) => Node::IsSome(word),
            None => Node::Const(Value::Bool(true)),
        },
        Expr::Slot(slot) => Node::Slot(params.slot(*slot)?),
        Expr::Unary(op, a) => Node::Unary(*op, Box::new(sub(a)?)),
        Expr::Binary(op, a, b) => Node::Binary(*op, Box::new([sub(a)?, sub(b)?])),
        Expr::Select(c, a, b) => Node::Select(Box::new([sub(c)?, sub(a)?, sub(b)?])),
    })
}

impl Node {
    /// The expression's value.
    pub(crate) fn eval(&self, env: &mut impl Env) -> Result<Value, EvalError> {
        Ok(match self {
            Self::Const(value) => *value,
            Self::Word(index, kind) => kind.read(env.word(*index)),
            Self::Len(param) => Value::Int(i128::from(env.len(*param)?)),
            Self::IsSome(word) => Value::Bool(env.word(*word) as u32 != 0),
            Self::Slot(slot) => env.slot(*slot),
            Self::Unary(op, a) => unary(*op, a.eval(env)?)?,
            Self::Binary(op, sides) => {
                let [a, b] = &**sides;
                let a = a.eval(env)?;
                match (op, a) {
                    (BinaryOp::And, Value::Bool(false)) | (BinaryOp::Or, Value::Bool(true)) => a,
                    _ => binary(*op, a, b.eval(env)?)?,
                }
            }
            Self::Select(parts) => {
                let [cond, a, b] = &**parts;
                if cond.eval_bool(env)? { a.eval(env)? } else { b.eval(env)? }
            }
        })
    }

    /// The integer, where it and all on the way to it fit 64 bits. Nearly always, and and in less time; `None` tells nothing.
    pub(crate) fn small(&self, env: &mut impl Env) -> Option<i64> {
        let narrow = |value: Value| match value {
            Value::Int(i) => i64::try_from(i).ok(),
            Value::F32(_) | Value::Bool(_) => None,
        };
        match self {
            Self::Const(value) => narrow(*value),
            Self::Word(index, WordKind::Unsigned(32)) => Some(i64::from(env.word(*index) as u32)),
            Self::Word(index, kind) => narrow(kind.read(env.word(*index))),
            Self::Len(param) => env.len(*param).ok().map(i64::from),
            Self::Slot(slot) => narrow(env.slot(*slot)),
            Self::Binary(op, sides) => op.small_integer(sides[0].small(env)?, sides[1].small(env)?),
            Self::Select(parts) => {
                let [cond, a, b] = &**parts;
                if cond.small_bool(env)? { a.small(env) } else { b.small(env) }
            }
            Self::IsSome(_) | Self::Unary(..) => None,
        }
    }

    /// The truth value, as [`Self::small`] gives integers.
    fn small_bool(&self, env: &mut impl Env) -> Option<bool> {
        match self {
            Self::Const(Value::Bool(known)) => Some(*known),
            Self::IsSome(word) => Some(env.word(*word) as u32 != 0),
            Self::Binary(op, sides) => {
                let [a, b] = &**sides;
                match op {
                    BinaryOp::And => Some(a.small_bool(env)? && b.small_bool(env)?),
                    BinaryOp::Or => Some(a.small_bool(env)? || b.small_bool(env)?),
                    op => op.compare(a.small(env)?, b.small(env)?),
                }
            }
            _ => None,
        }
    }

    /// The value of a truth value's expression.
    pub(crate) fn eval_bool(&self, env: &mut impl Env) -> Result<bool, EvalError> {
        if let Some(holds) = self.small_bool(env) {
            return Ok(holds);
        }
        match self.eval(env)? {
            Value::Bool(b) => Ok(b),
            _ => Err(EvalError::Type),
        }
    }

    /// The value of an integer's expression; a bool is 0 or 1.
    pub(crate) fn eval_int(&self, env: &mut impl Env) -> Result<i128, EvalError> {
        if let Some(value) = self.small(env) {
            return Ok(value.into());
        }
        match self.eval(env)? {
            Value::Int(i) => Ok(i),
            Value::Bool(b) => Ok(i128::from(b)),
            Value::F32(_) => Err(EvalError::Type),
        }
    }
}

fn unary(op: UnaryOp, a: Value) -> Result<Value, EvalError> {
    match (op, a) {
        (UnaryOp::Not, Value::Bool(a)) => Ok(Value::Bool(!a)),
        (UnaryOp::Neg, Value::Int(a)) => a.checked_neg().map(Value::Int).ok_or(EvalError::Overflow),
        (UnaryOp::Neg, Value::F32(a)) => Ok(Value::F32(-a)),
        (UnaryOp::Ilog2, Value::Int(a)) => {
            a.checked_ilog2().map(|log| Value::Int(log.into())).ok_or(EvalError::Logarithm)
        }
        _ => Err(EvalError::Type),
    }
}

/// The value of `a op b`.
pub(crate) fn binary(op: BinaryOp, a: Value, b: Value) -> Result<Value, EvalError> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => ints(op, a, b),
        (Value::F32(a), Value::F32(b)) => floats(op, a, b),
        (Value::Bool(a), Value::Bool(b)) => bools(op, a, b).ok_or(EvalError::Type),
        _ => Err(EvalError::Type),
    }
}

fn ints(op: BinaryOp, a: i128, b: i128) -> Result<Value, EvalError> {
    use BinaryOp as Op;
    if b == 0 && matches!(op, Op::Div | Op::Rem | Op::DivCeil) {
        return Err(EvalError::DivisionByZero);
    }
    if matches!(op, Op::Shl | Op::Shr) && !(0..128).contains(&b) {
        return Err(EvalError::Shift);
    }
    match op {
        Op::And | Op::Or => Err(EvalError::Type),
        op => match op.compare(a, b) {
            Some(holds) => Ok(Value::Bool(holds)),
            None => op.integer(a, b).map(Value::Int).ok_or(EvalError::Overflow),
        },
    }
}

fn floats(op: BinaryOp, a: f32, b: f32) -> Result<Value, EvalError> {
    use BinaryOp as Op;
    Ok(Value::F32(match op {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
        Op::Div => a / b,
        Op::Rem => a % b,
        Op::Min => a.min(b),
        Op::Max => a.max(b),
        _ => return op.compare(a, b).map(Value::Bool).ok_or(EvalError::Type),
    }))
}

fn bools(op: BinaryOp, a: bool, b: bool) -> Option<Value> {
    Some(Value::Bool(match op {
        BinaryOp::And => a && b,
        BinaryOp::Or => a || b,
        BinaryOp::Eq => a == b,
        BinaryOp::Ne => a != b,
        _ => return None,
    }))
}

/// The bits of a value as a launch passes it to a kernel's scalar parameter: the value's range, where it is out.
pub(crate) fn to_scalar(value: Value, ty: abi::Scalar) -> Result<u64, (i128, i128)> {
    use abi::Scalar;
    let (low, high): (i128, i128) = match ty {
        Scalar::Bool => (0, 1),
        Scalar::I8 => (i8::MIN.into(), i8::MAX.into()),
        Scalar::U8 => (0, u8::MAX.into()),
        Scalar::I32 => (i32::MIN.into(), i32::MAX.into()),
        Scalar::U32 => (0, u32::MAX.into()),
        Scalar::I64 => (i64::MIN.into(), i64::MAX.into()),
        Scalar::U64 => (0, u64::MAX.into()),
        Scalar::F16 | Scalar::Bf16 | Scalar::F32 => (0, 0),
    };
    match value {
        Value::Bool(b) => Ok(u64::from(b)),
        Value::Int(i) if (low..=high).contains(&i) => Ok(i as u64),
        Value::Int(_) => Err((low, high)),
        Value::F32(f) if ty == Scalar::F16 => Ok(u64::from(f16_bits(f))),
        Value::F32(f) if ty == Scalar::Bf16 => Ok(u64::from(bf16_bits(f))),
        Value::F32(f) => Ok(u64::from(f.to_bits())),
    }
}

/// The nearest binary16, ties to even.
fn f16_bits(f: f32) -> u16 {
    let bits = f.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let magnitude = bits & 0x7fff_ffff;
    if magnitude > 0x7f80_0000 {
        return sign | 0x7e00;
    }
    if magnitude >= 0x4780_0000 {
        return sign | 0x7c00;
    }
    if magnitude < 0x3880_0000 {
        // Subnormal: one unit is 2^-24, and adding 0.5 in f32 rounds to such units.
        let rounded = (f32::from_bits(magnitude) + 0.5).to_bits() - 0.5f32.to_bits();
        return sign | rounded as u16;
    }
    let odd = magnitude >> 13 & 1;
    sign | ((magnitude - 0x3800_0000 + 0xfff + odd) >> 13) as u16
}

/// The nearest bfloat16, ties to even.
fn bf16_bits(f: f32) -> u16 {
    if f.is_nan() {
        return (f.to_bits() >> 16) as u16 | 0x40;
    }
    let bits = f.to_bits();
    (bits.wrapping_add(0x7fff + (bits >> 16 & 1)) >> 16) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_exact() {
        let int = Value::Int;
        assert_eq!(binary(BinaryOp::Mul, int(1 << 40), int(1 << 40)), Ok(int(1 << 80)));
        assert_eq!(binary(BinaryOp::Mul, int(i128::MAX), int(2)), Err(EvalError::Overflow));
        assert_eq!(binary(BinaryOp::DivCeil, int(7), int(2)), Ok(int(4)));
        assert_eq!(binary(BinaryOp::DivCeil, int(-7), int(2)), Ok(int(-3)));
        assert_eq!(binary(BinaryOp::Rem, int(7), int(0)), Err(EvalError::DivisionByZero));
        assert_eq!(binary(BinaryOp::Div, int(i128::MIN), int(-1)), Err(EvalError::Overflow));
        let smallest = i128::from(i64::MIN);
        assert_eq!(binary(BinaryOp::Div, int(smallest), int(-1)), Ok(int(-smallest)));
        assert_eq!(binary(BinaryOp::Rem, int(smallest), int(-1)), Ok(int(0)));
        assert_eq!(binary(BinaryOp::Mul, int(smallest), int(smallest)), Ok(int(1 << 126)));
        assert_eq!(binary(BinaryOp::Add, int(1), Value::Bool(true)), Err(EvalError::Type));
    }

    struct Nothing;

    impl Env for Nothing {
        fn word(&self, index: usize) -> u64 {
            index as u64
        }
        fn slot(&self, _: usize) -> Value {
            Value::Int(i128::from(i64::MAX) + 1)
        }
        fn len(&mut self, _: usize) -> Result<u32, EvalError> {
            Err(EvalError::Type)
        }
    }

    #[test]
    fn what_fits_64_bits_is_what_128_give() {
        use BinaryOp as Op;
        let ops = [Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Rem, Op::DivCeil, Op::Min, Op::Max];
        let truths = [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge];
        let numbers = [0, 1, -1, 3, -7, i64::MAX, i64::MIN, 1 << 32];
        let leaves = || {
            let constants = numbers.into_iter().map(|n| Node::Const(Value::Int(n.into())));
            let others = [Node::Word(5, WordKind::Unsigned(32)), Node::Word(0xff, WordKind::Signed(8)), Node::Slot(0)];
            constants.chain(others).chain([Node::Len(0), Node::Const(Value::F32(1.0)), Node::IsSome(0)])
        };
        let pairs = |op: Op| leaves().flat_map(move |a| leaves().map(move |b| (op, a.clone(), b)));
        let (mut n_known, mut n_unknown) = (0, 0);
        for (op, a, b) in ops.into_iter().flat_map(pairs) {
            let sum = Node::Binary(Op::Add, Box::new([Node::Binary(op, Box::new([a, b])), Node::Const(Value::Int(1))]));
            match sum.small(&mut Nothing) {
                Some(small) => {
                    n_known += 1;
                    assert_eq!(sum.eval(&mut Nothing), Ok(Value::Int(small.into())), "{sum:?}");
                }
                None => n_unknown += 1,
            }
        }
        for (op, a, b) in truths.into_iter().flat_map(pairs) {
            let holds = Node::Binary(op, Box::new([a, b]));
            let chosen = Node::Select(Box::new([holds, Node::Const(Value::Int(1)), Node::Const(Value::Int(2))]));
            if let Some(small) = chosen.small(&mut Nothing) {
                n_known += 1;
                assert_eq!(chosen.eval(&mut Nothing), Ok(Value::Int(small.into())), "{chosen:?}");
            }
        }
        assert!(n_known > 500 && n_unknown > 100, "{n_known} {n_unknown}");
    }

    #[test]
    fn words_are_read_by_their_type() {
        assert_eq!(WordKind::Signed(8).read(0xff), Value::Int(-1));
        assert_eq!(WordKind::Unsigned(32).read(0xffff_ffff_0000_0001), Value::Int(1));
        assert_eq!(WordKind::Signed(32).read(0xffff_ffff), Value::Int(-1));
        assert_eq!(WordKind::Unsigned(64).read(u64::MAX), Value::Int(u64::MAX.into()));
    }

    #[test]
    fn values_fit_their_place_or_say_the_range() {
        assert_eq!(to_scalar(Value::Int(-1), abi::Scalar::I32).map(|w| w as u32), Ok(u32::MAX));
        assert_eq!(to_scalar(Value::Int(-1), abi::Scalar::U32), Err((0, u32::MAX.into())));
        for (f, bits) in [
            (1.0, 0x3c00),
            (-2.0, 0xc000),
            (65504.0, 0x7bff),
            (65520.0, 0x7c00),
            (5.960_464_5e-8, 1),
            (2.0f32.powi(-25), 0),
            (6.103_515_6e-5, 0x0400),
            (1.000_488_3, 0x3c00),
            (1.001_464_8, 0x3c02),
            (f32::INFINITY, 0x7c00),
        ] {
            assert_eq!(f16_bits(f), bits, "{f}");
        }
        assert_eq!(bf16_bits(1.0), 0x3f80);
        assert_eq!(bf16_bits(f32::from_bits(0x3f80_8000)), 0x3f80);
    }
}
