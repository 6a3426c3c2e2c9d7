//! Named snapshots of reading lists.

use rusqlite::{OptionalExtension as _, Row, params};

use super::history::now;
use super::{LibraryError, Lists, ListsMut, Result};
use crate::suggest::closest;

/// A snapshot of a reading list as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSnapshot {
    /// Its number in the library.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The time it was saved: UTC, RFC 3339.
    pub saved_at: String,
    /// The content of the list as JSON, which the library does not interpret.
    pub content: String,
}

const SNAPSHOT: &str = "SELECT id, name, frozen_at, content FROM list_snapshot WHERE list_id = ?1";

impl Lists<'_> {
    /// Returns the snapshots of a list, the earliest first.
    pub fn snapshots(&self, list: i64) -> Result<Vec<StoredSnapshot>> {
        let mut statement = self
            .library
            .connection
            .prepare_cached(&format!("{SNAPSHOT} ORDER BY frozen_at, id"))?;
        let snapshots = statement.query_map([list], stored_snapshot)?;
        Ok(snapshots.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the snapshot of a list with this name.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownSnapshot`], with similar names.
    pub fn snapshot(&self, list: i64, name: &str) -> Result<StoredSnapshot> {
        let found = self
            .library
            .connection
            .prepare_cached(&format!("{SNAPSHOT} AND name = ?2"))?
            .query_row(params![list, name], stored_snapshot)
            .optional()?;
        if let Some(snapshot) = found {
            return Ok(snapshot);
        }
        let known: Vec<String> = self
            .snapshots(list)?
            .into_iter()
            .map(|snapshot| snapshot.name)
            .collect();
        Err(LibraryError::UnknownSnapshot {
            suggestions: closest(name, known.iter().cloned()),
            name: name.to_owned(),
            known,
        })
    }
}

fn stored_snapshot(row: &Row<'_>) -> rusqlite::Result<StoredSnapshot> {
    Ok(StoredSnapshot {
        id: row.get(0)?,
        name: row.get(1)?,
        saved_at: row.get(2)?,
        content: row.get(3)?,
    })
}

impl ListsMut<'_> {
    /// Saves a snapshot of a list: now, or with the time at which it was saved elsewhere.
    ///
    /// # Errors
    ///
    /// [`LibraryError::TakenSnapshotName`].
    pub fn save_snapshot(
        &self,
        list: i64,
        name: &str,
        content: &str,
        saved_at: Option<&str>,
    ) -> Result<()> {
        let connection = self.change.connection();
        let at = match saved_at {
            Some(at) => at.to_owned(),
            None => now(connection)?,
        };
        let kept = connection.execute(
            "INSERT OR IGNORE INTO list_snapshot (list_id, name, frozen_at, content)
             VALUES (?1, ?2, ?3, ?4)",
            params![list, name, at, content],
        )?;
        if kept == 0 {
            return Err(LibraryError::TakenSnapshotName(name.to_owned()));
        }
        Ok(())
    }

    /// Deletes a snapshot.
    pub fn remove_snapshot(&self, snapshot: i64) -> Result<()> {
        self.change
            .connection()
            .execute("DELETE FROM list_snapshot WHERE id = ?1", [snapshot])?;
        Ok(())
    }
}
