//! Products on every device, for [`matmul`](super::matmul): tiles within 16 KiB of workgroup memory, and few rows without.

use crate::matmul::MatmulParams;
use crate::matmul_tiles::*;
use wgpuc::*;

/// Rows and columns of `c` that a workgroup of [`tile_of_64`] computes.
pub const TILE: u32 = 64;
/// Terms of the sums that it takes at a time.
const DEPTH: u32 = 16;
/// Vectors of four in a tile's row.
const QUADS: u32 = 16;

/// Each invocation computes 4 x 4 of a 64 x 64 tile from two tiles in workgroup memory, both stored with the terms of
/// the sums outermost, so that its four rows and its four columns are one vector each.
///
/// Where `SPLIT`, each workgroup along z takes a part of the terms, and `out` holds the parts' sums for another kernel to add,
/// `pitch` elements from one to the next; else it is `c`.
#[device]
pub fn tile_of_64<const TRANS_A: bool, const TRANS_B: bool, const SPLIT: bool>(
    params: MatmulParams,
    pitch: u32,
    a: &[f32],
    b: &[f32],
    out: &mut [f32],
) {
    let a_tile = shared::<[[f32x4; QUADS]; DEPTH]>();
    let b_tile = shared::<[[f32x4; QUADS]; DEPTH]>();
    let row0 = workgroup_id().y * TILE;
    let column0 = workgroup_id().x * TILE;
    let x = local_id().x;
    let y = local_id().y;
    let (a_term, a_vector) = place_in_tile::<{ !TRANS_A }, DEPTH>();
    let (b_term, b_vector) = place_in_tile::<TRANS_B, DEPTH>();
    let mut products = [f32x4::splat(0.0); 4];
    let (first, last) = part_of_tiles::<SPLIT>(div_ceil(params.k, DEPTH));
    for tile in first..last {
        let depth0 = tile * DEPTH;
        a_tile[a_term][a_vector] =
            load_vector::<{ !TRANS_A }>(a, row0 + a_vector * 4, params.m, depth0 + a_term, params.k);
        b_tile[b_term][b_vector] =
            load_vector::<TRANS_B>(b, column0 + b_vector * 4, params.n, depth0 + b_term, params.k);
        workgroup_barrier();
        // The vectors of the next term are read before those of this one are multiplied.
        let mut av = [a_tile[0][y], f32x4::splat(0.0)];
        let mut bv = [b_tile[0][x], f32x4::splat(0.0)];
        #[unroll]
        for d in 0..DEPTH {
            if d + 1 < DEPTH {
                av[(d + 1) % 2] = a_tile[d + 1][y];
                bv[(d + 1) % 2] = b_tile[d + 1][x];
            }
            #[unroll]
            for i in 0..4 {
                products[i] = bv[d % 2].mul_add(f32x4::splat(av[d % 2][i]), products[i]);
            }
        }
        workgroup_barrier();
    }
    #[unroll]
    for i in 0..4 {
        #[unroll]
        for j in 0..4 {
            let row = row0 + y * 4 + i;
            let column = column0 + x * 4 + j;
            if row < params.m && column < params.n {
                let part = workgroup_id().z * pitch;
                put_or_part::<SPLIT, _>(out, row * params.n + column, part, params, products[i][j]);
            }
        }
    }
}

