//! Control flow, limits and targets (E05xx, E06xx).

super::codes! {
    DIVERGENT_BARRIER = "E0501", "barrier in divergent control flow";
}
