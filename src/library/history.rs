//! History: an undo log of rows.
//!
//! While a command changes the library, temporary triggers on every table of the truth write down how
//! to turn each change back (the technique of the SQLite manual, "Automatic Undo/Redo Using SQLite").
//! New rows need no trigger: SQLite numbers them upwards from the last, so that two numbers a table
//! are all that history keeps of a large import; `row_numbers` knows of those that get numbers from before.
//! `turn` turns a step back; what the triggers write down while it does is how to redo it. Derived rows are
//! never recorded: they are made anew for the works that changed.
//!
//! At its end each step is *sealed*: history keeps a fingerprint of every row as the step left it (see
//! `row_seal`), so that a step is turned only where it finds its rows so.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::row_numbers::RowNumbers;
use super::row_seal;
use super::runs::Runs;
use super::{Library, LibraryError, Result};

/// The tables of the truth, which history records.
pub(super) const RECORDED: &[&str] = &[
    "work",
    "key_alias",
    "source_file",
    "occurrence",
    "tag",
    "tag_alias",
    "tag_person",
    "tag_event",
    "assignment",
    "veto",
    "kept_apart",
    "facet",
    "rule",
    "installed_rule",
    "note",
    "linked_file",
    "file_root",
    "reading_list",
    "list_section",
    "list_work",
    "list_edition",
];

/// The recorded table of a name.
pub(super) fn recorded(name: &str) -> Option<&'static str> {
    RECORDED.iter().copied().find(|table| *table == name)
}

/// The last row of each recorded table before a step began; what comes behind it is new.
pub(super) type LastRows = BTreeMap<&'static str, i64>;

/// A command that changed the library.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// Its number.
    pub id: i64,
    /// The command line.
    pub command: String,
    /// When it ran: UTC, RFC 3339.
    pub at: String,
    /// Whether it holds.
    pub state: StepState,
    /// How many rows it changed.
    pub changes: i64,
}

/// Whether a step holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// It holds.
    Done,
    /// It was undone, and `redo` brings it back.
    Undone,
    /// It was undone, and something else was done since.
    Dropped,
}

impl StepState {
    /// The state in words, as they stand behind “it is”.
    pub(super) fn told(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Undone => "undone",
            Self::Dropped => "undone for good, as something else was done since",
        }
    }
}

/// A step under way.
pub(super) struct Recording<'connection> {
    connection: &'connection Connection,
    numbers: &'connection RowNumbers,
    step: i64,
    before: LastRows,
}

impl<'connection> Recording<'connection> {
    /// Begins a new step; every change from here on belongs to it.
    pub(super) fn start(
        connection: &'connection Connection,
        numbers: &'connection RowNumbers,
        command: &str,
    ) -> Result<Self> {
        connection.execute(
            "INSERT INTO step (command, at) VALUES (?1, ?2)",
            params![command, now(connection)?],
        )?;
        let step = connection.last_insert_rowid();
        let before = last_rows(connection)?;
        watch(connection, step, Watched::Old(&before))?;
        numbers.begin(before.clone());
        Ok(Self {
            connection,
            numbers,
            step,
            before,
        })
    }

    /// Ends the step. One that changed nothing leaves no trace; any other puts the undone steps
    /// before it out of reach.
    pub(super) fn finish(self) -> Result<()> {
        unwatch(self.connection)?;
        self.write_down_new(&self.numbers.end())?;
        for (table, last) in last_rows(self.connection)? {
            let before = self.before.get(table).copied().unwrap_or_default();
            if last > before {
                write_down_range(self.connection, self.step, table, before + 1, last)?;
            }
        }
        let changed = self
            .connection
            .query_row(
                "SELECT 1 FROM change WHERE step_id = ?1",
                [self.step],
                |_| Ok(()),
            )
            .optional()?;
        if changed.is_none() {
            self.connection
                .execute("DELETE FROM step WHERE id = ?1", [self.step])?;
            return Ok(());
        }
        row_seal::seal(self.connection, self.step)?;
        self.connection.execute(
            "DELETE FROM change WHERE step_id IN (SELECT id FROM step WHERE state = 'undone')",
            [],
        )?;
        self.connection.execute(
            "UPDATE step SET state = 'dropped' WHERE state = 'undone'",
            [],
        )?;
        Ok(())
    }

