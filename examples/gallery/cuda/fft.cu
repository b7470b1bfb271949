// Fourier transforms.
#include <cuda_runtime.h>

constexpr unsigned kBlock = 256;
constexpr unsigned kLength = 512;
constexpr unsigned kLanes = 4;
constexpr unsigned kStride = kBlock / kLanes;

__device__ float2 product(float2 a, float2 b) {
    return make_float2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

// e^(-2 pi i k / n), or e^(2 pi i k / n).
__device__ float2 turn(bool inverse, unsigned k, unsigned n) {
    float2 result;
    sincospif(2.0f * k / n, &result.y, &result.x);
    if (!inverse) result.y = -result.y;
    return result;
}

// Transforms of `length` of the columns of a matrix, each result turned as far as the rows' need; or else of the
// `count` rows, to columns of the transposed matrix.
template <bool kInverse, bool kColumns>
__global__ void transform(unsigned length, unsigned count, const float2* input, float2* output) {
    __shared__ float2 tile[kLength][kLanes];
    unsigned stages = __ffs(length) - 1;
    unsigned first = blockIdx.x * kLanes;
    // Neighbours in memory are neighbouring columns, or neighbours in a row.
    unsigned lane = kColumns ? threadIdx.x % kLanes : threadIdx.x / kStride;
    unsigned start = kColumns ? threadIdx.x / kLanes : threadIdx.x % kStride;
    if (first + lane < count) {
        for (unsigned j = start; j < length; j += kStride) {
            unsigned from = kColumns ? j * count + first + lane : (first + lane) * length + j;
            tile[stages == 0 ? 0 : __brev(j) >> (32 - stages)][lane] = input[from];
        }
    }
    __syncthreads();
    lane = threadIdx.x % kLanes;
    for (unsigned half = 1; half < length; half *= 2) {
        for (unsigned pair = threadIdx.x / kLanes; pair < length / 2; pair += kStride) {
            unsigned k = pair & (half - 1);
            unsigned a = 2 * pair - k;
            float2 even = tile[a][lane];
            float2 odd = product(tile[a + half][lane], turn(kInverse, k, 2 * half));
            tile[a][lane] = make_float2(even.x + odd.x, even.y + odd.y);
            tile[a + half][lane] = make_float2(even.x - odd.x, even.y - odd.y);
        }
        __syncthreads();
    }
    unsigned column = first + lane;
    if (column < count) {
        for (unsigned k = threadIdx.x / kLanes; k < length; k += kStride) {
            float2 value = tile[k][lane];
            output[k * count + column] = kColumns ? product(value, turn(kInverse, k * column, length * count)) : value;
        }
    }
}

template <bool kInverse>
cudaError_t launch(unsigned n, const float2* input, float2* output, cudaStream_t stream) {
    if (n <= kLength) {
        transform<kInverse, false><<<1, kBlock, 0, stream>>>(n, 1, input, output);
    } else {
        unsigned columns = n / kLength;
        float2* halfway;
        cudaError_t error = cudaMallocAsync(&halfway, n * sizeof(float2), stream);
        if (error != cudaSuccess) return error;
        unsigned blocks = (columns + kLanes - 1) / kLanes;
        transform<kInverse, true><<<blocks, kBlock, 0, stream>>>(kLength, columns, input, halfway);
        transform<kInverse, false><<<kLength / kLanes, kBlock, 0, stream>>>(columns, kLength, halfway, output);
        cudaFreeAsync(halfway, stream);
    }
    return cudaGetLastError();
}

extern "C" cudaError_t fft(unsigned n, bool inverse, const float2* input, float2* output, cudaStream_t stream) {
    if (n == 0 || n > kLength * kLength || (n & (n - 1)) != 0) return cudaErrorInvalidValue;
    return inverse ? launch<true>(n, input, output, stream) : launch<false>(n, input, output, stream);
}
