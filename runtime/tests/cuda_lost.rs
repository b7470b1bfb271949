//! A card that is lost: alone in its process, which it does not serve from then on.
#![cfg(feature = "cuda")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[path = "support/ptx.rs"]
mod ptx;

use ptx::{CRASH, device, session};
use wgpuc_runtime::backend::cuda::CudaDevice;
use wgpuc_runtime::backend::{Device, Error, SessionLimits};

#[test]
fn a_lost_card_is_an_error_for_all_that_says_what_to_do() {
    let Some(device) = device() else { return };
    let is_lost = |result: Result<(), Error>| match result {
        Err(Error::DeviceLost(why)) => {
            assert!(why.contains("CUDA_ERROR_ILLEGAL_ADDRESS") && why.contains("restart the host"), "{why}");
        }
        other => panic!("{other:?}"),
    };
    let (mut s, mut other) = (session(&device), session(&device));
    let a = other.create(256).unwrap();
    CRASH.launch(&mut *s, [1, 1, 1], &[], &[]).unwrap();
    is_lost(s.sync());
    is_lost(s.create(16).map(drop));
    is_lost(other.write(a, 0, &[1]));
    let open = |device: &CudaDevice| device.open(&SessionLimits { bytes: 1 << 20 }).map(drop);
    is_lost(open(&device));
    drop((s, other));
    is_lost(open(&device));
    // The driver may not even name its cards any more.
    if let Ok(found) = CudaDevice::find(None) {
        is_lost(open(&found));
    }
}
