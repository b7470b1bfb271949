//! Numbers without a point among floats, before and behind them.

/// Twice as much.
#[kernel(workgroup = 64, over = y.len())]
pub fn twice(x: &[f32], y: &mut [f32]) {
    let i = global_id().x;
    if i < y.len() && i < x.len() {
        let a = 2 * x[i];
        let b = max(0, x[i]);
        let c = x[i] * 2;
        y[i] = a + b + c;
    }
}
