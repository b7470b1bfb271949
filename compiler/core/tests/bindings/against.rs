//! What breaks guests of an earlier release, and what does not.

use crate::fixture;
use wgpuc_abi::{BufferParam, Elem, Expr, Item, Manifest, Op, OpParamType, Scalar, Step, ValueType};
use wgpuc_core::bindings::{Language, broken_since, buffers_changed_since, generate, next_breaking, required_since};

/// The WIT that a package was released with.
fn released(manifest: &Manifest) -> Vec<String> {
    let files = generate(manifest, Language::Wit).expect("the package has WIT");
    files.into_values().map(|bytes| String::from_utf8(bytes).expect("WIT is text")).collect()
}

fn broken(change: impl FnOnce(&mut Manifest)) -> Vec<String> {
    let old = fixture::everything();
    let mut new = old.clone();
    change(&mut new);
    broken_since(&new, &released(&old)).expect("both are releases of one package")
}

fn items(manifest: &mut Manifest) -> &mut Vec<Item> {
    &mut manifest.interface.items
}

fn is_called(item: &Item, name: &str) -> bool {
    match item {
        Item::Op(op) => op.name.kebab() == name,
        Item::Record(record) => record.name.kebab() == name,
        Item::Enum(e) => e.name.kebab() == name,
        Item::Element(_) => false,
    }
}

fn op<'a>(manifest: &'a mut Manifest, name: &str) -> &'a mut Op {
    let mut ops = items(manifest).iter_mut().filter_map(|item| if let Item::Op(op) = item { Some(op) } else { None });
    ops.find(|op| op.name.kebab() == name).expect("the fixture has the op")
}

fn buffer<'a>(op: &'a mut Op, name: &str) -> &'a mut BufferParam {
    let named = op.params.iter_mut().filter(|param| param.name.kebab() == name);
    let mut buffers =
        named.filter_map(|param| if let OpParamType::Buffer(buffer) = &mut param.ty { Some(buffer) } else { None });
    buffers.next().expect("the op has the buffer")
}

/// What is said of buffers, once a Manifest that has aliases has changed; nothing with the next version that may break guests.
fn buffers_changed(change: impl FnOnce(&mut Manifest)) -> Vec<String> {
    let mut old = fixture::contract();
    buffer(op(&mut old, "kernel-average"), "output").may_alias = true;
    let mut new = old.clone();
    change(&mut new);
    let changed = buffers_changed_since(&new, &old);
    new.package.version = next_breaking(&old.package.version);
    assert_eq!(buffers_changed_since(&new, &old), [""; 0]);
    changed
}

#[test]
fn buffers_that_are_used_otherwise_are_told() {
    let average = |change: fn(&mut Op)| buffers_changed(|new| change(op(new, "kernel-average")));
    assert_eq!(average(|_| {}), [""; 0]);
    let held = average(|op| buffer(op, "output").elem = Elem::Scalar(Scalar::I32));
    assert_eq!(held, ["`output` of `kernel-average` held f32, and holds i32"]);
    let written = average(|op| buffer(op, "tree-predictions").mutable = true);
    assert_eq!(written, ["`tree-predictions` of `kernel-average` was only read, and is written"]);
    let apart = average(|op| buffer(op, "output").may_alias = false);
    let said = "`output` of `kernel-average` might be the same buffer as another, and must not be: `may_alias` is gone";
    assert_eq!(apart, [said]);
    // Less is promised of what guests do, not to them.
    let less = average(|op| {
        buffer(op, "output").mutable = false;
        buffer(op, "tree-predictions").may_alias = true;
    });
    assert_eq!(less, [""; 0]);
}

#[test]
fn what_is_required_anew_is_told() {
    let require = |text: &str| {
        let (left, right) = (String::new(), String::new());
        Step::Require { cond: Expr::Bool(true), text: text.to_owned(), left, right }
    };
    let mut old = fixture::contract();
    op(&mut old, "kernel-average").plan.steps = vec![require("n > 0")];
    let mut new = old.clone();
    assert_eq!(required_since(&new, &old), [""; 0]);
    let inner = Step::If { cond: Expr::Bool(true), then: vec![], otherwise: vec![require("n < 9")] };
    op(&mut new, "kernel-average").plan.steps.push(inner);
    assert_eq!(required_since(&new, &old), ["`kernel-average` requires `n < 9`"]);
    assert_eq!(required_since(&old, &new), [""; 0]);
}

