// What others need for the ops of `wgpuc bench`: kernels by hand of the same designs ("nvcc"), CUB, cuBLAS and cuRAND.
// Prints a report for `wgpuc bench --peer`; says on standard error what it does. `run.sh` compiles it.
//
//   nvcc -O3 -std=c++17 --default-stream per-thread -gencode=arch=compute_90,code=sm_90 peers.cu -o peers
//   ./peers [CASE]
//
// (The usual default stream cannot be recorded.)

#include <cub/device/device_reduce.cuh>

#include "forest.cuh"
#include "libraries.cuh"
#include "matmul.cuh"
#include "streams.cuh"

namespace {

constexpr uint32_t kMi = 1u << 20;
constexpr uint32_t kMaxIndex = 1'000'003;

template <class... N>
std::string size_of(uint64_t first, N... rest) {
    std::string text = std::to_string(first);
    ((text += "x" + std::to_string(rest)), ...);
    return text;
}

template <class F>
void elementwise(Suite& suite, const char* name, uint32_t n, bool is_signed = true) {
    suite.measure({"nvcc", name, size_of(n), 8ull * n}, [=](Memory& memory, uint32_t seed) -> Call {
        const auto* in = reinterpret_cast<const float4*>(memory.random(n, seed, is_signed));
        auto* out = reinterpret_cast<float4*>(memory.make<float>(n));
        return [=] { map<F><<<blocks_for(n / 4, 256), 256>>>(n / 4, in, out); };
    });
}

void elementwise_all(Suite& suite) {
    for (const uint32_t n : {4096u, 65536u, kMi, 16 * kMi, 64 * kMi, 1024 * kMi}) {
        elementwise<Relu>(suite, "elementwise relu", n);
    }
    elementwise<Sigmoid>(suite, "elementwise sigmoid", 64 * kMi);
    elementwise<Tanh>(suite, "elementwise tanh", 64 * kMi);
    elementwise<Sqrt>(suite, "elementwise sqrt", 64 * kMi, false);
    elementwise<Exp>(suite, "elementwise exp", 64 * kMi);
    elementwise<Log>(suite, "elementwise log", 64 * kMi, false);
    const uint32_t n = 64 * kMi;
    suite.measure({"nvcc", "elementwise add", size_of(n), 12ull * n}, [=](Memory& memory, uint32_t seed) -> Call {
        const auto* a = reinterpret_cast<const float4*>(memory.random(n, 2 * seed));
        const auto* b = reinterpret_cast<const float4*>(memory.random(n, 2 * seed + 1));
        auto* out = reinterpret_cast<float4*>(memory.make<float>(n));
        return [=] { add<<<blocks_for(n / 4, 256), 256>>>(n / 4, a, b, out); };
    });
}

/// `reduce_cub` is one of CUB's own reductions.
template <class R, class Cub>
void reduction(Suite& suite, const char* name, uint32_t n, Cub reduce_cub) {
    suite.measure({"nvcc", name, size_of(n), 4ull * n}, [=](Memory& memory, uint32_t seed) -> Call {
        float *in = memory.random(n, seed, false), *parts = memory.make<float>(1 << 16), *out = memory.make<float>(1);
        return [=] { reduce<R>(n, in, parts, out); };
    });
    suite.measure({"cub", name, size_of(n), 4ull * n}, [=](Memory& memory, uint32_t seed) -> Call {
        float *in = memory.random(n, seed, false), *out = memory.make<float>(1);
        size_t bytes = 0;
        CHECK(reduce_cub(nullptr, bytes, in, out, int64_t(n)));
        void* scratch = memory.make<char>(bytes);
        return [=]() mutable { CHECK(reduce_cub(scratch, bytes, in, out, int64_t(n))); };
    });
}

void reduce_all(Suite& suite) {
    const auto sum = [](void* scratch, size_t& bytes, float* in, float* out, int64_t n) {
        return cub::DeviceReduce::Sum(scratch, bytes, in, out, n);
    };
    const auto max = [](void* scratch, size_t& bytes, float* in, float* out, int64_t n) {
        return cub::DeviceReduce::Max(scratch, bytes, in, out, n);
    };
    for (const uint32_t n : {10'000u, 100'000u, 1'000'000u, 16 * kMi, 64 * kMi, 1024 * kMi}) {
        reduction<Sum>(suite, "reduce sum", n, sum);
    }
    const uint32_t n = 64 * kMi;
    reduction<Max>(suite, "reduce max", n, max);
    suite.measure({"nvcc", "reduce variance", size_of(n), 4ull * n}, [=](Memory& memory, uint32_t seed) -> Call {
        float *in = memory.random(n, seed, false), *parts = memory.make<float>(1 << 16), *out = memory.make<float>(1);
        return [=] { variance(n, in, parts, out); };
    });
}

void bootstrap_all(Suite& suite) {
    const Curand curand;
    if (!curand.is_here()) std::fprintf(stderr, "no cuRAND here\n");
    for (const uint32_t n : {10'000u, 100'000u, 1'000'000u, 10'000'000u, 100'000'000u}) {
        suite.measure({"nvcc", "bootstrap-sample", size_of(n), 4ull * n}, [=](Memory& memory, uint32_t seed) -> Call {
            auto* out = reinterpret_cast<uint4*>(memory.make<uint32_t>(n));
            return [=] { bootstrap<<<blocks_for(n / 4, 256), 256>>>(n / 4, seed, kMaxIndex, out); };
        });
        if (!curand.is_here()) continue;
        // The words alone: no product with the largest index.
        suite.measure({"curand", "bootstrap-sample", size_of(n), 4ull * n}, [&, n](Memory& memory, uint32_t) -> Call {
            auto* out = memory.make<uint32_t>(n);
            return [=, &curand] { curand.fill(out, n); };
        });
    }
}

void average_all(Suite& suite) {
    const uint32_t trees = 100;
    for (const uint32_t rows : {1'000u, 10'000u, 100'000u, 1'000'000u}) {
        const uint64_t n = uint64_t(rows) * trees;
        suite.measure({"nvcc", "average", size_of(rows, trees), 4 * (n + rows)}, [=](Memory& memory, uint32_t seed) -> Call {
            const auto* in = reinterpret_cast<const float4*>(memory.random(n, seed, false));
            float* out = memory.make<float>(rows);
            return [=] { average<<<blocks_for(8ull * rows, 256), 256>>>(rows, trees / 4, in, out); };
        });
    }
}

void product(Suite& suite, const Cublas& cublas, const char* name, int m, int n, int k) {
    const uint64_t bytes = 4 * (uint64_t(m) * k + uint64_t(k) * n + uint64_t(m) * n), flops = 2ull * m * n * k;
    const auto by = [&](const char* who, auto multiply) {
        const Case what{who, name, size_of(m, n, k), bytes, std::min(m, n) < 8 ? 0 : flops};
        suite.measure(what, [=](Memory& memory, uint32_t seed) -> Call {
            const float *a = memory.random(uint64_t(m) * k, 2 * seed), *b = memory.random(uint64_t(k) * n, 2 * seed + 1);
            float *c = memory.make<float>(uint64_t(m) * n + 3), *sums = memory.make<float>(kPartElements);
            return [=] { multiply(a, b, sums, c); };
        });
    };
    if (cublas.is_here()) {
        by("cublas", [=, &cublas](const float* a, const float* b, float*, float* c) { cublas.multiply(m, n, k, a, b, c); });
    }
    by("nvcc", [=](const float* a, const float* b, float* sums, float* c) { matmul_by_hand(m, n, k, a, b, sums, c); });
}

void matmul_all(Suite& suite) {
    const Cublas cublas;
    if (!cublas.is_here()) std::fprintf(stderr, "no cuBLAS here\n");
    for (const int n : {64, 128, 256, 512, 1024, 2048, 4096, 8192}) product(suite, cublas, "matmul", n, n, n);
    product(suite, cublas, "matmul of one row", 1, 4096, 4096);
    for (const int m : {4, 16, 64}) product(suite, cublas, "matmul of few rows", m, 4096, 4096);
    product(suite, cublas, "matmul of few columns", 4096, 64, 4096);
    product(suite, cublas, "matmul of small depth", 4096, 4096, 64);
    product(suite, cublas, "matmul of odd shape", 127, 4093, 1021);
}

template <int ROWS, int WALKS>
void predict_with(uint32_t rows, const Forest& forest, const float* samples, const Node* nodes, const uint32_t* offsets,
                  Packed* pairs, float* out) {
    const int shared = 4 * kFeatures * ROWS;
    const auto kernel = predict_packed<ROWS, WALKS>;
    CHECK(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, shared));
    const auto n_nodes = uint32_t(forest.nodes.size()), n_trees = uint32_t(forest.offsets.size());
    pack<<<blocks_for(n_nodes, 256), 256>>>(n_nodes, nodes, offsets, n_trees, pairs);
    kernel<<<blocks_for(rows, ROWS), ROWS, shared>>>(rows, samples, nodes, pairs, offsets, n_trees, out);
}

/// Few rows fill the device with small blocks, and hide what they wait for by more walks at a time.
void predict_large(uint32_t rows, const Forest& forest, const float* samples, const Node* nodes, const uint32_t* offsets,
                   Packed* pairs, float* out) {
    const auto predict = rows < (1 << 17) ? predict_with<128, 8> : predict_with<512, 1>;
    predict(rows, forest, samples, nodes, offsets, pairs, out);
}

void forest_all(Suite& suite) {
    const auto bytes = [](uint64_t rows, uint64_t features, const Forest& forest) {
        return 4 * rows * (features + 1) + 16 * forest.nodes.size();
    };
    const Forest diabetes = make_forest(200, 10, 16, 5, 2);
    for (const bool same : {false, true}) {
        const char* name = same ? "batch-predict in cache" : "batch-predict of diabetes";
        suite.measure({"nvcc", name, size_of(89, 10, 200, 16), bytes(89, 10, diabetes), 0, same},
                      [&](Memory& memory, uint32_t seed) -> Call {
                          const float* samples = memory.random(890, seed);
                          const Node* nodes = memory.upload(diabetes.nodes);
                          const uint32_t* offsets = memory.upload(diabetes.offsets);
                          float* out = memory.make<float>(89);
                          return [=] { predict_small<<<89, 256>>>(10, samples, nodes, offsets, 200, out); };
                      });
    }
    const Forest large = make_forest(100, kFeatures, 12, 9, 50);
    for (const uint32_t rows : {1'000u, 32'000u, 1'000'000u}) {
        suite.measure({"nvcc", "batch-predict", size_of(rows, kFeatures, 100, 12), bytes(rows, kFeatures, large)},
                      [&, rows](Memory& memory, uint32_t seed) -> Call {
                          const float* samples = memory.random(uint64_t(rows) * kFeatures, seed);
                          const Node* nodes = memory.upload(large.nodes);
                          const uint32_t* offsets = memory.upload(large.offsets);
                          auto* pairs = memory.make<Packed>(2 * large.nodes.size());
                          float* out = memory.make<float>(rows);
                          if (rows < 8192) {
                              return [=] { predict_small<<<rows, 128>>>(kFeatures, samples, nodes, offsets, 100, out); };
                          }
                          return [=, &large] { predict_large(rows, large, samples, nodes, offsets, pairs, out); };
                      });
    }
}

// The kernels by hand compute what they should, or no figure of theirs means anything.

void check_streams() {
    Memory memory;
    const uint32_t n = 100'000;
    const float* in = memory.random(n, 1, false);
    const std::vector<float> host = download(in, n);
    float *out = memory.make<float>(n), *parts = memory.make<float>(1 << 16), *one = memory.make<float>(2);
    map<Log><<<blocks_for(n / 4, 256), 256>>>(n / 4, reinterpret_cast<const float4*>(in), reinterpret_cast<float4*>(out));
    const std::vector<float> logs = download(out, n);
    double sum = 0, squares = 0, largest = 0;
    for (size_t i = 0; i < n; ++i) {
        expect_close("map", i, logs[i], std::log(double(host[i])), 1e-5);
        sum += host[i], squares += double(host[i]) * host[i], largest = std::max(largest, double(host[i]));
    }
    reduce<Sum>(n, in, parts, one);
    expect_close("reduce sum", 0, download(one, 1)[0], sum, 1e-5 * sum);
    reduce<Max>(n, in, parts, one);
    expect_close("reduce max", 0, download(one, 1)[0], largest, 0);
    variance(n, in, parts, one);
    expect_close("variance", 0, download(one, 1)[0], squares / n - (sum / n) * (sum / n), 1e-5);
    average<<<blocks_for(8000, 256), 256>>>(1000, 25, reinterpret_cast<const float4*>(in), out);
    const std::vector<float> means = download(out, 1000);
    for (size_t row = 0; row < 1000; ++row) {
        double mean = 0;
        for (size_t i = 0; i < 100; ++i) mean += host[100 * row + i] / 100.0;
        expect_close("average", row, means[row], mean, 1e-6);
    }
    bootstrap<<<1, 256>>>(250, 7, kMaxIndex, reinterpret_cast<uint4*>(out));
    const uint4 drawn = philox(make_uint4(249, 0, 0, 0), make_uint2(7, 0));
    const auto last = download(reinterpret_cast<const uint32_t*>(out), 1000)[999];
    expect_close("bootstrap", 999, last, high(drawn.w, kMaxIndex), 0);
    const uint4 known = philox(make_uint4(0, 0, 0, 0), make_uint2(0, 0));
    expect_close("philox", 0, known.x, 0x6627e8d5u, 0);
}

void check_cublas() {
    const Cublas cublas;
    if (!cublas.is_here()) return;
    Memory memory;
    const std::vector<float> a{1, 2, 3, 4, 5, 6}, b{1, 0, 2, 0, 1, 1};
    float* c = memory.make<float>(4);
    cublas.multiply(2, 2, 3, memory.upload(a), memory.upload(b), c);
    const std::vector<float> got = download(c, 4), expected{8, 3, 20, 6};
    for (size_t at = 0; at < 4; ++at) expect_close("cuBLAS", at, got[at], expected[at], 0);
}

template <class Multiply>
void check_product(const char* what, int m, int n, int k, Multiply multiply) {
    Memory memory;
    const float *a = memory.random(uint64_t(m) * k, 1), *b = memory.random(uint64_t(k) * n, 2);
    float *c = memory.make<float>(uint64_t(m) * n + 3), *sums = memory.make<float>(kPartElements);
    multiply(m, n, k, a, b, sums, c);
    CHECK(cudaGetLastError());
    const auto left = download(a, uint64_t(m) * k), right = download(b, uint64_t(k) * n), got = download(c, uint64_t(m) * n);
    for (size_t at = 0; at < got.size(); ++at) {
        double sum = 0;
        for (int i = 0; i < k; ++i) sum += double(left[at / n * k + i]) * right[size_t(i) * n + at % n];
        expect_close(what, at, got[at], sum, 1e-4);
    }
}

template <class T>
void check_matmul(const char* what, int m, int n, int k) {
    for (const int most_parts : {1, 1000}) {
        check_product(what, m, n, k, [=](int m, int n, int k, const float* a, const float* b, float* sums, float* c) {
            matmul_with<T>(m, n, k, a, b, sums, c, most_parts);
        });
    }
}

void check_forest() {
    Memory memory;
    const uint32_t rows = 1500;
    const Forest forest = make_forest(20, kFeatures, 12, 9, 50);
    const float* samples = memory.random(rows * kFeatures, 1);
    const Node* nodes = memory.upload(forest.nodes);
    const uint32_t* offsets = memory.upload(forest.offsets);
    float* out = memory.make<float>(3 * rows);
    auto* pairs = memory.make<Packed>(2 * forest.nodes.size());
    predict_with<512, 1>(rows, forest, samples, nodes, offsets, pairs, out);
    predict_with<128, 8>(rows, forest, samples, nodes, offsets, pairs, out + rows);
    predict_small<<<rows, 128>>>(kFeatures, samples, nodes, offsets, 20, out + 2 * rows);
    CHECK(cudaGetLastError());
    const auto host = download(samples, rows * kFeatures), got = download(out, 3 * rows);
    for (size_t row = 0; row < rows; ++row) {
        const double expected = predict_on_host(forest, &host[row * kFeatures]);
        expect_close("predict_packed", row, got[row], expected, 1e-5);
        expect_close("predict_packed, eight walks", row, got[rows + row], expected, 1e-5);
        expect_close("predict_small", row, got[2 * rows + row], expected, 1e-5);
    }
}

}  // namespace

/// `peers [CASE]`: measures all, or the cases whose name and size contain that text.
int main(int n_words, char** words) {
    check_streams();
    check_matmul<LargeTile>("matmul, large tile", 300, 268, 377);
    check_matmul<SmallTile>("matmul, small tile", 130, 260, 335);
    check_matmul<OddTile>("matmul, odd tile", 127, 131, 445);
    for (const int m : {1, 3, 4, 13, 16}) check_product("few rows", m, 516, 777, rows_by_hand);
    check_cublas();
    check_forest();
    Suite suite(n_words > 1 ? words[1] : "");
    elementwise_all(suite);
    reduce_all(suite);
    bootstrap_all(suite);
    average_all(suite);
    matmul_all(suite);
    forest_all(suite);
    suite.print();
}
