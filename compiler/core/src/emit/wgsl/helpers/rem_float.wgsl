// The exact remainder, with the sign of the left side, by long division of the bits: a quotient of floats would be
// rounded, and WGSL need not fuse its product with the difference.
fn rem_float(lhs: f32, rhs: f32) -> f32 {
    let sign = bitcast<u32>(lhs) & 0x80000000u;
    let x = bitcast<u32>(lhs) & 0x7fffffffu;
    let y = bitcast<u32>(rhs) & 0x7fffffffu;
    if x >= 0x7f800000u || y > 0x7f800000u || y == 0u {
        return bitcast<f32>(x | 0x7fc00000u);
    }
    if x < y {
        return lhs;
    }
    // a float is digits * 2^(exponent - 150)
    let exponent = max(y >> 23u, 1u);
    let divisor = (y & 0x7fffffu) | select(0u, 0x800000u, y > 0x7fffffu);
    var digits = ((x & 0x7fffffu) | select(0u, 0x800000u, x > 0x7fffffu)) % divisor;
    var left = max(x >> 23u, 1u) - exponent;
    while left > 0u && digits > 0u {
        // digits are below 2^24, so 8 more fit
        let by = min(left, 8u);
        digits = (digits << by) % divisor;
        left -= by;
    }
    if digits == 0u {
        return bitcast<f32>(sign);
    }
    let up = min(countLeadingZeros(digits) - 8u, exponent - 1u);
    return bitcast<f32>(sign | (((exponent - up - 1u) << 23u) + (digits << up)));
}
