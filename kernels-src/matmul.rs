//! Products of matrices.

/// Parameters of [`kernel_matmul`].
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

/// Rows and columns of `c` that a workgroup computes.
const TILE: u32 = 64;
/// Terms of the sums that it takes at a time.
const DEPTH: u32 = 16;
/// Vectors of four in a tile's row.
const QUADS: u32 = 16;

/// c = alpha * op(a) * op(b) + beta * c
///
/// `a` is `[m, k]`, or `[k, m]` with `trans-a`; `b` is `[k, n]`, or `[n, k]` with `trans-b`; `c` is `[m, n]`.
#[op]
pub fn kernel_matmul(params: MatmulParams, a: &[f32], b: &[f32], c: &mut [f32]) {
    require!(params.m > 0);
    require!(params.n > 0);
    require!(a.len() >= params.m * params.k);
    require!(b.len() >= params.k * params.n);
    require!(c.len() >= params.m * params.n);
    let columns = div_ceil(params.n, TILE);
    let rows = div_ceil(params.m, TILE);
    launch!(
        tiled::<{ params.trans_a }, { params.trans_b }>,
        [columns, rows],
        params.m,
        params.k,
        params.n,
        params.alpha,
        params.beta,
        a,
        b,
        c
    );
}

/// Each invocation computes 4 x 4 of a 64 x 64 tile from two tiles in workgroup memory, both stored with the terms of
/// the sums outermost, so that its four rows and its four columns are one vector each.
#[kernel(workgroup = [16, 16])]
fn tiled<const TRANS_A: bool, const TRANS_B: bool>(
    m: u32,
    k: u32,
    n: u32,
    alpha: f32,
    beta: f32,
    a: &[f32],
    b: &[f32],
    c: &mut [f32],
) {
    let a_tile = shared::<[[f32x4; QUADS]; DEPTH]>();
    let b_tile = shared::<[[f32x4; QUADS]; DEPTH]>();
    let row0 = workgroup_id().y * TILE;
    let column0 = workgroup_id().x * TILE;
    let x = local_id().x;
    let y = local_id().y;
    let mut sums = [f32x4::splat(0.0); 4];
    for depth0 in (0..k).step_by(DEPTH) {
        load_tile::<{ !TRANS_A }>(a, row0, m, depth0, k, a_tile);
        load_tile::<TRANS_B>(b, column0, n, depth0, k, b_tile);
        workgroup_barrier();
        #[unroll]
        for d in 0..DEPTH {
            let av = a_tile[d][y];
            let bv = b_tile[d][x];
            #[unroll]
            for i in 0..4 {
                sums[i] = bv.mul_add(f32x4::splat(av[i]), sums[i]);
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
            if row < m && column < n {
                let at = row * n + column;
                let product = alpha * sums[i][j];
                if beta == 0.0 {
                    c[at] = product;
                } else {
                    c[at] = product + beta * c[at];
                }
            }
        }
    }
}

/// Loads 64 rows (or columns) of `DEPTH` terms. `DEPTH_INNER`: neighbouring terms of one row lie side by side in
/// memory; else neighbouring rows of one term do. Either way neighbouring invocations read neighbouring elements.
fn load_tile<const DEPTH_INNER: bool>(
    source: &[f32],
    first: u32,
    limit: u32,
    depth0: u32,
    k: u32,
    tile: &mut [[f32x4; QUADS]; DEPTH],
) {
    let t = local_index();
    let d = if DEPTH_INNER { t % DEPTH } else { t / QUADS };
    let q = if DEPTH_INNER { t / DEPTH } else { t % QUADS };
    let depth = depth0 + d;
    let mut value = f32x4::splat(0.0);
    if depth < k {
        #[unroll]
        for i in 0..4 {
            let row = first + q * 4 + i;
            if row < limit {
                value[i] = source[if DEPTH_INNER { row * k + depth } else { depth * limit + row }];
            }
        }
    }
    tile[d][q] = value;
}
