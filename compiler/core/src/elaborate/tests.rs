//! Source to IR, verified and run by the interpreter.

mod accept;
mod control;
mod declared;
mod functions;
mod large;
mod memory;
mod mutants;
mod reference;
mod refuse;
mod scalars;

use super::{Elaborated, kernel};
use crate::diag::{Style, render};
use crate::interp::{self, Launch, Options};
use crate::ir::{self, Const, Feature, ParamKind};
use crate::prelude;
use crate::program::{Binding, ItemId, Program, Request};
use crate::source::Sources;
use crate::syntax::{self, ast};

/// The program of some files and the prelude.
fn program(files: &[(&str, &str)]) -> (Sources, Program) {
    let mut sources = Sources::new();
    let mut own = vec![];
    for (name, text) in files {
        let id = sources.add(*name, *text);
        own.push(syntax::parse(id, text).unwrap_or_else(|e| panic!("{}", render(&e, &sources, Style::Plain))));
    }
    let mut library = vec![];
    for (name, text) in prelude::files() {
        let id = sources.add(*name, *text);
        library.push(syntax::parse(id, text).unwrap_or_else(|e| panic!("{}", render(&e, &sources, Style::Plain))));
    }
    let (program, clashes) = Program::new(own, library);
    assert!(clashes.is_empty(), "{clashes:?}");
    (sources, program)
}

fn request(program: &Program, id: ItemId, bindings: Vec<Binding>) -> Request {
    let name = program.item(id).name();
    Request {
        kernel: id,
        bindings,
        name: name.name.clone(),
        grid_1d: false,
        may_alias: vec![],
        facts: vec![],
        span: name.span,
    }
}

/// Elaborates the first kernel of a file; what is wrong as text.
fn try_compile(text: &str, bindings: Vec<Binding>, features: &[Feature]) -> Result<Elaborated, String> {
    let (sources, program) = program(&[("test.rs", text)]);
    let id = program.own_items().find(|(_, item)| matches!(item, ast::Item::Kernel(_))).map(|(id, _)| id);
    let request = request(&program, id.expect("a kernel"), bindings);
    let done = kernel(&program, &request, features).map_err(|e| render(&e, &sources, Style::Plain))?;
    if let Err(message) = ir::verify(&done.kernel) {
        panic!("{message}\n{}", ir::print(&done.kernel));
    }
    Ok(done)
}

fn compile(text: &str) -> Elaborated {
    try_compile(text, vec![], &[]).unwrap_or_else(|e| panic!("{e}"))
}

/// What is wrong with a kernel, rendered.
fn errors(text: &str) -> String {
    match try_compile(text, vec![], &[]) {
        Ok(done) => panic!("nothing is wrong:\n{}", ir::print(&done.kernel)),
        Err(e) => e,
    }
}

/// Runs a kernel on one workgroup, and gives its last buffer, as words.
fn run(elaborated: &Elaborated, scalars: &[Const], buffers: &[Vec<u32>]) -> Vec<u32> {
    let bytes = |words: &Vec<u32>| words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<u8>>();
    let mut launch = Launch {
        grid: [1, 1, 1],
        args: interp::args(&elaborated.kernel, scalars),
        buffers: buffers.iter().map(bytes).collect(),
    };
    let kernel = &elaborated.kernel;
    interp::run(kernel, &mut launch, &Options::default()).unwrap_or_else(|e| panic!("{e:?}\n{}", ir::print(kernel)));
    let out = launch.buffers.last().expect("a buffer");
    out.chunks(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect()
}

/// Runs the body of a kernel of one invocation that has `x: &[u32]`, `f: &[f32]` and `out: &mut [u32]`; with items
/// before it.
fn body_with(items: &str, body: &str, x: &[u32], f: &[f32]) -> Vec<u32> {
    let text = format!(
        "{items}\n#[kernel(workgroup = 1)]\nfn k(n: u32, x: &[u32], f: &[f32], out: &mut [u32]) {{\n{body}\n}}\n"
    );
    let elaborated = compile(&text);
    let floats = f.iter().map(|f| f.to_bits()).collect();
    run(&elaborated, &[Const::u32(x.len() as u32)], &[x.to_vec(), floats, vec![0; 8]])
}

fn body(text: &str) -> Vec<u32> {
    body_with("", text, &[1, 2, 3, 4], &[0.5, 1.5, -2.5, 4.0])
}

fn f(value: f32) -> u32 {
    value.to_bits()
}

/// How often a kind of statement or value occurs in the printed IR.
fn count(elaborated: &Elaborated, word: &str) -> usize {
    ir::print(&elaborated.kernel).matches(word).count()
}

fn is_buffer(param: &ir::Param) -> bool {
    matches!(param.kind, ParamKind::Buffer(_))
}
