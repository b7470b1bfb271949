//! A guest: computes 2 * x + y on the device that the host gives it, and prints the result.

/// The bindings, which `wgpuc build kernels --out build` has generated.
#[allow(dead_code)]
#[path = "../build/rust/wasi_gpu.rs"]
mod gpu;

use gpu::{Buffer, Device, Error};

/// Whatever fails, here or on the device, comes back as an error with its message.
fn scale_and_add(scale: f32, x: &[f32], y: &[f32]) -> Result<Vec<f32>, Error> {
    // A buffer lies on the device, and is freed with its value.
    let left = Buffer::from_slice(x)?;
    let right = Buffer::from_slice(y)?;
    let output = Buffer::create(x.len())?;
    // Starts the work and does not wait for it; the download does.
    gpu::scale_and_add(scale, &left, &right, &output)?;
    output.download()
}

fn main() -> Result<(), Error> {
    let device = Device::info();
    println!("on {} ({})", device.name, device.backend);
    for sum in scale_and_add(2.0, &[1.0, 2.0, 3.0], &[10.0, 20.0, 30.0])? {
        println!("{sum}");
    }
    Ok(())
}
