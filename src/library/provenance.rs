//! What is known of a work besides its entry, tags, note and files: other keys, where it came from, and what it inherits.

use rusqlite::Row;

use super::{Library, Result};

/// What is known of a work besides its entry, tags, note and files.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Record {
    /// Other keys of the work: those it had before, and those that its entry names.
    pub aliases: Vec<String>,
    /// The bibliographies that it came from.
    pub came_from: Vec<RecordedSource>,
    /// The keys that it inherits fields from.
    pub inherits_from: Vec<String>,
    /// The keys of the works that inherit fields from it.
    pub inherited_by: Vec<String>,
    /// When it came into the library: UTC, RFC 3339.
    pub added_at: String,
    /// When its entry last changed, if it did.
    pub changed_at: Option<String>,
}

/// A bibliography that a work came from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RecordedSource {
    /// Where it lay.
    pub path: String,
    /// When it was last imported: UTC, RFC 3339.
    pub imported_at: String,
    /// Whether the entry reads differently there.
    pub differs: bool,
}

impl Library {
    /// What is known of the work with a number besides its entry, tags, note and files.
    ///
    /// # Errors
    ///
    /// What SQLite reports, also where there is no such work.
    pub fn record(&self, work: i64) -> Result<Record> {
        let texts = |sql: &str| self.rows_of(work, sql, |row| row.get::<_, String>(0));
        let (added_at, changed_at) = self
            .connection
            .prepare_cached("SELECT added_at, changed_at FROM work WHERE id = ?1")?
            .query_row([work], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Record {
            aliases: texts("SELECT alias FROM key_alias WHERE work_id = ?1 ORDER BY id")?,
            came_from: self.rows_of(
                work,
                "SELECT path, imported_at, variant IS NOT NULL
                 FROM occurrence JOIN source_file ON source_file.id = source_file_id
                 WHERE work_id = ?1 ORDER BY occurrence.id",
                |row| {
                    Ok(RecordedSource {
                        path: row.get(0)?,
                        imported_at: row.get(1)?,
                        differs: row.get(2)?,
                    })
                },
            )?,
            inherits_from: texts("SELECT parent_key FROM inheritance WHERE work_id = ?1")?,
            inherited_by: texts(
                "SELECT DISTINCT key FROM inheritance JOIN work ON work.id = work_id
                 WHERE parent_key IN (SELECT key FROM work WHERE id = ?1
                                      UNION ALL SELECT alias FROM key_alias WHERE work_id = ?1)
                 ORDER BY key",
            )?,
            added_at,
            changed_at,
        })
    }

    fn rows_of<T>(
        &self,
        work: i64,
        sql: &str,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([work], read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
