//! The standard kernels, every instance of them, in every form.

use super::{kernel, program, request};
use crate::diag::{Style, render};
use crate::ir::{self, Feature};
use crate::program::{Binding, Program, Request};
use crate::syntax::ast::{self, GenericKind, TypeKind};

pub(super) const FILES: &[(&str, &str)] = &[
    ("average.rs", include_str!("../../../../../kernels-src/average.rs")),
    ("batch_predict.rs", include_str!("../../../../../kernels-src/batch_predict.rs")),
    ("bootstrap_sample.rs", include_str!("../../../../../kernels-src/bootstrap_sample.rs")),
    ("elementwise.rs", include_str!("../../../../../kernels-src/elementwise.rs")),
    ("find_split.rs", include_str!("../../../../../kernels-src/find_split.rs")),
    ("matmul.rs", include_str!("../../../../../kernels-src/matmul.rs")),
    ("matmul_tiles.rs", include_str!("../../../../../kernels-src/matmul_tiles.rs")),
    ("reduce.rs", include_str!("../../../../../kernels-src/reduce.rs")),
];

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
    let (sources, program) = program(FILES);
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
