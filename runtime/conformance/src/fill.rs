//! What a buffer holds before a call, as a rule that a case file can say.

use crate::random::Random;
use crate::value::{Layout, Number};
use wgpuc_abi::Scalar;

/// A rule for a buffer's content.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fill {
    /// Zeros.
    Zeros,
    /// 0, 1, 2, ...
    Iota,
    /// Random numbers, both bounds included.
    Uniform {
        /// Fixes them.
        seed: u64,
        /// The least.
        low: f64,
        /// The largest.
        high: f64,
    },
    /// Random bits.
    Bits {
        /// Fixes them.
        seed: u64,
    },
    /// Infinities, NaN, zeros of both signs, the extremes, numbers below the normal ones, between plain numbers.
    Edges {
        /// Fixes which come where.
        seed: u64,
    },
    /// These numbers, again and again.
    Values(Vec<Number>),
    /// The content of a file, again and again.
    File {
        /// Its name beside the case file.
        name: String,
        /// Its content.
        bytes: Vec<u8>,
    },
}

impl Fill {
    /// The bytes of that many elements.
    #[must_use]
    pub(crate) fn bytes(&self, layout: &Layout, n_elements: usize) -> Vec<u8> {
        let mut count = 0..;
        match self {
            Self::Zeros => vec![0; n_elements * layout.bytes],
            Self::Iota => layout.bytes(n_elements, |scalar| Number::Int(count.next().unwrap_or(0)).bits(scalar)),
            Self::Uniform { seed, low, high } => {
                let mut random = Random::new(*seed);
                layout.bytes(n_elements, |scalar| uniform(&mut random, scalar, *low, *high))
            }
            Self::Bits { seed } => {
                let mut random = Random::new(*seed);
                layout.bytes(n_elements, |_| random.bits())
            }
            Self::Edges { seed } => {
                let mut random = Random::new(*seed);
                layout.bytes(n_elements, |scalar| edge(&mut random, scalar))
            }
            Self::Values(values) => {
                let mut values = values.iter().cycle();
                layout.bytes(n_elements, |scalar| values.next().map_or(0, |v| v.bits(scalar)))
            }
            Self::File { bytes, .. } => bytes.iter().copied().cycle().take(n_elements * layout.bytes).collect(),
        }
    }

    /// Numbers as a case file lists them.
    #[must_use]
    pub(crate) fn listed(values: &[Number]) -> String {
        values.iter().map(Number::to_string).collect::<Vec<_>>().join(", ")
    }

    /// As a case file says it, after a length.
    #[must_use]
    pub(crate) fn to_toml(&self) -> String {
        match self {
            Self::Zeros => "fill = \"zeros\"".to_owned(),
            Self::Iota => "fill = \"iota\"".to_owned(),
            Self::Uniform { seed, low, high } => {
                format!("fill = \"uniform\", seed = {seed}, low = {low:?}, high = {high:?}")
            }
            Self::Bits { seed } => format!("fill = \"bits\", seed = {seed}"),
            Self::Edges { seed } => format!("fill = \"edges\", seed = {seed}"),
            Self::Values(values) => format!("values = [{}]", Self::listed(values)),
            Self::File { name, .. } => format!("file = {name:?}"),
        }
    }
}

const fn is_float(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::F16 | Scalar::Bf16 | Scalar::F32)
}

fn uniform(random: &mut Random, scalar: Scalar, low: f64, high: f64) -> u64 {
    if is_float(scalar) {
        let share = (random.bits() >> 11) as f64 / (1u64 << 53) as f64;
        return Number::Float(low + share * (high - low)).bits(scalar);
    }
    // Bounds of a float's size leave the range of whole numbers.
    let n_values = ((high.floor() - low.ceil()) as i128).saturating_add(1);
    let picked = i128::from(random.bits()).checked_rem(n_values.max(1)).unwrap_or(0);
    Number::Int((low.ceil() as i128).saturating_add(picked)).bits(scalar)
}

/// Half of them plain numbers, half one of the ends of their type.
fn edge(random: &mut Random, scalar: Scalar) -> u64 {
    const SHARES: [f64; 8] = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1.0, -1.0, 0.5];
    let sign = random.bits() & (1 << (scalar.bytes() * 8 - 1));
    let extremes: &[u64] = match scalar {
        // The largest, the least normal, the largest and the least below the normal ones.
        Scalar::F32 => &[0x7f7f_ffff, 0x0080_0000, 0x007f_ffff, 1],
        Scalar::F16 => &[0x7bff, 0x0400, 0x03ff, 1],
        Scalar::Bf16 => &[0x7f7f, 0x0080, 0x007f, 1],
        _ => &[],
    };
    match (random.below(4), is_float(scalar)) {
        (0 | 1, true) => uniform(random, scalar, -8.0, 8.0),
        (2, true) => Number::Float(SHARES[random.below(SHARES.len() as u32) as usize]).bits(scalar),
        (_, true) => extremes[random.below(extremes.len() as u32) as usize] | sign,
        (0 | 1, false) => u64::from(random.below(9)),
        // A power of two, or its neighbours: the extremes of every width among them.
        _ => (1u64 << random.below(64)).wrapping_add(u64::from(random.below(3))).wrapping_sub(1),
    }
}
