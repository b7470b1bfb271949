//! What an op says that it computes: a routine's arguments, each of which must fit.
//!
//! In: the `routine` of an `#[op]`, with the op's parameters in scope. Out: an [`abi::Routine`].

use super::value::{Buffer, Elem, Entity, Ty};
use super::walk::Walk;
use crate::diag::{codes::plan, nearest};
use crate::syntax::ast::{self, ExprKind};
use wgpuc_abi::{self as abi, Arg, Expr, Scalar};

/// An argument by name.
type Named = (ast::Ident, ast::Expr);

/// What there is.
const ROUTINES: [&str; 1] = ["gemm_f32"];

impl<'a> Walk<'_, 'a> {
    /// The routine, where its arguments fit.
    pub(super) fn routine(&mut self, name: &'a ast::Ident, args: &'a [Named]) -> Option<abi::Routine> {
        match name.name.as_str() {
            "gemm_f32" => self.gemm_f32(name, args).map(|gemm| abi::Routine::GemmF32(Box::new(gemm))),
            unknown => {
                let near = nearest(unknown, ROUTINES).map(|near| format!("did you mean `{near}`?"));
                let help = near.unwrap_or_else(|| format!("there is {}", list(&ROUTINES)));
                self.report(plan::ROUTINE, name.span, &format!("there is no routine `{unknown}`"), &help)
            }
        }
    }

    fn gemm_f32(&mut self, called: &'a ast::Ident, given: &'a [Named]) -> Option<abi::Gemm> {
        let names = ["m", "n", "k", "trans_a", "trans_b", "alpha", "beta", "a", "b", "c"];
        let [m, n, k, trans_a, trans_b, alpha, beta, a, b, c] = self.routine_args(called, given, names)?;
        let [m, n, k] = [m, n, k].map(|size| self.routine_value(size, Ty::Int));
        let [trans_a, trans_b] = [trans_a, trans_b].map(|flag| self.routine_value(flag, Ty::Bool));
        let [alpha, beta] = [alpha, beta].map(|factor| self.routine_value(factor, Ty::F32));
        let [a, b] = [a, b].map(|read| self.floats(read, false));
        let written = self.floats(c, true);
        if written.is_some() && (written == a || written == b) {
            let help = "a routine writes to a buffer of its own";
            return self.report(plan::ROUTINE, c.span, "`c` is also `a` or `b`", help);
        }
        let (m, n, k, trans_a, trans_b) = (m?, n?, k?, trans_a?, trans_b?);
        Some(abi::Gemm { m, n, k, trans_a, trans_b, alpha: alpha?, beta: beta?, a: a?, b: b?, c: written? })
    }

    /// The arguments of those names, in that order.
    fn routine_args<const N: usize>(
        &mut self,
        called: &'a ast::Ident,
        given: &'a [Named],
        names: [&str; N],
    ) -> Option<[&'a ast::Expr; N]> {
        let mut complete = true;
        for (at, (name, _)) in given.iter().enumerate() {
            let is_known = names.contains(&name.name.as_str());
            if is_known && !given[..at].iter().any(|(other, _)| other.name == name.name) {
                continue;
            }
            let (message, help) = match is_known {
                true => (format!("`{}` is given twice", name.name), "give it once".to_owned()),
                false => {
                    let near = nearest(&name.name, names).map(|near| format!("did you mean `{near}`?"));
                    let help = near.unwrap_or_else(|| format!("it takes {}", list(&names)));
                    (format!("`{}` has no argument `{}`", called.name, name.name), help)
                }
            };
            self.report::<()>(plan::ROUTINE, name.span, &message, &help);
            complete = false;
        }
        let found = names.map(|name| given.iter().find(|(ident, _)| ident.name == name).map(|(_, value)| value));
        let missing: Vec<&str> = names.into_iter().zip(&found).filter(|(_, f)| f.is_none()).map(|(n, _)| n).collect();
        if complete && !missing.is_empty() {
            let help = format!("it takes {}", list(&names));
            return self.report(plan::ROUTINE, called.span, &format!("{} not given", are(&missing)), &help);
        }
        let all: Vec<&ast::Expr> = found.into_iter().flatten().collect();
        all.try_into().ok().filter(|_| complete)
    }

    fn routine_value(&mut self, value: &ast::Expr, ty: Ty) -> Option<Expr> {
        self.value_of(value, ty).map(|value| value.expr)
    }

    /// The index of a parameter that is a buffer of `f32`.
    fn floats(&mut self, value: &ast::Expr, written: bool) -> Option<u32> {
        let named = match &value.kind {
            ExprKind::Path(path) if path.qualifier.is_none() => self.scope.get(&path.name.name),
            _ => None,
        };
        match named {
            Some(Entity::Unknown) => None,
            Some(Entity::Buffer(Buffer {
                arg: Arg::Param(param),
                elem: Elem::Scalar(Scalar::F32),
                optional: false,
                mutable,
                ..
            })) if *mutable || !written => Some(*param),
            _ => {
                let ty = if written { "`&mut [f32]`" } else { "`&[f32]`" };
                let help = format!("name a parameter of the op that is a {ty}");
                self.report(plan::ROUTINE, value.span, &format!("the routine takes a {ty} here"), &help)
            }
        }
    }
}

/// `` `m`, `n` and `k` ``
fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// `` `m` is ``, `` `m` and `n` are ``
fn are(names: &[&str]) -> String {
    format!("{} {}", list(names), if names.len() == 1 { "is" } else { "are" })
}
