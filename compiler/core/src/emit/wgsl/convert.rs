//! Conversions between types: by value, and by bits.

use super::function::Ex;
use super::helpers;
use super::interface::Writer;
use crate::emit::EmitError;
use crate::ir::{Scalar, Type};
use naga::{BinaryOperator as Binary, MathFunction as Math};

impl Writer<'_> {
    /// `a as to`, lane by lane, as the kernel language means it.
    pub(super) fn convert(&mut self, a: Ex, from: Type, to: Scalar) -> Result<Ex, EmitError> {
        use Scalar::{Bool, F16, F32, I32, I64, U32, U64};
        Ok(match (from.scalar, to) {
            (x, y) if x == y => a,
            (_, Bool) => {
                // not `!=`: naga takes that for false with a NaN
                let zero = self.zero(from);
                let is_zero = self.function.binary(Binary::Equal, a, zero);
                self.function.unary(naga::UnaryOperator::LogicalNot, is_zero)
            }
            (F16 | F32, U32 | I32 | U64 | I64) => {
                let Some(helper) = helpers::of_conversion(from, to) else {
                    return Err(self.internal(format!("convert {from} to {}", to.name())));
                };
                let single = if from.scalar == F16 { self.function.convert(a, F32) } else { a };
                self.call(helper, vec![single])?
            }
            (Bool, U64 | I64) => {
                let small = self.function.convert(a, U32);
                let wide = self.function.convert(small, U64);
                self.reinterpreted(wide, U64, to)
            }
            (U32 | I32 | U64 | I64, U32 | I32 | U64 | I64) => self.resize(a, from.scalar, to),
            (Bool | U32 | I32 | U64 | I64 | F16 | F32, U32 | I32 | F16 | F32) => self.function.convert(a, to),
            (Scalar::I8 | Scalar::U8 | Scalar::Bf16, _) | (_, Scalar::I8 | Scalar::U8 | Scalar::Bf16) => {
                return Err(self.internal(format!("convert {from} to {}", to.name())));
            }
        })
    }

    /// Between integers: extended as the source is signed, or cut; then seen as the target is signed.
    fn resize(&mut self, a: Ex, from: Scalar, to: Scalar) -> Ex {
        if from.bytes() == to.bytes() {
            return self.function.bitcast(a, to);
        }
        let middle = match (from, to.bytes()) {
            (Scalar::I32, _) => Scalar::I64,
            (Scalar::U32, _) => Scalar::U64,
            (Scalar::I64, _) => Scalar::I32,
            _ => Scalar::U32,
        };
        let resized = self.function.convert(a, middle);
        self.reinterpreted(resized, middle, to)
    }

    fn reinterpreted(&mut self, a: Ex, from: Scalar, to: Scalar) -> Ex {
        if from == to { a } else { self.function.bitcast(a, to) }
    }

    /// The same bits as another type of the same size.
    pub(super) fn bitcast(&mut self, a: Ex, from: Type, to: Type) -> Result<Ex, EmitError> {
        if from == to {
            return Ok(a);
        }
        if from.lanes == to.lanes && from.scalar.bytes() == to.scalar.bytes() {
            return Ok(self.function.bitcast(a, to.scalar));
        }
        let words = self.words_of(a, from)?;
        self.of_words(&words, to)
    }

    /// The bits as u32 words, the lowest first.
    fn words_of(&mut self, a: Ex, from: Type) -> Result<Vec<Ex>, EmitError> {
        let lanes = self.function.lanes(a, from.lanes);
        match from.scalar {
            Scalar::U32 => Ok(lanes),
            Scalar::I32 | Scalar::F32 => {
                Ok(lanes.into_iter().map(|lane| self.function.bitcast(lane, Scalar::U32)).collect())
            }
            Scalar::I64 | Scalar::U64 => {
                Ok(lanes.into_iter().flat_map(|lane| self.split_words(lane, from.scalar)).collect())
            }
            Scalar::F16 if from.lanes.is_multiple_of(2) => Ok(lanes
                .chunks_exact(2)
                .map(|pair| {
                    let pair = self.function.vector(Type::vector(Scalar::F16, 2), pair.to_vec());
                    let pair = self.function.convert(pair, Scalar::F32);
                    self.function.math(Math::Pack2x16float, &[pair])
                })
                .collect()),
            _ => Err(self.internal(format!("the bits of {from}"))),
        }
    }

    fn of_words(&mut self, words: &[Ex], to: Type) -> Result<Ex, EmitError> {
        let lanes: Vec<Ex> = match to.scalar {
            Scalar::U32 => words.to_vec(),
            Scalar::I32 | Scalar::F32 => words.iter().map(|w| self.function.bitcast(*w, to.scalar)).collect(),
            Scalar::I64 | Scalar::U64 => words
                .chunks_exact(2)
                .filter_map(|pair| match pair {
                    [low, high] => Some(self.join_words(to.scalar, *low, *high)),
                    _ => None,
                })
                .collect(),
            Scalar::F16 => words
                .iter()
                .flat_map(|word| {
                    let pair = self.function.math(Math::Unpack2x16float, &[*word]);
                    let pair = self.function.convert(pair, Scalar::F16);
                    self.function.lanes(pair, 2)
                })
                .collect(),
            _ => vec![],
        };
        if lanes.len() != usize::from(to.lanes) {
            return Err(self.internal(format!("{} words as {to}", words.len())));
        }
        Ok(self.function.vector(to, lanes))
    }

    /// A 64-bit integer from its halves.
    pub(super) fn join_words(&mut self, to: Scalar, low: Ex, high: Ex) -> Ex {
        let (low, high) = (self.function.convert(low, Scalar::U64), self.function.convert(high, Scalar::U64));
        let by = self.function.u32(32);
        let high = self.function.binary(Binary::ShiftLeft, high, by);
        let value = self.function.binary(Binary::InclusiveOr, low, high);
        self.reinterpreted(value, Scalar::U64, to)
    }

    fn split_words(&mut self, value: Ex, from: Scalar) -> [Ex; 2] {
        let wide = self.reinterpreted(value, from, Scalar::U64);
        let by = self.function.u32(32);
        let high = self.function.binary(Binary::ShiftRight, wide, by);
        [self.function.convert(wide, Scalar::U32), self.function.convert(high, Scalar::U32)]
    }
}
