//! What the tests share: the executors that they run on.

use wgpuc_conformance::Executor;

/// Software adapters that `cargo xtask setup` installs, by a part of their names.
const ADAPTERS: [&str; 2] = ["llvmpipe", "SwiftShader"];

/// The interpreter without and with subgroups and as an NVIDIA device, and every device of this machine; then the names
/// of adapters that should be here and are not.
#[must_use]
pub fn executors() -> (Vec<Executor>, Vec<&'static str>) {
    let devices = Executor::all().into_iter().filter(|e| !e.is_interpreter());
    let interpreters = [Executor::interpreter(0), Executor::interpreter(8), Executor::interpreter_sm_80()];
    let all: Vec<_> = interpreters.into_iter().chain(devices).collect();
    let missing = ADAPTERS.into_iter().filter(|part| !all.iter().any(|e| e.is_named(part))).collect();
    (all, missing)
}
