//! Ops that compute with bits, powers of two, tables and functions.

/// The largest number of keys.
const MOST: u32 = 1 << LOG_MOST;
const LOG_MOST: u32 = 20;

/// Sorts `keys`, as many as a power of two, by Batcher's bitonic merging: its passes are written out.
#[op]
pub fn sorted(keys: &mut [u32]) {
    let n = keys.len();
    require!(n.is_power_of_two());
    require!(n <= MOST);
    for stage in 0..LOG_MOST {
        if 1 << stage < n {
            for step in (0..stage + 1).rev() {
                launch!(exchange, [div_ceil(n >> 1, 64)], 2 << stage, 1 << step, keys);
            }
        }
    }
}

/// Exchanges keys that are `distance` apart, where they are in the wrong order: upwards in every other run.
#[kernel(workgroup = 64)]
fn exchange(run: u32, distance: u32, keys: &mut [u32]) {
    let pair = global_id().x;
    let low = 2 * pair - (pair & (distance - 1));
    let high = low + distance;
    if high < keys.len() {
        let (a, b) = (keys[low], keys[high]);
        if (a > b) == (low & run == 0) {
            keys[low] = b;
            keys[high] = a;
        }
    }
}

/// Prime numbers, to the last of which all before it are multiplied.
const PRIMES: [u32; 4] = [2, 3, 5, 7];

/// How many workgroups of `SIZE` invocations `n` elements take.
fn groups_of<const SIZE: u32>(n: u32) -> u32 {
    let all = n + SIZE - 1;
    all / SIZE
}

/// Multiplies by each of the primes that `which` has a bit for, the lowest bit for the first.
#[op]
pub fn multiplied(which: u32, y: &mut [u32]) {
    require!(which < 1 << PRIMES.len());
    for at in 0..PRIMES.len() {
        if which & 1 << at != 0 {
            launch!(multiply, [groups_of::<64>(y.len())], PRIMES[at], y);
        }
    }
}

#[kernel(workgroup = 64)]
fn multiply(by: u32, y: &mut [u32]) {
    let i = global_id().x;
    if i < y.len() {
        y[i] *= by;
    }
}

/// What is known of a number: the power of two above it, the logarithm of the one below, and the number with the bits of `mask`
/// set, cleared and turned over.
#[op]
pub fn of_a_number(n: i32, mask: u32, out: &mut [i32]) {
    require!(out.len() >= 6);
    let powers = if n < 1 { 0 } else { n.next_power_of_two() };
    launch!(write, [1], powers, n.ilog2(), n | mask, n & (mask ^ -1), n ^ mask, n >> 1, out);
}

#[kernel(workgroup = 64)]
fn write(a: i32, b: i32, c: i32, d: i32, e: i32, f: i32, out: &mut [i32]) {
    let i = local_index();
    let values = [a, b, c, d, e, f];
    if i < 6 {
        out[i] = values[i];
    }
}

/// Adds 2 to each number of `y`, the first prime, and 2 again, the difference of 5 and 3.
#[op]
pub fn widened(y: &mut [u32]) {
    for at in 0..PRIMES.len() {
        // What a round does not take need not be right: there is no prime before the first.
        let by = if at == 0 { PRIMES[at] } else { PRIMES[at] - PRIMES[at - 1] };
        if at > 0 && PRIMES[at - 1] == 3 || at == 0 {
            launch!(add, [groups_of::<64>(y.len())], by, y);
        }
    }
}

#[kernel(workgroup = 64)]
fn add(by: u32, y: &mut [u32]) {
    let i = global_id().x;
    if i < y.len() {
        y[i] += by;
    }
}
