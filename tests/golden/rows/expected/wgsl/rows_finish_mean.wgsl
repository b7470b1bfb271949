struct Launch {
    groups_x: u32,
    groups_y: u32,
    groups_z: u32,
    launch_id: u32,
    rows: u32,
    columns: u32,
    sums_len: u32,
    output_len: u32,
}

@group(0) @binding(0) var<uniform> launch: Launch;
@group(0) @binding(2) var<storage> sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64, 1, 1)
fn rows_finish_mean(@builtin(workgroup_id) workgroup_id: vec3<u32>, @builtin(num_workgroups) num_workgroups: vec3<u32>, @builtin(local_invocation_id) local_id: vec3<u32>) {
    let group = ((workgroup_id.y * num_workgroups.x) + workgroup_id.x);
    let groups_x = launch.groups_x;
    if (group >= groups_x) {
        return;
    }
    let rows = launch.rows;
    let columns = launch.columns;
    let v = ((group * 64u) + local_id.x);
    if (v >= rows) {
        return;
    }
    let sums_1 = sums[v];
    output[v] = (sums_1 / f32(columns));
}
