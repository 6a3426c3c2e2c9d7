//! Output formats for reading lists, one module each.
//!
//! Rich text is flattened into runs (`text_runs`), from which every format except HTML is written. Text
//! formats with markup share `markup_writer`. A complete document fills in a file of `templates`, in which
//! names between dollar signs are placeholders. Formats that need more than the formatted entry get it
//! from [`MetadataIndex`].
//!
//! ```
//! use peerbib::csl::{Formatting, Inline};
//! use peerbib::output::{html, latex, markdown, text};
//!
//! let content = [
//!     Inline::Text("Benkler, Y. (2006). ".into()),
//!     Inline::Formatted(
//!         Formatting::Italic,
//!         vec![Inline::Text("The wealth of networks".into())],
//!     ),
//!     Inline::Text(".".into()),
//! ];
//! assert_eq!(text::entry(&content), "Benkler, Y. (2006). The wealth of networks.");
//! assert_eq!(markdown::entry(&content), "Benkler, Y. (2006). *The wealth of networks*.");
//! assert_eq!(latex::entry(&content), r"Benkler, Y. (2006). \textit{The wealth of networks}.");
//! assert_eq!(html::rich_text(&content), "Benkler, Y. (2006). <i>The wealth of networks</i>.");
//! ```

pub mod coins;
pub mod csv;
mod direction;
pub mod document;
pub mod docx;
mod fonts;
mod formulas;
pub mod html;
pub mod ics;
mod item_metadata;
pub mod json;
pub mod json_ld;
pub mod latex;
pub mod markdown;
mod markup_writer;
pub mod mediawiki;
pub mod odt;
pub mod page_metadata;
pub mod pandoc;
pub mod rtf;
mod template;
pub mod terminal;
pub mod text;
mod text_runs;
pub mod typst;
mod urls;
mod word_text;
mod xml;

pub use item_metadata::{ItemMetadata, MetadataIndex};
#[cfg(feature = "site")]
pub(crate) use urls::{percent_encode, percent_encode_value};

use crate::reading_list::{HeadingTranslations, ReadingList};

/// Returns the title of a list, or what such a list is called in a language.
fn title_of<'l>(list: &'l ReadingList, language: &str) -> &'l str {
    let untitled = || HeadingTranslations::in_language(language).untitled_list();
    list.title.as_deref().unwrap_or_else(untitled)
}
