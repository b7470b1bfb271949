// The bits in reverse order.
alias U = u32;
alias UL = u64;

fn reverse_bits_long(x: UL) -> UL {
    return (UL(reverseBits(U(x))) << U(32u)) | UL(reverseBits(U(x >> U(32u))));
}
