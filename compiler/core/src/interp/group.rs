//! One workgroup: who runs next, and what happens where all wait.

use super::Error;
use super::code::Inst;
use super::copy::Copies;
use super::memory::poison;
use super::step::{Machine, Wait};
use crate::ir::Barrier;
use crate::source::Span;

impl Machine<'_> {
    /// Runs a workgroup to its end.
    pub(super) fn run_group(&mut self, group: u32) -> Result<(), Error> {
        self.begin(group);
        let mut ready: Vec<usize> = (0..self.pcs.len()).collect();
        while !ready.is_empty() {
            self.rng.shuffle(&mut ready);
            for who in &ready {
                self.advance(*who)?;
            }
            if self.waits.contains(&Wait::Subgroup) {
                self.subgroups()?;
            } else {
                self.barrier()?;
            }
            ready.clear();
            ready.extend(self.waits.iter().enumerate().filter(|(_, wait)| **wait == Wait::Ready).map(|(who, _)| who));
        }
        Ok(())
    }

    fn begin(&mut self, group: u32) {
        self.group = group;
        self.interval = 0;
        self.storage_interval = 0;
        self.pcs.fill(0);
        self.waits.fill(Wait::Ready);
        self.copies.iter_mut().for_each(Copies::clear);
        self.shared.reset(self.kernel, &mut self.rng);
        let code = self.code;
        for who in 0..self.pcs.len() {
            let at = who * code.n_words;
            for (word, ty) in self.regs[at..].iter_mut().zip(&code.slot_types) {
                *word = poison(*ty, &mut self.rng)[0];
            }
        }
    }

    /// Where all wait for the workgroup or have ended: lets them pass the barrier that they stand at.
    fn barrier(&mut self) -> Result<(), Error> {
        let Some(at) = self.waits.iter().position(|wait| *wait == Wait::Barrier) else { return Ok(()) };
        let pc = self.pcs[at];
        self.same_place(0..self.pcs.len(), at, "the barrier")?;
        self.interval += 1;
        match self.code.insts[pc as usize] {
            Inst::Barrier(Barrier::Storage) => self.storage_interval += 1,
            Inst::UniformLoad { dst, index, access } => {
                let first = self.word(at, index.at);
                if let Some(other) = (0..self.pcs.len()).find(|who| self.word(*who, index.at) != first) {
                    let what =
                        format!("the index ({first} in one invocation, {} in another)", self.word(other, index.at));
                    return Err(Error::Divergence { span: self.span(pc), elsewhere: Some(self.span(pc)), what });
                }
                let index = first as u32;
                self.has_landed(pc, index, self.kernel[access].place)?;
                let lanes = if self.in_range(at, index, access)? { self.load_uniform(index, access) } else { [0; 4] };
                for who in 0..self.pcs.len() {
                    self.set(who, dst, &lanes);
                }
                self.interval += 1;
            }
            _ => {}
        }
        self.pass(0..self.pcs.len());
        Ok(())
    }

    /// Where nobody can run, and some wait for their subgroup: executes those subgroups' operations.
    fn subgroups(&mut self) -> Result<(), Error> {
        let n = self.pcs.len();
        let size = self.options.subgroup_size as usize;
        for first in (0..n).step_by(size) {
            let members = first..(first + size).min(n);
            let Some(at) = members.clone().find(|who| self.waits[*who] == Wait::Subgroup) else { continue };
            self.same_place(members.clone(), at, "the subgroup operation")?;
            if let Inst::Subgroup { op, dst, args } = self.code.insts[self.pcs[at] as usize] {
                self.subgroup(op, dst, args, members.clone());
            }
            self.pass(members);
        }
        Ok(())
    }

    /// Refuses members that do not wait where `at` waits.
    fn same_place(&self, members: std::ops::Range<usize>, at: usize, what: &str) -> Result<(), Error> {
        let here = |who: &usize| self.waits[*who] == self.waits[at] && self.pcs[*who] == self.pcs[at];
        let Some(other) = members.into_iter().find(|who| !here(who)) else { return Ok(()) };
        let elsewhere = (self.waits[other] != Wait::Done).then(|| self.span(self.pcs[other]));
        Err(Error::Divergence { span: self.span(self.pcs[at]), elsewhere, what: what.to_owned() })
    }

    fn pass(&mut self, members: std::ops::Range<usize>) {
        for who in members {
            self.pcs[who] += 1;
            self.waits[who] = Wait::Ready;
        }
    }

    fn span(&self, pc: u32) -> Span {
        self.code.spans[pc as usize]
    }
}
