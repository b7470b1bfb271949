//! Generated bindings: they agree with the contract, and each compiles with the compiler that its users use.

mod fixture;

use wgpuc_core::bindings::{Language, generate};

#[test]
fn dump() {
    for (name, manifest) in [("contract", fixture::contract()), ("everything", fixture::everything())] {
        for language in Language::ALL {
            for (path, bytes) in generate(&manifest, language).expect("bindings") {
                let file = std::path::Path::new("/tmp/bind-out").join(name).join(path);
                std::fs::create_dir_all(file.parent().expect("p")).expect("d");
                std::fs::write(file, bytes).expect("w");
            }
        }
    }
}
