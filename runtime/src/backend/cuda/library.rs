//! NVIDIA's libraries beside the driver: looked for at run time, never required. The one place that loads them.
//!
//! In: the names that a library goes by. Out: the library, or what to do to have it.
#![expect(unsafe_code, reason = "a library runs code when it is loaded")]

use libloading::Library;
use std::path::Path;

/// The first of those libraries that is found, name by name: where the system's loader looks (`LD_LIBRARY_PATH` too), then
/// beside CUDA.
///
/// # Errors
/// Where none is found: how to have one.
pub fn open(names: &[&str]) -> Result<Library, String> {
    let folder = if cfg!(windows) { "bin" } else { "lib64" };
    let cuda = std::env::var_os("CUDA_PATH").unwrap_or_else(|| "/usr/local/cuda".into());
    let folder = Path::new(&cuda).join(folder);
    // SAFETY: NVIDIA's libraries do nothing but set up their own state when they are loaded.
    let load = |path: &Path| unsafe { Library::new(path) }.ok();
    let found = names.iter().find_map(|name| load(Path::new(name)).or_else(|| load(&folder.join(name))));
    found.ok_or_else(|| {
        let (names, folder) = (names.join(", "), folder.display());
        format!(
            "found neither by the system's loader nor in {folder}: {names}; install CUDA, or the library's Python package \
             with its folder in LD_LIBRARY_PATH"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::open;

    #[test]
    fn a_library_that_is_absent_is_told_how_to_have() {
        let why = open(&["libnowhere.so.13", "libnowhere.so"]).err().unwrap();
        assert!(why.contains("libnowhere.so.13, libnowhere.so") && why.contains("LD_LIBRARY_PATH"), "{why}");
    }
}
