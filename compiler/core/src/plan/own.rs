//! Kernels that are ops of their own, kernels with listed instances, and kernels that nothing launches.

use super::generics::{Way, as_value};
use super::kernels::{Param, Params};
use super::launch::Passed;
use super::names::{wit, wit_within};
use super::signature::param_buffer;
use super::value::{Buffer, Entity, Text, Ty, Value};
use super::walk::Walk;
use super::{Planner, order};
use crate::diag::{Diagnostic, codes::plan, nearest};
use crate::program::{Binding, ItemId};
use crate::syntax::ast::{self, ExprKind, Item, TypeKind};
use order::Node;
use wgpuc_abi::{self as abi, BinaryOp, Expr, Name, Step};

impl<'a> Planner<'a> {
    /// The ops of a `pub` kernel: one, or one for each combination of its `#[instances]`.
    pub(super) fn own_ops(&mut self, id: ItemId, kernel: &'a ast::Kernel, out: &mut Vec<abi::Item>) {
        let Some(combinations) = self.combinations(id, kernel) else { return };
        if combinations.is_empty() {
            let name = &kernel.function.name;
            let diagnostic =
                Diagnostic::new(plan::LAUNCH_GENERICS, name.span, "a `pub` kernel has all its generics bound")
                    .here("is generic")
                    .help("list what to bind: `#[instances(N = [4, 8])]`, or launch it from an op");
            self.diagnostics.push(diagnostic);
        }
        let name = wit(&kernel.function.name, &mut self.diagnostics);
        for bindings in combinations {
            let texts = bindings.iter().map(|binding| Name::from_ident(&self.binding_text(*binding)));
            let suffix: String = texts.map(|text| format!("_{}", text.snake())).collect();
            let name = if suffix.is_empty() { name.clone() } else { Name::from_ident(&(name.snake() + &suffix)) };
            out.extend(self.own_op(id, kernel, &bindings, name).map(abi::Item::Op));
        }
    }

    fn own_op(&mut self, id: ItemId, kernel: &'a ast::Kernel, bindings: &[Binding], name: Name) -> Option<abi::Op> {
        let file = self.program.file_of(id);
        let params = self.kernel_params(id, kernel, bindings)?;
        let mut walk = Walk::new(self, file);
        walk.check_needs(kernel, kernel.function.name.span);
        let (op_params, passed) = walk.own_params(kernel, &params)?;
        for (generic, binding) in kernel.function.generics.iter().zip(bindings) {
            if let Some(value) = as_value(*binding) {
                walk.scope.add(&generic.name.name, Entity::Value(value));
            }
        }
        let mut nodes = vec![];
        for condition in &kernel.requires {
            walk.require(condition, &mut nodes);
        }
        let groups = walk.own_grid(kernel, &passed, &mut nodes)?;
        let ways = [Way { values: vec![], bindings: bindings.to_vec() }];
        let span = kernel.function.name.span;
        let step = walk.launch(id, kernel, &params.flat, &passed, &groups, (&[], &ways), span);
        nodes.push(Node::Step(step));
        let (n_slots, n_scratch) = (walk.n_slots, walk.n_scratch);
        let plan = abi::Plan { n_slots, n_scratch, steps: order::steps(nodes) };
        Some(abi::Op { name, docs: kernel.function.docs.clone(), params: op_params, plan, routine: None })
    }

    /// What `#[instances]` lists, or the one instance of a kernel without generics; empty where generics are open.
    fn combinations(&mut self, id: ItemId, kernel: &'a ast::Kernel) -> Option<Vec<Vec<Binding>>> {
        let generics = &kernel.function.generics;
        for (name, _) in &kernel.instances {
            if !generics.iter().any(|generic| generic.name.name == name.name) {
                let near = nearest(&name.name, generics.iter().map(|generic| generic.name.name.as_str()));
                let help = near.map_or("leave it out".to_owned(), |near| format!("did you mean `{near}`?"));
                let message = format!("the kernel has no generic parameter `{}`", name.name);
                self.diagnostics.push(Diagnostic::new(plan::LAUNCH_GENERICS, name.span, message).help(help));
                return None;
            }
        }
        let mut all: Vec<Vec<Binding>> = vec![vec![]];
        for generic in generics {
            let Some((_, values)) = kernel.instances.iter().find(|(name, _)| name.name == generic.name.name) else {
                return Some(vec![]);
            };
            let file = self.program.file_of(id);
            let values: Vec<Option<Binding>> =
                values.iter().map(|value| Walk::new(self, file).listed(id, generic, value)).collect();
            let values: Vec<Binding> = values.into_iter().collect::<Option<_>>()?;
            all = all.iter().flat_map(|one| values.iter().map(|v| [one.clone(), vec![*v]].concat())).collect();
        }
        Some(all)
    }

    /// Instances that no launch asks for: those listed, and kernels that nothing launches but that can be checked.
    pub(super) fn leftover_kernels(&mut self) {
        let program = self.program;
        for (id, item) in program.own_items() {
            let Item::Kernel(kernel) = item else { continue };
            if kernel.function.is_pub {
                continue;
            }
            let listed = !kernel.instances.is_empty();
            let unused = kernel.function.generics.is_empty() && !self.kernels.has(id);
            if !(listed || unused) {
                continue;
            }
            for bindings in self.combinations(id, kernel).unwrap_or_default() {
                let Some(params) = self.kernel_params(id, kernel, &bindings) else { continue };
                let views = vec![false; params.flat.len()];
                let entry = self.kernel_entry(id, kernel, &bindings, &params.flat, &views);
                let name = self.instance_name(id, kernel, &bindings);
                self.kernels.instance(entry, &bindings, name, kernel.function.name.span, None);
            }
        }
    }
}

