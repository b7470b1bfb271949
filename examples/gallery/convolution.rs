//! Filters of images.

use wgpuc::*;

/// Pixels of a tile's side, and invocations.
const TILE: u32 = 16;
/// Reach of the filter.
const RADIUS: u32 = 2;
const SIDE: u32 = 2 * RADIUS + 1;
/// A side of a tile with all that its pixels reach.
const HALO: u32 = TILE + 2 * RADIUS;

/// `output[y, x]` is the sum of `filter[j, i] * input[y + j - 2, x + i - 2]`, with zeros outside. The images are
/// `[height, width]`, the filter is `[5, 5]`.
#[kernel(workgroup = [TILE, TILE], over = [width, height])]
pub fn convolve(width: u32, height: u32, filter: &[f32], input: &[f32], output: &mut [f32]) {
    require!(filter.len() >= SIDE * SIDE);
    require!(input.len() >= width * height);
    require!(output.len() >= width * height);
    let tile = shared::<[[f32; HALO]; HALO]>();
    for i in (local_index()..HALO * HALO).step_by(TILE * TILE) {
        // Left of the image and above it, these wrap to where no pixel is.
        let x = workgroup_id().x * TILE + i % HALO - RADIUS;
        let y = workgroup_id().y * TILE + i / HALO - RADIUS;
        tile[i / HALO][i % HALO] = if x < width && y < height { input[y * width + x] } else { 0.0 };
    }
    workgroup_barrier();
    let at = global_id();
    if at.x < width && at.y < height {
        let mut sum = 0.0;
        #[unroll]
        for j in 0..SIDE {
            #[unroll]
            for i in 0..SIDE {
                sum += filter[j * SIDE + i] * tile[local_id().y + j][local_id().x + i];
            }
        }
        output[at.y * width + at.x] = sum;
    }
}
