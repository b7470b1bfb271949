//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 the kernels have errors, files drifted, a case or the guest failed; 2 wrong use; 3 no such device or library;
4 a file cannot be read or written. `run` passes the guest's own exit code on; of a core module, which has WASI preview 1, all but 0
become 1.

Logs go to standard error: RUST_LOG=debug shows a line per call with its times. A level alone is that of wgpuc's own logs;
RUST_LOG=wgpuc=debug,cranelift=info names whose.";

/// One kernel source to WGSL, PTX, CPU code, WIT, host code and guest bindings, ahead of time.
#[derive(Debug, Parser)]
#[command(name = "wgpuc", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Begin a project: kernels with a test, a guest, and if asked a host.
    New(New),
    /// Compile a kernel folder: code for every target, the Manifest, and bindings.
    Build(Build),
    /// Look for errors in a kernel folder, and write nothing.
    Check(Check),
    /// Lay out kernel files with rustfmt.
    Fmt(Fmt),
    /// Say what an error code means, with a wrong and a right example.
    Explain(Explain),
    /// Show what became of a kernel folder: IR, emitted code, plans, WIT, and which bounds checks stay.
    Inspect(Inspect),
    /// Run a guest: a component, or a core module with WASI preview 1.
    #[cfg(feature = "run")]
    Run(Run),
    /// Run kernels on the interpreter and every device of this machine, and compare.
    #[cfg(feature = "run")]
    Test(Test),
    /// Build and test a kernel folder again whenever one of its files changes.
    #[cfg(feature = "run")]
    Watch(Watch),
    /// List the devices that `run` can use.
    #[cfg(feature = "run")]
    Devices(Devices),
    /// Measure the standard kernels on a device, beside what the device can do at best.
    #[cfg(feature = "run")]
    Bench(Bench),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wgpuc new my-app                     kernels, and a guest in C++ that CMake builds
  wgpuc new my-app --guest rust --host")]
pub(crate) struct New {
    /// The project's folder, whose last part is its name: words in lower case with hyphens between.
    pub(crate) name: PathBuf,
    /// The guest's language.
    #[arg(long, value_enum, default_value = "cpp")]
    pub(crate) guest: GuestArg,
    /// Add a host in Rust, which embeds the kernels.
    #[arg(long)]
    pub(crate) host: bool,
    /// Where wgpuc's sources lie, for the host; unless named, where this program was built.
    #[arg(long, value_name = "FOLDER", requires = "host")]
    pub(crate) wgpuc: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GuestArg {
    #[value(alias = "c++")]
    Cpp,
    C,
    Rust,
}

#[derive(Debug, Args)]
pub(crate) struct Fmt {
    /// The kernel folder.
    pub(crate) dir: PathBuf,
    /// Change nothing; fail if a file is not formatted.
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Default, Args)]
#[command(after_help = "\
Examples:
  wgpuc build kernels-src                          everything, into ./wgpuc-out
  wgpuc build kernels-src --target wgsl --bindings c,cpp --out gen
  wgpuc build kernels-src --target ptx,cubin --sm 90,100
  wgpuc build kernels-src --out gen --check        fail if gen is not up to date
  wgpuc build kernels-src --against released/wit   fail if guests of that release would break")]
pub(crate) struct Build {
    /// The kernel folder.
    pub(crate) dir: PathBuf,
    /// Where to write.
    #[arg(long, default_value = "wgpuc-out")]
    pub(crate) out: PathBuf,
    /// Targets to compile for; unless named, all but cubin, which needs NVIDIA's ptxas.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) target: Vec<TargetArg>,
    /// Architectures of NVIDIA's to make machine code for, with --target cubin: 80 for sm_80.
    #[arg(long, value_delimiter = ',', default_values_t = wgpuc_core::driver::ARCHITECTURES,
          value_parser = clap::value_parser!(u32).range(75..=999))]
    pub(crate) sm: Vec<u32>,
    /// Languages to generate bindings for; all unless named.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) bindings: Vec<LanguageArg>,
    /// Write nothing; fail if a file in the output folder is absent or differs.
    #[arg(long)]
    pub(crate) check: bool,
    /// The WIT of the last release, a file or a folder; fail if guests that were built with it would break.
    #[arg(long, value_name = "WIT")]
    pub(crate) against: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The kernel folder.
    pub(crate) dir: PathBuf,
    /// Print the errors as JSON: one object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The code, as an error shows it: E0201. Without it, all are listed.
    pub(crate) code: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wgpuc inspect kernels-src                        a table of all kernels
  wgpuc inspect kernels-src matmul --show wgsl     the WGSL of every instance whose name has `matmul` in it
  wgpuc inspect kernels-src reduce --show ir,plan
  wgpuc inspect kernels-src average --html average.html    source, WGSL, PTX and bindings side by side, for a browser")]
