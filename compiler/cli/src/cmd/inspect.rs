//! `wgpuc inspect`.

use super::{compile, html, plan, print, usage};
use crate::args::{self, Show};
use crate::exit::Failure;
use serde_json::json;
use std::fmt::Write as _;
use std::process::ExitCode;
use wgpuc_abi::{Instance, KernelParamType, Target};
use wgpuc_core::bindings::Language;
use wgpuc_core::driver::{CompiledInstance, Form, Options, Output, TARGETS, lowered_for};
use wgpuc_core::emit::EmitError;
use wgpuc_core::ir::{self, Check, Place};

/// Shows what became of a folder.
pub(crate) fn run(args: &args::Inspect) -> Result<ExitCode, Failure> {
    if args.json && args.show.iter().any(|show| !matches!(show, Show::Summary | Show::Checks | Show::Plan)) {
        return Err(Failure::usage("`--json` is for the summary, `--show checks` and `--show plan`"));
    }
    let output = compile(&args.dir, &options(args))?;
    // Ops are written with hyphens, kernels with underscores.
    let plain = |name: &str| name.replace('_', "-");
    let named = |name: &str| args.name.as_ref().is_none_or(|wanted| plain(name).contains(&plain(wanted)));
    let instances: Vec<&CompiledInstance> = output.kernels.iter().filter(|k| named(&k.request.name)).collect();
    let ops: Vec<_> = output.manifest.interface.ops().filter(|op| named(op.name.kebab())).collect();
    if instances.is_empty() && ops.is_empty() {
        let ops = output.manifest.interface.ops().map(|op| op.name.kebab());
        let names: Vec<&str> = ops.chain(output.kernels.iter().map(|k| k.request.name.as_str())).collect();
        let wanted = args.name.as_deref().unwrap_or_default();
        let message = format!("no op or instance has `{wanted}` in its name; there are {}", names.join(", "));
        return Err(Failure::usage(message));
    }
    if let Some(file) = &args.html {
        let page = html::page(&output, &instances, &ops)?;
        std::fs::write(file, page)
            .map_err(|why| Failure::disk(format_args!("cannot write {}: {why}", file.display())))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = String::new();
    for show in &args.show {
        match show {
            Show::Summary if args.json => out.push_str(&summary_json(&output, &instances)),
            Show::Summary => summary(&mut out, &output, &instances),
            Show::Source => source(&mut out, &output, &instances),
            Show::Plan if args.json => {
                let plans: Vec<_> = ops.iter().map(|op| json!({ "op": op.name.kebab(), "plan": op.plan })).collect();
                let _ = writeln!(out, "{:#}", json!(plans));
            }
            Show::Plan => {
                let plans = ops.iter().map(|op| plan::text(&output.manifest, op));
                out.push_str(&plans.collect::<Vec<_>>().join("\n"));
            }
            Show::Wit => {
                for (path, bytes) in output.files.iter().filter(|(path, _)| path.ends_with(".wit")) {
                    let _ = writeln!(out, "// {path}\n{}", String::from_utf8_lossy(bytes));
                }
            }
            Show::Usage => usage::show(&mut out, &instances),
            Show::Checks if args.json => out.push_str(&checks_json(&output, &instances)),
            Show::Checks => checks(&mut out, &output, &instances),
            code => forms(&mut out, &instances, *code)?,
        }
    }
    print(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// What the wanted views need.
fn options(args: &args::Inspect) -> Options {
    let mut targets = TARGETS.to_vec();
    let ptxas = args.show.contains(&Show::Usage).then(wgpuc_build::Ptxas::find).flatten();
    targets.extend(ptxas.is_some().then_some(Target::Cubin));
    let assembler = ptxas.map(wgpuc_build::Ptxas::assembler);
    let mut bindings = vec![Language::Wit];
    if args.html.is_some() {
        bindings.extend([Language::C, Language::Cpp, Language::Rust]);
    }
    Options { targets, architectures: args.sm.clone(), assembler, bindings, proofs: true }
}

fn instance<'a>(output: &'a Output, compiled: &CompiledInstance) -> Option<&'a Instance> {
    let kernel = output.manifest.kernels.get(compiled.kernel as usize)?;
    kernel.instances.iter().find(|i| i.name == compiled.request.name)
}

/// The form that every device can run.
pub(super) fn base(compiled: &CompiledInstance) -> Option<&Form> {
    compiled.forms.last()
}

/// How many accesses carry a check, and how many do not.
fn counted(kernel: &ir::Kernel) -> (usize, usize) {
    let stays = kernel.accesses.iter().filter(|a| matches!(a.check, Check::Stays(_) | Check::Unknown)).count();
    (stays, kernel.accesses.len() - stays)
}

fn summary(out: &mut String, output: &Output, instances: &[&CompiledInstance]) {
    let _ = writeln!(
        out,
        "{:<34} {:>11} {:>8} {:>9} {:>8} {:>8} {:>8}  checks that stay",
        "instance", "workgroup", "shared B", "bindings", "wgsl B", "ptx B", "cpu B"
    );
    for compiled in instances {
        let (Some(instance), Some(form)) = (instance(output, compiled), base(compiled)) else { continue };
        let params = output.manifest.kernels.get(compiled.kernel as usize).map_or(&[][..], |k| &k.params);
        let buffers = params.iter().filter(|p| matches!(p.ty, KernelParamType::Buffer { .. })).count();
        let bytes = |target| {
            let sizes = instance.artifacts.iter().filter(|a| a.target == target).map(|a| a.bytes.to_string());
            sizes.collect::<Vec<_>>().join("+")
        };
        let (stays, gone) = counted(&form.kernel);
        let [x, y, z] = instance.workgroup;
        let _ = writeln!(
            out,
            "{:<34} {:>11} {:>8} {:>9} {:>8} {:>8} {:>8}  {stays} of {}",
            instance.name,
            format!("{x}x{y}x{z}"),
            instance.shared_bytes,
            buffers + usize::from(instance.faults) + 1,
            bytes(Target::Wgsl),
            bytes(Target::Ptx),
            bytes(Target::Cpu),
            stays + gone,
        );
    }
}

fn summary_json(output: &Output, instances: &[&CompiledInstance]) -> String {
    let rows: Vec<_> = instances
        .iter()
        .filter_map(|compiled| {
            let (stays, gone) = counted(&base(compiled)?.kernel);
            let mut row = serde_json::to_value(instance(output, compiled)?).ok()?;
            row["checks"] = json!({ "stay": stays, "gone": gone });
            Some(row)
        })
        .collect();
    format!("{:#}\n", json!(rows))
}

fn source(out: &mut String, output: &Output, instances: &[&CompiledInstance]) {
    let mut files: Vec<_> = instances.iter().filter_map(|i| base(i)).map(|f| f.kernel.span.file).collect();
    files.sort_unstable();
    files.dedup();
    for file in files.into_iter().map(|id| output.sources.file(id)) {
        let _ = writeln!(out, "// {}\n{}", file.name, file.text);
    }
}

/// An access, and whether its check stays.
pub(super) struct Verdict<'a> {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) column: u32,
    place: &'static str,
    pub(super) text: String,
    pub(super) stays: bool,
    pub(super) why: &'a str,
}

