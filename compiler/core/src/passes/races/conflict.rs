//! Two uses of one element by two invocations.

use super::lanes::Lanes;
use crate::ir::{AccessId, SharedId, ValueId};
use crate::source::Span;
use std::rc::Rc;

/// A use of workgroup memory since the last barrier, by invocations that certainly make it.
#[derive(Clone, Debug)]
pub(super) struct Use {
    pub(super) access: AccessId,
    pub(super) shared: SharedId,
    pub(super) span: Span,
    pub(super) mask: Rc<[bool]>,
    pub(super) index: Lanes,
    /// The known parts of the indices, sorted, each once.
    pub(super) elements: Rc<[u32]>,
    /// What a store stores.
    pub(super) stored: Option<Stored>,
}

/// What a store stores.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) value: ValueId,
    pub(super) known: Option<Lanes>,
    /// A number for each invocation; where two have different ones, they store different values, as far as one can
    /// tell: they come from different elements.
    pub(super) source: Option<Rc<[u32]>>,
}

/// Two different invocations that use one element, at least one of them storing something of its own.
pub(super) fn conflict(old: &Use, new: &Use) -> Option<(usize, usize)> {
    let reads = old.stored.is_none() && new.stored.is_none();
    if old.shared != new.shared || reads || old.index.shared != new.index.shared || !meet(old, new) {
        return None;
    }
    let there = old.index.own.iter().enumerate().filter(|(lane, _)| old.mask[*lane]);
    let mut users: Vec<(u32, usize)> = there.map(|(lane, index)| (*index, lane)).collect();
    users.sort_unstable();
    let lanes = new.index.own.iter().enumerate().filter(|(lane, _)| new.mask[*lane]);
    let pairs = lanes.flat_map(|(lane, index)| {
        let first = users.partition_point(|(other, _)| other < index);
        let same = users[first..].iter().take_while(move |(other, _)| other == index);
        // Two are enough to find one other than the new user, unless the values decide.
        same.take(8).map(move |(_, other)| (*other, lane))
    });
    pairs.into_iter().find(|(a, b)| {
        a != b
            && match (&old.stored, &new.stored) {
                (Some(x), Some(y)) => differ(x, *a, y, *b),
                _ => true,
            }
    })
}

/// The known parts of the indices of the invocations that are there, sorted, each once.
pub(super) fn elements(index: &Lanes, mask: &[bool]) -> Rc<[u32]> {
    let mut elements: Vec<u32> = index.own.iter().zip(mask).filter(|(_, there)| **there).map(|(e, _)| *e).collect();
    elements.sort_unstable();
    elements.dedup();
    elements.into()
}

/// Whether there is an element that both use.
fn meet(old: &Use, new: &Use) -> bool {
    let mut rest = &*new.elements;
    old.elements.iter().any(|element| {
        let below = rest.iter().take_while(|other| *other < element).count();
        rest = &rest[below..];
        rest.first() == Some(element)
    })
}

/// Whether two stores certainly store different values. The same value twice does no harm.
fn differ(x: &Stored, a: usize, y: &Stored, b: usize) -> bool {
    match (&x.known, &y.known) {
        (Some(x), Some(y)) => x.shared == y.shared && x.own[a] != y.own[b],
        _ => {
            let apart = |s: &Stored| s.source.as_ref().is_some_and(|source| source[a] != source[b]);
            if x.value == y.value { apart(x) } else { apart(x) || apart(y) }
        }
    }
}
