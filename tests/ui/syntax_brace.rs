//! The `{` of the `if` is missing: the `}` that is left over stands far behind it.

/// Twice as much.
#[kernel(workgroup = 64, over = output.len())]
pub fn twice(x: &[f32], output: &mut [f32]) {
    let i = global_id().x;
    if i < output.len()
        // As many as there are.
        && i < x.len()
    {
        let y = x[i];
        if y > 0.0
            output[i] = 2.0 * y;
        }
    }
}
