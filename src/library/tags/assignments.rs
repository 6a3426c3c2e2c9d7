//! Assignments of tags to works, and vetoes: tags that a user removed for good.

use std::collections::HashMap;

use rusqlite::{params, params_from_iter};

use super::{TagName, tag_name};
use crate::library::history::now;
use crate::library::{Filter, Result, Tags, TagsMut};

/// The origin of an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A user, by hand.
    Hand,
    /// A rule.
    Rule,
    /// An import: the bundled vocabulary, or keywords in a file.
    Import,
}

impl Origin {
    /// Returns its name in the library and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hand => "hand",
            Self::Rule => "rule",
            Self::Import => "import",
        }
    }
}

/// A stored assignment of a tag to a work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Assignment {
    /// The tag.
    pub tag: TagName,
    /// Its origin: by hand, by rule or by import.
    pub origin: Origin,
    /// The name of the person or the rule, or the path of the file.
    pub source: String,
    /// The reason.
    pub reason: Option<String>,
    /// The time: UTC, RFC 3339.
    pub at: String,
    /// For a rule: the conditions that the work meets, with the matching words.
    pub matched: Vec<MatchedCondition>,
}

/// A condition of a rule that a work meets.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MatchedCondition {
    /// The condition in the words of the rule.
    pub condition: String,
    /// The matching words of the work, if the condition is about words.
    pub text: Option<String>,
}

/// A tag that a user removed from a work for good.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Veto {
    /// The tag.
    pub tag: TagName,
    /// The time: UTC, RFC 3339.
    pub at: String,
}

/// An assignment to make.
#[derive(Debug, Clone, Copy)]
pub struct NewAssignment<'a> {
    /// The rowid of the work.
    pub work: i64,
    /// The rowid of the tag.
    pub tag: i64,
    /// Its origin: by hand, by rule or by import.
    pub origin: Origin,
    /// The name of the person or the rule, or the path of the file.
    pub source: &'a str,
    /// The reason.
    pub reason: Option<&'a str>,
}

/// The tags and vetoes of one work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Tagging {
    /// The work's key.
    pub key: String,
    /// Its tags.
    pub tags: Vec<Assignment>,
    /// The tags that a user removed from it for good.
    pub vetoed: Vec<Veto>,
}

/// A change of the tags of many works at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagChange {
    /// Assign the tag with this rowid by hand.
    Put(i64),
    /// Remove the tag with this rowid.
    Take(i64),
}

/// The outcome of an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaggedOutcome {
    /// The tag is new on the work.
    Added,
    /// The work had the tag.
    Unchanged,
    /// A user removed the tag before, so only a user can assign it again.
    Vetoed,
}

/// The reason of an assignment: that of its rule, or its own.
const REASON: &str =
    "iif(origin = 'rule', (SELECT why FROM rule WHERE rule.name = assignment.source), reason)";