    /// Writes down rows that are new in the step although the triggers took their numbers for those of old
    /// ones: what they wrote of them is no row from before the step.
    fn write_down_new(&self, rows: &[(&'static str, i64)]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut changes = self
            .connection
            .prepare("SELECT id, table_name, row_id FROM change WHERE step_id = ?1")?;
        let mut changes = changes.query([self.step])?;
        let mut wrong = Vec::new();
        while let Some(change) = changes.next()? {
            let (table, row): (String, i64) = (change.get(1)?, change.get(2)?);
            if rows.binary_search(&(table.as_str(), row)).is_ok() {
                wrong.push(change.get::<_, i64>(0)?);
            }
        }
        drop(changes);
        let mut forget = self
            .connection
            .prepare("DELETE FROM change WHERE id = ?1")?;
        for change in wrong {
            forget.execute([change])?;
        }
        for (table, row) in rows {
            // It may have gone again.
            self.connection
                .prepare_cached(&format!(
                    "INSERT INTO change (step_id, table_name, row_id)
                     SELECT ?1, '{table}', id FROM {table} WHERE id = ?2"
                ))?
                .execute([self.step, *row])?;
        }
        Ok(())
    }
}

pub(super) const STEP: &str = "SELECT id, command, at, state,
        (SELECT coalesce(sum(coalesce(last_row_id, row_id) - row_id + 1), 0)
         FROM change WHERE step_id = step.id)
    FROM step";

impl Library {
    /// The latest steps, the latest first; all, without a limit.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn log(&self, limit: Option<usize>) -> Result<Vec<Step>> {
        let mut statement = self
            .connection
            .prepare(&format!("{STEP} ORDER BY id DESC LIMIT ?1"))?;
        let limit = limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(-1));
        let steps = statement.query_map([limit], read_step)?;
        Ok(steps.collect::<rusqlite::Result<_>>()?)
    }

    /// The step with a number.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownStep`].
    pub fn step(&self, number: i64) -> Result<Step> {
        self.connection
            .query_row(&format!("{STEP} WHERE id = ?1"), [number], read_step)
            .optional()?
            .ok_or(LibraryError::UnknownStep(number))
    }
}

pub(super) fn read_step(row: &rusqlite::Row<'_>) -> rusqlite::Result<Step> {
    Ok(Step {
        id: row.get(0)?,
        command: row.get(1)?,
        at: row.get(2)?,
        state: match row.get_ref(3)?.as_str()? {
            "done" => StepState::Done,
            "undone" => StepState::Undone,
            _ => StepState::Dropped,
        },
        changes: row.get(4)?,
    })
}

/// Writes down that a step added the rows of a table from one number to another.
pub(super) fn write_down_range(
    connection: &Connection,
    step: i64,
    table: &str,
    first: i64,
    last: i64,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO change (step_id, table_name, row_id, last_row_id)
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![step, table, first, last])?;
    Ok(())
}

/// Writes a row back as it was, whether it is still there or not.
pub(super) fn restore_statement(connection: &Connection, table: &str) -> Result<String> {
    let columns = columns(connection, table)?;
    let updates: Vec<_> = columns
        .iter()
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    Ok(format!(
        "INSERT INTO {table} ({}) VALUES ({}) ON CONFLICT (id) DO UPDATE SET {}",
        columns.join(", "),
        values_of_json(&columns, "?1"),
        updates.join(", ")
    ))
}

