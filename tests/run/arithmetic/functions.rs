//! Functions of floats, of scalars and of vectors.

/// What to compute.
pub enum Function {
    /// `x.sin()`.
    Sin,
    /// `x.cos()`.
    Cos,
    /// `x.tan()`.
    Tan,
    /// `x.asin()`.
    Asin,
    /// `x.acos()`.
    Acos,
    /// `x.atan()`.
    Atan,
    /// `x.sinh()`.
    Sinh,
    /// `x.cosh()`.
    Cosh,
    /// `x.exp2()`.
    Exp2,
    /// `x.exp_m1()`.
    ExpM1,
    /// `x.ln_1p()`.
    Ln1p,
    /// `x.log2()`.
    Log2,
    /// `x.log10()`.
    Log10,
    /// `x.cbrt()`.
    Cbrt,
    /// `x.fract()`.
    Fract,
    /// `x.signum()`.
    Signum,
    /// `x.to_degrees()`.
    Degrees,
    /// `x.to_radians()`.
    Radians,
    /// `x.erf()`.
    Erf,
}

/// `y` is the function of each `x` by itself, `v` that of four at a time.
#[op]
pub fn functions(function: Function, x: &[f32], y: &mut [f32], v: &mut [f32]) {
    require!(x.len() % 4 == 0);
    require!(y.len() == x.len());
    require!(v.len() == x.len());
    launch!(of_scalars::<{ function }>, [div_ceil(x.len(), 64)], x, y);
    launch!(of_vectors::<{ function }>, [div_ceil(x.len(), 256)], x.as_x4(), v.as_x4());
}

#[kernel(workgroup = 64)]
fn of_scalars<const FUNCTION: Function>(x: &[f32], y: &mut [f32]) {
    let i = global_id().x;
    if i < x.len() {
        y[i] = of_one::<_, FUNCTION>(x[i]);
    }
}

#[kernel(workgroup = 64)]
fn of_vectors<const FUNCTION: Function>(x: &[f32x4], v: &mut [f32x4]) {
    let i = global_id().x;
    if i < x.len() {
        v[i] = of_one::<_, FUNCTION>(x[i]);
    }
}

fn of_one<F: Float, const FUNCTION: Function>(x: F) -> F {
    match FUNCTION {
        Function::Sin => x.sin(),
        Function::Cos => x.cos(),
        Function::Tan => x.tan(),
        Function::Asin => x.asin(),
        Function::Acos => x.acos(),
        Function::Atan => x.atan(),
        Function::Sinh => x.sinh(),
        Function::Cosh => x.cosh(),
        Function::Exp2 => x.exp2(),
        Function::ExpM1 => x.exp_m1(),
        Function::Ln1p => x.ln_1p(),
        Function::Log2 => x.log2(),
        Function::Log10 => x.log10(),
        Function::Cbrt => x.cbrt(),
        Function::Fract => x.fract(),
        Function::Signum => x.signum(),
        Function::Degrees => x.to_degrees(),
        Function::Radians => x.to_radians(),
        Function::Erf => x.erf(),
    }
}

/// What to compute of two numbers.
pub enum Pair {
    /// `x.powf(y)`.
    Powf,
    /// `x.atan2(y)`.
    Atan2,
    /// `x.hypot(y)`.
    Hypot,
    /// `x.copysign(y)`.
    Copysign,
    /// `x.rem_euclid(y)`.
    RemEuclid,
}

/// `z` is the function of each `x` and `y` by themselves, `v` that of four at a time.
#[op]
pub fn pairs(function: Pair, x: &[f32], y: &[f32], z: &mut [f32], v: &mut [f32]) {
    require!(x.len() % 4 == 0);
    require!(y.len() == x.len());
    require!(z.len() == x.len());
    require!(v.len() == x.len());
    launch!(of_scalar_pairs::<{ function }>, [div_ceil(x.len(), 64)], x, y, z);
    launch!(of_vector_pairs::<{ function }>, [div_ceil(x.len(), 256)], x.as_x4(), y.as_x4(), v.as_x4());
}

#[kernel(workgroup = 64)]
fn of_scalar_pairs<const FUNCTION: Pair>(x: &[f32], y: &[f32], z: &mut [f32]) {
    let i = global_id().x;
    if i < x.len() {
        z[i] = of_two::<_, FUNCTION>(x[i], y[i]);
    }
}

#[kernel(workgroup = 64)]
fn of_vector_pairs<const FUNCTION: Pair>(x: &[f32x4], y: &[f32x4], v: &mut [f32x4]) {
    let i = global_id().x;
    if i < x.len() {
        v[i] = of_two::<_, FUNCTION>(x[i], y[i]);
    }
}

fn of_two<F: Float, const FUNCTION: Pair>(x: F, y: F) -> F {
    match FUNCTION {
        Pair::Powf => x.powf(y),
        Pair::Atan2 => x.atan2(y),
        Pair::Hypot => x.hypot(y),
        Pair::Copysign => x.copysign(y),
        Pair::RemEuclid => x.rem_euclid(y),
    }
}

/// Whole powers: of exponents that are known only here, and of some that the compiler knows.
#[kernel(workgroup = 64, over = x.len())]
pub fn powers(x: &[f32], n: &[i32], y: &mut [f32], cubes: &mut [f32], inverses: &mut [f32]) {
    let i = global_id().x;
    if i < x.len() {
        y[i] = x[i].powi(n[i]);
        cubes[i] = x[i].powi(3) + x[i].powi(1) - x[i].powi(0);
        inverses[i] = x[i].powi(-1);
    }
}

/// Both at once, and whether a number is infinite.
#[kernel(workgroup = 64, over = x.len())]
pub fn both(x: &[f32], sines: &mut [f32], cosines: &mut [f32], infinite: &mut [u32]) {
    let i = global_id().x;
    if i < x.len() {
        let (sin, cos) = x[i].sin_cos();
        sines[i] = sin;
        cosines[i] = cos;
        infinite[i] = x[i].is_infinite() as u32;
    }
}

/// Of zeros, the bits of functions that keep their sign, and of some that do not.
#[kernel(workgroup = 64, over = x.len())]
pub fn zeros(x: &[f32], odd: &mut [u32], even: &mut [u32]) {
    let i = global_id().x;
    if i < x.len() && x[i] == 0.0 {
        let x = x[i];
        let a = x.sin().to_bits() | x.tan().to_bits() | x.asin().to_bits() | x.atan().to_bits() | x.sinh().to_bits();
        let b = x.exp_m1().to_bits() | x.ln_1p().to_bits() | x.cbrt().to_bits() | x.erf().to_bits();
        odd[i] = a | b | x.powf(3.0).to_bits() | x.powi(5).to_bits() | x.atan2(1.0).to_bits();
        even[i] = x.powf(2.0).to_bits() | x.powi(6).to_bits() | x.hypot(x).to_bits() | x.abs().to_bits();
    }
}
