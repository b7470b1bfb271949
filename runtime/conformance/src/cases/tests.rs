//! What case files say, and what comes of it.

mod mistakes;

use super::{CaseFile, read};
use crate::executor::Executor;
use crate::package::Package;
use crate::reference::Reference;
use crate::run::run_one;
use std::path::Path;
use std::sync::Arc;
use wgpuc_core::diag::{Diagnostics, Style, render};
use wgpuc_core::driver::Input;
use wgpuc_core::source::Sources;

const KERNELS: &str = "\
/// What to do.
pub enum Way { /// Add.
 Add, /// Subtract.
 Sub }
/// Parameters.
pub struct Params { /// How many.
 pub n: u32, /// A factor.
 pub a: f32, /// What to do.
 pub way: Way }
/// y = a * x + y, or minus.
#[op]
pub fn axpy(params: Params, x: &[f32], y: &mut [f32]) {
    require!(x.len() >= params.n);
    require!(y.len() >= params.n);
    launch!(k::<{ params.way }>, [div_ceil(params.n, 64)], params.n, params.a, x, y);
}
#[kernel(workgroup = 64)]
fn k<const WAY: Way>(n: u32, a: f32, x: &[f32], y: &mut [f32]) {
    let i = global_id().x;
    if i < n {
        y[i] = match WAY { Way::Add => a * x[i] + y[i], Way::Sub => a * x[i] - y[i] };
    }
}
";

fn reference() -> Arc<Reference> {
    let files = vec![("axpy.rs".to_owned(), KERNELS.as_bytes().to_vec())];
    let package = Package::compile(&Input { folder_name: "test".to_owned(), files });
    Arc::new(Reference::new(package.unwrap_or_else(|f| panic!("{}", render(&f.diagnostics, &f.sources, Style::Plain)))))
}

/// Reads a case file; what is wrong with it, as text.
fn parsed(reference: &Arc<Reference>, text: &str) -> (CaseFile, String) {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let id = sources.add("axpy.cases.toml", text);
    let file = read(id, &sources, Path::new("."), reference, &mut diagnostics);
    (file, render(&diagnostics, &sources, Style::Plain))
}

/// Why each case of a file fails; `None` where it passes.
fn outcomes(text: &str) -> Vec<Option<String>> {
    let reference = reference();
    let (file, wrong) = parsed(&reference, text);
    assert!(!file.cases.is_empty(), "{wrong}");
    let on = Executor::interpreter(0).open(&reference.package).unwrap();
    file.cases.iter().map(|case| run_one(&on, case).failure).collect()
}

#[test]
fn right_files_run() {
    let text = r#"
[[case]]
name = "by value"
args.params = { n = 2, a = 3, way = "sub" }
args.x = [1, 2.5]
args.y = [10, 20]
expect.y = [-7, -12.5]

[[case]]
op = "axpy"
for = { n = [0, 1, 65], more = [0, 3] }
args.params = { n = "n", a = 0.5, way = "add" }
args.x = { len = "n + more", fill = "uniform", seed = 7, low = -1, high = 1 }
args.y = { len = "n + 2 * more", fill = "edges" }

[[case]]
args.params = { n = 3, a = 1.0, way = "add" }
args.x = [1]
args.y = { len = 3, values = [1, 2] }
refused = ["x.len() is 1", "3"]

[[case]]
name = "near zero, beside a large number"
args.params = { n = 2, a = 1.0, way = "add" }
args.x = [1000, 0]
args.y = [0, 0]
expect.y = [1000, 0.0009]
within = { of-largest = 1e-6 }
"#;
    let outcomes = outcomes(text);
    assert_eq!(outcomes.len(), 9);
    assert!(outcomes.iter().all(Option::is_none), "{outcomes:#?}");
}

