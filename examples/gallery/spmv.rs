//! A sparse matrix times a vector.

use wgpuc::*;

const WORKGROUP: u32 = 256;
/// Invocations that share a row: neighbours read neighbouring elements.
const LANES: u32 = 8;

/// `y = A * x`, where row `r` of `A` has the elements `starts[r]..starts[r + 1]` of `values`, each in the column that
/// `columns` says (CSR). An element past the end, or a column past the end of `x`, is a device error.
#[op]
pub fn spmv(starts: &[u32], columns: &[u32], values: &[f32], x: &[f32], y: &mut [f32]) {
    require!(columns.len() == values.len());
    require!(starts.len() >= y.len() + 1);
    launch!(multiply_rows, [div_ceil(y.len(), WORKGROUP / LANES)], starts, columns, values, x, y);
}

#[kernel(workgroup = WORKGROUP)]
fn multiply_rows(starts: &[u32], columns: &[u32], values: &[f32], x: &[f32], y: &mut [f32]) {
    let parts = shared::<[[f32; LANES]; WORKGROUP / LANES]>();
    let own = local_index() / LANES;
    let lane = local_index() % LANES;
    let row = workgroup_id().x * (WORKGROUP / LANES) + own;
    let mut sum = 0.0;
    if row < y.len() {
        let end = starts[row + 1];
        if end > values.len() {
            fault!("end of a row", end, values.len() + 1);
        }
        for i in (starts[row] + lane..min(end, values.len())).step_by(LANES) {
            sum += values[i] * x[columns[i]];
        }
    }
    parts[own][lane] = sum;
    workgroup_barrier();
    if row < y.len() && lane == 0 {
        let mut total = 0.0;
        #[unroll]
        for l in 0..LANES {
            total += parts[own][l];
        }
        y[row] = total;
    }
}
