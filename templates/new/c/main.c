// A guest: computes 2 * x + y on the device that the host gives it, and prints the result.

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Named after the world in kernels/wgpuc.toml, as the types below are after its package and interface.
#include "guest.h"

enum { N = 3 };

typedef wasi_gpu_compute_gpu_error_t gpu_error;

static const char *const ERROR_NAMES[] = {
    [WASI_GPU_COMPUTE_GPU_ERROR_OUT_OF_MEMORY] = "out of memory",
    [WASI_GPU_COMPUTE_GPU_ERROR_INVALID_BUFFER] = "invalid buffer",
    [WASI_GPU_COMPUTE_GPU_ERROR_KERNEL_ERROR] = "kernel error",
    [WASI_GPU_COMPUTE_GPU_ERROR_DEVICE_UNAVAILABLE] = "device unavailable",
    [WASI_GPU_COMPUTE_GPU_ERROR_INVALID_PARAMS] = "invalid parameters",
};

/// Prints the error and frees it.
static int fail(const char *what, gpu_error *error) {
    fprintf(stderr, "%s: %s", what, ERROR_NAMES[error->tag]);
    // Two of the kinds carry a message; both have it at the same place.
    if (error->tag == WASI_GPU_COMPUTE_GPU_ERROR_KERNEL_ERROR ||
        error->tag == WASI_GPU_COMPUTE_GPU_ERROR_INVALID_PARAMS) {
        const guest_string_t *message = &error->val.kernel_error;
        fprintf(stderr, ": %.*s", (int)message->len, (const char *)message->ptr);
    }
    fputc('\n', stderr);
    wasi_gpu_compute_gpu_error_free(error);
    return EXIT_FAILURE;
}

/// A buffer on the device that holds `numbers`.
static bool upload(float *numbers, uint32_t *buffer, gpu_error *error) {
    const uint8_t usage = WASI_GPU_COMPUTE_BUFFER_USAGE_STORAGE | WASI_GPU_COMPUTE_BUFFER_USAGE_COPY_SRC |
                          WASI_GPU_COMPUTE_BUFFER_USAGE_COPY_DST;
    if (!wasi_gpu_compute_buffer_create(N * sizeof *numbers, usage, buffer, error)) return false;
    guest_list_u8_t bytes = {(uint8_t *)numbers, N * sizeof *numbers};
    return wasi_gpu_compute_buffer_write(*buffer, 0, &bytes, error);
}

int main(void) {
    float x[N] = {1.0f, 2.0f, 3.0f};
    float y[N] = {10.0f, 20.0f, 30.0f};
    float sums[N] = {0.0f};
    uint32_t left, right, output;
    gpu_error error;
    if (!upload(x, &left, &error) || !upload(y, &right, &error) || !upload(sums, &output, &error)) {
        return fail("upload", &error);
    }
    // Starts the work and does not wait for it; reading does.
    if (!local_{{c_name}}_kernels_scale_and_add(2.0f, left, right, output, &error)) {
        return fail("scale-and-add", &error);
    }
    guest_list_u8_t bytes;
    if (!wasi_gpu_compute_buffer_read(output, 0, sizeof sums, &bytes, &error)) return fail("read", &error);
    memcpy(sums, bytes.ptr, sizeof sums);
    guest_list_u8_free(&bytes);
    // The host frees the buffers of a guest that ends; wasi_gpu_compute_buffer_destroy does so earlier.
    for (int i = 0; i < N; i++) printf("%g\n", sums[i]);
    return EXIT_SUCCESS;
}
