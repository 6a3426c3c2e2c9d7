//! What SQLite does, statement by statement, for a person who wonders where the time goes.

use std::collections::HashMap;
use std::time::Duration;

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
        let mut rows: HashMap<String, usize> = HashMap::new();
        let told = move |event: TraceEvent<'_>| match event {
            TraceEvent::Row(statement) => {
                *rows.entry(statement.sql().into_owned()).or_default() += 1;
            }
            TraceEvent::Profile(statement, time) => {
                let sql = statement.sql().into_owned();
                let rows = rows.remove(&sql).unwrap_or_default();
                tell(Statement { sql, time, rows });
            }
            _ => {}
        };
        let events = TraceEventCodes::SQLITE_TRACE_ROW | TraceEventCodes::SQLITE_TRACE_PROFILE;
        self.connection.trace_v2(events, Some(told))?;
        Ok(())
    }
}
