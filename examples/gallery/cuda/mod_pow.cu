// Powers of 64-bit numbers modulo an odd one.
#include <cuda_runtime.h>

#include <cstdint>

// 2 * a % modulus, also where 2 * a does not fit.
__device__ uint64_t doubled(uint64_t a, uint64_t modulus) {
    uint64_t room = modulus - a;
    return a >= room ? a - room : a + a;
}

// a * b / 2^64 % modulus, where inverse * modulus is 1 modulo 2^64 (Montgomery 1985).
__device__ uint64_t product(uint64_t a, uint64_t b, uint64_t modulus, uint64_t inverse) {
    uint64_t high = __umul64hi(a, b);
    uint64_t less = __umul64hi(a * b * inverse, modulus);
    return high < less ? high - less + modulus : high - less;
}

__global__ void raise(uint64_t modulus, unsigned n, const uint64_t* bases, const uint64_t* exponents,
                      uint64_t* powers) {
    unsigned i = blockIdx.x * 128 + threadIdx.x;
    if (i < n) {
        // Newton: each round doubles the bits that are right, of which the first guess has three.
        uint64_t inverse = modulus;
        for (int round = 0; round < 5; round++) inverse *= 2 - modulus * inverse;
        uint64_t base = bases[i] % modulus;
        uint64_t power = 1 % modulus;
        // To Montgomery's form: times 2^64.
        for (int bit = 0; bit < 64; bit++) {
            base = doubled(base, modulus);
            power = doubled(power, modulus);
        }
        for (uint64_t rest = exponents[i]; rest != 0; rest /= 2) {
            if (rest % 2 == 1) power = product(power, base, modulus, inverse);
            base = product(base, base, modulus, inverse);
        }
        powers[i] = product(power, 1, modulus, inverse);
    }
}

extern "C" cudaError_t mod_pow(uint64_t modulus, unsigned n, const uint64_t* bases, const uint64_t* exponents,
                               uint64_t* powers, cudaStream_t stream) {
    if (modulus % 2 == 0) return cudaErrorInvalidValue;
    if (n == 0) return cudaSuccess;
    raise<<<(n + 127) / 128, 128, 0, stream>>>(modulus, n, bases, exponents, powers);
    return cudaGetLastError();
}
