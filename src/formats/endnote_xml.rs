//! EndNote's XML: `<xml><records><record>…`. Texts are runs of `<style face="italic">`; fields of a person's own
//! (`custom1` to `custom8`) are kept under these names.

use super::csl_to_bib::ParsedItems;
use super::endnote_types::{self, standard_numbers};
use super::item_builder::{
    ItemBuilder, date, iso_date, keywords, one_dash, one_name, serial_numbers, written_name,
};
use super::records::write_records;
use super::ris::types::{counts_pages, has_container, number_variable};
use super::xml::{XmlElement, XmlWriter, child, children, escaped, has_root, read_records};
use super::{ExportInput, Joint, ReadFormat, Records, WriteFormat, WriteResult};
use crate::model::{CslItem, SharedText};
use crate::text::single_spaced;

/// Reads and writes EndNote's XML.
pub(crate) struct EndNoteXml;

const TITLE: &str = "EndNote XML";

/// Returns whether a text is EndNote's XML.
pub(crate) fn sniff(text: &str) -> bool {
    has_root(text, &["xml", "records"]) && text.contains("<record>") && text.contains("ref-type")
}

impl ReadFormat for EndNoteXml {
    fn read(&self, text: &SharedText) -> Records {
        Records::Items(read_items(text))
    }
}

impl WriteFormat for EndNoteXml {
    fn write(&self, export: &ExportInput<'_>) -> WriteResult {
        let (records, losses) = write_records(export, TITLE, record, read_items);
        let text = format!("{OPEN}{}{CLOSE}", records.concat());
        WriteResult { text, losses }
    }

    fn joint(&self) -> Option<Joint> {
        Some(Joint {
            end: CLOSE,
            between: "",
            start: OPEN,
        })
    }
}

const OPEN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml>\n<records>\n";
const CLOSE: &str = "</records>\n</xml>\n";

pub(crate) fn read_items(text: &str) -> ParsedItems {
    read_records(text, "record", |record, line, items| {
        Some(
            RecordReader {
                record,
                line,
                items,
            }
            .item(),
        )
    })
}

struct RecordReader<'d, 'i> {
    record: XmlElement<'d>,
    line: usize,
    items: &'i mut ParsedItems,
}

/// Elements that say nothing about the work.
const ADMINISTRATIVE: &[&str] = &[
    "database",
    "source-app",
    "rec-number",
    "foreign-keys",
    "ref-type",
    "auth-address",
    "auth-affiliaton",
    "added-date",
    "modified-date",
    "last-updated-date",
    "reprint-status",
    "image",
    "caption",
];

