//! Tags and how to look them up. [`vocabulary`] changes them, [`assignments`] assigns them to works.

mod assignments;
mod matrix;
mod vocabulary;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

use rusqlite::{Row, params};

use super::{LibraryError, Result, Tags};
use crate::language;
use crate::suggest::closest;
use crate::text::{fold, words};

pub(in crate::library) use assignments::matches;
pub use assignments::{
    Assignment, MatchedCondition, NewAssignment, Origin, TagChange, TaggedOutcome, Tagging, Veto,
};
pub use matrix::Axis;
pub(in crate::library) use vocabulary::DEEPEST_TAG;
pub use vocabulary::{SplitPart, TagExtent};

/// The full name of a tag: a facet and a name within it, written `movement:oekonux`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TagName {
    /// The facet: `movement`, `theme`, or any other.
    pub facet: String,
    /// The name within the facet.
    pub name: String,
}

impl TagName {
    /// Returns the name of a tag for what another program calls it: in lower case, with hyphens for what a name cannot
    /// have. `None` if nothing is left.
    pub fn of_label(facet: &str, label: &str) -> Option<Self> {
        let word: String = label
            .trim()
            .chars()
            .map(|c| {
                let fits = !c.is_whitespace() && !c.is_control() && !",;\"'{}()\\".contains(c);
                if fits { c } else { '-' }
            })
            .collect();
        let mut word = word.trim_matches('-').to_owned();
        while word.contains("--") {
            word = word.replace("--", "-");
        }
        format!("{facet}:{word}").parse().ok()
    }
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

    /// Parses `FACET:NAME` and converts it to lower case. Neither part may be empty or contain white space, commas
    /// or quotation marks, so that a tag is one word in a query and in BibTeX's `keywords`.
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

/// A tag of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Tag {
    /// Its rowid.
    #[serde(skip)]
    pub id: i64,
    /// Its name.
    pub tag: TagName,
    /// Its heading in a reading list.
    pub label: Option<String>,
    /// Its headings in other languages, by the first parts of their tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Its description.
    pub description: Option<String>,
    /// Its parent tag.
    pub parent: Option<TagName>,
    /// The place that it belongs to.
    pub place: Option<String>,
    /// The time in which it was or is active (EDTF).
    pub active: Option<String>,
    /// Its aliases; those of another facet are written `FACET:NAME`.
    pub aliases: Vec<String>,
    /// The people associated with it.
    pub people: Vec<String>,
    /// Its events.
    pub events: Vec<TagEvent>,
}

/// An event in the history of a movement.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TagEvent {
    /// Its date (EDTF).
    pub date: String,
    /// Its description.
    pub what: String,
}

impl Tag {
    /// Returns a tag with only a name.
    pub fn named(tag: TagName) -> Self {
        Self {
            id: 0,
            tag,
            label: None,
            labels: BTreeMap::new(),
            description: None,
            parent: None,
            place: None,
            active: None,
            aliases: Vec::new(),
            people: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Returns the label in a language, or else the label, or else the name.
    pub fn heading(&self, language: Option<&str>) -> &str {
        language
            .and_then(|tag| self.labels.get(language::primary(tag)))
            .or(self.label.as_ref())
            .unwrap_or(&self.tag.name)
    }
}

/// The settings of a facet.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facet {
    /// Its name.
    #[serde(rename = "facet")]
    pub name: String,
    /// Its label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether a work has at most one of its tags.
    #[serde(default)]
    pub exclusive: bool,
}

/// A tag with its numbers of works.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TagSummary {
    /// Its rowid.
    #[serde(skip)]
    pub id: i64,
    /// Its name.
    pub tag: TagName,
    /// Its heading in a reading list.
    pub label: Option<String>,
    /// Its parent tag.
    pub parent: Option<TagName>,
    /// The number of works that have it.
    pub works: i64,
    /// The number of works that have it or a child tag.
    pub works_with_narrower: i64,
}

