// Of a NaN and a number the number. NaN is seen by its bits: compilers may assume that there is none.
alias F = f32;
alias U = u32;

fn min_number(lhs: F, rhs: F) -> F {
    let smaller = select(rhs, lhs, lhs < rhs);
    let nan = (bitcast<U>(rhs) & U(0x7fffffffu)) > U(0x7f800000u);
    return select(smaller, lhs, nan);
}
