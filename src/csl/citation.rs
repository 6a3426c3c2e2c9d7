//! Citations: what a caller asks for and what it gets.

use super::Warning;
use super::rich_text::RichText;

/// One work in a citation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cite {
    /// The citation key.
    pub id: String,
    /// The locator, such as "12-15".
    pub locator: Option<String>,
    /// The label of the locator, such as `page` or `chapter`; `page` if there is none.
    pub label: Option<String>,
    /// Text before the cite, which may hold the markup of CSL-JSON.
    pub prefix: Option<String>,
    /// Text after the cite.
    pub suffix: Option<String>,
    /// Whether the authors are left out, because the surrounding text names them.
    pub suppress_author: bool,
    /// Whether only the authors are printed.
    pub author_only: bool,
    /// The position, if the caller determines positions itself.
    pub position: Option<CitePosition>,
    /// Whether an earlier cite of the work is near, if the caller determines positions itself.
    pub near_note: bool,
    /// The number of the note with the first cite of the work, if the caller determines positions itself.
    pub first_reference_note: Option<u32>,
    /// The link target of the cite, such as the entry of the work. It is ignored where the cite contains
    /// links of its own.
    pub href: Option<String>,
}

impl Cite {
    /// Returns a cite of a work without a locator or affixes.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    /// Returns the locator and its label.
    pub(super) fn locator_key(&self) -> Option<(&str, &str)> {
        let locator = self
            .locator
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())?;
        Some((locator, self.label.as_deref().unwrap_or("page")))
    }
}

/// The position of a cite (clause "Choose", `position`), from the first cite of a work to one that
/// directly follows another cite of the same work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum CitePosition {
    /// The first cite of the work.
    #[default]
    First,
    /// A later cite.
    Subsequent,
    /// A cite that directly follows a cite of the same work.
    Ibid,
    /// The same, with a different locator.
    IbidWithLocator,
}

/// A citation: one or more cites in one place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Citation {
    /// The cites, in the order they were given.
    pub cites: Vec<Cite>,
    /// The number of its note; 0 for a citation in the text.
    pub note: u32,
    /// The relation of the citation to the surrounding text.
    pub mode: CitationMode,
    /// Whether the cites keep their order, whatever the style says.
    pub unsorted: bool,
}

impl Citation {
    /// Returns a citation in a note, or in the text for note 0.
    pub fn new(cites: Vec<Cite>, note: u32) -> Self {
        Self {
            cites,
            note,
            ..Self::default()
        }
    }
}

/// The relation of a citation to the surrounding text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CitationMode {
    /// On its own.
    #[default]
    Normal,
    /// Only the authors of the first cite.
    AuthorOnly,
    /// Without the authors of the first cite.
    SuppressAuthor,
    /// In two parts: the authors of the first cite, which belong to the sentence, and the rest.
    Composite,
}

/// A formatted citation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FormattedCitation {
    /// The authors, in a composite citation only. Empty if the style prints none.
    pub authors: RichText,
    /// The citation; in a composite one, what follows the authors. Empty if nothing prints.
    pub content: RichText,
    /// The number of its note.
    pub note: u32,
    /// The citation keys in printing order.
    pub keys: Vec<String>,
    /// The problems found.
    pub warnings: Vec<Warning>,
}
