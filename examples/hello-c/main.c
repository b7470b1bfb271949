// The smallest guest in C: asks for the device, then doubles four numbers on it, through the C bindings alone.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ml_compute.h"

enum { N_NUMBERS = 4 };

static const char *describe(const wasi_gpu_compute_gpu_error_t *error, size_t *length) {
    static const char *const names[] = {"out of memory", "invalid buffer", "kernel error", "device unavailable",
                                        "invalid parameters"};
    if (error->tag == WASI_GPU_COMPUTE_GPU_ERROR_KERNEL_ERROR ||
        error->tag == WASI_GPU_COMPUTE_GPU_ERROR_INVALID_PARAMS) {
        *length = error->val.kernel_error.len;
        return (const char *)error->val.kernel_error.ptr;
    }
    *length = strlen(names[error->tag]);
    return names[error->tag];
}

static int fail(const char *what, wasi_gpu_compute_gpu_error_t *error) {
    size_t length;
    const char *text = describe(error, &length);
    fprintf(stderr, "%s: %.*s\n", what, (int)length, text);
    wasi_gpu_compute_gpu_error_free(error);
    return EXIT_FAILURE;
}

static void print_device(void) {
    wasi_gpu_compute_device_info_t device;
    wasi_gpu_compute_get_device_info(&device);
    printf("device: %.*s (%.*s)\n", (int)device.name.len, (const char *)device.name.ptr, (int)device.backend.len,
           (const char *)device.backend.ptr);
    wasi_gpu_compute_device_info_free(&device);
}

int main(void) {
    print_device();

    wasi_gpu_compute_gpu_error_t error;
    uint32_t buffer;
    float numbers[N_NUMBERS] = {1.0f, 2.0f, 3.0f, 4.0f};
    const uint8_t usage = WASI_GPU_COMPUTE_BUFFER_USAGE_STORAGE | WASI_GPU_COMPUTE_BUFFER_USAGE_COPY_SRC |
                          WASI_GPU_COMPUTE_BUFFER_USAGE_COPY_DST;
    if (!wasi_gpu_compute_buffer_create(sizeof(numbers), usage, &buffer, &error)) return fail("create", &error);

    ml_compute_list_u8_t bytes = {(uint8_t *)numbers, sizeof(numbers)};
    if (!wasi_gpu_compute_buffer_write(buffer, 0, &bytes, &error)) return fail("write", &error);

    // elementwise may read and write one and the same buffer
    wasi_gpu_ml_kernels_elementwise_params_t params = {N_NUMBERS, WASI_GPU_ML_KERNELS_ELEMENTWISE_OP_ADD};
    if (!wasi_gpu_ml_kernels_kernel_elementwise(&params, buffer, &buffer, buffer, &error)) return fail("add", &error);

    ml_compute_list_u8_t read;
    if (!wasi_gpu_compute_buffer_read(buffer, 0, sizeof(numbers), &read, &error)) return fail("read", &error);
    memcpy(numbers, read.ptr, sizeof(numbers));
    ml_compute_list_u8_free(&read);
    if (!wasi_gpu_compute_buffer_destroy(buffer, &error)) return fail("destroy", &error);

    printf("doubled: %g %g %g %g\n", numbers[0], numbers[1], numbers[2], numbers[3]);
    return EXIT_SUCCESS;
}
