//! Candidates for shell completion: keys, tags, types, lists and so on.
//!
//! They are read from indexes, because a person is waiting for the next letter.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{Candidates, Library, LibraryError, Result, schema};

/// A candidate for completion.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Completion {
    /// The value on the command line.
    pub value: String,
    /// A description of one line.
    pub help: Option<String>,
}

impl Library {
    /// Opens the library at `path` read-only, without waiting for a lock. It is neither created nor migrated.
    ///
    /// # Errors
    ///
    /// If there is no library with the current schema, or it is locked.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(LibraryError::Missing(path.to_path_buf()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_millis(50))?;
        connection.pragma_update(None, "query_only", true)?;
        let found = schema::version(&connection, path)?;
        if found != schema::newest() {
            return Err(LibraryError::Foreign {
                path: path.to_path_buf(),
                reason: format!("it has version {found} of the schema"),
            });
        }
        Ok(Self::on(connection, path))
    }
}

impl Candidates<'_> {
    /// Returns at most `most` of the keys that start with `prefix`, in order. If there are more, the last of all
    /// is included, so that the common prefix of the candidates is that of all keys.
    pub fn keys(&self, prefix: &str, most: usize) -> Result<Vec<Completion>> {
        const KEYS: &str = "
            SELECT key, title, json_extract(authors, '$[0]'), json_array_length(authors), year
            FROM work LEFT JOIN work_summary ON work_id = work.id
            WHERE key >= ?1 AND key < ?2";
        // This is the last character of Unicode.
        let end = format!("{prefix}\u{10ffff}");
        let read = |order: &str, most: usize| -> Result<Vec<Completion>> {
            let sql = format!("{KEYS} ORDER BY key {order} LIMIT ?3");
            let mut statement = self.library.connection.prepare(&sql)?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let candidates = statement.query_map((prefix, &end, most), |row| {
                Ok(Completion {
                    value: row.get(0)?,
                    help: describe_work(
                        row.get::<_, Option<String>>(1)?.as_deref(),
                        row.get::<_, Option<String>>(2)?.as_deref(),
                        row.get::<_, Option<i64>>(3)?.unwrap_or(0),
                        row.get(4)?,
                    ),
                })
            })?;
            Ok(candidates.collect::<rusqlite::Result<_>>()?)
        };
        let mut first = read("ASC", most)?;
        if first.len() == most {
            first.pop();
            first.extend(read("DESC", 1)?);
        }
        Ok(first)
    }

    /// Returns the tags of one facet or of all as `FACET:NAME`, with their labels.
    pub fn tags(&self, facet: Option<&str>) -> Result<Vec<Completion>> {
        self.complete(
            "SELECT facet || ':' || name, coalesce(label, description) FROM tag
             WHERE ?1 IS NULL OR facet = ?1 ORDER BY facet, position",
            [facet],
        )
    }

    /// Returns the facets, with their numbers of tags.
    pub fn facets(&self) -> Result<Vec<Completion>> {
        self.complete(
            "SELECT facet, count(*) || iif(count(*) = 1, ' tag', ' tags') FROM tag
             GROUP BY facet ORDER BY facet",
            [],
        )
    }

    /// Returns the entry types that occur, with their numbers of works.
    pub fn types(&self) -> Result<Vec<Completion>> {
        self.complete(
            "SELECT entry_type, count(*) || iif(count(*) = 1, ' work', ' works') FROM work_summary
             GROUP BY entry_type ORDER BY entry_type",
            [],
        )
    }

    /// Returns the reading lists, with their titles.
    pub fn lists(&self) -> Result<Vec<Completion>> {
        self.complete("SELECT name, title FROM reading_list ORDER BY name", [])
    }

    /// Returns the snapshots of a reading list, with their dates.
    pub fn snapshots(&self, list: &str) -> Result<Vec<Completion>> {
        self.complete(
            "SELECT list_snapshot.name, date(frozen_at)
             FROM list_snapshot JOIN reading_list ON reading_list.id = list_id
             WHERE reading_list.name = ?1 ORDER BY list_snapshot.id",
            [list],
        )
    }

    /// Returns the manual sections of a reading list.
    pub fn sections(&self, list: &str) -> Result<Vec<Completion>> {
        self.complete(
            "SELECT list_section.title, list_section.query
             FROM list_section JOIN reading_list ON reading_list.id = list_id
             WHERE reading_list.name = ?1 ORDER BY list_section.position",
            [list],
        )
    }

    /// Returns the tagging rules, with their reasons.
    pub fn rules(&self) -> Result<Vec<Completion>> {
        self.complete(
            "SELECT name, coalesce(why, condition) FROM rule ORDER BY position",
            [],
        )
    }

    /// Returns the imported files.
    pub fn source_files(&self) -> Result<Vec<Completion>> {
        self.complete(
            "SELECT path, 'imported on ' || date(imported_at) FROM source_file ORDER BY path",
            [],
        )
    }

    fn complete(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<Vec<Completion>> {
        let mut statement = self.library.connection.prepare(sql)?;
        let candidates = statement.query_map(parameters, |row| {
            Ok(Completion {
                value: row.get(0)?,
                help: row.get(1)?,
            })
        })?;
        Ok(candidates.collect::<rusqlite::Result<_>>()?)
    }
}

