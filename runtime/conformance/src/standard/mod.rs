//! The standard kernels against plain references in float64, the edges of their contract, and hostile arguments.

mod average;
mod batch_predict;
mod bootstrap_sample;
mod elementwise;
mod find_split;
mod matmul;
mod reduce;

use crate::{Case, Outcome};

/// All cases of the standard kernels, in the order of their ops.
#[must_use]
pub fn cases() -> Vec<Case> {
    let all = [
        bootstrap_sample::cases(),
        find_split::cases(),
        average::cases(),
        matmul::cases(),
        elementwise::cases(),
        reduce::cases(),
        batch_predict::cases(),
    ];
    all.into_iter().flatten().collect()
}

/// Fails unless a call fails with a message that has all these words.
fn refused(result: Result<(), wgpuc_runtime::GpuError>, words: &[&str]) -> Outcome {
    let Err(error) = result else { return Err("the call should have been refused".into()) };
    let text = format!("{error:?}");
    match words.iter().find(|word| !text.contains(**word)) {
        Some(word) => Err(format!("the message lacks `{word}`: {text}").into()),
        None => Ok(()),
    }
}
