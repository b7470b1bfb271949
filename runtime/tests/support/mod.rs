//! A device that interprets a handful of made-up kernels, and a Manifest with ops for them.
//!
//! Not a backend: it is what the runtime's own tests observe calls through.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used, reason = "each test binary uses its part")]

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use wgpuc_runtime::abi::*;
use wgpuc_runtime::backend::{self, BufferKey, Cancel, Code, DeviceInfo, Error, Fault, Launch, Session, SessionLimits};
use wgpuc_runtime::{Gpu, Guest, Quota};

/// What a launch passed, as the device saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub instance: String,
    pub grid: [u32; 3],
    pub words: Vec<u32>,
    pub n_buffers: usize,
}

/// The device. Its log is shared with the test.
#[derive(Clone, Default)]
pub struct FakeDevice {
    pub log: Arc<Mutex<Vec<Seen>>>,
    pub live: Arc<Mutex<usize>>,
}

impl backend::Device for FakeDevice {
    fn info(&self) -> DeviceInfo {
        DeviceInfo {
            name: "fake".into(),
            backend: "cpu".into(),
            total_memory: 1 << 30,
            is_hardware: false,
            compute_capability: "1".into(),
        }
    }
    fn target(&self) -> Target {
        Target::Cpu
    }
    fn features(&self) -> &[Feature] {
        &[Feature::F16]
    }
    fn open(&self, _: &SessionLimits) -> Result<Box<dyn Session>, Error> {
        Ok(Box::new(FakeSession {
            device: self.clone(),
            buffers: HashMap::new(),
            next: 1,
            fault: None,
            cancelled: Arc::default(),
        }))
    }
}

