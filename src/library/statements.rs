//! What SQLite does, statement by statement, for a person who wonders where the time goes.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::{Library, Result};

/// A statement of SQL that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its text, with places for its parameters.
    pub sql: String,
    /// How long it ran.
    pub time: Duration,
    /// How many rows it gave.
    pub rows: usize,
}

impl Library {
    /// Has `tell` told of each statement of SQL when it has ended.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn watch_statements(
        &mut self,
        mut tell: impl FnMut(Statement) + Send + 'static,
    ) -> Result<()> {
        // The times that SQLite itself tells are in whole milliseconds.
        let mut running: HashMap<String, (Instant, usize)> = HashMap::new();
        let told = move |event: TraceEvent<'_>| match event {
            TraceEvent::Stmt(statement, _) => {
                let begun = running.entry(statement.sql().into_owned());
                begun.or_insert_with(|| (Instant::now(), 0));
            }
            TraceEvent::Row(statement) => {
                if let Some((_, rows)) = running.get_mut(&*statement.sql()) {
                    *rows += 1;
                }
            }
            TraceEvent::Profile(statement, time) => {
                let sql = statement.sql().into_owned();
                let (time, rows) = match running.remove(&sql) {
                    Some((begun, rows)) => (begun.elapsed(), rows),
                    None => (time, 0),
                };
                tell(Statement { sql, time, rows });
            }
            _ => {}
        };
        let events = TraceEventCodes::SQLITE_TRACE_STMT
            | TraceEventCodes::SQLITE_TRACE_ROW
            | TraceEventCodes::SQLITE_TRACE_PROFILE;
        self.connection.trace_v2(events, Some(told))?;
        Ok(())
    }
}
