//! Buffers and workgroup memory.
//!
//! Every method takes an index that the caller has checked against [`Buffers::bound`] or the array's length; one
//! past the end reads as zero and writes nothing all the same.

use super::race::{Earlier, Shadow, Who};
use super::{Arg, Launch};
use crate::ir::random::Rng;
use crate::ir::{Kernel, Lanes, ParamId, ParamKind, Shared, SharedId, Type, eval};
use std::collections::HashMap;

/// Device memory.
#[derive(Debug)]
pub(super) struct Buffers {
    params: Vec<View>,
    data: Vec<Vec<u8>>,
    /// The bytes without padding.
    logical: Vec<usize>,
    /// One per unit, where races are looked for.
    shadows: Option<Vec<Vec<Shadow>>>,
    /// Of each buffer, the bytes of the smallest number that a parameter sees in it.
    units: Vec<usize>,
}

/// How a parameter sees a buffer; for a scalar one, an empty one.
#[derive(Clone, Copy, Debug)]
struct View {
    buffer: usize,
    elem: Type,
    /// In items.
    len: u32,
    /// In elements.
    bound: u64,
}

impl Buffers {
    pub(super) fn new(kernel: &Kernel, launch: &Launch, races: bool) -> Self {
        let logical: Vec<usize> = launch.buffers.iter().map(Vec::len).collect();
        let mut sizes: Vec<usize> = logical.iter().map(|bytes| bytes.next_multiple_of(16)).collect();
        let mut units = vec![16; logical.len()];
        let mut params = vec![];
        for (param, arg) in kernel.params.iter().zip(&launch.args) {
            let view = match (&param.kind, arg) {
                (ParamKind::Buffer(buffer), Arg::Buffer { buffer: at, rounds_up, items: most }) => {
                    let item_bytes = buffer.item_bytes() as usize;
                    let items = if *rounds_up { logical[*at].div_ceil(item_bytes) } else { logical[*at] / item_bytes };
                    let len = u32::try_from(items).unwrap_or(u32::MAX).min(most.unwrap_or(u32::MAX));
                    sizes[*at] = sizes[*at].max(items * item_bytes);
                    units[*at] = units[*at].min(buffer.elem.scalar.bytes().max(1) as usize);
                    let bound = match buffer.packed {
                        Some(bytes) => (u64::from(len) * u64::from(bytes)).div_ceil(buffer.elem.bytes().into()),
                        None => u64::from(len) * u64::from(buffer.elems_per_item),
                    };
                    View { buffer: *at, elem: buffer.elem, len, bound }
                }
                _ => View { buffer: 0, elem: Type::U32, len: 0, bound: 0 },
            };
            params.push(view);
        }
        let padded = |(bytes, size): (&Vec<u8>, &usize)| {
            let mut bytes = bytes.clone();
            bytes.resize(*size, 0);
            bytes
        };
        let data = launch.buffers.iter().zip(&sizes).map(padded).collect();
        let shadow = |(size, unit): (&usize, &usize)| vec![Shadow::default(); size.div_ceil(*unit)];
        let shadows = races.then(|| sizes.iter().zip(&units).map(shadow).collect());
        Self { params, data, logical, shadows, units }
    }

    /// Gives the buffers back, without their padding.
    pub(super) fn into_launch(self, launch: &mut Launch) {
        for ((to, mut from), logical) in launch.buffers.iter_mut().zip(self.data).zip(self.logical) {
            from.truncate(logical);
            *to = from;
        }
    }

    /// The length of a parameter, in items.
    pub(super) fn len(&self, param: ParamId) -> u32 {
        self.params[param.0 as usize].len
    }

    /// What an index into a parameter must stay below.
    pub(super) fn bound(&self, param: ParamId) -> u64 {
        self.params[param.0 as usize].bound
    }

    fn range(&self, param: ParamId, index: u32) -> (usize, std::ops::Range<usize>, Type) {
        let view = self.params[param.0 as usize];
        let bytes = view.elem.bytes() as usize;
        let start = index as usize * bytes;
        (view.buffer, start..start + bytes, view.elem)
    }

    pub(super) fn load(&self, param: ParamId, index: u32) -> Lanes {
        let (buffer, range, ty) = self.range(param, index);
        let mut lanes = [0; 4];
        let bytes = self.data[buffer].get(range).unwrap_or_default();
        for (lane, chunk) in lanes.iter_mut().zip(bytes.chunks_exact(ty.scalar.bytes() as usize)) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            *lane = u64::from_le_bytes(word);
        }
        lanes
    }

    /// Stores an element; tells whether that changed padding.
    pub(super) fn store(&mut self, param: ParamId, index: u32, lanes: &Lanes) -> bool {
        let (buffer, range, ty) = self.range(param, index);
        let start = range.start;
        let logical = self.logical[buffer];
        let mut padding = false;
        let size = ty.scalar.bytes() as usize;
        let bytes = self.data[buffer].get_mut(range).unwrap_or_default();
        for (i, (lane, chunk)) in lanes.iter().zip(bytes.chunks_exact_mut(size)).enumerate() {
            let word = lane.to_le_bytes();
            padding |= start + (i + 1) * size > logical && *chunk != word[..size];
            chunk.copy_from_slice(&word[..size]);
        }
        padding
    }

    /// Notes an access for the search for races; `written` is what a store is about to write.
    pub(super) fn note(&mut self, param: ParamId, index: u32, who: Who, written: Option<&Lanes>) -> Option<Earlier> {
        self.shadows.as_ref()?;
        let same = written.is_some_and(|lanes| self.load(param, index) == *lanes);
        let (buffer, range, _) = self.range(param, index);
        let unit = *self.units.get(buffer)?;
        let shadows = self.shadows.as_mut()?.get_mut(buffer)?.get_mut(range.start / unit..range.end / unit)?;
        let mut found = None;
        for shadow in shadows {
            let earlier = if written.is_some() { shadow.write(who, same) } else { shadow.read(who) };
            found = found.or(earlier);
        }
        found
    }
}

