// The smallest guest in C++: adds two arrays on the device and prints the sum.

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "wasi_gpu.hpp"

namespace {

using wasi_gpu::Buffer;

wasi_gpu::Result<wasi_gpu::HostArray<float>> add(const std::vector<float>& a, const std::vector<float>& b) {
    auto left = Buffer<float>::from(a);
    auto right = Buffer<float>::from(b);
    auto sum = Buffer<float>::create(a.size());
    for (auto* buffer : {&left, &right, &sum}) {
        if (!buffer->ok()) return buffer->error();
    }
    const wasi_gpu::ElementwiseParams params{static_cast<uint32_t>(a.size()), wasi_gpu::ElementwiseOp::add};
    auto done = wasi_gpu::kernel_elementwise(params, left.value(), &right.value(), sum.value());
    if (!done.ok()) return done.error();
    return sum.value().download();
}

}  // namespace

int main() {
    auto sum = add({1.0f, 2.0f, 3.0f}, {10.0f, 20.0f, 30.0f});
    if (!sum.ok()) {
        std::fprintf(stderr, "%s\n", sum.error().message().c_str());
        return EXIT_FAILURE;
    }
    for (float number : sum.value()) std::printf("%g\n", number);
    return EXIT_SUCCESS;
}
