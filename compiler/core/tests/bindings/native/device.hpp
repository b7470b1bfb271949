// What the device in `device.cpp` has been asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace device {

/// Buffers that are not freed.
size_t live_buffers();

/// The calls so far, without those of `compute`: the op's name, then its values and ids.
std::vector<std::string>& calls();

/// The bytes of the largest transfer so far.
uint64_t largest_transfer();

}  // namespace device
