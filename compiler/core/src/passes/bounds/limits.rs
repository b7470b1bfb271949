//! Accesses that would be proved if numbers were not close to 2^32: where sums wrap around, or a `u32` is seen as an `i32`.
//!
//! A kernel and the checks of its accesses in, better reasons for those that stay out.

use super::{Reasons, checks};
use crate::ir::{Check, Expr, FactAtom, Kernel, Op, ParamId, ParamKind, Type, Value};
use wgpuc_abi::Scalar;

/// Says of a check that stays which numbers' limits it lacks, where that is all.
pub(super) fn explain(kernel: &Kernel, reasons: &Reasons<'_>, of: &mut [Check]) {
    let mut unexplained: Vec<bool> = of.iter().map(|check| matches!(check, Check::Stays(_))).collect();
    let mut try_limits = |atoms: &[FactAtom], why: &str| {
        if atoms.is_empty() || !unexplained.contains(&true) {
            return;
        }
        let limits: Vec<String> =
            atoms.iter().map(|atom| format!("`{} <= {}`", name(kernel, *atom), i32::MAX)).collect();
        let limited = checks(kernel, reasons, atoms);
        for ((check, is_open), limited) in of.iter_mut().zip(&mut unexplained).zip(limited) {
            if *is_open && matches!(limited, Check::Proved(_)) {
                let limits = limits.join(" and ");
                *check = Check::Stays(format!("{why}; with {limits} required by the op, it is proved"));
                *is_open = false;
            }
        }
    };
    let signed = params_as_signed(kernel);
    let seen: Vec<String> = signed.iter().map(|atom| format!("`{} as i32`", name(kernel, *atom))).collect();
    try_limits(&signed, &format!("{} may be negative", seen.join(" and ")));
    let all = numbers(kernel);
    // One alone, where that is enough.
    for atoms in all.chunks(1).chain([&all[..]]) {
        try_limits(atoms, "a sum may wrap around");
    }
}

/// The `u32` parameters that the kernel sees as `i32`, where the largest are negative.
fn params_as_signed(kernel: &Kernel) -> Vec<FactAtom> {
    let mut params = vec![];
    for value in kernel.values.iter().filter(|value| value.ty == Type::I32) {
        let Expr::Op(Op::Bitcast | Op::Convert, args) = &value.expr else { continue };
        let [Value { ty: Type::U32, expr: Expr::Param(param), .. }] = [&kernel[args[0]]] else { continue };
        if !params.contains(&FactAtom::Param(*param)) {
            params.push(FactAtom::Param(*param));
        }
    }
    params
}

/// The lengths and `u32`s that a launch passes; first those of what is written, which an op runs over.
fn numbers(kernel: &Kernel) -> Vec<FactAtom> {
    let atom = |(id, kind): (ParamId, &ParamKind)| match kind {
        ParamKind::Buffer(_) => Some(FactAtom::Len(id)),
        ParamKind::Scalar(Scalar::U32) => Some(FactAtom::Param(id)),
        ParamKind::Scalar(_) => None,
    };
    let kinds = (0..).map(ParamId).zip(kernel.params.iter().map(|param| &param.kind));
    let (written, others): (Vec<_>, Vec<_>) =
        kinds.partition(|(_, kind)| matches!(kind, ParamKind::Buffer(buffer) if buffer.mutable));
    written.into_iter().chain(others).filter_map(atom).collect()
}

fn name(kernel: &Kernel, atom: FactAtom) -> String {
    match atom {
        FactAtom::Param(param) => kernel[param].name.clone(),
        FactAtom::Len(param) => format!("{}.len()", kernel[param].name),
        FactAtom::Groups(_) => "the grid".to_owned(),
    }
}
