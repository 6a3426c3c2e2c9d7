//! Undo and redo: a step of history is turned, as a whole or not at all.
//!
//! To turn a step is to turn its changes back, last first, with triggers at work that record every row:
//! what they write down then is how to turn it again. Before, every row must be as the step left it;
//! and no row that the step had no part in may go with one of its own. Otherwise the step is refused,
//! and the error names the row and the step that has changed it since.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension as _, params};

use super::history::{self, RECORDED, STEP, Step, StepState, Watched};
use super::runs::Runs;
use super::transaction::Transaction;
use super::{Change, Library, LibraryError, Result, row_label, row_seal};

/// Which way a step is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Undo,
    Redo,
}

impl Direction {
    fn verb(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Redo => "redo",
        }
    }

    fn participle(self) -> &'static str {
        match self {
            Self::Undo => "undone",
            Self::Redo => "done again",
        }
    }
}

impl Library {
    /// Turns a step back, the latest where none is named, and says which it was.
    ///
    /// An older step is turned back where no later one has changed what it changed.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NoStep`] where nothing is left to undo; [`LibraryError::UnknownStep`];
    /// [`LibraryError::StepState`] for one that does not hold; [`LibraryError::StepConflict`], and then
    /// nothing was changed.
    pub fn undo(&mut self, step: Option<i64>) -> Result<Step> {
        self.turn(Direction::Undo, step, true)
    }

    /// Turns a step back as [`Library::undo`] does, and then forgets it.
    ///
    /// # Errors
    ///
    /// Those of [`Library::undo`].
    pub fn rehearse_undo(&mut self, step: Option<i64>) -> Result<Step> {
        self.turn(Direction::Undo, step, false)
    }

    /// Brings back a step that was undone, the one that was undone last where none is named, and says
    /// which it was.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NoStep`] where nothing was undone, or something else was done since; and those of
    /// [`Library::undo`].
    pub fn redo(&mut self, step: Option<i64>) -> Result<Step> {
        self.turn(Direction::Redo, step, true)
    }

    /// Brings a step back as [`Library::redo`] does, and then forgets it.
    ///
    /// # Errors
    ///
    /// Those of [`Library::undo`].
    pub fn rehearse_redo(&mut self, step: Option<i64>) -> Result<Step> {
        self.turn(Direction::Redo, step, false)
    }

    /// The step that [`Library::undo`] (of those that are done) or [`Library::redo`] (of those that are
    /// undone) takes where none is named.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn next_to_turn(&self, state: StepState) -> Result<Option<Step>> {
        let sql = match state {
            StepState::Done => format!("{STEP} WHERE state = 'done' ORDER BY id DESC LIMIT 1"),
            // Steps that were undone before there was an order of it were undone from the last on.
            StepState::Undone => {
                format!("{STEP} WHERE state = 'undone' ORDER BY coalesce(turned, -id) DESC LIMIT 1")
            }
            StepState::Dropped => return Ok(None),
        };
        let step = self.connection.query_row(&sql, [], history::read_step);
        Ok(step.optional()?)
    }

    fn turn(&mut self, direction: Direction, number: Option<i64>, lasting: bool) -> Result<Step> {
        let path = self.path.clone();
        let run = || -> Result<Step> {
            let transaction = Transaction::begin(&self.connection)?;
            let step = self.step_to_turn(direction, number)?;
            // Rows come and go in an order in which one may miss its parent for a moment.
            self.connection
                .pragma_update(None, "defer_foreign_keys", true)?;
            let turning = Turning {
                connection: &self.connection,
                step: step.id,
                direction,
            };
            turning.check_seals()?;
            let change = Change::new(self);
            let mut works = turning.works()?;
            // What inherits from a work that goes is known only before it is gone.
            works.extend(change.inheriting_works(&works)?);
            change.delete_derived(&works)?;
            turning.turn_back()?;
            self.connection.execute(
                "UPDATE step SET state = iif(?2, 'undone', 'done'),
                     turned = (SELECT coalesce(max(turned), 0) + 1 FROM step) WHERE id = ?1",
                params![step.id, direction == Direction::Undo],
            )?;
            change.derive_works(works)?;
            if !lasting {
                return match turning.row_without_parent()? {
                    Some(conflict) => Err(conflict),
                    None => Ok(step),
                };
            }
            match transaction.commit() {
                Ok(()) => Ok(step),
                // A row came back that hangs on one which is not there any more.
                Err(error) => Err(turning
                    .row_without_parent()?
                    .unwrap_or_else(|| error.into())),
            }
        };
        run().map_err(|error| error.at(&path))
    }

    fn step_to_turn(&self, direction: Direction, number: Option<i64>) -> Result<Step> {
        let expected = match direction {
            Direction::Undo => StepState::Done,
            Direction::Redo => StepState::Undone,
        };
        if let Some(number) = number {
            let step = self.step(number)?;
            return if step.state == expected {
                Ok(step)
            } else {
                Err(LibraryError::StepState {
                    step: number,
                    turned: direction.participle(),
                    state: step.state,
                })
            };
        }
        self.next_to_turn(expected)?
            .ok_or(LibraryError::NoStep(direction.verb()))
    }
}

