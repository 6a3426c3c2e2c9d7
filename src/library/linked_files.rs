//! Linked files: PDFs and other files that belong to works.
//!
//! Files linked with peerbib are rows of the library. Files that JabRef, Zotero, Mendeley or a user named in the
//! field `file` of an entry stay there and are read from it.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use rusqlite::{OptionalExtension as _, params};

use super::derived_tables::read_entry;
use super::history::now;
use super::{Files, FilesMut, Library, LibraryError, Result};
use crate::formats::file_field;

/// A file that belongs to a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedFile {
    /// The stored path, relative or absolute.
    pub path: String,
    /// A description of the file.
    pub description: Option<String>,
    /// Whether it comes from the field `file` of the entry.
    pub in_entry: bool,
    /// For a relative path from an entry: the directories that it may be relative to, in the order in which they
    /// are tried. Other paths are relative to the root of linked files.
    pub from: Vec<PathBuf>,
}

impl LinkedFile {
    /// Returns the path of the file, given the root of linked files: the first candidate that exists, or else the
    /// first candidate.
    pub fn place(&self, root: &Path) -> PathBuf {
        let path = Path::new(&self.path);
        if path.is_absolute() {
            return path.to_path_buf();
        }
        let places = std::iter::once(root)
            .chain(self.from.iter().map(PathBuf::as_path))
            .map(|directory| joined(directory, &self.path));
        let first = joined(root, &self.path);
        places
            .into_iter()
            .find(|place| place.exists())
            .unwrap_or(first)
    }
}

/// Appends a path with the separator `/` to a directory, resolving `.` and `..`.
fn joined(directory: &Path, path: &str) -> PathBuf {
    let mut place = directory.to_path_buf();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                place.pop();
            }
            part => place.push(part),
        }
    }
    place
}

/// Returns the path under which a library stores a file: relative to the root with the separator `/`, or absolute
/// if the file is outside of it.
///
/// # Errors
///
/// [`LibraryError::PathEncoding`]
pub fn path_from_root(file: &Path, root: &Path) -> Result<String> {
    let text = |path: &OsStr| {
        let text = path.to_str().map(str::to_owned);
        text.ok_or_else(|| LibraryError::PathEncoding(file.to_path_buf()))
    };
    let relative = file.strip_prefix(root).ok().filter(|path| {
        path.components()
            .all(|part| matches!(part, Component::Normal(_)))
    });
    match relative {
        Some(path) if path.components().next().is_some() => path
            .components()
            .map(|part| text(part.as_os_str()))
            .collect::<Result<Vec<_>>>()
            .map(|parts| parts.join("/")),
        _ => text(file.as_os_str()),
    }
}

impl Files<'_> {
    /// Returns the root of linked files of this library as an absolute path, if it is set.
    pub fn root(&self) -> Result<Option<PathBuf>> {
        let path: Option<String> = self
            .library
            .connection
            .query_row("SELECT path FROM file_root", [], |row| row.get(0))
            .optional()?;
        Ok(path.map(|path| {
            if Path::new(&path).is_absolute() {
                PathBuf::from(path)
            } else {
                joined(&self.library.directory(), &path)
            }
        }))
    }
}

impl Library {
    /// Returns the directory of the library.
    pub fn directory(&self) -> PathBuf {
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        path.parent().unwrap_or(&path).to_path_buf()
    }
}

