//! Functions of integers.

/// The bits moved left by `n` places, those that fall out coming in again.
pub fn rotate_left(self: u32, n: u32) -> u32 {
    (self << n) | (self >> (32 - n))
}

/// The bits moved right by `n` places, those that fall out coming in again.
pub fn rotate_right(self: u32, n: u32) -> u32 {
    (self >> n) | (self << (32 - n))
}

/// The bytes in reverse order.
pub fn swap_bytes(self: u32) -> u32 {
    (self.rotate_left(8) & 0x00ff_00ff) | (self.rotate_right(8) & 0xff00_ff00)
}

/// The difference's magnitude, which never wraps.
pub fn abs_diff(self: u32, other: u32) -> u32 {
    self.max(other) - self.min(other)
}

/// The sum; where the type cannot hold it, the nearest number that it can.
pub fn saturating_add<I: Int>(self: I, other: I) -> I {
    let sum = self + other;
    select(other < 0, select(sum > self, I::MIN, sum), select(sum < self, I::MAX, sum))
}

/// The difference; where the type cannot hold it, the nearest number that it can.
pub fn saturating_sub<I: Int>(self: I, other: I) -> I {
    let difference = self - other;
    // Compared as they are: of what is below the result, bounds are proved by the difference.
    select(other < 0, select(difference < self, I::MAX, difference), select(self < I::MIN + other, I::MIN, difference))
}

/// The quotient that goes with `rem_euclid`: rounded so that what is left is not negative.
pub fn div_euclid<I: Int>(self: I, n: I) -> I {
    let q = self / n;
    select(self % n < 0, select(n < 0, q + 1, q - 1), q)
}

/// The number to the power of `n`, which wraps; 1 where `n` is 0.
pub fn pow<I: Int>(self: I, n: u32) -> I {
    let mut y = I::splat(1);
    let mut square = self;
    let mut left = n;
    for _ in 0..32 {
        if left == 0 {
            break;
        }
        if (left & 1) == 1 {
            y = y * square;
        }
        square = square * square;
        left = left >> 1;
    }
    y
}

/// Whether exactly one bit is one.
pub fn is_power_of_two<I: Int>(self: I) -> bool {
    self.count_ones() == 1
}

/// The smallest power of two that is not below: 1 of 0; 0 past `2^31`, where the type has none.
pub fn next_power_of_two(self: u32) -> u32 {
    select(self <= 1, 1, (0xffff_ffff >> (self - 1).leading_zeros()) + 1)
}

/// The logarithm by base 2, rounded down: the place of the highest one. `u32::MAX` of 0, which has none.
pub fn ilog2(self: u32) -> u32 {
    31 - self.leading_zeros()
}
