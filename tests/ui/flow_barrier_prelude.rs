//! Barriers of the prelude that not every invocation reaches: the call is the place.

#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(one, [n], out);
    launch!(through_a_helper, [n], out);
    launch!(two, [n], out);
}

#[kernel(workgroup = 64)]
fn one(out: &mut [f32]) {
    let l = local_index();
    if l < 3 && block_sum::<64>(1.0) > 0.0 {
        out[0] = 1.0;
    }
}

#[kernel(workgroup = 64)]
fn through_a_helper(out: &mut [f32]) {
    if out[0] > 1.0 {
        out[0] = largest(1.0);
    }
}

fn largest(x: f32) -> f32 {
    block_max_or_nan::<64>(x)
}

#[kernel(workgroup = 64)]
fn two(out: &mut [f32]) {
    out[0] = block_min_or_nan::<64>(1.0);
    if out[1] > 1.0 {
        out[1] = block_min_or_nan::<64>(2.0);
    }
}
