// The high half of the signed 64-bit product: the unsigned one, less what the signs added.
alias I = i32;
alias U = u32;

fn mul_high_signed(a: I, b: I) -> I {
    let x = bitcast<U>(a);
    let y = bitcast<U>(b);
    let a_sign = bitcast<U>(a >> U(31u));
    let b_sign = bitcast<U>(b >> U(31u));
    return bitcast<I>(mul_high(x, y) - (y & a_sign) - (x & b_sign));
}
