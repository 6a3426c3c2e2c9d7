//! Journals and publishers that one library spells in several ways.
//!
//! [`Spellings`] counts how they are written in all entries; the rule then compares each entry with the most frequent
//! spelling. Two spellings are those of one journal if they differ in case, accents, punctuation, an ampersand, or "the"
//! at the beginning.

use std::collections::HashMap;

use super::entry::OwnField;
use super::{CheckedEntry, RuleFinding};
use crate::formats::bibtex::{self, Strings};
use crate::model::Entry;
use crate::text::fold;

/// The journals and publishers that a collection of entries spells in several ways.
#[derive(Debug, Clone, Default)]
pub struct Spellings {
    /// The best spelling of each name, as it is without case and punctuation.
    preferred: HashMap<(Kind, String), Spelling>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Journal,
    Publisher,
}

/// A spelling of a name.
#[derive(Debug, Clone)]
struct Spelling {
    /// What a person reads.
    text: String,
    /// The TeX.
    tex: String,
    /// How often it occurs.
    count: usize,
    /// Whether no other occurs as often.
    is_most_frequent: bool,
}

/// Returns what kind of name a field holds.
fn kind_of(field: &str) -> Option<Kind> {
    match field {
        "journaltitle" | "journal" => Some(Kind::Journal),
        "publisher" => Some(Kind::Publisher),
        _ => None,
    }
}

/// The spellings in a collection of entries, which are counted one after the other.
#[derive(Debug, Default)]
pub struct SpellingCounts {
    /// The spellings of each name, as it is without case and punctuation.
    names: HashMap<(Kind, String), HashMap<String, Spelling>>,
}

impl SpellingCounts {
    /// Counts the spellings in an entry.
    pub fn add(&mut self, work: &Entry, strings: &Strings) {
        let own_strings = strings.of_entry(&work.key);
        for field in &work.fields {
            let Some(kind) = kind_of(&field.name.to_lowercase()) else {
                continue;
            };
            let tex = own_strings.resolve(&field.value).text;
            let (text, name) = read(&tex);
            if name.is_empty() {
                continue;
            }
            let spellings = self.names.entry((kind, name)).or_default();
            let spelling = spellings.entry(text).or_insert_with_key(|text| Spelling {
                text: text.clone(),
                tex: tex.trim().to_owned(),
                count: 0,
                is_most_frequent: true,
            });
            spelling.count += 1;
        }
    }

    /// Returns the preferred spelling of each name that has several.
    pub fn preferred(self) -> Spellings {
        let preferred = self.names.into_iter().filter_map(|(name, spellings)| {
            let is_spelt_otherwise = spellings.len() > 1;
            let mut counts: Vec<usize> = spellings.values().map(|one| one.count).collect();
            counts.sort_unstable();
            let mut best = spellings
                .into_values()
                .max_by(|one, other| one.rank().cmp(&other.rank()))?;
            let rivals = counts.iter().filter(|count| **count == best.count);
            best.is_most_frequent = rivals.count() == 1;
            is_spelt_otherwise.then_some((name, best))
        });
        Spellings {
            preferred: preferred.collect(),
        }
    }
}

impl Spellings {
    /// Counts the spellings in entries, each with the abbreviations of its file.
    pub fn of<'e>(entries: impl IntoIterator<Item = (&'e Entry, &'e Strings)>) -> Self {
        let mut counts = SpellingCounts::default();
        for (work, strings) in entries {
            counts.add(work, strings);
        }
        counts.preferred()
    }
}

impl Spelling {
    /// Returns what to prefer a spelling by: its frequency, lower case, and at last its text.
    fn rank(&self) -> (usize, bool, &str) {
        let has_cases =
            self.text.chars().any(char::is_lowercase) && self.text.chars().any(char::is_uppercase);
        (self.count, has_cases, &self.text)
    }
}

/// Returns a name as a person reads it, and as it is without case, accents and punctuation.
fn read(tex: &str) -> (String, String) {
    let text = bibtex::plain(tex);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut words: Vec<String> = Vec::new();
    let spaced = fold(&text)
        .replace('&', " and ")
        .replace(['.', '\'', '\u{2019}'], "");
    for word in spaced.split(|c: char| !c.is_alphanumeric()) {
        let is_article = words.is_empty() && word == "the";
        if !word.is_empty() && !is_article {
            words.push(word.to_owned());
        }
    }
    (text, words.join(" "))
}

/// Reports a journal or publisher that other entries spell otherwise.
pub(super) fn look(entry: &CheckedEntry<'_>, found: &mut Vec<RuleFinding>) {
    let Some(spellings) = entry.spellings else {
        return;
    };
    for field in entry.own_fields() {
        let Some(kind) = kind_of(&field.lower) else {
            continue;
        };
        let (text, name) = read(&field.text);
        let best = spellings.preferred.get(&(kind, name));
        if let Some(best) = best.filter(|best| best.text != text) {
            found.push(finding(field, kind, &text, best));
        }
    }
}

fn finding(field: &OwnField<'_>, kind: Kind, text: &str, best: &Spelling) -> RuleFinding {
    let Spelling {
        text: other,
        tex,
        count,
        is_most_frequent,
    } = best;
    let what = match kind {
        Kind::Publisher => "publisher",
        Kind::Journal => "journal",
    };
    let times = if *count == 1 {
        "another entry".to_owned()
    } else {
        format!("{count} entries")
    };
    let message =
        format!("the {what} is \u{201c}{text}\u{201d} here and \u{201c}{other}\u{201d} in {times}");
    let finding = RuleFinding::notice(field.name, message);
    if *is_most_frequent {
        finding.help(format!("write {tex}")).fix(field, tex.clone())
    } else {
        finding.help("write it in one way; it is equally frequent in both")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(entries: &[&str]) -> Vec<(String, Option<String>)> {
        let works: Vec<Entry> = entries
            .iter()
            .map(|source| bibtex::parse_entry(source).unwrap())
            .collect();
        let strings = Strings::default();
        let spellings = Spellings::of(works.iter().map(|work| (work, &strings)));
        let mut found = Vec::new();
        for work in &works {
            let entry = CheckedEntry::new(work, &strings, &|_| None).with_spellings(&spellings);
            let mut findings = Vec::new();
            look(&entry, &mut findings);
            found.extend(
                findings
                    .into_iter()
                    .map(|finding| (work.key.clone(), finding.fix)),
            );
        }
        found
    }

    #[test]
    fn the_most_frequent_spelling_is_suggested() {
        assert_eq!(
            found(&[
                "@article{a, journal = {Markets \\& Commons}}",
                "@article{b, journaltitle = {Markets {\\&} Commons}}",
                "@article{c, journaltitle = {The Markets and Commons}}",
                "@article{d, journaltitle = {MARKETS AND COMMONS.}}",
                "@article{e, journaltitle = {Markets}}",
                "@book{f, publisher = {Markets and commons}}",
            ]),
            [
                ("c".to_owned(), Some("Markets \\& Commons".to_owned())),
                ("d".to_owned(), Some("Markets \\& Commons".to_owned())),
            ]
        );
    }

    #[test]
    fn of_equally_frequent_spellings_none_is_certain() {
        assert_eq!(
            found(&[
                "@book{a, publisher = {M.I.T. Press}}",
                "@book{b, publisher = {MIT Press}}",
            ]),
            [("a".to_owned(), None)]
        );
    }
}
