//! Reading lists as they are stored: which works, in which sections and order, and what is said of them.
//!
//! A query of a list is kept as text: the library knows no query language. Whoever does gives the
//! condition that it stands for to [`StoredList::condition`].

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Row, params};

use super::history::now;
use super::{Change, Condition, Library, LibraryError, Result, Sql};
use crate::suggest::closest;

/// A reading list as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StoredList {
    /// Its number in the library; 0 for one that is not stored yet.
    #[serde(skip)]
    pub id: i64,
    /// Its name, by which commands know it.
    pub name: String,
    /// Its title, as it is printed.
    pub title: Option<String>,
    /// What stands before its first section, in Markdown.
    pub introduction: Option<String>,
    /// Which works it holds, in the query language; without it, the pinned works alone.
    pub query: Option<String>,
    /// The citation style: its name or file.
    pub style: String,
    /// The language of the style's terms; without it, the style's own.
    pub locale: Option<String>,
    /// What the works are grouped by that stand in no section written by hand.
    pub group_by: Option<String>,
    /// Where a work of several groups stands: under `each`, or under the `first`.
    pub repeat: String,
    /// The order of its works.
    pub order: String,
    /// What stands below each work, with commas between.
    pub annotate: String,
    /// What heads the works that no section takes; empty where these are left out.
    pub rest: String,
    /// When it was made: UTC, RFC 3339.
    pub created_at: String,
}

impl StoredList {
    /// The condition that the works of the list meet: the pinned ones, and those that meet `query` (which
    /// its own query stands for) but for the excluded ones.
    pub fn condition(&self, query: Option<Condition>) -> Condition {
        let standing = |standing: &str| {
            Condition::Statement(
                Sql::new(
                    "SELECT work_id FROM listed
                     WHERE list_id = ? AND standing = ? AND work_id IS NOT NULL",
                )
                .with([Value::from(self.id), standing.to_owned().into()]),
            )
        };
        let pinned = standing("pinned");
        match query {
            None => pinned,
            Some(query) => Condition::Any(vec![pinned, query.and(standing("excluded").negated())]),
        }
    }
}

/// A section of a reading list that was written by hand.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StoredSection {
    /// Its number in the library; 0 for one that is not stored yet.
    #[serde(skip)]
    pub id: i64,
    /// Its heading.
    pub title: String,
    /// What stands before its first work, in Markdown.
    pub introduction: Option<String>,
    /// Which works of the list it takes; without it, those that were put into it.
    pub query: Option<String>,
    /// The order of its works; without it, the list's.
    pub order: Option<String>,
}

/// Whether a work stands in a list, whatever the list's query finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It does.
    Pinned,
    /// It does not.
    Excluded,
}

/// What a person said of a work in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedWork {
    /// The number of the work; none where no work of the library has the key.
    pub work: Option<i64>,
    /// The key by which it was named, or the last that it had.
    pub key: String,
    /// Whether it stands in the list, whatever the query finds.
    pub standing: Option<Standing>,
    /// The section that it was put into.
    pub section: Option<i64>,
    /// Its place in the order by hand.
    pub position: Option<i64>,
    /// A text on it that belongs to this list, in Markdown.
    pub annotation: Option<String>,
}

impl ListedWork {
    /// A work of which nothing was said yet.
    fn unmentioned(work: i64, key: String) -> Self {
        Self {
            work: Some(work),
            key,
            standing: None,
            section: None,
            position: None,
            annotation: None,
        }
    }

    /// Joins what was said of one work under two keys: what this one says holds, and both texts stay.
    fn join(&mut self, other: Self) {
        self.standing = self.standing.or(other.standing);
        self.section = self.section.or(other.section);
        self.position = self.position.or(other.position);
        self.annotation = match (self.annotation.take(), other.annotation) {
            (Some(one), Some(other)) if one != other => Some(format!("{one}\n\n{other}")),
            (one, other) => one.or(other),
        };
    }
}

impl Standing {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Excluded => "excluded",
        }
    }

    fn stored(text: Option<&str>) -> Option<Self> {
        match text? {
            "pinned" => Some(Self::Pinned),
            _ => Some(Self::Excluded),
        }
    }
}

