//! Generic arguments of launches: what is bound, what the call chooses, and what instances are called.

use super::Planner;
use super::expr::text_of;
use super::fold;
use super::value::{Ty, Value};
use super::walk::Walk;
use crate::diag::codes::plan;
use crate::program::{Binding, ItemId};
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, GenericArg, GenericKind, Item, TypeKind};
use wgpuc_abi::{Expr, Name, Scalar};

/// More instances of one launch are refused.
const MAX_INSTANCES: usize = 256;

/// One generic argument of a launch.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    /// Known while compiling.
    Fixed(Binding),
    /// Chosen by the call: the value, and what each of its values binds.
    Chosen(Expr, Vec<Binding>),
}

/// A way that a launch may go: the selectors' values, and what they bind.
pub(super) struct Way {
    pub(super) values: Vec<i64>,
    pub(super) bindings: Vec<Binding>,
}

impl<'a> Walk<'_, 'a> {
    /// The generic arguments of a kernel.
    pub(super) fn generics(
        &mut self,
        id: ItemId,
        kernel: &'a ast::Kernel,
        args: &[GenericArg],
        span: Span,
    ) -> Option<Vec<Bound>> {
        let parameters = &kernel.function.generics;
        if parameters.len() != args.len() {
            let names: Vec<&str> = parameters.iter().map(|g| g.name.name.as_str()).collect();
            let message = format!(
                "`{}` has {} generic parameter{}, {} {} given",
                kernel.function.name.name,
                names.len(),
                if names.len() == 1 { "" } else { "s" },
                args.len(),
                if args.len() == 1 { "is" } else { "are" },
            );
            let help = match names.as_slice() {
                [] => format!("write `launch!({}, ...)`", kernel.function.name.name),
                names => format!("write `{}::<{}>`", kernel.function.name.name, names.join(", ")),
            };
            return self.report(plan::LAUNCH_GENERICS, span, &message, &help);
        }
        let bound: Vec<Option<Bound>> =
            parameters.iter().zip(args).map(|(parameter, arg)| self.generic(id, parameter, arg)).collect();
        bound.into_iter().collect()
    }

    fn generic(&mut self, id: ItemId, parameter: &'a ast::Generic, arg: &GenericArg) -> Option<Bound> {
        match &parameter.kind {
            GenericKind::Type(_) => self.type_argument(arg).map(Bound::Fixed),
            GenericKind::Const(ty) => self.const_argument(id, ty, arg),
        }
    }

    /// A value that `#[instances]` lists.
    pub(super) fn listed(&mut self, id: ItemId, parameter: &'a ast::Generic, arg: &GenericArg) -> Option<Binding> {
        match self.generic(id, parameter, arg)? {
            Bound::Fixed(binding) => Some(binding),
            Bound::Chosen(..) => {
                self.bad_generic(parameter.name.span, "this is not known while compiling", "list constants")
            }
        }
    }

    fn type_argument(&mut self, arg: &GenericArg) -> Option<Binding> {
        match arg {
            GenericArg::Type(ast::Type { kind: TypeKind::Scalar(scalar), .. }) => Some(Binding::Scalar(*scalar)),
            GenericArg::Type(ast::Type { kind: TypeKind::Vector(scalar, lanes), .. }) => {
                Some(Binding::Vector(*scalar, *lanes))
            }
            GenericArg::Type(ty) => self.bad_generic(ty.span, "this is no number type", "give one, such as `f32`"),
            GenericArg::Const(value) => {
                self.bad_generic(value.span, "a type is needed here", "give one, such as `f32`")
            }
        }
    }

    fn const_argument(&mut self, id: ItemId, ty: &ast::Type, arg: &GenericArg) -> Option<Bound> {
        let value = match arg {
            GenericArg::Const(value) => value.clone(),
            // A lone name reads as a type.
            GenericArg::Type(ast::Type { kind: TypeKind::Named(name), span }) => {
                let path = ast::Path { qualifier: None, name: name.clone(), generics: vec![], span: *span };
                ast::Expr { kind: ExprKind::Path(path), span: *span }
            }
            GenericArg::Type(ty) => return self.bad_generic(ty.span, "a value is needed here", "give a constant"),
        };
        let file = self.planner.program.file_of(id);
        let wanted = self.planner.const_type(ty, file)?;
        let found = self.value_of(&value, wanted)?;
        self.bind(ty, &found, value.span)
    }

    fn bind(&mut self, ty: &ast::Type, value: &Value, span: Span) -> Option<Bound> {
        match (value.ty, &value.expr) {
            (Ty::Bool, Expr::Bool(known)) => Some(Bound::Fixed(Binding::Bool(*known))),
            (Ty::Bool, expr) => Some(Bound::Chosen(expr.clone(), vec![Binding::Bool(false), Binding::Bool(true)])),
            (Ty::Enum(id), Expr::Int(case)) => Some(Bound::Fixed(Binding::Case(id, u32::try_from(*case).ok()?))),
            (Ty::Enum(id), expr) => {
                let Item::Enum(e) = self.planner.program.item(id) else { return None };
                let cases = (0..).take(e.cases.len()).map(|case| Binding::Case(id, case));
                Some(Bound::Chosen(expr.clone(), cases.collect()))
            }
            (Ty::Int, Expr::Int(known)) if fits(ty, *known) => Some(Bound::Fixed(Binding::Int(*known))),
            (Ty::Int, Expr::Int(known)) => {
                self.bad_generic(span, &format!("{known} does not fit the parameter's type"), "give one that does")
            }
            (Ty::Int, _) => self.bad_generic(
                span,
                "this number is only known when the op is called",
                "give a constant, pass it as an argument, or choose between constants with an enum",
            ),
            (Ty::F32, _) => self.bad_generic(span, "a float cannot be a generic argument", "pass it as an argument"),
        }
    }

    fn bad_generic<T>(&mut self, span: Span, message: &str, help: &str) -> Option<T> {
        self.report(plan::LAUNCH_GENERICS, span, message, help)
    }

    /// The values that choose, and every way that can arise here.
    pub(super) fn ways(&mut self, bound: &[Bound], span: Span) -> Option<(Vec<Expr>, Vec<Way>)> {
        let mut selectors: Vec<(Expr, usize)> = vec![];
        for b in bound {
            if let Bound::Chosen(expr, choices) = b
                && !selectors.iter().any(|(known, _)| known == expr)
            {
                selectors.push((expr.clone(), choices.len()));
            }
        }
        let total = selectors.iter().try_fold(1usize, |all, (_, n)| all.checked_mul(*n));
        if total.is_none_or(|total| total > MAX_INSTANCES) {
            let help = "pass some of them as arguments, or launch under `match`";
            let message = format!("this launch has more than {MAX_INSTANCES} instances");
            return self.report(plan::TOO_MANY_INSTANCES, span, &message, help);
        }
        let mut values: Vec<Vec<i64>> = vec![vec![]];
        for (_, n) in &selectors {
            let longer = |way: Vec<i64>| (0..*n as i64).map(move |v| [way.clone(), vec![v]].concat());
            values = values.into_iter().flat_map(longer).collect();
        }
        let exprs: Vec<Expr> = selectors.into_iter().map(|(expr, _)| expr).collect();
        values.retain(|way| self.can_arise(&exprs, way, bound));
        let ways = values.into_iter().map(|values| Way { bindings: bindings(bound, &exprs, &values), values });
        Some((exprs.clone(), ways.collect()))
    }

    /// Whether what is known here leaves room for these values.
    fn can_arise(&self, selectors: &[Expr], values: &[i64], bound: &[Bound]) -> bool {
        let is_bool = |selector: &Expr| {
            bound.iter().any(|b| {
                matches!(b, Bound::Chosen(expr, choices) if expr == selector && matches!(choices[0], Binding::Bool(_)))
            })
        };
        let by = |expr: &Expr| {
            let at = selectors.iter().position(|selector| selector == expr)?;
            Some(if is_bool(expr) { Expr::Bool(values[at] != 0) } else { Expr::Int(values[at]) })
        };
        self.known.iter().all(|(cond, holds)| match fold::substitute(cond, &by) {
            Expr::Bool(value) => value == *holds,
            _ => true,
        })
    }
}

