//! Syntax (E01xx).

super::codes! {
    UNSUPPORTED = "E0101", "not part of the kernel language";
}