impl RecordReader<'_, '_> {
    fn item(mut self) -> CslItem {
        let record = self.record;
        let label = child(record, "label").map(rich_text).unwrap_or_default();
        let written = child(record, "ref-type");
        let name = written.and_then(|node| node.attribute("name"));
        let number = written.and_then(|node| node.text());
        let known = name
            .and_then(endnote_types::named)
            .or_else(|| number.and_then(endnote_types::numbered));
        if known.is_none() {
            let shown = name.or(number).unwrap_or_default();
            let message = format!("unknown EndNote type {shown:?}, read as a document");
            self.items
                .warn(self.line, &label, Some("ref-type"), message);
        }
        let csl_type = known.map_or("document", |known| known.csl);
        let mut new = ItemBuilder::new(csl_type);
        // Zotero and Mendeley have the citation key in the label.
        if !label.contains(char::is_whitespace) {
            new.item.id.clone_from(&label);
        }
        let authors = if name == Some("Edited Book") {
            "editor"
        } else {
            "author"
        };
        for node in record.children().filter(XmlElement::is_element) {
            let element = node.tag_name().name();
            let text = rich_text(node);
            let was_kept = match element {
                "contributors" => {
                    self.names(&mut new, node, authors);
                    true
                }
                "titles" => self.titles(&mut new, node, csl_type),
                "periodical" => {
                    let full = child(node, "full-title").map(rich_text).unwrap_or_default();
                    let short = child(node, "abbr-1").map(rich_text).unwrap_or_default();
                    if has_container(csl_type) {
                        new.text("container-title", &full);
                    }
                    new.text("container-title-short", &short)
                }
                "dates" => {
                    self.dates(&mut new, node);
                    true
                }
                "urls" => {
                    self.urls(&mut new, node);
                    true
                }
                "keywords" => {
                    for keyword in children(node, "keyword") {
                        rich_text(keyword)
                            .split('\n')
                            .for_each(|keyword| new.keyword(keyword));
                    }
                    true
                }
                "pages" if counts_pages(csl_type) && is_number(&text) => {
                    new.text("number-of-pages", &text)
                }
                "pages" => new.text("page", &text),
                "volume" => new.text("volume", &text),
                "number" => new.text(number_variable(csl_type), &text),
                "num-vols" => new.text("number-of-volumes", &text),
                "edition" => new.text("edition", &text),
                "section" => new.text("section", &text),
                "pub-location" => new.text("publisher-place", &text),
                "publisher" => new.text("publisher", &text),
                "isbn" => {
                    for (variable, number) in text
                        .split(['\n', ';'])
                        .flat_map(|line| standard_numbers(line, csl_type))
                    {
                        new.append(variable, " ", number);
                    }
                    true
                }
                "accession-num" => new.text("archive_location", &text),
                "call-num" => new.text("call-number", &text),
                "label" if new.item.id == label => true,
                "label" => new.text("citation-label", &text),
                "notes" => {
                    new.append("note", "\n", &text);
                    true
                }
                "research-notes" => new.text("annote", &text),
                "abstract" => new.text("abstract", &text),
                "electronic-resource-num" => new.doi(&text),
                "remote-database-name" => new.text("archive", &text),
                "remote-database-provider" => new.text("source", &text),
                "language" => new.text("language", &text),
                "access-date" => new.date("accessed", &text),
                "work-type" => new.text("genre", &text),
                "orig-pub" => new.text("original-title", &text),
                "reviewed-item" => new.text("reviewed-title", &text),
                custom if custom.starts_with("custom") => {
                    if text.to_uppercase().starts_with("PMC") {
                        new.text("PMCID", &text)
                    } else {
                        new.text(custom, &text)
                    }
                }
                _ => ADMINISTRATIVE.contains(&element),
            };
            if !was_kept && !text.is_empty() {
                self.left_out(&label, element, &text);
            }
        }
        new.finish()
    }

    fn left_out(&mut self, key: &str, element: &str, text: &str) {
        let shown: String = text.chars().take(60).collect();
        let message = format!("ignored {shown:?}: CSL has no place for it");
        self.items.warn(self.line, key, Some(element), message);
    }

    fn names(&mut self, new: &mut ItemBuilder, contributors: XmlElement<'_>, authors: &str) {
        for group in contributors.children().filter(XmlElement::is_element) {
            let variable = match group.tag_name().name() {
                "authors" => authors,
                "secondary-authors" => "editor",
                "tertiary-authors" => "collection-editor",
                "subsidiary-authors" => "translator",
                "translated-authors" => "original-author",
                other => {
                    let text = rich_text(group);
                    self.left_out(&new.item.id.clone(), other, &text);
                    continue;
                }
            };
            for author in group.children().filter(XmlElement::is_element) {
                new.name(variable, one_name(&rich_text(author)));
            }
        }
    }

    fn titles(&mut self, new: &mut ItemBuilder, titles: XmlElement<'_>, csl_type: &str) -> bool {
        let mut were_kept = true;
        for title in titles.children().filter(XmlElement::is_element) {
            let text = rich_text(title);
            let variable = match title.tag_name().name() {
                "title" => "title",
                "secondary-title" if has_container(csl_type) => "container-title",
                "secondary-title" => "collection-title",
                "tertiary-title" => "collection-title",
                "short-title" => "title-short",
                "translated-title" => "original-title",
                "alt-title" if new.item.text("container-title").as_deref() == Some(&text) => {
                    continue;
                }
                "alt-title" => "container-title-short",
                _ => "",
            };
            were_kept &= !variable.is_empty() && new.text(variable, &text);
        }
        were_kept
    }

