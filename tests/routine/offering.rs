//! The CPU backend with a made-up library that multiplies matrices on the host.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use wgpuc_runtime::abi::{Feature, Target};
use wgpuc_runtime::backend::cpu::CpuDevice;
use wgpuc_runtime::backend::{
    BufferKey, Cancel, Code, Device, DeviceInfo, Error, Fault, Gemm, Launch, Routine, Session, SessionLimits,
};

/// What the library does when it is asked.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    Serves,
    Declines,
    Fails,
}

type Asked = Arc<Mutex<Vec<(Gemm, bool)>>>;
type Started = Arc<AtomicBool>;

/// The device.
#[derive(Clone)]
pub(crate) struct Offering {
    cpu: Arc<CpuDevice>,
    answer: Answer,
    asked: Asked,
    started: Started,
}

impl Offering {
    pub(crate) fn new(answer: Answer) -> Self {
        Self { cpu: Arc::new(CpuDevice::new().unwrap()), answer, asked: Asked::default(), started: Started::default() }
    }

    /// Whether a session was told to start the library.
    pub(crate) fn is_started(&self) -> bool {
        self.started.load(Ordering::SeqCst)
    }

    /// What its sessions were asked, in order.
    pub(crate) fn asked(&self) -> Vec<(Gemm, bool)> {
        self.asked.lock().unwrap().clone()
    }
}

impl Device for Offering {
    fn info(&self) -> DeviceInfo {
        self.cpu.info()
    }
    fn target(&self) -> Target {
        self.cpu.target()
    }
    fn features(&self) -> &[Feature] {
        self.cpu.features()
    }
    fn library(&self) -> Result<&'static str, String> {
        Ok("cublas")
    }
    fn open(&self, limits: &SessionLimits) -> Result<Box<dyn Session>, Error> {
        let cpu = self.cpu.open(limits)?;
        let (asked, started) = (Arc::clone(&self.asked), Arc::clone(&self.started));
        Ok(Box::new(Offered { cpu, answer: self.answer, asked, started }))
    }
}

struct Offered {
    cpu: Box<dyn Session>,
    answer: Answer,
    asked: Asked,
    started: Started,
}

impl Offered {
    fn floats(&mut self, key: BufferKey, n: u32) -> Result<Vec<f32>, Error> {
        let mut bytes = vec![0; 4 * n as usize];
        self.cpu.read(key, 0, &mut bytes)?;
        Ok(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    fn multiply(&mut self, gemm: &Gemm) -> Result<(), Error> {
        let Gemm { m, n, k, trans_a, trans_b, alpha, beta, .. } = *gemm;
        let (a, b) = (self.floats(gemm.a, m * k)?, self.floats(gemm.b, k * n)?);
        let mut c = self.floats(gemm.c, m * n)?;
        for (at, c) in (0..).zip(&mut c) {
            let (row, column) = (at / n, at % n);
            let term = |d: u32| {
                let a_at = if trans_a { d * m + row } else { row * k + d };
                let b_at = if trans_b { column * k + d } else { d * n + column };
                a[a_at as usize] * b[b_at as usize]
            };
            let old = if beta == 0.0 { 0.0 } else { beta * *c };
            *c = alpha * (0..k).map(term).sum::<f32>() + old;
        }
        let bytes: Vec<u8> = c.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.cpu.write(gemm.c, 0, &bytes)
    }
}

impl Session for Offered {
    fn prepare_routines(&mut self) -> Result<(), Error> {
        self.started.store(true, Ordering::SeqCst);
        Ok(())
    }
    fn routine(&mut self, routine: &Routine, only_if_faster: bool) -> Result<Option<&'static str>, Error> {
        let Routine::GemmF32(gemm) = routine;
        self.asked.lock().unwrap().push((*gemm, only_if_faster));
        match self.answer {
            Answer::Serves => self.multiply(gemm).map(|()| Some("cublas")),
            Answer::Declines => Ok(None),
            Answer::Fails => Err(Error::Kernel("out of order".to_owned())),
        }
    }
    fn create(&mut self, bytes: u64) -> Result<BufferKey, Error> {
        self.cpu.create(bytes)
    }
    fn destroy(&mut self, buffer: BufferKey) {
        self.cpu.destroy(buffer);
    }
    fn write(&mut self, buffer: BufferKey, offset: u64, data: &[u8]) -> Result<(), Error> {
        self.cpu.write(buffer, offset, data)
    }
    fn read(&mut self, buffer: BufferKey, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        self.cpu.read(buffer, offset, out)
    }
    fn copy(&mut self, src: BufferKey, from: u64, dst: BufferKey, to: u64, bytes: u64) -> Result<(), Error> {
        self.cpu.copy(src, from, dst, to, bytes)
    }
    fn prepare(&mut self, code: &Code<'_>) -> Result<(), Error> {
        self.cpu.prepare(code)
    }
    fn launch(&mut self, launch: &Launch<'_>) -> Result<(), Error> {
        self.cpu.launch(launch)
    }
    fn sync(&mut self) -> Result<(), Error> {
        self.cpu.sync()
    }
    fn take_fault(&mut self) -> Result<Option<Fault>, Error> {
        self.cpu.take_fault()
    }
    fn cancel_handle(&self) -> Option<Arc<dyn Cancel>> {
        self.cpu.cancel_handle()
    }
}
