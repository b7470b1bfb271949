//! Products of matrices.

use crate::matmul_blocks::*;
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

/// So many workgroups keep a large device busy.
const MANY: u32 = 128;
/// So many of [`narrow`] and [`tall`] do.
const BLOCKS: u32 = 3 * MANY;

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
    } else if supports!(sm_80)
        && params.m > 64
        && params.n > 128
        && div_ceil(params.m, 128) * div_ceil(params.n, 256) * 4 >= 3 * MANY
    {
        let in_vectors = params.n % 4 == 0 && !params.trans_b;
        let blocks = div_ceil(params.m, 128) * div_ceil(params.n, 256);
        if params.trans_b {
            launch!(wide::<{ params.trans_a }, true, f32>, [blocks], params, a, b, c);
        } else if in_vectors {
            launch!(wide::<{ params.trans_a }, false, f32x4>, [blocks], params, a, b.as_x4(), c.as_x4());
        } else {
            launch!(wide::<{ params.trans_a }, false, f32>, [blocks], params, a, b, c);
        }
    } else if supports!(sm_80) && params.k > 128 {
        let in_vectors = params.n % 4 == 0 && !params.trans_b;
        let is_tall = in_vectors && params.n <= 64;
        let rows = div_ceil(params.m, if is_tall { 128 } else { 64 });
        let blocks = rows * div_ceil(params.n, if is_tall { 64 } else { 128 });
        // Scalars are copied and stored one by one: more parts of them are slower. All are parts, if of one only.
        let most = if in_vectors { BLOCKS } else { MANY } / blocks;
        let parts = max(1, min(div_ceil(params.k, 128), most));
        let sums = scratch::<f32>(parts * quads * 4);
        if is_tall {
            launch!(tall::<{ params.trans_a }>, [blocks, parts], params, quads, a, b.as_x4(), sums.as_x4());
        } else if params.trans_b {
            launch!(narrow::<{ params.trans_a }, true, f32>, [blocks, parts], params, quads * 4, a, b, sums);
        } else if in_vectors {
            launch!(
                narrow::<{ params.trans_a }, false, f32x4>,
                [blocks, parts],
                params,
                quads,
                a,
                b.as_x4(),
                sums.as_x4()
            );
        } else {
            launch!(narrow::<{ params.trans_a }, false, f32>, [blocks, parts], params, quads * 4, a, b, sums);
        }
        launch!(add_parts, [div_ceil(quads, 64)], params, quads, parts, sums.as_x4(), c.as_x4());
    } else if params.m <= 4 && params.n % 4 == 0 && params.n >= 64 && !params.trans_b {
        let width = params.n / 4;
        // As above, in vectors.
        require!(b.len() >= params.k * width * 4);
        let columns = div_ceil(width, 64);
        let parts = max(1, min(div_ceil(params.k, 64), div_ceil(4 * MANY, columns)));
        let sums = scratch::<f32>(parts * quads * 4);
        launch!(thin::<{ params.trans_a }>, [columns, parts], params, width, quads, a, b.as_x4(), sums.as_x4());
        launch!(add_parts, [div_ceil(quads, 64)], params, quads, parts, sums.as_x4(), c.as_x4());
    } else {
        // A GPU, with enough to do for large tiles.
        let is_large = supports!(subgroups) && div_ceil(params.m, 128) * div_ceil(params.n, 128) * 2 >= MANY;
        let columns = div_ceil(params.n, if is_large { 128 } else { TILE });
        let rows = div_ceil(params.m, if is_large { 128 } else { TILE });
        let most = if is_large { MANY } else { 4 * MANY } / (columns * rows);
        let parts = if supports!(subgroups) { max(1, min(params.k / 256, most)) } else { 1 };
        if parts > 1 {
            let sums = scratch::<f32>(parts * quads * 4);
            if is_large {
                launch!(
                    tiled_large::<{ params.trans_a }, { params.trans_b }, true>,
                    [columns, rows, parts],
                    params,
                    quads * 4,
                    a,
                    b,
                    sums
                );
            } else {
                launch!(
                    tiled::<{ params.trans_a }, { params.trans_b }, true>,
                    [columns, rows, parts],
                    params,
                    quads * 4,
                    a,
                    b,
                    sums
                );
            }
            launch!(add_parts, [div_ceil(quads, 64)], params, quads, parts, sums.as_x4(), c.as_x4());
        } else if is_large {
            launch!(
                tiled_large::<{ params.trans_a }, { params.trans_b }, false>,
                [columns, rows],
                params,
                quads * 4,
                a,
                b,
                c
            );
        } else {
            launch!(
                tiled::<{ params.trans_a }, { params.trans_b }, false>,
                [columns, rows],
                params,
                quads * 4,
                a,
                b,
                c
            );
        }
    }
}

