//! A call of the standard matmul with made-up matrices, and its result in f64.

use wgpuc_runtime::{GpuError, Guest};

/// A call: `m`, `n` and `k`, whether `a` and `b` are stored transposed, `alpha` and `beta`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product {
    pub(crate) size: [u32; 3],
    pub(crate) transposed: [bool; 2],
    pub(crate) factors: [f32; 2],
}

impl Product {
    /// Of matrices of one size, stored in every way, with several factors.
    pub(crate) fn all(size: [u32; 3]) -> Vec<Self> {
        let mut all = vec![];
        for transposed in [[false, false], [true, false], [false, true], [true, true]] {
            all.extend([[1.0, 0.0], [-1.5, 0.5], [2.0, 1.0]].map(|factors| Self { size, transposed, factors }));
        }
        all
    }

    /// Elements of `a`, `b` and `c`.
    fn lens(&self) -> [usize; 3] {
        let [m, n, k] = self.size.map(|n| n as usize);
        [m * k, k * n, m * n]
    }

    /// What a matrix holds before; `c` is no number where it must not be read.
    fn numbers(&self, which: usize) -> Vec<f32> {
        let unread = which == 2 && self.factors[1] == 0.0;
        let number = |i: usize| {
            let bits =
                ((i + 1) as u32).wrapping_mul(2_654_435_761).wrapping_add((which as u32).wrapping_mul(0x9e37_79b9));
            f64::from(bits ^ (bits >> 15)) / f64::from(u32::MAX) * 2.0 - 1.0
        };
        (0..self.lens()[which]).map(|i| if unread { f32::NAN } else { number(i) as f32 }).collect()
    }

    /// Makes the call, and gives what `c` holds then.
    pub(crate) fn call(&self, guest: &mut Guest) -> Result<Vec<f32>, GpuError> {
        let mut buffers = [0; 3];
        for (which, buffer) in buffers.iter_mut().enumerate() {
            let bytes: Vec<u8> = self.numbers(which).iter().flat_map(|x| x.to_le_bytes()).collect();
            *buffer = guest.buffer_create(bytes.len().max(4) as u64, true)?;
            guest.buffer_write(*buffer, 0, &bytes)?;
        }
        let ([m, n, k], [a, b], [alpha, beta]) = (self.size, self.transposed, self.factors.map(f32::to_bits));
        let words = [[m, k, n].as_slice(), &[a.into(), b.into(), alpha, beta], &buffers].concat();
        let called = guest.call("kernel-matmul", &words.iter().map(|w| u64::from(*w)).collect::<Vec<_>>());
        let mut bytes = vec![0; 4 * self.lens()[2]];
        guest.buffer_read(buffers[2], 0, &mut bytes)?;
        for buffer in buffers {
            guest.buffer_destroy(buffer)?;
        }
        called?;
        Ok(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    /// Panics unless that is the result, to float32 and not to a shorter format.
    pub(crate) fn check(&self, found: &[f32]) {
        let [m, n, k] = self.size.map(|n| n as usize);
        let [a, b, c] = [0, 1, 2].map(|which| self.numbers(which));
        let ([trans_a, trans_b], [alpha, beta]) = (self.transposed, self.factors.map(f64::from));
        let (mut error, mut norm) = (0.0, 0.0);
        for (at, found) in found.iter().enumerate() {
            let (row, column) = (at / n, at % n);
            let a_at = |d: usize| f64::from(a[if trans_a { d * m + row } else { row * k + d }]);
            let b_at = |d: usize| f64::from(b[if trans_b { column * k + d } else { d * n + column }]);
            let sum: f64 = (0..k).map(|d| a_at(d) * b_at(d)).sum();
            let wanted = alpha * sum + if beta == 0.0 { 0.0 } else { beta * f64::from(c[at]) };
            error += (f64::from(*found) - wanted).powi(2);
            norm += wanted * wanted;
        }
        // Sums of float32 come to some 1e-6 here, those of TF32 to 3e-4.
        assert!(error.sqrt() <= 1e-5 * norm.sqrt(), "{self:?}: off by {} of {}", error.sqrt(), norm.sqrt());
    }
}