#[test]
fn what_is_not_so_fails() {
    let text = r#"
[[case]]
args = { params = { n = 2, a = 3, way = "add" }, x = [1, 2], y = [0, 1] }
expect.y = [3, 8]

[[case]]
args = { params = { n = 1, a = 3, way = "add" }, x = [1, 2], y = [0] }
refused = ["x.len()"]

[[case]]
args = { params = { n = 3, a = 3, way = "add" }, x = [1, 2], y = [0] }
refused = ["y.len()"]

[[case]]
args = { params = { n = 1, a = 3, way = "add" }, x = [1], y = [0] }
fault = ["index"]

[[case]]
args = { params = { n = 1, a = 3, way = "add" }, x = [1], y = [0] }
expect.y = [3, 3]
"#;
    let outcomes = outcomes(text);
    let too_many = "`y` is expected to begin with 2 elements, but has 1";
    let words = ["y[1] is 7", "should have been refused", "lacks `y.len()`", "should have met a fault", too_many];
    assert_eq!(outcomes.len(), words.len());
    for (outcome, word) in outcomes.iter().zip(words) {
        assert!(outcome.as_ref().is_some_and(|text| text.contains(word)), "{word}: {outcome:?}");
    }
}

#[test]
fn an_expression_says_each_element() {
    let case = |expect: &str, within: &str| {
        format!(
            "[[case]]\nname = \"by expression\"\nfor.m = [0, 1, 70]\n\
             args.params = {{ n = \"m\", a = 3.0, way = \"sub\" }}\n\
             args.x = {{ len = \"m + 1\", fill = \"uniform\", seed = 1, low = -8.0, high = 8.0 }}\n\
             args.y = {{ len = \"m + 1\", fill = \"iota\" }}\nexpect.y = \"{expect}\"\n{within}\n"
        )
    };
    let right = "if i >= m { y[i] } else if params.way == Way::Sub { params.a * x[i] - y[i] } else { 0.0 / 0.0 }";
    // Of an f32 sum the last bit, of numbers below 100.
    assert_eq!(outcomes(&case(right, "within = { of-largest = 1e-6 }")), [None, None, None]);
    let wrong = outcomes(&case("params.a * x[i] - y[i] + 1.0", "within = { of-largest = 1e-6 }"));
    assert!(wrong.iter().all(|failure| failure.as_deref().is_some_and(|why| why.contains("y["))), "{wrong:?}");
    for (expect, why) in [
        ("x[i] *", "this is no Rust expression"),
        ("z[i]", "there is no `z` here"),
        ("x[i + 1]", "for i = 0, m = 0: index 1, but the length is 1"),
        ("1 / m", "for m = 0: it divides by zero"),
        ("[x[i], x[i]]", "an element of this buffer has 1 numbers, this has 2"),
    ] {
        let (_, text) = parsed(&reference(), &case(expect, ""));
        assert!(text.contains(why) && text.contains("axpy.cases.toml:7:"), "{expect}: {text}");
    }
}

#[test]
fn a_case_that_fails_is_shrunk() {
    let text = r#"
[[case]]
for.n = [100, 1000]
args.params = { n = "n", a = 2.5, way = "sub" }
args.x = { len = "n + 3", fill = "uniform", seed = 7, low = -1, high = 1 }
args.y = { len = "2 * n", fill = "edges" }
within = { ulp = 4 }
"#;
    let (file, _) = parsed(&reference(), text);
    let wrong = KERNELS.replace("if i < n", "if i < n && i != 5");
    let files = vec![("axpy.rs".to_owned(), wrong.into_bytes())];
    let wrong = Package::compile(&Input { folder_name: "test".to_owned(), files }).unwrap();
    let mut on = Executor::interpreter(0).open(&wrong).unwrap();
    on.traits.is_interpreter = false;
    let failures: Vec<_> = file.cases.iter().map(|case| run_one(&on, case).failure.unwrap()).collect();
    let words =
        ["the smallest call that fails so:", "args.params.n = 6\n", "args.x = [0.0, ", "within = { ulp = 4.0 }"];
    assert!(words.iter().all(|word| failures[0].contains(word)), "{}", failures[0]);
    assert_eq!(failures[0], failures[1]);
}

/// The last line of what is said of the only case, which an executor fails whose kernels are wrong in this way.
fn kept(text: &str, right: &str, wrong: &str) -> String {
    let (file, mistakes) = parsed(&reference(), text);
    assert_eq!((mistakes.as_str(), KERNELS.contains(right)), ("", true));
    let files = vec![("axpy.rs".to_owned(), KERNELS.replace(right, wrong).into_bytes())];
    let wrong = Package::compile(&Input { folder_name: "test".to_owned(), files }).unwrap();
    let mut on = Executor::interpreter(0).open(&wrong).unwrap();
    on.traits.is_interpreter = false;
    run_one(&on, &file.cases[0]).failure.unwrap_or_default()
}

