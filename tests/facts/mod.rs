//! What was found out about the works that ship with peerbib, and how a bibliography is read to be
//! compared with it: by a reader of its own, so that no mistake of peerbib's hides from the tests.

// Each test binary uses a part of this.
#![allow(dead_code)]

use std::collections::BTreeMap;

use biblatex::{RawBibliography, RawChunk};
use serde::Deserialize;

const CHAPTER_FACTS: &str = include_str!("../data/facts/chapter-works.yaml");
const COMMONS_FACTS: &str = include_str!("../data/facts/related-works.yaml");

/// Fields that are copied letter by letter by whoever reads them, so that they hold no TeX.
pub(crate) const VERBATIM: [&str; 3] = ["doi", "eprint", "url"];

/// Fields in which a hyphen between numbers is written `--`, as BibLaTeX does.
pub(crate) const RANGES: [&str; 2] = ["number", "pages"];

/// Fields that say something about the reference instead of being a part of it.
pub(crate) const ABOUT_THE_REFERENCE: [&str; 1] = ["langid"];

// ---- The facts ----------------------------------------------------------------------------------

#[derive(Debug, Deserialize)]
pub(crate) struct Fact {
    pub(crate) key: String,
    #[serde(rename = "type")]
    pub(crate) entry_type: String,
    pub(crate) identification: String,
    pub(crate) language: Option<String>,
    pub(crate) fields: BTreeMap<String, Value>,
    #[serde(default)]
    pub(crate) recalled_not_confirmed: Vec<String>,
    #[serde(default)]
    pub(crate) in_reference_list: bool,
    pub(crate) printed_in_the_list: Option<String>,
    /// Fields whose address was completed, and not opened.
    #[serde(default)]
    pub(crate) restored_not_opened: Vec<String>,
    #[serde(default)]
    pub(crate) sources: Vec<String>,
    #[serde(default)]
    pub(crate) movement: Vec<Reason>,
    #[serde(default)]
    pub(crate) theme: Vec<Reason>,
    #[serde(default)]
    pub(crate) tags_from_the_work: Vec<Reason>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Reason {
    pub(crate) facet: Option<String>,
    pub(crate) tag: String,
    pub(crate) why: String,
}

/// The value of a field, read in the same way from the facts and from a bibliography.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Value {
    Names(Vec<Name>),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Name {
    Person { family: String, given: String },
    Organisation { literal: String },
}

impl Fact {
    /// Every field of the fact is in the entry, with the same value.
    #[track_caller]
    pub(crate) fn is_wholly_in(&self, entry: &Entry<'_>) {
        for (field, value) in &self.fields {
            let found = entry.value(field);
            assert_eq!(Some(value), found.as_ref(), "{field} of {}", self.key);
        }
    }

    /// Every field of the entry is the fact's, or says in which language it is.
    #[track_caller]
    pub(crate) fn accounts_for(&self, entry: &Entry<'_>) {
        for field in entry.fields.keys() {
            assert!(
                self.fields.contains_key(*field) || ABOUT_THE_REFERENCE.contains(field),
                "nothing is known of {field} of {}",
                self.key
            );
        }
    }

    /// The values of the entry that come from memory, by field: those of `recalled_not_confirmed` that are
    /// in `fields`, and the language. What the chapter's list prints is confirmed by it.
    pub(crate) fn unconfirmed(&self) -> impl Iterator<Item = &str> {
        recalled(self).filter_map(|(field, value)| {
            let is_in_the_entry = matches!(value, None | Some("given" | "expansion"))
                && (field == "language" || self.fields.contains_key(field));
            let is_printed = match (self.fields.get(field), value, &self.printed_in_the_list) {
                (Some(Value::Text(text)), None, Some(printed)) => printed.contains(text.as_str()),
                _ => false,
            };
            (is_in_the_entry && !is_printed).then_some(field)
        })
    }
}

pub(crate) fn chapter_facts() -> Vec<Fact> {
    serde_saphyr::from_str(CHAPTER_FACTS).expect("facts about the chapter's works")
}

pub(crate) fn commons_facts() -> Vec<Fact> {
    serde_saphyr::from_str(COMMONS_FACTS).expect("facts about related works")
}

/// What was recalled without a source: a field in `fields` that is marked so (`publisher [high]`), or
/// a value that is not in them (`volume(33) [high]`).
pub(crate) fn recalled(fact: &Fact) -> impl Iterator<Item = (&str, Option<&str>)> {
    fact.recalled_not_confirmed.iter().map(|recalled| {
        let recalled = recalled.split(" [").next().unwrap();
        match recalled.split_once('(') {
            Some((field, value)) => (field, value.strip_suffix(')')),
            None => (recalled, None),
        }
    })
}

// ---- The bibliographies -------------------------------------------------------------------------

#[derive(Debug)]
pub(crate) struct Entry<'s> {
    pub(crate) key: &'s str,
    pub(crate) entry_type: &'s str,
    /// Field names with the source text between the delimiters.
    pub(crate) fields: BTreeMap<&'s str, &'s str>,
    /// The comment directly above the entry.
    pub(crate) comment: String,
}

