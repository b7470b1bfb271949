//! Words that items begin with, mistyped.

/// Half as much.
fnn half(x: f32) -> f32 {
    0.5 * x
}

pub mdo other;

stuct Pair {
    a: f32,
}
