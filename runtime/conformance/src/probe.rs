//! How large a device's subgroups are, as a kernel finds it: no API tells for the very launch.

use crate::package::Package;
use std::sync::{Arc, OnceLock};
use wgpuc_core::driver::Input;
use wgpuc_runtime::Gpu;

const OP: &str = "probe-subgroup-size";

/// A kernel that asks.
const SOURCE: &str = "\
/// Writes the size of a subgroup, or 0 on a device without them.
#[kernel(workgroup = 128, over = output.len())]
pub fn probe_subgroup_size(output: &mut [u32]) {
    let mut size = 0;
    if supports!(subgroups) {
        size = subgroup_size();
    }
    if global_id().x < output.len() {
        output[global_id().x] = size;
    }
}
";

/// The kernel, compiled once.
pub(crate) fn package() -> Result<&'static Arc<Package>, String> {
    static PACKAGE: OnceLock<Result<Arc<Package>, String>> = OnceLock::new();
    let compiled = PACKAGE.get_or_init(|| {
        let files = vec![("probe.rs".to_owned(), SOURCE.as_bytes().to_vec())];
        let input = Input { folder_name: "wgpuc-probe".to_owned(), files };
        Package::compile(&input).map_err(|_| "the probe of subgroups does not compile".to_owned())
    });
    compiled.as_ref().map_err(Clone::clone)
}

/// Asks a device that was opened with [`package`]. Larger subgroups than the interpreter's count as none.
pub(crate) fn subgroup_size(gpu: &Gpu) -> Result<u32, String> {
    let ask = || {
        let mut guest = gpu.guest(gpu.default_quota())?;
        let buffer = guest.buffer_create(4, true)?;
        guest.call(OP, &[buffer.into()])?;
        let mut bytes = [0; 4];
        guest.buffer_read(buffer, 0, &mut bytes)?;
        Ok::<u32, wgpuc_runtime::GpuError>(u32::from_le_bytes(bytes))
    };
    ask().map_err(|error| format!("it cannot be asked for its subgroups: {error}"))
}
