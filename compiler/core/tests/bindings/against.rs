//! What breaks guests of an earlier release, and what does not.

use crate::fixture;
use wgpuc_abi::{Elem, Item, Manifest, OpParamType, Scalar, ValueType};
use wgpuc_core::bindings::{Language, broken_since, elements_changed_since, generate, next_breaking};

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

#[test]
fn buffers_that_hold_something_else_are_told() {
    let old = fixture::contract();
    let mut new = old.clone();
    assert_eq!(elements_changed_since(&new, &old), [""; 0]);
    let ops = items(&mut new).iter_mut().filter_map(|item| if let Item::Op(op) = item { Some(op) } else { None });
    for op in ops.filter(|op| op.name.kebab() == "kernel-average") {
        for param in &mut op.params {
            if let (OpParamType::Buffer(buffer), "output") = (&mut param.ty, param.name.kebab()) {
                buffer.elem = Elem::Scalar(Scalar::I32);
            }
        }
    }
    assert_eq!(elements_changed_since(&new, &old), ["`output` of `kernel-average` held f32, and holds i32"]);
    // Nothing stays the same in another such version.
    new.package.version = next_breaking(&old.package.version);
    assert_eq!(elements_changed_since(&new, &old), [""; 0]);
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
