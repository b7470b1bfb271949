// cuBLAS and cuRAND, looked for when the program runs: a machine with nvcc need not have them, nor their headers.
#pragma once

#include <dlfcn.h>

#include "measure.cuh"

/// A shared library by one of its names, from the usual places and LD_LIBRARY_PATH; null where there is none.
inline void* open_library(std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (void* library = dlopen(name, RTLD_NOW | RTLD_GLOBAL)) return library;
    }
    return nullptr;
}

template <class F>
void find_function(void* library, const char* name, F& function) {
    function = library == nullptr ? nullptr : reinterpret_cast<F>(dlsym(library, name));
}

inline void expect_ok(int status, const char* what) {
    if (status == 0) return;
    std::fprintf(stderr, "%s failed with status %d\n", what, status);
    std::exit(1);
}

class Cublas {
public:
    Cublas() {
        void* library = open_library({"libcublas.so.13", "libcublas.so.12", "libcublas.so"});
        int (*create)(void**) = nullptr;
        find_function(library, "cublasCreate_v2", create);
        find_function(library, "cublasSgemm_v2", sgemm_);
        int (*set_stream)(void*, cudaStream_t) = nullptr;
        find_function(library, "cublasSetStream_v2", set_stream);
        if (create == nullptr || sgemm_ == nullptr || set_stream == nullptr) return;
        expect_ok(create(&handle_), "cublasCreate");
        expect_ok(set_stream(handle_, cudaStreamPerThread), "cublasSetStream");
    }

    bool is_here() const { return handle_ != nullptr; }

    /// c = a b, row-major. f32 all the way, as wgpuc computes: TF32 and emulation are only on request.
    void multiply(int m, int n, int k, const float* a, const float* b, float* c) const {
        const float one = 1.0f, zero = 0.0f;
        // It thinks in columns: the transposed product of the matrices as they lie.
        expect_ok(sgemm_(handle_, 0, 0, n, m, k, &one, b, n, a, k, &zero, c, n), "cublasSgemm");
    }

private:
    void* handle_ = nullptr;
    int (*sgemm_)(void*, int, int, int, int, int, const float*, const float*, int, const float*, int, const float*,
                  float*, int) = nullptr;
};

class Curand {
public:
    Curand() {
        constexpr int kPhilox = 161;
        void* library = open_library({"libcurand.so.10", "libcurand.so"});
        int (*create)(void**, int) = nullptr;
        find_function(library, "curandCreateGenerator", create);
        find_function(library, "curandGenerate", generate_);
        int (*set_stream)(void*, cudaStream_t) = nullptr;
        find_function(library, "curandSetStream", set_stream);
        if (create == nullptr || generate_ == nullptr || set_stream == nullptr) return;
        expect_ok(create(&generator_, kPhilox), "curandCreateGenerator");
        expect_ok(set_stream(generator_, cudaStreamPerThread), "curandSetStream");
    }

    bool is_here() const { return generator_ != nullptr; }

    /// Random words by Philox4x32-10.
    void fill(uint32_t* out, size_t n) const { expect_ok(generate_(generator_, out, n), "curandGenerate"); }

private:
    void* generator_ = nullptr;
    int (*generate_)(void*, unsigned*, size_t) = nullptr;
};
