//! Arrays, structs, buffers of structs, workgroup memory, atomics.

use super::{body, body_with, compile, count, f, is_buffer, run};
use crate::ir::{Check, Const, Place, Scalar, Type};

#[test]
fn arrays() {
    assert_eq!(
        body(
            "let mut a = [0; 4]; for i in 0..4 { a[i] = x[i] * 2; } out[0] = a[3] + a.len(); let b = a; a[3] = 0; out[1] = b[n - 1];"
        )[..2],
        [12, 8]
    );
    assert_eq!(
        body(
            "let mut m = [[0; 3]; 2]; for i in 0..2 { for j in 0..3 { m[i][j] = i * 10 + j; } } let row = m[1]; out[0] = row[2]; out[1] = m[x[0]][x[0]];"
        )[..2],
        [12, 11]
    );
    assert_eq!(
        body(
            "let mut a = [7; 100]; a[5] = 1; let mut s = 0; for i in 0..100 { s += a[i]; } out[0] = s; out[1] = [4, 5, 6][x[1]];"
        )[..2],
        [694, 6]
    );
    assert_eq!(
        body(
            "let mut s = [f32x4::splat(0.0); 2]; s[1] += 2.0 * f32x4::splat(f[0]); s[0][2] = 3.0; out[0] = s[1].w.to_bits(); out[1] = s[0].z.to_bits();"
        )[..2],
        [f(1.0), f(3.0)]
    );
}

#[test]
fn structs_and_tuples() {
    let items = "struct P { a: u32, b: f32, c: [u32; 2] } fn moved(p: P, by: u32) -> P { P { a: p.a + by, ..p_rest } }"
        .replace(", ..p_rest", ", b: p.b, c: p.c");
    assert_eq!(
        body_with(
            &items,
            "let mut p = P { a: 1, b: f[0], c: [3, 4] }; p.c[1] = 9; p.a += 1; let q = moved(p, 5); out[0] = q.a; out[1] = q.b.to_bits(); out[2] = q.c[x[0]]; let ps = [p, q]; out[3] = ps[1].a + ps[x[0]].c[0];",
            &[1],
            &[0.5]
        )[..4],
        [7, f(0.5), 9, 10]
    );
    assert_eq!(body("let mut t = (1, (2, 3)); t.1.0 = 5; let (a, (b, c)) = t; out[0] = a + b + c;")[0], 9);
}

#[test]
fn references() {
    let items = "fn bump(a: &mut u32, by: u32) { *a_ += by; } fn fill<T, const N: u32>(a: &mut [T; N], v: T) { for i in 0..N { a[i] = v; } } fn total(a: &[u32]) -> u32 { let mut s = 0; for i in 0..a.len() { s += a[i]; } s }".replace("*a_", "a");
    assert_eq!(
        body_with(
            &items,
            "let mut k = 1; bump(&mut k, 4); out[0] = k; let mut a = [0; 5]; fill(&mut a, 3); out[1] = total(&a); out[2] = total(x); let mut m = [[0; 2]; 3]; fill(&mut m[1], 8); out[3] = m[1][1] + m[0][1] + m[2][0];",
            &[1, 2],
            &[]
        )[..4],
        [5, 15, 3, 8]
    );
}

#[test]
fn buffers_of_structs() {
    let four = "struct Node { feature: i32, value: f32, left: u32, right: u32 } #[kernel(workgroup = 1)] fn k(nodes: &[Node], out: &mut [Node]) { let node = nodes[1]; out[0] = Node { feature: node.feature + 1, value: node.value, left: node.right, right: nodes[0].left }; out[1].left = 5; }";
    let done = compile(four);
    let super::super::super::ir::ParamKind::Buffer(buffer) = &done.kernel.params[0].kind else { panic!() };
    assert_eq!((buffer.elem, buffer.elems_per_item), (Type::vector(Scalar::U32, 4), 1));
    assert_eq!(
        done.kernel.accesses.iter().filter(|a| matches!(a.place, Place::Buffer(p) if p.0 == 0)).count(),
        2,
        "one vector each"
    );
    let out = run(&done, &[], &[vec![1, 2, 3, 4, u32::MAX, f(2.5), 7, 8], vec![9; 8]]);
    assert_eq!(out, [0, f(2.5), 8, 3, 9, 9, 5, 9]);

    let three = "struct E { a: u32, b: f32, c: i32 } #[kernel(workgroup = 1)] fn k(e: &[E], out: &mut [E]) { let n = e.len(); out[n - 1] = e[0]; out[0].b = e[1].b + 1.0; }";
    let done = compile(three);
    let super::super::super::ir::ParamKind::Buffer(buffer) = &done.kernel.params[0].kind else { panic!() };
    assert_eq!((buffer.elem, buffer.elems_per_item), (Type::U32, 3));
    assert_eq!(run(&done, &[], &[vec![1, 2, 3, 4, f(0.5), 6], vec![0; 6]]), [0, f(1.5), 0, 1, 2, 3]);

    let wide = "struct W { a: u32, b: u64 } #[kernel(workgroup = 1, needs = int64)] fn k(e: &[W], out: &mut [W]) { out[0] = e[0]; out[1].b = e[0].b; }";
    let done = super::try_compile(wide, vec![], &[crate::ir::Feature::Int64]).unwrap();
    assert_eq!(run(&done, &[], &[vec![1, 2, 3, 4], vec![7; 8]]), [1, 0, 3, 4, 7, 7, 3, 4]);
}

