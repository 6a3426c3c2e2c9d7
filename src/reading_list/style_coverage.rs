//! Detects the fields of a work that a style does not print, by running the processor.

use serde::Serialize;

use super::diff::format_variable;
use crate::csl::{RichText, Style, format_bibliography};
use crate::model::{CslDate, CslItem, CslName, CslValue};

/// A field that a style does not print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnprintedField {
    /// The name of the field for display.
    pub field: String,
    /// The CSL variable.
    pub variable: String,
    /// The value.
    pub value: String,
    /// Whether most styles omit the field, so that it does not help to compare styles.
    #[serde(skip)]
    pub rarely_printed: bool,
}

/// Variables that most styles omit, so that they do not help to compare styles.
const RARELY_PRINTED: &[&str] = &["abstract", "keyword", "language"];

/// Variables that styles are not expected to print, or that repeat substitute_value variable.
const NOT_EXPECTED: &[&str] = &[
    "annote",
    "call-number",
    "citation-key",
    "citation-label",
    "citation-number",
    "container-title-short",
    "custom",
    "event",
    "journalAbbreviation",
    "page-first",
    "shortTitle",
    "source",
    "title-short",
    "year-suffix",
];

/// Returns the fields of a work that a style does not print.
///
/// Each value is replaced in turn by substitute_value one of the same kind, and the work is formatted again. If the
/// result does not change, the style does not print the field. Removing the field would not work, because a
/// style may print a substitute.
pub fn unprinted_fields(
    style: &Style,
    locale: Option<&str>,
    item: &CslItem,
) -> Vec<UnprintedField> {
    let printed = printed(style, locale, item);
    item.variables
        .iter()
        .filter(|(variable, _)| !NOT_EXPECTED.contains(variable))
        .filter_map(|(variable, value)| {
            let mut other = item.clone();
            let other_value = substitute_value(value)?;
            other.variables.insert(variable.to_owned(), other_value);
            (self::printed(style, locale, &other) == printed).then(|| UnprintedField {
                field: field_name(variable),
                variable: variable.to_owned(),
                value: format_variable(value),
                rarely_printed: RARELY_PRINTED.contains(&variable),
            })
        })
        .collect()
}

fn printed(style: &Style, locale: Option<&str>, item: &CslItem) -> Option<RichText> {
    let bibliography = format_bibliography(style, locale, std::slice::from_ref(item));
    bibliography
        .entries
        .into_iter()
        .next()
        .map(|entry| entry.content)
}

/// Returns substitute_value value of the same kind and length, with digits in place of digits, so that the style takes
/// the same branches. Returns `None` for a value that is empty or that no style can print.
fn substitute_value(value: &CslValue) -> Option<CslValue> {
    Some(match value {
        CslValue::Text(text) if text.trim().is_empty() => return None,
        CslValue::Text(text) => CslValue::Text(substitute_text(text)),
        CslValue::Number(number) => CslValue::Number(number + 1),
        CslValue::Names(names) if names.is_empty() => return None,
        CslValue::Names(names) => CslValue::Names(names.iter().map(substitute_name).collect()),
        CslValue::Date(date) => CslValue::from(substitute_date(date)),
        CslValue::Other(_) => return None,
    })
}

fn substitute_name(name: &CslName) -> CslName {
    let other = |part: &Option<String>| part.as_deref().map(substitute_text);
    CslName {
        family: other(&name.family),
        given: other(&name.given),
        literal: other(&name.literal),
        ..name.clone()
    }
}

fn substitute_date(date: &CslDate) -> CslDate {
    let mut other = date.clone();
    for parts in &mut other.date_parts {
        // A year of 0 marks an open end of a range.
        if let Some(year) = parts.first_mut().filter(|year| **year != 0) {
            *year = year.saturating_add(111);
        }
    }
    other.literal = date.literal.as_deref().map(substitute_text);
    other.raw = date.raw.as_deref().map(substitute_text);
    other.edtf = date.edtf.as_deref().map(substitute_text);
    other
}

/// Replaces each letter and digit by the next one; markup is kept.
fn substitute_text(text: &str) -> String {
    let mut in_tag = false;
    let substitute_text: String = text
        .chars()
        .map(|character| {
            in_tag = (in_tag || character == '<') && character != '>';
            match character {
                _ if in_tag => character,
                'z' => 'a',
                'Z' => 'A',
                '9' => '1',
                'a'..='y' | 'A'..='Y' | '0'..='8' => {
                    char::from_u32(u32::from(character) + 1).unwrap_or(character)
                }
                // Any other letter will do.
                _ if character.is_lowercase() => 'q',
                _ if character.is_alphabetic() => 'Q',
                _ => character,
            }
        })
        .collect();
    if substitute_text == text {
        format!("{text}q")
    } else {
        substitute_text
    }
}

/// Returns the display name of a CSL variable.
fn field_name(variable: &str) -> String {
    match variable {
        "issued" => "date",
        "accessed" => "date of access",
        "archive_collection" => "archive collection",
        "archive_location" => "place in the archive",
        "chapter-number" => "chapter",
        "collection-editor" => "editor of the series",
        "collection-number" => "number in the series",
        "collection-title" => "series",
        "container-author" => "author of the book",
        "container-title" => "journal or book",
        "event-title" => "event",
        "event-place" => "place of the event",
        "event-date" => "date of the event",
        "genre" => "kind",
        "keyword" => "keywords",
        "number-of-pages" => "number of pages",
        "number-of-volumes" => "number of volumes",
        "original-publisher-place" => "original place",
        "page" => "pages",
        "publisher-place" => "place",
        "volume-title" => "title of the volume",
        other => return other.replace(['-', '_'], " "),
    }
    .to_owned()
}
