//! Where cuBLAS was measured to be faster than our own matmul.
//!
//! In: the sizes of a product. Out: whose turn it is.

use crate::backend::Gemm;

/// A product that was measured.
struct Measured {
    /// `m`, `n` and `k`.
    size: [u32; 3],
    /// cuBLAS's time over ours.
    ratio: f64,
}

/// NVIDIA H200, driver 580, CUDA 13.0, 2026-11-29: `tests/bench/run.sh`, cuBLAS's microseconds over ours.
#[rustfmt::skip]
const MEASURED: [Measured; 15] = [
    Measured { size: [64, 64, 64], ratio: 8.69 / 7.32 },
    Measured { size: [128, 128, 128], ratio: 9.25 / 11.4 },
    Measured { size: [256, 256, 256], ratio: 13.2 / 12.9 },
    Measured { size: [512, 512, 512], ratio: 15.8 / 14.7 },
    Measured { size: [1024, 1024, 1024], ratio: 63.5 / 55.9 },
    Measured { size: [2048, 2048, 2048], ratio: 346.0 / 356.0 },
    Measured { size: [4096, 4096, 4096], ratio: 2740.0 / 2780.0 },
    Measured { size: [8192, 8192, 8192], ratio: 21600.0 / 21900.0 },
    Measured { size: [1, 4096, 4096], ratio: 19.4 / 19.6 },
    Measured { size: [4, 4096, 4096], ratio: 69.0 / 23.5 },
    Measured { size: [16, 4096, 4096], ratio: 81.5 / 27.2 },
    Measured { size: [64, 4096, 4096], ratio: 58.7 / 58.4 },
    Measured { size: [4096, 64, 4096], ratio: 61.2 / 64.2 },
    Measured { size: [4096, 4096, 64], ratio: 70.6 / 67.9 },
    Measured { size: [127, 4093, 1021], ratio: 37.5 / 41.2 },
];

/// A ratio above it is not worth cuBLAS, which takes 0.3 s to load, and whose bits are its own.
const WORTH_IT: f64 = 0.95;

/// Whether cuBLAS was faster, by enough, at the measured size that is nearest, by the factors between the sizes.
pub(super) fn is_faster(gemm: &Gemm) -> bool {
    nearest(&MEASURED, [gemm.m, gemm.n, gemm.k]).is_some_and(|measured| measured.ratio < WORTH_IT)
}

fn nearest(measured: &[Measured], size: [u32; 3]) -> Option<&Measured> {
    let log = |n: u32| f64::from(n.max(1)).ln();
    let distance = |to: &Measured| to.size.iter().zip(size).map(|(a, b)| (log(*a) - log(b)).powi(2)).sum::<f64>();
    measured.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

#[cfg(test)]
mod tests {
    use super::{MEASURED, Measured, nearest};

    #[test]
    fn the_nearest_measured_size_decides() {
        let measured = [
            Measured { size: [1024, 1024, 1024], ratio: 0.9 },
            Measured { size: [16, 4096, 4096], ratio: 1.4 },
            Measured { size: [1, 4096, 4096], ratio: 0.6 },
        ];
        let ratio = |size| nearest(&measured, size).unwrap().ratio;
        assert_eq!(ratio([1024, 1024, 1024]), 0.9);
        assert_eq!(ratio([u32::MAX, 1500, 700]), 0.9);
        assert_eq!(ratio([8, 8000, 2000]), 1.4);
        // Between 1 and 16 the middle is 4, as factors count.
        assert_eq!([ratio([3, 4096, 4096]), ratio([5, 4096, 4096])], [0.6, 1.4]);
        assert_eq!(ratio([0, 4096, 4096]), 0.6);
        assert!(nearest(&[], [1, 1, 1]).is_none());
    }

    #[test]
    fn what_was_measured_are_ratios_of_times() {
        for Measured { size, ratio } in &MEASURED {
            assert!(size.iter().all(|n| *n > 0) && (0.1..10.0).contains(ratio), "{size:?}: {ratio}");
        }
    }
}