/// As [`tile_of_64`], with 8 x 8 of a 128 x 128 tile, for GPUs; a part of the terms where `SPLIT`. The next tiles are read
/// before the products of those at hand, and stored after them.
#[device]
pub fn tile_of_128<const TRANS_A: bool, const TRANS_B: bool, const SPLIT: bool>(
    params: MatmulParams,
    pitch: u32,
    a: &[f32],
    b: &[f32],
    out: &mut [f32],
) {
    let a_tiles = shared::<[[[f32x4; 32]; 8]; 2]>();
    let b_tiles = shared::<[[[f32x4; 32]; 8]; 2]>();
    let row0 = workgroup_id().y * 128;
    let column0 = workgroup_id().x * 128;
    let x = local_id().x;
    let y = local_id().y;
    let (a_term, a_vector) = place_in_tile::<{ !TRANS_A }, 8>();
    let (b_term, b_vector) = place_in_tile::<TRANS_B, 8>();
    let (first, last) = part_of_tiles::<SPLIT>(div_ceil(params.k, 8));
    let depth0 = first * 8;
    a_tiles[0][a_term][a_vector] =
        load_vector::<{ !TRANS_A }>(a, row0 + a_vector * 4, params.m, depth0 + a_term, params.k);
    b_tiles[0][b_term][b_vector] =
        load_vector::<TRANS_B>(b, column0 + b_vector * 4, params.n, depth0 + b_term, params.k);
    workgroup_barrier();
    let mut products = [[f32x4::splat(0.0); 2]; 8];
    for tile in 0..last - first {
        let depth = depth0 + (tile + 1) * 8;
        let next_a = load_vector::<{ !TRANS_A }>(a, row0 + a_vector * 4, params.m, depth + a_term, params.k);
        let next_b = load_vector::<TRANS_B>(b, column0 + b_vector * 4, params.n, depth + b_term, params.k);
        let mut av = [[f32x4::splat(0.0); 2]; 2];
        let mut bv = [[f32x4::splat(0.0); 2]; 2];
        read_term(&a_tiles[tile % 2], 0, y, 16, &mut av[0]);
        read_term(&b_tiles[tile % 2], 0, x, 16, &mut bv[0]);
        #[unroll]
        for d in 0..8 {
            if d + 1 < 8 {
                read_term(&a_tiles[tile % 2], d + 1, y, 16, &mut av[(d + 1) % 2]);
                read_term(&b_tiles[tile % 2], d + 1, x, 16, &mut bv[(d + 1) % 2]);
            }
            #[unroll]
            for i in 0..8 {
                #[unroll]
                for step in 0..2 {
                    let j = if i % 2 == 0 { step } else { 1 - step };
                    products[i][j] = bv[d % 2][j].mul_add(f32x4::splat(av[d % 2][i / 4][i % 4]), products[i][j]);
                }
            }
        }
        a_tiles[(tile + 1) % 2][a_term][a_vector] = next_a;
        b_tiles[(tile + 1) % 2][b_term][b_vector] = next_b;
        workgroup_barrier();
    }
    #[unroll]
    for i in 0..8 {
        #[unroll]
        for j in 0..8 {
            let row = row0 + (y + i / 4 * 16) * 4 + i % 4;
            let column = column0 + (x + j / 4 * 16) * 4 + j % 4;
            if row < params.m && column < params.n {
                let part = workgroup_id().z * pitch;
                put_or_part::<SPLIT, _>(out, row * params.n + column, part, params, products[i][j / 4][j % 4]);
            }
        }
    }
}

/// The tiles of terms that this workgroup takes of so many: from the first to before the last.
#[device]
fn part_of_tiles<const SPLIT: bool>(tiles: u32) -> (u32, u32) {
    if SPLIT {
        let per_part = div_ceil(tiles, num_workgroups().z);
        let first = min(workgroup_id().z * per_part, tiles);
        (first, min(first + per_part, tiles))
    } else {
        (0, tiles)
    }
}

/// At most four rows of `c`, whose time is that of reading `b` once: each invocation takes one vector of columns, and each
/// workgroup along y a part of the terms, whose sums it leaves for another kernel to add, `pitch` vectors from the next ones.
/// `width` counts the vectors of columns: NVIDIA's Vulkan compiler makes a slower loop of what the kernel computes itself.
#[device]
pub fn thin_times<const TRANS_A: bool>(
    params: MatmulParams,
    width: u32,
    pitch: u32,
    a: &[f32],
    b: &[f32x4],
    sums: &mut [f32x4],
) {
    let quad = global_id().x;
    let per_part = div_ceil(params.k, num_workgroups().y);
    let first = min(workgroup_id().y * per_part, params.k);
    let last = min(first + per_part, params.k);
    if quad < width {
        let mut products = [f32x4::splat(0.0); 4];
        for term in first..last {
            let bv = b[term * width + quad];
            #[unroll]
            for row in 0..4 {
                let at = min(row, params.m - 1);
                let factor = a[if TRANS_A { term * params.m + at } else { at * params.k + term }];
                products[row] = bv.mul_add(f32x4::splat(factor), products[row]);
            }
        }
        #[unroll]
        for row in 0..4 {
            if row < params.m {
                sums[workgroup_id().y * pitch + row * width + quad] = products[row];
            }
        }
    }
}
