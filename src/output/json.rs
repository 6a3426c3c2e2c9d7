//! JSON: the entries of a list as text and as HTML.

use serde::Serialize;

use super::{html, text};
use crate::reading_list::ReadingList;

/// An entry, as the contract of `format --to json` has it.
#[derive(Debug, Serialize)]
pub struct JsonEntry<'a> {
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    text: String,
    html: String,
}

/// The entries of a list, in its order.
pub fn entries(list: &ReadingList) -> Vec<JsonEntry<'_>> {
    list.sections
        .iter()
        .flat_map(|section| {
            let group = section
                .heading
                .as_ref()
                .map(|heading| heading.text.as_str());
            section.entries.iter().map(move |entry| JsonEntry {
                key: &entry.key,
                group,
                text: text::entry(&entry.content),
                html: html::entry(&entry.content),
            })
        })
        .collect()
}
