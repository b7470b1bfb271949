//! NVIDIA's assembler, ptxas: finds it, and runs it. Nothing else of the compiler starts a process.
//!
//! It is looked for where `WGPUC_PTXAS` says, in the PATH, in a CUDA folder, and in the folders of the Python package
//! `nvidia-cuda-nvcc`. Where it is not, PTX is all there is, and the driver assembles it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use wgpuc_core::driver::{Architecture, Assembler, MachineCode, NotAssembled, Usage};

/// What says where ptxas is.
pub const PTXAS_VARIABLE: &str = "WGPUC_PTXAS";

/// An assembler that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ptxas {
    path: PathBuf,
}

impl Ptxas {
    /// The first that is there. A file that `WGPUC_PTXAS` names is not looked at before it is needed.
    #[must_use]
    pub fn find() -> Option<Self> {
        if let Some(path) = env::var_os(PTXAS_VARIABLE).filter(|path| !path.is_empty()) {
            return Some(Self { path: path.into() });
        }
        folders().into_iter().map(|folder| folder.join(NAME)).find(|path| path.is_file()).map(|path| Self { path })
    }

    /// As the compiler takes it.
    #[must_use]
    pub fn assembler(self) -> Assembler {
        Assembler::new(move |ptx, architecture| self.assemble(ptx, architecture))
    }

    /// Assembles one module.
    ///
    /// # Errors
    /// Where ptxas does not start, or what it says against the text.
    pub fn assemble(&self, ptx: &[u8], architecture: Architecture) -> Result<MachineCode, NotAssembled> {
        use NotAssembled::NotStarted;
        let folder = Folder::new()?;
        let (text, code) = (folder.0.join("kernel.ptx"), folder.0.join("kernel.cubin"));
        fs::write(&text, ptx).map_err(|error| NotStarted(format!("cannot write {}: {error}", text.display())))?;
        let report = self.run(&[text], architecture, &code)?;
        let bytes = fs::read(&code).map_err(|error| NotStarted(format!("ptxas wrote no machine code: {error}")))?;
        let number = |before: &str, after: &str| count(&report, before, after).unwrap_or(0);
        let usage = Usage {
            registers: number("Used ", " registers"),
            spill_bytes: number("", " bytes spill stores") + number("", " bytes spill loads"),
            stack_bytes: number("", " bytes stack frame"),
            shared_bytes: number("", " bytes smem"),
        };
        Ok(MachineCode { bytes, usage })
    }

    /// Assembles modules, one file each, and keeps nothing, for tests: what ptxas says of registers and spills.
    ///
    /// # Errors
    /// As [`Self::assemble`].
    pub fn check(&self, files: &[PathBuf], architecture: Architecture) -> Result<String, NotAssembled> {
        let folder = Folder::new()?;
        self.run(files, architecture, &folder.0.join("last.cubin"))
    }

    /// What it says.
    fn run(&self, files: &[PathBuf], architecture: Architecture, out: &Path) -> Result<String, NotAssembled> {
        let mut command = Command::new(&self.path);
        command.arg("-v").arg("-lineinfo").arg(format!("-arch={architecture}")).args(files).arg("-o").arg(out);
        let output = command.output().map_err(|error| {
            let path = self.path.display();
            NotAssembled::NotStarted(format!("{path} does not start: {error}; name another with {PTXAS_VARIABLE}"))
        })?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        if output.status.success() {
            return Ok(said);
        }
        let wrong: Vec<&str> = said.lines().filter(|line| !line.starts_with("ptxas info")).take(10).collect();
        let (path, wrong) = (self.path.display(), wrong.join("\n"));
        Err(NotAssembled::Refused(format!("{path} refuses the code for {architecture}:\n{wrong}")))
    }
}

const NAME: &str = if cfg!(windows) { "ptxas.exe" } else { "ptxas" };

/// Where it may lie, the likeliest first.
fn folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let cuda = ["CUDA_HOME", "CUDA_PATH"].into_iter().filter_map(env::var_os).map(PathBuf::from);
    folders.extend(cuda.chain([PathBuf::from("/usr/local/cuda")]).map(|folder| folder.join("bin")));
    folders.extend(packages().iter().flat_map(|packages| entries(&packages.join("nvidia"))).map(|p| p.join("bin")));
    folders
}

/// The folders that hold Python packages: of this project, of an active environment, of the user, of the system.
fn packages() -> Vec<PathBuf> {
    let tools = env::var_os("WGPUC_TOOLS").map_or_else(|| PathBuf::from(".tools"), PathBuf::from);
    let mut packages = vec![tools.join("python")];
    let roots = [env::var_os("VIRTUAL_ENV").map(PathBuf::from), env::home_dir().map(|home| home.join(".local"))];
    for root in roots.into_iter().flatten().chain(["/usr/local", "/usr"].map(PathBuf::from)) {
        for python in entries(&root.join("lib")).into_iter().filter(|path| is_python(path)) {
            packages.extend(["site-packages", "dist-packages"].map(|name| python.join(name)));
        }
    }
    packages
}

fn is_python(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python"))
}

/// What a folder holds, the highest name first: the newest version.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    entries.reverse();
    entries
}

/// The number between two texts, in the first line that has one there.
fn count(report: &str, before: &str, after: &str) -> Option<u32> {
    report.lines().find_map(|line| {
        let head = &line[..line.find(after)?];
        let digits = head.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
        if head[..digits].ends_with(before) { head[digits..].parse().ok() } else { None }
    })
}

/// A folder of our own, removed when it is done with.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, NotAssembled> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = env::temp_dir().join(format!("wgpuc-{}-{number}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                // Of a process that had our number, and was stopped.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && path.is_dir() => {}
                Err(error) => {
                    let what = format!("there is no folder for temporary files: {error}");
                    return Err(NotAssembled::NotStarted(what));
                }
            }
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind is a temporary file.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn a_report_is_read() {
        let report = "ptxas info    : 0 bytes gmem\n\
                      ptxas info    : Function properties for k\n    \
                      16 bytes stack frame, 8 bytes spill stores, 12 bytes spill loads\n\
                      ptxas info    : Used 14 registers, used 1 barriers, 360 bytes cmem[0]";
        assert_eq!(count(report, "Used ", " registers"), Some(14));
        assert_eq!(count(report, "", " bytes spill loads"), Some(12));
        assert_eq!(count(report, "", " bytes stack frame"), Some(16));
        assert_eq!(count(report, "Used ", " rounds"), None);
    }
}
