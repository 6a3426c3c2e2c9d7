//! Runs: rows that follow each other in a table, and that a step added or took away together.
//!
//! An import adds a hundred thousand works. Turned one by one, with a trigger that writes each down, they
//! would take half a minute; a run is written down, deleted or written back in one statement each, and the
//! triggers leave its rows alone.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use rusqlite::{Connection, params};

use super::history::{RECORDED, recorded, row_as_json};
use super::{Result, row_seal};

/// From how many rows on a run is worth a statement of its own.
const MANY: i64 = 100;

/// How many runs the triggers can be told to leave alone; the longest are.
const MOST: usize = 100;

/// Rows that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) table: &'static str,
    pub(super) first: i64,
    pub(super) last: i64,
}

/// The changes that hold the rows of a run as they were, one a row and in their order.
type Changes = RangeInclusive<i64>;

/// The runs of a step that is to be turned.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// Rows that the step added.
    pub(super) new: Vec<Run>,
    /// Rows that the step took away, by their changes from the first on.
    pub(super) gone: Vec<(Changes, Run)>,
}

impl Run {
    fn rows(&self) -> i64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }

    fn touches(&self, other: &Self) -> bool {
        self.table == other.table && self.first <= other.last && other.first <= self.last
    }

    fn is_absent(&self, connection: &Connection) -> Result<bool> {
        let sql = format!("SELECT 1 FROM {} WHERE id BETWEEN ?1 AND ?2", self.table);
        Ok(!connection
            .prepare_cached(&sql)?
            .exists([self.first, self.last])?)
    }
}

impl Runs {
    /// The runs among the changes of a step, of which `last` is the last.
    pub(super) fn of(connection: &Connection, step: i64, last: i64) -> Result<Self> {
        let mut statement = connection.prepare(
            "SELECT id, table_name, row_id, coalesce(last_row_id, row_id), before IS NULL
             FROM change WHERE step_id = ?1 AND id <= ?2 ORDER BY id",
        )?;
        let mut rows = statement.query([step, last])?;
        // Runs of rows that the step added have no changes that hold them.
        let mut runs: Vec<(Run, Option<Changes>)> = Vec::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get(1)?;
            let Some(table) = recorded(&name) else {
                continue;
            };
            let (change, first, is_new): (i64, i64, bool) = (row.get(0)?, row.get(2)?, row.get(4)?);
            match runs.last_mut() {
                Some((run, Some(changes)))
                    if !is_new
                        && run.table == table
                        && run.last.checked_add(1) == Some(first)
                        && changes.end().checked_add(1) == Some(change) =>
                {
                    run.last = first;
                    *changes = *changes.start()..=change;
                }
                _ => {
                    let last = row.get(3)?;
                    let run = Run { table, first, last };
                    runs.push((run, (!is_new).then_some(change..=change)));
                }
            }
        }
        // A row that is changed twice is turned by itself.
        runs.sort_by_key(|(run, _)| (run.table, run.first));
        let mut long = Vec::new();
        let mut end = ("", i64::MIN);
        for (place, (run, changes)) in runs.iter().enumerate() {
            let follows = runs.get(place + 1);
            let is_alone =
                (run.table, run.first) > end && !follows.is_some_and(|(next, _)| run.touches(next));
            end = end.max((run.table, run.last));
            if is_alone && run.rows() >= MANY {
                long.push((run.clone(), changes.clone()));
            }
        }
        long.sort_by_key(|(run, _)| std::cmp::Reverse(run.rows()));
        long.truncate(MOST);
        let mut found = Self::default();
        for (run, changes) in long {
            match changes {
                None => found.new.push(run),
                Some(changes) if run.is_absent(connection)? => found.gone.push((changes, run)),
                Some(_) => {}
            }
        }
        found.gone.sort_by_key(|(changes, _)| *changes.start());
        Ok(found)
    }

    /// What a trigger on a table asks of the row `row`, `NEW` or `OLD`, so that it leaves the runs alone;
    /// nothing where there are none.
    pub(super) fn left_alone(&self, table: &str, row: &str) -> String {
        let mut condition = String::new();
        for run in self.new.iter().chain(self.gone.iter().map(|(_, run)| run)) {
            if run.table == table {
                let and = if condition.is_empty() { "WHEN" } else { "AND" };
                let (first, last) = (run.first, run.last);
                let _ = write!(condition, "{and} {row}.id NOT BETWEEN {first} AND {last} ");
            }
        }
        condition
    }

    /// Writes the rows that the step added down as what a turn takes away, the rows that others hang on
    /// last.
    pub(super) fn write_down_new(&self, connection: &Connection, step: i64) -> Result<()> {
        for table in RECORDED.iter().rev() {
            let row = row_as_json(connection, table, "")?;
            for run in self.new.iter().filter(|run| run.table == *table) {
                connection.execute(
                    &format!(
                        "INSERT INTO change (step_id, table_name, row_id, before, after)
                         SELECT ?1, '{table}', id, json_object({row}), ?4 FROM {table}
                         WHERE id BETWEEN ?2 AND ?3 ORDER BY id"
                    ),
                    params![step, run.first, run.last, row_seal::ABSENT],
                )?;
            }
        }
        Ok(())
    }
}
