//! The schema, and how a library of an older version becomes one of today's.

use std::path::Path;

use rusqlite::Connection;

use super::{LibraryError, Result};

/// Marks the file as peerbib's (`PRAGMA application_id`): "peer".
const APPLICATION_ID: i64 = 0x7065_6572;

/// The steps from an empty file to today's schema: the first makes version 1, and so on. A step that
/// was released is never changed.
const MIGRATIONS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
];

/// Today's version of the schema.
pub(super) fn newest() -> i64 {
    MIGRATIONS.len() as i64
}

/// The version of the schema that `connection` has: 0 for an empty file.
///
/// # Errors
///
/// [`LibraryError::Foreign`] for the database of another program; [`LibraryError::Newer`].
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
    if found > newest() {
        return Err(LibraryError::Newer {
            path: path.to_path_buf(),
            found,
            known: newest(),
        });
    }
    Ok(found)
}

/// Makes an empty file ready to become a library.
pub(super) fn lay_out_file(connection: &Connection) -> Result<()> {
    // Entries are a few hundred bytes to some thousands, of which a larger page holds more.
    connection.pragma_update(None, "page_size", 8192)?;
    Ok(())
}

/// Has a library that holds works keep its journal so that it can be read while it is changed; a copy does not
/// yet, nor does a library that was empty: what is brought into that is written where it belongs at once, and
/// not into the journal first. Where it cannot be, the library can be used all the same.
pub(super) fn keep_journal(connection: &Connection) {
    let mode: rusqlite::Result<String> =
        connection.pragma_query_value(None, "journal_mode", |row| row.get(0));
    let holds_works =
        || connection.query_row("SELECT EXISTS (SELECT 1 FROM work)", [], |row| row.get(0));
    if mode.is_ok_and(|mode| mode == "delete") && holds_works().unwrap_or(false) {
        let _ = connection.pragma_update(None, "journal_mode", "WAL");
    }
}

/// Brings a library of version `found` up to today's, within a transaction of the caller's. The derived
/// rows of a library that holds works are to be made anew after it.
pub(super) fn migrate(connection: &Connection, found: i64) -> Result<()> {
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        connection.execute_batch(migration)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", newest())?;
    Ok(())
}
