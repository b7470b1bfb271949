//! Forms for NVIDIA's later devices, with workgroup memory that others lack.

/// Elements that fit into workgroup memory of compute capability 9.0, and of 8.0.
const IN_227_KIB: u32 = 58_000;
const IN_99_KIB: u32 = 25_000;

/// The elements from the last to the first.
#[op]
pub fn backwards(x: &[u32], out: &mut [u32]) {
    require!(out.len() >= x.len());
    if supports!(sm_90a) && x.len() <= IN_227_KIB {
        launch!(backwards_sm_90a, [1], x, out);
    } else if supports!(sm_80) && x.len() <= IN_99_KIB {
        launch!(backwards_sm_80, [1], x, out);
    } else {
        launch!(backwards_anywhere, [div_ceil(x.len(), 256)], x, out);
    }
}

#[kernel(workgroup = 1024, needs = sm_90a)]
fn backwards_sm_90a(x: &[u32], out: &mut [u32]) {
    through_memory::<IN_227_KIB>(x, out);
}

#[kernel(workgroup = 1024, needs = sm_80)]
fn backwards_sm_80(x: &[u32], out: &mut [u32]) {
    through_memory::<IN_99_KIB>(x, out);
}

#[kernel(workgroup = 256)]
fn backwards_anywhere(x: &[u32], out: &mut [u32]) {
    let i = global_id().x;
    if i < x.len() {
        out[i] = x[x.len() - 1 - i];
    }
}

fn through_memory<const N: u32>(x: &[u32], out: &mut [u32]) {
    let memory = shared::<[u32; N]>();
    let n = min(x.len(), N);
    for i in (local_index()..n).step_by(1024) {
        memory[i] = x[i];
    }
    workgroup_barrier();
    for i in (local_index()..n).step_by(1024) {
        out[i] = memory[n - 1 - i];
    }
}
