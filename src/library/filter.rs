//! Which works are meant: a condition, as SQL over the table `work_summary`.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::{Result, Works};

/// A piece of SQL with the parameters of its `?`, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Sql {
    /// The text.
    pub text: String,
    /// The parameters.
    pub parameters: Vec<Value>,
}

impl Sql {
    /// A piece of SQL without parameters.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            parameters: Vec::new(),
        }
    }

    /// The same with more parameters.
    #[must_use]
    pub fn with(mut self, parameters: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        self.parameters
            .extend(parameters.into_iter().map(Into::into));
        self
    }

    /// So many `?`, with commas between them.
    pub fn marks(count: usize) -> String {
        vec!["?"; count].join(", ")
    }

    /// The expression that holds for the works whose numbers a statement gives.
    fn works(self) -> Self {
        Self {
            text: format!("work_summary.work_id IN ({})", self.text),
            ..self
        }
    }

    /// Expressions joined by AND or OR; by halves, as SQLite's trees of expressions have a depth.
    fn joined(mut parts: Vec<Self>, by: &str) -> Self {
        if parts.len() > 1 {
            let right = parts.split_off(parts.len().div_ceil(2));
            let (left, right) = (Self::joined(parts, by), Self::joined(right, by));
            return Self::new(format!("({} {by} {})", left.text, right.text))
                .with(left.parameters)
                .with(right.parameters);
        }
        match parts.pop() {
            Some(only) => only,
            None => Self::new(if by == "AND" { "1" } else { "0" }),
        }
    }
}

/// Which works are meant.
///
/// The query language translates to these, and these to SQL.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Filter {
    /// Every work.
    #[default]
    All,
    /// The works of these numbers.
    Works(Vec<i64>),
    /// The works whose numbers a statement gives.
    Statement(Sql),
    /// The works that another condition does not mean.
    Not(Box<Self>),
    /// The works that all of these mean.
    Every(Vec<Self>),
    /// The works that any of these means.
    Any(Vec<Self>),
}

/// How many parameters a list of numbers may have, and how many statements are put together as one; SQLite
/// has a limit for both.
const MANY: usize = 200;

impl Filter {
    /// The condition that no work meets.
    pub const NONE: Self = Self::Works(Vec::new());

    /// The works that meet none of this.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// The condition that works meet which meet both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::Every(vec![self, other])
    }

    /// An expression over the table `work_summary` that holds for the works that are meant.
    pub fn expression(&self) -> Sql {
        match self {
            Self::All => Sql::new("1"),
            Self::Works(works) if works.len() <= MANY => {
                let marks = Sql::marks(works.len());
                Sql::new(format!("work_summary.work_id IN ({marks})")).with(works.iter().copied())
            }
            Self::Works(works) => listed(works).works(),
            Self::Statement(statement) => statement.clone().works(),
            Self::Not(inner) => {
                let inner = inner.expression();
                Sql {
                    text: format!("NOT ({})", inner.text),
                    ..inner
                }
            }
            Self::Every(parts) => Sql::joined(parts.iter().map(Self::expression).collect(), "AND"),
            Self::Any(parts) => either(parts),
        }
    }

    /// A statement that gives the numbers of the works, in one piece.
    pub fn numbers(&self) -> Sql {
        let expression = self.expression();
        Sql {
            text: format!("SELECT work_id FROM work_summary WHERE {}", expression.text),
            ..expression
        }
    }
}

/// The numbers of works as a statement of one parameter.
fn listed(works: &[i64]) -> Sql {
    let list = serde_json::to_string(works).unwrap_or_default();
    Sql::new("SELECT value FROM json_each(?)").with([list])
}

/// What any of these means. What statements find is put together before it is looked at.
fn either(parts: &[Filter]) -> Sql {
    let mut statements: Vec<Sql> = Vec::new();
    let mut expressions = Vec::new();
    for part in parts {
        match part {
            Filter::Works(works) => statements.push(listed(works)),
            Filter::Statement(statement) => statements.push(statement.clone()),
            other => expressions.push(other.expression()),
        }
    }
    while !statements.is_empty() {
        let some = statements.split_off(statements.len().saturating_sub(MANY));
        let texts: Vec<&str> = some.iter().map(|sql| sql.text.as_str()).collect();
        let all = Sql::new(texts.join(" UNION ALL "));
        let parameters = some.iter().flat_map(|sql| sql.parameters.iter().cloned());
        expressions.push(all.with(parameters).works());
    }
    Sql::joined(expressions, "OR")
}

impl Works<'_> {
    /// Returns the rowids of the works that meet a condition, each once.
    pub fn ids_matching(&self, filter: &Filter) -> Result<Vec<i64>> {
        let Sql { text, parameters } = filter.numbers();
        let mut statement = self.library.connection.prepare_cached(&text)?;
        let works = statement.query_map(params_from_iter(&parameters), |row| row.get(0))?;
        Ok(works.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns how many works meet a condition.
    pub fn count_matching(&self, filter: &Filter) -> Result<usize> {
        let Sql { text, parameters } = filter.expression();
        let sql = format!("SELECT count(*) FROM work_summary WHERE {text}");
        let mut statement = self.library.connection.prepare_cached(&sql)?;
        let count: i64 = statement.query_row(params_from_iter(&parameters), |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_put_together_with_its_parameters_in_order() {
        let of_year = |year: i64| {
            Filter::Statement(
                Sql::new("SELECT work_id FROM work_summary WHERE year = ?").with([year]),
            )
        };
        let filter = Filter::Works(vec![7])
            .and(Filter::Any(vec![of_year(2002), of_year(2006)]))
            .and(of_year(1990).negated());
        let expression = filter.expression();
        assert_eq!(
            expression.text,
            "((work_summary.work_id IN (?) AND work_summary.work_id IN (\
             SELECT work_id FROM work_summary WHERE year = ? UNION ALL \
             SELECT work_id FROM work_summary WHERE year = ?)) AND \
             NOT (work_summary.work_id IN (SELECT work_id FROM work_summary WHERE year = ?)))"
        );
        assert_eq!(
            expression.parameters,
            [7, 2002, 2006, 1990].map(Value::from)
        );
        assert_eq!(Filter::NONE.expression().text, "work_summary.work_id IN ()");
        assert_eq!(Filter::Any(Vec::new()).expression().text, "0");
    }
}
