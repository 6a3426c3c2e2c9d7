//! Counts of works along axes: the tags of a facet, years, decades, types, languages.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use crate::library::{Filter, Result, Tags};

/// A property to count works by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Axis {
    /// The tags of a facet; a work with several of them counts for each.
    Facet(String),
    /// The year of publication.
    Year,
    /// The decade of publication.
    Decade,
    /// The BibLaTeX entry type.
    Type,
    /// The language.
    Language,
}

impl std::str::FromStr for Axis {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        Ok(match text.to_lowercase().as_str() {
            "year" => Self::Year,
            "decade" => Self::Decade,
            "type" => Self::Type,
            "language" | "lang" => Self::Language,
            facet => Self::Facet(facet.to_owned()),
        })
    }
}

impl Axis {
    /// Returns a query for works with their values on the axis, and its parameter.
    fn lines(&self, narrower: bool) -> (&'static str, Option<Value>) {
        let sql = match self {
            Self::Facet(_) if narrower => {
                "SELECT DISTINCT assignment.work_id, ancestor.facet || ':' || ancestor.name
                 FROM tag AS ancestor JOIN under ON under.ancestor = ancestor.id
                 JOIN assignment ON assignment.tag_id = under.tag WHERE ancestor.facet = ?"
            }
            Self::Facet(_) => {
                "SELECT DISTINCT work_id, facet || ':' || name
                 FROM assignment JOIN tag ON tag.id = tag_id WHERE facet = ?"
            }
            Self::Year => {
                "SELECT work_id, CAST(year AS TEXT) FROM work_summary WHERE year IS NOT NULL"
            }
            // Round down for years before our era as well.
            Self::Decade => {
                "SELECT work_id, CAST(year - ((year % 10) + 10) % 10 AS TEXT) FROM work_summary
                 WHERE year IS NOT NULL"
            }
            Self::Type => "SELECT work_id, entry_type FROM work_summary",
            Self::Language => {
                "SELECT work_id, json_extract(item, '$.language') FROM csl_item
                 WHERE json_extract(item, '$.language') IS NOT NULL"
            }
        };
        let facet = match self {
            Self::Facet(facet) => Some(Value::from(facet.clone())),
            _ => None,
        };
        (sql, facet)
    }
}

impl Tags<'_> {
    /// Counts the works that meet a condition by their values on the first `shown` axes. Works without a value on
    /// any of the axes are not counted. With `narrower`, a work also counts for the parent tags of its tags.
    pub fn count_by(
        &self,
        works: &Filter,
        axes: &[Axis],
        shown: usize,
        narrower: bool,
    ) -> Result<Vec<(Vec<String>, i64)>> {
        let Joined {
            tables,
            joins,
            parameters,
        } = joined(works, axes, narrower);
        let lines: Vec<String> = (0..shown)
            .map(|number| format!("axis_{number}.line"))
            .collect();
        let lines = lines.join(", ");
        let sql = format!(
            "{tables} SELECT {lines}, count(DISTINCT work_id) FROM {joins} GROUP BY {lines}"
        );
        let mut statement = self.library.connection.prepare(&sql)?;
        let counts = statement.query_map(params_from_iter(parameters), |row| {
            let lines = (0..shown)
                .map(|column| row.get(column))
                .collect::<rusqlite::Result<Vec<String>>>()?;
            Ok((lines, row.get(shown)?))
        })?;
        Ok(counts.collect::<rusqlite::Result<_>>()?)
    }

    /// Counts the works that meet a condition and have a value on every axis; with `line`, that value on the last
    /// axis.
    pub fn count_on(
        &self,
        works: &Filter,
        axes: &[Axis],
        line: Option<&str>,
        narrower: bool,
    ) -> Result<i64> {
        let Joined {
            tables,
            joins,
            mut parameters,
        } = joined(works, axes, narrower);
        let mut sql = format!("{tables} SELECT count(DISTINCT work_id) FROM {joins}");
        if let (Some(line), Some(last)) = (line, axes.len().checked_sub(1)) {
            sql.push_str(&format!(" WHERE axis_{last}.line = ?"));
            parameters.push(line.to_owned().into());
        }
        Ok(self
            .library
            .connection
            .prepare(&sql)?
            .query_row(params_from_iter(parameters), |row| row.get(0))?)
    }
}

/// A join of the works that meet a condition with their values on axes.
struct Joined {
    /// The clause `WITH`.
    tables: String,
    /// The clause `FROM`.
    joins: String,
    parameters: Vec<Value>,
}

fn joined(works: &Filter, axes: &[Axis], narrower: bool) -> Joined {
    let works = works.numbers();
    let mut parameters = works.parameters;
    let mut tables = format!(
        "WITH RECURSIVE under (ancestor, tag) AS (
             SELECT id, id FROM tag
             UNION SELECT under.ancestor, tag.id FROM under JOIN tag ON tag.parent_id = under.tag
         ), chosen (work_id) AS MATERIALIZED ({})",
        works.text
    );
    let mut joins = "chosen".to_owned();
    for (number, axis) in axes.iter().enumerate() {
        let (sql, facet) = axis.lines(narrower);
        tables.push_str(&format!(
            ", axis_{number} (work_id, line) AS MATERIALIZED ({sql})"
        ));
        joins.push_str(&format!(" JOIN axis_{number} USING (work_id)"));
        parameters.extend(facet);
    }
    Joined {
        tables,
        joins,
        parameters,
    }
}
