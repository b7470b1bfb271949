//! One instance, through elaboration and the passes, to the code of every target.

use super::code::{self, Code, Goal};
use super::forms::Asked;
use super::stack;
use crate::diag::codes::flow as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::elaborate::{self, Leading};
use crate::ir::{self, Feature};
use crate::passes;
use crate::passes::bounds::Reasons;
use crate::passes::finding::{Finding, Kind};
use crate::passes::limits::Limits;
use crate::plan::Planned;
use crate::program::{ItemId, Program, Request};
use crate::source::{Sources, Span};
use crate::syntax::ast;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use wgpuc_abi::Target;

/// An instance of a kernel, compiled.
#[derive(Clone, Debug)]
pub struct CompiledInstance {
    /// The kernel, by its index in the Manifest.
    pub kernel: u32,
    /// What was asked for.
    pub request: Request,
    /// Where its forms can fail on the device, together.
    pub sites: Vec<ir::Site>,
    /// Its forms, those with more features first.
    pub forms: Vec<Form>,
}

/// An instance, compiled for devices that have certain features.
#[derive(Clone, Debug)]
pub struct Form {
    /// After the analyses: what the interpreter runs, with the verdict on every access.
    pub kernel: ir::Kernel,
    /// With its checks made explicit: what targets emit. Its sites are those of the instance.
    pub lowered: ir::Kernel,
    /// What it was compiled to.
    pub code: Vec<Code>,
}

impl Form {
    /// The form's file in the bundle, without its ending: `reduce_partial_sum.subgroups`.
    #[must_use]
    pub fn file_stem(&self) -> String {
        let features: String = self.kernel.features.iter().map(|f| format!(".{}", f.name())).collect();
        format!("{}{features}", self.kernel.name)
    }

    /// Its code for a target; of machine code the first.
    #[must_use]
    pub fn code(&self, target: Target) -> Option<&Code> {
        self.code.iter().find(|code| code.target == target)
    }
}

/// An instance, and the functions that it calls.
type Done = (CompiledInstance, BTreeSet<ItemId>);

/// Compiles all instances, on all cores; the result does not depend on their order in time.
pub(super) fn compile_all(
    program: &Program,
    planned: &Planned,
    goal: &Goal<'_>,
    diagnostics: &mut Diagnostics,
) -> (Vec<CompiledInstance>, BTreeMap<String, Vec<u8>>) {
    let requests = &planned.requests;
    let done: Vec<Mutex<Option<Result<Done, Diagnostics>>>> = requests.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let (Some((kernel, request)), Some(slot)) = (requests.get(index), done.get(index)) else { break };
            let result = compile(program, *kernel, request, goal);
            if let Ok(mut slot) = slot.lock() {
                *slot = Some(result);
            }
        }
    };
    let n_threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(requests.len().max(1));
    std::thread::scope(|scope| {
        for _ in 1..n_threads {
            // Where there is no further thread, those that are there do the work.
            stack::spawn(scope, work);
        }
        work();
    });
    let (mut instances, mut called) = (vec![], BTreeSet::new());
    for slot in done {
        match slot.into_inner() {
            Ok(Some(Ok((instance, functions)))) => {
                instances.push(instance);
                called.extend(functions);
            }
            Ok(Some(Err(wrong))) => diagnostics.extend(wrong),
            _ => {}
        }
    }
    // Where something is wrong, a call may be what is missing.
    if diagnostics.is_empty() {
        diagnostics.extend(elaborate::uncalled(program, &called));
    }
    let artifacts = instances.iter().flat_map(|i| &i.forms).flat_map(artifacts).collect();
    (instances, artifacts)
}

/// The form's files: path and content.
fn artifacts(form: &Form) -> impl Iterator<Item = (String, Vec<u8>)> {
    form.code.iter().map(|code| (code.path(form), code.bytes.clone()))
}

fn compile(program: &Program, kernel: u32, request: &Request, goal: &Goal<'_>) -> Result<Done, Diagnostics> {
    let needs = needs(program, request);
    let base = elaborate::kernel(program, request, &needs)?;
    let asked = Asked::new(&needs, base.asked);
    let mut sites = vec![];
    let (mut forms, mut called) = (vec![], base.called);
    for features in asked.sets() {
        let (kernel, leading) = if features == needs {
            (base.kernel.clone(), base.leading.clone())
        } else {
            let form = elaborate::kernel(program, request, &features)?;
            called.extend(form.called);
            (form.kernel, form.leading)
        };
        forms.push(analysed(kernel, &leading, &mut sites, goal)?);
    }
    forms.iter_mut().for_each(|form| form.lowered.sites.clone_from(&sites));
    code::compile(&mut forms, &asked, goal)?;
    Ok((CompiledInstance { kernel, request: request.clone(), sites, forms }, called))
}

