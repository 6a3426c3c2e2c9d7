//! What an entry does to the library's work where the two differ.

use super::Result;
use super::derive::read_entry;
use crate::formats::bibtex::{self, Strings};
use crate::work::Work;

/// What an entry does to a work that the library has already, where the two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConflictPolicy {
    /// Nothing: the library's work stays as it is.
    Keep,
    /// It takes the place of the work's entry; the key stays.
    Replace,
    /// Its new fields are added; where both have a field, the library's stays, and that is reported.
    #[default]
    Merge,
    /// Its new fields are added; where both have a field, somebody is asked whose value it shall be.
    Ask,
}

/// A field of which the library and a file say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The file.
    pub path: String,
    /// The line of the entry in it.
    pub line: usize,
    /// The key of the work in the library.
    pub key: String,
    /// The name of the field.
    pub field: String,
    /// What the library says, without delimiters.
    pub in_library: String,
    /// What the file says, without delimiters.
    pub in_file: String,
}

/// Whose value a field shall have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// That of the library.
    Library,
    /// That of the file.
    File,
}

/// An entry as it becomes where another of the same work is merged into it.
pub(super) struct Merged {
    /// The text of the entry.
    pub(super) source: String,
    /// What stays as it was although the other says something else: a field and a message. The type of
    /// the entry has no field.
    pub(super) kept: Vec<(Option<String>, String)>,
}

/// A side in a merge: an entry, and what the abbreviations in it mean.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) work: &'a Work,
    pub(super) strings: &'a Strings,
}

/// Adds the fields of `theirs` that `mine` does not have, in the manner of `mine`; where both have a
/// field and say different things, `choose` says whose it shall be.
///
/// # Errors
///
/// [`super::LibraryError::UnreadableWork`] where `mine` is no sound entry.
pub(super) fn merge(
    mine: Side<'_>,
    theirs: Side<'_>,
    choose: &mut dyn FnMut(&str, &str, &str) -> Choice,
) -> Result<Merged> {
    let mut merged = Merged {
        source: mine.work.source.clone(),
        kept: Vec::new(),
    };
    if mine.work.kind() != theirs.work.kind() {
        let message = format!(
            "the type is @{} here and @{} in the library, which stays",
            theirs.work.entry_type, mine.work.entry_type
        );
        merged.kept.push((None, message));
    }
    for field in &theirs.work.fields {
        let value = theirs.strings.resolve(&field.value).text;
        let take = match mine.work.field(&field.name) {
            None => !value.trim().is_empty(),
            Some(own) if own == field.value => false,
            Some(own) => {
                let own = mine.strings.resolve(own).text;
                if spaced(&own) == spaced(&value) {
                    false
                } else if choose(&field.name, &own, &value) == Choice::File {
                    true
                } else {
                    let message = format!(
                        "is {} here and {} in the library, which stays",
                        shortened(&value),
                        shortened(&own)
                    );
                    merged.kept.push((Some(field.name.clone()), message));
                    false
                }
            }
        };
        if take {
            merged.source =
                bibtex::set_field(&merged.source, &field.name, &value).map_err(|error| {
                    super::LibraryError::UnreadableWork {
                        key: mine.work.key.clone(),
                        reason: error.to_string(),
                    }
                })?;
        }
    }
    Ok(merged)
}

/// The text of an entry under another key.
pub(super) fn with_key(source: &str, key: &str) -> Result<String> {
    bibtex::set_key(source, key).map_err(|error| super::LibraryError::UnreadableWork {
        key: key.to_owned(),
        reason: error.to_string(),
    })
}

/// Whether two entries are the same but for their keys.
pub(super) fn same_but_for_key(mine: &str, theirs: &Work) -> Result<bool> {
    let own = read_entry(&theirs.key, mine)?;
    Ok(with_key(&theirs.source, &own.key)? == mine)
}

fn spaced(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value short enough for a message.
fn shortened(value: &str) -> String {
    const LONGEST: usize = 60;
    let value = spaced(value);
    if value.chars().count() <= LONGEST {
        return format!("\u{201c}{value}\u{201d}");
    }
    let start: String = value.chars().take(LONGEST).collect();
    format!("\u{201c}{start}\u{2026}\u{201d}")
}
