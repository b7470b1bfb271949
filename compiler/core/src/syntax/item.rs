//! Items: structs, enums and constants; what else Rust has is refused.

use super::{Reader, all, ast, attr};
use crate::diag::{codes::syntax as codes, nearest};
use crate::source::Span;

impl Reader {
    /// The items of a file, and its `mod` lines.
    pub(super) fn items(&mut self, items: Vec<syn::Item>) -> (Vec<ast::Ident>, Vec<ast::Item>) {
        let (mut mods, mut out) = (vec![], vec![]);
        for item in &items {
            match item {
                syn::Item::Mod(module) if module.content.is_none() && module.unsafety.is_none() => {
                    self.no_attrs(&module.attrs);
                    mods.push(self.ident(&module.ident));
                }
                syn::Item::Use(item) => self.used(&item.tree),
                item => out.extend(self.item(item)),
            }
        }
        (mods, out)
    }

    /// `use` means nothing, so it must only be for editors: it can bring nothing that is not seen without it.
    fn used(&mut self, tree: &syn::UseTree) {
        const ROOTS: [&str; 4] = ["wgpuc", "crate", "super", "self"];
        let root = match tree {
            syn::UseTree::Path(path) => &path.ident,
            syn::UseTree::Name(name) => &name.ident,
            syn::UseTree::Rename(rename) => &rename.ident,
            syn::UseTree::Group(group) => return group.items.iter().for_each(|tree| self.used(tree)),
            syn::UseTree::Glob(_) => return,
        };
        let name = root.to_string();
        if ROOTS.contains(&name.as_str()) {
            return;
        }
        let help = match nearest(&name, ROOTS) {
            Some(near) => format!("did you mean `{near}`?"),
            None if matches!(name.as_str(), "std" | "core") => "remove it: the prelude is always there".to_owned(),
            None => format!(
                "for a file of the folder, write `use crate::{name}`; else remove it: the prelude is always there"
            ),
        };
        self.report(codes::UNSUPPORTED, self.at(root.span()), format!("there is no crate `{name}`"), &help);
    }

    fn item(&mut self, item: &syn::Item) -> Option<ast::Item> {
        match item {
            syn::Item::Struct(item) => self.structure(item).map(ast::Item::Struct),
            syn::Item::Enum(item) => self.enumeration(item).map(ast::Item::Enum),
            syn::Item::Const(item) => self.constant(item).map(ast::Item::Const),
            syn::Item::Fn(item) => self.function_item(item),
            other => self.unsupported_item(other),
        }
    }

    fn structure(&mut self, item: &syn::ItemStruct) -> Option<ast::Struct> {
        let docs = self.struct_attrs(&item.attrs);
        self.no_generics(&item.generics);
        let is_pub = self.is_pub(&item.vis);
        let name = self.ident(&item.ident);
        let syn::Fields::Named(fields) = &item.fields else {
            return self.refuse(name.span, "structs without named fields", "write `struct S { x: f32 }`");
        };
        let fields = all(fields.named.iter().map(|field| self.struct_field(field)))?;
        Some(ast::Struct { name, docs, is_pub, fields })
    }

    fn struct_field(&mut self, field: &syn::Field) -> Option<ast::Field> {
        self.no_attrs(&field.attrs);
        self.is_pub(&field.vis);
        let default = field.default.as_ref().map(|(_, value)| value);
        self.refuse_some(default, "default values of fields", "leave it out");
        let ty = self.ty(&field.ty)?;
        let name = self.ident(field.ident.as_ref()?);
        Some(ast::Field { name, docs: attr::docs(&field.attrs), ty })
    }

    fn enumeration(&mut self, item: &syn::ItemEnum) -> Option<ast::Enum> {
        let docs = self.struct_attrs(&item.attrs);
        self.no_generics(&item.generics);
        let cases = all(item.variants.iter().map(|case| {
            self.no_attrs(&case.attrs);
            let value = case.discriminant.as_ref().map(|(_, value)| value);
            self.refuse_some(value, "values of cases", "a case's value is its position");
            let name = self.ident(&case.ident);
            if !matches!(case.fields, syn::Fields::Unit) {
                let help = "put the values into the parameter struct";
                return self.refuse(self.span_of(&case.fields), "cases that carry values", help);
            }
            Some(ast::Case { name, docs: attr::docs(&case.attrs) })
        }));
        let (name, is_pub) = (self.ident(&item.ident), self.is_pub(&item.vis));
        Some(ast::Enum { name, docs, is_pub, cases: cases? })
    }

    /// `const NAME: T = value;`
    pub(super) fn constant(&mut self, item: &syn::ItemConst) -> Option<ast::Const> {
        self.no_attrs(&item.attrs);
        self.no_generics(&item.generics);
        let (ty, value) = (self.ty(&item.ty), self.expr(&item.expr));
        let (name, is_pub) = (self.ident(&item.ident), self.is_pub(&item.vis));
        Some(ast::Const { name, is_pub, ty: ty?, value: value? })
    }

    /// Whether it is `pub`; `pub(crate)` and the like are refused.
    pub(super) fn is_pub(&mut self, vis: &syn::Visibility) -> bool {
        match vis {
            syn::Visibility::Public(_) => true,
            syn::Visibility::Inherited => false,
            syn::Visibility::Restricted(restricted) => {
                let span = self.span_of(restricted);
                self.refuse::<()>(span, "restricted visibilities", "write `pub`, or nothing");
                true
            }
        }
    }

    fn no_generics(&mut self, generics: &syn::Generics) {
        if !generics.params.is_empty() {
            let span = self.span_of(&generics.params);
            self.refuse::<()>(span, "generic types and constants", "functions and kernels can be generic: use those");
        }
    }

    fn unsupported_item(&mut self, item: &syn::Item) -> Option<ast::Item> {
        let (what, help, span): (&str, &str, Span) = match item {
            syn::Item::Mod(module) => {
                ("modules inside a file", "give it a file of its own", self.at(module.mod_token.span))
            }
            syn::Item::Static(item) => {
                ("statics", "use `const`; a kernel has memory in `shared::<T>()`", self.at(item.static_token.span))
            }
            syn::Item::Trait(item) => ("traits", "write functions", self.at(item.trait_token.span)),
            syn::Item::Impl(item) => {
                ("`impl` blocks", "write a function whose first parameter is `self: T`", self.at(item.impl_token.span))
            }
            syn::Item::Type(item) => ("type aliases", "write the type", self.at(item.type_token.span)),
            syn::Item::Union(item) => {
                ("unions", "use `x.to_bits()` and `f32::from_bits(b)`", self.at(item.union_token.span))
            }
            syn::Item::Macro(item) => ("macros", "write functions", self.path_span(&item.mac.path)),
            syn::Item::ExternCrate(item) => {
                ("other crates", "the prelude is always there", self.at(item.extern_token.span))
            }
            syn::Item::ForeignMod(item) => {
                ("foreign functions", "write the function here", self.at(item.abi.extern_token.span))
            }
            other => ("items of this form", "see docs/language.md", self.span_of(other)),
        };
        self.refuse(span, what, help)
    }
}
