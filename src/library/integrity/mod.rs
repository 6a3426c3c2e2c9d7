//! The integrity check of a library.
//!
//! The recorded tables are checked for damage and dangling references. The works are derived again and compared with
//! the derived tables, and history is compared with the rows that exist.

mod derived;
mod full_text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;
use rusqlite::OptionalExtension as _;

use super::derived_tables::read_entry;
use super::history::{RECORDED_TABLES, row_label};
use super::works::CHUNK;
use super::{Library, LibraryError, Result};

/// A problem of a library file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct IntegrityIssue {
    /// The kind of issue.
    pub kind: IssueKind,
    /// The problem, in one sentence.
    pub message: String,
    /// Some of the affected things: keys of works, tags, files.
    pub names: Vec<String>,
    /// Whether a rebuild of the derived tables fixes it.
    pub fixed_by_rebuild: bool,
}

/// A kind of issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum IssueKind {
    /// The file is damaged.
    Damage,
    /// A row refers to one that does not exist.
    Dangling,
    /// The entry of a work cannot be read.
    UnreadableEntry,
    /// Derived rows do not match the entries.
    Derived,
    /// The full-text index does not match the entries.
    FullText,
    /// A tag is its own ancestor.
    TagCycle,
    /// Another program added or removed rows that history does not know of.
    History,
    /// A linked file is missing.
    MissingFile,
}

/// The highest number of names in an issue.
const NAMES: usize = 10;

impl Library {
    /// Checks the library and returns the problems found. `root` is the directory that paths of linked files start
    /// from; `advance` is called with numbers of derived works.
    ///
    /// # Errors
    ///
    /// If the library cannot be read at all.
    pub fn check_integrity(
        &self,
        root: &Path,
        advance: &mut dyn FnMut(usize),
    ) -> Result<Vec<IntegrityIssue>> {
        let mut found = Vec::new();
        // One read transaction, so that all checks see the same snapshot.
        self.connection.execute_batch("BEGIN")?;
        let checked = self.run_checks(root, advance, &mut found);
        self.connection.execute_batch("ROLLBACK")?;
        match checked {
            // The damage explains why the other checks failed.
            Err(error) if found.is_empty() => match error.at(&self.path) {
                LibraryError::Damaged { reason, .. } => found.push(damage(reason)),
                error => return Err(error),
            },
            _ => {}
        }
        Ok(found)
    }

    fn run_checks(
        &self,
        root: &Path,
        advance: &mut dyn FnMut(usize),
        found: &mut Vec<IntegrityIssue>,
    ) -> Result<()> {
        self.check_for_damage(found)?;
        if found.iter().any(|issue| !issue.fixed_by_rebuild) {
            // Further checks are meaningless on a damaged file.
            return Ok(());
        }
        self.check_references(found)?;
        self.check_for_tag_cycles(found)?;
        if self.check_entries(found)? {
            self.compare_derived(advance, found)?;
        }
        self.compare_file_text(found)?;
        self.check_history(found)?;
        self.check_linked_files(root, found)
    }

    fn check_for_damage(&self, found: &mut Vec<IntegrityIssue>) -> Result<()> {
        let mut statement = self.connection.prepare("PRAGMA integrity_check(20)")?;
        let said = statement
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()?;
        for reason in said {
            if reason == "ok" {
                continue;
            }
            if reason.contains("index") && !reason.contains("Tree ") {
                found.push(IntegrityIssue {
                    kind: IssueKind::Damage,
                    message: format!("an index of the library is damaged: {reason}"),
                    names: Vec::new(),
                    fixed_by_rebuild: true,
                });
            } else {
                found.push(damage(reason));
            }
        }
        Ok(())
    }

