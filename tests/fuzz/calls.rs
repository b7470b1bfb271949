//! Calls of a hostile guest in random order, against a model of what the guest may see: which buffers live, how large
//! they are, what they hold.

use super::trials;
use std::collections::BTreeMap;
use wgpuc_abi::{self as abi, OpParamType, ValueType};
use wgpuc_core::ir::random::Rng;
use wgpuc_runtime::backend::wgpu::WgpuDevice;
use wgpuc_runtime::{Backend, Gpu, GpuError, Guest, Quota};

const QUOTA: Quota = Quota { bytes: 1 << 16, buffers: 12 };

#[test]
fn no_sequence_of_calls_surprises_the_cpu_backend() {
    let gpu = Gpu::builder().backend(Backend::Cpu).kernels(wgpuc_kernels::bundle()).build().unwrap();
    play_all(&gpu, 40);
}

#[test]
fn no_sequence_of_calls_surprises_the_wgpu_backend() {
    let device =
        match WgpuDevice::find(Some("SwiftShader"), false).or_else(|_| WgpuDevice::find(Some("llvmpipe"), false)) {
            Ok(device) => device,
            Err(why) if std::env::var_os("CI").is_some() => panic!("{why}; `cargo xtask setup` installs it"),
            Err(why) => return eprintln!("skipped: {why}"),
        };
    let gpu = Gpu::builder().device(Box::new(device)).kernels(wgpuc_kernels::bundle()).build().unwrap();
    play_all(&gpu, 4);
}

fn play_all(gpu: &Gpu, n: u64) {
    let mut done = 0;
    for seed in 0..trials(n) {
        // Another guest of the same device, whose handles are not ours, and whose content must stay.
        let mut other = gpu.guest(QUOTA).unwrap();
        let foreign = other.buffer_create(64, true).unwrap();
        other.buffer_write(foreign, 0, &[7; 64]).unwrap();
        let mut game = Game {
            guest: gpu.guest(QUOTA).unwrap(),
            rng: Rng::new(seed),
            manifest: wgpuc_kernels::bundle().manifest,
            live: BTreeMap::new(),
            dead: vec![0, foreign],
            n_done: 0,
            seed,
        };
        for _ in 0..200 {
            game.turn();
        }
        done += game.n_done;
        let mut bytes = [0; 64];
        other.buffer_read(foreign, 0, &mut bytes).unwrap();
        assert_eq!(bytes, [7; 64], "seed {seed}: another guest's buffer was written");
    }
    assert!(done > 0, "no op was ever called well");
}

struct Game {
    guest: Guest,
    rng: Rng,
    manifest: abi::Manifest,
    /// What each buffer holds.
    live: BTreeMap<u32, Vec<u8>>,
    /// Handles that name nothing.
    dead: Vec<u32>,
    /// Ops that succeeded.
    n_done: usize,
    seed: u64,
}

impl Game {
    fn turn(&mut self) {
        match self.rng.below(12) {
            0..3 => self.create(),
            3 => self.destroy(),
            4 | 5 => self.write(),
            6 | 7 => self.read(),
            8 => self.copy(),
            9 => self.guest.sync(),
            _ => self.op(),
        }
    }

    fn create(&mut self) {
        let size = self.size();
        let used: u64 = self.live.values().map(|bytes| bytes.len() as u64).sum();
        match self.guest.buffer_create(size, true) {
            Ok(handle) => {
                assert!((1..=QUOTA.bytes - used).contains(&size), "seed {}: {size} bytes past {used}", self.seed);
                assert!(self.live.len() < QUOTA.buffers as usize, "seed {}: too many buffers", self.seed);
                assert!(handle != 0 && !self.dead.contains(&handle), "seed {}: handle {handle}", self.seed);
                assert!(self.live.insert(handle, vec![0; size as usize]).is_none(), "seed {}", self.seed);
            }
            Err(GpuError::InvalidParams(_)) => assert_eq!(size, 0),
            Err(GpuError::OutOfMemory) => {
                let full = self.live.len() == QUOTA.buffers as usize;
                // What padding to 16 bytes takes counts too.
                let padded = used + 16 * (self.live.len() as u64 + 1);
                assert!(full || size > QUOTA.bytes.saturating_sub(padded), "seed {}: {size} past {used}", self.seed);
            }
            Err(other) => panic!("seed {}: {other}", self.seed),
        }
    }

    fn destroy(&mut self) {
        let handle = self.handle();
        assert_eq!(self.guest.buffer_destroy(handle).is_ok(), self.live.remove(&handle).is_some());
        if !self.dead.contains(&handle) {
            self.dead.push(handle);
        }
    }

    fn write(&mut self) {
        let (handle, offset) = (self.handle(), self.size());
        let data = vec![self.rng.bits() as u8; self.rng.below(300)];
        let result = self.guest.buffer_write(handle, offset, &data);
        match self.live.get_mut(&handle).map(|bytes| part(bytes, offset, data.len() as u64)) {
            Some(Some(bytes)) => {
                result.unwrap();
                bytes.copy_from_slice(&data);
            }
            Some(None) => assert!(matches!(result, Err(GpuError::InvalidParams(_))), "{result:?}"),
            None => assert_eq!(result, Err(GpuError::InvalidBuffer)),
        }
    }

