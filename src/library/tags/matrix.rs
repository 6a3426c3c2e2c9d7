//! Works counted along axes: the tags of a facet, years, decades, types, languages.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use crate::library::{Condition, Library, Result};

/// What works are counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Axis {
    /// The tags of a facet; a work with several counts in each.
    Facet(String),
    /// The year in which a work appeared.
    Year,
    /// The ten years in which it appeared.
    Decade,
    /// Its BibLaTeX type.
    Type,
    /// Its language.
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
    /// A statement that gives works and their lines on the axis, with what it asks for.
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
            // Rounded downwards before our era, too.
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

impl Library {
    /// How many of the works that meet a condition stand on each line of the first `told` axes together;
    /// lines without works are not given, nor are works that are missing on any axis. With `narrower`, a
    /// work counts for the wider tags of its tags, too.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn count_by(
        &self,
        works: &Condition,
        axes: &[Axis],
        told: usize,
        narrower: bool,
    ) -> Result<Vec<(Vec<String>, i64)>> {
        let Joined {
            tables,
            joins,
            parameters,
        } = joined(works, axes, narrower);
        let lines: Vec<String> = (0..told)
            .map(|number| format!("axis_{number}.line"))
            .collect();
        let lines = lines.join(", ");
        let sql = format!(
            "{tables} SELECT {lines}, count(DISTINCT work_id) FROM {joins} GROUP BY {lines}"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let counts = statement.query_map(params_from_iter(parameters), |row| {
            let lines = (0..told)
                .map(|column| row.get(column))
                .collect::<rusqlite::Result<Vec<String>>>()?;
            Ok((lines, row.get(told)?))
        })?;
        Ok(counts.collect::<rusqlite::Result<_>>()?)
    }

    /// How many of the works that meet a condition stand on some line of every axis; with `line`, on that
    /// line of the last one.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn count_on(
        &self,
        works: &Condition,
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
            .connection
            .prepare(&sql)?
            .query_row(params_from_iter(parameters), |row| row.get(0))?)
    }
}

/// The works that meet a condition, beside their lines on axes.
struct Joined {
    /// The clause `WITH`.
    tables: String,
    /// What stands behind `FROM`.
    joins: String,
    parameters: Vec<Value>,
}

fn joined(works: &Condition, axes: &[Axis], narrower: bool) -> Joined {
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
