//! Checks the register types of instructions: ptxas takes a wrong one for the right one of the same size.
//!
//! A table says for each instruction what its operands are. Lines in, the first that breaks the table out.

use super::inst::{Class, Inst, Line, Operand, Ty};

/// What an operand must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Want {
    /// A value of the instruction's first, or second, type.
    First,
    Second,
    /// A value of the first type with twice the bits: `mul.wide`.
    Wide,
    /// One or more values of the first type.
    Lanes,
    Pred,
    Word,
    Address,
    /// Addresses of two spaces in one instruction.
    Shared,
    Global,
    /// Floats that a function takes or gives.
    Floats,
    /// A label, or a function.
    Name,
}

use Want::{Address, First, Floats, Global, Lanes, Name, Pred, Second, Shared, Wide, Word};

/// The instructions that the emitter writes, by the start of their names, longer ones first.
const TABLE: &[(&str, &[Want])] = &[
    ("abs", &[First, First]),
    ("add", &[First, First, First]),
    ("and", &[First, First, First]),
    ("atom.global.cas", &[First, Address, First, First]),
    ("atom.shared.cas", &[First, Address, First, First]),
    ("atom", &[First, Address, First]),
    ("bar.sync", &[Word]),
    ("bfe", &[First, First, Word, Word]),
    ("bra", &[Name]),
    ("brev", &[First, First]),
    ("call", &[Floats, Name, Floats]),
    ("clz", &[Word, First]),
    ("cp.async.commit_group", &[]),
    ("cp.async.wait_group", &[Word]),
    ("cp.async", &[Shared, Global, Word, Word]),
    ("cvta", &[First, First]),
    ("cvt", &[First, Second]),
    ("div", &[First, First, First]),
    ("fence", &[]),
    ("fma", &[First, First, First, First]),
    ("ld", &[Lanes, Address]),
    ("mad.wide", &[Wide, First, First, Wide]),
    ("mad", &[First, First, First, First]),
    ("max", &[First, First, First]),
    ("min", &[First, First, First]),
    ("mov", &[First, First]),
    ("mul.wide", &[Wide, First, First]),
    ("mul", &[First, First, First]),
    ("neg", &[First, First]),
    ("not", &[First, First]),
    ("or", &[First, First, First]),
    ("popc", &[Word, First]),
    ("red.", &[Address, First]),
    ("redux", &[First, First, Word]),
    ("rem", &[First, First, First]),
    ("ret", &[]),
    ("selp", &[First, First, First, Pred]),
    ("setp", &[Pred, First, First]),
    ("shfl", &[First, First, Word, Word, Word]),
    ("shl", &[First, First, Word]),
    ("shr", &[First, First, Word]),
    ("sqrt", &[First, First]),
    ("st", &[Address, Lanes]),
    ("sub", &[First, First, First]),
    ("vote.sync.ballot", &[First, Pred, Word]),
    ("vote", &[First, First, Word]),
    ("xor", &[First, First, First]),
];

/// Checks the lines of a body.
///
/// # Errors
/// The first instruction that is not in the table or has an operand of another type, and what it should have.
pub(super) fn check(lines: &[Line]) -> Result<(), String> {
    lines.iter().try_for_each(|line| match line {
        Line::Inst(inst) => instruction(inst).map_err(|what| format!("`{inst}`: {what}")),
        _ => Ok(()),
    })
}

fn instruction(inst: &Inst) -> Result<(), String> {
    if let Some((pred, _)) = inst.guard
        && pred.class != Class::Pred
    {
        return Err(format!("{pred} is no predicate"));
    }
    let Some((_, wants)) = TABLE.iter().find(|(name, _)| inst.name.starts_with(name)) else {
        return Err("no such instruction is known".to_owned());
    };
    if wants.len() != inst.operands.len() {
        return Err(format!("it takes {} operands, not {}", wants.len(), inst.operands.len()));
    }
    wants.iter().zip(&inst.operands).try_for_each(|(want, operand)| {
        if fits(*want, operand, inst) { Ok(()) } else { Err(format!("`{operand}` is not what it takes there")) }
    })
}

fn fits(want: Want, operand: &Operand, inst: &Inst) -> bool {
    let ty = |i: usize| inst.types.get(i).copied();
    match want {
        First => ty(0).is_some_and(|ty| is(operand, ty)) || is_halves(operand, ty(0)),
        Second => ty(1).is_some_and(|ty| is(operand, ty)),
        Wide => is(operand, Ty::B64) && ty(0).is_some_and(|ty| ty.class() == Class::B32),
        Lanes => match operand {
            Operand::Vector(lanes) => lanes.iter().all(|lane| ty(0).is_some_and(|ty| is(lane, ty))),
            lane => ty(0).is_some_and(|ty| is(lane, ty)),
        },
        Pred => is(operand, Ty::Pred),
        Word => is(operand, Ty::U32),
        Address if inst.name.contains(".shared") => is_address(operand, Class::B32),
        Address | Global => is_address(operand, Class::B64),
        Shared => is_address(operand, Class::B32),
        Floats => matches!(operand, Operand::Group(arguments) if arguments.iter().all(|a| is(a, Ty::F32))),
        Name => matches!(operand, Operand::Name(_)),
    }
}

