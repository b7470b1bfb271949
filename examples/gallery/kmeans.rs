//! Clusters of points.

use wgpuc::*;

const WORKGROUP: u32 = 256;
/// Points that a workgroup adds up: the sums of as many are exact enough, and come in the same order every time.
const CHUNK: u32 = 1024;

/// Parameters of [`kmeans_step`].
pub struct KmeansParams {
    /// Points.
    pub points: u32,
    /// Numbers of a point.
    pub dims: u32,
    /// Clusters.
    pub clusters: u32,
}

/// One step of Lloyd's: finds the nearest centroid of each point, and moves each centroid to the mean of its points.
///
/// `points` is `[dims, points]`; `centroids`, `[clusters, dims]`, become the new ones: one without points stays.
/// `nearest[p]` is the first of the old ones that no other is nearer to point `p` than.
#[op]
pub fn kmeans_step(params: KmeansParams, points: &[f32], centroids: &mut [f32], nearest: &mut [u32]) {
    require!(params.clusters > 0);
    require!(params.dims > 0);
    require!(points.len() >= params.dims * params.points);
    require!(centroids.len() >= params.clusters * params.dims);
    require!(nearest.len() >= params.points);
    let n = params.points;
    let dims = params.dims;
    let cells = params.clusters * params.dims;
    let chunks = div_ceil(n, CHUNK);
    let groups = div_ceil(cells, WORKGROUP);
    let sums = scratch::<f32x2>(chunks * cells);
    launch!(assign, [div_ceil(n, WORKGROUP)], n, dims, params.clusters, points, centroids, nearest);
    launch!(add_up, [groups, chunks], n, dims, params.clusters, chunks, points, nearest, sums);
    launch!(move_centroids, [groups], dims, params.clusters, chunks, sums, centroids);
}

#[kernel(workgroup = WORKGROUP)]
fn assign(n: u32, dims: u32, clusters: u32, points: &[f32], centroids: &[f32], nearest: &mut [u32]) {
    let p = global_id().x;
    if p < n {
        let mut best = 0;
        let mut least = f32::INFINITY;
        for c in 0..clusters {
            let mut square = 0.0;
            for d in 0..dims {
                let off = points[d * n + p] - centroids[c * dims + d];
                square += off * off;
            }
            if square < least {
                best = c;
                least = square;
            }
        }
        nearest[p] = best;
    }
}

/// For each number of each centroid, the sum over a chunk of points, and how many there were.
#[kernel(workgroup = WORKGROUP)]
fn add_up(n: u32, dims: u32, clusters: u32, chunks: u32, points: &[f32], nearest: &[u32], sums: &mut [f32x2]) {
    let cell = global_id().x;
    let chunk = workgroup_id().y;
    let cells = clusters * dims;
    if cell < cells && chunk < chunks {
        let d = cell % dims;
        let mut sum = f32x2::splat(0.0);
        for p in chunk * CHUNK..min(chunk * CHUNK + CHUNK, n) {
            if nearest[p] == cell / dims {
                sum += f32x2::new(points[d * n + p], 1.0);
            }
        }
        sums[chunk * cells + cell] = sum;
    }
}

#[kernel(workgroup = WORKGROUP)]
fn move_centroids(dims: u32, clusters: u32, chunks: u32, sums: &[f32x2], centroids: &mut [f32]) {
    let cell = global_id().x;
    let cells = clusters * dims;
    if cell < cells {
        let mut sum = f32x2::splat(0.0);
        for chunk in 0..chunks {
            sum += sums[chunk * cells + cell];
        }
        if sum.y > 0.0 {
            centroids[cell] = sum.x / sum.y;
        }
    }
}
