//! Products of one row, or of a few, with a matrix, for [`matmul`](super::matmul). Their time is that of reading `b`: each of
//! its elements is read once.

use crate::matmul::MatmulParams;
use crate::matmul_tiles::put;
use wgpuc::*;

/// Rows of `c` that [`rows_times`] computes, and the terms that a workgroup of it takes at a time.
pub const FEW: u32 = 16;
pub const CHUNK: u32 = 256;
/// Vectors of columns that a workgroup of [`row_times`] computes, and how many invocations share the terms of each.
pub const ROW_QUADS: u32 = 8;
const SHARERS: u32 = 128;

/// The one row of `c`, 32 columns a workgroup, in one launch. Each invocation takes every 128th term of a vector of columns,
/// eight at a time so that as many reads are under way.
#[device]
pub fn row_times(params: MatmulParams, a: &[f32], b: &[f32x4], c: &mut [f32x4]) {
    let width = params.n / 4;
    let sums = shared::<[[f32x4; ROW_QUADS]; SHARERS]>();
    let quad = local_index() % ROW_QUADS;
    let sharer = local_index() / ROW_QUADS;
    let column = workgroup_id().x * ROW_QUADS + quad;
    let mut sum = f32x4::splat(0.0);
    if column < width {
        for first in (0..params.k).step_by(SHARERS * 8) {
            let mut bv = [f32x4::splat(0.0); 8];
            let mut av = [0.0; 8];
            #[unroll]
            for u in 0..8 {
                let term = first + u * SHARERS + sharer;
                if term < params.k {
                    av[u] = a[term];
                    bv[u] = b[term * width + column];
                }
            }
            #[unroll]
            for u in 0..8 {
                sum = bv[u].mul_add(f32x4::splat(av[u]), sum);
            }
        }
    }
    sums[sharer][quad] = sum;
    workgroup_barrier();
    // Sixteen of eight, then of those one.
    if sharer < SHARERS / 8 {
        sum = f32x4::splat(0.0);
        #[unroll]
        for u in 0..8 {
            sum += sums[u * (SHARERS / 8) + sharer][quad];
        }
    }
    workgroup_barrier();
    if sharer < SHARERS / 8 {
        sums[sharer][quad] = sum;
    }
    workgroup_barrier();
    if sharer == 0 && column < width {
        #[unroll]
        for other in 1..SHARERS / 8 {
            sum += sums[other][quad];
        }
        put(c, column, params, sum);
    }
}

/// At most 16 rows of `c`, four where `FOUR`, and 128 columns. Each warp takes every eighth term of a chunk, whose elements
/// of `a` are in workgroup memory, and reads its elements of `b` once: those of some terms are on their way while those
/// before are multiplied. Each workgroup along y takes some of the chunks, and writes its sums for another kernel to add,
/// `pitch` elements from the next one's.
#[device]
pub fn rows_times<const TRANS_A: bool, const FOUR: bool, T>(
    params: MatmulParams,
    pitch: u32,
    a: &[f32],
    b: &[T],
    sums: &mut [T],
) {
    const ROWS: u32 = if FOUR { 4 } else { FEW };
    // Terms that an invocation reads at a time, and how often it does so in a chunk.
    const AHEAD: u32 = if FOUR { 8 } else { 2 };
    const STEPS: u32 = CHUNK / 8 / AHEAD;
    // In elements of `b`.
    let width = params.n / T::LANES;
    let terms = shared::<[[f32; ROWS + 4]; CHUNK]>();
    let vectors = terms.as_x4();
    let of_warps = shared::<[[[f32x4; 32]; ROWS]; 8]>();
    let t = local_index();
    let warp = t / 32;
    let column = (workgroup_id().x * 32 + t % 32) * (4 / T::LANES);
    let mut products = [f32x4::splat(0.0); ROWS];
    let mut bv = [[f32x4::splat(0.0); AHEAD]; 2];
    read_terms(b, workgroup_id().y * CHUNK + warp, params.k, column, width, &mut bv[0]);
    for chunk in (workgroup_id().y..div_ceil(params.k, CHUNK)).step_by(num_workgroups().y) {
        let term0 = chunk * CHUNK;
        let depth = term0 + t;
        #[unroll]
        for quad in 0..ROWS / 4 {
            let mut four = f32x4::splat(0.0);
            #[unroll]
            for lane in 0..4 {
                let row = quad * 4 + lane;
                if row < params.m && depth < params.k {
                    four[lane] = a[if TRANS_A { depth * params.m + row } else { row * params.k + depth }];
                }
            }
            vectors[t][quad] = four;
        }
        workgroup_barrier();
        for pair in 0..STEPS / 2 {
            #[unroll]
            for half in 0..2 {
                let step = pair * 2 + half;
                // The last step of a chunk reads the first terms of the next one.
                let ahead = if step + 1 < STEPS { term0 } else { (chunk + num_workgroups().y) * CHUNK };
                let first = ahead + (step + 1) % STEPS * (8 * AHEAD) + warp;
                read_terms(b, first, params.k, column, width, &mut bv[1 - half]);
                #[unroll]
                for u in 0..AHEAD {
                    let term = (step * AHEAD + u) * 8 + warp;
                    #[unroll]
                    for row in 0..ROWS {
                        let factor = f32x4::splat(vectors[term][row / 4][row % 4]);
                        products[row] = bv[half][u].mul_add(factor, products[row]);
                    }
                }
            }
        }
        workgroup_barrier();
    }
    #[unroll]
    for row in 0..ROWS {
        of_warps[warp][row][t % 32] = products[row];
    }
    workgroup_barrier();
    for i in (t..ROWS * 32).step_by(256) {
        let row = i / 32;
        let mut sum = of_warps[0][row][i % 32];
        #[unroll]
        for other in 1..8 {
            sum += of_warps[other][row][i % 32];
        }
        #[unroll]
        for lane in 0..4 / T::LANES {
            let column = (workgroup_id().x * 32 + i % 32) * (4 / T::LANES) + lane;
            let at = row * width + column;
            if row < params.m && column < width && at < pitch {
                sums[workgroup_id().y * pitch + at] = if T::LANES == 4 { sum } else { sum[lane] };
            }
        }
    }
}

/// Four columns of every eighth term from `first` on, those past the end zero.
#[device]
fn read_terms<T, const AHEAD: u32>(b: &[T], first: u32, k: u32, column: u32, width: u32, into: &mut [f32x4; AHEAD]) {
    #[unroll]
    for u in 0..AHEAD {
        let term = first + u * 8;
        let mut four = f32x4::splat(0.0);
        #[unroll]
        for lane in 0..4 / T::LANES {
            if term < k && column + lane < width {
                if T::LANES == 4 {
                    four = b[term * width + column];
                } else {
                    four[lane] = b[term * width + column + lane];
                }
            }
        }
        into[u] = four;
    }
}