impl<'a> Walk<'_, 'a> {
    /// The parameters of a kernel as those of its own op; each is passed as it is.
    fn own_params(&mut self, kernel: &ast::Kernel, params: &Params) -> Option<(Vec<abi::OpParam>, Vec<Passed>)> {
        let mut space = super::names::Space::default();
        let (mut op_params, mut passed) = (vec![], vec![]);
        for ((index, declared), (record, _)) in (0..).zip(&kernel.function.params).zip(&params.declared) {
            let name = wit_within(&declared.name, &mut self.planner.diagnostics);
            space.take(&declared.name, &name, "parameters", &mut self.planner.diagnostics);
            // So far as many are passed as the parameters before this one stand for.
            let param = params.flat.get(passed.len()).map(|(_, param)| *param);
            let (ty, entity) = match (record, param) {
                (Some(of), _) => {
                    let record = self.param_record(index, *of, &name.to_string());
                    for value in &record.fields {
                        passed.push(Passed::Scalar(value.clone()?));
                    }
                    let ty = abi::OpParamType::Record(Name::from_ident(&self.planner.program.item(*of).name().name));
                    (ty, Entity::Record(record))
                }
                (None, Some(Param::Buffer { elem, written })) => {
                    let buffer = Buffer { mutable: written, ..param_buffer(index, elem, declared.name.span) };
                    let ty = abi::OpParamType::Buffer(self.planner.buffer_param(&buffer));
                    passed.push(Passed::Buffer(buffer.clone(), None));
                    (ty, Entity::Buffer(buffer))
                }
                (None, Some(Param::Scalar(_) | Param::Enum(_))) => {
                    // A generic type is known by now.
                    let kind = match param {
                        Some(Param::Scalar(scalar)) => TypeKind::Scalar(scalar),
                        _ => declared.ty.kind.clone(),
                    };
                    let ty = ast::Type { kind, span: declared.ty.span };
                    let taken = self.planner.value_type(&ty, self.file)?;
                    let value = self.parameter(index, None, &ty, self.file, name.to_string())?;
                    passed.push(Passed::Scalar(value.clone()));
                    (abi::OpParamType::Value(taken), Entity::Value(value))
                }
                (None, None) => return None,
            };
            self.scope.add(&declared.name.name, entity);
            op_params.push(abi::OpParam { name, ty });
        }
        Some((op_params, passed))
    }

    /// What the op requires, and its numbers of workgroups: an invocation for each of `over`.
    fn own_grid(&mut self, kernel: &ast::Kernel, passed: &[Passed], nodes: &mut Vec<Node>) -> Option<Vec<Value>> {
        let axis = kernel.workgroup.first().or(kernel.over.first())?;
        if kernel.over.len() != kernel.workgroup.len() {
            let help = "write as many numbers for both: `workgroup = [16, 16], over = [width, height]`";
            return self.wrong_type(axis.span, "this kernel runs over other axes than its workgroups have", help);
        }
        let axes = kernel.over.iter().zip(&kernel.workgroup);
        let groups: Vec<Option<Value>> = axes.map(|(over, size)| self.own_groups(over, size)).collect();
        let groups = groups.into_iter().collect::<Option<Vec<_>>>()?;
        if let [over] = kernel.over.as_slice()
            && is_len(over)
        {
            let over = self.value_of(over, Ty::Int)?;
            self.require_lengths(kernel, passed, &over, nodes);
        }
        Some(groups)
    }

    /// The workgroups along an axis.
    fn own_groups(&mut self, over: &ast::Expr, size: &ast::Expr) -> Option<Value> {
        let over = self.value_of(over, Ty::Int);
        let size_value = self.value_of(size, Ty::Int)?;
        let over = over?;
        if !matches!(size_value.expr, Expr::Int(n) if n > 0) {
            return self.wrong_type(size.span, "the workgroup's size is no positive constant", "give a number");
        }
        Some(self.combine(BinaryOp::DivCeil, over, size_value, Ty::Int, Text::atom("")))
    }

    /// No buffer is shorter than the one that the kernel runs over.
    fn require_lengths(&mut self, kernel: &ast::Kernel, passed: &[Passed], over: &Value, nodes: &mut Vec<Node>) {
        for p in passed {
            let Passed::Buffer(buffer @ Buffer { arg: abi::Arg::Param(param), .. }, _) = p else { continue };
            let Some(declared) = kernel.function.params.get(*param as usize) else { continue };
            if buffer.len.poly == over.poly {
                continue;
            }
            let text = Text::atom(format!("{}.len()", Name::from_ident(&declared.name.name)));
            let len = Value { text, ..buffer.len.clone() };
            self.own_require(BinaryOp::Ge, len, over.clone(), nodes);
        }
    }

    fn own_require(&mut self, op: BinaryOp, left: Value, right: Value, nodes: &mut Vec<Node>) {
        let sign = if op == BinaryOp::Gt { ">" } else { ">=" };
        let (a, b) = (left.text.within(3), right.text.within(4));
        let text = Text { text: format!("{a} {sign} {b}"), level: 3 };
        let cond = self.combine(op, left, right, Ty::Bool, text);
        if cond.is_known() {
            return;
        }
        self.assume(&cond, true);
        let text = cond.text.text;
        nodes.push(Node::Step(Step::Require { cond: cond.expr, text, left: a, right: b }));
    }
}

fn is_len(over: &ast::Expr) -> bool {
    matches!(&over.kind, ExprKind::Method { name, args, .. } if name.name == "len" && args.is_empty())
}
