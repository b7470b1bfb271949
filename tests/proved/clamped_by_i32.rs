//! A blur, whose coordinates go below zero before they are clamped.

#[op]
pub fn blur(width: u32, height: u32, image: &[f32], out: &mut [f32]) {
    require!(width <= 0x7fff_ffff);
    require!(height <= 0x7fff_ffff);
    require!(image.len() >= width * height);
    require!(out.len() >= width * height);
    launch!(k_blur, [div_ceil(width, 16), div_ceil(height, 16)], width, height, image, out);
}
#[kernel(workgroup = [16, 16])]
fn k_blur(width: u32, height: u32, image: &[f32], out: &mut [f32]) {
    let x = global_id().x;
    let y = global_id().y;
    if x < width && y < height {
        let mut sum = 0.0;
        for dy in -1..2 {
            for dx in -1..2 {
                let column = (x as i32 + dx).clamp(0, width as i32 - 1) as u32;
                let row = (y as i32 + dy).clamp(0, height as i32 - 1) as u32;
                sum += image[row * width + column];
            }
        }
        out[y * width + x] = sum / 9.0;
    }
}
