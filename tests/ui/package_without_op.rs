/// Twice the number.
pub fn twice(x: f32) -> f32 {
    x * 2.0
}
