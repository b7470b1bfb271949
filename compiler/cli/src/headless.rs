//! Without a display, Mesa's layer that orders devices by it complains for each of them on standard error, as if the
//! command had failed.
#![expect(unsafe_code, reason = "whether a layer is loaded is said by the process's environment alone")]

/// Leaves that layer out where there is no display that it could ask. To be called before there is a second thread.
pub(crate) fn leave_out_display_layer() {
    let asked = ["XDG_RUNTIME_DIR", "WAYLAND_DISPLAY", "DISPLAY", "MESA_VK_DEVICE_SELECT", "NODEVICE_SELECT"];
    if asked.into_iter().all(|name| std::env::var_os(name).is_none()) {
        // SAFETY: `main` does this first, and no other thread reads or writes the environment.
        unsafe { std::env::set_var("NODEVICE_SELECT", "1") };
    }
}
