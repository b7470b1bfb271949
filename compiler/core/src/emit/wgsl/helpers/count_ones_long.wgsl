// How many bits are one.
alias U = u32;
alias UL = u64;

fn count_ones_long(arg: UL) -> UL {
    return UL(countOneBits(U(arg)) + countOneBits(U(arg >> U(32u))));
}
