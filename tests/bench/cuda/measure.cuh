// Time on the device, taken as `wgpuc bench` takes it: events around so many calls that a sample is a millisecond, the
// median of several samples, calls that go round several sets of buffers together larger than the cache; short calls once
// more as a graph. Rows are printed in the form of `wgpuc bench --json`.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#define CHECK(call)                                                                              \
    do {                                                                                         \
        const cudaError_t error_ = (call);                                                       \
        if (error_ != cudaSuccess) {                                                             \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, cudaGetErrorString(error_)); \
            std::exit(1);                                                                        \
        }                                                                                        \
    } while (false)

inline unsigned blocks_for(uint64_t items, uint64_t per_block) {
    return static_cast<unsigned>((items + per_block - 1) / per_block);
}

/// Uniform in -1 .. 1 (or 0 .. 1): a hash of the place.
__global__ void fill_random(float* out, uint64_t n, uint32_t seed, bool is_signed) {
    const uint64_t i = blockIdx.x * uint64_t(blockDim.x) + threadIdx.x;
    if (i >= n) return;
    uint64_t z = (i + 1) * 0x9e3779b97f4a7c15ull + seed * 0xd1b54a32d192ed03ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    const float unit = float((z ^ (z >> 31)) >> 40) / float(1 << 24);
    out[i] = is_signed ? 2.0f * unit - 1.0f : unit;
}

/// Device memory that goes when the case is over.
class Memory {
public:
    Memory() = default;
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    ~Memory() {
        for (void* block : blocks_) cudaFree(block);
    }

    /// Room for `n` values; what lies there is no number.
    template <class T>
    T* make(uint64_t n) {
        void* block = nullptr;
        CHECK(cudaMalloc(&block, std::max<uint64_t>(n * sizeof(T), 16)));
        CHECK(cudaMemset(block, 0xff, n * sizeof(T)));
        blocks_.push_back(block);
        return static_cast<T*>(block);
    }

    float* random(uint64_t n, uint32_t seed, bool is_signed = true) {
        float* block = make<float>(n);
        fill_random<<<blocks_for(n, 256), 256>>>(block, n, seed, is_signed);
        CHECK(cudaGetLastError());
        return block;
    }

    template <class T>
    T* upload(const std::vector<T>& values) {
        T* block = make<T>(values.size());
        CHECK(cudaMemcpy(block, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice));
        return block;
    }

private:
    std::vector<void*> blocks_;
};

template <class T>
std::vector<T> download(const T* from, uint64_t n) {
    std::vector<T> values(n);
    CHECK(cudaMemcpy(values.data(), from, n * sizeof(T), cudaMemcpyDeviceToHost));
    return values;
}

/// An op at one size: the names and counts of a row.
struct Case {
    const char* by;
    const char* name;
    std::string size;
    uint64_t bytes;
    uint64_t flops = 0;
    /// Whether calls share one set of buffers, so that it lies in the cache.
    bool in_cache = false;
};

using Call = std::function<void()>;

/// Measures cases and keeps their rows.
class Suite {
public:
    /// Measures the cases whose name and size contain `only`.
    explicit Suite(std::string only) : only_(std::move(only)) {
        CHECK(cudaEventCreate(&from_));
        CHECK(cudaEventCreate(&to_));
    }

