#[op]
pub fn f(n: u32) {
    require!(n > 0);
}
