//! cuBLAS, as far as a product of matrices needs it.
//!
//! By hand, as cudarc looks for fewer versions of the library than there are. In: sizes, and addresses as the driver gives
//! them. Out: products on a stream, or why not.
#![expect(unsafe_code, reason = "the library is C: its types are as its header declares them")]

use super::library;
use libloading::Library;
use std::ffi::{c_int, c_void};
use std::sync::OnceLock;

/// What it goes by, the newest first.
const NAMES: &[&str] = if cfg!(windows) {
    &["cublas64_13.dll", "cublas64_12.dll"]
} else {
    &["libcublas.so.13", "libcublas.so.12", "libcublas.so"]
};

type Handle = *mut c_void;
type Create = unsafe extern "C" fn(*mut Handle) -> c_int;
type SetStream = unsafe extern "C" fn(Handle, *mut c_void) -> c_int;
type SetMathMode = unsafe extern "C" fn(Handle, c_int) -> c_int;
type Destroy = unsafe extern "C" fn(Handle) -> c_int;
#[rustfmt::skip]
type Sgemm = unsafe extern "C" fn(
    Handle, c_int, c_int, c_int, c_int, c_int,
    *const f32, *const f32, c_int, *const f32, c_int, *const f32, *mut f32, c_int,
) -> c_int;

/// `CUBLAS_DEFAULT_MATH`: float32 throughout; TF32 is a mode of its own.
const DEFAULT_MATH: c_int = 0;

/// The library's functions.
struct Api {
    create: Create,
    set_stream: SetStream,
    set_math_mode: SetMathMode,
    destroy: Destroy,
    sgemm: Sgemm,
    _library: Library,
}

/// The library, loaded when first asked for and kept for the process's life, as NVIDIA's libraries are not made to go.
fn api() -> Result<&'static Api, String> {
    static API: OnceLock<Result<Api, String>> = OnceLock::new();
    API.get_or_init(Api::load).as_ref().map_err(|why| format!("cuBLAS: {why}"))
}

/// Whether the library is here, which is loaded to know.
///
/// # Errors
/// How to have it.
pub fn is_here() -> Result<(), String> {
    api().map(drop)
}

impl Api {
    fn load() -> Result<Self, String> {
        let library = library::open(NAMES)?;
        let absent = |why: libloading::Error| why.to_string();
        // SAFETY: the types are those of cublas_v2.h, where a macro adds `_v2` to some names.
        unsafe {
            Ok(Self {
                create: *library.get(b"cublasCreate_v2\0").map_err(absent)?,
                set_stream: *library.get(b"cublasSetStream_v2\0").map_err(absent)?,
                set_math_mode: *library.get(b"cublasSetMathMode\0").map_err(absent)?,
                destroy: *library.get(b"cublasDestroy_v2\0").map_err(absent)?,
                sgemm: *library.get(b"cublasSgemm_v2\0").map_err(absent)?,
                _library: library,
            })
        }
    }
}

/// cuBLAS on one stream, with memory of its own on the card.
pub struct Blas {
    api: &'static Api,
    handle: Handle,
}

// SAFETY: the library lets any thread use its handles, one at a time.
unsafe impl Send for Blas {}

impl Blas {
    /// cuBLAS with its work on that stream, in this thread's context.
    ///
    /// # Errors
    /// Where the library is not here, or does not start.
    ///
    /// # Safety
    /// The stream is one of this thread's context, and lives as long.
    pub unsafe fn new(stream: *mut c_void) -> Result<Self, String> {
        let api = api()?;
        let mut handle = std::ptr::null_mut();
        // SAFETY: the library writes a handle, or says that it did not.
        check("cublasCreate", unsafe { (api.create)(&raw mut handle) })?;
        let this = Self { api, handle };
        // SAFETY: both live.
        check("cublasSetStream", unsafe { (api.set_stream)(handle, stream) })?;
        // SAFETY: as above.
        check("cublasSetMathMode", unsafe { (api.set_math_mode)(handle, DEFAULT_MATH) })?;
        Ok(this)
    }

    /// Queues `c = alpha * op(a) * op(b) + beta * c`; where `beta` is 0, `c` is not read.
    ///
    /// # Errors
    /// What the library says.
    ///
    /// # Safety
    /// At the addresses `[a, b, c]` are matrices of that layout, which live until the product is done; `c` overlaps neither
    /// of the others. The stream's context is this thread's.
    pub unsafe fn sgemm(&self, layout: &Layout, [alpha, beta]: [f32; 2], [a, b, c]: [u64; 3]) -> Result<(), String> {
        let Layout { transposed: [first_t, second_t], sizes: [rows, columns, depth], pitches: [first, second, of_c] } =
            *layout;
        // SAFETY: as the caller promises; the factors are read before it returns. `b` comes first: see `Layout`.
        let status = unsafe {
            (self.api.sgemm)(
                self.handle,
                first_t,
                second_t,
                rows,
                columns,
                depth,
                &raw const alpha,
                b as *const f32,
                first,
                a as *const f32,
                second,
                &raw const beta,
                c as *mut f32,
                of_c,
            )
        };
        check("cublasSgemm", status)
    }
}

