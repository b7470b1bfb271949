//! Literals, operators, conversions, vectors, constants.

use super::{body, body_with, compile, f};

#[test]
fn literals_take_their_type_from_use() {
    assert_eq!(
        body(
            "let mut i = 0; let mut s = 0; while_(); out[0] = i + s;"
                .replace("while_();", "#[bound(10)] while i < n { s += x[i]; i += 1; }")
                .as_str()
        )[0],
        14
    );
    assert_eq!(body("let a = 3; let b = a; out[b] = 7; out[0] = (a as f32 * 2.0) as u32;")[..4], [6, 0, 0, 7]);
    assert_eq!(
        body("let a = -1; out[0] = a as u32; let b = 0.1; out[1] = (b + f[0]).to_bits();")[..2],
        [u32::MAX, f(0.1 + 0.5)]
    );
    assert_eq!(body("let t = (1, 2.5); out[t.0] = t.1.to_bits();")[1], f(2.5));
    assert_eq!(
        body("out[0] = (-2147483648_i32) as u32; out[1] = 3000000000 as u32; out[2] = 1f32.to_bits();")[..3],
        [0x8000_0000, 3_000_000_000, f(1.0)]
    );
}

#[test]
fn operators_wrap_and_broadcast() {
    assert_eq!(
        body("out[0] = x[0] - x[1]; out[1] = x[3] / 3 + x[3] % 3; out[2] = x[0] << 4 | x[1] ^ 1;")[..3],
        [u32::MAX, 2, 19]
    );
    assert_eq!(
        body(
            "let v = f32x4::new(f[0], f[1], f[2], f[3]) * 2.0; out[0] = v.x.to_bits(); out[1] = (1.0 - v)[2].to_bits();"
        )[..2],
        [f(1.0), f(6.0)]
    );
    assert_eq!(
        body("let v = u32x4::new(0, 1, 2, 3) + x[0] * 4 < 6; let w = select(v, 1, 0); out[0] = w.x + w.y + w.z + w.w;")
            [0],
        2
    );
    assert_eq!(body("let k: i32 = -8; out[0] = (k >> 1) as u32; out[1] = (!x[0]) & 0xff;")[..2], [-4_i32 as u32, 0xfe]);
    assert_eq!(
        body("let a = i32x2::new(-8, 8) >> 2; out[0] = a.x as u32; out[1] = a.y as u32;")[..2],
        [-2_i32 as u32, 2]
    );
}

#[test]
fn lazy_operators_skip_loads() {
    assert_eq!(body("if n < 3 && x[9] > 0 { out[0] = 1; } if n > 3 || x[9] > 0 { out[1] = 1; }")[..2], [0, 1]);
    assert_eq!(
        body("let b = n > 3 && x[0] == 1; out[0] = b as u32; out[1] = (n > 9 || x[1] == 3) as u32;")[..2],
        [1, 0]
    );
}

#[test]
fn conversions() {
    assert_eq!(
        body(
            "out[0] = f[2] as i32 as u32; out[1] = f[2] as u32; out[2] = true as u32; out[3] = (x[3] as f32 / 3.0).to_bits();"
        )[..4],
        [-2_i32 as u32, 0, 1, f(4.0 / 3.0)]
    );
    assert_eq!(
        body("let v = f32x2::new(1.5, -1.5).cast::<i32>(); out[0] = v.x as u32; out[1] = v.y as u32;")[..2],
        [1, u32::MAX]
    );
    assert_eq!(
        body("out[0] = f32x2::from_bits(u32x2::new(x[0], 2)).to_bits().x; out[1] = f32::from_bits(0x3f800000) as u32;")
            [..2],
        [1, 1]
    );
    assert_eq!(
        body("let v = (f32x2::new(f[0], 1.0) < 0.75).cast::<f32>(); out[0] = v.x as u32; out[1] = v.y as u32;")[..2],
        [1, 0]
    );
}

#[test]
fn vectors() {
    assert_eq!(body("let mut v = u32x3::new(1, 2, 3); v.y = 9; v[2] = x[3]; out[0] = v.x + v.y + v.z;")[0], 14);
    assert_eq!(
        body(
            "let mut v = u32x4::splat(7); for i in 0..4 { v[i] += i; } let w = v; out[0] = w[x[0]]; out[1] = v.w; let k = x[1]; out[2] = w[k];"
        )[..3],
        [8, 10, 9]
    );
    assert_eq!(
        body(
            "out[0] = f32x4::new(1.0, 2.0, 3.0, 4.0).sum_lanes() as u32; out[1] = u32x2::new(1, 2).rotate_left(31).y;"
        )[..2],
        [10, 1]
    );
    assert_eq!(
        body(
            "out[0] = global_id().x + local_id().y + workgroup_size().x; let g = global_id(); out[1] = g.z; out[2] = num_workgroups().y;"
        )[..3],
        [1, 0, 1]
    );
}

#[test]
fn methods_and_free_forms() {
    assert_eq!(
        body(
            "out[0] = max(x[0], 3) + x[3].min(2); out[1] = div_ceil(x[3], 3); out[2] = f[2].abs().to_bits(); out[3] = x[2].count_ones();"
        )[..4],
        [5, 2, f(2.5), 2]
    );
    assert_eq!(
        body(
            "out[0] = f[3].sqrt() as u32; out[1] = (-f[1]).mul_add(2.0, 5.0) as u32; out[2] = x[3].mul_hi(0x80000000); out[3] = 1.0.min(f[0]).to_bits();"
        )[..4],
        [2, 2, 2, f(0.5)]
    );
    assert_eq!(
        body("out[0] = f[0].clamp(1.0, 2.0).to_bits(); out[1] = f[0].exp().to_bits(); out[2] = (-8).leading_zeros();")
            [..3],
        [f(1.0), f(0.5_f32.exp()), 0]
    );
    assert_eq!(
        body(
            "out[0] = u32::MAX; out[1] = i32::MIN as u32; out[2] = f32::MAX.to_bits(); out[3] = f32::EPSILON.to_bits(); out[4] = f32::NEG_INFINITY.to_bits();"
        )[..5],
        [u32::MAX, 0x8000_0000, f(f32::MAX), f(f32::EPSILON), f(f32::NEG_INFINITY)]
    );
}

#[test]
fn constants() {
    let items = "const A: u32 = 3 * B; const B: u32 = half(8) + 1; fn half(x: u32) -> u32 { x / 2 }
        const T: [f32; 3] = [0.5, 1.5, 2.5]; const S: f32 = 1.0 / 3.0;
        fn sum(n: u32) -> u32 { let mut s = 0; for i in 0..n { s += i; } s } const SUM: u32 = sum(5);";
    assert_eq!(
        body_with(
            items,
            "out[0] = A; let a = [1; B]; out[1] = a.len(); out[2] = T[x[0]].to_bits(); out[3] = S.to_bits(); out[4] = SUM;",
            &[1],
            &[]
        )[..5],
        [15, 5, f(1.5), f(1.0 / 3.0), 10]
    );
    let done = compile(
        "const N: u32 = 4; #[kernel(workgroup = [N * 2, N])] fn k(out: &mut [u32]) { const M: u32 = N + 1; out[M] = M; }",
    );
    assert_eq!(done.kernel.workgroup, [8, 4, 1]);
}