    fn check_references(&self, found: &mut Vec<IntegrityIssue>) -> Result<()> {
        let mut statement = self.connection.prepare("PRAGMA foreign_key_check")?;
        let mut rows = statement.query([])?;
        let mut by_table: BTreeMap<(String, String), (usize, Vec<String>)> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
            let id: Option<i64> = row.get(1)?;
            let (count, names) = by_table.entry((table.clone(), parent)).or_default();
            *count += 1;
            if names.len() < NAMES
                && RECORDED_TABLES.contains(&table.as_str())
                && let Some(id) = id
            {
                names.push(row_label::of_row(&self.connection, &table, id)?);
            }
        }
        for ((table, parent), (count, names)) in by_table {
            let is_derived = !RECORDED_TABLES.contains(&table.as_str());
            found.push(IntegrityIssue {
                kind: IssueKind::Dangling,
                message: format!(
                    "{count} {} of {} refer to missing rows of {}",
                    if count == 1 { "row" } else { "rows" },
                    table.replace('_', " "),
                    parent.replace('_', " "),
                ),
                names,
                fixed_by_rebuild: is_derived,
            });
        }
        Ok(())
    }

    fn check_for_tag_cycles(&self, found: &mut Vec<IntegrityIssue>) -> Result<()> {
        let mut statement = self.connection.prepare(
            "WITH RECURSIVE up (start, id) AS (
                 SELECT id, parent_id FROM tag WHERE parent_id IS NOT NULL
                 UNION SELECT start, parent_id FROM up JOIN tag USING (id)
                 WHERE parent_id IS NOT NULL
             ) SELECT facet || ':' || name FROM up JOIN tag ON tag.id = start WHERE start = up.id
             ORDER BY 1",
        )?;
        let names = statement
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()?;
        if !names.is_empty() {
            found.push(IntegrityIssue {
                kind: IssueKind::TagCycle,
                message: "tags are their own ancestors".into(),
                names,
                fixed_by_rebuild: false,
            });
        }
        Ok(())
    }

    /// Checks that every entry can be read, and returns whether all can.
    fn check_entries(&self, found: &mut Vec<IntegrityIssue>) -> Result<bool> {
        let mut statement = self.connection.prepare("SELECT key, source FROM work")?;
        let mut rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut all = true;
        loop {
            let batch = rows
                .by_ref()
                .take(CHUNK)
                .collect::<rusqlite::Result<Vec<(String, String)>>>()?;
            if batch.is_empty() {
                return Ok(all);
            }
            let unreadable = batch.into_par_iter().filter_map(|(key, source)| {
                let error = read_entry(&key, &source).err()?;
                Some((key, error.to_string()))
            });
            for (key, message) in unreadable.collect::<Vec<_>>() {
                all = false;
                found.push(IntegrityIssue {
                    kind: IssueKind::UnreadableEntry,
                    message,
                    names: vec![key],
                    fixed_by_rebuild: false,
                });
            }
        }
    }

    /// Returns the keys of some of these works.
    fn keys_of(&self, works: &BTreeSet<i64>) -> Result<Vec<String>> {
        let mut keys = Vec::new();
        for work in works.iter().take(NAMES) {
            keys.push(row_label::of_row(&self.connection, "work", *work)?);
        }
        Ok(keys)
    }

    /// Compares the number of rows in each recorded table with the steps in effect.
    fn check_history(&self, found: &mut Vec<IntegrityIssue>) -> Result<()> {
        for table in RECORDED_TABLES {
            let unrecorded: i64 = self.connection.query_row(
                &format!(
                    "SELECT (SELECT count(*) FROM {table} NOT INDEXED) - coalesce(sum(
                         CASE operation WHEN 'insert' THEN last_row_id - row_id + 1
                                        WHEN 'delete' THEN -1 ELSE 0 END), 0)
                     FROM change JOIN step ON step.id = step_id
                     WHERE state = 'done' AND table_name = '{table}'"
                ),
                [],
                |row| row.get(0),
            )?;
            if unrecorded != 0 {
                let rows = usize::try_from(unrecorded.unsigned_abs()).unwrap_or(usize::MAX);
                found.push(IntegrityIssue {
                    kind: IssueKind::History,
                    message: format!(
                        "another program {} of {}",
                        if unrecorded > 0 {
                            format!("added {}", counted(rows, "row"))
                        } else {
                            format!("removed {}", counted(rows, "row"))
                        },
                        table.replace('_', " ")
                    ),
                    names: Vec::new(),
                    fixed_by_rebuild: false,
                });
            }
        }
        let lost: Option<i64> = self
            .connection
            .query_row(
                "SELECT id FROM step WHERE state <> 'dropped'
                   AND NOT EXISTS (SELECT 1 FROM change WHERE step_id = step.id) LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(step) = lost {
            found.push(IntegrityIssue {
                kind: IssueKind::History,
                message: format!("history does not know what step {step} changed"),
                names: Vec::new(),
                fixed_by_rebuild: false,
            });
        }
        Ok(())
    }

    fn check_linked_files(&self, root: &Path, found: &mut Vec<IntegrityIssue>) -> Result<()> {
        let mut names = Vec::new();
        let mut count = 0;
        let mut statement = self
            .connection
            .prepare("SELECT DISTINCT work_id FROM linked_file ORDER BY work_id")?;
        let works = statement
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        for work in works {
            for file in self.files().of_work(work)? {
                // Files that an entry names may be on the machine that it came from.
                if !file.in_entry && !file.place(root).exists() {
                    count += 1;
                    if names.len() < NAMES {
                        names.push(format!("{}: {}", self.works().key(work)?, file.path));
                    }
                }
            }
        }
        if count > 0 {
            found.push(IntegrityIssue {
                kind: IssueKind::MissingFile,
                message: format!(
                    "{} missing",
                    match count {
                        1 => "1 linked file is".to_owned(),
                        count => format!("{count} linked files are"),
                    }
                ),
                names,
                fixed_by_rebuild: false,
            });
        }
        Ok(())
    }
}

fn damage(reason: String) -> IntegrityIssue {
    IntegrityIssue {
        kind: IssueKind::Damage,
        message: format!("the file is damaged: {reason}"),
        names: Vec::new(),
        fixed_by_rebuild: false,
    }
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}
