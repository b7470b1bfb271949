//! Ops and plans (E04xx).

super::codes! {
    UNKNOWN_KERNEL = "E0401", "unknown kernel";
}
