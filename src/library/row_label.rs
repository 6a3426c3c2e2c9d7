//! What a row of the truth is called in messages: by the key of its work, by its tag, by its path.

use rusqlite::{Connection, OptionalExtension as _};
use serde_json::{Map, Value};

use super::Result;
use super::history::row_as_json;

/// The name of a row that is there; of one that is gone, as history last knew it.
pub(super) fn of_row(connection: &Connection, table: &str, id: i64) -> Result<String> {
    let row: Option<String> = connection
        .query_row(
            &format!(
                "SELECT json_object({}) FROM {table} WHERE id = ?1",
                row_as_json(connection, table, "")?
            ),
            [id],
            |row| row.get(0),
        )
        .optional()?;
    let row = match row {
        Some(row) => Some(row),
        None => connection
            .query_row(
                "SELECT before FROM change
                 WHERE table_name = ?1 AND row_id = ?2 AND before IS NOT NULL
                 ORDER BY id DESC LIMIT 1",
                rusqlite::params![table, id],
                |row| row.get(0),
            )
            .optional()?,
    };
    of_json(connection, table, row.as_deref())
}

/// The name of a row that history keeps as JSON.
pub(super) fn of_json(connection: &Connection, table: &str, row: Option<&str>) -> Result<String> {
    let row: Map<String, Value> = row
        .and_then(|row| serde_json::from_str(row).ok())
        .unwrap_or_default();
    let text = |column: &str| row.get(column).and_then(Value::as_str);
    let number = |column: &str| row.get(column).and_then(Value::as_i64);
    if table == "file_root" {
        return Ok("the root of linked files".to_owned());
    }
    let mut parts = Vec::new();
    for column in ["work_id", "other_id"] {
        if let Some(work) = number(column) {
            parts.push(of_row(connection, "work", work)?);
        }
    }
    for (column, parent) in [("tag_id", "tag"), ("list_id", "reading_list")] {
        if let Some(id) = number(column) {
            parts.push(of_row(connection, parent, id)?);
        }
    }
    let own = match (text("facet"), text("name").or_else(|| text("alias"))) {
        (Some(facet), Some(name)) => Some(format!("{facet}:{name}")),
        _ => ["key", "alias", "name", "title", "path"]
            .iter()
            .find_map(|column| text(column))
            .map(str::to_owned),
    };
    parts.extend(own);
    if parts.is_empty() {
        return Ok(format!("a row of {}", table.replace('_', " ")));
    }
    Ok(parts.join(" "))
}
