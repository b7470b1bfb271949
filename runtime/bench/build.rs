//! Compiles the kernels that only measuring needs.

fn main() {
    if let Err(error) = wgpuc_build::compile("kernels") {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
