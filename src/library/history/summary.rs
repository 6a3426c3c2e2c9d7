//! Summaries of steps, and the steps that changed a work.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::{History, Result};
use super::row_label;
use super::step::Step;
use super::step_state::StepState;
use super::tables::{RECORDED_TABLES, RowRange, columns};

/// Rows of one kind that a step changed in one way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ChangedRows {
    /// The table and the kind of change in words: `works added`, `tags taken off works`.
    pub what: String,
    /// The number of rows.
    pub count: i64,
    /// The labels of some of them: works by their keys, and so on.
    pub names: Vec<String>,
}

/// The kind of a change of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ChangeKind {
    Added,
    Changed,
    Removed,
}

/// Returns what a step did to rows of a recorded table, in words.
fn describe(table: &str, kind: ChangeKind) -> &'static str {
    let [added, changed, removed] = match table {
        "work" => ["works added", "works edited", "works removed"],
        "key_alias" => ["aliases added", "aliases changed", "aliases removed"],
        "source_file" => ["files imported", "files imported again", "files removed"],
        "occurrence" => [
            "places of works in files added",
            "places of works in files changed",
            "places of works in files removed",
        ],
        "removed_entry" => [
            "removals of entries remembered",
            "removals of entries changed",
            "removals of entries forgotten",
        ],
        "tag" => ["tags created", "tags changed", "tags removed"],
        "tag_alias" => [
            "aliases of tags added",
            "aliases of tags changed",
            "aliases of tags removed",
        ],
        "tag_label" => [
            "labels of tags added",
            "labels of tags changed",
            "labels of tags removed",
        ],
        "tag_person" => [
            "people of tags added",
            "people of tags changed",
            "people of tags removed",
        ],
        "tag_event" => [
            "events of tags added",
            "events of tags changed",
            "events of tags removed",
        ],
        "assignment" => [
            "tags added to works",
            "tags of works changed",
            "tags removed from works",
        ],
        "veto" => [
            "removals of tags remembered",
            "removals of tags changed",
            "removals of tags forgotten",
        ],
        "kept_apart" => [
            "pairs of works kept apart",
            "pairs of works kept apart, changed",
            "pairs of works no longer kept apart",
        ],
        "facet" => ["facets described", "facets changed", "facets removed"],
        "rule" => ["rules added", "rules changed", "rules removed"],
        "installed_rule" => [
            "bundled rules installed",
            "bundled rules changed",
            "bundled rules forgotten",
        ],
        "note" => ["notes added", "notes changed", "notes removed"],
        "linked_file" => ["files linked", "linked files changed", "files unlinked"],
        "value_source" => [
            "values looked up",
            "values looked up again",
            "sources of values removed",
        ],
        "file_root" => ["file root set", "file root changed", "file root unset"],
        "reading_list" => [
            "reading lists created",
            "reading lists changed",
            "reading lists removed",
        ],
        "list_section" => [
            "sections of lists added",
            "sections of lists changed",
            "sections of lists removed",
        ],
        "list_work" => [
            "works placed in lists",
            "works in lists changed",
            "works no longer placed in lists",
        ],
        "list_placement" => [
            "works put into sections",
            "works in sections changed",
            "works taken out of sections",
        ],
        "list_snapshot" => [
            "snapshots of lists added",
            "snapshots of lists changed",
            "snapshots of lists removed",
        ],
        _ => ["rows added", "rows changed", "rows removed"],
    };
    match kind {
        ChangeKind::Added => added,
        ChangeKind::Changed => changed,
        ChangeKind::Removed => removed,
    }
}

