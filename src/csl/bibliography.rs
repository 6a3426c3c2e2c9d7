//! A formatted bibliography, and what a caller needs to know to lay it out.

use super::RichText;

/// A formatted bibliography, its entries in the order that the style asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bibliography {
    /// The entries.
    pub entries: Vec<BibliographyEntry>,
    /// How the style wants them laid out.
    pub layout: BibliographyLayout,
}

/// One work in a bibliography.
#[derive(Debug, Clone, PartialEq)]
pub struct BibliographyEntry {
    /// The citation key.
    pub key: String,
    /// The entry.
    pub content: RichText,
}

/// The layout of a bibliography (CSL 1.0.2, "Bibliography-specific Options").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BibliographyLayout {
    /// Whether all lines of an entry but the first are indented.
    pub hanging_indent: bool,
    /// Whether the first field, such as a number, stands apart from the rest.
    pub second_field_align: Option<SecondFieldAlign>,
    /// Vertical distance between entries, as a multiple of the line height.
    pub entry_spacing: u16,
    /// Line height, as a multiple of a single-spaced line.
    pub line_spacing: u16,
}

/// Where the first field stands when it stands apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFieldAlign {
    /// The rest of the entry is aligned behind the first field.
    Flush,
    /// The first field is in the margin.
    Margin,
}

impl Default for BibliographyLayout {
    fn default() -> Self {
        Self {
            hanging_indent: false,
            second_field_align: None,
            entry_spacing: 1,
            line_spacing: 1,
        }
    }
}
