//! The schema, its version, and migrations.

use std::path::Path;

use rusqlite::Connection;

use super::{LibraryError, Result};

/// The application ID that marks the file as peerbib's (`PRAGMA application_id`): "peer".
const APPLICATION_ID: i64 = 0x7065_6572;

/// The current schema, for a new library.
const SCHEMA: &str = include_str!("schema.sql");

/// The migrations from version 1 to the current schema: the first one creates version 2, and so on. A migration
/// that was released never changes.
const MIGRATIONS: &[&str] = &[];

/// Returns the current version of the schema.
pub(super) fn newest() -> i64 {
    MIGRATIONS.len() as i64 + 1
}

/// Returns the version of the schema that `connection` has: 0 for an empty file.
///
/// # Errors
///
/// [`LibraryError::Foreign`] for the database of another program; [`LibraryError::Newer`];
/// [`LibraryError::Damaged`] for a version that no peerbib writes.
pub(super) fn version(connection: &Connection, path: &Path) -> Result<i64> {
    let application: i64 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if application != APPLICATION_ID {
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if application != 0 || tables != 0 {
            return Err(LibraryError::Foreign {
                path: path.to_path_buf(),
                reason: "it is the database of another program".into(),
            });
        }
        return Ok(0);
    }
    if found < 1 {
        return Err(LibraryError::Damaged {
            path: path.to_path_buf(),
            reason: format!("its schema version (user_version) is {found}"),
        });
    }
    if found > newest() {
        return Err(LibraryError::Newer {
            path: path.to_path_buf(),
            found,
            known: newest(),
        });
    }
    Ok(found)
}

/// Checks that a library with the current schema has all its tables.
///
/// # Errors
///
/// [`LibraryError::Damaged`] with the name of a missing table.
pub(super) fn check_tables(connection: &Connection, path: &Path) -> Result<()> {
    let mut exists = connection
        .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE")?;
    for line in SCHEMA.lines() {
        let table = line
            .strip_prefix("CREATE TABLE ")
            .or_else(|| line.strip_prefix("CREATE VIRTUAL TABLE "));
        let Some(name) = table.and_then(|rest| rest.split_whitespace().next()) else {
            continue;
        };
        if !exists.exists([name])? {
            return Err(LibraryError::Damaged {
                path: path.to_path_buf(),
                reason: format!("it has no table {name}"),
            });
        }
    }
    Ok(())
}

/// Sets the page size of an empty file.
pub(super) fn set_page_size(connection: &Connection) -> Result<()> {
    // Entries have a few hundred bytes to a few thousand; larger pages hold more of them.
    connection.pragma_update(None, "page_size", 8192)?;
    Ok(())
}

/// Switches a library that holds works to WAL mode, so that it can be read while it is changed.
///
/// An empty library stays in rollback mode: its first import is then written to the file once, and not to the
/// log first. Where WAL is not possible, the library can be used all the same.
pub(super) fn enable_wal(connection: &Connection) {
    let mode: rusqlite::Result<String> =
        connection.pragma_query_value(None, "journal_mode", |row| row.get(0));
    let holds_works =
        || connection.query_row("SELECT EXISTS (SELECT 1 FROM work)", [], |row| row.get(0));
    if mode.is_ok_and(|mode| mode == "delete") && holds_works().unwrap_or(false) {
        let _ = connection.pragma_update(None, "journal_mode", "WAL");
    }
}

/// Creates the schema (`found` is 0) or migrates it from version `found`, within a transaction of the caller.
/// After a migration, the derived tables have to be rebuilt.
pub(super) fn migrate(connection: &Connection, found: i64) -> Result<()> {
    match usize::try_from(found).unwrap_or_default().checked_sub(1) {
        None => connection.execute_batch(SCHEMA)?,
        Some(done) => {
            for migration in MIGRATIONS.iter().skip(done) {
                connection.execute_batch(migration)?;
            }
        }
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", newest())?;
    Ok(())
}
