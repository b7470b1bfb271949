//! Generated bindings: they agree with the contract, each compiles with the compiler that its users use, and those that
//! are our own do what they say.

mod against;
mod compile;
mod contract;
mod fixture;
mod tools;
