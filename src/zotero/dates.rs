//! Zotero's dates: what a person typed, in the database with a prefix for sorting.

use crate::formats::bibtex;
use crate::formats::item_builder;
use crate::model::{CslDate, EdtfDate};

/// Reads a date: `2013-03-00 03/2013`, `2009-11-01 2009-11-1`, `May 2006`, EDTF, or words.
pub(super) fn read(value: &str) -> CslDate {
    let value = without_time(value.trim());
    let (prefix, typed) = multipart(value).unwrap_or(("", value));
    // Quotation marks keep a date from being read.
    let quoted = typed
        .strip_prefix('"')
        .and_then(|typed| typed.strip_suffix('"'));
    if let Some(literal) = quoted {
        return in_words(literal);
    }
    if typed.is_empty() {
        return of_prefix(prefix).unwrap_or_default();
    }
    let date = item_builder::date(typed);
    if date.literal.is_none() {
        return date;
    }
    // The prefix knows in which order a person wrote the numbers of a day and a month.
    let is_numbers = typed
        .chars()
        .all(|c| c.is_ascii_digit() || c.is_whitespace() || "-/.,".contains(c));
    match of_prefix(prefix) {
        Some(date) if is_numbers => date,
        _ => in_words(typed),
    }
}

/// Splits a value into the prefix for sorting and what was typed; `None` if it has no prefix.
fn multipart(value: &str) -> Option<(&str, &str)> {
    let (prefix, typed) = match value.split_once(' ') {
        Some(parts) => parts,
        // Nothing but the prefix, of a date that is no date of EDTF.
        None if value.len() == 10 && value.ends_with("-00") => (value, ""),
        None => return None,
    };
    is_day(prefix).then_some((prefix, typed.trim()))
}

/// Returns whether a text has the form `2026-01-02`.
fn is_day(text: &str) -> bool {
    text.len() == 10
        && text.char_indices().all(|(at, character)| match at {
            4 | 7 => character == '-',
            _ => character.is_ascii_digit(),
        })
}

/// Returns a value without the time of day, as in `2026-01-02 03:04:05` and `2026-01-02T03:04:05Z`.
pub(super) fn without_time(value: &str) -> &str {
    match value.split_once([' ', 'T']) {
        Some((day, time)) if is_day(day) && time.as_bytes().get(2) == Some(&b':') => day,
        _ => value,
    }
}

/// Returns the date of a prefix, in which 00 is what is not known.
fn of_prefix(prefix: &str) -> Option<CslDate> {
    let mut known = prefix.get(..4)?.to_owned();
    if known == "0000" {
        return None;
    }
    for part in [prefix.get(5..7)?, prefix.get(8..10)?] {
        if part == "00" {
            break;
        }
        known = format!("{known}-{part}");
    }
    Some(known.parse::<EdtfDate>().ok()?.to_csl())
}

/// Returns a date in words, with the year in them, by which the work is found.
fn in_words(text: &str) -> CslDate {
    let text = text.trim();
    CslDate {
        literal: (!text.is_empty()).then(|| text.to_owned()),
        date_parts: bibtex::year_in_words(text)
            .map(|year| vec![year])
            .into_iter()
            .collect(),
        ..CslDate::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_what_was_typed_with_the_order_of_the_prefix() {
        for (value, parts) in [
            ("2013-03-00 03/2013", vec![vec![2013, 3]]),
            ("2009-11-01 2009-11-1", vec![vec![2009, 11, 1]]),
            ("2005-04-03 03/04/2005", vec![vec![2005, 4, 3]]),
            ("2005-12-05 12/5/2005", vec![vec![2005, 12, 5]]),
            ("1995-00-00 1995\u{2013}1996", vec![vec![1995], vec![1996]]),
            ("2006-05-00", vec![vec![2006, 5]]),
            ("2006-05-12", vec![vec![2006, 5, 12]]),
            ("May 2006", vec![vec![2006, 5]]),
            ("2023-02-26 08:49:27", vec![vec![2023, 2, 26]]),
            (
                "2020-01-00 2020-01/2020-03",
                vec![vec![2020, 1], vec![2020, 3]],
            ),
        ] {
            let date = read(value);
            assert_eq!(date.date_parts, parts, "{value}");
            assert_eq!(date.literal, None, "{value}");
        }
        for (value, literal, year) in [
            ("0000-00-00 n.d.", "n.d.", None),
            ("1900-00-00 circa 1900", "circa 1900", Some(1900)),
            ("2006-00-00 \"2006\"", "2006", Some(2006)),
            ("forthcoming", "forthcoming", None),
        ] {
            let date = read(value);
            assert_eq!(date.literal.as_deref(), Some(literal), "{value}");
            assert_eq!(date.year(), year, "{value}");
        }
        assert_eq!(read("0000-00-00 350 BCE").date_parts, [[-350]]);
        assert!(read("1990-00-00 Spring 1990").season.is_some());
        assert_eq!(read("0000-00-00 "), CslDate::default());
    }
}