/// Whether it is an address, if in a register then in one of that class.
fn is_address(operand: &Operand, class: Class) -> bool {
    match operand {
        Operand::At(base, _) => base.class == class,
        Operand::AtName(..) => true,
        _ => false,
    }
}

/// Whether it is a value of that type; names are special registers and addresses, which are integers.
fn is(operand: &Operand, ty: Ty) -> bool {
    match operand {
        Operand::Reg(reg) => ty.takes(reg.class),
        Operand::Imm(class, _) => ty.takes(*class),
        Operand::Name(_) => matches!(ty.class(), Class::B32 | Class::B64),
        _ => false,
    }
}

/// Whether it is two registers that together have the type's bits, as `mov` packs and unpacks them.
fn is_halves(operand: &Operand, ty: Option<Ty>) -> bool {
    let half = match ty {
        Some(Ty::B32) => Ty::B16,
        Some(Ty::B64) => Ty::B32,
        _ => return false,
    };
    matches!(operand, Operand::Vector(lanes) if lanes.len() == 2 && lanes.iter().all(|lane| is(lane, half)))
}

#[cfg(test)]
mod tests {
    use super::super::inst::Reg;
    use super::*;

    fn reg(class: Class) -> Operand {
        Operand::Reg(Reg { class, number: 1 })
    }

    fn refused(name: &str, types: &[Ty], classes: &[Class]) -> String {
        let inst = Inst::new(name, types, classes.iter().map(|class| reg(*class)));
        check(&[Line::Inst(inst)]).expect_err("it is wrong")
    }

    #[test]
    fn right_code_passes() {
        let right = [
            Inst::new("add.rn", &[Ty::F32], [reg(Class::F32), reg(Class::F32), Operand::Imm(Class::F32, 0)]),
            Inst::new("mov", &[Ty::B32], [reg(Class::F32), reg(Class::B32)]),
            Inst::new("cvt.rn", &[Ty::F32, Ty::S32], [reg(Class::F32), reg(Class::B32)]),
            Inst::new("mov", &[Ty::B64], [reg(Class::B64), Operand::Vector(vec![reg(Class::B32), reg(Class::B32)])]),
            Inst::new("mad.wide", &[Ty::U32], [Class::B64, Class::B32, Class::B32, Class::B64].map(reg)),
        ];
        assert_eq!(check(&right.map(Line::Inst)), Ok(()));
    }

    #[test]
    fn a_register_of_the_same_size_is_not_enough() {
        assert!(refused("add.rn", &[Ty::F32], &[Class::F32, Class::F32, Class::B32]).contains("%r1"));
        assert!(refused("add", &[Ty::S32], &[Class::B32, Class::F32, Class::B32]).contains("%f1"));
        assert!(refused("mov", &[Ty::F32], &[Class::F32, Class::B32]).contains("%r1"));
        assert!(refused("fma.rn", &[Ty::F16], &[Class::F16, Class::F16, Class::B16, Class::F16]).contains("%s1"));
    }

    #[test]
    fn sizes_predicates_and_counts() {
        refused("shl", &[Ty::B64], &[Class::B64, Class::B64, Class::B64]);
        refused("setp.lt", &[Ty::U32], &[Class::B32, Class::B32, Class::B32]);
        refused("selp", &[Ty::B32], &[Class::B32, Class::B32, Class::B32, Class::B32]);
        refused("mad.wide", &[Ty::U32], &[Class::B32, Class::B32, Class::B32, Class::B64]);
        refused("cvt.rzi", &[Ty::S32, Ty::F32], &[Class::F32, Class::F32]);
        assert!(refused("neg", &[Ty::S32], &[Class::B32]).contains("2 operands"));
        assert!(refused("frob", &[Ty::S32], &[Class::B32]).contains("known"));
        let guard = Reg { class: Class::B32, number: 2 };
        let guarded = Inst::new("ret", &[], []).guarded(guard, true);
        assert!(check(&[Line::Inst(guarded)]).is_err_and(|what| what.contains("no predicate")));
    }

    #[test]
    fn an_address_is_no_value() {
        let address = Operand::At(Reg { class: Class::B64, number: 1 }, 4);
        let load = Inst::new("ld.global", &[Ty::F32], [reg(Class::F32), reg(Class::B64)]);
        assert!(check(&[Line::Inst(load)]).is_err());
        let add = Inst::new("add", &[Ty::S64], [reg(Class::B64), reg(Class::B64), address]);
        assert!(check(&[Line::Inst(add)]).is_err());
    }
}
