//! RIS records to CSL items.

use super::types;
use crate::formats::bibtex::{date_in_words, web_address};
use crate::formats::csl_to_bib::ParsedItems;
use crate::formats::generic_kinds::is_generic_kind;
use crate::formats::item_builder::{
    add_name, direct_name, literal_name, name_parts, several_names,
};
use crate::formats::pages;
use crate::formats::{Diagnostic, Severity};
use crate::model::{CslDate, CslItem, CslName, CslValue, Doi};

/// A line `XX  - value` with the lines that continue it.
#[derive(Debug)]
struct RisLine<'t> {
    number: usize,
    tag: &'t str,
    value: String,
}

/// Reads the records of a text. Line ends may be of any kind; a record that lacks its `ER` ends where the
/// next begins.
pub(super) fn read_items(text: &str) -> ParsedItems {
    let text = text.trim_start_matches('\u{feff}');
    let mut items = ParsedItems::default();
    let mut record: Vec<RisLine<'_>> = Vec::new();
    let mut is_open = false;
    let mut is_head = true;
    let mut stray: Option<(usize, String)> = None;
    for (index, line) in lines(text).enumerate() {
        let number = index + 1;
        match tagged(line) {
            Some(("TY", value)) => {
                if is_open {
                    items.warn(
                        record.first().map_or(number, |line| line.number),
                        "",
                        None,
                        "no ER at the end of the record; it ends where the next one begins"
                            .to_owned(),
                    );
                    close(&mut record, &mut items);
                }
                report_stray(stray.take(), is_head, &mut items);
                (is_open, is_head) = (true, false);
                record.push(RisLine {
                    number,
                    tag: "TY",
                    value: value.to_owned(),
                });
            }
            Some(("ER", _)) if is_open => {
                close(&mut record, &mut items);
                is_open = false;
            }
            Some((tag, value)) if is_open => record.push(RisLine {
                number,
                tag,
                value: value.to_owned(),
            }),
            _ if is_open => {
                // A line without a tag continues the one before.
                let continued = line.trim();
                if let Some(last) = record.last_mut()
                    && !continued.is_empty()
                {
                    let keeps_lines = matches!(last.tag, "AB" | "N1" | "N2" | "RN" | "KW");
                    if !last.value.is_empty() {
                        last.value.push(if keeps_lines { '\n' } else { ' ' });
                    }
                    last.value.push_str(continued);
                }
            }
            _ if line.trim().is_empty() => {}
            // The end of a file of Web of Science.
            Some(("EF", "")) => {}
            _ => {
                let (_, text) = stray.get_or_insert_with(|| (number, String::new()));
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    if is_open {
        let line = record.first().map_or(0, |line| line.number);
        items.warn(
            line,
            "",
            None,
            "no ER at the end of the record; it ends with the file".to_owned(),
        );
        close(&mut record, &mut items);
    }
    report_stray(stray, is_head, &mut items);
    items
}

/// Reports text between records. Databases name themselves before the first record; elsewhere it
/// may be a record without `TY`.
fn report_stray(stray: Option<(usize, String)>, is_head: bool, items: &mut ParsedItems) {
    let Some((line, text)) = stray else {
        return;
    };
    let is_record = text.lines().any(|line| tagged(line).is_some());
    if !is_record {
        let shown: String = text.trim().chars().take(60).collect();
        let place = if is_head {
            "before the first record"
        } else {
            "between records"
        };
        items.problems.push(Diagnostic {
            line,
            key: None,
            field: None,
            message: format!("ignored text {place}: {shown:?}"),
            severity: Severity::Notice,
        });
    } else {
        items.reject(line, None, &text, "does not begin with TY".to_owned());
    }
}

/// Returns the lines of a text, which end in `\r\n`, `\n`, or `\r` alone, as old Macintosh programs write; some
/// texts have several of them.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\r', '\n']) else {
            rest = None;
            return Some(text);
        };
        let (line, behind) = text.split_at(end);
        rest = behind.strip_prefix("\r\n").or_else(|| behind.get(1..));
        Some(line)
    })
}

