//! The macros of kernel files; `launch!` is in `macros/`.

/// `require!(cond)`: else the call of the op fails with `invalid-params`, naming both sides and their values. All
/// `require!`s that a call meets are checked before its first launch.
#[macro_export]
macro_rules! require {
    ($condition:expr) => {
        $crate::__prelude::required($condition)
    };
}

/// `fault!("sample", value, bound)`: marks the launch as failed: `value` should have been below `bound`. Goes on.
#[macro_export]
macro_rules! fault {
    ($what:literal, $value:expr, $bound:expr) => {
        $crate::__prelude::failed($value, $bound)
    };
    ($value:expr, $bound:expr) => {
        $crate::__prelude::failed($value, $bound)
    };
}

/// `supports!(subgroups)`: whether the device has a feature: `subgroups`, `f16`, `int64`; of NVIDIA's `sm_80`, `sm_90`,
/// `sm_90a`. Constant in a kernel, which is compiled once without and once with the feature.
#[macro_export]
macro_rules! supports {
    (subgroups) => {
        $crate::__prelude::never()
    };
    (f16) => {
        $crate::__prelude::never()
    };
    (int64) => {
        $crate::__prelude::never()
    };
    (sm_80) => {
        $crate::__prelude::never()
    };
    (sm_90) => {
        $crate::__prelude::never()
    };
    (sm_90a) => {
        $crate::__prelude::never()
    };
}
