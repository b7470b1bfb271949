//! Patterns: what they test, what they bind, and whether a `match` leaves values out.

use super::infer::{int_of_bits, int_range};
use super::place::{Owner, OwnerKind};
use super::scope::Local;
use super::types::{Elem, Ty};
use super::value::Val;
use super::{Elaborator, Reported, Res, arms};
use crate::diag::{Diagnostic, codes::types as codes};
use crate::ir::{Const, Op, ScalarConst};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, PatternKind};

/// A pattern with its constants known.
#[derive(Clone, Debug)]
pub(super) enum Pat {
    /// Fits everything.
    Any(Option<Name>),
    /// Fits one value.
    Value(Const),
    /// Fits the values between two, both included.
    Range(Const, Const),
    /// Fits what any of them fits.
    Or(Vec<Pat>),
    /// Fits a tuple part by part.
    Tuple(Vec<Pat>),
}

/// A name that a pattern binds.
#[derive(Clone, Debug)]
pub(super) struct Name {
    name: String,
    mutable: bool,
    span: Span,
}

/// The most combinations of cases that are looked at one by one.
const MAX_COMBINATIONS: usize = 4096;

impl Elaborator<'_> {
    /// A pattern for values of that type. `refutable`: in a `match`, where constants have names.
    pub(super) fn pattern(&mut self, pattern: &ast::Pattern, ty: &Ty, refutable: bool) -> Res<Pat> {
        let ty = &self.settle(ty);
        match &pattern.kind {
            PatternKind::Wildcard => Ok(Pat::Any(None)),
            PatternKind::Bind { name, mutable } => self.name_pattern(name, *mutable, ty, refutable),
            PatternKind::Tuple(parts) => match ty {
                Ty::Tuple(tys) if tys.len() == parts.len() => {
                    let parts = parts.iter().zip(tys).map(|(part, ty)| self.pattern(part, ty, refutable));
                    Ok(Pat::Tuple(parts.collect::<Res<_>>()?))
                }
                _ => {
                    let text = format!("expected `{}`, found a tuple of {} parts", self.show(ty), parts.len());
                    let d = Diagnostic::new(codes::MISMATCHED, pattern.span, "mismatched types").here(text);
                    Err(self.report(d))
                }
            },
            _ if !refutable => {
                let text = "this pattern does not fit every value";
                Err(self.error(codes::BAD_PATTERN, pattern.span, text))
            }
            PatternKind::Value(expr) => Ok(Pat::Value(self.pattern_const(expr, ty)?)),
            PatternKind::Range(low, high) => {
                let (low_at, high_at) = (self.pattern_const(low, ty)?, self.pattern_const(high, ty)?);
                let of = |value: Const| int_of_bits(value.lanes[0], value.ty.scalar);
                if int_range(low_at.ty.scalar).is_none() {
                    return Err(self.error(codes::BAD_PATTERN, pattern.span, "ranges are of integers"));
                }
                if of(low_at) > of(high_at) {
                    return Err(self.error(codes::BAD_PATTERN, pattern.span, "an empty range fits nothing"));
                }
                Ok(Pat::Range(low_at, high_at))
            }
            PatternKind::Or(parts) => {
                let pats: Vec<Pat> = parts.iter().map(|part| self.pattern(part, ty, true)).collect::<Res<_>>()?;
                if pats.iter().any(binds) {
                    let text = "alternatives cannot bind names";
                    return Err(self.error(codes::BAD_PATTERN, pattern.span, text));
                }
                Ok(Pat::Or(pats))
            }
        }
    }

    /// A lone name: a constant's, or a new one.
    fn name_pattern(&mut self, name: &ast::Ident, mutable: bool, ty: &Ty, refutable: bool) -> Res<Pat> {
        if refutable && !mutable && self.is_constant_name(&name.name) {
            let path = ast::Path { qualifier: None, name: name.clone(), generics: vec![], span: name.span };
            let expr = Expr { kind: ast::ExprKind::Path(path), span: name.span };
            return Ok(Pat::Value(self.pattern_const(&expr, ty)?));
        }
        if let (true, Ty::Enum(id)) = (refutable, ty)
            && let Some(d) = arms::hidden_case(self.program.item(*id), name)
        {
            return Err(self.report(d));
        }
        Ok(Pat::Any(Some(Name { name: name.name.clone(), mutable, span: name.span })))
    }

    fn is_constant_name(&self, name: &str) -> bool {
        let item = self.program.lookup(self.file(), name).map(|id| self.program.item(id));
        matches!(self.generic(name), Some(super::scope::Generic::Const(..)))
            || matches!(item, Some(ast::Item::Const(_)))
    }

    fn pattern_const(&mut self, expr: &Expr, ty: &Ty) -> Res<Const> {
        if matches!(expr.kind, ast::ExprKind::Bool(_)) && *ty != Ty::BOOL {
            let d = Diagnostic::new(codes::MISMATCHED, expr.span, "mismatched types")
                .here(format!("expected `{}`, found `bool`", self.show(ty)));
            return Err(self.report(d));
        }
        let val = self.const_expr(expr, Some(ty))?;
        self.known(&val).ok_or_else(|| self.error(codes::BAD_PATTERN, expr.span, "not a single value"))
    }

    /// Whether the value fits: `None` where it always does.
    pub(super) fn test(&mut self, pat: &Pat, val: &Val, span: Span) -> Res<Option<Val>> {
        match pat {
            Pat::Any(_) => Ok(None),
            Pat::Value(value) => Ok(Some(self.compare(Op::Eq, val, *value, span)?)),
            Pat::Range(low, high) => {
                let above = self.compare(Op::Ge, val, *low, span)?;
                let below = self.compare(Op::Le, val, *high, span)?;
                Ok(Some(self.op(Op::And, &[above, below], span)?))
            }
            Pat::Or(parts) => {
                let mut all: Option<Val> = None;
                for part in parts {
                    let Some(test) = self.test(part, val, span)? else { return Ok(None) };
                    all = Some(match all {
                        Some(before) => self.op(Op::Or, &[before, test], span)?,
                        None => test,
                    });
                }
                Ok(all)
            }
            Pat::Tuple(parts) => {
                let mut all: Option<Val> = None;
                for (part, val) in parts.iter().zip(self.split(val)?) {
                    if let Some(test) = self.test(part, &val, span)? {
                        all = Some(match all {
                            Some(before) => self.op(Op::And, &[before, test], span)?,
                            None => test,
                        });
                    }
                }
                Ok(all)
            }
        }
    }

    fn compare(&mut self, op: Op, val: &Val, with: Const, span: Span) -> Res<Val> {
        let leaf = self.b.constant(with);
        self.op(op, &[val.clone(), Val::leaf(val.ty.clone(), leaf)], span)
    }

    /// The parts of a tuple's value.
    fn split(&mut self, val: &Val) -> Res<Vec<Val>> {
        let (mut parts, mut from) = (vec![], 0);
        for ty in self.parts(&val.ty)? {
            let n = self.n_leaves(&ty)?;
            parts.push(Val { ty, leaves: val.leaves[from..from + n].into() });
            from += n;
        }
        Ok(parts)
    }

    /// Binds the pattern's names to the value's parts.
    pub(super) fn bind_pattern(&mut self, pat: &Pat, val: &Val) -> Res<()> {
        match pat {
            Pat::Any(Some(name)) => {
                let local = if name.mutable {
                    let place = self.variable(&val.ty, Owner::new(&name.name, name.span, OwnerKind::Mut))?;
                    self.write(&place, val)?;
                    Local::Place(place)
                } else {
                    self.keep(&name.name, name.span, val.clone())?
                };
                self.bind(&name.name, local);
                Ok(())
            }
            Pat::Tuple(parts) => {
                for (part, val) in parts.iter().zip(self.split(val)?) {
                    self.bind_pattern(part, &val)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Refuses a `match` that leaves values out.
    pub(super) fn check_exhaustive(&mut self, ty: &Ty, arms: &[(Pat, &Expr)], on: Span, span: Span) -> Res<()> {
        if arms.iter().any(|(pat, _)| is_irrefutable(pat)) {
            return Ok(());
        }
        let ty = self.settle(ty);
        let missing = match &ty {
            Ty::Num(Elem::Known(scalar), 1) if int_range(*scalar).is_some() => {
                let range = int_range(*scalar).unwrap_or_default();
                first_gap(arms.iter().map(|(pat, _)| pat), range).map(|value| value.to_string())
            }
            _ => match self.all_values(&ty)? {
                Some(values) => {
                    let left = values.iter().find(|value| !arms.iter().any(|(pat, _)| fits(pat, &mut value.iter())));
                    left.map(|value| self.show_values(&ty, value))
                }
                None => Some("_".to_owned()),
            },
        };
        let Some(missing) = missing else { return Ok(()) };
        let d = Diagnostic::new(codes::NOT_EXHAUSTIVE, on, format!("this `match` leaves out `{missing}`"))
            .here(format!("of type `{}`", self.show(&ty)))
            .label(span, "")
            .help("add an arm for it, or `_ => ...`");
        Err(self.report(d))
    }

    /// Every value of a type that has few, leaf by leaf.
    fn all_values(&mut self, ty: &Ty) -> Res<Option<Vec<Vec<Const>>>> {
        Ok(match ty {
            Ty::Num(Elem::Known(crate::ir::Scalar::Bool), 1) => {
                Some(vec![vec![Const::bool(false)], vec![Const::bool(true)]])
            }
            Ty::Enum(id) => match self.program.item(*id) {
                ast::Item::Enum(item) => {
                    Some((0..item.cases.len() as u32).map(|case| vec![Const::u32(case)]).collect())
                }
                _ => return Err(Reported),
            },
            Ty::Tuple(parts) => {
                let mut all = vec![vec![]];
                for part in parts {
                    if matches!(part, Ty::Tuple(_)) {
                        return Ok(None);
                    }
                    let Some(values) = self.all_values(part)? else { return Ok(None) };
                    if all.len() * values.len() > MAX_COMBINATIONS {
                        return Ok(None);
                    }
                    let with = |start: &Vec<Const>| {
                        let start = start.clone();
                        values.iter().map(move |value| [start.as_slice(), value].concat()).collect::<Vec<_>>()
                    };
                    all = all.iter().flat_map(with).collect();
                }
                Some(all)
            }
            _ => None,
        })
    }

    fn show_values(&mut self, ty: &Ty, values: &[Const]) -> String {
        let tys = self.leaf_types(ty).unwrap_or_default();
        let shown: Vec<String> = tys
            .iter()
            .zip(values)
            .map(|(ty, value)| match ty {
                Ty::Enum(_) => format!("{}::{}", self.show(ty), self.show_const(ty, *value)),
                _ => self.show_const(ty, *value),
            })
            .collect();
        match ty {
            Ty::Tuple(_) => format!("({})", shown.join(", ")),
            _ => shown.join(", "),
        }
    }
}

fn binds(pat: &Pat) -> bool {
    match pat {
        Pat::Any(name) => name.is_some(),
        Pat::Or(parts) | Pat::Tuple(parts) => parts.iter().any(binds),
        Pat::Value(_) | Pat::Range(..) => false,
    }
}

/// Whether it fits every value.
pub(super) fn is_irrefutable(pat: &Pat) -> bool {
    match pat {
        Pat::Any(_) => true,
        Pat::Tuple(parts) => parts.iter().all(is_irrefutable),
        Pat::Or(parts) => parts.iter().any(is_irrefutable),
        Pat::Value(_) | Pat::Range(..) => false,
    }
}

/// Whether a value fits, given as its leaves, which are taken one by one.
fn fits<'a>(pat: &Pat, leaves: &mut (impl Iterator<Item = &'a Const> + Clone)) -> bool {
    match pat {
        Pat::Tuple(parts) => parts.iter().all(|part| fits(part, leaves)),
        Pat::Or(parts) => {
            let start = leaves.clone();

            parts.iter().fold(false, |any, part| {
                *leaves = start.clone();
                fits(part, leaves) || any
            })
        }
        // Only single leaves stand beside patterns that look at them.
        Pat::Any(_) => {
            leaves.next();
            true
        }
        Pat::Value(value) => leaves.next().is_some_and(|leaf| leaf.lanes == value.lanes),
        Pat::Range(low, high) => leaves.next().is_some_and(|leaf| {
            let of = |value: &Const| int_of_bits(value.lanes[0], value.ty.scalar);
            of(low) <= of(leaf) && of(leaf) <= of(high)
        }),
    }
}

/// The least integer of a type that no pattern fits.
fn first_gap<'a>(pats: impl Iterator<Item = &'a Pat>, (low, high): (i128, i128)) -> Option<i128> {
    fn collect(pat: &Pat, all: &mut Vec<(i128, i128)>) {
        let of = |value: &Const| {
            let ScalarConst { scalar, bits } = value.lane(0);
            int_of_bits(bits, scalar)
        };
        match pat {
            Pat::Value(value) => all.push((of(value), of(value))),
            Pat::Range(low, high) => all.push((of(low), of(high))),
            Pat::Or(parts) => parts.iter().for_each(|part| collect(part, all)),
            Pat::Any(_) | Pat::Tuple(_) => {}
        }
    }
    let mut ranges = vec![];
    pats.for_each(|pat| collect(pat, &mut ranges));
    ranges.sort_unstable();
    let mut next = low;
    for (from, to) in ranges {
        if from > next {
            return Some(next);
        }
        next = next.max(to + 1);
    }
    (next <= high).then_some(next)
}
