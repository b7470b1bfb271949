// a - b * trunc(a / b), put right where the quotient was rounded across a whole number.
alias F = f32;
alias U = u32;

fn rem_float(a: F, b: F) -> F {
    let x = abs(a);
    let y = abs(b);
    let near = fma(-trunc(x / y), y, x);
    let above = select(near, near + y, near < F(0.0));
    let below = select(above, above - y, above >= y);
    // of a number by an infinity the number
    let infinity = U(0x7f800000u);
    let whole = (bitcast<U>(y) == infinity) & (bitcast<U>(x) < infinity);
    let magnitude = select(below, x, whole);
    return bitcast<F>(bitcast<U>(magnitude) & U(0x7fffffffu) | bitcast<U>(a) & U(0x80000000u));
}
