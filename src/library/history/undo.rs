//! Undoing and redoing steps: a step is reverted as a whole or not at all.
//!
//! To revert a step is to give every row that it changed its earlier state, and to record the later state in
//! exchange. All these rows are first deleted and then inserted, so rows that exchanged unique values do not get
//! in each other's way. A step is refused, and the error names the row and the step in the way, where
//!
//! - another step that changed the same row has to be undone or redone first,
//! - another row has taken a unique value (a key, a name) of a row that would come back, or
//! - a foreign key would be violated: a later row refers to one that would go, or a row that would come back
//!   refers to one that is gone. For this reason foreign keys are switched off while rows are exchanged, and
//!   checked afterwards: with `ON DELETE CASCADE` in effect, rows of other steps would go unnoticed.

use std::collections::BTreeSet;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::transaction::Transaction;
use super::super::{Change, History, Library, LibraryError, Result};
use super::record::record_ranges;
use super::row_label;
use super::step::{SELECT_STEP, Step, read_step};
use super::step_state::StepState;
use super::tables::{
    RECORDED_TABLES, RowRange, RowSet, columns, consecutive, foreign_keys, row_as_json,
};

/// The direction in which a step is replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UndoOrRedo {
    Undo,
    Redo,
}

impl UndoOrRedo {
    fn verb(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Redo => "redo",
        }
    }

    fn participle(self) -> &'static str {
        match self {
            Self::Undo => "undone",
            Self::Redo => "redone",
        }
    }

    /// Returns the state that a step must have.
    fn expected(self) -> StepState {
        match self {
            Self::Undo => StepState::Done,
            Self::Redo => StepState::Undone,
        }
    }
}

impl Library {
    /// Undoes a step, by default the latest that is done, and returns it.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NoStep`] if nothing is left to undo; [`LibraryError::UnknownStep`];
    /// [`LibraryError::StepState`] if the step is not done; [`LibraryError::StepConflict`]. Nothing has changed
    /// then.
    pub fn undo(&mut self, step: Option<i64>) -> Result<Step> {
        self.revert(UndoOrRedo::Undo, step, true)
    }

    /// Undoes a step like [`Library::undo`], and rolls back.
    ///
    /// # Errors
    ///
    /// See [`Library::undo`].
    pub fn dry_run_undo(&mut self, step: Option<i64>) -> Result<Step> {
        self.revert(UndoOrRedo::Undo, step, false)
    }

    /// Redoes an undone step, by default the one that was undone last, and returns it.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NoStep`] if no step is undone; [`LibraryError::EarlierStepUndone`]; and see
    /// [`Library::undo`].
    pub fn redo(&mut self, step: Option<i64>) -> Result<Step> {
        self.revert(UndoOrRedo::Redo, step, true)
    }

    /// Redoes a step like [`Library::redo`], and rolls back.
    ///
    /// # Errors
    ///
    /// See [`Library::redo`].
    pub fn dry_run_redo(&mut self, step: Option<i64>) -> Result<Step> {
        self.revert(UndoOrRedo::Redo, step, false)
    }
}

impl History<'_> {
    /// Returns the step that [`Library::undo`] (of the done ones) or [`Library::redo`] (of the undone ones)
    /// takes by default.
    pub fn next_step(&self, state: StepState) -> Result<Option<Step>> {
        let condition = match state {
            StepState::Done => "state = 'done' ORDER BY id DESC",
            StepState::Undone => "state = 'undone' ORDER BY undo_order DESC",
            StepState::Dropped => return Ok(None),
        };
        let sql = format!("{SELECT_STEP} WHERE {condition} LIMIT 1");
        Ok(self
            .library
            .connection
            .query_row(&sql, [], read_step)
            .optional()?)
    }
}

impl Library {
    fn revert(&mut self, direction: UndoOrRedo, number: Option<i64>, commit: bool) -> Result<Step> {
        let run = || -> Result<Step> {
            let transaction = Transaction::begin(&self.connection)?;
            let step = self.step_to_revert(direction, number)?;
            let reversion = Reversion {
                connection: &self.connection,
                step: step.id,
                direction,
            };
            reversion.check_order()?;
            let change = Change::new(self);
            let mut works = reversion.works()?;
            // The works that inherit from a removed one can only be found before its removal.
            works.extend(change.inheriting_works(&works)?);
            change.delete_derived(&works)?;
            reversion.exchange_rows()?;
            self.connection.execute(
                "UPDATE step SET state = iif(?2, 'undone', 'done'),
                     undo_order = iif(?2, (SELECT coalesce(max(undo_order), 0) + 1 FROM step), NULL)
                 WHERE id = ?1",
                params![step.id, direction == UndoOrRedo::Undo],
            )?;
            change.derive_works(works)?;
            if commit {
                transaction.commit()?;
            }
            Ok(step)
        };
        run().map_err(|error| error.at(&self.path))
    }

