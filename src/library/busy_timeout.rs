//! The busy timeout: waiting for a library that another program is changing.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::Result;

/// The time to wait for a library that another program has locked, and a callback for long waits.
#[derive(Debug, Clone, Copy)]
pub struct BusyTimeout {
    /// The longest wait.
    pub timeout: Duration,
    /// Called once in each wait that a person would notice.
    pub on_wait: fn(),
}

impl Default for BusyTimeout {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            on_wait: || {},
        }
    }
}

/// The wait after which a user wants to know the reason.
const NOTICEABLE: Duration = Duration::from_millis(1_500);

impl BusyTimeout {
    /// Installs this busy timeout on `connection`.
    pub(super) fn install(self, connection: &mut Connection) -> Result<()> {
        let mut since = Instant::now();
        let mut reported = false;
        connection.busy_handler(Some(move |attempts: i32| {
            if attempts == 0 {
                since = Instant::now();
                reported = false;
            }
            let waited = since.elapsed();
            if waited >= self.timeout {
                return false;
            }
            if waited >= NOTICEABLE && !reported {
                reported = true;
                (self.on_wait)();
            }
            // Most commands finish quickly, so the first pauses are short.
            let pause = u64::try_from(attempts + 1).unwrap_or(1).min(50);
            std::thread::sleep(Duration::from_millis(pause));
            true
        }))?;
        Ok(())
    }
}
