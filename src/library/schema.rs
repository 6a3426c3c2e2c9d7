//! The schema, and how a library of an older version becomes one of today's.

use std::path::Path;

use rusqlite::Connection;

use super::{LibraryError, Result};

/// Marks the file as peerbib's (`PRAGMA application_id`): "peer".
const APPLICATION_ID: i64 = 0x7065_6572;

/// Today's schema, for a new library.
const SCHEMA: &str = include_str!("schema.sql");

/// The steps from version 1 to today's schema: the first makes version 2, and so on. A step that was released is
/// never changed.
const MIGRATIONS: &[&str] = &[
    include_str!("migration_2.sql"),
    include_str!("migration_3.sql"),
];

/// Today's version of the schema.
pub(super) fn newest() -> i64 {
    MIGRATIONS.len() as i64 + 1
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables, indexes, views and triggers of a library with their columns, without what says nothing.
    fn described(connection: &Connection) -> Vec<(String, String)> {
        let mut statement = connection
            .prepare(
                "SELECT type || ' ' || name, CASE WHEN type = 'table' AND sql NOT LIKE '%VIRTUAL%' THEN
                     (SELECT group_concat(concat_ws(' ', name, type, \"notnull\", dflt_value, pk), '; ')
                      FROM pragma_table_info(sqlite_schema.name)) ||
                     coalesce((SELECT group_concat(concat_ws(' ', \"from\", \"table\", on_delete), '; ')
                      FROM pragma_foreign_key_list(sqlite_schema.name)), '') ELSE sql END
                 FROM sqlite_schema ORDER BY 1",
            )
            .unwrap();
        let rows = statement.query_map([], |row| {
            let sql: Option<String> = row.get(1)?;
            let sql = sql.unwrap_or_default();
            Ok((
                row.get(0)?,
                sql.split_whitespace().collect::<Vec<_>>().join(" "),
            ))
        });
        rows.unwrap().collect::<rusqlite::Result<_>>().unwrap()
    }

    #[test]
    fn an_old_library_becomes_what_a_new_one_is() {
        let new = Connection::open_in_memory().unwrap();
        migrate(&new, 0).unwrap();
        let old = Connection::open_in_memory().unwrap();
        old.execute_batch(include_str!("../../tests/data/library/version_1.sql"))
            .unwrap();
        migrate(&old, 1).unwrap();
        assert_eq!(described(&new), described(&old));
    }
}
