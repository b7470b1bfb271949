// A guest: computes 2 * x + y on the device that the host gives it, and prints the result.

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "wasi_gpu.hpp"

namespace {

using wasi_gpu::Buffer;

/// Whatever fails, here or on the device, comes back as an error with its message: nothing throws.
wasi_gpu::Result<std::vector<float>> scale_and_add(float scale, const std::vector<float>& x,
                                                   const std::vector<float>& y) {
    // A buffer lies on the device, and is freed with its object.
    auto left = Buffer<float>::from(x);
    if (!left.ok()) return left.error();
    auto right = Buffer<float>::from(y);
    if (!right.ok()) return right.error();
    auto output = Buffer<float>::create(x.size());
    if (!output.ok()) return output.error();
    // Starts the work and does not wait for it; the download does.
    auto done = wasi_gpu::scale_and_add(scale, left.value(), right.value(), output.value());
    if (!done.ok()) return done.error();
    auto sums = output.value().download();
    if (!sums.ok()) return sums.error();
    return sums.value().to_vector();
}

}  // namespace

int main() {
    const auto device = wasi_gpu::Device::info();
    std::printf("on %s (%s)\n", device.name.c_str(), device.backend.c_str());
    const auto sums = scale_and_add(2.0f, {1.0f, 2.0f, 3.0f}, {10.0f, 20.0f, 30.0f});
    if (!sums.ok()) {
        std::fprintf(stderr, "%s\n", sums.error().message().c_str());
        return EXIT_FAILURE;
    }
    for (float sum : sums.value()) std::printf("%g\n", sum);
    return EXIT_SUCCESS;
}
