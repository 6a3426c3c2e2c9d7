//! Numbers of rows: which rows are new in a step although their numbers are from before it.
//!
//! A step's new rows have numbers behind the last, so that history knows them without writing each down. Where
//! a step takes the last rows of a table away, though, SQLite numbers new ones from what is then the last, and
//! comes to numbers that no row had when the step began. Triggers on insertion could tell, but each row
//! would open a savepoint for them, at which FTS5 writes out what it has gathered; SQLite's update hook costs
//! next to nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use rusqlite::hooks::Action;

use super::Result;
use super::history::LastRows;

/// Listens to what happens to the rows of a connection.
pub(super) struct RowNumbers(Arc<Mutex<Seen>>);

/// What happened to rows with numbers from before the step.
#[derive(Default)]
struct Seen {
    /// The last number of each table when the step began; empty outside of a step.
    last: LastRows,
    /// Whether the first that happened to a row was that it came.
    came: HashMap<(&'static str, i64), bool>,
}

impl RowNumbers {
    /// Begins to listen.
    pub(super) fn listen(connection: &mut Connection) -> Result<Self> {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let heard = Arc::clone(&seen);
        connection.update_hook(Some(
            move |action: Action, database: &str, table: &str, row: i64| {
                let mut seen = lock(&heard);
                if let Some((table, last)) = seen.last.get_key_value(table)
                    && row <= *last
                    && database == "main"
                {
                    let place = (*table, row);
                    let came = action == Action::SQLITE_INSERT;
                    seen.came.entry(place).or_insert(came);
                }
            },
        ))?;
        Ok(Self(seen))
    }

    /// Begins a step, before which the tables had these last rows.
    pub(super) fn begin(&self, last: LastRows) {
        *lock(&self.0) = Seen {
            last,
            came: HashMap::new(),
        };
    }

    /// Ends the step, and gives the rows, by table and number, that were not there before it although their
    /// numbers are not behind the last.
    pub(super) fn end(&self) -> Vec<(&'static str, i64)> {
        let seen = std::mem::take(&mut *lock(&self.0));
        let came = seen.came.into_iter().filter(|(_, came)| *came);
        let mut rows: Vec<_> = came.map(|(place, _)| place).collect();
        rows.sort_unstable();
        rows
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
