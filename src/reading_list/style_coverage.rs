//! What a style leaves out of a work, found out by asking the processor.

use serde::Serialize;

use super::diff::variable_in_words;
use crate::csl::{RichText, Style, format_bibliography};
use crate::model::{CslDate, CslItem, CslName, CslValue};

/// A field of a work that a style does not print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What the field is called.
    pub field: String,
    /// The variable of CSL.
    pub variable: String,
    /// Its value.
    pub value: String,
    /// Whether hardly any style prints the field, so that it does not tell styles apart.
    #[serde(skip)]
    pub seldom_printed: bool,
}

/// What hardly any style prints, so that it does not tell styles apart.
const SELDOM_PRINTED: &[&str] = &["abstract", "keyword", "language"];

/// What is no affair of a style, and what says again what another variable says.
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

/// The fields of a work that a style does not print.
///
/// Each is given another value of the same kind, and the work is printed again: where the entry stays
/// the same, the style does not print the field. (To leave the field out would not tell: a style may
/// print something else in its place.)
pub fn left_out(style: &Style, locale: Option<&str>, item: &CslItem) -> Vec<LeftOut> {
    let printed = printed(style, locale, item);
    item.variables
        .iter()
        .filter(|(variable, _)| !NOT_EXPECTED.contains(&variable.as_str()))
        .filter_map(|(variable, value)| {
            let mut other = item.clone();
            let other_value = another(value)?;
            other.variables.insert(variable.clone(), other_value);
            (self::printed(style, locale, &other) == printed).then(|| LeftOut {
                field: field_name(variable),
                variable: variable.clone(),
                value: variable_in_words(value),
                seldom_printed: SELDOM_PRINTED.contains(&variable.as_str()),
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

/// Another value of the same kind: as long, with a number where there is a number, so that a style takes
/// the same way with it. None for a value that is empty, or that no style can print.
fn another(value: &CslValue) -> Option<CslValue> {
    Some(match value {
        CslValue::Text(text) if text.trim().is_empty() => return None,
        CslValue::Text(text) => CslValue::Text(shifted(text)),
        CslValue::Number(number) => CslValue::Number(number + 1),
        CslValue::Names(names) if names.is_empty() => return None,
        CslValue::Names(names) => CslValue::Names(names.iter().map(another_name).collect()),
        CslValue::Date(date) => CslValue::Date(another_date(date)),
        CslValue::Other(_) => return None,
    })
}

fn another_name(name: &CslName) -> CslName {
    let other = |part: &Option<String>| part.as_deref().map(shifted);
    CslName {
        family: other(&name.family),
        given: other(&name.given),
        literal: other(&name.literal),
        ..name.clone()
    }
}

fn another_date(date: &CslDate) -> CslDate {
    let mut other = date.clone();
    for parts in &mut other.date_parts {
        // An end of [0] is an open one.
        if let Some(year) = parts.first_mut().filter(|year| **year != 0) {
            *year = year.saturating_add(111);
        }
    }
    other.literal = date.literal.as_deref().map(shifted);
    other.raw = date.raw.as_deref().map(shifted);
    other.edtf = date.edtf.as_deref().map(shifted);
    other
}

/// Every letter and digit of a text replaced by the next one; markup stays.
fn shifted(text: &str) -> String {
    let mut in_tag = false;
    let shifted: String = text
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
                // Any other letter is as good as the next.
                _ if character.is_lowercase() => 'q',
                _ if character.is_alphabetic() => 'Q',
                _ => character,
            }
        })
        .collect();
    if shifted == text {
        format!("{text}q")
    } else {
        shifted
    }
}

/// What a variable of CSL is called by those who do not know CSL.
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
