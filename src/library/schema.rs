//! The schema, and how a library of an older version becomes one of today's.

use std::path::Path;

use rusqlite::Connection;

use super::{LibraryError, Result};

/// Marks the file as peerbib's (`PRAGMA application_id`): "peer".
const APPLICATION_ID: i64 = 0x7065_6572;

/// The steps from an empty file to today's schema: the first makes version 1, and so on. A step that
/// was released is never changed.
const MIGRATIONS: &[&str] = &[include_str!("schema.sql")];

/// Makes sure that `connection` is a library of today's version: fills an empty file, migrates an
/// older library, and refuses anything else.
pub(super) fn prepare(connection: &mut Connection, path: &Path) -> Result<()> {
    let known = MIGRATIONS.len() as i64;
    let application: i64 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if application == APPLICATION_ID && found == known {
        return Ok(());
    }
    if application != APPLICATION_ID {
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if application != 0 || tables != 0 {
            return Err(LibraryError::Foreign {
                path: path.to_path_buf(),
                reason: "it is the database of another program".into(),
            });
        }
    }
    if found > known {
        return Err(LibraryError::Newer {
            path: path.to_path_buf(),
            found,
            known,
        });
    }
    // Entries are a few hundred bytes to some thousands, of which a larger page holds more.
    connection.pragma_update(None, "page_size", 8192)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let transaction = connection.transaction()?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}
