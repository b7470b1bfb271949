//! NVIDIA's cards through the CUDA driver, which is all that it needs: no toolkit. cuBLAS may serve routines, where it is.
//!
//! The driver is loaded when first asked for; without one, there is no device here. In: PTX and cubin artifacts. Out:
//! a [`CudaDevice`], whose sessions share its kernels.

mod blas;
mod context;
pub mod cublas;
mod driver;
mod graph;
mod idle;
mod kernel;
pub mod library;
mod memory;
mod pinned;
mod session;
mod staging;
mod stream;

use super::{Device, DeviceInfo, Error, Session, SessionLimits, pick};
use crate::Library;
use context::Context;
use driver::Card;
pub use idle::IdleStream;
use kernel::Kernels;
use std::sync::{Arc, Mutex, PoisonError};
use wgpuc_abi::{self as abi, CudaCode, Feature, Target};

/// One card.
pub struct CudaDevice {
    card: Card,
    ptx_version: [u32; 2],
    features: Vec<Feature>,
    /// Made with the first session.
    kernels: Mutex<Option<Arc<Kernels>>>,
}

/// Every card here, in the driver's order; none where there is no driver.
pub(crate) fn list() -> Vec<DeviceInfo> {
    driver::cards().unwrap_or_default().iter().map(describe).collect()
}

impl CudaDevice {
    /// The card with that number in the driver's order, or else with that in its name; the first unless told.
    ///
    /// # Errors
    /// Where there is no driver, or no such card.
    pub fn find(which: Option<&str>) -> Result<Self, String> {
        let mut cards = driver::cards()?;
        let infos: Vec<_> = cards.iter().map(describe).collect();
        let card = cards.swap_remove(pick(&infos, which)?);
        let ptx_version = driver::ptx_version(driver::version()?);
        Ok(Self { features: features(card.sm), ptx_version, card, kernels: Mutex::default() })
    }

    fn kernels(&self) -> Result<Arc<Kernels>, Error> {
        let mut kernels = self.kernels.lock().unwrap_or_else(PoisonError::into_inner);
        let known = match &*kernels {
            Some(known) => known,
            None => kernels.insert(Arc::new(Kernels::new(Context::of(&self.card)?))),
        };
        known.context.enter()?;
        Ok(Arc::clone(known))
    }
}

impl Device for CudaDevice {
    fn info(&self) -> DeviceInfo {
        describe(&self.card)
    }

    fn target(&self) -> Target {
        Target::Ptx
    }

    fn features(&self) -> &[Feature] {
        &self.features
    }

    fn runs(&self, artifact: &abi::Artifact) -> bool {
        let code = artifact.cuda.filter(|code| fits(artifact.target, code, self.card.sm, self.ptx_version));
        code.is_some() && artifact.needs.iter().all(|need| self.features.contains(need))
    }

    fn takes(&self) -> String {
        let (sm, [major, minor]) = (self.card.sm, self.ptx_version);
        format!("ptx up to version {major}.{minor} for sm_{sm} or less, and cubin for sm_{sm}")
    }

    fn library(&self) -> Result<&'static str, String> {
        cublas::is_here().map(|()| Library::Cublas.name())
    }

    fn open(&self, _: &SessionLimits) -> Result<Box<dyn Session>, Error> {
        Ok(Box::new(session::CudaSession::new(self.kernels()?)?))
    }
}

/// Whether a card of that architecture, under a driver that knows that PTX, runs code.
fn fits(target: Target, code: &CudaCode, sm: u32, ptx_version: [u32; 2]) -> bool {
    match target {
        Target::Cubin => code.sm == sm,
        Target::Ptx if code.arch_specific => code.sm == sm && code.ptx_version <= ptx_version,
        Target::Ptx => code.sm <= sm && code.ptx_version <= ptx_version,
        Target::Cpu | Target::Wgsl => false,
    }
}

/// What a card of that architecture has.
fn features(sm: u32) -> Vec<Feature> {
    let has = |feature: &Feature| match feature {
        Feature::Subgroups | Feature::F16 | Feature::Int64 => true,
        Feature::Sm80 => sm >= 80,
        Feature::Sm90 => sm >= 90,
        Feature::Sm90a => sm == 90,
    };
    Feature::ALL.into_iter().filter(has).collect()
}

fn describe(card: &Card) -> DeviceInfo {
    DeviceInfo {
        name: card.name.clone(),
        backend: "cuda".to_owned(),
        total_memory: card.total_memory,
        is_hardware: true,
        compute_capability: format!("{}.{}", card.sm / 10, card.sm % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::{features, fits};
    use wgpuc_abi::{CudaCode, Feature, Target};

    #[test]
    fn ptx_runs_on_later_cards_and_machine_code_on_its_own() {
        let code = |sm, arch_specific| CudaCode { ptx_version: [8, 0], sm, arch_specific, dynamic_shared_bytes: 0 };
        let runs = |target, code: CudaCode, sm| fits(target, &code, sm, [8, 7]);
        assert!(runs(Target::Ptx, code(75, false), 90) && !runs(Target::Ptx, code(100, false), 90));
        assert!(runs(Target::Ptx, code(90, true), 90) && !runs(Target::Ptx, code(90, true), 100));
        assert!(runs(Target::Cubin, code(90, false), 90) && !runs(Target::Cubin, code(80, false), 90));
        assert!(!fits(Target::Ptx, &code(75, false), 90, [7, 8]));
        assert!(!runs(Target::Wgsl, code(75, false), 90));
    }

    #[test]
    fn features_follow_the_architecture() {
        assert!(!features(75).contains(&Feature::Sm80));
        assert!(features(90).contains(&Feature::Sm90a) && !features(100).contains(&Feature::Sm90a));
        assert!(features(120).contains(&Feature::Sm90));
    }
}
