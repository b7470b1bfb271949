//! Bytes in buffers, by themselves and as vectors.

/// Both kinds of bytes as numbers.
#[kernel(workgroup = 64, over = out.len())]
pub fn widened(x: &[u8], y: &[i8], out: &mut [i32]) {
    let i = global_id().x;
    if i < out.len() {
        out[i] = x[i] as i32 * 1000 + y[i] as i32;
    }
}

/// Numbers as both kinds of bytes: integers wrap, floats saturate.
#[kernel(workgroup = 64, over = x.len())]
pub fn narrowed(x: &[i32], y: &[f32], a: &mut [u8], b: &mut [i8], c: &mut [u8], d: &mut [i8]) {
    let i = global_id().x;
    if i < x.len() {
        a[i] = x[i] as u8;
        b[i] = x[i] as i8;
        c[i] = y[i] as u8;
        d[i] = y[i] as i8;
    }
}

/// Bytes in reverse: most words are shared by workgroups.
#[kernel(workgroup = 3, over = out.len())]
pub fn reversed(x: &[u8], out: &mut [u8]) {
    let i = global_id().x;
    if i < out.len() {
        out[out.len() - 1 - i] = x[i];
    }
}

/// Adds one to every third byte, and leaves its neighbours.
#[kernel(workgroup = 1, over = x.len())]
pub fn every_third(x: &mut [i8]) {
    let i = global_id().x;
    if i < x.len() && i % 3 == 0 {
        x[i] = (x[i] as i32 + 1) as i8;
    }
}

/// Reads and writes one buffer through two parameters.
#[op(may_alias(x, out))]
pub fn flipped(x: &[u8], out: &mut [u8]) {
    require!(out.len() >= x.len());
    launch!(flip, [div_ceil(x.len(), 64)], x, out);
}

#[kernel(workgroup = 64)]
fn flip(x: &[u8], out: &mut [u8]) {
    let i = global_id().x;
    if i < x.len() {
        out[i] = !(x[i] as u32) as u8;
    }
}

/// Halves bytes, four and two at a time, and leaves what lies past `n`.
#[op]
pub fn halved(n: u32, x: &[u8], quads: &mut [u8], signed: &[i8], pairs: &mut [i8]) {
    require!(x.len() >= n);
    require!(quads.len() >= n);
    require!(signed.len() >= n);
    require!(pairs.len() >= n);
    launch!(halve_four, [div_ceil(n, 256)], n, x.as_x4(), quads.as_x4());
    launch!(halve_two, [div_ceil(n, 128)], n, signed.as_x2(), pairs.as_x2());
}

#[kernel(workgroup = 64)]
fn halve_four(n: u32, x: &[u8x4], out: &mut [u8x4]) {
    let i = global_id().x;
    if i < div_ceil(n, 4) {
        store_x4(out, i, n, (x[i].cast::<u32>() / 2).cast::<u8>());
    }
}

#[kernel(workgroup = 64)]
fn halve_two(n: u32, x: &[i8x2], out: &mut [i8x2]) {
    let i = global_id().x;
    if i < n / 2 {
        out[i] = (x[i].cast::<i32>() / 2).cast::<i8>();
    }
}

/// Bytes in workgroup memory and in variables.
#[kernel(workgroup = 64, over = out.len())]
pub fn kept(x: &[i8], out: &mut [i8]) {
    let tile = shared::<[i8; 64]>();
    let i = global_id().x;
    tile[local_index()] = if i < x.len() { x[i] } else { -1 };
    workgroup_barrier();
    let mut recent = [tile[local_index()]; 3];
    for k in 0..5 {
        recent[k % 3] = tile[(local_index() + k) % 64];
    }
    if i < out.len() && recent[0] == recent[1] {
        out[i] = recent[0];
    } else if i < out.len() {
        out[i] = recent[2];
    }
}

/// Looks each byte up in a table that bytes cannot leave.
#[op]
pub fn looked_up(x: &[u8], table: &[u8], out: &mut [u8]) {
    require!(table.len() >= 256);
    require!(out.len() >= x.len());
    launch!(look_up, [div_ceil(x.len(), 32)], x, table, out);
}

#[kernel(workgroup = 32)]
fn look_up(x: &[u8], table: &[u8], out: &mut [u8]) {
    let i = global_id().x;
    if i < x.len() {
        out[i] = table[x[i] as u32];
    }
}

/// Reads and writes past the end.
#[kernel(workgroup = 8, over = x.len())]
pub fn beyond(by: u32, x: &[u8], out: &mut [u8]) {
    let i = global_id().x;
    if i < x.len() {
        out[i + by] = x[i];
    }
}
