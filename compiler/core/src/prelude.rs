//! The library that every kernel sees, written in the kernel language itself.

/// The prelude's files: name and text. To add one, put it into `compiler/core/prelude/` and name it here.
#[must_use]
pub fn files() -> &'static [(&'static str, &'static str)] {
    &[
        ("block.rs", include_str!("../prelude/block.rs")),
        ("math.rs", include_str!("../prelude/math.rs")),
        ("random.rs", include_str!("../prelude/random.rs")),
        ("vectors.rs", include_str!("../prelude/vectors.rs")),
    ]
}
