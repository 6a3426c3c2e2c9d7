//! Stored reading lists: their settings, sections and entries.
//!
//! The query of a list is stored as text, because the library does not know the query language. The caller
//! translates it and passes the condition to [`StoredList::filter`].

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Row, params};

use super::history::now;
use super::{Filter, LibraryError, Lists, ListsMut, Result, Sql, Tags};
use crate::suggest::closest;
use crate::text::fold;

/// A stored reading list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StoredList {
    /// Its rowid; 0 if it is not stored yet.
    #[serde(skip)]
    pub id: i64,
    /// Its name on the command line.
    pub name: String,
    /// Its title in print.
    pub title: Option<String>,
    /// The introduction to the list, in Markdown.
    pub introduction: Option<String>,
    /// The query for its works; without one, the list has only the pinned works.
    pub query: Option<String>,
    /// The citation style: a name or a path.
    pub style: String,
    /// The language of the style's terms; by default the style's own.
    pub locale: Option<String>,
    /// The grouping of the works outside manual sections.
    pub group_by: Option<String>,
    /// The placement of a work of several groups: in `each` of them or only in the `first`.
    pub repeat: String,
    /// The sort order of its works.
    pub order: String,
    /// The kinds of annotations to print below each work, separated by commas.
    pub annotate: String,
    /// The heading of the works that belong to no section; empty to leave them out.
    pub rest: String,
    /// The time it was created: UTC, RFC 3339.
    pub created_at: String,
}

impl StoredList {
    /// Returns the condition for the works of the list: those that are pinned, and those that match one of `queries`,
    /// the translations of the queries of the list and of its sections, and are not excluded.
    pub fn filter(&self, queries: Vec<Filter>) -> Filter {
        let membership = |membership: &str| {
            Filter::Statement(
                Sql::new(
                    "SELECT work_id FROM listed
                     WHERE list_id = ? AND membership = ? AND work_id IS NOT NULL",
                )
                .with([Value::from(self.id), membership.to_owned().into()]),
            )
        };
        let pinned = membership("pinned");
        if queries.is_empty() {
            return pinned;
        }
        let found = Filter::Any(queries).and(membership("excluded").negated());
        Filter::Any(vec![pinned, found])
    }
}

/// A manual section of a reading list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StoredSection {
    /// Its rowid; 0 if it is not stored yet.
    #[serde(skip)]
    pub id: i64,
    /// Its heading.
    pub title: String,
    /// The introduction to the section, in Markdown.
    pub introduction: Option<String>,
    /// The query for its works; without one, it has only the works put into it.
    pub query: Option<String>,
    /// Whether the query only selects among the works that the list has anyway.
    pub within_list: bool,
    /// The sort order of its works; by default that of the list.
    pub order: Option<String>,
    /// The date it takes place: a day, a time, or an interval.
    pub date: Option<String>,
}

/// The membership of a work in a list, regardless of the query of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Membership {
    /// It belongs to the list.
    Pinned,
    /// It does not belong to the list.
    Excluded,
}

/// A user's decisions about one work in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// The rowid of the work, if a work of the library has the key.
    pub work: Option<i64>,
    /// The key it was given by, or its last key before it was removed.
    pub key: String,
    /// Its membership: pinned or excluded.
    pub membership: Option<Membership>,
    /// Its place in the manual order.
    pub position: Option<i64>,
    /// The annotation of the work in this list, in Markdown.
    pub annotation: Option<String>,
}

impl ListEntry {
    /// Returns an entry without decisions.
    fn empty(work: i64, key: String) -> Self {
        Self {
            work: Some(work),
            key,
            membership: None,
            position: None,
            annotation: None,
        }
    }

    /// Merges the entry of the same work under another key: this entry takes precedence, and both annotations
    /// are kept.
    fn join(&mut self, other: Self) {
        self.membership = self.membership.or(other.membership);
        self.position = self.position.or(other.position);
        self.annotation = match (self.annotation.take(), other.annotation) {
            (Some(one), Some(other)) if one != other => Some(format!("{one}\n\n{other}")),
            (one, other) => one.or(other),
        };
    }
}

