//! The spellings of journals and publishers in a collection of entries.

use std::collections::HashMap;

use crate::formats::bibtex::{self, Strings};
use crate::model::Entry;
use crate::text::{fold, single_spaced};

/// The journals and publishers that a collection of entries spells in several ways.
#[derive(Debug, Clone, Default)]
pub struct Spellings {
    /// The best spelling of each name, as it is without case and punctuation.
    pub(super) preferred: HashMap<(NameKind, String), Spelling>,
}

/// A journal or publisher with two equally frequent spellings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UndecidedSpelling<'s> {
    /// The field: `journaltitle` or `publisher`.
    pub field: &'static str,
    /// The spelling that looks better, as a person reads it.
    pub one: &'s str,
    /// The other one.
    pub other: &'s str,
    /// The first one in TeX.
    pub tex: &'s str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum NameKind {
    Journal,
    Publisher,
}

/// A spelling of a name.
#[derive(Debug, Clone)]
pub(super) struct Spelling {
    /// The text that a person reads.
    pub(super) text: String,
    /// The TeX.
    pub(super) tex: String,
    /// The number of its occurrences.
    pub(super) count: usize,
    /// Another one that occurs as often.
    pub(super) rival: Option<String>,
}

/// Returns what kind of name a field holds.
pub(super) fn kind_of(field: &str) -> Option<NameKind> {
    match field {
        "journaltitle" | "journal" => Some(NameKind::Journal),
        "publisher" => Some(NameKind::Publisher),
        _ => None,
    }
}

/// The spellings in a collection of entries, which are counted one after the other.
#[derive(Debug, Default)]
pub struct SpellingCounts {
    /// The spellings of each name, as it is without case and punctuation.
    names: HashMap<(NameKind, String), HashMap<String, Spelling>>,
}

impl SpellingCounts {
    /// Counts the spellings in an entry.
    pub fn add(&mut self, work: &Entry, strings: &Strings) {
        let own_strings = strings.of_entry(&work.key);
        for field in work.fields() {
            let Some(kind) = kind_of(&field.name.to_lowercase()) else {
                continue;
            };
            let tex = own_strings.resolve(field.value).text;
            let (text, name) = read(&tex);
            if name.is_empty() {
                continue;
            }
            let spellings = self.names.entry((kind, name)).or_default();
            let spelling = spellings.entry(text).or_insert_with_key(|text| Spelling {
                text: text.clone(),
                tex: tex.trim().to_owned(),
                count: 0,
                rival: None,
            });
            spelling.count += 1;
        }
    }

    /// Returns the preferred spelling of each name that has several.
    pub fn preferred(self) -> Spellings {
        let preferred = self.names.into_iter().filter_map(|(name, spellings)| {
            let is_spelt_otherwise = spellings.len() > 1;
            let mut spellings: Vec<Spelling> = spellings.into_values().collect();
            spellings.sort_by(|one, other| one.rank().cmp(&other.rank()));
            let mut best = spellings.pop()?;
            let second = spellings.pop();
            best.rival = second
                .filter(|second| second.count == best.count)
                .map(|second| second.text);
            is_spelt_otherwise.then_some((name, best))
        });
        Spellings {
            preferred: preferred.collect(),
        }
    }
}

impl Spellings {
    /// Returns the names with two equally frequent spellings, so that only a person can choose one.
    pub fn undecided(&self) -> Vec<UndecidedSpelling<'_>> {
        let mut undecided: Vec<_> = self
            .preferred
            .iter()
            .filter_map(|((kind, _), best)| {
                Some(UndecidedSpelling {
                    field: match kind {
                        NameKind::Journal => "journaltitle",
                        NameKind::Publisher => "publisher",
                    },
                    one: &best.text,
                    other: best.rival.as_deref()?,
                    tex: &best.tex,
                })
            })
            .collect();
        undecided.sort_by_key(|undecided| (undecided.field, undecided.one));
        undecided
    }

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
pub(super) fn read(tex: &str) -> (String, String) {
    let text = bibtex::plain(tex);
    let text = single_spaced(&text);
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
