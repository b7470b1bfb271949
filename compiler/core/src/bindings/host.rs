//! Host code.

use super::Files;
use wgpuc_abi::Manifest;

pub(super) fn files(_manifest: &Manifest) -> Files {
    Files::new()
}
