// Filters of images.
#include <cuda_runtime.h>

constexpr unsigned kTile = 16;
constexpr unsigned kRadius = 2;
constexpr unsigned kSide = 2 * kRadius + 1;
constexpr unsigned kHalo = kTile + 2 * kRadius;

__global__ void filter_tile(unsigned width, unsigned height, const float* filter, const float* input, float* output) {
    __shared__ float tile[kHalo][kHalo];
    for (unsigned i = threadIdx.y * kTile + threadIdx.x; i < kHalo * kHalo; i += kTile * kTile) {
        // Left of the image and above it, these wrap to where no pixel is.
        unsigned x = blockIdx.x * kTile + i % kHalo - kRadius;
        unsigned y = blockIdx.y * kTile + i / kHalo - kRadius;
        tile[i / kHalo][i % kHalo] = x < width && y < height ? input[y * width + x] : 0.0f;
    }
    __syncthreads();
    unsigned x = blockIdx.x * kTile + threadIdx.x;
    unsigned y = blockIdx.y * kTile + threadIdx.y;
    if (x < width && y < height) {
        float sum = 0;
#pragma unroll
        for (unsigned j = 0; j < kSide; j++) {
#pragma unroll
            for (unsigned i = 0; i < kSide; i++) {
                sum += filter[j * kSide + i] * tile[threadIdx.y + j][threadIdx.x + i];
            }
        }
        output[y * width + x] = sum;
    }
}

extern "C" cudaError_t convolve(unsigned width, unsigned height, const float* filter, const float* input,
                                float* output, cudaStream_t stream) {
    if (width == 0 || height == 0) return cudaSuccess;
    dim3 blocks((width + kTile - 1) / kTile, (height + kTile - 1) / kTile);
    filter_tile<<<blocks, dim3(kTile, kTile), 0, stream>>>(width, height, filter, input, output);
    return cudaGetLastError();
}
