// The high half of the signed 64-bit product: the unsigned one, less what the signs added.
alias I = i32;
alias U = u32;

fn mul_high_signed(lhs: I, rhs: I) -> I {
    let x = bitcast<U>(lhs);
    let y = bitcast<U>(rhs);
    let lhs_sign = bitcast<U>(lhs >> U(31u));
    let rhs_sign = bitcast<U>(rhs >> U(31u));
    return bitcast<I>(mul_high(x, y) - (y & lhs_sign) - (x & rhs_sign));
}
