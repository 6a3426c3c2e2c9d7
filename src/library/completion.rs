//! What a library offers to a person who presses the tab key: keys, tags, types and lists.
//!
//! The answers come from indexes, and are given while a person waits for the next letter.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{Library, LibraryError, Result, schema};

/// Something that a person may mean.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offer {
    /// What it is called on the command line.
    pub value: String,
    /// What it is, in a line.
    pub about: Option<String>,
}

impl Library {
    /// Opens the library at `path` for a look at what is in it. It is neither created nor migrated, nothing
    /// in it can be changed, and another program that holds it is not waited for.
    ///
    /// # Errors
    ///
    /// Where there is no library of this peerbib's version, or it is held.
    pub fn open_to_look(path: &Path) -> Result<Self> {
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

    /// The keys that begin with `beginning`, in order, at most `most` of them. Where there are more, the
    /// last of all is among them, so that what the given ones have in common all have in common.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn offered_keys(&self, beginning: &str, most: usize) -> Result<Vec<Offer>> {
        const KEYS: &str = "
            SELECT key, title, json_extract(authors, '$[0]'), json_array_length(authors), year
            FROM work LEFT JOIN work_summary ON work_id = work.id
            WHERE key >= ?1 AND key < ?2";
        // No character is after this one.
        let end = format!("{beginning}\u{10ffff}");
        let offers = |order: &str, most: usize| -> Result<Vec<Offer>> {
            let sql = format!("{KEYS} ORDER BY key {order} LIMIT ?3");
            let mut statement = self.connection.prepare(&sql)?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let offers = statement.query_map((beginning, &end, most), |row| {
                Ok(Offer {
                    value: row.get(0)?,
                    about: about_work(
                        row.get::<_, Option<String>>(1)?.as_deref(),
                        row.get::<_, Option<String>>(2)?.as_deref(),
                        row.get::<_, Option<i64>>(3)?.unwrap_or(0),
                        row.get(4)?,
                    ),
                })
            })?;
            Ok(offers.collect::<rusqlite::Result<_>>()?)
        };
        let mut first = offers("ASC", most)?;
        if first.len() == most {
            first.pop();
            first.extend(offers("DESC", 1)?);
        }
        Ok(first)
    }

    /// Every tag, as `FACET:NAME`, with its label; of one facet, or of all.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn offered_tags(&self, facet: Option<&str>) -> Result<Vec<Offer>> {
        self.offered(
            "SELECT facet || ':' || name, coalesce(label, description) FROM tag
             WHERE ?1 IS NULL OR facet = ?1 ORDER BY facet, position",
            [facet],
        )
    }

    /// Every facet of tags, with the number of its tags.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn offered_facets(&self) -> Result<Vec<Offer>> {
        self.offered(
            "SELECT facet, count(*) || iif(count(*) = 1, ' tag', ' tags') FROM tag
             GROUP BY facet ORDER BY facet",
            [],
        )
    }

    /// Every type that a work has, with the number of its works.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn offered_types(&self) -> Result<Vec<Offer>> {
        self.offered(
            "SELECT entry_type, count(*) || iif(count(*) = 1, ' work', ' works') FROM work_summary
             GROUP BY entry_type ORDER BY entry_type",
            [],
        )
    }

    /// Every reading list, with its title.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn offered_lists(&self) -> Result<Vec<Offer>> {
        self.offered("SELECT name, title FROM reading_list ORDER BY name", [])
    }

    /// The snapshots of a reading list, with the day on which each was made.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn offered_snapshots(&self, list: &str) -> Result<Vec<Offer>> {
        self.offered(
            "SELECT list_edition.name, date(frozen_at)
             FROM list_edition JOIN reading_list ON reading_list.id = list_id
             WHERE reading_list.name = ?1 ORDER BY list_edition.id",
            [list],
        )
    }

    /// The sections of a reading list that were written by hand.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn offered_sections(&self, list: &str) -> Result<Vec<Offer>> {
        self.offered(
            "SELECT list_section.title, list_section.query
             FROM list_section JOIN reading_list ON reading_list.id = list_id
             WHERE reading_list.name = ?1 ORDER BY list_section.position",
            [list],
        )
    }

    /// The rules that tag works, with their reasons.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn offered_rules(&self) -> Result<Vec<Offer>> {
        self.offered(
            "SELECT name, coalesce(why, condition) FROM rule ORDER BY position",
            [],
        )
    }

    /// Every file that was imported.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn offered_source_files(&self) -> Result<Vec<Offer>> {
        self.offered(
            "SELECT path, 'imported on ' || date(imported_at) FROM source_file ORDER BY path",
            [],
        )
    }

    fn offered(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<Vec<Offer>> {
        let mut statement = self.connection.prepare(sql)?;
        let offers = statement.query_map(parameters, |row| {
            Ok(Offer {
                value: row.get(0)?,
                about: row.get(1)?,
            })
        })?;
        Ok(offers.collect::<rusqlite::Result<_>>()?)
    }
}

/// A work in a line: "Benkler 2006: The Wealth of Networks".
fn about_work(
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
    use crate::library::Patience;

    fn library(entries: &str) -> (tempfile::TempDir, Library) {
        let directory = tempfile::tempdir().unwrap();
        let mut library =
            Library::open_or_create(&directory.path().join("library.db"), Patience::default())
                .unwrap();
        library
            .change("test", |change| {
                for entry in entries.lines() {
                    change.add_entry(entry, None)?;
                }
                Ok(())
            })
            .unwrap();
        (directory, library)
    }

    fn values(offers: &[Offer]) -> Vec<&str> {
        offers.iter().map(|offer| offer.value.as_str()).collect()
    }

    #[test]
    fn keys_are_offered_by_their_beginning_and_with_what_they_are() {
        let (_directory, library) = library(
            "@book{benkler2006, author = {Benkler, Yochai}, title = {Wealth}, year = {2006}}\n\
             @book{bauwens, author = {Bauwens, M. and Kostakis, V.}, title = {P2P}}\n\
             @misc{zine, title = {A Zine}}",
        );
        let offers = library.offered_keys("b", 10).unwrap();
        assert_eq!(values(&offers), ["bauwens", "benkler2006"]);
        assert_eq!(offers[0].about.as_deref(), Some("M. Bauwens et al.: P2P"));
        assert_eq!(
            offers[1].about.as_deref(),
            Some("Yochai Benkler 2006: Wealth")
        );
        assert_eq!(library.offered_keys("", 10).unwrap().len(), 3);
        assert!(library.offered_keys("x", 10).unwrap().is_empty());
    }

    #[test]
    fn where_there_are_more_keys_than_asked_for_the_last_of_all_is_among_them() {
        let (_directory, library) =
            library("@misc{baker1,}\n@misc{baker2,}\n@misc{baker3,}\n@misc{berry,}");
        let offers = library.offered_keys("b", 3).unwrap();
        assert_eq!(values(&offers), ["baker1", "baker2", "berry"]);
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
    fn a_library_that_is_looked_at_cannot_be_changed() {
        let (directory, library) = library("@misc{a,}");
        drop(library);
        let mut library = Library::open_to_look(&directory.path().join("library.db")).unwrap();
        assert!(
            library
                .change("test", |change| change.add_entry("@misc{b,}", None))
                .is_err()
        );
        assert_eq!(library.count().unwrap(), 1);
        assert!(Library::open_to_look(&directory.path().join("none.db")).is_err());
        assert!(!directory.path().join("none.db").exists());
    }
}
