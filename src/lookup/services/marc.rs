//! The fields of MARCXML that an entry needs.

use roxmltree::{Document, Node};

use crate::lookup::record::{ItemBuilder, organization, whole_name};
use crate::model::Isbn;

/// Returns the items in an answer in MARCXML, or why it cannot be read.
pub(super) fn builders(xml: &str) -> Result<Vec<ItemBuilder>, String> {
    let document = Document::parse(xml).map_err(|error| format!("invalid XML: {error}"))?;
    let is_answer = |node: &Node<'_, '_>| {
        matches!(
            node.tag_name().name(),
            "searchRetrieveResponse" | "collection" | "record"
        )
    };
    if !is_answer(&document.root_element()) {
        let name = document.root_element().tag_name().name();
        return Err(format!("expected MARCXML, not the element {name:.40}"));
    }
    Ok(document
        .descendants()
        .filter(|node| node.has_tag_name_of("record"))
        .filter(|node| {
            node.children()
                .any(|child| child.has_tag_name_of("datafield"))
        })
        .map(builder)
        .filter(|builder| builder.has("title"))
        .collect())
}

trait LocalName {
    fn has_tag_name_of(&self, name: &str) -> bool;
}

impl LocalName for Node<'_, '_> {
    /// Returns whether this is an element of this name, in whatever namespace.
    fn has_tag_name_of(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

fn builder(record: Node<'_, '_>) -> ItemBuilder {
    let fields = |tag: &'static str| {
        record.children().filter(move |node| {
            node.has_tag_name_of("datafield") && node.attribute("tag") == Some(tag)
        })
    };
    let part = |tag: &'static str, code: &str| {
        let mut found = fields(tag).filter_map(|field| subfield(field, code));
        found.next()
    };
    let mut builder = ItemBuilder::new("book");
    let control = record
        .children()
        .find(|node| node.has_tag_name_of("controlfield") && node.attribute("tag") == Some("008"));
    let language = control
        .and_then(|node| node.text()?.get(35..38))
        .map(str::to_owned);
    if let Some(tag) = language.as_deref().and_then(two_letters) {
        builder.text("language", tag);
    }
    let end = |text: String| {
        text.trim_end_matches([' ', '/', ':', ';', '=', ','])
            .to_owned()
    };
    let title = part("245", "a").map(end).unwrap_or_default();
    builder.text(
        "title",
        &match part("245", "b").map(end) {
            Some(subtitle) => format!("{title}: {subtitle}"),
            None => title,
        },
    );
    let mut authors = Vec::new();
    let mut editors = Vec::new();
    let mut translators = Vec::new();
    for (tag, is_person) in [("100", true), ("700", true), ("110", false), ("710", false)] {
        for field in fields(tag) {
            let Some(name) = subfield(field, "a") else {
                continue;
            };
            let Some(name) = (if is_person {
                whole_name(&name)
            } else {
                organization(&name)
            }) else {
                continue;
            };
            let roles = [subfield(field, "4"), subfield(field, "e")].map(Option::unwrap_or_default);
            let has = |words: &[&str]| {
                words
                    .iter()
                    .any(|word| roles.iter().any(|role| role.to_lowercase().contains(word)))
            };
            if has(&["trl", "trans", "übers"]) {
                translators.push(name);
            } else if has(&["edt", "edit", "hrsg", "herausgeb"]) {
                editors.push(name);
            } else if tag == "100" || has(&["aut", "verf"]) {
                authors.push(name);
            }
        }
    }
    builder.names("author", authors);
    builder.names("editor", editors);
    builder.names("translator", translators);
    for tag in ["264", "260"] {
        for (code, variable) in [("a", "publisher-place"), ("b", "publisher")] {
            if !builder.has(variable) {
                builder.text(variable, &part(tag, code).map(end).unwrap_or_default());
            }
        }
        if !builder.has("issued") {
            builder.date("issued", &part(tag, "c").unwrap_or_default());
        }
    }
    // "2nd ed." is the edition 2.
    if let Some(edition) = part("250", "a") {
        let digits: String = edition.chars().filter(char::is_ascii_digit).collect();
        let is_number = !digits.is_empty() && digits.len() < 3;
        builder.text("edition", if is_number { &digits } else { &edition });
    }
    if let Some(pages) = part("300", "a") {
        let numbers = pages.split(|c: char| !c.is_ascii_digit());
        let most = numbers
            .filter_map(|number| number.parse::<u32>().ok())
            .max();
        if let Some(pages) = most.filter(|_| pages.contains(['p', 'S', 's'])) {
            builder.text("number-of-pages", &pages.to_string());
        }
    }
    builder.text(
        "collection-title",
        &part("490", "a").map(end).unwrap_or_default(),
    );
    builder.text("collection-number", &part("490", "v").unwrap_or_default());
    let isbns = fields("020").filter_map(|field| {
        let text = subfield(field, "a")?;
        text.split(' ').next()?.parse::<Isbn>().ok()
    });
    if let Some(isbn) = isbns.into_iter().next() {
        builder.text("ISBN", &isbn.to_string());
    }
    builder
}

fn subfield(field: Node<'_, '_>, code: &str) -> Option<String> {
    let mut found = field
        .children()
        .filter(|node| node.has_tag_name_of("subfield") && node.attribute("code") == Some(code));
    // Catalogues mark articles that are not sorted with control characters.
    let text = found.next()?.text()?.replace(['\u{98}', '\u{9c}'], "");
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Returns the tag of a language that MARC writes with three letters.
fn two_letters(code: &str) -> Option<&'static str> {
    Some(match code {
        "eng" => "en",
        "ger" => "de",
        "fre" => "fr",
        "spa" => "es",
        "ita" => "it",
        "por" => "pt",
        "dut" => "nl",
        "gre" => "el",
        "rus" => "ru",
        "swe" => "sv",
        "dan" => "da",
        "nor" => "nb",
        "fin" => "fi",
        "pol" => "pl",
        "cze" => "cs",
        "hun" => "hu",
        "tur" => "tr",
        "jpn" => "ja",
        "chi" => "zh",
        "kor" => "ko",
        _ => return None,
    })
}
