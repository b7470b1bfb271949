//! The package (E07xx).

super::codes! {
    NO_FILES = "E0701", "no kernel files";
    NOT_UTF8 = "E0702", "not UTF-8";
    BAD_CONFIG = "E0703", "wrong wgpuc.toml";
    BAD_NAME = "E0704", "wrong name of the package";
    NO_SUCH_FILE = "E0705", "no such file";
    NOT_NAMED = "E0706", "file that lib.rs does not name";
    DEFINED_TWICE = "E0707", "defined twice";
    BINDINGS_REFUSED = "E0708", "bindings refused";
    BAD_CASES = "E0709", "wrong case file";
}
