// Products of one row, or of a few, with a matrix, by hand: their time is that of reading `b`, each element of which is
// read once.
#pragma once

#include "measure.cuh"

__device__ __forceinline__ void add_product(float4& sum, float factor, float4 b) {
    sum.x = fmaf(factor, b.x, sum.x), sum.y = fmaf(factor, b.y, sum.y);
    sum.z = fmaf(factor, b.z, sum.z), sum.w = fmaf(factor, b.w, sum.w);
}

__device__ __forceinline__ void add_to(float4& sum, float4 a) {
    sum.x += a.x, sum.y += a.y, sum.z += a.z, sum.w += a.w;
}

constexpr int kRowQuads = 8, kSharers = 128;

/// The one row, 32 columns a block: 128 threads share the terms of each quad of columns, eight loads of each under way.
__global__ void __launch_bounds__(kRowQuads* kSharers)
    one_row(int quads, int k, const float* __restrict__ a, const float4* __restrict__ b, float4* __restrict__ c) {
    __shared__ float4 sums[kSharers][kRowQuads];
    const int quad = int(threadIdx.x) % kRowQuads, sharer = int(threadIdx.x) / kRowQuads;
    const int column = int(blockIdx.x) * kRowQuads + quad;
    float4 sum{};
    if (column < quads) {
        for (int first = sharer; first < k; first += 8 * kSharers) {
            float4 vectors[8] = {};
            float factors[8] = {};
#pragma unroll
            for (int u = 0; u < 8; ++u) {
                const int term = first + u * kSharers;
                if (term < k) factors[u] = a[term], vectors[u] = b[size_t(term) * quads + column];
            }
#pragma unroll
            for (int u = 0; u < 8; ++u) add_product(sum, factors[u], vectors[u]);
        }
    }
    sums[sharer][quad] = sum;
    __syncthreads();
    // Sixteen of eight, then of those one.
    if (sharer < kSharers / 8) {
        for (int u = 1; u < 8; ++u) add_to(sum, sums[u * (kSharers / 8) + sharer][quad]);
    }
    __syncthreads();
    if (sharer < kSharers / 8) sums[sharer][quad] = sum;
    __syncthreads();
    if (sharer == 0 && column < quads) {
#pragma unroll
        for (int other = 1; other < kSharers / 8; ++other) add_to(sum, sums[other][quad]);
        c[column] = sum;
    }
}

constexpr int kChunk = 256, kRowThreads = 256;

