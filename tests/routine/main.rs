//! Ops that say what they compute: who serves a call, what of, and whether the result is the op's.
#![allow(clippy::unwrap_used, reason = "a test")]

mod card;
mod offering;
mod product;

use offering::{Answer, Offering};
use product::Product;
use wgpuc_conformance::Package;
use wgpuc_core::driver::Input;
use wgpuc_runtime::abi::Bundle;
use wgpuc_runtime::backend::Gemm;
use wgpuc_runtime::{Backend, Gpu, GpuError, Guest, Library};

/// A guest of a device that offers the routine, and what is asked of it.
fn guest(bundle: Bundle, library: Library, answer: Answer) -> (Guest, Offering) {
    let device = Offering::new(answer);
    let gpu = Gpu::builder().device(Box::new(device.clone())).library(library).kernels(bundle).build().unwrap();
    (gpu.guest(gpu.default_quota()).unwrap(), device)
}

#[test]
fn a_library_gets_the_ops_arguments_and_computes_the_same() {
    let (mut own, idle) = guest(wgpuc_kernels::bundle(), Library::Own, Answer::Serves);
    let (mut by_library, device) = guest(wgpuc_kernels::bundle(), Library::Auto, Answer::Serves);
    for product in Product::all([7, 9, 5]) {
        let expected = product.call(&mut own).unwrap();
        let found = product.call(&mut by_library).unwrap();
        assert_eq!([own.served_by(), by_library.served_by()], [Some("own"), Some("cublas")]);
        product.check(&expected);
        product.check(&found);
        let (gemm, only_if_faster) = device.asked().pop().unwrap();
        let [a, b, c] = [gemm.a, gemm.b, gemm.c];
        let Product { size: [m, n, k], transposed: [trans_a, trans_b], factors: [alpha, beta] } = product;
        assert_eq!(gemm, Gemm { m, n, k, trans_a, trans_b, alpha, beta, a, b, c });
        assert!(only_if_faster && a != b && b != c && a != c);
    }
    assert!(idle.asked().is_empty(), "a guest with its own kernels asks nobody");
}

#[test]
fn a_library_is_started_ahead_where_it_may_serve() {
    for (library, expected) in [(Library::Auto, true), (Library::Cublas, true), (Library::Own, false)] {
        let (mut guest, device) = guest(wgpuc_kernels::bundle(), library, Answer::Serves);
        assert!(!device.is_started());
        guest.prepare().unwrap();
        assert_eq!(device.is_started(), expected, "{library:?}");
    }
}

#[test]
fn a_library_that_declines_leaves_the_call_to_the_kernels() {
    let (mut guest, device) = guest(wgpuc_kernels::bundle(), Library::Auto, Answer::Declines);
    let product = Product { size: [4, 3, 2], transposed: [false; 2], factors: [1.0, 0.0] };
    product.check(&product.call(&mut guest).unwrap());
    assert_eq!((guest.served_by(), device.asked().len()), (Some("own"), 1));
}

#[test]
fn a_library_that_is_asked_for_by_name_serves_always_and_its_failure_is_told() {
    let (mut guest, device) = guest(wgpuc_kernels::bundle(), Library::Cublas, Answer::Fails);
    let product = Product { size: [4, 3, 2], transposed: [false; 2], factors: [1.0, 0.0] };
    assert_eq!(product.call(&mut guest), Err(GpuError::KernelError("out of order".into())));
    assert_eq!((guest.served_by(), device.asked()[0].1), (None, false));
}

