// What the C++ header promises, checked over the device of `device.cpp`; run with the address sanitizer, which finds
// what is not freed or freed twice.
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <utility>
#include <vector>

#include "device.hpp"
#include "wasi_gpu.hpp"

#define CHECK(condition)                                                           \
    do {                                                                           \
        if (!(condition)) {                                                        \
            std::fprintf(stderr, "line %d: %s does not hold\n", __LINE__, #condition); \
            std::exit(EXIT_FAILURE);                                               \
        }                                                                          \
    } while (false)

namespace {

using wasi_gpu::Buffer;
using wasi_gpu::ErrorKind;

void transfers_are_typed() {
    std::vector<float> values(100);
    std::iota(values.begin(), values.end(), 0.0f);
    auto made = Buffer<float>::from(values);
    CHECK(made.ok() && made);
    Buffer<float>& buffer = made.value();
    CHECK(buffer.size() == 100 && buffer.bytes() == 400 && !buffer.empty());
    CHECK(buffer.upload(std::array<float, 2>{-1.0f, -2.0f}, 10).ok());
    CHECK(buffer.copy_from(buffer, 0, 1, 99).ok());
    auto all = buffer.download();
    CHECK(all.ok() && all.value().size() == 100);
    CHECK(all.value()[0] == 0.0f && all.value()[1] == 0.0f && all.value()[12] == -2.0f && all.value()[99] == 98.0f);
    auto some = buffer.download(11, 2);
    CHECK(some.ok() && some.value().to_vector() == std::vector<float>({-1.0f, -2.0f}));
    float into[2];
    CHECK(buffer.download_into(into, 2, 98).ok() && into[0] == 97.0f && into[1] == 98.0f);
    auto none = buffer.download(100, 0);
    CHECK(none.ok() && none.value().empty() && none.value().begin() == none.value().end());
    CHECK(buffer.upload(std::vector<float>(), 100).ok());
}

void structs_are_elements() {
    const std::vector<wasi_gpu::TreeNode> nodes = {{-1, 2.5f, 0, 0}, {3, 0.5f, 1, 2}};
    auto buffer = Buffer<wasi_gpu::TreeNode>::from(nodes);
    CHECK(buffer.ok() && buffer.value().bytes() == 32);
    auto back = std::move(buffer).value().download(1, 1);
    CHECK(back.ok() && back.value()[0].feature == 3 && back.value()[0].right == 2);
}

void large_transfers_are_cut() {
    const uint64_t n = (uint64_t{1} << 24) + (uint64_t{1} << 23) + 3;
    std::vector<float> values(n);
    std::iota(values.begin(), values.end(), 1.0f);
    auto buffer = Buffer<float>::from(values);
    CHECK(buffer.ok());
    auto back = buffer.value().download();
    CHECK(back.ok() && back.value().to_vector() == values);
    CHECK(device::largest_transfer() == uint64_t{1} << 26);
}

void buffers_free_themselves() {
    CHECK(device::live_buffers() == 0);
    Buffer<float> outer;
    CHECK(outer.id() == 0 && outer.size() == 0);
    {
        auto first = Buffer<float>::create(4);
        auto second = Buffer<float>::create(8);
        CHECK(first.ok() && second.ok() && device::live_buffers() == 2);
        outer = std::move(first.value());
        second.value().reset();
        CHECK(device::live_buffers() == 1);
    }
    CHECK(device::live_buffers() == 1 && outer.size() == 4);
    Buffer<float> moved(std::move(outer));
    moved = Buffer<float>();
    CHECK(device::live_buffers() == 0 && moved.id() == 0);
}

void errors_are_values() {
    auto zero = Buffer<float>::create(0);
    CHECK(!zero.ok() && zero.error().kind() == ErrorKind::invalid_params);
    CHECK(zero.error().message() == "invalid parameters: size is 0, but must be at least 1");
    CHECK(Buffer<float>::create(uint64_t{1} << 40).error().message() == "out of memory");
    auto wraps = Buffer<float>::create(UINT64_MAX);
    CHECK(wraps.error().message() == "invalid parameters: n is 18446744073709551615, but must be at most "
                                     "4611686018427387903");
    Buffer<uint32_t> empty;
    CHECK(empty.download().error().kind() == ErrorKind::invalid_buffer);
    CHECK(empty.upload(std::vector<uint32_t>{1}).error().kind() == ErrorKind::invalid_buffer);
    auto one = Buffer<uint32_t>::create(1);
    CHECK(one.value().download(1, 1).error().details() == "offset is 4");
    CHECK(one.value().copy_from(one.value(), UINT64_MAX / 2, 0, 1).error().kind() == ErrorKind::invalid_params);
    CHECK(wasi_gpu::kernel_bootstrap_sample({}, one.value()).error().message() == "kernel error: it broke");
}

void ops_pass_their_arguments() {
    auto a = Buffer<float>::create(6), b = Buffer<float>::create(6), c = Buffer<float>::create(4);
    const auto id = [](auto& buffer) { return " " + std::to_string(buffer.value().id()); };
    CHECK(wasi_gpu::kernel_matmul({2, 3, 2, false, true, 1.0f, 5.0f}, a.value(), b.value(), c.value()).ok());
    CHECK(device::calls().back() == "matmul 2 3 2 0 1 1 5" + id(a) + id(b) + id(c));
    CHECK(!wasi_gpu::kernel_matmul({}, a.value(), b.value(), c.value()));
    const wasi_gpu::ElementwiseParams add{6, wasi_gpu::ElementwiseOp::add};
    CHECK(wasi_gpu::kernel_elementwise(add, a.value(), &b.value(), a.value()).ok());
    CHECK(device::calls().back() == "elementwise 6 3" + id(a) + id(b) + id(a));
    CHECK(wasi_gpu::kernel_elementwise(add, a.value(), nullptr, a.value()).ok());
    CHECK(device::calls().back() == "elementwise 6 3" + id(a) + " none" + id(a));
}

}  // namespace

int main() {
    const auto info = wasi_gpu::Device::info();
    CHECK(info.name == "an array" && info.backend == "cpu" && info.total_memory == uint64_t{1} << 32);
    wasi_gpu::Device::sync();
    transfers_are_typed();
    structs_are_elements();
    large_transfers_are_cut();
    buffers_free_themselves();
    errors_are_values();
    ops_pass_their_arguments();
    CHECK(device::live_buffers() == 0);
    std::puts("all is well");
}
