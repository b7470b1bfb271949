//! Random inputs, the same in every run: kernels on every target, calls of hostile guests, files that are no guests.
//! `WGPUC_FUZZ=20` runs twenty times as many.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod calls;
mod direct;
mod files;
mod targets;

/// How many trials to run, where `n` are enough for every day.
fn trials(n: u64) -> u64 {
    let times = std::env::var("WGPUC_FUZZ").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    n.saturating_mul(times)
}
