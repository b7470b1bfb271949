//! The standard kernels of `wasi:gpu`, compiled and embedded.

include!(concat!(env!("OUT_DIR"), "/kernels/bundle.rs"));

