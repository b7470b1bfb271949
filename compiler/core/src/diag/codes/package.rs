//! The package (E07xx).

super::codes! {
    NO_FILES = "E0701", "no kernel files";
}