/// The memory of one workgroup.
#[derive(Debug, Default)]
pub(super) struct SharedMemory {
    arrays: Vec<Vec<Lanes>>,
    /// Which elements something has written.
    written: Vec<Vec<bool>>,
    shadows: Vec<Vec<Shadow>>,
    /// Of a view: the array that it shows, and how many of its elements as one.
    views: Vec<Option<(usize, usize)>>,
    /// By array and element: the instruction of the copy that is under way to it.
    in_flight: HashMap<(usize, usize), u32>,
}

impl SharedMemory {
    /// Makes all new: zero where asked for, else unspecified.
    pub(super) fn reset(&mut self, kernel: &Kernel, rng: &mut Rng) {
        self.arrays.resize(kernel.shared.len(), vec![]);
        self.written.resize(kernel.shared.len(), vec![]);
        self.shadows.resize(kernel.shared.len(), vec![]);
        let view = |s: &Shared| s.view_of.map(|of| (of.0 as usize, usize::from(s.elem.lanes)));
        self.views = kernel.shared.iter().map(view).collect();
        self.in_flight.clear();
        for (written, array) in self.written.iter_mut().zip(&kernel.shared) {
            written.clear();
            written.resize(if array.view_of.is_some() { 0 } else { array.len as usize }, array.zeroed);
        }
        for ((shared, array), shadow) in kernel.shared.iter().zip(&mut self.arrays).zip(&mut self.shadows) {
            let len = if shared.view_of.is_some() { 0 } else { shared.len as usize };
            array.clear();
            if shared.zeroed {
                array.resize(len, [0; 4]);
            } else {
                array.extend((0..len).map(|_| poison(shared.elem, rng)));
            }
            shadow.clear();
            shadow.resize(len, Shadow::default());
        }
    }

    /// The array that holds an element, and where: several elements of one lane, where it is one of a view.
    fn elements(&self, id: SharedId, index: u32) -> (usize, std::ops::Range<usize>) {
        let (id, index) = (id.0 as usize, index as usize);
        match self.views[id] {
            Some((of, lanes)) => (of, index * lanes..(index + 1) * lanes),
            None => (id, index..index + 1),
        }
    }

    pub(super) fn load(&self, id: SharedId, index: u32) -> Lanes {
        let (array, range) = self.elements(id, index);
        match self.arrays[array].get(range).unwrap_or_default() {
            [whole] => *whole,
            elements => {
                let mut lanes = [0; 4];
                lanes.iter_mut().zip(elements).for_each(|(lane, element)| *lane = element[0]);
                lanes
            }
        }
    }

    /// Whether an element, or a part of it, holds what nothing has written.
    pub(super) fn is_unwritten(&self, id: SharedId, index: u32) -> bool {
        let (array, range) = self.elements(id, index);
        self.written[array].get(range).is_some_and(|written| written.contains(&false))
    }

    pub(super) fn store(&mut self, id: SharedId, index: u32, lanes: Lanes) {
        let (array, range) = self.elements(id, index);
        if let Some(written) = self.written[array].get_mut(range.clone()) {
            written.fill(true);
        }
        match self.arrays[array].get_mut(range).unwrap_or_default() {
            [whole] => *whole = lanes,
            elements => elements.iter_mut().zip(lanes).for_each(|(element, lane)| element[0] = lane),
        }
    }

    /// Notes an access for the search for races; `written` is what a store is about to write.
    pub(super) fn note(&mut self, id: SharedId, index: u32, who: Who, written: Option<&Lanes>) -> Option<Earlier> {
        let same = written.is_some_and(|lanes| self.load(id, index) == *lanes);
        let (array, range) = self.elements(id, index);
        let shadows = self.shadows[array].get_mut(range)?;
        let note = |shadow: &mut Shadow| if written.is_some() { shadow.write(who, same) } else { shadow.read(who) };
        shadows.iter_mut().filter_map(note).last()
    }

    /// The instruction of a copy that is under way to an element.
    pub(super) fn in_flight(&self, id: SharedId, index: u32) -> Option<u32> {
        if self.in_flight.is_empty() {
            return None;
        }
        let (array, mut range) = self.elements(id, index);
        range.find_map(|element| self.in_flight.get(&(array, element)).copied())
    }

    /// Notes that a copy to an element is under way from now on, or that it has landed.
    pub(super) fn set_in_flight(&mut self, id: SharedId, index: u32, pc: Option<u32>) {
        let (array, range) = self.elements(id, index);
        for element in range {
            match pc {
                Some(pc) => drop(self.in_flight.insert((array, element), pc)),
                None => drop(self.in_flight.remove(&(array, element))),
            }
        }
    }
}

/// Content that nothing has written: valid, and different for each seed.
pub(super) fn poison(ty: Type, rng: &mut Rng) -> Lanes {
    let mut lanes = [0; 4];
    for lane in lanes.iter_mut().take(ty.lanes.into()) {
        *lane = rng.bits() >> (64 - eval::width(ty.scalar));
    }
    lanes
}
