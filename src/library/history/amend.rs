//! Continuing the last step, so that what belongs together is undone together.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::Result;

/// Makes the changes of the step `later` part of the step `earlier`, if that is done and directly before it. Returns the
/// step that has them now.
pub(in crate::library) fn absorb(connection: &Connection, later: i64, earlier: i64) -> Result<i64> {
    let before: Option<i64> = connection
        .query_row(
            "SELECT id FROM step WHERE id < ?1 AND state = 'done' ORDER BY id DESC LIMIT 1",
            [later],
            |row| row.get(0),
        )
        .optional()?;
    if before != Some(earlier) {
        return Ok(later);
    }
    // The log of a step names each row at most once, with its state before the step.
    let of_earlier =
        "FROM change AS own WHERE own.step_id = ?2 AND own.table_name = change.table_name
         AND change.row_id BETWEEN own.row_id AND own.last_row_id";
    connection.execute(
        "UPDATE change SET operation = 'delete'
         WHERE step_id = ?2 AND operation = 'update' AND EXISTS (
             SELECT 1 FROM change AS later WHERE later.step_id = ?1 AND later.operation = 'delete'
                 AND later.table_name = change.table_name AND later.row_id = change.row_id)",
        params![later, earlier],
    )?;
    connection.execute(
        &format!(
            "DELETE FROM change WHERE step_id = ?1 AND operation <> 'insert' AND EXISTS (SELECT 1 {of_earlier})"
        ),
        params![later, earlier],
    )?;
    connection.execute(
        "UPDATE change SET step_id = ?2 WHERE step_id = ?1",
        params![later, earlier],
    )?;
    connection.execute("DELETE FROM step WHERE id = ?1", [later])?;
    Ok(earlier)
}
