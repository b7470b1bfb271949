//! PTX before NVIDIA's assembler: every instance of the standard kernels, and random kernels, for each generation of
//! devices that people have.

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use wgpuc_abi::Target;
use wgpuc_build::Ptxas;
use wgpuc_core::diag::{Style, render};
use wgpuc_core::driver::{self, Architecture, Options};
use wgpuc_core::emit::ptx::{self, Setting};
use wgpuc_core::ir::{Feature, random};
use wgpuc_core::passes;

/// Turing, Ampere, Hopper, and the two Blackwells.
const ARCHITECTURES: [u32; 5] = [75, 80, 90, 100, 120];

const RANDOM_KERNELS: u64 = 60;

fn main() {
    let mut trials = vec![];
    for sm in ARCHITECTURES {
        trials.push(Trial::test(format!("the standard kernels for sm_{sm}"), move || standard(sm)));
    }
    for sm in [75, 90] {
        trials.push(Trial::test(format!("random kernels for sm_{sm}"), move || random_kernels(sm)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// A module's text, the lowest architecture that it is for, and whether it is for that one alone.
struct Module {
    text: Vec<u8>,
    sm: u32,
    specific: bool,
}

fn standard(sm: u32) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../kernels-src");
    let input = wgpuc_build::read_folder(&folder)?;
    let options = Options { targets: vec![Target::Ptx], ..Options::default() };
    let output = driver::compile(&input, &options)
        .map_err(|failure| render(&failure.diagnostics, &failure.sources, Style::Plain))?;
    let mut modules = vec![];
    for instance in &output.kernels {
        let codes = instance.forms.iter().filter_map(|form| form.code(Target::Ptx));
        let before = modules.len();
        modules.extend(codes.filter_map(|code| {
            let cuda = code.cuda?;
            Some(Module { text: without_lines(&code.bytes), sm: cuda.sm, specific: cuda.arch_specific })
        }));
        if modules.len() == before {
            return Err(format!("{} has no PTX", instance.request.name).into());
        }
    }
    assemble(&modules, sm)?;
    // And one with its lines.
    let first = output.files.iter().find(|(path, _)| path.ends_with(".ptx")).map(|(_, text)| text.clone());
    assemble(&[Module { text: first.unwrap_or_default(), sm: 75, specific: false }], sm)
}

fn random_kernels(sm: u32) -> Result<(), Failed> {
    let mut modules = vec![];
    for seed in 0..RANDOM_KERNELS {
        let mut kernel = random::kernel(seed);
        passes::explicit::run(&mut kernel);
        if sm >= 80 {
            kernel.features.push(Feature::Sm80);
        } else {
            passes::lower_copies::run(&mut kernel);
        }
        let module = ptx::emit(&kernel, &Setting { faults: true, sources: None }).map_err(|e| e.to_string())?;
        modules.push(Module { text: module.text.into_bytes(), sm: module.cuda.sm, specific: false });
    }
    assemble(&modules, sm)
}

/// Files of one start of the assembler share their line information, and number source files as each likes.
fn without_lines(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let is_code = |line: &&str| !line.trim_start().starts_with(".loc ") && !line.starts_with(".file ");
    text.lines().filter(is_code).flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()
}

/// All in one start of the assembler.
fn assemble(modules: &[Module], sm: u32) -> Result<(), Failed> {
    let Some(ptxas) = Ptxas::find() else {
        if std::env::var_os("CI").is_some() {
            return Err("ptxas is not here; `cargo xtask setup ptxas` installs it".into());
        }
        eprintln!("skipped: ptxas is not here");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    for specific in [false, true] {
        let fits = |m: &&Module| m.specific == specific && if specific { m.sm == sm } else { m.sm <= sm };
        let files: Vec<PathBuf> = (0..).zip(modules.iter().filter(fits)).map(|(i, _)| path(folder.path(), i)).collect();
        for (file, module) in files.iter().zip(modules.iter().filter(fits)) {
            std::fs::write(file, &module.text)?;
        }
        if files.is_empty() && !specific {
            return Err("there is nothing to assemble".into());
        }
        if !files.is_empty() {
            ptxas.check(&files, Architecture { sm, specific })?;
        }
    }
    Ok(())
}

fn path(folder: &Path, index: usize) -> PathBuf {
    folder.join(format!("{index}.ptx"))
}
