//! cuBLAS on an NVIDIA card; skipped by name where there is no card or no cuBLAS.

use crate::product::Product;
use wgpuc_runtime::{Backend, Gpu, Guest, Library};

fn guest(library: Library) -> Option<Guest> {
    let builder = Gpu::builder().backend(Backend::Cuda).library(library).kernels(wgpuc_kernels::bundle());
    match builder.build() {
        Ok(gpu) => Some(gpu.guest(gpu.default_quota()).unwrap()),
        Err(why) => {
            eprintln!("skipped: {why}");
            None
        }
    }
}

#[test]
fn cublas_and_the_kernels_compute_the_same() {
    let (Some(mut own), Some(mut cublas)) = (guest(Library::Own), guest(Library::Cublas)) else { return };
    for size in [[1, 1, 1], [3, 5, 7], [1, 300, 129], [16, 132, 258], [65, 64, 63], [129, 130, 257]] {
        for product in Product::all(size) {
            product.check(&product.call(&mut own).unwrap());
            product.check(&product.call(&mut cublas).unwrap());
            assert_eq!([own.served_by(), cublas.served_by()], [Some("own"), Some("cublas")]);
        }
    }
    let nothing_to_add = Product { size: [3, 4, 0], transposed: [false; 2], factors: [1.0, 2.0] };
    nothing_to_add.check(&nothing_to_add.call(&mut cublas).unwrap());
    assert_eq!(cublas.served_by(), Some("own"));
}

#[test]
fn cublas_works_in_the_order_of_the_calls_and_not_in_place() {
    let Some(mut guest) = guest(Library::Cublas) else { return };
    // Each product waits for the last: 2 * 2, as often as there are rounds.
    let side = 64u32;
    let [mut from, two, mut to] = [(); 3].map(|()| guest.buffer_create(4 * u64::from(side * side), true).unwrap());
    let diagonal = |x: f32| (0..side * side).flat_map(move |i| if i % (side + 1) == 0 { x } else { 0.0 }.to_le_bytes());
    for (buffer, x) in [(from, 1.0), (two, 2.0)] {
        guest.buffer_write(buffer, 0, &diagonal(x).collect::<Vec<_>>()).unwrap();
    }
    let words = |a, b, c| [side, side, side, 0, 0, 1f32.to_bits(), 0, a, b, c].map(u64::from);
    for _ in 0..20 {
        guest.call("kernel-matmul", &words(from, two, to)).unwrap();
        assert_eq!(guest.served_by(), Some("cublas"));
        (from, to) = (to, from);
    }
    let mut bytes = vec![0; 4 * (side * side) as usize];
    guest.buffer_read(from, 0, &mut bytes).unwrap();
    assert!(bytes.iter().copied().eq(diagonal(2f32.powi(20))));
    let error = guest.call("kernel-matmul", &words(from, two, from)).unwrap_err().to_string();
    assert!(error.contains("must be different buffers"), "{error}");
}
