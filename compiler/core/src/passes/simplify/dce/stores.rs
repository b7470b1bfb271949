//! Removes what is set in a plain slot and never read: liveness, backwards through the code.

use super::slots_read;
use crate::ir::{Block, Expr, Kernel, StmtKind};

/// Tells whether anything was removed.
pub(super) fn run(kernel: &mut Kernel) -> bool {
    let mut body = std::mem::take(&mut kernel.body);
    let mut stores = Stores { kernel, live: vec![false; kernel.slots.len()], loops: vec![], removed: false };
    stores.block(&mut body);
    let removed = stores.removed;
    kernel.body = body;
    removed
}

struct Stores<'a> {
    kernel: &'a Kernel,
    /// The slots that are read after this point before they are set.
    live: Vec<bool>,
    loops: Vec<Loop>,
    removed: bool,
}

/// What is live where the jumps of a loop go.
struct Loop {
    after: Vec<bool>,
    next_round: Vec<bool>,
}

impl Stores<'_> {
    fn block(&mut self, block: &mut Block) {
        let mut out = Vec::with_capacity(block.len());
        for mut stmt in std::mem::take(block).into_iter().rev() {
            match &mut stmt.kind {
                StmtKind::Def(id) => {
                    if let Expr::Slot(slot) = self.kernel[*id].expr {
                        self.live[slot.0 as usize] = true;
                    }
                }
                StmtKind::SetSlot(slot, _) => {
                    if !std::mem::replace(&mut self.live[slot.0 as usize], false) {
                        self.removed = true;
                        continue;
                    }
                }
                StmtKind::If { then, otherwise, .. } => {
                    let after = self.live.clone();
                    self.block(then);
                    let before_then = std::mem::replace(&mut self.live, after);
                    self.block(otherwise);
                    join(&mut self.live, &before_then);
                }
                StmtKind::For { body, .. } | StmtKind::Loop { body } => self.loop_body(body),
                StmtKind::Break => self.live = self.loops.last().map(|l| l.after.clone()).unwrap_or_default(),
                StmtKind::Continue => self.live = self.loops.last().map(|l| l.next_round.clone()).unwrap_or_default(),
                StmtKind::Return => self.live.fill(false),
                StmtKind::Store { .. } | StmtKind::Barrier(_) | StmtKind::Fault { .. } => {}
                StmtKind::CopyAsync { .. } | StmtKind::CopyCommit | StmtKind::CopyWait(_) => {}
            }
            out.push(stmt);
        }
        out.reverse();
        *block = out;
    }

    fn loop_body(&mut self, body: &mut Block) {
        let after = self.live.clone();
        // More than is live there, which is safe: all that any round reads.
        slots_read(self.kernel, body, &mut self.live);
        let next_round = self.live.clone();
        self.loops.push(Loop { after, next_round: next_round.clone() });
        self.block(body);
        self.loops.pop();
        self.live = next_round;
    }
}

fn join(live: &mut [bool], other: &[bool]) {
    for (live, other) in live.iter_mut().zip(other) {
        *live |= other;
    }
}
