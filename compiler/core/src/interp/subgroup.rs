//! Operations across a subgroup.

use super::code::Reg;
use super::step::Machine;
use crate::ir::{Const, Lanes, Op, SubgroupOp, eval};

impl Machine<'_> {
    /// Executes an operation for all members of a subgroup. A lane that is not there reads as the own value.
    ///
    /// Sums go in the order of the lanes; a target may add floats in another.
    pub(super) fn subgroup(&mut self, op: SubgroupOp, dst: Reg, args: [Reg; 2], members: std::ops::Range<usize>) {
        let values: Vec<Lanes> = members.clone().map(|who| self.get(who, args[0])).collect();
        let seconds: Vec<u32> = members.clone().map(|who| self.word(who, args[1].at) as u32).collect();
        let results = results(op, args[0], &values, &seconds);
        for (who, lanes) in members.zip(results) {
            self.set(who, dst, &lanes);
        }
    }
}

fn results(op: SubgroupOp, operand: Reg, values: &[Lanes], seconds: &[u32]) -> Vec<Lanes> {
    let combine = |op: Op, a: Lanes, b: Lanes| {
        eval::eval(op, operand.ty, &[a, b].map(|lanes| Const { ty: operand.ty, lanes })).lanes
    };
    let all = |lanes: Lanes| vec![lanes; values.len()];
    let reduce = |op| values.iter().copied().reduce(|a, b| combine(op, a, b)).unwrap_or_default();
    let holds = |value: &Lanes| value[0] != 0;
    let flag = |holds: bool| [u64::from(holds), 0, 0, 0];
    let from = |lane: &dyn Fn(u32, u32) -> Option<u32>| {
        let read = |(own, second): (u32, &u32)| {
            let lane = lane(own, *second).and_then(|lane| values.get(lane as usize));
            lane.or(values.get(own as usize)).copied().unwrap_or_default()
        };
        (0..).zip(seconds).map(read).collect()
    };
    match op {
        SubgroupOp::Add => all(reduce(Op::Add)),
        SubgroupOp::Min => all(reduce(Op::Min)),
        SubgroupOp::Max => all(reduce(Op::Max)),
        SubgroupOp::ExclusiveAdd | SubgroupOp::InclusiveAdd => {
            let mut sum = [0; 4];
            let scan = |value: &Lanes| {
                let before = sum;
                sum = combine(Op::Add, sum, *value);
                if op == SubgroupOp::ExclusiveAdd { before } else { sum }
            };
            values.iter().map(scan).collect()
        }
        SubgroupOp::All => all(flag(values.iter().all(holds))),
        SubgroupOp::Any => all(flag(values.iter().any(holds))),
        SubgroupOp::Ballot => {
            let mut ballot = [0; 4];
            for (i, _) in values.iter().enumerate().filter(|(_, value)| holds(value)) {
                ballot[i / 32 % 4] |= 1 << (i % 32);
            }
            all(ballot)
        }
        SubgroupOp::BroadcastFirst => all(values.first().copied().unwrap_or_default()),
        SubgroupOp::Shuffle => from(&|_, lane| Some(lane)),
        SubgroupOp::ShuffleXor => from(&|own, bits| Some(own ^ bits)),
        SubgroupOp::ShuffleDown => from(&|own, delta| own.checked_add(delta)),
        SubgroupOp::ShuffleUp => from(&|own, delta| own.checked_sub(delta)),
    }
}