/// Tiles of 64 x 64: see [`tile_of_64`].
#[kernel(workgroup = [16, 16])]
fn tiled<const TRANS_A: bool, const TRANS_B: bool, const SPLIT: bool>(
    params: MatmulParams,
    pitch: u32,
    a: &[f32],
    b: &[f32],
    out: &mut [f32],
) {
    tile_of_64::<TRANS_A, TRANS_B, SPLIT>(params, pitch, a, b, out);
}

/// Tiles of 128 x 128, for GPUs: see [`tile_of_128`].
#[kernel(workgroup = [16, 16])]
fn tiled_large<const TRANS_A: bool, const TRANS_B: bool, const SPLIT: bool>(
    params: MatmulParams,
    pitch: u32,
    a: &[f32],
    b: &[f32],
    out: &mut [f32],
) {
    tile_of_128::<TRANS_A, TRANS_B, SPLIT>(params, pitch, a, b, out);
}

/// At most four rows of `c`: see [`thin_times`].
#[kernel(workgroup = 64)]
fn thin<const TRANS_A: bool>(params: MatmulParams, width: u32, pitch: u32, a: &[f32], b: &[f32x4], sums: &mut [f32x4]) {
    thin_times::<TRANS_A>(params, width, pitch, a, b, sums);
}

/// A block of `c`, 128 x 256: see [`block_products`].
#[kernel(workgroup = 256, needs = sm_80, max_registers = 224)]
fn wide<const TRANS_A: bool, const TRANS_B: bool, T>(params: MatmulParams, a: &[f32], b: &[T], c: &mut [T]) {
    let mut products = [[f32x4::splat(0.0); 4]; 8];
    block_products::<TRANS_A, TRANS_B, 4, 8, _, false, _>(params, a, b, &mut products);
    put_block::<4, 8, _, false, _>(&products, params, 0, c);
}

/// A part of the terms of a block 64 x 128, for [`add_parts`], `pitch` elements from the next part's. Three run on a
/// multiprocessor at a time.
#[kernel(workgroup = 128, needs = sm_80, min_groups = 3)]
fn narrow<const TRANS_A: bool, const TRANS_B: bool, T>(
    params: MatmulParams,
    pitch: u32,
    a: &[f32],
    b: &[T],
    sums: &mut [T],
) {
    let mut products = [[f32x4::splat(0.0); 2]; 8];
    block_products::<TRANS_A, TRANS_B, 2, 4, _, true, _>(params, a, b, &mut products);
    put_block::<2, 4, _, true, _>(&products, params, pitch, sums);
}

/// As [`narrow`], 128 x 64.
#[kernel(workgroup = 128, needs = sm_80, min_groups = 3)]
fn tall<const TRANS_A: bool>(params: MatmulParams, pitch: u32, a: &[f32], b: &[f32x4], sums: &mut [f32x4]) {
    let mut products = [[f32x4::splat(0.0); 2]; 8];
    block_products::<TRANS_A, false, 2, 8, _, true, _>(params, a, b, &mut products);
    put_block::<2, 8, _, true, _>(&products, params, pitch, sums);
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
