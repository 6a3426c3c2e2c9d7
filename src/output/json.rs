//! JSON: the entries of a list as text and HTML.

use serde::Serialize;

use super::{html, text};
use crate::reading_list::{FormattedEntry, ReadingList, RichBlocks, Section};

/// An entry in the output of `format --to json`.
#[derive(Debug, Serialize)]
pub struct JsonEntry<'a> {
    key: &'a str,
    /// The heading of its section.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    /// The path of headings, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    section: Vec<&'a str>,
    text: String,
    html: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotation: Option<JsonText>,
}

/// Text in both formats.
#[derive(Debug, Serialize)]
struct JsonText {
    text: String,
    html: String,
}

/// A whole list with its sections and introductions.
#[derive(Debug, Serialize)]
pub struct JsonList<'a> {
    title: Option<&'a str>,
    language: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    introduction: Option<JsonText>,
    sections: Vec<JsonSection<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonSection<'a> {
    heading: Option<&'a str>,
    depth: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    introduction: Option<JsonText>,
    entries: Vec<JsonEntry<'a>>,
}

/// Returns the entries of a list in order.
pub fn entries(list: &ReadingList) -> Vec<JsonEntry<'_>> {
    let mut above: Vec<(usize, &str)> = Vec::new();
    let mut entries = Vec::new();
    for section in &list.sections {
        if let Some(heading) = &section.heading {
            above.retain(|(depth, _)| *depth < heading.depth);
            above.push((heading.depth, &heading.text));
        }
        let headings: Vec<&str> = above.iter().map(|(_, heading)| *heading).collect();
        entries.extend(section.entries.iter().map(|entry| JsonEntry {
            group: heading(section),
            section: headings.clone(),
            ..json_entry(entry)
        }));
    }
    entries
}

/// Returns the whole list as one object.
pub fn list<'a>(list: &'a ReadingList, language: &'a str) -> JsonList<'a> {
    let sections = list.sections.iter().map(|section| JsonSection {
        heading: heading(section),
        depth: section.heading.as_ref().map_or(0, |heading| heading.depth),
        introduction: json_text(&section.introduction),
        entries: section.entries.iter().map(json_entry).collect(),
    });
    JsonList {
        title: list.title.as_deref(),
        language,
        introduction: json_text(&list.introduction),
        sections: sections.collect(),
    }
}

fn heading(section: &Section) -> Option<&str> {
    section
        .heading
        .as_ref()
        .map(|heading| heading.text.as_str())
}

fn json_entry(entry: &FormattedEntry) -> JsonEntry<'_> {
    JsonEntry {
        key: &entry.key,
        group: None,
        section: Vec::new(),
        text: text::entry(&entry.content),
        html: html::entry(&entry.content),
        annotation: json_text(&entry.annotation),
    }
}

fn json_text(blocks: &RichBlocks) -> Option<JsonText> {
    (!blocks.is_empty()).then(|| JsonText {
        text: text::blocks(blocks),
        html: html::blocks(blocks),
    })
}
