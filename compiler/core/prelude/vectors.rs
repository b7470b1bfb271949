//! Arrays seen as vectors of four.

/// Which lanes of vector `i` lie below element `n`.
pub fn lanes_below(i: u32, n: u32) -> boolx4 {
    u32x4::new(0, 1, 2, 3) + i * 4 < n
}

/// Stores vector `i` of an array of `n` elements; what lies past its end stays as it was.
pub fn store_x4<V>(array: &mut [V], i: u32, n: u32, value: V) {
    if n - i * 4 >= 4 {
        array[i] = value;
    } else {
        array[i] = select(lanes_below(i, n), value, array[i]);
    }
}

/// The sum of the lanes, pairwise.
pub fn sum_lanes(self: f32x4) -> f32 {
    (self.x + self.y) + (self.z + self.w)
}
