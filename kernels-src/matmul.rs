//! Products of matrices.

use crate::matmul_portable::*;
use crate::matmul_rows::*;
use crate::matmul_tiles::*;
use wgpuc::*;

/// Parameters of [`kernel_matmul`].
#[derive(Clone, Copy)]
pub struct MatmulParams {
    /// Rows of `c`.
    pub m: u32,
    /// Columns of `op(a)`, rows of `op(b)`.
    pub k: u32,
    /// Columns of `c`.
    pub n: u32,
    /// `a` is stored as `[k, m]`.
    pub trans_a: bool,
    /// `b` is stored as `[n, k]`.
    pub trans_b: bool,
    /// Factor of the product.
    pub alpha: f32,
    /// Factor of what `c` held before; where it is 0, `c` is not read.
    pub beta: f32,
}

/// Rows of `c` that a workgroup of [`blocked`] computes.
const BLOCK_ROWS: u32 = 128;
/// Terms that each of its warps takes of a tile.
const BLOCK_DEPTH: u32 = 16;
/// So many workgroups keep a large device busy.
const MANY: u32 = 128;

/// c = alpha * op(a) * op(b) + beta * c
///
/// `a` is `[m, k]`, or `[k, m]` with `trans-a`; `b` is `[k, n]`, or `[n, k]` with `trans-b`; `c` is `[m, n]`.
#[op(routine = gemm_f32(
    m = params.m,
    n = params.n,
    k = params.k,
    trans_a = params.trans_a,
    trans_b = params.trans_b,
    alpha = params.alpha,
    beta = params.beta,
    a = a,
    b = b,
    c = c
))]
pub fn kernel_matmul(params: MatmulParams, a: &[f32], b: &[f32], c: &mut [f32]) {
    require!(params.m > 0);
    require!(params.n > 0);
    require!(a.len() >= params.m * params.k);
    require!(b.len() >= params.k * params.n);
    require!(c.len() >= params.m * params.n);
    let quads = div_ceil(params.m * params.n, 4);
    if supports!(sm_80) && params.m == 1 && params.n % 4 == 0 && params.n >= 2048 && !params.trans_b {
        launch!(one_row, [div_ceil(params.n, 4 * ROW_QUADS)], params, a, b.as_x4(), c.as_x4());
    } else if supports!(sm_80) && params.m <= FEW && params.n >= 128 && !params.trans_b {
        let four = params.m <= 4;
        let columns = div_ceil(params.n, 128);
        let parts = max(1, min(div_ceil(params.k, CHUNK), div_ceil(2 * MANY, columns)));
        let sums = scratch::<f32>(parts * quads * 4);
        if params.n % 4 == 0 {
            launch!(
                few_rows::<{ params.trans_a }, { four }, f32x4>,
                [columns, parts],
                params,
                quads,
                a,
                b.as_x4(),
                sums.as_x4()
            );
        } else {
            launch!(few_rows::<{ params.trans_a }, { four }, f32>, [columns, parts], params, quads * 4, a, b, sums);
        }
        launch!(add_parts, [div_ceil(quads, 64)], params, quads, parts, sums.as_x4(), c.as_x4());
    } else if supports!(sm_80) && params.m <= 64 && params.n > 2 * BLOCK_ROWS {
        // They would fill half a block; as the columns of c's transpose, they fill one.
        let transposed = MatmulParams {
            m: params.n,
            k: params.k,
            n: params.m,
            trans_a: !params.trans_b,
            trans_b: !params.trans_a,
            alpha: params.alpha,
            beta: params.beta,
        };
        let blocks = div_ceil(params.n, BLOCK_ROWS);
        let parts = max(2, min(div_ceil(params.k, 128), MANY / blocks));
        let sums = scratch::<f32>(parts * quads * 4);
        launch!(
            blocked::<{ transposed.trans_a }, { transposed.trans_b }, false, f32>,
            [blocks, parts],
            transposed,
            quads * 4,
            b,
            a,
            c,
            sums
        );
        launch!(add_transposed, [div_ceil(quads, 64)], params, quads, parts, sums.as_x4(), c);
    } else if supports!(sm_80) {
        let wide = div_ceil(params.m, BLOCK_ROWS) * div_ceil(params.n, 256) * 4 >= 3 * MANY;
        let columns = if wide { div_ceil(params.n, 256) } else { div_ceil(params.n, 64) };
        let blocks = div_ceil(params.m, BLOCK_ROWS) * columns;
        let parts = if wide { 1 } else { max(1, min(div_ceil(params.k, 128), MANY / blocks)) };
        // The vectors of `c` that are sums of parts.
        let left = if parts > 1 { quads } else { 0 };
        require!(left <= quads);
        let sums = scratch::<f32>(parts * left * 4);
        if params.trans_b {
            launch!(
                blocked::<{ params.trans_a }, true, { wide }, f32>,
                [blocks, parts],
                params,
                quads * 4,
                a,
                b,
                c,
                sums
            );
        } else if params.n % 4 == 0 {
            launch!(
                blocked::<{ params.trans_a }, false, { wide }, f32x4>,
                [blocks, parts],
                params,
                quads,
                a,
                b.as_x4(),
                c.as_x4(),
                sums.as_x4()
            );
        } else {
            launch!(
                blocked::<{ params.trans_a }, false, { wide }, f32>,
                [blocks, parts],
                params,
                quads * 4,
                a,
                b,
                c,
                sums
            );
        }
        launch!(add_parts, [div_ceil(left, 64)], params, left, parts, sums.as_x4(), c.as_x4());
    } else if params.m <= 4 && params.n % 4 == 0 && params.n >= 64 && !params.trans_b {
        let width = params.n / 4;
        // As above, in vectors.
        require!(b.len() >= params.k * width * 4);
        let columns = div_ceil(width, 64);
        let parts = max(1, min(div_ceil(params.k, 64), div_ceil(4 * MANY, columns)));
        let sums = scratch::<f32>(parts * quads * 4);
        launch!(thin::<{ params.trans_a }>, [columns, parts], params, width, quads, a, b.as_x4(), sums.as_x4());
        launch!(add_parts, [div_ceil(quads, 64)], params, quads, parts, sums.as_x4(), c.as_x4());
    } else if supports!(subgroups) && div_ceil(params.m, 128) * div_ceil(params.n, 128) * 2 >= MANY {
        // A GPU, with enough to do for large tiles.
        launch!(
            tiled_large::<{ params.trans_a }, { params.trans_b }>,
            [div_ceil(params.n, 128), div_ceil(params.m, 128)],
            params,
            a,
            b,
            c
        );
    } else {
        launch!(
            tiled::<{ params.trans_a }, { params.trans_b }>,
            [div_ceil(params.n, TILE), div_ceil(params.m, TILE)],
            params,
            a,
            b,
            c
        );
    }
}

