//! Plans as text that reads like the op: what `wgpuc inspect --show plan` prints.

use std::fmt::Write as _;
use wgpuc_abi::{Arg, BinaryOp, Choice, Expr, Manifest, Op, OpParamType, Step, UnaryOp};

/// The plan of an op of a package.
pub(super) fn text(manifest: &Manifest, op: &Op) -> String {
    let params: Vec<&str> = op.params.iter().map(|param| param.name.kebab()).collect();
    let mut out = format!("{}({})\n", op.name.kebab(), params.join(", "));
    let mut writer = Writer { manifest, op, names: vec![None; op.plan.n_slots as usize] };
    writer.steps(&mut out, &op.plan.steps, 1);
    out
}

struct Writer<'a> {
    manifest: &'a Manifest,
    op: &'a Op,
    /// What each slot is called.
    names: Vec<Option<String>>,
}

impl Writer<'_> {
    fn steps(&mut self, out: &mut String, steps: &[Step], depth: usize) {
        let indent = "    ".repeat(depth);
        for step in steps {
            match step {
                Step::Let { slot, name, value } => {
                    let name = self.name(*slot, name);
                    let _ = writeln!(out, "{indent}let {name} = {}", self.expr(value, 0));
                }
                Step::Require { cond, .. } => {
                    let _ = writeln!(out, "{indent}require {}", self.expr(cond, 0));
                }
                Step::Scratch { id, elem_bytes, len, zeroed, taken } => {
                    let zeroed = if *zeroed { ", zeroed" } else { "" };
                    let may_fail = taken.map(|slot| format!(", {} if there is room", self.name(slot, "taken")));
                    let (len, may_fail) = (self.expr(len, 0), may_fail.unwrap_or_default());
                    let _ =
                        writeln!(out, "{indent}scratch{id} = {len} elements of {elem_bytes} bytes{zeroed}{may_fail}");
                }
                Step::Launch { kernel, instance, grid, args } => {
                    self.launch(out, &indent, (*kernel, instance), grid, args)
                }
                Step::If { cond, then, otherwise } => self.branch(out, (cond, then, otherwise), depth),
            }
        }
    }

    fn branch(&mut self, out: &mut String, first: (&Expr, &[Step], &[Step]), depth: usize) {
        let indent = "    ".repeat(depth);
        let (mut word, (mut cond, mut then, mut otherwise)) = ("if", first);
        loop {
            let _ = writeln!(out, "{indent}{word} {}", self.expr(cond, 0));
            self.steps(out, then, depth + 1);
            match otherwise {
                [] => return,
                [Step::If { cond: c, then: t, otherwise: o }] => {
                    (word, cond, then, otherwise) = ("else if", c, t, o);
                }
                rest => {
                    let _ = writeln!(out, "{indent}else");
                    return self.steps(out, rest, depth + 1);
                }
            }
        }
    }

    /// `launch tiled_true [n, 1, 1] (m, k, a, b, c)`.
    fn launch(&self, out: &mut String, indent: &str, of: (u32, &Choice), grid: &[Expr; 3], args: &[Arg]) {
        let kernel = self.manifest.kernels.get(of.0 as usize);
        let instance = |index: u32| {
            let found = kernel.and_then(|kernel| kernel.instances.get(index as usize));
            found.map_or("?", |instance| instance.name.as_str())
        };
        let last = grid.iter().rposition(|axis| *axis != Expr::Int(1)).unwrap_or(0);
        let grid: Vec<String> = grid[..=last].iter().map(|axis| self.expr(axis, 0)).collect();
        let args: Vec<String> = args
            .iter()
            .map(|arg| match arg {
                Arg::Scalar(value) => self.expr(value, 0),
                Arg::Param(param) => self.param(*param, None),
                Arg::Scratch(id) => format!("scratch{id}"),
            })
            .collect();
        let (grid, args) = (grid.join(", "), args.join(", "));
        match of.1 {
            Choice::Fixed(index) => {
                let _ = writeln!(out, "{indent}launch {} [{grid}] ({args})", instance(*index));
            }
            Choice::Table { selectors, cases } => {
                let selectors: Vec<String> = selectors.iter().map(|selector| self.expr(selector, 0)).collect();
                let _ = writeln!(out, "{indent}launch by {} [{grid}] ({args})", selectors.join(", "));
                for (values, index) in cases {
                    let values: Vec<String> = values.iter().map(i64::to_string).collect();
                    let _ = writeln!(out, "{indent}    {}: {}", values.join(", "), instance(*index));
                }
            }
        }
    }

    /// A slot's name, which it gets here: its own in the source, with its number where another one has that.
    fn name(&mut self, slot: u32, source: &str) -> String {
        let taken = |name: &str| self.names.iter().flatten().any(|other| other == name);
        let name = if source.is_empty() || taken(source) { format!("{source}_{slot}") } else { source.to_owned() };
        if let Some(place) = self.names.get_mut(slot as usize) {
            *place = Some(name.clone());
        }
        name
    }

    fn param(&self, param: u32, field: Option<u32>) -> String {
        let Some(param) = self.op.params.get(param as usize) else { return "?".to_owned() };
        let record = match &param.ty {
            OpParamType::Record(name) => self.manifest.interface.record(name),
            _ => None,
        };
        let field = record.zip(field).and_then(|(record, field)| record.fields.get(field as usize));
        match field {
            Some(field) => format!("{}.{}", param.name.kebab(), field.name.kebab()),
            None => param.name.kebab().to_owned(),
        }
    }

    /// An expression, in brackets where what is around it binds more closely.
    fn expr(&self, expr: &Expr, around: u8) -> String {
        match expr {
            Expr::Int(value) => value.to_string(),
            Expr::F32(bits) => format!("{:?}", f32::from_bits(*bits)),
            Expr::Bool(value) => value.to_string(),
            Expr::Param { param, field } => self.param(*param, *field),
            Expr::Len { param } => format!("{}.len()", self.param(*param, None)),
            Expr::IsSome { param } => format!("{}.is_some()", self.param(*param, None)),
            Expr::Supports(feature) => format!("supports({})", feature.name()),
            Expr::Slot(slot) => self.names.get(*slot as usize).cloned().flatten().unwrap_or_else(|| format!("_{slot}")),
            Expr::Unary(UnaryOp::Not, a) => format!("!{}", self.expr(a, 10)),
            Expr::Unary(UnaryOp::Neg, a) => format!("-{}", self.expr(a, 10)),
            Expr::Unary(UnaryOp::Ilog2, a) => format!("{}.ilog2()", self.expr(a, 10)),
            Expr::Binary(op, a, b) => self.binary(*op, a, b, around),
            Expr::Select(cond, a, b) => {
                format!("(if {} then {} else {})", self.expr(cond, 0), self.expr(a, 0), self.expr(b, 0))
            }
        }
    }

    fn binary(&self, op: BinaryOp, a: &Expr, b: &Expr, around: u8) -> String {
        let (sign, level) = match op {
            BinaryOp::DivCeil => return format!("div_ceil({}, {})", self.expr(a, 0), self.expr(b, 0)),
            BinaryOp::Min => return format!("min({}, {})", self.expr(a, 0), self.expr(b, 0)),
            BinaryOp::Max => return format!("max({}, {})", self.expr(a, 0), self.expr(b, 0)),
            BinaryOp::Or => ("||", 1),
            BinaryOp::And => ("&&", 2),
            BinaryOp::Eq => ("==", 3),
            BinaryOp::Ne => ("!=", 3),
            BinaryOp::Lt => ("<", 3),
            BinaryOp::Le => ("<=", 3),
            BinaryOp::Gt => (">", 3),
            BinaryOp::Ge => (">=", 3),
            BinaryOp::BitOr => ("|", 4),
            BinaryOp::BitXor => ("^", 5),
            BinaryOp::BitAnd => ("&", 6),
            BinaryOp::Shl => ("<<", 7),
            BinaryOp::Shr => (">>", 7),
            BinaryOp::Add => ("+", 8),
            BinaryOp::Sub => ("-", 8),
            BinaryOp::Mul => ("*", 9),
            BinaryOp::Div => ("/", 9),
            BinaryOp::Rem => ("%", 9),
        };
        let text = format!("{} {sign} {}", self.expr(a, level), self.expr(b, level + 1));
        if level < around { format!("({text})") } else { text }
    }
}