/// Describes a work in one line: "Benkler 2006: The Wealth of Networks".
fn describe_work(
    title: Option<&str>,
    author: Option<&str>,
    authors: i64,
    year: Option<i32>,
) -> Option<String> {
    let mut names = author.unwrap_or_default().to_owned();
    match authors {
        0 | 1 => {}
        _ => names.push_str(" et al."),
    }
    let year = year.map(|year| year.to_string()).unwrap_or_default();
    let who = [names.as_str(), &year].join(" ");
    match (who.trim(), title) {
        ("", title) => title.map(str::to_owned),
        (who, None) => Some(who.to_owned()),
        (who, Some(title)) => Some(format!("{who}: {title}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::BusyTimeout;

    fn library(entries: &str) -> (tempfile::TempDir, Library) {
        let directory = tempfile::tempdir().unwrap();
        let mut library =
            Library::open_or_create(&directory.path().join("library.db"), BusyTimeout::default())
                .unwrap();
        library
            .change("test", |change| {
                for entry in entries.lines() {
                    change.works().add(entry, None)?;
                }
                Ok(())
            })
            .unwrap();
        (directory, library)
    }

    fn values(candidates: &[Completion]) -> Vec<&str> {
        candidates
            .iter()
            .map(|candidate| candidate.value.as_str())
            .collect()
    }

    #[test]
    fn keys_are_completed_with_a_description() {
        let (_directory, library) = library(
            "@book{benkler2006, author = {Benkler, Yochai}, title = {Wealth}, year = {2006}}\n\
             @book{bauwens, author = {Bauwens, M. and Kostakis, V.}, title = {P2P}}\n\
             @misc{zine, title = {A Zine}}",
        );
        let candidates = library.candidates().keys("b", 10).unwrap();
        assert_eq!(values(&candidates), ["bauwens", "benkler2006"]);
        assert_eq!(
            candidates[0].help.as_deref(),
            Some("M. Bauwens et al.: P2P")
        );
        assert_eq!(
            candidates[1].help.as_deref(),
            Some("Yochai Benkler 2006: Wealth")
        );
        assert_eq!(library.candidates().keys("", 10).unwrap().len(), 3);
        assert!(library.candidates().keys("x", 10).unwrap().is_empty());
    }

    #[test]
    fn a_shortened_list_of_keys_includes_the_last() {
        let (_directory, library) =
            library("@misc{baker1,}\n@misc{baker2,}\n@misc{baker3,}\n@misc{berry,}");
        let candidates = library.candidates().keys("b", 3).unwrap();
        assert_eq!(values(&candidates), ["baker1", "baker2", "berry"]);
    }

    #[test]
    fn keys_are_found_by_an_index() {
        let (_directory, library) = library("@misc{a,}");
        let plan: String = library
            .connection
            .query_row(
                "EXPLAIN QUERY PLAN SELECT key FROM work WHERE key >= 'a' AND key < 'b' ORDER BY key",
                [],
                |row| row.get(3),
            )
            .unwrap();
        assert!(plan.contains("SEARCH work USING"), "{plan}");
    }

    #[test]
    fn a_library_opened_read_only_cannot_be_changed() {
        let (directory, library) = library("@misc{a,}");
        drop(library);
        let mut library = Library::open_read_only(&directory.path().join("library.db")).unwrap();
        assert!(
            library
                .change("test", |change| change.works().add("@misc{b,}", None))
                .is_err()
        );
        assert_eq!(library.works().count().unwrap(), 1);
        assert!(Library::open_read_only(&directory.path().join("none.db")).is_err());
        assert!(!directory.path().join("none.db").exists());
    }
}
