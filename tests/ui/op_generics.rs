#[op]
pub fn f(n: u32, fast: bool, out: &mut [f32]) {
    launch!(kernel, [1], out);
    launch!(kernel::<4>, [1], out);
    launch!(kernel::<n, true>, [1], out);
    launch!(kernel::<4, 4>, [1], out);
    launch!(kernel::<{ 0 - 1 }, fast>, [1], out);
    launch!(kernel::<f32, true>, [1], out);
    launch!(typed::<4>, [1], out);
    launch!(typed::<f32, u32>, [1], out);
}

#[kernel(workgroup = 64)]
fn kernel<const N: u32, const FAST: bool>(out: &mut [f32]) {}

#[kernel(workgroup = 64)]
fn typed<T: Number>(out: &mut [f32]) {}

#[kernel(workgroup = 64, over = out.len())]
pub fn open<const N: u32>(out: &mut [f32]) {}

#[kernel(workgroup = 64, over = out.len())]
#[instances(M = [1, 2])]
pub fn misnamed<const N: u32>(out: &mut [f32]) {}
