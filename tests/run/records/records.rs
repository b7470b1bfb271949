//! Structs and enums that launches pass.

/// A window of a matrix, and what becomes of it.
#[derive(Clone, Copy)]
pub struct Window {
    /// The matrix's columns.
    pub pitch: u32,
    /// The window's first row.
    pub row: u32,
    /// Its first column.
    pub column: u32,
    /// Its rows.
    pub rows: u32,
    /// Its columns.
    pub columns: u32,
    /// What each element is multiplied by.
    pub factor: f32,
    /// What is added then.
    pub offset: i32,
    /// From below to above.
    pub upside_down: bool,
    /// How numbers are rounded.
    pub rounding: Rounding,
}

/// How a number becomes a whole one.
#[derive(Clone, Copy, PartialEq)]
pub enum Rounding {
    /// It stays.
    None,
    /// To the next below.
    Down,
    /// To the next above.
    Up,
}

/// The window of `matrix`.
#[op]
pub fn seen(window: Window, matrix: &[f32], out: &mut [f32]) {
    require!(window.pitch > 0);
    require!(window.column + window.columns <= window.pitch);
    require!(matrix.len() >= (window.row + window.rows) * window.pitch);
    require!(out.len() >= window.rows * window.columns);
    launch!(look, [div_ceil(window.columns, 8), div_ceil(window.rows, 8)], window, matrix, out);
}

/// Each half of the window of `matrix`, left and right, exchanged.
#[op]
pub fn exchanged(window: Window, matrix: &[f32], out: &mut [f32]) {
    require!(window.pitch > 0);
    require!(window.column + window.columns <= window.pitch);
    require!(matrix.len() >= (window.row + window.rows) * window.pitch);
    require!(out.len() >= window.rows * window.columns);
    let left = window.columns / 2;
    let right = Window {
        pitch: window.pitch,
        row: window.row,
        column: window.column + left,
        rows: window.rows,
        columns: window.columns - left,
        factor: window.factor,
        offset: -1,
        upside_down: !window.upside_down,
        rounding: Rounding::Up,
    };
    let same = right;
    launch!(look, [div_ceil(same.columns, 8), div_ceil(same.rows, 8)], same, matrix, out);
}

#[kernel(workgroup = [8, 8])]
fn look(window: Window, matrix: &[f32], out: &mut [f32]) {
    let at = global_id();
    if at.x < window.columns && at.y < window.rows {
        let row = if window.upside_down { window.rows - 1 - at.y } else { at.y };
        let x = matrix[(window.row + row) * window.pitch + window.column + at.x];
        out[at.y * window.columns + at.x] = changed(x, window);
    }
}

#[device]
fn changed(x: f32, window: Window) -> f32 {
    rounded(x * window.factor, window.rounding) + window.offset as f32
}

#[device]
fn rounded(x: f32, rounding: Rounding) -> f32 {
    match rounding {
        Rounding::None => x,
        Rounding::Down => x.floor(),
        Rounding::Up => x.ceil(),
    }
}

/// `x` rounded, where it is not below `least`.
#[kernel(workgroup = 64, over = x.len())]
pub fn rounded_above(rounding: Rounding, bounds: Bounds, x: &mut [f32]) {
    let i = global_id().x;
    let mut mine = bounds;
    if i < x.len() {
        mine.least += 0.5;
        let is_above = if mine.is_strict { x[i] > mine.least } else { x[i] >= mine.least };
        if is_above {
            x[i] = rounded(x[i], rounding);
        }
    }
}

/// Where numbers begin to count.
pub struct Bounds {
    /// Half below.
    pub least: f32,
    /// Whether the least itself does not.
    pub is_strict: bool,
}
