//! Compiles the kernels, and tells cargo what they are made of.

fn main() {
    if let Err(error) = wgpuc_build::compile("../kernels") {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
