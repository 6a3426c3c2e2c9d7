//! An entry as the rules look at it.

use std::borrow::Cow;

use crate::formats::bibtex::{self, Part, Strings, WithInherited};
use crate::model::Entry;

/// An entry, with the fields that it has from others.
pub struct CheckedEntry<'a> {
    pub(super) work: &'a Entry,
    own: Vec<OwnField<'a>>,
    all: WithInherited<'a>,
    pub(super) status: Status,
}

/// Whether a source confirms an entry, as the tags of its work have it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Status {
    /// Nothing is said of it.
    #[default]
    Unsaid,
    /// It is tagged as unverified.
    Unverified {
        /// Why, where the tag has a reason.
        why: Option<String>,
    },
}

/// A field that stands in the entry itself.
pub(super) struct OwnField<'a> {
    /// As it is written.
    pub(super) name: &'a str,
    /// In lower case.
    pub(super) lower: String,
    /// Its TeX, with abbreviations put in.
    pub(super) text: Cow<'a, str>,
    /// Whether it is one text between delimiters, and not made of several or of abbreviations.
    pub(super) is_one_text: bool,
}

impl<'a> CheckedEntry<'a> {
    /// The entry of a work. `strings` are the abbreviations of its file, and `parents` gives the works
    /// that `crossref` and `xdata` name.
    pub fn new(
        work: &'a Entry,
        strings: &Strings,
        parents: &dyn Fn(&str) -> Option<Cow<'a, Entry>>,
    ) -> Self {
        let own = work
            .fields
            .iter()
            .map(|field| {
                let mut parts = bibtex::parts(&field.value);
                OwnField {
                    name: &field.name,
                    lower: field.name.to_lowercase(),
                    text: strings.resolve(&field.value).text,
                    is_one_text: matches!(
                        (parts.next(), parts.next()),
                        (Some(Part::Text(_)), None)
                    ),
                }
            })
            .collect();
        Self {
            work,
            own,
            all: bibtex::resolve(work, strings, parents),
            status: Status::Unsaid,
        }
    }

    /// The entry with its status.
    pub fn with_status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// Whether it is known to be unverified.
    pub fn is_unverified(&self) -> bool {
        self.status != Status::Unsaid
    }

    /// Whether a keyword is among those of the entry.
    pub fn has_keyword(&self, keyword: &str) -> bool {
        self.all.get("keywords").is_some_and(|keywords| {
            keywords
                .split([',', ';'])
                .any(|known| known.trim().eq_ignore_ascii_case(keyword))
        })
    }

    /// The entry type in lower case.
    pub(super) fn kind(&self) -> &str {
        &self.all.kind
    }

    /// The fields that stand in the entry itself.
    pub(super) fn own_fields(&self) -> &[OwnField<'a>] {
        &self.own
    }

    /// The first field of this name that stands in the entry itself.
    pub(super) fn own(&self, name: &str) -> Option<&OwnField<'a>> {
        self.own
            .iter()
            .find(|field| field.lower.eq_ignore_ascii_case(name))
    }

    /// Whether the entry has a field of this name, of its own or from another entry, that is not empty.
    pub(super) fn has(&self, name: &str) -> bool {
        self.all
            .get(name)
            .is_some_and(|text| !text.trim_matches(['{', '}', ' ']).is_empty())
    }
}

/// An entry of BibTeX for a test of a rule, and what the rule finds: field, message and mend.
#[cfg(test)]
pub(super) fn found_in(
    source: &str,
    look: fn(&CheckedEntry<'_>, &mut Vec<super::Found>),
) -> Vec<(String, String, Option<String>)> {
    let work = bibtex::parse_entry(source).unwrap();
    let entry = CheckedEntry::new(&work, &Strings::default(), &|_| None);
    let mut found = Vec::new();
    look(&entry, &mut found);
    found
        .into_iter()
        .map(|found| (found.field.unwrap_or_default(), found.message, found.mend))
        .collect()
}
