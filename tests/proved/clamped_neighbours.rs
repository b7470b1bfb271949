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
        let left = if x == 0 { 0 } else { x - 1 };
        let up = if y == 0 { 0 } else { y - 1 };
        let right = min(x + 1, width - 1);
        let down = min(y + 1, height - 1);
        let row = y * width;
        next[row + x] = now[row + x] + now[row + left] + now[row + right] + now[up * width + x] + now[down * width + x];
    }
}
