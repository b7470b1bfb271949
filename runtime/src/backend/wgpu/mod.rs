//! stub, replaced in the next commit
pub(crate) fn list() -> Vec<super::DeviceInfo> { Vec::new() }
pub(crate) fn open(_h: bool) -> Result<Nothing, String> { Err("none".into()) }
pub(crate) struct Nothing;
impl super::Device for Nothing {
    fn info(&self) -> super::DeviceInfo { super::DeviceInfo { name: String::new(), backend: String::new(), total_memory: 0, is_hardware: false, compute_capability: String::new() } }
    fn target(&self) -> wgpuc_abi::Target { wgpuc_abi::Target::Wgsl }
    fn features(&self) -> &[wgpuc_abi::Feature] { &[] }
    fn open(&self, _: &super::SessionLimits) -> Result<Box<dyn super::Session>, super::Error> { Err(super::Error::OutOfMemory) }
}
