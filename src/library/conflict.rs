//! What an entry does to the library's work where the two differ.

use super::Result;
use super::derived_tables::read_entry;
use super::identity::{normal_doi, normal_isbns};
use crate::formats::bibtex::{self, Strings, schema};
use crate::model::Entry;

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
    pub(super) work: &'a Entry,
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
    merge_preferring(mine, theirs, &|_, _, _| None, choose)
}

/// Merges like [`merge`]. Where both have a field with different texts, `prefer` may return a value that says what both
/// say, or more, by the name of the field and the two values; it is taken without a report.
pub(super) fn merge_preferring(
    mine: Side<'_>,
    theirs: Side<'_>,
    prefer: &dyn Fn(&str, &str, &str) -> Option<String>,
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
        let own = own_field(mine.work, &field.name);
        let new_value = match own {
            None if value.trim().is_empty() => None,
            None => Some(value.into_owned()),
            Some((_, own)) if own == field.value => None,
            Some((name, own)) => {
                let own = mine.strings.resolve(own).text;
                let preferred = if name.eq_ignore_ascii_case(&field.name) {
                    prefer(name, &own, &value)
                } else {
                    None
                };
                if let Some(preferred) = preferred {
                    (preferred != own).then_some(preferred)
                } else if says_the_same(&field.name, &own, &value) {
                    None
                } else if is_list(&field.name) {
                    joined_lists(&own, &value)
                } else if !name.eq_ignore_ascii_case(&field.name) {
                    let message = format!(
                        "is {} here, and {name} is {} in the library, which stays",
                        shortened(&value),
                        shortened(&own)
                    );
                    merged.kept.push((Some(field.name.clone()), message));
                    None
                } else if choose(&field.name, &own, &value) == Choice::File {
                    Some(value.into_owned())
                } else {
                    let message = format!(
                        "is {} here and {} in the library, which stays",
                        shortened(&value),
                        shortened(&own)
                    );
                    merged.kept.push((Some(field.name.clone()), message));
                    None
                }
            }
        };
        if let Some(value) = new_value {
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
pub(super) fn same_but_for_key(mine: &str, theirs: &Entry) -> Result<bool> {
    let own = read_entry(&theirs.key, mine)?;
    Ok(with_key(&theirs.source, &own.key)? == mine)
}

/// The field of a work that says what a field of this name says: its name and its value.
fn own_field<'w>(work: &'w Entry, name: &'w str) -> Option<(&'w str, &'w str)> {
    if let Some(value) = work.field(name) {
        return Some((name, value));
    }
    // BibTeX and BibLaTeX call some fields by two names.
    let base = |name: &str| schema::base_field(&name.to_ascii_lowercase()).to_owned();
    let meant = base(name);
    work.fields
        .iter()
        .find(|field| base(&field.name) == meant)
        .map(|field| (field.name.as_str(), field.value.as_str()))
}

/// Whether two values of a field say the same, however they are written.
pub(super) fn says_the_same(field: &str, one: &str, other: &str) -> bool {
    if spaced(one) == spaced(other) {
        return true;
    }
    match field.to_ascii_lowercase().as_str() {
        "doi" => normal_doi(one).is_some_and(|doi| normal_doi(other) == Some(doi)),
        "isbn" => {
            let (one, other) = (normal_isbns(one), normal_isbns(other));
            !one.is_empty() && one == other
        }
        // A date says its year, too.
        "date" | "year" => {
            let (one, other) = (one.trim(), other.trim());
            !one.is_empty()
                && !other.is_empty()
                && (one.starts_with(&format!("{other}-")) || other.starts_with(&format!("{one}-")))
        }
        _ => false,
    }
}

/// Whether a field is a list with commas, to which items may be added.
pub(super) fn is_list(field: &str) -> bool {
    ["keywords", "ids"]
        .iter()
        .any(|list| list.eq_ignore_ascii_case(field))
}

/// A list with the items of another that it does not have; nothing where it has them all.
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
        .map(spaced)
        .filter(|item| !item.is_empty())
        .collect()
}

pub(super) fn spaced(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value short enough for a message.
pub(super) fn shortened(value: &str) -> String {
    const LONGEST: usize = 60;
    let value = spaced(value);
    if value.chars().count() <= LONGEST {
        return format!("\u{201c}{value}\u{201d}");
    }
    let start: String = value.chars().take(LONGEST).collect();
    format!("\u{201c}{start}\u{2026}\u{201d}")
}
