//! Checks: what is missing, wrong or doubtful in a reference, and how to fix it.
//!
//! A [`CheckRule`] inspects one [`CheckedEntry`] and returns findings. [`RULES`] is the table of
//! them, with a file for each kind; [`typst`] asks Typst's own crates instead. Nothing here does
//! any I/O: the caller provides the entries and stores what [`fixed`] returns.
//!
//! ```
//! use peerbib::checks::{self, CheckedEntry, RULES};
//! use peerbib::formats::bibtex;
//!
//! let file = bibtex::read("@book{hyde2010, author = {Hyde, Lewis}, title = {Common as Air}, yera = {2010}}");
//! let rules: Vec<_> = RULES.iter().collect();
//! for work in file.works() {
//!     let entry = CheckedEntry::new(work, &file.strings, &|_| None);
//!     let findings = checks::findings(&entry, &rules);
//!     assert!(findings.iter().any(|finding| finding.help == "did you mean year?"));
//! }
//! ```

mod dates;
mod entry;
mod formatting;
mod identifiers;
mod language;
mod names;
mod notes;
mod pages;
mod required;
mod spelling;
mod spellings;
mod status;
mod text;
pub mod typst;
mod vocabulary;

use std::borrow::Cow;

pub use crate::formats::Severity;
use crate::formats::bibtex::{self, Strings};
use crate::model::Entry;

use entry::OwnField;
pub use entry::{CheckedEntry, VerificationStatus};
pub use required::required_fields;
pub use spellings::{SpellingCounts, Spellings, UndecidedSpelling};

/// A rule that entries are checked by.
#[derive(Debug)]
pub struct CheckRule {
    /// The name.
    pub name: &'static str,
    /// The problems that it finds, in one line.
    pub about: &'static str,
    look: fn(&CheckedEntry<'_>, &mut Vec<RuleFinding>),
}

/// The rule that compares each entry with all others: see [`Spellings`].
pub const SPELLING: &str = "spelling";

/// The rule that finds misspelt fields.
pub const UNKNOWN_FIELD: &str = "unknown-field";

/// All rules, in the order of the report.
pub const RULES: &[CheckRule] = &[
    CheckRule {
        name: "unverified",
        about: "an entry tagged status:unverified",
        look: status::look,
    },
    CheckRule {
        name: "unknown-type",
        about: "an unknown entry type",
        look: vocabulary::entry_type,
    },
    CheckRule {
        name: "missing-field",
        about: "a missing required field",
        look: required::look,
    },
    CheckRule {
        name: UNKNOWN_FIELD,
        about: "an unknown field, often misspelt",
        look: vocabulary::fields,
    },
    CheckRule {
        name: "duplicate-field",
        about: "a field given twice",
        look: formatting::duplicate_fields,
    },
    CheckRule {
        name: "language",
        about: "a title that seems to be in another language than English, and no language given",
        look: language::look,
    },
    CheckRule {
        name: "doi",
        about: "an invalid DOI, or one written as an address",
        look: identifiers::doi,
    },
    CheckRule {
        name: "isbn",
        about: "an invalid ISBN",
        look: identifiers::isbn,
    },
    CheckRule {
        name: "issn",
        about: "an invalid ISSN",
        look: identifiers::issn,
    },
    CheckRule {
        name: "url",
        about: "an invalid URL",
        look: identifiers::url,
    },
    CheckRule {
        name: "access-date",
        about: "an online text without an access date",
        look: dates::access_date,
    },
    CheckRule {
        name: "date",
        about: "an invalid date, or two that disagree",
        look: dates::look,
    },
    CheckRule {
        name: "pages",
        about: "page ranges not written as 12--34",
        look: pages::look,
    },
    CheckRule {
        name: "organisation",
        about: "an organisation that would be printed as a person",
        look: names::organizations,
    },
    CheckRule {
        name: "name",
        about: "a name, or a list of names, that would be misread",
        look: names::persons,
    },
    CheckRule {
        name: "capitals",
        about: "a title in capitals",
        look: text::capitals,
    },
    CheckRule {
        name: "full-stop",
        about: "a full stop at the end of a title",
        look: text::full_stop,
    },
    CheckRule {
        name: "html",
        about: "entities and tags of HTML",
        look: text::html,
    },
    CheckRule {
        name: "mojibake",
        about: "letters that were decoded with the wrong encoding",
        look: text::mojibake,
    },
    CheckRule {
        name: SPELLING,
        about: "a journal or publisher that the library spells in several ways",
        look: spelling::look,
    },
    CheckRule {
        name: "private-note",
        about: "a private remark in a printed field",
        look: notes::look,
    },
    CheckRule {
        name: "white-space",
        about: "white space around a value",
        look: formatting::white_space,
    },
];

/// A finding of a rule, before it is assigned to an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleFinding {
    severity: Severity,
    /// The name of the field as it is written, or as it should be.
    field: Option<String>,
    message: String,
    help: String,
    /// The value that fixes it, in TeX without delimiters, if that is certain.
    fix: Option<String>,
}

