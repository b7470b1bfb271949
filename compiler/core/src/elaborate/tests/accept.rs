//! The standard kernels, every instance of them, in every form.

use super::{kernel, program, request};
use crate::diag::{Style, render};
use crate::ir::{self, Feature};
use crate::program::{Binding, Program, Request};
use crate::syntax::ast::{self, GenericKind, TypeKind};
use std::path::PathBuf;

/// Name and text of every file of the standard kernels, in the order of their names.
pub(super) fn files() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../kernels-src");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_kernel = |path: &PathBuf| path.extension().is_some_and(|e| e == "rs") && !path.ends_with("lib.rs");
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path.file_name().unwrap().to_string_lossy().into_owned(), text)
    };
    let mut files: Vec<_> = paths.filter(is_kernel).map(read).collect();
    files.sort_unstable();
    files
}

fn choices(program: &Program, file: crate::source::FileId, generic: &ast::Generic) -> Vec<Binding> {
    match &generic.kind {
        GenericKind::Const(ast::Type { kind: TypeKind::Named(name), .. }) => {
            let Some(id) = program.lookup(file, &name.name) else { return vec![] };
            let ast::Item::Enum(item) = program.item(id) else { return vec![] };
            (0..item.cases.len() as u32).map(|case| Binding::Case(id, case)).collect()
        }
        GenericKind::Const(ast::Type { kind: TypeKind::Scalar(crate::ir::Scalar::Bool), .. }) => {
            vec![Binding::Bool(false), Binding::Bool(true)]
        }
        GenericKind::Const(_) => vec![Binding::Int(8), Binding::Int(256)],
        GenericKind::Type(_) => vec![Binding::Scalar(crate::ir::Scalar::F32)],
    }
}

/// Every instance of every kernel.
pub(super) fn instances(program: &Program) -> Vec<Request> {
    let mut requests = vec![];
    for (id, item) in program.own_items() {
        let ast::Item::Kernel(item) = item else { continue };
        let mut all: Vec<Vec<Binding>> = vec![vec![]];
        for generic in &item.function.generics {
            let choices = choices(program, program.file_of(id), generic);
            let with = |start: &Vec<Binding>| {
                let start = start.clone();
                choices.iter().map(move |c| [start.as_slice(), &[*c]].concat()).collect::<Vec<_>>()
            };
            all = all.iter().flat_map(with).collect();
        }
        requests.extend(all.into_iter().map(|bindings| request(program, id, bindings)));
    }
    requests
}

#[test]
fn standard_kernels() {
    let files = files();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (sources, program) = program(&files);
    let mut n = 0;
    let mut failed = String::new();
    for request in instances(&program) {
        for features in [&[][..], &[Feature::Subgroups]] {
            n += 1;
            match kernel(&program, &request, features) {
                Ok(done) => {
                    if let Err(message) = ir::verify(&done.kernel) {
                        failed += &format!("{message}\n{}", ir::print(&done.kernel));
                    }
                }
                Err(e) => failed += &render(&e, &sources, Style::Plain),
            }
        }
    }
    assert!(failed.is_empty(), "{failed}");
    assert!(n > 60, "{n} instances");
}
