//! Kernels by hand for the tests of the CUDA backend, and what it takes to launch one.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used, reason = "each test binary uses its part")]

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};
use wgpuc_runtime::abi::*;
use wgpuc_runtime::backend::cuda::CudaDevice;
use wgpuc_runtime::backend::{BufferKey, Code, CodeKey, Device, Error, Launch, Session, SessionLimits};

const HEAD: &str = ".version 7.0\n.target sm_75\n.address_size 64\n.extern .shared .align 16 .b8 dynamic[];\n";
const REGISTERS: &str = ".reg .pred %p<4>; .reg .b32 %r<12>; .reg .b64 %d<8>;";
/// `%r0` becomes the invocation's number.
const INDEX: &str = "mov.u32 %r1, %ctaid.x; mov.u32 %r2, %ntid.x; mov.u32 %r3, %tid.x; mad.lo.u32 %r0, %r1, %r2, %r3;";

/// `out[i] = a + i` for `i < len`.
pub const FILL: Made = Made {
    name: "fill",
    params: ".param .u64 out, .param .u32 id, .param .u32 a, .param .u32 len",
    body: "ld.param.u64 %d0, [out]; ld.param.u32 %r4, [a]; ld.param.u32 %r5, [len];
        setp.ge.u32 %p0, %r0, %r5; @%p0 ret;
        add.u32 %r6, %r0, %r4; mul.wide.u32 %d1, %r0, 4; add.u64 %d0, %d0, %d1; st.global.u32 [%d0], %r6; ret;",
    ..Made::EMPTY
};

/// `b[i] = a[i] + 1`.
pub const NEXT: Made = Made {
    name: "next",
    params: ".param .u64 a, .param .u64 b, .param .u32 id, .param .u32 a_len, .param .u32 b_len",
    body: "ld.param.u64 %d0, [a]; ld.param.u64 %d1, [b]; ld.param.u32 %r5, [b_len];
        setp.ge.u32 %p0, %r0, %r5; @%p0 ret;
        mul.wide.u32 %d2, %r0, 4; add.u64 %d0, %d0, %d2; add.u64 %d1, %d1, %d2;
        ld.global.u32 %r6, [%d0]; add.u32 %r6, %r6, 1; st.global.u32 [%d1], %r6; ret;",
    ..Made::EMPTY
};

/// Invocation 3 of every workgroup fails at site 0: 77, where 12 is the bound.
pub const FAIL: Made = Made {
    name: "fail",
    params: ".param .u64 a, .param .u64 fault, .param .u32 id, .param .u32 len",
    body: "setp.ne.u32 %p0, %r3, 3; @%p0 ret;
        ld.param.u64 %d0, [fault]; ld.param.u32 %r4, [id];
        atom.global.cas.b32 %r5, [%d0], 0, %r4; setp.ne.u32 %p0, %r5, 0; @%p0 ret;
        st.global.u32 [%d0+8], 77; st.global.u32 [%d0+12], 12;
        st.global.u32 [%d0+16], %r1; st.global.u32 [%d0+20], %r3; ret;",
    faults: true,
    ..Made::EMPTY
};

/// Sends a number through the last word of 100 KiB of workgroup memory.
pub const SHARED: Made = Made {
    name: "shared",
    params: ".param .u64 out, .param .u32 id, .param .u32 len",
    body: "setp.eq.u32 %p0, %r3, 0; mov.u32 %r4, dynamic;
        @%p0 st.shared.u32 [%r4+102396], 1234; bar.sync 0; @!%p0 ret;
        ld.shared.u32 %r5, [%r4+102396]; ld.param.u64 %d0, [out]; st.global.u32 [%d0], %r5; ret;",
    dynamic_shared_bytes: 100 << 10,
    ..Made::EMPTY
};

/// Does nothing for that many milliseconds.
pub const WAIT: Made = Made {
    name: "wait",
    params: ".param .u32 id, .param .u32 milliseconds",
    body: "ld.param.u32 %r4, [milliseconds]; mul.wide.u32 %d0, %r4, 1000000;
        mov.u64 %d1, %globaltimer; add.u64 %d0, %d0, %d1;
        again: mov.u64 %d1, %globaltimer; setp.lt.u64 %p0, %d1, %d0; @%p0 bra again; ret;",
    ..Made::EMPTY
};

/// Writes where there is no memory.
pub const CRASH: Made = Made {
    name: "crash",
    params: ".param .u32 id",
    body: "mov.u64 %d0, 64; st.global.u32 [%d0], 1; ret;",
    ..Made::EMPTY
};

