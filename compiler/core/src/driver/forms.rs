//! Which forms an instance has: the sets of features that it is compiled for, and the targets that each is for.
//!
//! Devices that run WGSL differ in every feature that is not NVIDIA's alone, and get a form with all that a kernel asks
//! for and one with what it needs. NVIDIA's devices have all of those features, so they get no form without one that is
//! asked for, and differ in their generation: one form for each that the kernel asks for.

use crate::ir::Feature;
use std::collections::BTreeSet;
use wgpuc_abi::Target;

/// What one kernel asks of devices.
pub(super) struct Asked {
    needs: BTreeSet<Feature>,
    wanted: BTreeSet<Feature>,
}

impl Asked {
    /// From what a kernel needs, and what its `supports!` ask for.
    pub(super) fn new(needs: &[Feature], asked: impl IntoIterator<Item = Feature>) -> Self {
        let needs = needs.iter().copied().flat_map(with_earlier).collect::<BTreeSet<_>>();
        let wanted = needs.iter().copied().chain(asked).collect();
        Self { needs, wanted }
    }

    /// The features of each form, those with more first; the last is what the kernel needs.
    pub(super) fn sets(&self) -> Vec<Vec<Feature>> {
        let (cuda, portable): (Vec<Feature>, Vec<Feature>) = self.wanted.iter().partition(|f| f.is_cuda());
        let at_level = |level: Feature| portable.iter().copied().chain(with_earlier(level)).collect::<BTreeSet<_>>();
        let mut sets: Vec<BTreeSet<Feature>> = cuda.into_iter().rev().map(at_level).collect();
        sets.push(portable.iter().copied().collect());
        sets.push(self.needs.clone());
        sets.retain(|set| set.is_superset(&self.needs));
        sets.dedup();
        sets.into_iter().map(|set| set.into_iter().collect()).collect()
    }

    /// Whether the form with these features is for some device of that target.
    pub(super) fn is_for(&self, features: &[Feature], target: Target) -> bool {
        match target {
            // One form for all CPUs: they have the same, and nothing that another form could ask for.
            Target::Cpu => self.needs.iter().all(|f| f.is_cpu()) && self.needs.iter().eq(features),
            Target::Wgsl => !features.iter().any(|f| f.is_cuda()),
            Target::Ptx | Target::Cubin => self.wanted.iter().all(|f| f.is_cuda() || features.contains(f)),
        }
    }
}

/// A generation of NVIDIA's devices has what the earlier ones have.
fn with_earlier(feature: Feature) -> impl Iterator<Item = Feature> {
    let is_earlier = move |other: &Feature| other.is_cuda() && feature.is_cuda() && *other < feature;
    Feature::ALL.into_iter().filter(is_earlier).chain([feature])
}

#[cfg(test)]
mod tests {
    use super::*;
    use Feature::{F16, Int64, Sm80, Sm90, Sm90a, Subgroups};

    #[test]
    fn one_form_where_nothing_is_asked() {
        let asked = Asked::new(&[], []);
        assert_eq!(asked.sets(), [vec![]]);
        assert!([Target::Cpu, Target::Wgsl, Target::Ptx].iter().all(|target| asked.is_for(&[], *target)));
    }

    #[test]
    fn a_cpu_has_what_a_kernel_may_need_but_not_what_it_may_ask_for() {
        let asked = Asked::new(&[Int64], [Subgroups]);
        assert_eq!(asked.sets(), [vec![Subgroups, Int64], vec![Int64]]);
        assert!(asked.is_for(&[Int64], Target::Cpu) && !asked.is_for(&[Subgroups, Int64], Target::Cpu));
        assert!(!Asked::new(&[Sm80], []).is_for(&[Sm80], Target::Cpu));
    }

    #[test]
    fn cuda_has_no_form_without_what_all_its_devices_have() {
        let asked = Asked::new(&[], [Subgroups]);
        assert_eq!(asked.sets(), [vec![Subgroups], vec![]]);
        assert!(asked.is_for(&[Subgroups], Target::Ptx) && !asked.is_for(&[], Target::Ptx));
        assert!(asked.is_for(&[Subgroups], Target::Wgsl) && asked.is_for(&[], Target::Wgsl));
    }

    #[test]
    fn a_form_for_each_generation_that_is_asked_for() {
        let asked = Asked::new(&[], [Subgroups, Sm90a, Sm80]);
        let sets = asked.sets();
        let newest = vec![Subgroups, Sm80, Sm90, Sm90a];
        assert_eq!(sets, [newest, vec![Subgroups, Sm80], vec![Subgroups], vec![]]);
        assert!(asked.is_for(&[Subgroups, Sm80], Target::Ptx) && !asked.is_for(&[Subgroups, Sm80], Target::Wgsl));
    }

    #[test]
    fn no_form_lacks_what_the_kernel_needs() {
        let asked = Asked::new(&[Sm90], [F16]);
        assert_eq!(asked.sets(), [vec![F16, Sm80, Sm90], vec![Sm80, Sm90]]);
        assert!(!asked.is_for(&[Sm80, Sm90], Target::Ptx));
    }
}
