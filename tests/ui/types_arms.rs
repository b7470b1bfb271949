//! Names in a `match` that are new where a case was meant, and arms that no value reaches.

pub enum What {
    Sum,
    Mean,
}

#[op]
pub fn f(what: What, n: u32, out: &mut [f32]) {
    let a = match what {
        Sum => 1,
        What::Mean => 2,
    };
    let b = match n {
        0 => 1,
        other => other,
        7 => 2,
    };
    launch!(cases::<{ what }>, [n], n, out);
}

#[kernel(workgroup = 64)]
fn cases<const WHAT: What>(n: u32, out: &mut [f32]) {
    out[0] = match WHAT {
        Mean => 1.0,
        What::Sum => 2.0,
    };
    out[1] = match WHAT {
        What::Mean => 1.0,
        Smu => 2.0,
    };
    out[2] = match WHAT {
        What::Mean => 1.0,
        Otherwise => 2.0,
    };
    out[3] = match (n, WHAT) {
        (0, Sum) => 1.0,
        _ => 2.0,
    };
    out[4] = match WHAT {
        What::Mean => 1.0,
        other => if other == What::Sum { 1.0 } else { 2.0 },
    };
    out[5] = match n {
        _ => 1.0,
        1 => 2.0,
    };
}
