//! Checks a kernel against a target's limits: workgroup memory, workgroup size, buffers.
//!
//! `&ir::Kernel` and [`Limits`] in, findings out, which say who holds how much.

use super::finding::{Finding, Kind};
use crate::ir::{Feature, Kernel, ParamKind, Scalar, Shared};

/// What every device of a target has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Workgroup memory, in bytes.
    pub shared_bytes: u64,
    /// Invocations of a workgroup.
    pub invocations: u64,
    /// Invocations of a workgroup along each axis.
    pub workgroup: [u32; 3],
    /// Buffers that one kernel binds.
    pub n_buffers: usize,
    /// Who has all this, for messages.
    pub whose: &'static str,
}

impl Limits {
    /// What WebGPU promises on every device (WebGPU, section 3.6.2), and so what every target here has.
    pub const BASE: Self = Self {
        shared_bytes: 16 << 10,
        invocations: 256,
        workgroup: [256, 256, 64],
        n_buffers: 8,
        whose: "every device",
    };

    /// What every device with these features has (CUDA C++ Programming Guide, "Technical Specifications per Compute
    /// Capability").
    #[must_use]
    pub fn of(features: &[Feature]) -> Self {
        let has = |feature| features.contains(&feature);
        let (shared_bytes, whose) = match features.iter().any(|f| f.is_cuda()) {
            false => return Self::BASE,
            true if has(Feature::Sm90) || has(Feature::Sm90a) => (227 << 10, "every device of sm_90"),
            true => (99 << 10, "every device of sm_80"),
        };
        Self { shared_bytes, invocations: 1024, workgroup: [1024, 1024, 64], n_buffers: 128, whose }
    }
}

/// The bytes of an array in workgroup memory, of a view none: elements of three lanes take four, bools four bytes.
#[must_use]
pub fn shared_bytes(shared: &Shared) -> u64 {
    if shared.view_of.is_some() {
        return 0;
    }
    let lane = if shared.elem.scalar == Scalar::Bool { 4 } else { shared.elem.scalar.bytes() };
    let lanes = if shared.elem.lanes == 3 { 4 } else { u32::from(shared.elem.lanes) };
    u64::from(lane) * u64::from(lanes) * u64::from(shared.len)
}

/// What exceeds the limits.
#[must_use]
pub fn check(kernel: &Kernel, limits: &Limits) -> Vec<Finding> {
    [shared(kernel, limits), workgroup(kernel, limits), buffers(kernel, limits)].into_iter().flatten().collect()
}

fn shared(kernel: &Kernel, limits: &Limits) -> Option<Finding> {
    // Each array starts where a vector may.
    let total: u64 = kernel.shared.iter().map(|s| shared_bytes(s).next_multiple_of(16)).sum();
    if total <= limits.shared_bytes {
        return None;
    }
    let mut holders: Vec<_> = kernel.shared.iter().map(|s| (shared_bytes(s), s)).collect();
    holders.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    let mut labels = holders.iter().map(|(bytes, s)| (s.span, format!("`{}` takes {bytes} bytes", s.name)));
    let (span, here) = labels.next().unwrap_or((kernel.span, String::new()));
    Some(Finding {
        kind: Kind::SharedBytes,
        message: format!(
            "the kernel uses {total} bytes of workgroup memory, {} more than {} has",
            total - limits.shared_bytes,
            limits.whose
        ),
        span,
        here,
        labels: labels.chain([(kernel.span, "this kernel".to_owned())]).collect(),
        help: format!("make the arrays smaller: {} bytes is what {} has", limits.shared_bytes, limits.whose),
    })
}

fn workgroup(kernel: &Kernel, limits: &Limits) -> Option<Finding> {
    let size = kernel.workgroup;
    let total: u64 = size.iter().map(|n| u64::from(*n)).product();
    let axis = (0..3).find(|a| size[*a] == 0 || size[*a] > limits.workgroup[*a]);
    let message = match axis {
        Some(a) if size[a] == 0 => format!("the workgroup has no invocation along {}", ["x", "y", "z"][a]),
        _ if total > limits.invocations => {
            let [x, y, z] = size;
            let (whose, most) = (limits.whose, limits.invocations);
            format!("the workgroup has {x} * {y} * {z} = {total} invocations; {whose} takes {most}")
        }
        Some(a) => format!(
            "the workgroup has {} invocations along {}; {} takes {}",
            size[a],
            ["x", "y", "z"][a],
            limits.whose,
            limits.workgroup[a]
        ),
        None => return None,
    };
    Some(Finding {
        kind: Kind::WorkgroupSize,
        message,
        span: kernel.span,
        here: String::new(),
        labels: vec![],
        help: format!("choose `workgroup` so that the product is 1 to {}", limits.invocations),
    })
}

fn buffers(kernel: &Kernel, limits: &Limits) -> Option<Finding> {
    let all: Vec<_> = kernel.params.iter().filter(|p| matches!(p.kind, ParamKind::Buffer(_))).collect();
    let first_over = all.get(limits.n_buffers)?;
    Some(Finding {
        kind: Kind::Buffers,
        message: format!("the kernel takes {} buffers; {} binds {}", all.len(), limits.whose, limits.n_buffers),
        span: first_over.span,
        here: "one too many".to_owned(),
        labels: vec![],
        help: "pack several arrays into one buffer, or split the kernel".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::build::Builder;
    use crate::ir::{Buffer, Type};
    use crate::source::{FileId, Span};

    fn builder(workgroup: [u32; 3]) -> Builder {
        Builder::new("k", workgroup, Span { file: FileId(0), start: 0, end: 1 })
    }

    #[test]
    fn within() {
        let mut b = builder([256, 1, 1]);
        b.shared("tile", Type::F32, 4096);
        assert_eq!(check(&b.finish(), &Limits::BASE), []);
    }

    #[test]
    fn too_much_of_everything() {
        let mut b = builder([32, 16, 1]);
        b.shared("small", Type::F32, 1);
        b.shared("large", Type::vector(Scalar::F32, 3), 1024);
        for i in 0..9 {
            let buffer = Buffer {
                elem: Type::F32,
                elems_per_item: 1,
                mutable: false,
                may_alias: false,
                atomic: false,
                packed: None,
            };
            b.param(&format!("p{i}"), ParamKind::Buffer(buffer));
        }
        let found = check(&b.finish(), &Limits::BASE);
        let kinds: Vec<_> = found.iter().map(|f| f.kind).collect();
        assert_eq!(kinds, [Kind::SharedBytes, Kind::WorkgroupSize, Kind::Buffers]);
        assert_eq!(found[0].here, "`large` takes 16384 bytes");
        assert_eq!(found[0].labels[0].1, "`small` takes 4 bytes");
        assert!(found[1].message.contains("32 * 16 * 1 = 512"));
    }

    #[test]
    fn one_axis() {
        let found = check(&builder([1, 1, 65]).finish(), &Limits::BASE);
        assert!(found[0].message.contains("65 invocations along z"), "{found:?}");
        let found = check(&builder([1, 0, 1]).finish(), &Limits::BASE);
        assert!(found[0].message.contains("no invocation along y"), "{found:?}");
    }
}
