//! Elements that are smaller than a word of WGSL.

/// Adds to bytes, which share words, and scales halves, four at a time.
#[op]
pub fn brighten(by: i32, scale: f32, pixels: &mut [u8], gains: &mut [bf16]) {
    launch!(add, [div_ceil(pixels.len(), 64)], by, pixels);
    launch!(multiply, [div_ceil(gains.len(), 256)], scale, gains.as_x4());
}

#[kernel(workgroup = 64)]
fn add(by: i32, pixels: &mut [u8]) {
    let i = global_id().x;
    if i < pixels.len() {
        pixels[i] = (pixels[i] as i32 + by).clamp(0, 255) as u8;
    }
}

#[kernel(workgroup = 64)]
fn multiply(scale: f32, gains: &mut [bf16x4]) {
    let i = global_id().x;
    if i < gains.len() {
        gains[i] = (gains[i].cast::<f32>() * scale).cast::<bf16>();
    }
}
