//! Rules: which works get which tags by themselves.
//!
//! The library keeps the rules and carries them out; what a rule's condition means is the business of
//! [`crate::tagging`], which makes a [`ReadyRule`] of it. Carrying out a rule puts its tags on the works
//! that meet its condition, unless a person took them off, and takes off those that it put on works that
//! meet it no longer. What a hand or an import put on a work is never touched.

use std::collections::{BTreeSet, HashMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{Row, params, params_from_iter};

use super::history::now;
use super::tags::Match;
use super::{Change, Condition, Library, LibraryError, Result, Sql, Tag, TagName};
use crate::suggest::closest;

/// A rule, as its TOML has it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// The condition, a query.
    pub when: String,
    /// The tags that works get which meet it.
    pub then: Vec<String>,
    /// Why they get them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Keys of works that must meet the condition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must: Vec<String>,
    /// Keys of works that must not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_not: Vec<String>,
}

impl Rule {
    /// Whether it leads to a tag, by whatever name.
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

/// A rule that is ready to be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadyRule {
    /// Its name.
    pub name: String,
    /// Why its works get its tags.
    pub why: Option<String>,
    /// The tags, by number and name.
    pub tags: Vec<(i64, TagName)>,
    /// Its condition.
    pub condition: Condition,
    /// The conditions within it of which one or more hold where it does, by themselves.
    pub parts: Vec<Condition>,
}

/// A work that meets the condition of a rule.
#[derive(Debug)]
pub struct Met<'r> {
    /// Its title; empty where it has none.
    pub title: &'r str,
    /// A JSON array of its authors.
    pub authors: &'r str,
    /// The work as CSL-JSON.
    pub item: &'r str,
    /// Which parts of the condition hold for it.
    pub parts: &'r [bool],
}

/// What carrying out a rule did to a work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuleEffect {
    /// The work's number in the library.
    #[serde(skip)]
    pub work: i64,
    /// Its key.
    pub key: String,
    /// The tag.
    pub tag: TagName,
    /// The rule.
    pub rule: String,
    /// Whether the tag was put on or taken off.
    pub effect: Effect,
    /// Whether someone else's word for the tag is on the work, too, so that nothing but the reasons
    /// changes.
    pub shared: bool,
    /// Which conditions hold for the work, on which words.
    pub matched: Vec<Match>,
}

/// What a rule did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// It put the tag on the work.
    Added,
    /// It took the tag off.
    Removed,
}

/// To which works rules are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleScope<'w> {
    /// All of the library.
    All,
    /// Those with these rowids.
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

impl Library {
    /// The rules, in their order.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn rules(&self) -> Result<Vec<Rule>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT name, condition, tags, why, must, must_not FROM rule ORDER BY position, id",
        )?;
        let rules = statement.query_map([], rule)?;
        Ok(rules.collect::<rusqlite::Result<_>>()?)
    }

    /// The rule of a name.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownRule`], with one whose name is spelt much the same.
    pub fn rule(&self, name: &str) -> Result<Rule> {
        let rules = self.rules()?;
        let wanted = name.to_lowercase();
        let names = rules.iter().map(|rule| rule.name.clone());
        let suggestions = closest(name, names);
        rules
            .into_iter()
            .find(|rule| rule.name.to_lowercase() == wanted)
            .ok_or_else(|| LibraryError::UnknownRule {
                rule: name.to_owned(),
                suggestions,
            })
    }

    /// For each rule by name, on how many works it put a tag.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn works_by_rule(&self) -> Result<HashMap<String, i64>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT source, count(DISTINCT work_id) FROM assignment
             WHERE origin = 'rule' GROUP BY source",
        )?;
        let counts = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(counts.collect::<rusqlite::Result<_>>()?)
    }

    /// How many works meet a condition, and from how many of these a person took the tag off.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn count_met(&self, condition: &Condition, tag: i64) -> Result<(i64, i64)> {
        let met = condition.numbers();
        let sql = format!(
            "SELECT count(*), count(veto.id) FROM ({}) AS met
             LEFT JOIN veto ON veto.work_id = met.work_id AND veto.tag_id = ?",
            met.text
        );
        let parameters = met.parameters.into_iter().chain([Value::from(tag)]);
        Ok(self
            .connection
            .prepare(&sql)?
            .query_row(params_from_iter(parameters), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?)
    }
}

