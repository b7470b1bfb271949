//! Functions of integers, of scalars and of vectors.

/// Of words.
#[kernel(workgroup = 64, over = x.len())]
pub fn words(x: &[u32], y: &[u32], bits: &mut [u32], sums: &mut [u32], powers: &mut [u32]) {
    let i = global_id().x;
    if i < x.len() && 3 * i + 2 < bits.len() && 3 * i + 2 < sums.len() && 3 * i + 2 < powers.len() {
        bits[3 * i] = x[i].swap_bytes();
        bits[3 * i + 1] = x[i].next_power_of_two();
        bits[3 * i + 2] = x[i].ilog2();
        sums[3 * i] = x[i].saturating_add(y[i]);
        sums[3 * i + 1] = x[i].saturating_sub(y[i]);
        sums[3 * i + 2] = x[i].abs_diff(y[i]);
        powers[3 * i] = x[i].pow(y[i]);
        powers[3 * i + 1] = x[i].is_power_of_two() as u32;
        powers[3 * i + 2] = x[i].rem_euclid(y[i]);
    }
}

/// Of numbers with a sign.
#[kernel(workgroup = 64, over = x.len())]
pub fn signed(x: &[i32], y: &[i32], sums: &mut [i32], quotients: &mut [i32], cubes: &mut [i32]) {
    let i = global_id().x;
    if i < x.len() && 2 * i + 1 < sums.len() && 2 * i + 1 < quotients.len() {
        sums[2 * i] = x[i].saturating_add(y[i]);
        sums[2 * i + 1] = x[i].saturating_sub(y[i]);
        quotients[2 * i] = x[i].div_euclid(y[i]);
        quotients[2 * i + 1] = x[i].rem_euclid(y[i]);
        cubes[i] = x[i].pow(3);
    }
}

/// Of two at a time: the sums of all.
#[kernel(workgroup = 64, over = words.len())]
pub fn two(words: &mut [u32x2], numbers: &mut [i32x2]) {
    let i = global_id().x;
    if i < words.len() && i < numbers.len() {
        let (w, n) = (words[i], numbers[i]);
        let a = w.swap_bytes() ^ w.next_power_of_two() ^ w.ilog2() ^ w.abs_diff(u32x2::new(w.y, w.x)) ^ w.pow(5);
        words[i] = a ^ w.saturating_add(u32x2::new(w.y, w.x)) ^ select(w.is_power_of_two(), 1, 2);
        let b = n.saturating_add(i32x2::new(n.y, n.x)) ^ n.saturating_sub(i32x2::new(n.y, n.x));
        numbers[i] = b ^ n.div_euclid(i32x2::new(n.y, n.x)) ^ n.rem_euclid(i32x2::new(n.y, n.x)) ^ n.pow(3);
    }
}