impl RuleFinding {
    fn new(severity: Severity, field: &str, message: impl Into<String>) -> Self {
        Self {
            severity,
            field: Some(field.to_owned()),
            message: message.into(),
            help: String::new(),
            fix: None,
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

    /// Returns the way to fix it.
    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Adds a certain fix, if the field is one text that can be replaced.
    fn fix(mut self, field: &OwnField, value: String) -> Self {
        if field.is_one_text {
            self.fix = Some(value);
        }
        self
    }
}

/// Something about an entry that needs attention.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The citation key.
    pub key: String,
    /// The file, if the entry was read from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line of the field, or of the entry, in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The field.
    pub field: Option<String>,
    /// The name of the rule.
    pub rule: &'static str,
    /// The severity.
    pub severity: Severity,
    /// The message.
    pub message: String,
    /// The way to fix it.
    pub help: String,
    /// Whether it can be fixed automatically.
    pub fixable: bool,
}

/// Returns what `rules` find in an entry.
pub fn findings(entry: &CheckedEntry<'_>, rules: &[&'static CheckRule]) -> Vec<Finding> {
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
            fixable: found.fix.is_some(),
        }));
    }
    findings
}

/// A field that was fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedField {
    /// The name of the rule.
    pub rule: &'static str,
    /// Its name.
    pub field: String,
    /// Its value before.
    pub before: String,
    /// Its value now.
    pub after: String,
}

/// Returns the text of an entry with everything fixed that `rules` can fix with certainty, and the
/// fixed fields; `None` if there is nothing to fix. `spellings` are those of the collection that the entry belongs to.
pub fn fixed<'a>(
    work: &'a Entry,
    strings: &Strings,
    parents: &dyn Fn(&str) -> Option<Cow<'a, Entry>>,
    spellings: &Spellings,
    rules: &[&'static CheckRule],
) -> Option<(String, Vec<FixedField>)> {
    // A value may have several errors; each fix is applied to the result of the one before.
    const MOST: usize = 200;
    let mut work = Cow::Borrowed(work);
    let mut done = Vec::new();
    while done.len() < MOST {
        let entry = CheckedEntry::new(&work, strings, &|key| {
            parents(key).map(|parent| Cow::Owned(parent.into_owned()))
        })
        .with_spellings(spellings);
        let next = rules.iter().find_map(|rule| {
            let mut found = Vec::new();
            (rule.look)(&entry, &mut found);
            found
                .into_iter()
                .find_map(|found| Some((rule.name, found.field?, found.fix?)))
        });
        let Some((rule, field, after)) = next else {
            break;
        };
        let before = entry
            .own(&field)
            .map(|own| own.text.to_string())
            .unwrap_or_default();
        let Ok(source) = bibtex::set_field(work.source(), &field, &after) else {
            break;
        };
        let Ok(mut changed) = bibtex::parse_entry(&source) else {
            break;
        };
        if before == after {
            break;
        }
        changed.key.clone_from(&work.key);
        done.push(FixedField {
            rule,
            field,
            before,
            after,
        });
        work = Cow::Owned(changed);
    }
    (!done.is_empty()).then(|| (work.source().to_owned(), done))
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
    fn several_faults_of_one_value_are_fixed_one_after_the_other() {
        let source =
            "@article{a,\n  doi = { https://doi.org/10.1000/x },\n  pages = \"12 - 34\",\n}";
        let work = bibtex::parse_entry(source).unwrap();
        let rules: Vec<_> = RULES.iter().collect();
        let (text, done) = fixed(
            &work,
            &Strings::default(),
            &|_| None,
            &Spellings::default(),
            &rules,
        )
        .unwrap();
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
        assert_eq!(
            fixed(
                &work,
                &Strings::default(),
                &|_| None,
                &Spellings::default(),
                &rules
            ),
            None
        );
    }
}
