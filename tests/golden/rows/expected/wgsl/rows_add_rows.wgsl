struct Launch {
    groups_x: u32,
    groups_y: u32,
    groups_z: u32,
    launch_id: u32,
    rows: u32,
    columns: u32,
    input_len: u32,
    sums_len: u32,
}

@group(0) @binding(0) var<uniform> launch: Launch;
@group(0) @binding(2) var<storage> input: array<f32>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(64, 1, 1)
fn rows_add_rows(@builtin(workgroup_id) workgroup_id: vec3<u32>, @builtin(num_workgroups) num_workgroups: vec3<u32>, @builtin(local_invocation_id) local_id: vec3<u32>) {
    var sum: f32;
    var i: u32;

    let group = ((workgroup_id.y * num_workgroups.x) + workgroup_id.x);
    let groups_x = launch.groups_x;
    if (group >= groups_x) {
        return;
    }
    let rows = launch.rows;
    let columns = launch.columns;
    let v = ((group * 64u) + local_id.x);
    if (v < rows) {
        sum = 0f;
        let v_1 = (v * columns);
        i = 0u;
        loop {
            let i_1 = i;
            if (i_1 >= columns) {
                break;
            }
            let input_1 = input[(v_1 + i_1)];
            let sum_1 = sum;
            sum = (sum_1 + input_1);
            continuing {
                i = (i_1 + 1u);
            }
        }
        let sum_2 = sum;
        sums[v] = sum_2;
    }
}
