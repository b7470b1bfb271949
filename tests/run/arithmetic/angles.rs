//! Sines and cosines of angles in turns.

/// Both, of scalars and of vectors.
#[op]
pub fn angles(turns: &[f32], sines: &mut [f32], cosines: &mut [f32]) {
    require!(turns.len() % 4 == 0);
    require!(sines.len() == turns.len());
    require!(cosines.len() == turns.len());
    launch!(of_scalars, [div_ceil(turns.len(), 64)], turns, sines);
    launch!(of_vectors, [div_ceil(turns.len(), 256)], turns.as_x4(), cosines.as_x4());
}

#[kernel(workgroup = 64)]
fn of_scalars(turns: &[f32], sines: &mut [f32]) {
    let i = global_id().x;
    if i < turns.len() {
        sines[i] = turns[i].sin_turns();
    }
}

#[kernel(workgroup = 64)]
fn of_vectors(turns: &[f32x4], cosines: &mut [f32x4]) {
    let i = global_id().x;
    if i < turns.len() {
        cosines[i] = turns[i].cos_turns();
    }
}

/// One over the square root.
#[kernel(workgroup = 64, over = y.len())]
pub fn roots(x: &[f32], y: &mut [f32]) {
    let i = global_id().x;
    if i < y.len() {
        y[i] = x[i].rsqrt();
    }
}
