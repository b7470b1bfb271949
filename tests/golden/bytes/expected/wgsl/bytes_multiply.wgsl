struct Launch {
    groups_x: u32,
    groups_y: u32,
    groups_z: u32,
    launch_id: u32,
    scale: f32,
    gains_len: u32,
}

@group(0) @binding(0) var<uniform> launch: Launch;
@group(0) @binding(2) var<storage, read_write> gains: array<vec2<u32>>;

@compute @workgroup_size(64, 1, 1)
fn bytes_multiply(@builtin(workgroup_id) workgroup_id: vec3<u32>, @builtin(num_workgroups) num_workgroups: vec3<u32>, @builtin(local_invocation_id) local_id: vec3<u32>) {
    let group = ((workgroup_id.y * num_workgroups.x) + workgroup_id.x);
    let groups_x = launch.groups_x;
    if (group >= groups_x) {
        return;
    }
    let scale = launch.scale;
    let gains_len = launch.gains_len;
    let v = ((group * 64u) + local_id.x);
    if (v < gains_len) {
        let gains_1 = gains[v];
        let v_1 = vec4(16u);
        let v_2 = bitcast<vec4<u32>>((bitcast<vec4<f32>>((((vec4<u32>(gains_1.x, gains_1.x, gains_1.y, gains_1.y) >> vec4<u32>(0u, 16u, 0u, 16u)) & vec4(65535u)) << vec4(16u))) * vec4<f32>(scale, scale, scale, scale)));
        let v_3 = select(((v_2 + (((v_2 >> vec4(16u)) & vec4(1u)) + vec4(32767u))) >> vec4(16u)), vec4(32704u), ((v_2 & vec4(2147483647u)) > vec4(2139095040u)));
        gains[v] = vec2<u32>((v_3.x | (v_3.y << 16u)), (v_3.z | (v_3.w << 16u)));
    }
}
