//! Conway's game of Life, 32 cells to a word.

use wgpuc::*;

/// One generation on a torus. Cell `x` of row `y` is bit `x % 32` of word `x / 32` of the row; `now` and `next` are
/// `[height, words]`.
#[kernel(workgroup = [32, 8], over = [words, height])]
pub fn life_step(words: u32, height: u32, now: &[u32], next: &mut [u32]) {
    require!(now.len() >= words * height);
    require!(next.len() >= words * height);
    let x = global_id().x;
    let y = global_id().y;
    if x < words && y < height {
        let before = if x == 0 { words - 1 } else { x - 1 };
        let after = if x == words - 1 { 0 } else { x + 1 };
        let above = (if y == 0 { height - 1 } else { y - 1 }) * words;
        let below = (if y == height - 1 { 0 } else { y + 1 }) * words;
        let (a_left, a, a_right) = row(now[above + before], now[above + x], now[above + after]);
        let (left, own, right) = row(now[y * words + before], now[y * words + x], now[y * words + after]);
        let (b_left, b, b_right) = row(now[below + before], now[below + x], now[below + after]);
        // The eight neighbours of each cell as a number of three bits, 8 as 0: from two full adders and a half one, ...
        let (a_ones, a_twos) = add(a_left, a, a_right);
        let (b_ones, b_twos) = add(b_left, b, b_right);
        let (ones, carry) = add(a_ones, b_ones, left ^ right);
        // ... the twos of which are four words.
        let (twos, fours) = add(a_twos, b_twos, carry);
        let sides = left & right;
        next[y * words + x] = (own | ones) & (twos ^ sides) & !(fours | (twos & sides));
    }
}

/// The words of a row with each cell's neighbour to the left, with itself, and with its neighbour to the right.
fn row(before: u32, own: u32, after: u32) -> (u32, u32, u32) {
    ((own << 1) | (before >> 31), own, (own >> 1) | (after << 31))
}

/// The ones and the twos of the sum of three bits, in each of 32 places.
fn add(a: u32, b: u32, c: u32) -> (u32, u32) {
    (a ^ b ^ c, (a & b) | (c & (a ^ b)))
}
