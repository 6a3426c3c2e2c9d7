//! Rules that assign tags.
//!
//! The library stores and applies rules; [`crate::tagging`] translates their conditions into a [`CompiledRule`].
//! Applying a rule assigns its tags to the works that meet its condition, unless a user removed them, and removes
//! its assignments from works that no longer meet it. Assignments by hand or by import never change.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{Row, params, params_from_iter};

use super::history::now;
use super::tags::MatchedCondition;
use super::{Change, Filter, LibraryError, Result, Rules, RulesMut, Sql, Tag, TagName};
use crate::model::CslItem;
use crate::suggest::closest;

/// A rule as it is written in TOML.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// The condition: a query.
    pub when: String,
    /// The tags to assign.
    pub then: Vec<String>,
    /// The reason to show for the assignments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Keys of works that must meet the condition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must: Vec<String>,
    /// Keys of works that must not meet it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_not: Vec<String>,
}

impl Rule {
    /// Returns whether it assigns a tag, under any of its names.
    pub fn leads_to(&self, tag: &Tag) -> bool {
        let full = tag.tag.to_string();
        let alias_of = |name: &str| {
            tag.aliases
                .iter()
                .any(|alias| *alias == name || format!("{}:{alias}", tag.tag.facet) == name)
        };
        self.then.iter().any(|name| {
            let name = name.to_lowercase();
            name == full || name == tag.tag.name || alias_of(&name)
        })
    }
}

/// A rule with its condition translated and its tags resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct CompiledRule {
    /// Its name.
    pub name: String,
    /// Its tags, by rowid and name.
    pub tags: Vec<(i64, TagName)>,
    /// Its condition.
    pub condition: Filter,
    /// The parts of the condition that can match separately.
    pub parts: Vec<Filter>,
}

/// A work that meets the condition of a rule.
pub struct MatchedWork<'r> {
    /// Its title, possibly empty.
    pub title: &'r str,
    /// Its authors as a JSON array.
    pub authors: &'r str,
    /// Returns the work in the variables of CSL, which is read at the first call.
    pub item: &'r dyn Fn() -> Option<&'r CslItem>,
    /// Whether it meets each part of the condition.
    pub parts: &'r [bool],
}

/// A change that applying a rule made to a work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuleEffect {
    /// The rowid of the work.
    #[serde(skip)]
    pub work: i64,
    /// Its key.
    pub key: String,
    /// The tag.
    pub tag: TagName,
    /// The rule.
    pub rule: String,
    /// The effect: the tag was added or removed.
    pub effect: Effect,
    /// Whether the work has the tag from another source as well, so that only the reasons change.
    pub shared: bool,
    /// The conditions that the work meets, with the matching words.
    pub matched: Vec<MatchedCondition>,
}

/// The effect of a rule: a tag added or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// It added the tag to the work.
    Added,
    /// It removed the tag from the work.
    Removed,
}

/// The works that rules are applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleScope<'w> {
    /// All works of the library.
    All,
    /// The works with these rowids.
    Works(&'w BTreeSet<i64>),
}

impl RuleScope<'_> {
    fn contains(self, work: i64) -> bool {
        match self {
            Self::All => true,
            Self::Works(works) => works.contains(&work),
        }
    }

    /// Returns the lowest and the highest rowid, so that SQLite reads nothing beyond. It is not given the works
    /// themselves: after an import they are as many as the library has.
    fn range(self) -> [i64; 2] {
        match self {
            Self::All => [i64::MIN, i64::MAX],
            Self::Works(works) => match (works.first(), works.last()) {
                (Some(first), Some(last)) => [*first, *last],
                _ => [0, -1],
            },
        }
    }
}

