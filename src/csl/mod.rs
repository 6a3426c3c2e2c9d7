//! The citation processor: CSL 1.0.2.
//!
//! A [`Processor`] takes [`Item`]s and a [`Style`] and returns citations and a [`Bibliography`] as [rich
//! text](RichText), together with [warnings](Warning). The module depends on no other one of this crate.
//!
//! The steps, each in modules of its own:
//!
//! 1. `xml` parses a style, `compiler` compiles it to the elements of `element`, and `locale` assembles the
//!    locale.
//! 2. `prepared_item` prepares an item: `name_parts` splits names, `dates` parses dates.
//! 3. `sorting` orders the items by the style's sort keys.
//! 4. `evaluate` applies elements to an item and returns an `output_tree`, with `numbers` and `text_case`.
//! 5. `disambiguation` finds ambiguous cites and adds what distinguishes them.
//! 6. `positions` determines the position of each cite, and `cite_grouping` joins cites to citations.
//! 7. `render` turns trees into rich text: affixes, quotation marks, `markup` in fields, punctuation.
//!
//! `validation` checks a style against the specification, for its author.
//!
//! `citeproc_js` has all that imitates citeproc-js where the specification is silent or says something else.
//!
//! ```
//! use peerbib::csl::{Citation, Cite, Item, Processor, Style, plain_text};
//!
//! let style = Style::from_xml(r#"
//!     <style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
//!       <citation>
//!         <layout prefix="(" suffix=")" delimiter="; ">
//!           <names variable="author"><name form="short"/></names>
//!           <date variable="issued" prefix=", "><date-part name="year"/></date>
//!         </layout>
//!       </citation>
//!       <bibliography>
//!         <layout suffix=".">
//!           <names variable="author"><name initialize-with=". "/></names>
//!           <text variable="title" font-style="italic" prefix=", "/>
//!         </layout>
//!       </bibliography>
//!     </style>"#)?;
//! let items: Vec<Item> = serde_json::from_str(r#"[{
//!     "id": "benkler2006", "type": "book", "title": "The Wealth of Networks",
//!     "author": [{"family": "Benkler", "given": "Yochai"}], "issued": {"date-parts": [[2006]]}
//! }]"#)?;
//!
//! let processor = Processor::new(&style, Some("en-US"), &items);
//! let citations = processor.citations(&[Citation::new(vec![Cite::new("benkler2006")], 0)]);
//! assert_eq!(plain_text(&citations[0].content), "(Benkler, 2006)");
//! let bibliography = processor.bibliography().expect("the style has one");
//! assert_eq!(plain_text(&bibliography.entries[0].content), "Y. Benkler, The Wealth of Networks.");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attributes;
mod bibliography;
pub mod bundled;
mod citation;
mod cite_grouping;
mod citeproc_js;
mod compiled;
mod compiler;
mod context;
mod counters;
mod dates;
mod disambiguation;
mod element;
mod evaluate;
pub(crate) mod formula;
mod given_names;
mod initials;
mod item;
mod locale;
mod locale_files;
mod macros;
mod markup;
mod name_parts;
mod numbers;
mod output_tree;
mod positions;
mod prepared;
mod prepared_item;
mod processor;
mod reference_grouping;
mod render;
mod rich_text;
mod sorting;
mod style;
mod text_case;
mod validation;
mod variable_map;
pub(crate) mod variables;
mod warning;
mod xml;

use std::collections::HashMap;

pub use bibliography::{Bibliography, BibliographyEntry, BibliographyLayout, SecondFieldAlign};
pub use bundled::EmbeddedLocales;
pub use citation::{Citation, CitationMode, Cite, CitePosition, FormattedCitation};
pub use item::{Item, ItemDate, ItemName, ItemValue, ItemVariables};
pub use locale::{Locale, LocaleLayer, LocaleSource, primary_dialect};
pub use locale_files::LocaleFiles;
pub use processor::Processor;
pub use rich_text::{Display, Formatting, Inline, LabelledText, RichText, plain_text};
pub use sorting::TextOrder;
pub use style::{Style, StyleClass, StyleInfo};
pub use validation::{StyleFinding, StyleSeverity, validate};
pub use variable_map::{Iter as VariableMapIter, VariableMap, VariableName};
pub use warning::Warning;
pub use xml::StyleError;

/// Formats the bibliography of items in a style.
///
/// For a style without a bibliography see [`Processor::bibliography_or_citations`].
pub fn format_bibliography(style: &Style, locale: Option<&str>, items: &[Item]) -> Bibliography {
    Processor::new(style, locale, items).bibliography_or_citations()
}

/// Abbreviations of values that a style prints in short form, by variable (`container-title`) or
/// `institution-part`.
#[derive(Debug, Clone, Default)]
pub struct Abbreviations {
    by_kind: HashMap<String, HashMap<String, String>>,
}

impl Abbreviations {
    /// Adds an abbreviation.
    pub fn add(&mut self, kind: &str, full: &str, short: &str) {
        self.by_kind
            .entry(kind.to_owned())
            .or_default()
            .insert(full.to_owned(), short.to_owned());
    }

    fn get(&self, kind: &str, full: &str) -> Option<&str> {
        if self.by_kind.is_empty() {
            return None;
        }
        self.by_kind.get(kind)?.get(full).map(String::as_str)
    }
}
