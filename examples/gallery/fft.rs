//! Fourier transforms.

use wgpuc::*;

const WORKGROUP: u32 = 256;
/// The longest transform that workgroup memory holds. Longer ones are made of two.
const LENGTH: u32 = 512;
/// Neighbouring transforms of a workgroup: together they read and write whole sectors.
const LANES: u32 = 4;
/// Invocations that share one.
const STRIDE: u32 = WORKGROUP / LANES;

/// `output[k]` is the sum of `input[j] * e^(-2 pi i j k / n)`, or of `e^(2 pi i j k / n)` where it is `inverse`; it is
/// not scaled. Both are `n` complex numbers, real part first; `n` is a power of two, at most 2^18.
#[op]
pub fn fft(n: u32, inverse: bool, input: &[f32], output: &mut [f32]) {
    require!(n > 0);
    require!(n <= LENGTH * LENGTH);
    require!(LENGTH * LENGTH % n == 0);
    require!(input.len() >= 2 * n);
    require!(output.len() >= 2 * n);
    if n <= LENGTH {
        launch!(transform::<{ inverse }, false>, [1], n, 1, input.as_x2(), output.as_x2());
    } else {
        // Four steps (Bailey 1990): element `j` is in row `j / columns`. Columns are transformed first.
        let columns = n / LENGTH;
        let halfway = scratch::<f32x2>(n);
        launch!(transform::<{ inverse }, true>, [div_ceil(columns, LANES)], LENGTH, columns, input.as_x2(), halfway);
        launch!(transform::<{ inverse }, false>, [LENGTH / LANES], columns, LENGTH, halfway, output.as_x2());
    }
}

/// Transforms of `length` of the columns of a matrix, each result turned as far as the rows' need; or else of the
/// `count` rows, to columns of the transposed matrix.
#[kernel(workgroup = WORKGROUP)]
fn transform<const INVERSE: bool, const COLUMNS: bool>(length: u32, count: u32, input: &[f32x2], output: &mut [f32x2]) {
    let tile = shared::<[[f32x2; LANES]; LENGTH]>();
    let stages = length.trailing_zeros();
    let first = workgroup_id().x * LANES;
    // Neighbours in memory are neighbouring columns, or neighbours in a row.
    let i = local_index();
    let (lane, start) = if COLUMNS { (i % LANES, i / LANES) } else { (i / STRIDE, i % STRIDE) };
    if first + lane < count {
        for j in (start..length).step_by(STRIDE) {
            let from = if COLUMNS { j * count + first + lane } else { (first + lane) * length + j };
            // `% LENGTH`, here and below, is for the compiler: no index is larger.
            tile[(j.reverse_bits() >> (32 - stages)) % LENGTH][lane] = input[from];
        }
    }
    workgroup_barrier();
    let lane = local_index() % LANES;
    for stage in 0..stages {
        let half = 1 << stage;
        for pair in (local_index() / LANES..length / 2).step_by(STRIDE) {
            let k = pair & (half - 1);
            let a = 2 * pair - k;
            let b = (a + half) % LENGTH;
            let even = tile[a][lane];
            let odd = product(tile[b][lane], turn::<INVERSE>(k, 2 * half));
            tile[a][lane] = even + odd;
            tile[b][lane] = even - odd;
        }
        workgroup_barrier();
    }
    let column = first + lane;
    if column < count {
        for k in (local_index() / LANES..length).step_by(STRIDE) {
            let value = tile[k][lane];
            output[k * count + column] =
                if COLUMNS { product(value, turn::<INVERSE>(k * column, length * count)) } else { value };
        }
    }
}

fn product(a: f32x2, b: f32x2) -> f32x2 {
    f32x2::new(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x)
}

/// `e^(-2 pi i k / n)`, or `e^(2 pi i k / n)`, for a power of two `n` of at most 2^24, and `k < n`: an eighth of a turn
/// by polynomials (Cephes), the rest by quarters.
fn turn<const INVERSE: bool>(k: u32, n: u32) -> f32x2 {
    let quarters = (4.0 * (k as f32 / n as f32)).round();
    let angle = (4.0 * (k as f32 / n as f32) - quarters) * 1.570_796_3;
    let z = angle * angle;
    let sin = ((z * -1.951_529_6e-4 + 8.332_161e-3) * z - 0.166_666_55) * z * angle + angle;
    let cos = ((z * 2.443_315_7e-5 - 1.388_731_6e-3) * z + 4.166_664_6e-2) * z * z - 0.5 * z + 1.0;
    let q = quarters as u32;
    let re = if q % 2 == 0 { cos } else { -sin };
    let im = if q % 2 == 0 { sin } else { cos };
    let sign = if q % 4 >= 2 { -1.0 } else { 1.0 };
    f32x2::new(re * sign, if INVERSE { im * sign } else { -im * sign })
}
