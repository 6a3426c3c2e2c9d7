//! The citation processor: CSL 1.0.2.
//!
//! It takes works as [`CslItem`]s and a [`Style`], and gives citations and a
//! [`Bibliography`] as [rich text](RichText). It knows neither the library nor the command line.
//!
//! The way of a work through the processor, each step a module of its own:
//!
//! 1. `style` compiles a style to the elements of `element`; `locale` puts a locale together.
//! 2. `works` makes a work ready: `person` takes names apart, `dates` reads dates.
//! 3. `sorting` orders the works by the style's keys.
//! 4. `evaluate` applies elements to a work and gives an `output_tree`; `names`, `compose_dates`,
//!    `numbers` and `text_case` do what their clauses of the specification say.
//! 5. `disambiguation` looks which cites are equal, and adds what tells them apart.
//! 6. `clusters` joins cites to citations, with `positions` known.
//! 7. `compose` makes rich text of trees: affixes, quotation marks, `markup` in fields, punctuation.
//!
//! ```
//! use peerbib::csl::{Citation, Cite, Processor, Style, plain_text};
//! use peerbib::model::CslItem;
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
//! let works: Vec<CslItem> = serde_json::from_str(r#"[{
//!     "id": "benkler2006", "type": "book", "title": "The Wealth of Networks",
//!     "author": [{"family": "Benkler", "given": "Yochai"}], "issued": {"date-parts": [[2006]]}
//! }]"#)?;
//!
//! let processor = Processor::new(&style, Some("en-US"), &works);
//! let citations = processor.citations(&[Citation::new(vec![Cite::new("benkler2006")], 0)]);
//! assert_eq!(plain_text(&citations[0].content), "(Benkler, 2006)");
//! let bibliography = processor.bibliography().expect("the style has one");
//! assert_eq!(plain_text(&bibliography.entries[0].content), "Y. Benkler, The Wealth of Networks.");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bibliography;
mod citation;
mod citation_label;
mod clusters;
mod compose;
mod compose_dates;
mod dates;
mod disambiguation;
mod element;
mod embedded_locales;
mod evaluate;
mod initials;
mod locale;
mod markup;
mod names;
mod numbers;
mod output_tree;
mod packed;
mod person;
mod positions;
mod processor;
mod rich_text;
pub mod shelf;
mod sorting;
mod source;
mod style;
mod text_case;
pub(crate) mod variables;
mod works;

use std::collections::HashMap;

pub use bibliography::{Bibliography, BibliographyEntry, BibliographyLayout, SecondFieldAlign};
pub use citation::{Citation, CitationMode, Cite, FormattedCitation};
pub use embedded_locales::EmbeddedLocales;
pub use locale::{Locale, LocaleFiles, LocaleLayer, LocaleSource, primary_dialect};
pub use positions::CitePosition;
pub use processor::Processor;
pub use rich_text::{Display, Formatting, Inline, RichText, plain_text};
pub use style::{Style, StyleClass, StyleError, StyleInfo};

use crate::model::CslItem;

/// The bibliography of works in a style: the whole way in one call.
///
/// A style without a bibliography ([`Style::has_bibliography`]) gives the works as it cites them the
/// first time, one entry for each, in the order of the works.
pub fn format_bibliography(style: &Style, locale: Option<&str>, works: &[CslItem]) -> Bibliography {
    let processor = Processor::new(style, locale, works);
    processor.bibliography().unwrap_or_else(|| {
        let citations: Vec<Citation> = works
            .iter()
            .zip(1..)
            .map(|(work, note)| Citation::new(vec![Cite::new(work.id.clone())], note))
            .collect();
        let entries = processor
            .citations(&citations)
            .into_iter()
            .zip(works)
            .map(|(citation, work)| BibliographyEntry {
                key: work.id.clone(),
                content: citation.content,
            })
            .collect();
        Bibliography {
            entries,
            layout: style.bibliography_layout(),
        }
    })
}

/// Abbreviations for what a style asks for in short form, by the kind of what is abbreviated: a
/// variable such as `container-title`, or `institution-part` for the names of institutions.
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
