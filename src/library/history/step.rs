//! Steps and the log.

use rusqlite::{Connection, OptionalExtension as _};

use super::super::{History, LibraryError, Result};
use super::step_state::StepState;

/// A command that changed the library.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// Its number.
    pub id: i64,
    /// The command line.
    pub command: String,
    /// The time it ran: UTC, RFC 3339.
    pub at: String,
    /// Its state: in effect or undone.
    pub state: StepState,
    /// The number of rows it changed.
    pub changes: i64,
}

/// The query whose rows [`read_step`] reads.
pub(super) const SELECT_STEP: &str = "SELECT id, command, at, state,
        (SELECT coalesce(sum(last_row_id - row_id + 1), 0) FROM change WHERE step_id = step.id)
    FROM step";

impl History<'_> {
    /// Returns the latest steps, the latest first; all of them without a limit.
    pub fn log(&self, limit: Option<usize>) -> Result<Vec<Step>> {
        let mut statement = self
            .library
            .connection
            .prepare(&format!("{SELECT_STEP} ORDER BY id DESC LIMIT ?1"))?;
        let limit = limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(-1));
        let steps = statement.query_map([limit], read_step)?;
        Ok(steps.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the step with this number.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownStep`].
    pub fn step(&self, number: i64) -> Result<Step> {
        self.library
            .connection
            .query_row(&format!("{SELECT_STEP} WHERE id = ?1"), [number], read_step)
            .optional()?
            .ok_or(LibraryError::UnknownStep(number))
    }
}

/// Reads a row of [`SELECT_STEP`].
pub(super) fn read_step(row: &rusqlite::Row<'_>) -> rusqlite::Result<Step> {
    Ok(Step {
        id: row.get(0)?,
        command: row.get(1)?,
        at: row.get(2)?,
        state: match row.get_ref(3)?.as_str()? {
            "done" => StepState::Done,
            "undone" => StepState::Undone,
            _ => StepState::Dropped,
        },
        changes: row.get(4)?,
    })
}

/// Returns the current time by SQLite's clock: UTC, RFC 3339.
pub(in crate::library) fn now(connection: &Connection) -> Result<String> {
    Ok(connection
        .prepare_cached("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')")?
        .query_row([], |row| row.get(0))?)
}
