//! Works as Crossref's interface has them, which are CSL-JSON but for a few names and types.
//!
//! <https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md>

use serde_json::Value as Json;

use crate::model::{CslItem, CslValue};

/// The fields in which Crossref describes its record and not the work.
#[rustfmt::skip]
const ABOUT_RECORD: [&str; 34] = [
    "accepted", "alternative-id", "approved", "archive", "assertion", "clinical-trial-number", "content-created",
    "content-domain", "content-updated", "created", "deposited", "funder", "indexed", "is-referenced-by-count",
    "isbn-type", "issn-type", "journal-issue", "license", "link", "member", "posted", "prefix", "published",
    "published-online", "published-other", "published-print", "reference", "reference-count", "references-count",
    "relation", "resource", "score", "update-policy", "update-to",
];

/// The types of Crossref and DataCite that are not CSL types.
const TYPES: [(&str, &str); 27] = [
    ("journal-article", "article-journal"),
    ("proceedings-article", "paper-conference"),
    ("book-chapter", "chapter"),
    ("book-section", "chapter"),
    ("book-part", "chapter"),
    ("book-track", "chapter"),
    ("reference-entry", "entry-encyclopedia"),
    ("monograph", "book"),
    ("edited-book", "book"),
    ("reference-book", "book"),
    ("book-set", "book"),
    ("book-series", "book"),
    ("proceedings", "book"),
    ("proceedings-series", "book"),
    ("posted-content", "article"),
    ("preprint", "article"),
    ("dissertation", "thesis"),
    ("peer-review", "review"),
    ("journal", "periodical"),
    ("journal-issue", "periodical"),
    ("journal-volume", "periodical"),
    ("report-component", "report"),
    ("report-series", "report"),
    ("database", "dataset"),
    ("component", "document"),
    ("grant", "document"),
    ("other", "document"),
];

/// The dates of publication that count if a work has no other, the best first.
pub(crate) const DATES: [&str; 3] = ["published-print", "published", "published-online"];

/// Returns the CSL type of a type of Crossref or DataCite that is not a CSL type.
pub(crate) fn csl_type(name: &str) -> Option<&'static str> {
    let known = TYPES.iter().find(|(known, _)| *known == name);
    known.map(|(_, csl)| *csl)
}

/// Returns the element of CSL's markup for an element of HTML or JATS.
pub(crate) fn csl_element(name: &[u8]) -> Option<&'static str> {
    Some(match name.strip_prefix(b"jats:").unwrap_or(name) {
        b"i" | b"em" | b"italic" => "i",
        b"b" | b"strong" | b"bold" => "b",
        b"sub" => "sub",
        b"sup" => "sup",
        b"sc" => "sc",
        _ => return None,
    })
}

/// Returns a title with its subtitle, unless it has it already.
pub(crate) fn full_title(title: String, subtitle: &str) -> String {
    if subtitle.is_empty() || title.contains(subtitle) {
        title
    } else {
        format!("{}: {subtitle}", title.trim_end_matches([':', ' ']))
    }
}

/// Gives what Crossref has under a name of its own the name that CSL has for it, and removes what is not about the work.
pub(super) fn adapt(item: &mut CslItem) {
    for value in item.variables.values_mut() {
        if let CslValue::Text(text) = value
            && text.contains("<jats:")
        {
            *text = without_jats(text);
        }
    }
    if !is_of_crossref(item) {
        return;
    }
    if let Some(subtitle) = first_text(item, "subtitle")
        && let Some(title) = first_text(item, "title")
    {
        let title = full_title(title, &subtitle);
        item.variables.insert("title", CslValue::Text(title));
        item.variables.remove("subtitle");
    }
    if item.variables.get("short-container-title") == item.variables.get("container-title") {
        item.variables.remove("short-container-title");
    }
    series_of_book(item);
    for (name, variable) in [
        ("short-container-title", "container-title-short"),
        ("publisher-location", "publisher-place"),
        ("edition-number", "edition"),
        ("article-number", "page"),
        ("subject", "keyword"),
    ] {
        if let Some(value) = item.variables.remove(name) {
            item.variables.insert_if_absent(variable, value);
        }
    }
    for name in DATES {
        if !has_date(item)
            && let Some(date) = item.variables.remove(name)
        {
            item.variables.insert("issued", date);
        }
    }
    item.variables.retain(|name, value| {
        let is_empty = matches!(value, CslValue::Other(Json::Array(list)) if list.is_empty());
        !is_empty && !ABOUT_RECORD.contains(&name)
    });
    if let Some(CslValue::Other(Json::Array(isbns))) = item.variables.get("ISBN") {
        let numbers = isbns.iter().filter_map(Json::as_str);
        let numbers = numbers.map(|isbn| isbn.rsplit('/').next().unwrap_or(isbn));
        let numbers = numbers.collect::<Vec<_>>().join(", ");
        item.variables.insert("ISBN", CslValue::Text(numbers));
    }
}

