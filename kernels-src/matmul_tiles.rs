//! What the kernels of [`matmul`](super::matmul) share: tiles of the matrices in workgroup memory.
//!
//! A tile holds some rows of `op(a)`, or columns of `op(b)`, with the terms of the sums outermost: `tile[term][row]`. The
//! pitch of one that is filled by copies is its rows and four more, so that eight terms of four rows lie in 32 different
//! banks.

use crate::matmul::MatmulParams;
use wgpuc::*;

/// An element of `c`: `c` is not read where `beta` is 0.
#[device]
pub fn put<T>(c: &mut [T], at: u32, params: MatmulParams, product: T) {
    if params.beta == 0.0 {
        c[at] = params.alpha * product;
    } else {
        c[at] = params.alpha * product + params.beta * c[at];
    }
}

/// An element of `out`, which is `c`; or where `SPLIT`, the sums of parts of the terms, of which this one's begin at `part`.
#[device]
pub fn put_or_part<const SPLIT: bool, T>(out: &mut [T], at: u32, part: u32, params: MatmulParams, product: T) {
    if SPLIT {
        if part + at < out.len() {
            out[part + at] = product;
        }
    } else {
        put(out, at, params, product);
    }
}

/// Which term and which vector of a tile of `TERMS` terms an invocation loads. `DEPTH_INNER`: neighbouring terms of one
/// row lie side by side in memory; else neighbouring rows of one term do. Either way neighbouring invocations read
/// neighbouring elements.
#[device]
pub fn place_in_tile<const DEPTH_INNER: bool, const TERMS: u32>() -> (u32, u32) {
    const VECTORS: u32 = 256 / TERMS;
    let t = local_index();
    if DEPTH_INNER { (t % TERMS, t / TERMS) } else { (t / VECTORS, t % VECTORS) }
}

/// Four rows of a term, zero where there are none.
#[device]
pub fn load_vector<const DEPTH_INNER: bool>(source: &[f32], first: u32, limit: u32, depth: u32, k: u32) -> f32x4 {
    let mut value = f32x4::splat(0.0);
    if depth < k {
        #[unroll]
        for i in 0..4 {
            let row = first + i;
            if row < limit {
                value[i] = source[if DEPTH_INNER { row * k + depth } else { depth * limit + row }];
            }
        }
    }
    value
}

/// Where a block of `c` lies: its first row and its first column. Blocks go column by column through groups of eight
/// block rows, so that those under way at one time share what they read.
pub fn block_origin<const ROWS: u32, const COLUMNS: u32>(m: u32, n: u32) -> (u32, u32) {
    let block_rows = div_ceil(m, ROWS);
    let group_blocks = div_ceil(n, COLUMNS) * 8;
    let first = workgroup_id().x / group_blocks * 8;
    let in_group = workgroup_id().x % group_blocks;
    let rows = min(block_rows - first, 8);
    ((first + in_group % rows) * ROWS, in_group / rows * COLUMNS)
}

/// Starts to copy `TERMS` terms from `term0` of the rows from `first` on; terms past `k` are zero, rows past `limit` are
/// whatever is in the last row. `TERMS_INNER`: neighbouring terms of a row lie side by side in memory.
pub fn copy_tile<const TERMS_INNER: bool, const THREADS: u32, const PITCH: u32, const TERMS: u32>(
    source: &[f32],
    first: u32,
    limit: u32,
    term0: u32,
    k: u32,
    tile: &mut [[f32; PITCH]; TERMS],
) {
    let start = min(term0, k);
    if k - start >= TERMS {
        copy_scalars::<TERMS_INNER, true, THREADS, PITCH, TERMS>(source, first, limit, start, k, tile);
    } else {
        copy_scalars::<TERMS_INNER, false, THREADS, PITCH, TERMS>(source, first, limit, start, k, tile);
    }
}

