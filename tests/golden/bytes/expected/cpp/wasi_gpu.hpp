// The C++17 face of `wasi:gpu`: buffers that free themselves, and one function for each op.
//
// A call that can fail returns a `Result`; nothing throws. All calls are in order, and those that start work on the
// device do not wait for it: what only the device can notice becomes the error of a later `download`.
//
// Compile and link with the C bindings: `kernels_guest.h`, `kernels_guest.c` and `kernels_guest_component_type.o`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "kernels_guest.h"

namespace wasi_gpu {

/// Why a call failed.
enum class ErrorKind : uint8_t {
    /// The device, or this guest's quota, has no room.
    out_of_memory = WASI_GPU_COMPUTE_GPU_ERROR_OUT_OF_MEMORY,
    /// No live buffer of this guest has that id.
    invalid_buffer = WASI_GPU_COMPUTE_GPU_ERROR_INVALID_BUFFER,
    /// A kernel failed on the device; the message says which, and why.
    kernel_error = WASI_GPU_COMPUTE_GPU_ERROR_KERNEL_ERROR,
    /// There is no device, or it was lost.
    device_unavailable = WASI_GPU_COMPUTE_GPU_ERROR_DEVICE_UNAVAILABLE,
    /// An argument is out of range; the message says which, with the value and the bound.
    invalid_params = WASI_GPU_COMPUTE_GPU_ERROR_INVALID_PARAMS,
};

namespace detail {

inline std::string copy_string(const kernels_guest_string_t& text) {
    return text.len == 0 ? std::string() : std::string(reinterpret_cast<const char*>(text.ptr), text.len);
}

inline const char* describe(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::out_of_memory: return "out of memory";
        case ErrorKind::invalid_buffer: return "invalid buffer";
        case ErrorKind::kernel_error: return "kernel error";
        case ErrorKind::device_unavailable: return "device unavailable";
        case ErrorKind::invalid_params: return "invalid parameters";
    }
    return "unknown error";
}

}  // namespace detail

/// Why a call failed, in words too.
class Error {
public:
    /// An error of this program's own.
    explicit Error(ErrorKind kind, std::string details = {}) : kind_(kind), details_(std::move(details)) {}

    /// Takes over an error of the C bindings.
    static Error take(wasi_gpu_compute_gpu_error_t& raw) {
        Error error(static_cast<ErrorKind>(raw.tag));
        if (error.kind_ == ErrorKind::kernel_error) error.details_ = detail::copy_string(raw.val.kernel_error);
        if (error.kind_ == ErrorKind::invalid_params) error.details_ = detail::copy_string(raw.val.invalid_params);
        wasi_gpu_compute_gpu_error_free(&raw);
        return error;
    }

    ErrorKind kind() const noexcept { return kind_; }

    /// The whole story in a line: `invalid parameters: kernel-reduce: params.n-elements is 0, but must be above 0`.
    std::string message() const {
        const std::string text = detail::describe(kind_);
        return details_.empty() ? text : text + ": " + details_;
    }

    /// What the host said beside the kind; may be empty.
    const std::string& details() const noexcept { return details_; }

private:
    ErrorKind kind_;
    std::string details_;
};

namespace detail {

/// Ends the program, because it asked a result for what it does not hold.
[[noreturn]] inline void fail_access(const std::string& what) {
    std::fprintf(stderr, "wasi_gpu: %s\n", what.c_str());
    std::abort();
}

}  // namespace detail

/// A value, or why there is none. `value()` of an error ends the program, so ask `ok()` first.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T&& value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(const T& value) : state_(std::in_place_index<0>, value) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    T& value() & { return *checked(std::get_if<0>(&state_)); }
    const T& value() const& { return *checked(std::get_if<0>(&state_)); }
    T value() && { return std::move(*checked(std::get_if<0>(&state_))); }

    const Error& error() const {
        const Error* error = std::get_if<1>(&state_);
        if (error == nullptr) detail::fail_access("error() of a result that holds a value");
        return *error;
    }

private:
    template <class P>
    P* checked(P* value) const {
        if (value == nullptr) detail::fail_access("value() of an error: " + error().message());
        return value;
    }

    std::variant<T, Error> state_;
};

