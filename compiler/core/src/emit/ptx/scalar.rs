//! Pure operations on one lane: a table of those that are one instruction, and the others in terms of these.
//!
//! Nothing is contracted: every sum and product of floats is marked `.rn`, and nothing is flushed to zero. What a
//! 16-bit float lacks before sm_80 is done as f32 and rounded again, which is exact for one operation (Figueroa,
//! "When is double rounding innocuous?", 1995).

use super::inst::{Class, Inst, Operand, Ty};
use super::writer::Writer;
use crate::emit::EmitError;
use crate::ir::{Op, Scalar};

/// The operations that are one instruction of one type: on integers, on f32 and on f16; empty where it takes more.
const PLAIN: &[(Op, [&str; 3])] = &[
    (Op::Neg, ["neg", "neg", ""]),
    (Op::Add, ["add", "add.rn", "add.rn"]),
    (Op::Sub, ["sub", "sub.rn", "sub.rn"]),
    (Op::Mul, ["mul.lo", "mul.rn", "mul.rn"]),
    (Op::Div, ["", "div.rn", ""]),
    (Op::MulAdd, ["", "fma.rn", "fma.rn"]),
    (Op::MulHi, ["mul.hi", "", ""]),
    (Op::Min, ["min", "min", ""]),
    (Op::Max, ["max", "max", ""]),
    (Op::Abs, ["abs", "abs", ""]),
    (Op::Sqrt, ["", "sqrt.rn", ""]),
];

/// The operations on bits, of every class.
const BITWISE: &[(Op, &str)] =
    &[(Op::Not, "not"), (Op::And, "and"), (Op::Or, "or"), (Op::Xor, "xor"), (Op::ReverseBits, "brev")];

/// Comparisons: the name for ordered operands, and for floats, of which one may be a NaN.
const COMPARE: &[(Op, [&str; 2])] = &[
    (Op::Eq, ["eq", "eq"]),
    (Op::Ne, ["ne", "neu"]),
    (Op::Lt, ["lt", "lt"]),
    (Op::Le, ["le", "le"]),
    (Op::Gt, ["gt", "gt"]),
    (Op::Ge, ["ge", "ge"]),
];

/// Roundings to whole numbers.
const ROUND: &[(Op, &str)] =
    &[(Op::Floor, "cvt.rmi"), (Op::Ceil, "cvt.rpi"), (Op::Trunc, "cvt.rzi"), (Op::Round, "cvt.rni")];

fn row<T: Copy>(table: &[(Op, T)], op: Op) -> Option<T> {
    table.iter().find(|(row, _)| *row == op).map(|(_, what)| *what)
}

fn is_float(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::F32 | Scalar::F16 | Scalar::Bf16)
}

fn is_signed(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::I8 | Scalar::I32 | Scalar::I64)
}