/// Tiles of 64 x 64: see [`tile_of_64`].
#[kernel(workgroup = [16, 16])]
fn tiled<const TRANS_A: bool, const TRANS_B: bool>(params: MatmulParams, a: &[f32], b: &[f32], c: &mut [f32]) {
    tile_of_64::<TRANS_A, TRANS_B>(params, a, b, c);
}

/// Tiles of 128 x 128, for GPUs: see [`tile_of_128`].
#[kernel(workgroup = [16, 16])]
fn tiled_large<const TRANS_A: bool, const TRANS_B: bool>(params: MatmulParams, a: &[f32], b: &[f32], c: &mut [f32]) {
    tile_of_128::<TRANS_A, TRANS_B>(params, a, b, c);
}

/// At most four rows of `c`: see [`thin_times`].
#[kernel(workgroup = 64)]
fn thin<const TRANS_A: bool>(params: MatmulParams, width: u32, pitch: u32, a: &[f32], b: &[f32x4], sums: &mut [f32x4]) {
    thin_times::<TRANS_A>(params, width, pitch, a, b, sums);
}

/// A block of `c`, by NVIDIA's asynchronous copies: each invocation computes eight rows, and 16 columns where `WIDE`, else
/// eight. Four tiles (three) are in workgroup memory or on their way there, and the vectors of the next term are read
/// while those of this one are multiplied. A warp computes 64 rows; where not `WIDE`, two share the terms of a tile.
///
/// With more than one workgroup along y, each takes a part of the
/// terms, and writes its sums for [`add_parts`], `pitch` elements from the next one's.
#[kernel(workgroup = 256, needs = sm_80, min_groups = 1)]
fn blocked<const TRANS_A: bool, const TRANS_B: bool, const WIDE: bool, T>(
    params: MatmulParams,
    pitch: u32,
    a: &[f32],
    b: &[T],
    c: &mut [T],
    sums: &mut [T],
) {
    const WARPS: u32 = if WIDE { 4 } else { 2 };
    const VECTORS: u32 = if WIDE { 4 } else { 2 };
    const SLICES: u32 = if WIDE { 1 } else { 2 };
    const STAGES: u32 = if WIDE { 4 } else { 3 };
    const COLUMNS: u32 = WARPS * VECTORS * 16;
    const TERMS: u32 = BLOCK_DEPTH * SLICES;
    let a_tiles = shared::<[[[f32; BLOCK_ROWS + 4]; TERMS]; STAGES]>();
    let b_tiles = shared::<[[[f32; COLUMNS + 4]; TERMS]; STAGES]>();
    let a_vectors = a_tiles.as_x4();
    let b_vectors = b_tiles.as_x4();
    let (row0, column0) = block_origin::<BLOCK_ROWS, COLUMNS>(params.m, params.n);
    let warp = local_index() / 32;
    let slice = warp / (2 * WARPS);
    // In vectors of four.
    let row = warp / WARPS % 2 * 16 + local_index() % 8;
    let column = warp % WARPS * (VECTORS * 4) + local_index() % 32 / 8;

    let tiles = div_ceil(params.k, TERMS);
    let per_part = div_ceil(tiles, num_workgroups().y);
    let first = min(workgroup_id().y * per_part, tiles);
    let last = min(first + per_part, tiles);
    for ahead in first..first + STAGES - 1 {
        if ahead < last {
            copy_block::<TRANS_A, TRANS_B, _, _, _, _>(
                a,
                b,
                row0,
                column0,
                params,
                ahead * TERMS,
                &mut a_tiles[ahead % STAGES],
                &mut b_tiles[ahead % STAGES],
            );
        }
        copy_commit();
    }
    copy_wait::<{ STAGES - 2 }>();
    workgroup_barrier();
    let mut products = [[f32x4::splat(0.0); VECTORS]; 8];
    let mut av = [[f32x4::splat(0.0); 2]; 2];
    let mut bv = [[f32x4::splat(0.0); VECTORS]; 2];
    read_term(&a_vectors[first % STAGES], slice * BLOCK_DEPTH, row, 8, &mut av[0]);
    read_term(&b_vectors[first % STAGES], slice * BLOCK_DEPTH, column, 4, &mut bv[0]);
    for tile in first..last {
        let ahead = tile + STAGES - 1;
        if ahead < last {
            copy_block::<TRANS_A, TRANS_B, _, _, _, _>(
                a,
                b,
                row0,
                column0,
                params,
                ahead * TERMS,
                &mut a_tiles[ahead % STAGES],
                &mut b_tiles[ahead % STAGES],
            );
        }
        copy_commit();
        #[unroll]
        for d in 0..BLOCK_DEPTH {
            if d + 1 < BLOCK_DEPTH {
                read_term(&a_vectors[tile % STAGES], slice * BLOCK_DEPTH + d + 1, row, 8, &mut av[(d + 1) % 2]);
                read_term(&b_vectors[tile % STAGES], slice * BLOCK_DEPTH + d + 1, column, 4, &mut bv[(d + 1) % 2]);
            } else {
                copy_wait::<{ STAGES - 2 }>();
                workgroup_barrier();
                read_term(&a_vectors[(tile + 1) % STAGES], slice * BLOCK_DEPTH, row, 8, &mut av[0]);
                read_term(&b_vectors[(tile + 1) % STAGES], slice * BLOCK_DEPTH, column, 4, &mut bv[0]);
            }
            multiply(&av[d % 2], &bv[d % 2], &mut products);
        }
    }
    if SLICES > 1 {
        add_slices(slice > 0, a_vectors, &mut products);
    }
    if slice > 0 {
        return;
    }
    put_block::<VECTORS, T>(&products, row0, column0, row, column, params, pitch, c, sums);
}

