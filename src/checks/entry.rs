//! The entry as the rules see it.

use std::borrow::Cow;

use super::spellings::Spellings;
use crate::formats::bibtex::{self, ResolvedEntry, Strings, ValuePart};
use crate::model::Entry;

/// An entry with its inherited fields.
pub struct CheckedEntry<'a> {
    pub(super) work: &'a Entry,
    own: Vec<OwnField<'a>>,
    all: ResolvedEntry<'a>,
    pub(super) status: VerificationStatus,
    pub(super) spellings: Option<&'a Spellings>,
}

/// The state of verification of an entry, according to the tags of its work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum VerificationStatus {
    /// Unknown.
    #[default]
    Unsaid,
    /// Tagged as unverified.
    Unverified {
        /// The reason of the tag.
        why: Option<String>,
    },
}

/// A field of the entry itself.
pub(super) struct OwnField<'a> {
    /// As it is written.
    pub(super) name: &'a str,
    /// In lower case.
    pub(super) lower: String,
    /// Its TeX, abbreviations expanded.
    pub(super) text: Cow<'a, str>,
    /// Whether it is one delimited text, not several parts or abbreviations.
    pub(super) is_one_text: bool,
}

impl<'a> CheckedEntry<'a> {
    /// Prepares an entry for the rules. `strings` are the abbreviations of its file, and `parents`
    /// finds the entries that `crossref` and `xdata` name.
    pub fn new(
        work: &'a Entry,
        strings: &Strings,
        parents: &dyn Fn(&str) -> Option<Cow<'a, Entry>>,
    ) -> Self {
        let own_strings = strings.of_entry(&work.key);
        let own = work
            .fields()
            .map(|field| {
                let mut parts = bibtex::parts(field.value);
                OwnField {
                    name: field.name,
                    lower: field.name.to_lowercase(),
                    text: own_strings.resolve(field.value).text,
                    is_one_text: matches!(
                        (parts.next(), parts.next()),
                        (Some(ValuePart::Text(_)), None)
                    ),
                }
            })
            .collect();
        Self {
            work,
            own,
            all: bibtex::resolve(work, strings, parents),
            status: VerificationStatus::Unsaid,
            spellings: None,
        }
    }

    /// Returns the entry with this status.
    pub fn with_status(mut self, status: VerificationStatus) -> Self {
        self.status = status;
        self
    }

    /// Returns the entry with the spellings of the collection that it belongs to.
    pub fn with_spellings(mut self, spellings: &'a Spellings) -> Self {
        self.spellings = Some(spellings);
        self
    }

    /// Returns whether the entry is tagged as unverified.
    pub fn is_unverified(&self) -> bool {
        self.status != VerificationStatus::Unsaid
    }

    /// Returns whether the entry has this keyword.
    pub fn has_keyword(&self, keyword: &str) -> bool {
        self.all.get("keywords").is_some_and(|keywords| {
            keywords
                .split([',', ';'])
                .any(|known| known.trim().eq_ignore_ascii_case(keyword))
        })
    }

    /// Returns the entry type in lower case.
    pub(super) fn kind(&self) -> &str {
        &self.all.kind
    }

    /// Returns the fields of the entry itself.
    pub(super) fn own_fields(&self) -> &[OwnField<'a>] {
        &self.own
    }

    /// Returns the first field of this name in the entry itself.
    pub(super) fn own(&self, name: &str) -> Option<&OwnField<'a>> {
        self.own
            .iter()
            .find(|field| field.lower.eq_ignore_ascii_case(name))
    }

    /// Returns whether the entry has a non-empty field of this name, its own or inherited.
    pub(super) fn has(&self, name: &str) -> bool {
        self.all
            .get(name)
            .is_some_and(|text| !text.trim_matches(['{', '}', ' ']).is_empty())
    }
}

/// Runs a rule on the source of an entry and returns field, message and fix of each finding.
#[cfg(test)]
pub(super) fn found_in(
    source: &str,
    look: fn(&CheckedEntry<'_>, &mut Vec<super::RuleFinding>),
) -> Vec<(String, String, Option<String>)> {
    let work = bibtex::parse_entry(source).unwrap();
    let entry = CheckedEntry::new(&work, &Strings::default(), &|_| None);
    let mut found = Vec::new();
    look(&entry, &mut found);
    found
        .into_iter()
        .map(|found| (found.field.unwrap_or_default(), found.message, found.fix))
        .collect()
}
