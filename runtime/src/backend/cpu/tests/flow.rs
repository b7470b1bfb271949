//! Control flow, and what crosses barriers.