/// Returns the tag of a line and its value. The specification has two blanks before the hyphen and
/// one after it; other numbers of them are met.
pub(in crate::formats) fn tagged(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.split_at_checked(2)?;
    let mut letters = tag.bytes();
    let is_tag = letters.next().is_some_and(|byte| byte.is_ascii_uppercase())
        && letters
            .next()
            .is_some_and(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if !is_tag {
        return None;
    }
    let after = rest.trim_start_matches([' ', '\t', '\u{a0}']);
    if after.len() == rest.len() || rest.len() - after.len() > 4 {
        return None;
    }
    let value = after.strip_prefix('-')?;
    // "AB -12 degrees" in the middle of an abstract is not a tag, "TY  -JOUR" is one.
    let fits = value.is_empty() || value.starts_with([' ', '\t']) || rest.starts_with("  -");
    fits.then(|| (tag, value.trim()))
}

fn close(record: &mut Vec<RisLine<'_>>, items: &mut ParsedItems) {
    let record = std::mem::take(record);
    let Some(first) = record.first() else {
        return;
    };
    let line = first.number;
    if record
        .iter()
        .all(|line| line.tag == "TY" || line.value.is_empty())
    {
        let text = format!("TY  - {}\n", first.value);
        items.reject(line, None, &text, "has no fields".to_owned());
        return;
    }
    let item = RisReader::new(&record, items).item();
    items.accept(line, item, || {
        let lines = record.iter();
        lines
            .map(|line| format!("{}  - {}\n", line.tag, line.value))
            .collect()
    });
}

struct RisReader<'r, 't> {
    record: &'r [RisLine<'t>],
    items: &'r mut ParsedItems,
    item: CslItem,
    key: String,
}