    fn step_to_revert(&self, direction: UndoOrRedo, number: Option<i64>) -> Result<Step> {
        let Some(number) = number else {
            return self
                .history()
                .next_step(direction.expected())?
                .ok_or(LibraryError::NoStep(direction.verb()));
        };
        let step = self.history().step(number)?;
        if step.state == direction.expected() {
            Ok(step)
        } else {
            Err(LibraryError::StepState {
                step: number,
                action: direction.participle(),
                state: step.state,
            })
        }
    }
}

/// A step that is being undone or redone.
struct Reversion<'c> {
    connection: &'c Connection,
    step: i64,
    direction: UndoOrRedo,
}

impl Reversion<'_> {
    /// Checks that no other step with a row in common has to be undone or redone first.
    fn check_order(&self) -> Result<()> {
        let others = match self.direction {
            UndoOrRedo::Undo => "step.id > ?1 AND state = 'done' ORDER BY step.id DESC",
            UndoOrRedo::Redo => "step.id < ?1 AND state = 'undone' ORDER BY step.id",
        };
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT row_id, last_row_id, table_name, step.id, command
             FROM step JOIN change ON step_id = step.id WHERE {others}"
        ))?;
        let mut changes = statement.query([self.step])?;
        let mut own = None;
        while let Some(change) = changes.next()? {
            let own = match &mut own {
                Some(own) => own,
                none => none.insert(RowSet::of_step(self.connection, self.step)?),
            };
            let table: String = change.get(2)?;
            let Some(row) = own.first_common(&table, RowRange::read(change, 0)?) else {
                continue;
            };
            let what = row_label::of_row(self.connection, &table, row)?;
            let (other, command) = (change.get(3)?, change.get(4)?);
            return Err(match self.direction {
                UndoOrRedo::Undo => self.conflict(what, Some((other, command))),
                UndoOrRedo::Redo => LibraryError::EarlierStepUndone {
                    step: self.step,
                    what,
                    earlier: other,
                    command,
                },
            });
        }
        Ok(())
    }

    fn conflict(&self, what: String, by: Option<(i64, String)>) -> LibraryError {
        LibraryError::StepConflict {
            step: self.step,
            action: self.direction.participle(),
            what,
            by,
        }
    }

    /// Returns the conflict over a row, with the last other step in effect that changed it.
    fn conflict_over(&self, table: &str, row: i64, what: String) -> Result<LibraryError> {
        let by = self
            .connection
            .query_row(
                "SELECT step.id, command FROM change JOIN step ON step.id = step_id
                 WHERE state = 'done' AND step_id <> ?1 AND table_name = ?2
                   AND ?3 BETWEEN row_id AND last_row_id
                 ORDER BY step.id DESC LIMIT 1",
                params![self.step, table, row],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)),
            )
            .optional()?
            // A step before this one cannot have changed what this one left.
            .filter(|(by, _)| *by > self.step || self.direction == UndoOrRedo::Redo);
        Ok(self.conflict(what, by))
    }

    /// Returns the works whose derived rows depend on the step: those whose entry, keys, note or place in a
    /// file it changed, and those that use `@string`s that it changed.
    fn works(&self) -> Result<BTreeSet<i64>> {
        let mut works = BTreeSet::new();
        let mut collect = |sql: &str| -> Result<()> {
            let mut statement = self.connection.prepare(sql)?;
            let mut rows = statement.query([self.step])?;
            while let Some(row) = rows.next()? {
                works.extend(row.get::<_, Option<i64>>(0)?);
            }
            Ok(())
        };
        collect(
            "SELECT work.id FROM change JOIN work ON work.id BETWEEN row_id AND last_row_id
             WHERE step_id = ?1 AND table_name = 'work'
             UNION ALL
             SELECT row_id FROM change
             WHERE step_id = ?1 AND table_name = 'work' AND operation = 'delete'",
        )?;
        for table in ["key_alias", "occurrence", "note"] {
            collect(&format!(
                "SELECT work_id FROM change JOIN {table} AS changed
                     ON changed.id BETWEEN row_id AND last_row_id
                 WHERE step_id = ?1 AND table_name = '{table}'
                 UNION ALL
                 SELECT json_extract(before, '$.work_id') FROM change
                 WHERE step_id = ?1 AND table_name = '{table}' AND before IS NOT NULL"
            ))?;
        }
        collect(
            "SELECT DISTINCT work_id FROM occurrence WHERE source_file_id IN (
                 SELECT source_file_id FROM change JOIN occurrence AS changed
                     ON changed.id BETWEEN row_id AND last_row_id
                 WHERE step_id = ?1 AND table_name = 'occurrence' AND leading LIKE '%@string%'
                 UNION
                 SELECT json_extract(before, '$.source_file_id') FROM change
                 WHERE step_id = ?1 AND table_name = 'occurrence' AND before LIKE '%@string%')",
        )?;
        Ok(works)
    }

    /// Gives the rows of the step their earlier state, and replaces the log of the step by its inverse.
    fn exchange_rows(&self) -> Result<()> {
        let sql = "SELECT coalesce(max(id), 0) FROM change";
        let last: i64 = self.connection.query_row(sql, [], |row| row.get(0))?;
        let _switched_off = NoForeignKeys::new(self.connection)?;
        let mut removed = Vec::new();
        let mut restored = Vec::new();
        for table in self.tables()? {
            let rows = LoggedRows {
                reversion: self,
                table,
                last,
            };
            let inserted = rows.inserted()?;
            rows.record_inverse(&inserted)?;
            rows.delete(&inserted)?;
            restored.push((table, rows.restore()?));
            removed.push((table, inserted));
        }
        self.connection.execute(
            "DELETE FROM change WHERE step_id = ?1 AND id <= ?2",
            params![self.step, last],
        )?;
        self.check_foreign_keys(&removed, &restored)
    }

    /// Returns the tables that the step changed.
    fn tables(&self) -> Result<Vec<&'static str>> {
        let mut changes = self
            .connection
            .prepare("SELECT 1 FROM change WHERE step_id = ?1 AND table_name = ?2")?;
        let mut tables = Vec::new();
        for table in RECORDED_TABLES {
            if changes.exists(params![self.step, table])? {
                tables.push(*table);
            }
        }
        Ok(tables)
    }

    /// Checks the references to removed rows and those of restored rows.
    fn check_foreign_keys<'r>(
        &self,
        removed: &'r [(&str, Vec<RowRange>)],
        restored: &'r [(&str, Vec<RowRange>)],
    ) -> Result<()> {
        let connection = self.connection;
        let of_table = |rows: &'r [(&str, Vec<RowRange>)], name: &str| {
            let found = rows.iter().find(|(table, _)| *table == name);
            found.map_or(&[][..], |(_, ranges)| ranges.as_slice())
        };
        for key in foreign_keys(connection)? {
            let (child, column, parent) = (key.child, &key.column, &key.parent);
            for range in of_table(removed, parent) {
                let left_behind = connection
                    .prepare_cached(&format!(
                        "SELECT id FROM {child} WHERE {column} BETWEEN ?1 AND ?2 LIMIT 1"
                    ))?
                    .query_row([range.first, range.last], |row| row.get(0))
                    .optional()?;
                if let Some(row) = left_behind {
                    let what = row_label::of_row(connection, child, row)?;
                    return Err(self.conflict_over(child, row, what)?);
                }
            }
            for range in of_table(restored, child) {
                let orphan = connection
                    .prepare_cached(&format!(
                        "SELECT id, {column} FROM {child} AS child
                         WHERE id BETWEEN ?1 AND ?2 AND {column} IS NOT NULL
                           AND NOT EXISTS (SELECT 1 FROM {parent} WHERE id = child.{column})
                         LIMIT 1"
                    ))?
                    .query_row([range.first, range.last], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })
                    .optional()?;
                if let Some((row, missing)) = orphan {
                    let what = row_label::of_row(connection, child, row)?;
                    return Err(self.conflict_over(parent, missing, what)?);
                }
            }
        }
        Ok(())
    }
}

