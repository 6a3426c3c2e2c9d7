//! Tags: what they are, which works have them, and on whose word.

use std::fmt;
use std::str::FromStr;

use rusqlite::{OptionalExtension as _, Row, params};

use super::history::now;
use super::{Change, Library, LibraryError, Result};
use crate::spelling::closest;

/// The name of a tag: a facet and a name within it, written `movement:oekonux`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TagName {
    /// The facet: `movement`, `theme`, or any other.
    pub facet: String,
    /// The name within the facet.
    pub name: String,
}

impl fmt::Display for TagName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.facet, self.name)
    }
}

impl serde::Serialize for TagName {
    fn serialize<S: serde::Serializer>(&self, writer: S) -> std::result::Result<S::Ok, S::Error> {
        writer.collect_str(self)
    }
}

impl FromStr for TagName {
    type Err = LibraryError;

    /// Reads `FACET:NAME`. Both are kept in lower case; neither may be empty or hold white space,
    /// commas or quotation marks, so that a tag is one word in a query and in BibTeX's `keywords`.
    fn from_str(text: &str) -> Result<Self> {
        let malformed = |reason| LibraryError::MalformedTag {
            tag: text.to_owned(),
            reason,
        };
        let (facet, name) = text
            .trim()
            .split_once(':')
            .ok_or_else(|| malformed("it has no facet"))?;
        if facet.is_empty() {
            return Err(malformed("its facet is empty"));
        }
        if name.is_empty() {
            return Err(malformed("its name is empty"));
        }
        if !facet
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        {
            return Err(malformed("a facet has letters, digits and hyphens only"));
        }
        if name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || ",;\"'{}()".contains(c))
        {
            return Err(malformed(
                "a name has no spaces, commas, quotation marks or brackets; use hyphens",
            ));
        }
        Ok(Self {
            facet: facet.to_lowercase(),
            name: name.to_lowercase(),
        })
    }
}

/// A tag of the library.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Tag {
    /// Its number in the library.
    #[serde(skip)]
    pub id: i64,
    /// Its name.
    pub tag: TagName,
    /// How it is headed in a reading list.
    pub label: Option<String>,
    /// What it stands for.
    pub description: Option<String>,
    /// The wider tag that it belongs under.
    pub parent: Option<TagName>,
    /// Where it is at home.
    pub place: Option<String>,
    /// When it was or is active (EDTF).
    pub active: Option<String>,
    /// Other names of it.
    pub aliases: Vec<String>,
    /// The people tied to it.
    pub people: Vec<String>,
    /// What happened when.
    pub events: Vec<TagEvent>,
}

/// Something that happened in the life of a movement.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TagEvent {
    /// When (EDTF).
    pub date: String,
    /// What.
    pub what: String,
}

impl Tag {
    /// A tag of which the name alone is known.
    pub fn named(tag: TagName) -> Self {
        Self {
            id: 0,
            tag,
            label: None,
            description: None,
            parent: None,
            place: None,
            active: None,
            aliases: Vec::new(),
            people: Vec::new(),
            events: Vec::new(),
        }
    }

    /// The label, or the name where there is none.
    pub fn heading(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.tag.name)
    }
}

/// A tag in an overview: with the number of works under it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TagSummary {
    /// Its number in the library.
    #[serde(skip)]
    pub id: i64,
    /// Its name.
    pub tag: TagName,
    /// How it is headed in a reading list.
    pub label: Option<String>,
    /// The wider tag that it belongs under.
    pub parent: Option<TagName>,
    /// How many works have it.
    pub works: i64,
    /// How many works have it or a narrower tag.
    pub works_with_narrower: i64,
}

