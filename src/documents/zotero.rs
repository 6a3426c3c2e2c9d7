//! The codes of Zotero's fields in word processors.
//!
//! A citation holds the CSL items of its works, so that Zotero can go on with a document whose works are in nobody's
//! library. `formats` reads the same codes.

use serde_json::{Value as Json, json};

use crate::csl::{Citation, Item, Style, StyleClass};
use crate::output::document::WordProcessorField;
use crate::text::percent_encoded;

/// Returns the field of a citation. `number` is its place among the citations of the document; `text` is what it
/// prints.
pub(super) fn citation<'w>(
    citation: &Citation,
    work: impl Fn(&str) -> Option<&'w Item>,
    number: usize,
    text: &str,
) -> WordProcessorField {
    let id = identifier(number);
    let items: Vec<Json> = citation
        .cites
        .iter()
        .filter_map(|cite| {
            let item = work(&cite.id)?;
            let mut cited = serde_json::Map::new();
            let mut set = |name: &str, value: Json| cited.insert(name.to_owned(), value);
            set("id", item.id.as_str().into());
            set("uris", json!([uri(&item.id)]));
            set("itemData", item_data(item));
            if let Some(locator) = &cite.locator {
                set("locator", locator.as_str().into());
                set("label", cite.label.as_deref().unwrap_or("page").into());
            }
            for (name, affix) in [("prefix", &cite.prefix), ("suffix", &cite.suffix)] {
                if let Some(affix) = affix {
                    set(name, affix.as_str().into());
                }
            }
            if cite.suppress_author {
                set("suppress-author", true.into());
            }
            Some(Json::Object(cited))
        })
        .collect();
    let code = json!({
        "citationID": id,
        "properties": {
            "formattedCitation": text,
            "plainCitation": text,
            "noteIndex": citation.note,
        },
        "citationItems": items,
        "schema": "https://github.com/citation-style-language/schema/raw/master/csl-citation.json",
    });
    WordProcessorField {
        code: format!("ZOTERO_ITEM CSL_CITATION {code}"),
        id,
    }
}

/// Returns the field of the bibliography.
pub(super) fn bibliography() -> WordProcessorField {
    WordProcessorField {
        code: "ZOTERO_BIBL {\"uncited\":[],\"omitted\":[],\"custom\":[]} CSL_BIBLIOGRAPHY"
            .to_owned(),
        id: "peerbibBIBL".to_owned(),
    }
}

/// Returns what Zotero must know of the document: the style, and that citations are fields of Word (`Field`) or
/// reference marks of LibreOffice (`ReferenceMark`).
pub(super) fn preferences(style: &Style, locale: &str, field_type: &str) -> String {
    let attribute = |text: &str| {
        text.replace('&', "&amp;")
            .replace('"', "&quot;")
            .replace('<', "&lt;")
    };
    let notes = u8::from(style.class == StyleClass::Note);
    format!(
        "<data data-version=\"3\" zotero-version=\"6.0\"><session id=\"peerbib\"/><style id=\"{}\" locale=\"{}\" \
         hasBibliography=\"{}\" bibliographyStyleHasBeenSet=\"1\"/><prefs><pref name=\"fieldType\" \
         value=\"{field_type}\"/><pref name=\"noteType\" value=\"{notes}\"/></prefs></data>",
        attribute(&style.info.id),
        attribute(locale),
        u8::from(style.has_bibliography()),
    )
}

/// Returns an identifier of ten letters and digits, as Zotero's have.
fn identifier(number: usize) -> String {
    format!("peerb{number:05}")
}

/// Returns the address of a work, which is in no library of Zotero.
fn uri(key: &str) -> String {
    format!("urn:peerbib:{}", percent_encoded(key, "-._~:"))
}

/// Returns an item in CSL-JSON, with its key where Zotero looks for one.
fn item_data(item: &Item) -> Json {
    let mut data = serde_json::to_value(item).unwrap_or_default();
    if let Some(fields) = data.as_object_mut() {
        fields.insert("citation-key".to_owned(), item.id.clone().into());
        // Private.
        fields.remove("annote");
    }
    data
}
