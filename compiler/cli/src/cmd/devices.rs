//! `wgpuc devices`.

use super::print;
use crate::args;
use crate::exit::Failure;
use serde_json::json;
use std::fmt::Write as _;
use std::process::ExitCode;
use wgpuc_runtime::Listed;

/// Lists every device, the one that `run` takes unless told marked.
pub(crate) fn run(args: &args::Devices) -> Result<ExitCode, Failure> {
    let devices = wgpuc_runtime::devices();
    if args.json {
        let list: Vec<_> = devices.iter().map(as_json).collect();
        print(&format!("{:#}\n", json!(list)))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = String::new();
    for device in &devices {
        let info = &device.info;
        let _ = writeln!(
            out,
            "{} {:<5} {} {} ({}, {}{}{})",
            if device.is_default { "*" } else { " " },
            device.backend.name(),
            device.index,
            info.name,
            info.backend,
            if info.is_hardware { "hardware" } else { "software" },
            if info.compute_capability.is_empty() { "" } else { ", " },
            info.compute_capability,
        );
    }
    out.push_str(
        "* is what `--backend auto` takes, if the kernels have code for it; `--device` takes a number or a name\n",
    );
    print(&out)?;
    Ok(ExitCode::SUCCESS)
}

fn as_json(device: &Listed) -> serde_json::Value {
    let info = &device.info;
    json!({
        "backend": device.backend.name(),
        "index": device.index,
        "api": info.backend,
        "name": info.name,
        "total-memory": info.total_memory,
        "is-hardware": info.is_hardware,
        "compute-capability": info.compute_capability,
        "is-default": device.is_default,
    })
}