#[test]
fn what_stays_or_is_added_breaks_nothing() {
    assert_eq!(broken(|_| {}), [""; 0]);
    assert_eq!(broken(|new| new.package.version = "2.4.0".to_owned()), [""; 0]);
    let standard = fixture::contract();
    assert_eq!(broken_since(&standard, &released(&standard)), Ok(vec![]));
    // Everything that the release lacks is new.
    let mut old = fixture::everything();
    items(&mut old).retain(|item| !is_called(item, "arrays"));
    assert_eq!(broken_since(&fixture::everything(), &released(&old)), Ok(vec![]));
    // The order of the interface does not matter to a component.
    assert_eq!(broken(|new| items(new).reverse()), [""; 0]);
}

#[test]
fn what_is_gone_or_has_another_type_is_named() {
    assert_eq!(broken(|new| items(new).retain(|item| !is_called(item, "arrays"))), ["`arrays` is gone"]);
    let swapped = broken(|new| {
        let Some(Item::Op(op)) = items(new).iter_mut().find(|item| is_called(item, "vectors")) else { return };
        op.params.swap(0, 1);
    });
    let [text] = &swapped[..] else { panic!("{swapped:?}") };
    assert!(text.starts_with("`vectors` was func(pairs: option<buffer-id>, quads: option<buffer-id>"), "{text}");
    assert!(text.contains(", and is func(quads: option<buffer-id>, pairs: "), "{text}");
    let field = broken(|new| {
        let Some(Item::Record(record)) = items(new).iter_mut().find(|item| is_called(item, "error")) else { return };
        record.fields[0].ty = ValueType::Scalar(Scalar::U64);
    });
    assert_eq!(field, ["the type `error` was record { buffer: u32 }, and is record { buffer: u64 }"]);
    let case = broken(|new| {
        let Some(Item::Enum(mode)) = items(new).iter_mut().find(|item| is_called(item, "mode")) else { return };
        mode.cases.pop();
    });
    let was = "enum { fast, default, xor, self-check }";
    assert_eq!(case, [format!("the type `mode` was {was}, and is enum {{ fast, default, xor }}")]);
    let renamed = broken(|new| new.interface.name = wgpuc_abi::Name::from_ident("Others"));
    assert_eq!(renamed, ["the interface `filters` is gone"]);
}

#[test]
fn a_version_may_say_that_guests_break_and_never_goes_back() {
    let without_ops = |version: &str| {
        broken(|new| {
            items(new).retain(|item| !is_called(item, "arrays"));
            new.package.version = version.to_owned();
        })
    };
    assert_eq!(without_ops("3.0.0"), [""; 0]);
    assert_eq!(without_ops("2.4.0"), ["`arrays` is gone"]);
    assert_eq!(without_ops("2.3.3"), ["the version was 2.3.4, and is 2.3.3"]);
    assert_eq!(["2.3.4", "0.3.1", "0.0.7"].map(next_breaking), ["3.0.0", "0.4.0", "0.1.0"]);
}

#[test]
fn what_is_no_release_of_the_package_is_refused() {
    let ours = fixture::everything();
    let other = broken_since(&ours, &released(&fixture::contract())).expect_err("another package");
    assert!(other.contains("wasi:gpu@0.1.0") && other.contains("acme:image-kit"), "{other}");
    for text in ["", "interface filters {}", "package acme:image-kit@2.3.4; interface {"] {
        let why = broken_since(&ours, &[text.to_owned()]).expect_err("no package");
        assert!(why.starts_with("it is no WIT that can be read"), "{why}");
    }
}

#[test]
fn a_version_before_a_release_promises_itself_alone() {
    let mut old = fixture::everything();
    old.package.version = "2.9.0-rc.1".to_owned();
    let mut new = old.clone();
    items(&mut new).retain(|item| !matches!(item, Item::Op(_)));
    assert_ne!(broken_since(&new, &released(&old)), Ok(vec![]));
    for version in ["2.9.0-rc.2", "2.9.0", "2.10.0"] {
        new.package.version = version.to_owned();
        assert_eq!(broken_since(&new, &released(&old)), Ok(vec![]), "{version}");
    }
}
