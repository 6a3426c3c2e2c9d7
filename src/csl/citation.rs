//! Citations: what a caller asks for, and what it gets.

use super::positions::CitePosition;
use super::rich_text::RichText;

/// One work in a citation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cite {
    /// The citation key.
    pub id: String,
    /// Where in the work, such as "12-15".
    pub locator: Option<String>,
    /// What the locator counts, such as `page` or `chapter`; pages if none is given.
    pub label: Option<String>,
    /// Text before the cite; it may hold the markup of CSL-JSON.
    pub prefix: Option<String>,
    /// Text behind the cite.
    pub suffix: Option<String>,
    /// Whether the authors stand in the text around and are left out.
    pub suppress_author: bool,
    /// Whether the authors alone are printed.
    pub author_only: bool,
    /// The position, where the caller keeps track of positions; they are found out otherwise.
    pub position: Option<CitePosition>,
    /// Whether the last cite of the work is near, where the caller keeps track of positions.
    pub near_note: bool,
    /// The note in which the work was cited first, where the caller keeps track of positions.
    pub first_reference_note: Option<u32>,
    /// Where the cite leads, such as to the entry of the work, unless it holds addresses of its own.
    pub href: Option<String>,
}

impl Cite {
    /// A cite of a work, with nothing else to say about it.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    pub(super) fn locator_key(&self) -> Option<(&str, &str)> {
        let locator = self
            .locator
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())?;
        Some((locator, self.label.as_deref().unwrap_or("page")))
    }
}

/// A citation: one or more cites in one place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Citation {
    /// The cites, in the order they were given.
    pub cites: Vec<Cite>,
    /// The number of the note it stands in; 0 for a citation in the text.
    pub note: u32,
    /// How the citation joins the text around it.
    pub mode: CitationMode,
    /// Whether the cites keep their order, whatever the style says.
    pub unsorted: bool,
}

impl Citation {
    /// A citation in a note, or in the text for note 0.
    pub fn new(cites: Vec<Cite>, note: u32) -> Self {
        Self {
            cites,
            note,
            ..Self::default()
        }
    }
}

/// How a citation joins the text around it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CitationMode {
    /// On its own.
    #[default]
    Normal,
    /// Only the authors of the first cite.
    AuthorOnly,
    /// Without the authors of the first cite.
    SuppressAuthor,
    /// The authors as part of the sentence, then the rest, with some text between.
    Composite {
        /// The text between.
        infix: String,
    },
}

/// A citation as it is printed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FormattedCitation {
    /// The text.
    pub content: RichText,
    /// The note it stands in.
    pub note: u32,
    /// The citation keys in the order in which they are printed.
    pub keys: Vec<String>,
}