/// The rows of one table in the log of a step that is being reverted.
struct LoggedRows<'r> {
    reversion: &'r Reversion<'r>,
    table: &'static str,
    /// The last change of the log; those after it belong to the inverse.
    last: i64,
}

impl LoggedRows<'_> {
    /// Returns SQL for the changes of the table in the log, for SQL with the step as `?1` and the last change as `?2`.
    fn logged(&self) -> String {
        format!(
            "change.step_id = ?1 AND change.id <= ?2 AND change.table_name = '{}'",
            self.table
        )
    }

    fn parameters(&self) -> [i64; 2] {
        [self.reversion.step, self.last]
    }

    /// Returns the rows that the step inserted.
    fn inserted(&self) -> Result<Vec<RowRange>> {
        let mut statement = self.reversion.connection.prepare(&format!(
            "SELECT row_id, last_row_id FROM change WHERE {} AND operation = 'insert' ORDER BY row_id",
            self.logged()
        ))?;
        let ranges = statement.query_map(self.parameters(), |row| RowRange::read(row, 0))?;
        Ok(ranges.collect::<rusqlite::Result<_>>()?)
    }

    /// Records the present state of the rows.
    fn record_inverse(&self, inserted: &[RowRange]) -> Result<()> {
        let (connection, table) = (self.reversion.connection, self.table);
        let record = |operation: &str| -> Result<String> {
            let row = row_as_json(connection, table, &format!("{table}."))?;
            Ok(format!(
                "INSERT INTO change (step_id, table_name, row_id, last_row_id, operation, before)
                 SELECT ?1, '{table}', {table}.id, {table}.id, '{operation}', {row} FROM"
            ))
        };
        let mut delete = connection.prepare(&format!(
            "{} {table} WHERE id BETWEEN ?2 AND ?3 ORDER BY id",
            record("delete")?
        ))?;
        for range in inserted {
            delete.execute([self.reversion.step, range.first, range.last])?;
        }
        connection.execute(
            &format!(
                "{} change JOIN {table} ON {table}.id = change.row_id
                 WHERE {} AND change.operation <> 'insert' ORDER BY {table}.id",
                record("update")?,
                self.logged()
            ),
            self.parameters(),
        )?;
        let mut absent = connection.prepare(&format!(
            "SELECT row_id FROM change WHERE {} AND operation <> 'insert'
                 AND NOT EXISTS (SELECT 1 FROM {table} WHERE id = row_id) ORDER BY row_id",
            self.logged()
        ))?;
        let absent = consecutive(absent.query(self.parameters())?)?;
        record_ranges(connection, self.reversion.step, table, &absent)
    }

    fn delete(&self, inserted: &[RowRange]) -> Result<()> {
        let (connection, table) = (self.reversion.connection, self.table);
        let mut delete =
            connection.prepare(&format!("DELETE FROM {table} WHERE id BETWEEN ?1 AND ?2"))?;
        for range in inserted {
            delete.execute([range.first, range.last])?;
        }
        connection.execute(
            &format!(
                "DELETE FROM {table} WHERE id IN
                     (SELECT row_id FROM change WHERE {} AND operation <> 'insert')",
                self.logged()
            ),
            self.parameters(),
        )?;
        Ok(())
    }

    /// Inserts the rows that existed before the step, and returns them.
    fn restore(&self) -> Result<Vec<RowRange>> {
        let (connection, table) = (self.reversion.connection, self.table);
        let columns = columns(connection, table)?;
        let values: Vec<_> = columns
            .iter()
            .map(|column| format!("json_extract(before, '$.{column}')"))
            .collect();
        let insert = format!(
            "INSERT INTO {table} ({}) SELECT {} FROM change
             WHERE {} AND operation <> 'insert' ORDER BY row_id",
            columns.join(", "),
            values.join(", "),
            self.logged()
        );
        if let Err(error) = connection.execute(&insert, self.parameters()) {
            return Err(self.unique_conflict()?.unwrap_or_else(|| error.into()));
        }
        let mut restored = connection.prepare(&format!(
            "SELECT row_id FROM change WHERE {} AND operation <> 'insert' ORDER BY row_id",
            self.logged()
        ))?;
        consecutive(restored.query(self.parameters())?)
    }

    /// Returns the conflict over a unique value of a row to restore that another row has now.
    fn unique_conflict(&self) -> Result<Option<LibraryError>> {
        let (connection, table) = (self.reversion.connection, self.table);
        let mut indexes = connection.prepare(
            "SELECT (SELECT group_concat(name) FROM pragma_index_info(listed.name))
             FROM pragma_index_list(?1) AS listed WHERE listed.\"unique\"",
        )?;
        let indexes = indexes
            .query_map([table], |row| row.get::<_, Option<String>>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        for columns in indexes.iter().flatten() {
            let same: Vec<String> = columns
                .split(',')
                .map(|column| format!("{table}.{column} = json_extract(before, '$.{column}')"))
                .collect();
            let taken = connection.query_row(
                &format!(
                    "SELECT {table}.id, before FROM change JOIN {table} ON {}
                     WHERE {} AND operation <> 'insert' LIMIT 1",
                    same.join(" AND "),
                    self.logged()
                ),
                self.parameters(),
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)),
            );
            if let Some((holder, before)) = taken.optional()? {
                let what = row_label::of_json(connection, table, Some(&before))?;
                return Ok(Some(self.reversion.conflict_over(table, holder, what)?));
            }
        }
        Ok(None)
    }
}

/// A guard while which foreign keys have no effect.
///
/// The pragma `foreign_keys` cannot be changed within a transaction; the setting of the connection can, as
/// long as no constraint is deferred.
struct NoForeignKeys<'c>(&'c Connection);

impl<'c> NoForeignKeys<'c> {
    fn new(connection: &'c Connection) -> Result<Self> {
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
        Ok(Self(connection))
    }
}

impl Drop for NoForeignKeys<'_> {
    fn drop(&mut self) {
        // Setting a flag of a connection cannot fail.
        let _ = self
            .0
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true);
    }
}
