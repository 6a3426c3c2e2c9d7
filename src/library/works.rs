//! Works: found by key, or by a condition over all of them.

use rayon::prelude::*;
use rusqlite::{OptionalExtension as _, Row, params_from_iter};

use super::{Filter, LibraryError, Result, Sql, TagName, Works, transaction};
use crate::formats::bibtex;
use crate::model::{CslItem, Entry};
use crate::suggest::closest;

/// A selection of works: a filter, an order and a limit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// The filter that they meet.
    pub filter: Filter,
    /// The order, the most important property first; ties are sorted by first author, year and title.
    pub order: Vec<Order>,
    /// The maximum number.
    pub limit: Option<usize>,
}

impl From<Filter> for Selection {
    fn from(filter: Filter) -> Self {
        Self {
            filter,
            ..Self::default()
        }
    }
}

/// An order of works: a property and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The sort criterion.
    pub by: SortBy,
    /// Whether the largest comes first. Works that lack what is asked for come last either way.
    pub descending: bool,
}

/// A property that works can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// The first author, family name first.
    Author,
    /// The year of issue.
    Year,
    /// The title.
    Title,
    /// The citation key.
    Key,
    /// The BibLaTeX type.
    Type,
    /// The time the work was added to the library.
    Added,
    /// The time its entry last changed.
    Changed,
    /// The year in which a reissued work first appeared.
    Original,
}

impl SortBy {
    /// All of them, in the order of the help texts.
    pub const ALL: [Self; 8] = [
        Self::Author,
        Self::Year,
        Self::Title,
        Self::Key,
        Self::Type,
        Self::Added,
        Self::Changed,
        Self::Original,
    ];

    /// Returns the name in a query.
    pub fn name(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Year => "year",
            Self::Title => "title",
            Self::Key => "key",
            Self::Type => "type",
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Original => "original",
        }
    }

    /// Returns the sort key with a name in a query.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }

    /// Returns the expression to sort by, which is NULL for works that come last.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Author => "nullif(sort_author, '')",
            Self::Year => "year",
            Self::Title => "title COLLATE NOCASE",
            Self::Key => "citation_key COLLATE NOCASE",
            Self::Type => "entry_type",
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Original => "original_year",
        }
    }
}

impl Selection {
    /// Returns the condition that the works of the selection meet: with a limit, only those within it.
    pub fn into_filter(self) -> Filter {
        if self.limit.is_none() {
            return self.filter;
        }
        Filter::Statement(self.numbers())
    }

    /// Returns a statement that selects the rowids of the works, in their order.
    fn numbers(&self) -> Sql {
        let where_and_order = self.where_and_order();
        let sql = format!("SELECT work_id FROM work_summary {}", where_and_order.text);
        Sql::new(sql).with(where_and_order.parameters)
    }

    /// Returns the clauses `WHERE`, `ORDER BY` and `LIMIT` of a statement over the table `work_summary`.
    pub(super) fn where_and_order(&self) -> Sql {
        use std::fmt::Write as _;
        let filter = self.filter.expression();
        let mut sql = format!("WHERE {} ORDER BY ", filter.text);
        for order in &self.order {
            let by = order.by.sql();
            let way = if order.descending { "DESC" } else { "ASC" };
            let _ = write!(sql, "{by} {way} NULLS LAST, ");
        }
        sql.push_str("sort_author = '', sort_author, year, title, work_summary.work_id");
        if let Some(limit) = self.limit {
            let _ = write!(sql, " LIMIT {limit}");
        }
        Sql::new(sql).with(filter.parameters)
    }
}

/// The summary of a work: its row in the table `work_summary`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkSummary {
    /// Its rowid in the table `work`.
    pub id: i64,
    /// Its citation key.
    pub key: String,
    /// Its BibLaTeX type, in lower case.
    pub entry_type: String,
    /// Its title, without markup.
    pub title: Option<String>,
    /// Its authors, or editors where it has none, as they are read: given name first.
    pub authors: Vec<String>,
    /// The year in which it appeared, or began to.
    pub year: Option<i32>,
}