/// Success, or why not.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    bool ok() const noexcept { return !error_.has_value(); }
    explicit operator bool() const noexcept { return ok(); }

    const Error& error() const {
        if (ok()) detail::fail_access("error() of a result without one");
        return *error_;
    }

private:
    std::optional<Error> error_;
};

/// The device that serves this guest.
struct DeviceInfo {
    /// The device's own name, for example "NVIDIA H200".
    std::string name;
    /// "cuda", "vulkan", "metal", "dx12", "gl", "webgpu" or "cpu".
    std::string backend;
    /// Device memory, in bytes.
    uint64_t total_memory = 0;
    /// False for a software implementation.
    bool is_hardware = false;
    /// CUDA compute capability ("9.0"), or the API's version.
    std::string compute_capability;
};

/// The device that serves this guest. There is one, so there is nothing to construct.
class Device {
public:
    Device() = delete;

    static DeviceInfo info() {
        wasi_gpu_compute_device_info_t raw;
        wasi_gpu_compute_get_device_info(&raw);
        DeviceInfo info{detail::copy_string(raw.name), detail::copy_string(raw.backend), raw.total_memory,
                        raw.is_hardware, detail::copy_string(raw.compute_capability)};
        wasi_gpu_compute_device_info_free(&raw);
        return info;
    }

    /// Returns when all earlier work has finished. What went wrong in it is told by the next `download`.
    static void sync() { wasi_gpu_compute_sync(); }
};

/// The bits of an IEEE 754 half-precision number.
struct Float16 {
    uint16_t bits;
};

/// The bits of a bfloat16: the upper half of a float's.
struct BFloat16 {
    uint16_t bits;
};

/// What a buffer is meant for. Kernels bind buffers that carry `storage`; the rest are hints.
enum class Usage : uint8_t {
    map_read = WASI_GPU_COMPUTE_BUFFER_USAGE_MAP_READ,
    map_write = WASI_GPU_COMPUTE_BUFFER_USAGE_MAP_WRITE,
    copy_src = WASI_GPU_COMPUTE_BUFFER_USAGE_COPY_SRC,
    copy_dst = WASI_GPU_COMPUTE_BUFFER_USAGE_COPY_DST,
    uniform = WASI_GPU_COMPUTE_BUFFER_USAGE_UNIFORM,
    storage = WASI_GPU_COMPUTE_BUFFER_USAGE_STORAGE,
};

