//! Coordinates that are compared with both ends.

#[op]
pub fn sums(width: u32, height: u32, image: &[f32], out: &mut [f32]) {
    require!(width <= 0x7fff_ffff);
    require!(height <= 0x7fff_ffff);
    require!(image.len() >= width * height);
    require!(out.len() >= width * height);
    launch!(k_sums, [div_ceil(width, 16), div_ceil(height, 16)], width, height, image, out);
}
#[kernel(workgroup = [16, 16])]
fn k_sums(width: u32, height: u32, image: &[f32], out: &mut [f32]) {
    let x = global_id().x as i32;
    let y = global_id().y as i32;
    if x < width as i32 && y < height as i32 {
        let mut sum = 0.0;
        for d in -2..3 {
            let column = x + d;
            if column >= 0 && column < width as i32 {
                sum += image[y as u32 * width + column as u32];
            }
        }
        out[y as u32 * width + x as u32] = sum;
    }
}
