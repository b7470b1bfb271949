//! Which files are read as the WIT of a release.

use std::fs;
use wgpuc_build::read_wit;

#[test]
fn a_file_brings_those_of_its_package() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let (world, interface, other) = ("package a:b@1.0.0;\nworld w {}\n", "interface i {}\n", "package c:d@1.0.0;\n");
    fs::create_dir(folder.path().join("deps"))?;
    for (name, text) in [("world.wit", world), ("i.wit", interface), ("deps/other.wit", other), ("i.txt", other)] {
        fs::write(folder.path().join(name), text)?;
    }
    let read = |name: &str| read_wit(&folder.path().join(name)).map_err(|error| error.to_string());
    assert_eq!(read("world.wit")?, [interface, world]);
    assert_eq!(read("i.wit")?, [world, interface]);
    assert_eq!(read("")?, [other, interface, world]);
    // Another package beside it is none of its files.
    fs::write(folder.path().join("other.wit"), other)?;
    assert_eq!(read("world.wit")?, [interface, world]);
    assert!(read("none.wit").is_err_and(|why| why.contains("cannot read")));
    Ok(())
}
