//! Types.

use super::{Reader, all, ast};
use crate::diag::{Diagnostic, codes::syntax};
use crate::source::Span;
use ast::TypeKind;
use wgpuc_abi::Scalar;

/// Every scalar type.
pub(super) const SCALARS: [Scalar; 10] = [
    Scalar::Bool,
    Scalar::I8,
    Scalar::U8,
    Scalar::I32,
    Scalar::U32,
    Scalar::I64,
    Scalar::U64,
    Scalar::F16,
    Scalar::Bf16,
    Scalar::F32,
];

/// The type that a name is built in for.
pub(super) fn scalar_or_vector(name: &str) -> Option<TypeKind> {
    if let Some(scalar) = scalar(name) {
        return Some(TypeKind::Scalar(scalar));
    }
    let (scalar_name, lanes) = name.rsplit_once('x')?;
    let lanes = match lanes {
        "2" => 2,
        "3" => 3,
        "4" => 4,
        _ => return None,
    };
    Some(TypeKind::Vector(scalar(scalar_name)?, lanes))
}

/// The scalar type of a name.
pub(super) fn scalar(name: &str) -> Option<Scalar> {
    SCALARS.into_iter().find(|s| s.name() == name)
}

/// What to say of a Rust type that the language does not have.
pub(super) fn instead_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "usize" => "sizes and indices are `u32`",
        "isize" => "use `i32`",
        "f64" => "use `f32`; no GPU that WebGPU covers has doubles",
        "i16" | "u16" => "use `i32` or `u32`",
        "i128" | "u128" => "use `i64` or `u64`",
        "char" | "str" | "String" => "the kernel language has no text",
        "Vec" | "Box" => "memory is taken by the op: pass it as a slice, or use `scratch::<T>(n)` there",
        _ => return None,
    })
}

impl Reader {
    /// A type as written.
    pub(super) fn ty(&mut self, ty: &syn::Type) -> Option<ast::Type> {
        let span = self.span_of(ty);
        let kind = match ty {
            syn::Type::Paren(inner) => return self.ty(&inner.elem),
            syn::Type::Group(inner) => return self.ty(&inner.elem),
            syn::Type::Infer(_) => TypeKind::Infer,
            syn::Type::Tuple(tuple) => TypeKind::Tuple(all(tuple.elems.iter().map(|t| self.ty(t)))?),
            syn::Type::Slice(slice) => TypeKind::Slice(Box::new(self.ty(&slice.elem)?)),
            syn::Type::Array(array) => {
                let (elem, len) = (self.ty(&array.elem), self.expr(&array.len));
                TypeKind::Array(Box::new(elem?), Box::new(len?))
            }
            syn::Type::Reference(reference) => {
                self.refuse_some(reference.lifetime.as_ref(), "lifetimes", "leave it out");
                TypeKind::Ref { mutable: reference.mutability.is_some(), to: Box::new(self.ty(&reference.elem)?) }
            }
            syn::Type::Path(path) => self.named_type(path, span)?,
            syn::Type::Ptr(_) => return self.refuse(span, "pointers", "pass a slice: `&[T]` or `&mut [T]`"),
            syn::Type::Never(_) => return self.refuse(span, "functions that never return", "give it a result"),
            syn::Type::ImplTrait(_) | syn::Type::TraitObject(_) => {
                return self.refuse(span, "trait types", "use a type parameter: `fn f<T: Float>(x: T)`");
            }
            _ => return self.refuse(span, "types of this form", "use numbers, vectors, arrays, tuples and structs"),
        };
        Some(ast::Type { kind, span })
    }

    fn named_type(&mut self, ty: &syn::TypePath, span: Span) -> Option<TypeKind> {
        let path = &ty.path;
        let Some(segment) = path.segments.first().filter(|_| path.segments.len() == 1 && ty.qself.is_none()) else {
            return self.refuse(span, "paths to types", "write the type's name alone");
        };
        let name = self.ident(&segment.ident);
        match &segment.arguments {
            syn::PathArguments::None => self.plain_type(name),
            syn::PathArguments::AngleBracketed(arguments) => self.generic_type(&name, arguments, span),
            syn::PathArguments::Parenthesized(_) => self.refuse(span, "function types", "pass the value instead"),
        }
    }

    fn plain_type(&mut self, name: ast::Ident) -> Option<TypeKind> {
        if let Some(help) = instead_of(&name.name) {
            let message = format!("the kernel language has no type `{}`", name.name);
            self.report(syntax::UNSUPPORTED, name.span, message, help);
            return None;
        }
        Some(scalar_or_vector(&name.name).unwrap_or(TypeKind::Named(name)))
    }

    fn generic_type(
        &mut self,
        name: &ast::Ident,
        arguments: &syn::AngleBracketedGenericArguments,
        span: Span,
    ) -> Option<TypeKind> {
        let arg = match arguments.args.first() {
            Some(syn::GenericArgument::Type(arg)) if arguments.args.len() == 1 => arg,
            _ => return self.refuse(span, "generic types", "only `Atomic<T>` and `Option<&[T]>` take an argument"),
        };
        match name.name.as_str() {
            "Atomic" => Some(TypeKind::Atomic(Box::new(self.ty(arg)?))),
            "Option" => Some(TypeKind::Option(Box::new(self.ty(arg)?))),
            other => {
                let message = format!("the kernel language has no generic type `{other}`");
                let help = instead_of(other).unwrap_or("only `Atomic<T>` and `Option<&[T]>` take an argument");
                self.diagnostics.push(Diagnostic::new(syntax::UNSUPPORTED, span, message).help(help));
                None
            }
        }
    }
}
