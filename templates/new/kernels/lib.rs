//! The kernels of {{name}}.

pub mod scale_and_add;
