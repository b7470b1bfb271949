//! Numbers as cases write them, and their bytes in buffers.

use wgpuc_abi::{Elem, Interface, Scalar};
use wgpuc_core::ir::eval;

/// A number before it has a type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    /// A whole number, or a bool.
    Int(i128),
    /// Any other.
    Float(f64),
}

impl Number {
    /// What a `scalar` with these bits is.
    #[must_use]
    pub(crate) fn of_bits(scalar: Scalar, bits: u64) -> Self {
        match scalar {
            Scalar::F16 | Scalar::Bf16 | Scalar::F32 => Self::Float(eval::as_f64(scalar, bits)),
            Scalar::I8 | Scalar::I32 | Scalar::I64 => {
                let above = 64 - eval::width(scalar);
                Self::Int(i128::from((bits << above) as i64 >> above))
            }
            _ => Self::Int(bits.into()),
        }
    }

    /// The bits of the `scalar` nearest to it; whole numbers wrap.
    #[must_use]
    pub(crate) fn bits(self, scalar: Scalar) -> u64 {
        let is_float = matches!(scalar, Scalar::F16 | Scalar::Bf16 | Scalar::F32);
        match self {
            Self::Int(value) if !is_float => value as u64 & (u64::MAX >> (64 - eval::width(scalar))),
            Self::Int(value) => eval::from_f64(scalar, value as f64),
            Self::Float(value) => eval::from_f64(scalar, value),
        }
    }

    /// The least and the largest whole number that a `scalar` holds; of floats, none is too large.
    pub(crate) const fn bounds(scalar: Scalar) -> (i128, i128) {
        match scalar {
            Scalar::F16 | Scalar::Bf16 | Scalar::F32 => (i128::MIN, i128::MAX),
            Scalar::Bool => (0, 1),
            Scalar::I8 | Scalar::I32 | Scalar::I64 => {
                let half = 1 << (eval::width(scalar) - 1);
                (-half, half - 1)
            }
            Scalar::U8 | Scalar::U32 | Scalar::U64 => (0, (1 << eval::width(scalar)) - 1),
        }
    }

    /// Why a `scalar` cannot hold it, if it cannot.
    pub(crate) fn misfit(self, scalar: Scalar) -> Option<String> {
        let (low, high) = Self::bounds(scalar);
        match self {
            _ if matches!(scalar, Scalar::F16 | Scalar::Bf16 | Scalar::F32) => None,
            Self::Int(value) if (low..=high).contains(&value) => None,
            Self::Int(value) => Some(format!("{value} is no {}: those go from {low} to {high}", scalar.name())),
            Self::Float(_) => Some(format!("{self} is no {}: those are whole numbers", scalar.name())),
        }
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::Float(value) if value.is_nan() => f.write_str("nan"),
            Self::Float(value) if value.is_infinite() => f.write_str(if *value > 0.0 { "inf" } else { "-inf" }),
            // Always with a point or an exponent, so that TOML reads a float.
            Self::Float(value) => write!(f, "{value:?}"),
        }
    }
}

/// Where the numbers of an element lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The size of an element.
    pub(crate) bytes: usize,
    /// Each number's offset and type.
    pub(crate) lanes: Vec<(usize, Scalar)>,
}

impl Layout {
    /// Of an element of this interface.
    #[must_use]
    pub(crate) fn of(elem: &Elem, interface: &Interface) -> Self {
        let lanes = match elem {
            Elem::Scalar(scalar) => vec![(0, *scalar)],
            Elem::Vector(scalar, n) => (0..*n).map(|lane| ((lane * scalar.bytes()) as usize, *scalar)).collect(),
            Elem::Struct(name, _) => {
                let fields = interface.element(name).map_or(&[][..], |e| &e.fields);
                fields.iter().map(|field| (field.offset as usize, field.ty)).collect()
            }
        };
        Self { bytes: elem.bytes() as usize, lanes }
    }

    /// The bits of every number of a buffer, with its type; a last element that is not whole is left out.
    pub(crate) fn numbers<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = (Scalar, u64)> + 'a {
        let elements = bytes.chunks_exact(self.bytes.max(1));
        elements
            .flat_map(|element| self.lanes.iter().map(|(offset, scalar)| (*scalar, load(element, *offset, *scalar))))
    }

    /// The bytes of elements with these numbers, in order.
    #[must_use]
    pub(crate) fn bytes(&self, n_elements: usize, mut bits: impl FnMut(Scalar) -> u64) -> Vec<u8> {
        let mut out = vec![0; n_elements * self.bytes];
        for element in out.chunks_exact_mut(self.bytes.max(1)) {
            for (offset, scalar) in &self.lanes {
                let size = scalar.bytes() as usize;
                element[*offset..offset + size].copy_from_slice(&bits(*scalar).to_le_bytes()[..size]);
            }
        }
        out
    }
}

fn load(element: &[u8], offset: usize, scalar: Scalar) -> u64 {
    let size = scalar.bytes() as usize;
    let mut word = [0; 8];
    word[..size].copy_from_slice(&element[offset..offset + size]);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::Number::{Float, Int};
    use wgpuc_abi::Scalar;

    #[test]
    fn bits_and_back() {
        for (number, scalar) in [
            (Int(1), Scalar::Bool),
            (Int(-1), Scalar::I8),
            (Int(i64::MIN.into()), Scalar::I64),
            (Int(u64::MAX.into()), Scalar::U64),
            (Int(u32::MAX.into()), Scalar::U32),
            (Float(-0.5), Scalar::F16),
            (Float(f32::from_bits(1).into()), Scalar::F32),
        ] {
            assert_eq!(super::Number::of_bits(scalar, number.bits(scalar)), number, "{scalar:?}");
        }
    }

    #[test]
    fn numbers_that_do_not_fit_are_told() {
        for (number, scalar) in [
            (Int(0), Scalar::Bool),
            (Int(255), Scalar::U8),
            (Int(-128), Scalar::I8),
            (Int(u32::MAX.into()), Scalar::U32),
            (Int(i64::MIN.into()), Scalar::I64),
            (Int(u64::MAX.into()), Scalar::U64),
            (Float(0.5), Scalar::F16),
            (Int(1 << 40), Scalar::F32),
        ] {
            assert_eq!(number.misfit(scalar), None, "{number} {scalar:?}");
        }
        for (number, scalar) in [
            (Int(2), Scalar::Bool),
            (Int(256), Scalar::U8),
            (Int(-129), Scalar::I8),
            (Int(-1), Scalar::U32),
            (Int(1 << 63), Scalar::I64),
            (Int(1 << 64), Scalar::U64),
            (Float(1.5), Scalar::I32),
        ] {
            let why = number.misfit(scalar).unwrap_or_default();
            assert!(why.starts_with(&format!("{number} is no {}", scalar.name())), "{number} {scalar:?}: {why}");
        }
    }
}
