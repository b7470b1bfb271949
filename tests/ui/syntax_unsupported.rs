//! What Rust has and the kernel language has not: each with what to write instead.

struct Pair(u32, u32);

trait Shape {}

impl Pair {}

type Index = u32;

static mut COUNTER: u32 = 0;

fn closures(n: u32) -> u32 {
    let double = |x| x * 2;
    n
}

fn types(n: usize, x: f64, p: *const f32, t: &dyn Shape) {}

fn loops(list: &[f32]) {
    for x in list.iter() {}
    for i in 0..=3 {}
    'outer: loop {
        break 'outer;
    }
    if let Some(x) = list {}
    let Some(y) = list else { return };
}

fn paths() -> u32 {
    crate::shapes::area(1)
}

fn guards(n: u32) -> u32 {
    match n {
        n if n > 3 => 1,
        _ => 0,
    }
}

unsafe fn danger() {}

#[op]
pub fn answer() -> u32 {
    42
}

#[kernel(workgroup = 64)]
pub fn nothing_to_run_over(out: &mut [f32]) {}

enum Shade {
    Light = 3,
    Dark(u32),
}
