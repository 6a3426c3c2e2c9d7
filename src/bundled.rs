//! What ships inside the program: bibliographies, the vocabulary of tags, and rules for it.
//!
//! They lie in `bib/` and are data, not code; they are embedded so that the program works from anywhere.

use crate::tagging::{Rules, RulesError, Vocabulary, VocabularyError};

/// A bibliography that ships with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShippedBibliography {
    /// The name by which it is imported.
    pub name: &'static str,
    /// What is in it, in one line.
    pub description: &'static str,
    /// Its BibLaTeX text.
    pub text: &'static str,
}

impl ShippedBibliography {
    /// The path by which receipts and the library name it; no file on disk has it.
    pub fn path(&self) -> String {
        format!("peerbib:{}", self.name)
    }
}

/// The works that the chapter references.
pub const CHAPTER: ShippedBibliography = ShippedBibliography {
    name: "chapter",
    description: "the works of \u{201c}Prophets and Advocates of Peer Production\u{201d}",
    text: include_str!("../bib/chapter.bib"),
};

/// A broader collection to start from.
pub const COMMONS: ShippedBibliography = ShippedBibliography {
    name: "commons",
    description: "more of the literature of peer production and the commons",
    text: include_str!("../bib/commons.bib"),
};

/// Every bibliography that ships with the program.
pub const BIBLIOGRAPHIES: &[ShippedBibliography] = &[CHAPTER, COMMONS];

/// The name under which the shipped vocabulary answers for its tags.
pub const VOCABULARY_SOURCE: &str = "the vocabulary shipped with peerbib";

/// The movements and themes, and the works that belong to them.
///
/// # Errors
///
/// Where the embedded file is broken, which a test rules out.
pub fn vocabulary() -> Result<Vocabulary, VocabularyError> {
    include_str!("../bib/vocabulary.toml").parse()
}

/// The name by which the shipped rules are imported.
pub const RULES_PATH: &str = "peerbib:rules";

/// The text of the shipped rules.
pub const RULES: &str = include_str!("../bib/rules.toml");

/// The rules for movements and themes.
///
/// # Errors
///
/// Where the embedded file is broken, which a test rules out.
pub fn rules() -> Result<Rules, RulesError> {
    RULES.parse()
}
