//! History: an undo log of rows.
//!
//! Each command that changes the library is one *step*. While it runs, temporary triggers write to the table
//! `change` what would revert it (the technique of the SQLite manual, "Automatic Undo/Redo Using SQLite").
//! SQLite's session extension does the same, but building it needs libclang, which users do not have.
//!
//! ```text
//!         command                          change, as recorded        change, once undone
//! 1  import refs.bib   inserts work 1–4    insert  1–4                delete  1 {…}, … 4 {…}
//! 2  edit c            updates work 4      update  4  {before}        update  4  {after}
//! 3  remove c          deletes work 4      delete  4  {before}        insert  4
//! ```
//!
//! The log of a step names each row at most once, with its state before the step. Undoing a step applies that
//! state and replaces the log by its inverse, so redoing is the same operation again ([`undo`]). Three rules
//! keep this exact:
//!
//! - The recorded tables use `AUTOINCREMENT`, so a rowid always means the same row, and the rows that a step
//!   inserted are those above the last rowid before it. Two numbers describe a large import.
//! - Steps that changed the same row are undone in the reverse order and redone in the original one.
//! - A new step discards the steps that are undone.
//!
//! Derived rows are not recorded: they are derived again for the works that changed.

mod record;
pub(super) mod row_label;
mod summary;
mod tables;
mod undo;

use rusqlite::{Connection, OptionalExtension as _};

pub(super) use record::Recording;
pub use summary::ChangedRows;
pub(super) use tables::{RECORDED_TABLES, columns};

use super::{Library, LibraryError, Result};

/// A command that changed the library.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// Its number.
    pub id: i64,
    /// The command line.
    pub command: String,
    /// When it ran: UTC, RFC 3339.
    pub at: String,
    /// Whether it is in effect.
    pub state: StepState,
    /// How many rows it changed.
    pub changes: i64,
}

/// Whether a step is in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// It is in effect.
    Done,
    /// It was undone and can be redone.
    Undone,
    /// It was undone and then discarded by a new step.
    Dropped,
}

impl StepState {
    /// Returns the state in words that follow "it is".
    pub(super) fn described(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Undone => "undone",
            Self::Dropped => "undone for good, as something else was done since",
        }
    }
}

/// Selects steps as [`read_step`] reads them.
const SELECT_STEP: &str = "SELECT id, command, at, state,
        (SELECT coalesce(sum(last_row_id - row_id + 1), 0) FROM change WHERE step_id = step.id)
    FROM step";

impl Library {
    /// Returns the latest steps, the latest first; all of them without a limit.
    pub fn log(&self, limit: Option<usize>) -> Result<Vec<Step>> {
        let mut statement = self
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
        self.connection
            .query_row(&format!("{SELECT_STEP} WHERE id = ?1"), [number], read_step)
            .optional()?
            .ok_or(LibraryError::UnknownStep(number))
    }
}

fn read_step(row: &rusqlite::Row<'_>) -> rusqlite::Result<Step> {
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
pub(super) fn now(connection: &Connection) -> Result<String> {
    Ok(connection
        .prepare_cached("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')")?
        .query_row([], |row| row.get(0))?)
}