/// Writes rows back as they were that are not there: those of the changes from one number to another.
pub(super) fn restore_run_statement(connection: &Connection, table: &str) -> Result<String> {
    let columns = columns(connection, table)?;
    Ok(format!(
        "INSERT INTO {table} ({}) SELECT {} FROM change WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
        columns.join(", "),
        values_of_json(&columns, "before")
    ))
}

fn values_of_json(columns: &[String], json: &str) -> String {
    let values: Vec<_> = columns
        .iter()
        .map(|column| format!("json_extract({json}, '$.{column}')"))
        .collect();
    values.join(", ")
}

/// Of which rows triggers write down what changes.
pub(super) enum Watched<'a> {
    /// Of those that were there before the step began.
    Old(&'a LastRows),
    /// Of all, new ones included, but for those that are turned without them.
    AllBut(&'a Runs),
}

/// Sets the triggers that write down changes of the truth as part of a step.
pub(super) fn watch(connection: &Connection, step: i64, watched: Watched<'_>) -> Result<()> {
    let mut triggers = String::new();
    for table in RECORDED {
        let when = match watched {
            Watched::Old(before) => match before.get(table) {
                // There is nothing that could be changed.
                None | Some(0) => continue,
                Some(last) => format!("WHEN OLD.id <= {last}"),
            },
            Watched::AllBut(runs) => {
                let _ = write!(
                    triggers,
                    "CREATE TEMP TRIGGER record_insert_{table} AFTER INSERT ON main.{table} {when} BEGIN
                         INSERT INTO change (step_id, table_name, row_id)
                         VALUES ({step}, '{table}', NEW.id);
                     END;",
                    when = runs.left_alone(table, "NEW")
                );
                runs.left_alone(table, "OLD")
            }
        };
        let row = row_as_json(connection, table, "OLD.")?;
        let _ = write!(
            triggers,
            "CREATE TEMP TRIGGER record_update_{table} AFTER UPDATE ON main.{table} {when} BEGIN
                 INSERT INTO change (step_id, table_name, row_id, before)
                 VALUES ({step}, '{table}', OLD.id, json_object({row}));
             END;
             CREATE TEMP TRIGGER record_delete_{table} AFTER DELETE ON main.{table} {when} BEGIN
                 INSERT INTO change (step_id, table_name, row_id, before)
                 VALUES ({step}, '{table}', OLD.id, json_object({row}));
             END;"
        );
    }
    connection.execute_batch(&triggers)?;
    Ok(())
}

pub(super) fn unwatch(connection: &Connection) -> Result<()> {
    let triggers: Option<String> = connection.query_row(
        "SELECT group_concat('DROP TRIGGER temp.' || name, ';') FROM temp.sqlite_schema
         WHERE type = 'trigger' AND name GLOB 'record_*'",
        [],
        |row| row.get(0),
    )?;
    connection.execute_batch(&triggers.unwrap_or_default())?;
    Ok(())
}

fn last_rows(connection: &Connection) -> Result<LastRows> {
    let mut last = LastRows::new();
    for table in RECORDED {
        let sql = format!("SELECT coalesce(max(id), 0) FROM {table}");
        last.insert(table, connection.query_row(&sql, [], |row| row.get(0))?);
    }
    Ok(last)
}

/// The arguments of `json_object` that make JSON of a row, `prefix` standing before each column.
pub(super) fn row_as_json(connection: &Connection, table: &str, prefix: &str) -> Result<String> {
    let row: Vec<_> = columns(connection, table)?
        .iter()
        .map(|column| format!("'{column}', {prefix}{column}"))
        .collect();
    Ok(row.join(", "))
}

pub(super) fn columns(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<rusqlite::Result<_>>()?)
}

/// The time by the library's own clock.
pub(super) fn now(connection: &Connection) -> Result<String> {
    Ok(connection
        .prepare_cached("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')")?
        .query_row([], |row| row.get(0))?)
}
