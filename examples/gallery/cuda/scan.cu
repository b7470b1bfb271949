// Exclusive prefix sums.
#include <cuda_runtime.h>

#include <algorithm>

constexpr unsigned kBlock = 256;
constexpr unsigned kTile = 4 * kBlock;
constexpr unsigned kMaxBlocks = kTile;

// Four elements; zeros past the end.
__device__ uint4 load(const unsigned* input, unsigned i, unsigned n) {
    if (4 * i + 3 < n) return reinterpret_cast<const uint4*>(input)[i];
    uint4 x = make_uint4(0, 0, 0, 0);
    if (4 * i < n) x.x = input[4 * i];
    if (4 * i + 1 < n) x.y = input[4 * i + 1];
    if (4 * i + 2 < n) x.z = input[4 * i + 2];
    return x;
}

__device__ void store(unsigned* output, unsigned i, unsigned n, uint4 x) {
    if (4 * i + 3 < n) {
        reinterpret_cast<uint4*>(output)[i] = x;
    } else {
        if (4 * i < n) output[4 * i] = x.x;
        if (4 * i + 1 < n) output[4 * i + 1] = x.y;
        if (4 * i + 2 < n) output[4 * i + 2] = x.z;
    }
}

// The sum of x over the threads before this one; the sum over all in `total`.
__device__ unsigned block_scan(unsigned x, unsigned& total) {
    __shared__ unsigned sums[2][kBlock];
    unsigned i = threadIdx.x, sum = x, side = 0;
    for (unsigned reach = 1; reach < kBlock; reach *= 2, side ^= 1) {
        sums[side][i] = sum;
        __syncthreads();
        if (i >= reach) sum += sums[side][i - reach];
    }
    sums[side][i] = sum;
    __syncthreads();
    total = sums[side][kBlock - 1];
    __syncthreads();
    return sum - x;
}

__global__ void add_run(unsigned n, unsigned span, const unsigned* input, unsigned* sums) {
    __shared__ unsigned all;
    if (threadIdx.x == 0) all = 0;
    __syncthreads();
    unsigned first = blockIdx.x * (span / 4), sum = 0;
    for (unsigned i = first + threadIdx.x; i < min(first + span / 4, (n + 3) / 4); i += kBlock) {
        uint4 x = load(input, i, n);
        sum += x.x + x.y + x.z + x.w;
    }
    atomicAdd(&all, sum);
    __syncthreads();
    if (threadIdx.x == 0) sums[blockIdx.x] = all;
}

__global__ void scan_run(unsigned n, unsigned span, const unsigned* offsets, const unsigned* input, unsigned* output) {
    unsigned first = blockIdx.x * (span / 4);
    unsigned before = offsets ? offsets[blockIdx.x] : 0;
    for (unsigned tile = first; tile < first + span / 4; tile += kBlock) {
        unsigned i = tile + threadIdx.x, total;
        uint4 x = load(input, i, n);
        unsigned start = before + block_scan(x.x + x.y + x.z + x.w, total);
        store(output, i, n, make_uint4(start, start + x.x, start + x.x + x.y, start + x.x + x.y + x.z));
        before += total;
    }
}

extern "C" cudaError_t exclusive_scan(unsigned n, const unsigned* input, unsigned* output, cudaStream_t stream) {
    if (n == 0) return cudaSuccess;
    unsigned tiles = ((n + kTile - 1) / kTile + kMaxBlocks - 1) / kMaxBlocks;
    unsigned span = std::max(tiles, 1u) * kTile;
    unsigned blocks = (n + span - 1) / span;
    unsigned* sums;
    cudaError_t error = cudaMallocAsync(&sums, 2 * kMaxBlocks * sizeof(unsigned), stream);
    if (error != cudaSuccess) return error;
    unsigned* offsets = sums + kMaxBlocks;
    add_run<<<blocks, kBlock, 0, stream>>>(n, span, input, sums);
    scan_run<<<1, kBlock, 0, stream>>>(blocks, kTile, nullptr, sums, offsets);
    scan_run<<<blocks, kBlock, 0, stream>>>(n, span, offsets, input, output);
    cudaFreeAsync(sums, stream);
    return cudaGetLastError();
}
