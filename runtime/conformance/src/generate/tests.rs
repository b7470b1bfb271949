//! What generated cases find: results that are wrong, depend on the order of invocations, or have no meaning.

use super::cases;
use crate::errors::Errors;
use crate::executor::Executor;
use crate::machine::{Machine, Traits};
use crate::package::Package;
use crate::reference::Reference;
use std::sync::Arc;
use wgpuc_core::diag::{Style, render};
use wgpuc_core::driver::Input;

/// Doubles numbers; from the 9th on by `last`.
fn doubling(last: &str) -> String {
    format!(
        "/// Doubles the first `n`.
#[op]
pub fn doubled(n: u32, x: &[f32], y: &mut [f32]) {{
    require!(x.len() >= n);
    require!(y.len() >= n);
    launch!(k, [div_ceil(n, 64)], n, x, y);
}}
#[kernel(workgroup = 64)]
fn k(n: u32, x: &[f32], y: &mut [f32]) {{
    let i = global_id().x;
    if i < n {{
        y[i] = if i < 8 {{ x[i] + x[i] }} else {{ {last} }};
    }}
}}
"
    )
}

fn package(text: &str) -> Arc<Package> {
    let files = vec![("kernels.rs".to_owned(), text.as_bytes().to_vec())];
    let package = Package::compile(&Input { folder_name: "test".to_owned(), files });
    package.unwrap_or_else(|f| panic!("{}", render(&f.diagnostics, &f.sources, Style::Plain)))
}

/// Runs the generated cases of one package on the interpreter of another, as if that were a device.
fn failures(right: &Arc<Package>, executed: &Arc<Package>, is_interpreter: bool) -> Vec<String> {
    let reference = Arc::new(Reference::new(Arc::clone(right)));
    let on = Executor::interpreter(0).open(executed).unwrap();
    let traits = Traits { is_interpreter, ..on.traits.clone() };
    let (cases, notes) = cases(&reference, &[]);
    assert!(notes.is_empty() && cases.len() > 3, "{notes:?}");
    let run = |case: &crate::Case| {
        let mut machine = Machine::new(&on.gpu, traits.clone()).unwrap();
        case.run(&mut machine, &mut Errors::default()).err().map(|e| e.to_string())
    };
    cases.iter().filter_map(run).collect()
}

#[test]
fn a_right_kernel_passes() {
    let right = package(&doubling("x[i] * 2.0"));
    assert_eq!(failures(&right, &right, true), Vec::<String>::new());
}

#[test]
fn a_wrong_result_is_found_and_shrunk() {
    let (right, wrong) = (package(&doubling("x[i] * 2.0")), package(&doubling("x[i] * 3.0")));
    let failures = failures(&right, &wrong, false);
    assert!(failures.len() > 3);
    let zeros = "0.0, ".repeat(8);
    let kept = format!("[[case]]\nop = \"doubled\"\nargs.n = 9\nargs.x = [{zeros}1.0]\nargs.y = [{zeros}0.0]\n");
    // Of edges, the ninth may be one that is right: twice and three times infinity are the same.
    assert!(failures.iter().filter(|failure| failure.contains("y[8] is ") && failure.ends_with(&kept)).count() > 3);
    for failure in failures {
        let is_plain = failure.contains("\nargs.x = [0.0, 0.0,") && failure.contains(" 0.0, 1.0]\n");
        assert!(is_plain && failure.matches("1.0]").count() == 1, "{failure}");
    }
}

#[test]
fn a_dependence_on_the_order_is_found() {
    let greedy = package(
        "/// Who comes first takes the first place.
#[op]
pub fn places(n: u32, taken: &mut [u32], out: &mut [u32]) {
    require!(taken.len() >= 1);
    require!(out.len() >= n);
    launch!(k, [div_ceil(n, 64)], n, taken, out);
}
#[kernel(workgroup = 64)]
fn k(n: u32, taken: &[Atomic<u32>], out: &mut [u32]) {
    if global_id().x < n {
        out[global_id().x] = taken[0].add(1);
    }
}
",
    );
    let failures = failures(&greedy, &greedy, true);
    assert!(failures.iter().any(|text| text.contains("another order of invocations")), "{failures:#?}");
}

#[test]
fn a_race_on_a_buffer_is_found() {
    let racy = |group: &str| {
        let text = "/// The last to come.
#[op]
pub fn last(n: u32, out: &mut [u32]) {
    require!(out.len() >= 1);
    launch!(k, [n], n, out);
}
#[kernel(workgroup = 64)]
fn k(n: u32, out: &mut [u32]) {
    if IS_CHOSEN {
        out[0] = global_id().x;
    }
}
";
        let racy = package(&text.replace("IS_CHOSEN", group));
        failures(&racy, &racy, true).join("\n")
    };
    let within = racy("workgroup_id().x == 0");
    assert!(within.contains("a race on out[0]") && within.contains("put a barrier between them"), "{within}");
    let across = racy("local_index() == 0");
    assert!(across.contains("a race on out[0]") && across.contains("let them use different elements"), "{across}");
}

#[test]
fn a_dependence_on_unwritten_memory_is_found() {
    let careless = package(
        "/// What was there.
#[kernel(workgroup = 64, over = out.len())]
pub fn leak(out: &mut [u32]) {
    let kept = shared::<[u32; 64]>();
    let i = global_id().x;
    if i < out.len() {
        out[i] = kept[local_index()];
    }
}
",
    );
    let failures = failures(&careless, &careless, true);
    let says = |text: &String| text.contains("nothing has written") && text.contains("`kept[local_index()]` (");
    assert!(failures.iter().any(says), "{failures:#?}");
}

