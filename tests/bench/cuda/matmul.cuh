// f32 matrix products without tensor cores, by hand: tiles in shared memory, filled by asynchronous copies several
// stages ahead; fragments in registers, one step ahead.
//
// `a` lies transposed in shared memory, so that a thread's rows and columns are both vectors. Rows and columns past the
// end are read from inside and never stored; terms past `k` are zero-filled in the last tile alone.
#pragma once

#include "rows.cuh"

template <int BYTES>
__device__ __forceinline__ void copy_async(void* to, const void* from, bool is_there) {
    const auto address = static_cast<uint32_t>(__cvta_generic_to_shared(to));
    const int n = is_there ? BYTES : 0;
    if constexpr (BYTES == 16) {
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(from), "r"(n) : "memory");
    } else {
        asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(address), "l"(from), "r"(n) : "memory");
    }
}

__device__ __forceinline__ void copy_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }

template <int PENDING>
__device__ __forceinline__ void copy_wait() {
    asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}

/// A workgroup's tile is M x N, taken K terms at a time; WM x WN warps of LM x LN lanes; a lane owns TM x TN elements,
/// as quads of rows and columns. COPY is how many columns of `b` one copy moves: 4 where rows are aligned, else 1.
template <int M_, int N_, int WM_, int WN_, int LM_, int TM_, int TN_, int BLOCKS_, int COPY_>
struct Tile {
    static constexpr int M = M_, N = N_, K = 16, WM = WM_, WN = WN_, LM = LM_, LN = 32 / LM_, TM = TM_, TN = TN_;
    static constexpr int STAGES = 4, BLOCKS = BLOCKS_, COPY = COPY_, THREADS = 32 * WM * WN;
    static constexpr int PITCH = M + 4, A_WORDS = K * PITCH, B_WORDS = K * N;
    static constexpr int SHARED_BYTES = 4 * STAGES * (A_WORDS + B_WORDS);
    static_assert(WM * LM * TM == M && WN * LN * TN == N);
};

/// What one thread copies of each tile.
template <class T>
struct Loader {
    static constexpr int A_ROWS = T::THREADS / 8, A_PASSES = T::M / A_ROWS;
    static constexpr int B_CHUNKS = T::N / T::COPY, B_ROWS = T::THREADS / B_CHUNKS, B_PASSES = T::K / B_ROWS;
    static_assert(T::M % A_ROWS == 0 && T::THREADS % B_CHUNKS == 0 && T::K % B_ROWS == 0);

    const float *a[A_PASSES], *b;
    int n, k, a_term, a_row, b_row, b_column;

    __device__ Loader(int m, int n_, int k_, int row0, int column0, const float* a_, const float* b_) : n(n_), k(k_) {
        const int t = int(threadIdx.x);
        a_term = t % 8, a_row = t / 8;
        b_row = t / B_CHUNKS, b_column = t % B_CHUNKS * T::COPY;
#pragma unroll
        for (int p = 0; p < A_PASSES; ++p) a[p] = a_ + size_t(min(row0 + a_row + p * A_ROWS, m - 1)) * k + a_term;
        b = b_ + size_t(b_row) * n + min(column0 + b_column, n - T::COPY);
    }

    template <bool IS_WHOLE>
    __device__ __forceinline__ void copy(int term0, float* a_tile, float* b_tile) const {
#pragma unroll
        for (int p = 0; p < A_PASSES; ++p) {
#pragma unroll
            for (int q = 0; q < T::K; q += 8) {
                const bool is_there = IS_WHOLE || term0 + a_term + q < k;
                float* to = a_tile + (a_term + q) * T::PITCH + a_row + p * A_ROWS;
                copy_async<4>(to, is_there ? a[p] + term0 + q : a[p], is_there);
            }
        }
#pragma unroll
        for (int p = 0; p < B_PASSES; ++p) {
            const int row = b_row + p * B_ROWS;
            const bool is_there = IS_WHOLE || term0 + row < k;
            const float* from = is_there ? b + size_t(term0 + p * B_ROWS) * n : b;
            copy_async<4 * T::COPY>(b_tile + row * T::N + b_column, from, is_there);
        }
    }

    __device__ __forceinline__ void operator()(int term0, float* a_tile, float* b_tile) const {
        if (term0 + T::K <= k) {
            copy<true>(term0, a_tile, b_tile);
        } else {
            copy<false>(term0, a_tile, b_tile);
        }
    }
};

