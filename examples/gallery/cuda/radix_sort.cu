// Sorts numbers, digit by digit.
#include <cuda_runtime.h>

#include <algorithm>
#include <utility>

constexpr unsigned kDigits = 256;
constexpr unsigned kWords = kDigits / 32;
constexpr unsigned kMaxBlocks = 256;

__global__ void count(unsigned n, unsigned shift, unsigned span, const unsigned* keys, unsigned* counts) {
    __shared__ unsigned near[kDigits];
    near[threadIdx.x] = 0;
    __syncthreads();
    unsigned first = blockIdx.x * span;
    for (unsigned i = first + threadIdx.x; i < min(first + span, n); i += kDigits) {
        atomicAdd(&near[(keys[i] >> shift) % kDigits], 1);
    }
    __syncthreads();
    counts[blockIdx.x * kDigits + threadIdx.x] = near[threadIdx.x];
}

// Makes of each count the place of the first of those keys.
__global__ void place(unsigned blocks, unsigned* counts) {
    __shared__ unsigned sums[2][kDigits];
    unsigned digit = threadIdx.x, total = 0, side = 0;
    for (unsigned b = 0; b < blocks; b++) total += counts[b * kDigits + digit];
    unsigned sum = total;
    for (unsigned reach = 1; reach < kDigits; reach *= 2, side ^= 1) {
        sums[side][digit] = sum;
        __syncthreads();
        if (digit >= reach) sum += sums[side][digit - reach];
    }
    unsigned next = sum - total;
    for (unsigned b = 0; b < blocks; b++) {
        unsigned found = counts[b * kDigits + digit];
        counts[b * kDigits + digit] = next;
        next += found;
    }
}

__global__ void scatter(unsigned n, unsigned shift, unsigned span, const unsigned* keys, const unsigned* values,
                        const unsigned* places, unsigned* sorted_keys, unsigned* sorted_values) {
    // For each digit, which of the round's keys have it, and where the next one goes.
    __shared__ unsigned marks[kDigits][kWords];
    __shared__ unsigned next[kDigits];
    unsigned own = threadIdx.x;
    for (unsigned word = 0; word < kWords; word++) marks[own][word] = 0;
    next[own] = places[blockIdx.x * kDigits + own];
    __syncthreads();
    unsigned first = blockIdx.x * span;
    for (unsigned round = first; round < min(first + span, n); round += kDigits) {
        unsigned i = round + own, key = 0, digit = 0;
        if (i < n) {
            key = keys[i];
            digit = (key >> shift) % kDigits;
            atomicOr(&marks[digit][own / 32], 1u << (own % 32));
        }
        __syncthreads();
        if (i < n) {
            unsigned to = next[digit] + __popc(marks[digit][own / 32] & ((1u << (own % 32)) - 1));
            for (unsigned word = 0; word < own / 32; word++) to += __popc(marks[digit][word]);
            sorted_keys[to] = key;
            sorted_values[to] = values[i];
        }
        __syncthreads();
        for (unsigned word = 0; word < kWords; word++) {
            next[own] += __popc(marks[own][word]);
            marks[own][word] = 0;
        }
        __syncthreads();
    }
}

extern "C" cudaError_t radix_sort(unsigned n, unsigned* keys, unsigned* values, cudaStream_t stream) {
    if (n == 0) return cudaSuccess;
    unsigned span = kDigits * ((n + kDigits * kMaxBlocks - 1) / (kDigits * kMaxBlocks));
    unsigned blocks = (n + span - 1) / span;
    unsigned* scratch;
    cudaError_t error = cudaMallocAsync(&scratch, (blocks * kDigits + 2 * size_t(n)) * sizeof(unsigned), stream);
    if (error != cudaSuccess) return error;
    unsigned* counts = scratch;
    unsigned* other_keys = counts + blocks * kDigits;
    unsigned* other_values = other_keys + n;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        count<<<blocks, kDigits, 0, stream>>>(n, shift, span, keys, counts);
        place<<<1, kDigits, 0, stream>>>(blocks, counts);
        scatter<<<blocks, kDigits, 0, stream>>>(n, shift, span, keys, values, counts, other_keys, other_values);
        std::swap(keys, other_keys);
        std::swap(values, other_values);
    }
    cudaFreeAsync(scratch, stream);
    return cudaGetLastError();
}
