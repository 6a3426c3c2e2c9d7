//! The works that a query finds, with what an overview shows of each: one statement filters, sorts and reads them.

use rusqlite::params_from_iter;

use super::full_text::field_name;
use super::works::{SUMMARY, SUMMARY_COLUMNS, summary};
use super::{Result, Selection, Sql, WorkSummary, Works};

/// A value of a work that an overview can show besides its summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Its tags in the order in which they were assigned, with a comma and a space between them.
    Tags,
    /// The time it was added to the library: UTC, RFC 3339.
    Added,
    /// The time its entry last changed, or it was added: UTC, RFC 3339.
    Changed,
    /// The name that it is sorted by, family name first, as it is written.
    SortName,
    /// The first value of a field as plain text, also one that the work inherits.
    Field(String),
}

/// A work that a query found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchResult {
    /// The values that nearly every overview shows.
    pub work: WorkSummary,
    /// The details that were asked for, in their order; empty where the work has none.
    pub details: Vec<String>,
}

/// The first of the names that head a reference, family name first.
const SORT_NAME: &str =
    "(SELECT coalesce(json_extract(name, '$.\"non-dropping-particle\"') || ' ', '')
             || coalesce(json_extract(name, '$.family'), json_extract(name, '$.literal'), '')
             || coalesce(' ' || json_extract(name, '$.given'), '')
      FROM (SELECT coalesce(json_extract(item, '$.author[0]'), json_extract(item, '$.editor[0]'),
                            json_extract(item, '$.\"collection-editor\"[0]'),
                            json_extract(item, '$.director[0]'),
                            json_extract(item, '$.translator[0]')) AS name
            FROM csl_item WHERE csl_item.work_id = work_summary.work_id))";

/// The tags of a work.
const TAGS: &str = "(SELECT group_concat(tag, ', ' ORDER BY first)
      FROM (SELECT facet || ':' || name AS tag, min(assignment.id) AS first
            FROM assignment JOIN tag ON tag.id = tag_id
            WHERE assignment.work_id = work_summary.work_id GROUP BY tag.id))";

impl Selection {
    /// Returns the statement that [`Works::search`] runs.
    pub fn statement(&self, details: &[Detail]) -> Sql {
        let mut columns = String::new();
        let mut names = Vec::new();
        let mut joins = String::new();
        for detail in details {
            columns.push_str(", ");
            match detail {
                Detail::Tags => columns.push_str(TAGS),
                Detail::SortName => columns.push_str(SORT_NAME),
                Detail::Added => columns.push_str("added_at"),
                Detail::Changed => columns.push_str("coalesce(changed_at, added_at)"),
                Detail::Field(name) => {
                    columns.push_str("field_value(lines, ?)");
                    names.push(field_name(name).into_owned());
                }
            }
        }
        let shows_time = |detail: &Detail| matches!(detail, Detail::Added | Detail::Changed);
        if details.iter().any(shows_time) {
            joins.push_str(" JOIN work ON work.id = work_summary.work_id");
        }
        if !names.is_empty() {
            joins.push_str(" JOIN field_text ON field_text.work_id = work_summary.work_id");
        }
        let where_and_order = self.where_and_order();
        let text = format!(
            "SELECT {SUMMARY}{columns} FROM work_summary {joins} {}",
            where_and_order.text
        );
        Sql::new(text).with(names).with(where_and_order.parameters)
    }
}

impl Works<'_> {
    /// Returns the works of a selection, in its order, each with its summary and these details.
    pub fn search(&self, selection: &Selection, details: &[Detail]) -> Result<Vec<SearchResult>> {
        let Sql { text, parameters } = selection.statement(details);
        let mut statement = self.library.connection.prepare_cached(&text)?;
        let results = statement.query_map(params_from_iter(&parameters), |row| {
            let first = SUMMARY_COLUMNS;
            let details = (first..first + details.len()).map(|column| {
                let value: Option<String> = row.get(column)?;
                Ok(value.unwrap_or_default())
            });
            Ok(SearchResult {
                work: summary(row)?,
                details: details.collect::<rusqlite::Result<_>>()?,
            })
        })?;
        Ok(results.collect::<rusqlite::Result<_>>()?)
    }
}
