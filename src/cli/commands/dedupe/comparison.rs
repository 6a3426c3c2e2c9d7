//! The fields of several works side by side.

use std::borrow::Cow;
use std::fmt::Write as _;

use comfy_table::{Cell, ContentArrangement, Table, presets};

use crate::cli::ui::{columns, wrapped};
use peerbib::formats::bibtex::{self, Strings};
use peerbib::library::Library;
use peerbib::model::Entry;

/// The fields of works, in the order of the works.
pub(super) struct ComparisonTable {
    rows: Vec<Row>,
}

/// A field that at least one of the works has.
pub(super) struct Row {
    /// Its name in lower case.
    pub(super) field: String,
    /// The displayed values; empty for works that do not have it.
    pub(super) values: Vec<String>,
    /// The TeX, abbreviations expanded.
    pub(super) tex: Vec<Option<String>>,
}

impl Row {
    /// Returns whether all works have the same value.
    fn is_equal(&self) -> bool {
        let mut values = self.values.windows(2);
        values.all(|pair| matches!(pair, [one, other] if one == other))
    }

    /// Returns whether two works have values, and different ones.
    fn is_conflict(&self) -> bool {
        let mut given = self.values.iter().filter(|value| !value.is_empty());
        given
            .next()
            .is_some_and(|first| given.any(|other| other != first))
    }
}

/// The longest value that is shown whole; more would fill the screen.
const LONGEST: usize = 240;

/// The least columns of a work in a table.
const NARROWEST: usize = 20;

impl ComparisonTable {
    /// Compares works.
    pub(super) fn of(library: &Library, keys: &[String]) -> peerbib::library::Result<Self> {
        let ids = keys
            .iter()
            .map(|key| library.works().id(key))
            .collect::<peerbib::library::Result<Vec<_>>>()?;
        let works = library.works().entries(&ids)?;
        let mut rows: Vec<Row> = Vec::new();
        let kinds: Vec<String> = works
            .iter()
            .map(|work| format!("@{}", work.work.kind()))
            .collect();
        rows.push(Row {
            field: "type".to_owned(),
            tex: vec![None; kinds.len()],
            values: kinds,
        });
        for (place, stored) in works.iter().enumerate() {
            for (field, tex) in values(&stored.work, &stored.strings) {
                let known = rows.iter().position(|row| row.field == field);
                let known = known.unwrap_or_else(|| {
                    rows.push(Row {
                        field: field.clone(),
                        values: vec![String::new(); works.len()],
                        tex: vec![None; works.len()],
                    });
                    rows.len() - 1
                });
                let Some(row) = rows.get_mut(known) else {
                    continue;
                };
                if let Some(value) = row.values.get_mut(place).filter(|value| value.is_empty()) {
                    *value = bibtex::readable(&field, &tex);
                }
                if let Some(slot) = row.tex.get_mut(place).filter(|slot| slot.is_none()) {
                    *slot = Some(tex.into_owned());
                }
            }
        }
        rows.retain(|row| row.values.iter().any(|value| !value.is_empty()));
        Ok(Self { rows })
    }

    /// Returns the fields in which the works differ.
    pub(super) fn conflicts(&self) -> impl Iterator<Item = &Row> {
        let fields = self.rows.iter().filter(|row| row.field != "type");
        fields.filter(|row| row.is_conflict())
    }

    /// Returns the fields that differ, under these headings for the works, and the names of those that do not.
    pub(super) fn text(&self, headings: &[String]) -> String {
        let (equal, different): (Vec<&Row>, Vec<&Row>) =
            self.rows.iter().partition(|row| row.is_equal());
        let mut text = if columns() / (headings.len() + 1) < NARROWEST {
            stacked(&different, headings)
        } else {
            side_by_side(&different, headings)
        };
        if !equal.is_empty() {
            let names: Vec<&str> = equal.iter().map(|row| row.field.as_str()).collect();
            let line = format!("the same: {}", names.join(", "));
            let _ = writeln!(text, "  {}", wrapped(&line, 4));
        }
        text
    }
}

fn values<'e>(work: &'e Entry, strings: &Strings) -> Vec<(String, Cow<'e, str>)> {
    let strings = strings.of_entry(&work.key);
    let fields = work.fields();
    fields
        .map(|field| {
            let value = strings.resolve(field.value).text;
            (field.name.to_lowercase(), Cow::Owned(value.into_owned()))
        })
        .collect()
}

/// Returns a table with a column for each work.
fn side_by_side(rows: &[&Row], headings: &[String]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(columns()).unwrap_or(u16::MAX));
    let header = std::iter::once(String::new()).chain(headings.iter().cloned());
    table.set_header(header.map(Cell::new));
    for row in rows {
        let values = row.values.iter().map(|value| Cell::new(shortened(value)));
        table.add_row(std::iter::once(Cell::new(format!(" {}", row.field))).chain(values));
    }
    table
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

/// Returns the values of each field below each other: for more works than fit side by side.
fn stacked(rows: &[&Row], headings: &[String]) -> String {
    let width = headings.iter().map(|heading| heading.chars().count()).max();
    let width = width.unwrap_or_default();
    let mut text = String::new();
    for row in rows {
        let _ = writeln!(text, "  {}", row.field);
        for (heading, value) in headings.iter().zip(&row.values) {
            let value = wrapped(&shortened(value), width + 6);
            let _ = writeln!(
                text,
                "    {}",
                format!("{heading:width$}  {value}").trim_end()
            );
        }
    }
    text
}

/// Returns a value that is short enough for a comparison.
pub(super) fn shortened(value: &str) -> String {
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    let start: String = value.chars().take(LONGEST).collect();
    format!("{start}\u{2026}")
}
