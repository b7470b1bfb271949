//! Constants, lengths and sizes.

const LOOP: u32 = POOL + 1;
const POOL: u32 = LOOP + 1;
const BIG: u32 = 4294967295 + 1;
const SIZE: u32 = 4;

#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(kernel, [n], n, out);
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, out: &mut [f32]) {
    let a = [0.0; n];
    let b = [0.0; 0];
    let c = [0.0; SIZE];
    out[0] = c[4];
    out[1] = LOOP as f32;
    out[2] = BIG as f32;
    #[unroll]
    for i in 0..n {
        out[i] = 1.0;
    }
    for i in (0..n).step_by(0) {
        out[i] = 1.0;
    }
    let d: i32 = 3000000000;
    out[3] = ENDLESS as f32;
    out[4] = UNBOUND as f32;
}

const UNBOUND: u32 = {
    let mut n = 27;
    #[bound(100)]
    while n != 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
    }
    n
};

const ENDLESS: u32 = {
    let mut sum = 0;
    for i in 0..100000000 {
        sum ^= i;
    }
    sum
};
