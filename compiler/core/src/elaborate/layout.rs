//! How structs lie in buffers: as `#[repr(C)]` lays them out.

use super::types::{Elem, Ty};
use super::{Elaborator, Res};
use crate::diag::{Diagnostic, codes::types as codes};
use crate::program::ItemId;

/// A struct's place in memory, in bytes.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// Of each field, from the start.
    pub(super) offsets: Vec<u32>,
    /// Of one element, with the padding at its end.
    pub(super) bytes: u32,
}

impl Elaborator<'_> {
    /// The layout of a struct whose fields are scalars of 4 or 8 bytes.
    pub(super) fn layout(&mut self, id: ItemId) -> Res<Layout> {
        let fields = self.fields(id)?;
        let (mut offsets, mut end, mut align) = (vec![], 0_u32, 4_u32);
        for (at, (name, ty)) in fields.iter().enumerate() {
            let size = match ty {
                Ty::Num(Elem::Known(scalar), 1) if *ty != Ty::BOOL && scalar.bytes() >= 4 => scalar.bytes(),
                _ => {
                    let span = self.field_span(id, at);
                    let d = Diagnostic::new(
                        codes::BAD_STRUCT,
                        span,
                        format!("field `{name}` of type `{}` cannot lie in a buffer", self.show(ty)),
                    )
                    .note("the fields of a buffer's element are scalars of 4 or 8 bytes");
                    return Err(self.report(d));
                }
            };
            align = align.max(size);
            end = end.next_multiple_of(size);
            offsets.push(end);
            end += size;
        }
        if end == 0 {
            let span = self.program.item(id).name().span;
            let d = Diagnostic::new(codes::BAD_STRUCT, span, "a struct without fields cannot lie in a buffer");
            return Err(self.report(d));
        }
        Ok(Layout { offsets, bytes: end.next_multiple_of(align) })
    }

    fn field_span(&self, id: ItemId, at: usize) -> crate::source::Span {
        match self.program.item(id) {
            crate::syntax::ast::Item::Struct(item) => item.fields.get(at).map_or(item.name.span, |field| field.ty.span),
            other => other.name().span,
        }
    }
}
