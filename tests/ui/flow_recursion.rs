#[op]
pub fn f(n: u32, out: &mut [u32]) {
    launch!(kernel, [n], n, out);
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, out: &mut [u32]) {
    out[0] = even(n);
}

fn even(n: u32) -> u32 {
    if n == 0 { 1 } else { odd(n - 1) }
}

fn odd(n: u32) -> u32 {
    if n == 0 { 0 } else { even(n - 1) }
}
