//! `peerbib lookup`, and what other commands share with it.

mod add;

pub(crate) use add::{add, add_by_title};
use peerbib::lookup::Record;
use peerbib::model::{CslDate, markup};

/// Describes a record in one line: authors, year, title, type, DOI, service.
pub(crate) fn one_line(record: &Record) -> String {
    let item = &record.item;
    let names = item.principal_names();
    let mut authors = names.first().map(|name| name.short()).unwrap_or_default();
    if names.len() > 1 {
        authors.push_str(" et al.");
    }
    let year = item.date("issued").and_then(CslDate::year);
    let title = markup::plain(&item.text("title").unwrap_or_default());
    let place = item
        .text("DOI")
        .map(|doi| format!("doi:{doi}"))
        .or_else(|| item.text("ISBN").map(|isbn| format!("isbn:{isbn}")))
        .or_else(|| item.text("URL"));
    let mut parts = vec![
        authors,
        year.map(|year| year.to_string()).unwrap_or_default(),
        title,
    ];
    parts.push(item.item_type.clone());
    parts.extend(place);
    parts.push(record.source.service.to_owned());
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}
