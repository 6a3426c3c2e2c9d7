//! Checks: what is missing, wrong or doubtful in a reference, and how to mend it.
//!
//! A [`Rule`] looks at one [`CheckedEntry`] and tells what it finds. There is a table of them ([`RULES`]), and a
//! file for each kind; [`typst`] asks Typst's own crates instead. Nothing here reads or writes anything: `peerbib check` brings the entries, and
//! writes down what [`mended`] gives back.

mod dates;
mod entry;
mod formatting;
mod identifiers;
mod names;
mod notes;
mod pages;
mod required;
mod status;
pub mod typst;
mod vocabulary;

use std::borrow::Cow;

pub use crate::formats::Severity;
use crate::formats::bibtex::{self, Strings};
use crate::model::Entry;

use entry::OwnField;
pub use entry::{CheckedEntry, Status};
pub use required::required_fields;

/// Something that a person should look for in references.
#[derive(Debug)]
pub struct Rule {
    /// What it is called.
    pub name: &'static str,
    /// What it finds, in a line.
    pub about: &'static str,
    look: fn(&CheckedEntry<'_>, &mut Vec<Found>),
}

/// Every rule, in the order in which its findings are told.
pub const RULES: &[Rule] = &[
    Rule {
        name: "unverified",
        about: "an entry that is tagged status:unverified",
        look: status::look,
    },
    Rule {
        name: "unknown-type",
        about: "an entry type that no program knows",
        look: vocabulary::entry_type,
    },
    Rule {
        name: "missing-field",
        about: "a field that works of this type need",
        look: required::look,
    },
    Rule {
        name: "unknown-field",
        about: "a field that no program knows, often misspelt",
        look: vocabulary::fields,
    },
    Rule {
        name: "duplicate-field",
        about: "a field that is there twice",
        look: formatting::duplicate_fields,
    },
    Rule {
        name: "doi",
        about: "a DOI that is none, or is written as an address",
        look: identifiers::doi,
    },
    Rule {
        name: "isbn",
        about: "an ISBN that is none, or has a wrong check digit",
        look: identifiers::isbn,
    },
    Rule {
        name: "issn",
        about: "an ISSN that is none, or has a wrong check digit",
        look: identifiers::issn,
    },
    Rule {
        name: "url",
        about: "an address that cannot be followed",
        look: identifiers::url,
    },
    Rule {
        name: "access-date",
        about: "an online text without the date at which it was read",
        look: dates::access_date,
    },
    Rule {
        name: "date",
        about: "a date that is none, or two that do not agree",
        look: dates::look,
    },
    Rule {
        name: "pages",
        about: "pages written otherwise than 12--34",
        look: pages::look,
    },
    Rule {
        name: "organisation",
        about: "an organisation that would be printed as a person",
        look: names::organisations,
    },
    Rule {
        name: "name",
        about: "a name, or a list of names, that is read otherwise than it is meant",
        look: names::persons,
    },
    Rule {
        name: "private-note",
        about: "a private remark in a field that is printed",
        look: notes::look,
    },
    Rule {
        name: "white-space",
        about: "white space around a value",
        look: formatting::white_space,
    },
];

/// What a rule found in an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    severity: Severity,
    /// The name of the field as it is written, or as it should be.
    field: Option<String>,
    message: String,
    help: String,
    /// The value that mends it, in TeX without delimiters, where that is certain.
    mend: Option<String>,
}

impl Found {
    fn new(severity: Severity, field: &str, message: impl Into<String>) -> Self {
        Self {
            severity,
            field: Some(field.to_owned()),
            message: message.into(),
            help: String::new(),
            mend: None,
        }
    }

    fn error(field: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, field, message)
    }

    fn warning(field: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, field, message)
    }

    fn notice(field: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Notice, field, message)
    }

    /// How to mend it.
    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// What is certain to mend it, where the field is one text that can be replaced.
    fn mend(mut self, field: &OwnField, value: String) -> Self {
        if field.is_one_text {
            self.mend = Some(value);
        }
        self
    }
}

