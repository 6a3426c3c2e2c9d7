//! History: an undo log of rows.
//!
//! While a command changes the library, temporary triggers on every table of the truth write down how
//! to turn each change back (the technique of the SQLite manual, "Automatic Undo/Redo Using SQLite").
//! New rows need no trigger: SQLite numbers them upwards from the last, so that two numbers a table
//! are all that history keeps of a large import. To undo a step is to turn its changes back, last
//! first, with triggers at work that record every row: what they write down then is how to redo it.
//! Derived rows are never recorded: they are made anew for the works that changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Change, Library, LibraryError, Result};

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
];

/// The last row of each recorded table before a step began; what comes behind it is new.
type LastRows = BTreeMap<&'static str, i64>;

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

/// A step under way.
pub(super) struct Recording<'connection> {
    connection: &'connection Connection,
    step: i64,
    before: LastRows,
}

impl<'connection> Recording<'connection> {
    /// Begins a new step; every change from here on belongs to it.
    pub(super) fn start(connection: &'connection Connection, command: &str) -> Result<Self> {
        connection.execute(
            "INSERT INTO step (command, at) VALUES (?1, ?2)",
            params![command, now(connection)?],
        )?;
        let step = connection.last_insert_rowid();
        let before = last_rows(connection)?;
        watch(connection, step, Some(&before))?;
        Ok(Self {
            connection,
            step,
            before,
        })
    }

