//! What is left of calls that fail for a reason that is known.

use super::shrunk;
use crate::call::{self, Arg, Call};
use crate::fill::Fill;
use crate::package::Package;
use crate::value::Number;
use wgpuc_abi::Interface;
use wgpuc_core::driver::Input;

const KERNELS: &str = "\
/// Scales a matrix.
#[op]
pub fn scaled(a: f32, rows: u32, columns: u32, x: &[f32], y: &mut [f32]) {
    require!(columns > 0);
    require!(x.len() == rows * columns);
    require!(y.len() >= rows * columns);
    launch!(k, [rows * columns], a, x, y);
}
#[kernel(workgroup = 64)]
fn k(a: f32, x: &[f32], y: &mut [f32]) {
    let i = global_id().x;
    if i < x.len() && i < y.len() {
        y[i] = a * x[i];
    }
}
";

/// What is left, as a case file says it, of a large call that fails so.
fn left(fails: impl Fn(&Call, &Interface) -> Option<&'static str>) -> String {
    let files = vec![("scaled.rs".to_owned(), KERNELS.as_bytes().to_vec())];
    let package = Package::compile(&Input { folder_name: "test".to_owned(), files }).unwrap();
    let interface = &package.output.manifest.interface;
    let buffer = |len, seed| Arg::Buffer { len, fill: Fill::Uniform { seed, low: -4.0, high: 4.0 } };
    let number = |number| Arg::Numbers(vec![number]);
    let sizes = [number(Number::Float(1.75)), number(Number::Int(50)), number(Number::Int(40))];
    let args = sizes.into_iter().chain([buffer(2000, 1), buffer(2100, 2)]).collect();
    let call = Call { op: interface.ops().next().unwrap().clone(), args };
    let why = fails(&call, interface).expect("the large call fails").to_owned();
    shrunk((call, why), interface, &mut |call| fails(call, interface).map(str::to_owned)).0.to_toml(interface)
}

fn numbers(call: &Call, index: usize, interface: &Interface) -> Vec<f32> {
    let Arg::Buffer { len, fill } = &call.args[index] else { return vec![] };
    let layout = call::layout(&call.op.params[index], interface).unwrap();
    let bytes = fill.bytes(&layout, *len as usize);
    layout.numbers(&bytes).map(|(_, bits)| f32::from_bits(bits as u32)).collect()
}

#[test]
fn sizes_become_the_least_that_the_op_admits_and_values_plain() {
    let of = |call: &Call, at: usize| match &call.args[at] {
        Arg::Numbers(numbers) => numbers[0],
        _ => Number::Int(0),
    };
    let fails = |call: &Call, interface: &Interface| {
        let [rows, columns] = [1, 2].map(|at| matches!(of(call, at), Number::Int(n) if n > at as i128));
        let is_there = numbers(call, 3, interface).get(4).is_some_and(|x| *x != 0.0);
        (rows && columns && is_there).then_some("y[4] is wrong")
    };
    let kept = "[[case]]\nop = \"scaled\"\nargs.a = 0.0\nargs.rows = 2\nargs.columns = 3\n\
        args.x = [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]\nargs.y = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]\n";
    assert_eq!(left(fails), kept);
}

#[test]
fn a_failure_of_another_kind_is_not_followed() {
    let fails = |call: &Call, interface: &Interface| match numbers(call, 3, interface).len() {
        0..7 => Some("it has a race"),
        7.. => Some("y[4] is wrong"),
    };
    let kept = left(fails);
    assert!(kept.contains("args.x = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]\n"), "{kept}");
}

#[test]
fn many_numbers_stay_a_rule() {
    let fails = |call: &Call, interface: &Interface| {
        let numbers = numbers(call, 3, interface);
        (numbers.len() >= 100 && numbers.iter().any(|x| *x < 0.0)).then_some("y[99] is wrong")
    };
    let kept = left(fails);
    assert!(kept.contains("args.x = { len = 10") && kept.contains("fill = \"uniform\", seed = 1,"), "{kept}");
    assert!(kept.contains("args.y = { len = 10") && kept.contains(", fill = \"zeros\" }"), "{kept}");
}
