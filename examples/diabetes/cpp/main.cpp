// Trains a random forest on the diabetes data and predicts the test rows, with all sampling, scoring and prediction
// done by kernels of the host.
//
//     diabetes [--seed N] [--trees N] [--digest] [--dump FILE] [DATA-FOLDER]

#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "forest.hpp"
#include "scorer.hpp"
#include "table.hpp"
#include "wasi_gpu.hpp"

namespace {

using namespace diabetes;

struct Options {
    std::string folder = "/data";
    std::string dump;
    uint32_t seed = 0;
    uint32_t n_trees = 200;
    bool digest = false;
};

std::optional<uint32_t> parse_number(const char* text) {
    char* end = nullptr;
    const unsigned long long number = std::strtoull(text, &end, 10);
    if (end == text || *end != '\0' || *text == '-' || number > UINT32_MAX) return std::nullopt;
    return static_cast<uint32_t>(number);
}

std::optional<Options> parse_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string arg = argv[i];
        const char* value = i + 1 < argc ? argv[i + 1] : "";
        if (arg == "--digest") {
            options.digest = true;
        } else if (arg == "--dump" && *value != '\0') {
            options.dump = argv[++i];
        } else if ((arg == "--seed" || arg == "--trees") && parse_number(value)) {
            (arg == "--seed" ? options.seed : options.n_trees) = *parse_number(argv[++i]);
        } else if (arg.rfind("--", 0) != 0) {
            options.folder = arg;
        } else {
            return std::nullopt;
        }
    }
    if (options.n_trees == 0) return std::nullopt;
    return options;
}

/// The bytes that two runs must agree on: the packed forest, then the predictions.
std::vector<uint8_t> result_bytes(const Forest& forest, const HostArray<float>& predictions) {
    std::vector<uint8_t> bytes;
    auto append = [&](const auto& values) {
        const auto* first = reinterpret_cast<const uint8_t*>(values.data());
        bytes.insert(bytes.end(), first, first + values.size() * sizeof(values[0]));
    };
    append(forest.nodes);
    append(forest.offsets);
    append(predictions);
    return bytes;
}

/// FNV-1a, 64 bits.
uint64_t digest(const std::vector<uint8_t>& bytes) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3u;
    return hash;
}

double mean_squared_error(const HostArray<float>& predictions, const std::vector<float>& labels) {
    double sum = 0.0;
    for (size_t i = 0; i < labels.size(); ++i) {
        const double error = double{predictions[i]} - double{labels[i]};
        sum += error * error;
    }
    return sum / static_cast<double>(labels.size());
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void print_device() {
    const auto device = wasi_gpu::Device::info();
    std::printf("device: %s (%s, %s)\n", device.name.c_str(), device.backend.c_str(),
                device.is_hardware ? "hardware" : "software");
}

/// Writes what `--digest` and `--dump` ask for; false where the file cannot be written.
bool report_bytes(const Options& options, const Forest& forest, const HostArray<float>& predictions) {
    const auto bytes = result_bytes(forest, predictions);
    if (options.digest) std::printf("digest: %016" PRIx64 "\n", digest(bytes));
    if (options.dump.empty()) return true;
    std::FILE* file = std::fopen(options.dump.c_str(), "wb");
    const bool written = file && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    const bool closed = file && std::fclose(file) == 0;
    if (!written || !closed) std::fprintf(stderr, "cannot write %s\n", options.dump.c_str());
    return written && closed;
}

int fail(const wasi_gpu::Error& error) {
    std::fprintf(stderr, "%s\n", error.message().c_str());
    return EXIT_FAILURE;
}

int run(const Options& options, const Table& train, const Table& test) {
    print_device();
    auto scorer = Scorer::create(train);
    if (!scorer.ok()) return fail(scorer.error());

    auto start = std::chrono::steady_clock::now();
    auto forest = Grower(train, scorer.value(), options.n_trees, options.seed).grow();
    if (!forest.ok()) return fail(forest.error());
    std::printf("training: %u trees, %zu nodes in %.3f s\n", options.n_trees, forest.value().nodes.size(),
                seconds_since(start));

    start = std::chrono::steady_clock::now();
    auto predictions = predict(forest.value(), test);
    if (!predictions.ok()) return fail(predictions.error());
    std::printf("prediction: %u rows in %.3f ms\n", test.n_rows(), seconds_since(start) * 1e3);

    std::printf("mean squared error: %.2f\n", mean_squared_error(predictions.value(), test.labels));
    return report_bytes(options, forest.value(), predictions.value()) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = parse_options(argc, argv);
    if (!options) {
        std::fprintf(stderr, "usage: diabetes [--seed N] [--trees N] [--digest] [--dump FILE] [DATA-FOLDER]\n");
        return 2;
    }
    const auto train = load_table(options->folder + "/diabetes_train.csv");
    const auto test = load_table(options->folder + "/diabetes_test.csv");
    if (!train || !test) return EXIT_FAILURE;
    if (train->n_features != test->n_features) {
        std::fprintf(stderr, "the two files differ in their columns\n");
        return EXIT_FAILURE;
    }
    return run(*options, *train, *test);
}
