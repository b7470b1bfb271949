// The largest numbers of an array.
#include <cuda_runtime.h>

#include <algorithm>

constexpr unsigned kBlock = 256;
constexpr unsigned kMaxK = 256;
constexpr unsigned kTile = 1024;
constexpr unsigned kFresh = kTile - kMaxK;
constexpr unsigned kMaxBlocks = 64;

// Numbers in the order of the floats.
__device__ unsigned ordered(float value) {
    unsigned bits = __float_as_uint(value);
    return bits >> 31 ? ~bits : bits ^ 0x80000000;
}

// Sorts a tile in a bitonic network: largest key first, of equal ones the least index.
__device__ void sort(unsigned* keys, unsigned* indices) {
    __syncthreads();
    for (unsigned size = 2; size <= kTile; size *= 2) {
        for (unsigned half = size / 2; half > 0; half /= 2) {
            for (unsigned pair = threadIdx.x; pair < kTile / 2; pair += kBlock) {
                unsigned a = 2 * pair - (pair & (half - 1));
                unsigned b = a + half;
                bool is_behind = keys[a] < keys[b] || (keys[a] == keys[b] && indices[a] > indices[b]);
                if (is_behind == ((a & size) == 0)) {
                    unsigned key = keys[a], index = indices[a];
                    keys[a] = keys[b];
                    indices[a] = indices[b];
                    keys[b] = key;
                    indices[b] = index;
                }
            }
            __syncthreads();
        }
    }
}

// The best of the tiles that a block sees.
__global__ void sift(unsigned n, const float* values, unsigned* best_keys, unsigned* best_indices) {
    __shared__ unsigned keys[kTile], indices[kTile];
    unsigned own = threadIdx.x;
    keys[own] = 0;
    indices[own] = ~0u;
    for (unsigned first = blockIdx.x * kFresh; first < n; first += gridDim.x * kFresh) {
        for (unsigned j = own; j < kFresh; j += kBlock) {
            unsigned i = first + j;
            keys[kMaxK + j] = i < n ? ordered(values[i]) : 0;
            indices[kMaxK + j] = i < n ? i : ~0u;
        }
        sort(keys, indices);
    }
    best_keys[blockIdx.x * kMaxK + own] = keys[own];
    best_indices[blockIdx.x * kMaxK + own] = indices[own];
}

// The best of those that are left.
__global__ void finish(unsigned k, unsigned n, const unsigned* all_keys, const unsigned* all_indices, float* best,
                       unsigned* places) {
    __shared__ unsigned keys[kTile], indices[kTile];
    unsigned own = threadIdx.x;
    keys[own] = 0;
    indices[own] = ~0u;
    for (unsigned first = 0; first < n; first += kFresh) {
        for (unsigned j = own; j < kFresh; j += kBlock) {
            unsigned i = first + j;
            keys[kMaxK + j] = i < n ? all_keys[i] : 0;
            indices[kMaxK + j] = i < n ? all_indices[i] : ~0u;
        }
        sort(keys, indices);
    }
    if (own < k) {
        unsigned key = keys[own];
        best[own] = __uint_as_float(key >> 31 ? key ^ 0x80000000 : ~key);
        places[own] = indices[own];
    }
}

extern "C" cudaError_t top_k(unsigned k, unsigned n, const float* values, float* best, unsigned* places,
                             cudaStream_t stream) {
    if (k > kMaxK || k > n) return cudaErrorInvalidValue;
    if (k == 0) return cudaSuccess;
    unsigned blocks = std::min((n + kFresh - 1) / kFresh, kMaxBlocks);
    unsigned* keys;
    cudaError_t error = cudaMallocAsync(&keys, 2 * blocks * kMaxK * sizeof(unsigned), stream);
    if (error != cudaSuccess) return error;
    unsigned* indices = keys + blocks * kMaxK;
    sift<<<blocks, kBlock, 0, stream>>>(n, values, keys, indices);
    finish<<<1, kBlock, 0, stream>>>(k, blocks * kMaxK, keys, indices, best, places);
    cudaFreeAsync(keys, stream);
    return cudaGetLastError();
}
