// Zero bits below the lowest one; 64 for 0.
alias U = u32;
alias UL = u64;

fn trailing_zeros_long(arg: UL) -> UL {
    let low = U(arg);
    return UL(select(countTrailingZeros(low), U(32u) + countTrailingZeros(U(arg >> U(32u))), low == U(0u)));
}