#[test]
fn the_requirements_hold_whoever_serves() {
    let (mut guest, device) = guest(wgpuc_kernels::bundle(), Library::Auto, Answer::Serves);
    let [a, b, c] = [(); 3].map(|()| u64::from(guest.buffer_create(16, true).unwrap()));
    let one = u64::from(1f32.to_bits());
    for (words, expected) in [
        ([2, 3, 2, 0, 0, one, 0, a, b, c], "a.len() is 4, but must be at least 6"),
        ([0, 2, 2, 0, 0, one, 0, a, b, c], "params.m is 0"),
        ([2, 2, 2, 0, 0, one, 0, a, b, a], "must be different buffers"),
    ] {
        let error = guest.call("kernel-matmul", &words).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!((guest.served_by(), device.asked().len()), (None, 0));
}

#[test]
fn what_only_the_kernels_define_is_left_to_them() {
    let (mut guest, device) = guest(wgpuc_kernels::bundle(), Library::Cublas, Answer::Serves);
    let plain = Product { size: [3, 4, 5], transposed: [false; 2], factors: [1.0, 2.0] };
    for product in [Product { size: [3, 4, 0], ..plain }, Product { factors: [0.0, 2.0], ..plain }] {
        product.check(&product.call(&mut guest).unwrap());
        assert_eq!(guest.served_by(), Some("own"));
    }
    // Zero times what is no number is none.
    let nan = guest.buffer_create(4, true).unwrap();
    guest.buffer_write(nan, 0, &f32::NAN.to_le_bytes()).unwrap();
    let [b, c] = [(); 2].map(|()| guest.buffer_create(4, true).unwrap());
    guest.call("kernel-matmul", &[1, 1, 1, 0, 0, 0, 0, nan, b, c].map(u64::from)).unwrap();
    let mut bytes = [0; 4];
    guest.buffer_read(c, 0, &mut bytes).unwrap();
    assert!(f32::from_le_bytes(bytes).is_nan() && device.asked().is_empty());
}

/// An op that requires nothing of its matrices, and lets them be the same.
const UNGUARDED: &str = "
#[op(may_alias(a, b, c), routine = gemm_f32(
    m = rows, n = 2, k = rows - 1, trans_a = false, trans_b = true, alpha = 1.0, beta = 0.0, a = a, b = b, c = c
))]
pub fn product(rows: u32, a: &[f32], b: &[f32], c: &mut [f32]) {
    launch!(kernel, [1], c);
}

#[kernel(workgroup = 64)]
fn kernel(c: &mut [f32]) {}
";

#[test]
fn a_library_sees_no_matrix_beyond_its_buffer_and_writes_to_none_that_it_reads() {
    let files = vec![("product.rs".to_owned(), UNGUARDED.as_bytes().to_vec())];
    let package = Package::compile(&Input { folder_name: "unguarded".to_owned(), files }).unwrap();
    let (mut guest, device) = guest(package.bundle(), Library::Cublas, Answer::Serves);
    let mut buffer = |n_floats: u64| u64::from(guest.buffer_create(4 * n_floats, true).unwrap());
    // Three rows: [3, 2] times [2, 2] to [3, 2].
    let (a, b, c) = (buffer(6), buffer(4), buffer(6));
    let (short_a, short_b, short_c) = (buffer(5), buffer(3), buffer(5));
    for (words, by) in [
        ([3, a, b, c], "cublas"),
        ([3, a, a, c], "cublas"),
        ([3, short_a, b, c], "own"),
        ([3, a, short_b, c], "own"),
        ([3, a, b, short_c], "own"),
        ([3, c, b, c], "own"),
        ([3, a, c, c], "own"),
        // `k` is 0, or no size.
        ([1, a, b, c], "own"),
        ([0, a, b, c], "own"),
        ([u64::from(u32::MAX), a, b, c], "own"),
    ] {
        guest.call("product", &words).unwrap();
        assert_eq!(guest.served_by(), Some(by), "{words:?}");
    }
    let asked = device.asked();
    let (gemm, _) = asked[0];
    assert_eq!(gemm, Gemm { m: 3, n: 2, k: 2, trans_a: false, trans_b: true, alpha: 1.0, beta: 0.0, ..gemm });
    assert_eq!((gemm.a == gemm.b, asked[1].0.a == asked[1].0.b, asked.len()), (false, true, 2));
}

#[test]
fn a_library_that_is_not_there_is_said_to_be_absent() {
    let build = |library| {
        let builder = Gpu::builder().backend(Backend::Cpu).library(library);
        builder.kernels(wgpuc_kernels::bundle()).build().map(drop).map_err(|error| error.to_string())
    };
    assert_eq!([build(Library::Auto), build(Library::Own)], [Ok(()), Ok(())]);
    let error = build(Library::Cublas).unwrap_err();
    for part in ["`cublas`", "`cpu`", "use the backend `cuda`", "`auto`"] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!("cublas".parse(), Ok(Library::Cublas));
    assert!("mkl".parse::<Library>().unwrap_err().to_string().contains("auto, own or cublas"));
}
