//! The IR as text.
//!
//! In: a kernel. Out: its text, stable from run to run, for goldens and `wgpuc inspect`; there is no way back.
//! A name that two items share is written with `#` and its number.

mod expr;

use super::{
    Access, AccessId, Barrier, Block, Buffer, Check, FactAtom, FactExpr, Kernel, ParamKind, Place, Stmt, StmtKind,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The kernel as text, for people and goldens.
#[must_use]
pub fn print(kernel: &Kernel) -> String {
    let mut printer = Printer { kernel, names: Names::new(kernel), out: String::new(), depth: 1 };
    printer.head();
    printer.block(&kernel.body);
    printer.out.push_str("}\n");
    printer.out
}

struct Printer<'a> {
    kernel: &'a Kernel,
    names: Names,
    out: String,
    depth: usize,
}

/// The printed name of each item, by its number.
struct Names {
    params: Vec<String>,
    shared: Vec<String>,
    slots: Vec<String>,
}

impl Names {
    fn new(kernel: &Kernel) -> Self {
        let params: Vec<&str> = kernel.params.iter().map(|p| p.name.as_str()).collect();
        let shared: Vec<&str> = kernel.shared.iter().map(|s| s.name.as_str()).collect();
        let slots: Vec<&str> = kernel.slots.iter().map(|s| s.name.as_str()).collect();
        let mut count = BTreeMap::new();
        for name in params.iter().chain(&shared).chain(&slots) {
            *count.entry(*name).or_insert(0) += 1;
        }
        let unique = |names: &[&str]| {
            let name = |(id, name): (usize, &&str)| match count.get(name) {
                Some(1) => (*name).to_owned(),
                _ => format!("{name}#{id}"),
            };
            names.iter().enumerate().map(name).collect()
        };
        Self { params: unique(&params), shared: unique(&shared), slots: unique(&slots) }
    }
}

