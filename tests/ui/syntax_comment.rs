#[kernel(workgroup = 64, over = y.len())]
pub fn k(y: &mut [f32]) {
    let i = global_id().x;
    y[i] = 1.0;
}

/* Doubles every element.
