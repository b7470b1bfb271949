// Conway's game of Life, 32 cells to a word.
#include <cuda_runtime.h>

// The words of a row with each cell's neighbour to the left, with itself, and with its neighbour to the right.
struct Row {
    unsigned left, own, right;
};

__device__ Row row(const unsigned* cells, unsigned before, unsigned x, unsigned after) {
    unsigned own = cells[x];
    return {(own << 1) | (cells[before] >> 31), own, (own >> 1) | (cells[after] << 31)};
}

// The ones and the twos of the sum of three bits, in each of 32 places.
__device__ void add(unsigned a, unsigned b, unsigned c, unsigned& ones, unsigned& twos) {
    ones = a ^ b ^ c;
    twos = (a & b) | (c & (a ^ b));
}

__global__ void live(unsigned words, unsigned height, const unsigned* now, unsigned* next) {
    unsigned x = blockIdx.x * 32 + threadIdx.x;
    unsigned y = blockIdx.y * 8 + threadIdx.y;
    if (x < words && y < height) {
        unsigned before = x == 0 ? words - 1 : x - 1;
        unsigned after = x == words - 1 ? 0 : x + 1;
        unsigned above = y == 0 ? height - 1 : y - 1;
        unsigned below = y == height - 1 ? 0 : y + 1;
        Row a = row(now + above * words, before, x, after);
        Row own = row(now + y * words, before, x, after);
        Row b = row(now + below * words, before, x, after);
        // The eight neighbours of each cell as a number of three bits, 8 as 0.
        unsigned a_ones, a_twos, b_ones, b_twos, ones, carry, twos, fours;
        add(a.left, a.own, a.right, a_ones, a_twos);
        add(b.left, b.own, b.right, b_ones, b_twos);
        add(a_ones, b_ones, own.left ^ own.right, ones, carry);
        add(a_twos, b_twos, carry, twos, fours);
        unsigned sides = own.left & own.right;
        next[y * words + x] = (own.own | ones) & (twos ^ sides) & ~(fours | (twos & sides));
    }
}

extern "C" cudaError_t life_step(unsigned words, unsigned height, const unsigned* now, unsigned* next,
                                 cudaStream_t stream) {
    if (words == 0 || height == 0) return cudaSuccess;
    dim3 blocks((words + 31) / 32, (height + 7) / 8);
    live<<<blocks, dim3(32, 8), 0, stream>>>(words, height, now, next);
    return cudaGetLastError();
}
