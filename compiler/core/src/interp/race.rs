//! Finds accesses to the same memory that nothing orders.
//!
//! Each location remembers up to two readers and two writers that are concurrent. Two suffice: whoever comes next
//! differs from at least one of them, if it differs from any that was there.

/// Who touches memory, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) group: u32,
    pub(super) invocation: u32,
    /// Counts the barriers that the workgroup has passed.
    pub(super) interval: u32,
    /// The instruction.
    pub(super) pc: u32,
}

impl Who {
    /// Whether nothing orders the two.
    fn races(self, other: Self) -> bool {
        self.group != other.group || (self.interval == other.interval && self.invocation != other.invocation)
    }
}

/// What one location remembers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shadow {
    readers: [Option<Who>; 2],
    writers: [Option<Who>; 2],
}

/// An earlier access, and whether it wrote.
pub(super) type Earlier = (Who, bool);

impl Shadow {
    /// Notes a read; gives a write that it races with.
    pub(super) fn read(&mut self, who: Who) -> Option<Earlier> {
        note(&mut self.readers, who);
        find(&self.writers, who).map(|earlier| (earlier, true))
    }

    /// Notes a write; gives an access that it races with. Writes of the `same` value do not race with each other.
    pub(super) fn write(&mut self, who: Who, same: bool) -> Option<Earlier> {
        let writer = if same { None } else { find(&self.writers, who) };
        note(&mut self.writers, who);
        writer.map(|earlier| (earlier, true)).or_else(|| find(&self.readers, who).map(|earlier| (earlier, false)))
    }
}

fn find(list: &[Option<Who>; 2], who: Who) -> Option<Who> {
    list.iter().flatten().find(|earlier| earlier.races(who)).copied()
}

fn note(list: &mut [Option<Who>; 2], who: Who) {
    let is_over = |entry: &Option<Who>| entry.is_none_or(|earlier| !earlier.races(who));
    if let Some(entry) = list.iter_mut().find(|entry| is_over(entry)) {
        *entry = Some(who);
    }
}
