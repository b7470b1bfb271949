// The forest's own random numbers: SplitMix64 (Steele, Lea and Flood, OOPSLA'14).
#pragma once

#include <cstdint>

namespace diabetes {

/// One step of SplitMix64's output function, also used to mix seeds.
inline uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/// A stream that depends on nothing but its key, so that the order in which nodes are visited changes no tree.
class Random {
public:
    Random(uint32_t seed, uint32_t tree, uint32_t node)
        : state_(mix(mix((uint64_t{seed} << 32) | tree) + node)) {}

    /// A number below `bound`.
    uint32_t below(uint32_t bound) {
        state_ = mix(state_);
        return static_cast<uint32_t>(((state_ >> 32) * bound) >> 32);
    }

private:
    uint64_t state_;
};

/// The seed of one tree's bootstrap sample.
inline uint32_t bootstrap_seed(uint32_t seed, uint32_t tree) {
    return static_cast<uint32_t>(mix((uint64_t{seed} << 32) | tree) >> 32);
}

}  // namespace diabetes
