// Truncates and saturates; NaN gives 0. Decided by the bits: -0 and all below have the highest one set.
alias F = f32;
alias U = u32;

fn to_uint(arg: F) -> U {
    let bits = bitcast<U>(arg);
    let saturated = select(U(arg), U(0xffffffffu), bits >= U(0x4f800000u));
    return select(saturated, U(0u), bits > U(0x7f800000u));
}
