//! Bibliographies, vocabulary and rules that are bundled with the program.
//!
//! The files in `bib/` are embedded so that the program works without an installation directory.

use crate::tagging::{Rules, RulesError, Vocabulary, VocabularyError};

/// A bundled bibliography.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundledBibliography {
    /// The name by which it is imported.
    pub name: &'static str,
    /// A one-line description.
    pub description: &'static str,
    /// The BibLaTeX text.
    pub text: &'static str,
}

impl BundledBibliography {
    /// Returns whether `text` is this bibliography, whatever its line endings.
    pub fn is(&self, text: &str) -> bool {
        self.text.lines().eq(text.lines())
    }

    /// Returns the path that reports and the library show for it. No such file exists on disk.
    pub fn path(&self) -> String {
        format!("peerbib:{}", self.name)
    }
}

/// The works cited in the chapter.
pub const CHAPTER: BundledBibliography = BundledBibliography {
    name: "chapter",
    description: "the works of \u{201c}Prophets and Advocates of Peer Production\u{201d}",
    text: include_str!("../bib/chapter.bib"),
};

/// The query that finds the works in the chapter's list of references, as the vocabulary tags them.
pub const CHAPTER_REFERENCES: &str = "cited-by:dafermos2021prophets";

/// A broader collection to start from.
pub const COMMONS: BundledBibliography = BundledBibliography {
    name: "commons",
    description: "more of the literature of peer production and the commons",
    text: include_str!("../bib/commons.bib"),
};

/// All bundled bibliographies.
pub const BIBLIOGRAPHIES: &[BundledBibliography] = &[CHAPTER, COMMONS];

/// The recorded source of the bundled tags.
pub const VOCABULARY_SOURCE: &str = "the vocabulary shipped with peerbib";

/// The name by which the bundled vocabulary is imported.
pub const VOCABULARY_PATH: &str = "peerbib:vocabulary";

/// The text of the bundled vocabulary.
pub const VOCABULARY: &str = include_str!("../bib/vocabulary.toml");

/// Returns the bundled vocabulary: movements, themes and the works that belong to them.
///
/// # Errors
///
/// Returns an error if the embedded file is invalid, which a test rules out.
pub fn vocabulary() -> Result<Vocabulary, VocabularyError> {
    VOCABULARY.parse()
}

/// The name by which the bundled rules are imported.
pub const RULES_PATH: &str = "peerbib:rules";

/// The text of the bundled rules.
pub const RULES: &str = include_str!("../bib/rules.toml");

/// Returns the bundled rules for movements and themes.
///
/// # Errors
///
/// Returns an error if the embedded file is invalid, which a test rules out.
pub fn rules() -> Result<Rules, RulesError> {
    RULES.parse()
}