impl Drop for Blas {
    fn drop(&mut self) {
        // SAFETY: the handle is the library's own and is used no more.
        let _ = unsafe { (self.api.destroy)(self.handle) };
    }
}

fn check(call: &str, status: c_int) -> Result<(), String> {
    if status == 0 { Ok(()) } else { Err(format!("{call} failed with status {status}")) }
}

/// Matrices that are row-major, as cuBLAS sees them. It thinks in columns, where each of ours is its transpose: so it
/// computes `op(b)^T * op(a)^T`, which is our `c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Whether it is to transpose `b`, and `a`: `CUBLAS_OP_N` is 0, `CUBLAS_OP_T` 1.
    transposed: [c_int; 2],
    /// Rows and columns of its result, and the length of its sums: `n`, `m`, `k`.
    sizes: [c_int; 3],
    /// From one of its columns to the next, in `b`, `a` and `c`.
    pitches: [c_int; 3],
}

impl Layout {
    /// That of `op(a)`, `[m, k]`, times `op(b)`, `[k, n]`, where a matrix that is `transposed` is stored the other way round.
    /// `None` where a size is 0, or a matrix has more elements than an `i32` counts.
    #[must_use]
    pub fn row_major([m, n, k]: [u32; 3], transposed: [bool; 2]) -> Option<Self> {
        let is_counted = |(rows, columns): (u32, u32)| {
            u64::from(rows) * u64::from(columns) <= i32::MAX as u64 && rows > 0 && columns > 0
        };
        if ![(m, k), (k, n), (m, n)].into_iter().all(is_counted) {
            return None;
        }
        let [m, n, k] = [m, n, k].map(|size| size as c_int);
        let [a, b] = transposed;
        let pitches = [if b { k } else { n }, if a { m } else { k }, n];
        Some(Self { transposed: [b.into(), a.into()], sizes: [n, m, k], pitches })
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, is_here};
    use std::ffi::c_int;

    /// `cublasSgemm` with factors of 1 and 0, as its documentation has it: by columns.
    fn by_columns(layout: &Layout, first: &[i64], second: &[i64], out: &mut [i64]) {
        let Layout { transposed, sizes: [rows, columns, depth], pitches } = *layout;
        let at = |matrix: &[i64], which: usize, row: c_int, column: c_int| {
            let (row, column) = if transposed[which] == 1 { (column, row) } else { (row, column) };
            matrix[(column * pitches[which] + row) as usize]
        };
        for column in 0..columns {
            for row in 0..rows {
                let terms = (0..depth).map(|d| at(first, 0, row, d) * at(second, 1, d, column));
                out[(column * pitches[2] + row) as usize] = terms.sum();
            }
        }
    }

    #[test]
    fn it_multiplies_rows_by_thinking_in_columns() {
        let [m, n, k] = [2usize, 3, 4];
        let a: Vec<i64> = (1..=8).collect();
        let b: Vec<i64> = (3..=14).map(|i| i * i).collect();
        for (trans_a, trans_b) in [(false, false), (true, false), (false, true), (true, true)] {
            let layout = Layout::row_major([m as u32, n as u32, k as u32], [trans_a, trans_b]).unwrap();
            let mut c = vec![0; m * n];
            by_columns(&layout, &b, &a, &mut c);
            for row in 0..m {
                for column in 0..n {
                    let a_at = |d: usize| a[if trans_a { d * m + row } else { row * k + d }];
                    let b_at = |d: usize| b[if trans_b { column * k + d } else { d * n + column }];
                    let expected: i64 = (0..k).map(|d| a_at(d) * b_at(d)).sum();
                    assert_eq!(c[row * n + column], expected, "{trans_a} {trans_b} [{row}, {column}]");
                }
            }
        }
    }

    #[test]
    fn the_library_has_what_is_called_or_is_absent() {
        match is_here() {
            Ok(()) => eprintln!("cuBLAS is here"),
            Err(why) => assert!(why.starts_with("cuBLAS: ") && why.contains("LD_LIBRARY_PATH"), "{why}"),
        }
    }

    #[test]
    fn sizes_that_it_does_not_count_are_not_for_it() {
        let fits = |sizes| Layout::row_major(sizes, [false; 2]).is_some();
        assert!(fits([1 << 15, 1 << 15, 1 << 15]) && fits([i32::MAX as u32, 1, 1]));
        assert!(!fits([1 << 16, 1 << 15, 1]) && !fits([1 << 16, 1, 1 << 15]) && !fits([1, 1 << 16, 1 << 15]));
        assert!(!fits([u32::MAX, u32::MAX, u32::MAX]) && !fits([0, 1, 1]) && !fits([1, 1, 0]));
    }
}
