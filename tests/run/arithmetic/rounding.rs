//! What a device's compiler may be tempted to compute otherwise.

/// The sum of `x`, with the rounding errors carried along (Kahan 1965).
#[kernel(workgroup = 64, over = sum.len())]
pub fn compensated(x: &[f32], sum: &mut [f32]) {
    let i = global_id().x;
    if i < sum.len() {
        let mut total = 0.0;
        let mut lost = 0.0;
        for j in 0..x.len() {
            let term = x[j] - lost;
            let next = total + term;
            lost = (next - total) - term;
            total = next;
        }
        sum[i] = total;
    }
}

/// A sum, and what its rounding took away (Knuth's TwoSum).
#[kernel(workgroup = 64, over = sums.len())]
pub fn two_sums(a: &[f32], b: &[f32], sums: &mut [f32x2]) {
    let i = global_id().x;
    if i < sums.len() && i < a.len() && i < b.len() {
        let sum = a[i] + b[i];
        let b_in_sum = sum - a[i];
        sums[i] = f32x2::new(sum, (a[i] - (sum - b_in_sum)) + (b[i] - b_in_sum));
    }
}

/// Sums and products that could be regrouped, eight of each `x`.
#[kernel(workgroup = 64, over = x.len())]
pub fn regrouped(x: &[f32], y: &mut [f32]) {
    let i = global_id().x;
    if i < x.len() && y.len() >= 8 * x.len() {
        let v = x[i];
        y[i * 8] = (v + 12582912.0) - 12582912.0;
        y[i * 8 + 1] = v + 0.7 + 3.3;
        y[i * 8 + 2] = v * 0.7 * 3.3;
        y[i * 8 + 3] = (v * 1e30) * 1e-30;
        y[i * 8 + 4] = (v + 3.0) - v;
        y[i * 8 + 5] = (v + 0.1) * 3.0;
        y[i * 8 + 6] = (v - 0.1) - v;
        y[i * 8 + 7] = 0.0 - (v - v);
    }
}