impl Tags<'_> {
    /// Returns the tags of a work and who assigned them, in the order of the vocabulary.
    ///
    /// # Errors
    ///
    /// [`crate::library::LibraryError::UnknownKey`].
    pub fn of_work(&self, key: &str) -> Result<Tagging> {
        let work = self.library.works().id(key)?;
        let mut statement = self.library.connection.prepare_cached(&format!(
            "SELECT facet, name, origin, source, {REASON}, at, matched
             FROM assignment JOIN tag ON tag.id = tag_id
             WHERE work_id = ?1 ORDER BY tag.position, assignment.id"
        ))?;
        let tags = statement
            .query_map([work], |row| {
                Ok(Assignment {
                    tag: tag_name(row, 0)?,
                    origin: match row.get_ref(2)?.as_str()? {
                        "hand" => Origin::Hand,
                        "rule" => Origin::Rule,
                        _ => Origin::Import,
                    },
                    source: row.get(3)?,
                    reason: row.get(4)?,
                    at: row.get(5)?,
                    matched: matches(row.get_ref(6)?.as_str_or_null()?),
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        let mut statement = self.library.connection.prepare_cached(
            "SELECT facet, name, at FROM veto JOIN tag ON tag.id = tag_id
             WHERE work_id = ?1 ORDER BY tag.position",
        )?;
        let vetoed = statement
            .query_map([work], |row| {
                Ok(Veto {
                    tag: tag_name(row, 0)?,
                    at: row.get(2)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        let key = self.library.works().key(work)?;
        Ok(Tagging { key, tags, vetoed })
    }
}

impl Tags<'_> {
    /// Returns whether a user removed a tag from a work for good.
    pub(in crate::library) fn is_vetoed(&self, work: i64, tag: i64) -> Result<bool> {
        Ok(self
            .library
            .connection
            .prepare_cached("SELECT 1 FROM veto WHERE work_id = ?1 AND tag_id = ?2")?
            .exists([work, tag])?)
    }

    /// Returns the works with a tag, by rowid, each with the latest reason.
    pub fn reasons(&self, tag: i64) -> Result<HashMap<i64, Option<String>>> {
        let mut statement = self.library.connection.prepare_cached(&format!(
            "SELECT work_id, {REASON} AS why FROM assignment WHERE tag_id = ?1
             ORDER BY work_id, why IS NOT NULL, id"
        ))?;
        let reasons = statement.query_map([tag], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(reasons.collect::<rusqlite::Result<_>>()?)
    }
}

impl TagsMut<'_> {
    /// Assigns a tag to a work.
    ///
    /// A user overrides an earlier veto; a rule or an import never does.
    pub fn assign(&self, new: NewAssignment<'_>) -> Result<TaggedOutcome> {
        let connection = self.change.connection();
        let vetoed = self.is_vetoed(new.work, new.tag)?;
        if vetoed && new.origin != Origin::Hand {
            return Ok(TaggedOutcome::Vetoed);
        }
        if vetoed {
            connection.execute(
                "DELETE FROM veto WHERE work_id = ?1 AND tag_id = ?2",
                [new.work, new.tag],
            )?;
        }
        let at = now(connection)?;
        // A second assignment by the same person replaces the first: its reason may be better.
        let changed = connection
            .prepare_cached(
                "INSERT INTO assignment (work_id, tag_id, origin, source, reason, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (work_id, tag_id, origin, source) DO UPDATE
                     SET reason = excluded.reason, at = excluded.at
                     WHERE excluded.reason IS NOT NULL AND reason IS NOT excluded.reason",
            )?
            .execute(params![
                new.work,
                new.tag,
                new.origin.as_str(),
                new.source,
                new.reason,
                at
            ])?;
        Ok(if changed > 0 {
            self.change.note_tags(new.work);
            TaggedOutcome::Added
        } else {
            TaggedOutcome::Unchanged
        })
    }

    /// Removes the assignment of a tag by the import of `path`, without a veto: the source itself no longer has the tag.
    pub(in crate::library) fn withdraw_import(
        &self,
        work: i64,
        tag: i64,
        path: &str,
    ) -> Result<()> {
        let removed = self
            .change
            .connection()
            .prepare_cached(
                "DELETE FROM assignment
                 WHERE work_id = ?1 AND tag_id = ?2 AND source = ?3 AND origin <> 'rule'",
            )?
            .execute(params![work, tag, path])?;
        if removed > 0 {
            self.change.note_tags(work);
        }
        Ok(())
    }

    /// Removes a tag from a work, whoever assigned it, and returns whether the work had it. If a rule or an import
    /// had assigned it, the tag is vetoed, so that it does not come back by itself.
    pub fn unassign(&self, work: i64, tag: i64) -> Result<bool> {
        let connection = self.change.connection();
        connection.execute(
            "INSERT OR IGNORE INTO veto (work_id, tag_id, at)
             SELECT work_id, tag_id, ?3 FROM assignment
             WHERE work_id = ?1 AND tag_id = ?2 AND origin <> 'hand' LIMIT 1",
            params![work, tag, now(connection)?],
        )?;
        let removed = connection.execute(
            "DELETE FROM assignment WHERE work_id = ?1 AND tag_id = ?2",
            [work, tag],
        )?;
        self.change.note_tags(work);
        Ok(removed > 0)
    }

    /// Reverts the assignment of a tag to a work by a person. The tag stays if a rule or an import assigned it, too.
    pub fn withdraw(&self, work: i64, tag: i64, person: &str) -> Result<()> {
        self.change.connection().execute(
            "DELETE FROM assignment WHERE work_id = ?1 AND tag_id = ?2 AND origin = 'hand' AND source = ?3",
            params![work, tag, person],
        )?;
        self.change.note_tags(work);
        Ok(())
    }
}

impl TagsMut<'_> {
    /// Applies changes of tags to all works that meet a condition, on behalf of `person` and with `reason`. The
    /// works are selected before the first change. Returns how many works each change affected.
    pub fn change_assignments(
        &self,
        works: &Filter,
        changes: &[TagChange],
        person: &str,
        reason: Option<&str>,
    ) -> Result<Vec<usize>> {
        let connection = self.change.connection();
        connection.execute_batch(
            "CREATE TEMP TABLE IF NOT EXISTS chosen (work_id INTEGER PRIMARY KEY);
             DELETE FROM temp.chosen;",
        )?;
        let works = works.numbers();
        connection.execute(
            &format!("INSERT INTO temp.chosen {}", works.text),
            params_from_iter(&works.parameters),
        )?;
        let mut chosen = connection.prepare("SELECT work_id FROM temp.chosen")?;
        for work in chosen.query_map([], |row| row.get(0))? {
            self.change.note_tags(work?);
        }
        let at = now(connection)?;
        let count = |sql: &str, tag: i64| -> Result<usize> {
            let count: i64 = connection.query_row(sql, [tag], |row| row.get(0))?;
            Ok(usize::try_from(count).unwrap_or(0))
        };
        let mut counts = Vec::with_capacity(changes.len());
        for change in changes {
            counts.push(match *change {
                TagChange::Put(tag) => {
                    let new = count(
                        "SELECT count(*) FROM temp.chosen WHERE work_id NOT IN
                             (SELECT work_id FROM assignment WHERE tag_id = ?1)",
                        tag,
                    )?;
                    connection.execute(
                        "DELETE FROM veto WHERE tag_id = ?1
                             AND work_id IN (SELECT work_id FROM temp.chosen)",
                        [tag],
                    )?;
                    connection.execute(
                        "INSERT INTO assignment (work_id, tag_id, origin, source, reason, at)
                         SELECT work_id, ?1, 'hand', ?2, ?3, ?4 FROM temp.chosen WHERE true
                         ON CONFLICT (work_id, tag_id, origin, source) DO UPDATE
                             SET reason = excluded.reason, at = excluded.at
                             WHERE excluded.reason IS NOT NULL AND reason IS NOT excluded.reason",
                        params![tag, person, reason, at],
                    )?;
                    new
                }
                TagChange::Take(tag) => {
                    let gone = count(
                        "SELECT count(*) FROM temp.chosen WHERE work_id IN
                             (SELECT work_id FROM assignment WHERE tag_id = ?1)",
                        tag,
                    )?;
                    connection.execute(
                        "INSERT OR IGNORE INTO veto (work_id, tag_id, at)
                         SELECT DISTINCT work_id, tag_id, ?2 FROM assignment
                         WHERE tag_id = ?1 AND origin <> 'hand'
                             AND work_id IN (SELECT work_id FROM temp.chosen)",
                        params![tag, at],
                    )?;
                    connection.execute(
                        "DELETE FROM assignment WHERE tag_id = ?1
                             AND work_id IN (SELECT work_id FROM temp.chosen)",
                        [tag],
                    )?;
                    gone
                }
            });
        }
        Ok(counts)
    }
}

/// Reads the stored matches of an assignment.
pub(in crate::library) fn matches(stored: Option<&str>) -> Vec<MatchedCondition> {
    stored
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default()
}