const LIST: &str = "SELECT id, name, title, introduction, query, style, locale, group_by, repeated,
                           sorted_by, annotated, rest, created_at FROM reading_list";

impl Library {
    /// The reading lists, by name.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn lists(&self) -> Result<Vec<StoredList>> {
        let mut statement = self.connection.prepare(&format!("{LIST} ORDER BY name"))?;
        let lists = statement.query_map([], stored_list)?;
        Ok(lists.collect::<rusqlite::Result<_>>()?)
    }

    /// The reading list of this name.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownList`], with a name that is spelt much the same.
    pub fn list(&self, name: &str) -> Result<StoredList> {
        let found = self
            .connection
            .prepare_cached(&format!("{LIST} WHERE name = ?1"))?
            .query_row([name], stored_list)
            .optional()?;
        if let Some(list) = found {
            return Ok(list);
        }
        let names: Vec<String> = self.lists()?.into_iter().map(|list| list.name).collect();
        Err(LibraryError::UnknownList {
            suggestions: closest(name, names.iter().cloned()),
            name: name.to_owned(),
            known: names,
        })
    }

    /// The sections of a list that were written by hand, in their order.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn list_sections(&self, list: i64) -> Result<Vec<StoredSection>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, title, introduction, query, sorted_by FROM list_section
             WHERE list_id = ?1 ORDER BY position, id",
        )?;
        let sections = statement.query_map([list], |row| {
            Ok(StoredSection {
                id: row.get(0)?,
                title: row.get(1)?,
                introduction: row.get(2)?,
                query: row.get(3)?,
                order: row.get(4)?,
            })
        })?;
        Ok(sections.collect::<rusqlite::Result<_>>()?)
    }

    /// What was said of works in a list: those with a place by hand first, in their order. Works that
    /// are not in the library are among them.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn listed_works(&self, list: i64) -> Result<Vec<ListedWork>> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {LISTED} FROM listed WHERE list_id = ?1
             ORDER BY position IS NULL, position, id"
        ))?;
        let rows = statement
            .query_map([list], listed_work)?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let mut works: Vec<ListedWork> = Vec::with_capacity(rows.len());
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

impl Library {
    /// What tags are called, by their names.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn tag_labels(&self) -> Result<HashMap<String, String>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT facet || ':' || name, label FROM tag WHERE label IS NOT NULL",
        )?;
        let labels = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(labels.collect::<rusqlite::Result<_>>()?)
    }
}

const LISTED: &str = "work_id, key, standing, section_id, position, annotation";