impl<'r, 't> RisReader<'r, 't> {
    fn new(record: &'r [RisLine<'t>], items: &'r mut ParsedItems) -> Self {
        let value_of = |tag: &str| {
            let line = record.iter().find(|line| line.tag == tag);
            line.map(|line| line.value.clone())
                .filter(|value| !value.is_empty())
        };
        let key = value_of("ID")
            .or_else(|| value_of("LB"))
            .unwrap_or_default();
        Self {
            record,
            items,
            item: CslItem::default(),
            key,
        }
    }

    fn item(mut self) -> CslItem {
        self.item.id.clone_from(&self.key);
        self.item_type();
        let csl_type = self.item.item_type.clone();
        let mut dates: Vec<(usize, &str, &str)> = Vec::new();
        let mut files: Vec<String> = Vec::new();
        let (mut start, mut end) = (None, None);
        let mut keywords: Vec<String> = Vec::new();
        let record = self.record;
        for line in record {
            let RisLine { number, tag, value } = line;
            if value.is_empty() {
                continue;
            }
            let number = *number;
            let value = value.clone();
            match *tag {
                "TY" | "ID" => {}
                "LB" if self.key == value => {}
                "TI" | "T1" | "CT" => self.set_first(number, tag, "title", value),
                "BT" if types::has_container(&csl_type) => {
                    self.set_first(number, tag, "container-title", value);
                }
                "BT" => self.set_first(number, tag, "title", value),
                "ST" => self.set(number, tag, "title-short", value),
                "TT" => self.set(number, tag, "original-title", value),
                "AU" | "A1" => self.name("author", &value),
                // EndNote has the reporter of a case there.
                "A2" if csl_type == "legal_case" => {
                    self.set_first(number, tag, "container-title", value);
                }
                "A2" | "ED" => self.name("editor", &value),
                "A3" => self.name("collection-editor", &value),
                "A4" => self.name("translator", &value),
                "T2" if csl_type == "paper-conference" && self.has("C3") => {
                    self.set(number, tag, "event-title", value);
                }
                "C3" if csl_type == "paper-conference" => {
                    self.set(number, tag, "container-title", value);
                }
                "C1" if csl_type == "paper-conference" => {
                    self.set(number, tag, "event-place", value);
                }
                "T2" if types::has_container(&csl_type) => {
                    self.set(number, tag, "container-title", value);
                }
                "T2" => self.set(number, tag, "collection-title", value),
                "JF" => self.set_first(number, tag, "container-title", value),
                // In the specification the standard abbreviation, elsewhere the name itself.
                "JO" if self.has("JF") || self.has("T2") => {
                    let full = self.item.text("container-title");
                    if full.is_some_and(|full| full != value) || full_differs(record, &value) {
                        self.set_first(number, tag, "container-title-short", value);
                    }
                }
                "JO" => self.set(number, tag, "container-title", value),
                "JA" if !self.has("JF") && !self.has("T2") && !self.has("JO") => {
                    self.set(number, tag, "container-title", value);
                }
                "JA" => self.set(number, tag, "container-title-short", value),
                "J1" | "J2" => self.set_first(number, tag, "container-title-short", value),
                "T3" => self.set(number, tag, "collection-title", value),
                "PY" | "Y1" | "DA" => dates.push((number, tag, &line.value)),
                "Y2" | "RD" => {
                    let read = self.date(number, tag, &value);
                    self.set_date("accessed", read);
                }
                "OD" => {
                    let read = self.date(number, tag, &value);
                    self.set_date("original-date", read);
                }
                "SP" => self.keep(&mut start, number, tag, value),
                "EP" => self.keep(&mut end, number, tag, value),
                "VL" | "VO" => self.set(number, tag, "volume", value),
                "IS" | "CP" | "M1" => {
                    let variable = types::number_variable(&csl_type);
                    self.set_first(number, tag, variable, value);
                }
                "NV" => self.set(number, tag, "number-of-volumes", value),
                "ET" if csl_type == "software" => self.set(number, tag, "version", value),
                "ET" => self.set(number, tag, "edition", value),
                "SE" if csl_type == "chapter" || csl_type == "book" => {
                    self.set(number, tag, "chapter-number", value);
                }
                "SE" => self.set(number, tag, "section", value),
                // The court.
                "PB" if csl_type == "legal_case" => self.set(number, tag, "authority", value),
                "PB" => self.set(number, tag, "publisher", value),
                "CY" | "PP" => self.set_first(number, tag, "publisher-place", value),
                "SN" => self.standard_number(number, &value, &csl_type),
                "DO" | "DI" => match Doi::in_text(&value) {
                    Some(doi) => self.set(number, tag, "DOI", doi.into_owned()),
                    None if value.contains("://") => self.set_first(number, tag, "URL", value),
                    None => self.set(number, tag, "DOI", value),
                },
                "M3" | "DB" | "DP" if is_doi(&value) => {
                    let doi = Doi::in_text(&value).unwrap_or_default().into_owned();
                    self.set_first(number, tag, "DOI", doi);
                }
                // The home page of a provider, and WorldCat's name for itself, are no place of the work.
                "DP" if is_address(&value) && !has_path(&value) => {
                    self.set_first(number, tag, "source", value);
                }
                "DB" if value.starts_with('/') => {
                    self.left_out(number, tag, &value, "it is not the name of a database");
                }
                "DB" | "DP" if is_address(&value) => self.set_first(number, tag, "URL", value),
                "M3" if is_generic_kind(&value) => {}
                "M3" => self.set(number, tag, "genre", value),
                "UR" => {
                    let mut addresses = value.split(';').map(str::trim);
                    let looks_right = |part: &str| part.contains("://");
                    let several = value.split(';').map(str::trim).all(looks_right);
                    if several && value.contains(';') {
                        let first = addresses.next().unwrap_or_default().to_owned();
                        self.set(number, tag, "URL", first);
                        for other in addresses {
                            self.left_out(number, tag, other, "CSL has one URL only");
                        }
                    } else {
                        let value = web_address(&value).into_owned();
                        match self.item.text("URL") {
                            // The first address is only that of the DOI.
                            Some(first) if is_doi_address(&first) && !is_doi_address(&value) => {
                                let doi = Doi::strip_resolver(&first).to_owned();
                                self.item.variables.remove("URL");
                                self.set(number, tag, "URL", value);
                                self.set_first(number, tag, "DOI", doi);
                            }
                            _ => self.set(number, tag, "URL", value),
                        }
                    }
                }
                "AB" | "N2" => self.set_first(number, tag, "abstract", value),
                "N1" => self.append("note", "\n", value),
                "RN" => self.append("annote", "\n", value),
                "KW" => keywords.extend(
                    value
                        .split(['\n', ';'])
                        .map(|keyword| keyword.trim().to_owned())
                        .filter(|keyword| !keyword.is_empty()),
                ),
                "LA" => self.set(number, tag, "language", value),
                "CN" => self.set(number, tag, "call-number", value),
                "DB" => self.set_first(number, tag, "archive", value),
                "DP" => self.set_first(number, tag, "source", value),
                "L1" | "L2" | "L4" => {
                    let links = value
                        .split([';', '\n'])
                        .map(str::trim)
                        .filter(|link| !link.is_empty());
                    let new = links
                        .map(str::to_owned)
                        .filter(|link| !files.contains(link));
                    let new: Vec<String> = new.collect();
                    files.extend(new);
                }
                "AN" => self.set(number, tag, "archive_location", value),
                "AV" => self.set_first(number, tag, "archive_location", value),
                "OP" => self.set(number, tag, "original-publisher", value),
                "RI" => self.set(number, tag, "reviewed-title", value),
                "C2" if value.to_uppercase().starts_with("PMC") => {
                    self.set(number, tag, "PMCID", value);
                }
                "C7" if csl_type == "article-journal" => {
                    self.set(number, tag, "number", value);
                }
                _ => self.left_out(number, tag, &value, "CSL has no such variable"),
            }
        }
        self.issued(&dates);
        self.pages(start, end, &csl_type);
        if !files.is_empty() {
            let files = CslValue::Text(files.join(";"));
            self.item.variables.insert("file".to_owned(), files);
        }
        if !keywords.is_empty() {
            let keywords = keywords.join(", ");
            self.item
                .variables
                .insert("keyword".to_owned(), CslValue::Text(keywords));
        }
        self.item
    }

    fn item_type(&mut self) {
        let Some(first) = self.record.first() else {
            return;
        };
        let written = first.value.to_uppercase();
        let known = types::csl_type(&written);
        if known.is_none() {
            let message = format!("unknown RIS type {:?}, read as a document", first.value);
            self.items
                .warn(first.number, &self.key, Some("TY"), message);
        }
        self.item.item_type = known.unwrap_or("document").to_owned();
        if written == "INPR" {
            let status = CslValue::Text("in press".to_owned());
            self.item.variables.insert("status".to_owned(), status);
        }
    }

    fn has(&self, tag: &str) -> bool {
        let mut lines = self.record.iter();
        lines.any(|line| line.tag == tag && !line.value.is_empty())
    }

    /// Sets a variable that should occur once; later values are ignored and reported.
    fn set(&mut self, number: usize, tag: &str, variable: &str, value: String) {
        match self.item.text(variable) {
            None => {
                self.item
                    .variables
                    .insert(variable.to_owned(), CslValue::Text(value));
            }
            Some(earlier) if earlier == value => {}
            Some(_) => {
                let reason = format!("{variable} is already set");
                self.left_out(number, tag, &value, &reason);
            }
        }
    }

    /// Sets a variable that several tags may hold; a different second value is reported.
    fn set_first(&mut self, number: usize, tag: &str, variable: &str, value: String) {
        self.set(number, tag, variable, value);
    }

    fn append(&mut self, variable: &str, separator: &str, value: String) {
        let text = match self.item.text(variable) {
            Some(earlier) => format!("{earlier}{separator}{value}"),
            None => value,
        };
        self.item
            .variables
            .insert(variable.to_owned(), CslValue::Text(text));
    }

    fn keep(
        &mut self,
        slot: &mut Option<(usize, String)>,
        number: usize,
        tag: &str,
        value: String,
    ) {
        match slot {
            None => *slot = Some((number, value)),
            Some((_, earlier)) if *earlier == value => {}
            Some(_) => self.left_out(number, tag, &value, "it is already set"),
        }
    }

    fn left_out(&mut self, number: usize, tag: &str, value: &str, reason: &str) {
        let shown: String = value.chars().take(60).collect();
        let message = format!("ignored {shown:?}: {reason}");
        self.items.warn(number, &self.key, Some(tag), message);
    }

    fn name(&mut self, variable: &str, written: &str) {
        for written in several_names(written) {
            add_name(&mut self.item, variable, name(written));
        }
    }

    /// Chooses the date of issue. Of several dates the finest counts, if it agrees with the others as far as these go.
    /// `DA` may have no year of its own.
    fn issued(&mut self, written: &[(usize, &str, &str)]) {
        let mut dates: Vec<(usize, &str, &str, CslDate)> = Vec::with_capacity(written.len());
        let year = written.iter().find_map(|(_, _, text)| four_digits(text));
        for (number, tag, original) in written {
            let text = *original;
            let with_year;
            let text = match year {
                // "Nov 5" or "Spring"; EndNote writes all parts of "2014/11/05/".
                Some(year) if four_digits(text).is_none() && !text.starts_with('/') => {
                    with_year = match season(text.trim()) {
                        Some(_) => format!("{year}///{}", text.trim()),
                        None => format!("{} {year}", text.trim_matches(['/', ' '])),
                    };
                    with_year.as_str()
                }
                _ => text,
            };
            let date = self.date(*number, tag, text);
            if date != CslDate::default() {
                dates.push((*number, tag, original, date));
            }
        }
        let precision = |date: &CslDate| {
            let parts = date.date_parts.first().map_or(0, Vec::len);
            parts + usize::from(date.season.is_some())
        };
        let mut best: Option<usize> = None;
        for (index, (.., date)) in dates.iter().enumerate() {
            let is_better = match best.and_then(|best| dates.get(best)) {
                None => true,
                Some((.., best)) => {
                    let agrees = date.year().is_some() && date.year() == best.year();
                    precision(date) > precision(best) && (agrees || best.date_parts.is_empty())
                }
            };
            if is_better {
                best = Some(index);
            }
        }
        let Some((.., chosen)) = best.and_then(|best| dates.get(best)).cloned() else {
            return;
        };
        for (number, tag, text, date) in &dates {
            let parts = date
                .date_parts
                .first()
                .map(Vec::as_slice)
                .unwrap_or_default();
            let own = chosen
                .date_parts
                .first()
                .map(Vec::as_slice)
                .unwrap_or_default();
            let agrees = own.starts_with(parts)
                && date.literal == chosen.literal
                && (date.season.is_none() || date.season == chosen.season);
            if !agrees {
                self.left_out(
                    *number,
                    tag,
                    text,
                    "it differs from the other date of the record",
                );
            }
        }
        self.set_date("issued", chosen);
    }

    fn set_date(&mut self, variable: &str, date: CslDate) {
        if date != CslDate::default() {
            self.item
                .variables
                .insert(variable.to_owned(), CslValue::from(date));
        }
    }

    /// Reads `YYYY/MM/DD/other`, where all but the year may be empty, and dates in other forms.
    fn date(&mut self, number: usize, tag: &str, text: &str) -> CslDate {
        let mut parts = text.splitn(4, '/');
        let head: Vec<&str> = parts.by_ref().take(3).map(str::trim).collect();
        let other = parts.next().map(str::trim).unwrap_or_default();
        let year = head
            .first()
            .filter(|year| (1..=5).contains(&year.len()))
            .and_then(|year| year.parse::<i32>().ok());
        let Some(year) = year else {
            let mut date = date_in_words(text.trim_matches(['/', ' ']));
            if text.trim_end_matches('/').contains('/') && date.literal.is_some() {
                self.left_alone(number, tag, text);
            }
            if date.literal.as_deref() == Some("") {
                date.literal = None;
            }
            return date;
        };
        let mut date = vec![year];
        for (part, most) in head.iter().skip(1).zip([12, 31]) {
            match part.parse::<i32>() {
                Ok(part) if (1..=most).contains(&part) => date.push(part),
                _ if part.is_empty() => break,
                _ => {
                    let words = date_in_words(&text.trim_matches('/').replace('/', " "));
                    if words.literal.is_some() {
                        self.left_alone(number, tag, text);
                    }
                    return words;
                }
            }
        }
        let mut read = CslDate {
            date_parts: vec![date],
            ..CslDate::default()
        };
        if let Some(season) = season(other) {
            read.season = Some(season.into());
        } else if !other.is_empty() {
            self.left_out(number, tag, other, "not part of a date");
        }
        read
    }

    fn left_alone(&mut self, number: usize, tag: &str, text: &str) {
        let message = format!("{text:?} is not a date; it is printed unchanged");
        self.items.warn(number, &self.key, Some(tag), message);
    }

    fn pages(
        &mut self,
        start: Option<(usize, String)>,
        end: Option<(usize, String)>,
        csl_type: &str,
    ) {
        let (variable, text) = match (start, end) {
            (Some((_, start)), Some((_, end))) if !end_is_in(&start, &end) => {
                ("page", pages::joined(&start, &end))
            }
            (Some((_, start)), _) => match pages::extent(&start) {
                Some(extent) if types::counts_pages(csl_type) => ("number-of-pages", extent),
                _ => ("page", pages::to_csl(&start)),
            },
            (None, Some((_, end))) => match pages::extent(&end) {
                Some(extent) if types::counts_pages(csl_type) => ("number-of-pages", extent),
                _ => ("page", end),
            },
            (None, None) => return,
        };
        self.item
            .variables
            .insert(variable.to_owned(), CslValue::Text(text));
    }

    /// Stores `SN`, which is an ISBN, an ISSN, or the number of a report, a patent or a standard.
    fn standard_number(&mut self, number: usize, text: &str, csl_type: &str) {
        let digits: String = text
            .chars()
            .filter(|c| c.is_ascii_digit() || matches!(c, 'X' | 'x'))
            .collect();
        let is_code = text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, 'X' | 'x' | '-' | ' ' | '\u{2010}'));
        let variable = match digits.len() {
            8 if is_code => "ISSN",
            10 | 13 if is_code => "ISBN",
            _ if text.to_uppercase().contains("ISSN") => "ISSN",
            _ if text.to_uppercase().contains("ISBN") => "ISBN",
            _ => match csl_type {
                "article-journal" | "article-magazine" | "article-newspaper" | "periodical" => {
                    "ISSN"
                }
                "book" | "chapter" | "paper-conference" => "ISBN",
                _ => "number",
            },
        };
        if variable == "number" {
            self.set(number, "SN", variable, text.to_owned());
        } else if self.item.text(variable).as_deref() != Some(text) {
            // The printed and the electronic edition have numbers of their own.
            self.append(variable, " ", text.to_owned());
        }
    }
}

