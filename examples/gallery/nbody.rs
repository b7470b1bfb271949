//! Gravity between all pairs of bodies.

use wgpuc::*;

/// Bodies that a workgroup moves, and holds at a time.
const TILE: u32 = 256;

/// One step of all bodies, each pulled by all others. A body is `x, y, z, mass`, and its velocity `x, y, z, 0`; the
/// constant of gravity is 1. `softening`, squared, is added to each squared distance.
#[op]
pub fn nbody_step(time: f32, softening: f32, bodies: &[f32], velocities: &mut [f32], moved: &mut [f32]) {
    require!(softening > 0.0);
    require!(bodies.len() % 4 == 0);
    require!(velocities.len() == bodies.len());
    require!(moved.len() >= bodies.len());
    let groups = div_ceil(bodies.len(), 4 * TILE);
    launch!(pull, [groups], time, softening, bodies.as_x4(), velocities.as_x4(), moved.as_x4());
}

#[kernel(workgroup = TILE)]
fn pull(time: f32, softening: f32, bodies: &[f32x4], velocities: &mut [f32x4], moved: &mut [f32x4]) {
    let tile = shared::<[f32x4; TILE]>();
    let i = global_id().x;
    let mut own = f32x4::splat(0.0);
    if i < bodies.len() {
        own = bodies[i];
    }
    let mut acceleration = f32x4::splat(0.0);
    for first in (0..bodies.len()).step_by(TILE) {
        let j = first + local_index();
        // What lies past the end has no mass.
        tile[local_index()] = if j < bodies.len() { bodies[j] } else { f32x4::splat(0.0) };
        workgroup_barrier();
        for k in 0..TILE {
            let d = tile[k] - own;
            let square = d.x * d.x + d.y * d.y + d.z * d.z + softening * softening;
            acceleration += d * (tile[k].w / (square * square.sqrt()));
        }
        workgroup_barrier();
    }
    if i < bodies.len() {
        acceleration.w = 0.0;
        let velocity = velocities[i] + acceleration * time;
        velocities[i] = velocity;
        moved[i] = own + velocity * time;
    }
}
