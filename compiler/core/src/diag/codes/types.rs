//! Types, names and constants in kernels (E02xx, E03xx).

super::codes! {
    UNKNOWN_NAME = "E0201", "unknown name";
    MISMATCHED = "E0202", "mismatched types";
    UNKNOWN_TYPE = "E0203", "unknown type";
    UNKNOWN_METHOD = "E0204", "unknown method";
    UNKNOWN_FIELD = "E0205", "unknown field";
    ARGUMENT_COUNT = "E0206", "wrong number of arguments";
    NOT_MUTABLE = "E0207", "not mutable";
    BAD_OPERAND = "E0208", "operator or function on a type that has none";
    BAD_CAST = "E0209", "conversion that does not exist";
    NOT_A_PLACE = "E0210", "not a place in memory";
    NOT_INDEXABLE = "E0211", "indexing something that has no elements";
    REFERENCE = "E0212", "reference missing or misplaced";
    NOT_EXHAUSTIVE = "E0213", "match that leaves values out";
    BAD_PATTERN = "E0214", "pattern that cannot match";
    MISPLACED = "E0215", "not here";
    BAD_GENERICS = "E0216", "wrong generic arguments";
    BAD_PARAMETER = "E0217", "parameter that a kernel cannot take";
    UNASSIGNED = "E0218", "variable read before it is assigned";
    ATOMIC = "E0219", "atomic and plain accesses mixed up";
    BAD_STRUCT = "E0220", "struct that cannot be laid out";
    UNUSED_VALUE = "E0221", "value that nothing uses";
    NOT_CONSTANT = "E0301", "not a constant";
    CONST_OVERFLOW = "E0302", "constant that overflows";
    LITERAL_RANGE = "E0303", "literal out of range";
    CONST_CYCLE = "E0304", "constant that needs itself";
    BAD_LENGTH = "E0305", "length or size out of range";
}
