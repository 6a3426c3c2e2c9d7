//! CSL-JSON as services send it, and the works of Crossref, which resemble it.

use serde_json::Value as Json;

use super::{member, members};
use crate::formats::crossref;
use crate::lookup::record::{RecordBuilder, first_text, organization, person};
use crate::model::CslName;

const NAMES: &[&str] = &[
    "author",
    "editor",
    "translator",
    "collection-editor",
    "container-author",
    "chair",
    "director",
    "interviewer",
    "composer",
    "illustrator",
];

const TEXTS: &[&str] = &[
    "container-title-short",
    "collection-number",
    "volume",
    "issue",
    "page",
    "number-of-pages",
    "number-of-volumes",
    "edition",
    "version",
    "genre",
    "medium",
    "number",
    "publisher-place",
    "event-place",
    "abstract",
    "ISSN",
    "PMID",
    "PMCID",
];

/// Returns the builder of an item from CSL-JSON or a work of Crossref; `None` if it has no title.
pub(super) fn builder(work: &Json) -> Option<RecordBuilder> {
    let csl_type = member(work, "type");
    let csl_type = crossref::csl_type(csl_type).unwrap_or(csl_type);
    let mut builder = RecordBuilder::new(if csl_type.is_empty() {
        "document"
    } else {
        csl_type
    });
    builder.json("language", work.get("language").unwrap_or(&Json::Null));
    builder.text("title", &title(work)?);
    if !builder.has("title") {
        return None;
    }
    let containers = texts(work.get("container-title"));
    match containers.as_slice() {
        // Crossref has the series first.
        [series, book] if matches!(csl_type, "chapter" | "paper-conference") => {
            builder.text("collection-title", series);
            builder.text("container-title", book);
        }
        [first, ..] => builder.text("container-title", first),
        [] => {}
    }
    // The publisher of a journal does not belong to the reference.
    if !csl_type.starts_with("article-") {
        builder.json("publisher", work.get("publisher").unwrap_or(&Json::Null));
    }
    for variable in ["collection-title", "event-title"] {
        if !builder.has(variable) {
            builder.json(variable, work.get(variable).unwrap_or(&Json::Null));
        }
    }
    for variable in TEXTS {
        builder.json(variable, work.get(*variable).unwrap_or(&Json::Null));
    }
    for (name, variable) in [
        ("publisher-location", "publisher-place"),
        ("edition-number", "edition"),
        ("short-container-title", "container-title-short"),
        ("degree", "genre"),
    ] {
        if !builder.has(variable) {
            builder.json(variable, work.get(name).unwrap_or(&Json::Null));
        }
    }
    // A short title that is the title itself says nothing.
    if builder.get("container-title-short") == builder.get("container-title") {
        builder.text("container-title-short", "");
    }
    if let Some(event) = work.get("event").filter(|event| event.is_object())
        && !csl_type.starts_with("article-")
    {
        builder.text("event-title", member(event, "name"));
        builder.text("event-place", member(event, "location"));
    }
    if !builder.has("page")
        && let Some(number) = work.get("article-number").and_then(first_text)
    {
        builder.field("eid", &number);
    }
    let isbns = texts(work.get("ISBN"));
    let isbns = isbns.iter().filter_map(|isbn| {
        let number = isbn.rsplit('/').next()?;
        number.parse::<crate::model::Isbn>().ok()
    });
    if let Some(isbn) = isbns.into_iter().next() {
        builder.text("ISBN", &isbn.to_string());
    }
    builder.doi(member(work, "DOI"));
    builder.url(member(work, "URL"));
    for variable in NAMES {
        builder.names(variable, names(members(work, variable)));
    }
    for name in ["issued"].into_iter().chain(crossref::DATES) {
        if !builder.has("issued") {
            date(
                &mut builder,
                "issued",
                work.get(name).unwrap_or(&Json::Null),
            );
        }
    }
    for variable in ["original-date", "event-date"] {
        date(
            &mut builder,
            variable,
            work.get(variable).unwrap_or(&Json::Null),
        );
    }
    Some(builder)
}

/// Returns the title with its subtitle.
fn title(work: &Json) -> Option<String> {
    let title = work.get("title").and_then(first_text)?;
    let subtitle = work.get("subtitle").and_then(first_text);
    Some(crossref::full_title(title, &subtitle.unwrap_or_default()))
}

fn texts(value: Option<&Json>) -> Vec<String> {
    match value {
        Some(Json::Array(values)) => values.iter().filter_map(first_text).collect(),
        Some(value) => first_text(value).into_iter().collect(),
        None => Vec::new(),
    }
}

fn names(list: &[Json]) -> Vec<CslName> {
    let name = |name: &Json| {
        let whole = ["literal", "name"]
            .iter()
            .map(|part| member(name, part))
            .find(|text| !text.is_empty());
        if let Some(whole) = whole {
            return organization(whole);
        }
        let particles = [
            member(name, "dropping-particle"),
            member(name, "non-dropping-particle"),
        ];
        let family = [particles[0], particles[1], member(name, "family")].join(" ");
        let mut person = person(member(name, "given"), &family)?;
        let suffix = crate::lookup::clean::plain(member(name, "suffix"));
        person.suffix = Some(suffix).filter(|suffix| !suffix.is_empty());
        Some(person)
    };
    list.iter().filter_map(name).collect()
}

/// Sets a date from `date-parts`, or from a text.
fn date(builder: &mut RecordBuilder, variable: &str, value: &Json) {
    if let Json::String(text) = value {
        return builder.date(variable, text);
    }
    let parts = members(value, "date-parts")
        .first()
        .and_then(Json::as_array);
    let number = |part: &Json| match part {
        Json::String(text) => text.trim().parse().ok(),
        part => part.as_i64().and_then(|part| i32::try_from(part).ok()),
    };
    match parts {
        Some(parts) => builder.date_parts(variable, parts.iter().map_while(number).collect()),
        None => {
            for name in ["raw", "literal", "date-time"] {
                if !builder.has(variable) {
                    builder.date(variable, member(value, name));
                }
            }
        }
    }
}
