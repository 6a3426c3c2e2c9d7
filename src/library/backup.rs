//! Backups of a library through SQLite's online backup API, and restoring them.

use std::path::{Path, PathBuf};

use rusqlite::backup::StepResult;
use rusqlite::{Connection, OpenFlags};

use super::history::now;
use super::{BusyTimeout, Library, LibraryError, Result, schema, with_suffix};

/// The number of pages that are copied between two progress reports.
const PAGES: i32 = 512;

/// The choice for a file that already exists at the path of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfExists {
    /// Keep it and make no backup.
    Keep,
    /// Replace it once the backup is complete.
    Replace,
}

impl Library {
    /// Copies a snapshot of the library to `to` and checks the copy. `advance` is called with the numbers of
    /// copied pages and of all pages. An incomplete copy never has the name `to`.
    ///
    /// # Errors
    ///
    /// [`LibraryError::BackupExists`]; [`LibraryError::BackupPlace`]; [`LibraryError::Damaged`] if the library
    /// or the copy is damaged.
    pub fn back_up(
        &self,
        to: &Path,
        existing: IfExists,
        advance: &mut dyn FnMut(usize, usize),
    ) -> Result<()> {
        if existing == IfExists::Keep && to.exists() {
            return Err(LibraryError::BackupExists(to.to_path_buf()));
        }
        if to.is_dir() {
            return Err(unfit(to, "it is a directory"));
        }
        if same_file(to, &self.path) {
            return Err(unfit(to, "it is the library itself"));
        }
        let partial = beside(to, "part");
        remove_partial(&partial);
        let copied = self
            .copy_to(&partial, advance)
            // Users do not know the partial file.
            .map_err(|error| match error {
                LibraryError::BackupPlace { reason, .. } => unfit(to, &reason),
                error => error,
            })
            .and_then(|()| {
                std::fs::rename(&partial, to).map_err(|error| unfit(to, &error.to_string()))
            });
        if copied.is_err() {
            remove_partial(&partial);
        }
        copied
    }

    fn copy_to(&self, to: &Path, advance: &mut dyn FnMut(usize, usize)) -> Result<()> {
        std::fs::File::create_new(to).map_err(|error| unfit(to, &error.to_string()))?;
        let source = open_for_backup(&self.path, BusyTimeout::default())?;
        let mut copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)
            .map_err(|error| LibraryError::from(error).at(to))?;
        copy_pages(&source, &mut copy, advance).map_err(|error| {
            match LibraryError::from(error).at(&self.path) {
                // Only the copy is written to.
                LibraryError::DiskFull(_) => unfit(to, "the disk is full"),
                error => error,
            }
        })?;
        // A backup is a single file, without a WAL file next to it.
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

    /// Returns an unused path for a backup: next to the library, with today's date in its name.
    pub fn default_backup_path(&self) -> Result<PathBuf> {
        let today = now(&self.connection)?;
        let today = today.get(..10).unwrap_or_default();
        Ok(free_name(&self.path, today))
    }

    /// Replaces the content of this library by that of a backup in one transaction. First makes a backup of this
    /// library, and returns its path.
    ///
    /// # Errors
    ///
    /// If the backup is the library itself; see also [`Library::back_up`]. Nothing has changed then.
    pub fn restore(
        &mut self,
        backup: &BackupFile,
        advance: &mut dyn FnMut(usize, usize),
    ) -> Result<PathBuf> {
        if same_file(&backup.path, &self.path) {
            return Err(unfit(&backup.path, "it is the library itself"));
        }
        let before = free_name(&self.path, "before-restore");
        self.back_up(&before, IfExists::Keep, &mut |_, _| {})?;
        copy_pages(&backup.connection, &mut self.connection, advance)
            .map_err(|error| LibraryError::from(error).at(&self.path))?;
        self.create_or_migrate(("", |_| Ok(())))
            .map_err(|error| error.at(&self.path))?;
        Ok(before)
    }
}

/// A file from which a library can be restored.
pub struct BackupFile {
    path: PathBuf,
    connection: Connection,
}

impl BackupFile {
    /// Opens a file and checks that it is an intact library.
    ///
    /// # Errors
    ///
    /// [`LibraryError::Missing`], [`LibraryError::Foreign`], [`LibraryError::Newer`] or
    /// [`LibraryError::Damaged`].
    pub fn open(path: &Path, busy_timeout: BusyTimeout) -> Result<Self> {
        if !path.exists() {
            return Err(LibraryError::Missing(path.to_path_buf()));
        }
        let connection = open_for_backup(path, busy_timeout)?;
        let look = || -> Result<Option<String>> {
            let found = schema::version(&connection, path)?;
            if found == 0 {
                return Err(LibraryError::Foreign {
                    path: path.to_path_buf(),
                    reason: "it is empty".into(),
                });
            }
            if found == schema::newest() {
                schema::check_tables(&connection, path)?;
            }
            Ok(check(&connection)?)
        };
        match look().map_err(|error| error.at(path))? {
            None => Ok(Self {
                path: path.to_path_buf(),
                connection,
            }),
            Some(reason) => Err(LibraryError::Damaged {
                path: path.to_path_buf(),
                reason,
            }),
        }
    }
}

/// Opens a library read-only, even in a directory that cannot be written to.
fn open_for_backup(path: &Path, busy_timeout: BusyTimeout) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || -> Result<Connection> {
        let mut connection = Connection::open_with_flags(path, flags)?;
        busy_timeout.install(&mut connection)?;
        // Only the first query shows whether the file can be read.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    match open() {
        Err(LibraryError::Sqlite(error)) if Library::is_out_of_reach(&error) => {
            Library::open_immutable(path)?.map_err(|error| LibraryError::from(error).at(path))
        }
        opened => opened.map_err(|error| error.at(path)),
    }
}

/// Removes an incomplete backup, with the journal that a killed process left. A new backup must not find that journal:
/// SQLite would apply it.
fn remove_partial(partial: &Path) {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        let _ = std::fs::remove_file(with_suffix(partial, suffix));
    }
}

/// Copies every page of a snapshot.
fn copy_pages(
    from: &Connection,
    to: &mut Connection,
    advance: &mut dyn FnMut(usize, usize),
) -> rusqlite::Result<()> {
    // The open transaction keeps the source from changing between two calls of `step`.
    from.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;")?;
    let backup = rusqlite::backup::Backup::new(from, to)?;
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

/// Returns what is wrong with a database, if anything.
fn check(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok((said != "ok").then_some(said))
}

/// Returns the path with a word before its extension: `library.2026-11-27.db`.
fn beside(path: &Path, word: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".{word}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Returns the names for the backups of a library, in order.
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
    fn backups_are_named_after_the_library() {
        let name = |path: &str| beside(Path::new(path), "2026-11-27").display().to_string();
        assert_eq!(name("a/library.db"), "a/library.2026-11-27.db");
        assert_eq!(name("commons"), "commons.2026-11-27");
    }
}
