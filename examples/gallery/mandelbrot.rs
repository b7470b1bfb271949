//! The Mandelbrot set.

use wgpuc::*;

/// `rounds[y, x]` is the first `k` where `z_k` is further than 2 from 0, of `z_0 = 0`, `z_(k+1) = z_k^2 + c`;
/// `max-rounds` where none is. `c` is `left + x * step` and `top - y * step`; `rounds` is `[height, width]`.
#[kernel(workgroup = [16, 16], over = [width, height])]
pub fn mandelbrot(width: u32, height: u32, left: f32, top: f32, step: f32, max_rounds: u32, rounds: &mut [u32]) {
    require!(max_rounds <= 65536);
    require!(rounds.len() >= width * height);
    let at = global_id();
    if at.x < width && at.y < height {
        let re = left + at.x as f32 * step;
        let im = top - at.y as f32 * step;
        let mut x = 0.0;
        let mut y = 0.0;
        let mut k = 0;
        #[bound(max_rounds)]
        while k < max_rounds && x * x + y * y <= 4.0 {
            let next = x * x - y * y + re;
            y = 2.0 * x * y + im;
            x = next;
            k += 1;
        }
        rounds[at.y * width + at.x] = k;
    }
}
