// Truncates and saturates; NaN gives 0. Decided by the bits.
alias F = f32;
alias U = u32;
alias UL = u64;

fn to_ulong(arg: F) -> UL {
    let bits = bitcast<U>(arg);
    let saturated = select(UL(arg), UL(0xfffffffffffffffflu), bits >= U(0x5f800000u));
    return select(saturated, UL(0lu), bits > U(0x7f800000u));
}
