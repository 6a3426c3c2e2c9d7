//! Editions of a reading list: what it held at a time, kept for good.

use rusqlite::{OptionalExtension as _, Row, params};

use super::history::now;
use super::{Change, Library, LibraryError, Result};
use crate::suggest::closest;

/// An edition of a reading list as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEdition {
    /// Its number in the library.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// When it was frozen: UTC, RFC 3339.
    pub frozen_at: String,
    /// What the list held, as JSON: the library does not look into it.
    pub content: String,
}

const EDITION: &str = "SELECT id, name, frozen_at, content FROM list_edition WHERE list_id = ?1";

impl Library {
    /// The editions of a list, the earliest first.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn editions(&self, list: i64) -> Result<Vec<StoredEdition>> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("{EDITION} ORDER BY frozen_at, id"))?;
        let editions = statement.query_map([list], stored_edition)?;
        Ok(editions.collect::<rusqlite::Result<_>>()?)
    }

    /// The edition of a list with a name.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownEdition`], with a name that is spelt much the same.
    pub fn edition(&self, list: i64, name: &str) -> Result<StoredEdition> {
        let found = self
            .connection
            .prepare_cached(&format!("{EDITION} AND name = ?2"))?
            .query_row(params![list, name], stored_edition)
            .optional()?;
        if let Some(edition) = found {
            return Ok(edition);
        }
        let known: Vec<String> = self
            .editions(list)?
            .into_iter()
            .map(|edition| edition.name)
            .collect();
        Err(LibraryError::UnknownEdition {
            suggestions: closest(name, known.iter().cloned()),
            name: name.to_owned(),
            known,
        })
    }
}

fn stored_edition(row: &Row<'_>) -> rusqlite::Result<StoredEdition> {
    Ok(StoredEdition {
        id: row.get(0)?,
        name: row.get(1)?,
        frozen_at: row.get(2)?,
        content: row.get(3)?,
    })
}

impl Change<'_> {
    /// Keeps an edition of a list: now, or as of a time at which it was frozen elsewhere.
    ///
    /// # Errors
    ///
    /// [`LibraryError::TakenEditionName`].
    pub fn freeze(
        &self,
        list: i64,
        name: &str,
        content: &str,
        frozen_at: Option<&str>,
    ) -> Result<()> {
        let connection = self.connection();
        let at = match frozen_at {
            Some(at) => at.to_owned(),
            None => now(connection)?,
        };
        let kept = connection.execute(
            "INSERT OR IGNORE INTO list_edition (list_id, name, frozen_at, content)
             VALUES (?1, ?2, ?3, ?4)",
            params![list, name, at, content],
        )?;
        if kept == 0 {
            return Err(LibraryError::TakenEditionName(name.to_owned()));
        }
        Ok(())
    }

    /// Forgets an edition.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn remove_edition(&self, edition: i64) -> Result<()> {
        self.connection()
            .execute("DELETE FROM list_edition WHERE id = ?1", [edition])?;
        Ok(())
    }
}
