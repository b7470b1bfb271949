// A random forest of regression trees (Breiman 2001), grown as scikit-learn's RandomForestRegressor grows it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <numeric>
#include <utility>
#include <vector>

#include "random.hpp"
#include "scorer.hpp"
#include "table.hpp"

namespace diabetes {

constexpr uint32_t kMaxDepth = 16;
constexpr int32_t kLeaf = -1;

using Node = wasi_gpu::TreeNode;

/// All trees' nodes in one array, and where each tree begins in it.
struct Forest {
    std::vector<Node> nodes;
    std::vector<uint32_t> offsets;
};

using Tree = std::vector<Node>;

/// A node that is not grown yet, with the rows that reach it.
struct Pending {
    uint32_t tree;
    uint32_t node;
    uint32_t depth;
    std::vector<uint32_t> samples;
};

/// Every number halfway between two neighbouring distinct values of a feature.
inline std::vector<float> midpoints(const Table& table, const std::vector<uint32_t>& samples, uint32_t feature) {
    std::vector<float> values;
    values.reserve(samples.size());
    for (uint32_t row : samples) values.push_back(table.feature(row, feature));
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    for (size_t i = 0; i + 1 < values.size(); ++i) {
        const float middle = values[i] + (values[i + 1] - values[i]) * 0.5f;
        // rounding may reach the upper value, which must stay on the right
        values[i] = middle < values[i + 1] ? middle : values[i];
    }
    values.pop_back();
    return values;
}

/// Draws features without replacement until enough are tried and one of them, if any, can split the node.
inline std::vector<Candidate> draw_candidates(const Table& table, const Pending& pending, uint32_t seed) {
    Random random(seed, pending.tree, pending.node);
    std::vector<uint32_t> features(table.n_features);
    std::iota(features.begin(), features.end(), 0u);
    std::vector<Candidate> candidates;
    for (uint32_t drawn = 0; drawn < table.n_features; ++drawn) {
        if (drawn >= kTriedFeatures && !candidates.empty()) break;
        std::swap(features[drawn], features[drawn + random.below(table.n_features - drawn)]);
        auto thresholds = midpoints(table, pending.samples, features[drawn]);
        if (!thresholds.empty()) candidates.push_back({features[drawn], std::move(thresholds)});
    }
    return candidates;
}

inline bool is_pure(const Table& table, const std::vector<uint32_t>& samples) {
    const float first = table.labels[samples.front()];
    return std::all_of(samples.begin(), samples.end(), [&](uint32_t row) { return table.labels[row] == first; });
}

inline Node make_leaf(const Table& table, const std::vector<uint32_t>& samples) {
    double sum = 0.0;
    for (uint32_t row : samples) sum += table.labels[row];
    return {kLeaf, static_cast<float>(sum / static_cast<double>(samples.size())), 0, 0};
}

/// Grows all trees together, so that the device has the work of many nodes at a time.
class Grower {
public:
    Grower(const Table& table, Scorer& scorer, uint32_t n_trees, uint32_t seed)
        : table_(table), scorer_(scorer), seed_(seed), trees_(n_trees) {}

    Result<Forest> grow() {
        for (uint32_t tree = 0; tree < trees_.size(); ++tree) {
            auto samples = scorer_.bootstrap(bootstrap_seed(seed_, tree));
            if (!samples.ok()) return samples.error();
            add_node(tree, 0, std::move(samples.value()));
        }
        while (!queue_.empty()) {
            if (auto done = grow_wave(); !done.ok()) return done.error();
        }
        return pack();
    }

private:
    /// Adds a node to its tree, to be grown later, and returns its index there.
    uint32_t add_node(uint32_t tree, uint32_t depth, std::vector<uint32_t> samples) {
        const auto node = static_cast<uint32_t>(trees_[tree].size());
        trees_[tree].push_back({});
        queue_.push_back({tree, node, depth, std::move(samples)});
        return node;
    }

    /// Turns nodes into leaves until there are enough others to be scored at once, and splits those.
    Result<void> grow_wave() {
        std::vector<Pending> wave;
        std::vector<Split> splits;
        while (!queue_.empty() && wave.size() < Scorer::kMaxWave) {
            Pending pending = std::move(queue_.front());
            queue_.pop_front();
            std::vector<Candidate> candidates;
            if (pending.depth < kMaxDepth && !is_pure(table_, pending.samples)) {
                candidates = draw_candidates(table_, pending, seed_);
            }
            if (candidates.empty()) {
                trees_[pending.tree][pending.node] = make_leaf(table_, pending.samples);
                continue;
            }
            splits.push_back({std::move(pending.samples), std::move(candidates)});
            wave.push_back(std::move(pending));
        }
        auto scores = scorer_.score(splits);
        if (!scores.ok()) return scores.error();
        const float* next = scores.value().data();
        for (size_t i = 0; i < wave.size(); ++i) next = split_node(wave[i], splits[i], next);
        return {};
    }

    /// Splits a node at its best threshold; returns the first score that belongs to the next node.
    const float* split_node(const Pending& pending, const Split& split, const float* scores) {
        uint32_t feature = split.candidates.front().feature;
        float threshold = split.candidates.front().thresholds.front();
        float best = *scores;
        for (const Candidate& candidate : split.candidates) {
            for (float tried : candidate.thresholds) {
                if (*scores < best) {
                    best = *scores;
                    feature = candidate.feature;
                    threshold = tried;
                }
                ++scores;
            }
        }
        std::vector<uint32_t> left, right;
        for (uint32_t row : split.samples) {
            (table_.feature(row, feature) <= threshold ? left : right).push_back(row);
        }
        const uint32_t left_node = add_node(pending.tree, pending.depth + 1, std::move(left));
        const uint32_t right_node = add_node(pending.tree, pending.depth + 1, std::move(right));
        trees_[pending.tree][pending.node] = {static_cast<int32_t>(feature), threshold, left_node, right_node};
        return scores;
    }

    Forest pack() const {
        Forest forest;
        for (const Tree& tree : trees_) {
            forest.offsets.push_back(static_cast<uint32_t>(forest.nodes.size()));
            forest.nodes.insert(forest.nodes.end(), tree.begin(), tree.end());
        }
        return forest;
    }

    const Table& table_;
    Scorer& scorer_;
    uint32_t seed_;
    std::vector<Tree> trees_;
    std::deque<Pending> queue_;
};

/// Predicts every row of a table with the whole forest.
inline Result<HostArray<float>> predict(const Forest& forest, const Table& table) {
    Buffer<float> samples, output;
    Buffer<Node> nodes;
    Buffer<uint32_t> offsets;
    if (auto done = assign(samples, Buffer<float>::from(table.features)); !done.ok()) return done.error();
    if (auto done = assign(nodes, Buffer<Node>::from(forest.nodes)); !done.ok()) return done.error();
    if (auto done = assign(offsets, Buffer<uint32_t>::from(forest.offsets)); !done.ok()) return done.error();
    if (auto done = assign(output, Buffer<float>::create(table.n_rows())); !done.ok()) return done.error();
    const auto n_trees = static_cast<uint32_t>(forest.offsets.size());
    const wasi_gpu::BatchPredictParams params{table.n_rows(), table.n_features, n_trees, kMaxDepth};
    auto done = wasi_gpu::kernel_batch_predict(params, samples, nodes, offsets, output);
    if (!done.ok()) return done.error();
    return output.download();
}

}  // namespace diabetes