/// What is bound where the selectors have these values.
fn bindings(bound: &[Bound], selectors: &[Expr], values: &[i64]) -> Vec<Binding> {
    let chosen = |expr: &Expr, choices: &[Binding]| {
        let at = selectors.iter().position(|selector| selector == expr).and_then(|at| values.get(at));
        let choice = at.and_then(|value| choices.get(usize::try_from(*value).ok()?));
        choice.copied().unwrap_or(Binding::Int(0))
    };
    bound
        .iter()
        .map(|b| match b {
            Bound::Fixed(binding) => *binding,
            Bound::Chosen(expr, choices) => chosen(expr, choices),
        })
        .collect()
}

fn fits(ty: &ast::Type, value: i64) -> bool {
    match ty.kind {
        TypeKind::Scalar(Scalar::U32) => u32::try_from(value).is_ok(),
        TypeKind::Scalar(Scalar::I32) => i32::try_from(value).is_ok(),
        TypeKind::Scalar(Scalar::U64) => value >= 0,
        _ => true,
    }
}

impl<'a> Planner<'a> {
    /// The type that a const parameter takes.
    pub(super) fn const_type(&mut self, ty: &ast::Type, file: crate::source::FileId) -> Option<Ty> {
        let found = match &ty.kind {
            TypeKind::Scalar(Scalar::Bool) => Some(Ty::Bool),
            TypeKind::Scalar(Scalar::I32 | Scalar::U32 | Scalar::I64 | Scalar::U64) => Some(Ty::Int),
            TypeKind::Named(name) => self
                .program
                .lookup(file, &name.name)
                .filter(|id| matches!(self.program.item(*id), Item::Enum(_)))
                .map(Ty::Enum),
            _ => None,
        };
        if found.is_none() {
            let help = "use an integer, `bool`, or an enum";
            self.signature_error(ty.span, "a const generic cannot have this type", help);
        }
        found
    }

