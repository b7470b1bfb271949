//! Powers of 64-bit numbers modulo an odd one.

use wgpuc::*;

/// `powers[i] = bases[i]^exponents[i] % modulus`, by Montgomery's products.
#[op]
pub fn mod_pow(modulus: u64, bases: &[u64], exponents: &[u64], powers: &mut [u64]) {
    require!(modulus % 2 == 1);
    require!(exponents.len() == bases.len());
    require!(powers.len() >= bases.len());
    require!(supports!(int64));
    launch!(raise, [div_ceil(bases.len(), 128)], modulus, bases, exponents, powers);
}

#[kernel(workgroup = 128, needs = int64)]
fn raise(modulus: u64, bases: &[u64], exponents: &[u64], powers: &mut [u64]) {
    let i = global_id().x;
    if i < bases.len() {
        // Newton: each round doubles the bits that are right, of which the first guess has three.
        let mut inverse = modulus;
        for _ in 0..5 {
            inverse *= 2 - modulus * inverse;
        }
        let mut base = bases[i] % modulus;
        let mut power = 1 % modulus;
        // To Montgomery's form: times 2^64.
        for _ in 0..64 {
            base = doubled(base, modulus);
            power = doubled(power, modulus);
        }
        for bit in 0..64 - exponents[i].leading_zeros() {
            if (exponents[i] >> bit) % 2 == 1 {
                power = product(power, base, modulus, inverse);
            }
            base = product(base, base, modulus, inverse);
        }
        powers[i] = product(power, 1, modulus, inverse);
    }
}

/// `2 * a % modulus`, also where `2 * a` does not fit.
fn doubled(a: u64, modulus: u64) -> u64 {
    let room = modulus - a;
    if a >= room { a - room } else { a + a }
}

/// `a * b / 2^64 % modulus`, where `inverse * modulus` is 1 modulo `2^64` (Montgomery 1985).
fn product(a: u64, b: u64, modulus: u64, inverse: u64) -> u64 {
    let high = product_high(a, b);
    let less = product_high(a * b * inverse, modulus);
    if high < less { high - less + modulus } else { high - less }
}

/// The high half of `a * b`.
fn product_high(a: u64, b: u64) -> u64 {
    let (a0, a1, b0, b1) = (a as u32 as u64, a >> 32, b as u32 as u64, b >> 32);
    let cross = a1 * b0 + ((a0 * b0) >> 32);
    let other = a0 * b1 + cross as u32 as u64;
    a1 * b1 + (cross >> 32) + (other >> 32)
}