#[device]
fn copy_scalars<const TERMS_INNER: bool, const WHOLE: bool, const THREADS: u32, const PITCH: u32, const TERMS: u32>(
    source: &[f32],
    first: u32,
    limit: u32,
    term0: u32,
    k: u32,
    tile: &mut [[f32; PITCH]; TERMS],
) {
    const ROWS: u32 = PITCH - 4;
    let t = local_index();
    #[unroll]
    for pass in 0..ROWS * TERMS / THREADS {
        // Eight terms of four rows a warp, or all rows of some terms.
        let warp = t / 32;
        let rows_per_pass = THREADS / TERMS;
        let row = if TERMS_INNER { warp / (TERMS / 8) * 4 + t % 32 / 8 + pass * rows_per_pass } else { t % ROWS };
        let term = if TERMS_INNER { warp % (TERMS / 8) * 8 + t % 8 } else { t / ROWS + pass * (THREADS / ROWS) };
        let from_row = min(first + row, limit - 1);
        let depth = if WHOLE { term0 + term } else { min(term0 + term, k - 1) };
        let from = if TERMS_INNER { from_row * k + depth } else { depth * limit + from_row };
        if WHOLE {
            copy_async(&mut tile[term][row], &source[from]);
        } else {
            copy_async_or_zero(&mut tile[term][row], &source[from], term0 + term < k);
        }
    }
}

/// As [`copy_tile`], where neighbouring rows of a term lie side by side, in vectors; `limit` and `first` count vectors.
#[device]
pub fn copy_vectors<const THREADS: u32, const PITCH: u32, const TERMS: u32>(
    source: &[f32x4],
    first: u32,
    limit: u32,
    term0: u32,
    k: u32,
    tile: &mut [[f32; PITCH]; TERMS],
) {
    const QUADS: u32 = PITCH / 4 - 1;
    let quads = tile.as_x4();
    let t = local_index();
    let quad = t % QUADS;
    let from_quad = min(first + quad, limit - 1);
    #[unroll]
    for pass in 0..QUADS * TERMS / THREADS {
        let term = t / QUADS + pass * (THREADS / QUADS);
        let depth = min(term0 + term, k - 1);
        copy_async_or_zero(&mut quads[term][quad], &source[depth * limit + from_quad], term0 + term < k);
    }
}

/// Reads the vectors of a term that an invocation multiplies.
#[device]
pub fn read_term<const N: u32, const PITCH: u32, const TERMS: u32>(
    tile: &[[f32x4; PITCH]; TERMS],
    term: u32,
    first: u32,
    stride: u32,
    into: &mut [f32x4; N],
) {
    #[unroll]
    for i in 0..N {
        into[i] = tile[term][first + i * stride];
    }
}

/// Adds the products of eight rows with `QUADS` vectors of columns: two vectors for all rows, then the next two. To and fro,
/// so that neighbours in time share an operand. On an H200 the largest blocks are 8 % faster with this order than with all
/// vectors row by row.
#[device]
pub fn multiply<const QUADS: u32>(a: &[f32x4; 2], b: &[f32x4; QUADS], sums: &mut [[f32x4; QUADS]; 8]) {
    #[unroll]
    for pair in 0..QUADS / 2 {
        #[unroll]
        for row in 0..8 {
            let i = if pair % 2 == 0 { row } else { 7 - row };
            #[unroll]
            for turn in 0..8 {
                let at = if i % 2 == 0 { turn } else { 7 - turn };
                let j = pair * 2 + at / 4;
                sums[i][j][at % 4] = b[j][at % 4].mul_add(a[i / 4][i % 4], sums[i][j][at % 4]);
            }
        }
    }
}

/// Vector `i` of all parts, added in their order; eight are read at a time, so that one read does not wait for another.
#[device]
pub fn sum_of_parts(i: u32, quads: u32, parts: u32, sums: &[f32x4]) -> f32x4 {
    let mut sum = f32x4::splat(0.0);
    for first in (0..parts).step_by(8) {
        let mut terms = [f32x4::splat(0.0); 8];
        #[unroll]
        for u in 0..8 {
            if first + u < parts {
                terms[u] = sums[(first + u) * quads + i];
            }
        }
        #[unroll]
        for u in 0..8 {
            sum += terms[u];
        }
    }
    sum
}
