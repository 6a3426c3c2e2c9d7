//! EndNote's tagged format (`.enw`), which extends that of the program refer: lines `%X value`. `%0` is the type and
//! begins a record of EndNote; in refer's files, a blank line ends a record.

use super::csl_to_bib::ParsedItems;
use super::endnote_types::{self, standard_numbers};
use super::item_builder::{
    ItemBuilder, date, files, iso_date, keywords, one_dash, one_name, serial_numbers, written_name,
};
use super::lines::{first_lines, numbered};
use super::records::write_records;
use super::ris;
use super::ris::types::{counts_pages, has_container, number_variable};
use super::{ExportInput, Joint, ReadFormat, Records, WriteFormat, WriteResult};
use crate::model::markup::without_nocase;
use crate::model::{CslDate, CslItem, SharedText};

/// Reads and writes EndNote's tagged format.
pub(crate) struct Enw;

const TITLE: &str = "EndNote's tagged format";

/// Returns whether the first line of a text, and another one, are tagged.
pub(crate) fn sniff(text: &str) -> bool {
    let mut lines = first_lines(text).map(tagged);
    match lines.next() {
        Some(Some(('0', _))) => true,
        Some(Some(_)) => lines
            .flatten()
            .any(|(tag, _)| matches!(tag, 'T' | 'A' | 'D' | 'J' | 'B')),
        _ => false,
    }
}

impl ReadFormat for Enw {
    fn read(&self, text: &SharedText) -> Records {
        Records::Items(read_items(text))
    }
}

impl WriteFormat for Enw {
    fn write(&self, export: &ExportInput<'_>) -> WriteResult {
        let (records, losses) = write_records(export, TITLE, record, read_items);
        let text = records.iter().map(|record| format!("{record}\n")).collect();
        WriteResult { text, losses }
    }

    fn joint(&self) -> Option<Joint> {
        Some(Joint::default())
    }
}

/// Returns the tag of a line and its value.
fn tagged(line: &str) -> Option<(char, &str)> {
    let mut rest = line.strip_prefix('%')?.chars();
    let tag = rest.next().filter(|c| c.is_ascii_graphic())?;
    let value = rest.as_str();
    (value.is_empty() || value.starts_with([' ', '\t'])).then(|| (tag, value.trim()))
}

/// A line with the lines that continue it.
struct EnwLine {
    number: usize,
    tag: char,
    value: String,
}

fn read_items(text: &str) -> ParsedItems {
    let mut items = ParsedItems::default();
    let mut record: Vec<EnwLine> = Vec::new();
    let mut original = String::new();
    let mut after_blank = false;
    for (number, line) in numbered(text) {
        if line.trim().is_empty() {
            after_blank = true;
            continue;
        }
        match tagged(line) {
            Some((tag, value)) => {
                if tag == '0' || after_blank {
                    close(&mut record, &mut original, &mut items);
                }
                record.push(EnwLine {
                    number,
                    tag,
                    value: value.to_owned(),
                });
            }
            None => match record.last_mut() {
                Some(last) => {
                    let keeps_lines = matches!(last.tag, 'X' | 'Z' | 'K' | '<' | 'U' | '>');
                    last.value.push(if keeps_lines { '\n' } else { ' ' });
                    last.value.push_str(line.trim());
                }
                None => {
                    let reason = "does not begin with a tag such as %0".to_owned();
                    items.reject(number, None, line, reason);
                    continue;
                }
            },
        }
        after_blank = false;
        original.push_str(line);
        original.push('\n');
    }
    close(&mut record, &mut original, &mut items);
    items
}

fn close(record: &mut Vec<EnwLine>, original: &mut String, items: &mut ParsedItems) {
    let record = std::mem::take(record);
    let original = std::mem::take(original);
    let Some(first) = record.first() else {
        return;
    };
    if record
        .iter()
        .all(|line| line.tag == '0' || line.value.is_empty())
    {
        items.reject(first.number, None, &original, "has no fields".to_owned());
        return;
    }
    let item = item(&record, items);
    items.accept(first.number, item, || original);
}

