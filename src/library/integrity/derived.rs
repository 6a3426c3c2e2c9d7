//! Checking whether the derived tables match the entries: works are derived again, and compared row by row.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rayon::prelude::*;
use rusqlite::types::ValueRef;
use rusqlite::{Row, Rows};

use super::full_text::{IndexedText, WordSums};
use super::{IntegrityIssue, IssueKind, counted};
use crate::library::derived_tables::{DerivedRows, ONE_ROW_TABLES};
use crate::library::{Library, Result};

impl Library {
    /// Compares the derived tables with the entries. `advance` is called with numbers of derived works.
    pub(super) fn compare_derived(
        &self,
        advance: &mut dyn FnMut(usize),
        found: &mut Vec<IntegrityIssue>,
    ) -> Result<()> {
        let differing = self.differing_works(advance)?;
        for (table, works) in differing.tables {
            if works.is_empty() {
                continue;
            }
            found.push(IntegrityIssue {
                kind: IssueKind::Derived,
                message: format!(
                    "derived data of {} ({}) differs from the entries",
                    counted(works.len(), "work"),
                    table.replace('_', " ")
                ),
                names: self.keys_of(&works)?,
                fixed_by_rebuild: true,
            });
        }
        if !differing.full_text.is_empty() || differing.words {
            let of_works = match differing.full_text.len() {
                0 => String::new(),
                count => format!(" of {}", counted(count, "work")),
            };
            found.push(IntegrityIssue {
                kind: IssueKind::FullText,
                message: format!(
                    "the full-text index (full text) differs from the entries{of_works}"
                ),
                names: self.keys_of(&differing.full_text)?,
                fixed_by_rebuild: true,
            });
        }
        Ok(())
    }

    /// Derives all works again, and returns those whose stored rows differ.
    fn differing_works(&self, advance: &mut dyn FnMut(usize)) -> Result<DifferingWorks> {
        let connection = &self.connection;
        let mut works = connection.prepare("SELECT id FROM work ORDER BY id")?;
        let works = works.query_map([], |row| row.get(0))?;
        let works = works.collect::<rusqlite::Result<Vec<i64>>>()?;

        let mut statements = Vec::new();
        for (table, columns) in ONE_ROW_TABLES {
            let sql = format!("SELECT work_id, {columns} FROM {table} ORDER BY work_id");
            statements.push(connection.prepare(&sql)?);
        }
        statements.push(connection.prepare("SELECT id, sz FROM full_text_docsize ORDER BY id")?);
        let mut tables = Vec::new();
        for statement in &mut statements {
            tables.push(StoredRows::new(statement.query([])?)?);
        }
        let mut match_keys = Vec::new();
        let mut parents = Vec::new();
        let mut words = WordSums::default();
        self.derive_in_batches(&works, &mut |batch| {
            let texts = batch
                .par_iter()
                .map(|(_, rows)| IndexedText::new(&rows.text));
            let texts: Vec<IndexedText> = texts.collect();
            for ((work, rows), text) in batch.iter().zip(&texts) {
                parents.extend(rows.parents.iter().map(|parent| (*work, parent.clone())));
                if rows.is_data {
                    continue;
                }
                match_keys.extend(rows.match_keys.iter().map(|key| (*key, *work)));
                words.add(text.words);
                let mut expected = columns(rows);
                expected.push(vec![ValueRef::Blob(&text.sizes)]);
                for (table, expected) in tables.iter_mut().zip(&expected) {
                    table.compare(*work, expected)?;
                }
            }
            advance(batch.len());
            Ok(())
        })?;

        let mut differing = Vec::new();
        for table in tables {
            differing.push(table.finish()?);
        }
        let of_full_text = differing.pop().unwrap_or_default();
        let names = ONE_ROW_TABLES.iter().map(|(table, _)| *table);
        let mut differing: Vec<(&'static str, BTreeSet<i64>)> = names.zip(differing).collect();
        let stored = connection.prepare("SELECT match_key, work_id FROM match_key ORDER BY 1, 2");
        let of_match_keys = differing_works(
            match_keys,
            stored?.query([])?,
            |row| Ok((row.get(0)?, row.get(1)?)),
            |(_, work)| *work,
        )?;
        differing.push(("match_key", of_match_keys));
        let stored =
            connection.prepare("SELECT work_id, parent_key FROM inheritance ORDER BY 1, 2");
        let of_parents = differing_works(
            parents,
            stored?.query([])?,
            |row| Ok((row.get(0)?, row.get(1)?)),
            |(work, _)| *work,
        )?;
        differing.push(("inheritance", of_parents));

        Ok(DifferingWorks {
            tables: differing,
            full_text: of_full_text,
            words: words != WordSums::of_index(connection)?,
        })
    }
}

/// The works whose derived rows are not what they should be.
struct DifferingWorks {
    /// The works that differ in each table.
    tables: Vec<(&'static str, BTreeSet<i64>)>,
    /// The works whose sizes in the full-text index differ.
    full_text: BTreeSet<i64>,
    /// Whether the words in the full-text index differ.
    words: bool,
}

fn columns(rows: &DerivedRows) -> Vec<Vec<ValueRef<'_>>> {
    rows.columns().into()
}

/// The rows of a derived table that has one for each work, in the order of the works.
struct StoredRows<'s> {
    rows: Rows<'s>,
    /// The work of the next row.
    next: Option<i64>,
    /// The works whose rows are wrong.
    differing: BTreeSet<i64>,
}

