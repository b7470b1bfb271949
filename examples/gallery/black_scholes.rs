//! Prices of European options.

use wgpuc::*;

/// The prices of calls and puts by Black and Scholes, where money without risk earns `rate`, and returns have the
/// standard deviation `volatility`, both of a year. Option `i` may be exercised in `years[i]` years, at `strikes[i]`;
/// the stock costs `prices[i]` now.
#[kernel(workgroup = 256, over = prices.len())]
pub fn black_scholes(
    rate: f32,
    volatility: f32,
    prices: &[f32],
    strikes: &[f32],
    years: &[f32],
    calls: &mut [f32],
    puts: &mut [f32],
) {
    let i = global_id().x;
    if i < prices.len() {
        let spread = volatility * years[i].sqrt();
        let d1 = ((prices[i] / strikes[i]).ln() + years[i] * (rate + 0.5 * volatility * volatility)) / spread;
        let d2 = d1 - spread;
        let discounted = strikes[i] * (-rate * years[i]).exp();
        calls[i] = prices[i] * normal_cdf(d1) - discounted * normal_cdf(d2);
        puts[i] = discounted * normal_cdf(-d2) - prices[i] * normal_cdf(-d1);
    }
}

/// The standard normal distribution, within 7.5e-8 (Abramowitz and Stegun, 26.2.17).
fn normal_cdf(x: f32) -> f32 {
    let t = 1.0 / (x.abs() * 0.231_641_9 + 1.0);
    let p = (((1.330_274_4 * t - 1.821_255_9) * t + 1.781_477_9) * t - 0.356_563_78) * t + 0.319_381_53;
    let tail = p * t * (x * x * -0.5).exp() * 0.398_942_28;
    if x > 0.0 { 1.0 - tail } else { tail }
}
