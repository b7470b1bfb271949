// The dot product of two arrays.
#include <cuda_runtime.h>

#include <algorithm>

constexpr unsigned kBlock = 256;
constexpr unsigned kMaxBlocks = 1024;
// Products that a thread adds up before it adds them to its sum, for the rounding error of pairwise summation.
constexpr unsigned kRun = 32;

// The sum over a block, for thread 0.
__device__ float block_sum(float x) {
    __shared__ float warps[kBlock / 32];
    for (int step = 16; step > 0; step /= 2) x += __shfl_down_sync(~0u, x, step);
    if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = x;
    __syncthreads();
    float sum = 0;
    if (threadIdx.x == 0) {
        for (unsigned w = 0; w < kBlock / 32; w++) sum += warps[w];
    }
    return sum;
}

__global__ void multiply(unsigned n, const float4* x, const float4* y, float* partials) {
    unsigned stride = gridDim.x * kBlock;
    unsigned quads = n / 4;
    float sum = 0;
    for (unsigned block = blockIdx.x * kBlock + threadIdx.x; block < quads; block += kRun * stride) {
        float part = 0;
        for (unsigned i = block; i < min(block + kRun * stride, quads); i += stride) {
            float4 u = x[i], v = y[i];
            part += (u.x * v.x + u.y * v.y) + (u.z * v.z + u.w * v.w);
        }
        sum += part;
    }
    if (blockIdx.x == 0 && threadIdx.x < n % 4) {
        unsigned i = 4 * quads + threadIdx.x;
        sum += reinterpret_cast<const float*>(x)[i] * reinterpret_cast<const float*>(y)[i];
    }
    sum = block_sum(sum);
    if (threadIdx.x == 0) partials[blockIdx.x] = sum;
}

__global__ void add_up(unsigned n, const float* partials, float* product) {
    float sum = 0;
    for (unsigned i = threadIdx.x; i < n; i += kBlock) sum += partials[i];
    sum = block_sum(sum);
    if (threadIdx.x == 0) product[0] = sum;
}

extern "C" cudaError_t dot(unsigned n, const float* x, const float* y, float* product, cudaStream_t stream) {
    unsigned blocks = std::max(1u, std::min((n + 4 * kBlock - 1) / (4 * kBlock), kMaxBlocks));
    float* partials;
    cudaError_t error = cudaMallocAsync(&partials, blocks * sizeof(float), stream);
    if (error != cudaSuccess) return error;
    multiply<<<blocks, kBlock, 0, stream>>>(n, reinterpret_cast<const float4*>(x), reinterpret_cast<const float4*>(y),
                                            partials);
    add_up<<<1, kBlock, 0, stream>>>(blocks, partials, product);
    cudaFreeAsync(partials, stream);
    return cudaGetLastError();
}
