//@ file: scale.rs
//@ latin1: true
//! Größe.
