// Gravity between all pairs of bodies.
#include <cuda_runtime.h>

constexpr unsigned kTile = 256;

__global__ void pull(float time, float softening, unsigned n, const float4* bodies, float4* velocities, float4* moved) {
    __shared__ float4 tile[kTile];
    unsigned i = blockIdx.x * kTile + threadIdx.x;
    float4 own = i < n ? bodies[i] : make_float4(0, 0, 0, 0);
    float ax = 0, ay = 0, az = 0;
    for (unsigned first = 0; first < n; first += kTile) {
        unsigned j = first + threadIdx.x;
        tile[threadIdx.x] = j < n ? bodies[j] : make_float4(0, 0, 0, 0);
        __syncthreads();
        for (unsigned k = 0; k < kTile; k++) {
            float4 other = tile[k];
            float dx = other.x - own.x, dy = other.y - own.y, dz = other.z - own.z;
            float square = dx * dx + dy * dy + dz * dz + softening * softening;
            float factor = other.w / (square * sqrtf(square));
            ax += dx * factor;
            ay += dy * factor;
            az += dz * factor;
        }
        __syncthreads();
    }
    if (i < n) {
        float4 v = velocities[i];
        v = make_float4(v.x + ax * time, v.y + ay * time, v.z + az * time, v.w);
        velocities[i] = v;
        moved[i] = make_float4(own.x + v.x * time, own.y + v.y * time, own.z + v.z * time, own.w + v.w * time);
    }
}

extern "C" cudaError_t nbody_step(float time, float softening, unsigned n, const float4* bodies, float4* velocities,
                                  float4* moved, cudaStream_t stream) {
    if (!(softening > 0)) return cudaErrorInvalidValue;
    if (n == 0) return cudaSuccess;
    pull<<<(n + kTile - 1) / kTile, kTile, 0, stream>>>(time, softening, n, bodies, velocities, moved);
    return cudaGetLastError();
}
