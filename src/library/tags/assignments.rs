//! Which works have which tags, on whose word, and which a person took off for good.

use rusqlite::{params, params_from_iter};

use super::{TagName, tag_name};
use crate::library::history::now;
use crate::library::{Change, Condition, Library, Result};

/// Who put a tag on a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A person, with `peerbib tag`.
    Hand,
    /// A rule.
    Rule,
    /// An import: the shipped vocabulary, or keywords of a file.
    Import,
}

impl Origin {
    /// Its name, as the library and JSON have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hand => "hand",
            Self::Rule => "rule",
            Self::Import => "import",
        }
    }
}

/// A tag on a work, as it is stored: on whose word and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Assignment {
    /// The tag.
    pub tag: TagName,
    /// Who put it there.
    pub origin: Origin,
    /// On whose word: the person, the rule or the file.
    pub source: String,
    /// Why.
    pub reason: Option<String>,
    /// When: UTC, RFC 3339.
    pub at: String,
    /// For a tag by a rule: which of its conditions hold, and on which words of the work.
    pub matched: Vec<Match>,
}

/// A condition of a rule that holds for a work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Match {
    /// The condition, as the rule has it.
    pub condition: String,
    /// The words of the work that meet it, where it is about words.
    pub text: Option<String>,
}

/// A tag that a person took off a work for good.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Veto {
    /// The tag.
    pub tag: TagName,
    /// When: UTC, RFC 3339.
    pub at: String,
}

/// A tag to be put on a work.
#[derive(Debug, Clone, Copy)]
pub struct NewAssignment<'a> {
    /// The work's number in the library.
    pub work: i64,
    /// The tag's number in the library.
    pub tag: i64,
    /// Who puts it there.
    pub origin: Origin,
    /// On whose word.
    pub source: &'a str,
    /// Why.
    pub reason: Option<&'a str>,
}

/// What is known of the tags of one work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Tagging {
    /// The work's key.
    pub key: String,
    /// The tags on it.
    pub tags: Vec<Assignment>,
    /// The tags that a person took off it for good.
    pub vetoed: Vec<Veto>,
}

/// A change of the tags of many works at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagChange {
    /// The tag with this number is put on, by hand.
    Put(i64),
    /// The tag with this number is taken off.
    Take(i64),
}

/// What became of a tag that was to be put on a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaggedOutcome {
    /// It is there now.
    Added,
    /// It was there already.
    Unchanged,
    /// A person took it off before, and only a person puts it back.
    Vetoed,
}

impl Library {
    /// The tags on a work and on whose word they are there, in the order of the vocabulary.
    ///
    /// # Errors
    ///
    /// [`crate::library::LibraryError::UnknownKey`].
    pub fn tagging(&self, key: &str) -> Result<Tagging> {
        let work = self.work_id(key)?;
        let mut statement = self.connection.prepare_cached(
            "SELECT facet, name, origin, source, reason, at, matched
             FROM assignment JOIN tag ON tag.id = tag_id
             WHERE work_id = ?1 ORDER BY tag.position, assignment.id",
        )?;
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
        let mut statement = self.connection.prepare_cached(
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
        let key = self.key_of(work)?;
        Ok(Tagging { key, tags, vetoed })
    }
}

impl Change<'_> {
    /// Puts a tag on a work.
    ///
    /// What a person does overrides an earlier veto; what a rule or an import does never overrides one.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn assign(&self, new: NewAssignment<'_>) -> Result<TaggedOutcome> {
        let connection = self.connection();
        let vetoed = connection
            .prepare_cached("SELECT 1 FROM veto WHERE work_id = ?1 AND tag_id = ?2")?
            .exists([new.work, new.tag])?;
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
        // A person's second word on the same tag replaces the first: the reason may be a better one.
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
            self.note_tags(new.work);
            TaggedOutcome::Added
        } else {
            TaggedOutcome::Unchanged
        })
    }

    /// Takes a tag off a work, whoever put it there, and says whether it was there. Where a rule or an
    /// import had put it there, the tag is vetoed: it does not come back by itself.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn unassign(&self, work: i64, tag: i64) -> Result<bool> {
        let connection = self.connection();
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
        self.note_tags(work);
        Ok(removed > 0)
    }
}

impl Change<'_> {
    /// Carries out changes of tags on all works that meet a condition, by the hand of `person` and for
    /// `reason`. Gives for each change on how many works the tag is new, or from how many it is gone;
    /// which works are meant is settled before the first change.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn change_tags(
        &self,
        works: &Condition,
        changes: &[TagChange],
        person: &str,
        reason: Option<&str>,
    ) -> Result<Vec<usize>> {
        let connection = self.connection();
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
            self.note_tags(work?);
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

/// What is stored of the matches of an assignment.
pub(in crate::library) fn matches(stored: Option<&str>) -> Vec<Match> {
    stored
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default()
}
