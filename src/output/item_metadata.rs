//! What the forms know of a work beyond the entry that a style prints.

use std::collections::HashMap;

use crate::library::Reference;
use crate::model::markup::plain;
use crate::model::{CslDate, CslItem, CslName};

/// The works of a list by their keys.
#[derive(Debug, Default)]
pub struct Works<'a> {
    by_key: HashMap<&'a str, ListedWork<'a>>,
}

/// A work of a list.
#[derive(Debug, Clone, Copy)]
pub struct ListedWork<'a> {
    /// As the library sees it.
    pub reference: &'a Reference,
    /// In the variables of CSL.
    pub item: &'a CslItem,
}

impl<'a> Works<'a> {
    /// Works and their variables, which are in the same order.
    pub fn new(works: &'a [Reference], items: &'a [CslItem]) -> Self {
        let by_key = works
            .iter()
            .zip(items)
            .map(|(reference, item)| (reference.key.as_str(), ListedWork { reference, item }))
            .collect();
        Self { by_key }
    }

    /// The work with a key.
    pub fn get(&self, key: &str) -> Option<ListedWork<'a>> {
        self.by_key.get(key).copied()
    }
}

impl<'a> ListedWork<'a> {
    /// A variable as text without markup; none where it is empty.
    pub(super) fn text(&self, variable: &str) -> Option<String> {
        let text = plain(&self.item.text(variable)?);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then_some(text)
    }

    /// The title with its subtitle, as it was written: its capitals are those of the work, whatever the
    /// style makes of them.
    pub(super) fn title(&self) -> Option<String> {
        self.reference.title.clone().or_else(|| self.text("title"))
    }

    /// The names of a variable that are names, not the end of a list that was cut off.
    pub(super) fn names(&self, variable: &str) -> impl Iterator<Item = &'a CslName> {
        let names = self.item.names(variable).iter();
        names.filter(|name| !name.reading_order().is_empty() && !is_others(name))
    }

    /// A date as ISO 8601 has it, as far as it is known; the beginning of a span.
    pub(super) fn date(&self, variable: &str) -> Option<String> {
        iso_date(self.item.date(variable)?)
    }

    /// The pages as first and last.
    pub(super) fn pages(&self) -> Option<(String, Option<String>)> {
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

    /// The DOI alone, without the address that leads to it.
    pub(super) fn doi(&self) -> Option<String> {
        let doi = self.text("DOI")?;
        let at = doi.find("10.")?;
        doi.get(at..).map(str::to_owned)
    }

    /// The address of the work, if a browser can follow it.
    pub(super) fn url(&self) -> Option<String> {
        self.text("URL").filter(|url| url.contains("://"))
    }
}

/// The end of a list of names that was cut off.
pub(super) fn is_others(name: &CslName) -> bool {
    name.literal.as_deref() == Some("others") && name.family.is_none()
}

/// The family name with the particles that stand before it.
pub(super) fn family_name(name: &CslName) -> String {
    CslName::joined([
        &name.dropping_particle,
        &name.non_dropping_particle,
        &name.family,
    ])
}

/// The given names with the suffix that stands behind the name.
pub(super) fn given_name(name: &CslName) -> Option<String> {
    let given = name.given.clone()?;
    Some(match &name.suffix {
        Some(suffix) if !suffix.is_empty() => format!("{given}, {suffix}"),
        _ => given,
    })
}

/// `2006`, `2006-05` or `2006-05-17`.
fn iso_date(date: &CslDate) -> Option<String> {
    let mut parts = date.date_parts.first()?.iter();
    let year = *parts.next()?;
    if year == 0 {
        return None;
    }
    let mut iso = if year < 0 {
        // ISO 8601 counts a year 0, which is 1 BCE.
        format!("-{:04}", -(i64::from(year) + 1))
    } else {
        format!("{year:04}")
    };
    for part in parts.take_while(|part| (1..=31).contains(*part)).take(2) {
        iso.push_str(&format!("-{part:02}"));
    }
    Some(iso)
}
