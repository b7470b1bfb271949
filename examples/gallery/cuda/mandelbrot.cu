// The Mandelbrot set.
#include <cuda_runtime.h>

__global__ void escape(unsigned width, unsigned height, float left, float top, float step, unsigned max_rounds,
                       unsigned* rounds) {
    unsigned i = blockIdx.x * 16 + threadIdx.x;
    unsigned j = blockIdx.y * 16 + threadIdx.y;
    if (i < width && j < height) {
        float re = left + i * step;
        float im = top - j * step;
        float x = 0, y = 0;
        unsigned k = 0;
        while (k < max_rounds && x * x + y * y <= 4) {
            float next = x * x - y * y + re;
            y = 2 * x * y + im;
            x = next;
            k++;
        }
        rounds[j * width + i] = k;
    }
}

extern "C" cudaError_t mandelbrot(unsigned width, unsigned height, float left, float top, float step,
                                  unsigned max_rounds, unsigned* rounds, cudaStream_t stream) {
    if (width == 0 || height == 0) return cudaSuccess;
    dim3 blocks((width + 15) / 16, (height + 15) / 16);
    escape<<<blocks, dim3(16, 16), 0, stream>>>(width, height, left, top, step, max_rounds, rounds);
    return cudaGetLastError();
}
