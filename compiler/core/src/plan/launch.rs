//! Launches: arguments against parameters, the grid, the instances, and the facts that go with them.

use super::expr::with_article;
use super::facts::at_launch;
use super::generics::Way;
use super::kernels::{Param, Params, Use};
use super::order::Node;
use super::poly::{Atom, Poly};
use super::value::{Buffer, Elem, Ty, Value};
use super::walk::Walk;
use crate::diag::{
    Diagnostic,
    codes::{flow, plan},
    nearest,
};
use crate::ir::{FactAtom, ParamId};
use crate::program::{Binding, ItemId};
use crate::source::Span;
use crate::syntax::ast::{self, Item};
use wgpuc_abi::{Arg, Choice, Expr, Scalar, Step};

/// What a launch passes for one parameter.
pub(super) enum Passed {
    /// A value.
    Scalar(Value),
    /// A buffer, and the lanes of the view that the kernel has of it.
    Buffer(Buffer, Option<u8>),
}

/// `launch!(kernel::<generics>, [grid], args...)`.
pub(super) struct Launch<'a> {
    pub(super) kernel: &'a ast::Path,
    pub(super) grid: &'a [ast::Expr],
    pub(super) args: &'a [ast::Expr],
    pub(super) span: Span,
}

impl<'a> Walk<'_, 'a> {
    /// A launch of which every buffer is known.
    pub(super) fn launch_stmt(&mut self, launch: &Launch<'_>, nodes: &mut Vec<Node>) {
        let Launch { kernel: path, grid, args, span } = *launch;
        self.n_launches += 1;
        let found = self.kernel(path);
        let axes: Vec<Option<Value>> = grid.iter().map(|axis| self.axis(axis)).collect();
        let Some((id, kernel)) = found else { return };
        self.check_needs(kernel, path.span);
        let Some(bound) = self.generics(id, kernel, &path.generics, path.span) else { return };
        let Some((selectors, ways)) = self.ways(&bound, path.span) else { return };
        // Nothing is chosen among types, so all ways take the same arguments.
        let Some(first) = ways.first() else { return };
        let Some(params) = self.planner.kernel_params(id, kernel, &first.bindings) else { return };
        let passed = self.arguments(kernel, &params, args, span);
        let axes: Option<Vec<Value>> = axes.into_iter().collect();
        let (Some(passed), Some(axes)) = (passed, axes) else { return };
        let step = self.launch(id, kernel, &params.flat, &passed, &axes, (&selectors, &ways), path.span);
        nodes.push(Node::Step(step));
    }

    fn kernel(&mut self, path: &ast::Path) -> Option<(ItemId, &'a ast::Kernel)> {
        let name = &path.name;
        let message = match self.item(&name.name) {
            Some((id, Item::Kernel(kernel))) if path.qualifier.is_none() => return Some((id, kernel)),
            Some((_, Item::Function(_))) => format!("`{}` is a function and no kernel", name.name),
            Some(_) => format!("`{}` is no kernel", name.name),
            None => format!("cannot find kernel `{}`", name.name),
        };
        let program = self.planner.program;
        let kernels = program
            .visible_names(self.file)
            .filter(|n| program.lookup(self.file, n).is_some_and(|id| matches!(program.item(id), Item::Kernel(_))));
        let help = match nearest(&name.name, kernels) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write one: `#[kernel(workgroup = 256)] fn name(...)`".to_owned(),
        };
        self.report(plan::UNKNOWN_KERNEL, path.span, &message, &help)
    }

    /// A kernel that not every device can run is launched only where the device has been asked.
    pub(super) fn check_needs(&mut self, kernel: &ast::Kernel, span: Span) {
        for (feature, needed) in &kernel.needs {
            if self.known.contains(&(Expr::Supports(*feature), true)) {
                continue;
            }
            let name = feature.name();
            let message = format!("`{}` needs {name}, which not every device has", kernel.function.name.name);
            let diagnostic = Diagnostic::new(flow::TARGET_LACKS, span, message)
                .label(*needed, "needed because of this")
                .help(format!("launch it under `if supports!({name})`, and another kernel otherwise"));
            self.planner.diagnostics.push(diagnostic);
        }
    }

    fn axis(&mut self, axis: &ast::Expr) -> Option<Value> {
        let value = self.value_of(axis, Ty::Int)?;
        if matches!(value.expr, Expr::Int(n) if n < 1) {
            return self.wrong_type(axis.span, "this launches no workgroup", "give at least 1");
        }
        Some(value)
    }

    fn arguments(
        &mut self,
        kernel: &ast::Kernel,
        params: &Params,
        args: &[ast::Expr],
        span: Span,
    ) -> Option<Vec<Passed>> {
        let function = &kernel.function;
        let n_declared = params.declared.len();
        if n_declared != args.len() {
            let list: Vec<&str> = function.params.iter().map(|p| p.name.name.as_str()).collect();
            let plural = if n_declared == 1 { "" } else { "s" };
            let message = format!("`{}` takes {n_declared} argument{plural}, {} given", function.name.name, args.len());
            let diagnostic = Diagnostic::new(plan::LAUNCH_ARGS, span, message)
                .label(function.name.span, "declared here")
                .help(format!("give {}", list.join(", ")));
            self.planner.diagnostics.push(diagnostic);
            return None;
        }
        let mut rest = params.flat.as_slice();
        let mut passed: Vec<Option<Passed>> = vec![];
        for ((arg, declared), (record, n)) in args.iter().zip(&function.params).zip(&params.declared) {
            let (here, after) = rest.split_at((*n).min(rest.len()));
            rest = after;
            match (record, here) {
                (Some(of), _) => passed.extend(self.record_argument(arg, *of, here, declared)),
                (None, [(_, param)]) => passed.push(self.argument(arg, *param, declared)),
                (None, _) => passed.push(None),
            }
        }
        passed.into_iter().collect()
    }

    /// What is passed for the fields of a struct.
    fn record_argument(
        &mut self,
        arg: &ast::Expr,
        of: ItemId,
        fields: &[(String, Param)],
        declared: &ast::Param,
    ) -> Vec<Option<Passed>> {
        let name = |walk: &Self, of| with_article(&walk.planner.program.item(of).name().name);
        match self.record(arg) {
            Ok(record) if record.of == of => {
                let values = record.fields.into_iter().zip(fields);
                values.map(|(value, (_, param))| self.scalar_argument(value?, *param, arg.span, declared)).collect()
            }
            Ok(record) => {
                let message = format!("expected {}, found {}", name(self, of), name(self, record.of));
                vec![self.bad_argument(arg.span, &message, declared)]
            }
            Err(true) => vec![None],
            Err(false) => {
                let found = match self.viewed(arg) {
                    Ok(_) => "a buffer".to_owned(),
                    Err(true) => return vec![None],
                    // What it is instead may be wrong in itself.
                    Err(false) => match self.value(arg) {
                        Some(value) => self.type_name(value.ty),
                        None => return vec![None],
                    },
                };
                let message = format!("expected {}, found {found}", name(self, of));
                vec![self.bad_argument(arg.span, &message, declared)]
            }
        }
    }

    fn scalar_argument(&mut self, value: Value, param: Param, span: Span, declared: &ast::Param) -> Option<Passed> {
        let wanted = match param {
            Param::Scalar(scalar) => Ty::of(scalar),
            Param::Enum(of) => Ty::Enum(of),
            Param::Buffer { .. } => return None,
        };
        if value.ty != wanted {
            let message = format!("expected {}, found {}", self.type_name(wanted), self.type_name(value.ty));
            return self.bad_argument(span, &message, declared);
        }
        if let (Expr::Int(known), Param::Scalar(scalar)) = (&value.expr, param)
            && !fits(scalar, *known)
        {
            let message = format!("{known} does not fit `{}`", scalar.name());
            return self.bad_argument(span, &message, declared);
        }
        Some(Passed::Scalar(value))
    }

    fn argument(&mut self, arg: &ast::Expr, param: Param, declared: &ast::Param) -> Option<Passed> {
        match param {
            Param::Scalar(_) | Param::Enum(_) => {
                if self.viewed(arg).is_ok() {
                    let wanted = match param {
                        Param::Scalar(scalar) => self.type_name(Ty::of(scalar)),
                        _ => "an enum".to_owned(),
                    };
                    return self.bad_argument(arg.span, &format!("expected {wanted}, found a buffer"), declared);
                }
                let value = self.value(arg)?;
                self.scalar_argument(value, param, arg.span, declared)
            }
            Param::Buffer { elem, written } => {
                let (buffer, lanes) = match self.viewed(arg) {
                    Ok(found) => found,
                    Err(true) => return None,
                    Err(false) => {
                        // What it is instead may be wrong in itself.
                        self.value(arg)?;
                        let message = format!("expected a buffer of `{}`", self.elem_name(elem));
                        return self.bad_argument(arg.span, &message, declared);
                    }
                };
                if buffer.elem != elem {
                    let (found, wanted) = (self.elem_name(buffer.elem), self.elem_name(elem));
                    let message = format!("expected a buffer of `{wanted}`, found one of `{found}`");
                    return self.bad_argument(arg.span, &message, declared);
                }
                if written && !buffer.mutable {
                    let diagnostic = Diagnostic::new(plan::LAUNCH_TYPE, arg.span, "the kernel writes this buffer")
                        .here("only read here")
                        .label(buffer.span, "declared here")
                        .help("take it as `&mut [T]`");
                    self.planner.diagnostics.push(diagnostic);
                    return None;
                }
                Some(Passed::Buffer(buffer, lanes))
            }
        }
    }

    fn bad_argument<T>(&mut self, span: Span, message: &str, declared: &ast::Param) -> Option<T> {
        let diagnostic =
            Diagnostic::new(plan::LAUNCH_TYPE, span, message).label(declared.name.span, "the kernel's parameter");
        self.planner.diagnostics.push(diagnostic);
        None
    }

    fn elem_name(&self, elem: Elem) -> String {
        match elem {
            Elem::Scalar(scalar) => scalar.name().to_owned(),
            Elem::Vector(scalar, lanes) => format!("{}x{lanes}", scalar.name()),
            Elem::Struct(id, _) => self.planner.program.item(id).name().name.clone(),
        }
    }

    /// The step of a launch that has been checked.
    #[allow(clippy::too_many_arguments, reason = "they are the parts of one launch")]
    pub(super) fn launch(
        &mut self,
        id: ItemId,
        kernel: &'a ast::Kernel,
        params: &[(String, Param)],
        passed: &[Passed],
        axes: &[Value],
        (selectors, ways): (&[Expr], &[Way]),
        span: Span,
    ) -> Step {
        let views: Vec<bool> = passed.iter().map(|p| matches!(p, Passed::Buffer(_, Some(_)))).collect();
        let types: &[Binding] = ways.first().map_or(&[], |way| &way.bindings);
        let entry = self.planner.kernel_entry(id, kernel, types, params, &views);
        let one = |axis: &Value| axis.expr == Expr::Int(1);
        let launch = Use {
            facts: &self.facts_of(params, passed, axes),
            grid_1d: axes.iter().skip(1).all(one),
            may_alias: &aliases(params, passed),
        };
        let mut cases = vec![];
        for way in ways {
            let name = self.planner.instance_name(id, kernel, &way.bindings);
            let instance = self.planner.kernels.instance(entry, &way.bindings, name, span, Some(&launch));
            cases.push((way.values.clone(), instance));
        }
        let instance = match cases.as_slice() {
            [(_, only)] => Choice::Fixed(*only),
            _ => Choice::Table { selectors: selectors.to_vec(), cases },
        };
        let axis = |at: usize| axes.get(at).map_or(Expr::Int(1), |axis| axis.expr.clone());
        let args = passed.iter().map(|p| match p {
            Passed::Scalar(value) => Arg::Scalar(value.expr.clone()),
            Passed::Buffer(buffer, _) => buffer.arg.clone(),
        });
        Step::Launch { kernel: entry as u32, instance, grid: [axis(0), axis(1), axis(2)], args: args.collect() }
    }

    fn facts_of(&self, params: &[(String, Param)], passed: &[Passed], axes: &[Value]) -> Vec<Poly> {
        let mut facts = self.facts.clone();
        let mut equal = vec![];
        for ((param, p), (_, ty)) in (0..).map(ParamId).zip(passed).zip(params) {
            match p {
                // A signed parameter is no atom of facts: those are never negative.
                Passed::Scalar(value) if matches!(ty, Param::Scalar(Scalar::U32 | Scalar::U64)) => {
                    equal.push((FactAtom::Param(param), value.poly.clone()));
                }
                Passed::Scalar(_) => {}
                Passed::Buffer(buffer, None) => equal.push((FactAtom::Len(param), buffer.len.poly.clone())),
                Passed::Buffer(buffer, Some(lanes)) => {
                    let lanes = i128::from(*lanes);
                    let view = Poly::atom(Atom::Kernel(FactAtom::Len(param))).scale(lanes);
                    let Some(view) = view else { continue };
                    facts.extend(view.sub(&buffer.len.poly));
                    facts.extend(buffer.len.poly.add(&Poly::constant(lanes - 1)).and_then(|most| most.sub(&view)));
                }
            }
        }
        for (axis, value) in (0..).zip(axes) {
            equal.push((FactAtom::Groups(axis), value.poly.clone()));
        }
        at_launch(&facts, &equal)
    }
}

/// For each parameter, whether it may be the same buffer as another while one of them is written.
fn aliases(params: &[(String, Param)], passed: &[Passed]) -> Vec<bool> {
    let buffer = |at: usize| match (&passed[at], params[at].1) {
        (Passed::Buffer(buffer, _), Param::Buffer { written, .. }) => Some((buffer, written)),
        _ => None,
    };
    let same = |a: &Buffer, b: &Buffer| a.arg == b.arg || (a.may_alias && b.may_alias);
    (0..passed.len())
        .map(|at| {
            let Some((this, written)) = buffer(at) else { return false };
            let others = (0..passed.len()).filter(|other| *other != at).filter_map(buffer);
            others.into_iter().any(|(other, other_written)| same(this, other) && (written || other_written))
        })
        .collect()
}

/// Whether a number is one of that type.
pub(super) fn fits(scalar: Scalar, value: i64) -> bool {
    match scalar {
        Scalar::U32 => u32::try_from(value).is_ok(),
        Scalar::I32 => i32::try_from(value).is_ok(),
        Scalar::U64 => value >= 0,
        _ => true,
    }
}
