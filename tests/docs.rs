//! Every example of the language's reference is a whole kernel file: each compiles for every target, and its ops do on
//! the CPU backend what the interpreter says.
#![allow(clippy::panic, reason = "a test")]

use std::path::Path;
use std::sync::Arc;
use wgpuc_abi::{self as abi, Elem, OpParamType, Scalar, ValueType};
use wgpuc_conformance::{Interpreter, Package};
use wgpuc_core::bindings::Language;
use wgpuc_core::diag::{Style, render};
use wgpuc_core::driver::{self, Input, Options, Output};
use wgpuc_core::ir::random::Rng;
use wgpuc_runtime::{Backend, Gpu, GpuError, Guest};

/// Calls of each op, with other arguments each.
const CALLS: u64 = 5;
/// Elements of every buffer: enough for all sizes that [`value`] gives.
const ELEMS: usize = 300;

#[test]
fn examples_of_the_language_compile_and_run() -> anyhow::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/language.md");
    let text = std::fs::read_to_string(path)?;
    let blocks: Vec<&str> = text.split("```rust\n").skip(1).filter_map(|b| b.split("```").next()).collect();
    assert!(blocks.len() >= 6, "the reference has lost its examples");
    for (number, block) in blocks.iter().enumerate() {
        let package = Arc::new(Package { output: compile(number, block) });
        let interface = &package.output.manifest.interface;
        assert!(interface.ops().next().is_some(), "example {number} has no op");
        for op in interface.ops() {
            run(&package, op)?;
        }
    }
    Ok(())
}

fn compile(number: usize, source: &str) -> Output {
    let files = vec![(format!("example_{number}.rs"), source.as_bytes().to_vec())];
    let input = Input { folder_name: "examples".to_owned(), files };
    let options = Options { bindings: Language::ALL.to_vec(), ..Options::default() };
    driver::compile(&input, &options).unwrap_or_else(|failure| {
        panic!("{}", render(&failure.diagnostics, &failure.sources, Style::Plain));
    })
}

/// Calls an op with the same arguments on both, some of which it may refuse, but not all.
fn run(package: &Arc<Package>, op: &abi::Op) -> anyhow::Result<()> {
    let gpu = || Gpu::builder().kernels(package.bundle());
    let interpreter = gpu().device(Box::new(Interpreter::new(Arc::clone(package), 0))).build()?;
    let cpu = gpu().backend(Backend::Cpu).build()?;
    let interface = &package.output.manifest.interface;
    let mut done = 0;
    for seed in 0..CALLS {
        let [expected, found] = [&interpreter, &cpu]
            .map(|gpu| -> anyhow::Result<_> { Ok(call(&mut gpu.guest(gpu.default_quota())?, interface, op, seed)) });
        match (expected?, found?) {
            (Ok(expected), Ok(found)) => {
                assert!(expected == found, "{}, call {seed}: the buffers differ", op.name);
                done += 1;
            }
            // Which of several faults is met first is the order's business.
            (Err(GpuError::KernelError(_)), Err(GpuError::KernelError(_))) => {}
            (expected, found) => {
                let [expected, found] = [expected, found].map(|result| result.map(|_| "done"));
                assert_eq!(expected, found, "{}, call {seed}", op.name);
            }
        }
    }
    assert!(done > 0, "{} never succeeded", op.name);
    Ok(())
}

/// Calls an op with arguments made of the seed; gives what its buffers hold then.
fn call(guest: &mut Guest, interface: &abi::Interface, op: &abi::Op, seed: u64) -> Result<Vec<Vec<u8>>, GpuError> {
    let mut rng = Rng::new(seed);
    let (mut words, mut buffers) = (vec![], vec![]);
    for param in &op.params {
        match &param.ty {
            OpParamType::Value(ty) => words.push(value(ty, interface, &mut rng)),
            OpParamType::Record(name) => {
                let fields = interface.record(name).into_iter().flat_map(|record| &record.fields);
                words.extend(fields.map(|field| value(&field.ty, interface, &mut rng)));
            }
            OpParamType::Buffer(buffer) => {
                let bytes = content(&buffer.elem, interface, &mut rng, seed);
                let handle = guest.buffer_create(bytes.len() as u64, true)?;
                guest.buffer_write(handle, 0, &bytes)?;
                if buffer.optional {
                    words.push(1);
                }
                words.push(handle.into());
                buffers.push((handle, bytes));
            }
        }
    }
    guest.call(op.name.kebab(), &words)?;
    for (handle, bytes) in &mut buffers {
        guest.buffer_read(*handle, 0, bytes)?;
    }
    Ok(buffers.into_iter().map(|(_, bytes)| bytes).collect())
}

/// A parameter: small, so that it fits the buffers.
fn value(ty: &ValueType, interface: &abi::Interface, rng: &mut Rng) -> u64 {
    match ty {
        ValueType::Enum(name) => rng.below(interface.enumeration(name).map_or(1, |e| e.cases.len())) as u64,
        ValueType::Scalar(Scalar::Bool) => rng.below(2) as u64,
        ValueType::Scalar(Scalar::F32) => u64::from((rng.below(100) as f32 - 50.0).to_bits()),
        ValueType::Scalar(_) => 1 + rng.below(16) as u64,
    }
}

/// A buffer's bytes. Every other seed gives only small numbers, which all ops take; structs are links, many of them
/// the last of their list.
fn content(elem: &Elem, interface: &abi::Interface, rng: &mut Rng, seed: u64) -> Vec<u8> {
    let scalars: Vec<Scalar> = match elem {
        Elem::Scalar(scalar) => vec![*scalar],
        Elem::Vector(scalar, lanes) => vec![*scalar; *lanes as usize],
        Elem::Struct(name, _) => {
            interface.element(name).into_iter().flat_map(|e| &e.fields).map(|field| field.ty).collect()
        }
    };
    let mut bytes = vec![];
    for scalar in std::iter::repeat_n(&scalars, ELEMS).flatten() {
        let word = match scalar {
            Scalar::F32 => u64::from((rng.below(2000) as f32 * 0.125 - 99.0).to_bits()),
            _ if matches!(elem, Elem::Struct(..)) && rng.chance(50) => u64::MAX,
            _ if seed % 2 == 1 && rng.chance(2) => u64::MAX,
            _ => rng.below(60) as u64,
        };
        bytes.extend(word.to_le_bytes().into_iter().take(scalar.bytes() as usize));
    }
    bytes
}
