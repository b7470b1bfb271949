//! Prices of European options.

const WORKGROUP: u32 = 128;

/// What holds for all options.
pub struct Market {
    /// The interest rate of a year, compounded all the time, without risk.
    pub rate: f32,
    /// The standard deviation of a year's returns.
    pub volatility: f32,
}

/// The prices of calls and puts by Black and Scholes: option `i` may be exercised in `years[i]` years, at `strikes[i]`; the
/// stock costs `prices[i]` now.
#[op]
pub fn black_scholes(
    market: Market,
    prices: &[f32],
    strikes: &[f32],
    years: &[f32],
    calls: &mut [f32],
    puts: &mut [f32],
) {
    require!(market.volatility > 0.0);
    require!(strikes.len() == prices.len());
    require!(years.len() == prices.len());
    require!(calls.len() >= prices.len());
    require!(puts.len() >= prices.len());
    launch!(
        price,
        [div_ceil(prices.len(), 4 * WORKGROUP)],
        market.rate,
        market.volatility,
        prices.len(),
        prices.as_x4(),
        strikes.as_x4(),
        years.as_x4(),
        calls.as_x4(),
        puts.as_x4()
    );
}

#[kernel(workgroup = WORKGROUP)]
fn price(
    rate: f32,
    volatility: f32,
    n: u32,
    prices: &[f32x4],
    strikes: &[f32x4],
    years: &[f32x4],
    calls: &mut [f32x4],
    puts: &mut [f32x4],
) {
    let i = global_id().x;
    if i < prices.len() {
        let spread = years[i].sqrt() * volatility;
        let drift = years[i] * (rate + 0.5 * volatility * volatility);
        let d1 = ((prices[i] / strikes[i]).ln() + drift) / spread;
        let d2 = d1 - spread;
        let discounted = strikes[i] * (years[i] * -rate).exp();
        store_x4(calls, i, n, prices[i] * normal_cdf(d1) - discounted * normal_cdf(d2));
        store_x4(puts, i, n, discounted * normal_cdf(-d2) - prices[i] * normal_cdf(-d1));
    }
}

/// The standard normal distribution, within 7.5e-8 (Abramowitz and Stegun, 26.2.17).
fn normal_cdf(x: f32x4) -> f32x4 {
    let t = 1.0 / (x.abs() * 0.231_641_9 + 1.0);
    let p = t * 1.330_274_4 - 1.821_255_9;
    let p = p * t + 1.781_477_9;
    let p = p * t - 0.356_563_78;
    let p = (p * t + 0.319_381_53) * t;
    let tail = p * (x * x * -0.5).exp() * 0.398_942_28;
    select(x > 0.0, 1.0 - tail, tail)
}
