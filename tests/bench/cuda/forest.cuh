// Predictions of a forest, by hand. Large batches: nodes are packed to 8 bytes, both children of a node side by side at a
// place that follows from the node's own, so that packing is a map; rows lie in shared memory, feature by feature. Small
// batches: a block a row, a thread a tree, the nodes as they are.
#pragma once

#include "measure.cuh"

struct Node {
    int32_t feature;
    float value;
    uint32_t left, right;
};

/// A threshold or a leaf's value; the node's index in its tree, and the feature in the low byte, 255 for a leaf.
struct Packed {
    float value;
    uint32_t link;
};

struct Forest {
    std::vector<Node> nodes;
    std::vector<uint32_t> offsets;
};

constexpr uint32_t kLeaf = 255;

__device__ inline Packed packed(const Node& node, uint32_t index) {
    return {node.value, node.feature < 0 ? kLeaf : (index << 8 | uint32_t(node.feature))};
}

/// `tree_of[i]` is where the tree of node `i` begins.
__global__ void pack(uint32_t n_nodes, const Node* __restrict__ nodes, const uint32_t* __restrict__ offsets,
                     uint32_t n_trees, Packed* __restrict__ pairs) {
    const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n_nodes) return;
    uint32_t low = 0, high = n_trees;
    while (high - low > 1) {
        const uint32_t middle = (low + high) / 2;
        if (offsets[middle] <= i) low = middle; else high = middle;
    }
    const Node node = nodes[i];
    if (node.feature < 0) return;
    const uint32_t root = offsets[low];
    const Packed left = packed(nodes[root + node.left], node.left), right = packed(nodes[root + node.right], node.right);
    *reinterpret_cast<uint4*>(&pairs[2 * i]) =
        make_uint4(__float_as_uint(left.value), left.link, __float_as_uint(right.value), right.link);
}

constexpr int kFeatures = 32;

/// A thread takes a row through all trees, WALKS at a time: leaves stay where they are until all walks have ended.
template <int ROWS, int WALKS>
__global__ void __launch_bounds__(ROWS)
    predict_packed(uint32_t n_rows, const float* __restrict__ samples, const Node* __restrict__ nodes,
                   const Packed* __restrict__ pairs, const uint32_t* __restrict__ offsets, uint32_t n_trees, float* out) {
    extern __shared__ float features[];
    const uint32_t row = blockIdx.x * ROWS + threadIdx.x;
    if (row >= n_rows) return;
    for (int f = 0; f < kFeatures; f += 4) {
        const float4 x = *reinterpret_cast<const float4*>(samples + uint64_t(row) * kFeatures + f);
        float* to = features + f * ROWS + threadIdx.x;
        to[0] = x.x, to[ROWS] = x.y, to[2 * ROWS] = x.z, to[3 * ROWS] = x.w;
    }
    float sum = 0.0f;
    for (uint32_t tree = 0; tree < n_trees; tree += WALKS) {
        uint32_t roots[WALKS];
        Packed at[WALKS];
#pragma unroll
        for (int walk = 0; walk < WALKS; ++walk) {
            roots[walk] = offsets[min(tree + walk, n_trees - 1)];
            at[walk] = packed(nodes[roots[walk]], 0);
        }
        for (bool is_walking = true; is_walking;) {
            is_walking = false;
#pragma unroll
            for (int walk = 0; walk < WALKS; ++walk) {
                const uint32_t feature = at[walk].link & 255;
                if (feature == kLeaf) continue;
                is_walking = true;
                const uint32_t next = 2 * (roots[walk] + (at[walk].link >> 8)) +
                                      (features[feature * ROWS + threadIdx.x] <= at[walk].value ? 0 : 1);
                const uint2 words = __ldg(reinterpret_cast<const uint2*>(pairs) + next);
                at[walk] = {__uint_as_float(words.x), words.y};
            }
        }
#pragma unroll
        for (int walk = 0; walk < WALKS; ++walk) {
            if (tree + walk < n_trees) sum += at[walk].value;
        }
    }
    out[row] = sum / float(n_trees);
}

__global__ void predict_small(uint32_t n_features, const float* __restrict__ samples, const Node* __restrict__ nodes,
                              const uint32_t* __restrict__ offsets, uint32_t n_trees, float* out) {
    const float* row = samples + uint64_t(blockIdx.x) * n_features;
    float sum = 0.0f;
    for (uint32_t tree = threadIdx.x; tree < n_trees; tree += blockDim.x) {
        const Node* root = nodes + offsets[tree];
        int4 node = __ldg(reinterpret_cast<const int4*>(root));
        while (node.x >= 0) {
            const uint32_t at = uint32_t(row[node.x] <= __int_as_float(node.y) ? node.z : node.w);
            node = __ldg(reinterpret_cast<const int4*>(root) + at);
        }
        sum += __int_as_float(node.y);
    }
    __shared__ float of_warps[32];
    for (int lanes = 16; lanes > 0; lanes /= 2) sum += __shfl_xor_sync(~0u, sum, lanes);
    if (threadIdx.x % 32 == 0) of_warps[threadIdx.x / 32] = sum;
    __syncthreads();
    if (threadIdx.x < 32) {
        sum = threadIdx.x < blockDim.x / 32 ? of_warps[threadIdx.x] : 0.0f;
        for (int lanes = 16; lanes > 0; lanes /= 2) sum += __shfl_xor_sync(~0u, sum, lanes);
        if (threadIdx.x == 0) out[blockIdx.x] = sum / float(n_trees);
    }
}

/// Trees like those of `wgpuc bench`: level by level, children side by side. Nodes at and below level `full` end early,
/// one in `leaf_one_in`.
inline Forest make_forest(uint32_t n_trees, uint32_t n_features, uint32_t depth, uint32_t full, uint32_t leaf_one_in) {
    Forest forest;
    uint64_t state = 1;
    const auto below = [&](uint32_t n) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        return uint32_t(((state >> 32) * n) >> 32);
    };
    const auto uniform = [&] { return float(below(1 << 24)) / float(1 << 23) - 1.0f; };
    for (uint32_t tree = 0; tree < n_trees; ++tree) {
        const auto root = uint32_t(forest.nodes.size());
        forest.offsets.push_back(root);
        uint32_t in_level = 1;
        for (uint32_t level = 0; level <= depth; ++level) {
            const uint32_t n_here = in_level;
            in_level = 0;
            for (uint32_t place = 0; place < n_here; ++place) {
                const auto at = uint32_t(forest.nodes.size()) - root;
                if (level == depth || (level >= full && below(leaf_one_in) == 0)) {
                    forest.nodes.push_back({-1, uniform(), 0, 0});
                } else {
                    const uint32_t left = at + (n_here - place) + in_level;
                    forest.nodes.push_back({int32_t(below(n_features)), uniform() / 2, left, left + 1});
                    in_level += 2;
                }
            }
        }
    }
    return forest;
}

inline double predict_on_host(const Forest& forest, const float* row) {
    double sum = 0;
    for (const uint32_t root : forest.offsets) {
        const Node* node = &forest.nodes[root];
        while (node->feature >= 0) {
            node = &forest.nodes[root + (row[node->feature] <= node->value ? node->left : node->right)];
        }
        sum += node->value;
    }
    return sum / double(forest.offsets.size());
}
