//! Ops and plans (E04xx).

super::codes! {
    UNKNOWN_KERNEL = "E0401", "unknown kernel";
    LAUNCH_ARGS = "E0402", "wrong number of arguments of a launch";
    LAUNCH_TYPE = "E0403", "argument of a launch of the wrong type";
    LAUNCH_GENERICS = "E0404", "generic argument that cannot be bound";
    OP_TYPE = "E0405", "wrong type in an op";
    OP_NAME = "E0406", "unknown name in an op";
    NOT_IN_OP = "E0407", "not available in an op";
    SCRATCH = "E0408", "misuse of a temporary buffer";
    NO_LAUNCH = "E0409", "op that launches nothing";
    SIGNATURE = "E0410", "type that a signature cannot have";
    WIT_NAME = "E0411", "name that WIT refuses";
    DUPLICATE = "E0412", "two things of one name";
    MATCH = "E0413", "match that does not cover all values";
    TOO_MANY_INSTANCES = "E0414", "too many instances";
    ALIAS = "E0415", "buffers that cannot be the same";
    ROUTINE = "E0416", "routine that does not fit";
}
