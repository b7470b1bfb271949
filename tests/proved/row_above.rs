//! What lies a row, or a plane, before.

#[op]
pub fn differences(w: u32, h: u32, d: u32, x: &[f32], y: &mut [f32]) {
    require!(x.len() >= w * h * d);
    require!(y.len() >= w * h * d);
    require!(y.len() >= w * h);
    require!(x.len() >= w * h);
    launch!(above, [div_ceil(w, 16), div_ceil(h, 16)], w, h, x, y);
    launch!(before, [div_ceil(w, 8), div_ceil(h, 8), div_ceil(d, 4)], w, h, d, x, y);
}
#[kernel(workgroup = [16, 16])]
fn above(w: u32, h: u32, x: &[f32], y: &mut [f32]) {
    let g = global_id();
    if g.x < w && g.y < h {
        let at = g.y * w + g.x;
        if g.y > 0 {
            y[at] = x[(g.y - 1) * w + g.x] - x[at - w];
        }
    }
}
#[kernel(workgroup = [8, 8, 4])]
fn before(w: u32, h: u32, d: u32, x: &[f32], y: &mut [f32]) {
    let g = global_id();
    if g.x < w && g.y < h && g.z < d {
        let at = (g.z * h + g.y) * w + g.x;
        if g.z > 0 {
            y[at] = x[at - w * h];
        }
    }
}