/// Returns whether an item is a work of Crossref, by variables that only these have.
fn is_of_crossref(item: &CslItem) -> bool {
    const OWN: [&str; 5] = [
        "indexed",
        "is-referenced-by-count",
        "published-online",
        "published-print",
        "short-container-title",
    ];
    OWN.iter().any(|name| item.variables.contains_key(name))
}

/// Divides the two titles of the book of a chapter, of which the first is that of the series.
fn series_of_book(item: &mut CslItem) {
    let is_in_book = matches!(
        item.item_type.as_str(),
        "book-chapter" | "chapter" | "proceedings-article" | "paper-conference"
    );
    if let Some(CslValue::Other(Json::Array(titles))) = item.variables.get("container-title")
        && is_in_book
        && let [Json::String(series), Json::String(book)] = titles.as_slice()
    {
        let [series, book] = [series, book].map(|title| CslValue::Text(title.clone()));
        item.variables.insert_if_absent("collection-title", series);
        item.variables.insert("container-title", book);
    }
}

/// Returns the text of a variable, or the first of several.
fn first_text(item: &CslItem, variable: &str) -> Option<String> {
    let text = match item.variables.get(variable)? {
        CslValue::Text(text) => text,
        CslValue::Other(Json::Array(texts)) => texts.first()?.as_str()?,
        _ => return None,
    };
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// Returns whether an item has a date of publication; without one, Crossref writes `[[null]]`.
fn has_date(item: &CslItem) -> bool {
    match item.variables.get("issued") {
        Some(CslValue::Date(date)) => !date.date_parts.iter().all(Vec::is_empty),
        Some(CslValue::Other(Json::Object(date))) => date
            .get("date-parts")
            .and_then(|parts| parts.get(0)?.get(0))
            .is_some_and(|year| !year.is_null()),
        _ => false,
    }
}

/// Returns a text with CSL's markup in place of that of JATS, and with empty lines between its paragraphs.
fn without_jats(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        result.push_str(before);
        let (slash, name) = match tag.strip_prefix('/') {
            Some(name) => ("/", name),
            None => ("", tag),
        };
        let Some(name) = name.strip_prefix("jats:") else {
            result.push('<');
            rest = tag;
            continue;
        };
        let Some((name, after)) = name.split_once('>') else {
            rest = "";
            break;
        };
        let name = name.split([' ', '/']).next().unwrap_or_default();
        if let Some(csl) = csl_element(name.as_bytes()) {
            result.push_str(&format!("<{slash}{csl}>"));
        } else if matches!(name, "p" | "title" | "sec" | "list-item") {
            result.push_str("\n\n");
        }
        rest = after;
    }
    result.push_str(rest);
    let paragraphs = result.split("\n\n").map(str::trim);
    let paragraphs: Vec<&str> = paragraphs.filter(|text| !text.is_empty()).collect();
    paragraphs.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::csl_json;

    fn only(json: &str) -> (CslItem, usize) {
        let mut read = csl_json::read_items(json);
        assert_eq!(read.items.len(), 1, "{read:?}");
        (read.items.remove(0).item, read.problems.len())
    }

    #[test]
    fn a_work_of_crossref_is_read() {
        let (item, problems) = only(
            r#"{"status":"ok","message-type":"work","message":{"indexed":{"date-parts":[[2020,1,1]]},
            "reference-count":3,"license":[{"URL":"x"}],"type":"book-chapter","title":["Keimform"],"subtitle":["Eine Studie"],
            "container-title":["Sozialtheorie","Commons"],"short-container-title":["C."],"issued":{"date-parts":[[null]]},
            "published-online":{"date-parts":[[2014,3]]},"ISBN":["http://id.crossref.org/isbn/9783837620368"],
            "article-number":"e12","abstract":"<jats:title>Abstract</jats:title><jats:p>Of <jats:italic>it</jats:italic>.</jats:p>"}}"#,
        );
        let text = |variable: &str| item.text(variable).unwrap_or_default();
        assert_eq!(text("title"), "Keimform: Eine Studie");
        assert_eq!(text("container-title"), "Commons");
        assert_eq!(text("collection-title"), "Sozialtheorie");
        assert_eq!(text("container-title-short"), "C.");
        assert_eq!(text("ISBN"), "9783837620368");
        assert_eq!(text("page"), "e12");
        assert_eq!(text("abstract"), "Abstract\n\nOf <i>it</i>.");
        assert_eq!(item.date("issued").unwrap().date_parts, [[2014, 3]]);
        assert_eq!(problems, 0);
    }

    #[test]
    fn what_others_call_so_stays() {
        let json =
            r#"{"id":"a","type":"book","title":"T","subtitle":"S","publisher-location":"P"}"#;
        let (item, problems) = only(json);
        assert_eq!(item.text("title").as_deref(), Some("T"));
        assert_eq!(problems, 2);
    }

    #[test]
    fn an_open_tag_ends_the_text() {
        assert_eq!(without_jats("a <jats:p b < c"), "a");
        assert_eq!(without_jats("1 < 2 <i>c</i>"), "1 < 2 <i>c</i>");
        without_jats(&"<jats:".repeat(100_000));
    }
}
