//! Names of CUDA, WGSL, C and Rust.

enum What {
    Sum,
}

#[op]
pub fn f(n: u32, x: &[f32], out: &mut [f32]) {
    let m = sqrt(4.0);
    let k = mix(n, 2);
    launch!(kernel, [n], n, x, out);
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, x: &[f32], out: &mut [f32]) {
    let a = threadIdx.x + blockIdx.x * blockDim.x;
    let b = global_id.x;
    __syncthreads();
    atomicAdd(out, 1);
    let c = __shfl_down_sync(0, n, 1);
    let d = x[0].sinf() + atan2f(x[0], x[1]) + fmod(x[0], x[1]) + log2f(x[0]);
    let e = fmaxf(x[0], 1.0) + sqrt(x[1]) + x[0].pow(2);
    let g = PI + INFINITY;
    let h = f32x4(0.0, 0.0, 0.0, 0.0);
    let i = vec4(0.0, 0.0, 0.0, 0.0);
    let j = f32(n) + f32::from(n) + float(n);
    let k = x.iter();
    let l = x.get(0);
    let m = x.lenght();
    let o: float4 = i;
    let p = Vec::new();
    let q = n.checked_sub(1) + n.wraping_add(1);
    printf(n);
    let r = sums;
    let s = x(0);
    let t = Sum;
    let u = x[0].sqrt;
    let v = shared::<f32>(256);
    let w: f32 = n > 1;
    let z: u32 = n > 1;
    if n % 2 {
        out[0] = 1.0;
    }
}