    /// Ends the step. One that changed nothing leaves no trace; any other puts the undone steps
    /// before it out of reach.
    pub(super) fn finish(self) -> Result<()> {
        unwatch(self.connection)?;
        for (table, last) in last_rows(self.connection)? {
            let before = self.before.get(table).copied().unwrap_or_default();
            if last > before {
                self.connection.execute(
                    "INSERT INTO change (step_id, table_name, row_id, last_row_id)
                     VALUES (?1, ?2, ?3, ?4)",
                    params![self.step, table, before + 1, last],
                )?;
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
}

impl Library {
    /// The steps, the latest first.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn log(&self) -> Result<Vec<Step>> {
        let mut statement = self.connection.prepare(
            "SELECT id, command, at, state,
                    (SELECT coalesce(sum(coalesce(last_row_id, row_id) - row_id + 1), 0)
                     FROM change WHERE step_id = step.id)
             FROM step ORDER BY id DESC",
        )?;
        let steps = statement.query_map([], |row| {
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
        })?;
        Ok(steps.collect::<rusqlite::Result<_>>()?)
    }

    /// Turns the latest step back, and says which it was.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NoStep`] where nothing is left to undo.
    pub fn undo(&mut self) -> Result<Step> {
        self.turn("undo", StepState::Done, "undone", true)
    }

    /// Brings back the step that was undone last, and says which it was.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NoStep`] where nothing was undone, or something else was done since.
    pub fn redo(&mut self) -> Result<Step> {
        self.turn("redo", StepState::Undone, "done", false)
    }

    fn turn(
        &mut self,
        verb: &'static str,
        from: StepState,
        to: &str,
        latest: bool,
    ) -> Result<Step> {
        let path = self.path.clone();
        let run = || -> Result<Step> {
            let mut candidates = self
                .log()?
                .into_iter()
                .filter(|step| step.state == from)
                .collect::<Vec<_>>();
            if !latest {
                candidates.reverse();
            }
            let step = candidates
                .into_iter()
                .next()
                .ok_or(LibraryError::NoStep(verb))?;
            let transaction = rusqlite::Transaction::new_unchecked(
                &self.connection,
                rusqlite::TransactionBehavior::Immediate,
            )?;
            // Rows come and go in an order in which one may miss its parent for a moment.
            self.connection
                .pragma_update(None, "defer_foreign_keys", true)?;
            let change = Change { library: self };
            let mut works = works_of(&self.connection, step.id)?;
            // What inherits from a work that goes is known only before it is gone.
            works.extend(change.heirs(&works)?);
            turn_back(&self.connection, step.id)?;
            self.connection.execute(
                "UPDATE step SET state = ?2 WHERE id = ?1",
                params![step.id, to],
            )?;
            change.derive_works(works)?;
            transaction.commit()?;
            Ok(step)
        };
        run().map_err(|error| error.at(&path))
    }
}

/// The works that a step changed.
fn works_of(connection: &Connection, step: i64) -> Result<BTreeSet<i64>> {
    let mut changes = connection.prepare(
        "SELECT row_id, coalesce(last_row_id, row_id) FROM change
         WHERE step_id = ?1 AND table_name = 'work'",
    )?;
    let mut works = BTreeSet::new();
    let mut rows = changes.query([step])?;
    while let Some(row) = rows.next()? {
        works.extend(row.get::<_, i64>(0)?..=row.get::<_, i64>(1)?);
    }
    Ok(works)
}

/// Turns back every change of a step, and leaves in its place what turns them back again.
fn turn_back(connection: &Connection, step: i64) -> Result<()> {
    let last: i64 = connection.query_row("SELECT coalesce(max(id), 0) FROM change", [], |row| {
        row.get(0)
    })?;
    watch(connection, step, None)?;
    let mut restore = BTreeMap::new();
    for table in RECORDED {
        restore.insert(*table, restore_statement(connection, table)?);
    }
    let mut changes = connection.prepare(
        "SELECT table_name, row_id, coalesce(last_row_id, row_id), before FROM change
         WHERE step_id = ?1 AND id <= ?2 ORDER BY id DESC",
    )?;
    let mut rows = changes.query(params![step, last])?;
    while let Some(row) = rows.next()? {
        let table: String = row.get(0)?;
        let before: Option<String> = row.get(3)?;
        match before {
            None => {
                connection
                    .prepare_cached(&format!("DELETE FROM {table} WHERE id BETWEEN ?1 AND ?2"))?
                    .execute([row.get::<_, i64>(1)?, row.get(2)?])?;
            }
            Some(before) => {
                if let Some(statement) = restore.get(table.as_str()) {
                    connection.prepare_cached(statement)?.execute([before])?;
                }
            }
        }
    }
    unwatch(connection)?;
    connection.execute(
        "DELETE FROM change WHERE step_id = ?1 AND id <= ?2",
        params![step, last],
    )?;
    Ok(())
}

/// Writes a row back as it was, whether it is still there or not.
fn restore_statement(connection: &Connection, table: &str) -> Result<String> {
    let columns = columns(connection, table)?;
    let values: Vec<_> = columns
        .iter()
        .map(|column| format!("json_extract(?1, '$.{column}')"))
        .collect();
    let updates: Vec<_> = columns
        .iter()
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    Ok(format!(
        "INSERT INTO {table} ({}) VALUES ({}) ON CONFLICT (id) DO UPDATE SET {}",
        columns.join(", "),
        values.join(", "),
        updates.join(", ")
    ))
}

/// Sets the triggers that write down changes of the truth as part of a step: with `before`, those of
/// the rows that were there before the step began; without, of every row, new ones included.
fn watch(connection: &Connection, step: i64, before: Option<&LastRows>) -> Result<()> {
    let mut triggers = String::new();
    for table in RECORDED {
        let row: Vec<_> = columns(connection, table)?
            .iter()
            .map(|column| format!("'{column}', OLD.{column}"))
            .collect();
        let row = row.join(", ");
        let when = match before.and_then(|before| before.get(table)) {
            Some(last) => format!("WHEN OLD.id <= {last}"),
            None => {
                let _ = write!(
                    triggers,
                    "CREATE TEMP TRIGGER record_insert_{table} AFTER INSERT ON main.{table} BEGIN
                         INSERT INTO change (step_id, table_name, row_id)
                         VALUES ({step}, '{table}', NEW.id);
                     END;"
                );
                String::new()
            }
        };
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

fn unwatch(connection: &Connection) -> Result<()> {
    let mut triggers = String::new();
    for table in RECORDED {
        let _ = write!(
            triggers,
            "DROP TRIGGER IF EXISTS record_insert_{table};
             DROP TRIGGER record_update_{table};
             DROP TRIGGER record_delete_{table};"
        );
    }
    connection.execute_batch(&triggers)?;
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

fn columns(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<rusqlite::Result<_>>()?)
}

/// The time by the library's own clock.
pub(super) fn now(connection: &Connection) -> Result<String> {
    Ok(
        connection.query_row("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')", [], |row| {
            row.get(0)
        })?,
    )
}
