//! Random numbers as the kernels of this crate make them on the device, made again on the host.
//!
//! Any element of a buffer can be known without reading the buffer.

/// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC'11).
pub(crate) fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        let left = u64::from(a) * 0xd251_1f53;
        let right = u64::from(c) * 0xcd9e_8d57;
        [a, b, c, d] = [(right >> 32) as u32 ^ b ^ k0, right as u32, (left >> 32) as u32 ^ d ^ k1, left as u32];
        k0 = k0.wrapping_add(0x9e37_79b9);
        k1 = k1.wrapping_add(0xbb67_ae85);
    }
    [a, b, c, d]
}

/// Where random numbers lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Range {
    /// From 0, below 1.
    Unit,
    /// From -1, below 1.
    Signed,
}

/// An endless array of random numbers, multiples of 2^-24 or 2^-23: exact, however a device rounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    pub(crate) seed: u32,
    pub(crate) range: Range,
}

impl Numbers {
    pub(crate) const fn new(seed: u32, range: Range) -> Self {
        Self { seed, range }
    }

    /// The step and the least number.
    pub(crate) const fn scale_and_offset(self) -> (f32, f32) {
        match self.range {
            Range::Unit => (1.0 / (1 << 24) as f32, 0.0),
            Range::Signed => (1.0 / (1 << 23) as f32, -1.0),
        }
    }

    /// Element `i`.
    pub(crate) fn at(self, i: u32) -> f32 {
        self.quad(i / 4)[i as usize % 4]
    }

    /// Elements `4 * i` to `4 * i + 3`.
    pub(crate) fn quad(self, i: u32) -> [f32; 4] {
        let (scale, offset) = self.scale_and_offset();
        philox([i, 0, 0, 0], [self.seed, 1]).map(|word| (word >> 8) as f32 * scale + offset)
    }

    /// Below `n`, which is not 0.
    pub(crate) fn below(self, i: u32, n: u32) -> u32 {
        let word = philox([i / 4, 0, 0, 0], [self.seed, 2])[i as usize % 4];
        ((u64::from(word) * u64::from(n)) >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::philox;

    #[test]
    fn known_answers_of_philox() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        let counter = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        let expected = [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1];
        assert_eq!(philox(counter, [0xa409_3822, 0x299f_31d0]), expected);
    }
}
