// The device's part of training: bootstrap samples and split scores.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "table.hpp"
#include "wasi_gpu.hpp"

namespace diabetes {

using wasi_gpu::Buffer;
using wasi_gpu::HostArray;
using wasi_gpu::Result;

/// Features tried at each split.
constexpr uint32_t kTriedFeatures = 4;

/// A feature to split on, and the thresholds to try.
struct Candidate {
    uint32_t feature;
    std::vector<float> thresholds;
};

/// A node to be split: the rows in it, and what may split it.
struct Split {
    std::vector<uint32_t> samples;
    std::vector<Candidate> candidates;
};

/// Scores the splits of many nodes with one read.
///
/// Each node has buffers of its own, so that no call waits for another, and all scores are gathered in one buffer on
/// the device: a read waits for the device, and a forest has 174 000 pairs of node and feature.
class Scorer {
public:
    /// Nodes that one `score` may hold.
    static constexpr size_t kMaxWave = 64;

    static Result<Scorer> create(const Table& table);

    /// Draws as many rows as the table has, with replacement.
    Result<std::vector<uint32_t>> bootstrap(uint32_t seed);

    /// The score of every threshold of every candidate, in their order.
    Result<HostArray<float>> score(const std::vector<Split>& wave);

private:
    struct Slot {
        Buffer<uint32_t> indices;
        std::array<Buffer<float>, kTriedFeatures> thresholds;
        std::array<Buffer<float>, kTriedFeatures> scores;
    };

    static Result<Slot> create_slot(uint32_t n_rows);
    Result<void> score_candidate(const Split& split, Slot& slot, size_t idx, size_t gather_at);

    uint32_t n_rows_ = 0;
    uint32_t n_features_ = 0;
    Buffer<float> data_;
    Buffer<float> labels_;
    Buffer<uint32_t> drawn_;
    Buffer<float> gathered_;
    std::vector<Slot> slots_;
};

/// Moves a result's value to `place`, or returns its error.
template <class T>
Result<void> assign(T& place, Result<T> result) {
    if (!result.ok()) return result.error();
    place = std::move(result.value());
    return {};
}

inline Result<Scorer> Scorer::create(const Table& table) {
    Scorer scorer;
    scorer.n_rows_ = table.n_rows();
    scorer.n_features_ = table.n_features;
    if (auto done = assign(scorer.data_, Buffer<float>::from(table.features)); !done.ok()) return done.error();
    if (auto done = assign(scorer.labels_, Buffer<float>::from(table.labels)); !done.ok()) return done.error();
    if (auto done = assign(scorer.drawn_, Buffer<uint32_t>::create(table.n_rows())); !done.ok()) return done.error();
    const size_t n_scores = kMaxWave * kTriedFeatures * table.n_rows();
    if (auto done = assign(scorer.gathered_, Buffer<float>::create(n_scores)); !done.ok()) return done.error();
    scorer.slots_.resize(kMaxWave);
    for (Slot& slot : scorer.slots_) {
        if (auto done = assign(slot, create_slot(table.n_rows())); !done.ok()) return done.error();
    }
    return Result<Scorer>(std::move(scorer));
}

inline Result<Scorer::Slot> Scorer::create_slot(uint32_t n_rows) {
    Slot slot;
    if (auto done = assign(slot.indices, Buffer<uint32_t>::create(n_rows)); !done.ok()) return done.error();
    for (size_t i = 0; i < kTriedFeatures; ++i) {
        if (auto done = assign(slot.thresholds[i], Buffer<float>::create(n_rows)); !done.ok()) return done.error();
        if (auto done = assign(slot.scores[i], Buffer<float>::create(n_rows)); !done.ok()) return done.error();
    }
    return Result<Slot>(std::move(slot));
}

inline Result<std::vector<uint32_t>> Scorer::bootstrap(uint32_t seed) {
    const wasi_gpu::BootstrapParams params{n_rows_, seed, n_rows_};
    if (auto done = wasi_gpu::kernel_bootstrap_sample(params, drawn_); !done.ok()) return done.error();
    std::vector<uint32_t> samples(n_rows_);
    if (auto done = drawn_.download_into(samples.data(), samples.size()); !done.ok()) return done.error();
    return samples;
}

inline Result<HostArray<float>> Scorer::score(const std::vector<Split>& wave) {
    size_t n_scores = 0;
    for (size_t node = 0; node < wave.size(); ++node) {
        const Split& split = wave[node];
        Slot& slot = slots_[node];
        if (auto done = slot.indices.upload(split.samples); !done.ok()) return done.error();
        for (size_t idx = 0; idx < split.candidates.size(); ++idx) {
            if (auto done = score_candidate(split, slot, idx, n_scores); !done.ok()) return done.error();
            n_scores += split.candidates[idx].thresholds.size();
        }
    }
    if (n_scores == 0) return HostArray<float>();
    return gathered_.download(0, n_scores);
}

inline Result<void> Scorer::score_candidate(const Split& split, Slot& slot, size_t idx, size_t gather_at) {
    const Candidate& candidate = split.candidates[idx];
    const auto n_samples = static_cast<uint32_t>(split.samples.size());
    const auto n_thresholds = static_cast<uint32_t>(candidate.thresholds.size());
    if (auto done = slot.thresholds[idx].upload(candidate.thresholds); !done.ok()) return done;
    const wasi_gpu::FindSplitParams params{n_samples, n_features_, candidate.feature, n_thresholds};
    auto scored = wasi_gpu::kernel_find_split(params, data_, labels_, slot.indices, slot.thresholds[idx],
                                              slot.scores[idx]);
    if (!scored.ok()) return scored;
    return gathered_.copy_from(slot.scores[idx], 0, gather_at, n_thresholds);
}

}  // namespace diabetes
