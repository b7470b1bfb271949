// y = a * x + y
#include <cuda_runtime.h>

constexpr unsigned kBlock = 256;

__global__ void add_scaled(float a, unsigned n, const float4* x, float4* y) {
    unsigned i = blockIdx.x * kBlock + threadIdx.x;
    if (4 * i + 3 < n) {
        float4 u = x[i], v = y[i];
        y[i] = make_float4(v.x + a * u.x, v.y + a * u.y, v.z + a * u.z, v.w + a * u.w);
    } else {
        const float* tail_x = reinterpret_cast<const float*>(x);
        float* tail_y = reinterpret_cast<float*>(y);
        for (unsigned j = 4 * i; j < n; j++) tail_y[j] += a * tail_x[j];
    }
}

// Both arrays are aligned to 16 bytes.
extern "C" cudaError_t saxpy(float a, unsigned n, const float* x, float* y, cudaStream_t stream) {
    if (n == 0) return cudaSuccess;
    unsigned blocks = (n + 4 * kBlock - 1) / (4 * kBlock);
    add_scaled<<<blocks, kBlock, 0, stream>>>(a, n, reinterpret_cast<const float4*>(x), reinterpret_cast<float4*>(y));
    return cudaGetLastError();
}
