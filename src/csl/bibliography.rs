//! Formatted bibliographies and their layout.

use super::{RichText, Warning};

/// A formatted bibliography with its entries in the order of the style.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bibliography {
    /// The entries. Works for which the style prints nothing have none.
    pub entries: Vec<BibliographyEntry>,
    /// The layout that the style asks for.
    pub layout: BibliographyLayout,
    /// The problems found.
    pub warnings: Vec<Warning>,
}

/// A bibliography entry.
#[derive(Debug, Clone, PartialEq)]
pub struct BibliographyEntry {
    /// The citation key.
    pub key: String,
    /// The formatted entry.
    pub content: RichText,
}

/// The layout of a bibliography (CSL 1.0.2, "Bibliography-specific Options").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BibliographyLayout {
    /// Whether every line of an entry except the first is indented.
    pub hanging_indent: bool,
    /// The layout of the first field, such as a number, in relation to the rest.
    pub second_field_align: Option<SecondFieldAlign>,
    /// Vertical distance between entries, as a multiple of the line height.
    pub entry_spacing: u16,
    /// Line height, as a multiple of a single-spaced line.
    pub line_spacing: u16,
}

/// The values of `second-field-align`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFieldAlign {
    /// The rest of the entry is aligned after the first field.
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
