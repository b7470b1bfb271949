//! Patterns.

use super::{Reader, all, ast};
use ast::PatternKind;

impl Reader {
    /// What a `let`, a `for` or an arm binds.
    pub(super) fn pattern(&mut self, pat: &syn::Pat) -> Option<ast::Pattern> {
        let span = self.span_of(pat);
        let kind = match pat {
            syn::Pat::Wild(_) => PatternKind::Wildcard,
            syn::Pat::Paren(inner) => return self.pattern(&inner.pat),
            syn::Pat::Ident(ident) => {
                self.refuse_some(ident.by_ref.as_ref(), "`ref` patterns", "bind the value: leave out `ref`");
                let sub = ident.subpat.as_ref().map(|(_, pat)| pat);
                self.refuse_some(sub, "`@` patterns", "bind the value, and test it with `if`");
                PatternKind::Bind { name: self.ident(&ident.ident), mutable: ident.mutability.is_some() }
            }
            syn::Pat::Tuple(tuple) => PatternKind::Tuple(all(tuple.elems.iter().map(|p| self.pattern(p)))?),
            syn::Pat::Or(or) => PatternKind::Or(all(or.cases.iter().map(|p| self.pattern(p)))?),
            syn::Pat::Lit(lit) => PatternKind::Value(Box::new(self.literal(&lit.lit)?)),
            syn::Pat::Path(path) => {
                let path = self.path(path.qself.as_ref(), &path.path)?;
                PatternKind::Value(Box::new(ast::Expr { kind: ast::ExprKind::Path(path), span }))
            }
            syn::Pat::Range(range) => return self.range_pattern(range),
            syn::Pat::Guard(_) => return self.refuse(span, "match guards", "use `if` inside the arm"),
            syn::Pat::Slice(_) => return self.refuse(span, "slice patterns", "use `a[0]`, `a[1]`, ..."),
            syn::Pat::Struct(_) => return self.refuse(span, "struct patterns", "use the fields: `p.x`"),
            syn::Pat::TupleStruct(_) => {
                return self.refuse(
                    span,
                    "patterns with contents",
                    "cases carry nothing: write `E::A`; ask an option with `x.is_some()`",
                );
            }
            syn::Pat::Reference(_) => return self.refuse(span, "reference patterns", "leave out the `&`"),
            syn::Pat::Rest(_) => return self.refuse(span, "`..` patterns", "name each part, or use `_`"),
            _ => return self.refuse(span, "patterns of this form", "use names, literals, cases, ranges and `_`"),
        };
        Some(ast::Pattern { kind, span })
    }

    fn range_pattern(&mut self, range: &syn::PatRange) -> Option<ast::Pattern> {
        let span = self.span_of(range);
        match (&range.start, &range.end, &range.limits) {
            (Some(lo), Some(hi), syn::RangeLimits::Closed(_)) => {
                let (lo, hi) = (self.expr(lo), self.expr(hi));
                Some(ast::Pattern { kind: PatternKind::Range(Box::new(lo?), Box::new(hi?)), span })
            }
            _ => self.refuse(span, "half-open range patterns", "write `lo..=hi`"),
        }
    }
}
