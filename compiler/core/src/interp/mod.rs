//! The interpreter of the IR: the definition of what a kernel means. Every target is tested against it.
//!
//! In: a verified [`Kernel`] and a [`Launch`]; out: the launch's buffers as the kernel leaves them, and an
//! [`Outcome`]. It must not depend on anything that a target does, and never panics.
//!
//! Workgroups, and within one the invocations between two barriers, run in an order that the seed fixes. Content
//! that nothing has written (shared memory that is not zeroed, slots) is a pattern that depends on the seed. So a
//! kernel whose result depends on what it must not depend on gives different results for different seeds. What
//! has no meaning at all is an [`Error`]: divergent barriers, races, accesses that a pass wrongly called safe.

mod code;
mod compare;
mod copy;
mod error;
mod group;
mod memory;
mod race;
mod step;
mod subgroup;

#[cfg(test)]
pub(crate) use compare::assert_same;
pub use compare::{difference, random_launch};
pub use error::{Error, RaceSide};

use crate::ir::random::Rng;
use crate::ir::{Const, Kernel, ParamKind, SiteId, Type, verify};
use crate::source::Span;

/// What a launch passes.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// Workgroups along each axis.
    pub grid: [u32; 3],
    /// One per parameter of the kernel.
    pub args: Vec<Arg>,
    /// Device memory: each buffer's bytes, without the padding to 16 bytes that it has in memory, which starts as
    /// zeros.
    pub buffers: Vec<Vec<u8>>,
}

/// What a launch passes for one parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arg {
    /// A number or bool, of the parameter's type.
    Scalar(Const),
    /// One of the launch's buffers; several parameters may name the same one.
    Buffer {
        /// Index into [`Launch::buffers`].
        buffer: usize,
        /// The length counts a last item that is only partly there (`wgpuc_abi::KernelParamType::Buffer`).
        rounds_up: bool,
        /// The length in items, where the bytes have room for more: a temporary may lie in a larger piece of memory.
        items: Option<u32>,
    },
}

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Fixes the order of execution and the content of what nothing has written.
    pub seed: u64,
    /// Invocations of one subgroup: 1 to 128.
    pub subgroup_size: u32,
    /// Executed instructions, over all invocations, after which the run is given up.
    pub max_steps: u64,
    /// Whether races on buffers are looked for, also between workgroups. Slow; those on shared memory always are.
    pub buffer_races: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 0, subgroup_size: 32, max_steps: 2_000_000_000, buffer_races: false }
    }
}

/// What a run has to say beside the buffers' content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The first fault.
    pub fault: Option<Fault>,
    /// Where a buffer's padding was first changed, which a kernel must not do (`wgpuc_abi::launch`).
    pub padding_written: Option<Span>,
    /// Where shared memory was first read that nothing had written: no fault, as long as nothing comes of it.
    pub unwritten_read: Option<Span>,
    /// Executed instructions.
    pub steps: u64,
}

/// What only the device can notice: the fault record's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub site: SiteId,
    /// The value that was out of range.
    pub value: u32,
    /// The bound that it must stay below.
    pub bound: u32,
    /// The flat index of the workgroup, x fastest.
    pub group: u32,
    /// The flat index of the invocation in its workgroup.
    pub invocation: u32,
}

/// Runs a launch, and leaves the buffers as the kernel leaves them.
///
/// # Errors
/// A kernel that does not verify, a launch that does not fit it, and whatever has no meaning: see [`Error`]. The
/// buffers are then as they were.
pub fn run(kernel: &Kernel, launch: &mut Launch, options: &Options) -> Result<Outcome, Error> {
    verify(kernel).map_err(Error::Invalid)?;
    let n_groups = check(kernel, launch, options)?;
    let memory = memory::Buffers::new(kernel, launch, options.buffer_races);
    let code = code::compile(kernel, launch, &memory);
    let mut machine = step::Machine::new(kernel, &code, memory, launch.grid, options);
    let mut order: Vec<u32> = (0..n_groups).collect();
    Rng::new(options.seed).shuffle(&mut order);
    for group in order {
        machine.run_group(group)?;
    }
    let outcome = machine.outcome();
    machine.into_buffers(launch);
    Ok(outcome)
}

/// The arguments of a launch that binds a buffer of its own to each buffer parameter, in order.
///
/// `scalars` and `buffers` are taken in order as the kernel's parameters ask for them; a vector's length rounds up.
#[must_use]
pub fn args(kernel: &Kernel, scalars: &[Const]) -> Vec<Arg> {
    let mut scalars = scalars.iter();
    let mut n_buffers = 0;
    let mut out = vec![];
    for param in &kernel.params {
        out.push(match &param.kind {
            ParamKind::Scalar(scalar) => {
                Arg::Scalar(scalars.next().copied().unwrap_or(Const::zero(Type::scalar(*scalar))))
            }
            ParamKind::Buffer(buffer) => {
                n_buffers += 1;
                let rounds_up = buffer.elem.lanes > 1 && buffer.elems_per_item == 1;
                Arg::Buffer { buffer: n_buffers - 1, rounds_up, items: None }
            }
        });
    }
    out
}

/// The most workgroups that one run takes.
const MAX_GROUPS: u64 = 1 << 26;

/// Checks that the launch fits the kernel; gives the number of workgroups.
fn check(kernel: &Kernel, launch: &Launch, options: &Options) -> Result<u32, Error> {
    let refuse = |message: String| Err(Error::Launch(message));
    if !(1..=128).contains(&options.subgroup_size) {
        return refuse(format!("a subgroup has 1 to 128 invocations, not {}", options.subgroup_size));
    }
    let invocations: u64 = kernel.workgroup.iter().fold(1, |n, axis| n.saturating_mul(u64::from(*axis)));
    if invocations > 1 << 16 {
        return refuse(format!("a workgroup of {invocations} invocations is too large to run"));
    }
    if launch.args.len() != kernel.params.len() {
        return refuse(format!("{} arguments for {} parameters", launch.args.len(), kernel.params.len()));
    }
    for (param, arg) in kernel.params.iter().zip(&launch.args) {
        match (&param.kind, arg) {
            (ParamKind::Scalar(scalar), Arg::Scalar(value)) if value.ty == Type::scalar(*scalar) => {}
            (ParamKind::Buffer(_), Arg::Buffer { buffer, .. }) if *buffer < launch.buffers.len() => {}
            (kind, arg) => return refuse(format!("{} is {kind:?}, but the argument is {arg:?}", param.name)),
        }
    }
    let groups = launch.grid.iter().fold(1u64, |n, axis| n.saturating_mul(u64::from(*axis)));
    if groups > MAX_GROUPS { refuse(format!("{groups} workgroups are too many to run")) } else { Ok(groups as u32) }
}

#[cfg(test)]
mod tests;