pub(crate) struct Inspect {
    /// The kernel folder.
    pub(crate) dir: PathBuf,
    /// Only ops and instances whose name contains this.
    pub(crate) name: Option<String>,
    /// What to show.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "summary")]
    pub(crate) show: Vec<Show>,
    /// Write a page for a browser into this file: sources beside what became of them.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["show", "json"])]
    pub(crate) html: Option<PathBuf>,
    /// Architectures of NVIDIA's, for --show usage: 80 for sm_80.
    #[arg(long, value_delimiter = ',', default_values_t = wgpuc_core::driver::ARCHITECTURES,
          value_parser = clap::value_parser!(u32).range(75..=999))]
    pub(crate) sm: Vec<u32>,
    /// Print the summary, the checks, or the plans as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// Workgroup, memory, bindings, instances, sizes, and the bounds checks that stay.
    Summary,
    /// The kernel source.
    Source,
    /// The intermediate representation, after the passes.
    Ir,
    /// WGSL.
    Wgsl,
    /// PTX.
    Ptx,
    /// Registers, spills, memory and occupancy of NVIDIA's machine code, where ptxas is found.
    Usage,
    /// SPIR-V, as naga disassembles none: words in hexadecimal.
    Spirv,
    /// Metal Shading Language.
    Msl,
    /// HLSL.
    Hlsl,
    /// The CPU module as WebAssembly text.
    Cpu,
    /// What a call of each op does.
    Plan,
    /// The WIT package.
    Wit,
    /// Every access, and why its bounds check went or stays.
    Checks,
}

#[cfg(feature = "run")]
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wgpuc run guest.wasm                             on a hardware GPU where there is one, else on the CPU
  wgpuc run --backend cuda --device 1 guest.wasm   on the second of the machine's NVIDIA cards
  wgpuc run --backend cpu -d data::/data guest.wasm --seed 7
  wgpuc run --kernels wgpuc-out guest.wasm         with kernels of your own")]
pub(crate) struct Run {
    /// Where the kernels run: `cuda`, `wgpu` or `cpu`; `auto` takes the first of these with a GPU, else the CPU. Standard
    /// error says which device serves.
    #[arg(long, default_value = "auto")]
    pub(crate) backend: String,
    /// Which device of the backend: its number in `wgpuc devices`, or a part of its name.
    #[arg(long, value_name = "NUMBER|NAME")]
    pub(crate) device: Option<String>,
    /// Who computes what libraries know: `own` kernels; NVIDIA's `cublas`, where it is installed; `auto` takes the one that
    /// was measured to be faster.
    #[arg(long, default_value = "auto")]
    pub(crate) library: String,
    /// A folder that `wgpuc build` wrote, beside the standard kernels or in their place; may be given more than once.
    #[arg(long)]
    pub(crate) kernels: Vec<PathBuf>,
    /// Give the guest a folder: HOST::GUEST, or one path for both.
    #[arg(short = 'd', long = "dir", value_name = "HOST[::GUEST]")]
    pub(crate) dirs: Vec<String>,
    /// Set a variable of the guest's environment.
    #[arg(long = "env", value_name = "NAME=VALUE")]
    pub(crate) env: Vec<String>,
    /// The most device memory, in MiB; half of the CPU's or all of a GPU's unless set.
    #[arg(long, value_name = "MIB")]
    pub(crate) device_memory: Option<u64>,
    /// The most memory of the guest's own, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    pub(crate) memory: u64,
    /// Stop the guest after this many seconds; compiling it counts.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<f64>,
    /// The guest, and its arguments.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "GUEST [ARG]")]
    pub(crate) guest: Vec<String>,
}

