//! Regular expressions in queries, and the SQL functions that apply them.
//!
//! `text REGEXP pattern` is SQLite's own operator, for which the application has to supply the function.
//! `field_matches(lines, fields, pattern)` tries a pattern on values of the table `field_text`.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

use super::field_text::FieldNames;

/// Compiles a pattern of the query language; case does not matter.
///
/// # Errors
///
/// The reason why it is not a regular expression, or one that would need too much memory.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            error => {
                let text = error.to_string();
                let reason = text.lines().last().unwrap_or_default();
                reason.trim_start_matches("error: ").to_owned()
            }
        })
}

/// Defines the functions for a connection.
///
/// # Errors
///
/// Those of SQLite.
pub fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_DIRECTONLY;
    // SQLite turns `text REGEXP pattern` into `regexp(pattern, text)`.
    connection.create_scalar_function(c"regexp", 2, flags, |context| {
        let pattern = pattern(context, 0)?;
        Ok(text(context, 1)?.is_some_and(|text| pattern.is_match(text)))
    })?;
    connection.create_scalar_function(c"field_matches", 3, flags, |context| {
        let fields = field_names(context, 1)?;
        let pattern = pattern(context, 2)?;
        let lines = text(context, 0)?.unwrap_or_default();
        Ok(fields.values(lines).any(|value| pattern.is_match(value)))
    })?;
    connection.create_scalar_function(c"field_value", 2, flags, |context| {
        let fields = field_names(context, 1)?;
        let lines = text(context, 0)?.unwrap_or_default();
        Ok(fields.values(lines).next().map(str::to_owned))
    })
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Returns the compiled pattern of an argument, which SQLite keeps from one row to the next.
fn pattern(context: &Context<'_>, argument: i32) -> rusqlite::Result<Arc<Regex>> {
    context.get_or_create_aux(argument, |value| -> Result<_, AnyError> {
        Ok(compile(value.as_str()?)?)
    })
}

/// Returns the names of an argument, which SQLite keeps from one row to the next.
fn field_names(context: &Context<'_>, argument: i32) -> rusqlite::Result<Arc<FieldNames>> {
    context.get_or_create_aux(argument, |value| -> Result<_, AnyError> {
        Ok(FieldNames::new(value.as_str()?))
    })
}

/// Returns an argument that may be NULL.
fn text<'c>(context: &'c Context<'_>, argument: usize) -> rusqlite::Result<Option<&'c str>> {
    match context.get_raw(argument) {
        ValueRef::Null => Ok(None),
        value => Ok(Some(value.as_str()?)),
    }
}
