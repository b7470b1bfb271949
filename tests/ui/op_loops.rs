#[op]
pub fn f(n: u32, x: &[f32], out: &mut [f32]) {
    for i in 0..n {
        launch!(kernel, [1], i, x, out);
    }
    for i in (0..8).step_by(0) {
        launch!(kernel, [1], i, x, out);
    }
    for i in 0..100 {
        for j in 0..100 {
            launch!(kernel, [1], i * j, x, out);
        }
    }
    for (i, j) in 0..3 {
        launch!(kernel, [1], i, x, out);
    }
    for i in 0..3 {
        if i == 2 {
            break;
        }
        launch!(kernel, [1], i, x, unknown);
    }
    #[bound(3)]
    while true {
        launch!(kernel, [1], 1, x, out);
    }
}

#[kernel(workgroup = 64)]
fn kernel(i: u32, x: &[f32], out: &mut [f32]) {}
