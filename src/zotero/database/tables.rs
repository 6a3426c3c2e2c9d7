//! Tables and columns by name. Which of them exist depends on Zotero's version.

use std::collections::HashSet;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

/// Returns whether there is a table or view of this name.
pub(super) fn has_table(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?1",
        )?
        .exists([name])
}

/// Returns the columns of a table for a `SELECT`, with `NULL` for those that it does not have.
pub(super) fn columns(
    connection: &Connection,
    table: &str,
    names: &[&str],
) -> rusqlite::Result<String> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let known = statement
        .query_map([table], |row| row.get(0))?
        .collect::<rusqlite::Result<HashSet<String>>>()?;
    let columns: Vec<String> = names
        .iter()
        .map(|name| match known.contains(*name) {
            true => format!("{table}.{name} AS {name}"),
            false => format!("NULL AS {name}"),
        })
        .collect();
    Ok(columns.join(", "))
}

/// Returns a value as text; `None` for `NULL`. The columns of Zotero's values have no type, so a number may be in
/// place of a text.
pub(super) fn text_of(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
    })
}

/// Returns a value as a number; `None` for anything else.
pub(super) fn number_of(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<i64>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Integer(number) => Some(number),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| text.parse().ok()),
        _ => None,
    })
}
