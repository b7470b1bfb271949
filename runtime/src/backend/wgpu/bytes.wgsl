// Copies bytes at any alignment: one invocation per word of the destination, so that no two write one word.

struct Copy {
    // The first byte in `src`, and in `dst`.
    src_byte: u32,
    dst_byte: u32,
    n_bytes: u32,
}

@group(0) @binding(0) var<uniform> range: Copy;
@group(0) @binding(1) var<storage, read> src: array<u32>;
@group(0) @binding(2) var<storage, read_write> dst: array<u32>;

fn byte_of_src(index: u32) -> u32 {
    return (src[index / 4u] >> (8u * (index % 4u))) & 0xffu;
}

@compute @workgroup_size(64)
fn copy_bytes(@builtin(global_invocation_id) id: vec3<u32>) {
    let end = range.dst_byte + range.n_bytes;
    let word = range.dst_byte / 4u + id.x;
    if word * 4u >= end {
        return;
    }
    var value = dst[word];
    for (var lane = 0u; lane < 4u; lane++) {
        let at = word * 4u + lane;
        if at >= range.dst_byte && at < end {
            let byte = byte_of_src(at - range.dst_byte + range.src_byte);
            value = (value & ~(0xffu << (8u * lane))) | (byte << (8u * lane));
        }
    }
    dst[word] = value;
}
