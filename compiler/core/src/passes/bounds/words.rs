//! Sums, facts and proofs in the words of the source.

use super::facts::{Facts, Origin};
use super::poly::{AtomId, Mono, Poly};
use super::search::Found;
use crate::ir::{Builtin, Expr, FactAtom, Kernel, Op, Place, ValueId};
use crate::source::Span;

/// Names what has none in the IR: the source of a span, if it is short.
pub type Namer<'a> = dyn Fn(Span) -> Option<String> + 'a;

/// What words are made with.
pub(super) struct Words<'a> {
    pub(super) kernel: &'a Kernel,
    pub(super) facts: &'a Facts,
    pub(super) name: &'a Namer<'a>,
}

impl Words<'_> {
    /// Why an access is in range: the facts used, chained where one starts as the last ends.
    pub(super) fn proof(&self, index: &Poly, found: &Found) -> String {
        let mut text = String::new();
        let mut last = String::new();
        for fact in &found.used {
            let (left, relation, right) = self.relation(fact);
            if text.contains(&format!("{left} {relation} {right}")) {
                continue;
            }
            text += &match (text.is_empty(), left == last) {
                (true, _) => format!("{left} {relation} {right}"),
                (false, true) => format!(" {relation} {right}"),
                (false, false) => format!(", {left} {relation} {right}"),
            };
            last = right;
        }
        if text.is_empty() {
            let high = self.facts.range(index).1;
            text = match index.as_constant() {
                Some(value) => format!("always {value}"),
                None => format!("{} <= {high}", self.sum(index)),
            };
        }
        text
    }

    /// What is missing for a proof.
    pub(super) fn missing(&self, index: &Poly, residuals: &[Poly]) -> String {
        let unknown = |fact: &Poly| {
            let (left, relation, right) = self.relation(fact);
            format!("`{left} {relation} {right}` is not known")
        };
        let readable = |fact: &&Poly| fact.terms().iter().all(|(_, c)| c.abs() < 1 << 31);
        let by_launch = |fact: &&Poly| {
            let launch = |m: &Mono| m.atoms().all(|a| matches!(self.origin(a), Origin::Launch(_)));
            fact.terms().iter().any(|(m, c)| *c < 0 && *m != Mono::ONE) && fact.terms().iter().all(|(m, _)| launch(m))
        };
        // What a `require!` can say: the grid is none of it.
        let of_the_grid = |fact: &Poly| {
            let mut atoms = fact.terms().iter().flat_map(|(m, _)| m.atoms());
            atoms.any(|a| matches!(self.origin(a), Origin::Launch(FactAtom::Groups(_))))
        };
        let wanted = residuals.iter().filter(readable).filter(by_launch);
        let wanted = wanted.min_by_key(|fact| (of_the_grid(fact), fact.terms().len()));
        if let Some(fact) = wanted {
            return unknown(fact);
        }
        let unbounded = index.terms().iter().flat_map(|(m, _)| m.atoms()).find(|a| self.is_unbounded(*a));
        match (unbounded, residuals.iter().find(readable)) {
            (Some(atom), _) => format!("nothing bounds `{}`", self.atom(atom)),
            (None, Some(fact)) => unknown(fact),
            (None, None) => format!("nothing bounds `{}`", self.sum(index)),
        }
    }

    fn is_unbounded(&self, atom: AtomId) -> bool {
        let launch = matches!(self.origin(atom), Origin::Launch(_));
        !launch && self.facts.atom(atom).high >= i128::from(i32::MAX) && !self.facts.is_bounded(atom)
    }

    /// `sum >= 0` as two sides and what stands between them.
    fn relation(&self, fact: &Poly) -> (String, &'static str, String) {
        let (positive, negative): (Vec<_>, Vec<_>) =
            fact.terms().iter().filter(|(m, _)| *m != Mono::ONE).copied().partition(|(_, c)| *c > 0);
        let offset = fact.offset();
        let (relation, left_offset, right_offset) = match offset {
            ..0 if !negative.is_empty() => ("<", -offset - 1, 0),
            ..0 => ("<=", -offset, 0),
            _ => ("<=", 0, offset),
        };
        let left = self.terms(negative.into_iter().map(|(m, c)| (m, -c)), left_offset);
        let right = self.terms(positive.into_iter(), right_offset);
        (left, relation, right)
    }

    pub(super) fn sum(&self, sum: &Poly) -> String {
        let terms: Vec<_> = sum.terms().iter().filter(|(m, _)| *m != Mono::ONE).copied().collect();
        self.terms(terms.into_iter(), sum.offset())
    }

    fn terms(&self, terms: impl DoubleEndedIterator<Item = (Mono, i128)>, offset: i128) -> String {
        let mut out = String::new();
        for (mono, c) in terms {
            let mut factors: Vec<String> = mono.atoms().map(|a| self.atom(a)).collect();
            // The older atom first: rows before columns.
            factors.reverse();
            if c.abs() != 1 {
                factors.insert(0, c.abs().to_string());
            }
            let is_alone = factors.len() == 1;
            factors
                .iter_mut()
                .filter(|f| is_infix(f) && !(is_alone && is_product(f)))
                .for_each(|f| *f = format!("({f})"));
            self::append(&mut out, c < 0, &factors.join(" * "));
        }
        if offset != 0 || out.is_empty() {
            append(&mut out, offset < 0, &offset.abs().to_string());
        }
        out
    }

    fn origin(&self, atom: AtomId) -> &Origin {
        &self.facts.atom(atom).origin
    }

    fn atom(&self, atom: AtomId) -> String {
        match self.origin(atom) {
            Origin::Launch(FactAtom::Param(param)) => self.kernel[*param].name.clone(),
            Origin::Launch(FactAtom::Len(param)) => format!("{}.len()", self.kernel[*param].name),
            Origin::Launch(FactAtom::Groups(axis)) => format!("num_workgroups().{}", self::axis(*axis)),
            Origin::Builtin(builtin) => self::builtin(*builtin),
            Origin::Slot(slot) => self.kernel[*slot].name.clone(),
            Origin::Value(value) => self.value(*value),
            Origin::Wrapped(sum, _) => format!("({})", self.sum(sum)),
            Origin::Read(param, index, _) => format!("{}[{}]", self.kernel[*param].name, self.sum(index)),
            Origin::Pure(op, operands, _) => self.operation(*op, operands),
        }
    }

    fn operation(&self, op: Op, operands: &[Poly]) -> String {
        let side = |p: &Poly| match self.sum(p) {
            text if is_infix(&text) => format!("({text})"),
            text => text,
        };
        let infix = match op {
            Op::Div => "/",
            Op::Rem => "%",
            Op::And => "&",
            Op::Or => "|",
            Op::Xor => "^",
            Op::Shl => "<<",
            Op::Shr => ">>",
            _ => "",
        };
        match (infix, operands) {
            ("", _) => {
                let operands: Vec<_> = operands.iter().map(|p| self.sum(p)).collect();
                format!("{}({})", op.row().name, operands.join(", "))
            }
            (_, [a, b]) => format!("{} {infix} {}", side(a), side(b)),
            _ => op.row().name.to_owned(),
        }
    }

    fn value(&self, value: ValueId) -> String {
        if let Some(name) = (self.name)(self.kernel[value].span) {
            return name;
        }
        match &self.kernel[value].expr {
            Expr::LoopVar => "the loop's variable".to_owned(),
            Expr::Load { access, .. } | Expr::UniformLoad { access, .. } | Expr::Atomic { access, .. } => {
                format!("{}[..]", self.place(self.kernel[*access].place))
            }
            _ => "this value".to_owned(),
        }
    }

    fn place(&self, place: Place) -> &str {
        match place {
            Place::Buffer(param) => &self.kernel[param].name,
            Place::Shared(shared) => &self.kernel[shared].name,
            Place::Slot(slot) => &self.kernel[slot].name,
        }
    }
}