constexpr Usage operator|(Usage a, Usage b) {
    return static_cast<Usage>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

/// What a buffer needs to be bound by kernels, uploaded to, downloaded from and copied.
constexpr Usage kDefaultUsage = Usage::storage | Usage::copy_src | Usage::copy_dst;

namespace detail {

/// The bytes of one call: larger transfers are cut, to bound the guest memory that they take on their way.
constexpr uint64_t kChunkBytes = uint64_t{1} << 26;

/// `n` elements in bytes, or nothing where 64 bits do not hold that.
inline std::optional<uint64_t> to_bytes(uint64_t n, size_t elem_bytes) {
    if (n > UINT64_MAX / elem_bytes) return std::nullopt;
    return n * elem_bytes;
}

inline Error too_many(const char* what, uint64_t n, size_t elem_bytes, uint64_t max_bytes = UINT64_MAX) {
    return Error(ErrorKind::invalid_params, std::string(what) + " is " + std::to_string(n) + ", but must be at most " +
                                                std::to_string(max_bytes / elem_bytes));
}

inline Result<void> write(uint32_t id, uint64_t offset, const void* data, uint64_t size) {
    const auto* next = static_cast<const uint8_t*>(data);
    do {
        const uint64_t part = size < kChunkBytes ? size : kChunkBytes;
        // the bindings want a pointer to bytes that may change, but do not change them
        kernels_guest_list_u8_t list{const_cast<uint8_t*>(next), static_cast<size_t>(part)};
        wasi_gpu_compute_gpu_error_t error;
        if (!wasi_gpu_compute_buffer_write(id, offset, &list, &error)) return Error::take(error);
        next += part;
        offset += part;
        size -= part;
    } while (size != 0);
    return {};
}

inline Result<void> read(uint32_t id, uint64_t offset, void* data, uint64_t size) {
    auto* next = static_cast<uint8_t*>(data);
    do {
        const uint64_t part = size < kChunkBytes ? size : kChunkBytes;
        kernels_guest_list_u8_t list;
        wasi_gpu_compute_gpu_error_t error;
        if (!wasi_gpu_compute_buffer_read(id, offset, static_cast<uint32_t>(part), &list, &error)) {
            return Error::take(error);
        }
        if (part != 0) std::memcpy(next, list.ptr, static_cast<size_t>(part));
        kernels_guest_list_u8_free(&list);
        next += part;
        offset += part;
        size -= part;
    } while (size != 0);
    return {};
}

}  // namespace detail

/// Elements in this guest's own memory: what a download returns, as it came from the host, without a copy.
template <class T>
class HostArray {
    static_assert(std::is_trivially_copyable_v<T>, "a device holds plain bytes");

public:
    using value_type = T;

    HostArray() = default;
    HostArray(HostArray&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    HostArray& operator=(HostArray&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    HostArray(const HostArray&) = delete;
    HostArray& operator=(const HostArray&) = delete;
    ~HostArray() { std::free(data_); }

    T* data() noexcept { return data_; }
    const T* data() const noexcept { return data_; }
    size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    T* begin() noexcept { return data_; }
    const T* begin() const noexcept { return data_; }
    T* end() noexcept { return data_ + size_; }
    const T* end() const noexcept { return data_ + size_; }
    T& operator[](size_t idx) { return data_[idx]; }
    const T& operator[](size_t idx) const { return data_[idx]; }

    std::vector<T> to_vector() const { return std::vector<T>(begin(), end()); }

private:
    template <class>
    friend class Buffer;

    T* data_ = nullptr;
    size_t size_ = 0;
};

/// An array on the device, freed with this object. An empty one, as `Buffer<T>()` makes it, has no id.
///
/// Positions and lengths are in elements.
template <class T>
class Buffer {
    static_assert(std::is_trivially_copyable_v<T>, "a device holds plain bytes");
    static_assert(alignof(T) <= alignof(std::max_align_t), "downloads are aligned as malloc aligns");
    static_assert(!std::is_same_v<T, bool>, "a bool has no fixed layout on a device; use uint32_t");

public:
    using value_type = T;

    Buffer() = default;
    Buffer(Buffer&& other) noexcept : id_(std::exchange(other.id_, 0)), size_(std::exchange(other.size_, 0)) {}
    Buffer& operator=(Buffer&& other) noexcept {
        std::swap(id_, other.id_);
        std::swap(size_, other.size_);
        return *this;
    }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { reset(); }

    /// A new buffer of `n` elements, all zero.
    static Result<Buffer> create(uint64_t n, Usage usage = kDefaultUsage) {
        const auto bytes = detail::to_bytes(n, sizeof(T));
        if (!bytes) return detail::too_many("n", n, sizeof(T));
        Buffer buffer;
        wasi_gpu_compute_gpu_error_t error;
        const auto flags = static_cast<wasi_gpu_compute_buffer_usage_t>(usage);
        if (!wasi_gpu_compute_buffer_create(*bytes, flags, &buffer.id_, &error)) return Error::take(error);
        buffer.size_ = n;
        return Result<Buffer>(std::move(buffer));
    }

    /// A new buffer that holds what an array, a vector or the like does.
    template <class Container>
    static Result<Buffer> from(const Container& values, Usage usage = kDefaultUsage) {
        auto buffer = create(values.size(), usage);
        if (!buffer.ok()) return buffer;
        if (auto done = buffer.value().upload(values); !done.ok()) return done.error();
        return buffer;
    }

    /// Writes `n` elements from element `at`.
    Result<void> upload(const T* values, size_t n, uint64_t at = 0) {
        const auto offset = detail::to_bytes(at, sizeof(T));
        if (!offset) return detail::too_many("at", at, sizeof(T));
        return detail::write(id_, *offset, values, uint64_t{n} * sizeof(T));
    }

    /// Writes all of an array, a vector or the like from element `at`.
    template <class Container, class = decltype(std::declval<const Container&>().data())>
    Result<void> upload(const Container& values, uint64_t at = 0) {
        static_assert(std::is_same_v<std::decay_t<decltype(*values.data())>, T>, "the elements differ in their type");
        return upload(values.data(), values.size(), at);
    }

    /// Reads all of it, after all earlier work.
    Result<HostArray<T>> download() const { return download(0, size_); }

    /// Reads `n` elements from element `first`, after all earlier work.
    Result<HostArray<T>> download(uint64_t first, uint64_t n) const {
        const auto bytes = detail::to_bytes(n, sizeof(T));
        if (!bytes || *bytes > SIZE_MAX) return detail::too_many("n", n, sizeof(T), SIZE_MAX);
        const auto offset = detail::to_bytes(first, sizeof(T));
        if (!offset) return detail::too_many("first", first, sizeof(T));
        HostArray<T> array;
        array.size_ = static_cast<size_t>(n);
        if (*bytes > detail::kChunkBytes) {
            array.data_ = static_cast<T*>(std::malloc(static_cast<size_t>(*bytes)));
            if (array.data_ == nullptr) return no_room(*bytes);
            if (auto done = detail::read(id_, *offset, array.data_, *bytes); !done.ok()) return done.error();
            return Result<HostArray<T>>(std::move(array));
        }
        kernels_guest_list_u8_t list;
        wasi_gpu_compute_gpu_error_t error;
        if (!wasi_gpu_compute_buffer_read(id_, *offset, static_cast<uint32_t>(*bytes), &list, &error)) {
            return Error::take(error);
        }
        if (n != 0) array.data_ = reinterpret_cast<T*>(list.ptr);
        return Result<HostArray<T>>(std::move(array));
    }

    /// Reads `n` elements from element `at` into memory that is there already, after all earlier work.
    Result<void> download_into(T* values, size_t n, uint64_t at = 0) const {
        const auto offset = detail::to_bytes(at, sizeof(T));
        if (!offset) return detail::too_many("at", at, sizeof(T));
        return detail::read(id_, *offset, values, uint64_t{n} * sizeof(T));
    }

    /// Copies `n` elements of `src` from `src_at` to `dst_at` here, on the device; both may be one buffer.
    Result<void> copy_from(const Buffer& src, uint64_t src_at, uint64_t dst_at, uint64_t n) {
        const auto from = detail::to_bytes(src_at, sizeof(T));
        if (!from) return detail::too_many("src_at", src_at, sizeof(T));
        const auto to = detail::to_bytes(dst_at, sizeof(T));
        if (!to) return detail::too_many("dst_at", dst_at, sizeof(T));
        const auto bytes = detail::to_bytes(n, sizeof(T));
        if (!bytes) return detail::too_many("n", n, sizeof(T));
        wasi_gpu_compute_gpu_error_t error;
        if (!wasi_gpu_compute_buffer_copy(src.id_, *from, id_, *to, *bytes, &error)) return Error::take(error);
        return {};
    }

    /// Frees the array now.
    void reset() noexcept {
        const uint32_t id = std::exchange(id_, 0);
        size_ = 0;
        wasi_gpu_compute_gpu_error_t error;
        // an id that this class holds is live until here, so an error can only say that the device is gone
        if (id != 0 && !wasi_gpu_compute_buffer_destroy(id, &error)) wasi_gpu_compute_gpu_error_free(&error);
    }

    uint64_t size() const noexcept { return size_; }
    uint64_t bytes() const noexcept { return size_ * sizeof(T); }
    bool empty() const noexcept { return size_ == 0; }
    /// Its name in the C bindings; 0 if this is empty.
    uint32_t id() const noexcept { return id_; }

private:
    static Error no_room(uint64_t bytes) {
        return Error(ErrorKind::out_of_memory, "this guest has no room for " + std::to_string(bytes) + " bytes");
    }

    uint32_t id_ = 0;
    uint64_t size_ = 0;
};

/// Adds to bytes, which share words, and scales halves, four at a time.
inline Result<void> brighten(int32_t by, float scale, Buffer<uint8_t>& pixels, Buffer<BFloat16>& gains) {
    wasi_gpu_compute_gpu_error_t error_;
    const bool done_ = local_kernels_kernels_brighten(by, scale, pixels.id(), gains.id(), &error_);
    if (!done_) return Error::take(error_);
    return {};
}

}  // namespace wasi_gpu