fn needs(program: &Program, request: &Request) -> Vec<Feature> {
    match program.item(request.kernel) {
        ast::Item::Kernel(kernel) => kernel.needs.iter().map(|(feature, _)| *feature).collect(),
        _ => vec![],
    }
}

/// Runs the passes, and adds the sites that can still fail to those of the instance.
fn analysed(
    mut kernel: ir::Kernel,
    leading: &Leading,
    sites: &mut Vec<ir::Site>,
    goal: &Goal<'_>,
) -> Result<Form, Diagnostics> {
    passes::simplify::run(&mut kernel);
    let name = |span| short(goal.sources, span);
    passes::bounds::run_with(&mut kernel, &Reasons { name: &name, of_proofs: goal.proofs });
    findings(&kernel, leading).or(())?;
    let mut lowered = kernel.clone();
    passes::explicit::run(&mut lowered);
    passes::divisions::run(&mut lowered);
    passes::simplify::run(&mut lowered);
    share_sites(&mut lowered.body, &kernel.sites, sites);
    Ok(Form { kernel, lowered, code: vec![] })
}

/// The source of a span, where it is short enough to stand in a sentence.
fn short(sources: &Sources, span: Span) -> Option<String> {
    let text = sources.text(span);
    (text.len() <= 40 && !text.contains('\n')).then(|| text.to_owned())
}

/// Numbers the faults of a form by the sites that all forms of the instance share.
fn share_sites(block: &mut ir::Block, own: &[ir::Site], shared: &mut Vec<ir::Site>) {
    for stmt in block {
        if let ir::StmtKind::Fault { site, .. } = &mut stmt.kind
            && let Some(meant) = own.get(site.0 as usize)
        {
            let same = |s: &ir::Site| s.span == meant.span && s.what == meant.what;
            let at = shared.iter().position(same).unwrap_or_else(|| {
                shared.push(meant.clone());
                shared.len() - 1
            });
            *site = ir::SiteId(at as u32);
        }
        stmt.kind.blocks_mut().for_each(|inner| share_sites(inner, own, shared));
    }
}

/// What the analyses say against a kernel.
fn findings(kernel: &ir::Kernel, leading: &Leading) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    // Of each call into the prelude, the first says it for all.
    let mut said = BTreeSet::new();
    let uniformity = passes::uniformity::check(kernel);
    let limits = passes::limits::check(kernel, &Limits::of(&kernel.features));
    for finding in uniformity.into_iter().chain(passes::races::check(kernel)).chain(limits) {
        let calls: Vec<Span> = leading.get(&finding.span).into_iter().flatten().copied().collect();
        if calls.is_empty() || said.insert(calls.clone()) {
            diagnostics.push(said_of(finding, &calls));
        }
    }
    diagnostics
}

/// What an analysis found, said of the calls that lead to its place, where that is in the prelude.
fn said_of(finding: Finding, calls: &[Span]) -> Diagnostic {
    let code = match finding.kind {
        Kind::DivergentBarrier | Kind::DivergentSubgroup | Kind::DivergentOperand => codes::DIVERGENT_BARRIER,
        Kind::SharedRace => codes::SHARED_RACE,
        Kind::SharedBytes => codes::SHARED_TOO_LARGE,
        Kind::WorkgroupSize => codes::WORKGROUP_TOO_LARGE,
        Kind::Buffers => codes::TOO_MANY_BUFFERS,
    };
    let diagnostic = match calls {
        [call, others @ ..] => {
            let here = if others.is_empty() { "reached by this call" } else { "reached by this call, or another" };
            let first = Diagnostic::new(code, *call, finding.message).here(here).label(finding.span, finding.here);
            others.iter().fold(first, |d, call| d.label(*call, "or by this one"))
        }
        [] => Diagnostic::new(code, finding.span, finding.message).here(finding.here),
    };
    let diagnostic = diagnostic.help(finding.help);
    finding.labels.into_iter().fold(diagnostic, |d, (span, text)| d.label(span, text))
}
