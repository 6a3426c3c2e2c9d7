//! Backups: copies of a library, made by SQLite's online backup while it may be in use, and put back.

use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::history::now;
use super::{Library, LibraryError, Patience, Result, schema};

/// How many pages are copied before progress is told.
const PAGES: i32 = 512;

/// What becomes of a file that is where the copy should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and no copy is made.
    Keep,
    /// The copy takes its place, once it is whole.
    Replace,
}

impl Library {
    /// Copies the library to `to`, as it is at this moment, and reads the copy through. `advance` is
    /// called with the pages that are copied and those there are. A copy that is not whole never bears
    /// the name `to`.
    ///
    /// # Errors
    ///
    /// [`LibraryError::BackupExists`]; [`LibraryError::BackupPlace`]; [`LibraryError::Damaged`] where the
    /// library, or the copy, is.
    pub fn back_up(
        &self,
        to: &Path,
        existing: Existing,
        advance: &mut dyn FnMut(usize, usize),
    ) -> Result<()> {
        if existing == Existing::Keep && to.exists() {
            return Err(LibraryError::BackupExists(to.to_path_buf()));
        }
        if to.is_dir() {
            return Err(unfit(to, "it is a directory"));
        }
        if same_file(to, &self.path) {
            return Err(unfit(to, "it is the library itself"));
        }
        let partial = beside(to, "part");
        let _ = std::fs::remove_file(&partial);
        let copied = self
            .copy_to(&partial, advance)
            // The half-made copy is nothing that a person has heard of.
            .map_err(|error| match error {
                LibraryError::BackupPlace { reason, .. } => unfit(to, &reason),
                error => error,
            })
            .and_then(|()| {
                std::fs::rename(&partial, to).map_err(|error| unfit(to, &error.to_string()))
            });
        if copied.is_err() {
            let _ = std::fs::remove_file(&partial);
        }
        copied
    }

    fn copy_to(&self, to: &Path, advance: &mut dyn FnMut(usize, usize)) -> Result<()> {
        // The library's own file, or a place whose directory is not there.
        std::fs::File::create_new(to).map_err(|error| unfit(to, &error.to_string()))?;
        let source = reader_of(&self.path, Patience::default())?;
        let mut copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)
            .map_err(|error| LibraryError::from(error).at(to))?;
        copy_pages(&source, &mut copy, advance)
            .map_err(|error| LibraryError::from(error).at(&self.path))?;
        // A copy is one file, with nothing beside it.
        copy.pragma_update(None, "journal_mode", "DELETE")
            .map_err(|error| LibraryError::from(error).at(to))?;
        let is_whole = check(&copy).map_err(|error| LibraryError::from(error).at(to))?;
        if let Some(reason) = is_whole {
            return Err(LibraryError::Damaged {
                path: self.path.clone(),
                reason,
            });
        }
        copy.close()
            .map_err(|(_, error)| LibraryError::from(error).at(to))
    }

    /// A name for a backup that nothing bears yet: beside the library, with today's date.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn backup_place(&self) -> Result<PathBuf> {
        let today = now(&self.connection)?;
        let today = today.get(..10).unwrap_or_default();
        Ok(free_name(&self.path, today))
    }

    /// Puts the library in `from` in the place of this one, in one transaction, after a copy of this one
    /// is made. Gives the place of that copy.
    ///
    /// # Errors
    ///
    /// [`LibraryError::Missing`], [`LibraryError::Foreign`], [`LibraryError::Newer`] or
    /// [`LibraryError::Damaged`] for `from`, and those of [`Library::back_up`]; nothing has changed then.
    pub fn restore(
        &mut self,
        from: &Path,
        patience: Patience,
        advance: &mut dyn FnMut(usize, usize),
    ) -> Result<PathBuf> {
        if !from.exists() {
            return Err(LibraryError::Missing(from.to_path_buf()));
        }
        if same_file(from, &self.path) {
            return Err(unfit(from, "it is the library itself"));
        }
        let source = reader_of(from, patience)?;
        let look = || -> Result<Option<String>> {
            if schema::version(&source, from)? == 0 {
                return Err(LibraryError::Foreign {
                    path: from.to_path_buf(),
                    reason: "it is empty".into(),
                });
            }
            Ok(check(&source)?)
        };
        if let Some(reason) = look().map_err(|error| error.at(from))? {
            return Err(LibraryError::Damaged {
                path: from.to_path_buf(),
                reason,
            });
        }
        let before = free_name(&self.path, "before-restore");
        self.back_up(&before, Existing::Keep, &mut |_, _| {})?;
        copy_pages(&source, &mut self.connection, advance)
            .map_err(|error| LibraryError::from(error).at(&self.path))?;
        self.create_or_migrate()
            .map_err(|error| error.at(&self.path))?;
        Ok(before)
    }
}

/// Opens a library for reading alone; one in a place where nothing can be written, too.
fn reader_of(path: &Path, patience: Patience) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || -> Result<Connection> {
        let mut connection = Connection::open_with_flags(path, flags)?;
        patience.have(&mut connection)?;
        // The first look finds out whether it can be read.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    match open() {
        Err(LibraryError::Sqlite(error)) if Library::is_out_of_reach(&error) => {
            Connection::open_with_flags(
                Library::immutable(path),
                flags | OpenFlags::SQLITE_OPEN_URI,
            )
            .map_err(|error| LibraryError::from(error).at(path))
        }
        opened => opened.map_err(|error| error.at(path)),
    }
}

/// Copies every page, as all were at one moment.
fn copy_pages(
    from: &Connection,
    to: &mut Connection,
    advance: &mut dyn FnMut(usize, usize),
) -> rusqlite::Result<()> {
    // What is read within one transaction stays as it was at its beginning.
    from.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;")?;
    let backup = Backup::new(from, to)?;
    loop {
        let step = backup.step(PAGES)?;
        let progress = backup.progress();
        let count = |pages: i32| usize::try_from(pages).unwrap_or_default();
        advance(
            count(progress.pagecount - progress.remaining),
            count(progress.pagecount),
        );
        match step {
            StepResult::Done => break,
            StepResult::More => {}
            _ => std::thread::sleep(std::time::Duration::from_millis(20)),
        }
    }
    drop(backup);
    from.execute_batch("COMMIT")
}

/// What is wrong with a database, if anything is.
fn check(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok((said != "ok").then_some(said))
}

/// Returns the path with a word before its extension: `library.2026-11-27.db`.
fn beside(path: &Path, word: &str) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = match path.extension() {
        Some(ending) => format!("{stem}.{word}.{}", ending.to_string_lossy()),
        None => format!("{stem}.{word}"),
    };
    path.with_file_name(name)
}

/// The names that copies of a library get, one after the other.
fn names<'a>(path: &'a Path, word: &'a str) -> impl Iterator<Item = PathBuf> + 'a {
    (1_u32..).map(move |number| match number {
        1 => beside(path, word),
        number => beside(path, &format!("{word}-{number}")),
    })
}

fn free_name(path: &Path, word: &str) -> PathBuf {
    names(path, word)
        .find(|name| !name.exists())
        .unwrap_or_else(|| beside(path, word))
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn unfit(path: &Path, reason: &str) -> LibraryError {
    LibraryError::BackupPlace {
        path: path.to_path_buf(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_named_beside_the_library() {
        let name = |path: &str| beside(Path::new(path), "2026-11-27").display().to_string();
        assert_eq!(name("a/library.db"), "a/library.2026-11-27.db");
        assert_eq!(name("commons"), "commons.2026-11-27");
    }
}
