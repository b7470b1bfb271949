//! The project's own tasks: `cargo xtask demo`, `seeds`, `test`, `setup` and `guests`.

mod demo;
mod guests;
mod process;
mod projects;
mod setup;
mod setup_debian;
mod test;
mod versions;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};
use setup::Piece;
use std::process::ExitCode;
use workspace::{Profile, Workspace};

/// The project's own tasks.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Trains a random forest in a WebAssembly guest on the CPU: the way from kernel source to a running guest
    Demo {
        /// Options for the guest, such as `--seed 1`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        guest_args: Vec<String>,
    },
    /// Trains that forest with many seeds, and compares their mean error with that of scikit-learn's forests
    Seeds {
        /// How many
        #[arg(default_value_t = 20)]
        n: u32,
    },
    /// Runs all checks and tests
    ///
    /// What a test needs is installed first. A tool that cannot be installed is an error where the variable CI is
    /// set, and elsewhere skips the tests that need it, by name.
    Test,
    /// Installs what the tests and the demo need, beside the sources in `.tools` or in the folder that WGPUC_TOOLS names
    Setup {
        /// What to install; everything, unless named
        pieces: Vec<Piece>,
    },
    /// Compiles all example guests
    Guests,
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let workspace = Workspace::find()?;
    match task {
        Task::Demo { guest_args } => demo::run(&workspace, &guest_args),
        Task::Seeds { n } => demo::seeds(&workspace, n),
        Task::Test => test::run(&workspace),
        Task::Setup { pieces } => setup::install(&workspace, &pieces),
        Task::Guests => guests::build_all(&workspace, Profile::Release),
    }
}
