//! Variables that a loop counts up, always or in some rounds.

/// The numbers of `x` that are above `low`, and how many they are.
#[kernel(workgroup = 1, over = count.len())]
pub fn kept(low: f32, x: &[f32], y: &mut [f32], count: &mut [u32]) {
    let mut n = 0;
    if y.len() >= x.len() && global_id().x < count.len() {
        for i in 0..x.len() {
            if x[i] > low {
                y[n] = x[i];
                n += 1;
            }
        }
        count[global_id().x] = n;
    }
}

/// Each workgroup's own kept numbers, in an array.
#[kernel(workgroup = 64, over = sums.len())]
pub fn middle(x: &[f32], sums: &mut [f32]) {
    let i = global_id().x;
    let mut near = [0.0; 8];
    let mut n = 0;
    if i < sums.len() && i < x.len() {
        for k in 0..8 {
            let at = i + k;
            if at >= x.len() {
                break;
            }
            if x[at] > 0.0 {
                near[n] = x[at];
                n += 1;
            }
        }
        let mut sum = 0.0;
        for k in 0..n {
            sum += near[k];
        }
        sums[i] = sum;
    }
}

/// Sums of columns, by an index that moves on from row to row.
#[op]
pub fn column_sums(rows: u32, columns: u32, x: &[f32], sums: &mut [f32]) {
    require!(x.len() >= rows * columns);
    require!(sums.len() >= columns);
    launch!(add_column, [div_ceil(columns, 64)], rows, columns, x, sums);
}

#[kernel(workgroup = 64)]
fn add_column(rows: u32, columns: u32, x: &[f32], sums: &mut [f32]) {
    let column = global_id().x;
    if column < columns {
        let mut at = column;
        let mut sum = 0.0;
        for _ in 0..rows {
            sum += x[at];
            at += columns;
        }
        sums[column] = sum;
    }
}
