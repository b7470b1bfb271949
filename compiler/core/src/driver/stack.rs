//! Threads whose stacks hold whatever the parser lets through.
//!
//! Every stage recurses over expressions; [`crate::syntax`] bounds how deep those are, and this how much room that
//! takes, whichever thread the compiler is called from. The parser's own memory of places goes with the thread, too.

use std::thread::{Builder, Scope, ScopedJoinHandle, scope};

/// Some eight times what the deepest source takes in a build without optimisation.
const STACK_BYTES: usize = 32 << 20;

/// Does the work on a thread with a deep stack; on this one, where the system gives no more threads.
pub fn with_deep_stack<R: Send>(mut work: impl FnMut() -> R + Send) -> R {
    let done = scope(|scope| {
        let worker = spawn(scope, &mut work)?;
        Some(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    done.unwrap_or_else(work)
}

/// A thread with a deep stack, if the system gives one.
pub(super) fn spawn<'scope, 'env, R: Send + 'scope>(
    scope: &'scope Scope<'scope, 'env>,
    work: impl FnOnce() -> R + Send + 'scope,
) -> Option<ScopedJoinHandle<'scope, R>> {
    Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work).ok()
}