fn item(record: &[EnwLine], items: &mut ParsedItems) -> CslItem {
    let value_of = |tag: char| {
        let mut lines = record.iter();
        lines
            .find(|line| line.tag == tag)
            .map(|line| line.value.as_str())
    };
    let key = value_of('F').unwrap_or_default().to_owned();
    let written = value_of('0');
    let known = written.and_then(endnote_types::named);
    let csl_type = match (known, written) {
        (Some(known), _) => known.csl,
        (None, Some(unknown)) => {
            let line = record.first().map_or(0, |line| line.number);
            let message = format!("unknown EndNote type {unknown:?}, read as a document");
            items.warn(line, &key, Some("%0"), message);
            "document"
        }
        // refer has no types.
        (None, None) if value_of('J').is_some() => "article-journal",
        (None, None) if value_of('B').is_some() => "chapter",
        (None, None) if value_of('I').is_some() => "book",
        (None, None) => "document",
    };
    let authors = if written.is_some_and(|name| name.trim() == "Edited Book") {
        "editor"
    } else {
        "author"
    };
    let (year, day) = (value_of('D'), value_of('8'));
    let mut new = ItemBuilder::new(csl_type);
    new.item.id = key.clone();
    for EnwLine { number, tag, value } in record {
        let was_kept = match tag {
            '0' | 'F' | '+' | '=' | '|' => true,
            'A' => {
                new.name(authors, one_name(value));
                true
            }
            'E' => {
                new.name("editor", one_name(value));
                true
            }
            'Y' => {
                new.name("collection-editor", one_name(value));
                true
            }
            '?' | 'H' => {
                new.name("translator", one_name(value));
                true
            }
            'T' => new.text("title", value),
            'J' => new.text("container-title", value),
            'B' if has_container(csl_type) => new.text("container-title", value),
            'B' | 'S' => new.text("collection-title", value),
            '!' => new.text("title-short", value),
            'Q' | '(' => new.text("original-title", value),
            'C' => new.text("publisher-place", value),
            'I' => new.text("publisher", value),
            'D' => day.is_some() || new.date("issued", value),
            '8' => {
                let (issued, was_kept) = issued(year, value);
                new.date_value("issued", issued);
                was_kept
            }
            'V' => new.text("volume", value),
            'N' => new.text(number_variable(csl_type), value),
            '6' => new.text("number-of-volumes", value),
            '7' => new.text("edition", value),
            'P' if counts_pages(csl_type) && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                new.text("number-of-pages", value)
            }
            'P' => new.text("page", value),
            '&' => new.text("section", value),
            '@' => {
                for (variable, number) in standard_numbers(value, csl_type) {
                    new.append(variable, " ", number);
                }
                true
            }
            'R' => new.doi(value),
            'U' => {
                let mut addresses = value.split('\n');
                let was_kept = addresses.next().is_none_or(|first| new.url(first));
                was_kept && addresses.next().is_none()
            }
            'K' => {
                let separators: &[char] = if value.contains('\n') {
                    &['\n']
                } else {
                    &[',', ';']
                };
                value.split(separators).for_each(|word| new.keyword(word));
                true
            }
            'X' => new.text("abstract", value),
            'Z' | 'O' => {
                new.append("note", "\n", value);
                true
            }
            '<' => {
                new.append("annote", "\n", value);
                true
            }
            'L' => new.text("call-number", value),
            'M' => new.text("archive_location", value),
            '~' => new.text("archive", value),
            'W' => new.text("source", value),
            'G' => new.text("language", value),
            '9' => new.text("genre", value),
            '[' => new.date("accessed", value),
            '*' => new.text("reviewed-title", value),
            '>' => {
                new.file(value);
                true
            }
            '1'..='4' => new.text(&format!("custom{tag}"), value),
            _ => false,
        };
        if !was_kept {
            let shown: String = value.chars().take(60).collect();
            let message = format!("ignored {shown:?}: CSL has no place for it");
            items.warn(*number, &key, Some(&format!("%{tag}")), message);
        }
    }
    new.finish()
}

/// Returns the date of `%D`, a year, and `%8`, which may lack the year; and whether both were understood.
fn issued(year: Option<&str>, text: &str) -> (CslDate, bool) {
    let Some(year) = year else {
        return (date(text), true);
    };
    let whole = if text.contains(year) {
        date(text)
    } else {
        date(&format!("{text} {year}"))
    };
    match whole.literal {
        None => (whole, true),
        Some(_) => (date(year), false),
    }
}

/// Returns a record.
fn record(item: &CslItem) -> String {
    let csl_type = item.item_type.as_str();
    let mut record = EnwWriter {
        item,
        text: String::new(),
    };
    record.line('0', endnote_types::of_csl(csl_type).name);
    record.names('A', "author");
    record.names('E', "editor");
    record.names('Y', "collection-editor");
    record.names('?', "translator");
    record.variable('T', "title");
    if matches!(csl_type, "article-journal" | "article-magazine") {
        record.variable('J', "container-title");
        record.variable('S', "collection-title");
    } else if has_container(csl_type) {
        record.variable('B', "container-title");
        record.variable('S', "collection-title");
    } else {
        record.variable('B', "collection-title");
    }
    record.variable('!', "title-short");
    record.variable('Q', "original-title");
    record.variable('C', "publisher-place");
    record.variable('I', "publisher");
    if let Some(issued) = item.date("issued") {
        let whole = iso_date(issued);
        match issued.year() {
            Some(year) if issued.literal.is_none() => {
                record.line('D', &year.to_string());
                if whole != year.to_string() {
                    record.line('8', &whole);
                }
            }
            _ => record.line('D', &whole),
        }
    }
    record.variable('V', "volume");
    record.variable('N', number_variable(csl_type));
    record.variable('6', "number-of-volumes");
    record.variable('7', "edition");
    match item.text("page") {
        Some(pages) => record.line('P', &one_dash(&pages)),
        None if counts_pages(csl_type) => record.variable('P', "number-of-pages"),
        None => {}
    }
    record.variable('&', "section");
    for variable in ["ISBN", "ISSN"] {
        for number in serial_numbers(&item.text(variable).unwrap_or_default()) {
            record.line('@', number);
        }
    }
    record.variable('R', "DOI");
    record.variable('U', "URL");
    let keywords = keywords(item);
    if !keywords.is_empty() {
        record.line('K', &keywords.join("\n"));
    }
    record.variable('X', "abstract");
    record.variable('Z', "note");
    record.variable('<', "annote");
    record.variable('L', "call-number");
    record.variable('M', "archive_location");
    record.variable('~', "archive");
    record.variable('W', "source");
    record.variable('G', "language");
    record.variable('9', "genre");
    if let Some(accessed) = item.date("accessed") {
        record.line('[', &iso_date(accessed));
    }
    record.variable('*', "reviewed-title");
    for file in files(item) {
        record.line('>', file);
    }
    for number in '1'..='4' {
        record.variable(number, &format!("custom{number}"));
    }
    record.line('F', &item.id);
    record.text
}