#[test]
fn an_op_without_arguments_is_said_by_name() {
    let odd = package(
        "/// Never called.
#[kernel(workgroup = 64)]
fn k(out: &mut [u32]) {
    if global_id().x < out.len() { out[global_id().x] = 1; }
}
/// Wants what cannot be.
#[op]
pub fn never(n: u32, out: &mut [u32]) {
    require!(n * n == 7);
    launch!(k, [1], out);
}
",
    );
    let (cases, notes) = cases(&Arc::new(Reference::new(odd)), &[]);
    assert!(cases.is_empty());
    assert!(notes.iter().any(|n| n.contains("never") && n.contains("n * n == 7")), "{notes:?}");
}

#[test]
fn floats_that_are_required_are_found_and_endless_calls_left_out() {
    let package = package(
        "/// Sums by lengths that may be anything.
#[op]
pub fn sums(low: f32, high: f32, starts: &[u32], out: &mut [f32]) {
    require!(low > 0.0);
    require!(high < 1.0);
    require!(low < high);
    require!(starts.len() > 1);
    require!(supports!(int64) || high > 0.5);
    launch!(k, [1], low, starts, out);
}
#[kernel(workgroup = 64)]
fn k(low: f32, starts: &[u32], out: &mut [f32]) {
    if out.len() > 0 && starts.len() > 1 && local_index() == 0 {
        let mut sum = 0.0;
        for _ in starts[0]..starts[1] {
            sum += low;
        }
        out[0] = sum;
    }
}
",
    );
    assert_eq!(failures(&package, &package, true), Vec::<String>::new());
}

#[test]
fn calls_of_too_many_workgroups_are_left_out() {
    let package = package(
        "/// As many workgroups as anybody wants.
#[op]
pub fn ones(n: u32, out: &mut [u32]) {
    launch!(k, [n], n, out);
}
#[kernel(workgroup = 64)]
fn k(n: u32, out: &mut [u32]) {
    let i = global_id().x;
    if i < n && i < out.len() {
        out[i] = 1;
    }
}
",
    );
    assert_eq!(failures(&package, &package, true), Vec::<String>::new());
}

/// An op with numbers of several types and a kernel of tiles, whose result is wrong where a condition holds.
fn numbers_and_tiles(wrong: &str) -> Arc<Package> {
    package(&format!(
        "/// Settings.
pub struct Settings {{ /// A factor.
 pub a: f32, /// A mask.
 pub k: u32, /// A difference.
 pub j: i32 }}
/// Scales a matrix.
#[op]
pub fn scaled(settings: Settings, rows: u32, columns: u32, x: &[f32], y: &mut [f32]) {{
    require!(x.len() >= rows * columns);
    require!(y.len() >= rows * columns);
    let s = settings;
    launch!(k, [div_ceil(columns, 16), div_ceil(rows, 16)], s.a, s.k, s.j, rows, columns, x, y);
}}
#[kernel(workgroup = [16, 16])]
fn k(a: f32, k: u32, j: i32, rows: u32, columns: u32, x: &[f32], y: &mut [f32]) {{
    let (column, row) = (global_id().x, global_id().y);
    if row < rows && column < columns {{
        let at = row * columns + column;
        y[at] = if {wrong} {{ 7.0 }} else {{ a * x[at] }};
    }}
}}
"
    ))
}

#[test]
fn numbers_meet_the_ends_of_their_types_and_sizes_those_of_tiles() {
    let right = numbers_and_tiles("false");
    for condition in [
        "a == 0.0",
        "a < -0.9",
        "a != a",
        "a > 3.0e38",
        "a > 0.0 && a < 1.0e-38",
        "k == 0",
        "k == 4294967295",
        "j == -1",
        "j < -2147483647",
        "column >= 32 && row >= 32",
        "rows == 15",
        "columns == 17",
    ] {
        let failures = failures(&right, &numbers_and_tiles(condition), false);
        assert!(failures.iter().any(|why| why.contains("] is 7")), "{condition}: {failures:#?}");
    }
    let (cases, _) = cases(&Arc::new(Reference::new(right)), &[]);
    assert!(cases.len() < 60, "{} are too many", cases.len());
}

#[test]
fn a_number_that_the_op_refuses_is_not_tried() {
    let package = package(&doubling("x[i] * 2.0").replace("require!(x", "require!(n > 3);\n    require!(x"));
    let (cases, _) = cases(&Arc::new(Reference::new(package)), &[]);
    let is_refused = |name: &str| (0..=3).any(|n| format!("{name},").contains(&format!(" n = {n},")));
    let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert!(!names.is_empty() && !names.iter().any(|name| is_refused(name)), "{names:?}");
}

#[test]
fn no_two_calls_have_one_name() {
    let package = package(
        "/// Adds, maybe.
#[op]
pub fn add(n: u32, x: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
    require!(x.len() >= n);
    require!(y.len() >= n);
    if bias.is_some() {
        require!(bias.len() >= 2 * n);
    }
    launch!(k, [div_ceil(n, 64)], n, x, y);
}
#[kernel(workgroup = 64)]
fn k(n: u32, x: &[f32], y: &mut [f32]) {
    if global_id().x < n { y[global_id().x] = x[global_id().x]; }
}
",
    );
    let (cases, _) = cases(&Arc::new(Reference::new(package)), &[]);
    let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len(), "{names:#?}");
    for name in [
        "generated: n = 65, 65 elements, without bias",
        "generated: n = 64, x.len() = 64, bias.len() = 128, y.len() = 64",
    ] {
        assert!(names.contains(&name), "{name} of {names:#?}");
    }
}