impl Entry<'_> {
    pub(crate) fn value(&self, field: &str) -> Option<Value> {
        let source = *self.fields.get(field)?;
        Some(match field {
            "author" | "editor" | "translator" => Value::Names(names(source)),
            _ if VERBATIM.contains(&field) => Value::Text(source.to_owned()),
            _ if RANGES.contains(&field) => Value::Text(plain(source).replace("--", "-")),
            _ => Value::Text(plain(source)),
        })
    }
}

pub(crate) fn entries(source: &str) -> Vec<Entry<'_>> {
    let raw = RawBibliography::parse(source).expect("a bibliography without errors");
    raw.entries
        .iter()
        .map(|entry| {
            let above = &source[..source[..entry.v.key.span.start].rfind('@').unwrap()];
            let comment: Vec<_> = above
                .lines()
                .rev()
                .take_while(|line| line.starts_with('%'))
                .map(|line| line.trim_start_matches(['%', ' ']))
                .collect();
            let mut fields = BTreeMap::new();
            for field in &entry.v.fields {
                let [chunk] = field.value.v.as_slice() else {
                    panic!("{}: {} is not one value", entry.v.key.v, field.key.v);
                };
                let RawChunk::Normal(value) = chunk.v else {
                    panic!("{}: {} is an abbreviation", entry.v.key.v, field.key.v);
                };
                assert!(
                    !value.trim().is_empty(),
                    "{}: {} is empty",
                    entry.v.key.v,
                    field.key.v
                );
                let before = fields.insert(field.key.v, value);
                assert!(
                    before.is_none(),
                    "{}: {} occurs twice",
                    entry.v.key.v,
                    field.key.v
                );
            }
            Entry {
                key: entry.v.key.v,
                entry_type: entry.v.kind.v,
                fields,
                comment: comment.into_iter().rev().collect::<Vec<_>>().join(" "),
            }
        })
        .collect()
}

/// Returns the text that TeX source prints.
pub(crate) fn plain(source: &str) -> String {
    let mut text = String::new();
    let mut characters = source.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '{' | '}' => {}
            '\\' => match characters.next() {
                Some(special @ ('&' | '%' | '#' | '_' | '$')) => text.push(special),
                other => panic!("unexpected TeX command \\{other:?} in {source}"),
            },
            '&' | '%' | '#' | '_' | '$' | '~' | '^' => panic!("{character} bare in {source}"),
            '`' if characters.next_if_eq(&'`').is_some() => text.push('"'),
            '\'' if characters.next_if_eq(&'\'').is_some() => text.push('"'),
            _ => text.push(character),
        }
    }
    spaced(&text)
}

/// Single spaces, none before closing punctuation.
pub(crate) fn spaced(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let text = words.join(" ").replace(" )", ")").replace(" . ", ". ");
    match text.strip_suffix(" .") {
        Some(text) => format!("{text}."),
        None => text,
    }
}

pub(crate) fn names(source: &str) -> Vec<Name> {
    source
        .split(" and ")
        .map(|name| match name.strip_prefix('{') {
            Some(literal) => Name::Organisation {
                literal: plain(literal),
            },
            None => {
                let (family, given) = name.split_once(", ").expect("Family, Given");
                Name::Person {
                    family: plain(family),
                    given: plain(given),
                }
            }
        })
        .collect()
}
