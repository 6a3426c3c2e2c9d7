//! Filters of works, as SQL over the table `work_summary`.

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
    /// Creates a piece of SQL without parameters.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            parameters: Vec::new(),
        }
    }

    /// Adds parameters.
    #[must_use]
    pub fn with(mut self, parameters: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        self.parameters
            .extend(parameters.into_iter().map(Into::into));
        self
    }

    /// Returns `count` question marks, separated by commas.
    pub fn marks(count: usize) -> String {
        vec!["?"; count].join(", ")
    }

    /// Returns an expression that is true for the works whose rowids the statement selects.
    fn works(self) -> Self {
        Self {
            text: format!("work_summary.work_id IN ({})", self.text),
            ..self
        }
    }

    /// Joins expressions by AND or OR, in halves, because SQLite limits the depth of expressions.
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

/// A filter of works.
///
/// The query language translates to these, and these to SQL.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Filter {
    /// Every work.
    #[default]
    All,
    /// The works with these rowids.
    Works(Vec<i64>),
    /// The works whose rows in `work_summary` meet an expression, for conditions that many works meet.
    Row(Sql),
    /// The works whose rowids a statement selects by an index.
    Statement(Sql),
    /// The works whose rowids a statement selects that looks at every work.
    Scan(Sql),
    /// The works that another filter does not match.
    Not(Box<Self>),
    /// The works that match all of these.
    Every(Vec<Self>),
    /// The works that match any of these.
    Any(Vec<Self>),
}

/// The maximal number of parameters of a list of numbers, and of statements that are combined; SQLite limits both.
const MANY: usize = 200;

impl Filter {
    /// The filter that no work matches.
    pub const NONE: Self = Self::Works(Vec::new());

    /// Returns the filter for all other works.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Returns the filter for the works that match both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::Every(vec![self, other])
    }

    /// Returns whether evaluating the filter takes long, as each work is looked at.
    pub fn is_scan(&self) -> bool {
        match self {
            Self::All | Self::Works(_) | Self::Row(_) | Self::Statement(_) => false,
            Self::Scan(_) => true,
            Self::Not(inner) => inner.is_scan(),
            Self::Every(parts) | Self::Any(parts) => parts.iter().any(Self::is_scan),
        }
    }

    /// Returns an expression over the table `work_summary` that is true for the matching works.
    pub fn expression(&self) -> Sql {
        match self {
            Self::All => Sql::new("1"),
            Self::Works(works) if works.len() <= MANY => {
                let marks = Sql::marks(works.len());
                Sql::new(format!("work_summary.work_id IN ({marks})")).with(works.iter().copied())
            }
            Self::Works(works) => listed(works).works(),
            Self::Row(expression) => Sql {
                // The negation is true for works without the value.
                text: format!("(({}) IS TRUE)", expression.text),
                ..expression.clone()
            },
            Self::Statement(statement) | Self::Scan(statement) => statement.clone().works(),
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

    /// Returns a statement that selects the rowids of the matching works.
    pub fn numbers(&self) -> Sql {
        let expression = self.expression();
        Sql {
            text: format!("SELECT work_id FROM work_summary WHERE {}", expression.text),
            ..expression
        }
    }
}

/// Returns a statement with one parameter that selects these rowids.
fn listed(works: &[i64]) -> Sql {
    let list = serde_json::to_string(works).unwrap_or_default();
    Sql::new("SELECT value FROM json_each(?)").with([list])
}

/// Returns an expression that is true if any part is. Statements are joined with UNION ALL.
fn either(parts: &[Filter]) -> Sql {
    let mut statements: Vec<Sql> = Vec::new();
    let mut expressions = Vec::new();
    for part in parts {
        match part {
            Filter::Works(works) => statements.push(listed(works)),
            Filter::Statement(statement) | Filter::Scan(statement) => {
                statements.push(statement.clone());
            }
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
    /// Returns the rowids of the matching works, each once.
    pub fn ids_matching(&self, filter: &Filter) -> Result<Vec<i64>> {
        let Sql { text, parameters } = filter.numbers();
        let mut statement = self.library.connection.prepare_cached(&text)?;
        let works = statement.query_map(params_from_iter(&parameters), |row| row.get(0))?;
        Ok(works.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the number of matching works.
    pub fn count_matching(&self, filter: &Filter) -> Result<usize> {
        if let Filter::Not(inner) = filter {
            // Works other than a few need not be checked one by one.
            let all = self.count_matching(&Filter::All)?;
            return Ok(all.saturating_sub(self.count_matching(inner)?));
        }
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