    fn read(&mut self) {
        let (handle, offset) = (self.handle(), self.size());
        let mut out = vec![0xaa; self.rng.below(300)];
        let result = self.guest.buffer_read(handle, offset, &mut out);
        match self.live.get_mut(&handle).map(|bytes| part(bytes, offset, out.len() as u64)) {
            // A kernel that met a fault is told of at the next read.
            Some(Some(_)) if matches!(result, Err(GpuError::KernelError(_))) => {}
            Some(Some(bytes)) => {
                result.unwrap();
                assert_eq!(out, bytes, "seed {}: {} bytes at {offset}", self.seed, bytes.len());
            }
            Some(None) => assert!(matches!(result, Err(GpuError::InvalidParams(_))), "{result:?}"),
            None => assert_eq!(result, Err(GpuError::InvalidBuffer)),
        }
    }

    fn copy(&mut self) {
        let ((src, from), (dst, to), size) = ((self.handle(), self.size()), (self.handle(), self.size()), self.size());
        let result = self.guest.buffer_copy((src, from), (dst, to), size);
        let [Some(source), Some(target)] = [src, dst].map(|handle| self.live.get(&handle)) else {
            return assert_eq!(result, Err(GpuError::InvalidBuffer));
        };
        let fits = |bytes: &[u8], offset: u64| offset.checked_add(size).is_some_and(|end| end <= bytes.len() as u64);
        if !fits(source, from) || !fits(target, to) {
            return assert!(matches!(result, Err(GpuError::InvalidParams(_))), "{result:?}");
        }
        result.unwrap();
        let moved = source[from as usize..][..size as usize].to_vec();
        self.live.get_mut(&dst).unwrap()[to as usize..][..size as usize].copy_from_slice(&moved);
    }

    /// Calls some op with some arguments. What it must not write has to stay, and if it fails, everything.
    fn op(&mut self) {
        let ops: Vec<abi::Op> = self.manifest.interface.ops().cloned().collect();
        let op = self.rng.pick(&ops).unwrap().clone();
        let (mut words, mut written, mut all_live) = (vec![], vec![], true);
        for param in &op.params {
            match &param.ty {
                OpParamType::Buffer(buffer) => {
                    let handle = self.handle();
                    let given = !buffer.optional || self.rng.chance(50);
                    if buffer.optional {
                        words.push(u64::from(given));
                    }
                    words.push(u64::from(handle));
                    all_live &= !given || self.live.contains_key(&handle);
                    if given && buffer.mutable {
                        written.push(handle);
                    }
                }
                OpParamType::Value(ty) => words.push(self.value(ty)),
                OpParamType::Record(name) => {
                    let fields = self.manifest.interface.record(name).unwrap().fields.clone();
                    words.extend(fields.iter().map(|field| self.value(&field.ty)));
                }
            }
        }
        let result = self.guest.call(op.name.kebab(), &words);
        match &result {
            Ok(()) => {
                assert!(all_live, "seed {}: {} took a dead buffer", self.seed, op.name.kebab());
                self.n_done += 1;
            }
            Err(GpuError::DeviceUnavailable) => panic!("seed {}: {} lost the device", self.seed, op.name.kebab()),
            Err(_) => written.clear(),
        }
        self.look(&written);
    }

    /// Reads every buffer: those that a kernel may have written are as they are now, all others as they were.
    fn look(&mut self, written: &[u32]) {
        for (handle, bytes) in &mut self.live {
            let mut now = vec![0; bytes.len()];
            if self.guest.buffer_read(*handle, 0, &mut now).is_err() {
                // A fault, told once.
                self.guest.buffer_read(*handle, 0, &mut now).unwrap();
            }
            if written.contains(handle) {
                *bytes = now;
            } else {
                assert!(*bytes == now, "seed {}: a buffer changed that no kernel may write", self.seed);
            }
        }
    }

    /// A handle: mostly a live one.
    fn handle(&mut self) -> u32 {
        let live: Vec<u32> = self.live.keys().copied().collect();
        match self.rng.below(20) {
            0 => self.rng.bits() as u32,
            1 => *self.rng.pick(&self.dead).unwrap(),
            _ => self.rng.pick(&live).copied().unwrap_or(0),
        }
    }

    /// A size or an offset: mostly a small one, else near a limit of some integer.
    fn size(&mut self) -> u64 {
        const LIMITS: [u64; 6] = [0, QUOTA.bytes, 1 << 31, 1 << 32, 1 << 63, 0];
        let near = self.rng.below(5) as u64;
        match self.rng.below(6) {
            0 => LIMITS[self.rng.below(6)].wrapping_add(near).wrapping_sub(2),
            1 => self.rng.below(9000) as u64,
            _ => self.rng.below(400) as u64,
        }
    }

    /// A parameter, as the canonical ABI has checked it: enums and bools are in range.
    fn value(&mut self, ty: &ValueType) -> u64 {
        match ty {
            ValueType::Enum(name) => {
                self.rng.below(self.manifest.interface.enumeration(name).unwrap().cases.len()) as u64
            }
            ValueType::Scalar(abi::Scalar::Bool) => self.rng.below(2) as u64,
            ValueType::Scalar(scalar) => {
                let word = self.size();
                if scalar.bytes() < 8 { u64::from(word as u32) } else { word }
            }
        }
    }
}

/// `len` bytes at an offset, where they all exist.
fn part(bytes: &mut [u8], offset: u64, len: u64) -> Option<&mut [u8]> {
    let end = offset.checked_add(len).filter(|end| *end <= bytes.len() as u64)?;
    bytes.get_mut(offset as usize..end as usize)
}
