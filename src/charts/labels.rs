//! Labels of works in charts: authors and year, as in "Moore & Karatzogianni 2009".

use std::collections::HashMap;

use super::text_metrics::clean;
use super::years::{KnownYear, format_year};
use crate::model::CslItem;

/// Returns the label of a work, made of its authors (or title) and year, and the byte offset of the year.
pub(super) fn label(
    item: &CslItem,
    title: Option<&str>,
    year: Option<KnownYear>,
) -> (String, usize) {
    let names = item.principal_names();
    let who = match names {
        [] => title_label(title.unwrap_or_default(), &item.id),
        [one] if one.truncated != Some(true) => one.short(),
        [one, two] if two.truncated != Some(true) => format!("{} & {}", one.short(), two.short()),
        [one, ..] => format!("{} et al.", one.short()),
    };
    let when = match year {
        None => "n.d.".to_owned(),
        Some(KnownYear { year, about: true }) => format!("c. {}", format_year(year)),
        Some(KnownYear { year, about: false }) => format_year(year),
    };
    let who = clean(&who);
    (format!("{who} {when}"), who.len() + 1)
}

/// Formats a number of works.
pub(super) fn format_work_count(count: usize) -> String {
    match count {
        1 => "1 work".to_owned(),
        count => format!("{count} works"),
    }
}

/// Returns the first words of a title in quotation marks, or the key of a work without a title.
fn title_label(title: &str, key: &str) -> String {
    let words: Vec<&str> = title.split_whitespace().collect();
    match words.as_slice() {
        [] => key.to_owned(),
        [one, two, three, _, _, ..] => format!("\u{201c}{one} {two} {three} \u{2026}\u{201d}"),
        few => format!("\u{201c}{}\u{201d}", few.join(" ")),
    }
}

/// Adds letters to equal labels in order: 2012a, 2012b; n.d.-a, n.d.-b.
pub(super) fn disambiguate_labels<'l>(labels: impl Iterator<Item = &'l mut String>) {
    let labels: Vec<&mut String> = labels.collect();
    let mut alike: HashMap<String, usize> = HashMap::new();
    for label in &labels {
        *alike.entry((*label).clone()).or_default() += 1;
    }
    let mut given: HashMap<String, usize> = HashMap::new();
    for label in labels {
        if alike.get(label.as_str()).is_some_and(|count| *count > 1) {
            let number = given.entry(label.clone()).or_default();
            let letters = letters(*number);
            *number += 1;
            if !label.ends_with(|last: char| last.is_ascii_digit()) {
                label.push('-');
            }
            label.push_str(&letters);
        }
    }
}

/// Returns a, b, … z, aa, ab, …
fn letters(mut number: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
        if number == 0 {
            break;
        }
        number -= 1;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str, year: Option<i64>) -> String {
        let item: CslItem = serde_json::from_str(json).unwrap();
        let title = item.text("title");
        let year = year.map(|year| KnownYear { year, about: false });
        label(&item, title.as_deref(), year).0
    }

    #[test]
    fn a_work_is_called_by_its_authors_and_year() {
        assert_eq!(
            of(
                r#"{"author":[{"family":"Hippel","non-dropping-particle":"von","given":"Eric"}]}"#,
                Some(2005)
            ),
            "von Hippel 2005"
        );
        assert_eq!(
            of(
                r#"{"editor":[{"family":"Moore"},{"family":"Karatzogianni"}]}"#,
                Some(2009)
            ),
            "Moore & Karatzogianni 2009"
        );
        assert_eq!(
            of(
                r#"{"author":[{"family":"Moore","truncated":true}]}"#,
                Some(2009)
            ),
            "Moore et al. 2009"
        );
        assert_eq!(
            of(r#"{"author":[{"literal":"P2P Foundation"}]}"#, None),
            "P2P Foundation n.d."
        );
        assert_eq!(
            of(
                r#"{"title":"Journal of Peer Production and more"}"#,
                Some(2011)
            ),
            "\u{201c}Journal of Peer \u{2026}\u{201d} 2011"
        );
        assert_eq!(of(r#"{"id":"anon"}"#, Some(-349)), "anon 350 BCE");
    }

    #[test]
    fn works_of_one_label_are_distinguished() {
        let mut labels = ["A 2012", "B 2012", "A 2012"].map(str::to_owned);
        disambiguate_labels(labels.iter_mut());
        assert_eq!(labels, ["A 2012a", "B 2012", "A 2012b"]);
        assert_eq!(
            (letters(25), letters(26), letters(702)),
            ("z".into(), "aa".into(), "aaa".into())
        );
    }
}
