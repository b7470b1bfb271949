// A table of numbers read from a CSV file.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace diabetes {

/// Rows of features, `[n_rows, n_features]` row-major, each with its label.
struct Table {
    std::vector<float> features;
    std::vector<float> labels;
    uint32_t n_features = 0;

    uint32_t n_rows() const { return static_cast<uint32_t>(labels.size()); }
    float feature(uint32_t row, uint32_t idx) const { return features[size_t{row} * n_features + idx]; }
};

/// The numbers of one line, or nothing where a field is not a finite number.
inline std::optional<std::vector<float>> parse_line(const std::string& line) {
    std::vector<float> numbers;
    const char* field = line.c_str();
    while (true) {
        char* end = nullptr;
        numbers.push_back(std::strtof(field, &end));
        if (end == field || !std::isfinite(numbers.back())) return std::nullopt;
        if (*end == '\0' || *end == '\r') return numbers;
        if (*end != ',') return std::nullopt;
        field = end + 1;
    }
}

/// All of a file, or nothing where it cannot be read.
inline std::optional<std::string> read_file(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (!file) return std::nullopt;
    std::string text;
    char chunk[4096];
    for (size_t n; (n = std::fread(chunk, 1, sizeof(chunk), file)) > 0;) text.append(chunk, n);
    const bool failed = std::ferror(file) != 0;
    std::fclose(file);
    if (failed) return std::nullopt;
    return text;
}

/// Reads a CSV file with one line of names, and the label in the last column.
/// Says on stderr what is wrong where it returns nothing.
inline std::optional<Table> load_table(const std::string& path) {
    const auto text = read_file(path);
    if (!text) {
        std::fprintf(stderr, "cannot read %s: was its folder given with `-d HOST::GUEST`?\n", path.c_str());
        return std::nullopt;
    }
    Table table;
    uint32_t line_number = 0;
    for (size_t start = 0, end; start < text->size(); start = end + 1) {
        end = std::min(text->find('\n', start), text->size());
        if (++line_number == 1) continue;
        const auto numbers = parse_line(text->substr(start, end - start));
        const auto n_features = numbers ? static_cast<uint32_t>(numbers->size() - 1) : 0;
        if (table.labels.empty()) table.n_features = n_features;
        if (n_features == 0 || n_features != table.n_features) {
            std::fprintf(stderr, "%s:%u: not a row of %u features and a label\n", path.c_str(), line_number,
                         table.n_features);
            return std::nullopt;
        }
        table.features.insert(table.features.end(), numbers->begin(), numbers->end() - 1);
        table.labels.push_back(numbers->back());
    }
    if (table.labels.empty()) {
        std::fprintf(stderr, "%s has no rows\n", path.c_str());
        return std::nullopt;
    }
    return table;
}

}  // namespace diabetes
