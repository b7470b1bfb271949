//! Calls of the standard kernels' host code become the words of the canonical ABI.

#[allow(dead_code)]
mod ops {
    include!(env!("OPS"));
}

use ops::{Buffer, ElementwiseOp, ElementwiseParams, MatmulParams, TreeNode};
use wgpuc_runtime::{GpuError, Guest};

fn main() -> Result<(), GpuError> {
    let guest = &mut Guest::default();
    let a = Buffer::from_slice(guest, &[1.0f32, 2.0, 3.0])?;
    let b = Buffer::create(guest, 3)?;
    b.upload(guest, 1, &[7.0])?;
    assert_eq!(b.download(guest)?, [0.0, 7.0, 0.0]);

    let params = MatmulParams { m: 1, k: 2, n: 3, trans_a: true, trans_b: false, alpha: 1.0, beta: -0.0 };
    ops::kernel_matmul(guest, params, &a, &b, &a)?;
    let words = vec![1, 2, 3, 1, 0, 0x3f80_0000, 0x8000_0000, 1, 2, 1];
    assert_eq!(guest.calls.pop(), Some(("kernel-matmul".into(), words)));

    let params = ElementwiseParams { n_elements: 3, op: ElementwiseOp::Add };
    ops::kernel_elementwise(guest, params, &a, Some(&b), &a)?;
    assert_eq!(guest.calls.pop(), Some(("kernel-elementwise".into(), vec![3, 3, 1, 1, 2, 1])));
    ops::kernel_elementwise(guest, params, &a, None, &a)?;
    assert_eq!(guest.calls.pop(), Some(("kernel-elementwise".into(), vec![3, 3, 1, 0, 0, 1])));

    let node = TreeNode { feature: -1, value: 2.0, left: 3, right: 4 };
    let nodes = Buffer::from_slice(guest, &[TreeNode::default(), node])?;
    assert_eq!(guest.buffers[&nodes.id()][16..20], [0xff; 4]);
    assert_eq!(nodes.download(guest)?, [TreeNode::default(), node]);
    for id in [a.id(), b.id()] {
        assert!(guest.buffers.contains_key(&id));
    }
    a.destroy(guest)?;
    b.destroy(guest)?;
    nodes.destroy(guest)?;
    assert!(guest.buffers.is_empty());
    println!("all is well");
    Ok(())
}
