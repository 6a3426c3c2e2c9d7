//! CSL items to RIS records, with the tags that Zotero and EndNote both read.

use serde_json::Value as Json;

use super::read::tagged;
use super::types;
use crate::formats::item_builder::written_name;
use crate::formats::losses::resolved_date;
use crate::formats::pages;
use crate::model::markup::without_nocase;
use crate::model::{CslDate, CslItem, CslValue};

/// Returns a record, from `TY` to `ER`.
///
/// `files` are the linked files, which CSL does not have.
pub(super) fn record(item: &CslItem, files: &[String]) -> String {
    let csl_type = item.item_type.as_str();
    let mut record = RisWriter {
        item,
        text: String::new(),
    };
    record.line("TY", types::ris_type(csl_type));
    record.line("ID", &item.id);
    record.variable("TI", "title");
    record.names("AU", "author");
    record.names("A2", "editor");
    record.names("A3", "collection-editor");
    record.names("A4", "translator");
    let has_event = item.text("event-title").is_some();
    if csl_type == "paper-conference" && has_event {
        record.variable("T2", "event-title");
        record.variable("C3", "container-title");
        record.variable("T3", "collection-title");
    } else if types::has_container(csl_type) {
        record.variable("T2", "container-title");
        record.variable("T3", "collection-title");
    } else {
        record.variable("T2", "collection-title");
    }
    if csl_type == "paper-conference" {
        record.variable("C1", "event-place");
    }
    record.variable("J2", "container-title-short");
    record.issued();
    record.date("Y2", "accessed");
    record.date("OD", "original-date");
    record.pages();
    record.variable("VL", "volume");
    let number = types::number_variable(csl_type);
    record.variable("IS", number);
    record.variable("NV", "number-of-volumes");
    record.variable(
        "ET",
        if csl_type == "software" {
            "version"
        } else {
            "edition"
        },
    );
    if matches!(csl_type, "chapter" | "book") {
        record.variable("SE", "chapter-number");
    } else {
        record.variable("SE", "section");
    }
    record.variable(
        "PB",
        if csl_type == "legal_case" {
            "authority"
        } else {
            "publisher"
        },
    );
    record.variable("CY", "publisher-place");
    for variable in ["ISBN", "ISSN"] {
        record.variable("SN", variable);
    }
    record.variable("DO", "DOI");
    record.variable("UR", "URL");
    for file in files {
        record.line("L1", file);
    }
    if csl_type == "article-journal" {
        record.variable("C7", "number");
    }
    record.variable("C2", "PMCID");
    record.variable("M3", "genre");
    record.variable("LA", "language");
    record.variable("CN", "call-number");
    record.variable("DB", "archive");
    record.variable("DP", "source");
    record.variable("AN", "archive_location");
    record.variable("ST", "title-short");
    record.variable("TT", "original-title");
    record.variable("OP", "original-publisher");
    record.variable("RI", "reviewed-title");
    record.keywords();
    record.variable("AB", "abstract");
    record.variable("N1", "note");
    record.variable("RN", "annote");
    record.line("ER", "");
    record.text
}

struct RisWriter<'i> {
    item: &'i CslItem,
    text: String,
}

impl RisWriter<'_> {
    /// Writes a line; further lines of the value follow without a tag. One that would be read as a tag goes on the line
    /// before it, so that no text becomes a field or a record.
    fn line(&mut self, tag: &str, value: &str) {
        self.text.push_str(tag);
        self.text.push_str("  - ");
        let lines = value.split(['\n', '\r']).map(str::trim);
        for (number, line) in lines.filter(|line| !line.is_empty()).enumerate() {
            if number > 0 {
                self.text
                    .push_str(if tagged(line).is_some() { " " } else { "\r\n" });
            }
            self.text.push_str(line);
        }
        self.text.push_str("\r\n");
    }

    fn variable(&mut self, tag: &str, variable: &str) {
        if let Some(text) = self.item.text(variable)
            && !text.trim().is_empty()
        {
            self.line(tag, &without_nocase(&text));
        }
    }

    fn names(&mut self, tag: &str, variable: &str) {
        for name in self.item.names(variable) {
            self.line(tag, &written_name(name));
        }
    }

    /// Writes the year as `PY` and the date as `DA`, as Zotero and EndNote have them.
    fn issued(&mut self) {
        let Some(date) = self.item.date("issued").map(resolved_date) else {
            return;
        };
        if let Some(literal) = &date.literal {
            self.line("PY", literal);
            return;
        }
        let Some(year) = date.year() else {
            return;
        };
        self.line("PY", &year.to_string());
        let is_more = date.date_parts.first().is_some_and(|parts| parts.len() > 1);
        if is_more || date.season.is_some() {
            self.line("DA", &written_date(&date));
        }
    }

    fn date(&mut self, tag: &str, variable: &str) {
        let Some(date) = self.item.date(variable).map(resolved_date) else {
            return;
        };
        match &date.literal {
            Some(literal) => self.line(tag, literal),
            None if date.year().is_some() => self.line(tag, &written_date(&date)),
            None => {}
        }
    }

    fn pages(&mut self) {
        let pages = self
            .item
            .text("page")
            .map(|pages| pages.replace("\\-", "-"));
        match pages {
            Some(pages) => match pages::range(&pages) {
                Some((start, end)) => {
                    self.line("SP", start);
                    self.line("EP", end);
                }
                None => self.line("SP", &pages.replace("--", "-")),
            },
            None if types::counts_pages(&self.item.item_type) => {
                self.variable("SP", "number-of-pages");
            }
            None => {}
        }
    }

    fn keywords(&mut self) {
        if let Some(CslValue::Text(keywords)) = self.item.variables.get("keyword") {
            for keyword in keywords.split([',', ';', '\n']).map(str::trim) {
                if !keyword.is_empty() {
                    self.line("KW", keyword);
                }
            }
        }
    }
}

/// Returns a date as `2006/05/12/Spring`.
fn written_date(date: &CslDate) -> String {
    let parts = date.date_parts.first();
    let season_of_month = parts
        .and_then(|parts| parts.get(1))
        .filter(|month| **month > 20);
    let part = |index: usize| {
        let part = parts
            .and_then(|parts| parts.get(index))
            .filter(|part| index != 1 || **part < 13);
        part.map(|part| format!("{part:02}")).unwrap_or_default()
    };
    let season = date.season.as_ref().and_then(Json::as_i64);
    let season = match season.or(season_of_month.map(|month| i64::from(*month) - 20)) {
        Some(1) => "Spring",
        Some(2) => "Summer",
        Some(3) => "Autumn",
        Some(4) => "Winter",
        _ => "",
    };
    format!("{}/{}/{}/{season}", part(0), part(1), part(2))
}