impl<'s> StoredRows<'s> {
    fn new(mut rows: Rows<'s>) -> Result<Self> {
        let next = work_of(rows.next()?)?;
        Ok(Self {
            rows,
            next,
            differing: BTreeSet::new(),
        })
    }

    /// Compares the row of a work. Works are compared in ascending order.
    fn compare(&mut self, work: i64, expected: &[ValueRef<'_>]) -> Result<()> {
        while let Some(other) = self.next.filter(|next| *next < work) {
            self.differing.insert(other);
            self.next = work_of(self.rows.next()?)?;
        }
        let mut is_same = false;
        if self.next == Some(work) {
            if let Some(row) = current(&self.rows) {
                let mut values = expected.iter().zip(1_usize..);
                is_same = values.all(|(value, column)| {
                    row.get_ref(column).is_ok_and(|stored| stored == *value)
                });
            }
            self.next = work_of(self.rows.next()?)?;
        }
        if !is_same {
            self.differing.insert(work);
        }
        Ok(())
    }

    /// Returns the works whose rows are not what they should be.
    fn finish(mut self) -> Result<BTreeSet<i64>> {
        while let Some(work) = self.next {
            self.differing.insert(work);
            self.next = work_of(self.rows.next()?)?;
        }
        Ok(self.differing)
    }
}

fn work_of(row: Option<&Row<'_>>) -> rusqlite::Result<Option<i64>> {
    row.map(|row| row.get(0)).transpose()
}

fn current<'r, 's>(rows: &'r Rows<'s>) -> Option<&'r Row<'s>> {
    use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
    rows.get()
}

/// Returns the works of rows that are only expected or only stored. The stored rows are in order.
fn differing_works<T: Ord>(
    mut expected: Vec<T>,
    mut stored: Rows<'_>,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    work: impl Fn(&T) -> i64,
) -> Result<BTreeSet<i64>> {
    expected.sort_unstable();
    let mut expected = expected.into_iter().peekable();
    let mut differing = BTreeSet::new();
    while let Some(row) = stored.next()? {
        let row = read(row)?;
        while let Some(missing) = expected.next_if(|expected| *expected < row) {
            differing.insert(work(&missing));
        }
        match expected.peek().map(|expected| expected.cmp(&row)) {
            Some(Ordering::Equal) => {
                expected.next();
            }
            _ => {
                differing.insert(work(&row));
            }
        }
    }
    differing.extend(expected.map(|missing| work(&missing)));
    Ok(differing)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::library::Library;
    use crate::library::history::RECORDED_TABLES;

    #[test]
    fn every_derived_table_is_compared() {
        let library = Library::temporary().unwrap();
        let mut tables = library
            .connection
            .prepare(
                "SELECT name FROM pragma_table_list
                 WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT GLOB 'sqlite_*'
                   AND name NOT IN ('step', 'change')",
            )
            .unwrap();
        let tables = tables.query_map([], |row| row.get(0)).unwrap();
        let tables: BTreeSet<String> = tables.map(|name| name.unwrap()).collect();
        let recorded = RECORDED_TABLES.iter().copied();
        let compared = ONE_ROW_TABLES.map(|(table, _)| table);
        let others = ["match_key", "inheritance", "full_text", "file_text"];
        let expected = recorded.chain(compared).chain(others).map(str::to_owned);
        assert_eq!(tables, expected.collect());
    }

    #[test]
    fn rows_that_only_one_side_has_are_found() {
        let library = Library::temporary().unwrap();
        let works = |expected: &[(i64, i64)], stored: &str| {
            let sql = format!("SELECT * FROM (VALUES {stored}) ORDER BY 1, 2");
            let mut statement = library.connection.prepare(&sql).unwrap();
            let rows = statement.query([]).unwrap();
            let differing = differing_works(
                expected.to_vec(),
                rows,
                |row| Ok((row.get(0)?, row.get(1)?)),
                |(_, work)| *work,
            );
            differing.unwrap().into_iter().collect::<Vec<i64>>()
        };
        assert_eq!(works(&[(2, 7), (1, 8)], "(1, 8), (2, 7)"), [0; 0]);
        assert_eq!(
            works(&[(2, 7), (1, 8)], "(1, 8), (1, 9), (3, 6)"),
            [6, 7, 9]
        );
        assert_eq!(works(&[(2, 7), (5, 8)], "(2, 7)"), [8]);
    }
}
