//! Where values that were looked up come from.

use rusqlite::params;

use super::history::now;
use super::{Result, Works, WorksMut};

/// The source of a field's value.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ValueSource {
    /// The field.
    pub field: String,
    /// Its value at that time: TeX, without delimiters.
    pub value: String,
    /// The name of the service.
    pub service: String,
    /// The address that answered.
    pub address: String,
    /// The date of the answer: `2026-11-28`.
    pub date: String,
    /// The time the value was stored: UTC, RFC 3339.
    pub at: String,
}

impl Works<'_> {
    /// Returns the sources of the values of a work that were looked up, in the order in which they were stored.
    pub fn value_sources(&self, work: i64) -> Result<Vec<ValueSource>> {
        let mut statement = self.library.connection.prepare_cached(
            "SELECT field, value, service, address, date, at FROM value_source WHERE work_id = ?1 ORDER BY id",
        )?;
        let sources = statement.query_map([work], |row| {
            Ok(ValueSource {
                field: row.get(0)?,
                value: row.get(1)?,
                service: row.get(2)?,
                address: row.get(3)?,
                date: row.get(4)?,
                at: row.get(5)?,
            })
        })?;
        Ok(sources.collect::<rusqlite::Result<_>>()?)
    }
}

impl WorksMut<'_> {
    /// Records where the value of a field comes from: service, address and date. A later source replaces an earlier
    /// one.
    pub fn record_value_source(
        &self,
        work: i64,
        (field, value): (&str, &str),
        (service, address, date): (&str, &str, &str),
    ) -> Result<()> {
        let connection = self.change.connection();
        connection
            .prepare_cached(
                "INSERT INTO value_source (work_id, field, value, service, address, date, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (work_id, field) DO UPDATE SET
                     value = excluded.value, service = excluded.service, address = excluded.address,
                     date = excluded.date, at = excluded.at",
            )?
            .execute(params![
                work,
                field,
                value,
                service,
                address,
                date,
                now(connection)?
            ])?;
        Ok(())
    }
}
