//! Waiting for a library that another program is changing.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::Result;

/// How long one waits for a library that another program is changing, and whom one tells.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How long one waits at most.
    pub longest: Duration,
    /// Is called once where it takes long enough to wonder.
    pub tell: fn(),
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            longest: Duration::from_secs(30),
            tell: || {},
        }
    }
}

/// After this time a person wonders what is the matter.
const LONG: Duration = Duration::from_millis(1_500);

impl Patience {
    /// Has a connection wait so.
    pub(super) fn have(self, connection: &mut Connection) -> Result<()> {
        let mut since = Instant::now();
        let mut told = false;
        connection.busy_handler(Some(move |attempts: i32| {
            if attempts == 0 {
                since = Instant::now();
                told = false;
            }
            let waited = since.elapsed();
            if waited >= self.longest {
                return false;
            }
            if waited >= LONG && !told {
                told = true;
                (self.tell)();
            }
            // Short at first, as most commands are over at once.
            let pause = u64::try_from(attempts + 1).unwrap_or(1).min(50);
            std::thread::sleep(Duration::from_millis(pause));
            true
        }))?;
        Ok(())
    }
}
