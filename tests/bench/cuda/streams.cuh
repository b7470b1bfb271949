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

template <class R>
__global__ void __launch_bounds__(kReduceThreads) reduce_part(uint32_t quads, const float4* __restrict__ in, float* out) {
    const auto quad = [](float4 a) { return R::of(R::of(a.x, a.y), R::of(a.z, a.w)); };
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
__global__ void __launch_bounds__(kReduceThreads) reduce_rest(uint32_t n, const float* parts, float* out) {
    float value = R::kNone;
    for (uint32_t i = threadIdx.x; i < n; i += kReduceThreads) value = R::of(value, parts[i]);
    value = block_reduce<R>(value);
    if (threadIdx.x == 0) *out = value;
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
    reduce_rest<R><<<1, kReduceThreads>>>(blocks, parts, out);
}

// variance: count, mean and squared deviations of each lane, from the first element; merged as Chan, Golub, LeVeque do

struct Moments {
    float count, mean, squares;
    __device__ static Moments of(Moments a, Moments b) {
        const float count = a.count + b.count, part = b.count / fmaxf(count, 1.0f), delta = b.mean - a.mean;
        return {count, a.mean + delta * part, a.squares + b.squares + delta * delta * (a.count * part)};
    }
};

__device__ inline float lane_of(const float4& a, int lane) { return lane == 0 ? a.x : lane == 1 ? a.y : lane == 2 ? a.z : a.w; }

/// Of a whole block, for thread 0.
__device__ inline Moments block_moments(Moments own) {
    __shared__ Moments of_warps[kReduceThreads / 32];
    const auto from = [](Moments a, int lanes) -> Moments {
        return {__shfl_xor_sync(~0u, a.count, lanes), __shfl_xor_sync(~0u, a.mean, lanes), __shfl_xor_sync(~0u, a.squares, lanes)};
    };
    for (int lanes = 16; lanes > 0; lanes /= 2) own = Moments::of(own, from(own, lanes));
    if (threadIdx.x % 32 == 0) of_warps[threadIdx.x / 32] = own;
    __syncthreads();
    own = threadIdx.x < kReduceThreads / 32 ? of_warps[threadIdx.x] : Moments{};
    for (int lanes = 4; lanes > 0; lanes /= 2) own = Moments::of(own, from(own, lanes));
    return own;
}

/// Four vectors of each thread at a time; all its lanes have as many elements, and share the division.
__global__ void __launch_bounds__(kReduceThreads)
    moments_part(uint32_t quads, const float4* __restrict__ in, Moments* __restrict__ out) {
    const float origin = in[0].x;
    const uint32_t stride = gridDim.x * kReduceThreads;
    float count = 0.0f, means[4] = {}, squares[4] = {};
    uint32_t i = blockIdx.x * kReduceThreads + threadIdx.x;
    for (; i + 3 * stride < quads; i += 4 * stride) {
        const float4 x[4] = {in[i], in[i + stride], in[i + 2 * stride], in[i + 3 * stride]};
        const float part = 4.0f / (count + 4.0f);
#pragma unroll
        for (int lane = 0; lane < 4; ++lane) {
            float values[4], sum = 0.0f, own = 0.0f;
#pragma unroll
            for (int d = 0; d < 4; ++d) values[d] = lane_of(x[d], lane) - origin, sum += values[d];
            const float mean = sum / 4.0f, delta = mean - means[lane];
#pragma unroll
            for (int d = 0; d < 4; ++d) own += (values[d] - mean) * (values[d] - mean);
            means[lane] += delta * part;
            squares[lane] += own + delta * delta * (count * part);
        }
        count += 4.0f;
    }
    Moments all{};
#pragma unroll
    for (int lane = 0; lane < 4; ++lane) all = Moments::of(all, {count, means[lane], squares[lane]});
    for (; i < quads; i += stride) {
        const float4 x = in[i];
#pragma unroll
        for (int lane = 0; lane < 4; ++lane) all = Moments::of(all, {1.0f, lane_of(x, lane) - origin, 0.0f});
    }
    all = block_moments(all);
    if (threadIdx.x == 0) out[blockIdx.x] = all;
}

__global__ void __launch_bounds__(kReduceThreads) moments_rest(uint32_t n, const Moments* parts, float* out) {
    Moments all{};
    for (uint32_t i = threadIdx.x; i < n; i += kReduceThreads) all = Moments::of(all, parts[i]);
    all = block_moments(all);
    if (threadIdx.x == 0) *out = all.squares / all.count;
}

inline void variance(uint32_t n, const float* in, float* parts, float* out) {
    const unsigned blocks = reduce_blocks(n / 4);
    auto* moments = reinterpret_cast<Moments*>(parts);
    moments_part<<<blocks, kReduceThreads>>>(n / 4, reinterpret_cast<const float4*>(in), moments);
    moments_rest<<<1, kReduceThreads>>>(blocks, moments, out);
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
