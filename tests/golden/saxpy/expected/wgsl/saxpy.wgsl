struct Launch {
    groups_x: u32,
    groups_y: u32,
    groups_z: u32,
    launch_id: u32,
    a: f32,
    x_len: u32,
    y_len: u32,
}

@group(0) @binding(0) var<uniform> launch: Launch;
@group(0) @binding(2) var<storage> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256, 1, 1)
fn saxpy(@builtin(workgroup_id) workgroup_id: vec3<u32>, @builtin(num_workgroups) num_workgroups: vec3<u32>, @builtin(local_invocation_id) local_id: vec3<u32>) {
    let group = ((workgroup_id.y * num_workgroups.x) + workgroup_id.x);
    let groups_x = launch.groups_x;
    if (group >= groups_x) {
        return;
    }
    let a = launch.a;
    let y_len = launch.y_len;
    let launch_id = launch.launch_id;
    let zero = select(0u, 1u, (launch_id == 0u));
    let v = ((group * 256u) + local_id.x);
    if (v < y_len) {
        let x_1 = x[v];
        let y_1 = y[v];
        y[v] = (y_1 + bitcast<f32>((bitcast<u32>((a * x_1)) ^ zero)));
    }
}
