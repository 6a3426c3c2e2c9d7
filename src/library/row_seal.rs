//! Seals: fingerprints of the rows that a step of history changed, as it left them.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Row, params};

use super::history::recorded;
use super::{LibraryError, Result};

/// How many bytes a fingerprint has.
const BYTES: usize = 8;

/// What stands for a row that is not there.
pub(super) const ABSENT: [u8; BYTES] = [0; BYTES];

/// Seals the changes of a step that are not sealed yet: notes in each how it left the rows.
pub(super) fn seal(connection: &Connection, step: i64) -> Result<()> {
    let mut write = connection.prepare_cached("UPDATE change SET after = ?2 WHERE id = ?1")?;
    let mut changes = connection.prepare_cached(
        "SELECT id, table_name, row_id, last_row_id FROM change
         WHERE step_id = ?1 AND after IS NULL ORDER BY id",
    )?;
    let changes = changes
        .query_map([step], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<rusqlite::Result<Vec<(i64, String, i64, Option<i64>)>>>()?;
    let mut tables = Tables::of(connection);
    for (change, table, first, last) in changes {
        let Some((_, rows)) = tables.rows(&table)? else {
            continue;
        };
        let fingerprints = match last {
            None => rows.one(first)?.to_vec(),
            Some(last) => {
                let mut fingerprints = Vec::new();
                reserve(&mut fingerprints, first, last)?;
                rows.each(first, last, &mut |fingerprint| {
                    fingerprints.extend(fingerprint);
                    true
                })?;
                fingerprints
            }
        };
        write.execute(params![change, fingerprints])?;
    }
    Ok(())
}

/// The first row of a step that is not as the step left it, with its table.
pub(super) fn first_broken(
    connection: &Connection,
    step: i64,
) -> Result<Option<(&'static str, i64)>> {
    let mut changes = connection.prepare_cached(
        "SELECT table_name, row_id, last_row_id, after FROM change
         WHERE step_id = ?1 AND after IS NOT NULL ORDER BY id",
    )?;
    let mut changes = changes.query([step])?;
    let mut tables = Tables::of(connection);
    while let Some(change) = changes.next()? {
        let name: String = change.get(0)?;
        let Some((table, rows)) = tables.rows(&name)? else {
            continue;
        };
        let (first, last): (i64, Option<i64>) = (change.get(1)?, change.get(2)?);
        let after: Vec<u8> = change.get(3)?;
        let Some(last) = last else {
            if after.as_slice() != rows.one(first)? {
                return Ok(Some((table, first)));
            }
            continue;
        };
        let mut expected = after.chunks(BYTES);
        let mut row = first;
        rows.each(first, last, &mut |fingerprint| {
            let is_whole = expected.next() == Some(fingerprint.as_slice());
            row += i64::from(is_whole);
            is_whole
        })?;
        if row <= last {
            return Ok(Some((table, row)));
        }
    }
    Ok(None)
}

/// The rows of a table that are not as the last step left them that changed them, with that step.
pub(super) fn broken(connection: &Connection, table: &str) -> Result<Vec<(i64, i64)>> {
    let mut changes = connection.prepare_cached(
        "SELECT row_id, last_row_id, after, step_id FROM change JOIN step ON step.id = step_id
         WHERE table_name = ?1 AND state = 'done' AND after IS NOT NULL
         ORDER BY step_id DESC, change.id DESC",
    )?;
    let mut changes = changes.query([table])?;
    let mut rows = Rows::of(connection, table)?;
    // Rows that a later step changed, one by one or from one number to another.
    let mut later = HashSet::new();
    let mut later_ranges: Vec<(i64, i64)> = Vec::new();
    let mut broken = Vec::new();
    while let Some(change) = changes.next()? {
        let (first, last): (i64, Option<i64>) = (change.get(0)?, change.get(1)?);
        let last = last.unwrap_or(first);
        let after: Vec<u8> = change.get(2)?;
        let step: i64 = change.get(3)?;
        let mut expected = after.chunks(BYTES);
        let mut row = first;
        rows.each(first, last, &mut |fingerprint| {
            let sealed = expected.next();
            if sealed != Some(fingerprint.as_slice()) {
                let is_known = later.contains(&row)
                    || later_ranges
                        .iter()
                        .any(|(first, last)| (*first..=*last).contains(&row));
                if !is_known {
                    broken.push((row, step));
                }
            }
            row = row.saturating_add(1);
            // A damaged library may say that there are more rows than could be.
            sealed.is_some()
        })?;
        if first == last {
            later.insert(first);
        } else {
            later_ranges.push((first, last));
        }
    }
    Ok(broken)
}

/// The tables that history records, each read once it is asked for.
struct Tables<'c> {
    connection: &'c Connection,
    rows: HashMap<&'static str, Rows<'c>>,
}