impl Change<'_> {
    /// Adds a rule behind the others, or has the one of its name be as `rule` says. Says whether
    /// anything is different now.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn put_rule(&self, rule: &Rule) -> Result<bool> {
        let mut statement = self.connection().prepare_cached(
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

    /// Gives a rule another name; the tags that it put on works are its tags still.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn rename_rule(&self, from: &str, to: &str) -> Result<()> {
        let connection = self.connection();
        connection.execute("UPDATE rule SET name = ?2 WHERE name = ?1", [from, to])?;
        connection.execute(
            "UPDATE OR IGNORE assignment SET source = ?2 WHERE origin = 'rule' AND source = ?1",
            [from, to],
        )?;
        Ok(())
    }

    /// Has the assignments of one tag that a rule made be those of another.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn hand_on(&self, from: &str, to: &str, tag: i64) -> Result<()> {
        self.connection().execute(
            "UPDATE OR IGNORE assignment SET source = ?2
             WHERE origin = 'rule' AND source = ?1 AND tag_id = ?3",
            params![from, to, tag],
        )?;
        Ok(())
    }

    /// Removes a rule, and takes off the tags that it put on works. Gives the number of works.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn remove_rule(&self, name: &str) -> Result<usize> {
        let connection = self.connection();
        let works = connection
            .prepare_cached(
                "SELECT DISTINCT work_id FROM assignment WHERE origin = 'rule' AND source = ?1",
            )?
            .query_map([name], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        for work in &works {
            self.note_tags(*work);
        }
        connection.execute(
            "DELETE FROM assignment WHERE origin = 'rule' AND source = ?1",
            [name],
        )?;
        connection.execute("DELETE FROM rule WHERE name = ?1", [name])?;
        Ok(works.len())
    }

    /// Has the rules stand in the order of `names`.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn order_rules<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<()> {
        let mut update = self
            .connection()
            .prepare_cached("UPDATE rule SET position = ?2 WHERE name = ?1 AND position <> ?2")?;
        for (position, name) in (1_i64..).zip(names) {
            update.execute(params![name, position])?;
        }
        Ok(())
    }

    /// Remembers that a rule that ships with peerbib is being installed; says whether that is the first
    /// time.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn install_rule(&self, name: &str) -> Result<bool> {
        // An insertion that is ignored would be none in history, either, but asking is clearer.
        let connection = self.connection();
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

    /// Has every rule that leads to a tag call it by another name.
    pub(super) fn rename_in_rules(&self, tag: &Tag, name: &TagName) -> Result<()> {
        for mut rule in self.rules()? {
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
            self.put_rule(&rule)?;
        }
        Ok(())
    }

    /// Carries out a rule: `matched` says on which words of a work its condition holds; `effect` is told
    /// of each change. Gives the number of changes.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn apply_rule(
        &self,
        rule: &ReadyRule,
        scope: RuleScope<'_>,
        matched: &dyn Fn(&Met<'_>) -> Vec<Match>,
        effect: &mut dyn FnMut(RuleEffect),
    ) -> Result<usize> {
        let mut standing = self.standing(&rule.name, scope)?;
        if !standing.is_empty() {
            self.give_reason(rule)?;
        }
        let mut applying = Applying {
            change: self,
            rule,
            at: now(self.connection())?,
            vetoes: self.vetoes(rule)?,
            changes: 0,
            effect,
        };
        applying.put(scope, matched, &mut standing)?;
        // What is left was put there once, and would not be now.
        for ((work, tag), standing) in standing {
            applying.take(work, tag, standing)?;
        }
        Ok(applying.changes)
    }

    /// Has all that a rule put on works say the rule's reason: it follows the rule without being said anew of
    /// each work.
    fn give_reason(&self, rule: &ReadyRule) -> Result<()> {
        const OTHERS: &str = "origin = 'rule' AND source = ?1 AND reason IS NOT ?2";
        let (connection, given) = (self.connection(), params![rule.name, rule.why]);
        let look = format!("SELECT 1 FROM assignment WHERE {OTHERS} LIMIT 1");
        // To look is cheap, but each UPDATE makes FTS5 write out what it has gathered.
        if connection.prepare_cached(&look)?.exists(given)? {
            let update = format!("UPDATE assignment SET reason = ?2 WHERE {OTHERS}");
            connection.execute(&update, given)?;
        }
        Ok(())
    }

    /// Takes off the tags of rules that are there no longer. Gives the number of changes.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn drop_orphans(&self, effect: &mut dyn FnMut(RuleEffect)) -> Result<usize> {
        let mut statement = self.connection().prepare_cached(
            "SELECT DISTINCT source FROM assignment
             WHERE origin = 'rule' AND source NOT IN (SELECT name FROM rule)",
        )?;
        let sources = statement
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()?;
        let mut changes = 0;
        for name in sources {
            let rule = ReadyRule {
                name,
                why: None,
                tags: Vec::new(),
                condition: Condition::NONE,
                parts: Vec::new(),
            };
            changes += self.apply_rule(&rule, RuleScope::All, &|_| Vec::new(), effect)?;
        }
        Ok(changes)
    }

    /// What a rule put on the works of `scope` so far: by work and tag.
    fn standing(&self, rule: &str, scope: RuleScope<'_>) -> Result<HashMap<(i64, i64), Standing>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT work_id, tag_id, id, matched FROM assignment
             WHERE origin = 'rule' AND source = ?1 AND work_id BETWEEN ?2 AND ?3",
        )?;
        let [first, last] = scope.range();
        let standing = statement.query_map(params![rule, first, last], |row| {
            let standing = Standing {
                assignment: row.get(2)?,
                matched: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
            };
            Ok(((row.get(0)?, row.get(1)?), standing))
        })?;
        let standing = standing.filter(|standing| match standing {
            Ok(((work, _), _)) => scope.contains(*work),
            Err(_) => true,
        });
        Ok(standing.collect::<rusqlite::Result<_>>()?)
    }

    /// The works from which a person took a tag of the rule off.
    fn vetoes(&self, rule: &ReadyRule) -> Result<HashSet<(i64, i64)>> {
        let mut statement = self
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
struct Standing {
    assignment: i64,
    matched: String,
}

/// A rule that is being carried out.
struct Applying<'a> {
    change: &'a Change<'a>,
    rule: &'a ReadyRule,
    at: String,
    vetoes: HashSet<(i64, i64)>,
    changes: usize,
    effect: &'a mut dyn FnMut(RuleEffect),
}