/// Returns whether a text is a DOI, alone or after its label.
fn is_doi(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    (lower.starts_with("10.") || lower.starts_with("doi") || lower.contains("doi.org/"))
        && Doi::in_text(text).is_some()
}

fn is_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    (lower.starts_with("http://") || lower.starts_with("https://"))
        && !text.contains(char::is_whitespace)
}

/// Returns whether an address names more than a host.
fn has_path(address: &str) -> bool {
    let (_, host) = address.split_once("://").unwrap_or_default();
    host.split_once('/')
        .is_some_and(|(_, path)| !path.is_empty())
}

/// Returns the first number of four digits, a year.
fn four_digits(text: &str) -> Option<&str> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    numbers.find(|number| number.len() == 4)
}

fn full_differs(record: &[RisLine<'_>], value: &str) -> bool {
    let mut full = record.iter().filter(|line| matches!(line.tag, "JF" | "T2"));
    full.all(|line| line.value != value)
}

/// Returns whether `SP` holds the whole range already, as some databases write it.
fn end_is_in(start: &str, end: &str) -> bool {
    start == end
        || start
            .rsplit(['-', '\u{2013}'])
            .next()
            .is_some_and(|last| last.len() < start.len() && last.trim() == end.trim())
}

/// Returns a season as 1 to 4, spring to winter.
fn season(text: &str) -> Option<i64> {
    Some(match text.to_lowercase().as_str() {
        "spring" => 1,
        "summer" => 2,
        "autumn" | "fall" => 3,
        "winter" => 4,
        _ => return None,
    })
}

/// Returns whether an address is that of a DOI.
fn is_doi_address(url: &str) -> bool {
    let doi = Doi::strip_resolver(url);
    doi != url && doi.parse::<Doi>().is_ok()
}

/// Parses `Family, Given, Suffix`. A name without a comma is not split, unless it begins with an initial. Words in
/// lower case before the family name are particles, as in BibTeX.
fn name(written: &str) -> CslName {
    let parts = name_parts(written);
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (family, given, suffix) = match parts.as_slice() {
        [family, given] => (*family, *given, ""),
        [family, given, suffix] => (*family, *given, *suffix),
        // "A. Halfaker", as IEEE Xplore writes it
        [name] if begins_with_initial(name) => return direct_name(name),
        [organization] => return literal_name(organization),
        _ => return literal_name(written),
    };
    CslName {
        family: some(family),
        given: some(given),
        suffix: some(suffix),
        ..CslName::default()
    }
}

fn begins_with_initial(name: &str) -> bool {
    let initial = name
        .split_once(' ')
        .and_then(|(first, _)| first.strip_suffix('.'));
    initial.is_some_and(|initial| {
        let mut letters = initial.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> CslItem {
        let mut read = read_items(text);
        assert_eq!(read.items.len(), 1, "{read:?}");
        read.items.remove(0).item
    }

    fn text(item: &CslItem, variable: &str) -> String {
        item.text(variable).unwrap_or_default()
    }

    #[test]
    fn tags_are_known_as_they_are_met() {
        assert_eq!(tagged("TY  - JOUR"), Some(("TY", "JOUR")));
        assert_eq!(tagged("TY  -JOUR"), Some(("TY", "JOUR")));
        assert_eq!(tagged("ER  -"), Some(("ER", "")));
        assert_eq!(tagged("AU - Smith"), Some(("AU", "Smith")));
        assert_eq!(tagged("AB -12 degrees"), None);
        assert_eq!(tagged("US"), None);
        assert_eq!(tagged("éa  - x"), None);
    }

    #[test]
    fn records_in_the_manner_of_publishers() {
        let item = only(
            "\u{feff}TY  - JOUR\r\nAU  - Benkler, Yochai\r\nT1  - Coase's Penguin, or,\r\nLinux\r\n\
             JO  - Yale L.J.\r\nJF  - The Yale Law Journal\r\nY1  - 2002/12//\r\nSP  - 369\r\nEP  - 446\r\n\
             SN  - 00440094\r\nM3  - 10.2307/1562247\r\nKW  - commons\r\nKW  - law; software\r\n\
             N2  - One.\r\nTwo.\r\nER  - \r\n",
        );
        assert_eq!(text(&item, "title"), "Coase's Penguin, or, Linux");
        assert_eq!(text(&item, "container-title"), "The Yale Law Journal");
        assert_eq!(text(&item, "container-title-short"), "Yale L.J.");
        assert_eq!(text(&item, "page"), "369-446");
        assert_eq!(text(&item, "ISSN"), "00440094");
        assert_eq!(text(&item, "DOI"), "10.2307/1562247");
        assert_eq!(text(&item, "keyword"), "commons, law, software");
        assert_eq!(text(&item, "abstract"), "One.\nTwo.");
        assert_eq!(item.date("issued").unwrap().date_parts, [[2002, 12]]);
    }

    #[test]
    fn years_and_dates_agree_or_the_year_counts() {
        let issued = |lines: &str| {
            let item = only(&format!("TY  - JOUR\nTI  - t\n{lines}\nER  - "));
            item.date("issued").cloned().unwrap()
        };
        assert_eq!(
            issued("PY  - 2006\nDA  - 2006/05/12/").date_parts,
            [[2006, 5, 12]]
        );
        assert_eq!(issued("PY  - 2006\nDA  - 2005/05/12").date_parts, [[2006]]);
        assert_eq!(issued("PY  - 2006///").date_parts, [[2006]]);
        assert_eq!(issued("DA  - 2006///Spring").season, Some(1.into()));
        assert_eq!(issued("DA  - May 2006").date_parts, [[2006, 5]]);
        assert_eq!(issued("PY  - 2006/May/12").date_parts, [[2006, 5, 12]]);
        assert_eq!(
            issued("PY  - 1976 [1867]").literal.as_deref(),
            Some("1976 [1867]")
        );
    }

    #[test]
    fn the_finest_of_several_dates_counts() {
        let read = |lines: &str| {
            let read = read_items(&format!("TY  - JOUR\nTI  - t\n{lines}\nER  - "));
            let parts = read.items[0]
                .item
                .date("issued")
                .unwrap()
                .date_parts
                .clone();
            (parts, read.problems.len())
        };
        assert_eq!(
            read("PY  - 2015\nY1  - 2015/09/10"),
            (vec![vec![2015, 9, 10]], 0)
        );
        assert_eq!(
            read("Y1  - 2014/03/26\nDA  - 2014/03/27"),
            (vec![vec![2014, 3, 26]], 1)
        );
        assert_eq!(
            read("PY  - 2014\nDA  - Nov 5"),
            (vec![vec![2014, 11, 5]], 0)
        );
        assert_eq!(
            read("DA  - 5 Nov\nPY  - 2014"),
            (vec![vec![2014, 11, 5]], 0)
        );
        assert_eq!(read("PY  - 2006\nDA  - 2005/05/12"), (vec![vec![2006]], 1));
    }

    #[test]
    fn kinds_addresses_and_extents() {
        let item = only(
            "TY  - THES\nTI  - t\nSP  - xii, 357\nM3  - doi: 10.1056/NEJMoa1\nDB  - https://a.example/x\nDP  - EBSCO\nER  - ",
        );
        assert_eq!(text(&item, "number-of-pages"), "xii, 357");
        assert_eq!(text(&item, "DOI"), "10.1056/NEJMoa1");
        assert_eq!(text(&item, "URL"), "https://a.example/x");
        assert_eq!(text(&item, "source"), "EBSCO");
        let item = only("TY  - JOUR\nTI  - t\nM3  - Article\nSP  - 97:1\nEP  - 97:13\nER  - ");
        assert_eq!(text(&item, "genre"), "");
        assert_eq!(text(&item, "page"), "97:1–97:13");
    }

    #[test]
    fn lines_end_in_every_way() {
        let read = read_items(
            "TY  - BOOK\rTI  - One\rAB  - First.\nSecond.\rER  - \r\nRecord 2 of 2\rTY  - BOOK\rTI  - Two\rER  - \r",
        );
        assert_eq!(read.items.len(), 2);
        assert_eq!(text(&read.items[0].item, "abstract"), "First.\nSecond.");
        assert!(read.rejected.is_empty());
        assert_eq!(read.problems[0].line, 6);
    }

    #[test]
    fn a_missing_end_costs_nothing_and_a_missing_beginning_one() {
        let read = read_items(
            "Provider: X\nTY  - BOOK\nTI  - One\nTY  - BOOK\nTI  - Two\nER  - \nAU  - Lost, A.\nER  - \n\
             TY  - BOOK\nTI  - Three",
        );
        let titles: Vec<_> = read
            .items
            .iter()
            .map(|read| text(&read.item, "title"))
            .collect();
        assert_eq!(titles, ["One", "Two", "Three"]);
        assert_eq!(read.rejected.len(), 1);
        assert_eq!(read.rejected[0].line, 7);
    }

    #[test]
    fn what_has_no_variable_is_reported_with_its_line() {
        let read = read_items("TY  - XYZ\nID  - k\nTI  - t\nXX  - odd\nL1  - a.pdf\nER  - ");
        let reported: Vec<_> = read
            .problems
            .iter()
            .map(|problem| (problem.line, problem.field.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(reported, [(1, "TY"), (4, "XX")]);
        assert_eq!(text(&read.items[0].item, "file"), "a.pdf");
        assert_eq!(read.problems[0].key.as_deref(), Some("k"));
    }

    #[test]
    fn the_address_of_a_catalog_is_not_that_of_the_work() {
        let catalog = "TY  - BOOK\nTI  - A\nDB  - /z-wcorg/\nDP  - http://worldcat.org\nER  - \n";
        let item = &read_items(catalog).items[0].item;
        assert_eq!(item.text("URL"), None);
        assert_eq!(item.text("archive"), None);
        assert_eq!(item.text("source").as_deref(), Some("http://worldcat.org"));
        let item = only("TY  - BOOK\nTI  - A\nDP  - http://a.example/b\nER  - \n");
        assert_eq!(item.text("URL").as_deref(), Some("http://a.example/b"));
    }

    #[test]
    fn names_in_their_parts() {
        let parts = |written| {
            let name = name(written);
            [
                name.dropping_particle,
                name.family,
                name.given,
                name.suffix,
                name.literal,
            ]
            .map(Option::unwrap_or_default)
        };
        assert_eq!(
            parts("van Beethoven, Ludwig"),
            ["", "van Beethoven", "Ludwig", "", ""]
        );
        assert_eq!(
            parts("King, Martin Luther, Jr."),
            ["", "King", "Martin Luther", "Jr.", ""]
        );
        assert_eq!(parts("P2P Foundation"), ["", "", "", "", "P2P Foundation"]);
        assert_eq!(parts("P2P Foundation,"), ["", "", "", "", "P2P Foundation"]);
        assert_eq!(
            parts("Bollier, David,, 1955-"),
            ["", "Bollier", "David", "", ""]
        );
        assert_eq!(
            parts("Lessig,Lawrence,"),
            ["", "Lessig", "Lawrence", "", ""]
        );
        assert_eq!(parts("hooks, bell"), ["", "hooks", "bell", "", ""]);
    }
}