impl Writer<'_> {
    /// One lane of an operation that is no conversion; `scalar` is the type of its operands, but for a select's first.
    pub(super) fn lane(&mut self, op: Op, scalar: Scalar, a: &[Operand]) -> Result<Operand, EmitError> {
        if a.len() != op.row().arity {
            return Err(self.internal(format!("{op:?} of {} operands", a.len())));
        }
        // Instructions on predicates and on 16-bit floats take no immediates.
        let registers = matches!(scalar, Scalar::Bool | Scalar::F16);
        let a = &if registers { self.in_registers(a) } else { a.to_vec() }[..];
        let ty = Ty::of(scalar);
        let column = match scalar {
            Scalar::F32 => 1,
            Scalar::F16 => 2,
            _ => 0,
        };
        if scalar == Scalar::U32 && op == Op::MulHi {
            return Ok(self.high_of_product(a));
        }
        if scalar == Scalar::U32
            && op == Op::Mul
            && let Some(low) = self.low_of_product(a)
        {
            return Ok(low);
        }
        if let Some(name) = row(PLAIN, op).map(|names| names[column]).filter(|name| !name.is_empty()) {
            return Ok(self.put(name, ty, a));
        }
        if let Some(name) = row(BITWISE, op) {
            return Ok(self.put(name, ty.bits(), a));
        }
        if let Some(names) = row(COMPARE, op) {
            return Ok(self.comparison(op, names[usize::from(is_float(scalar))], scalar, a));
        }
        match op {
            Op::Select => Ok(self.select(scalar, a)),
            Op::Div | Op::Rem if !is_float(scalar) => Ok(self.divide(op, scalar, a)),
            Op::Shl | Op::Shr => Ok(self.shift(op, scalar, a)),
            Op::CountOnes | Op::LeadingZeros | Op::TrailingZeros => Ok(self.count(op, ty, &a[0])),
            Op::Neg | Op::Abs if scalar == Scalar::F16 => Ok(self.half_sign(op, &a[0])),
            _ if scalar == Scalar::F16 => self.half_as_float(op, a),
            Op::Rem if scalar == Scalar::F32 => Ok(self.rem_float(a)),
            _ => match row(ROUND, op) {
                Some(name) if scalar == Scalar::F32 => Ok(self.put_as(name, &[ty, ty], Class::F32, a)),
                _ => Err(self.internal(format!("{op:?} of {}", scalar.name()))),
            },
        }
    }

    fn in_registers(&mut self, a: &[Operand]) -> Vec<Operand> {
        a.iter().map(|operand| self.reg(operand).into()).collect()
    }

    fn comparison(&mut self, op: Op, how: &str, scalar: Scalar, a: &[Operand]) -> Operand {
        match scalar {
            Scalar::Bool => {
                let differ = self.put("xor", Ty::Pred, a);
                if op == Op::Ne { differ } else { self.put("not", Ty::Pred, &[differ]) }
            }
            Scalar::Bf16 => {
                let a = [self.bf16_to_f32(&a[0]), self.bf16_to_f32(&a[1])];
                self.compare(how, Ty::F32, &a[0], &a[1]).into()
            }
            _ => self.compare(how, Ty::of(scalar), &a[0], &a[1]).into(),
        }
    }

    fn select(&mut self, scalar: Scalar, a: &[Operand]) -> Operand {
        let cond = self.reg(&a[0]);
        if scalar != Scalar::Bool {
            return self.choose(Class::of(scalar), cond, &a[1], &a[2]);
        }
        let first = self.put("and", Ty::Pred, &[cond.into(), a[1].clone()]);
        let inverse = self.put("not", Ty::Pred, &[cond.into()]);
        let second = self.put("and", Ty::Pred, &[inverse, a[2].clone()]);
        self.put("or", Ty::Pred, &[first, second])
    }

    /// The high half of a product, from all of it: ptxas takes one instruction for both halves only where it is told so.
    fn high_of_product(&mut self, a: &[Operand]) -> Operand {
        let whole = self.put_as("mul.wide", &[Ty::U32], Class::B64, a);
        if let (Some(scope), [a, b]) = (self.products.last_mut(), a) {
            scope.push(([a.clone(), b.clone()], whole.clone()));
        }
        let high = self.put("shr", Ty::U64, &[whole, Operand::word(32)]);
        self.put_as("cvt", &[Ty::U32, Ty::U64], Class::B32, &[high])
    }

    /// The low half, where the high one was asked for.
    fn low_of_product(&mut self, a: &[Operand]) -> Option<Operand> {
        let mut known = self.products.iter().flatten();
        let is_same = |[x, y]: &[Operand; 2]| matches!(a, [a, b] if (a, b) == (x, y) || (b, a) == (x, y));
        let (_, whole) = known.find(|(factors, _)| is_same(factors))?;
        let whole = whole.clone();
        Some(self.put_as("cvt", &[Ty::U32, Ty::U64], Class::B32, &[whole]))
    }

    /// By one where the divisor is zero or the quotient would not fit: `a / 1` is `a`, and `a % 1` is 0.
    fn divide(&mut self, op: Op, scalar: Scalar, a: &[Operand]) -> Operand {
        let (ty, class) = (Ty::of(scalar), Class::of(scalar));
        let [zero, one] = [0, 1].map(|bits| Operand::Imm(class, bits));
        let minus_one = if class == Class::B64 { u64::MAX } else { u64::from(u32::MAX) };
        let safe = a[1].known().is_some_and(|by| by != 0 && !(is_signed(scalar) && by == minus_one));
        let mut divisor = a[1].clone();
        if !safe {
            let mut bad = self.compare("eq", ty, &a[1], &zero);
            if is_signed(scalar) {
                let least = Operand::Imm(class, if class == Class::B64 { 1 << 63 } else { 1 << 31 });
                let low = self.compare("eq", ty, &a[0], &least);
                let negates = self.compare("eq", ty, &a[1], &Operand::Imm(class, minus_one));
                let overflows = self.put("and", Ty::Pred, &[low.into(), negates.into()]);
                let either = self.put("or", Ty::Pred, &[bad.into(), overflows]);
                bad = self.reg(&either);
            }
            divisor = self.choose(class, bad, &one, &a[1]);
        }
        self.put(if op == Op::Div { "div" } else { "rem" }, ty, &[a[0].clone(), divisor])
    }

    /// PTX clamps the amount; here it is taken modulo the width.
    fn shift(&mut self, op: Op, scalar: Scalar, a: &[Operand]) -> Operand {
        let (ty, mask) = (Ty::of(scalar), if Class::of(scalar) == Class::B64 { 63 } else { 31 });
        let amount = match a[1].known() {
            Some(amount) => Operand::Imm(Class::B32, amount & mask),
            None => self.put("and", Ty::B32, &[a[1].clone(), Operand::Imm(Class::B32, mask)]),
        };
        let (name, ty) = if op == Op::Shl { ("shl", ty.bits()) } else { ("shr", ty) };
        self.put(name, ty, &[a[0].clone(), amount])
    }

    fn count(&mut self, op: Op, ty: Ty, a: &Operand) -> Operand {
        let (bits, wide) = (ty.bits(), ty.class() == Class::B64);
        let count = match op {
            Op::CountOnes => self.put_as("popc", &[bits], Class::B32, std::slice::from_ref(a)),
            Op::LeadingZeros => self.put_as("clz", &[bits], Class::B32, std::slice::from_ref(a)),
            _ => {
                let reversed = self.put("brev", bits, std::slice::from_ref(a));
                self.put_as("clz", &[bits], Class::B32, &[reversed])
            }
        };
        if wide { self.put_as("cvt", &[Ty::U64, Ty::U32], Class::B64, &[count]) } else { count }
    }

    fn half_sign(&mut self, op: Op, a: &Operand) -> Operand {
        let (name, mask) = if op == Op::Neg { ("xor", 0x8000) } else { ("and", 0x7fff) };
        self.put_as(name, &[Ty::B16], Class::F16, &[a.clone(), Operand::Imm(Class::F16, mask)])
    }

    fn half_as_float(&mut self, op: Op, a: &[Operand]) -> Result<Operand, EmitError> {
        let wide: Vec<Operand> = a.iter().map(|a| self.f16_to_f32(a)).collect();
        let result = self.lane(op, Scalar::F32, &wide)?;
        Ok(self.put_as("cvt.rn", &[Ty::F16, Ty::F32], Class::F16, &[result]))
    }

    fn rem_float(&mut self, a: &[Operand]) -> Operand {
        self.uses_rem = true;
        let (to, a) = (self.new_reg(Class::F32), self.in_registers(a));
        let operands = [Operand::Group(vec![to.into()]), Operand::Name("rem_float".to_owned()), Operand::Group(a)];
        self.push(Inst::new("call.uni", &[], operands));
        to.into()
    }
}
