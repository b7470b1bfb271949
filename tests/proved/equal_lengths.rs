#[op]
pub fn f(bodies: &[f32], velocities: &[f32], moved: &mut [f32]) {
    require!(bodies.len() % 4 == 0);
    require!(velocities.len() == bodies.len());
    require!(moved.len() == bodies.len());
    launch!(k, [div_ceil(bodies.len(), 256)], bodies.as_x4(), velocities.as_x4(), moved.as_x4());
}
#[kernel(workgroup = 64)]
fn k(bodies: &[f32x4], velocities: &[f32x4], moved: &mut [f32x4]) {
    let i = global_id().x;
    if i < bodies.len() {
        moved[i] = bodies[i] + velocities[i];
    }
}