impl Membership {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Excluded => "excluded",
        }
    }

    fn from_column(text: Option<&str>) -> Option<Self> {
        match text? {
            "pinned" => Some(Self::Pinned),
            _ => Some(Self::Excluded),
        }
    }
}

const LIST: &str =
    "SELECT id, name, title, introduction, query, style, locale, group_by, duplicate_placement,
                           sort_order, annotations, rest_heading, created_at FROM reading_list";

impl Lists<'_> {
    /// Returns the reading lists, sorted by name.
    pub fn all(&self) -> Result<Vec<StoredList>> {
        let mut statement = self
            .library
            .connection
            .prepare(&format!("{LIST} ORDER BY name"))?;
        let lists = statement.query_map([], stored_list)?;
        Ok(lists.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the reading list with this name.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownList`], with similar names.
    pub fn get(&self, name: &str) -> Result<StoredList> {
        let found = self
            .library
            .connection
            .prepare_cached(&format!("{LIST} WHERE name = ?1"))?
            .query_row([name], stored_list)
            .optional()?;
        if let Some(list) = found {
            return Ok(list);
        }
        let mut lists = self.all()?;
        // Without case and accents, if that means one list.
        let is_like = |list: &StoredList| fold(&list.name) == fold(name);
        if lists.iter().filter(|list| is_like(list)).count() == 1
            && let Some(place) = lists.iter().position(is_like)
        {
            return Ok(lists.swap_remove(place));
        }
        let names: Vec<String> = lists.into_iter().map(|list| list.name).collect();
        Err(LibraryError::UnknownList {
            suggestions: closest(name, names.iter().cloned()),
            name: name.to_owned(),
            known: names,
        })
    }

    /// Returns the manual sections of a list, in order.
    pub fn sections(&self, list: i64) -> Result<Vec<StoredSection>> {
        let mut statement = self.library.connection.prepare_cached(
            "SELECT id, title, introduction, query, within_list, sort_order, date FROM list_section
             WHERE list_id = ?1 ORDER BY position, id",
        )?;
        let sections = statement.query_map([list], |row| {
            Ok(StoredSection {
                id: row.get(0)?,
                title: row.get(1)?,
                introduction: row.get(2)?,
                query: row.get(3)?,
                within_list: row.get(4)?,
                order: row.get(5)?,
                date: row.get(6)?,
            })
        })?;
        Ok(sections.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the queries that bring works into a list: its own, and those of its sections.
    pub fn queries(&self, list: &StoredList) -> Result<Vec<String>> {
        let sections = self.sections(list.id)?.into_iter();
        let of_sections = sections.filter(|section| !section.within_list);
        let of_sections = of_sections.filter_map(|section| section.query);
        Ok(list.query.iter().cloned().chain(of_sections).collect())
    }

    /// Returns the entries of a list: first those with a place in the manual order, sorted by it. Some may be of
    /// works that are not in the library.
    pub fn entries(&self, list: i64) -> Result<Vec<ListEntry>> {
        let mut statement = self.library.connection.prepare_cached(&format!(
            "SELECT {LISTED} FROM listed WHERE list_id = ?1
             ORDER BY position IS NULL, position, id"
        ))?;
        let rows = statement
            .query_map([list], list_entry)?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let mut works: Vec<ListEntry> = Vec::with_capacity(rows.len());
        let mut place = HashMap::new();
        for row in rows {
            let first = row.work.and_then(|work| match place.entry(work) {
                Entry::Occupied(entry) => Some(*entry.get()),
                Entry::Vacant(entry) => {
                    entry.insert(works.len());
                    None
                }
            });
            match first.and_then(|first: usize| works.get_mut(first)) {
                Some(first) => first.join(row),
                None => works.push(row),
            }
        }
        Ok(works)
    }
}

impl Tags<'_> {
    /// Returns the labels of tags in a language by their names.
    pub fn labels(&self, language: &str) -> Result<HashMap<String, String>> {
        let mut statement = self.library.connection.prepare_cached(
            "SELECT facet || ':' || name, coalesce(tag_label.label, tag.label) AS shown
             FROM tag LEFT JOIN tag_label ON tag_id = tag.id AND language = ?1
             WHERE shown IS NOT NULL",
        )?;
        let labels = statement.query_map([language], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(labels.collect::<rusqlite::Result<_>>()?)
    }
}

const LISTED: &str = "work_id, key, membership, position, annotation";

fn list_entry(row: &Row<'_>) -> rusqlite::Result<ListEntry> {
    Ok(ListEntry {
        work: row.get(0)?,
        key: row.get(1)?,
        membership: Membership::from_column(row.get::<_, Option<String>>(2)?.as_deref()),
        position: row.get(3)?,
        annotation: row.get(4)?,
    })
}

fn stored_list(row: &Row<'_>) -> rusqlite::Result<StoredList> {
    Ok(StoredList {
        id: row.get(0)?,
        name: row.get(1)?,
        title: row.get(2)?,
        introduction: row.get(3)?,
        query: row.get(4)?,
        style: row.get(5)?,
        locale: row.get(6)?,
        group_by: row.get(7)?,
        repeat: row.get(8)?,
        order: row.get(9)?,
        annotate: row.get(10)?,
        rest: row.get(11)?,
        created_at: row.get(12)?,
    })
}

impl ListsMut<'_> {
    /// Inserts a list (if its `id` is 0) or updates it, and returns its rowid. Nothing is written if nothing
    /// changed.
    ///
    /// # Errors
    ///
    /// [`LibraryError::MalformedListName`]; [`LibraryError::TakenListName`].
    pub fn put(&self, list: &StoredList) -> Result<i64> {
        check_name(&list.name)?;
        let connection = self.change.connection();
        let holder: Option<i64> = connection
            .query_row(
                "SELECT id FROM reading_list WHERE name = ?1",
                [&list.name],
                |row| row.get(0),
            )
            .optional()?;
        if holder.is_some_and(|holder| holder != list.id) {
            return Err(LibraryError::TakenListName(list.name.clone()));
        }
        if list.id == 0 {
            connection.execute(
                "INSERT INTO reading_list (name, title, introduction, query, style, locale, group_by,
                                           duplicate_placement, sort_order, annotations, rest_heading, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                params![
                    list.name,
                    list.title,
                    list.introduction,
                    list.query,
                    list.style,
                    list.locale,
                    list.group_by,
                    list.repeat,
                    list.order,
                    list.annotate,
                    list.rest,
                    now(connection)?
                ],
            )?;
            return Ok(connection.last_insert_rowid());
        }
        connection.execute(
            "UPDATE reading_list SET name = ?2, title = ?3, introduction = ?4, query = ?5, style = ?6,
                 locale = ?7, group_by = ?8, duplicate_placement = ?9, sort_order = ?10,
                 annotations = ?11, rest_heading = ?12
             WHERE id = ?1
               AND (name, title, introduction, query, style, locale, group_by, duplicate_placement,
                    sort_order, annotations, rest_heading) IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                list.id,
                list.name,
                list.title,
                list.introduction,
                list.query,
                list.style,
                list.locale,
                list.group_by,
                list.repeat,
                list.order,
                list.annotate,
                list.rest
            ],
        )?;
        Ok(list.id)
    }

    /// Removes a list with its sections, entries and snapshots, but not its works.
    pub fn remove(&self, list: i64) -> Result<()> {
        self.change
            .connection()
            .execute("DELETE FROM reading_list WHERE id = ?1", [list])?;
        Ok(())
    }

    /// Removes the sections and entries of a list, but not its snapshots.
    pub fn clear(&self, list: i64) -> Result<()> {
        let connection = self.change.connection();
        connection.execute("DELETE FROM list_work WHERE list_id = ?1", [list])?;
        connection.execute("DELETE FROM list_section WHERE list_id = ?1", [list])?;
        Ok(())
    }

    /// Appends a section (if its `id` is 0) or updates it, and returns its rowid.
    pub fn put_section(&self, list: i64, section: &StoredSection) -> Result<i64> {
        let connection = self.change.connection();
        let StoredSection {
            id,
            title,
            introduction,
            query,
            within_list,
            order,
            date,
        } = section;
        if *id == 0 {
            connection.execute(
                "INSERT INTO list_section
                     (list_id, position, title, introduction, query, within_list, sort_order, date)
                 VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM list_section
                              WHERE list_id = ?1), ?2, ?3, ?4, ?5, ?6, ?7)",
                params![list, title, introduction, query, within_list, order, date],
            )?;
            return Ok(connection.last_insert_rowid());
        }
        connection.execute(
            "UPDATE list_section
             SET title = ?2, introduction = ?3, query = ?4, within_list = ?5, sort_order = ?6, date = ?7
             WHERE id = ?1 AND (title, introduction, query, within_list, sort_order, date)
                 IS NOT (?2, ?3, ?4, ?5, ?6, ?7)",
            params![id, title, introduction, query, within_list, order, date],
        )?;
        Ok(*id)
    }

    /// Removes a section, but not its works.
    pub fn remove_section(&self, section: i64) -> Result<()> {
        self.change
            .connection()
            .execute("DELETE FROM list_section WHERE id = ?1", [section])?;
        Ok(())
    }

    /// Sorts sections into this order.
    pub fn order_sections(&self, sections: &[i64]) -> Result<()> {
        let mut statement = self.change.connection().prepare_cached(
            "UPDATE list_section SET position = ?2 WHERE id = ?1 AND position <> ?2",
        )?;
        for (section, position) in sections.iter().zip(1_i64..) {
            statement.execute([*section, position])?;
        }
        Ok(())
    }

    /// Pins or excludes a work, or with `None` leaves it to the query. Returns the previous membership.
    pub fn set_membership(
        &self,
        list: i64,
        work: i64,
        membership: Option<Membership>,
    ) -> Result<Option<Membership>> {
        let mut before = None;
        self.edit_entry(list, work, |listed| {
            before = listed.membership;
            listed.membership = membership;
        })?;
        Ok(before)
    }

    /// Sets or removes the annotation of a work in a list. Returns the previous one.
    pub fn annotate(
        &self,
        list: i64,
        work: i64,
        annotation: Option<String>,
    ) -> Result<Option<String>> {
        let mut before = None;
        self.edit_entry(list, work, |listed| {
            before = std::mem::replace(&mut listed.annotation, annotation);
        })?;
        Ok(before)
    }

    /// Sets the manual order of a list. Works that are not in `works` have no place in it.
    pub fn set_manual_order(&self, list: i64, works: &[i64]) -> Result<()> {
        let placed: HashSet<i64> = works.iter().copied().collect();
        for listed in self.entries(list)? {
            if let Some(work) = listed.work.filter(|work| !placed.contains(work)) {
                self.edit_entry(list, work, |listed| listed.position = None)?;
            }
        }
        for (work, position) in works.iter().zip(1_i64..) {
            self.edit_entry(list, *work, |listed| listed.position = Some(position))?;
        }
        Ok(())
    }

    /// Stores an entry by its key, which need not be the key of a work in the library.
    pub fn put_entry(&self, list: i64, entry: ListEntry) -> Result<()> {
        match self.change.works().find(&entry.key)? {
            Some(work) => self.edit_entry(list, work, |listed| {
                let before = std::mem::replace(
                    listed,
                    ListEntry {
                        work: Some(work),
                        ..entry
                    },
                );
                listed.join(before);
            }),
            None => self.insert_entry(list, &entry),
        }
    }

    /// Removes the membership and place of a work that is not in the library. Returns whether there was an
    /// entry.
    pub fn remove_missing_entry(&self, list: i64, key: &str) -> Result<bool> {
        self.take_out_missing(list, key)?;
        self.clear_missing(list, key, "membership = NULL, position = NULL")
    }

    /// Removes the annotation of a work that is not in the library. Returns whether there was an entry.
    pub fn remove_missing_annotation(&self, list: i64, key: &str) -> Result<bool> {
        self.clear_missing(list, key, "annotation = NULL")
    }

    fn clear_missing(&self, list: i64, key: &str, what: &str) -> Result<bool> {
        let connection = self.change.connection();
        let cleared = connection.execute(
            &format!(
                "UPDATE list_work SET {what} WHERE list_id = ?1 AND key = ?2 AND work_id IS NULL"
            ),
            params![list, key],
        )?;
        connection.execute(
            "DELETE FROM list_work
             WHERE list_id = ?1 AND key = ?2 AND work_id IS NULL AND membership IS NULL
               AND position IS NULL AND annotation IS NULL",
            params![list, key],
        )?;
        Ok(cleared > 0)
    }

    /// Edits the entry of a work in a list, after merging entries under its other keys.
    fn edit_entry(&self, list: i64, work: i64, edit: impl FnOnce(&mut ListEntry)) -> Result<()> {
        let connection = self.change.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {LISTED}, id FROM list_work
             WHERE list_id = ?1 AND (work_id = ?2 OR (work_id IS NULL AND key IN (
                 SELECT key FROM work WHERE id = ?2
                 UNION ALL SELECT alias FROM key_alias WHERE work_id = ?2)))
             ORDER BY work_id IS NULL, position IS NULL, position, id"
        ))?;
        let mut rows = statement
            .query_map([list, work], |row| Ok((list_entry(row)?, row.get(5)?)))?
            .collect::<rusqlite::Result<Vec<(ListEntry, i64)>>>()?
            .into_iter();
        let first = rows.next();
        let mut listed = match &first {
            Some((listed, _)) => listed.clone(),
            None => ListEntry::empty(work, self.change.works().key(work)?),
        };
        for (other, id) in rows {
            listed.join(other);
            connection.execute("DELETE FROM list_work WHERE id = ?1", [id])?;
        }
        edit(&mut listed);
        let ListEntry {
            membership,
            position,
            annotation,
            ..
        } = &listed;
        let is_empty = membership.is_none() && position.is_none() && annotation.is_none();
        match first {
            None if is_empty => {}
            None => self.insert_entry(list, &listed)?,
            Some((_, id)) if is_empty => {
                connection.execute("DELETE FROM list_work WHERE id = ?1", [id])?;
            }
            Some((_, id)) => {
                connection
                    .prepare_cached(
                        "UPDATE list_work SET work_id = ?2, membership = ?3, position = ?4,
                             annotation = ?5
                         WHERE id = ?1 AND (work_id, membership, position, annotation)
                             IS NOT (?2, ?3, ?4, ?5)",
                    )?
                    .execute(params![
                        id,
                        work,
                        membership.map(Membership::as_str),
                        position,
                        annotation
                    ])?;
            }
        }
        Ok(())
    }

    fn insert_entry(&self, list: i64, listed: &ListEntry) -> Result<()> {
        self.change
            .connection()
            .prepare_cached(
                "INSERT INTO list_work (list_id, work_id, key, membership, position, annotation)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                list,
                listed.work,
                listed.key,
                listed.membership.map(Membership::as_str),
                listed.position,
                listed.annotation
            ])?;
        Ok(())
    }

    /// Moves the entries of one work in all lists to another work.
    pub(super) fn join_entries(&self, from: i64, to: i64) -> Result<()> {
        let connection = self.change.connection();
        let mut statement =
            connection.prepare_cached("SELECT list_id FROM list_work WHERE work_id = ?1")?;
        let lists = statement
            .query_map([from], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        for list in lists {
            let mut theirs = None;
            self.edit_entry(list, from, |listed| {
                let none = ListEntry::empty(from, listed.key.clone());
                theirs = Some(std::mem::replace(listed, none));
            })?;
            if let Some(theirs) = theirs {
                self.edit_entry(list, to, |listed| listed.join(theirs))?;
            }
        }
        self.join_placements(from, to)
    }
}

/// Checks that a list can have this name, which is one word on a command line, in a query and in a file name.
fn check_name(name: &str) -> Result<()> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let begins_well = name.chars().next().is_some_and(char::is_alphanumeric);
    if begins_well && name.chars().all(is_plain) {
        Ok(())
    } else {
        Err(LibraryError::MalformedListName(name.to_owned()))
    }
}
