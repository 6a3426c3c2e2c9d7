//! Merging an entry into a work of the library with different values.

use super::Result;
use super::derived_tables::read_entry;
use super::identity::{normal_doi, normal_isbns};
use crate::formats::bibtex::{self, Strings, schema};
use crate::model::Entry;
use crate::text::single_spaced;

/// The policy for an entry that differs from its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConflictPolicy {
    /// The library's work is kept.
    Keep,
    /// The entry replaces that of the work; the key is kept.
    Replace,
    /// New fields are added; if both have a field, the library's value is kept, and the difference is reported.
    #[default]
    Merge,
    /// New fields are added; if both have a field, the user chooses the value.
    Ask,
}

/// A field for which the library and a file have different values.
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
    /// The library's value, without delimiters.
    pub in_library: String,
    /// The file's value, without delimiters.
    pub in_file: String,
}

/// The side whose value a field gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The library.
    Library,
    /// The file.
    File,
}

/// The result of merging another entry of the same work into an entry.
pub(super) struct Merged {
    /// The text of the entry.
    pub(super) source: String,
    /// The differences in which the entry was kept: a field and a message each. The type of the entry has no field.
    pub(super) kept: Vec<(Option<String>, String)>,
}

/// One side of a merge: an entry and its abbreviations.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) work: &'a Entry,
    pub(super) strings: &'a Strings,
}

/// Adds the fields of `theirs` that `mine` does not have, in the layout of `mine`; if both have a field with different
/// values, `choose` decides.
///
/// # Errors
///
/// [`super::LibraryError::UnreadableWork`] where `mine` is no sound entry.
pub(super) fn merge(
    mine: Side<'_>,
    theirs: Side<'_>,
    choose: &mut dyn FnMut(&str, &str, &str) -> Choice,
) -> Result<Merged> {
    merge_preferring(mine, theirs, &|_, _, _| None, choose)
}

/// Merges like [`merge`]. If both have a field with different texts, `prefer` gets the name of the field and both
/// values, and may return a value that contains the information of both; it is used without a report.
pub(super) fn merge_preferring(
    mine: Side<'_>,
    theirs: Side<'_>,
    prefer: &dyn Fn(&str, &str, &str) -> Option<String>,
    choose: &mut dyn FnMut(&str, &str, &str) -> Choice,
) -> Result<Merged> {
    let mut merged = Merged {
        source: mine.work.source().to_owned(),
        kept: Vec::new(),
    };
    if mine.work.kind() != theirs.work.kind() {
        let message = format!(
            "the type is @{} here and @{} in the library, which stays",
            theirs.work.entry_type(),
            mine.work.entry_type()
        );
        merged.kept.push((None, message));
    }
    for field in theirs.work.fields() {
        let value = theirs.strings.resolve(field.value).text;
        let own = own_field(mine.work, field.name);
        let new_value = match own {
            None if value.trim().is_empty() => None,
            None => Some(value.into_owned()),
            Some((_, own)) if own == field.value => None,
            Some((name, own)) => {
                let own = mine.strings.resolve(own).text;
                let preferred = if name.eq_ignore_ascii_case(field.name) {
                    prefer(name, &own, &value)
                } else {
                    None
                };
                if let Some(preferred) = preferred {
                    (preferred != own).then_some(preferred)
                } else if says_the_same(field.name, &own, &value) {
                    None
                } else if is_list(field.name) {
                    joined_lists(&own, &value)
                } else if !name.eq_ignore_ascii_case(field.name) {
                    let message = format!(
                        "is {} here, and {name} is {} in the library, which stays",
                        shortened(&value),
                        shortened(&own)
                    );
                    merged.kept.push((Some(field.name.to_owned()), message));
                    None
                } else if choose(field.name, &own, &value) == Choice::File {
                    Some(value.into_owned())
                } else {
                    let message = format!(
                        "is {} here and {} in the library, which stays",
                        shortened(&value),
                        shortened(&own)
                    );
                    merged.kept.push((Some(field.name.to_owned()), message));
                    None
                }
            }
        };
        if let Some(value) = new_value {
            merged.source =
                bibtex::set_field(&merged.source, field.name, &value).map_err(|error| {
                    super::LibraryError::UnreadableWork {
                        key: mine.work.key.clone(),
                        reason: error.to_string(),
                    }
                })?;
        }
    }
    Ok(merged)
}

/// Returns the text of an entry with another key.
pub(super) fn with_key(source: &str, key: &str) -> Result<String> {
    bibtex::set_key(source, key).map_err(|error| super::LibraryError::UnreadableWork {
        key: key.to_owned(),
        reason: error.to_string(),
    })
}

/// Returns whether two entries are equal except for their keys.
pub(super) fn same_but_for_key(mine: &str, theirs: &Entry) -> Result<bool> {
    let own = read_entry(&theirs.key, mine)?;
    Ok(with_key(theirs.source(), &own.key)? == mine)
}

/// Returns the field of a work with the meaning of a field name: its name and its value.
fn own_field<'w>(work: &'w Entry, name: &'w str) -> Option<(&'w str, &'w str)> {
    if let Some(value) = work.field(name) {
        return Some((name, value));
    }
    // Some fields have different names in BibTeX and BibLaTeX.
    let base = |name: &str| schema::base_field(&name.to_ascii_lowercase()).to_owned();
    let meant = base(name);
    work.fields()
        .find(|field| base(field.name) == meant)
        .map(|field| (field.name, field.value))
}

/// Returns whether two values of a field mean the same, however they are written.
pub(super) fn says_the_same(field: &str, one: &str, other: &str) -> bool {
    if single_spaced(one) == single_spaced(other) {
        return true;
    }
    match field.to_ascii_lowercase().as_str() {
        "doi" => normal_doi(one).is_some_and(|doi| normal_doi(other) == Some(doi)),
        "isbn" => {
            let (one, other) = (normal_isbns(one), normal_isbns(other));
            !one.is_empty() && one == other
        }
        // A date includes its year.
        "date" | "year" => {
            let (one, other) = (one.trim(), other.trim());
            !one.is_empty()
                && !other.is_empty()
                && (one.starts_with(&format!("{other}-")) || other.starts_with(&format!("{one}-")))
        }
        _ => false,
    }
}

/// Returns whether a field is a list with commas, to which items can be added.
pub(super) fn is_list(field: &str) -> bool {
    ["keywords", "ids"]
        .iter()
        .any(|list| list.eq_ignore_ascii_case(field))
}

/// Returns a list with the additional items of another; `None` if it has them all.
pub(super) fn joined_lists(one: &str, other: &str) -> Option<String> {
    let mut joined = one.trim_end().to_owned();
    let mut items = list_items(one);
    let before = items.len();
    for item in list_items(other) {
        if !items.contains(&item) {
            joined.push_str(", ");
            joined.push_str(&item);
            items.push(item);
        }
    }
    (items.len() > before).then_some(joined)
}

/// Returns the items of a list.
pub(super) fn list_items(list: &str) -> Vec<String> {
    list.split([',', ';'])
        .map(single_spaced)
        .filter(|item| !item.is_empty())
        .collect()
}

/// Returns a value shortened for a message.
pub(super) fn shortened(value: &str) -> String {
    const LONGEST: usize = 60;
    let value = single_spaced(value);
    if value.chars().count() <= LONGEST {
        return format!("\u{201c}{value}\u{201d}");
    }
    let start: String = value.chars().take(LONGEST).collect();
    format!("\u{201c}{start}\u{2026}\u{201d}")
}
