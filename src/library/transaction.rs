//! A transaction that may write, begun at once, so that nothing that is read in it goes stale.

use rusqlite::Connection;

/// An open transaction; where it is dropped, all that was done in it is forgotten.
pub(super) struct Transaction<'c> {
    connection: &'c Connection,
    /// Whether it is a part of a transaction that goes on after it.
    is_part: bool,
}

impl<'c> Transaction<'c> {
    /// Begins a transaction, or goes on with the one that was begun when the library was opened.
    pub(super) fn begin(connection: &'c Connection) -> rusqlite::Result<Self> {
        make_room(connection)?;
        if connection.is_autocommit() {
            connection.execute_batch("BEGIN IMMEDIATE")?;
        }
        Ok(Self {
            connection,
            is_part: false,
        })
    }

    /// Begins a transaction that is to be forgotten. Within one that was begun when the library was opened it
    /// is a part, so that the library stays held when it ends.
    pub(super) fn begin_rehearsal(connection: &'c Connection) -> rusqlite::Result<Self> {
        make_room(connection)?;
        let is_part = !connection.is_autocommit();
        connection.execute_batch(if is_part {
            "SAVEPOINT rehearsal"
        } else {
            "BEGIN IMMEDIATE"
        })?;
        Ok(Self {
            connection,
            is_part,
        })
    }

    /// Makes what was done lasting.
    pub(super) fn commit(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("COMMIT")
    }
}

/// Lets SQLite keep 64 MiB of pages, so that a large import does not write them more than once. Who only reads
/// does better with little: the system keeps what was read, too.
fn make_room(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -65_536)
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.connection.is_autocommit() {
            // Where even this fails, SQLite rolls back when the connection is closed.
            let _ = self.connection.execute_batch(if self.is_part {
                "ROLLBACK TO rehearsal; RELEASE rehearsal"
            } else {
                "ROLLBACK"
            });
        }
    }
}