/// With more than one block along y, each takes a part of the terms, and `c` is room for the sums of all parts.
template <class T>
__global__ void __launch_bounds__(T::THREADS, T::BLOCKS)
    matmul(int m, int n, int k, const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ c) {
    extern __shared__ __align__(16) float shared[];
    float *const a_tiles = shared, *const b_tiles = shared + T::STAGES * T::A_WORDS;
    // Groups of 8 rows of tiles, so that what runs at a time shares its columns.
    const int tile_rows = (m + T::M - 1) / T::M, tile_columns = (n + T::N - 1) / T::N;
    const int group = int(blockIdx.x) / (8 * tile_columns), place = int(blockIdx.x) % (8 * tile_columns);
    const int rows_here = min(8, tile_rows - 8 * group);
    const int row0 = (8 * group + place % rows_here) * T::M, column0 = place / rows_here * T::N;
    const int warp = int(threadIdx.x) / 32, lane = int(threadIdx.x) % 32;
    const int row = warp / T::WN * (T::LM * T::TM) + lane % T::LM * 4;
    const int column = warp % T::WN * (T::LN * T::TN) + lane / T::LM * 4;

    const Loader<T> load(m, n, k, row0, column0, a, b);
    const int all_tiles = (k + T::K - 1) / T::K, per_part = (all_tiles + int(gridDim.y) - 1) / int(gridDim.y);
    const int first_tile = min(int(blockIdx.y) * per_part, all_tiles), n_tiles = min(per_part, all_tiles - first_tile);
    const int first_term = first_tile * T::K;
    // Each part begins at a whole vector.
    c += blockIdx.y * ((size_t(m) * n + 3) / 4 * 4);
    for (int stage = 0; stage < T::STAGES - 1; ++stage) {
        if (stage < n_tiles) load(first_term + stage * T::K, a_tiles + stage * T::A_WORDS, b_tiles + stage * T::B_WORDS);
        copy_commit();
    }
    float sums[T::TM][T::TN] = {}, rows[2][T::TM], columns[2][T::TN];
    const auto fetch = [&](int set, int stage, int term) {
        const float* from = a_tiles + stage * T::A_WORDS + term * T::PITCH + row;
#pragma unroll
        for (int i = 0; i < T::TM; i += 4) {
            *reinterpret_cast<float4*>(&rows[set][i]) = *reinterpret_cast<const float4*>(from + i * T::LM);
        }
        from = b_tiles + stage * T::B_WORDS + term * T::N + column;
#pragma unroll
        for (int j = 0; j < T::TN; j += 4) {
            *reinterpret_cast<float4*>(&columns[set][j]) = *reinterpret_cast<const float4*>(from + j * T::LN);
        }
    };
    copy_wait<T::STAGES - 2>();
    __syncthreads();
    fetch(0, 0, 0);
    int stage = 0, free_stage = T::STAGES - 1;
    for (int tile = 0; tile < n_tiles; ++tile) {
        const int ahead = tile + T::STAGES - 1, next = stage + 1 == T::STAGES ? 0 : stage + 1;
        if (ahead < n_tiles) {
            load(first_term + ahead * T::K, a_tiles + free_stage * T::A_WORDS, b_tiles + free_stage * T::B_WORDS);
        }
        copy_commit();
        free_stage = free_stage + 1 == T::STAGES ? 0 : free_stage + 1;
#pragma unroll
        for (int term = 0; term < T::K; ++term) {
            if (term + 1 < T::K) {
                fetch((term + 1) % 2, stage, term + 1);
            } else {
                copy_wait<T::STAGES - 2>();
                __syncthreads();
                fetch((term + 1) % 2, next, 0);
            }
            // To and fro: neighbours in time share an operand.
#pragma unroll
            for (int i = 0; i < T::TM; ++i) {
#pragma unroll
                for (int step = 0; step < T::TN; ++step) {
                    const int j = i % 2 == 0 ? step : T::TN - 1 - step;
                    sums[i][j] = fmaf(rows[term % 2][i], columns[term % 2][j], sums[i][j]);
                }
            }
        }
        stage = next;
    }
#pragma unroll
    for (int i = 0; i < T::TM; ++i) {
        const int to_row = row0 + row + i / 4 * 4 * T::LM + i % 4;
        if (to_row >= m) continue;
#pragma unroll
        for (int j = 0; j < T::TN; j += 4) {
            const int to = column0 + column + j * T::LN;
            float* out = c + size_t(to_row) * n + to;
            if (T::COPY == 4 && to < n) {
                *reinterpret_cast<float4*>(out) = *reinterpret_cast<const float4*>(&sums[i][j]);
            } else {
#pragma unroll
                for (int lane_j = 0; lane_j < 4; ++lane_j) {
                    if (to + lane_j < n) out[lane_j] = sums[i][j + lane_j];
                }
            }
        }
    }
}

/// One block a multiprocessor, 8 x 16 a thread: for products that fill the device with such tiles.
using LargeTile = Tile<128, 256, 2, 4, 8, 8, 16, 1, 4>;
/// Three blocks a multiprocessor, 8 x 8 a thread.
using SmallTile = Tile<64, 128, 2, 2, 4, 8, 8, 3, 4>;
/// The same for rows that are not aligned.
using OddTile = Tile<64, 128, 2, 2, 4, 8, 8, 3, 1>;

template <class T>
void matmul_with(int m, int n, int k, const float* a, const float* b, float* sums, float* c, int most_parts = 1) {
    CHECK(cudaFuncSetAttribute(matmul<T>, cudaFuncAttributeMaxDynamicSharedMemorySize, T::SHARED_BYTES));
    const unsigned blocks = blocks_for(uint64_t(m), T::M) * blocks_for(uint64_t(n), T::N);
    const int parts = std::max(1, std::min(int(blocks_for(uint64_t(k), 128)), most_parts / int(blocks)));
    if (parts == 1 || (uint64_t(m) * n + 3) * parts > kPartElements) {
        matmul<T><<<blocks, T::THREADS, T::SHARED_BYTES>>>(m, n, k, a, b, c);
        return;
    }
    matmul<T><<<dim3(blocks, parts), T::THREADS, T::SHARED_BYTES>>>(m, n, k, a, b, sums);
    add_parts_of(uint64_t(m) * n, parts, sums, c);
}

inline void matmul_by_hand(int m, int n, int k, const float* a, const float* b, float* sums, float* c) {
    // Three blocks on each of some 128 multiprocessors.
    constexpr int kBlocks = 3 * 128;
    if (m <= 16) return rows_by_hand(m, n, k, a, b, sums, c);
    if (n % 4 != 0) return matmul_with<OddTile>(m, n, k, a, b, sums, c, kBlocks);
    if (m >= 2048 && n >= 2048) return matmul_with<LargeTile>(m, n, k, a, b, sums, c);
    matmul_with<SmallTile>(m, n, k, a, b, sums, c, kBlocks);
}
