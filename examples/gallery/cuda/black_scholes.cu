// Prices of European options.
#include <cuda_runtime.h>

__global__ void price(float rate, float volatility, unsigned n, const float* prices, const float* strikes,
                      const float* years, float* calls, float* puts) {
    unsigned i = blockIdx.x * 256 + threadIdx.x;
    if (i < n) {
        float spread = volatility * sqrtf(years[i]);
        float drift = years[i] * (rate + 0.5f * volatility * volatility);
        float d1 = (logf(prices[i] / strikes[i]) + drift) / spread;
        float d2 = d1 - spread;
        float discounted = strikes[i] * expf(-rate * years[i]);
        calls[i] = prices[i] * normcdff(d1) - discounted * normcdff(d2);
        puts[i] = discounted * normcdff(-d2) - prices[i] * normcdff(-d1);
    }
}

extern "C" cudaError_t black_scholes(float rate, float volatility, unsigned n, const float* prices,
                                     const float* strikes, const float* years, float* calls, float* puts,
                                     cudaStream_t stream) {
    if (n == 0) return cudaSuccess;
    price<<<(n + 255) / 256, 256, 0, stream>>>(rate, volatility, n, prices, strikes, years, calls, puts);
    return cudaGetLastError();
}