const SMALLEST: &str = "the smallest call that fails so:\n\n[[case]]\nop = \"axpy\"\n";

#[test]
fn what_expressions_say_is_shrunk_with_the_call() {
    let expected = "expect.y = '''match params.way {\n    _ if i >= params.n => y[i],\n    Way::Add => params.a * x[i] + y[i],\n    \
        Way::Sub => params.a * x[i] - y[i],\n}'''\nwithin = { of-largest = 1e-6 }\n";
    let text = "[[case]]\nargs.params = { n = 1000, a = 2.5, way = \"sub\" }\n\
        args.x = { len = 1003, fill = \"uniform\", seed = 7, low = -1, high = 1 }\n\
        args.y = { len = 2000, fill = \"iota\" }\n";
    let [right, wrong] = ["if i < n", "if i < n && i != 5"];
    let said = kept(&format!("{text}{expected}"), right, wrong);
    let case = "args.params.n = 6\nargs.params.a = 1.0\nargs.params.way = \"add\"\n\
        args.x = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]\nargs.y = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]\n";
    assert!(said.starts_with("y[5] is 0.0") && said.ends_with(&format!("{SMALLEST}{case}{expected}")), "{said}");
    let (_, case) = said.split_once("so:\n\n").unwrap();
    assert_eq!(kept(case, right, wrong), said, "the case to keep fails as it is said to");
}

#[test]
fn variables_of_expressions_shrink_with_what_depends_on_them() {
    let text = r#"
[[case]]
for.m = [300]
args.params = { n = "2 * m", a = 2.5, way = "sub" }
args.x = { len = "2 * m", fill = "uniform", seed = 7, low = -1, high = 1 }
args.y = { len = "2 * m + 1", fill = "iota" }
expect.y = """
if i < 2 * m { params.a * x[i] - y[i] } else { y[i] }"""
within = { of-largest = 1e-6 }
"#;
    let said = kept(text, "if i < n", "if i < n && i != 5");
    let ending = "for.m = [3]\nexpect.y = \"if i < 2 * m { params.a * x[i] - y[i] } else { y[i] }\"\n\
        within = { of-largest = 1e-6 }\n";
    assert!(said.contains(&format!("{SMALLEST}args.params.n = 6\n")) && said.ends_with(ending), "{said}");
    assert!(said.contains("args.y = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]\n"), "{said}");
}

#[test]
fn what_is_expected_by_value_stays_as_it_is() {
    let text =
        "[[case]]\nargs.params = { n = 1, a = 2.5, way = \"add\" }\nargs.x = [1]\nargs.y = [1]\nexpect.y = [9]\n";
    let failures = outcomes(text);
    assert!(failures[0].as_ref().is_some_and(|why| why.starts_with("y[0] is 3.5") && !why.contains("smallest")));
}

#[test]
fn an_expression_without_an_index_says_the_whole_buffer() {
    let case = |expect: &str| {
        format!(
            "[[case]]\nargs.params = {{ n = 3, a = 1.0, way = \"add\" }}\nargs.x = [3, 1, 2]\n\
             args.y = [0, 0, 0, 7]\nexpect.y = \"{expect}\"\n"
        )
    };
    for right in ["x.to_vec()", "[3.0, 1.0]", "x.iter().copied().chain([7.0]).collect()", "[x[i.min(2)], 7.0][i / 3]"] {
        assert_eq!(outcomes(&case(right)), [None], "{right}");
    }
    let wrong = outcomes(&case("{ let mut v = x.to_vec(); v.sort_by(f64::total_cmp); v }"));
    assert!(wrong[0].as_ref().is_some_and(|why| why.starts_with("y[0] is ")), "{wrong:?}");
    let (_, text) = parsed(&reference(), &case("vec![1.0; 5]"));
    assert!(text.contains("this has 5 elements, and the buffer 4"), "{text}");
}
