//! Integer arithmetic at its edges.

/// One result a kind, for each pair.
#[kernel(workgroup = 64, over = out.len())]
pub fn integers(a: &[i32], b: &[i32], out: &mut [i32]) {
    let i = global_id().x;
    if i < out.len() {
        let x = a[i];
        let y = b[i];
        let mixed = (x + y) ^ (x - y) ^ (x * y);
        let divided = x / y + x % y;
        let shifted = (x << (y as u32)) ^ (x >> (y as u32));
        out[i] = mixed ^ divided ^ shifted ^ x.abs() ^ x.min(y) ^ (x.max(y) << 1);
    }
}

/// As [`integers`], without a sign, and with what counts bits.
#[kernel(workgroup = 64, over = out.len())]
pub fn bits(a: &[u32], b: &[u32], out: &mut [u32]) {
    let i = global_id().x;
    if i < out.len() {
        let x = a[i];
        let y = b[i];
        let counted = x.count_ones() + x.leading_zeros() * 64 + x.trailing_zeros() * 4096;
        out[i] = counted ^ x.reverse_bits() ^ x.mul_hi(y) ^ (x / y) ^ (x % y) ^ (x << y) ^ (x >> y);
    }
}
