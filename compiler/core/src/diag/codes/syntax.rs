//! Syntax (E01xx).

super::codes! {
    UNSUPPORTED = "E0101", "not part of the kernel language";
    SYNTAX = "E0102", "syntax error";
    UNKNOWN_ATTRIBUTE = "E0103", "unknown attribute";
    BAD_ATTRIBUTE = "E0104", "malformed or misplaced attribute";
    BAD_MACRO = "E0105", "unknown or malformed macro";
    BAD_LITERAL = "E0106", "literal that no type holds";
    TOO_DEEP = "E0107", "nested too deeply";
    UNKNOWN_FEATURE = "E0108", "unknown feature";
}
