//! Blocks of a product by NVIDIA's asynchronous copies, for [`matmul`](super::matmul): tiles are on their way to workgroup
//! memory while those before are multiplied.

use crate::matmul::MatmulParams;
use crate::matmul_tiles::*;
use wgpuc::*;

/// Terms that a workgroup takes at a time.
const TERMS: u32 = 16;
/// So many tiles are in workgroup memory, or on their way there.
const STAGES: u32 = 4;

/// This invocation's products of a block of `c`, by two rows of `WARPS` warps, each of `LANES` rows of lanes: eight rows, and
/// `VECTORS` vectors of four columns. The vectors of the next term are read while those of this one are multiplied. With more
/// than one workgroup along y, each takes a part of the terms.
#[device]
pub fn block_products<
    const TRANS_A: bool,
    const TRANS_B: bool,
    const WARPS: u32,
    const LANES: u32,
    const VECTORS: u32,
    const SPLIT: bool,
    T,
>(
    params: MatmulParams,
    a: &[f32],
    b: &[T],
    products: &mut [[f32x4; VECTORS]; 8],
) {
    const THREADS: u32 = WARPS * 64;
    const ROWS: u32 = LANES * 16;
    const ACROSS: u32 = 32 / LANES;
    const COLUMNS: u32 = WARPS * ACROSS * VECTORS * 4;
    let a_tiles = shared::<[[[f32; ROWS + 4]; TERMS]; STAGES]>();
    let b_tiles = shared::<[[[f32; COLUMNS + 4]; TERMS]; STAGES]>();
    let a_vectors = a_tiles.as_x4();
    let b_vectors = b_tiles.as_x4();
    let (row0, column0) = block_origin::<ROWS, COLUMNS>(params.m, params.n);
    let (row, column) = place_in_block::<WARPS, LANES, VECTORS>();

    let tiles = div_ceil(params.k, TERMS);
    let per_part = if SPLIT { div_ceil(tiles, num_workgroups().y) } else { tiles };
    let first = if SPLIT { min(workgroup_id().y * per_part, tiles) } else { 0 };
    let last = if SPLIT { min(first + per_part, tiles) } else { tiles };
    for tile in first..first + STAGES - 1 {
        copy_block::<TRANS_A, TRANS_B, THREADS, _, _, _>(a, b, row0, column0, params, tile, last, a_tiles, b_tiles);
    }
    copy_wait::<{ STAGES - 2 }>();
    workgroup_barrier();
    let mut av = [[f32x4::splat(0.0); 2]; 2];
    let mut bv = [[f32x4::splat(0.0); VECTORS]; 2];
    read_term(&a_vectors[first % STAGES], 0, row, LANES, &mut av[0]);
    read_term(&b_vectors[first % STAGES], 0, column, ACROSS, &mut bv[0]);
    for tile in first..last {
        let ahead = tile + STAGES - 1;
        copy_block::<TRANS_A, TRANS_B, THREADS, _, _, _>(a, b, row0, column0, params, ahead, last, a_tiles, b_tiles);
        #[unroll]
        for d in 0..TERMS {
            if d + 1 < TERMS {
                read_term(&a_vectors[tile % STAGES], d + 1, row, LANES, &mut av[(d + 1) % 2]);
                read_term(&b_vectors[tile % STAGES], d + 1, column, ACROSS, &mut bv[(d + 1) % 2]);
            } else {
                copy_wait::<{ STAGES - 2 }>();
                workgroup_barrier();
                read_term(&a_vectors[(tile + 1) % STAGES], 0, row, LANES, &mut av[0]);
                read_term(&b_vectors[(tile + 1) % STAGES], 0, column, ACROSS, &mut bv[0]);
            }
            multiply(&av[d % 2], &bv[d % 2], products);
        }
    }
}

/// Starts to copy a tile of both matrices, where it is before the last, to where tiles lie in turn.
#[device]
fn copy_block<
    const TRANS_A: bool,
    const TRANS_B: bool,
    const THREADS: u32,
    T,
    const PITCH_A: u32,
    const PITCH_B: u32,
>(
    a: &[f32],
    b: &[T],
    row0: u32,
    column0: u32,
    params: MatmulParams,
    tile: u32,
    last: u32,
    a_tiles: &mut [[[f32; PITCH_A]; TERMS]; STAGES],
    b_tiles: &mut [[[f32; PITCH_B]; TERMS]; STAGES],
) {
    if tile < last {
        let (term0, at) = (tile * TERMS, tile % STAGES);
        copy_tile::<{ !TRANS_A }, THREADS, PITCH_A, TERMS>(a, row0, params.m, term0, params.k, &mut a_tiles[at]);
        if T::LANES == 4 {
            copy_vectors::<THREADS, PITCH_B, TERMS>(b, column0 / 4, params.n / 4, term0, params.k, &mut b_tiles[at]);
        } else {
            copy_tile::<TRANS_B, THREADS, PITCH_B, TERMS>(b, column0, params.n, term0, params.k, &mut b_tiles[at]);
        }
    }
    copy_commit();
}

/// Stores an invocation's products in `out`: as elements of `c`, or where `SPLIT`, as sums of a part of the terms, `pitch`
/// elements from the next part's. ptxas wants the block's place apart: with it in `row` and `column`, the loop before this
/// gets other registers, and large products run 5 % slower.
#[device]
pub fn put_block<const WARPS: u32, const LANES: u32, const VECTORS: u32, const SPLIT: bool, T>(
    products: &[[f32x4; VECTORS]; 8],
    params: MatmulParams,
    pitch: u32,
    out: &mut [T],
) {
    const ACROSS: u32 = 32 / LANES;
    let (row0, column0) = block_origin::<{ LANES * 16 }, { WARPS * ACROSS * VECTORS * 4 }>(params.m, params.n);
    let (row, column) = place_in_block::<WARPS, LANES, VECTORS>();
    // In elements of `out`.
    let width = params.n / T::LANES;
    #[unroll]
    for i in 0..8 {
        let at_row = row0 + (row + i / 4 * LANES) * 4 + i % 4;
        if at_row < params.m {
            #[unroll]
            for j in 0..VECTORS {
                #[unroll]
                for lane in 0..4 / T::LANES {
                    let at_column = column0 / T::LANES + (column + j * ACROSS) * (4 / T::LANES) + lane;
                    if at_column < width {
                        let product = if T::LANES == 4 { products[i][j] } else { products[i][j][lane] };
                        put_or_part::<SPLIT, _>(
                            out,
                            at_row * width + at_column,
                            workgroup_id().y * pitch,
                            params,
                            product,
                        );
                    }
                }
            }
        }
    }
}

/// Where an invocation's products lie in a block: the first vector of rows, and of columns.
fn place_in_block<const WARPS: u32, const LANES: u32, const VECTORS: u32>() -> (u32, u32) {
    let warp = local_index() / 32;
    let row = warp / WARPS * (LANES * 2) + local_index() % LANES;
    let column = warp % WARPS * (VECTORS * (32 / LANES)) + local_index() % 32 / LANES;
    (row, column)
}