impl<'c> Tables<'c> {
    fn of(connection: &'c Connection) -> Self {
        Self {
            connection,
            rows: HashMap::new(),
        }
    }

    /// The rows of a table, with its name; none where history does not record it.
    fn rows(&mut self, name: &str) -> Result<Option<(&'static str, &mut Rows<'c>)>> {
        let Some(table) = recorded(name) else {
            return Ok(None);
        };
        let rows = match self.rows.entry(table) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Rows::of(self.connection, table)?),
        };
        Ok(Some((table, rows)))
    }
}

fn reserve(fingerprints: &mut Vec<u8>, first: i64, last: i64) -> Result<()> {
    // Rows are numbered one after the other, but a damaged library may say anything.
    let count = usize::try_from(last.saturating_sub(first))
        .ok()
        .and_then(|count| count.checked_add(1)?.checked_mul(BYTES));
    let room = count.filter(|count| fingerprints.try_reserve_exact(*count).is_ok());
    room.map(|_| ()).ok_or(LibraryError::Sqlite(
        rusqlite::Error::IntegralValueOutOfRange(0, last),
    ))
}

/// Reads the fingerprints of the rows of one table.
struct Rows<'c> {
    one: CachedStatement<'c>,
    range: CachedStatement<'c>,
    columns: Vec<String>,
}

impl<'c> Rows<'c> {
    fn of(connection: &'c Connection, table: &str) -> Result<Self> {
        let one = connection.prepare_cached(&format!("SELECT * FROM {table} WHERE id = ?1"))?;
        let range = connection.prepare_cached(&format!(
            "SELECT * FROM {table} WHERE id BETWEEN ?1 AND ?2 ORDER BY id"
        ))?;
        let columns = one.column_names().map(str::to_owned).collect();
        Ok(Self {
            one,
            range,
            columns,
        })
    }

    fn one(&mut self, id: i64) -> Result<[u8; BYTES]> {
        let columns = &self.columns;
        let found = self.one.query_row([id], |row| fingerprint(columns, row));
        Ok(found.optional()?.unwrap_or(ABSENT))
    }

    /// Tells the fingerprint of each row from one number to another, whether it is there or not, until
    /// `tell` has heard enough.
    fn each(
        &mut self,
        first: i64,
        last: i64,
        tell: &mut dyn FnMut([u8; BYTES]) -> bool,
    ) -> Result<()> {
        let mut next = first;
        let mut rows = self.range.query([first, last])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get("id")?;
            while next < id {
                if !tell(ABSENT) {
                    return Ok(());
                }
                next += 1;
            }
            if !tell(fingerprint(&self.columns, row)?) {
                return Ok(());
            }
            if id == last {
                return Ok(());
            }
            next = id.saturating_add(1);
        }
        while next <= last && tell(ABSENT) && next < i64::MAX {
            next += 1;
        }
        Ok(())
    }
}

/// A row as eight bytes (FNV-1a), the same on every machine and in every version. Columns that are NULL
/// have no part in it, so that a column which a later version adds does not change it.
fn fingerprint(columns: &[String], row: &Row<'_>) -> rusqlite::Result<[u8; BYTES]> {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut feed = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    for (index, column) in columns.iter().enumerate() {
        let value = row.get_ref(index)?;
        if value == ValueRef::Null {
            continue;
        }
        feed(column.as_bytes());
        match value {
            ValueRef::Null => {}
            ValueRef::Integer(number) => {
                feed(b" i");
                feed(&number.to_le_bytes());
            }
            ValueRef::Real(number) => {
                feed(b" r");
                feed(&number.to_le_bytes());
            }
            ValueRef::Text(text) => {
                feed(b" t");
                feed(text);
            }
            ValueRef::Blob(bytes) => {
                feed(b" b");
                feed(bytes);
            }
        }
        // No text holds it, so that no two rows run together.
        feed(&[0xff]);
    }
    // Zeros mean that there is no row.
    Ok(hash.max(1).to_le_bytes())
}