/// The name of that number, or `?` and the number where there is none.
fn name(names: &[String], id: u32) -> String {
    names.get(id as usize).cloned().unwrap_or_else(|| format!("?{id}"))
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        for _ in 0..self.depth {
            self.out.push_str("    ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn head(&mut self) {
        let kernel = self.kernel;
        let [x, y, z] = kernel.workgroup;
        let _ = write!(self.out, "kernel {} workgroup [{x}, {y}, {z}]", kernel.name);
        self.out.push_str(if kernel.grid_1d { " grid 1d" } else { "" });
        for feature in &kernel.features {
            let _ = write!(self.out, " with {}", feature.name());
        }
        for (name, hint) in [("max_registers", kernel.hints.max_registers), ("min_groups", kernel.hints.min_groups)] {
            let _ = hint.map(|n| write!(self.out, " {name} {n}"));
        }
        self.out.push_str(" {\n");
        for (id, param) in (0..).zip(&kernel.params) {
            let ty = match &param.kind {
                ParamKind::Scalar(scalar) => scalar.name().to_owned(),
                ParamKind::Buffer(buffer) => buffer_type(buffer),
            };
            self.line(&format!("param {}: {ty}", name(&self.names.params, id)));
        }
        for (id, shared) in (0..).zip(&kernel.shared) {
            let elem = if shared.atomic { format!("Atomic<{}>", shared.elem) } else { shared.elem.to_string() };
            let zeroed = if shared.zeroed { " = 0" } else { "" };
            let of = shared.view_of.map_or_else(String::new, |of| format!(" of {}", name(&self.names.shared, of.0)));
            self.line(&format!("shared {}: [{elem}; {}]{of}{zeroed}", name(&self.names.shared, id), shared.len));
        }
        for (id, slot) in (0..).zip(&kernel.slots) {
            let ty = slot.len.map_or_else(|| slot.ty.to_string(), |len| format!("[{}; {len}]", slot.ty));
            self.line(&format!("let mut {}: {ty}", name(&self.names.slots, id)));
        }
        for fact in &kernel.facts {
            self.line(&format!("given {} <= {}", self.fact(&fact.left), self.fact(&fact.right)));
        }
    }

    fn fact(&self, expr: &FactExpr) -> String {
        let atom = |atom: &FactAtom| match atom {
            FactAtom::Param(id) => name(&self.names.params, id.0),
            FactAtom::Len(id) => format!("len({})", name(&self.names.params, id.0)),
            FactAtom::Groups(axis) => format!("num_workgroups.{}", axis_name(*axis)),
        };
        let term = |(factor, atoms): &(i128, Vec<FactAtom>)| {
            let atoms: Vec<String> = atoms.iter().map(atom).collect();
            match (factor, atoms.is_empty()) {
                (_, true) => factor.to_string(),
                (1, _) => atoms.join(" * "),
                _ => format!("{factor} * {}", atoms.join(" * ")),
            }
        };
        let terms: Vec<String> = expr.terms.iter().map(term).collect();
        if terms.is_empty() { "0".to_owned() } else { terms.join(" + ") }
    }

    fn block(&mut self, block: &Block) {
        for stmt in block {
            self.stmt(stmt);
        }
    }

    fn nested(&mut self, block: &Block) {
        self.depth += 1;
        self.block(block);
        self.depth -= 1;
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Def(id) => match self.kernel.values.get(id.0 as usize) {
                Some(value) => {
                    let text = format!("%{}: {} = {}", id.0, value.ty, self.expr(&value.expr));
                    self.line(&text);
                }
                None => self.line(&format!("%{} = ?", id.0)),
            },
            StmtKind::SetSlot(slot, value) => {
                self.line(&format!("{} = %{}", name(&self.names.slots, slot.0), value.0));
            }
            StmtKind::Store { index, value, access } => {
                let (place, note) = self.access(*access);
                self.line(&format!("store {place}[%{}] = %{}{note}", index.0, value.0));
            }
            StmtKind::If { cond, then, otherwise } => {
                self.line(&format!("if %{} {{", cond.0));
                self.nested(then);
                if !otherwise.is_empty() {
                    self.line("} else {");
                    self.nested(otherwise);
                }
                self.line("}");
            }
            StmtKind::For { var, start, end, step, unroll, body } => {
                let unroll = if *unroll { "unroll " } else { "" };
                let ty = self.kernel.values.get(var.0 as usize).map_or_else(String::new, |v| format!(": {}", v.ty));
                let range = format!("%{}..%{} step %{}", start.0, end.0, step.0);
                self.line(&format!("{unroll}for %{}{ty} in {range} {{", var.0));
                self.nested(body);
                self.line("}");
            }
            StmtKind::Loop { body } => {
                self.line("loop {");
                self.nested(body);
                self.line("}");
            }
            StmtKind::Break => self.line("break"),
            StmtKind::Continue => self.line("continue"),
            StmtKind::Return => self.line("return"),
            StmtKind::Barrier(Barrier::Workgroup) => self.line("barrier workgroup"),
            StmtKind::Barrier(Barrier::Storage) => self.line("barrier storage"),
            StmtKind::CopyAsync { to, from, cond } => {
                let [(to, to_note), (from, from_note)] = [to, from].map(|element| {
                    let (place, note) = self.access(element.access);
                    (format!("{place}[%{}]", element.index.0), note)
                });
                let cond = cond.map(|cond| format!(" if %{} else 0", cond.0)).unwrap_or_default();
                self.line(&format!("copy_async {to} = {from}{cond}{to_note}{from_note}"));
            }
            StmtKind::CopyCommit => self.line("copy_commit"),
            StmtKind::CopyWait(n) => self.line(&format!("copy_wait {n}")),
            StmtKind::Fault { site, value, bound } => {
                let what = self.kernel.sites.get(site.0 as usize).map_or("?", |s| s.what.as_str());
                self.line(&format!("fault unless %{} < %{} // {what}", value.0, bound.0));
            }
        }
    }

    /// The place of an access, and what is known of its index as a comment.
    fn access(&self, id: AccessId) -> (String, String) {
        let Some(Access { place, check, .. }) = self.kernel.accesses.get(id.0 as usize) else {
            return (format!("?{}", id.0), String::new());
        };
        let place = match place {
            Place::Buffer(id) => name(&self.names.params, id.0),
            Place::Shared(id) => name(&self.names.shared, id.0),
            Place::Slot(id) => name(&self.names.slots, id.0),
        };
        let note = match check {
            Check::Unknown => String::new(),
            Check::Proved(why) => format!(" // proved: {why}"),
            Check::Stays(why) => format!(" // checked: {why}"),
            Check::Explicit => " // checked around".to_owned(),
        };
        (place, note)
    }
}

fn buffer_type(buffer: &Buffer) -> String {
    let reference = if buffer.mutable { "&mut " } else { "&" };
    let elem = if buffer.atomic { format!("Atomic<{}>", buffer.elem) } else { buffer.elem.to_string() };
    let per_item = match (buffer.packed, buffer.elems_per_item) {
        (Some(bytes), _) => format!(", {bytes} bytes per item"),
        (None, 1) => String::new(),
        (None, n) => format!(", {n} per item"),
    };
    let alias = if buffer.may_alias { " may alias" } else { "" };
    format!("{reference}[{elem}{per_item}]{alias}")
}

fn axis_name(axis: u8) -> &'static str {
    ["x", "y", "z"].get(usize::from(axis)).copied().unwrap_or("?")
}

#[cfg(test)]
mod tests;
