//! Ops to plans: what guests see of a package, and which kernel instances its ops launch.
//!
//! Takes a [`Program`], gives the interface's items with their [`abi::Plan`]s, and a [`Request`] for each instance.
//! It checks ops and signatures; kernel bodies are [`crate::elaborate`]'s.

mod buffers;
mod call;
mod choice;
mod constant;
mod expr;
mod facts;
mod fold;
mod generics;
mod integers;
mod kernels;
mod launch;
mod loops;
mod names;
mod order;
mod own;
mod poly;
mod record;
mod routine;
mod signature;
mod unknown;
mod value;
mod walk;

use crate::diag::Diagnostics;
use crate::program::{ItemId, Program, Request};
use crate::source::Sources;
use crate::syntax::ast::Item;
use kernels::Kernels;
use names::Space;
pub(crate) use names::is_wit_name;
use signature::Types;
use walk::Walk;
use wgpuc_abi as abi;

/// What the ops of a package come to.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// Records, enums, elements and ops that guests see, as they stand in the source.
    pub items: Vec<abi::Item>,
    /// The kernels that plans launch, by the index that plans use.
    pub kernels: Vec<PlannedKernel>,
    /// The instances: the kernel's index, and what to compile. A plan's instance index counts those of one kernel,
    /// in this order.
    pub requests: Vec<(u32, Request)>,
}

/// A kernel that plans launch.
#[derive(Clone, Debug)]
pub struct PlannedKernel {
    /// The source.
    pub item: ItemId,
    /// Unique in the package: `reduce::partial`.
    pub name: String,
    /// Markdown.
    pub docs: String,
    /// What a launch passes.
    pub params: Vec<abi::KernelParam>,
}

/// Plans all ops of a package.
///
/// # Errors
/// E04xx: everything that is wrong with ops, signatures and names.
pub fn plan(program: &Program, sources: &Sources) -> Result<Planned, Diagnostics> {
    let (planned, diagnostics) = plan_what_can_be(program, sources);
    diagnostics.or(planned)
}

/// Plans the ops that are right, so that the kernels that they launch can be checked in the same run.
pub fn plan_what_can_be(program: &Program, sources: &Sources) -> (Planned, Diagnostics) {
    let mut planner = Planner {
        program,
        sources,
        diagnostics: Diagnostics::new(),
        kernels: Kernels::default(),
        types: Types::default(),
    };
    let items = planner.items();
    planner.leftover_kernels();
    let (kernels, requests) = planner.kernels.finish();
    (Planned { items, kernels, requests }, planner.diagnostics)
}

/// The state while a package is planned.
struct Planner<'a> {
    program: &'a Program,
    sources: &'a Sources,
    diagnostics: Diagnostics,
    kernels: Kernels,
    types: Types,
}

impl<'a> Planner<'a> {
    /// Every item that guests see, in source order.
    fn items(&mut self) -> Vec<abi::Item> {
        let program = self.program;
        for (id, item) in program.own_items() {
            self.collect_types(id, item);
        }
        let mut space = Space::default();
        let mut items = vec![];
        for (id, item) in program.own_items() {
            let first = items.len();
            match item {
                Item::Struct(item) => self.struct_item(id, item, &mut items),
                Item::Enum(item) => self.enum_item(id, item, &mut items),
                Item::Op(op) => items.extend(self.op(id, op).map(abi::Item::Op)),
                Item::Kernel(kernel) if kernel.function.is_pub => self.own_ops(id, kernel, &mut items),
                _ => {}
            }
            for published in &items[first..] {
                space.take(item.name(), name_of(published), "items", &mut self.diagnostics);
            }
        }
        items
    }

    fn op(&mut self, id: ItemId, op: &'a crate::syntax::ast::Op) -> Option<abi::Op> {
        let name = names::wit(&op.function.name, &mut self.diagnostics);
        let file = self.program.file_of(id);
        let mut walk = Walk::new(self, file);
        let params = walk.signature(op);
        let n_wrong = walk.planner.diagnostics.len();
        let (nodes, _) = walk.block(&op.function.body);
        // After the body: nothing that it says holds there.
        let routine = op.routine.as_ref().and_then(|(name, args)| walk.routine(name, args));
        let (n_slots, n_scratch, n_launches) = (walk.n_slots, walk.n_scratch, walk.n_launches);
        // What was refused in the body may have held the launch.
        if n_launches == 0 && self.diagnostics.len() == n_wrong {
            self.no_launch(op);
        }
        let plan = abi::Plan { n_slots, n_scratch, steps: order::steps(nodes) };
        Some(abi::Op { name, docs: op.function.docs.clone(), params: params?, plan, routine })
    }

    fn no_launch(&mut self, op: &crate::syntax::ast::Op) {
        use crate::diag::{Diagnostic, codes::plan};
        let name = &op.function.name;
        let message = format!("the op `{}` launches nothing", name.name);
        let help = "launch a kernel: `launch!(kernel, [groups], arguments...)`";
        self.diagnostics.push(Diagnostic::new(plan::NO_LAUNCH, name.span, message).help(help));
    }

    /// The file's name without its ending, as a prefix of names.
    fn stem(&self, id: ItemId) -> String {
        let name = &self.sources.file(self.program.file_of(id)).name;
        let name = name.rsplit('/').next().unwrap_or(name);
        name.strip_suffix(".rs").unwrap_or(name).to_owned()
    }
}

fn name_of(item: &abi::Item) -> &abi::Name {
    match item {
        abi::Item::Record(item) => &item.name,
        abi::Item::Enum(item) => &item.name,
        abi::Item::Element(item) => &item.name,
        abi::Item::Op(item) => &item.name,
    }
}

#[cfg(test)]
mod tests;
