//! Sorts numbers, digit by digit.

use crate::scan::block_scan;
use wgpuc::*;

/// Invocations of a workgroup: one for each digit of eight bits.
const DIGITS: u32 = 256;
/// Words with a bit for each key of a round.
const WORDS: u32 = DIGITS / 32;
/// The most workgroups.
const MAX_GROUPS: u32 = 256;

/// Sorts `keys`, smallest first, and `values` along with them. Equal keys stay in order.
#[op]
pub fn radix_sort(keys: &mut [u32], values: &mut [u32]) {
    require!(values.len() == keys.len());
    let n = keys.len();
    let span = DIGITS * max(div_ceil(n, DIGITS * MAX_GROUPS), 1);
    let groups = div_ceil(n, span);
    let counts = scratch::<u32>(groups * DIGITS);
    let other_keys = scratch::<u32>(n);
    let other_values = scratch::<u32>(n);
    for pass in 0..2 {
        launch!(count, [groups], n, 16 * pass, span, keys, counts);
        launch!(place, [1], groups, counts);
        launch!(scatter, [groups], n, 16 * pass, span, keys, values, counts, other_keys, other_values);
        launch!(count, [groups], n, 16 * pass + 8, span, other_keys, counts);
        launch!(place, [1], groups, counts);
        launch!(scatter, [groups], n, 16 * pass + 8, span, other_keys, other_values, counts, keys, values);
    }
}

/// How often a workgroup's keys have each digit.
#[kernel(workgroup = DIGITS)]
fn count(n: u32, shift: u32, span: u32, keys: &[u32], counts: &mut [u32]) {
    let near = shared_zeroed::<[Atomic<u32>; DIGITS]>();
    let first = workgroup_id().x * span;
    for i in (first + local_index()..min(first + span, n)).step_by(DIGITS) {
        near[(keys[i] >> shift) % DIGITS].add(1);
    }
    workgroup_barrier();
    counts[workgroup_id().x * DIGITS + local_index()] = near[local_index()].load();
}

/// Makes of each count the place of the first of those keys.
#[kernel(workgroup = DIGITS)]
fn place(groups: u32, counts: &mut [u32]) {
    let digit = local_index();
    let mut total = 0;
    for group in 0..groups {
        total += counts[group * DIGITS + digit];
    }
    let (mut next, _) = block_scan::<DIGITS>(total);
    for group in 0..groups {
        let found = counts[group * DIGITS + digit];
        counts[group * DIGITS + digit] = next;
        next += found;
    }
}

/// Moves a workgroup's keys and values, a round of [`DIGITS`] at a time.
#[kernel(workgroup = DIGITS)]
fn scatter(
    n: u32,
    shift: u32,
    span: u32,
    keys: &[u32],
    values: &[u32],
    places: &[u32],
    sorted_keys: &mut [u32],
    sorted_values: &mut [u32],
) {
    // For each digit, which of the round's keys have it, and where the next one goes.
    let marks = shared_zeroed::<[[Atomic<u32>; WORDS]; DIGITS]>();
    let next = shared::<[u32; DIGITS]>();
    let own = local_index();
    next[own] = places[workgroup_id().x * DIGITS + own];
    let first = workgroup_id().x * span;
    for round in (first..min(first + span, n)).step_by(DIGITS) {
        let i = round + own;
        let mut key = 0;
        if i < n {
            key = keys[i];
            marks[(key >> shift) % DIGITS][own / 32].or(1 << (own % 32));
        }
        workgroup_barrier();
        if i < n {
            let digit = (key >> shift) % DIGITS;
            let mut to = next[digit] + (marks[digit][own / 32].load() & ((1 << (own % 32)) - 1)).count_ones();
            for word in 0..own / 32 {
                to += marks[digit][word].load().count_ones();
            }
            sorted_keys[to] = key;
            sorted_values[to] = values[i];
        }
        workgroup_barrier();
        for word in 0..WORDS {
            next[own] += marks[own][word].exchange(0).count_ones();
        }
        workgroup_barrier();
    }
}
