// The C bindings of the standard kernels over buffers in this program's memory, so that the C++ header can be run, and
// its use of memory checked, without WebAssembly. The ops compute nothing.
#include "device.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>

#include "ml_compute.h"

namespace {

std::map<uint32_t, std::vector<uint8_t>> buffers;
uint32_t next_id = 1;
uint64_t largest = 0;

ml_compute_string_t copy(const std::string& text) {
    ml_compute_string_t out{static_cast<uint8_t*>(std::malloc(text.size())), text.size()};
    std::memcpy(out.ptr, text.data(), text.size());
    return out;
}

bool fail(uint8_t tag, const std::string& text, wasi_gpu_compute_gpu_error_t* error) {
    error->tag = tag;
    if (tag == WASI_GPU_COMPUTE_GPU_ERROR_KERNEL_ERROR) error->val.kernel_error = copy(text);
    if (tag == WASI_GPU_COMPUTE_GPU_ERROR_INVALID_PARAMS) error->val.invalid_params = copy(text);
    return false;
}

/// The bytes `offset .. offset + size` of a buffer, or null with the error filled in.
uint8_t* find(uint32_t id, uint64_t offset, uint64_t size, wasi_gpu_compute_gpu_error_t* error) {
    const auto found = buffers.find(id);
    if (found == buffers.end()) {
        fail(WASI_GPU_COMPUTE_GPU_ERROR_INVALID_BUFFER, "", error);
        return nullptr;
    }
    const uint64_t bytes = found->second.size();
    if (offset > bytes || size > bytes - offset) {
        fail(WASI_GPU_COMPUTE_GPU_ERROR_INVALID_PARAMS, "offset is " + std::to_string(offset), error);
        return nullptr;
    }
    return found->second.data() + offset;
}

}  // namespace

namespace device {

size_t live_buffers() { return buffers.size(); }

std::vector<std::string>& calls() {
    static std::vector<std::string> list;
    return list;
}

uint64_t largest_transfer() { return largest; }

}  // namespace device

