//! Heat that spreads over a plate.

use wgpuc::*;

/// One step: `next[y, x] = now[y, x] + rate * d`, with `d` the sum of the differences of the four neighbours to it. At
/// its edges, which nothing passes, the plate goes on as its edge. Both are `[height, width]`; a `rate` of up to 0.25
/// is stable.
#[kernel(workgroup = [64, 4], over = [width, height])]
pub fn heat_step(width: u32, height: u32, rate: f32, now: &[f32], next: &mut [f32]) {
    require!(now.len() >= width * height);
    require!(next.len() >= width * height);
    let x = global_id().x;
    let y = global_id().y;
    if x < width && y < height {
        let row = y * width;
        let own = now[row + x];
        let sides = now[row + x - min(x, 1)] + now[row + min(x + 1, width - 1)];
        let ends = now[(y - min(y, 1)) * width + x] + now[min(y + 1, height - 1) * width + x];
        next[row + x] = own + rate * (sides + ends - 4.0 * own);
    }
}
