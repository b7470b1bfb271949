//! What the tests share: devices as tests use them, the interpreter as a device, random inputs.

pub mod interpreter;
pub mod machine;
pub mod random;
