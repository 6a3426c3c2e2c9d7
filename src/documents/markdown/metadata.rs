//! The metadata blocks of a document.

use std::ops::Range;

use serde::Deserialize as _;
use serde_yaml::Value;

use super::scanner;
use crate::formats::yaml;
use crate::model::CslItem;

/// The metadata that affects citations (pandoc's manual, "Citations").
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata {
    /// `title`, in Markdown as the next four.
    pub title: Option<String>,
    /// `subtitle`.
    pub subtitle: Option<String>,
    /// `author`: the authors, with their affiliations if they have some.
    pub authors: Vec<String>,
    /// `date`.
    pub date: Option<String>,
    /// `abstract`.
    pub summary: Option<String>,
    /// `csl` or `citation-style`: the style, as a file, name or URL.
    pub style: Option<String>,
    /// `lang`: the language.
    pub language: Option<String>,
    /// `bibliography`: the bibliography files.
    pub bibliography: Vec<String>,
    /// `references`: works defined in the document.
    pub references: Vec<CslItem>,
    /// `nocite`: the keys of works that are listed without being cited; `*` means all.
    pub nocite: Vec<String>,
    /// `reference-section-title`: the heading of the bibliography.
    pub section_title: Option<String>,
    /// `suppress-bibliography`: whether the bibliography is omitted.
    pub suppress_bibliography: bool,
    /// `link-citations`: whether citations link to their entries.
    pub link_citations: bool,
    /// `notes-after-punctuation`: whether note marks follow full stops and commas.
    pub notes_after_punctuation: bool,
    /// An error in the metadata: the line of the document, starting at 1, and the reason.
    pub problem: Option<(usize, String)>,
}

impl Metadata {
    /// Reads metadata blocks. A later block overrides the fields of an earlier one.
    pub(super) fn read(source: &str, blocks: &[Range<usize>]) -> Self {
        let mut metadata = Self {
            notes_after_punctuation: true,
            ..Self::default()
        };
        for block in blocks {
            let text = source.get(block.clone()).unwrap_or_default();
            let first_line = super::super::Lines::new(source).of(block.start);
            let inside = inside(text);
            match yaml::parse(&inside) {
                Ok(Value::Mapping(fields)) => {
                    for (name, value) in &fields {
                        if let Some(name) = name.as_str() {
                            metadata.set(name, value);
                        }
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let line = error.location().map_or(0, |location| location.line());
                    metadata.problem = Some((first_line + line, error.to_string()));
                }
            }
        }
        metadata
    }

    fn set(&mut self, name: &str, value: &Value) {
        match name {
            "csl" | "citation-style" => self.style = text(value),
            "title" => self.title = text(value),
            "subtitle" => self.subtitle = text(value),
            "author" | "authors" => self.authors = authors(value),
            "date" => self.date = text(value),
            "abstract" => self.summary = text(value),
            "lang" => self.language = text(value),
            "bibliography" => self.bibliography = texts(value),
            "references" => self.references = items(value),
            "nocite" => {
                self.nocite = texts(value)
                    .iter()
                    .flat_map(|text| scanner::keys(text))
                    .collect();
            }
            "reference-section-title" => self.section_title = text(value),
            "suppress-bibliography" => self.suppress_bibliography = value.as_bool() == Some(true),
            "link-citations" => self.link_citations = value.as_bool() == Some(true),
            "notes-after-punctuation" => {
                self.notes_after_punctuation = value.as_bool() != Some(false);
            }
            _ => {}
        }
    }
}

/// Returns the YAML between the delimiters of a block.
fn inside(block: &str) -> String {
    let mut lines: Vec<&str> = block.lines().collect();
    let is_fence =
        |line: Option<&&str>| line.is_some_and(|line| matches!(line.trim(), "---" | "..."));
    if is_fence(lines.last()) && lines.len() > 1 {
        lines.pop();
    }
    // Keep the first line as an empty one, so that line numbers match the document.
    if is_fence(lines.first()) {
        lines.remove(0);
    }
    lines.join("\n")
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Sequence(values) => values.iter().filter_map(text).collect(),
        other => text(other).into_iter().collect(),
    }
}

/// Returns the names of authors, which may be mappings with a name and an affiliation.
fn authors(value: &Value) -> Vec<String> {
    let author = |value: &Value| match value {
        Value::Mapping(fields) => {
            let field = |name: &str| fields.get(name).and_then(text);
            let name = field("name")?;
            Some(match field("affiliation") {
                Some(affiliation) => format!("{name}, {affiliation}"),
                None => name,
            })
        }
        other => text(other),
    };
    match value {
        Value::Sequence(values) => values.iter().filter_map(author).collect(),
        other => author(other).into_iter().collect(),
    }
}

fn items(value: &Value) -> Vec<CslItem> {
    let Value::Sequence(values) = value else {
        return Vec::new();
    };
    values
        .iter()
        .filter_map(|value| CslItem::deserialize(as_csl_json(value)).ok())
        .filter(|item| !item.id.is_empty())
        .collect()
}

/// Converts the forms that pandoc allows in YAML to CSL-JSON: a single name without a list, and dates as
/// lists of named parts.
fn as_csl_json(value: &Value) -> serde_json::Value {
    let mut item = serde_json::to_value(value).unwrap_or_default();
    let Some(fields) = item.as_object_mut() else {
        return item;
    };
    for (name, value) in fields.iter_mut() {
        let is_name = value.get("family").is_some() || value.get("literal").is_some();
        let is_date = matches!(
            name.as_str(),
            "issued" | "accessed" | "original-date" | "submitted" | "event-date" | "available-date"
        );
        if is_date {
            *value = date(value);
        } else if is_name && value.is_object() {
            *value = serde_json::Value::Array(vec![value.take()]);
        }
    }
    item
}

fn date(value: &serde_json::Value) -> serde_json::Value {
    use serde_json::{Value, json};
    let part = |date: &Value| {
        let parts: Vec<Value> = ["year", "month", "day"]
            .iter()
            .map_while(|name| date.get(name).cloned())
            .collect();
        Value::Array(parts)
    };
    match value {
        Value::Array(dates) if dates.iter().all(|date| date.get("year").is_some()) => {
            json!({ "date-parts": dates.iter().map(part).collect::<Vec<_>>() })
        }
        Value::Object(date) if date.contains_key("year") => json!({ "date-parts": [part(value)] }),
        Value::Number(year) => json!({ "date-parts": [[year]] }),
        Value::String(text) => json!({ "raw": text }),
        other => other.clone(),
    }
}