fn listed_work(row: &Row<'_>) -> rusqlite::Result<ListedWork> {
    Ok(ListedWork {
        work: row.get(0)?,
        key: row.get(1)?,
        standing: Standing::stored(row.get::<_, Option<String>>(2)?.as_deref()),
        section: row.get(3)?,
        position: row.get(4)?,
        annotation: row.get(5)?,
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

impl Change<'_> {
    /// Stores a list, a new one where its number is 0, and gives its number. Where nothing of it is new,
    /// nothing is written.
    ///
    /// # Errors
    ///
    /// [`LibraryError::MalformedListName`]; [`LibraryError::TakenListName`].
    pub fn put_list(&self, list: &StoredList) -> Result<i64> {
        check_name(&list.name)?;
        let connection = self.connection();
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
                                           repeated, sorted_by, annotated, rest, created_at)
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
                 locale = ?7, group_by = ?8, repeated = ?9, sorted_by = ?10, annotated = ?11, rest = ?12
             WHERE id = ?1
               AND (name, title, introduction, query, style, locale, group_by, repeated, sorted_by,
                    annotated, rest) IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
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

    /// Removes a list, with its sections, annotations and snapshots. Works stay.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn remove_list(&self, list: i64) -> Result<()> {
        self.connection()
            .execute("DELETE FROM reading_list WHERE id = ?1", [list])?;
        Ok(())
    }

    /// Takes out of a list its sections and all that is said of works; its snapshots stay.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn empty_list(&self, list: i64) -> Result<()> {
        let connection = self.connection();
        connection.execute("DELETE FROM list_work WHERE list_id = ?1", [list])?;
        connection.execute("DELETE FROM list_section WHERE list_id = ?1", [list])?;
        Ok(())
    }

    /// Stores a section of a list, a new one behind the others where its number is 0, and gives its
    /// number.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn put_section(&self, list: i64, section: &StoredSection) -> Result<i64> {
        let connection = self.connection();
        let StoredSection {
            id,
            title,
            introduction,
            query,
            order,
        } = section;
        if *id == 0 {
            connection.execute(
                "INSERT INTO list_section (list_id, position, title, introduction, query, sorted_by)
                 VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM list_section
                              WHERE list_id = ?1), ?2, ?3, ?4, ?5)",
                params![list, title, introduction, query, order],
            )?;
            return Ok(connection.last_insert_rowid());
        }
        connection.execute(
            "UPDATE list_section SET title = ?2, introduction = ?3, query = ?4, sorted_by = ?5
             WHERE id = ?1 AND (title, introduction, query, sorted_by) IS NOT (?2, ?3, ?4, ?5)",
            params![id, title, introduction, query, order],
        )?;
        Ok(*id)
    }

    /// Removes a section; its works stay in the list.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn remove_section(&self, section: i64) -> Result<()> {
        self.connection()
            .execute("DELETE FROM list_section WHERE id = ?1", [section])?;
        Ok(())
    }

    /// Puts sections into this order.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn order_sections(&self, sections: &[i64]) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "UPDATE list_section SET position = ?2 WHERE id = ?1 AND position <> ?2",
        )?;
        for (section, position) in sections.iter().zip(1_i64..) {
            statement.execute([*section, position])?;
        }
        Ok(())
    }

    /// Says whether a work stands in a list whatever its query finds, or takes back what was said.
    /// Gives what held before.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn set_standing(
        &self,
        list: i64,
        work: i64,
        standing: Option<Standing>,
    ) -> Result<Option<Standing>> {
        let mut before = None;
        self.say(list, work, |listed| {
            before = listed.standing;
            listed.standing = standing;
        })?;
        Ok(before)
    }

    /// Puts a text on a work in a list, or takes it away. Gives the text that was there before.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn annotate_in_list(
        &self,
        list: i64,
        work: i64,
        annotation: Option<String>,
    ) -> Result<Option<String>> {
        let mut before = None;
        self.say(list, work, |listed| {
            before = std::mem::replace(&mut listed.annotation, annotation);
        })?;
        Ok(before)
    }

    /// Puts a work into a section of a list, or leaves that to the queries of the sections again.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn put_into_section(&self, list: i64, work: i64, section: Option<i64>) -> Result<()> {
        self.say(list, work, |listed| listed.section = section)
    }

    /// Gives works of a list their order by hand. A work that is not among them has none afterwards.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn put_into_order(&self, list: i64, works: &[i64]) -> Result<()> {
        let placed: HashSet<i64> = works.iter().copied().collect();
        for listed in self.listed_works(list)? {
            if let Some(work) = listed.work.filter(|work| !placed.contains(work)) {
                self.say(list, work, |listed| listed.position = None)?;
            }
        }
        for (work, position) in works.iter().zip(1_i64..) {
            self.say(list, *work, |listed| listed.position = Some(position))?;
        }
        Ok(())
    }

    /// Keeps what is said of a work by its key, which need not be the key of a work of the library.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn say_by_key(&self, list: i64, said: ListedWork) -> Result<()> {
        match self.find_key(&said.key)? {
            Some(work) => self.say(list, work, |listed| {
                let before = std::mem::replace(
                    listed,
                    ListedWork {
                        work: Some(work),
                        ..said
                    },
                );
                listed.join(before);
            }),
            None => self.insert_listed(list, &said),
        }
    }

    /// Takes back that a work which is not in the library stands in a list, or does not. Says whether
    /// anything of the kind was said.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn forget_missing(&self, list: i64, key: &str) -> Result<bool> {
        self.unsay(
            list,
            key,
            "standing = NULL, section_id = NULL, position = NULL",
        )
    }

    /// Takes away the text on a work which is not in the library. Says whether there was one.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn unannotate_missing(&self, list: i64, key: &str) -> Result<bool> {
        self.unsay(list, key, "annotation = NULL")
    }

    fn unsay(&self, list: i64, key: &str, what: &str) -> Result<bool> {
        let connection = self.connection();
        let unsaid = connection.execute(
            &format!(
                "UPDATE list_work SET {what} WHERE list_id = ?1 AND key = ?2 AND work_id IS NULL"
            ),
            params![list, key],
        )?;
        connection.execute(
            "DELETE FROM list_work
             WHERE list_id = ?1 AND key = ?2 AND work_id IS NULL AND standing IS NULL
               AND section_id IS NULL AND position IS NULL AND annotation IS NULL",
            params![list, key],
        )?;
        Ok(unsaid > 0)
    }

    /// Edits what is said of a work in a list. What was said of it under other keys is joined first.
    fn say(&self, list: i64, work: i64, edit: impl FnOnce(&mut ListedWork)) -> Result<()> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {LISTED}, id FROM list_work
             WHERE list_id = ?1 AND (work_id = ?2 OR (work_id IS NULL AND key IN (
                 SELECT key FROM work WHERE id = ?2
                 UNION ALL SELECT alias FROM key_alias WHERE work_id = ?2)))
             ORDER BY work_id IS NULL, position IS NULL, position, id"
        ))?;
        let mut rows = statement
            .query_map([list, work], |row| Ok((listed_work(row)?, row.get(6)?)))?
            .collect::<rusqlite::Result<Vec<(ListedWork, i64)>>>()?
            .into_iter();
        let first = rows.next();
        let mut listed = match &first {
            Some((listed, _)) => listed.clone(),
            None => ListedWork::unmentioned(work, self.key_of(work)?),
        };
        for (other, id) in rows {
            listed.join(other);
            connection.execute("DELETE FROM list_work WHERE id = ?1", [id])?;
        }
        edit(&mut listed);
        let ListedWork {
            standing,
            section,
            position,
            annotation,
            ..
        } = &listed;
        let is_empty =
            standing.is_none() && section.is_none() && position.is_none() && annotation.is_none();
        match first {
            None if is_empty => {}
            None => self.insert_listed(list, &listed)?,
            Some((_, id)) if is_empty => {
                connection.execute("DELETE FROM list_work WHERE id = ?1", [id])?;
            }
            Some((_, id)) => {
                connection
                    .prepare_cached(
                        "UPDATE list_work SET work_id = ?2, standing = ?3, section_id = ?4,
                             position = ?5, annotation = ?6
                         WHERE id = ?1 AND (work_id, standing, section_id, position, annotation)
                             IS NOT (?2, ?3, ?4, ?5, ?6)",
                    )?
                    .execute(params![
                        id,
                        work,
                        standing.map(Standing::as_str),
                        section,
                        position,
                        annotation
                    ])?;
            }
        }
        Ok(())
    }

    fn insert_listed(&self, list: i64, listed: &ListedWork) -> Result<()> {
        self.connection()
            .prepare_cached(
                "INSERT INTO list_work (list_id, work_id, key, standing, section_id, position,
                                        annotation)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                list,
                listed.work,
                listed.key,
                listed.standing.map(Standing::as_str),
                listed.section,
                listed.position,
                listed.annotation
            ])?;
        Ok(())
    }

    /// Has what lists say of one work be said of another, which is the same one.
    pub(super) fn join_in_lists(&self, from: i64, to: i64) -> Result<()> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("SELECT list_id FROM list_work WHERE work_id = ?1")?;
        let lists = statement
            .query_map([from], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        for list in lists {
            let mut theirs = None;
            self.say(list, from, |listed| {
                let none = ListedWork::unmentioned(from, listed.key.clone());
                theirs = Some(std::mem::replace(listed, none));
            })?;
            if let Some(theirs) = theirs {
                self.say(list, to, |listed| listed.join(theirs))?;
            }
        }
        Ok(())
    }
}

/// Whether a list can have this name: it is one word on a command line, in a query and in a file's name.
fn check_name(name: &str) -> Result<()> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let begins_well = name.chars().next().is_some_and(char::is_alphanumeric);
    if begins_well && name.chars().all(is_plain) {
        Ok(())
    } else {
        Err(LibraryError::MalformedListName(name.to_owned()))
    }
}
