// Histograms of equal bins.
#include <cuda_runtime.h>

#include <algorithm>

constexpr unsigned kBlock = 256;
constexpr unsigned kMaxBins = 2048;
constexpr unsigned kMaxBlocks = 1024;

__device__ void count_one(float value, float low, float bins_per_unit, unsigned bins, unsigned* near) {
    float place = (value - low) * bins_per_unit;
    if (place >= 0.0f && place < bins) atomicAdd(&near[static_cast<unsigned>(place)], 1);
}

__global__ void count(float low, float bins_per_unit, unsigned n, const float* values, unsigned bins,
                      unsigned* counts) {
    __shared__ unsigned near[kMaxBins];
    for (unsigned bin = threadIdx.x; bin < bins; bin += kBlock) near[bin] = 0;
    __syncthreads();
    unsigned first = blockIdx.x * kBlock + threadIdx.x;
    for (unsigned i = first; i < n / 4; i += gridDim.x * kBlock) {
        float4 v = reinterpret_cast<const float4*>(values)[i];
        count_one(v.x, low, bins_per_unit, bins, near);
        count_one(v.y, low, bins_per_unit, bins, near);
        count_one(v.z, low, bins_per_unit, bins, near);
        count_one(v.w, low, bins_per_unit, bins, near);
    }
    if (first < n % 4) count_one(values[n - 1 - first], low, bins_per_unit, bins, near);
    __syncthreads();
    for (unsigned bin = threadIdx.x; bin < bins; bin += kBlock) {
        if (near[bin] > 0) atomicAdd(&counts[bin], near[bin]);
    }
}

extern "C" cudaError_t histogram(float low, float bins_per_unit, unsigned n, const float* values, unsigned bins,
                                 unsigned* counts, cudaStream_t stream) {
    if (bins > kMaxBins || !(bins_per_unit > 0)) return cudaErrorInvalidValue;
    if (n == 0) return cudaSuccess;
    unsigned blocks = std::min((n + 4 * kBlock - 1) / (4 * kBlock), kMaxBlocks);
    count<<<blocks, kBlock, 0, stream>>>(low, bins_per_unit, n, values, bins, counts);
    return cudaGetLastError();
}
