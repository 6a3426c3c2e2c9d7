//! The citations in a Word (`.docx`) or OpenDocument (`.odt`) document: those of Zotero and Mendeley, which hold CSL
//! items, and those of EndNote, which hold its XML.
//!
//! Zotero and Mendeley keep a citation in a field of the document, whose code Word divides into runs as it likes; in the
//! properties of the document, in pieces of 255 characters; or, in OpenDocument, in the name of a reference mark.
//! Mendeley Cite keeps it in the tag of a content control.

use std::collections::HashSet;
use std::io::{Cursor, Read as _};

use base64::Engine as _;
use roxmltree::{Document, Node, ParsingOptions};
use serde_json::Value as Json;
use zip::ZipArchive;

use super::csl_to_bib::ParsedItems;
use super::{ReadBytes, Records, csl_json, endnote_xml};
use crate::model::CslItem;

/// Reads the citations of a document.
pub(crate) struct WordProcessor;

/// The largest part of a document that is read, in bytes. A small archive may expand to any size.
const LARGEST_PART: u64 = 256 * 1024 * 1024;

/// The parts of a document that may hold citations.
const PARTS: &[&str] = &[
    "word/document.xml",
    "word/footnotes.xml",
    "word/endnotes.xml",
    "word/comments.xml",
    "docProps/custom.xml",
    "content.xml",
    "meta.xml",
];

/// Returns whether a file is a ZIP archive.
pub(crate) fn sniff(text: &str) -> bool {
    text.starts_with("PK\u{3}\u{4}")
}

impl ReadBytes for WordProcessor {
    fn read(&self, bytes: &[u8]) -> Records {
        let mut citations = Citations::default();
        let mut archive = match ZipArchive::new(Cursor::new(bytes)) {
            Ok(archive) => archive,
            Err(error) => {
                let reason = format!("is not a Word or OpenDocument document: {error}");
                citations.items.reject(0, None, "", reason);
                return Records::Items(citations.items);
            }
        };
        let mut has_part = false;
        for name in PARTS {
            let Ok(part) = archive.by_name(name) else {
                continue;
            };
            has_part = true;
            let mut xml = String::new();
            let read = part.take(LARGEST_PART + 1).read_to_string(&mut xml);
            let is_too_large = u64::try_from(xml.len()).is_ok_and(|length| length > LARGEST_PART);
            match read {
                Ok(_) if is_too_large => {
                    let reason = format!("{name} is larger than {} MiB", LARGEST_PART >> 20);
                    citations.items.reject(0, None, "", reason);
                }
                Ok(_) => citations.read_part(name, &xml),
                Err(error) => {
                    let reason = format!("{name} cannot be read: {error}");
                    citations.items.reject(0, None, "", reason);
                }
            }
        }
        if !has_part {
            let reason = "is not a Word or OpenDocument document".to_owned();
            citations.items.reject(0, None, "", reason);
        }
        Records::Items(citations.items)
    }
}

/// The citations that were found.
#[derive(Default)]
struct Citations {
    items: ParsedItems,
    /// The works that were found before: the address of each in its library, or its content.
    seen: HashSet<String>,
}

impl Citations {
    fn read_part(&mut self, name: &str, xml: &str) {
        let options = ParsingOptions {
            allow_dtd: false,
            ..ParsingOptions::default()
        };
        let document = match Document::parse_with_options(xml, options) {
            Ok(document) => document,
            Err(error) => {
                let reason = format!("{name} is not well-formed XML: {error}");
                self.items.reject(0, None, "", reason);
                return;
            }
        };
        let mut codes = FieldCodes::default();
        let mut properties = Vec::new();
        for node in document.descendants().filter(Node::is_element) {
            match node.tag_name().name() {
                "fldChar" => {
                    if let Some(code) = codes.boundary(attribute(node, "fldCharType")) {
                        self.code(&code);
                    }
                    // EndNote keeps long citations in the data of the field.
                    for data in node
                        .children()
                        .filter(|child| child.tag_name().name() == "fldData")
                    {
                        self.encoded(data.text().unwrap_or_default());
                    }
                }
                "instrText" => codes.push(node.text().unwrap_or_default()),
                "fldSimple" => self.code(attribute(node, "instr")),
                // The tag of a content control.
                "tag" => {
                    let tag = attribute(node, "val");
                    if let Some(encoded) = tag.strip_prefix("MENDELEY_CITATION_v3_") {
                        self.encoded(encoded);
                    }
                }
                "reference-mark-start" | "reference-mark" => self.code(attribute(node, "name")),
                "property" | "user-defined" => {
                    let key = attribute(node, "name");
                    if is_reference(key) {
                        let text: String = node
                            .descendants()
                            .filter(Node::is_text)
                            .filter_map(|text| text.text())
                            .collect();
                        properties.push((key.to_owned(), text));
                    }
                }
                _ => {}
            }
        }
        for code in joined(properties) {
            self.code(&code);
        }
    }

