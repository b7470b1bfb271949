// A sparse matrix times a vector.
#include <cuda_runtime.h>

constexpr unsigned kBlock = 256;
constexpr unsigned kLanes = 8;

__global__ void multiply_rows(unsigned rows, const unsigned* starts, const unsigned* columns, const float* values,
                              const float* x, float* y) {
    __shared__ float parts[kBlock / kLanes][kLanes];
    unsigned own = threadIdx.x / kLanes;
    unsigned lane = threadIdx.x % kLanes;
    unsigned row = blockIdx.x * (kBlock / kLanes) + own;
    float sum = 0;
    if (row < rows) {
        unsigned end = starts[row + 1];
        for (unsigned i = starts[row] + lane; i < end; i += kLanes) sum += values[i] * x[columns[i]];
    }
    parts[own][lane] = sum;
    __syncthreads();
    if (row < rows && lane == 0) {
        float total = 0;
#pragma unroll
        for (unsigned l = 0; l < kLanes; l++) total += parts[own][l];
        y[row] = total;
    }
}

extern "C" cudaError_t spmv(unsigned rows, const unsigned* starts, const unsigned* columns, const float* values,
                            const float* x, float* y, cudaStream_t stream) {
    if (rows == 0) return cudaSuccess;
    unsigned blocks = (rows + kBlock / kLanes - 1) / (kBlock / kLanes);
    multiply_rows<<<blocks, kBlock, 0, stream>>>(rows, starts, columns, values, x, y);
    return cudaGetLastError();
}