/// The one row of `c`: see [`row_times`].
#[kernel(workgroup = 1024, needs = sm_80)]
fn one_row(params: MatmulParams, a: &[f32], b: &[f32x4], c: &mut [f32x4]) {
    row_times(params, a, b, c);
}

/// At most 16 rows of `c`: see [`rows_times`].
#[kernel(workgroup = 256, needs = sm_80, min_groups = 2)]
fn few_rows<const TRANS_A: bool, const FOUR: bool, T>(
    params: MatmulParams,
    pitch: u32,
    a: &[f32],
    b: &[T],
    sums: &mut [T],
) {
    rows_times::<TRANS_A, FOUR, _>(params, pitch, a, b, sums);
}

/// `c` from the sums of the parts. `quads` counts the vectors of a part.
#[kernel(workgroup = 64)]
fn add_parts(params: MatmulParams, quads: u32, parts: u32, sums: &[f32x4], c: &mut [f32x4]) {
    let i = global_id().x;
    if i < quads {
        let product = params.alpha * sum_of_parts(i, quads, parts, sums);
        store_x4(c, i, params.m * params.n, if params.beta == 0.0 { product } else { product + params.beta * c[i] });
    }
}

/// `c`, which is `[m, n]`, from the sums of the parts of its transpose.
#[kernel(workgroup = 64)]
fn add_transposed(params: MatmulParams, quads: u32, parts: u32, sums: &[f32x4], c: &mut [f32]) {
    let i = global_id().x;
    if i < quads {
        put_transposed(i, sum_of_parts(i, quads, parts, sums), params, c);
    }
}
