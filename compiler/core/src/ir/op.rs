//! The pure operations of the IR, as rows of one table.
//!
//! To add one: a row here, its evaluation in [`super::eval`], and one arm per target; the match tells you where.
//! All operations work lane by lane; a scalar is one lane.

use super::Type;
use wgpuc_abi::Scalar;

/// Which scalar types an operation takes, and what it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// All operands and the result have one type, of this class.
    Same(Class),
    /// Two operands of one type of this class; the result is bool.
    Compare(Class),
    /// An operand of this class, and a u32 of as many lanes; the result has the first's type.
    Shift,
    /// A bool (or as many lanes of it), and two of any one type, which is the result's.
    Select,
    /// One operand of any type; the result is any other of as many lanes.
    Convert,
    /// One operand; the result has the same size and other lanes or another scalar.
    Bitcast,
}

/// A set of scalar types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Integers and floats.
    Number,
    /// Signed integers and floats.
    Signed,
    /// Integers.
    Int,
    /// `i32` and `u32`.
    Int32,
    /// Floats.
    Float,
    /// Integers and bool.
    Bits,
    /// Everything.
    Any,
}

impl Class {
    /// Whether it holds that type. Storage-only types (`u8`, `i8`, `bf16`) are in none but [`Class::Any`].
    #[must_use]
    pub const fn holds(self, scalar: Scalar) -> bool {
        use Scalar::{Bool, F16, F32, I32, I64, U32, U64};
        match self {
            Self::Number => matches!(scalar, I32 | U32 | I64 | U64 | F16 | F32),
            Self::Signed => matches!(scalar, I32 | I64 | F16 | F32),
            Self::Int => matches!(scalar, I32 | U32 | I64 | U64),
            Self::Int32 => matches!(scalar, I32 | U32),
            Self::Float => matches!(scalar, F16 | F32),
            Self::Bits => matches!(scalar, Bool | I32 | U32 | I64 | U64),
            Self::Any => true,
        }
    }
}

/// What the table says of one operation.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name in the printed IR.
    pub name: &'static str,
    /// How many operands it takes.
    pub arity: usize,
    /// The types.
    pub rule: Rule,
    /// How far a target may be from the correctly rounded result, in units in the last place of an f32: CPU and
    /// CUDA, then WebGPU (the WGSL specification, "Floating Point Accuracy").
    pub ulp: [f32; 2],
    /// What it computes.
    pub doc: &'static str,
}

macro_rules! table {
    ($($op:ident $name:literal $arity:literal $rule:expr, $cpu:literal $gpu:literal, $doc:literal;)*) => {
        /// A pure operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Op {
            $(#[doc = $doc] $op,)*
        }

        impl Op {
            /// Every operation, in the table's order.
            pub const ALL: &[Self] = &[$(Self::$op),*];

            /// What the table says of it.
            #[must_use]
            pub const fn row(self) -> Row {
                match self {
                    $(Self::$op => Row { name: $name, arity: $arity, rule: $rule, ulp: [$cpu, $gpu], doc: $doc },)*
                }
            }
        }
    };
}

use Class::{Any, Bits, Float, Int, Int32, Number, Signed};
use Rule::{Compare, Same, Select, Shift};

