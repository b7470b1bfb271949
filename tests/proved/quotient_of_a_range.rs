#[op]
pub fn f(length: u32, count: u32, x: &[f32], y: &mut [f32]) {
    require!(length > 0);
    require!(count > 0);
    require!(x.len() >= length * count);
    require!(y.len() >= length * count);
    launch!(k, [div_ceil(count, 4)], length, count, x, y);
}
#[kernel(workgroup = 256)]
fn k(length: u32, count: u32, x: &[f32], y: &mut [f32]) {
    let first = workgroup_id().x * 4;
    for i in (local_index()..length * 4).step_by(256) {
        let j = i / 4;
        if first + i % 4 < count {
            y[j * count + first + i % 4] = x[j * count + first + i % 4];
        }
    }
}
