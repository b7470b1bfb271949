//! The passes over the IR, one module each.

pub mod bounds;
pub mod divisions;
pub mod explicit;
pub mod finding;
pub mod limits;
pub mod lower_copies;
pub mod lower_for;
pub mod lower_narrow;
pub mod lower_views;
pub mod races;
pub mod simplify;
pub mod uniformity;
