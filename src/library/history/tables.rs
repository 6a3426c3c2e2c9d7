//! The recorded tables, and sets of their rows.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row};

use super::super::Result;

/// The tables whose changes history records.
#[rustfmt::skip]
pub(in crate::library) const RECORDED_TABLES: &[&str] = &[
    "work", "key_alias", "source_file", "occurrence", "removed_entry", "tag", "tag_alias", "tag_label", "tag_person",
    "tag_event", "assignment", "veto", "kept_apart", "facet", "rule", "installed_rule", "note", "linked_file",
    "value_source", "file_root", "reading_list", "list_section", "list_work", "list_placement", "list_snapshot",
];

/// A reference from one recorded table to another.
pub(super) struct ForeignKey {
    pub(super) child: &'static str,
    pub(super) column: String,
    pub(super) parent: String,
}

/// Returns the references between recorded tables.
pub(super) fn foreign_keys(connection: &Connection) -> Result<Vec<ForeignKey>> {
    let mut statement =
        connection.prepare_cached("SELECT \"from\", \"table\" FROM pragma_foreign_key_list(?1)")?;
    let mut keys = Vec::new();
    for child in RECORDED_TABLES {
        let of_child = statement.query_map([child], |row| {
            Ok(ForeignKey {
                child,
                column: row.get(0)?,
                parent: row.get(1)?,
            })
        })?;
        for key in of_child {
            keys.push(key?);
        }
    }
    Ok(keys)
}

/// Returns the names of a table's columns.
pub(super) fn columns(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<rusqlite::Result<_>>()?)
}

/// Returns a SQL expression for a row as a JSON object, with `prefix` before each column.
pub(super) fn row_as_json(connection: &Connection, table: &str, prefix: &str) -> Result<String> {
    let values: Vec<_> = columns(connection, table)?
        .iter()
        .map(|column| format!("'{column}', {prefix}{column}"))
        .collect();
    Ok(format!("json_object({})", values.join(", ")))
}

/// Rows of one table with consecutive rowids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowRange {
    pub(super) first: i64,
    pub(super) last: i64,
}

impl RowRange {
    /// Reads a range from two columns, the first of them at `index`.
    pub(super) fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            first: row.get(index)?,
            last: row.get(index + 1)?,
        })
    }
}

/// Reads ascending rowids from the first column of a query, and groups consecutive ones.
pub(super) fn consecutive(mut rows: rusqlite::Rows<'_>) -> Result<Vec<RowRange>> {
    let mut ranges: Vec<RowRange> = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        match ranges.last_mut() {
            Some(range) if range.last.checked_add(1) == Some(id) => range.last = id,
            _ => ranges.push(RowRange {
                first: id,
                last: id,
            }),
        }
    }
    Ok(ranges)
}

/// Rows of several tables.
#[derive(Debug, Default)]
pub(super) struct RowSet(BTreeMap<String, Vec<RowRange>>);

impl RowSet {
    /// Returns the rows that a step changed.
    pub(super) fn of_step(connection: &Connection, step: i64) -> Result<Self> {
        let mut statement = connection.prepare_cached(
            "SELECT table_name, row_id, last_row_id FROM change WHERE step_id = ?1
             ORDER BY table_name, row_id",
        )?;
        let mut rows = statement.query([step])?;
        let mut set = Self::default();
        while let Some(row) = rows.next()? {
            let ranges = set.0.entry(row.get(0)?).or_default();
            ranges.push(RowRange::read(row, 1)?);
        }
        Ok(set)
    }

    /// Returns the first row of `range` in `table` that is in the set.
    pub(super) fn first_common(&self, table: &str, range: RowRange) -> Option<i64> {
        let ranges = self.0.get(table)?;
        // The ranges of one step are disjoint, so both of their ends ascend.
        let after = ranges.partition_point(|own| own.last < range.first);
        let own = ranges.get(after)?;
        (own.first <= range.last).then(|| own.first.max(range.first))
    }
}
