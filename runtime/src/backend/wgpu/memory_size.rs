//! What only the API below wgpu tells: a device's memory, and the API's version.
//!
//! It opens and changes nothing. In: an adapter. Out: bytes and a version, where they can be had.
#![allow(unsafe_code, reason = "wgpu's way to the API below it is unsafe")]

/// The bytes of the device's own memory, and the API's version: `1.3.289`.
#[cfg(not(any(target_vendor = "apple", target_family = "wasm")))]
pub(super) fn of(adapter: &wgpu::Adapter) -> (Option<u64>, Option<String>) {
    // SAFETY: the adapter is only asked for its properties, and nothing of it is destroyed or kept.
    let Some(vulkan) = (unsafe { adapter.as_hal::<wgpu::hal::api::Vulkan>() }) else { return (None, None) };
    let instance = vulkan.shared_instance().raw_instance();
    let physical = vulkan.raw_physical_device();
    // SAFETY: `physical` was enumerated from this instance, which the adapter keeps alive.
    let (memory, properties) = unsafe {
        (instance.get_physical_device_memory_properties(physical), instance.get_physical_device_properties(physical))
    };
    let heaps = memory.memory_heaps.iter().take(memory.memory_heap_count as usize);
    // Bit 0 of a heap's flags is VK_MEMORY_HEAP_DEVICE_LOCAL_BIT.
    let local: u64 = heaps.filter(|heap| heap.flags.as_raw() & 1 == 1).map(|heap| heap.size).sum();
    let v = properties.api_version;
    let version = format!("{}.{}.{}", v >> 22 & 0x7f, v >> 12 & 0x3ff, v & 0xfff);
    ((local > 0).then_some(local), Some(version))
}

/// The bytes of the device's own memory, and the API's version: not to be had here.
#[cfg(any(target_vendor = "apple", target_family = "wasm"))]
pub(super) fn of(_: &wgpu::Adapter) -> (Option<u64>, Option<String>) {
    (None, None)
}
