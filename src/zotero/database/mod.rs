//! Zotero's database: the items of its libraries with everything that belongs to them.
//!
//! ```text
//! Location ──► private copy ──► Database ──► ZoteroLibrary ──► LibraryContent (items, collections, problems)
//! ```
//!
//! - [`location`] finds the data directory by Zotero's profiles.
//! - [`copy`] copies the database, which Zotero may hold open, and recovers the copy. The original is never opened.
//! - [`tables`] addresses tables and columns by name, because they differ between Zotero's versions.
//! - [`read`] reads the items of a library and puts their parts together.
//! - [`files`] finds the files of attachments.
//! - [`better_bibtex`] reads the citation keys of a plug-in.

mod better_bibtex;
mod copy;
mod files;
mod location;
mod read;
mod tables;

use std::io;
use std::path::PathBuf;

use better_bibtex::CitationKeys;
use copy::DatabaseCopy;
pub use location::{Location, UserDirectories};
use tables::{has_table, text_of};

use super::ZoteroItem;
use crate::formats::Severity;

/// The newest version of the schema whose tables are known (`userdata` in the table `version`).
const NEWEST_SCHEMA: i64 = 129;

/// The oldest version of the schema that can be read: that of Zotero 5.
const OLDEST_SCHEMA: i64 = 95;

/// The name that Zotero shows for the library of the user.
const OWN_LIBRARY: &str = "My Library";

/// The reason why Zotero's database cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// There is no database in these places.
    #[error("there is no Zotero database in {}", path_list(tried))]
    NotFound {
        /// The places.
        tried: Vec<PathBuf>,
    },
    /// A file of the database cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// The database cannot be copied to a temporary directory.
    #[error("cannot copy {} to a temporary directory: {error}", path.display())]
    Copy {
        /// The database.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// The file is not a database of Zotero.
    #[error("{} is not a Zotero database", path.display())]
    NotZotero {
        /// The file.
        path: PathBuf,
    },
    /// The schema is older than Zotero 5.
    #[error("{} belongs to a version of Zotero before 5", path.display())]
    TooOld {
        /// The file.
        path: PathBuf,
    },
    /// The copy of the database is damaged.
    #[error("the database {} is damaged: {reason}", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// The error of SQLite.
        reason: String,
    },
    /// A query failed.
    #[error("cannot read the database: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

fn path_list(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    paths.join(" or ")
}

/// Something that could not be read, or that a person should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key of the item; none for a problem of the whole library.
    pub item: Option<String>,
    /// A description.
    pub message: String,
    /// The severity.
    pub severity: Severity,
}

impl Problem {
    fn of_library(message: String) -> Self {
        Self {
            item: None,
            message,
            severity: Severity::Warning,
        }
    }

    fn of_item(key: &str, severity: Severity, message: String) -> Self {
        Self {
            item: Some(key.to_owned()),
            message,
            severity,
        }
    }
}

/// A copy of Zotero's database.
pub struct Database {
    location: Location,
    copy: DatabaseCopy,
    citation_keys: CitationKeys,
    /// The problems with the database as a whole.
    pub problems: Vec<Problem>,
}

/// A library of Zotero: the user's own or that of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoteroLibrary {
    id: i64,
    /// The name: [`OWN_LIBRARY`], or that of the group.
    pub name: String,
    /// Its name in the URIs of its items: `users/12`, `users/local/aBc` or `groups/345`.
    pub uri: String,
    /// The number of the group on zotero.org, if it is a group's.
    pub group: Option<i64>,
}

/// The content of a library.
#[derive(Debug, Default)]
pub struct LibraryContent {
    /// The items, without what is in the trash.
    pub items: Vec<ZoteroItem>,
    /// The collections from the top, each after its parent.
    pub collections: Vec<Collection>,
    /// The parts that could not be read, and other messages for the user.
    pub problems: Vec<Problem>,
}

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Its names from the top. The collections of a group begin with the group's name.
    pub path: Vec<String>,
    /// The keys of its items, in order.
    pub items: Vec<String>,
}

