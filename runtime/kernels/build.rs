//! Compiles the standard kernels.

fn main() {
    if let Err(error) = wgpuc_build::compile("../../kernels-src") {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
