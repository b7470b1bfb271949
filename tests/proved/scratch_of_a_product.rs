#[op]
pub fn f(clusters: u32, dims: u32, chunks: u32, x: &[f32], y: &mut [f32]) {
    require!(clusters > 0);
    require!(dims > 0);
    require!(chunks > 0);
    let cells = clusters * dims;
    require!(y.len() >= cells);
    let sums = scratch::<f32>(chunks * cells);
    launch!(fill, [div_ceil(chunks * cells, 64)], x, sums);
    launch!(add_up, [div_ceil(cells, 64)], dims, cells, chunks, sums, y);
}
#[kernel(workgroup = 64)]
fn fill(x: &[f32], sums: &mut [f32]) {
    let i = global_id().x;
    if i < sums.len() && i < x.len() {
        sums[i] = x[i];
    }
}
#[kernel(workgroup = 64)]
fn add_up(dims: u32, cells: u32, chunks: u32, sums: &[f32], y: &mut [f32]) {
    let cell = global_id().x;
    if cell < cells {
        let mut sum = 0.0;
        for chunk in 0..chunks {
            sum += sums[chunk * cells + cell];
        }
        y[cell] = sum * dims as f32;
    }
}
