//! An `i32` that is not negative and less than a length as `i32` is below the length, however long that is.

/// `y[i]` is `x[i + by]`, and 0 where there is none.
#[kernel(workgroup = 64, over = y.len())]
pub fn moved(by: i32, x: &[f32], y: &mut [f32]) {
    let i = global_id().x;
    if i < y.len() {
        let from = i as i32 + by;
        y[i] = if from >= 0 && from < x.len() as i32 { x[from as u32] } else { 0.0 };
    }
}
