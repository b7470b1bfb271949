// How many bits are one.
alias U = u32;
alias UL = u64;

fn count_ones_long(x: UL) -> UL {
    return UL(countOneBits(U(x)) + countOneBits(U(x >> U(32u))));
}
