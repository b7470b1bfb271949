# What CMake looks for where CMAKE_SYSTEM_NAME is WASI, as without wasi-sdk's toolchain file, which brings its own.
set(WASI 1)