/// A step that is being undone or redone.
struct Turning<'c> {
    connection: &'c Connection,
    step: i64,
    direction: Direction,
}

impl Turning<'_> {
    /// Refuses the step where one of its rows is not as the step left it.
    fn check_seals(&self) -> Result<()> {
        match row_seal::first_broken(self.connection, self.step)? {
            None => Ok(()),
            Some((table, row)) => {
                let name = row_label::of_row(self.connection, table, row)?;
                Err(self.conflict(table, row, name)?)
            }
        }
    }

    /// The error that says which row is in the way, and which step put it there.
    fn conflict(&self, table: &str, row: i64, what: String) -> Result<LibraryError> {
        let by = self
            .connection
            .query_row(
                "SELECT step.id, command FROM change JOIN step ON step.id = step_id
                 WHERE state = 'done' AND step_id <> ?1 AND table_name = ?2
                   AND ?3 BETWEEN row_id AND coalesce(last_row_id, row_id)
                 ORDER BY step.id DESC LIMIT 1",
                params![self.step, table, row],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)),
            )
            .optional()?
            // A step before this one was known to it.
            .filter(|(by, _)| *by > self.step || self.direction == Direction::Redo);
        Ok(LibraryError::StepConflict {
            step: self.step,
            turned: self.direction.participle(),
            what,
            by,
        })
    }

    /// The works whose derived rows the step has a part in, as it is now and as it will be: those whose
    /// entry, keys, note or place in a file it changed, and those that use `@string`s it changed.
    fn works(&self) -> Result<BTreeSet<i64>> {
        let mut works = BTreeSet::new();
        let mut statement = self.connection.prepare(
            "SELECT work.id FROM change JOIN work
                 ON work.id BETWEEN row_id AND coalesce(last_row_id, row_id)
             WHERE step_id = ?1 AND table_name = 'work'
             UNION ALL
             SELECT row_id FROM change WHERE step_id = ?1 AND table_name = 'work'",
        )?;
        let mut rows = statement.query([self.step])?;
        while let Some(row) = rows.next()? {
            works.insert(row.get(0)?);
        }
        for table in ["key_alias", "occurrence", "note"] {
            let mut statement = self.connection.prepare(&format!(
                "SELECT work_id FROM change JOIN {table} AS changed
                     ON changed.id BETWEEN row_id AND coalesce(last_row_id, row_id)
                 WHERE step_id = ?1 AND table_name = '{table}'
                 UNION ALL
                 SELECT json_extract(before, '$.work_id') FROM change
                 WHERE step_id = ?1 AND table_name = '{table}' AND before IS NOT NULL"
            ))?;
            let mut rows = statement.query([self.step])?;
            while let Some(row) = rows.next()? {
                works.extend(row.get::<_, Option<i64>>(0)?);
            }
        }
        let mut statement = self.connection.prepare(
            "SELECT DISTINCT work_id FROM occurrence WHERE source_file_id IN (
                 SELECT source_file_id FROM change JOIN occurrence AS changed
                     ON changed.id BETWEEN row_id AND coalesce(last_row_id, row_id)
                 WHERE step_id = ?1 AND table_name = 'occurrence' AND leading LIKE '%@string%'
                 UNION
                 SELECT json_extract(before, '$.source_file_id') FROM change
                 WHERE step_id = ?1 AND table_name = 'occurrence' AND before LIKE '%@string%')",
        )?;
        let mut rows = statement.query([self.step])?;
        while let Some(row) = rows.next()? {
            works.insert(row.get(0)?);
        }
        Ok(works)
    }

    /// Turns back every change of the step, and leaves in its place what turns them back again.
    fn turn_back(&self) -> Result<()> {
        let connection = self.connection;
        let last = self.last_change()?;
        let runs = Runs::of(connection, self.step, last)?;
        runs.write_down_new(connection, self.step)?;
        let written_down = self.last_change()?;
        history::watch(connection, self.step, Watched::AllBut(&runs))?;
        self.delete_new_rows(last)?;
        self.restore_old_rows(last, &runs)?;
        history::unwatch(connection)?;
        self.refuse_bycatch(last, written_down)?;
        connection.execute(
            "DELETE FROM change WHERE step_id = ?1 AND id <= ?2",
            params![self.step, last],
        )?;
        gather_new_rows(connection, self.step, written_down)?;
        row_seal::seal(connection, self.step)
    }

    fn last_change(&self) -> Result<i64> {
        let sql = "SELECT coalesce(max(id), 0) FROM change";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// Deletes the rows that the step added, those that hang on others before the others.
    fn delete_new_rows(&self, last: i64) -> Result<()> {
        let connection = self.connection;
        let mut statement = connection.prepare(
            "SELECT table_name, row_id, coalesce(last_row_id, row_id) FROM change
             WHERE step_id = ?1 AND id <= ?2 AND before IS NULL ORDER BY id DESC",
        )?;
        let mut rows = statement.query([self.step, last])?;
        let mut ranges: HashMap<String, Vec<[i64; 2]>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let of_table = ranges.entry(row.get(0)?).or_default();
            of_table.push([row.get(1)?, row.get(2)?]);
        }
        for table in RECORDED.iter().rev() {
            let Some(ranges) = ranges.remove(*table) else {
                continue;
            };
            let mut delete =
                connection.prepare(&format!("DELETE FROM {table} WHERE id BETWEEN ?1 AND ?2"))?;
            for range in ranges {
                delete.execute(range)?;
            }
        }
        Ok(())
    }

    /// Writes the rows back that were there before the step, last first.
    fn restore_old_rows(&self, last: i64, runs: &Runs) -> Result<()> {
        let mut end = last;
        for (changes, run) in runs.gone.iter().rev() {
            self.restore_each(changes.end().saturating_add(1), end)?;
            let sql = history::restore_run_statement(self.connection, run.table)?;
            let written = self
                .connection
                .execute(&sql, [changes.start(), changes.end()]);
            if written.is_err() {
                // One after the other, so that the row is known which cannot come back.
                self.restore_each(*changes.start(), *changes.end())?;
            }
            history::write_down_range(self.connection, self.step, run.table, run.first, run.last)?;
            end = changes.start().saturating_sub(1);
        }
        self.restore_each(0, end)
    }

    /// Writes the rows back that the changes from one number to another hold, last first.
    fn restore_each(&self, first: i64, last: i64) -> Result<()> {
        let connection = self.connection;
        let mut changes = connection.prepare_cached(
            "SELECT table_name, row_id, before FROM change
             WHERE step_id = ?1 AND id BETWEEN ?2 AND ?3 AND before IS NOT NULL ORDER BY id DESC",
        )?;
        let mut rows = changes.query([self.step, first, last])?;
        let mut restore = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let table: String = row.get(0)?;
            let before: String = row.get(2)?;
            let Some(table) = history::recorded(&table) else {
                continue;
            };
            let statement = match restore.entry(table) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let sql = history::restore_statement(connection, table)?;
                    new.insert(connection.prepare(&sql)?)
                }
            };
            if let Err(error) = statement.execute([&before]) {
                let taken = self.place_taken(table, row.get(1)?, &before)?;
                return Err(taken.unwrap_or_else(|| error.into()));
            }
        }
        Ok(())
    }

    /// Refuses the step where turning it has changed a row that it had no part in: one that hangs on a
    /// row which the step added, and went with it.
    fn refuse_bycatch(&self, last: i64, written_down: i64) -> Result<()> {
        let connection = self.connection;
        let mut touched = connection.prepare_cached(
            "SELECT table_name, row_id, before FROM change WHERE step_id = ?1 AND id > ?2",
        )?;
        let mut touched = touched.query([self.step, written_down])?;
        let mut own: Option<BTreeMap<(String, i64), i64>> = None;
        while let Some(row) = touched.next()? {
            let own = match &mut own {
                Some(own) => own,
                none => none.insert(self.rows_up_to(last)?),
            };
            let (table, id): (String, i64) = (row.get(0)?, row.get(1)?);
            let place = (table, id);
            let is_own = own
                .range(..=&place)
                .next_back()
                .is_some_and(|((table, _), last)| *table == place.0 && id <= *last);
            if !is_own {
                let before: Option<String> = row.get(2)?;
                let name = row_label::of_json(connection, &place.0, before.as_deref())?;
                return Err(self.conflict(&place.0, id, name)?);
            }
        }
        Ok(())
    }

    /// The rows that the changes of the step are about, up to the change `last`: from one number of a table
    /// to another.
    fn rows_up_to(&self, last: i64) -> Result<BTreeMap<(String, i64), i64>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT table_name, row_id, coalesce(last_row_id, row_id) FROM change
             WHERE step_id = ?1 AND id <= ?2",
        )?;
        let rows = statement.query_map([self.step, last], |row| {
            Ok(((row.get(0)?, row.get(1)?), row.get(2)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The conflict of a row that cannot come back because another one has what only one may have: its
    /// key, its name, its place.
    fn place_taken(&self, table: &str, id: i64, before: &str) -> Result<Option<LibraryError>> {
        let connection = self.connection;
        let mut indexes = connection.prepare(
            "SELECT (SELECT group_concat(name) FROM pragma_index_info(listed.name))
             FROM pragma_index_list(?1) AS listed WHERE listed.\"unique\"",
        )?;
        let indexes = indexes
            .query_map([table], |row| row.get::<_, String>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        for columns in indexes {
            let same: Vec<String> = columns
                .split(',')
                .map(|column| format!("{column} = json_extract(?1, '$.{column}')"))
                .collect();
            let sql = format!(
                "SELECT id FROM {table} WHERE {} AND id <> ?2",
                same.join(" AND ")
            );
            let holder: Option<i64> = connection
                .query_row(&sql, params![before, id], |row| row.get(0))
                .optional()?;
            if let Some(holder) = holder {
                let name = row_label::of_json(connection, table, Some(before))?;
                return Ok(Some(self.conflict(table, holder, name)?));
            }
        }
        Ok(None)
    }

    /// The conflict of a row that came back and misses the row that it belongs to.
    fn row_without_parent(&self) -> Result<Option<LibraryError>> {
        let orphan: Option<(String, i64)> = self
            .connection
            .query_row("PRAGMA foreign_key_check", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let Some((table, row)) = orphan else {
            return Ok(None);
        };
        let what = row_label::of_row(self.connection, &table, row)?;
        Ok(Some(LibraryError::StepConflict {
            step: self.step,
            turned: self.direction.participle(),
            what,
            by: None,
        }))
    }
}

/// What the triggers wrote down of one row while a step was turned.
struct Events {
    /// Whether the row was not there before.
    is_new: bool,
    changes: Vec<i64>,
}

/// Puts rows that were not there before, of which the triggers wrote each down alone, together to
/// ranges, as a step has them that was done for the first time.
fn gather_new_rows(connection: &Connection, step: i64, written_down: i64) -> Result<()> {
    let mut forget = connection.prepare("DELETE FROM change WHERE id = ?1")?;
    let mut statement = connection.prepare_cached(
        "SELECT id, table_name, row_id, before IS NULL FROM change
         WHERE step_id = ?1 AND last_row_id IS NULL AND id > ?2 ORDER BY id",
    )?;
    let mut rows = statement.query([step, written_down])?;
    let mut events: BTreeMap<(String, i64), Events> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let is_new: bool = row.get(3)?;
        let of_row = events
            .entry((row.get(1)?, row.get(2)?))
            .or_insert_with(|| Events {
                is_new,
                changes: Vec::new(),
            });
        of_row.changes.push(row.get(0)?);
    }
    drop(rows);
    let new: Vec<((String, i64), Vec<i64>)> = events
        .into_iter()
        .filter(|(_, events)| events.is_new)
        .map(|(row, events)| (row, events.changes))
        .collect();
    let follows = |(one, _): &((String, i64), _), (next, _): &((String, i64), _)| {
        one.0 == next.0 && one.1.checked_add(1) == Some(next.1)
    };
    for range in new.chunk_by(follows) {
        let ([((table, first), changes), ..], [.., ((_, last), _)]) = (range, range) else {
            continue;
        };
        if range.len() == 1 && changes.len() == 1 {
            continue;
        }
        for change in range.iter().flat_map(|(_, changes)| changes) {
            forget.execute([change])?;
        }
        history::write_down_range(connection, step, table, *first, *last)?;
    }
    Ok(())
}
