//! bootstrap-sample: Philox, bit for bit.

use super::refused;
use crate::{Case, POISON};

const OP: &str = "kernel-bootstrap-sample";

/// Philox4x32-10 (Salmon et al., SC'11), written from the paper.
fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let (mut c, mut k) = (counter, key);
    for _ in 0..10 {
        let p0 = u64::from(c[0]) * 0xd251_1f53;
        let p1 = u64::from(c[2]) * 0xcd9e_8d57;
        c = [(p1 >> 32) as u32 ^ c[1] ^ k[0], p1 as u32, (p0 >> 32) as u32 ^ c[3] ^ k[1], p0 as u32];
        k = [k[0].wrapping_add(0x9e37_79b9), k[1].wrapping_add(0xbb67_ae85)];
    }
    c
}

fn reference(n: u32, seed: u32, max_index: u32) -> Vec<u32> {
    let word = |i: u32| philox([i / 4, 0, 0, 0], [seed, 0])[i as usize % 4];
    (0..n).map(|i| ((u64::from(word(i)) * u64::from(max_index)) >> 32) as u32).collect()
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new(OP, "vectors", |_, errors| {
            // The vectors of Random123 that the contract names.
            let mut check = |c, k, want: [u32; 4]| errors.same("the reference's block", &philox(c, k), &want);
            check([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])?;
            check([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])?;
            let pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
            check(pi, [0xa409_3822, 0x299f_31d0], [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
        }),
        Case::new(OP, "of the contract", |m, errors| {
            let out = m.poisoned(8)?;
            m.call(OP, &[8, 42, 353, out])?;
            errors.same("drawn", &m.download(out, 8)?, &[216, 165, 25, 120, 348, 115, 181, 160])
        }),
        Case::new(OP, "refuses", |m, errors| {
            let out = m.poisoned(8)?;
            refused(m.call(OP, &[0, 1, 2, out]), &["n-samples", "0"])?;
            refused(m.call(OP, &[8, 1, 0, out]), &["max-index", "0"])?;
            refused(m.call(OP, &[9, 1, 2, out]), &["output-indices", "8", "9"])?;
            refused(m.call(OP, &[8, 1, 2, out ^ 0x55]), &["InvalidBuffer"])?;
            errors.same("what a refused call left", &m.download(out, 8)?, &[POISON; 8])
        }),
    ];
    for (n, seed, max_index) in
        [(1, 0, 1), (3, 7, 10), (5, u32::MAX, u32::MAX), (1023, 1, 353), (1025, 2, 1 << 31), (5000, 3, 1000)]
    {
        cases.push(Case::new(OP, format!("{n} {seed} {max_index}"), move |m, errors| {
            let out = m.poisoned(n as usize + 5)?;
            m.call(OP, &[n, seed, max_index, out])?;
            let got = m.download(out, n as usize + 5)?;
            let (drawn, rest) = got.split_at(n as usize);
            errors.same("drawn", drawn, &reference(n, seed, max_index))?;
            errors.same("past n-samples", rest, &[POISON; 5])
        }));
    }
    cases
}
