//! A quotient by what only the call knows is less than what bounds the product.

/// Adds `bias[row]` to every element of `x`, which is `[rows, columns]`.
#[op]
pub fn biased(rows: u32, columns: u32, bias: &[f32], x: &mut [f32]) {
    require!(columns > 0);
    require!(bias.len() >= rows);
    require!(x.len() >= rows * columns);
    launch!(add, [div_ceil(rows * columns, 64)], rows, columns, bias, x);
}

#[kernel(workgroup = 64)]
fn add(rows: u32, columns: u32, bias: &[f32], x: &mut [f32]) {
    let i = global_id().x;
    if i < rows * columns {
        x[i] += bias[i / columns];
    }
}

/// The sums of the whole rows of `x`.
#[kernel(workgroup = 64, over = sums.len())]
pub fn row_sums(columns: u32, x: &[f32], sums: &mut [f32]) {
    let row = global_id().x;
    if row < sums.len() && row < x.len() / columns {
        let mut sum = 0.0;
        for column in 0..columns {
            sum += x[row * columns + column];
        }
        sums[row] = sum;
    }
}