    /// Reads the code of a field.
    fn code(&mut self, code: &str) {
        if let Some(at) = code.find("<EndNote>") {
            let xml = code.get(at..).unwrap_or_default();
            let end = xml
                .find("</EndNote>")
                .map_or(xml.len(), |at| at + "</EndNote>".len());
            self.endnote(xml.get(..end).unwrap_or(xml));
        } else if code.contains("CSL_CITATION")
            && let Some(at) = code.find('{')
        {
            self.citation(code.get(at..).unwrap_or_default());
        }
    }

    /// Reads base64 that holds a citation of Mendeley or EndNote.
    fn encoded(&mut self, text: &str) {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let engine = base64::engine::general_purpose::GeneralPurpose::new(
            &base64::alphabet::STANDARD,
            base64::engine::GeneralPurposeConfig::new()
                .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
        );
        let Ok(bytes) = engine.decode(text) else {
            return;
        };
        // EndNote writes UTF-16.
        let (text, _) = encoding_rs::Encoding::for_bom(&bytes)
            .map_or((encoding_rs::UTF_8, 0), |(encoding, length)| {
                (encoding, length)
            })
            .0
            .decode_with_bom_removal(&bytes);
        let text = text.replace('\0', "");
        if text.contains("<EndNote>") {
            self.code(&text);
        } else if text.trim_start().starts_with('{') {
            self.citation(text.trim_start());
        }
    }

    /// Reads a citation in CSL-JSON. Zotero writes an identifier of its own after it.
    fn citation(&mut self, json: &str) {
        let read = serde_json::Deserializer::from_str(json)
            .into_iter::<Json>()
            .next();
        let citation = match read {
            Some(Ok(citation)) => citation,
            Some(Err(error)) => {
                let reason = format!("is a damaged citation: {error}");
                self.items.reject(0, None, json, reason);
                return;
            }
            None => return,
        };
        let cited = citation.get("citationItems").and_then(Json::as_array);
        for cited in cited.into_iter().flatten() {
            let Some(Json::Object(data)) = cited.get("itemData") else {
                continue;
            };
            let mut data = data.clone();
            let address = ["uris", "uri"]
                .iter()
                .find_map(|name| cited.get(*name)?.get(0)?.as_str());
            let content = serde_json::to_string_pretty(&data).unwrap_or_default();
            let identity = address.map_or_else(|| content.clone(), str::to_owned);
            if !self.seen.insert(identity) {
                continue;
            }
            // The number of an item in somebody's library is no key.
            data.remove("id");
            let key = data
                .get("citation-key")
                .and_then(Json::as_str)
                .map(str::to_owned);
            if let Some(key) = key {
                data.insert("id".to_owned(), Json::String(key));
            }
            let json = Json::Object(data).to_string();
            let read = csl_json::read_items(&json);
            self.add(read, |item| (item, content.clone()));
        }
    }

    /// Reads a citation of EndNote.
    fn endnote(&mut self, xml: &str) {
        let mut read = endnote_xml::read_items(xml);
        let seen = &mut self.seen;
        read.items.retain(|item| seen.insert(item.original.clone()));
        let originals: Vec<String> = read
            .items
            .iter()
            .map(|item| item.original.clone())
            .collect();
        let mut originals = originals.into_iter();
        self.add(read, |item| (item, originals.next().unwrap_or_default()));
    }

    fn add(&mut self, read: ParsedItems, mut keep: impl FnMut(CslItem) -> (CslItem, String)) {
        for item in read.items {
            let (item, original) = keep(item.item);
            self.items.accept(0, item, || original);
        }
        let without_line = |mut problem: super::Diagnostic| {
            problem.line = 0;
            problem
        };
        self.items
            .problems
            .extend(read.problems.into_iter().map(without_line));
        self.items.rejected.extend(read.rejected);
    }
}

/// Returns an attribute in any namespace.
fn attribute<'d>(node: Node<'d, 'd>, name: &str) -> &'d str {
    let mut attributes = node.attributes();
    attributes
        .find(|attribute| attribute.name() == name)
        .map_or("", |attribute| attribute.value())
}

/// Returns whether a property of a document is a piece of a citation of Zotero or Mendeley.
fn is_reference(name: &str) -> bool {
    name.starts_with("ZOTERO_BREF_")
        || name.starts_with("Mendeley_Bookmark")
        || name.starts_with("CSL_CITATION")
}

/// Joins the pieces of properties: `ZOTERO_BREF_x_1`, `ZOTERO_BREF_x_2` and so on.
fn joined(properties: Vec<(String, String)>) -> Vec<String> {
    let mut codes: std::collections::BTreeMap<String, Vec<(u32, String)>> =
        std::collections::BTreeMap::new();
    for (name, text) in properties {
        let (name, number) = match name.rsplit_once('_') {
            Some((name, number)) => match number.parse() {
                Ok(number) => (name.to_owned(), number),
                Err(_) => (format!("{name}_{number}"), 0),
            },
            None => (name, 0),
        };
        codes.entry(name).or_default().push((number, text));
    }
    codes
        .into_values()
        .map(|mut pieces| {
            pieces.sort_by_key(|(number, _)| *number);
            pieces.into_iter().map(|(_, text)| text).collect()
        })
        .collect()
}

