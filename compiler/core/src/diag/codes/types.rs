//! Types, names and constants in kernels (E02xx, E03xx).

super::codes! {
    UNKNOWN_NAME = "E0201", "unknown name";
}