#[test]
fn storage_types() {
    let done = compile(
        "#[kernel(workgroup = 1)] fn k(a: &[u8], out: &mut [f32]) { out[0] = a[1] as f32 * 2.0; out[1] = a[0] as u32 as f32; }",
    );
    assert_eq!(run(&done, &[], &[vec![0x0305], vec![0; 2]]), [f(6.0), f(5.0)]);
}

#[test]
fn workgroup_memory() {
    let text = "#[kernel(workgroup = 4)] fn k(x: &[u32], out: &mut [u32]) {
        let tile = shared::<[[u32; 2]; 4]>(); let bins = shared_zeroed::<[Atomic<u32>; 2]>(); let i = local_index();
        tile[i][0] = x[i]; tile[i][1] = i; bins[i % 2].add(x[i]);
        workgroup_barrier();
        let first = uniform_load(&tile[0][0]);
        if i < 2 { out[i] = bins[i].load(); }
        out[4 + i] = tile[3 - i][0] * 10 + tile[i][1] + first;
    }";
    let done = compile(text);
    assert_eq!(done.kernel.shared.len(), 2);
    assert_eq!(run(&done, &[], &[vec![1, 2, 3, 4], vec![0; 8]]), [4, 6, 0, 0, 41, 32, 23, 14]);
}

#[test]
fn shared_structs_split() {
    let text = "struct M { mean: f32, n: [u32; 2] } #[kernel(workgroup = 2)] fn k(out: &mut [u32]) { let t = shared::<[M; 2]>(); let i = local_index(); t[i] = M { mean: i as f32, n: [i, i + 5] }; workgroup_barrier(); let m = t[1 - i]; out[i] = m.n[1] + m.mean as u32; }";
    let done = compile(text);
    assert_eq!(done.kernel.shared.iter().map(|s| s.len).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(run(&done, &[], &[vec![0; 2]]), [7, 5]);
}

#[test]
fn atomics() {
    let text = "fn raise(a: &[Atomic<u32>], v: u32) { a[0].max(v); } #[kernel(workgroup = 1)] fn k(a: &[Atomic<u32>]) { raise(a, 9); let old = a[1].exchange(5); a[2].store(old + 1); let seen = a[2].compare_exchange(old + 1, 40); a[3].add(seen); a[3].sub(1); a[4].or(6); a[4].and(3); a[4].xor(1); a[5].min(2); }";
    assert_eq!(run(&compile(text), &[], &[vec![1, 2, 0, 10, 0, 8]]), [9, 5, 40, 12, 3, 2]);
}

#[test]
fn sites_name_the_buffer() {
    let done = compile(
        "#[kernel(workgroup = 1)] fn k(n: u32, labels: &[f32], out: &mut [f32]) { let mut a = [0.0; 2]; a[1] = labels[n]; store(out, a[1]); } fn store(t: &mut [f32], v: f32) { t[0] = v; }",
    );
    let whats: Vec<&str> = done.kernel.sites.iter().map(|site| site.what.as_str()).collect();
    assert!(whats.contains(&"index into labels") && whats.contains(&"index into out"), "{whats:?}");
    let in_slot = done.kernel.accesses.iter().filter(|a| matches!(a.place, Place::Slot(_)));
    assert!(in_slot.into_iter().all(|a| matches!(a.check, Check::Proved(_))));
    assert_eq!(done.kernel.params.iter().filter(|p| is_buffer(p)).count(), 2);
    let _ = (Const::u32(0), count(&done, "x"));
}

#[test]
fn faults() {
    let done = compile("#[kernel(workgroup = 1)] fn k(n: u32, out: &mut [u32]) { let i: i32 = 3; fault!(\"sample\", n, 7); fault!(i, out.len()); }".replace("fault!(i,", "fault!(\"i\", i,").as_str());
    assert_eq!(done.kernel.sites[0].what, "sample");
}
