//! What is said of case files that are wrong.

use super::{parsed, reference};

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
        (case("args.y = [\"one\"]"), &["holds numbers, not a text"]),
        (case("args.y = [1]\nwithin.upl = 3"), &["no measure `upl`", "`ulp`", "says one bound"]),
        (case("args.y = { file = \"nowhere.bin\" }"), &["nowhere.bin cannot be read"]),
        (case("args.y = { same-as = \"x\" }\nexpect.y = [1]"), &["`y` is the buffer of `x`", "write `expect.x`"]),
        ("[[case]]\nop = \"axpi\"\n".to_owned(), &["no op `axpi`", "`axpy`"]),
        ("case = 3".to_owned(), &["`case` is a list, not a whole number", "write `[[case]]`"]),
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

/// The message, its place and the help for a case with these lines: those of `x`, `y` and `params` unless they are there.
fn said(lines: &str) -> String {
    let defaults = [("params", "{ n = 1, a = 1, way = \"add\" }"), ("x", "[1]"), ("y", "[1]")];
    let missing = defaults.iter().filter(|(name, _)| !lines.contains(&format!("args.{name}")));
    let missing: String = missing.map(|(name, value)| format!("args.{name} = {value}\n")).collect();
    parsed(&reference(), &format!("[[case]]\n{lines}\n{missing}")).1
}

#[test]
fn what_is_wrong_is_said_where_and_what_to_write() {
    for (lines, words) in [
        ("args.x = { len = 1, fill = \"bits\", seed = -1 }", &["-1 is no seed", ":2:43"][..]),
        ("args.x = { len = 1, fill = \"zeros\", seed = 1 }", &["`zeros` has no `seed`", ":2:37", "remove it"]),
        ("args.x = { len = 1, fill = \"uniform\", low = 2 }", &["`low` is 2, and `high` 1"]),
        ("args.x = { len = 1, fill = \"uniform\", high = true }", &["`high` is a number, not a bool", ":2:46"]),
        ("args.x = { len = 1, fill = 3 }", &["`fill` is a text, not a whole number", "zeros, iota"]),
        ("args.x = { len = -1, fill = \"iota\" }", &["cannot have -1 elements", ":2:18"]),
        (
            "for.n = [2]\nargs.x = { len = \"n - 5\", fill = \"iota\" }",
            &["for n = 2: a buffer cannot have -3", ":3:18"],
        ),
        ("for.n = [0]\nargs.x = { len = \"4 / n\", fill = \"iota\" }", &["for n = 0: it divides by zero", ":3:19"]),
        ("for.size = [2]\nargs.x = { len = \"2 * siez\", fill = \"iota\" }", &["did you mean `size`?", ":3:23"]),
        ("args.x = { same-as = \"x\" }", &["the same as another one, not as itself", ":2:22"]),
        ("args.x = { same-as = \"yy\" }", &["no other buffer `yy`", "did you mean `y`?"]),
        ("args.x = { same-as = \"params\" }", &["no other buffer `params`", "there are y"]),
        ("args.x = { same-as = \"y\" }\nargs.y = { same-as = \"x\" }", &["`same-as` another buffer itself"]),
        ("args.x = { same-as = \"y\", len = 3 }", &["`len` says nothing beside `same-as`", ":2:27"]),
        (
            "args.x = \"1\"",
            &["what a buffer holds is a list or a table, not a text", "write a list of numbers, or a rule"],
        ),
        (
            "args.params = 3",
            &["`params` is a table, not a whole number", "args.params = { n = ..., a = ..., way = ... }"],
        ),
        ("args.params = { n = true, a = 1, way = \"add\" }", &["a bool is no u32", ":2:21"]),
        ("args.params = { n = 1.5, a = 1, way = \"add\" }", &["a float is no u32", "write a whole number"]),
        ("args.params = { n = 1, a = [1], way = \"add\" }", &["a list is no f32", ":2:28", "such as `1.5`"]),
        ("args.params = { n = 1, a = 1, way = 1 }", &["its name as a text, not a whole number", "\"add\", \"sub\""]),
        ("expect.y = 3", &["expected of a buffer is a list, a text or a table, not a whole number", "2.0 * x[i]"]),
        ("expect = [1]", &["`expect` is a table, not a list", "expect.NAME"]),
        ("expect.params = \"1\"", &["`params` is no buffer, so nothing can be expected", "x, y", ":2:8"]),
        ("expect.yy = \"1\"", &["no buffer `yy`", "did you mean `y`?"]),
        ("within.ulp = \"4\"", &["`ulp` is a number, not a text", ":2:14", "{ ulp = 4 }"]),
        ("within.ulp = -4", &["a bound is 0 or more", ":2:14"]),
        ("within = { ulp = 4, relative = 1.0 }", &["says one bound"]),
        ("within.ulp = 4\nrefused = [\"x\"]", &["`within` says nothing of a case with `refused`"]),
        ("refused = \"words\"", &["`refused` is a list, not a text", "refused = [\"...\"]"]),
        ("for.n = 3", &["what a variable takes is a list, not a whole number", "for.n = [1, 2, 3]"]),
        ("for.n = [\"1\"]", &["is a whole number, not a text", ":2:10"]),
        ("for.i = [1]", &["`i` is an element's index", ":2:5"]),
        ("name = 3", &["`name` is a text, not a whole number"]),
        ("op = axpy", &["this is no TOML", ":2:6"]),
        ("args.x = 1\nargs.x = 2", &["duplicate key"]),
    ] {
        let said = said(lines);
        for word in words.iter().chain(&["axpy.cases.toml:"]) {
            assert!(said.contains(word), "`{word}` of\n{lines}\n{said}");
        }
    }
}

