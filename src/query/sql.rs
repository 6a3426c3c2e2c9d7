//! A query as a condition over the library's table `reference`.

use rusqlite::types::Value;

use super::{Place, Query, QueryError};
use crate::library::{Condition, Library};

impl Query {
    /// The condition that holds for the works that are meant.
    ///
    /// # Errors
    ///
    /// [`QueryError::Library`] for a tag that `library` does not have.
    pub fn translate(&self, library: &Library) -> Result<Condition, QueryError> {
        let mut translation = Translation {
            library,
            parameters: Vec::new(),
        };
        let sql = translation.condition(self)?;
        Ok(Condition {
            sql,
            parameters: translation.parameters,
        })
    }
}

struct Translation<'l> {
    library: &'l Library,
    parameters: Vec<Value>,
}

impl Translation<'_> {
    fn condition(&mut self, query: &Query) -> Result<String, QueryError> {
        Ok(match query {
            Query::All(parts) => self.joined(parts, " AND ", "1")?,
            Query::Any(parts) => self.joined(parts, " OR ", "0")?,
            Query::Not(inner) => format!("NOT ({})", self.condition(inner)?),
            Query::Words {
                place,
                text,
                beginning,
            } => {
                self.parameters
                    .push(full_text(*place, text, *beginning).into());
                "reference.work_id IN (SELECT rowid FROM full_text WHERE full_text MATCH ?)".into()
            }
            Query::Year(span) => {
                // A work of several years is meant where one of them is in the span.
                let mut bounds = vec!["year IS NOT NULL"];
                if let Some(first) = span.first {
                    self.parameters.push(i64::from(first).into());
                    bounds.push("coalesce(last_year, year) >= ?");
                }
                if let Some(last) = span.last {
                    self.parameters.push(i64::from(last).into());
                    bounds.push("year <= ?");
                }
                // Apart, so that the index alone answers, and not the long rows of the table.
                format!(
                    "reference.work_id IN (SELECT work_id FROM reference WHERE {})",
                    bounds.join(" AND ")
                )
            }
            Query::Type(entry_type) => {
                self.parameters.push(entry_type.clone().into());
                "entry_type = ?".into()
            }
            Query::Key(key) => {
                self.parameters
                    .extend([key.clone().into(), key.clone().into()]);
                "reference.work_id IN (SELECT id FROM work WHERE key = ?
                     UNION SELECT work_id FROM key_alias WHERE alias = ?)"
                    .into()
            }
            Query::Identification(identification) => {
                self.parameters.push(identification.clone().into());
                "reference.work_id IN (SELECT work_id FROM reference
                     WHERE coalesce(identification, 'certain') = ?)"
                    .into()
            }
            Query::Tag(facet, name) => {
                let tag = self.library.resolve_tag(&format!("{facet}:{name}"))?;
                self.parameters.push(tag.id.into());
                "reference.work_id IN (
                     WITH RECURSIVE under (id) AS (
                         SELECT ? UNION SELECT tag.id FROM tag JOIN under ON parent_id = under.id
                     ) SELECT work_id FROM assignment JOIN under ON tag_id = under.id)"
                    .into()
            }
        })
    }

    fn joined(&mut self, parts: &[Query], by: &str, none: &str) -> Result<String, QueryError> {
        if parts.is_empty() {
            return Ok(none.to_owned());
        }
        let conditions = parts
            .iter()
            .map(|part| self.condition(part))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(format!("({})", conditions.join(by)))
    }
}

/// Words as FTS5 asks for them: a quoted phrase, so that no character of it is taken for an operator.
fn full_text(place: Place, text: &str, beginning: bool) -> String {
    let column = match place {
        Place::Anywhere => "",
        Place::Author => "author : ",
        Place::Title => "title : ",
        Place::Container => "container : ",
    };
    let phrase = text.replace('"', " ");
    format!("{column}\"{phrase}\"{}", if beginning { " *" } else { "" })
}