/// Whether the text is a quotient or the like, which needs parentheses in a product.
fn is_infix(text: &str) -> bool {
    outside(text).any(|c| c == ' ')
}

/// Whether a text with an operator is a quotient or a rest: they bind more closely than sums, shifts and bits less.
fn is_product(text: &str) -> bool {
    outside(text).all(|c| !"<>&|^+-".contains(c))
}

/// What stands in no parentheses and brackets.
fn outside(text: &str) -> impl Iterator<Item = char> {
    let mut depth = 0;
    text.chars().filter(move |c| {
        depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
        depth == 0
    })
}

fn append(out: &mut String, negative: bool, term: &str) {
    match (out.is_empty(), negative) {
        (true, false) => {}
        (true, true) => out.push('-'),
        (false, false) => out.push_str(" + "),
        (false, true) => out.push_str(" - "),
    }
    out.push_str(term);
}

fn axis(axis: u8) -> char {
    match axis {
        0 => 'x',
        1 => 'y',
        _ => 'z',
    }
}

fn builtin(builtin: Builtin) -> String {
    match builtin {
        Builtin::LocalId(a) => format!("local_id().{}", axis(a)),
        Builtin::LocalIndex => "local_index()".to_owned(),
        Builtin::WorkgroupId(a) => format!("workgroup_id().{}", axis(a)),
        Builtin::NumWorkgroups(a) => format!("num_workgroups().{}", axis(a)),
        Builtin::SubgroupSize => "subgroup_size()".to_owned(),
        Builtin::SubgroupLane => "subgroup_lane()".to_owned(),
    }
}
