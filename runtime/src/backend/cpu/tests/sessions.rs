//! Memory, transfers, limits, and stopping.