impl Database {
    /// Copies the database, checks the copy, and reads the citation keys of plug-ins.
    ///
    /// # Errors
    ///
    /// If the database cannot be copied, is damaged, or is not Zotero's.
    pub fn open(location: Location) -> Result<Self, DatabaseError> {
        let copy = copy::open_copy(&location.database)?;
        let path = || location.database.clone();
        for table in ["version", "libraries", "items", "itemData"] {
            if !has_table(&copy.connection, table)? {
                return Err(DatabaseError::NotZotero { path: path() });
            }
        }
        let mut problems = Vec::new();
        let version: Option<i64> = copy.connection.query_row(
            "SELECT max(version) FROM version WHERE schema = 'userdata'",
            [],
            |row| row.get(0),
        )?;
        match version {
            Some(version) if version < OLDEST_SCHEMA => {
                return Err(DatabaseError::TooOld { path: path() });
            }
            Some(version) if version <= NEWEST_SCHEMA => {}
            version => problems.push(Problem {
                item: None,
                message: format!(
                    "the database has the unknown version {}; what is new in it is not read",
                    version.map_or_else(String::new, |version| version.to_string())
                ),
                severity: Severity::Notice,
            }),
        }
        let citation_keys = better_bibtex::citation_keys(&location.directory, &mut problems);
        Ok(Self {
            location,
            copy,
            citation_keys,
            problems,
        })
    }

    /// Returns where the database is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Returns the libraries: the user's own, then those of groups by name. Feeds are left out.
    ///
    /// # Errors
    ///
    /// If a query fails.
    pub fn libraries(&self) -> Result<Vec<ZoteroLibrary>, DatabaseError> {
        let connection = &self.copy.connection;
        let mut libraries = Vec::new();
        let mut statement =
            connection.prepare("SELECT libraryID FROM libraries WHERE type = 'user'")?;
        let ids = statement.query_map([], |row| row.get(0))?;
        for id in ids.collect::<rusqlite::Result<Vec<i64>>>()? {
            libraries.push(ZoteroLibrary {
                id,
                name: OWN_LIBRARY.to_owned(),
                uri: self.own_uri()?,
                group: None,
            });
        }
        if has_table(connection, "groups")? {
            let mut statement =
                connection.prepare("SELECT libraryID, groupID, name FROM groups ORDER BY name")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let group: i64 = row.get("groupID")?;
                libraries.push(ZoteroLibrary {
                    id: row.get("libraryID")?,
                    name: text_of(row, "name")?.unwrap_or_default(),
                    uri: format!("groups/{group}"),
                    group: Some(group),
                });
            }
        }
        Ok(libraries)
    }

    /// Reads a library.
    ///
    /// # Errors
    ///
    /// If a query fails.
    pub fn read(&self, library: &ZoteroLibrary) -> Result<LibraryContent, DatabaseError> {
        read::read(
            &self.copy.connection,
            &self.location,
            library,
            &self.citation_keys,
        )
    }

    /// Returns how URIs name the user's own library: by the account, or by a local key if there is none.
    fn own_uri(&self) -> Result<String, DatabaseError> {
        let setting = |name: &str| -> Result<Option<String>, DatabaseError> {
            let connection = &self.copy.connection;
            if !has_table(connection, "settings")? {
                return Ok(None);
            }
            let mut statement = connection
                .prepare("SELECT value FROM settings WHERE setting = 'account' AND key = ?1")?;
            let mut rows = statement.query([name])?;
            match rows.next()? {
                Some(row) => Ok(text_of(row, "value")?),
                None => Ok(None),
            }
        };
        Ok(match (setting("userID")?, setting("localUserKey")?) {
            (Some(user), _) => format!("users/{user}"),
            (None, Some(key)) => format!("users/local/{key}"),
            (None, None) => "users/local".to_owned(),
        })
    }
}
