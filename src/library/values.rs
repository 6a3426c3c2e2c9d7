//! The values of works as they are written, for what no index answers: regular expressions.

use std::borrow::Cow;

use rayon::prelude::*;
use rusqlite::params_from_iter;

use super::derive::{KnownStrings, column_of, read_entry};
use super::full_text::{Column, field_name, presence_expression};
use super::{Condition, Library, Result};
use crate::formats::bibtex::{self, Derived, Strings};
use crate::work::{CslValue, Work};

/// Which values of a work are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values<'a> {
    /// Those that stand in columns of the full-text index.
    Columns(&'a [Column]),
    /// Those of a field, by the name that it is indexed under.
    Field(&'a str),
}

/// How many entries are read and then looked at beside each other.
const BATCH: usize = 2_000;

impl Library {
    /// The numbers of the works that meet a condition and have a value that `is_meant`. Every entry is read
    /// for it.
    ///
    /// # Errors
    ///
    /// What SQLite reports; [`super::LibraryError::UnreadableWork`].
    pub fn works_with_value(
        &self,
        values: Values<'_>,
        is_meant: &(dyn Fn(&str) -> bool + Sync),
        within: &Condition,
    ) -> Result<Vec<i64>> {
        let mut parameters = within.parameters.clone();
        let mut sql = format!(
            "SELECT work.id, key, source FROM reference JOIN work ON work.id = reference.work_id
             WHERE ({})",
            within.sql
        );
        if let Values::Field(field) = values {
            sql.push_str(
                " AND reference.work_id IN (SELECT rowid FROM full_text WHERE full_text MATCH ?)",
            );
            parameters.push(presence_expression(field).into());
        }
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query_map(params_from_iter(&parameters), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        let mut strings = KnownStrings::default();
        let mut found = Vec::new();
        loop {
            let batch = rows
                .by_ref()
                .take(BATCH)
                .collect::<rusqlite::Result<Vec<(i64, String, String)>>>()?;
            if batch.is_empty() {
                return Ok(found);
            }
            let files = batch
                .iter()
                .map(|(id, _, _)| strings.file_of(self, *id))
                .collect::<Result<Vec<_>>>()?;
            // Works that inherit need the library, which one thread alone reads.
            let answers = batch
                .par_iter()
                .zip(&files)
                .map(|((_, key, source), file)| {
                    let work = read_entry(key, source)?;
                    let inherits = ["crossref", "xdata"]
                        .iter()
                        .any(|name| work.field(name).is_some())
                        || source.contains("xdata=");
                    let strings = strings.of_file(*file);
                    let has = || has_value(&work, strings, &|_| None, values, is_meant);
                    Ok((!inherits).then(has).ok_or(work))
                })
                .collect::<Result<Vec<std::result::Result<bool, Work>>>>()?;
            for (((id, _, _), file), answer) in batch.iter().zip(&files).zip(answers) {
                let is_found = answer.unwrap_or_else(|work| {
                    let parent = |key: &str| self.parent(key);
                    has_value(&work, strings.of_file(*file), &parent, values, is_meant)
                });
                if is_found {
                    found.push(*id);
                }
            }
        }
    }
}

impl Library {
    /// The numbers of the works with a linked file of which the path or description `is_meant`.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn works_with_linked_file(&self, is_meant: &dyn Fn(&str) -> bool) -> Result<Vec<i64>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT work_id, path, coalesce(description, '') FROM linked_file")?;
        let files = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<Vec<(i64, String, String)>>>()?;
        let meant = files
            .into_iter()
            .filter(|(_, path, description)| is_meant(path) || is_meant(description));
        Ok(meant.map(|(work, _, _)| work).collect())
    }
}

/// Whether a work has a value that is meant, as plain text.
fn has_value<'w>(
    work: &'w Work,
    strings: &Strings,
    parents: &dyn Fn(&str) -> Option<Cow<'w, Work>>,
    asked: Values<'_>,
    is_meant: &dyn Fn(&str) -> bool,
) -> bool {
    // Names need more than their field: which of them head the work hangs on the others.
    if let Values::Columns(columns) = asked
        && (columns.iter()).any(|column| {
            matches!(
                column,
                Column::Author | Column::Editor | Column::Contributor
            )
        })
    {
        let derived = bibtex::derive(work, strings, parents);
        return names_of(&derived, columns)
            .iter()
            .any(|name| is_meant(name));
    }
    let entry = bibtex::resolve(work, strings, parents);
    entry.fields.iter().any(|(name, value)| {
        let name = field_name(name);
        let is_asked = match asked {
            Values::Columns(columns) => column_of(&name).is_some_and(|of| columns.contains(&of)),
            Values::Field(field) => field == name,
        };
        is_asked && is_meant(&bibtex::plain(value))
    })
}

/// The names of a work that stand in these columns.
fn names_of(derived: &Derived, columns: &[Column]) -> Vec<String> {
    let item = &derived.item;
    let principal = item.principal_variable();
    let mut found = Vec::new();
    for (variable, value) in &item.variables {
        let CslValue::Names(names) = value else {
            continue;
        };
        let column = match variable.as_str() {
            "editor" => Column::Editor,
            _ => Column::Contributor,
        };
        let is_principal = Some(variable.as_str()) == principal;
        if columns.contains(&column) || (is_principal && columns.contains(&Column::Author)) {
            found.extend(names.iter().map(crate::work::CslName::reading_order));
        }
    }
    found
}
