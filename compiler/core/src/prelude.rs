//! The library that every kernel sees, written in the kernel language itself.

/// The prelude's files: name and text. To add one, put it into `compiler/core/prelude/` and name it here.
#[must_use]
pub fn files() -> &'static [(&'static str, &'static str)] {
    &[
        ("block.rs", include_str!("../prelude/block.rs")),
        ("exponential.rs", include_str!("../prelude/exponential.rs")),
        ("integer.rs", include_str!("../prelude/integer.rs")),
        ("math.rs", include_str!("../prelude/math.rs")),
        ("power.rs", include_str!("../prelude/power.rs")),
        ("random.rs", include_str!("../prelude/random.rs")),
        ("trigonometry.rs", include_str!("../prelude/trigonometry.rs")),
        ("vectors.rs", include_str!("../prelude/vectors.rs")),
    ]
}