/// The columns that [`summary`] reads.
pub(super) const SUMMARY: &str =
    "work_summary.work_id, citation_key, entry_type, title, authors, year";

/// The number of columns of [`SUMMARY`].
pub(super) const SUMMARY_COLUMNS: usize = 6;

/// Reads a summary from the first columns of a row.
pub(super) fn summary(row: &Row<'_>) -> rusqlite::Result<WorkSummary> {
    Ok(WorkSummary {
        id: row.get(0)?,
        key: row.get(1)?,
        entry_type: row.get(2)?,
        title: row.get(3)?,
        authors: list(row.get_ref(4)?.as_str()?),
        year: row.get(5)?,
    })
}

/// Reads a list that the library wrote as JSON. A damaged one is shown as empty; a rebuild restores it.
fn list(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

/// A work with everything that is needed to cite it: its summary, tags and CSL item.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CitableWork {
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
    /// The work as CSL-JSON.
    #[serde(skip)]
    pub(super) item: LazyItem,
}

/// A CSL item that is unpacked when it is first used: as the library stores it, without its key, or as it was read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum LazyItem {
    Packed(String),
    Read(CslItem),
}

impl CitableWork {
    /// Returns the work in the variables of CSL.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnreadableWork`] if the derived row is damaged, which a rebuild repairs.
    pub fn item(&self) -> Result<CslItem> {
        match &self.item {
            LazyItem::Read(item) => Ok(item.clone()),
            LazyItem::Packed(json) => unpacked(json, &self.key),
        }
    }

    /// Takes the CSL item out of the work and leaves an empty one.
    ///
    /// # Errors
    ///
    /// Those of [`CitableWork::item`].
    pub fn take_item(&mut self) -> Result<CslItem> {
        match &mut self.item {
            LazyItem::Read(item) => Ok(std::mem::take(item)),
            LazyItem::Packed(_) => {
                let item = self.item()?;
                self.item = LazyItem::Read(CslItem::default());
                Ok(item)
            }
        }
    }
}

/// Reads a stored CSL item, whose key is stored with the work only.
fn unpacked(json: &str, key: &str) -> Result<CslItem> {
    let item = serde_json::from_str(json).map_err(|error| LibraryError::UnreadableWork {
        key: key.to_owned(),
        reason: error.to_string(),
    })?;
    Ok(CslItem {
        id: key.to_owned(),
        ..item
    })
}

/// The columns and tables that [`citable_work`] reads, after those of [`SUMMARY`].
const CITABLE_WORK: &str = "item, sort_author
    FROM work_summary JOIN csl_item ON csl_item.work_id = work_summary.work_id";

/// The number of works that are read at once. More would not be faster.
pub(super) const CHUNK: usize = 4096;

