//! Every operation, against Rust.