impl Applying<'_> {
    /// Puts the tags on the works that meet the condition, and crosses these off what is standing.
    fn put(
        &mut self,
        scope: RuleScope<'_>,
        matched: &dyn Fn(&Met<'_>) -> Vec<Match>,
        standing: &mut HashMap<(i64, i64), Standing>,
    ) -> Result<()> {
        let connection = self.change.connection();
        let parts: Vec<Sql> = (self.rule.parts.iter())
            .map(Condition::expression)
            .collect();
        let columns: String = parts
            .iter()
            .map(|part| format!(", coalesce(({}), 0)", part.text))
            .collect();
        let condition = self.rule.condition.expression();
        let sql = format!(
            "SELECT work_summary.work_id, work.key, work_summary.title, work_summary.authors, item{columns}
             FROM work_summary JOIN work ON work.id = work_summary.work_id
             JOIN csl_item ON csl_item.work_id = work_summary.work_id
             WHERE ({}) AND work_summary.work_id BETWEEN ? AND ? ORDER BY work_summary.work_id",
            condition.text
        );
        let range = scope.range().map(Value::from);
        let parameters = parts
            .iter()
            .flat_map(|part| &part.parameters)
            .chain(&condition.parameters)
            .chain(&range);
        // Most rules ask for the same, of other words.
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(parameters))?;
        let mut insert = connection.prepare_cached(
            "INSERT INTO assignment (work_id, tag_id, origin, source, reason, at, matched)
             VALUES (?1, ?2, 'rule', ?3, ?4, ?5, ?6)",
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
                holds.push(row.get::<_, bool>(5 + index)?);
            }
            let text = |column: usize| -> rusqlite::Result<&str> {
                Ok(row.get_ref(column)?.as_str_or_null()?.unwrap_or_default())
            };
            let matches = matched(&Met {
                title: text(2)?,
                authors: text(3)?,
                item: text(4)?,
                parts: &holds,
            });
            let json = serde_json::to_string(&matches).unwrap_or_default();
            for (tag, name) in &self.rule.tags {
                if self.vetoes.contains(&(work, *tag)) {
                    continue;
                }
                if let Some(standing) = standing.remove(&(work, *tag)) {
                    if standing.matched != json {
                        update.execute(params![standing.assignment, json])?;
                    }
                    continue;
                }
                let shared = self.is_on(work, *tag)?;
                insert.execute(params![
                    work,
                    tag,
                    self.rule.name,
                    self.rule.why,
                    self.at,
                    json
                ])?;
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

    /// Takes a tag off a work that the rule put there.
    fn take(&mut self, work: i64, tag: i64, standing: Standing) -> Result<()> {
        let connection = self.change.connection();
        connection
            .prepare_cached("DELETE FROM assignment WHERE id = ?1")?
            .execute([standing.assignment])?;
        self.changes += 1;
        let shared = self.is_on(work, tag)?;
        (self.effect)(RuleEffect {
            work,
            key: self.change.key_of(work)?,
            tag: self.change.tag(tag)?.tag,
            rule: self.rule.name.clone(),
            effect: Effect::Removed,
            shared,
            matched: super::tags::matches(Some(&standing.matched)),
        });
        Ok(())
    }

    /// Whether a work has a tag.
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
    // The library writes these lists itself; one that cannot be read is shown as empty.
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