    fn dates(&mut self, new: &mut ItemBuilder, dates: XmlElement<'_>) {
        let year = child(dates, "year").map(rich_text).unwrap_or_default();
        let day = child(dates, "pub-dates").map(rich_text).unwrap_or_default();
        let with_year = match day.as_str() {
            "" => date(&year),
            day if day.contains(&year) => date(day),
            day => date(&format!("{day} {year}")),
        };
        if with_year.literal.is_some() && !day.is_empty() {
            let key = new.item.id.clone();
            self.left_out(&key, "pub-dates", &day);
            new.date("issued", &year);
        } else if !year.is_empty() || !day.is_empty() {
            new.date_value("issued", with_year);
        }
    }

    fn urls(&mut self, new: &mut ItemBuilder, urls: XmlElement<'_>) {
        for group in urls.children().filter(XmlElement::is_element) {
            let is_page = matches!(group.tag_name().name(), "related-urls" | "web-urls");
            for url in group.children().filter(XmlElement::is_element) {
                let text = rich_text(url);
                if group.tag_name().name() == "pdf-urls" {
                    new.file(&text);
                    continue;
                }
                for address in text.split_whitespace() {
                    if !is_page || !new.url(address) {
                        let key = new.item.id.clone();
                        self.left_out(&key, group.tag_name().name(), address);
                    }
                }
            }
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The faces of styled text and CSL's markup for each.
const FACES: [(&str, &str); 4] = [
    ("italic", "i"),
    ("bold", "b"),
    ("superscript", "sup"),
    ("subscript", "sub"),
];

/// Returns the text of an element with CSL's markup in place of styles. EndNote breaks lines by carriage returns.
fn rich_text(node: XmlElement<'_>) -> String {
    let mut rich = String::new();
    let mut open: Vec<&str> = Vec::new();
    for text in node.descendants().filter(XmlElement::is_text) {
        let face = text.parent().and_then(|style| style.attribute("face"));
        let face = face.unwrap_or_default();
        let wanted: Vec<&str> = FACES
            .iter()
            .filter(|(name, _)| face.split(' ').any(|word| word == *name))
            .map(|(_, tag)| *tag)
            .collect();
        // What a run shares with the one before stays open.
        let shared = open.iter().take_while(|tag| wanted.contains(tag)).count();
        for tag in open.drain(shared..).rev() {
            rich.push_str(&format!("</{tag}>"));
        }
        for tag in wanted {
            if !open.contains(&tag) {
                rich.push_str(&format!("<{tag}>"));
                open.push(tag);
            }
        }
        rich.push_str(text.text().unwrap_or_default());
    }
    for tag in open.iter().rev() {
        rich.push_str(&format!("</{tag}>"));
    }
    let lines: Vec<String> = rich
        .split(['\r', '\n'])
        .map(single_spaced)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

/// Returns a text with CSL's markup as runs of styled text.
fn styled(text: &str) -> String {
    let mut xml = String::new();
    let mut faces: Vec<&str> = Vec::new();
    let mut run = String::new();
    let mut rest = text;
    let mut finish = |run: &mut String, faces: &[&str]| {
        if !run.is_empty() {
            let face = if faces.is_empty() {
                "normal".to_owned()
            } else {
                faces.join(" ")
            };
            xml.push_str(&format!(
                "<style face=\"{face}\" font=\"default\" size=\"100%\">"
            ));
            xml.push_str(&escaped(run).replace('\n', "&#13;"));
            xml.push_str("</style>");
            run.clear();
        }
    };
    while let Some((before, after)) = rest.split_once('<') {
        run.push_str(before);
        let opened = FACES.iter().find_map(|(face, tag)| {
            let behind = after.strip_prefix(tag)?.strip_prefix('>')?;
            Some((*face, behind))
        });
        let closed = FACES.iter().find_map(|(face, tag)| {
            let behind = after
                .strip_prefix('/')?
                .strip_prefix(tag)?
                .strip_prefix('>')?;
            (faces.last() == Some(face)).then_some(behind)
        });
        if let Some((face, behind)) = opened {
            finish(&mut run, &faces);
            faces.push(face);
            rest = behind;
        } else if let Some(behind) = closed {
            finish(&mut run, &faces);
            faces.pop();
            rest = behind;
        } else {
            run.push('<');
            rest = after;
        }
    }
    run.push_str(rest);
    finish(&mut run, &faces);
    xml
}

/// Returns a record.
fn record(item: &CslItem) -> String {
    let csl_type = item.item_type.as_str();
    let mut xml = XmlWriter::at_depth(0);
    let text = |xml: &mut XmlWriter, element: &str, variable: &str| {
        let text = item.text(variable).unwrap_or_default();
        let text = crate::model::markup::without_nocase(&text);
        if !text.trim().is_empty() {
            xml.leaf_of_xml(element, &[], &styled(&text));
        }
    };
    xml.open("record", &[]);
    let row = endnote_types::of_csl(csl_type);
    xml.leaf("ref-type", &[("name", row.name)], &row.number.to_string());
    xml.open("contributors", &[]);
    for (element, variable) in [
        ("authors", "author"),
        ("secondary-authors", "editor"),
        ("tertiary-authors", "collection-editor"),
        ("subsidiary-authors", "translator"),
        ("translated-authors", "original-author"),
    ] {
        let names = item.names(variable);
        if names.is_empty() {
            continue;
        }
        xml.open(element, &[]);
        for name in names {
            // The comma keeps the name of an organization in one piece.
            let comma = if name.literal.is_some() { "," } else { "" };
            xml.leaf_of_xml(
                "author",
                &[],
                &styled(&format!("{}{comma}", written_name(name))),
            );
        }
        xml.close();
    }
    xml.close();
    xml.open("titles", &[]);
    text(&mut xml, "title", "title");
    if has_container(csl_type) {
        text(&mut xml, "secondary-title", "container-title");
        text(&mut xml, "tertiary-title", "collection-title");
    } else {
        text(&mut xml, "secondary-title", "collection-title");
    }
    text(&mut xml, "short-title", "title-short");
    text(&mut xml, "translated-title", "original-title");
    xml.close();
    if item.text("container-title-short").is_some() {
        xml.open("periodical", &[]);
        text(&mut xml, "full-title", "container-title");
        text(&mut xml, "abbr-1", "container-title-short");
        xml.close();
    }
    match item.text("page") {
        Some(pages) => xml.leaf_of_xml("pages", &[], &styled(&one_dash(&pages))),
        None if counts_pages(csl_type) => text(&mut xml, "pages", "number-of-pages"),
        None => {}
    }
    text(&mut xml, "volume", "volume");
    text(&mut xml, "number", number_variable(csl_type));
    text(&mut xml, "num-vols", "number-of-volumes");
    text(&mut xml, "edition", "edition");
    text(&mut xml, "section", "section");
    let keywords = keywords(item);
    if !keywords.is_empty() {
        xml.open("keywords", &[]);
        for keyword in keywords {
            xml.leaf_of_xml("keyword", &[], &styled(&keyword));
        }
        xml.close();
    }
    if let Some(issued) = item.date("issued") {
        let whole = iso_date(issued);
        let year = issued.year().map(|year| year.to_string());
        let year = year
            .filter(|_| issued.literal.is_none())
            .unwrap_or_else(|| whole.clone());
        xml.open("dates", &[]);
        xml.leaf_of_xml("year", &[], &styled(&year));
        if whole != year {
            xml.open("pub-dates", &[]);
            xml.leaf_of_xml("date", &[], &styled(&whole));
            xml.close();
        }
        xml.close();
    }
    text(&mut xml, "pub-location", "publisher-place");
    text(&mut xml, "publisher", "publisher");
    let numbers = ["ISBN", "ISSN"].map(|variable| item.text(variable).unwrap_or_default());
    let numbers: Vec<&str> = numbers
        .iter()
        .flat_map(|text| serial_numbers(text))
        .collect();
    let numbers = numbers.join("\n");
    let numbers = numbers.trim();
    if !numbers.is_empty() {
        xml.leaf_of_xml("isbn", &[], &styled(numbers));
    }
    text(&mut xml, "accession-num", "archive_location");
    text(&mut xml, "call-num", "call-number");
    xml.leaf_of_xml("label", &[], &styled(&item.id));
    text(&mut xml, "abstract", "abstract");
    text(&mut xml, "notes", "note");
    text(&mut xml, "research-notes", "annote");
    text(&mut xml, "work-type", "genre");
    if let Some(url) = item.text("URL") {
        xml.open("urls", &[]);
        xml.open("related-urls", &[]);
        xml.leaf_of_xml("url", &[], &styled(&url));
        xml.close();
        xml.close();
    }
    text(&mut xml, "electronic-resource-num", "DOI");
    text(&mut xml, "remote-database-name", "archive");
    text(&mut xml, "remote-database-provider", "source");
    text(&mut xml, "language", "language");
    text(&mut xml, "reviewed-item", "reviewed-title");
    text(&mut xml, "custom2", "PMCID");
    for number in 1..=8 {
        let custom = format!("custom{number}");
        text(&mut xml, &custom, &custom);
    }
    if let Some(accessed) = item.date("accessed") {
        xml.leaf_of_xml("access-date", &[], &styled(&iso_date(accessed)));
    }
    xml.close();
    xml.text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styled_text_and_custom_fields_are_kept() {
        let read = read_items(
            r#"<?xml version="1.0" encoding="UTF-8" ?><xml><records><record>
            <ref-type name="Journal Article">17</ref-type>
            <contributors><authors><author><style face="normal">Hess, Charlotte</style></author>
            <author>P2P Foundation,</author></authors></contributors>
            <titles><title><style face="normal">The </style><style face="italic">Commons</style><style
            face="normal"> and H</style><style face="subscript">2</style><style face="normal">O</style></title>
            <secondary-title>Ökonomie</secondary-title></titles>
            <dates><year>2003</year><pub-dates><date>May 12</date></pub-dates></dates>
            <isbn>1234-5678 (Print)&#xD;8765-4321</isbn><notes>One&#xD;Two</notes>
            <electronic-resource-num>https://doi.org/10.1/a</electronic-resource-num>
            <custom1>shelf 7</custom1><misc3>odd</misc3></record></records></xml>"#,
        );
        let item = &read.items[0].item;
        let text = |variable: &str| item.text(variable).unwrap_or_default();
        assert_eq!(text("title"), "The <i>Commons</i> and H<sub>2</sub>O");
        assert_eq!(text("container-title"), "Ökonomie");
        assert_eq!(text("ISSN"), "1234-5678 8765-4321");
        assert_eq!(text("note"), "One\nTwo");
        assert_eq!(text("DOI"), "10.1/a");
        assert_eq!(text("custom1"), "shelf 7");
        assert_eq!(item.date("issued").unwrap().date_parts, [[2003, 5, 12]]);
        assert_eq!(
            item.names("author")[1].literal.as_deref(),
            Some("P2P Foundation")
        );
        assert_eq!(read.problems.len(), 1, "{:?}", read.problems);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let json = r#"{"id":"a","type":"article-journal","title":"<b>A <i>b</i></b> & <i>c</i> < d","author":[
            {"family":"Beethoven","given":"Ludwig","dropping-particle":"van"},{"literal":"P2P, Inc."}],
            "container-title":"Journal","container-title-short":"J.","volume":"1","issue":"2","page":"3-9",
            "annote":"mine","issued":{"date-parts":[[2006,5,12]]},"DOI":"10.1/a","URL":"https://a.example/?a&b",
            "ISSN":"0036-8075","keyword":"a, b","language":"en","abstract":"One.\nTwo.","custom3":"x",
            "accessed":{"date-parts":[[2020,1,2]]}}"#;
        let item: CslItem = serde_json::from_str(json).unwrap();
        let xml = record(&item);
        let back = read_items(&xml).items.remove(0).item;
        assert_eq!(
            super::super::losses::compare(&item, Some(&back), "x"),
            [],
            "{xml}"
        );
    }
}
