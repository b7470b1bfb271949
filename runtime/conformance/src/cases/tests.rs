//! What case files say, right and wrong.

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
fn mistakes_are_shown_in_their_place() {
    let reference = reference();
    let case =
        |lines: &str| format!("[[case]]\nargs.params = {{ n = 1, a = 1, way = \"add\" }}\nargs.x = [1]\n{lines}\n");
    for (text, words) in [
        ("[[csae]]\n".to_owned(), &["no setting `csae`", "did you mean `case`?", "axpy.cases.toml:1:3"][..]),
        (case("arsg.y = [1]"), &["no setting of a case `arsg`", "`args`"]),
        (case("args.z = [1]"), &["no parameter `z`", "parameter `y` is missing"]),
        (case("args.y = { len = 1, fil = \"iota\" }"), &["no setting of a buffer `fil`", "`fill`"]),
        (case("args.y = { len = 1, fill = \"itoa\" }"), &["no rule `itoa`", "`iota`"]),
        (case("args.y = { fill = \"iota\" }"), &["no length"]),
        (case("args.y = { len = \"m\", fill = \"iota\" }"), &["`m` is neither a number nor a name in `for`"]),
        (case("args.y = [\"one\"]"), &["holds numbers, not string"]),
        (case("args.y = [1]\nwithin.upl = 3"), &["no measure `upl`", "`ulp`", "no bound"]),
        (case("args.y = { file = \"nowhere.bin\" }"), &["nowhere.bin cannot be read"]),
        (case("args.y = { same-as = \"x\" }\nexpect.y = [1]"), &["`y` is the buffer of `x`", "write `expect.x`"]),
        ("[[case]]\nop = \"axpi\"\n".to_owned(), &["no op `axpi`", "`axpy`"]),
        ("case = 3".to_owned(), &["`case` is a list, not integer"]),
        ("[[case]".to_owned(), &["no TOML"]),
        (case("args.y = [1]").replace("\"add\"", "\"ad\""), &["no case `ad`", "`add`"]),
        (case("args.y = [1]").replace("n = 1", "n = -1"), &["-1 is no u32: those go from 0 to 4294967295"]),
        (case("args.y = [1]").replace("n = 1", "n = 5_000_000_000"), &["5000000000 is no u32"]),
        (case("args.y = [1]\nexpect.y = [1]\nrefused = [\"y\"]"), &["says `refused` and `expect`", "ends in one way"]),
        (case("args.y = { values = [1], fill = \"iota\" }"), &["says `values` and `fill`"]),
        (case("args.y = [1]\nfor.n = []"), &["`n` takes no values, so this case never runs"]),
        ("generated = \"no\"".to_owned(), &["`generated` is `true` or `false`"]),
        (case("args.y = [1]").replace("n = 1", "m = 1"), &["no field `m`", "field `n` is missing"]),
    ] {
        let (_, wrong) = parsed(&reference, &text);
        for word in words {
            assert!(wrong.contains(word), "`{word}` of\n{text}\n{wrong}");
        }
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
        ("z[i]", "for i = 0: there is no `z` here"),
        ("x[i + 1]", "for i = 0: index 1, but the length is 1"),
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