    /// A binding for people: `Sum`, `4`, `f32x4`.
    pub(super) fn binding_text(&self, binding: Binding) -> String {
        match binding {
            Binding::Int(value) => value.to_string(),
            Binding::Bool(value) => value.to_string(),
            Binding::Case(id, case) => match self.program.item(id) {
                Item::Enum(e) => e.cases.get(case as usize).map(|c| c.name.name.clone()).unwrap_or_default(),
                _ => String::new(),
            },
            Binding::Scalar(scalar) => scalar.name().to_owned(),
            Binding::Vector(scalar, lanes) => format!("{}x{lanes}", scalar.name()),
        }
    }

    /// An instance's name: `reduce_partial_sum`.
    pub(super) fn instance_name(&self, id: ItemId, kernel: &ast::Kernel, bindings: &[Binding]) -> String {
        let (stem, name) = (Name::from_ident(&self.stem(id)), Name::from_ident(&kernel.function.name.name));
        let mut parts = vec![stem.snake()];
        if name != stem {
            parts.push(name.snake());
        }
        for (generic, binding) in kernel.function.generics.iter().zip(bindings) {
            match binding {
                Binding::Bool(false) => {}
                Binding::Bool(true) => parts.push(generic.name.name.to_lowercase()),
                Binding::Int(value) if *value < 0 => parts.push(format!("m{}", value.unsigned_abs())),
                other => parts.push(Name::from_ident(&self.binding_text(*other)).snake()),
            }
        }
        let mut text = parts.join("_");
        text.retain(|c| c.is_ascii_alphanumeric() || c == '_');
        if text.starts_with(|c: char| c.is_ascii_alphabetic()) { text } else { format!("k{text}") }
    }
}

/// A known value as a literal, to evaluate what depends on a bound generic.
pub(super) fn as_value(binding: Binding) -> Option<Value> {
    match binding {
        Binding::Int(value) => Some(Value::int(value)),
        Binding::Bool(value) => Some(Value::bool(value)),
        Binding::Case(id, case) => {
            let expr = Expr::Int(i64::from(case));
            let text = super::value::Text::atom(text_of(&expr));
            Some(Value::new(expr, Ty::Enum(id), text))
        }
        Binding::Scalar(_) | Binding::Vector(..) => None,
    }
}
