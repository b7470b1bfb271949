//! CUDA's own libraries beside ours, where they are installed: cuBLAS for matmul, cuRAND for random words.
//!
//! They are looked for at run time, work on memory of their own on the same card, and are measured right after our own
//! op by the same method. Where they are absent, or the device is not reached through CUDA, there is nothing beside.

use crate::report::Row;
use crate::suite::Case;
use wgpuc_runtime::backend::DeviceInfo;

#[cfg(feature = "cuda")]
mod cuda;

/// The libraries that can be measured here.
pub(crate) struct Libraries {
    #[cfg(feature = "cuda")]
    cuda: Option<cuda::Libraries>,
}

impl Libraries {
    /// Those beside a device.
    pub(crate) fn beside(device: &DeviceInfo) -> Self {
        #[cfg(feature = "cuda")]
        {
            Self { cuda: (device.backend == "cuda").then(|| cuda::Libraries::find(&device.name)).flatten() }
        }
        #[cfg(not(feature = "cuda"))]
        {
            let _ = device;
            Self {}
        }
    }

    /// What they need for a case; at most one row.
    pub(crate) fn measure(&self, case: &Case) -> Vec<Row> {
        #[cfg(feature = "cuda")]
        {
            let row = self.cuda.as_ref().zip(case.work.library()).and_then(|(cuda, what)| cuda.measure(case, what));
            row.into_iter().collect()
        }
        #[cfg(not(feature = "cuda"))]
        {
            let _ = case.work.library();
            vec![]
        }
    }
}