impl TagSummary {
    /// Returns a tag with only a name.
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

impl Tags<'_> {
    /// Returns the tag that `text` names: `FACET:NAME`, or a name or alias of only one tag.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownTag`], with similar names; [`LibraryError::AmbiguousTag`].
    pub fn resolve(&self, text: &str) -> Result<Tag> {
        let (facet, name) = match text.split_once(':') {
            Some((facet, name)) => (Some(facet.to_lowercase()), name.to_lowercase()),
            None => (None, text.to_lowercase()),
        };
        let mut statement = self.library.connection.prepare_cached(
            "SELECT id, facet, name FROM tag WHERE id IN (
                 SELECT id FROM tag WHERE facet = ?1 AND name = ?2
                 UNION ALL SELECT tag_id FROM tag_alias WHERE facet = ?1 AND alias = ?2
                 UNION ALL SELECT id FROM tag WHERE ?1 IS NULL AND name = ?2
                 UNION ALL SELECT tag_id FROM tag_alias WHERE ?1 IS NULL AND alias = ?2
             ) ORDER BY position",
        )?;
        let found = statement
            .query_map(params![facet, name], |row| {
                Ok((row.get::<_, i64>(0)?, tag_name(row, 1)?))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        match found.as_slice() {
            [(id, _)] => self.get(*id),
            [] => {
                if let Some(id) = self.like(facet.as_deref(), &name)? {
                    return self.get(id);
                }
                let known = self.names()?;
                // Facets are ignored in the comparison: they would make all tags of one facet similar.
                let like = |of_facet: &dyn Fn(&TagName) -> bool| {
                    let tags = || known.iter().filter(|tag| of_facet(tag));
                    let names = closest(&name, tags().map(|tag| tag.name.clone()));
                    let named = |name: &String| tags().find(|tag| tag.name == *name);
                    names
                        .iter()
                        .filter_map(named)
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                };
                // The name may be right and only the facet wrong.
                let is_in = |tag: &TagName| facet.as_ref() == Some(&tag.facet);
                let right_name = known.iter().find(|tag| tag.name == name);
                let suggestions = match right_name {
                    Some(tag) => vec![tag.to_string()],
                    None => match like(&is_in) {
                        in_facet if in_facet.is_empty() => like(&|_| true),
                        in_facet => in_facet,
                    },
                };
                Err(LibraryError::UnknownTag {
                    tag: text.to_owned(),
                    suggestions,
                })
            }
            several => Err(LibraryError::AmbiguousTag {
                tag: text.to_owned(),
                candidates: several.iter().map(|(_, tag)| tag.to_string()).collect(),
            }),
        }
    }

    /// Returns the rowid of the only tag whose name, alias or label is `text` without case, accents and hyphens.
    fn like(&self, facet: Option<&str>, text: &str) -> Result<Option<i64>> {
        let wanted = words(text);
        let mut statement = self.library.connection.prepare_cached(
            "SELECT id, facet, name FROM tag
             UNION ALL SELECT tag_id, facet, alias FROM tag_alias
             UNION ALL SELECT id, facet, label FROM tag WHERE label IS NOT NULL
             UNION ALL SELECT tag_id, facet, tag_label.label FROM tag_label JOIN tag ON tag.id = tag_id",
        )?;
        let mut rows = statement.query([])?;
        let mut found = None;
        while let Some(row) = rows.next()? {
            let of_facet: String = row.get(1)?;
            let name: String = row.get(2)?;
            let is_meant = facet.is_none_or(|facet| fold(facet) == fold(&of_facet));
            if !is_meant || wanted.is_empty() || words(&name) != wanted {
                continue;
            }
            let id = row.get(0)?;
            if found.is_some_and(|other| other != id) {
                return Ok(None);
            }
            found = Some(id);
        }
        Ok(found)
    }

    /// Returns the rowids of the tags of any facet with this name or alias.
    pub fn named(&self, name: &str) -> Result<Vec<i64>> {
        let mut statement = self.library.connection.prepare_cached(
            "SELECT id FROM tag WHERE name = ?1
             UNION SELECT tag_id FROM tag_alias WHERE alias = ?1",
        )?;
        let tags = statement.query_map([name], |row| row.get(0))?;
        Ok(tags.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the facets of the tags, in the order of the vocabulary.
    pub fn facets(&self) -> Result<Vec<String>> {
        let mut statement = self
            .library
            .connection
            .prepare_cached("SELECT facet FROM tag GROUP BY facet ORDER BY min(position)")?;
        let facets = statement.query_map([], |row| row.get(0))?;
        Ok(facets.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the facets of the tags that any of these works has, in the order of the vocabulary.
    pub fn facets_of(&self, works: &[i64]) -> Result<Vec<String>> {
        let works: HashSet<i64> = works.iter().copied().collect();
        let connection = &self.library.connection;
        let mut of_facet = connection.prepare_cached(
            "SELECT work_id FROM assignment JOIN tag ON tag.id = tag_id WHERE facet = ?1",
        )?;
        let mut facets = Vec::new();
        for facet in self.facets()? {
            let mut rows = of_facet.query([&facet])?;
            while let Some(row) = rows.next()? {
                if works.contains(&row.get(0)?) {
                    facets.push(facet);
                    break;
                }
            }
        }
        Ok(facets)
    }

    /// Returns the rowids of these tags and of all narrower ones.
    pub fn with_narrower(&self, tags: &[i64]) -> Result<Vec<i64>> {
        let mut narrower = self
            .library
            .connection
            .prepare_cached("SELECT id FROM tag WHERE parent_id = ?1")?;
        let mut found = tags.to_vec();
        let mut seen: HashSet<i64> = found.iter().copied().collect();
        let mut next = 0;
        while let Some(tag) = found.get(next) {
            let under = narrower
                .query_map([tag], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<i64>>>()?;
            found.extend(under.into_iter().filter(|tag| seen.insert(*tag)));
            next += 1;
        }
        Ok(found)
    }

    /// Returns the facets with settings, sorted by name.
    pub fn described_facets(&self) -> Result<Vec<Facet>> {
        let mut statement = self
            .library
            .connection
            .prepare_cached("SELECT name, label, exclusive FROM facet ORDER BY name")?;
        let facets = statement.query_map([], |row| {
            Ok(Facet {
                name: row.get(0)?,
                label: row.get(1)?,
                exclusive: row.get(2)?,
            })
        })?;
        Ok(facets.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the names of all tags, in the order of the vocabulary.
    pub fn names(&self) -> Result<Vec<TagName>> {
        let mut statement = self
            .library
            .connection
            .prepare_cached("SELECT facet, name FROM tag ORDER BY position")?;
        let names = statement.query_map([], |row| tag_name(row, 0))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the tag with a rowid.
    pub fn get(&self, id: i64) -> Result<Tag> {
        let mut tag = self.library.connection.prepare_cached(
            "SELECT tag.facet, tag.name, tag.label, tag.description, tag.place, tag.active,
                    parent.facet, parent.name
             FROM tag LEFT JOIN tag AS parent ON parent.id = tag.parent_id WHERE tag.id = ?1",
        )?;
        let mut tag = tag.query_row([id], |row| {
            Ok(Tag {
                id,
                label: row.get(2)?,
                description: row.get(3)?,
                place: row.get(4)?,
                active: row.get(5)?,
                parent: optional_tag_name(row, 6)?,
                ..Tag::named(tag_name(row, 0)?)
            })
        })?;
        let texts = |sql: &str| -> Result<Vec<String>> {
            let mut statement = self.library.connection.prepare_cached(sql)?;
            let texts = statement.query_map([id], |row| row.get(0))?;
            Ok(texts.collect::<rusqlite::Result<_>>()?)
        };
        tag.aliases = texts(
            "SELECT iif(tag_alias.facet = tag.facet, alias, tag_alias.facet || ':' || alias)
             FROM tag_alias JOIN tag ON tag.id = tag_id WHERE tag_id = ?1 ORDER BY tag_alias.id",
        )?;
        let mut labels = self
            .library
            .connection
            .prepare_cached("SELECT language, label FROM tag_label WHERE tag_id = ?1")?;
        tag.labels = labels
            .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        tag.people = texts("SELECT name FROM tag_person WHERE tag_id = ?1 ORDER BY id")?;
        let mut events = self
            .library
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

    /// Returns the same as [`Tags::summaries`] with the labels in a language, where there are translations.
    pub fn summaries_in(
        &self,
        facet: Option<&str>,
        language: Option<&str>,
    ) -> Result<Vec<TagSummary>> {
        let mut tags = self.summaries(facet)?;
        let Some(language) = language else {
            return Ok(tags);
        };
        let mut statement = self
            .library
            .connection
            .prepare_cached("SELECT tag_id, label FROM tag_label WHERE language = ?1")?;
        let mut labels = statement
            .query_map([language::primary(language)], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<rusqlite::Result<HashMap<i64, String>>>()?;
        for tag in &mut tags {
            if let Some(label) = labels.remove(&tag.id) {
                tag.label = Some(label);
            }
        }
        Ok(tags)
    }

    /// Returns the tags of one facet or of all, in the order of the vocabulary, with their numbers of works.
    pub fn summaries(&self, facet: Option<&str>) -> Result<Vec<TagSummary>> {
        let mut statement = self.library.connection.prepare_cached(
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
