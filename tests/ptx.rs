//! PTX before NVIDIA's assembler: every instance of the standard kernels, and random kernels, for each generation of
//! devices that people have.

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use wgpuc_abi::Target;
use wgpuc_build::Ptxas;
use wgpuc_core::diag::{Style, render};
use wgpuc_core::driver::{self, Architecture, NotAssembled, Options};
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
    trials.push(Trial::test("the standard kernels as they are written", as_written));
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

/// The standard kernels with PTX.
fn compiled() -> Result<driver::Output, Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../kernels-src");
    let input = wgpuc_build::read_folder(&folder)?;
    let options = Options { targets: vec![Target::Ptx], ..Options::default() };
    let compiled = driver::compile(&input, &options);
    Ok(compiled.map_err(|failure| render(&failure.diagnostics, &failure.sources, Style::Plain))?)
}

/// Nothing of them lies in local memory: all that the kernels keep fits into registers.
fn standard(sm: u32) -> Result<(), Failed> {
    let output = compiled()?;
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
    let said = assemble(&modules, sm)?;
    let in_memory = |line: &&str| {
        let figures = line.split(',').map(str::trim);
        line.contains("bytes stack frame") && !figures.clone().all(|figure| figure.starts_with("0 bytes"))
    };
    match said.lines().find(in_memory) {
        Some(line) => Err(format!("something lies in local memory for sm_{sm}: {line}\n{said}").into()),
        None => Ok(()),
    }
}

/// Each file by itself, with its lines, for the lowest architecture that it is for.
fn as_written() -> Result<(), Failed> {
    let output = compiled()?;
    let codes = output.kernels.iter().flat_map(|instance| &instance.forms).filter_map(|form| form.code(Target::Ptx));
    for code in codes {
        let cuda = code.cuda.ok_or("PTX without what it is for")?;
        assemble(&[Module { text: code.bytes.clone(), sm: cuda.sm, specific: cuda.arch_specific }], cuda.sm)?;
    }
    Ok(())
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
    assemble(&modules, sm).map(drop)
}

/// Files of one start of the assembler share their line information, and number source files as each likes.
fn without_lines(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let is_code = |line: &&str| !line.trim_start().starts_with(".loc ") && !line.starts_with(".file ");
    text.lines().filter(is_code).flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()
}

/// All in one start of the assembler; what it says.
fn assemble(modules: &[Module], sm: u32) -> Result<String, Failed> {
    let Some(ptxas) = Ptxas::find() else {
        if std::env::var_os("CI").is_some() {
            return Err("ptxas is not here; `cargo xtask setup ptxas` installs it".into());
        }
        eprintln!("skipped: ptxas is not here");
        return Ok(String::new());
    };
    let folder = tempfile::tempdir()?;
    let mut said = String::new();
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
            match ptxas.check(&files, Architecture { sm, specific }) {
                Ok(report) => said += &report,
                Err(NotAssembled::NotStarted(why) | NotAssembled::Refused(why)) => return Err(why.into()),
            }
        }
    }
    Ok(said)
}

fn path(folder: &Path, index: usize) -> PathBuf {
    folder.join(format!("{index}.ptx"))
}
