//! Provenance of a work: its other keys, the files it was imported from, and inheritance.

use rusqlite::{OptionalExtension as _, Row, params};

use super::history::now;
use super::{Result, Works, WorksMut};

/// The origins of a work, and the keys that refer to it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Provenance {
    /// Its aliases: former keys, and those in its field `ids`.
    pub aliases: Vec<String>,
    /// The files it was imported from.
    pub came_from: Vec<ImportOrigin>,
    /// The keys of the works that it inherits fields from.
    pub inherits_from: Vec<String>,
    /// The keys of the works that inherit fields from it.
    pub inherited_by: Vec<String>,
    /// The time it was added to the library: UTC, RFC 3339.
    pub added_at: String,
    /// The time its entry last changed, if ever: UTC, RFC 3339.
    pub changed_at: Option<String>,
}

/// A file that a work was imported from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ImportOrigin {
    /// The path of the file.
    pub path: String,
    /// The time the file was last imported: UTC, RFC 3339.
    pub imported_at: String,
    /// Whether the file has another text of the entry.
    pub differs: bool,
    /// The text of the reference in the file, if that is not BibTeX or BibLaTeX.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
}

impl Works<'_> {
    /// Returns the provenance of a work.
    pub fn provenance(&self, work: i64) -> Result<Provenance> {
        let texts = |sql: &str| self.rows_of(work, sql, |row| row.get::<_, String>(0));
        let (added_at, changed_at) = self
            .library
            .connection
            .prepare_cached("SELECT added_at, changed_at FROM work WHERE id = ?1")?
            .query_row([work], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Provenance {
            aliases: texts("SELECT alias FROM key_alias WHERE work_id = ?1 ORDER BY id")?,
            came_from: self.rows_of(
                work,
                "SELECT path, imported_at, variant IS NOT NULL, original
                 FROM occurrence JOIN source_file ON source_file.id = source_file_id
                 WHERE work_id = ?1 ORDER BY occurrence.id",
                |row| {
                    Ok(ImportOrigin {
                        path: row.get(0)?,
                        imported_at: row.get(1)?,
                        differs: row.get(2)?,
                        original: row.get(3)?,
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
        let mut statement = self.library.connection.prepare_cached(sql)?;
        let rows = statement.query_map([work], read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl WorksMut<'_> {
    /// Records the text of a reference in its own format. `path` names where it came from, which need not be a file.
    pub fn record_original(&self, work: i64, path: &str, original: &str) -> Result<()> {
        let connection = self.change.connection();
        let known = connection
            .query_row(
                "SELECT id FROM source_file WHERE path = ?1",
                [path],
                |row| row.get(0),
            )
            .optional()?;
        let (source, leading) = match known {
            Some(source) => (source, "\n\n"),
            None => {
                connection.execute(
                    "INSERT INTO source_file (path, encoding, trailing, imported_at)
                     VALUES (?1, 'UTF-8', '\n', ?2)",
                    params![path, now(connection)?],
                )?;
                (connection.last_insert_rowid(), "")
            }
        };
        connection.execute(
            "INSERT INTO occurrence (source_file_id, work_id, leading, original) VALUES (?1, ?2, ?3, ?4)",
            params![source, work, leading, original],
        )?;
        Ok(())
    }
}