impl Files<'_> {
    /// Returns the files of a work: linked ones and those that its entry names.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnreadableWork`] if the stored entry is damaged.
    pub fn of_work(&self, work: i64) -> Result<Vec<LinkedFile>> {
        let mut statement = self.library.connection.prepare_cached(
            "SELECT path, description FROM linked_file WHERE work_id = ?1 ORDER BY id",
        )?;
        let mut files = statement
            .query_map([work], |row| {
                Ok(LinkedFile {
                    path: row.get(0)?,
                    description: row.get(1)?,
                    in_entry: false,
                    from: Vec::new(),
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let source: String = self
            .library
            .connection
            .prepare_cached("SELECT source FROM work WHERE id = ?1")?
            .query_row([work], |row| row.get(0))?;
        // Most entries name no file and need not be parsed.
        let names_one = source
            .as_bytes()
            .windows(4)
            .any(|word| word.eq_ignore_ascii_case(b"file"));
        if !names_one {
            return Ok(files);
        }
        let entry = read_entry(&self.library.works().key(work)?, &source)?;
        let Some(value) = entry.field("file") else {
            return Ok(files);
        };
        let from = self.directories_of(work)?;
        let named = file_field::read(value);
        files.extend(named.into_iter().map(|named| LinkedFile {
            path: named.path,
            description: named.description,
            in_entry: true,
            from: from.clone(),
        }));
        Ok(files)
    }

    /// Returns the works with linked files or files in their entries, sorted by key.
    pub fn works(&self) -> Result<Vec<(i64, String)>> {
        let mut statement = self.library.connection.prepare(
            "SELECT id, key FROM work
             WHERE source LIKE '%file%' OR id IN (SELECT work_id FROM linked_file)
             ORDER BY key",
        )?;
        let works = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(works.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the directories of the files that a work was imported from. Like in JabRef, paths in its entry are
    /// relative to them.
    fn directories_of(&self, work: i64) -> Result<Vec<PathBuf>> {
        let mut statement = self.library.connection.prepare_cached(
            "SELECT DISTINCT path FROM occurrence JOIN source_file ON source_file.id = source_file_id
             WHERE work_id = ?1 ORDER BY source_file_id",
        )?;
        let mut directories = Vec::new();
        for path in statement.query_map([work], |row| row.get::<_, String>(0))? {
            let path = PathBuf::from(path?);
            if path.is_absolute()
                && let Some(directory) = path.parent()
            {
                directories.push(directory.to_path_buf());
            }
        }
        Ok(directories)
    }
}

impl FilesMut<'_> {
    /// Links a file to a work, or changes the description of the link. `path` is a result of [`path_from_root`].
    /// Returns whether anything changed.
    pub fn link(&self, work: i64, path: &str, description: Option<&str>) -> Result<bool> {
        let connection = self.change.connection();
        let changed = connection.execute(
            "INSERT INTO linked_file (work_id, path, description, added_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (work_id, path) DO UPDATE SET description = excluded.description
                 WHERE excluded.description IS NOT NULL
                   AND description IS NOT excluded.description",
            params![work, path, description, now(connection)?],
        )?;
        Ok(changed > 0)
    }

    /// Removes the link to a file, but not the file. Returns whether there was one.
    pub fn unlink(&self, work: i64, path: &str) -> Result<bool> {
        let removed = self.change.connection().execute(
            "DELETE FROM linked_file WHERE work_id = ?1 AND path = ?2",
            params![work, path],
        )?;
        Ok(removed > 0)
    }

    /// Removes the root of linked files of this library. Links are not rewritten.
    pub fn unset_root(&self) -> Result<()> {
        self.change
            .connection()
            .execute("DELETE FROM file_root", [])?;
        Ok(())
    }

    /// Sets the root of linked files. A root below the directory of the library is stored relative to it, so that
    /// both can be moved together. Links keep pointing to the same files: their paths are rewritten relative to the
    /// new root. Returns the number of rewritten paths.
    pub fn set_root(&self, root: &Path, before: &Path) -> Result<usize> {
        let connection = self.change.connection();
        let stored = path_from_root(root, &self.change.directory())?;
        connection.execute("UPDATE file_root SET path = ?1 WHERE path <> ?1", [&stored])?;
        connection.execute(
            "INSERT INTO file_root (path) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM file_root)",
            [&stored],
        )?;
        let mut statement = connection.prepare("SELECT id, path FROM linked_file")?;
        let links = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<(i64, String)>>>()?;
        let mut moved = 0;
        for (id, path) in links {
            let place = if Path::new(&path).is_absolute() {
                PathBuf::from(&path)
            } else {
                joined(before, &path)
            };
            let from_new = path_from_root(&place, root)?;
            if from_new != path {
                moved += connection.execute(
                    "UPDATE OR IGNORE linked_file SET path = ?2 WHERE id = ?1",
                    params![id, from_new],
                )?;
            }
        }
        Ok(moved)
    }
}
