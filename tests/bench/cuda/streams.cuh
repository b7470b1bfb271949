// Ops that are bound by the bytes they move, by hand: elementwise, reduce, bootstrap-sample, average.
#pragma once

#include "measure.cuh"

// elementwise: four elements a thread, one 16-byte load and store

struct Relu { __device__ static float of(float a) { return a > 0.0f || a != a ? a : 0.0f; } };
struct Sigmoid { __device__ static float of(float a) { return 1.0f / (1.0f + expf(-a)); } };
struct Tanh { __device__ static float of(float a) { return tanhf(a); } };
struct Sqrt { __device__ static float of(float a) { return sqrtf(a); } };
struct Exp { __device__ static float of(float a) { return expf(a); } };
struct Log { __device__ static float of(float a) { return logf(a); } };

template <class F>
__global__ void map(uint32_t quads, const float4* __restrict__ in, float4* __restrict__ out) {
    const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= quads) return;
    const float4 a = in[i];
    out[i] = make_float4(F::of(a.x), F::of(a.y), F::of(a.z), F::of(a.w));
}

__global__ void add(uint32_t quads, const float4* __restrict__ left, const float4* __restrict__ right, float4* out) {
    const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= quads) return;
    const float4 a = left[i], b = right[i];
    out[i] = make_float4(a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w);
}

// reduce: a grid that fills the device once, four vectors in flight a thread; a second launch takes the blocks' results

struct Sum {
    static constexpr float kNone = 0.0f;
    __device__ static float of(float a, float b) { return a + b; }
};
struct Max {
    static constexpr float kNone = -INFINITY;
    __device__ static float of(float a, float b) { return fmaxf(a, b); }
};

constexpr int kReduceThreads = 256;

template <class R>
__device__ float block_reduce(float value) {
    __shared__ float of_warps[kReduceThreads / 32];
    for (int lanes = 16; lanes > 0; lanes /= 2) value = R::of(value, __shfl_xor_sync(~0u, value, lanes));
    if (threadIdx.x % 32 == 0) of_warps[threadIdx.x / 32] = value;
    __syncthreads();
    value = threadIdx.x < kReduceThreads / 32 ? of_warps[threadIdx.x] : R::kNone;
    for (int lanes = 4; lanes > 0; lanes /= 2) value = R::of(value, __shfl_xor_sync(~0u, value, lanes));
    return value;
}

/// Where `mean` is given, the squares of the differences from it are reduced.
template <class R, bool SQUARES = false>
__global__ void __launch_bounds__(kReduceThreads)
    reduce_part(uint32_t quads, const float4* __restrict__ in, float* out, const float* mean = nullptr) {
    const float centre = SQUARES ? *mean : 0.0f;
    const auto lane = [&](float a) { return SQUARES ? (a - centre) * (a - centre) : a; };
    const auto quad = [&](float4 a) { return R::of(R::of(lane(a.x), lane(a.y)), R::of(lane(a.z), lane(a.w))); };
    const uint32_t stride = gridDim.x * kReduceThreads;
    float value = R::kNone;
    uint32_t i = blockIdx.x * kReduceThreads + threadIdx.x;
    for (; i + 3 * stride < quads; i += 4 * stride) {
        const float4 a = in[i], b = in[i + stride], c = in[i + 2 * stride], d = in[i + 3 * stride];
        value = R::of(value, R::of(R::of(quad(a), quad(b)), R::of(quad(c), quad(d))));
    }
    for (; i < quads; i += stride) value = R::of(value, quad(in[i]));
    value = block_reduce<R>(value);
    if (threadIdx.x == 0) out[blockIdx.x] = value;
}

template <class R>
__global__ void __launch_bounds__(kReduceThreads) reduce_rest(uint32_t n, const float* parts, float* out, float factor) {
    float value = R::kNone;
    for (uint32_t i = threadIdx.x; i < n; i += kReduceThreads) value = R::of(value, parts[i]);
    value = block_reduce<R>(value);
    if (threadIdx.x == 0) *out = value * factor;
}

inline unsigned reduce_blocks(uint32_t quads) {
    int n_units = 0;
    CHECK(cudaDeviceGetAttribute(&n_units, cudaDevAttrMultiProcessorCount, 0));
    return std::min(blocks_for(quads, 4 * kReduceThreads), 8u * unsigned(n_units));
}

template <class R>
void reduce(uint32_t n, const float* in, float* parts, float* out) {
    const unsigned blocks = reduce_blocks(n / 4);
    reduce_part<R><<<blocks, kReduceThreads>>>(n / 4, reinterpret_cast<const float4*>(in), parts);
    reduce_rest<R><<<1, kReduceThreads>>>(blocks, parts, out, 1.0f);
}

inline void variance(uint32_t n, const float* in, float* parts, float* mean, float* out) {
    const unsigned blocks = reduce_blocks(n / 4);
    const auto* quads = reinterpret_cast<const float4*>(in);
    reduce_part<Sum><<<blocks, kReduceThreads>>>(n / 4, quads, parts);
    reduce_rest<Sum><<<1, kReduceThreads>>>(blocks, parts, mean, 1.0f / float(n));
    reduce_part<Sum, true><<<blocks, kReduceThreads>>>(n / 4, quads, parts, mean);
    reduce_rest<Sum><<<1, kReduceThreads>>>(blocks, parts, out, 1.0f / float(n));
}

// bootstrap-sample: a block of Philox4x32-10 a thread, four indices in one store

__host__ __device__ inline uint32_t high(uint32_t a, uint32_t b) { return uint32_t((uint64_t(a) * b) >> 32); }

__host__ __device__ inline uint4 philox(uint4 counter, uint2 key) {
    for (int round = 0; round < 10; ++round) {
        const uint32_t high0 = high(counter.x, 0xd2511f53u), high1 = high(counter.z, 0xcd9e8d57u);
        counter = make_uint4(high1 ^ counter.y ^ key.x, counter.z * 0xcd9e8d57u, high0 ^ counter.w ^ key.y,
                             counter.x * 0xd2511f53u);
        key = make_uint2(key.x + 0x9e3779b9u, key.y + 0xbb67ae85u);
    }
    return counter;
}

__global__ void bootstrap(uint32_t quads, uint32_t seed, uint32_t below, uint4* out) {
    const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= quads) return;
    const uint4 r = philox(make_uint4(i, 0, 0, 0), make_uint2(seed, 0));
    out[i] = make_uint4(high(r.x, below), high(r.y, below), high(r.z, below), high(r.w, below));
}

// average: eight lanes a row, 16-byte loads, the lanes' sums by shuffles

__global__ void average(uint32_t rows, uint32_t quads, const float4* __restrict__ in, float* out) {
    const uint32_t row = (blockIdx.x * blockDim.x + threadIdx.x) / 8, lane = threadIdx.x % 8;
    float sum = 0.0f;
    if (row < rows) {
        for (uint32_t i = lane; i < quads; i += 8) {
            const float4 a = __ldcs(&in[uint64_t(row) * quads + i]);
            sum += (a.x + a.y) + (a.z + a.w);
        }
    }
    for (int lanes = 4; lanes > 0; lanes /= 2) sum += __shfl_xor_sync(~0u, sum, lanes);
    if (row < rows && lane == 0) out[row] = sum / float(4 * quads);
}
