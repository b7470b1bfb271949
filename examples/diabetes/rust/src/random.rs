//! The forest's own random numbers: SplitMix64 (Steele, Lea and Flood, OOPSLA'14).

/// One step of SplitMix64's output function, also used to mix seeds.
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn mix_tree(seed: u32, tree: u32) -> u64 {
    mix(u64::from(seed) << 32 | u64::from(tree))
}

/// A stream that depends on nothing but its key, so that the order in which nodes are visited changes no tree.
pub struct Random {
    state: u64,
}

impl Random {
    pub fn new(seed: u32, tree: u32, node: u32) -> Self {
        Self { state: mix(mix_tree(seed, tree).wrapping_add(u64::from(node))) }
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u32) -> u32 {
        self.state = mix(self.state);
        (((self.state >> 32) * u64::from(bound)) >> 32) as u32
    }
}

/// The seed of one tree's bootstrap sample.
pub fn bootstrap_seed(seed: u32, tree: u32) -> u32 {
    (mix_tree(seed, tree) >> 32) as u32
}
