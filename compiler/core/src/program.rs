//! All files of a package and the prelude, with their names resolved to items.
//!
//! A name means the item of its own file, else a `pub` item of another file of the folder, else a `pub` one of the prelude.
//! In the prelude it means what it would without the folder, and files see all that the others have.

use crate::source::{FileId, Span};
use crate::syntax::ast;
use std::collections::BTreeMap;
use wgpuc_abi::Scalar;

/// The files of a package, then those of the prelude.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Syntax trees, in the order in which their ops are published.
    pub files: Vec<ast::File>,
    /// How many of them are the package's own.
    pub n_own: usize,
    by_file: Vec<BTreeMap<String, ItemId>>,
    public: BTreeMap<String, ItemId>,
    prelude: BTreeMap<String, ItemId>,
}

/// An item: which file, and which of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemId {
    /// Index into [`Program::files`].
    pub file: u32,
    /// Index into the file's items.
    pub item: u32,
}

/// Two items of one name that the same place would see.
#[derive(Clone, Debug)]
pub struct Clash {
    /// The first.
    pub first: Span,
    /// The second, which is ignored.
    pub second: Span,
    /// Their name.
    pub name: String,
}

/// What is bound to a generic parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Binding {
    /// An integer, of the parameter's type.
    Int(i64),
    /// A bool.
    Bool(bool),
    /// A case of an enum, by position.
    Case(ItemId, u32),
    /// A number type.
    Scalar(Scalar),
    /// A vector type.
    Vector(Scalar, u8),
}

/// An instance that some op launches: what [`crate::elaborate`] turns into IR.
#[derive(Clone, Debug)]
pub struct Request {
    /// The kernel.
    pub kernel: ItemId,
    /// One for each generic parameter, in order.
    pub bindings: Vec<Binding>,
    /// The instance's name: an identifier, unique in the package.
    pub name: String,
    /// Whether every launch has a grid of one axis.
    pub grid_1d: bool,
    /// For each parameter, whether it is a buffer that may be the same as another one at some launch.
    pub may_alias: Vec<bool>,
    /// What holds at every launch.
    pub facts: Vec<crate::ir::Fact>,
    /// One launch of it, for messages.
    pub span: Span,
}

impl Program {
    /// Resolves the names of the package's own files, in publishing order, and the prelude's.
    #[must_use]
    pub fn new(own: Vec<ast::File>, prelude: Vec<ast::File>) -> (Self, Vec<Clash>) {
        let mut program = Self { n_own: own.len(), files: own, ..Self::default() };
        program.files.extend(prelude);
        let mut clashes = vec![];
        for file in 0..program.files.len() {
            program.index_file(file, &mut clashes);
        }
        (program, clashes)
    }

    /// What `name` means in a file.
    #[must_use]
    pub fn lookup(&self, file: FileId, name: &str) -> Option<ItemId> {
        let at = self.files.iter().position(|f| f.id == file);
        let own = at.and_then(|at| self.by_file.get(at)).and_then(|names| names.get(name));
        let of_prelude = self.prelude.get(name);
        if at.is_some_and(|at| at >= self.n_own) {
            return own.or(of_prelude).copied();
        }
        let of_prelude = of_prelude.filter(|id| self.item(**id).is_pub());
        own.or_else(|| self.public.get(name)).or(of_prelude).copied()
    }

    /// Whether a file is the package's own, and not the prelude's.
    #[must_use]
    pub fn is_own(&self, file: FileId) -> bool {
        self.files[..self.n_own].iter().any(|own| own.id == file)
    }

    /// An item of that name in a file of the package where it is not `pub`.
    #[must_use]
    pub fn hidden(&self, name: &str) -> Option<&ast::Item> {
        let found = self.by_file.iter().take(self.n_own).find_map(|names| names.get(name));
        found.map(|id| self.item(*id)).filter(|item| !item.is_pub())
    }

    /// The item of that id, which must come from this program.
    #[must_use]
    pub fn item(&self, id: ItemId) -> &ast::Item {
        &self.files[id.file as usize].items[id.item as usize]
    }

    /// The file that an item stands in.
    #[must_use]
    pub fn file_of(&self, id: ItemId) -> FileId {
        self.files[id.file as usize].id
    }

    /// The package's own items, in publishing order.
    pub fn own_items(&self) -> impl Iterator<Item = (ItemId, &ast::Item)> {
        (0..)
            .zip(&self.files[..self.n_own])
            .flat_map(|(file, f)| (0..).zip(&f.items).map(move |(item, i)| (ItemId { file, item }, i)))
    }

    /// Every name that a file sees, for suggestions.
    pub fn visible_names(&self, file: FileId) -> impl Iterator<Item = &str> {
        let at = self.files.iter().position(|f| f.id == file);
        let own = at.and_then(|at| self.by_file.get(at)).into_iter().flat_map(BTreeMap::keys);
        let of_prelude = self.prelude.iter().filter(|(_, id)| self.item(**id).is_pub()).map(|(name, _)| name);
        own.chain(self.public.keys()).chain(of_prelude).map(String::as_str)
    }

    fn index_file(&mut self, file: usize, clashes: &mut Vec<Clash>) {
        let mut names: BTreeMap<String, ItemId> = BTreeMap::new();
        for (item, i) in (0..).zip(&self.files[file].items) {
            let id = ItemId { file: file as u32, item };
            let name = i.name();
            let clash = |first: ItemId| Clash {
                first: self.item(first).name().span,
                second: name.span,
                name: name.name.clone(),
            };
            if let Some(first) = names.get(&name.name) {
                clashes.push(clash(*first));
                continue;
            }
            names.insert(name.name.clone(), id);
            if file >= self.n_own {
                self.prelude.insert(name.name.clone(), id);
            } else if i.is_pub() {
                match self.public.get(&name.name) {
                    Some(first) => clashes.push(clash(*first)),
                    None => drop(self.public.insert(name.name.clone(), id)),
                }
            }
        }
        self.by_file.push(names);
    }
}

impl ast::Item {
    /// The item's name.
    #[must_use]
    pub fn name(&self) -> &ast::Ident {
        match self {
            Self::Struct(s) => &s.name,
            Self::Enum(e) => &e.name,
            Self::Const(c) => &c.name,
            Self::Op(op) => &op.function.name,
            Self::Kernel(kernel) => &kernel.function.name,
            Self::Function(function) => &function.name,
        }
    }

    /// How its declaration begins.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Struct(_) => "struct",
            Self::Enum(_) => "enum",
            Self::Const(_) => "const",
            Self::Op(_) | Self::Kernel(_) | Self::Function(_) => "fn",
        }
    }

    /// Whether other files see it.
    #[must_use]
    pub fn is_pub(&self) -> bool {
        match self {
            Self::Struct(s) => s.is_pub,
            Self::Enum(e) => e.is_pub,
            Self::Const(c) => c.is_pub,
            Self::Op(op) => op.function.is_pub,
            Self::Kernel(kernel) => kernel.function.is_pub,
            Self::Function(function) => function.is_pub,
        }
    }
}
