//! Targets.

pub mod cpu;
pub mod wgsl;
