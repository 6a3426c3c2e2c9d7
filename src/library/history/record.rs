//! Recording a step.

use std::collections::HashMap;
use std::fmt::Write as _;

use rusqlite::{Connection, params};

use super::super::Result;
use super::step::now;
use super::tables::{RECORDED_TABLES, RowRange, consecutive, row_as_json};

/// A step that is being recorded.
pub(in crate::library) struct Recording<'c> {
    connection: &'c Connection,
    step: i64,
    /// The last rowid that each table had given out before the step.
    last_rowids: HashMap<String, i64>,
}

impl<'c> Recording<'c> {
    /// Starts a new step. Every change until [`Recording::finish`] belongs to it.
    pub(in crate::library) fn start(connection: &'c Connection, command: &str) -> Result<Self> {
        connection.execute(
            "INSERT INTO step (command, at) VALUES (?1, ?2)",
            params![command, now(connection)?],
        )?;
        let recording = Self {
            connection,
            step: connection.last_insert_rowid(),
            last_rowids: last_rowids(connection)?,
        };
        recording.create_triggers()?;
        Ok(recording)
    }

    /// Creates the triggers that record how to revert the changes of rows that existed before the step.
    ///
    /// Only the state before the first change of a row matters. Inserted rows are recorded by
    /// [`Recording::finish`]: a trigger on insertion would open a savepoint for each row, at which FTS5 writes
    /// out the words that it has collected.
    fn create_triggers(&self) -> Result<()> {
        let mut triggers = String::new();
        let step = self.step;
        for table in RECORDED_TABLES {
            // A table that was always empty has no old rows.
            let Some(last) = self.last_rowids.get(*table) else {
                continue;
            };
            let before = row_as_json(self.connection, table, "OLD.")?;
            let this_row =
                format!("step_id = {step} AND table_name = '{table}' AND row_id = OLD.id");
            let record = |operation: &str| {
                format!(
                    "INSERT INTO change (step_id, table_name, row_id, last_row_id, operation, before)
                     SELECT {step}, '{table}', OLD.id, OLD.id, '{operation}', {before}
                     WHERE NOT EXISTS (SELECT 1 FROM change WHERE {this_row});"
                )
            };
            let _ = write!(
                triggers,
                "CREATE TEMP TRIGGER record_update_{table} AFTER UPDATE ON main.{table}
                 WHEN OLD.id <= {last} BEGIN {} END;
                 CREATE TEMP TRIGGER record_delete_{table} AFTER DELETE ON main.{table}
                 WHEN OLD.id <= {last} BEGIN
                     {}
                     UPDATE change SET operation = 'delete' WHERE {this_row} AND operation = 'update';
                 END;",
                record("update"),
                record("delete")
            );
        }
        self.connection.execute_batch(&triggers)?;
        Ok(())
    }

    fn drop_triggers(&self) -> Result<()> {
        let triggers: Option<String> = self.connection.query_row(
            "SELECT group_concat('DROP TRIGGER temp.' || name, ';') FROM temp.sqlite_schema
             WHERE type = 'trigger' AND name GLOB 'record_*'",
            [],
            |row| row.get(0),
        )?;
        self.connection
            .execute_batch(&triggers.unwrap_or_default())?;
        Ok(())
    }

    /// Ends the step and returns its number. A step without changes is removed from the log; any other discards the undone
    /// steps.
    pub(in crate::library) fn finish(self) -> Result<Option<i64>> {
        self.drop_triggers()?;
        self.record_inserts()?;
        let changed = self
            .connection
            .prepare("SELECT 1 FROM change WHERE step_id = ?1")?
            .exists([self.step])?;
        if !changed {
            self.connection
                .execute("DELETE FROM step WHERE id = ?1", [self.step])?;
            return Ok(None);
        }
        self.connection.execute(
            "DELETE FROM change WHERE step_id IN (SELECT id FROM step WHERE state = 'undone')",
            [],
        )?;
        self.connection.execute(
            "UPDATE step SET state = 'dropped', undo_order = NULL WHERE state = 'undone'",
            [],
        )?;
        Ok(Some(self.step))
    }

    fn record_inserts(&self) -> Result<()> {
        let now = last_rowids(self.connection)?;
        for table in RECORDED_TABLES {
            let before = self.last_rowids.get(*table).copied().unwrap_or_default();
            if now.get(*table).copied().unwrap_or_default() == before {
                continue;
            }
            let mut rows = self
                .connection
                .prepare(&format!("SELECT id FROM {table} WHERE id > ?1 ORDER BY id"))?;
            let ranges = consecutive(rows.query([before])?)?;
            record_ranges(self.connection, self.step, table, &ranges)?;
        }
        Ok(())
    }
}

/// Records that a step inserted rows.
pub(super) fn record_ranges(
    connection: &Connection,
    step: i64,
    table: &str,
    ranges: &[RowRange],
) -> Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO change (step_id, table_name, row_id, last_row_id, operation)
         VALUES (?1, ?2, ?3, ?4, 'insert')",
    )?;
    for range in ranges {
        insert.execute(params![step, table, range.first, range.last])?;
    }
    Ok(())
}

/// Returns the last rowid that each table has given out; tables that never had a row are missing.
fn last_rowids(connection: &Connection) -> Result<HashMap<String, i64>> {
    let mut statement = connection.prepare_cached("SELECT name, seq FROM sqlite_sequence")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
