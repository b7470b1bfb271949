//! The sum of each row of a matrix, or its mean.

/// Parameters of [`row_sums`].
pub struct RowParams {
    /// Rows.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
    /// What to compute.
    pub what: What,
}

/// What to compute.
pub enum What {
    /// The sum.
    Sum,
    /// The mean.
    Mean,
}

/// `output[r]` is the sum, or the mean, of row `r` of `input`, which is `[rows, columns]`.
#[op]
pub fn row_sums(params: RowParams, input: &[f32], output: &mut [f32]) {
    require!(params.columns > 0);
    require!(input.len() >= params.rows * params.columns);
    require!(output.len() >= params.rows);
    let sums = scratch::<f32>(params.rows);
    let groups = div_ceil(params.rows, 64);
    launch!(add_rows, [groups], params.rows, params.columns, input, sums);
    launch!(finish::<{ params.what }>, [groups], params.rows, params.columns, sums, output);
}

#[kernel(workgroup = 64)]
fn add_rows(rows: u32, columns: u32, input: &[f32], sums: &mut [f32]) {
    let row = global_id().x;
    if row < rows {
        let mut sum = 0.0;
        for column in 0..columns {
            sum += input[row * columns + column];
        }
        sums[row] = sum;
    }
}

#[kernel(workgroup = 64)]
fn finish<const WHAT: What>(rows: u32, columns: u32, sums: &[f32], output: &mut [f32]) {
    let row = global_id().x;
    if row >= rows {
        return;
    }
    output[row] = match WHAT {
        What::Sum => sums[row],
        What::Mean => sums[row] / columns as f32,
    };
}
