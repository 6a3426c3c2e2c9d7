//! Works in an overview: of many works the little that a table shows, read and sorted at speed.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use rayon::prelude::*;
use rusqlite::{Row, params_from_iter};

use super::derive::KnownStrings;
use super::full_text::field_name;
use super::{Library, Order, Result, Selection, SortBy, TagName, derive::read_entry};
use crate::formats::bibtex;
use crate::work::Work;

/// What an overview shows of a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Its number in the library.
    pub id: i64,
    /// Its citation key.
    pub key: String,
    /// Its BibLaTeX type, in lower case.
    pub entry_type: String,
    /// Its title, without markup.
    pub title: Option<String>,
    /// The year in which it appeared, or began to.
    pub year: Option<i32>,
    /// `probable` or `unresolved` where it is not certain which work is meant.
    pub identification: Option<String>,
    authors: String,
    sort_author: String,
    original_year: Option<i32>,
}

const HEADING: &str =
    "SELECT reference.work_id, citation_key, entry_type, title, authors, sort_author, year,
    identification, original_year FROM reference";

impl Heading {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            key: row.get(1)?,
            entry_type: row.get(2)?,
            title: row.get(3)?,
            authors: row.get(4)?,
            sort_author: row.get(5)?,
            year: row.get(6)?,
            identification: row.get(7)?,
            original_year: row.get(8)?,
        })
    }

    /// Its authors, or editors where it has none, as they are read: given name first.
    pub fn authors(&self) -> Vec<Cow<'_, str>> {
        // The library wrote it itself: where nothing in it had to be escaped, it can be taken apart as it is.
        let inside = self
            .authors
            .strip_prefix("[\"")
            .and_then(|text| text.strip_suffix("\"]"));
        match inside {
            Some(inside) if !inside.contains('\\') => {
                inside.split("\",\"").map(Cow::Borrowed).collect()
            }
            // What cannot be read is shown as empty, and `rebuild` makes it anew.
            _ => serde_json::from_str::<Vec<String>>(&self.authors)
                .unwrap_or_default()
                .into_iter()
                .map(Cow::Owned)
                .collect(),
        }
    }

    fn compared(&self, other: &Self, order: &[Order]) -> Ordering {
        let asked = order.iter().map(|order| {
            match order.by {
                SortBy::Author => {
                    last_if_none(self.named_author(), other.named_author(), order.descending)
                }
                SortBy::Year => last_if_none(self.year, other.year, order.descending),
                SortBy::Original => {
                    last_if_none(self.original_year, other.original_year, order.descending)
                }
                SortBy::Title => last_if_none(
                    self.title.as_deref().map(str::to_ascii_lowercase),
                    other.title.as_deref().map(str::to_ascii_lowercase),
                    order.descending,
                ),
                SortBy::Type => turned(self.entry_type.cmp(&other.entry_type), order.descending),
                SortBy::Key => turned(
                    self.key
                        .to_ascii_lowercase()
                        .cmp(&other.key.to_ascii_lowercase()),
                    order.descending,
                ),
                // The table `work` knows these; SQLite sorts by them.
                SortBy::Added | SortBy::Changed => Ordering::Equal,
            }
        });
        asked
            .fold(Ordering::Equal, Ordering::then)
            .then_with(|| {
                self.sort_author
                    .is_empty()
                    .cmp(&other.sort_author.is_empty())
            })
            .then_with(|| self.sort_author.cmp(&other.sort_author))
            .then_with(|| self.year.cmp(&other.year))
            .then_with(|| self.title.cmp(&other.title))
            .then_with(|| self.id.cmp(&other.id))
    }

    fn named_author(&self) -> Option<&str> {
        Some(self.sort_author.as_str()).filter(|author| !author.is_empty())
    }
}

fn turned(compared: Ordering, descending: bool) -> Ordering {
    if descending {
        compared.reverse()
    } else {
        compared
    }
}

/// The order of two values of which one may be missing, and then comes last either way.
fn last_if_none<T: Ord>(left: Option<T>, right: Option<T>, descending: bool) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => turned(left.cmp(&right), descending),
        (left, right) => left.is_none().cmp(&right.is_none()),
    }
}

