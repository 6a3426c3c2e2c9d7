//! Labels of rows in messages: the key of a work, the name of a tag, the path of a file.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Map, Value};

use super::super::Result;
use super::tables::row_as_json;

/// Returns the label of a row; for a removed row, by the last state that history has of it.
pub(in crate::library) fn of_row(connection: &Connection, table: &str, id: i64) -> Result<String> {
    let row = row_as_json(connection, table, "")?;
    let mut row: Option<String> = connection
        .prepare_cached(&format!("SELECT {row} FROM {table} WHERE id = ?1"))?
        .query_row([id], |row| row.get(0))
        .optional()?;
    if row.is_none() {
        row = connection
            .prepare_cached(
                "SELECT before FROM step CROSS JOIN change ON step_id = step.id
                 WHERE table_name = ?1 AND row_id = ?2 AND before IS NOT NULL
                 ORDER BY step.id DESC, change.id DESC LIMIT 1",
            )?
            .query_row(params![table, id], |row| row.get(0))
            .optional()?;
    }
    of_json(connection, table, row.as_deref())
}

/// Returns the label of a row that is given as JSON.
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
    for (column, parent) in [
        ("tag_id", "tag"),
        ("list_id", "reading_list"),
        ("section_id", "list_section"),
    ] {
        if let Some(id) = number(column) {
            parts.push(of_row(connection, parent, id)?);
        }
    }
    let own = match (text("facet"), text("name").or_else(|| text("alias"))) {
        (Some(facet), Some(name)) => Some(format!("{facet}:{name}")),
        _ => ["key", "alias", "name", "title", "path", "source_key"]
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
