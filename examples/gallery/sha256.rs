//! SHA-256 (FIPS 180-4).

use wgpuc::*;

const WORKGROUP: u32 = 64;
/// Bytes of a block.
const BLOCK: u32 = 64;

/// The first 32 bits of the fractions of the cube roots of the first 64 primes.
const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
];
/// Those of the square roots of the first eight.
const H: [u32; 8] = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// The digests of many messages. Message `m` is the bytes `starts[m]..starts[m + 1]` of `data`; its digest is the eight
/// words from `8 * m` on of `digests`, each of four bytes, the first one highest. Bytes past the end of `data` are a
/// device error.
#[op]
pub fn sha256(data: &[u8], starts: &[u32], digests: &mut [u32]) {
    require!(starts.len() > 0);
    require!(digests.len() >= 8 * (starts.len() - 1));
    launch!(digest, [div_ceil(starts.len() - 1, WORKGROUP)], starts.len() - 1, data, starts, digests);
}

#[kernel(workgroup = WORKGROUP)]
fn digest(count: u32, data: &[u8], starts: &[u32], digests: &mut [u32]) {
    let message = global_id().x;
    if message >= count {
        return;
    }
    let start = starts[message];
    let end = starts[message + 1];
    if start > end || end > data.len() {
        fault!("end of a message", end, data.len() + 1);
        return;
    }
    let length = end - start;
    let mut hash = H;
    for block in 0..length / BLOCK + if length % BLOCK < BLOCK - 8 { 1 } else { 2 } {
        let mut words = [0; 16];
        #[unroll]
        for i in 0..16 {
            words[i] = word(block * BLOCK + i * 4, start, length, data);
        }
        if length + 8 < (block + 1) * BLOCK {
            words[14] = length >> 29;
            words[15] = length << 3;
        }
        compress(&mut hash, &mut words);
    }
    #[unroll]
    for i in 0..8 {
        digests[message * 8 + i] = hash[i];
    }
}

/// Four bytes of a message, behind which comes one with the highest bit, then zeros.
#[device]
fn word(at: u32, start: u32, length: u32, data: &[u8]) -> u32 {
    let mut word = 0;
    #[unroll]
    for i in 0..4 {
        let byte = if at + i < length {
            data[start + at + i] as u32
        } else if at + i == length {
            0x80
        } else {
            0
        };
        word = (word << 8) | byte;
    }
    word
}

#[device]
fn compress(hash: &mut [u32; 8], words: &mut [u32; 16]) {
    let mut s = [0; 8];
    #[unroll]
    for i in 0..8 {
        s[i] = hash[i];
    }
    #[unroll]
    for t in 0..64 {
        if t >= 16 {
            let (near, far) = (words[(t + 14) % 16], words[(t + 1) % 16]);
            let near = near.rotate_right(17) ^ near.rotate_right(19) ^ (near >> 10);
            let far = far.rotate_right(7) ^ far.rotate_right(18) ^ (far >> 3);
            words[t % 16] += near + words[(t + 9) % 16] + far;
        }
        // The eight variables move along by one place each round; here their names do.
        let (a, b, c, d) = ((64 - t) % 8, (65 - t) % 8, (66 - t) % 8, (67 - t) % 8);
        let (e, f, g, h) = ((68 - t) % 8, (69 - t) % 8, (70 - t) % 8, (71 - t) % 8);
        let sigma = s[e].rotate_right(6) ^ s[e].rotate_right(11) ^ s[e].rotate_right(25);
        let chosen = (s[e] & s[f]) ^ (!s[e] & s[g]);
        let mixed = s[h] + sigma + chosen + K[t] + words[t % 16];
        s[d] += mixed;
        let sigma = s[a].rotate_right(2) ^ s[a].rotate_right(13) ^ s[a].rotate_right(22);
        s[h] = mixed + sigma + ((s[a] & s[b]) ^ (s[a] & s[c]) ^ (s[b] & s[c]));
    }
    #[unroll]
    for i in 0..8 {
        hash[i] += s[i];
    }
}
