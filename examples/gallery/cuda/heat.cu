// Heat that spreads over a plate.
#include <cuda_runtime.h>

__global__ void spread(unsigned width, unsigned height, float rate, const float* now, float* next) {
    unsigned x = blockIdx.x * 64 + threadIdx.x;
    unsigned y = blockIdx.y * 4 + threadIdx.y;
    if (x < width && y < height) {
        unsigned row = y * width;
        float own = now[row + x];
        float sides = now[row + max(x, 1u) - 1] + now[row + min(x + 1, width - 1)];
        float ends = now[(max(y, 1u) - 1) * width + x] + now[min(y + 1, height - 1) * width + x];
        next[row + x] = own + rate * (sides + ends - 4 * own);
    }
}

extern "C" cudaError_t heat_step(unsigned width, unsigned height, float rate, const float* now, float* next,
                                 cudaStream_t stream) {
    if (width == 0 || height == 0) return cudaSuccess;
    dim3 blocks((width + 63) / 64, (height + 3) / 4);
    spread<<<blocks, dim3(64, 4), 0, stream>>>(width, height, rate, now, next);
    return cudaGetLastError();
}
