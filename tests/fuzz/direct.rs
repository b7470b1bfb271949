//! A kernel's IR on a device, without a Manifest or a plan: what fuzzing compares with the interpreter.

use std::sync::atomic::{AtomicU64, Ordering};
use wgpuc_abi as abi;
use wgpuc_core::driver;
use wgpuc_core::emit;
use wgpuc_core::interp::{Arg, Launch};
use wgpuc_core::ir::{Kernel, ParamKind};
use wgpuc_runtime::backend::{self, BufferKey, Code, CodeKey, Device, Fault, SessionLimits};

/// Runs a launch of a kernel whose checks are explicit, and whose buffer parameters each have a buffer of their own;
/// leaves the buffers as the kernel leaves them.
///
/// # Errors
/// Where the kernel cannot be emitted for the device, or the device refuses it.
pub(super) fn run(device: &dyn Device, kernel: &Kernel, launch: &mut Launch) -> anyhow::Result<Option<Fault>> {
    // Devices keep what they compiled, by this.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let key = NEXT.fetch_add(1, Ordering::Relaxed);
    let (instance, bytes) = instance(device.target(), &driver::lowered_for(kernel, device.target()), key)?;
    let [artifact] = &instance.artifacts[..] else { anyhow::bail!("one artifact") };
    let description =
        abi::Kernel { name: kernel.name.clone(), docs: String::new(), params: params(kernel), instances: vec![] };
    let code = Code { key: CodeKey(key), artifact, kernel: &description, instance: &instance, bytes: &bytes };
    let mut session = device.open(&SessionLimits { bytes: 1 << 24 })?;
    let mut buffers = vec![];
    for bytes in &launch.buffers {
        let key = session.create(bytes.len() as u64)?;
        session.write(key, 0, bytes)?;
        buffers.push(key);
    }
    let words = words(kernel, launch, &description.params);
    session.launch(&backend::Launch {
        code: &code,
        id: LAUNCH,
        grid: launch.grid,
        words: &words,
        buffers: &buffers,
    })?;
    for (key, bytes) in buffers.iter().zip(&mut launch.buffers) {
        session.read(*key, 0, bytes)?;
    }
    let fault = session.take_fault()?;
    buffers.into_iter().for_each(|key: BufferKey| session.destroy(key));
    Ok(fault)
}

/// The number of the one launch.
const LAUNCH: u32 = 1;

fn instance(target: abi::Target, kernel: &Kernel, key: u64) -> anyhow::Result<(abi::Instance, Vec<u8>)> {
    let (entry, bytes, arena_bytes) = match target {
        abi::Target::Cpu => {
            let module = emit::cpu::emit(kernel)?;
            ("run".to_owned(), module.bytes, module.arena_bytes)
        }
        abi::Target::Wgsl => {
            let wgsl = emit::wgsl::emit(kernel)?;
            (wgsl.entry, wgsl.text.into_bytes(), 0)
        }
        other => anyhow::bail!("no code for {} is made here", other.name()),
    };
    let artifact = abi::Artifact {
        target,
        needs: kernel.features.clone(),
        path: kernel.name.clone(),
        entry,
        bytes: bytes.len() as u64,
        sha256: format!("random {key}"),
        arena_bytes,
        cuda: None,
    };
    let instance = abi::Instance {
        name: kernel.name.clone(),
        generics: vec![],
        workgroup: kernel.workgroup,
        shared_bytes: kernel.shared.iter().map(|s| s.elem.bytes() * s.len).sum(),
        faults: emit::faults(kernel),
        sites: vec![],
        artifacts: vec![artifact],
    };
    Ok((instance, bytes))
}

fn params(kernel: &Kernel) -> Vec<abi::KernelParam> {
    let ty = |kind: &ParamKind| match kind {
        ParamKind::Scalar(scalar) => abi::KernelParamType::Scalar(*scalar),
        ParamKind::Buffer(buffer) => abi::KernelParamType::Buffer {
            elem_bytes: buffer.item_bytes(),
            rounds_up: buffer.elem.lanes > 1 && buffer.elems_per_item == 1,
            writable: buffer.mutable,
        },
    };
    kernel.params.iter().map(|p| abi::KernelParam { name: p.name.clone(), ty: ty(&p.kind) }).collect()
}

fn words(kernel: &Kernel, launch: &Launch, params: &[abi::KernelParam]) -> Vec<u32> {
    let arg = |param: u32| (kernel.params.get(param as usize), launch.args.get(param as usize));
    let word = |word: &abi::launch::Word| match word {
        abi::launch::Word::Groups(axis) => launch.grid[*axis as usize],
        abi::launch::Word::LaunchId => LAUNCH,
        abi::launch::Word::Scalar { param, part } => match arg(*param) {
            (_, Some(Arg::Scalar(value))) => (value.lanes[0] >> (32 * part)) as u32,
            _ => 0,
        },
        abi::launch::Word::Len { param } => match arg(*param) {
            (Some(param), Some(Arg::Buffer { buffer, rounds_up, .. })) => {
                let ParamKind::Buffer(view) = &param.kind else { return 0 };
                let item_bytes = view.item_bytes() as usize;
                let bytes = launch.buffers[*buffer].len();
                (if *rounds_up { bytes.div_ceil(item_bytes) } else { bytes / item_bytes }) as u32
            }
            _ => 0,
        },
    };
    abi::launch::words(params).iter().map(word).collect()
}
