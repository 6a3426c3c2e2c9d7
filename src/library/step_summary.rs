//! What a step of history did, in words; and which steps had a part in one work.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension as _, params};

use super::history::{self, RECORDED, Step, StepState};
use super::{Library, Result, row_label};

/// Rows of one kind that a step changed in one way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ChangedRows {
    /// What became of them: `works added`, `tags taken off works`.
    pub what: String,
    /// How many they are.
    pub count: i64,
    /// What some of them are called: the works by their keys, and so on.
    pub names: Vec<String>,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Added,
    Changed,
    Removed,
}

/// How a row that was added, changed or removed is told, for each table of the truth.
const WORDS: &[(&str, [&str; 3])] = &[
    ("work", ["works added", "works edited", "works removed"]),
    (
        "key_alias",
        [
            "other keys of works added",
            "other keys of works changed",
            "other keys of works taken away",
        ],
    ),
    (
        "source_file",
        ["files imported", "files imported again", "files forgotten"],
    ),
    (
        "occurrence",
        [
            "places of works in files added",
            "places of works in files changed",
            "places of works in files taken away",
        ],
    ),
    ("tag", ["tags made", "tags changed", "tags removed"]),
    (
        "tag_alias",
        [
            "other names of tags added",
            "other names of tags changed",
            "other names of tags taken away",
        ],
    ),
    (
        "tag_person",
        [
            "people of tags added",
            "people of tags changed",
            "people of tags taken away",
        ],
    ),
    (
        "tag_event",
        [
            "events of tags added",
            "events of tags changed",
            "events of tags taken away",
        ],
    ),
    (
        "assignment",
        [
            "tags put on works",
            "reasons for tags changed",
            "tags taken off works",
        ],
    ),
    (
        "veto",
        [
            "tags kept off works",
            "tags kept off works changed",
            "tags let on works again",
        ],
    ),
    (
        "kept_apart",
        [
            "pairs of works kept apart",
            "pairs of works kept apart changed",
            "pairs of works no longer kept apart",
        ],
    ),
    (
        "facet",
        ["facets added", "facets changed", "facets removed"],
    ),
    ("rule", ["rules added", "rules changed", "rules removed"]),
    (
        "installed_rule",
        [
            "shipped rules installed",
            "shipped rules changed",
            "shipped rules forgotten",
        ],
    ),
    ("note", ["notes written", "notes changed", "notes removed"]),
    (
        "linked_file",
        ["files linked", "linked files changed", "files unlinked"],
    ),
    (
        "file_root",
        [
            "root of linked files set",
            "root of linked files changed",
            "root of linked files unset",
        ],
    ),
    (
        "reading_list",
        [
            "reading lists made",
            "reading lists changed",
            "reading lists removed",
        ],
    ),
    (
        "list_section",
        [
            "sections of lists added",
            "sections of lists changed",
            "sections of lists removed",
        ],
    ),
    (
        "list_work",
        [
            "works placed in lists",
            "works in lists changed",
            "works let out of lists again",
        ],
    ),
    (
        "list_edition",
        [
            "snapshots of lists kept",
            "snapshots of lists changed",
            "snapshots of lists removed",
        ],
    ),
];

fn words(table: &str, fate: Fate) -> String {
    let known = WORDS.iter().find(|(known, _)| *known == table);
    let [added, changed, removed] = known.map_or(["", "", ""], |(_, words)| *words);
    let (told, verb) = match fate {
        Fate::Added => (added, "added"),
        Fate::Changed => (changed, "changed"),
        Fate::Removed => (removed, "removed"),
    };
    if told.is_empty() {
        format!("rows of {} {verb}", table.replace('_', " "))
    } else {
        told.to_owned()
    }
}

