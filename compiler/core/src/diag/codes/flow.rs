//! Control flow, limits and targets (E05xx, E06xx).

super::codes! {
    DIVERGENT_BARRIER = "E0501", "barrier in divergent control flow";
    SHARED_RACE = "E0502", "race on workgroup memory";
    UNBOUNDED_LOOP = "E0503", "loop without a bound";
    RECURSION = "E0504", "recursion";
    SHARED_TOO_LARGE = "E0601", "too much workgroup memory";
    WORKGROUP_TOO_LARGE = "E0602", "workgroup too large";
    TOO_MANY_BUFFERS = "E0603", "too many buffers";
    TARGET_LACKS = "E0604", "not available on a target";
    KERNEL_TOO_LARGE = "E0605", "kernel too large";
    INTERNAL = "E0699", "error of the compiler";
}
