//! Kernels built by hand, compiled by the compiler and run here, against what Rust computes.

mod flow;
mod kernels;
mod numbers;
mod sessions;

use super::super::{BufferKey, Code, CodeKey, Device, Error, Launch, Session, SessionLimits};
use super::CpuDevice;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use wgpuc_abi as abi;
use wgpuc_core::ir::build::Builder;
use wgpuc_core::ir::{Buffer, Builtin, Check, Expr, Kernel, Op, ParamId, ParamKind, Place, Scalar, Type, ValueId};
use wgpuc_core::source::{FileId, Span};

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

/// A compiled kernel, with what the runtime would read from a Manifest.
struct Compiled {
    key: CodeKey,
    artifact: abi::Artifact,
    kernel: abi::Kernel,
    instance: abi::Instance,
    bytes: Vec<u8>,
}

fn device() -> &'static CpuDevice {
    static DEVICE: OnceLock<CpuDevice> = OnceLock::new();
    DEVICE.get_or_init(|| CpuDevice::new().unwrap())
}

fn open() -> Box<dyn Session> {
    device().open(&SessionLimits { bytes: 1 << 32 }).unwrap()
}

/// A kernel of that workgroup, written by `write`, with all its accesses taken as proved.
fn kernel(workgroup: [u32; 3], write: impl FnOnce(&mut Builder)) -> Kernel {
    let mut b = Builder::new("test", workgroup, SPAN);
    write(&mut b);
    let mut kernel = b.finish();
    for access in &mut kernel.accesses {
        access.check = Check::Proved(String::new());
    }
    kernel
}

fn compile(ir: &Kernel) -> Compiled {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let module = wgpuc_core::emit::cpu::emit(ir).unwrap();
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    let artifact = abi::Artifact {
        target: abi::Target::Cpu,
        needs: vec![],
        path: "cpu/test.wasm".into(),
        entry: "run".into(),
        bytes: module.bytes.len() as u64,
        sha256: format!("test {id}"),
        arena_bytes: module.arena_bytes,
        cuda: None,
    };
    let instance = abi::Instance {
        name: "test".into(),
        generics: vec![],
        workgroup: ir.workgroup,
        shared_bytes: 0,
        faults: true,
        sites: vec![],
        artifacts: vec![artifact.clone()],
    };
    let kernel = abi::Kernel { name: "test".into(), docs: String::new(), params: vec![], instances: vec![] };
    Compiled { key: CodeKey(id), artifact, kernel, instance, bytes: module.bytes }
}

/// Launches: `scalars` are the words of the scalar parameters, `buffers` come with their lengths.
fn launch(
    session: &mut dyn Session,
    compiled: &Compiled,
    grid: [u32; 3],
    scalars: &[u32],
    buffers: &[(BufferKey, u32)],
) -> Result<(), Error> {
    let id = 7;
    let code = Code {
        key: compiled.key,
        artifact: &compiled.artifact,
        kernel: &compiled.kernel,
        instance: &compiled.instance,
        bytes: &compiled.bytes,
    };
    let mut words = vec![grid[0], grid[1], grid[2], id];
    words.extend_from_slice(scalars);
    words.extend(buffers.iter().map(|(_, len)| *len));
    let keys: Vec<BufferKey> = buffers.iter().map(|(key, _)| *key).collect();
    session.launch(&Launch { code: &code, id, grid, words: &words, buffers: &keys })
}

/// Runs a kernel whose buffers are all of u32 words: gives their contents afterwards.
fn run(ir: &Kernel, grid: [u32; 3], scalars: &[u32], buffers: &[&[u32]]) -> Vec<Vec<u32>> {
    let lens: Vec<u32> = buffers.iter().map(|b| b.len() as u32).collect();
    run_with_lens(ir, grid, scalars, buffers, &lens)
}

fn run_with_lens(ir: &Kernel, grid: [u32; 3], scalars: &[u32], buffers: &[&[u32]], lens: &[u32]) -> Vec<Vec<u32>> {
    let mut session = open();
    let compiled = compile(ir);
    let keys: Vec<BufferKey> = buffers.iter().map(|words| upload(&mut *session, words)).collect();
    let bound: Vec<(BufferKey, u32)> = keys.iter().copied().zip(lens.iter().copied()).collect();
    launch(&mut *session, &compiled, grid, scalars, &bound).unwrap();
    session.sync().unwrap();
    keys.iter().zip(buffers).map(|(key, words)| download(&mut *session, *key, words.len())).collect()
}

fn upload(session: &mut dyn Session, words: &[u32]) -> BufferKey {
    let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
    let key = session.create(bytes.len() as u64).unwrap();
    session.write(key, 0, &bytes).unwrap();
    key
}

fn download(session: &mut dyn Session, key: BufferKey, n_words: usize) -> Vec<u32> {
    let mut bytes = vec![0; n_words * 4];
    session.read(key, 0, &mut bytes).unwrap();
    bytes.chunks_exact(4).map(|b| u32::from_le_bytes(b.try_into().unwrap())).collect()
}

fn buffer(b: &mut Builder, name: &str, elem: Type) -> ParamId {
    b.param(
        name,
        ParamKind::Buffer(Buffer {
            elem,
            elems_per_item: 1,
            mutable: true,
            may_alias: false,
            atomic: false,
            packed: None,
        }),
    )
}

fn scalar(b: &mut Builder, name: &str, scalar: Scalar) -> ValueId {
    let id = b.param(name, ParamKind::Scalar(scalar));
    b.def(Type::scalar(scalar), Expr::Param(id))
}

fn builtin(b: &mut Builder, builtin: Builtin) -> ValueId {
    b.def(Type::U32, Expr::Builtin(builtin))
}

/// `workgroup_id.x * workgroup.x + local_id.x`
fn global_id(b: &mut Builder) -> ValueId {
    let group = builtin(b, Builtin::WorkgroupId(0));
    let local = builtin(b, Builtin::LocalId(0));
    let width = b.u32(b.kernel.workgroup[0]);
    let first = b.op(Op::Mul, &[group, width]);
    b.op(Op::Add, &[first, local])
}

fn load(b: &mut Builder, param: ParamId, index: ValueId) -> ValueId {
    b.load(Place::Buffer(param), index, "")
}

fn store(b: &mut Builder, param: ParamId, index: ValueId, value: ValueId) {
    b.store(Place::Buffer(param), index, value, "");
}

/// A stream of bits with many special values for floats and integers.
fn random_words(seed: u64, n: usize) -> Vec<u32> {
    const SPECIAL: [u32; 16] = [
        0,
        0x8000_0000,
        1,
        u32::MAX,
        0x7fff_ffff,
        0x3f80_0000,
        0xbf80_0000,
        0x7f80_0000,
        0xff80_0000,
        0x7fc0_0000,
        0x0080_0000,
        0x007f_ffff,
        0x7f7f_ffff,
        0x4f00_0000,
        0xcf00_0000,
        2,
    ];
    let mut state = seed | 1;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 ^ (state >> 17) as u32
    };
    (0..n)
        .map(|_| match next() % 8 {
            0 => SPECIAL[next() as usize % SPECIAL.len()],
            // Numbers near one, where rounding matters.
            1 | 2 => (next() % 0x0300_0000 + 0x3e80_0000) | (next() & 0x8000_0000),
            3 => next() % 64,
            _ => next(),
        })
        .collect()
}