#[test]
fn a_case_says_where_it_lacks_something() {
    let reference = reference();
    let (_, text) = parsed(&reference, "[[case]]\narsg.x = [1]\n");
    assert!(text.contains("did you mean `args`?") && !text.contains("missing"), "{text}");
    let (_, text) = parsed(&reference, "\n[[case]]\nname = \"without args\"\n");
    assert!(text.contains("the parameter `params` is missing") && text.contains("axpy.cases.toml:2:1"), "{text}");
    let case = "[[case]]\nname = \"one\"\nargs.params = { n = 1, a = 1, way = \"add\" }\nargs.x = [1]\nargs.y = [1]\n";
    let (_, text) = parsed(&reference, &case.repeat(2));
    assert!(text.contains("another case of `axpy` is called `one`") && text.contains("axpy.cases.toml:7:8"), "{text}");
    let (_, text) = parsed(&reference, "[case]\nname = \"one\"\n");
    assert!(text.contains("`case` is a list, not a table") && text.contains("write `[[case]]`"), "{text}");
}

#[test]
fn the_wrong_part_of_an_expression_is_shown() {
    for (expect, place) in [
        ("\"x[i] + z\"", ":2:20"),
        ("'x[i] + z'", ":2:20"),
        ("\"\"\"\nx[i]\n    + z\"\"\"", ":4:7"),
        ("\"x[i] \\u002b z\"", ":2:25"),
        ("\"{ let y = 1; x[i] + if z { 1 } else { 2 } }\"", ":2:36"),
    ] {
        let said = said(&format!("expect.y = {expect}"));
        assert!(said.contains("there is no `z` here") && said.contains(&format!("toml{place}")), "{expect}: {said}");
    }
    let said = said("expect.y = \"\"\"\nx[i]\n    + x[i + 3]\"\"\"");
    let shown = "4 |     + x[i + 3]\"\"\"\n  |       ^^^^^^^^\n";
    assert!(said.contains(shown) && said.contains("for i = 0: index 3, but the length is 1"), "{said}");
}