impl Library {
    /// What a step did (for one that was undone: what it does when it is done again), with the names of
    /// at most `names` rows of each kind. Nothing is kept of a step that was undone for good.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn step_detail(&self, step: &Step, names: usize) -> Result<Vec<ChangedRows>> {
        let mut changed = Vec::new();
        for table in RECORDED {
            let mut by_fate: BTreeMap<Fate, ChangedRows> = BTreeMap::new();
            for rows in changes(&self.connection, step, table)? {
                let told = by_fate.entry(rows.fate).or_insert_with(|| ChangedRows {
                    what: words(table, rows.fate),
                    count: 0,
                    names: Vec::new(),
                });
                told.count = told
                    .count
                    .saturating_add(rows.last.saturating_sub(rows.first))
                    .saturating_add(1);
                // Several rows may have one name, but not without end.
                for row in (rows.first..=rows.last).take(names.saturating_mul(10)) {
                    if told.names.len() >= names {
                        break;
                    }
                    let name = row_label::of_row(&self.connection, table, row)?;
                    if !told.names.contains(&name) {
                        told.names.push(name);
                    }
                }
            }
            changed.extend(by_fate.into_values());
        }
        Ok(changed)
    }

    /// The steps that had a part in one work: its entry, keys, tags, files, note. The latest first.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn log_of(&self, work: i64) -> Result<Vec<Step>> {
        let mut steps = BTreeSet::new();
        for table in RECORDED {
            let about_works: Vec<String> = history::columns(&self.connection, table)?
                .into_iter()
                .filter(|column| matches!(column.as_str(), "work_id" | "other_id"))
                .collect();
            if *table == "work" {
                let mut statement = self.connection.prepare(
                    "SELECT step_id FROM change WHERE table_name = 'work'
                       AND ?1 BETWEEN row_id AND coalesce(last_row_id, row_id)",
                )?;
                for step in statement.query_map([work], |row| row.get::<_, i64>(0))? {
                    steps.insert(step?);
                }
            }
            for column in about_works {
                steps.extend(self.steps_about(table, &column, work)?);
            }
        }
        let mut found = Vec::new();
        for step in steps.into_iter().rev() {
            found.push(self.step(step)?);
        }
        Ok(found)
    }

    /// The steps that changed rows of a table while these were about a work, as `column` says.
    fn steps_about(&self, table: &str, column: &str, work: i64) -> Result<BTreeSet<i64>> {
        let connection = &self.connection;
        // The rows that are about the work, or were.
        let mut rows = BTreeSet::new();
        let mut now = connection.prepare(&format!("SELECT id FROM {table} WHERE {column} = ?1"))?;
        for row in now.query_map([work], |row| row.get::<_, i64>(0))? {
            rows.insert(row?);
        }
        let mut once = connection.prepare(&format!(
            "SELECT row_id FROM change
             WHERE table_name = ?1 AND json_extract(before, '$.{column}') = ?2"
        ))?;
        for row in once.query_map(params![table, work], |row| row.get::<_, i64>(0))? {
            rows.insert(row?);
        }
        let mut steps = BTreeSet::new();
        if rows.is_empty() {
            return Ok(steps);
        }
        let mut changes = connection.prepare(&format!(
            "SELECT step_id, row_id, coalesce(last_row_id, row_id),
                    json_extract(before, '$.{column}'), state = 'done'
             FROM change JOIN step ON step.id = step_id
             WHERE table_name = ?1 ORDER BY step_id DESC, change.id DESC"
        ))?;
        // Numbers of rows come again when the last of them went: what a change found a row to be about
        // is what the change before it had left. A step that was undone has left nothing.
        let mut about_now: BTreeMap<i64, Option<i64>> = BTreeMap::new();
        let mut whose =
            connection.prepare(&format!("SELECT {column} FROM {table} WHERE id = ?1"))?;
        for row in &rows {
            let work = whose.query_row([row], |row| row.get(0)).optional()?;
            about_now.insert(*row, work);
        }
        let now = about_now.clone();
        let mut found = changes.query([table])?;
        while let Some(change) = found.next()? {
            let (first, last): (i64, i64) = (change.get(1)?, change.get(2)?);
            let before: Option<i64> = change.get(3)?;
            let holds: bool = change.get(4)?;
            let about = if holds {
                &mut about_now
            } else {
                &mut now.clone()
            };
            for (_, about) in about.range_mut(first..=last) {
                if *about == Some(work) || before == Some(work) {
                    steps.insert(change.get(0)?);
                }
                *about = before;
            }
        }
        Ok(steps)
    }

    /// The number of a work that was removed, by the key that it had last.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn removed_work(&self, key: &str) -> Result<Option<i64>> {
        Ok(self
            .connection
            .query_row(
                "SELECT row_id FROM change
                 WHERE table_name = 'work' AND json_extract(before, '$.key') = ?1
                 ORDER BY id DESC LIMIT 1",
                [key],
                |row| row.get(0),
            )
            .optional()?)
    }
}

/// Rows one after the other with one fate.
struct Run {
    fate: Fate,
    first: i64,
    last: i64,
}

/// The rows of a table that a step changed, each once.
fn changes(connection: &Connection, step: &Step, table: &str) -> Result<Vec<Run>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT row_id, coalesce(last_row_id, row_id), before IS NULL,
                coalesce(after = zeroblob(8),
                         NOT EXISTS (SELECT 1 FROM {table} WHERE id = row_id))
         FROM change WHERE step_id = ?1 AND table_name = ?2 ORDER BY id"
    ))?;
    let mut rows = statement.query(params![step.id, table])?;
    let mut seen = BTreeSet::new();
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        let (first, last): (i64, i64) = (row.get(0)?, row.get(1)?);
        if !seen.insert(first) {
            continue;
        }
        let mut fate = match (row.get(2)?, row.get(3)?) {
            (true, _) => Fate::Added,
            (false, true) => Fate::Removed,
            (false, false) => Fate::Changed,
        };
        // History keeps of a step that was undone how to do it again, which is how undoing is turned.
        if step.state == StepState::Undone {
            fate = match fate {
                Fate::Added => Fate::Removed,
                Fate::Changed => Fate::Changed,
                Fate::Removed => Fate::Added,
            };
        }
        runs.push(Run { fate, first, last });
    }
    Ok(runs)
}
