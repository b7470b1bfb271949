//! `wgpuc inspect --html`: what one source became, side by side, as a page that needs nothing else.
//!
//! On the left each kernel file, every access of its kernels marked with what became of its bounds check; on the right
//! what guests call, and the code of every instance.

use super::inspect::{base, code};
use super::plan;
use crate::args::Show;
use crate::exit::Failure;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use wgpuc_abi::Op;
use wgpuc_core::driver::{CompiledInstance, Form, Output};
use wgpuc_core::ir::Check;
use wgpuc_core::source::FileId;

const STYLE: &str = include_str!("html.css");

/// The page for some instances and ops of a package.
pub(super) fn page(output: &Output, instances: &[&CompiledInstance], ops: &[&Op]) -> Result<String, Failure> {
    let package = &output.manifest.package;
    let title = format!("{}:{}@{}", package.namespace, package.name, package.version);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>{0}</title>\n<style>\n{STYLE}</style>\n<h1>{0}</h1>\n\
         <p>An access <span class=\"gone\">marked so</span> is proved to be in range; \
         <span class=\"stays\">one marked so</span> is checked on the device. Point at it for the reason.</p>\n",
        escape(&title)
    );
    let mut by_file: BTreeMap<FileId, Vec<&CompiledInstance>> = BTreeMap::new();
    for instance in instances {
        if let Some(form) = base(instance) {
            by_file.entry(form.kernel.span.file).or_default().push(instance);
        }
    }
    for (file, instances) in by_file {
        section(&mut page, output, file, &instances, ops)?;
    }
    page.push_str("</html>\n");
    Ok(page)
}

fn section(
    page: &mut String,
    output: &Output,
    file: FileId,
    instances: &[&CompiledInstance],
    ops: &[&Op],
) -> Result<(), Failure> {
    let source = output.sources.file(file);
    let _ = writeln!(page, "<section>\n<div>\n<h2>{}</h2>", escape(&source.name));
    let _ = writeln!(page, "<pre>{}</pre>\n</div>\n<div>", marked(&source.text, file, instances));
    for op in ops.iter().filter(|op| source.text.contains(&format!("fn {}(", op.name.snake()))) {
        op_views(page, output, op);
    }
    let mut open = BTreeSet::new();
    for form in instances.iter().flat_map(|instance| &instance.forms) {
        forms(page, form, &mut open)?;
    }
    page.push_str("</div>\n</section>\n");
    Ok(())
}

/// What guests call, and what a call does.
fn op_views(page: &mut String, output: &Output, op: &Op) {
    let _ = writeln!(page, "<h2>{}</h2>", escape(op.name.kebab()));
    let (kebab, snake) = (format!("{}: func(", op.name.kebab()), op.name.snake() + "(");
    let views = [("WIT", "wit/", ".wit", &kebab), ("C++", "cpp/", ".hpp", &snake), ("Rust", "rust/", ".rs", &snake)];
    for (language, folder, ending, name) in views.into_iter().chain([("C", "c/", ".h", &snake)]) {
        let texts = output.files.iter().filter(|(path, _)| path.starts_with(folder) && path.ends_with(ending));
        let found = texts.map(|(_, bytes)| String::from_utf8_lossy(bytes)).find_map(|text| declaration(&text, name));
        if let Some(text) = found {
            let _ = writeln!(page, "<h3>{language}</h3>\n<pre class=\"wraps\">{}</pre>", escape(&text));
        }
    }
    let plan = escape(plan::text(&output.manifest, op).trim_end());
    let _ = writeln!(page, "<details><summary>Plan</summary><pre>{plan}</pre></details>");
}

/// The code of one form, each kind behind its name. Of a file, the first of each kind for GPUs is open.
fn forms(page: &mut String, form: &Form, open: &mut BTreeSet<&'static str>) -> Result<(), Failure> {
    let [x, y, z] = form.kernel.workgroup;
    let _ = writeln!(page, "<h2>{} <small>{x} x {y} x {z}</small></h2>", escape(&form.file_stem()));
    for (name, show) in [("WGSL", Show::Wgsl), ("PTX", Show::Ptx), ("CPU", Show::Cpu), ("IR", Show::Ir)] {
        let target = match show {
            Show::Wgsl => Some(wgpuc_abi::Target::Wgsl),
            Show::Ptx => Some(wgpuc_abi::Target::Ptx),
            Show::Cpu => Some(wgpuc_abi::Target::Cpu),
            _ => None,
        };
        if target.is_none_or(|target| form.code(target).is_some()) {
            let text = escape(code(form, show)?.trim_end());
            let is_open = matches!(show, Show::Wgsl | Show::Ptx) && open.insert(name);
            let open = if is_open { " open" } else { "" };
            let _ = writeln!(page, "<details{open}><summary>{name}</summary><pre>{text}</pre></details>");
        }
    }
    Ok(())
}

/// A file's text, with every access marked: as one whose check stays where it does in some instance.
fn marked(text: &str, file: FileId, instances: &[&CompiledInstance]) -> String {
    let mut marks: BTreeMap<(u32, u32), (bool, &str)> = BTreeMap::new();
    let kernels = instances.iter().filter_map(|instance| base(instance)).map(|form| &form.kernel);
    for access in kernels.flat_map(|kernel| &kernel.accesses).filter(|access| access.span.file == file) {
        let (stays, why) = match &access.check {
            Check::Proved(why) => (false, why.as_str()),
            Check::Stays(why) => (true, why.as_str()),
            Check::Unknown | Check::Explicit => (true, ""),
        };
        let mark = marks.entry((access.span.start, access.span.end)).or_insert((stays, why));
        if stays && !mark.0 {
            *mark = (stays, why);
        }
    }
    let (mut out, mut at) = (String::new(), 0);
    for ((start, end), (stays, why)) in marks {
        // Of an access within another one, the outer is marked.
        let (start, end) = (start as usize, end as usize);
        let (Some(before), Some(access)) = (text.get(at..start), text.get(start..end)) else { continue };
        let class = if stays { "stays" } else { "gone" };
        let _ = write!(
            out,
            "{}<span class=\"{class}\" title=\"{}\">{}</span>",
            escape(before),
            escape(why),
            escape(access)
        );
        at = end;
    }
    out + &escape(text.get(at..).unwrap_or_default())
}

/// A declaration with the comments before it, up to its body.
fn declaration(text: &str, name: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let is_declared = |line: &&str| {
        let before = line.find(name).and_then(|at| line.get(..at));
        before.is_some_and(|before| {
            let is_part = before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
            !is_part && !before.trim_start().starts_with("//") && !before.contains('=')
        })
    };
    let at = lines.iter().position(is_declared)?;
    let is_attribute = |line: &str| line.trim_start().starts_with("#[");
    let is_before = |line: &&&str| line.trim_start().starts_with("//") || is_attribute(line);
    let first = at - lines[..at].iter().rev().take_while(is_before).count();
    let last = at + lines[at..].iter().position(|line| line.ends_with('{') || line.ends_with(';'))?;
    let indent = lines[at].len() - lines[at].trim_start().len();
    let shown = lines[first..=last].iter().filter(|line| !is_attribute(line));
    let text = shown.map(|line| line.get(indent..).unwrap_or(line.trim_start())).collect::<Vec<_>>().join("\n");
    Some(text.trim_end_matches('{').trim_end().trim_end_matches(';').to_owned())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