impl TagSummary {
    /// A tag of which the name alone is known.
    pub fn named(tag: TagName) -> Self {
        Self {
            id: 0,
            tag,
            label: None,
            parent: None,
            works: 0,
            works_with_narrower: 0,
        }
    }
}

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
    fn as_str(self) -> &'static str {
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
    pub vetoed: Vec<TagName>,
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
    /// The tag that `text` names: `FACET:NAME`, or a name or alias that belongs to one tag alone.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownTag`], with a tag that is spelt much the same;
    /// [`LibraryError::AmbiguousTag`].
    pub fn resolve_tag(&self, text: &str) -> Result<Tag> {
        let (facet, name) = match text.split_once(':') {
            Some((facet, name)) => (Some(facet.to_lowercase()), name.to_lowercase()),
            None => (None, text.to_lowercase()),
        };
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT tag.id, tag.facet, tag.name
             FROM tag LEFT JOIN tag_alias ON tag_alias.tag_id = tag.id
             WHERE (tag.name = ?2 AND (?1 IS NULL OR tag.facet = ?1))
                OR (tag_alias.alias = ?2 AND (?1 IS NULL OR tag_alias.facet = ?1))
             ORDER BY tag.position",
        )?;
        let found = statement
            .query_map(params![facet, name], |row| {
                Ok((row.get::<_, i64>(0)?, tag_name(row, 1)?))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        match found.as_slice() {
            [(id, _)] => self.tag(*id),
            [] => {
                let known = self.tag_names()?;
                // Names are compared without their facets, which would make all of one facet alike.
                let like = |of_facet: &dyn Fn(&TagName) -> bool| {
                    let tags = || known.iter().filter(|tag| of_facet(tag));
                    let by_name = closest(&name, tags().map(|tag| tag.name.clone()))?;
                    tags()
                        .find(|tag| tag.name == by_name)
                        .map(ToString::to_string)
                };
                let suggestion =
                    like(&|tag| facet.as_ref() == Some(&tag.facet)).or_else(|| like(&|_| true));
                Err(LibraryError::UnknownTag {
                    tag: text.to_owned(),
                    suggestion,
                })
            }
            several => Err(LibraryError::AmbiguousTag {
                tag: text.to_owned(),
                candidates: several.iter().map(|(_, tag)| tag.to_string()).collect(),
            }),
        }
    }

    /// The facets that tags of this library have, in the order of the vocabulary.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn facets(&self) -> Result<Vec<String>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT facet FROM tag GROUP BY facet ORDER BY min(position)")?;
        let facets = statement.query_map([], |row| row.get(0))?;
        Ok(facets.collect::<rusqlite::Result<_>>()?)
    }

    /// The numbers of these tags and of all narrower ones.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn with_narrower(&self, tags: &[i64]) -> Result<Vec<i64>> {
        let mut narrower = self
            .connection
            .prepare_cached("SELECT id FROM tag WHERE parent_id = ?1")?;
        let mut found = tags.to_vec();
        let mut next = 0;
        while let Some(tag) = found.get(next) {
            let under = narrower
                .query_map([tag], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<i64>>>()?;
            for tag in under {
                if !found.contains(&tag) {
                    found.push(tag);
                }
            }
            next += 1;
        }
        Ok(found)
    }

    fn tag_names(&self) -> Result<Vec<TagName>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT facet, name FROM tag ORDER BY position")?;
        let names = statement.query_map([], |row| tag_name(row, 0))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }

    /// The tag with a number.
    fn tag(&self, id: i64) -> Result<Tag> {
        let mut tag = self.connection.query_row(
            "SELECT tag.facet, tag.name, tag.label, tag.description, tag.place, tag.active,
                    parent.facet, parent.name
             FROM tag LEFT JOIN tag AS parent ON parent.id = tag.parent_id WHERE tag.id = ?1",
            [id],
            |row| {
                Ok(Tag {
                    id,
                    label: row.get(2)?,
                    description: row.get(3)?,
                    place: row.get(4)?,
                    active: row.get(5)?,
                    parent: optional_tag_name(row, 6)?,
                    ..Tag::named(tag_name(row, 0)?)
                })
            },
        )?;
        let texts = |sql: &str| -> Result<Vec<String>> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let texts = statement.query_map([id], |row| row.get(0))?;
            Ok(texts.collect::<rusqlite::Result<_>>()?)
        };
        tag.aliases = texts("SELECT alias FROM tag_alias WHERE tag_id = ?1 ORDER BY id")?;
        tag.people = texts("SELECT name FROM tag_person WHERE tag_id = ?1 ORDER BY id")?;
        let mut events = self
            .connection
            .prepare_cached("SELECT date, what FROM tag_event WHERE tag_id = ?1 ORDER BY id")?;
        tag.events = events
            .query_map([id], |row| {
                Ok(TagEvent {
                    date: row.get(0)?,
                    what: row.get(1)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(tag)
    }

    /// The tags of one facet, or of all, in the order of the vocabulary, with how many works each has.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn tags(&self, facet: Option<&str>) -> Result<Vec<TagSummary>> {
        let mut statement = self.connection.prepare_cached(
            "WITH RECURSIVE under (ancestor, tag) AS (
                 SELECT id, id FROM tag
                 UNION SELECT under.ancestor, tag.id FROM under JOIN tag ON tag.parent_id = under.tag
             )
             SELECT tag.facet, tag.name, tag.label, parent.facet, parent.name,
                    (SELECT count(DISTINCT work_id) FROM assignment WHERE tag_id = tag.id),
                    (SELECT count(DISTINCT work_id) FROM under
                     JOIN assignment ON assignment.tag_id = under.tag
                     WHERE under.ancestor = tag.id),
                    tag.id
             FROM tag LEFT JOIN tag AS parent ON parent.id = tag.parent_id
             WHERE ?1 IS NULL OR tag.facet = ?1
             ORDER BY tag.position",
        )?;
        let tags = statement.query_map([facet], |row| {
            Ok(TagSummary {
                tag: tag_name(row, 0)?,
                label: row.get(2)?,
                parent: optional_tag_name(row, 3)?,
                works: row.get(5)?,
                works_with_narrower: row.get(6)?,
                id: row.get(7)?,
            })
        })?;
        Ok(tags.collect::<rusqlite::Result<_>>()?)
    }

    /// The tags on a work and on whose word they are there, in the order of the vocabulary.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownKey`].
    pub fn tagging(&self, key: &str) -> Result<Tagging> {
        let work = self.work_id(key)?;
        let mut statement = self.connection.prepare_cached(
            "SELECT facet, name, origin, source, reason, at
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
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        let mut statement = self.connection.prepare_cached(
            "SELECT facet, name FROM veto JOIN tag ON tag.id = tag_id
             WHERE work_id = ?1 ORDER BY tag.position",
        )?;
        let vetoed = statement
            .query_map([work], |row| tag_name(row, 0))?
            .collect::<rusqlite::Result<_>>()?;
        let key = self.key_of(work)?;
        Ok(Tagging { key, tags, vetoed })
    }
}

impl Change<'_> {
    /// Adds a tag, or brings the one of this name up to `tag`: a label, description, place or span that
    /// `tag` does not have is left as it is, and people, events and aliases are added. Gives the tag's
    /// number.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownTag`] for its parent; [`LibraryError::TagCycle`].
    pub fn put_tag(&self, tag: &Tag) -> Result<i64> {
        let parent = match &tag.parent {
            Some(parent) => Some(self.resolve_tag(&parent.to_string())?),
            None => None,
        };
        let connection = self.connection();
        let existing: Option<i64> = connection
            .query_row(
                "SELECT id FROM tag WHERE facet = ?1 AND name = ?2",
                params![tag.tag.facet, tag.tag.name],
                |row| row.get(0),
            )
            .optional()?;
        if let (Some(id), Some(parent)) = (existing, &parent)
            && self.is_under(parent.id, id)?
        {
            return Err(LibraryError::TagCycle {
                tag: tag.tag.to_string(),
                parent: parent.tag.to_string(),
            });
        }
        let parent = parent.map(|parent| parent.id);
        let id = match existing {
            Some(id) => {
                // The comparison keeps a vocabulary that is installed again out of history.
                connection.execute(
                    "UPDATE tag SET label = coalesce(?2, label),
                         description = coalesce(?3, description),
                         parent_id = coalesce(?4, parent_id), place = coalesce(?5, place),
                         active = coalesce(?6, active)
                     WHERE id = ?1 AND (label, description, parent_id, place, active)
                         IS NOT (coalesce(?2, label), coalesce(?3, description),
                                 coalesce(?4, parent_id), coalesce(?5, place),
                                 coalesce(?6, active))",
                    params![
                        id,
                        tag.label,
                        tag.description,
                        parent,
                        tag.place,
                        tag.active
                    ],
                )?;
                id
            }
            None => {
                connection.execute(
                    "INSERT INTO tag (facet, name, label, description, parent_id, place, active,
                                      position)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
                             (SELECT coalesce(max(position), 0) + 1 FROM tag))",
                    params![
                        tag.tag.facet,
                        tag.tag.name,
                        tag.label,
                        tag.description,
                        parent,
                        tag.place,
                        tag.active
                    ],
                )?;
                connection.last_insert_rowid()
            }
        };
        for alias in &tag.aliases {
            connection.execute(
                "INSERT OR IGNORE INTO tag_alias (tag_id, facet, alias) VALUES (?1, ?2, ?3)",
                params![id, tag.tag.facet, alias.to_lowercase()],
            )?;
        }
        for person in &tag.people {
            connection.execute(
                "INSERT INTO tag_person (tag_id, name) SELECT ?1, ?2 WHERE NOT EXISTS
                     (SELECT 1 FROM tag_person WHERE tag_id = ?1 AND name = ?2)",
                params![id, person],
            )?;
        }
        for event in &tag.events {
            connection.execute(
                "INSERT INTO tag_event (tag_id, date, what) SELECT ?1, ?2, ?3 WHERE NOT EXISTS
                     (SELECT 1 FROM tag_event WHERE tag_id = ?1 AND date = ?2 AND what = ?3)",
                params![id, event.date, event.what],
            )?;
        }
        Ok(id)
    }

    /// Removes a tag from the vocabulary and from every work; its narrower tags stay, without parent.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn remove_tag(&self, tag: &Tag) -> Result<()> {
        self.connection()
            .execute("DELETE FROM tag WHERE id = ?1", [tag.id])?;
        Ok(())
    }

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
        Ok(removed > 0)
    }

    /// Whether `tag` is `ancestor` or a narrower tag of it.
    fn is_under(&self, tag: i64, ancestor: i64) -> Result<bool> {
        Ok(self
            .connection()
            .prepare_cached(
                "WITH RECURSIVE up (id) AS (
                     SELECT ?1 UNION
                     SELECT parent_id FROM tag JOIN up ON tag.id = up.id
                     WHERE parent_id IS NOT NULL
                 ) SELECT 1 FROM up WHERE id = ?2",
            )?
            .exists([tag, ancestor])?)
    }
}

fn tag_name(row: &Row<'_>, column: usize) -> rusqlite::Result<TagName> {
    Ok(TagName {
        facet: row.get(column)?,
        name: row.get(column + 1)?,
    })
}

fn optional_tag_name(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<TagName>> {
    Ok(match row.get::<_, Option<String>>(column)? {
        Some(facet) => Some(TagName {
            facet,
            name: row.get(column + 1)?,
        }),
        None => None,
    })
}
