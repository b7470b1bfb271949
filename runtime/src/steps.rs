//! The steps of a plan, with every index checked.
//!
//! In: [`abi::Step`]s. Out: [`Step`]s that the executor walks without looking anything up by name.

use crate::eval::{self, Node};
use crate::program::{Malformed, Params};
use wgpuc_abi::{self as abi, Arg, BinaryOp, Expr, KernelParamType, Scalar};

/// One step.
#[derive(Debug)]
pub(crate) enum Step {
    Let { slot: usize, name: String, value: Node },
    Require { cond: Cond, text: String, left: String, right: String },
    Scratch { id: usize, elem_bytes: u32, len: Node, zeroed: bool, taken: Option<usize> },
    Launch(Launch),
    If { cond: Node, then: Vec<Step>, otherwise: Vec<Step> },
}

/// A requirement; a comparison is kept apart to show both sides.
#[derive(Debug)]
pub(crate) enum Cond {
    Compare(BinaryOp, Node, Node),
    Other(Node),
}

/// A launch of one kernel.
#[derive(Debug)]
pub(crate) struct Launch {
    pub kernel: usize,
    /// The kernel's name, for messages.
    pub name: String,
    pub choice: Choice,
    pub grid: [Node; 3],
    /// One per parameter of the kernel.
    pub args: Vec<LaunchArg>,
}

/// Which instance runs.
#[derive(Debug)]
pub(crate) enum Choice {
    Fixed(usize),
    Table { selectors: Vec<Node>, cases: Vec<(Vec<i64>, usize)> },
}

/// What a kernel's parameter gets.
#[derive(Debug)]
pub(crate) enum LaunchArg {
    Scalar { name: String, ty: Scalar, value: Node },
    Buffer { source: Source, elem_bytes: u32, rounds_up: bool },
}

/// Where a buffer comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    /// By its place among the op's buffer parameters.
    Param(usize),
    Scratch(usize),
}

/// Checks and resolves steps.
pub(crate) fn compile(
    steps: &[abi::Step],
    params: &Params<'_>,
    n_scratch: usize,
    kernels: &[abi::Kernel],
) -> Result<Vec<Step>, Malformed> {
    let scratch = |id: u32| {
        let id = id as usize;
        if id < n_scratch { Ok(id) } else { Err(Malformed(format!("there is no temporary buffer {id}"))) }
    };
    steps
        .iter()
        .map(|step| {
            Ok(match step {
                abi::Step::Let { slot, name, value } => {
                    Step::Let { slot: params.slot(*slot)?, name: name.clone(), value: eval::compile(value, params)? }
                }
                abi::Step::Require { cond, text, left, right } => Step::Require {
                    cond: compile_cond(cond, params)?,
                    text: text.clone(),
                    left: left.clone(),
                    right: right.clone(),
                },
                abi::Step::Scratch { id, elem_bytes, len, zeroed, taken } => Step::Scratch {
                    id: scratch(*id)?,
                    elem_bytes: *elem_bytes,
                    len: eval::compile(len, params)?,
                    zeroed: *zeroed,
                    taken: taken.map(|slot| params.slot(slot)).transpose()?,
                },
                abi::Step::Launch { kernel, instance, grid, args } => {
                    let index = *kernel as usize;
                    let kernel = kernels.get(index).ok_or_else(|| Malformed(format!("there is no kernel {index}")))?;
                    let [x, y, z] = grid;
                    Step::Launch(Launch {
                        kernel: index,
                        name: kernel.name.clone(),
                        choice: compile_choice(instance, kernel, params)?,
                        grid: [eval::compile(x, params)?, eval::compile(y, params)?, eval::compile(z, params)?],
                        args: compile_args(args, kernel, params, &scratch)?,
                    })
                }
                abi::Step::If { cond, then, otherwise } => Step::If {
                    cond: eval::compile(cond, params)?,
                    then: compile(then, params, n_scratch, kernels)?,
                    otherwise: compile(otherwise, params, n_scratch, kernels)?,
                },
            })
        })
        .collect()
}

fn compile_cond(cond: &Expr, params: &Params<'_>) -> Result<Cond, Malformed> {
    use BinaryOp as Op;
    Ok(match cond {
        Expr::Binary(op @ (Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge), a, b) => {
            Cond::Compare(*op, eval::compile(a, params)?, eval::compile(b, params)?)
        }
        other => Cond::Other(eval::compile(other, params)?),
    })
}

fn compile_choice(choice: &abi::Choice, kernel: &abi::Kernel, params: &Params<'_>) -> Result<Choice, Malformed> {
    let instance = |index: u32| {
        let index = index as usize;
        if index < kernel.instances.len() {
            Ok(index)
        } else {
            Err(Malformed(format!("{} has no instance {index}", kernel.name)))
        }
    };
    Ok(match choice {
        abi::Choice::Fixed(index) => Choice::Fixed(instance(*index)?),
        abi::Choice::Table { selectors, cases } => Choice::Table {
            selectors: selectors.iter().map(|s| eval::compile(s, params)).collect::<Result<_, _>>()?,
            cases: cases.iter().map(|(v, i)| Ok((v.clone(), instance(*i)?))).collect::<Result<_, _>>()?,
        },
    })
}

fn compile_args(
    args: &[Arg],
    kernel: &abi::Kernel,
    params: &Params<'_>,
    scratch: &impl Fn(u32) -> Result<usize, Malformed>,
) -> Result<Vec<LaunchArg>, Malformed> {
    if args.len() != kernel.params.len() {
        return Err(Malformed(format!("{} takes {} arguments, not {}", kernel.name, kernel.params.len(), args.len())));
    }
    let arg = |(arg, param): (&Arg, &abi::KernelParam)| {
        let source = match (arg, &param.ty) {
            (Arg::Scalar(value), KernelParamType::Scalar(ty)) => {
                let value = eval::compile(value, params)?;
                return Ok(LaunchArg::Scalar { name: param.name.clone(), ty: *ty, value });
            }
            (Arg::Param(index), KernelParamType::Buffer { .. }) => Source::Param(params.buffer(*index)?.index),
            (Arg::Scratch(id), KernelParamType::Buffer { .. }) => Source::Scratch(scratch(*id)?),
            _ => return Err(Malformed(format!("{}: {} is of another kind", kernel.name, param.name))),
        };
        match param.ty {
            KernelParamType::Buffer { elem_bytes, rounds_up, .. } if elem_bytes > 0 => {
                Ok(LaunchArg::Buffer { source, elem_bytes, rounds_up })
            }
            _ => Err(Malformed(format!("{}: {} has elements of no size", kernel.name, param.name))),
        }
    };
    args.iter().zip(&kernel.params).map(arg).collect()
}