    /// `prepare` makes a call on buffers of its own from a seed; it is asked for as many as rotate.
    void measure(const Case& what, const std::function<Call(Memory&, uint32_t)>& prepare) {
        if ((what.name + (" " + what.size)).find(only_) == std::string::npos) return;
        Memory memory;
        const uint64_t wanted = (3 * kCacheBytes + what.bytes - 1) / what.bytes;
        const bool is_alone = what.in_cache || what.bytes > (6ull << 30);
        const auto n_sets = uint32_t(is_alone ? 1 : std::clamp<uint64_t>(wanted, 2, 96));
        std::vector<Call> calls;
        for (uint32_t set = 0; set < n_sets; ++set) calls.push_back(prepare(memory, set + 1));
        CHECK(cudaDeviceSynchronize());

        const Timing timing = time([&](int n) { return sample(calls, n); });
        double recorded = 0;
        if (timing.median < kShort) {
            const int n_recorded = int((kRecorded + n_sets - 1) / n_sets * n_sets);
            cudaGraph_t graph;
            cudaGraphExec_t executable;
            CHECK(cudaStreamBeginCapture(cudaStreamPerThread, cudaStreamCaptureModeRelaxed));
            for (int i = 0; i < n_recorded; ++i) calls[i % calls.size()]();
            CHECK(cudaStreamEndCapture(cudaStreamPerThread, &graph));
            CHECK(cudaGraphInstantiate(&executable, graph, 0));
            const std::vector<Call> replay{[=] { CHECK(cudaGraphLaunch(executable, cudaStreamPerThread)); }};
            recorded = time([&](int n) { return sample(replay, n); }).median / n_recorded;
            CHECK(cudaGraphExecDestroy(executable));
            CHECK(cudaGraphDestroy(graph));
        }
        std::fprintf(stderr, "%-8s %-26s %-24s %9.2f us %9.2f us recorded\n", what.by, what.name, what.size.c_str(),
                     1e6 * timing.median, 1e6 * recorded);
        char row[512];
        std::snprintf(row, sizeof row,
                      "{\"by\":\"%s\",\"case\":\"%s\",\"size\":\"%s\",\"bytes\":%llu,\"flops\":%llu,\"seconds\":%.9g,"
                      "\"low\":%.9g,\"high\":%.9g,\"calls\":%d,\"samples\":%zu,\"sets\":%zu",
                      what.by, what.name, what.size.c_str(), (unsigned long long)what.bytes,
                      (unsigned long long)what.flops, timing.median, timing.low, timing.high, timing.calls, timing.samples,
                      calls.size());
        rows_.emplace_back(row);
        if (recorded > 0) rows_.back() += ",\"recorded\":" + std::to_string(1e9 * recorded) + "e-9";
        rows_.back() += "}";
    }

    /// Prints all rows as one report.
    void print() const {
        cudaDeviceProp device;
        CHECK(cudaGetDeviceProperties(&device, 0));
        std::printf("{\"by\":\"peers.cu\",\"device\":{\"name\":\"%s\",\"backend\":\"cuda\",\"version\":\"%d.%d\"},\"rows\":[\n",
                    device.name, device.major, device.minor);
        for (size_t i = 0; i < rows_.size(); ++i) std::printf("%s%s\n", rows_[i].c_str(), i + 1 < rows_.size() ? "," : "");
        std::printf("]}\n");
    }

private:
    static constexpr uint64_t kCacheBytes = 60'000'000;
    /// Calls shorter than this may wait for the host, and are measured once more without it.
    static constexpr double kShort = 25e-6;
    /// The least calls of a recording.
    static constexpr uint32_t kRecorded = 96;

    struct Timing {
        double median, low, high;
        int calls;
        size_t samples;
    };

    /// The time of a call; `sample` tells the time of so many.
    static Timing time(const std::function<double(int)>& sample) {
        const auto began = std::chrono::steady_clock::now();
        for (int n = 1; since(began) < 0.03; n = std::min(2 * n, 64)) sample(n);
        int n_calls = 1;
        while (n_calls < 2048) {
            const double took = sample(n_calls);
            if (took >= 1e-3) break;
            n_calls = std::min(2048, int(n_calls * std::clamp(1.5e-3 / std::max(took, 1e-9), 2.0, 64.0)) + 1);
        }
        std::vector<double> seconds;
        const auto measured = std::chrono::steady_clock::now();
        while (seconds.size() < 3 || (seconds.size() < 31 && since(measured) < 0.25)) {
            seconds.push_back(sample(n_calls) / n_calls);
        }
        std::sort(seconds.begin(), seconds.end());
        const auto at = [&](size_t share) { return seconds[(seconds.size() - 1) * share / 10]; };
        return {at(5), at(1), at(9), n_calls, seconds.size()};
    }

    static double since(std::chrono::steady_clock::time_point began) {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    }

    double sample(const std::vector<Call>& calls, int n) {
        CHECK(cudaEventRecord(from_, cudaStreamPerThread));
        for (int i = 0; i < n; ++i) {
            calls[next_ % calls.size()]();
            ++next_;
        }
        CHECK(cudaEventRecord(to_, cudaStreamPerThread));
        CHECK(cudaEventSynchronize(to_));
        CHECK(cudaGetLastError());
        float milliseconds = 0;
        CHECK(cudaEventElapsedTime(&milliseconds, from_, to_));
        return milliseconds * 1e-3;
    }

    std::string only_;
    cudaEvent_t from_{}, to_{};
    size_t next_ = 0;
    std::vector<std::string> rows_;
};

/// Ends the program where a kernel of ours computes something else than it should.
inline void expect_close(const char* what, size_t at, double got, double expected, double tolerance) {
    if (std::abs(got - expected) <= tolerance) return;
    std::fprintf(stderr, "%s: element %zu is %.9g, and should be %.9g\n", what, at, got, expected);
    std::exit(1);
}
