// SHA-256 (FIPS 180-4).
#include <cuda_runtime.h>

#include <cstdint>

constexpr uint32_t kBlock = 64;
constexpr uint32_t kBytes = 64;

__constant__ uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
};

__device__ uint32_t rotate_right(uint32_t x, uint32_t n) {
    return __funnelshift_r(x, x, n);
}

// Four bytes of a message, behind which comes one with the highest bit, then zeros.
__device__ uint32_t word(uint32_t at, uint32_t length, const uint8_t* message) {
    uint32_t word = 0;
    for (uint32_t i = at; i < at + 4; i++) {
        uint32_t byte = i < length ? message[i] : i == length ? 0x80 : 0;
        word = (word << 8) | byte;
    }
    return word;
}

__device__ void compress(uint32_t hash[8], uint32_t words[16]) {
    uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3];
    uint32_t e = hash[4], f = hash[5], g = hash[6], h = hash[7];
#pragma unroll
    for (uint32_t t = 0; t < 64; t++) {
        if (t >= 16) {
            uint32_t near = words[(t + 14) % 16], far = words[(t + 1) % 16];
            near = rotate_right(near, 17) ^ rotate_right(near, 19) ^ (near >> 10);
            far = rotate_right(far, 7) ^ rotate_right(far, 18) ^ (far >> 3);
            words[t % 16] += near + words[(t + 9) % 16] + far;
        }
        uint32_t sigma = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        uint32_t mixed = h + sigma + ((e & f) ^ (~e & g)) + K[t] + words[t % 16];
        sigma = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        h = g;
        g = f;
        f = e;
        e = d + mixed;
        d = c;
        c = b;
        b = a;
        a = mixed + sigma + majority;
    }
    hash[0] += a;
    hash[1] += b;
    hash[2] += c;
    hash[3] += d;
    hash[4] += e;
    hash[5] += f;
    hash[6] += g;
    hash[7] += h;
}

__global__ void digest(uint32_t count, const uint8_t* data, const uint32_t* starts, uint32_t* digests) {
    uint32_t message = blockIdx.x * kBlock + threadIdx.x;
    if (message >= count) return;
    uint32_t start = starts[message];
    uint32_t length = starts[message + 1] - start;
    uint32_t hash[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint32_t blocks = length / kBytes + (length % kBytes < kBytes - 8 ? 1 : 2);
    for (uint32_t block = 0; block < blocks; block++) {
        uint32_t words[16];
#pragma unroll
        for (uint32_t i = 0; i < 16; i++) words[i] = word(block * kBytes + i * 4, length, data + start);
        if (block + 1 == blocks) {
            words[14] = length >> 29;
            words[15] = length << 3;
        }
        compress(hash, words);
    }
#pragma unroll
    for (uint32_t i = 0; i < 8; i++) digests[message * 8 + i] = hash[i];
}

extern "C" cudaError_t sha256(uint32_t count, const uint8_t* data, const uint32_t* starts, uint32_t* digests,
                              cudaStream_t stream) {
    if (count == 0) return cudaSuccess;
    digest<<<(count + kBlock - 1) / kBlock, kBlock, 0, stream>>>(count, data, starts, digests);
    return cudaGetLastError();
}