/// The codes of fields, which may be nested, from their runs.
#[derive(Default)]
struct FieldCodes {
    /// The codes of the fields that are open; `None` after the code has ended and the result began.
    open: Vec<Option<String>>,
}

/// The greatest depth of fields.
const MAX_FIELDS: usize = 50;

impl FieldCodes {
    /// Notes a boundary of a field. Returns the code that ends there.
    fn boundary(&mut self, kind: &str) -> Option<String> {
        match kind {
            "begin" if self.open.len() < MAX_FIELDS => {
                self.open.push(Some(String::new()));
                None
            }
            "separate" => self.open.last_mut().and_then(Option::take),
            "end" => self.open.pop().flatten(),
            _ => None,
        }
    }

    fn push(&mut self, run: &str) {
        if let Some(Some(code)) = self.open.last_mut() {
            code.push_str(run);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            archive
                .start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn read(parts: &[(&str, &str)]) -> ParsedItems {
        match WordProcessor.read(&archive(parts)) {
            Records::Items(items) => items,
            Records::Entries(_) => panic!(),
        }
    }

    fn titles(read: &ParsedItems) -> Vec<String> {
        read.items
            .iter()
            .filter_map(|read| read.item.text("title"))
            .collect()
    }

    const ONE: &str = r#"{"citationID":"x","citationItems":[{"id":7,"uris":["http://zotero.org/users/1/items/A"],
        "itemData":{"id":7,"type":"book","title":"One & Ö","author":[{"family":"Benkler","given":"Yochai"}]}}]}"#;

    fn escaped(text: &str) -> String {
        super::super::xml::escaped(text)
    }

    #[test]
    fn split_runs_of_a_field_are_joined_and_works_are_found_once() {
        let code = format!(" ADDIN ZOTERO_ITEM CSL_CITATION {ONE}");
        let (first, second) = code.split_at(90);
        let field = format!(
            "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>{}</w:instrText></w:r>\
             <w:proofErr/><w:r><w:instrText>{}</w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>\
             <w:r><w:t>(Benkler)</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>",
            escaped(first),
            escaped(second)
        );
        let part =
            |body: &str| format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>");
        let tag = base64::engine::general_purpose::STANDARD
            .encode(r#"{"citationItems":[{"itemData":{"type":"book","title":"Cite"}}]}"#);
        let control = format!(
            "<w:sdt><w:sdtPr><w:tag w:val=\"MENDELEY_CITATION_v3_{tag}\"/></w:sdtPr></w:sdt>"
        );
        let endnote = "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> ADDIN EN.CITE &lt;EndNote&gt;\
             &lt;Cite&gt;&lt;record&gt;&lt;ref-type name=\"Book\"&gt;6&lt;/ref-type&gt;&lt;titles&gt;&lt;title&gt;End\
             &lt;/title&gt;&lt;/titles&gt;&lt;/record&gt;&lt;/Cite&gt;&lt;/EndNote&gt;</w:instrText></w:r>\
             <w:r><w:fldChar w:fldCharType=\"end\"/></w:r>";
        let read = read(&[
            (
                "word/document.xml",
                &part(&format!("{field}{control}{endnote}")),
            ),
            ("word/footnotes.xml", &part(&field)),
        ]);
        assert_eq!(
            titles(&read),
            ["One & Ö", "Cite", "End"],
            "{:?}",
            read.problems
        );
        assert_eq!(read.items[0].item.id, "");
        assert!(read.items[0].original.contains("\"Benkler\""));
    }

    #[test]
    fn marks_and_properties_are_read() {
        let mark = escaped(&format!("ZOTERO_ITEM CSL_CITATION {ONE} RNDabc"));
        let content =
            format!("<o xmlns:text=\"t\"><text:reference-mark-start text:name=\"{mark}\"/></o>");
        assert_eq!(titles(&read(&[("content.xml", &content)])), ["One & Ö"]);
        let code = format!("ZOTERO_ITEM CSL_CITATION {ONE}");
        let (first, second) = code.split_at(100);
        let custom = format!(
            "<Properties xmlns:vt=\"v\"><property name=\"ZOTERO_BREF_x_2\"><vt:lpwstr>{}</vt:lpwstr></property>\
             <property name=\"ZOTERO_BREF_x_1\"><vt:lpwstr>{}</vt:lpwstr></property></Properties>",
            escaped(second),
            escaped(first)
        );
        assert_eq!(
            titles(&read(&[("docProps/custom.xml", &custom)])),
            ["One & Ö"]
        );
    }

    #[test]
    fn other_archives_and_damaged_parts_are_reported() {
        assert_eq!(read(&[("a.txt", "x")]).rejected.len(), 1);
        assert_eq!(read(&[("word/document.xml", "<w")]).rejected.len(), 1);
        let code = "<d><fldSimple instr=\"ADDIN CSL_CITATION {&quot;citationItems&quot;:[\"/></d>";
        assert_eq!(read(&[("word/document.xml", code)]).rejected.len(), 1);
        match WordProcessor.read(b"PK\x03\x04 nothing") {
            Records::Items(items) => assert_eq!(items.rejected.len(), 1),
            Records::Entries(_) => panic!(),
        }
    }
}
