//! What machine code takes of a device, and how many workgroups of it fit: for `wgpuc inspect --show usage`.

use std::fmt::Write;
use wgpuc_abi::Target;
use wgpuc_core::driver::{Architecture, Code, CompiledInstance, Form};

/// One multiprocessor of an architecture (CUDA C++ Programming Guide, "Technical Specifications per Compute
/// Capability").
struct Multiprocessor {
    sm: u32,
    warps: u32,
    groups: u32,
    shared_bytes: u32,
}

const fn multiprocessor(sm: u32, warps: u32, groups: u32, shared_kib: u32) -> Multiprocessor {
    Multiprocessor { sm, warps, groups, shared_bytes: shared_kib << 10 }
}

const MULTIPROCESSORS: [Multiprocessor; 9] = [
    multiprocessor(75, 32, 16, 64),
    multiprocessor(80, 64, 32, 164),
    multiprocessor(86, 48, 16, 100),
    multiprocessor(87, 48, 16, 164),
    multiprocessor(89, 48, 24, 100),
    multiprocessor(90, 64, 32, 228),
    multiprocessor(100, 64, 32, 228),
    multiprocessor(103, 64, 32, 228),
    multiprocessor(120, 48, 24, 100),
];

const WARP: u32 = 32;
/// Registers of each of a multiprocessor's four parts, and in what steps a warp takes them.
const PART_REGISTERS: u32 = 16_384;
const PARTS: u32 = 4;
const REGISTER_STEP: u32 = 256;
/// In what steps a workgroup takes workgroup memory, and what the system takes of it from sm_80 on.
const SHARED_STEP: u32 = 128;
const SYSTEM_SHARED_BYTES: u32 = 1024;

/// Workgroups that fit on one multiprocessor, and which share of its warps they are; `None` where it is not known.
fn occupancy(sm: u32, invocations: u32, registers: u32, shared_bytes: u32) -> Option<(u32, f64)> {
    let has = MULTIPROCESSORS.iter().find(|m| m.sm == sm)?;
    let warps = invocations.div_ceil(WARP).max(1);
    let warp_registers = (registers.max(1) * WARP).next_multiple_of(REGISTER_STEP);
    let by_registers = PART_REGISTERS / warp_registers * PARTS / warps;
    let system = if sm >= 80 { SYSTEM_SHARED_BYTES } else { 0 };
    let shared = shared_bytes.next_multiple_of(SHARED_STEP) + system;
    let by_shared = has.shared_bytes.checked_div(shared).unwrap_or(u32::MAX);
    let groups = has.groups.min(has.warps / warps).min(by_registers).min(by_shared);
    Some((groups, f64::from(groups * warps) / f64::from(has.warps)))
}

/// A row for the machine code of each form.
pub(super) fn show(out: &mut String, instances: &[&CompiledInstance]) {
    let _ = writeln!(
        out,
        "{:<44} {:>7} {:>9} {:>9} {:>7} {:>8} {:>9} {:>9}",
        "code", "for", "registers", "spilled B", "local B", "shared B", "groups/SM", "occupancy"
    );
    let mut any = false;
    for form in instances.iter().flat_map(|instance| &instance.forms) {
        for code in form.code.iter().filter(|code| code.target == Target::Cubin) {
            any = true;
            row(out, form, code);
        }
    }
    if !any {
        let _ = writeln!(
            out,
            "not known: NVIDIA's ptxas was not found; install the CUDA toolkit or the Python package \
             nvidia-cuda-nvcc, or name the file with {}",
            wgpuc_build::PTXAS_VARIABLE
        );
    }
}

fn row(out: &mut String, form: &Form, code: &Code) {
    let (Some(usage), Some(cuda)) = (code.usage, code.cuda) else { return };
    let invocations = form.kernel.workgroup.iter().product();
    let shared_bytes = usage.shared_bytes + cuda.dynamic_shared_bytes;
    let (groups, share) = match occupancy(cuda.sm, invocations, usage.registers, shared_bytes) {
        Some((groups, share)) => (groups.to_string(), format!("{:.0} %", share * 100.0)),
        None => ("?".to_owned(), "?".to_owned()),
    };
    let architecture = Architecture { sm: cuda.sm, specific: cuda.arch_specific }.to_string();
    let _ = writeln!(
        out,
        "{:<44} {architecture:>7} {:>9} {:>9} {:>7} {shared_bytes:>8} {groups:>9} {share:>9}",
        form.file_stem(),
        usage.registers,
        usage.spill_bytes,
        usage.stack_bytes,
    );
}

#[cfg(test)]
mod tests {
    use super::occupancy;

    #[test]
    fn what_is_scarcest_decides() {
        // warps, workgroups, registers, memory
        assert_eq!(occupancy(90, 1024, 32, 0), Some((2, 1.0)));
        assert_eq!(occupancy(90, 32, 32, 0), Some((32, 0.5)));
        assert_eq!(occupancy(90, 256, 128, 0), Some((2, 0.25)));
        assert_eq!(occupancy(90, 128, 32, 100 << 10), Some((2, 0.125)));
        assert_eq!(occupancy(75, 256, 32, 16 << 10), Some((4, 1.0)));
        assert_eq!(occupancy(61, 256, 32, 0), None);
    }
}