#[cfg(feature = "run")]
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wgpuc watch kernels                          compile and test on the interpreter
  wgpuc watch kernels --out gen --backend cpu  write what changes, and test on the CPU")]
pub(crate) struct Watch {
    /// The kernel folder.
    pub(crate) dir: PathBuf,
    /// Also build into this folder, as `build` does.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// What to test on, as for `test`.
    #[arg(long, value_delimiter = ',')]
    pub(crate) backend: Vec<String>,
    /// Which cases, as for `test`.
    #[arg(long)]
    pub(crate) filter: Option<String>,
}

#[cfg(feature = "run")]
#[derive(Debug, Default, Args)]
#[command(after_help = "\
Examples:
  wgpuc test                                       the standard kernels, which this program carries
  wgpuc test kernels                               a folder: its case files, and generated arguments for every op
  wgpuc test --backend cpu,llvmpipe --filter reduce
  wgpuc test --list                                which cases there are, and what they would run on

docs/testing.md says what stands in a case file.")]
pub(crate) struct Test {
    /// The kernel folder; the standard kernels unless named.
    pub(crate) dir: Option<PathBuf>,
    /// Only executors whose name contains one of these: `interpreter`, `cpu`, `wgpu`, a device's name.
    #[arg(long, value_delimiter = ',')]
    pub(crate) backend: Vec<String>,
    /// Who computes what libraries know, as for `run`. A library's results may differ in their last bits.
    #[arg(long, default_value = "own")]
    pub(crate) library: String,
    /// Only cases whose op and name, as `--list` shows them, contain this.
    #[arg(long)]
    pub(crate) filter: Option<String>,
    /// List executors and cases, and run nothing.
    #[arg(long)]
    pub(crate) list: bool,
    /// Print every result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(feature = "run")]
#[derive(Debug, Args)]
pub(crate) struct Devices {
    /// Print them as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(feature = "run")]
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wgpuc bench                                      every op at every size that fits
  wgpuc bench matmul reduce --backend wgpu         the ops whose name has `matmul` or `reduce` in it
  wgpuc bench --json ours.json --plot ours.svg     keep the figures, and draw share of the ceiling against size
  wgpuc bench --peer torch.json                    with another program's figures beside (tests/bench makes them)

Bytes are compared with a copy of a large buffer, matmul with a loop of multiply-adds in registers, both measured in
the same run. Outputs are poisoned before and checked after; a wrong one makes the exit code 1.")]
pub(crate) struct Bench {
    /// What to measure: parts of the names and sizes that the table shows, as `sum` or `matmul 1024`; everything unless named.
    pub(crate) ops: Vec<String>,
    /// Where the kernels run, as for `run`.
    #[arg(long, default_value = "auto")]
    pub(crate) backend: String,
    /// Who computes what libraries know, as for `run`.
    #[arg(long, default_value = "own")]
    pub(crate) library: String,
    /// Another build of the standard kernels: a folder that `wgpuc build` wrote.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) kernels: Option<PathBuf>,
    /// Write the figures as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write a chart as SVG.
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
    /// Show the figures of such a JSON file beside; may be given more than once.
    #[arg(long, value_name = "FILE")]
    pub(crate) peer: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetArg {
    Cpu,
    Wgsl,
    Ptx,
    Cubin,
}

impl From<TargetArg> for wgpuc_abi::Target {
    fn from(arg: TargetArg) -> Self {
        match arg {
            TargetArg::Cpu => Self::Cpu,
            TargetArg::Wgsl => Self::Wgsl,
            TargetArg::Ptx => Self::Ptx,
            TargetArg::Cubin => Self::Cubin,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LanguageArg {
    Wit,
    C,
    Cpp,
    Cpp23,
    Rust,
    Host,
}

impl From<LanguageArg> for wgpuc_core::bindings::Language {
    fn from(arg: LanguageArg) -> Self {
        match arg {
            LanguageArg::Wit => Self::Wit,
            LanguageArg::C => Self::C,
            LanguageArg::Cpp => Self::Cpp,
            LanguageArg::Cpp23 => Self::Cpp23,
            LanguageArg::Rust => Self::Rust,
            LanguageArg::Host => Self::Host,
        }
    }
}
