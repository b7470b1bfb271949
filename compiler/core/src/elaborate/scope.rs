//! The functions being inlined, and what the names in them mean.

use super::loops::Round;
use super::place::{Owner, Place};
use super::types::Ty;
use super::value::Val;
use super::{Elaborator, Res};
use crate::ir::{Const, SlotId};
use crate::program::ItemId;
use crate::source::{FileId, Span};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::rc::Rc;

/// What a local name means.
#[derive(Clone, Debug)]
pub(super) enum Local {
    /// An immutable value.
    Val(Val),
    /// A variable, an array, or what a reference parameter refers to.
    Place(Place),
    /// A variable without a value at first: an index into the elaborator's `deferred`.
    Deferred(usize),
    /// Its declaration is wrong.
    Wrong,
}

/// A variable that was declared without a value.
#[derive(Clone, Debug)]
pub(super) struct Deferred {
    pub(super) owner: Rc<Owner>,
    /// Where its type was written, that.
    pub(super) ty: Option<Ty>,
    /// Once it has been assigned.
    pub(super) place: Option<Place>,
}

/// What is bound to a generic parameter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Generic {
    Type(Ty),
    Const(Ty, Const),
}

/// What `return` does.
#[derive(Clone, Debug)]
pub(super) enum Return {
    /// Ends the invocation.
    Kernel,
    /// All returns stand last: their value is the function's.
    Tail,
    /// The function is a loop of one round, which a return leaves.
    Loop {
        /// Where the result goes, once a return has shown its type.
        result: Option<Place>,
        /// Set by returns inside inner loops.
        flag: SlotId,
    },
    /// There is nothing to return from.
    Nothing,
}

/// A function being inlined, or a constant being evaluated.
#[derive(Debug)]
pub(super) struct Frame<'p> {
    pub(super) file: FileId,
    /// The function; `None` for a constant or a type.
    pub(super) function: Option<ItemId>,
    pub(super) name: String,
    pub(super) call: Span,
    pub(super) generics: Vec<(String, Generic)>,
    pub(super) scopes: Vec<BTreeMap<String, Local>>,
    pub(super) result: Option<Ty>,
    pub(super) on_return: Return,
    /// The loops that are open in it.
    pub(super) rounds: Vec<Round>,
    /// How many loops and branches are open in it.
    pub(super) nesting: u32,
    /// In how many loops each `return` stands that is still to leave them.
    pub(super) flag_loops: Vec<usize>,
    pub(super) lifetime: PhantomData<&'p ()>,
}

impl Frame<'_> {
    pub(super) fn of_file(file: FileId, call: Span) -> Self {
        Self {
            file,
            function: None,
            name: String::new(),
            call,
            generics: vec![],
            scopes: vec![BTreeMap::new()],
            result: None,
            on_return: Return::Nothing,
            rounds: vec![],
            nesting: 0,
            flag_loops: vec![],
            lifetime: PhantomData,
        }
    }

    /// How many loops of the IR are open in it.
    pub(super) fn n_loops(&self) -> usize {
        self.rounds.iter().filter(|round| **round != (Round::Unrolled { in_loop: false })).count()
    }

    /// Whether it is a function that another calls.
    pub(super) fn is_call(&self) -> bool {
        self.function.is_some()
    }
}

impl<'p> Elaborator<'p> {
    pub(super) fn frame(&mut self) -> &mut Frame<'p> {
        if self.frames.is_empty() {
            let span = self.b.span;
            self.frames.push(Frame::of_file(span.file, span));
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// Elaborates with a scope of its own.
    pub(super) fn scoped<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> T {
        self.frame().scopes.push(BTreeMap::new());
        let result = inner(self);
        self.frame().scopes.pop();
        result
    }

    /// Elaborates into a block of its own, with a scope of its own, as a branch or a loop's body.
    pub(super) fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> (crate::ir::Block, T) {
        self.b.open_block();
        self.frame().nesting += 1;
        let result = self.scoped(inner);
        self.frame().nesting -= 1;
        (self.b.close_block(), result)
    }

    pub(super) fn bind(&mut self, name: &str, local: Local) {
        if let Some(scope) = self.frame().scopes.last_mut() {
            scope.insert(name.to_owned(), local);
        }
    }

    pub(super) fn local(&self, name: &str) -> Option<&Local> {
        self.frames.last()?.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    pub(super) fn generic(&self, name: &str) -> Option<&Generic> {
        let generics = &self.frames.last()?.generics;
        generics.iter().find(|(n, _)| n == name).map(|(_, generic)| generic)
    }

    /// `block_sum::<256>`.
    pub(super) fn show_instance(&self, frame: &Frame<'_>) -> String {
        if frame.generics.is_empty() {
            return frame.name.clone();
        }
        let args: Vec<_> = frame.generics.iter().map(|(_, generic)| self.show_generic(generic)).collect();
        format!("{}::<{}>", frame.name, args.join(", "))
    }

    pub(super) fn show_generic(&self, generic: &Generic) -> String {
        match generic {
            Generic::Type(ty) => self.show(&self.settle(ty)),
            Generic::Const(ty, value) => self.show_const(ty, *value),
        }
    }

    /// Every name that could have been meant, for suggestions.
    pub(super) fn names_here(&self) -> Vec<&str> {
        let Some(frame) = self.frames.last() else { return vec![] };
        let locals = frame.scopes.iter().flat_map(|scope| scope.keys().map(String::as_str));
        let generics = frame.generics.iter().map(|(name, _)| name.as_str());
        locals.chain(generics).chain(self.program.visible_names(frame.file)).collect()
    }

    /// A value for a binding: arrays get memory, so that they can be indexed.
    pub(super) fn keep(&mut self, name: &str, span: Span, val: Val) -> Res<Local> {
        if !holds_array(&val.ty) && !self.struct_holds_array(&val.ty)? {
            return Ok(Local::Val(val));
        }
        let owner = Owner::new(name, span, super::place::OwnerKind::Let);
        let place = self.variable(&val.ty, owner)?;
        self.write(&place, &val)?;
        Ok(Local::Place(place))
    }

    fn struct_holds_array(&mut self, ty: &Ty) -> Res<bool> {
        for part in self.parts(ty)? {
            if holds_array(&part) || self.struct_holds_array(&part)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn holds_array(ty: &Ty) -> bool {
    match ty {
        Ty::Array(..) => true,
        Ty::Tuple(parts) => parts.iter().any(holds_array),
        _ => false,
    }
}