impl Rules<'_> {
    /// Returns the rules in order.
    pub fn all(&self) -> Result<Vec<Rule>> {
        let mut statement = self.library.connection.prepare_cached(
            "SELECT name, condition, tags, why, must, must_not FROM rule ORDER BY position, id",
        )?;
        let rules = statement.query_map([], rule)?;
        Ok(rules.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the rule with a name.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownRule`], with similar names.
    pub fn get(&self, name: &str) -> Result<Rule> {
        let rules = self.all()?;
        let wanted = name.to_lowercase();
        let found = rules.iter().find(|rule| rule.name.to_lowercase() == wanted);
        found.cloned().ok_or_else(|| LibraryError::UnknownRule {
            rule: name.to_owned(),
            suggestions: closest(name, rules.iter().map(|rule| rule.name.clone())),
        })
    }

    /// Returns for each rule the number of works that it assigned a tag to.
    pub fn work_counts(&self) -> Result<HashMap<String, i64>> {
        let mut statement = self.library.connection.prepare_cached(
            "SELECT source, count(DISTINCT work_id) FROM assignment
             WHERE origin = 'rule' GROUP BY source",
        )?;
        let counts = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(counts.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns how many works meet a condition, and for how many of them the tag is vetoed.
    pub fn count_met(&self, condition: &Filter, tag: i64) -> Result<(i64, i64)> {
        let met = condition.numbers();
        let sql = format!(
            "SELECT count(*), count(veto.id) FROM ({}) AS met
             LEFT JOIN veto ON veto.work_id = met.work_id AND veto.tag_id = ?",
            met.text
        );
        let parameters = met.parameters.into_iter().chain([Value::from(tag)]);
        Ok(self
            .library
            .connection
            .prepare(&sql)?
            .query_row(params_from_iter(parameters), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?)
    }
}

impl RulesMut<'_> {
    /// Appends a rule or replaces the one with its name. Returns whether anything changed.
    pub fn put(&self, rule: &Rule) -> Result<bool> {
        let mut statement = self.change.connection().prepare_cached(
            "INSERT INTO rule (name, condition, tags, why, must, must_not, position)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(position), 0) + 1 FROM rule))
             ON CONFLICT (name) DO UPDATE SET condition = excluded.condition, tags = excluded.tags,
                 why = excluded.why, must = excluded.must, must_not = excluded.must_not
                 WHERE (condition, tags, why, must, must_not) IS NOT
                     (excluded.condition, excluded.tags, excluded.why, excluded.must,
                      excluded.must_not)",
        )?;
        let rows = statement.execute(params![
            rule.name,
            rule.when,
            list(&rule.then),
            rule.why,
            list(&rule.must),
            list(&rule.must_not)
        ])?;
        Ok(rows > 0)
    }

    /// Renames a rule together with its assignments.
    pub fn rename(&self, from: &str, to: &str) -> Result<()> {
        let connection = self.change.connection();
        connection.execute("UPDATE rule SET name = ?2 WHERE name = ?1", [from, to])?;
        connection.execute(
            "UPDATE OR IGNORE assignment SET source = ?2 WHERE origin = 'rule' AND source = ?1",
            [from, to],
        )?;
        Ok(())
    }

    /// Moves the assignments of `tag` from rule `from` to rule `to`.
    pub fn reassign(&self, from: &str, to: &str, tag: i64) -> Result<()> {
        self.change.connection().execute(
            "UPDATE OR IGNORE assignment SET source = ?2
             WHERE origin = 'rule' AND source = ?1 AND tag_id = ?3",
            params![from, to, tag],
        )?;
        Ok(())
    }

    /// Removes a rule and its assignments. Returns the number of works that had them.
    pub fn remove(&self, name: &str) -> Result<usize> {
        let connection = self.change.connection();
        let works = connection
            .prepare_cached(
                "SELECT DISTINCT work_id FROM assignment WHERE origin = 'rule' AND source = ?1",
            )?
            .query_map([name], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        for work in &works {
            self.change.note_tags(*work);
        }
        connection.execute(
            "DELETE FROM assignment WHERE origin = 'rule' AND source = ?1",
            [name],
        )?;
        connection.execute("DELETE FROM rule WHERE name = ?1", [name])?;
        Ok(works.len())
    }

    /// Sorts the rules in the order of `names`.
    pub fn order<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<()> {
        let mut update = self
            .change
            .connection()
            .prepare_cached("UPDATE rule SET position = ?2 WHERE name = ?1 AND position <> ?2")?;
        for (position, name) in (1_i64..).zip(names) {
            update.execute(params![name, position])?;
        }
        Ok(())
    }

    /// Records that a bundled rule is being installed. Returns whether it is the first time.
    pub fn install(&self, name: &str) -> Result<bool> {
        let connection = self.change.connection();
        let known = connection
            .prepare_cached("SELECT 1 FROM installed_rule WHERE name = ?1")?
            .exists([name])?;
        if !known {
            connection
                .prepare_cached("INSERT INTO installed_rule (name) VALUES (?1)")?
                .execute([name])?;
        }
        Ok(!known)
    }

    /// Replaces the name of a tag in every rule that assigns it.
    pub(super) fn rename_tag(&self, tag: &Tag, name: &TagName) -> Result<()> {
        for mut rule in self.all()? {
            if !rule.leads_to(tag) {
                continue;
            }
            let mut then: Vec<String> = Vec::new();
            for text in std::mem::take(&mut rule.then) {
                let only = Rule {
                    then: vec![text.clone()],
                    ..rule.clone()
                };
                let text = if only.leads_to(tag) {
                    name.to_string()
                } else {
                    text
                };
                if !then.contains(&text) {
                    then.push(text);
                }
            }
            rule.then = then;
            self.put(&rule)?;
        }
        Ok(())
    }

    /// Applies a rule. `matched` returns the matching words of a work; `effect` is called for each change. Returns
    /// the number of changes.
    pub fn apply(
        &self,
        rule: &CompiledRule,
        scope: RuleScope<'_>,
        matched: &dyn Fn(&MatchedWork<'_>) -> Vec<MatchedCondition>,
        effect: &mut dyn FnMut(RuleEffect),
    ) -> Result<usize> {
        let mut earlier = self.earlier_assignments(&rule.name, scope)?;
        let mut run = RuleRun {
            change: self.change,
            rule,
            at: now(self.change.connection())?,
            vetoes: self.vetoes(rule)?,
            changes: 0,
            effect,
        };
        run.assign(scope, matched, &mut earlier)?;
        // The remaining assignments are of works that no longer meet the condition.
        for ((work, tag), assignment) in earlier {
            run.unassign(work, tag, &assignment)?;
        }
        Ok(run.changes)
    }

    /// Removes the assignments of rules that no longer exist. Returns the number of changes.
    pub fn drop_orphans(&self, effect: &mut dyn FnMut(RuleEffect)) -> Result<usize> {
        let mut statement = self.change.connection().prepare_cached(
            "SELECT DISTINCT source FROM assignment
             WHERE origin = 'rule' AND source NOT IN (SELECT name FROM rule)",
        )?;
        let sources = statement
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()?;
        let mut changes = 0;
        for name in sources {
            let rule = CompiledRule {
                name,
                tags: Vec::new(),
                condition: Filter::NONE,
                parts: Vec::new(),
            };
            changes += self.apply(&rule, RuleScope::All, &|_| Vec::new(), effect)?;
        }
        Ok(changes)
    }

    /// Returns the assignments that a rule made earlier to works of `scope`, by work and tag.
    fn earlier_assignments(
        &self,
        rule: &str,
        scope: RuleScope<'_>,
    ) -> Result<HashMap<(i64, i64), EarlierAssignment>> {
        let mut statement = self.change.connection().prepare_cached(
            "SELECT work_id, tag_id, id, matched FROM assignment
             WHERE origin = 'rule' AND source = ?1 AND work_id BETWEEN ?2 AND ?3",
        )?;
        let [first, last] = scope.range();
        let earlier = statement.query_map(params![rule, first, last], |row| {
            let assignment = EarlierAssignment {
                id: row.get(2)?,
                matched: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
            };
            Ok(((row.get(0)?, row.get(1)?), assignment))
        })?;
        let earlier = earlier.filter(|found| match found {
            Ok(((work, _), _)) => scope.contains(*work),
            Err(_) => true,
        });
        Ok(earlier.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the works and tags of the rule for which there is a veto.
    fn vetoes(&self, rule: &CompiledRule) -> Result<HashSet<(i64, i64)>> {
        let mut statement = self
            .change
            .connection()
            .prepare_cached("SELECT work_id FROM veto WHERE tag_id = ?1")?;
        let mut vetoes = HashSet::new();
        for (tag, _) in &rule.tags {
            for work in statement.query_map([tag], |row| row.get(0))? {
                vetoes.insert((work?, *tag));
            }
        }
        Ok(vetoes)
    }
}

/// An assignment that a rule made earlier.
struct EarlierAssignment {
    id: i64,
    matched: String,
}

/// A rule that is being applied.
struct RuleRun<'a> {
    change: &'a Change<'a>,
    rule: &'a CompiledRule,
    at: String,
    vetoes: HashSet<(i64, i64)>,
    changes: usize,
    effect: &'a mut dyn FnMut(RuleEffect),
}

impl RuleRun<'_> {
    /// Assigns the tags to the works that meet the condition, and removes these from `earlier`.
    fn assign(
        &mut self,
        scope: RuleScope<'_>,
        matched: &dyn Fn(&MatchedWork<'_>) -> Vec<MatchedCondition>,
        earlier: &mut HashMap<(i64, i64), EarlierAssignment>,
    ) -> Result<()> {
        let connection = self.change.connection();
        let parts: Vec<Sql> = (self.rule.parts.iter()).map(Filter::expression).collect();
        let columns: String = parts
            .iter()
            .map(|part| format!(", coalesce(({}), 0)", part.text))
            .collect();
        let condition = self.rule.condition.expression();
        let sql = format!(
            "SELECT work_summary.work_id, citation_key, title, authors{columns} FROM work_summary
             WHERE ({}) AND work_summary.work_id BETWEEN ? AND ? ORDER BY work_summary.work_id",
            condition.text
        );
        let range = scope.range().map(Value::from);
        let parameters = parts
            .iter()
            .flat_map(|part| &part.parameters)
            .chain(&condition.parameters)
            .chain(&range);
        // Most rules have the same SQL and differ in their parameters.
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(parameters))?;
        let mut insert = connection.prepare_cached(
            "INSERT INTO assignment (work_id, tag_id, origin, source, at, matched)
             VALUES (?1, ?2, 'rule', ?3, ?4, ?5)",
        )?;
        let mut update =
            connection.prepare_cached("UPDATE assignment SET matched = ?2 WHERE id = ?1")?;
        let mut holds = Vec::with_capacity(self.rule.parts.len());
        while let Some(row) = rows.next()? {
            let work: i64 = row.get(0)?;
            if !scope.contains(work) {
                continue;
            }
            holds.clear();
            for index in 0..self.rule.parts.len() {
                holds.push(row.get::<_, bool>(4 + index)?);
            }
            let text = |column: usize| -> rusqlite::Result<&str> {
                Ok(row.get_ref(column)?.as_str_or_null()?.unwrap_or_default())
            };
            let item = OnceCell::new();
            let matches = matched(&MatchedWork {
                title: text(2)?,
                authors: text(3)?,
                item: &|| item.get_or_init(|| self.item(work)).as_ref(),
                parts: &holds,
            });
            let json = serde_json::to_string(&matches).unwrap_or_default();
            for (tag, name) in &self.rule.tags {
                if self.vetoes.contains(&(work, *tag)) {
                    continue;
                }
                if let Some(assignment) = earlier.remove(&(work, *tag)) {
                    if assignment.matched != json {
                        update.execute(params![assignment.id, json])?;
                    }
                    continue;
                }
                let shared = self.is_on(work, *tag)?;
                insert.execute(params![work, tag, self.rule.name, self.at, json])?;
                self.changes += 1;
                (self.effect)(RuleEffect {
                    work,
                    key: row.get(1)?,
                    tag: name.clone(),
                    rule: self.rule.name.clone(),
                    effect: Effect::Added,
                    shared,
                    matched: matches.clone(),
                });
            }
        }
        Ok(())
    }

    /// Removes an assignment of the rule.
    fn unassign(&mut self, work: i64, tag: i64, assignment: &EarlierAssignment) -> Result<()> {
        let connection = self.change.connection();
        connection
            .prepare_cached("DELETE FROM assignment WHERE id = ?1")?
            .execute([assignment.id])?;
        self.changes += 1;
        let shared = self.is_on(work, tag)?;
        (self.effect)(RuleEffect {
            work,
            key: self.change.works().key(work)?,
            tag: self.change.tags().get(tag)?.tag,
            rule: self.rule.name.clone(),
            effect: Effect::Removed,
            shared,
            matched: super::tags::matches(Some(&assignment.matched)),
        });
        Ok(())
    }

    /// Reads a work; most rules only need its title and its authors.
    fn item(&self, work: i64) -> Option<CslItem> {
        let statement = "SELECT item FROM csl_item WHERE work_id = ?1";
        let mut statement = self.change.connection().prepare_cached(statement).ok()?;
        let item: String = statement.query_row([work], |row| row.get(0)).ok()?;
        serde_json::from_str(&item).ok()
    }

    /// Returns whether a work has a tag.
    fn is_on(&self, work: i64, tag: i64) -> Result<bool> {
        Ok(self
            .change
            .connection()
            .prepare_cached("SELECT 1 FROM assignment WHERE work_id = ?1 AND tag_id = ?2")?
            .exists([work, tag])?)
    }
}

fn list(texts: &[String]) -> String {
    serde_json::to_string(texts).unwrap_or_default()
}

fn rule(row: &Row<'_>) -> rusqlite::Result<Rule> {
    // The library writes these lists itself, so one that cannot be parsed is treated as empty.
    let list = |text: &str| serde_json::from_str::<Vec<String>>(text).unwrap_or_default();
    Ok(Rule {
        name: row.get(0)?,
        when: row.get(1)?,
        then: list(row.get_ref(2)?.as_str()?),
        why: row.get(3)?,
        must: list(row.get_ref(4)?.as_str()?),
        must_not: list(row.get_ref(5)?.as_str()?),
    })
}
