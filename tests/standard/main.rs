//! The standard kernels on every executor of this machine: the cases that `wgpuc test` runs too.

use libtest_mimic::{Arguments, Failed, Trial};
use std::sync::{Arc, OnceLock};
use wgpuc_conformance::{Case, Executor, Opened, Package, run_one, standard};
use wgpuc_core::diag::{Style, render};

fn main() {
    let arguments = Arguments::from_args();
    let (executors, missing) = wgpuc_tests::executors();
    let mut trials: Vec<Trial> = missing.into_iter().map(|name| Trial::test(name, move || absent(name))).collect();
    for executor in executors {
        let on = Arc::new(Lazy { executor, opened: OnceLock::new() });
        for case in standard::cases() {
            let on = Arc::clone(&on);
            trials.push(Trial::test(format!("{}: {}", on.executor.name, case.title()), move || on.run(&case)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// An executor, opened by the first trial that needs it.
struct Lazy {
    executor: Executor,
    opened: OnceLock<Result<Opened, String>>,
}

impl Lazy {
    fn run(&self, case: &Case) -> Result<(), Failed> {
        let opened = self.opened.get_or_init(|| self.executor.open(package()?)).as_ref()?;
        if !opened.runs(&case.op) {
            return Err("it has no code for this op".into());
        }
        match run_one(opened, case).failure {
            Some(failure) => Err(failure.into()),
            None => Ok(()),
        }
    }
}

fn package() -> Result<&'static Arc<Package>, String> {
    static PACKAGE: OnceLock<Result<Arc<Package>, String>> = OnceLock::new();
    let compiled = PACKAGE.get_or_init(|| {
        Package::standard().map_err(|failure| render(&failure.diagnostics, &failure.sources, Style::Plain))
    });
    compiled.as_ref().map_err(Clone::clone)
}

fn absent(adapter: &str) -> Result<(), Failed> {
    if std::env::var_os("CI").is_some() {
        return Err("this adapter is not here; `cargo xtask setup` installs it".into());
    }
    eprintln!("skipped: no {adapter} here");
    Ok(())
}
