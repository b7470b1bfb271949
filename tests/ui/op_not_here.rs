#[op]
pub fn f(n: u32, x: &[f32], out: &mut [f32]) {
    for i in 0..n {
        launch!(kernel, [1], x, out);
    }
    let mut m = 0;
    m += 1;
    out[0] = 1.0;
    let first = x[0];
    let half = n as f32;
    let far = n << 128;
    fault!(n, 3);
    helper(n);
    kernel(x, out);
    let (a, b) = 1;
    launch!(kernel, [a], x, out);
    let looped = sum(n);
    let again = forever(n);
    let few = helper();
    let named = first(x);
    let table = TABLE;
    let entry = TABLE[n];
    let beyond = TABLE[4];
    let lone = wide(2);
    let none = (n - n).ilog2() + 0.ilog2();
    launch!(kernel, [1], x, out);
}

const TABLE: [u32; 4] = [1, 2, 3, 4];

fn helper(n: u32) {}

fn sum(n: u32) -> u32 {
    let mut all = 0;
    for i in 0..n {
        all += i;
    }
    all
}

fn forever(n: u32) -> u32 {
    forever(n)
}

fn first(x: &[f32]) -> f32 {
    x[0]
}

fn wide<const N: u32>(n: u32) -> u32 {
    n * N
}

#[kernel(workgroup = 64)]
fn kernel(x: &[f32], out: &mut [f32]) {}
