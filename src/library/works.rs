//! Works: found by key, or by a condition over all of them.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Row, params_from_iter};

use super::{Library, LibraryError, Result, TagName};
use crate::formats::bibtex;
use crate::spelling::closest;
use crate::work::{CslItem, Work};

/// Which works are meant: a condition in SQL over the table `reference`, with its parameters.
///
/// The query language makes these; [`Condition::all`] is every work.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// An expression of SQL, with `?` for each parameter.
    pub sql: String,
    /// The parameters, in the order of their `?`.
    pub parameters: Vec<Value>,
}

impl Condition {
    /// The condition that every work meets.
    pub fn all() -> Self {
        Self {
            sql: "1".into(),
            parameters: Vec::new(),
        }
    }

    /// A statement that selects the numbers of the works; its parameters are those of the condition.
    pub(super) fn numbers(&self) -> String {
        format!(
            "SELECT reference.work_id FROM reference JOIN work ON work.id = reference.work_id WHERE {}",
            self.sql
        )
    }
}

/// A work as the rest of peerbib sees it, derived from its entry.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Reference {
    /// Its number in the library.
    #[serde(skip)]
    pub id: i64,
    /// Its citation key.
    pub key: String,
    /// Its BibLaTeX type, in lower case.
    #[serde(rename = "type")]
    pub entry_type: String,
    /// Its title, without markup.
    pub title: Option<String>,
    /// Its authors, or editors where it has none, as they are read: given name first.
    pub authors: Vec<String>,
    /// The year in which it appeared, or began to.
    pub year: Option<i32>,
    /// Its first author as authors are sorted: family name first, without case or accents.
    #[serde(skip)]
    pub sort_author: String,
    /// Its tags, in the order in which they were given.
    pub tags: Vec<TagName>,
    /// `probable` or `unresolved` where it is not certain which work is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identification: Option<String>,
    /// The work as CSL-JSON.
    #[serde(skip)]
    pub(super) item: Item,
}

/// A work in the variables of CSL: packed as the library stores it, or as it was read from a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    Packed(String),
    Read(CslItem),
}

impl Reference {
    /// The work in the variables of CSL.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnreadableWork`] where the derived row was damaged; `peerbib rebuild` mends it.
    pub fn item(&self) -> Result<CslItem> {
        match &self.item {
            Item::Read(item) => Ok(item.clone()),
            Item::Packed(json) => {
                serde_json::from_str(json).map_err(|error| LibraryError::UnreadableWork {
                    key: self.key.clone(),
                    reason: error.to_string(),
                })
            }
        }
    }

    /// The work in the variables of CSL, taken out of the reference, which has none of them afterwards.
    ///
    /// # Errors
    ///
    /// Those of [`Reference::item`].
    pub fn take_item(&mut self) -> Result<CslItem> {
        match &mut self.item {
            Item::Read(item) => Ok(std::mem::take(item)),
            Item::Packed(_) => self.item(),
        }
    }
}

const REFERENCE: &str = "
    SELECT reference.work_id, work.key, entry_type, title, authors, year, identification, item, sort_author,
           (SELECT json_group_array(facet || ':' || name ORDER BY first)
            FROM (SELECT facet, name, min(assignment.id) AS first
                  FROM assignment JOIN tag ON tag.id = tag_id
                  WHERE assignment.work_id = reference.work_id GROUP BY tag.id))
    FROM reference JOIN work ON work.id = reference.work_id";

impl Library {
    /// How many works there are.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn count(&self) -> Result<i64> {
        Ok(self
            .connection
            .query_row("SELECT count(*) FROM work", [], |row| row.get(0))?)
    }

    /// The number of the work that has `key` now, or had it before.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownKey`], with a key that is spelt much the same.
    pub fn work_id(&self, key: &str) -> Result<i64> {
        if let Some(id) = self.find_key(key)? {
            return Ok(id);
        }
        let mut statement = self.connection.prepare("SELECT key FROM work")?;
        let keys = statement
            .query_map([], |row| row.get::<_, String>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let suggestion = closest(key, keys);
        Err(LibraryError::UnknownKey {
            key: key.to_owned(),
            suggestion,
        })
    }

    pub(super) fn find_key(&self, key: &str) -> Result<Option<i64>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT id FROM work WHERE key = ?1
                 UNION ALL SELECT work_id FROM key_alias WHERE alias = ?1 LIMIT 1",
            )?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }

    /// The key of the work with a number.
    ///
    /// # Errors
    ///
    /// What SQLite reports, where there is no such work.
    pub fn key_of(&self, work: i64) -> Result<String> {
        Ok(self
            .connection
            .prepare_cached("SELECT key FROM work WHERE id = ?1")?
            .query_row([work], |row| row.get(0))?)
    }

    /// The verbatim text of the entry of a work.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownKey`].
    pub fn source(&self, key: &str) -> Result<String> {
        let work = self.work_id(key)?;
        Ok(self
            .connection
            .prepare_cached("SELECT source FROM work WHERE id = ?1")?
            .query_row([work], |row| row.get(0))?)
    }

    /// The entry of a work, as it was written.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownKey`]; [`LibraryError::UnreadableWork`].
    pub fn work(&self, key: &str) -> Result<Work> {
        let source = self.source(key)?;
        bibtex::parse_entry(&source).map_err(|error| LibraryError::UnreadableWork {
            key: key.to_owned(),
            reason: error.to_string(),
        })
    }

    /// The derived view of the work with a key.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownKey`].
    pub fn reference(&self, key: &str) -> Result<Reference> {
        let id = self.work_id(key)?;
        let sql = format!("{REFERENCE} WHERE reference.work_id = ?1");
        Ok(self
            .connection
            .prepare_cached(&sql)?
            .query_row([id], reference)?)
    }

    /// The works that meet a condition: by first author, year and title; works without an author
    /// stand last.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn select(&self, condition: &Condition) -> Result<Vec<Reference>> {
        let sql = format!(
            "{REFERENCE} WHERE {} ORDER BY sort_author = '', sort_author, year, title, work.id",
            condition.sql
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let works = statement.query_map(params_from_iter(&condition.parameters), reference)?;
        Ok(works.collect::<rusqlite::Result<_>>()?)
    }
}

fn reference(row: &Row<'_>) -> rusqlite::Result<Reference> {
    // Both lists are written by the library itself; what cannot be read is shown as empty, and
    // `peerbib rebuild` makes it anew.
    let list = |text: &str| serde_json::from_str::<Vec<String>>(text).unwrap_or_default();
    let tags = list(row.get_ref(9)?.as_str()?);
    Ok(Reference {
        id: row.get(0)?,
        key: row.get(1)?,
        entry_type: row.get(2)?,
        title: row.get(3)?,
        authors: list(row.get_ref(4)?.as_str()?),
        year: row.get(5)?,
        identification: row.get(6)?,
        item: Item::Packed(row.get(7)?),
        sort_author: row.get(8)?,
        tags: tags.iter().filter_map(|tag| tag.parse().ok()).collect(),
    })
}