/// Every access of a form.
pub(super) fn verdicts<'a>(output: &'a Output, form: &'a Form) -> impl Iterator<Item = Verdict<'a>> {
    form.kernel.accesses.iter().map(|access| {
        let (line, column) = output.sources.line_column(access.span);
        let text = output.sources.text(access.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let (stays, why) = match &access.check {
            Check::Proved(why) => (false, why.as_str()),
            Check::Stays(why) => (true, why.as_str()),
            Check::Unknown | Check::Explicit => (true, ""),
        };
        let place = match access.place {
            Place::Buffer(_) => "buffer",
            Place::Shared(_) => "shared",
            Place::Slot(_) => "array",
        };
        Verdict { file: output.sources.shown_name(access.span.file), line, column, place, text, stays, why }
    })
}

/// Every access of the base forms, and the verdict on it.
fn checks(out: &mut String, output: &Output, instances: &[&CompiledInstance]) {
    for compiled in instances {
        let Some(form) = base(compiled) else { continue };
        let _ = writeln!(out, "# {}", compiled.request.name);
        for Verdict { file, line, column, place, text, stays, why } in verdicts(output, form) {
            let verdict = if stays { "STAYS" } else { "gone" };
            let _ = writeln!(out, "  {file}:{line}:{column}  {place} `{text}`  {verdict}: {why}");
        }
    }
}

fn checks_json(output: &Output, instances: &[&CompiledInstance]) -> String {
    let rows: Vec<_> = instances
        .iter()
        .filter_map(|compiled| Some((compiled, base(compiled)?)))
        .flat_map(|(compiled, form)| {
            verdicts(output, form).map(|v| {
                json!({
                    "instance": compiled.request.name, "file": v.file, "line": v.line, "column": v.column,
                    "place": v.place, "access": v.text, "stays": v.stays, "why": v.why,
                })
            })
        })
        .collect();
    format!("{:#}\n", json!(rows))
}

/// The code of every form.
fn forms(out: &mut String, instances: &[&CompiledInstance], show: Show) -> Result<(), Failure> {
    for form in instances.iter().flat_map(|i| &i.forms) {
        let target = match show {
            Show::Cpu => Some(Target::Cpu),
            Show::Ptx => Some(Target::Ptx),
            _ => None,
        };
        if target.is_some_and(|target| form.code(target).is_none()) {
            continue;
        }
        let text = code(form, show)?;
        let comment = if matches!(show, Show::Cpu) { ";;" } else { "//" };
        let _ = writeln!(out, "{comment} {}\n{}", form.file_stem(), text.trim_end());
        out.push('\n');
    }
    Ok(())
}

pub(super) fn code(form: &Form, show: Show) -> Result<String, Failure> {
    let emitted = |text: Result<String, EmitError>| text.map_err(Failure::failed);
    let for_naga = || lowered_for(&form.lowered, Target::Wgsl);
    let bytes = |target| form.code(target).map(|c| c.bytes.as_slice()).unwrap_or_default();
    match show {
        Show::Wgsl => Ok(String::from_utf8_lossy(bytes(Target::Wgsl)).into_owned()),
        Show::Ptx => Ok(String::from_utf8_lossy(bytes(Target::Ptx)).into_owned()),
        Show::Cpu => wasmprinter::print_bytes(bytes(Target::Cpu)).map_err(Failure::failed),
        Show::Msl => emitted(wgpuc_core::emit::wgsl::msl(&for_naga())),
        Show::Hlsl => emitted(wgpuc_core::emit::wgsl::hlsl(&for_naga())),
        Show::Spirv => {
            let words = wgpuc_core::emit::wgsl::spirv(&for_naga()).map_err(Failure::failed)?;
            let lines = words.chunks(32).map(|line| {
                let words = line.chunks(4).map(|w| w.iter().rev().map(|b| format!("{b:02x}")).collect::<String>());
                words.collect::<Vec<_>>().join(" ")
            });
            Ok(lines.collect::<Vec<_>>().join("\n"))
        }
        _ => Ok(ir::print(&form.kernel)),
    }
}
