// Zero bits above the highest one; 64 for 0.
alias U = u32;
alias UL = u64;

fn leading_zeros_long(arg: UL) -> UL {
    let high = U(arg >> U(32u));
    return UL(select(countLeadingZeros(high), U(32u) + countLeadingZeros(U(arg)), high == U(0u)));
}
