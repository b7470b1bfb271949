// The high half of the 64-bit product, from 16-bit halves.
alias U = u32;

fn mul_high(a: U, b: U) -> U {
    let half = U(16u);
    let mask = U(0xffffu);
    let a_low = a & mask;
    let a_high = a >> half;
    let b_low = b & mask;
    let b_high = b >> half;
    // neither sum can pass 32 bits
    let left = a_high * b_low + ((a_low * b_low) >> half);
    let right = a_low * b_high + (left & mask);
    return a_high * b_high + (left >> half) + (right >> half);
}