impl Works<'_> {
    /// Returns the number of works.
    pub fn count(&self) -> Result<i64> {
        Ok(self
            .library
            .connection
            .query_row("SELECT count(*) FROM work", [], |row| row.get(0))?)
    }

    /// Returns the largest rowid of a work; 0 if there are none. Works that are added later have larger ones.
    pub fn last(&self) -> Result<i64> {
        let sql = "SELECT coalesce(max(id), 0) FROM work";
        let connection = &self.library.connection;
        Ok(connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// Returns the rowid of the work that has or had a key.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownKey`] with similar keys.
    pub fn id(&self, key: &str) -> Result<i64> {
        if let Some(id) = self.find(key)? {
            return Ok(id);
        }
        let mut statement = self.library.connection.prepare("SELECT key FROM work")?;
        let keys = statement
            .query_map([], |row| row.get::<_, String>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let suggestions = closest(key, keys);
        Err(LibraryError::UnknownKey {
            key: key.to_owned(),
            suggestions,
        })
    }

    /// Returns the rowid of the work that has or had a key, if there is one.
    pub fn find(&self, key: &str) -> Result<Option<i64>> {
        Ok(self
            .library
            .connection
            .prepare_cached(
                "SELECT id FROM work WHERE key = ?1
                 UNION ALL SELECT work_id FROM key_alias WHERE alias = ?1 LIMIT 1",
            )?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }

    /// Returns the rowids and keys of all works.
    pub fn keys(&self) -> Result<Vec<(i64, String)>> {
        let mut statement = self
            .library
            .connection
            .prepare_cached("SELECT id, key FROM work")?;
        let keys = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(keys.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the BibLaTeX types of the works, sorted by name.
    pub fn types(&self) -> Result<Vec<String>> {
        self.distinct_values("work_summary", "entry_type")
    }

    /// Returns the distinct values of an indexed column, sorted.
    fn distinct_values(&self, table: &str, column: &str) -> Result<Vec<String>> {
        let mut statement = self.library.connection.prepare_cached(&format!(
            "{} SELECT value FROM found WHERE value IS NOT NULL",
            distinct(table, column)
        ))?;
        let values = statement.query_map([], |row| row.get(0))?;
        Ok(values.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns whether any work matches an FTS5 expression: see [`super::full_text`].
    pub fn matches_full_text(&self, expression: &str) -> Result<bool> {
        Ok(self
            .library
            .connection
            .prepare_cached("SELECT 1 FROM full_text WHERE full_text MATCH ?1 LIMIT 1")?
            .exists([expression])?)
    }

    /// Returns the key of a work.
    ///
    /// # Errors
    ///
    /// Fails if there is no such work.
    pub fn key(&self, work: i64) -> Result<String> {
        Ok(self
            .library
            .connection
            .prepare_cached("SELECT key FROM work WHERE id = ?1")?
            .query_row([work], |row| row.get(0))?)
    }

    /// Returns the verbatim text of the entry of a work.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownKey`].
    pub fn source(&self, key: &str) -> Result<String> {
        let work = self.id(key)?;
        Ok(self
            .library
            .connection
            .prepare_cached("SELECT source FROM work WHERE id = ?1")?
            .query_row([work], |row| row.get(0))?)
    }

    /// Returns the entry of a work.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownKey`]; [`LibraryError::UnreadableWork`].
    pub fn entry(&self, key: &str) -> Result<Entry> {
        let source = self.source(key)?;
        bibtex::parse_entry(&source).map_err(|error| LibraryError::UnreadableWork {
            key: key.to_owned(),
            reason: error.to_string(),
        })
    }

    /// Returns a work with its tags and CSL item.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownKey`].
    pub fn get(&self, key: &str) -> Result<CitableWork> {
        let id = self.id(key)?;
        let found = self.citable(&[id])?.pop();
        // An `@xdata` has a key, but is no work.
        found.ok_or_else(|| LibraryError::UnknownKey {
            key: key.to_owned(),
            suggestions: Vec::new(),
        })
    }

    /// Returns the works that meet a condition: by first author, year and title; works without an author
    /// come last.
    pub fn matching(&self, filter: &Filter) -> Result<Vec<CitableWork>> {
        self.select(&filter.clone().into())
    }

    /// Returns the works of a selection.
    pub fn select(&self, selection: &Selection) -> Result<Vec<CitableWork>> {
        self.citable(&self.ids(selection)?)
    }

    /// Returns the rowids of the works of a selection, in its order, for [`Works::chunks`].
    pub fn ids(&self, selection: &Selection) -> Result<Vec<i64>> {
        let Sql { text, parameters } = selection.numbers();
        let mut statement = self.library.connection.prepare_cached(&text)?;
        let parameters = params_from_iter(&parameters);
        let ids = statement.query_map(parameters, |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// Reads the works with these rowids in parts, in their order, so that a large library needs little memory.
    pub fn chunks(self, ids: &[i64]) -> impl Iterator<Item = Result<Vec<CitableWork>>> {
        self.prepare_to_list(ids);
        ids.chunks(CHUNK).map(move |ids| self.citable(ids))
    }

    /// Reads the works like [`Works::chunks`], but only in the variables of CSL, with their citation keys as ids.
    pub fn item_chunks(self, ids: &[i64]) -> impl Iterator<Item = Result<Vec<CslItem>>> {
        self.prepare_to_list(ids);
        ids.chunks(CHUNK).map(move |ids| self.items(ids))
    }

    /// Prepares the connection to read works in parts.
    pub(super) fn prepare_to_list(&self, ids: &[i64]) {
        if ids.len() > CHUNK && !ids.is_sorted() {
            // Without it, reading only takes longer.
            let _ = transaction::enlarge_cache(&self.library.connection);
        }
    }

    fn items(&self, ids: &[i64]) -> Result<Vec<CslItem>> {
        let _snapshot = self.library.read_snapshot()?;
        let mut statement = self.library.connection.prepare_cached(
            "SELECT citation_key, item
             FROM work_summary JOIN csl_item ON csl_item.work_id = work_summary.work_id
             WHERE work_summary.work_id = ?1",
        )?;
        let mut packed: Vec<(String, String)> = Vec::with_capacity(ids.len());
        for id in ids {
            let row = statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)));
            packed.extend(row.optional()?);
        }
        packed
            .into_par_iter()
            .map(|(key, json)| unpacked(&json, &key))
            .collect()
    }

    /// Returns the works with these rowids, in their order; those that do not exist are left out.
    pub fn citable(&self, ids: &[i64]) -> Result<Vec<CitableWork>> {
        let _snapshot = self.library.read_snapshot()?;
        let connection = &self.library.connection;
        let sql = format!("SELECT {SUMMARY}, {CITABLE_WORK} WHERE work_summary.work_id = ?1");
        let mut statement = connection.prepare_cached(&sql)?;
        let mut tags = connection.prepare_cached(
            "SELECT facet, name FROM assignment JOIN tag ON tag.id = tag_id
             WHERE work_id = ?1 ORDER BY assignment.id",
        )?;
        let mut works = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(mut work) = statement.query_row([id], citable_work).optional()? else {
                continue;
            };
            let mut rows = tags.query([id])?;
            while let Some(row) = rows.next()? {
                let tag = TagName {
                    facet: row.get(0)?,
                    name: row.get(1)?,
                };
                // Several rules may assign the same tag.
                if !work.tags.contains(&tag) {
                    work.tags.push(tag);
                }
            }
            works.push(work);
        }
        Ok(works)
    }

    /// Returns whether a work matches a filter.
    pub fn meets(&self, work: i64, filter: &Filter) -> Result<bool> {
        let meant = filter.expression();
        let sql = format!(
            "SELECT 1 FROM work_summary WHERE ({}) AND work_summary.work_id = ?",
            meant.text
        );
        let mut statement = self.library.connection.prepare_cached(&sql)?;
        let parameters = meant.parameters.into_iter().chain([work.into()]);
        Ok(statement.exists(params_from_iter(parameters))?)
    }
}

/// Returns the beginning of a statement: `found` with the values of a column that is indexed, each once and in order,
/// and `NULL` at the end. SQLite jumps from one to the next, because each may be in many rows.
pub(super) fn distinct(table: &str, column: &str) -> String {
    format!(
        "WITH RECURSIVE found (value) AS (
             SELECT min({column}) FROM {table}
             UNION ALL
             SELECT (SELECT min({column}) FROM {table} WHERE {column} > value)
             FROM found WHERE value IS NOT NULL
         )"
    )
}

fn citable_work(row: &Row<'_>) -> rusqlite::Result<CitableWork> {
    let WorkSummary {
        id,
        key,
        entry_type,
        title,
        authors,
        year,
    } = summary(row)?;
    Ok(CitableWork {
        id,
        key,
        entry_type,
        title,
        authors,
        year,
        item: LazyItem::Packed(row.get(6)?),
        sort_author: row.get(7)?,
        tags: Vec::new(),
    })
}
