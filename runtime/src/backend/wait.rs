//! Waiting for the device in a way that another thread can end.
//!
//! It knows no backend. In: a question. Out: its answer, or that the session was stopped.

use crate::backend::{Cancel, Error};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a wait asks without a pause: a small launch is done sooner than a thread wakes up.
const SPIN: Duration = Duration::from_millis(2);
/// The pause between two questions from then on.
const PAUSE: Duration = Duration::from_micros(50);

/// Whether a session was stopped.
#[derive(Default)]
pub(in crate::backend) struct Flag(AtomicBool);

impl Cancel for Flag {
    fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Flag {
    /// Fails where the session was stopped.
    pub(in crate::backend) fn check(&self) -> Result<(), Error> {
        if self.0.load(Ordering::Relaxed) {
            return Err(Error::DeviceLost("the guest's time is up".to_owned()));
        }
        Ok(())
    }

    /// Asks until the answer is yes.
    pub(in crate::backend) fn wait(&self, mut is_done: impl FnMut() -> Result<bool, Error>) -> Result<(), Error> {
        let start = Instant::now();
        while !is_done()? {
            self.check()?;
            if start.elapsed() > SPIN {
                std::thread::sleep(PAUSE);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Flag;
    use crate::backend::{Cancel, Error};

    #[test]
    fn a_wait_ends_when_the_work_does_or_when_it_is_stopped() {
        let flag = Flag::default();
        let mut left = 3;
        let countdown = || {
            left -= 1;
            Ok(left == 0)
        };
        assert_eq!(flag.wait(countdown), Ok(()));
        assert_eq!(flag.wait(|| Err(Error::OutOfMemory)), Err(Error::OutOfMemory));
        flag.cancel();
        assert!(matches!(flag.wait(|| Ok(false)), Err(Error::DeviceLost(_))));
        assert_eq!(flag.wait(|| Ok(true)), Ok(()));
    }
}
