//! The wgpuc compiler: kernel source in, files out. It never touches the disk; see [`source::Sources`].
//!
//! `text -> syn -> ast -> elaborate -> ir::Kernel -> passes -> emit -> Artifact`, and
//! `ops -> plan -> Manifest -> bindings -> Files`. The main line is in [`driver`].

pub mod bindings;
pub mod diag;
pub mod driver;
pub mod elaborate;
pub mod emit;
pub mod interp;
pub mod ir;
pub mod passes;
pub mod plan;
pub mod prelude;
pub mod program;
pub mod source;
pub mod syntax;
