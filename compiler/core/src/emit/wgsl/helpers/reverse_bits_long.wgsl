// The bits in reverse order.
alias U = u32;
alias UL = u64;

fn reverse_bits_long(arg: UL) -> UL {
    return (UL(reverseBits(U(arg))) << U(32u)) | UL(reverseBits(U(arg >> U(32u))));
}
