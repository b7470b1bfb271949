// The high half of the 64-bit product, from 16-bit halves.
alias U = u32;

fn mul_high(lhs: U, rhs: U) -> U {
    let half = U(16u);
    let mask = U(0xffffu);
    let lhs_low = lhs & mask;
    let lhs_high = lhs >> half;
    let rhs_low = rhs & mask;
    let rhs_high = rhs >> half;
    // neither sum can pass 32 bits
    let left = lhs_high * rhs_low + ((lhs_low * rhs_low) >> half);
    let right = lhs_low * rhs_high + (left & mask);
    return lhs_high * rhs_high + (left >> half) + (right >> half);
}
