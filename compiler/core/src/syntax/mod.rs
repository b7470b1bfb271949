//! Source text to syntax tree. The only place that knows `syn`.

pub mod ast;
