// Zero bits below the lowest one; 64 for 0.
alias U = u32;
alias UL = u64;

fn trailing_zeros_long(x: UL) -> UL {
    let low = U(x);
    return UL(select(countTrailingZeros(low), U(32u) + countTrailingZeros(U(x >> U(32u))), low == U(0u)));
}
