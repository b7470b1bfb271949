struct Launch {
    groups_x: u32,
    groups_y: u32,
    groups_z: u32,
    launch_id: u32,
    by: i32,
    pixels_len: u32,
}

@group(0) @binding(0) var<uniform> launch: Launch;
@group(0) @binding(2) var<storage, read_write> pixels: array<atomic<u32>>;

@compute @workgroup_size(64, 1, 1)
fn bytes_add(@builtin(workgroup_id) workgroup_id: vec3<u32>, @builtin(num_workgroups) num_workgroups: vec3<u32>, @builtin(local_invocation_id) local_id: vec3<u32>) {
    let group = ((workgroup_id.y * num_workgroups.x) + workgroup_id.x);
    let groups_x = launch.groups_x;
    if (group >= groups_x) {
        return;
    }
    let by = launch.by;
    let pixels_len = launch.pixels_len;
    let v = ((group * 64u) + local_id.x);
    if (v < pixels_len) {
        let v_1 = (v >> 2u);
        let v_2 = ((v & 3u) << 3u);
        let _e28 = atomicLoad((&pixels[v_1]));
        let v_3 = bitcast<u32>(min(max((bitcast<i32>(((_e28 >> v_2) & 255u)) + by), 0i), 255i));
        let _e43 = atomicAnd((&pixels[v_1]), ~((255u << v_2)));
        let _e46 = atomicOr((&pixels[v_1]), ((v_3 & 255u) << v_2));
    }
}
