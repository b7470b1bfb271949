// Truncates and saturates; NaN gives 0. Decided by the bits.
alias F = f32;
alias I = i32;
alias U = u32;

fn to_int(arg: F) -> I {
    let magnitude = bitcast<U>(arg) & U(0x7fffffffu);
    let extreme = (bitcast<I>(arg) >> U(31u)) ^ I(0x7fffffffi);
    let saturated = select(I(arg), extreme, magnitude >= U(0x4f000000u));
    return select(saturated, I(0i), magnitude > U(0x7f800000u));
}
