//! Random numbers, the same bits on every target.

const PHILOX_M0: u32 = 0xd251_1f53;
const PHILOX_M1: u32 = 0xcd9e_8d57;
const PHILOX_W0: u32 = 0x9e37_79b9;
const PHILOX_W1: u32 = 0xbb67_ae85;

/// Four random words: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC'11).
pub fn philox4x32(counter: u32x4, key: u32x2) -> u32x4 {
    let mut c = counter;
    let mut k = key;
    #[unroll]
    for _ in 0..10 {
        let high0 = c.x.mul_hi(PHILOX_M0);
        let high1 = c.z.mul_hi(PHILOX_M1);
        c = u32x4::new(high1 ^ c.y ^ k.x, c.z * PHILOX_M1, high0 ^ c.w ^ k.y, c.x * PHILOX_M0);
        k = u32x2::new(k.x + PHILOX_W0, k.y + PHILOX_W1);
    }
    c
}
