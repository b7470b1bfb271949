#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(kernel, [n], n, out);
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, out: &mut [f32]) {
    let mut i = 0u32;
    while i < n {
        i += 1;
    }
    loop {
        i += 1;
        if i > 10 {
            break;
        }
    }
    out[0] = i as f32;
}