struct EnwWriter<'i> {
    item: &'i CslItem,
    text: String,
}

impl EnwWriter<'_> {
    /// Writes a line; further lines of the value follow without a tag. One that would be read as a tag, or make the file
    /// look like RIS, goes on the line before it, so that no text becomes a field or a record.
    fn line(&mut self, tag: char, value: &str) {
        let value = without_nocase(value);
        let lines = value.split(['\n', '\r']).map(str::trim);
        let mut text = String::new();
        for line in lines.filter(|line| !line.is_empty()) {
            if !text.is_empty() {
                let is_tag = line.starts_with('%') || ris::tagged(line).is_some();
                text.push(if is_tag { ' ' } else { '\n' });
            }
            text.push_str(line);
        }
        if !text.is_empty() {
            self.text.push_str(&format!("%{tag} {text}\n"));
        }
    }

    fn variable(&mut self, tag: char, variable: &str) {
        if let Some(text) = self.item.text(variable) {
            self.line(tag, &text);
        }
    }

    fn names(&mut self, tag: char, variable: &str) {
        for name in self.item.names(variable) {
            // The comma keeps the name of an organization in one piece.
            let comma = if name.literal.is_some() { "," } else { "" };
            self.line(tag, &format!("{}{comma}", written_name(name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_endnote_and_of_refer_are_read() {
        let read = read_items(
            "%0 Book Section\r\n%A Søderberg, Johan\r\n%A P2P Foundation,\r\n%T Hacking\r\ncapitalism\r\n\
             %B Handbook of Peer Production\r\n%E O'Neil, Mathieu\r\n%D 2021\r\n%8 May 12\r\n%P 1-9\r\n\
             %X One.\r\n\r\nTwo.\r\n%U https://doi.org/10.1/a\r\n%1 odd\r\n%$ x\r\n%> a.pdf\r\n%F key\r\n\r\n\
             %A Ritchie, D. M.\r\n%T UNIX\r\n%J CACM\r\n%D 1974\r\n",
        );
        let [one, two] = read.items.as_slice() else {
            panic!("{read:?}");
        };
        let text = |variable: &str| one.item.text(variable).unwrap_or_default();
        assert_eq!(
            (one.item.id.as_str(), one.item.item_type.as_str()),
            ("key", "chapter")
        );
        assert_eq!(text("title"), "Hacking capitalism");
        assert_eq!(text("container-title"), "Handbook of Peer Production");
        assert_eq!(text("abstract"), "One.\nTwo.");
        assert_eq!(text("DOI"), "10.1/a");
        assert_eq!(
            one.item.names("author")[1].literal.as_deref(),
            Some("P2P Foundation")
        );
        assert_eq!(one.item.date("issued").unwrap().date_parts, [[2021, 5, 12]]);
        assert_eq!(text("custom1"), "odd");
        assert_eq!(text("file"), "a.pdf");
        assert_eq!(read.problems[0].field.as_deref(), Some("%$"));
        assert_eq!(two.item.item_type, "article-journal");
        assert_eq!(two.line, 20);
        assert!(two.original.starts_with("%A Ritchie"));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let json = r#"{"id":"a","type":"article-journal","title":"Who owns it?","author":[
            {"family":"Beethoven","given":"Ludwig","dropping-particle":"van"},{"literal":"P2P, Inc."}],
            "container-title":"Journal","volume":"1","issue":"2","page":"3-9","annote":"mine",
            "issued":{"date-parts":[[2006,5,12]]},"DOI":"10.1/a","URL":"https://a.example","ISSN":"0036-8075",
            "custom2":"x","file":"a.pdf;b.pdf","keyword":"a, b","language":"en","abstract":"One.\nTwo.","accessed":{"date-parts":[[2020,1,2]]}}"#;
        let item: CslItem = serde_json::from_str(json).unwrap();
        let back = read_items(&record(&item)).items.remove(0).item;
        assert_eq!(super::super::losses::compare(&item, Some(&back), "x"), []);
        for csl_type in crate::csl::variables::TYPES {
            let item: CslItem =
                serde_json::from_str(&format!(r#"{{"id":"a","type":"{csl_type}","title":"T"}}"#))
                    .unwrap();
            assert_eq!(read_items(&record(&item)).items.len(), 1, "{csl_type}");
        }
    }
}