/// No PTX at all.
pub const BROKEN: Made = Made { name: "broken", body: "frobnicate %r0;", ..Made::EMPTY };

/// A kernel by hand.
#[derive(Clone, Copy)]
pub struct Made {
    pub name: &'static str,
    pub params: &'static str,
    pub body: &'static str,
    pub faults: bool,
    pub block: u32,
    pub dynamic_shared_bytes: u32,
}

impl Made {
    const EMPTY: Self = Self { name: "", params: "", body: "ret;", faults: false, block: 64, dynamic_shared_bytes: 0 };

    pub fn text(&self) -> String {
        format!("{HEAD}.visible .entry {}({}) {{ {REGISTERS} {INDEX}\n{} }}\n", self.name, self.params, self.body)
    }

    pub fn artifact(&self) -> Artifact {
        Artifact {
            target: Target::Ptx,
            needs: vec![],
            path: format!("ptx/{}.ptx", self.name),
            entry: self.name.to_owned(),
            bytes: self.text().len() as u64,
            sha256: String::new(),
            arena_bytes: 0,
            cuda: Some(CudaCode {
                ptx_version: [7, 0],
                sm: 75,
                arch_specific: false,
                dynamic_shared_bytes: self.dynamic_shared_bytes,
            }),
        }
    }

    pub fn instance(&self) -> Instance {
        let site = Site { file: "made_up.rs".into(), line: 41, column: 17, what: "index into nodes".into() };
        Instance {
            name: self.name.to_owned(),
            generics: vec![],
            workgroup: [self.block, 1, 1],
            shared_bytes: self.dynamic_shared_bytes,
            faults: self.faults,
            sites: if self.faults { vec![site] } else { vec![] },
            artifacts: vec![self.artifact()],
        }
    }

    /// Has a session prepare it, without a launch.
    pub fn prepare(&self, session: &mut dyn Session) -> Result<(), Error> {
        self.with_code(|code| session.prepare(code))
    }

    /// Launches it; `words` are the scalars and then the lengths.
    pub fn launch(
        &self,
        session: &mut dyn Session,
        grid: [u32; 3],
        words: &[u32],
        buffers: &[BufferKey],
    ) -> Result<(), Error> {
        let [x, y, z] = grid;
        let words: Vec<u32> = [x, y, z, ID].iter().chain(words).copied().collect();
        self.with_code(|code| session.launch(&Launch { code, id: ID, grid, words: &words, buffers }))
    }

    fn with_code<R>(&self, f: impl FnOnce(&Code<'_>) -> R) -> R {
        let kernel = Kernel { name: self.name.to_owned(), docs: String::new(), params: vec![], instances: vec![] };
        // The same kernel has the same key, in every session.
        let mut hasher = DefaultHasher::new();
        (self.text(), self.block, self.dynamic_shared_bytes).hash(&mut hasher);
        let key = hasher.finish();
        let (instance, text) = (self.instance(), self.text());
        let artifact = &instance.artifacts[0];
        f(&Code { key: CodeKey(key), artifact, kernel: &kernel, instance: &instance, bytes: text.as_bytes() })
    }
}

/// The number of every launch here.
pub const ID: u32 = 41;

/// The device here, for one test at a time: some take all of its memory.
pub struct Turn {
    device: CudaDevice,
    _turn: MutexGuard<'static, ()>,
}

impl Deref for Turn {
    type Target = CudaDevice;
    fn deref(&self) -> &CudaDevice {
        &self.device
    }
}

/// The device here, or `None`, named, where there is none.
pub fn device() -> Option<Turn> {
    static TURN: Mutex<()> = Mutex::new(());
    match CudaDevice::find(None) {
        Ok(device) => {
            eprintln!("on {:?}", device.info());
            Some(Turn { device, _turn: TURN.lock().unwrap_or_else(PoisonError::into_inner) })
        }
        Err(why) => {
            eprintln!("skipped: {why}");
            None
        }
    }
}

pub fn session(device: &CudaDevice) -> Box<dyn Session> {
    device.open(&SessionLimits { bytes: u64::MAX }).unwrap()
}

pub fn read(session: &mut dyn Session, buffer: BufferKey, offset: u64, n: usize) -> Vec<u8> {
    let mut out = vec![0xee; n];
    session.read(buffer, offset, &mut out).unwrap();
    out
}

pub fn read_words(session: &mut dyn Session, buffer: BufferKey, n: usize) -> Vec<u32> {
    let bytes = read(session, buffer, 0, 4 * n);
    bytes.chunks_exact(4).map(|c| u32::from_le_bytes(c.try_into().unwrap())).collect()
}
