//! Metadata of the works of a list, for formats that contain more than the formatted entry.

use std::collections::HashMap;

use super::urls::is_web_address;
use crate::csl::formula;
use crate::library::CitableWork;
use crate::model::markup::plain;
use crate::model::{CslDate, CslItem, CslName};
use crate::text::single_spaced;

/// The metadata of the works of a list, by citation key.
#[derive(Debug, Default)]
pub struct MetadataIndex<'a> {
    by_key: HashMap<&'a str, ItemMetadata<'a>>,
}

/// The metadata of a work.
#[derive(Debug, Clone, Copy)]
pub struct ItemMetadata<'a> {
    /// The summary from the library.
    pub reference: &'a CitableWork,
    /// The CSL item.
    pub item: &'a CslItem,
}

impl<'a> MetadataIndex<'a> {
    /// Combines works with their items; both slices have the same order.
    pub fn new(works: &'a [CitableWork], items: &'a [CslItem]) -> Self {
        let by_key = works
            .iter()
            .zip(items)
            .map(|(reference, item)| (reference.key.as_str(), ItemMetadata { reference, item }))
            .collect();
        Self { by_key }
    }

    /// Creates an index of works with their items.
    pub fn of_pairs(pairs: impl Iterator<Item = (&'a CitableWork, &'a CslItem)>) -> Self {
        let by_key = pairs
            .map(|(reference, item)| (reference.key.as_str(), ItemMetadata { reference, item }))
            .collect();
        Self { by_key }
    }

    /// Returns the work with this key.
    pub fn get(&self, key: &str) -> Option<ItemMetadata<'a>> {
        self.by_key.get(key).copied()
    }
}

impl<'a> ItemMetadata<'a> {
    /// Returns a variable as plain text, or `None` if it is empty.
    pub(crate) fn text(&self, variable: &str) -> Option<String> {
        let text = plain(&self.item.text(variable)?);
        let text = single_spaced(&formula::plain(&text));
        (!text.is_empty()).then_some(text)
    }

    /// Returns the title with subtitle as entered, without the style's text case.
    pub(crate) fn title(&self) -> Option<String> {
        self.reference.title.clone().or_else(|| self.text("title"))
    }

    /// Returns the names of a variable without a final "and others".
    pub(super) fn names(&self, variable: &str) -> impl Iterator<Item = &'a CslName> {
        let names = self.item.names(variable).iter();
        names.filter(|name| !name.reading_order().is_empty())
    }

    /// Returns a date in ISO 8601, as precise as it is known. For a range, this is its start.
    pub(crate) fn date(&self, variable: &str) -> Option<String> {
        iso_date(self.item.date(variable)?)
    }

    /// Returns the first and the last page.
    pub(crate) fn pages(&self) -> Option<(String, Option<String>)> {
        let pages = self.text("page")?;
        let dashes = ['-', '\u{2013}', '\u{2014}'];
        Some(match pages.split_once(dashes) {
            Some((first, last)) if !last.contains([',', ';']) => (
                first.trim().to_owned(),
                Some(last.trim_matches(dashes).trim().to_owned()),
            ),
            _ => (pages, None),
        })
    }

    /// Returns the DOI without its resolver address.
    pub(crate) fn doi(&self) -> Option<String> {
        let doi = self.text("DOI")?;
        let at = doi.find("10.")?;
        doi.get(at..).map(str::to_owned)
    }

    /// Returns the URL if a browser can open it.
    pub(crate) fn url(&self) -> Option<String> {
        self.text("URL").filter(|url| is_web_address(url))
    }
}

/// Returns the family name with its particles.
pub(super) fn family_name(name: &CslName) -> String {
    CslName::joined([
        &name.dropping_particle,
        &name.non_dropping_particle,
        &name.family,
    ])
}

/// Returns the given names with the suffix.
pub(super) fn given_name(name: &CslName) -> Option<String> {
    let given = name.given.clone()?;
    Some(match &name.suffix {
        Some(suffix) if !suffix.is_empty() => format!("{given}, {suffix}"),
        _ => given,
    })
}

/// Formats a date as `2006`, `2006-05` or `2006-05-17`.
fn iso_date(date: &CslDate) -> Option<String> {
    let mut parts = date.date_parts.first()?.iter();
    let year = *parts.next()?;
    if year == 0 {
        return None;
    }
    let mut iso = if year < 0 {
        // ISO 8601 has a year 0, which is 1 BC.
        format!("-{:04}", -(i64::from(year) + 1))
    } else {
        format!("{year:04}")
    };
    for part in parts.take_while(|part| (1..=31).contains(*part)).take(2) {
        iso.push_str(&format!("-{part:02}"));
    }
    Some(iso)
}
