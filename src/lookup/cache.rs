//! The cache of answers: one SQLite file, which can be deleted at any time.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::model::civil_date;

/// For how long an answer is used without asking again.
const FRESH: Duration = Duration::from_secs(7 * 24 * 3600);

/// For how long an answer is kept for `ETag` and for work without a network.
const KEPT: Duration = Duration::from_secs(180 * 24 * 3600);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS answer (
        request        TEXT PRIMARY KEY,
        address        TEXT NOT NULL,
        status         INTEGER NOT NULL,
        content_type   TEXT NOT NULL,
        etag           TEXT,
        last_modified  TEXT,
        fetched_at     INTEGER NOT NULL,
        body           BLOB NOT NULL
    );
    CREATE INDEX IF NOT EXISTS answer_by_age ON answer (fetched_at);";

/// A stored answer.
#[derive(Debug, Clone)]
pub(super) struct CachedAnswer {
    /// The address that answered, after redirects.
    pub(super) address: String,
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    /// Seconds since 1970.
    pub(super) fetched_at: i64,
    pub(super) body: Vec<u8>,
}

impl CachedAnswer {
    /// Returns whether the answer is used without asking again.
    pub(super) fn is_fresh(&self) -> bool {
        let age = now().saturating_sub(self.fetched_at);
        u64::try_from(age).is_ok_and(|age| age < FRESH.as_secs())
    }
}

/// The cache. Every operation may fail silently: without a cache, more is asked.
pub(super) struct Cache(Mutex<Connection>);

impl Cache {
    /// Opens the cache, and creates it if there is none. `None` if the file cannot be used.
    pub(super) fn open(path: &Path) -> Option<Self> {
        std::fs::create_dir_all(path.parent()?).ok()?;
        let connection = Connection::open(path).ok()?;
        connection.busy_timeout(Duration::from_secs(5)).ok()?;
        // Answers that are lost with the power can be requested again.
        let _ = connection.pragma_update(None, "journal_mode", "WAL");
        let _ = connection.pragma_update(None, "synchronous", "OFF");
        connection.execute_batch(SCHEMA).ok()?;
        let oldest = now() - i64::try_from(KEPT.as_secs()).unwrap_or_default();
        let _ = connection.execute("DELETE FROM answer WHERE fetched_at < ?1", [oldest]);
        Some(Self(Mutex::new(connection)))
    }

    fn with<T>(&self, run: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Option<T> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        run(&connection).ok()
    }

    pub(super) fn get(&self, request: &str) -> Option<CachedAnswer> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT address, status, content_type, etag, last_modified, fetched_at, body
                     FROM answer WHERE request = ?1",
                )?
                .query_row([request], |row| {
                    Ok(CachedAnswer {
                        address: row.get(0)?,
                        status: row.get(1)?,
                        content_type: row.get(2)?,
                        etag: row.get(3)?,
                        last_modified: row.get(4)?,
                        fetched_at: row.get(5)?,
                        body: row.get(6)?,
                    })
                })
                .optional()
        })
        .flatten()
    }

    pub(super) fn put(&self, request: &str, answer: &CachedAnswer) {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO answer VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![
                    request,
                    answer.address,
                    answer.status,
                    answer.content_type,
                    answer.etag,
                    answer.last_modified,
                    answer.fetched_at,
                    answer.body
                ])
        });
    }
}

/// Returns the seconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

/// Returns the date of a time in seconds since 1970: `2026-11-28`, in UTC.
pub(super) fn date(seconds: i64) -> String {
    let (year, month, day) = civil_date(seconds);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(951_782_400), "2000-02-29");
        assert_eq!(date(1_795_823_999), "2026-11-27");
        assert_eq!(date(1_795_824_000), "2026-11-28");
        assert_eq!(date(-1), "1969-12-31");
    }
}