/// From how many works on it is cheaper to read all of a table than to look each up.
const MANY: usize = 500;

impl Library {
    /// The works of a selection, in its order, with what an overview shows of them.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn headings(&self, selection: &Selection) -> Result<Vec<Heading>> {
        let in_sql = selection.limit.is_some()
            || (selection.order.iter())
                .any(|order| matches!(order.by, SortBy::Added | SortBy::Changed));
        let sql = if in_sql {
            // With a limit, SQLite keeps no more works than there are to be.
            format!(
                "{HEADING} {} WHERE {}",
                selection.join(),
                selection.behind_where()
            )
        } else {
            format!("{HEADING} WHERE {}", selection.condition.sql)
        };
        let mut statement = self.connection.prepare_cached(&sql)?;
        let parameters = params_from_iter(&selection.condition.parameters);
        let mut headings = statement
            .query_map(parameters, Heading::of)?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        if !in_sql {
            headings.par_sort_unstable_by(|left, right| left.compared(right, &selection.order));
        }
        Ok(headings)
    }

    /// The tags of works by the number of the work, in the order in which they were given.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn tags_of(&self, works: &[i64]) -> Result<HashMap<i64, Vec<TagName>>> {
        let mut tags: HashMap<i64, Vec<TagName>> = HashMap::new();
        let mut add = |row: &Row<'_>| -> rusqlite::Result<()> {
            let of_work = tags.entry(row.get(0)?).or_default();
            let tag = TagName {
                facet: row.get(1)?,
                name: row.get(2)?,
            };
            // One tag may be there by hand and by a rule.
            if !of_work.contains(&tag) {
                of_work.push(tag);
            }
            Ok(())
        };
        const ALL: &str = "SELECT work_id, facet, name FROM assignment JOIN tag ON tag.id = tag_id";
        if works.len() > MANY {
            let sql = format!("{ALL} ORDER BY assignment.id");
            let mut statement = self.connection.prepare_cached(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                add(row)?;
            }
        } else {
            let sql = format!("{ALL} WHERE work_id = ?1 ORDER BY assignment.id");
            let mut statement = self.connection.prepare_cached(&sql)?;
            for work in works {
                let mut rows = statement.query([work])?;
                while let Some(row) = rows.next()? {
                    add(row)?;
                }
            }
        }
        Ok(tags)
    }

    /// The values of fields of works, as plain text, with what the works inherit: for each work one value a
    /// field, in the order in which they are asked for.
    ///
    /// # Errors
    ///
    /// What SQLite reports; [`super::LibraryError::UnreadableWork`].
    pub fn field_values(&self, works: &[i64], fields: &[&str]) -> Result<Vec<Vec<Option<String>>>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT key, source FROM work WHERE id = ?1")?;
        let mut strings = KnownStrings::default();
        let mut values = Vec::with_capacity(works.len());
        for id in works {
            let (key, source) = statement.query_row([id], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })?;
            let work: Work = read_entry(&key, &source)?;
            let parent = |key: &str| self.parent(key);
            let entry = bibtex::resolve(&work, strings.of(self, *id)?, &parent);
            let value = |field: &&str| {
                let (_, value) = (entry.fields.iter())
                    .find(|(name, _)| name.as_ref() == *field)
                    .or_else(|| {
                        entry
                            .fields
                            .iter()
                            .find(|(name, _)| field_name(name) == *field)
                    })?;
                let plain = bibtex::plain(value);
                Some(plain.split_whitespace().collect::<Vec<_>>().join(" "))
            };
            values.push(fields.iter().map(value).collect());
        }
        Ok(values)
    }

    /// When works came into the library, and when their entries last changed.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn times_of(&self, works: &[i64]) -> Result<Vec<(String, Option<String>)>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT added_at, changed_at FROM work WHERE id = ?1")?;
        let times = works
            .iter()
            .map(|id| statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))));
        Ok(times.collect::<rusqlite::Result<_>>()?)
    }
}
