//! The values of works as they are written, for what no index answers: regular expressions.

use std::borrow::Cow;

use rayon::prelude::*;
use rusqlite::params_from_iter;

use super::derive::{KnownStrings, column_of, read_entry};
use super::full_text::{Column, field_name, presence_expression};
use super::{Condition, Library, Result};
use crate::formats::bibtex::{self, Derived};
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
            let works = batch
                .par_iter()
                .map(|(_, key, source)| read_entry(key, source))
                .collect::<Result<Vec<Work>>>()?;
            for ((id, _, _), work) in batch.iter().zip(&works) {
                let strings = strings.of(self, *id)?;
                let derived = bibtex::derive(work, strings, &|parent| {
                    self.work(parent).ok().map(Cow::Owned)
                });
                if values_of(&derived, values)
                    .iter()
                    .any(|value| is_meant(value))
                {
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

/// The values of a work, as plain text.
fn values_of(derived: &Derived, asked: Values<'_>) -> Vec<String> {
    let mut values = Vec::new();
    if let Values::Columns(columns) = asked {
        let item = &derived.item;
        let principal = item.principal_variable();
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
                values.extend(names.iter().map(crate::work::CslName::reading_order));
            }
        }
    }
    for (name, value) in &derived.fields {
        let name = field_name(name);
        let is_asked = match asked {
            Values::Columns(columns) => column_of(&name).is_some_and(|of| columns.contains(&of)),
            Values::Field(field) => field == name,
        };
        if is_asked {
            values.push(bibtex::plain(value));
        }
    }
    values
}
