//! The standard kernels on every executor of this machine: the cases that `wgpuc test` runs too.

use libtest_mimic::{Arguments, Failed, Trial};
use std::sync::Arc;
use wgpuc_conformance::{Case, Executor, Opened, Package, run_one, standard};
use wgpuc_core::diag::{Style, render};

fn main() {
    let arguments = Arguments::from_args();
    let (executors, missing) = wgpuc_tests::executors();
    let mut trials: Vec<Trial> = missing.into_iter().map(|name| Trial::test(name, move || absent(name))).collect();
    match Package::standard() {
        Ok(package) => trials.extend(executors.iter().flat_map(|executor| of(executor, &package))),
        Err(failure) => {
            let why = render(&failure.diagnostics, &failure.sources, Style::Plain);
            trials.push(Trial::test("the kernels compile", || Err(why.into())));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// The cases that say something about an executor, as `wgpuc test` chooses them.
fn of(executor: &Executor, package: &Arc<Package>) -> Vec<Trial> {
    let opened = match executor.open(package) {
        Ok(opened) => Arc::new(opened),
        Err(why) => return vec![Trial::test(executor.name.clone(), || Err(why.into()))],
    };
    let is_for = |case: &Case| case.is_for(&opened.traits) && executor.has_use_for(package, &case.op);
    let trial = |case: Case| {
        let on = Arc::clone(&opened);
        Trial::test(format!("{}: {}", executor.name, case.title()), move || run(&on, &case))
    };
    standard::cases().into_iter().filter(is_for).map(trial).collect()
}

fn run(on: &Opened, case: &Case) -> Result<(), Failed> {
    if !on.runs(&case.op) {
        return Err("it has no code for this op".into());
    }
    match run_one(on, case).failure {
        Some(failure) => Err(failure.into()),
        None => Ok(()),
    }
}

fn absent(adapter: &str) -> Result<(), Failed> {
    if std::env::var_os("CI").is_some() {
        return Err("this adapter is not here; `cargo xtask setup` installs it".into());
    }
    eprintln!("skipped: no {adapter} here");
    Ok(())
}
