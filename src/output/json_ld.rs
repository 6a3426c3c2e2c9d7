//! JSON-LD with the schema.org vocabulary, for search engines and reference managers.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::item_metadata::{family_name, given_name};
use super::{ItemMetadata, MetadataIndex};
use crate::reading_list::ReadingList;
use crate::text::valid_in_markup;

/// Formats the works of a list, each once, as the text of a `script` element. It contains no `<`, so nothing
/// can close the element early.
pub fn reading_list(
    list: &ReadingList,
    works: &MetadataIndex<'_>,
    title: &str,
    language: &str,
) -> String {
    let mut seen = HashSet::new();
    let listed: Vec<Value> = list
        .sections
        .iter()
        .flat_map(|section| &section.entries)
        .filter(|entry| seen.insert(entry.key.as_str()))
        .filter_map(|entry| works.get(&entry.key))
        .zip(1..)
        .map(|(work, position): (_, usize)| {
            json!({"@type": "ListItem", "position": position, "item": self::work(work)})
        })
        .collect();
    let value = json!({
        "@context": "https://schema.org",
        "@type": "ItemList",
        "name": title,
        "inLanguage": language,
        "numberOfItems": listed.len(),
        "itemListElement": listed,
    });
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    valid_in_markup(&text).replace('<', "\\u003c")
}

/// Converts a work.
pub fn work(work: ItemMetadata<'_>) -> Value {
    let item_type = work.item.item_type.as_str();
    let mut object = Object::new(schema_type(item_type));
    let doi = work.doi().map(|doi| format!("https://doi.org/{doi}"));
    let url = work.url();
    object.set("@id", doi.clone().or_else(|| url.clone()));
    object.set("name", work.title());
    for (key, variable) in [
        ("author", "author"),
        ("editor", "editor"),
        ("translator", "translator"),
        ("director", "director"),
        ("contributor", "contributor"),
    ] {
        object.set_list(key, people(work, variable));
    }
    object.set("datePublished", work.date("issued"));
    object.set("inLanguage", work.text("language"));
    object.set("url", url.or_else(|| doi.clone()));
    object.set("sameAs", doi);
    let publisher = work.text("publisher").map(|name| {
        let mut publisher = Object::new("Organization");
        publisher.set("name", Some(name));
        publisher.set("address", work.text("publisher-place"));
        publisher.finished()
    });
    match item_type {
        "thesis" => {
            object.set_value("sourceOrganization", publisher);
            object.set("inSupportOf", work.text("genre"));
        }
        _ => object.set_value("publisher", publisher),
    }
    if item_type == "report" {
        object.set("reportNumber", work.text("number"));
    }
    if item_type == "book" || item_type == "collection" {
        object.set("isbn", work.text("ISBN"));
        object.set("bookEdition", work.text("edition"));
        object.set("numberOfPages", work.text("number-of-pages"));
        object.set("volumeNumber", work.text("volume"));
    }
    object.set("version", work.text("version"));
    object.set("pagination", work.text("page"));
    object.set_value("isPartOf", container(work));
    object.finished()
}

fn schema_type(item_type: &str) -> &'static str {
    match item_type {
        "article-journal" | "paper-conference" | "article" => "ScholarlyArticle",
        "article-newspaper" => "NewsArticle",
        "article-magazine" | "entry" | "entry-dictionary" | "entry-encyclopedia" => "Article",
        "book" | "classic" => "Book",
        "broadcast" => "Episode",
        "chapter" => "Chapter",
        "collection" => "Collection",
        "dataset" => "Dataset",
        "legislation" | "bill" | "regulation" | "treaty" => "Legislation",
        "manuscript" => "Manuscript",
        "map" => "Map",
        "motion_picture" => "Movie",
        "musical_score" => "SheetMusic",
        "pamphlet" | "report" => "Report",
        "periodical" => "Periodical",
        "post" => "SocialMediaPosting",
        "post-weblog" => "BlogPosting",
        "review" | "review-book" => "Review",
        "software" => "SoftwareApplication",
        "song" => "MusicRecording",
        "thesis" => "Thesis",
        "webpage" => "WebPage",
        "figure" | "graphic" => "VisualArtwork",
        _ => "CreativeWork",
    }
}

/// Returns the container of a work: a journal with volume and issue, a book, or a site.
fn container(work: ItemMetadata<'_>) -> Option<Value> {
    let name = work.text("container-title")?;
    let is_article = matches!(
        work.item.item_type.as_str(),
        "article-journal" | "article-magazine" | "article-newspaper" | "review" | "review-book"
    );
    if !is_article {
        let is_site = matches!(
            work.item.item_type.as_str(),
            "webpage" | "post" | "post-weblog"
        );
        let mut book = Object::new(if is_site { "WebSite" } else { "Book" });
        book.set("name", Some(name));
        if !is_site {
            book.set("isbn", work.text("ISBN"));
            book.set_list("author", people(work, "container-author"));
        }
        return Some(book.finished());
    }
    let mut journal = Object::new("Periodical");
    journal.set("name", Some(name));
    journal.set("issn", work.text("ISSN"));
    let mut container = journal.finished();
    for (kind, key, variable) in [
        ("PublicationVolume", "volumeNumber", "volume"),
        ("PublicationIssue", "issueNumber", "issue"),
    ] {
        if let Some(number) = work.text(variable) {
            let mut part = Object::new(kind);
            part.set(key, Some(number));
            part.set_value("isPartOf", Some(container));
            container = part.finished();
        }
    }
    Some(container)
}

fn people(work: ItemMetadata<'_>, variable: &str) -> Vec<Value> {
    let people = work.names(variable).map(|name| {
        let mut person = Object::new(if name.family.is_some() {
            "Person"
        } else {
            "Organization"
        });
        person.set("name", Some(name.reading_order()));
        if name.family.is_some() {
            person.set("givenName", given_name(name));
            person.set("familyName", Some(family_name(name)));
        }
        person.finished()
    });
    people.collect()
}

struct Object(Map<String, Value>);

impl Object {
    fn new(kind: &str) -> Self {
        let mut object = Map::new();
        object.insert("@type".to_owned(), Value::from(kind));
        Self(object)
    }

    fn set(&mut self, key: &str, value: Option<String>) {
        self.set_value(key, value.map(Value::from));
    }

    fn set_list(&mut self, key: &str, values: Vec<Value>) {
        self.set_value(key, (!values.is_empty()).then_some(Value::from(values)));
    }

    fn set_value(&mut self, key: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.0.insert(key.to_owned(), value);
        }
    }

    fn finished(self) -> Value {
        Value::Object(self.0)
    }
}
