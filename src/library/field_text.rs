//! The table `field_text`: the values of a work's fields as plain text, for regular expressions, which no index
//! answers, and for the columns of an overview.
//!
//! A work has one row with a line for each value: the name of the field, a tab, the value. One row for each value
//! would be the usual form, but a million rows made an import of 100,000 entries a second slower, and patterns no
//! faster (`benches/import.rs`, `benches/query.rs`).

use memchr::memmem::Finder;

use super::full_text::Column;
use crate::formats::bibtex::schema::{self, FIELDS, FieldDefinition, IndexColumn};

/// The name under which the language of a work is indexed, as a code.
pub(super) const LANGUAGE: &str = "lang";

/// The lines of one work.
#[derive(Debug, Default)]
pub(super) struct FieldText(String);

impl FieldText {
    /// Adds a value of a field; white space within it becomes single spaces.
    pub(super) fn add(&mut self, field: &str, value: &str) {
        let Self(lines) = self;
        lines.push_str(field);
        let mut between = '\t';
        for word in value.split_whitespace() {
            lines.push(between);
            lines.push_str(word);
            between = ' ';
        }
        if between == '\t' {
            lines.push(between);
        }
        lines.push('\n');
    }

    /// Returns the text that the table stores.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The names of some fields, prepared to find their values in the lines of many works.
pub(super) struct FieldNames(Vec<Finder<'static>>);

impl FieldNames {
    /// Reads names that are separated by spaces.
    pub(super) fn new(names: &str) -> Self {
        let finders = names.split_ascii_whitespace().map(|name| {
            let start_of_line = format!("{name}\t");
            Finder::new(&start_of_line).into_owned()
        });
        Self(finders.collect())
    }

    /// Returns the values of these fields among the lines of a work.
    pub(super) fn values<'l>(&self, lines: &'l str) -> impl Iterator<Item = &'l str> {
        let Self(finders) = self;
        finders.iter().flat_map(move |finder| {
            let starts = finder.find_iter(lines.as_bytes()).filter(move |start| {
                let before = start.checked_sub(1);
                before.is_none_or(|before| lines.as_bytes().get(before) == Some(&b'\n'))
            });
            starts.filter_map(move |start| {
                let value = lines.get(start + finder.needle().len()..)?;
                value.lines().next()
            })
        })
    }
}

/// Returns the name under which the names of people in a column of the full-text index are stored: one line for each
/// name, as it is read.
pub(super) fn field_of_names(column: Column) -> Option<&'static str> {
    match column {
        Column::Author => Some("@author"),
        Column::Editor => Some("@editor"),
        Column::Contributor => Some("@contributor"),
        _ => None,
    }
}

/// Returns the column of the full-text index that a field belongs to, by the name that it is indexed under.
pub(super) fn column_of(name: &str) -> Option<Column> {
    schema::field(name)?.column.map(column_of_schema)
}

/// Returns the column of the full-text index for a column of the schema.
fn column_of_schema(column: IndexColumn) -> Column {
    match column {
        IndexColumn::Title => Column::Title,
        IndexColumn::Container => Column::Container,
        IndexColumn::Publisher => Column::Publisher,
        IndexColumn::Place => Column::Place,
        IndexColumn::Abstract => Column::Abstract,
        IndexColumn::Keywords => Column::Keywords,
        IndexColumn::Note => Column::Note,
        IndexColumn::Other => Column::Other,
    }
}

/// Returns the fields whose values belong to any of these columns, for `field_matches`.
pub fn fields_of_columns(columns: &[Column]) -> String {
    let is_in = |field: &&FieldDefinition| {
        let column = field.column.map(column_of_schema);
        column.is_some_and(|column| columns.contains(&column))
    };
    let fields = FIELDS.iter().filter(is_in).map(|field| field.name);
    let names = columns.iter().filter_map(|column| field_of_names(*column));
    fields.chain(names).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_the_whole_name_of_their_field() {
        let mut text = FieldText::default();
        text.add("title", "Governing\n  the Commons");
        text.add("subtitle", "title\tof a kind");
        text.add("note", "");
        text.add("title", "Another");
        let lines = text.as_str();
        assert_eq!(
            lines,
            "title\tGoverning the Commons\nsubtitle\ttitle of a kind\nnote\t\ntitle\tAnother\n"
        );
        let values = |names| FieldNames::new(names).values(lines).collect::<Vec<_>>();
        assert_eq!(values("title"), ["Governing the Commons", "Another"]);
        assert_eq!(values("note subtitle"), ["", "title of a kind"]);
        assert_eq!(values("tle"), [""; 0]);
    }
}