/// Something about a reference that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The citation key.
    pub key: String,
    /// The file, where the entry was read from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line of the field, or of the entry, in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The field.
    pub field: Option<String>,
    /// The name of the rule.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is the matter.
    pub message: String,
    /// How to mend it.
    pub help: String,
    /// Whether `--fix` mends it.
    pub fixable: bool,
}

/// What `rules` find in an entry.
pub fn findings(entry: &CheckedEntry<'_>, rules: &[&'static Rule]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules {
        let mut found = Vec::new();
        (rule.look)(entry, &mut found);
        findings.extend(found.into_iter().map(|found| Finding {
            key: entry.work.key.clone(),
            file: None,
            line: None,
            field: found.field,
            rule: rule.name,
            severity: found.severity,
            message: found.message,
            help: found.help,
            fixable: found.mend.is_some(),
        }));
    }
    findings
}

/// A field that was mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// Its name.
    pub field: String,
    /// Its value before.
    pub before: String,
    /// Its value now.
    pub after: String,
}

/// The text of the entry of a work with everything mended that `rules` can mend for certain, and what
/// that was; nothing where there is nothing to mend.
pub fn mended<'a>(
    work: &'a Entry,
    strings: &Strings,
    parents: &dyn Fn(&str) -> Option<Cow<'a, Entry>>,
    rules: &[&'static Rule],
) -> Option<(String, Vec<Mended>)> {
    // One value may have several faults, and each is mended in what the one before made of it.
    const MOST: usize = 200;
    let mut work = Cow::Borrowed(work);
    let mut done = Vec::new();
    while done.len() < MOST {
        let entry = CheckedEntry::new(&work, strings, &|key| {
            parents(key).map(|parent| Cow::Owned(parent.into_owned()))
        });
        let next = rules.iter().find_map(|rule| {
            let mut found = Vec::new();
            (rule.look)(&entry, &mut found);
            found
                .into_iter()
                .find_map(|found| Some((found.field?, found.mend?)))
        });
        let Some((field, after)) = next else {
            break;
        };
        let before = entry
            .own(&field)
            .map(|own| own.text.to_string())
            .unwrap_or_default();
        let Ok(source) = bibtex::set_field(&work.source, &field, &after) else {
            break;
        };
        let Ok(mut changed) = bibtex::parse_entry(&source) else {
            break;
        };
        if before == after {
            break;
        }
        changed.key.clone_from(&work.key);
        done.push(Mended {
            field,
            before,
            after,
        });
        work = Cow::Owned(changed);
    }
    (!done.is_empty()).then(|| (work.source.clone(), done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_names_of_their_own() {
        for (index, rule) in RULES.iter().enumerate() {
            assert!(
                RULES
                    .iter()
                    .skip(index + 1)
                    .all(|other| other.name != rule.name)
            );
        }
    }

    #[test]
    fn several_faults_of_one_value_are_mended_one_after_the_other() {
        let source =
            "@article{a,\n  doi = { https://doi.org/10.1000/x },\n  pages = \"12 - 34\",\n}";
        let work = bibtex::parse_entry(source).unwrap();
        let rules: Vec<_> = RULES.iter().collect();
        let (text, done) = mended(&work, &Strings::default(), &|_| None, &rules).unwrap();
        assert_eq!(
            text,
            "@article{a,\n  doi = {10.1000/x},\n  pages = \"12--34\",\n}"
        );
        assert_eq!(done.len(), 2);
    }

    #[test]
    fn a_value_of_abbreviations_is_left_alone() {
        let source = "@article{a, pages = {12-} # {34}}";
        let work = bibtex::parse_entry(source).unwrap();
        let rules: Vec<_> = RULES.iter().collect();
        assert_eq!(mended(&work, &Strings::default(), &|_| None, &rules), None);
    }
}
