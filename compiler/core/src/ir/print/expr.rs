//! Expressions and constants as text.

use super::{Printer, axis_name, name};
use crate::ir::{AtomicOp, Builtin, Const, Expr, Scalar, SubgroupOp, ValueId, eval};

impl Printer<'_> {
    pub(super) fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Const(value) => constant(value),
            Expr::Param(id) => format!("param {}", name(&self.names.params, id.0)),
            Expr::Len(id) => format!("len {}", name(&self.names.params, id.0)),
            Expr::Builtin(builtin) => builtin_name(*builtin),
            Expr::Op(op, operands) => format!("{} {}", op.row().name, list(operands)),
            Expr::Compose(lanes) => format!("[{}]", list(lanes)),
            Expr::Extract(vector, lane) => format!("%{}.{lane}", vector.0),
            Expr::Slot(slot) => name(&self.names.slots, slot.0),
            Expr::Load { index, access } => {
                let (place, note) = self.access(*access);
                format!("load {place}[%{}]{note}", index.0)
            }
            Expr::UniformLoad { index, access } => {
                let (place, note) = self.access(*access);
                format!("uniform_load {place}[%{}]{note}", index.0)
            }
            Expr::Atomic { op, index, value, expected, access } => {
                let (place, note) = self.access(*access);
                let value = value.map(|v| format!(", %{}", v.0)).unwrap_or_default();
                let expected = expected.map(|v| format!(" if %{}", v.0)).unwrap_or_default();
                format!("atomic_{} {place}[%{}]{value}{expected}{note}", atomic_name(*op), index.0)
            }
            Expr::Subgroup(op, operands) => format!("subgroup_{} {}", subgroup_name(*op), list(operands)),
            Expr::LoopVar => "loop variable".to_owned(),
        }
    }
}

fn list(values: &[ValueId]) -> String {
    values.iter().map(|v| format!("%{}", v.0)).collect::<Vec<_>>().join(", ")
}

fn constant(value: &Const) -> String {
    let lanes: Vec<String> =
        value.lanes.iter().take(value.ty.lanes.into()).map(|bits| number(value.ty.scalar, *bits)).collect();
    match lanes.as_slice() {
        [one] => one.clone(),
        [first, rest @ ..] if rest.iter().all(|lane| lane == first) => format!("[{first}; {}]", lanes.len()),
        _ => format!("[{}]", lanes.join(", ")),
    }
}

fn number(scalar: Scalar, bits: u64) -> String {
    match scalar {
        Scalar::Bool => (bits != 0).to_string(),
        Scalar::U8 | Scalar::U32 | Scalar::U64 => bits.to_string(),
        Scalar::I8 => (bits as i8).to_string(),
        Scalar::I32 => (bits as i32).to_string(),
        Scalar::I64 => (bits as i64).to_string(),
        Scalar::F16 | Scalar::Bf16 | Scalar::F32 => {
            let value = eval::as_f64(scalar, bits);
            if value.is_nan() { format!("NaN({bits:#x})") } else { format!("{:?}", value as f32) }
        }
    }
}

fn builtin_name(builtin: Builtin) -> String {
    match builtin {
        Builtin::LocalId(axis) => format!("local_id.{}", axis_name(axis)),
        Builtin::LocalIndex => "local_index".to_owned(),
        Builtin::WorkgroupId(axis) => format!("workgroup_id.{}", axis_name(axis)),
        Builtin::NumWorkgroups(axis) => format!("num_workgroups.{}", axis_name(axis)),
        Builtin::SubgroupSize => "subgroup_size".to_owned(),
        Builtin::SubgroupLane => "subgroup_lane".to_owned(),
    }
}

fn atomic_name(op: AtomicOp) -> &'static str {
    match op {
        AtomicOp::Load => "load",
        AtomicOp::Store => "store",
        AtomicOp::Add => "add",
        AtomicOp::Sub => "sub",
        AtomicOp::Min => "min",
        AtomicOp::Max => "max",
        AtomicOp::And => "and",
        AtomicOp::Or => "or",
        AtomicOp::Xor => "xor",
        AtomicOp::Exchange => "exchange",
        AtomicOp::CompareExchange => "compare_exchange",
    }
}

fn subgroup_name(op: SubgroupOp) -> &'static str {
    match op {
        SubgroupOp::Add => "add",
        SubgroupOp::Min => "min",
        SubgroupOp::Max => "max",
        SubgroupOp::ExclusiveAdd => "exclusive_add",
        SubgroupOp::InclusiveAdd => "inclusive_add",
        SubgroupOp::All => "all",
        SubgroupOp::Any => "any",
        SubgroupOp::Ballot => "ballot",
        SubgroupOp::BroadcastFirst => "broadcast_first",
        SubgroupOp::Shuffle => "shuffle",
        SubgroupOp::ShuffleXor => "shuffle_xor",
        SubgroupOp::ShuffleDown => "shuffle_down",
        SubgroupOp::ShuffleUp => "shuffle_up",
    }
}