impl History<'_> {
    /// Returns what a step changed, with the labels of at most `labels` rows of each kind. For an undone step it
    /// is what redoing it would change. The log of a dropped step is empty.
    pub fn summary(&self, step: &Step, labels: usize) -> Result<Vec<ChangedRows>> {
        let mut summary = Vec::new();
        for table in RECORDED_TABLES {
            let mut by_kind: BTreeMap<ChangeKind, ChangedRows> = BTreeMap::new();
            for (kind, range) in changes(&self.library.connection, step, table)? {
                let rows = by_kind.entry(kind).or_insert_with(|| ChangedRows {
                    what: describe(table, kind).to_owned(),
                    count: 0,
                    names: Vec::new(),
                });
                let count = range.last.saturating_sub(range.first).saturating_add(1);
                rows.count = rows.count.saturating_add(count);
                // Several rows may share a label, so a few more than `labels` are read, but not all.
                for row in (range.first..=range.last).take(labels.saturating_mul(10)) {
                    if rows.names.len() >= labels {
                        break;
                    }
                    let label = row_label::of_row(&self.library.connection, table, row)?;
                    if !rows.names.contains(&label) {
                        rows.names.push(label);
                    }
                }
            }
            summary.extend(by_kind.into_values());
        }
        Ok(summary)
    }

    /// Returns the steps that changed a work or a row that belongs to it, now or then: a key, a tag, a file, a
    /// note. The latest comes first.
    pub fn log_of(&self, work: i64) -> Result<Vec<Step>> {
        let mut steps = BTreeSet::new();
        for table in RECORDED_TABLES {
            for column in columns(&self.library.connection, table)? {
                let refers_to_work = match column.as_str() {
                    "id" => *table == "work",
                    column => matches!(column, "work_id" | "other_id"),
                };
                if refers_to_work {
                    steps.extend(self.steps_about(table, &column, work)?);
                }
            }
        }
        let latest_first = steps.into_iter().rev();
        latest_first.map(|step| self.step(step)).collect()
    }

    /// Returns the steps that changed rows of `table` in which `column` is or was `work`.
    fn steps_about(&self, table: &str, column: &str, work: i64) -> Result<BTreeSet<i64>> {
        let mut steps = self.library.connection.prepare(&format!(
            "WITH about (id) AS (
                 SELECT id FROM {table} WHERE {column} = ?1
                 UNION SELECT row_id FROM change
                     WHERE table_name = '{table}' AND json_extract(before, '$.{column}') = ?1)
             SELECT DISTINCT step_id FROM change JOIN about ON about.id BETWEEN row_id AND last_row_id
             WHERE table_name = '{table}'"
        ))?;
        let steps = steps.query_map([work], |row| row.get(0))?;
        Ok(steps.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the number of the removed work whose last key was `key`.
    pub fn removed_work(&self, key: &str) -> Result<Option<i64>> {
        Ok(self
            .library
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

/// Returns the rows of a table that a step changed, or for an undone step those that redoing it would change.
fn changes(
    connection: &Connection,
    step: &Step,
    table: &str,
) -> Result<Vec<(ChangeKind, RowRange)>> {
    let mut statement = connection.prepare_cached(
        // That the base of the next three-way merge is stored now is no change that a person made.
        "SELECT row_id, last_row_id, operation FROM change WHERE step_id = ?1 AND table_name = ?2
         AND NOT (table_name = 'occurrence' AND operation = 'update' AND EXISTS (
             SELECT 1 FROM occurrence
             WHERE id = row_id
               AND work_id = json_extract(before, '$.work_id')
               AND leading = json_extract(before, '$.leading')
               AND variant IS json_extract(before, '$.variant')
               AND gone_at IS json_extract(before, '$.gone_at')))
         ORDER BY row_id",
    )?;
    // The log of an undone step is the inverse of what the step does.
    let is_inverse = step.state == StepState::Undone;
    let rows = statement.query_map(params![step.id, table], |row| {
        let kind = match row.get_ref(2)?.as_str()? {
            "update" => ChangeKind::Changed,
            operation if (operation == "insert") != is_inverse => ChangeKind::Added,
            _ => ChangeKind::Removed,
        };
        Ok((kind, RowRange::read(row, 0)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