struct FakeSession {
    device: FakeDevice,
    buffers: HashMap<BufferKey, Vec<u8>>,
    next: u32,
    fault: Option<Fault>,
    cancelled: Arc<Flag>,
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Cancel for Flag {
    fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl FakeSession {
    fn bytes(&mut self, key: BufferKey) -> &mut Vec<u8> {
        self.buffers.get_mut(&key).expect("the runtime passes live buffers only")
    }
}

impl Session for FakeSession {
    fn create(&mut self, bytes: u64) -> Result<BufferKey, Error> {
        let key = BufferKey(self.next);
        self.next += 1;
        *self.device.live.lock().unwrap() += 1;
        self.buffers.insert(key, vec![0; usize::try_from(bytes).map_err(|_| Error::OutOfMemory)?]);
        Ok(key)
    }
    fn destroy(&mut self, buffer: BufferKey) {
        assert!(self.buffers.remove(&buffer).is_some());
        *self.device.live.lock().unwrap() -= 1;
    }
    fn write(&mut self, buffer: BufferKey, offset: u64, data: &[u8]) -> Result<(), Error> {
        self.bytes(buffer)[offset as usize..][..data.len()].copy_from_slice(data);
        Ok(())
    }
    fn read(&mut self, buffer: BufferKey, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        out.copy_from_slice(&self.bytes(buffer)[offset as usize..][..out.len()]);
        Ok(())
    }
    fn copy(&mut self, src: BufferKey, from: u64, dst: BufferKey, to: u64, bytes: u64) -> Result<(), Error> {
        let data = self.bytes(src)[from as usize..][..bytes as usize].to_vec();
        self.write(dst, to, &data)
    }
    fn prepare(&mut self, _: &Code<'_>) -> Result<(), Error> {
        Ok(())
    }
    fn launch(&mut self, launch: &Launch<'_>) -> Result<(), Error> {
        let mut log = self.device.log.lock().unwrap();
        // Benchmarks call by the million.
        if log.len() < 1000 {
            log.push(Seen {
                instance: launch.code.instance.name.clone(),
                grid: launch.grid,
                words: launch.words.to_vec(),
                n_buffers: launch.buffers.len(),
            });
        }
        drop(log);
        match launch.code.bytes {
            b"fill" => {
                let value = launch.words[4];
                let len = (launch.words[5] as usize).min(launch.words[0] as usize * 64);
                let buffer = self.bytes(launch.buffers[0]);
                buffer.chunks_exact_mut(4).take(len).for_each(|w| w.copy_from_slice(&value.to_le_bytes()));
            }
            b"fault" => {
                let fault = Fault { launch: launch.id, site: 0, value: 77, bound: 12, group: 2, invocation: 3 };
                self.fault.get_or_insert(fault);
            }
            b"spin" => {
                while !self.cancelled.0.load(Ordering::SeqCst) {
                    std::thread::yield_now();
                }
                return Err(Error::DeviceLost("stopped".into()));
            }
            _ => {}
        }
        Ok(())
    }
    fn sync(&mut self) -> Result<(), Error> {
        Ok(())
    }
    fn take_fault(&mut self) -> Result<Option<Fault>, Error> {
        Ok(self.fault.take())
    }
    fn cancel_handle(&self) -> Option<Arc<dyn Cancel>> {
        Some(Arc::clone(&self.cancelled) as _)
    }
}

/// A device of that kind with [`bundle`]'s kernels, and the device's own view.
pub fn fake_gpu() -> (Gpu, FakeDevice) {
    let device = FakeDevice::default();
    let gpu = Gpu::builder().device(Box::new(device.clone())).kernels(bundle()).build().unwrap();
    (gpu, device)
}

/// A guest with room for a MiB and eight buffers.
pub fn fake_guest() -> (Guest, FakeDevice) {
    let (gpu, device) = fake_gpu();
    (gpu.guest(Quota { bytes: 1 << 20, buffers: 8 }).unwrap(), device)
}

pub fn name(s: &str) -> Name {
    Name::from_ident(&s.replace('-', "_"))
}

pub fn op(op_name: &str, params: Vec<(&str, OpParamType)>, n_slots: u32, n_scratch: u32, steps: Vec<Step>) -> Item {
    let params = params.into_iter().map(|(n, ty)| OpParam { name: name(n), ty }).collect();
    let plan = Plan { n_slots, n_scratch, steps };
    Item::Op(Op { name: name(op_name), docs: String::new(), params, plan, routine: None })
}

pub fn words(mutable: bool, optional: bool, may_alias: bool) -> OpParamType {
    OpParamType::Buffer(BufferParam { elem: Elem::Scalar(Scalar::U32), mutable, optional, may_alias })
}

fn record(record: &str) -> OpParamType {
    OpParamType::Record(name(record))
}

pub fn value(scalar: Scalar) -> OpParamType {
    OpParamType::Value(ValueType::Scalar(scalar))
}

fn field(param: u32, field: u32) -> Expr {
    Expr::Param { param, field: Some(field) }
}

pub fn bin(op: BinaryOp, a: Expr, b: Expr) -> Expr {
    Expr::Binary(op, Box::new(a), Box::new(b))
}

fn require(op: BinaryOp, a: Expr, b: Expr, left: &str, right: &str) -> Step {
    let text = format!("{left} ? {right}");
    Step::Require { cond: bin(op, a, b), text, left: left.into(), right: right.into() }
}

pub fn launch(kernel: u32, grid: Expr, args: Vec<Arg>) -> Step {
    Step::Launch { kernel, instance: Choice::Fixed(0), grid: [grid, Expr::Int(1), Expr::Int(1)], args }
}

/// An instance with one artifact of that code.
pub fn instance(
    target: Target,
    name: &str,
    code: &str,
    faults: bool,
    artifacts: &mut BTreeMap<String, Cow<'static, [u8]>>,
) -> Instance {
    use sha2::Digest;
    let path = format!("cpu/{name}");
    artifacts.insert(path.clone(), Cow::Owned(code.as_bytes().to_vec()));
    let sha256 = sha2::Sha256::digest(code).iter().map(|b| format!("{b:02x}")).collect();
    let site = Site { file: "made_up.rs".into(), line: 41, column: 17, what: "index into nodes".into() };
    Instance {
        name: name.into(),
        generics: vec![],
        workgroup: [64, 1, 1],
        shared_bytes: 0,
        faults,
        sites: if faults { vec![site] } else { vec![] },
        artifacts: vec![Artifact {
            target,
            needs: vec![],
            path,
            entry: "run".into(),
            bytes: code.len() as u64,
            sha256,
            arena_bytes: 0,
            cuda: None,
        }],
    }
}

/// The made-up package `test:kernels/ops@1.0.0`.
pub fn bundle() -> Bundle {
    let mut artifacts = BTreeMap::new();
    let scalar = |n: &str, s| KernelParam { name: n.into(), ty: KernelParamType::Scalar(s) };
    let buffer = |n: &str| KernelParam {
        name: n.into(),
        ty: KernelParamType::Buffer { elem_bytes: 4, rounds_up: false, writable: true },
    };
    let mut kernel = |n: &str, params, codes: &[(&str, &str)], faults| Kernel {
        name: n.into(),
        docs: String::new(),
        params,
        instances: codes.iter().map(|(n, code)| instance(Target::Cpu, n, code, faults, &mut artifacts)).collect(),
    };
    let kernels = vec![
        kernel(
            "fill::fill",
            vec![scalar("value", Scalar::U32), buffer("out")],
            &[("fill_plain", "fill"), ("fill_other", "fill")],
            false,
        ),
        kernel("two::two", vec![buffer("a"), buffer("b")], &[("two", "nothing")], false),
        kernel("fault::fault", vec![buffer("a")], &[("fault", "fault")], true),
        kernel("spin::spin", vec![], &[("spin", "spin")], false),
    ];
    Bundle { manifest: manifest(items(), kernels), artifacts }
}

/// A Manifest of the package `test:kernels/ops@1.0.0`.
pub fn manifest(items: Vec<Item>, kernels: Vec<Kernel>) -> Manifest {
    Manifest {
        format: FORMAT,
        generator: "by hand".into(),
        package: Package {
            namespace: "test".into(),
            name: "kernels".into(),
            version: "1.0.0".into(),
            world: "test".into(),
            docs: String::new(),
            licence: None,
        },
        interface: Interface { name: name("ops"), docs: String::new(), items },
        kernels,
    }
}

fn items() -> Vec<Item> {
    let docs = String::new;
    let case = |n: &str| Case { name: name(n), docs: docs() };
    let int = |n: &str| Field { name: name(n), docs: docs(), ty: ValueType::Scalar(Scalar::U32) };
    let mode = Field { name: name("mode"), docs: docs(), ty: ValueType::Enum(name("fill-mode")) };
    let table = Choice::Table { selectors: vec![field(0, 2)], cases: vec![(vec![0], 0), (vec![1], 1)] };
    let wide = (0..18).map(|i| (["a", "b", "c"][i % 3], value(Scalar::U32))).collect::<Vec<_>>();
    let wide_names: Vec<String> = (0..wide.len()).map(|i| format!("p{i}")).collect();
    let mut wide: Vec<(&str, OpParamType)> =
        wide_names.iter().map(String::as_str).zip(wide.into_iter().map(|w| w.1)).collect();
    wide.push(("out", words(true, false, false)));
    vec![
        Item::Enum(Enum { name: name("fill-mode"), docs: docs(), cases: vec![case("plain"), case("other")] }),
        Item::Record(Record { name: name("fill-params"), docs: docs(), fields: vec![int("n"), int("value"), mode] }),
        op(
            "fill",
            vec![("params", record("fill-params")), ("output", words(true, false, false))],
            1,
            0,
            vec![
                require(BinaryOp::Gt, field(0, 0), Expr::Int(0), "params.n", "0"),
                require(BinaryOp::Ge, Expr::Len { param: 1 }, field(0, 0), "output.len()", "params.n"),
                Step::Let { slot: 0, name: "groups".into(), value: bin(BinaryOp::DivCeil, field(0, 0), Expr::Int(64)) },
                Step::Launch {
                    kernel: 0,
                    instance: table,
                    grid: [Expr::Slot(0), Expr::Int(1), Expr::Int(1)],
                    args: vec![Arg::Scalar(field(0, 1)), Arg::Param(1)],
                },
            ],
        ),
        op(
            "pair",
            vec![
                ("use-b", value(Scalar::Bool)),
                ("a", words(false, false, true)),
                ("b", words(false, true, true)),
                ("out", words(true, false, false)),
            ],
            0,
            0,
            vec![Step::If {
                cond: Expr::Param { param: 0, field: None },
                then: vec![launch(1, Expr::Int(1), vec![Arg::Param(1), Arg::Param(2)])],
                otherwise: vec![launch(1, Expr::Int(1), vec![Arg::Param(1), Arg::Param(3)])],
            }],
        ),
        op(
            "grow",
            vec![("m", value(Scalar::U32)), ("k", value(Scalar::U32)), ("out", words(true, false, false))],
            0,
            1,
            vec![
                launch(0, Expr::Int(1), vec![Arg::Scalar(Expr::Int(9)), Arg::Param(2)]),
                Step::Scratch {
                    id: 0,
                    elem_bytes: 4,
                    len: bin(
                        BinaryOp::Mul,
                        Expr::Param { param: 0, field: None },
                        Expr::Param { param: 1, field: None },
                    ),
                    zeroed: true,
                    taken: None,
                },
                launch(1, Expr::Int(1), vec![Arg::Scratch(0), Arg::Param(2)]),
            ],
        ),
        op(
            "room",
            vec![("n", value(Scalar::U32)), ("out", words(true, false, false))],
            1,
            1,
            vec![
                Step::Scratch {
                    id: 0,
                    elem_bytes: 4,
                    len: Expr::Param { param: 0, field: None },
                    zeroed: false,
                    taken: Some(0),
                },
                launch(
                    0,
                    Expr::Int(1),
                    vec![
                        Arg::Scalar(Expr::Select(
                            Box::new(Expr::Slot(0)),
                            Box::new(Expr::Int(1)),
                            Box::new(Expr::Int(2)),
                        )),
                        Arg::Param(1),
                    ],
                ),
            ],
        ),
        op(
            "narrow",
            vec![("a", value(Scalar::U32)), ("d", value(Scalar::U32)), ("out", words(true, false, false))],
            0,
            0,
            vec![launch(
                0,
                bin(BinaryOp::Div, Expr::Int(64), Expr::Param { param: 1, field: None }),
                vec![
                    Arg::Scalar(bin(BinaryOp::Mul, Expr::Param { param: 0, field: None }, Expr::Int(1 << 20))),
                    Arg::Param(2),
                ],
            )],
        ),
        op(
            "wide",
            wide,
            0,
            0,
            vec![launch(0, Expr::Int(1), vec![Arg::Scalar(Expr::Param { param: 17, field: None }), Arg::Param(18)])],
        ),
        op(
            "break-it",
            vec![("a", words(true, false, false))],
            0,
            0,
            vec![launch(2, Expr::Int(1), vec![Arg::Param(0)])],
        ),
        op("spin", vec![], 0, 0, vec![launch(3, Expr::Int(1), vec![])]),
    ]
}
