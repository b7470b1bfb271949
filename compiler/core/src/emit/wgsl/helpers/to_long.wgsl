// Truncates and saturates; NaN gives 0. Decided by the bits.
alias F = f32;
alias U = u32;
alias IL = i64;

fn to_long(arg: F) -> IL {
    let magnitude = bitcast<U>(arg) & U(0x7fffffffu);
    let negative = bitcast<U>(arg) > U(0x7fffffffu);
    let extreme = select(IL(0x7fffffffffffffffli), ~IL(0x7fffffffffffffffli), negative);
    let saturated = select(IL(arg), extreme, magnitude >= U(0x5f000000u));
    return select(saturated, IL(0li), magnitude > U(0x7f800000u));
}