extern "C" {

void wasi_gpu_compute_get_device_info(wasi_gpu_compute_device_info_t* ret) {
    *ret = {copy("an array"), copy("cpu"), uint64_t{1} << 32, false, copy("1.0")};
}

void wasi_gpu_compute_device_info_free(wasi_gpu_compute_device_info_t* ptr) {
    for (auto* text : {&ptr->name, &ptr->backend, &ptr->compute_capability}) std::free(text->ptr);
}

void wasi_gpu_compute_gpu_error_free(wasi_gpu_compute_gpu_error_t* ptr) {
    if (ptr->tag == WASI_GPU_COMPUTE_GPU_ERROR_KERNEL_ERROR) std::free(ptr->val.kernel_error.ptr);
    if (ptr->tag == WASI_GPU_COMPUTE_GPU_ERROR_INVALID_PARAMS) std::free(ptr->val.invalid_params.ptr);
}

void ml_compute_list_u8_free(ml_compute_list_u8_t* ptr) {
    if (ptr->len > 0) std::free(ptr->ptr);
}

bool wasi_gpu_compute_buffer_create(uint64_t size, wasi_gpu_compute_buffer_usage_t usage,
                                    wasi_gpu_compute_buffer_id_t* ret, wasi_gpu_compute_gpu_error_t* err) {
    if (size == 0 || (usage & WASI_GPU_COMPUTE_BUFFER_USAGE_STORAGE) == 0) {
        return fail(WASI_GPU_COMPUTE_GPU_ERROR_INVALID_PARAMS, "size is 0, but must be at least 1", err);
    }
    if (size > (uint64_t{1} << 30)) return fail(WASI_GPU_COMPUTE_GPU_ERROR_OUT_OF_MEMORY, "", err);
    buffers[next_id].resize(size);
    *ret = next_id++;
    return true;
}

bool wasi_gpu_compute_buffer_write(wasi_gpu_compute_buffer_id_t buffer, uint64_t offset, ml_compute_list_u8_t* data,
                                   wasi_gpu_compute_gpu_error_t* err) {
    uint8_t* place = find(buffer, offset, data->len, err);
    if (place == nullptr) return false;
    std::copy_n(data->ptr, data->len, place);
    largest = std::max<uint64_t>(largest, data->len);
    return true;
}

bool wasi_gpu_compute_buffer_read(wasi_gpu_compute_buffer_id_t buffer, uint64_t offset, uint32_t size,
                                  ml_compute_list_u8_t* ret, wasi_gpu_compute_gpu_error_t* err) {
    const uint8_t* place = find(buffer, offset, size, err);
    if (place == nullptr) return false;
    // a list of no bytes has a pointer that is not to be used: the canonical ABI's own
    *ret = {size == 0 ? reinterpret_cast<uint8_t*>(1) : static_cast<uint8_t*>(std::malloc(size)), size};
    std::copy_n(place, size, ret->ptr);
    largest = std::max<uint64_t>(largest, size);
    return true;
}

bool wasi_gpu_compute_buffer_copy(wasi_gpu_compute_buffer_id_t src, uint64_t src_offset,
                                  wasi_gpu_compute_buffer_id_t dst, uint64_t dst_offset, uint64_t size,
                                  wasi_gpu_compute_gpu_error_t* err) {
    const uint8_t* from = find(src, src_offset, size, err);
    if (from == nullptr) return false;
    uint8_t* to = find(dst, dst_offset, size, err);
    if (to == nullptr) return false;
    std::memmove(to, from, size);
    return true;
}

bool wasi_gpu_compute_buffer_destroy(wasi_gpu_compute_buffer_id_t buffer, wasi_gpu_compute_gpu_error_t* err) {
    return buffers.erase(buffer) == 1 || fail(WASI_GPU_COMPUTE_GPU_ERROR_INVALID_BUFFER, "", err);
}

void wasi_gpu_compute_sync(void) {}

bool wasi_gpu_ml_kernels_kernel_matmul(wasi_gpu_ml_kernels_matmul_params_t* params, wasi_gpu_ml_kernels_buffer_id_t a,
                                       wasi_gpu_ml_kernels_buffer_id_t b, wasi_gpu_ml_kernels_buffer_id_t c,
                                       wasi_gpu_ml_kernels_gpu_error_t* err) {
    std::string call = "matmul";
    for (uint32_t word : {params->m, params->k, params->n, uint32_t{params->trans_a}, uint32_t{params->trans_b},
                          uint32_t(params->alpha), uint32_t(params->beta), a, b, c}) {
        call += " " + std::to_string(word);
    }
    device::calls().push_back(call);
    if (params->m == 0) return fail(WASI_GPU_COMPUTE_GPU_ERROR_INVALID_PARAMS, "params.m is 0", err);
    return true;
}

bool wasi_gpu_ml_kernels_kernel_elementwise(wasi_gpu_ml_kernels_elementwise_params_t* params,
                                            wasi_gpu_ml_kernels_buffer_id_t input_a,
                                            wasi_gpu_ml_kernels_buffer_id_t* maybe_input_b,
                                            wasi_gpu_ml_kernels_buffer_id_t output, wasi_gpu_ml_kernels_gpu_error_t*) {
    const std::string second = maybe_input_b == nullptr ? "none" : std::to_string(*maybe_input_b);
    device::calls().push_back("elementwise " + std::to_string(params->n_elements) + " " + std::to_string(params->op) +
                              " " + std::to_string(input_a) + " " + second + " " + std::to_string(output));
    return true;
}

bool wasi_gpu_ml_kernels_kernel_bootstrap_sample(wasi_gpu_ml_kernels_bootstrap_params_t*,
                                                 wasi_gpu_ml_kernels_buffer_id_t,
                                                 wasi_gpu_ml_kernels_gpu_error_t* err) {
    return fail(WASI_GPU_COMPUTE_GPU_ERROR_KERNEL_ERROR, "it broke", err);
}

}  // extern "C"
