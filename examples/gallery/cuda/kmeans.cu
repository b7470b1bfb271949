// Clusters of points.
#include <cuda_runtime.h>

#include <cmath>

constexpr unsigned kBlock = 256;
constexpr unsigned kChunk = 1024;

__global__ void assign(unsigned n, unsigned dims, unsigned clusters, const float* points, const float* centroids,
                       unsigned* nearest) {
    unsigned p = blockIdx.x * kBlock + threadIdx.x;
    if (p < n) {
        unsigned best = 0;
        float least = INFINITY;
        for (unsigned c = 0; c < clusters; c++) {
            float square = 0;
            for (unsigned d = 0; d < dims; d++) {
                float off = points[d * n + p] - centroids[c * dims + d];
                square += off * off;
            }
            if (square < least) {
                best = c;
                least = square;
            }
        }
        nearest[p] = best;
    }
}

// For each number of each centroid, the sum over a chunk of points, and how many there were.
__global__ void add_up(unsigned n, unsigned dims, unsigned cells, const float* points, const unsigned* nearest,
                       float2* sums) {
    unsigned cell = blockIdx.x * kBlock + threadIdx.x;
    unsigned chunk = blockIdx.y;
    if (cell < cells) {
        unsigned d = cell % dims;
        float2 sum = make_float2(0, 0);
        for (unsigned p = chunk * kChunk; p < min(chunk * kChunk + kChunk, n); p++) {
            if (nearest[p] == cell / dims) {
                sum.x += points[d * n + p];
                sum.y += 1;
            }
        }
        sums[chunk * cells + cell] = sum;
    }
}

__global__ void move_centroids(unsigned cells, unsigned chunks, const float2* sums, float* centroids) {
    unsigned cell = blockIdx.x * kBlock + threadIdx.x;
    if (cell < cells) {
        float2 sum = make_float2(0, 0);
        for (unsigned chunk = 0; chunk < chunks; chunk++) {
            sum.x += sums[chunk * cells + cell].x;
            sum.y += sums[chunk * cells + cell].y;
        }
        if (sum.y > 0) centroids[cell] = sum.x / sum.y;
    }
}

extern "C" cudaError_t kmeans_step(unsigned n, unsigned dims, unsigned clusters, const float* points, float* centroids,
                                   unsigned* nearest, cudaStream_t stream) {
    if (clusters == 0 || dims == 0) return cudaErrorInvalidValue;
    if (n == 0) return cudaSuccess;
    unsigned cells = clusters * dims;
    unsigned chunks = (n + kChunk - 1) / kChunk;
    unsigned blocks = (cells + kBlock - 1) / kBlock;
    float2* sums;
    cudaError_t error = cudaMallocAsync(&sums, chunks * cells * sizeof(float2), stream);
    if (error != cudaSuccess) return error;
    assign<<<(n + kBlock - 1) / kBlock, kBlock, 0, stream>>>(n, dims, clusters, points, centroids, nearest);
    add_up<<<dim3(blocks, chunks), kBlock, 0, stream>>>(n, dims, cells, points, nearest, sums);
    move_centroids<<<blocks, kBlock, 0, stream>>>(cells, chunks, sums, centroids);
    cudaFreeAsync(sums, stream);
    return cudaGetLastError();
}
