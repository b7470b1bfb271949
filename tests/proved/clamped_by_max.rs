#[op]
pub fn f(width: u32, height: u32, now: &[f32], next: &mut [f32]) {
    require!(width > 0);
    require!(height > 0);
    require!(now.len() >= width * height);
    require!(next.len() >= width * height);
    launch!(k, [div_ceil(width, 16), div_ceil(height, 16)], width, height, now, next);
}
#[kernel(workgroup = [16, 16])]
fn k(width: u32, height: u32, now: &[f32], next: &mut [f32]) {
    let x = global_id().x;
    let y = global_id().y;
    if x < width && y < height {
        next[y * width + x] = now[y * width + max(x, 1) - 1] + now[(max(y, 1) - 1) * width + x];
    }
}
