//! Kernels built by hand, one per row and arm, each accepted by naga (and by Tint: `WGPUC_WGSL_DUMP=DIR` writes all
//! texts into a folder for `tint-check.mjs`).

mod errors;
mod memory;
mod numbers;
mod operations;
mod statements;

use crate::emit::wgsl::{Wgsl, emit, hlsl, msl, spirv};
use crate::ir::build::Builder;
use crate::ir::{Buffer, Check, Feature, Kernel, Op, ParamId, ParamKind, Place, Scalar, Type, ValueId};
use crate::source::{FileId, Span};

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

fn builder(name: &str) -> Builder {
    Builder::new(name, [64, 1, 1], SPAN)
}

/// A buffer that nobody else is.
fn buffer(elem: Type, mutable: bool) -> ParamKind {
    ParamKind::Buffer(Buffer { elem, elems_per_item: 1, mutable, may_alias: false, atomic: false, packed: None })
}

fn atomic_buffer(elem: Type) -> ParamKind {
    ParamKind::Buffer(Buffer { elem, elems_per_item: 1, mutable: true, may_alias: false, atomic: true, packed: None })
}

/// The invocation's number in the grid.
fn global_index(b: &mut Builder) -> ValueId {
    use crate::ir::{Builtin, Expr};
    let group = b.def(Type::U32, Expr::Builtin(Builtin::WorkgroupId(0)));
    let local = b.def(Type::U32, Expr::Builtin(Builtin::LocalId(0)));
    let size = b.u32(64);
    let base = b.op(Op::Mul, &[group, size]);
    b.op(Op::Add, &[base, local])
}

/// The kernel with every access taken as checked, and the features that its types need.
fn finish(b: Builder) -> Kernel {
    let mut kernel = b.finish();
    for access in &mut kernel.accesses {
        access.check = Check::Explicit;
    }
    let uses = |scalars: &[Scalar]| kernel.values.iter().any(|v| scalars.contains(&v.ty.scalar));
    if uses(&[Scalar::F16]) {
        kernel.features.push(Feature::F16);
    }
    if uses(&[Scalar::I64, Scalar::U64]) {
        kernel.features.push(Feature::Int64);
    }
    kernel
}

/// Writes the kernel in every form, and gives the WGSL.
#[track_caller]
fn written(kernel: &Kernel) -> Wgsl {
    let wgsl = match emit(kernel) {
        Ok(wgsl) => wgsl,
        Err(e) => panic!("{e}"),
    };
    for form in [spirv(kernel).map(|_| ()), msl(kernel).map(|_| ()), hlsl(kernel).map(|_| ())] {
        if let Err(e) = form {
            panic!("{e}\n{}", wgsl.text);
        }
    }
    if let Ok(folder) = std::env::var("WGPUC_WGSL_DUMP") {
        let text = wgsl.browser_text().unwrap_or_else(|| format!("// wgpu only\n{}", wgsl.text));
        std::fs::write(format!("{folder}/{}.wgsl", kernel.name), text).unwrap();
    }
    wgsl
}

/// Writes a kernel that is built with an input, an output and the invocation's number.
#[track_caller]
fn text_of(name: &str, input: Type, output: Type, build: impl FnOnce(&mut Builder, Place, Place, ValueId)) -> String {
    let mut b = builder(name);
    let input = b.param("input", buffer(input, false));
    let output = b.param("output", buffer(output, true));
    let i = global_index(&mut b);
    build(&mut b, Place::Buffer(input), Place::Buffer(output), i);
    written(&finish(b)).text
}

/// The part of the text that the kernel itself asked for: behind the workgroup's number.
fn body(text: &str) -> &str {
    text.split_once("return;\n    }\n").map_or(text, |(_, body)| body)
}

fn place(id: ParamId) -> Place {
    Place::Buffer(id)
}