/// At most ROWS rows, 128 columns a block, a part of the terms for each block along y. A warp takes every eighth term of
/// a chunk, whose elements of `a` lie in shared memory; AHEAD loads of `b` are under way while those before are multiplied.
template <int ROWS, int AHEAD>
__global__ void __launch_bounds__(kRowThreads, 2)
    few_rows(int m, int quads, int k, const float* __restrict__ a, const float4* __restrict__ b, float4* __restrict__ sums) {
    extern __shared__ __align__(16) float memory[];
    auto* terms = reinterpret_cast<float(*)[ROWS + 4]>(memory);
    auto* of_warps = reinterpret_cast<float4(*)[ROWS][32]>(memory + kChunk * (ROWS + 4));
    const int t = int(threadIdx.x), warp = t / 32, lane = t % 32;
    const int column = int(blockIdx.x) * 32 + lane, n_chunks = (k + kChunk - 1) / kChunk, stride = int(gridDim.y);
    float4 products[ROWS] = {}, vectors[2][AHEAD];
    const auto fetch = [&](int set, int first) {
#pragma unroll
        for (int u = 0; u < AHEAD; ++u) {
            const int term = first + 8 * u;
            vectors[set][u] = term < k && column < quads ? __ldg(&b[size_t(term) * quads + column]) : float4{};
        }
    };
    fetch(0, int(blockIdx.y) * kChunk + warp);
    for (int chunk = int(blockIdx.y); chunk < n_chunks; chunk += stride) {
        const int term0 = chunk * kChunk;
#pragma unroll
        for (int row = 0; row < ROWS; ++row) {
            terms[t][row] = row < m && term0 + t < k ? a[size_t(row) * k + term0 + t] : 0.0f;
        }
        __syncthreads();
        constexpr int kSteps = kChunk / 8 / AHEAD;
#pragma unroll 2
        for (int step = 0; step < kSteps; ++step) {
            // The last step of a chunk fetches the first terms of the next one.
            const int ahead = step + 1 < kSteps ? term0 : (chunk + stride) * kChunk;
            fetch((step + 1) % 2, ahead + (step + 1) % kSteps * 8 * AHEAD + warp);
#pragma unroll
            for (int u = 0; u < AHEAD; ++u) {
                const auto* factors = reinterpret_cast<const float4*>(terms[(step * AHEAD + u) * 8 + warp]);
#pragma unroll
                for (int row = 0; row < ROWS; row += 4) {
                    const float4 of_rows = factors[row / 4];
                    add_product(products[row], of_rows.x, vectors[step % 2][u]);
                    add_product(products[row + 1], of_rows.y, vectors[step % 2][u]);
                    add_product(products[row + 2], of_rows.z, vectors[step % 2][u]);
                    add_product(products[row + 3], of_rows.w, vectors[step % 2][u]);
                }
            }
        }
        __syncthreads();
    }
#pragma unroll
    for (int row = 0; row < ROWS; ++row) of_warps[warp][row][lane] = products[row];
    __syncthreads();
    for (int i = t; i < ROWS * 32; i += kRowThreads) {
        const int row = i / 32, at = int(blockIdx.x) * 32 + i % 32;
        float4 sum = of_warps[0][row][i % 32];
#pragma unroll
        for (int other = 1; other < 8; ++other) add_to(sum, of_warps[other][row][i % 32]);
        if (row < m && at < quads) sums[size_t(blockIdx.y) * m * quads + size_t(row) * quads + at] = sum;
    }
}

/// The sums of parts, `quads` vectors apart, added in their order.
__global__ void add_parts(uint32_t quads, int parts, const float4* __restrict__ sums, float4* __restrict__ c) {
    const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= quads) return;
    float4 sum{};
    for (int first = 0; first < parts; first += 8) {
        float4 terms[8] = {};
#pragma unroll
        for (int u = 0; u < 8; ++u) {
            if (first + u < parts) terms[u] = sums[size_t(first + u) * quads + i];
        }
#pragma unroll
        for (int u = 0; u < 8; ++u) add_to(sum, terms[u]);
    }
    c[i] = sum;
}

/// `c` has room for whole vectors.
inline void add_parts_of(uint64_t elements, int parts, const float* sums, float* c) {
    const auto quads = uint32_t((elements + 3) / 4);
    add_parts<<<blocks_for(quads, 64), 64>>>(quads, parts, reinterpret_cast<const float4*>(sums),
                                             reinterpret_cast<float4*>(c));
}

/// Room for the sums of the parts of a product.
constexpr uint64_t kPartElements = 1ull << 23;

inline void rows_by_hand(int m, int n, int k, const float* a, const float* b, float* sums, float* c) {
    const int quads = n / 4;
    const auto* vectors = reinterpret_cast<const float4*>(b);
    if (m == 1) {
        one_row<<<blocks_for(quads, kRowQuads), kRowQuads * kSharers>>>(quads, k, a, vectors, reinterpret_cast<float4*>(c));
        return;
    }
    const unsigned columns = blocks_for(quads, 32), parts = std::min(blocks_for(k, kChunk), blocks_for(256, columns));
    auto* to = reinterpret_cast<float4*>(sums);
    const auto launch = [&](auto kernel, int rows) {
        const int shared = 4 * kChunk * (rows + 4) + 16 * 8 * rows * 32;
        CHECK(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, shared));
        kernel<<<dim3(columns, parts), kRowThreads, shared>>>(m, quads, k, a, vectors, to);
    };
    if (m <= 4) {
        launch(few_rows<4, 8>, 4);
    } else {
        launch(few_rows<16, 2>, 16);
    }
    add_parts_of(uint64_t(m) * n, int(parts), sums, c);
}
