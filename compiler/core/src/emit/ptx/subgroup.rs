//! Operations across a subgroup, which is a warp of 32: `shfl.sync`, `vote.sync`, and `redux.sync` where it is.
//!
//! All invocations of the workgroup reach one together: the uniformity pass proved it, and it is asked again here,
//! since a warp that waits for an invocation that never comes is lost. The last warp of a workgroup may have fewer
//! members; then a mask of them is made at the start. A lane that is not there reads as the own value.

use super::Level;
use super::inst::{Class, Inst, Operand, Reg, Ty};
use super::writer::Writer;
use crate::emit::EmitError;
use crate::ir::{Op, Scalar, SubgroupOp, Type};

/// Invocations of a warp.
pub(super) const WARP: u32 = 32;

/// The members of an invocation's warp.
#[derive(Clone, Debug)]
pub(super) struct Warp {
    /// A bit for each.
    mask: Operand,
    /// How many they are.
    members: Operand,
    /// This invocation's place among them.
    lane: Reg,
}

impl Writer<'_> {
    /// Computes who is in the warp, for what comes.
    pub(super) fn start_warp(&mut self) {
        let lane = self.put("mov", Ty::U32, &[Operand::Name("%laneid".to_owned())]);
        let total: u32 = self.kernel.workgroup.iter().product();
        let (mut mask, mut members) = (Operand::word(u32::MAX), Operand::word(WARP));
        if !total.is_multiple_of(WARP) {
            let local = self.local_index();
            let first_missing = Operand::word(total - total % WARP);
            let whole = self.compare("lt", Ty::U32, &local, &first_missing);
            members = self.choose(Class::B32, whole, &members, &Operand::word(total % WARP));
            mask = self.choose(Class::B32, whole, &mask, &Operand::word((1 << (total % WARP)) - 1));
        }
        self.warp = Some(Warp { mask, members, lane: self.reg(&lane) });
    }

    pub(super) fn subgroup(
        &mut self,
        op: SubgroupOp,
        ty: Type,
        args: &[Vec<Operand>],
    ) -> Result<Vec<Operand>, EmitError> {
        let Some(warp) = self.warp.clone() else { return Err(self.internal("no one asked who is in the warp")) };
        let [value, second] = [0, 1].map(|i| args.get(i).cloned().unwrap_or_default());
        match op {
            SubgroupOp::All | SubgroupOp::Any | SubgroupOp::Ballot => Ok(self.vote(op, &warp, &value)),
            SubgroupOp::Add | SubgroupOp::Min | SubgroupOp::Max => {
                let op = match op {
                    SubgroupOp::Add => Op::Add,
                    SubgroupOp::Min => Op::Min,
                    _ => Op::Max,
                };
                value.iter().map(|lane| self.reduce(op, ty.scalar, &warp, lane)).collect()
            }
            SubgroupOp::InclusiveAdd => value.iter().map(|v| self.scan(Op::Add, ty.scalar, &warp, v)).collect(),
            SubgroupOp::ExclusiveAdd => value.iter().map(|v| self.exclusive(ty.scalar, &warp, v)).collect(),
            SubgroupOp::BroadcastFirst => {
                Ok(value.iter().map(|lane| self.shuffle("idx", ty.scalar, &warp, lane, &Operand::word(0))).collect())
            }
            _ => {
                let Some(by) = second.first() else { return Err(self.internal(format!("{op:?} of one operand"))) };
                Ok(value.iter().map(|lane| self.exchange(op, ty.scalar, &warp, lane, by)).collect())
            }
        }
    }

    fn vote(&mut self, op: SubgroupOp, warp: &Warp, value: &[Operand]) -> Vec<Operand> {
        let pred = value.first().map(|value| self.reg(value).into()).unwrap_or(Operand::Imm(Class::Pred, 0));
        let operands = [pred, warp.mask.clone()];
        match op {
            SubgroupOp::All => vec![self.put("vote.sync.all", Ty::Pred, &operands)],
            SubgroupOp::Any => vec![self.put("vote.sync.any", Ty::Pred, &operands)],
            _ => {
                let zero = Operand::word(0);
                vec![self.put("vote.sync.ballot", Ty::B32, &operands), zero.clone(), zero.clone(), zero]
            }
        }
    }

    fn reduce(&mut self, op: Op, scalar: Scalar, warp: &Warp, value: &Operand) -> Result<Operand, EmitError> {
        if self.level >= Level::Sm80 && matches!(scalar, Scalar::I32 | Scalar::U32) {
            let name = match op {
                Op::Add => "redux.sync.add",
                Op::Min => "redux.sync.min",
                _ => "redux.sync.max",
            };
            return Ok(self.put(name, Ty::of(scalar), &[value.clone(), warp.mask.clone()]));
        }
        if warp.members.known().is_none() {
            // The last one that is there has seen all.
            let sum = self.scan(op, scalar, warp, value)?;
            let last = self.put("sub", Ty::U32, &[warp.members.clone(), Operand::word(1)]);
            return Ok(self.shuffle("idx", scalar, warp, &sum, &last));
        }
        let mut sum = value.clone();
        for distance in [16, 8, 4, 2, 1] {
            let other = self.shuffle("bfly", scalar, warp, &sum, &Operand::word(distance));
            sum = self.lane(op, scalar, &[sum, other])?;
        }
        Ok(sum)
    }

    /// Of all lanes up to this one.
    fn scan(&mut self, op: Op, scalar: Scalar, warp: &Warp, value: &Operand) -> Result<Operand, EmitError> {
        let mut sum = value.clone();
        for distance in [1, 2, 4, 8, 16].map(Operand::word) {
            let other = self.shuffle("up", scalar, warp, &sum, &distance);
            let more = self.lane(op, scalar, &[other, sum.clone()])?;
            let is_there = self.compare("ge", Ty::U32, &warp.lane.into(), &distance);
            sum = self.lane(Op::Select, scalar, &[is_there.into(), more, sum])?;
        }
        Ok(sum)
    }

    /// The sum of the lane before; zero for the first.
    fn exclusive(&mut self, scalar: Scalar, warp: &Warp, value: &Operand) -> Result<Operand, EmitError> {
        let sum = self.scan(Op::Add, scalar, warp, value)?;
        let before = self.shuffle("up", scalar, warp, &sum, &Operand::word(1));
        let first = self.compare("eq", Ty::U32, &warp.lane.into(), &Operand::word(0));
        self.lane(Op::Select, scalar, &[first.into(), Operand::Imm(Class::of(scalar), 0), before])
    }

    /// The value of another lane; where there is none the own.
    fn exchange(&mut self, op: SubgroupOp, scalar: Scalar, warp: &Warp, value: &Operand, by: &Operand) -> Operand {
        let lane = Operand::from(warp.lane);
        let how = match op {
            SubgroupOp::Shuffle => "idx",
            SubgroupOp::ShuffleXor => "bfly",
            SubgroupOp::ShuffleDown => "down",
            _ => "up",
        };
        let result = self.shuffle(how, scalar, warp, value, by);
        let small = by.known().is_some_and(|by| by < u64::from(WARP));
        if small && (warp.members.known().is_some() || how == "up") {
            return result;
        }
        // The instruction looks at five bits of the number, and at no lane's absence but the 33rd's.
        let is_there = match op {
            SubgroupOp::Shuffle => self.compare("lt", Ty::U32, by, &warp.members),
            SubgroupOp::ShuffleXor => {
                let other = self.put("xor", Ty::B32, &[lane, by.clone()]);
                self.compare("lt", Ty::U32, &other, &warp.members)
            }
            SubgroupOp::ShuffleDown => {
                let left = self.put("sub", Ty::U32, &[warp.members.clone(), lane]);
                self.compare("lt", Ty::U32, by, &left)
            }
            _ => self.compare("le", Ty::U32, by, &lane),
        };
        if scalar == Scalar::Bool {
            let [yes, no] = [result, value.clone()].map(|v| self.convert(Scalar::Bool, Scalar::U32, &v));
            let word = self.choose(Class::B32, is_there, &yes, &no);
            return self.convert(Scalar::U32, Scalar::Bool, &word);
        }
        self.choose(Class::of(scalar), is_there, &result, value)
    }

    /// A value of any type through `shfl.sync`, word by word.
    fn shuffle(&mut self, how: &str, scalar: Scalar, warp: &Warp, value: &Operand, by: &Operand) -> Operand {
        let move_word = |writer: &mut Self, word: &Operand| {
            let class = if scalar == Scalar::F32 { Class::F32 } else { Class::B32 };
            // Beyond these bounds `shfl` gives the own value.
            let bound = Operand::word(if how == "up" { 0 } else { 31 });
            let to = writer.new_reg(class);
            let operands = [to.into(), word.clone(), by.clone(), bound, warp.mask.clone()];
            writer.push(Inst::new(format!("shfl.sync.{how}"), &[Ty::B32], operands));
            Operand::from(to)
        };
        match scalar {
            Scalar::F32 => move_word(self, value),
            Scalar::Bool => {
                let word = self.convert(Scalar::Bool, Scalar::U32, value);
                let moved = move_word(self, &word);
                self.convert(Scalar::U32, Scalar::Bool, &moved)
            }
            _ => {
                let words = self.words(scalar, std::slice::from_ref(value));
                let moved: Vec<Operand> = words.iter().map(|word| move_word(self, word)).collect();
                let mut lanes = self.split(scalar, &moved);
                lanes.truncate(1);
                lanes.pop().unwrap_or(moved[0].clone())
            }
        }
    }
}
