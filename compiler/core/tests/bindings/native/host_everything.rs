//! Values of every type become words that the runtime reads back as they were.

#[allow(dead_code)]
mod ops {
    include!(env!("OPS"));
}

use ops::{Buffer, Error, Mixed, Mode, Settings};
use wgpuc_runtime::{GpuError, Guest};

const MINUS: u64 = 0x8000_0000;

fn main() -> Result<(), GpuError> {
    let guest = &mut Guest::default();
    let (one, two) = (0x3f80_0000, 0x4000_0000);
    let words = vec![1, u64::MAX, 255, i32::MIN as u64, 4, i64::MIN as u64, u64::MAX, one, two, MINUS, 2];
    ops::values(guest, true, -1, 255, i32::MIN, 4, i64::MIN, u64::MAX, 1.0, 2.0, -0.0, Mode::Xor)?;
    assert_eq!(guest.calls.pop(), Some(("values".into(), words.clone())));

    let settings = Settings {
        flag: true,
        int: -1,
        default: 255,
        i32: i32::MIN,
        record: 4,
        match_: i64::MIN,
        template: u64::MAX,
        half: 1.0,
        brain: 2.0,
        float: -0.0,
        mode: Mode::Xor,
    };
    ops::detail(guest, settings, Mode::SelfCheck)?;
    assert_eq!(guest.calls.pop(), Some(("detail".into(), [words, vec![3]].concat())));

    let mixed = Mixed { small: -1, class: 0.5, ..Mixed::default() };
    let mixed = Buffer::from_slice(guest, &[mixed])?;
    let quads = Buffer::from_slice(guest, &[[1u32, 2, 3, 4]])?;
    assert_eq!(quads.download(guest)?, [[1, 2, 3, 4]]);
    ops::vectors(guest, None, Some(&quads), &mixed)?;
    assert_eq!(guest.calls.pop(), Some(("vectors".into(), vec![0, 0, 1, 2, 1])));
    ops::nothing(guest)?;
    ops::delete(guest, Error { buffer: 9 })?;
    assert_eq!(guest.calls.pop(), Some(("delete".into(), vec![9])));
    println!("all is well");
    Ok(())
}
