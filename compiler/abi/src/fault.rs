//! The fault record: how a kernel reports what only the device can notice.
//!
//! A record is [`WORDS`] 32-bit words, all zero before the first fault. The first invocation that fails sets
//! [`LAUNCH`] from 0 to its launch's number with a compare-and-exchange, and then stores the other words; later
//! faults leave the record alone.

/// The record's size, in words.
pub const WORDS: u32 = 8;
/// The launch that failed; 0 where none did.
pub const LAUNCH: u32 = 0;
/// Index into the instance's sites.
pub const SITE: u32 = 1;
/// The value that was out of range.
pub const VALUE: u32 = 2;
/// The bound that it must stay below.
pub const BOUND: u32 = 3;
/// The flat index of the workgroup.
pub const GROUP: u32 = 4;
/// The flat index of the invocation in its workgroup.
pub const INVOCATION: u32 = 5;
/// On the CPU target, the host's word: set to anything but 0, kernels leave their loops and return, their work
/// undone.
pub const STOP: u32 = 7;
