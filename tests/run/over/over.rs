//! Kernels that are ops of their own, over one axis and over three.

use wgpuc::*;

/// Every element counts its place.
#[kernel(workgroup = [4, 2, 3], over = [columns, rows, layers])]
pub fn places(columns: u32, rows: u32, layers: u32, out: &mut [u32]) {
    require!(columns > 0 && layers < 100);
    require!(out.len() >= columns * rows * layers);
    let at = global_id();
    if at.x < columns && at.y < rows && at.z < layers {
        out[(at.z * rows + at.y) * columns + at.x] = at.z * 10000 + at.y * 100 + at.x;
    }
}

/// Only `n` of the elements.
#[kernel(workgroup = 64, over = n)]
pub fn raised(n: u32, by: i32, x: &mut [i32]) {
    require!(n <= x.len());
    let i = global_id().x;
    if i < n {
        x[i] += by;
    }
}