table! {
    Neg "neg" 1 Same(Signed), 0.0 0.0, "`-a`; integers wrap.";
    Add "add" 2 Same(Number), 0.0 0.0, "`a + b`; integers wrap.";
    Sub "sub" 2 Same(Number), 0.0 0.0, "`a - b`; integers wrap.";
    Mul "mul" 2 Same(Number), 0.0 0.0, "`a * b`; integers wrap.";
    Div "div" 2 Same(Number), 0.0 2.5, "`a / b`; an integer by zero, or the least by -1, is `a`.";
    Rem "rem" 2 Same(Number), 0.0 2.5, "`a % b`, with the sign of `a`; an integer by zero, or the least by -1, is 0.";
    MulAdd "mul_add" 3 Same(Float), 0.0 0.5, "`a * b + c` rounded once; WebGPU may round twice.";
    MulHi "mul_hi" 2 Same(Int32), 0.0 0.0, "The high 32 bits of the 64-bit product.";
    Min "min" 2 Same(Number), 0.0 0.0, "The smaller; of a NaN and a number the number.";
    Max "max" 2 Same(Number), 0.0 0.0, "The larger; of a NaN and a number the number.";
    Abs "abs" 1 Same(Signed), 0.0 0.0, "The magnitude; the least integer stays.";
    Not "not" 1 Same(Bits), 0.0 0.0, "`!a`, bit by bit.";
    And "and" 2 Same(Bits), 0.0 0.0, "`a & b`.";
    Or "or" 2 Same(Bits), 0.0 0.0, "`a | b`.";
    Xor "xor" 2 Same(Bits), 0.0 0.0, "`a ^ b`.";
    Shl "shl" 2 Shift, 0.0 0.0, "`a << b`, with `b` taken modulo the width.";
    Shr "shr" 2 Shift, 0.0 0.0, "`a >> b`, with `b` taken modulo the width; signed keeps the sign.";
    Eq "eq" 2 Compare(Any), 0.0 0.0, "`a == b`.";
    Ne "ne" 2 Compare(Any), 0.0 0.0, "`a != b`.";
    Lt "lt" 2 Compare(Number), 0.0 0.0, "`a < b`; false with a NaN.";
    Le "le" 2 Compare(Number), 0.0 0.0, "`a <= b`; false with a NaN.";
    Gt "gt" 2 Compare(Number), 0.0 0.0, "`a > b`; false with a NaN.";
    Ge "ge" 2 Compare(Number), 0.0 0.0, "`a >= b`; false with a NaN.";
    Select "select" 3 Select, 0.0 0.0, "`if c { a } else { b }`, both computed.";
    Sqrt "sqrt" 1 Same(Float), 0.0 2.5, "The square root; of a negative number NaN.";
    Floor "floor" 1 Same(Float), 0.0 0.0, "The largest whole number not above.";
    Ceil "ceil" 1 Same(Float), 0.0 0.0, "The smallest whole number not below.";
    Trunc "trunc" 1 Same(Float), 0.0 0.0, "The whole number towards zero.";
    Round "round" 1 Same(Float), 0.0 0.0, "The nearest whole number, halves to even.";
    CountOnes "count_ones" 1 Same(Int), 0.0 0.0, "How many bits are one.";
    LeadingZeros "leading_zeros" 1 Same(Int), 0.0 0.0, "Zero bits above the highest one; the width for 0.";
    TrailingZeros "trailing_zeros" 1 Same(Int), 0.0 0.0, "Zero bits below the lowest one; the width for 0.";
    ReverseBits "reverse_bits" 1 Same(Int), 0.0 0.0, "The bits in reverse order.";
    Convert "convert" 1 Rule::Convert, 0.0 0.0, "`a as T`: float to integer truncates and saturates, NaN gives 0; to float rounds to nearest even; to a narrower integer wraps; from bool gives 0 and 1.";
    Bitcast "bitcast" 1 Rule::Bitcast, 0.0 0.0, "The same bits as another type of the same size.";
}

/// The type of `op` on operands of these types, where the operands alone fix it; else a message that says what is
/// wrong, for a verifier and not for users. For `Convert` and `Bitcast` the caller knows the result's type: pass it.
pub fn result_type(op: Op, operands: &[Type], wanted: Type) -> Result<Type, String> {
    let row = op.row();
    if operands.len() != row.arity {
        return Err(format!("{} takes {} operands, not {}", row.name, row.arity, operands.len()));
    }
    let first = operands[0];
    let same = |tail: &[Type]| tail.iter().all(|t| *t == first);
    let bool_of = |t: Type| Type::vector(Scalar::Bool, t.lanes);
    match row.rule {
        Rule::Same(class) if class.holds(first.scalar) && same(operands) => Ok(first),
        Rule::Compare(class) if class.holds(first.scalar) && same(operands) => Ok(bool_of(first)),
        Rule::Shift if Int.holds(first.scalar) && operands[1] == Type::vector(Scalar::U32, first.lanes) => Ok(first),
        Rule::Select if operands[1] == operands[2] && (first == Type::BOOL || first == bool_of(operands[1])) => {
            Ok(operands[1])
        }
        Rule::Convert if first.lanes == wanted.lanes => Ok(wanted),
        Rule::Bitcast if first.bytes() == wanted.bytes() && first.scalar != Scalar::Bool => Ok(wanted),
        _ => Err(format!("{} on {operands:?}", row.name)),
    }
}
