//! Evaluation of the pure operations: what constants fold to and the interpreter computes.
