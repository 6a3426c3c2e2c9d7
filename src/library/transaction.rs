//! Write transactions. They take the write lock when they begin, so that nothing they read can become stale.

use rusqlite::Connection;

/// An open transaction, which is rolled back when it is dropped without [`Transaction::commit`].
pub(super) struct Transaction<'c> {
    connection: &'c Connection,
    /// Whether it is a savepoint within a transaction that stays open.
    is_savepoint: bool,
}

impl<'c> Transaction<'c> {
    /// Begins a transaction, or continues the one that [`super::Library::lock_for_write`] began.
    pub(super) fn begin(connection: &'c Connection) -> rusqlite::Result<Self> {
        enlarge_cache(connection)?;
        if connection.is_autocommit() {
            connection.execute_batch("BEGIN IMMEDIATE")?;
        }
        Ok(Self {
            connection,
            is_savepoint: false,
        })
    }

    /// Begins a transaction for a dry run. In a locked library it is a savepoint, so that the lock is kept when
    /// it is rolled back.
    pub(super) fn begin_dry_run(connection: &'c Connection) -> rusqlite::Result<Self> {
        enlarge_cache(connection)?;
        let is_savepoint = !connection.is_autocommit();
        connection.execute_batch(if is_savepoint {
            "SAVEPOINT dry_run"
        } else {
            "BEGIN IMMEDIATE"
        })?;
        Ok(Self {
            connection,
            is_savepoint,
        })
    }

    /// Commits the transaction.
    pub(super) fn commit(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("COMMIT")
    }
}

/// Sets the page cache to 32 MiB, for changes and for reading many works in another order than that of the table, both of
/// which come back to the same pages; an import of 100,000 entries is no faster with 64 MiB. A single look-up is faster
/// with a small cache, because the operating system caches the file as well.
pub(super) fn enlarge_cache(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -32_768)
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.connection.is_autocommit() {
            // If this fails, SQLite rolls back when the connection is closed.
            let _ = self.connection.execute_batch(if self.is_savepoint {
                "ROLLBACK TO dry_run; RELEASE dry_run"
            } else {
                "ROLLBACK"
            });
        }
    }
}
