//! Which works are meant: a condition, as SQL over the table `reference` and as a set of works.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::work_set::WorkSet;
use super::{Library, Result};

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
            text: format!("reference.work_id IN ({})", self.text),
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
/// The query language makes these. [`Condition::expression`] asks one work or many whether they are meant,
/// beside whatever else a statement asks; [`Library::works_that_meet`] finds all that are.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Condition {
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

impl Condition {
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

    /// An expression over the table `reference` that holds for the works that are meant.
    pub fn expression(&self) -> Sql {
        match self {
            Self::All => Sql::new("1"),
            Self::Works(works) if works.len() <= MANY => {
                let marks = Sql::marks(works.len());
                Sql::new(format!("reference.work_id IN ({marks})")).with(works.iter().copied())
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
            text: format!("SELECT work_id FROM reference WHERE {}", expression.text),
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
fn either(parts: &[Condition]) -> Sql {
    let mut statements: Vec<Sql> = Vec::new();
    let mut expressions = Vec::new();
    for part in parts {
        match part {
            Condition::Works(works) => statements.push(listed(works)),
            Condition::Statement(statement) => statements.push(statement.clone()),
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

impl Library {
    /// The works that meet a condition.
    ///
    /// Each of its statements is carried out once and by itself, by an index of its own; what they find is
    /// joined here. That is faster than to ask many works one by one.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn works_that_meet(&self, condition: &Condition) -> Result<WorkSet> {
        Ok(match condition {
            Condition::All => self.set_of(&Sql::new("SELECT work_id FROM reference"))?,
            Condition::Works(works) => works.iter().copied().collect(),
            Condition::Statement(statement) => self.set_of(statement)?,
            Condition::Not(inner) => {
                let mut works = self.works_that_meet(&Condition::All)?;
                works.remove_all(&self.works_that_meet(inner)?);
                works
            }
            Condition::Every(parts) => {
                let (unwanted, wanted): (Vec<_>, Vec<_>) = parts
                    .iter()
                    .partition(|part| matches!(part, Condition::Not(_)));
                let mut wanted = wanted.into_iter();
                let mut works = self.works_that_meet(wanted.next().unwrap_or(&Condition::All))?;
                for part in wanted {
                    if !works.is_empty() {
                        works.keep_only(&self.works_that_meet(part)?);
                    }
                }
                for part in unwanted {
                    if let Condition::Not(inner) = part
                        && !works.is_empty()
                    {
                        works.remove_all(&self.works_that_meet(inner)?);
                    }
                }
                works
            }
            Condition::Any(parts) => {
                let mut works = WorkSet::default();
                for part in parts {
                    works.add_all(&self.works_that_meet(part)?);
                }
                works
            }
        })
    }

    /// How many works meet a condition.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn count_of(&self, condition: &Condition) -> Result<usize> {
        let all = || Ok(usize::try_from(self.count()?).unwrap_or_default());
        match condition {
            Condition::All => all(),
            Condition::Not(inner) => Ok(all()?.saturating_sub(self.count_of(inner)?)),
            condition => Ok(self.works_that_meet(condition)?.len()),
        }
    }

    fn set_of(&self, statement: &Sql) -> Result<WorkSet> {
        let mut prepared = self.connection.prepare_cached(&statement.text)?;
        let parameters = params_from_iter(&statement.parameters);
        let mut works = WorkSet::default();
        works.try_extend(prepared.query_map(parameters, |row| row.get(0))?)?;
        Ok(works)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_put_together_with_its_parameters_in_order() {
        let of_year = |year: i64| {
            Condition::Statement(
                Sql::new("SELECT work_id FROM reference WHERE year = ?").with([year]),
            )
        };
        let condition = Condition::Works(vec![7])
            .and(Condition::Any(vec![of_year(2002), of_year(2006)]))
            .and(of_year(1990).negated());
        let expression = condition.expression();
        assert_eq!(
            expression.text,
            "((reference.work_id IN (?) AND reference.work_id IN (\
             SELECT work_id FROM reference WHERE year = ? UNION ALL \
             SELECT work_id FROM reference WHERE year = ?)) AND \
             NOT (reference.work_id IN (SELECT work_id FROM reference WHERE year = ?)))"
        );
        assert_eq!(
            expression.parameters,
            [7, 2002, 2006, 1990].map(Value::from)
        );
        assert_eq!(Condition::NONE.expression().text, "reference.work_id IN ()");
        assert_eq!(Condition::Any(Vec::new()).expression().text, "0");
    }
}
