//! Private notes on works, in Markdown.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension as _, params};

use super::history::now;
use super::{Notes, NotesMut, Result};

/// A private note on a work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Note {
    /// The key of the work.
    pub key: String,
    /// The text, in Markdown.
    pub text: String,
    /// The time it last changed: UTC, RFC 3339.
    pub changed_at: String,
}

impl Notes<'_> {
    /// Returns the note on a work, if there is one.
    pub fn get(&self, work: i64) -> Result<Option<Note>> {
        Ok(self
            .library
            .connection
            .prepare_cached(
                "SELECT key, text, note.changed_at FROM note JOIN work ON work.id = work_id
                 WHERE work_id = ?1",
            )?
            .query_row([work], |row| {
                Ok(Note {
                    key: row.get(0)?,
                    text: row.get(1)?,
                    changed_at: row.get(2)?,
                })
            })
            .optional()?)
    }
}

impl NotesMut<'_> {
    /// Sets the note on a work; an empty text removes it. Returns whether anything changed.
    pub fn set(&self, work: i64, text: &str) -> Result<bool> {
        let is_changed = self.write(work, text)?;
        if is_changed {
            self.change.derive_works(BTreeSet::from([work]))?;
        }
        Ok(is_changed)
    }

    /// Does the same as [`NotesMut::set`], without the derived rows.
    pub(super) fn write(&self, work: i64, text: &str) -> Result<bool> {
        let connection = self.change.connection();
        let text = text.trim_end();
        let changed = if text.is_empty() {
            connection.execute("DELETE FROM note WHERE work_id = ?1", [work])?
        } else {
            connection.execute(
                "INSERT INTO note (work_id, text, changed_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (work_id) DO UPDATE
                     SET text = excluded.text, changed_at = excluded.changed_at
                     WHERE text <> excluded.text",
                params![work, text, now(connection)?],
            )?
        };
        Ok(changed > 0)
    }

    /// Appends the note on one work to that on another, so that merging works keeps both.
    pub(super) fn join(&self, from: i64, to: i64) -> Result<()> {
        let (Some(from_note), Some(to_note)) = (self.get(from)?, self.get(to)?) else {
            return Ok(());
        };
        if to_note.text.contains(&from_note.text) {
            return Ok(());
        }
        self.set(to, &format!("{}\n\n{}", to_note.text, from_note.text))?;
        Ok(())
    }
}
