//! The MEDLINE format of PubMed (`.nbib`): lines `TAG - value`, as the National Library of Medicine describes them
//! under "MEDLINE/PubMed Data Element (Field) Descriptions". A blank line ends a record.

use super::csl_to_bib::ParsedItems;
use super::item_builder::{
    ItemBuilder, date, direct_name, inverted_name, iso_date, keywords, language_code, literal_name,
    one_dash, serial_number, serial_numbers, spaced_initials, written_name,
};
use super::lines::numbered;
use super::records::write_records;
use super::{ExportInput, Joint, ReadFormat, Records, WriteFormat, WriteResult};
use crate::model::markup::without_nocase;
use crate::model::{CslDate, CslItem, CslName, SharedText};

/// Reads and writes the MEDLINE format.
pub(crate) struct Nbib;

const TITLE: &str = "PubMed";

/// Returns whether a text begins with tags that only PubMed writes.
pub(crate) fn sniff(text: &str) -> bool {
    // A work that is not in PubMed has no PMID.
    let only_here = ["PMID", "OWN", "STAT", "FAU", "FED", "BTI", "CTI", "PT"];
    // A long abstract may precede all of them.
    numbered(text)
        .map(|(_, line)| line)
        .skip_while(|line| line.trim().is_empty())
        .take_while(|line| !line.trim().is_empty())
        .take(500)
        .filter_map(tagged)
        .any(|(tag, _)| only_here.contains(&tag))
}

impl ReadFormat for Nbib {
    fn read(&self, text: &SharedText) -> Records {
        Records::Items(read_items(text))
    }
}

impl WriteFormat for Nbib {
    fn write(&self, export: &ExportInput<'_>) -> WriteResult {
        let (records, losses) = write_records(export, TITLE, record, read_items);
        let text: String = records.iter().map(|record| format!("{record}\n")).collect();
        WriteResult { text, losses }
    }

    fn joint(&self) -> Option<Joint> {
        Some(Joint::default())
    }
}

/// Returns the tag of a line, two to four letters padded to four, and its value.
fn tagged(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.split_at_checked(4)?;
    let tag = tag.trim_end();
    let is_tag = tag.len() >= 2
        && tag
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let value = rest.strip_prefix('-')?;
    (is_tag && (value.is_empty() || value.starts_with(' '))).then(|| (tag, value.trim()))
}

/// A line with the lines that continue it.
struct MedlineLine<'t> {
    number: usize,
    tag: &'t str,
    value: String,
}

fn read_items(text: &str) -> ParsedItems {
    let mut items = ParsedItems::default();
    let mut record: Vec<MedlineLine<'_>> = Vec::new();
    let mut original = String::new();
    for (number, line) in numbered(text) {
        if line.trim().is_empty() {
            close(&mut record, &mut original, &mut items);
            continue;
        }
        match tagged(line) {
            Some((tag, value)) => {
                // A record that no blank line ends ends where the next begins.
                if tag == "PMID" && record.iter().any(|line| line.tag == "PMID") {
                    close(&mut record, &mut original, &mut items);
                }
                record.push(MedlineLine {
                    number,
                    tag,
                    value: value.to_owned(),
                });
            }
            None => match record.last_mut() {
                Some(last) => {
                    last.value.push(' ');
                    last.value.push_str(line.trim());
                }
                None => {
                    let reason = "does not begin with a tag of PubMed".to_owned();
                    items.reject(number, None, line, reason);
                    continue;
                }
            },
        }
        original.push_str(line);
        original.push('\n');
    }
    close(&mut record, &mut original, &mut items);
    items
}

fn close(record: &mut Vec<MedlineLine<'_>>, original: &mut String, items: &mut ParsedItems) {
    let record = std::mem::take(record);
    let original = std::mem::take(original);
    let Some(first) = record.first() else {
        return;
    };
    if record.iter().all(|line| line.value.is_empty()) {
        items.reject(first.number, None, &original, "has no fields".to_owned());
        return;
    }
    let item = item(&record, items);
    items.accept(first.number, item, || original);
}

/// Publication types (`PT`) and their CSL types, the most telling first.
const TYPES: &[(&str, &str)] = &[
    ("Academic Dissertation", "thesis"),
    ("Academic Dissertations", "thesis"),
    ("Preprint", "article"),
    ("Book Chapter", "chapter"),
    ("Book", "book"),
    ("Books", "book"),
    ("Congress", "paper-conference"),
    ("Dataset", "dataset"),
    ("Newspaper Article", "article-newspaper"),
    ("Technical Report", "report"),
    ("Government Publication", "report"),
    ("Legal Case", "legal_case"),
    ("Legislation", "legislation"),
    ("Patent", "patent"),
    ("Lecture", "speech"),
    ("Interview", "interview"),
    ("Video-Audio Media", "motion_picture"),
    ("Web Archive", "webpage"),
    ("Journal Article", "article-journal"),
];

fn csl_type(record: &[MedlineLine<'_>]) -> &'static str {
    let has = |tag: &str| record.iter().any(|line| line.tag == tag);
    let types: Vec<&str> = record
        .iter()
        .filter(|line| line.tag == "PT")
        .map(|line| line.value.as_str())
        .collect();
    match TYPES.iter().find(|(written, _)| types.contains(written)) {
        Some((_, "book")) if has("BTI") && has("TI") => "chapter",
        // Congresses are published in journals, too.
        Some((_, "paper-conference")) if has("JT") => "article-journal",
        Some((_, csl_type)) => csl_type,
        None if has("BTI") && has("TI") => "chapter",
        None if has("BTI") => "book",
        None => "article-journal",
    }
}

fn item(record: &[MedlineLine<'_>], items: &mut ParsedItems) -> CslItem {
    let mut new = ItemBuilder::new(csl_type(record));
    let has = |tag: &str| record.iter().any(|line| line.tag == tag);
    let is_chapter = has("BTI") && has("TI");
    let has_journal = has("JT");
    let is_serial = has_journal || has("TA");
    let (has_full_authors, has_full_editors) = (has("FAU"), has("FED"));
    let (has_date, has_pages) = (has("DP"), has("PG"));
    let key = record.iter().find(|line| line.tag == "PMID");
    let key = key.map(|line| line.value.clone()).unwrap_or_default();
    for MedlineLine { number, tag, value } in record {
        let was_kept = match *tag {
            "PMID" => new.text("PMID", value),
            "PMC" => new.text("PMCID", value),
            "TI" => new.text("title", without_stop(value)),
            "BTI" if is_chapter => new.text("container-title", without_stop(value)),
            "BTI" => new.text("title", without_stop(value)),
            "CTI" => new.text("collection-title", without_stop(value)),
            "TT" | "VTI" => new.text("original-title", without_stop(value)),
            "FAU" => {
                new.name("author", inverted_name(value));
                true
            }
            "AU" => {
                if !has_full_authors {
                    new.name("author", short_name(value));
                }
                true
            }
            "FED" => {
                new.name("editor", inverted_name(value));
                true
            }
            "ED" => {
                if !has_full_editors {
                    new.name("editor", short_name(value));
                }
                true
            }
            "CN" => {
                new.name("author", literal_name(value));
                true
            }
            "FIR" => {
                new.name("contributor", inverted_name(value));
                true
            }
            "JT" => new.text("container-title", value),
            "TA" if has_journal => new.text("container-title-short", value),
            "TA" => new.text("container-title", value),
            "VI" => new.text("volume", value),
            "IP" => new.text("issue", value),
            "PG" => new.text("page", value),
            "DP" => new.date_value("issued", publication_date(value)),
            "DEP" if has_date => new.date("available-date", value),
            "DEP" => new.date("issued", value),
            "AB" => new.text("abstract", value),
            "LID" | "AID" => match value.rsplit_once(" [") {
                Some((doi, "doi]")) => new.text("DOI", doi),
                // The publisher's number of an article without pages.
                Some((number, "pii]")) if *tag == "LID" && !has_pages => {
                    new.text("number", number);
                    true
                }
                _ => true,
            },
            "IS" => {
                let issn = serial_number(value);
                new.append("ISSN", " ", issn);
                true
            }
            "ISBN" => {
                let isbn = serial_number(value);
                new.append("ISBN", " ", isbn);
                true
            }
            "LA" => new.text("language", language_code(value)),
            "OT" | "MH" => {
                // The asterisk marks a main topic.
                new.keyword(value.trim_start_matches('*'));
                true
            }
            // Of journals it is the country, which no style prints.
            "PL" if is_serial => true,
            "PL" => new.text("publisher-place", value),
            "PB" => new.text("publisher", value),
            "EN" => new.text("edition", value),
            "GN" => {
                new.append("note", "\n", value);
                true
            }
            tag if ADMINISTRATIVE.contains(&tag) => true,
            _ => {
                let shown: String = value.chars().take(60).collect();
                let message = format!("ignored {shown:?}: unknown tag");
                items.warn(*number, &key, Some(tag), message);
                true
            }
        };
        if !was_kept {
            let shown: String = value.chars().take(60).collect();
            let message = format!("ignored {shown:?}: another value is set already");
            items.warn(*number, &key, Some(tag), message);
        }
    }
    new.finish()
}

/// Tags about the record rather than the work, and about what CSL does not describe.
const ADMINISTRATIVE: &[&str] = &[
    "OWN", "STAT", "DCOM", "LR", "DA", "IS", "JID", "SB", "PT", "SO", "PHST", "PST", "EDAT",
    "MHDA", "CRDT", "AD", "AUID", "GR", "RN", "RF", "SI", "CI", "COI", "COIS", "NM", "PS", "FPS",
    "OTO", "OID", "OWN", "CTDT", "PUBM", "IR", "IRAD", "LID", "CON", "CIN", "EIN", "EFR", "CRI",
    "CRF", "DDIN", "DRIN", "ECI", "ECF", "ORI", "RPF", "RPI", "RIN", "ROF", "SPIN", "UIN", "UOF",
    "DRDT", "OAB", "OABL", "OCI", "MID", "PUBMODEL", "JC",
];

/// Returns a title without the full stop that PubMed adds to every title.
fn without_stop(title: &str) -> &str {
    match title.strip_suffix('.') {
        Some(bare) if !bare.ends_with("..") => bare,
        _ => title,
    }
}

/// Reads `Benkler Y` or `King ML Jr`.
fn short_name(text: &str) -> CslName {
    let is_initials = |word: &str| {
        (1..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    match text.rsplit_once(' ') {
        Some((family, initials)) if is_initials(initials) => {
            inverted_name(&format!("{family}, {}", spaced_initials(initials)))
        }
        Some((rest, "Jr" | "Sr" | "3rd")) => match rest.rsplit_once(' ') {
            Some((family, initials)) if is_initials(initials) => {
                let mut name = inverted_name(&format!("{family}, {}", spaced_initials(initials)));
                name.suffix = text.rsplit(' ').next().map(str::to_owned);
                name
            }
            _ => direct_name(text),
        },
        _ => literal_name(text),
    }
}

/// Reads `2006 May 12`, `2006 May-Jun`, `2006 Nov-2007 Jan`, `2006 Spring` and `2006`.
fn publication_date(text: &str) -> CslDate {
    let season = |word: &str| {
        Some(match word {
            "Spring" => 1,
            "Summer" => 2,
            "Autumn" | "Fall" => 3,
            "Winter" => 4,
            _ => return None,
        })
    };
    if let Some((year, word)) = text.split_once(' ')
        && let Some(season) = season(word)
        && let Ok(year) = year.parse()
    {
        return CslDate {
            date_parts: vec![vec![year]],
            season: Some(season.into()),
            ..CslDate::default()
        };
    }
    if let Some((start, end)) = text.split_once('-') {
        // The end repeats the year and month only if they are others.
        let mut words = start.split(' ');
        let (year, month) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
        let end = match end.split(' ').next() {
            Some(word) if is_number(word) && word.len() == 4 => end.to_owned(),
            Some(word) if is_number(word) => format!("{year} {month} {end}"),
            _ => format!("{year} {end}"),
        };
        let (one, other) = (date(start), date(&end));
        if one.literal.is_none() && other.literal.is_none() {
            let date_parts = one.date_parts.into_iter().chain(other.date_parts);
            return CslDate {
                date_parts: date_parts.collect(),
                ..CslDate::default()
            };
        }
    }
    date(text)
}

/// Returns a record.
fn record(item: &CslItem) -> String {
    let mut record = NbibWriter {
        item,
        text: String::new(),
    };
    let is_part = item.item_type == "chapter";
    let is_book = matches!(item.item_type.as_str(), "book" | "chapter");
    record.variable("PMID", "PMID");
    record.variable("ISBN", "ISBN");
    for issn in serial_numbers(&item.text("ISSN").unwrap_or_default()) {
        record.line("IS", issn);
    }
    record.variable("VI", "volume");
    record.variable("IP", "issue");
    if let Some(issued) = item.date("issued") {
        record.line("DP", &written_date(issued));
    }
    record.title(if is_book && !is_part { "BTI" } else { "TI" }, "title");
    if is_part {
        record.title("BTI", "container-title");
    }
    record.title("CTI", "collection-title");
    if let Some(pages) = item.text("page") {
        record.line("PG", &one_dash(&pages));
    }
    if let Some(doi) = item.text("DOI") {
        record.line("LID", &format!("{doi} [doi]"));
    }
    if let Some(number) = item.text("number")
        && item.text("page").is_none()
    {
        record.line("LID", &format!("{number} [pii]"));
    }
    record.variable("AB", "abstract");
    for name in item.names("author") {
        match &name.literal {
            Some(literal) => record.line("CN", literal),
            None => {
                record.line("FAU", &written_name(name));
                record.line("AU", &abbreviated(name));
            }
        }
    }
    for name in item.names("editor") {
        record.line("FED", &written_name(name));
    }
    for name in item.names("contributor") {
        record.line("FIR", &written_name(name));
    }
    record.variable("LA", "language");
    let written = TYPES.iter().find(|(_, csl)| *csl == item.item_type);
    record.line(
        "PT",
        written.map_or("Journal Article", |(written, _)| written),
    );
    if let Some(available) = item.date("available-date") {
        record.line("DEP", &iso_date(available).replace('-', ""));
    }
    record.variable("EN", "edition");
    record.variable("PL", "publisher-place");
    record.variable("PB", "publisher");
    if !is_part {
        let has_full = item.text("container-title").is_some();
        if has_full {
            record.variable("TA", "container-title-short");
        }
        record.variable("JT", "container-title");
    }
    record.title("TT", "original-title");
    record.variable("PMC", "PMCID");
    for keyword in keywords(item) {
        record.line("OT", &keyword);
    }
    record.variable("GN", "note");
    record.text
}

struct NbibWriter<'i> {
    item: &'i CslItem,
    text: String,
}

impl NbibWriter<'_> {
    fn line(&mut self, tag: &str, value: &str) {
        let value = without_nocase(value);
        let lines: Vec<&str> = value.split(['\n', '\r']).map(str::trim).collect();
        let value = lines.join("\n      ");
        self.text.push_str(&format!("{tag:<4}- {value}\n"));
    }

    fn variable(&mut self, tag: &str, variable: &str) {
        if let Some(text) = self.item.text(variable)
            && !text.trim().is_empty()
        {
            self.line(tag, &text);
        }
    }

    /// Writes a title with a full stop, as PubMed does.
    fn title(&mut self, tag: &str, variable: &str) {
        if let Some(title) = self.item.text(variable) {
            let stop = if title.ends_with(['?', '!']) { "" } else { "." };
            self.line(tag, &format!("{title}{stop}"));
        }
    }
}

/// Returns a name as `Benkler Y`.
fn abbreviated(name: &CslName) -> String {
    let family = name.family_with_particle();
    let given = name.given.as_deref().unwrap_or_default();
    let initials: String = given
        .split([' ', '-'])
        .filter_map(|word| word.chars().next())
        .collect();
    let suffix = name.suffix.as_deref().unwrap_or_default();
    [family.as_str(), &initials, suffix.trim_end_matches('.')]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Returns a date as `2006 May 12`.
fn written_date(date: &CslDate) -> String {
    let date = super::losses::resolved_date(date);
    if let Some(literal) = date.literal {
        return literal;
    }
    let season = date.season.as_ref().and_then(|season| {
        let number = season.as_u64().or_else(|| season.as_str()?.parse().ok())?;
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        ["Spring", "Summer", "Autumn", "Winter"].get(index).copied()
    });
    let ends: Vec<String> = date
        .date_parts
        .iter()
        .map(|parts| {
            let mut words = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                let month = usize::try_from(part - 1).ok().and_then(|at| MONTHS.get(at));
                words.push(match (index, month) {
                    (1, Some(month)) => (*month).to_owned(),
                    _ => part.to_string(),
                });
            }
            words.extend(season.map(str::to_owned));
            words.join(" ")
        })
        .collect();
    ends.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> CslItem {
        let mut read = read_items(text);
        assert_eq!(read.items.len(), 1, "{read:?}");
        read.items.remove(0).item
    }

    #[test]
    fn a_record_of_pubmed_is_read() {
        let item = only(
            "\u{feff}\r\nPMID- 16330780\r\nOWN - NLM\r\nIS  - 0036-8075 (Print)\r\nVI  - 310\r\nIP  - 5752\r\n\
             DP  - 2005 Nov-2006 Jan\r\nTI  - Peer production in Malmö: what\r\n      comes next?\r\nPG  - 1180-2\r\n\
             LID - 10.1126/science.1 [doi]\r\nLID - S1 [pii]\r\nFAU - Søderberg, Johan\r\nAU  - Søderberg J\r\n\
             FAU - von Hippel, Eric\r\nCN  - P2P Foundation\r\nLA  - eng\r\nPT  - Review\r\nPT  - Journal Article\r\n\
             TA  - Science\r\nJT  - Science (New York, N.Y.)\r\nMH  - Cooperation, International\r\nOT  - commons\r\n",
        );
        let text = |variable: &str| item.text(variable).unwrap_or_default();
        assert_eq!(item.item_type, "article-journal");
        assert_eq!(text("title"), "Peer production in Malmö: what comes next?");
        assert_eq!(text("container-title"), "Science (New York, N.Y.)");
        assert_eq!(text("container-title-short"), "Science");
        assert_eq!(text("DOI"), "10.1126/science.1");
        assert_eq!(text("ISSN"), "0036-8075");
        assert_eq!(text("language"), "en");
        assert_eq!(text("keyword"), "Cooperation, International; commons");
        let names = item.names("author");
        assert_eq!(names.len(), 3);
        assert_eq!(names[1].non_dropping_particle.as_deref(), Some("von"));
        assert_eq!(names[2].literal.as_deref(), Some("P2P Foundation"));
        let date = item.date("issued").unwrap();
        assert_eq!(date.date_parts, [vec![2005, 11], vec![2006, 1]]);
    }

    #[test]
    fn dates_of_publication_are_read() {
        for (text, parts) in [
            ("2006 May-Jun", vec![vec![2006, 5], vec![2006, 6]]),
            ("2006 May 3-9", vec![vec![2006, 5, 3], vec![2006, 5, 9]]),
            ("2006 Winter", vec![vec![2006]]),
            ("2006", vec![vec![2006]]),
        ] {
            assert_eq!(publication_date(text).date_parts, parts, "{text}");
        }
    }

    #[test]
    fn a_damaged_record_costs_one_record() {
        let read = read_items(
            "stray\n\nPMID- 1\nTI  - One.\nPMID- 2\nTI  - Two.\n\nPMID-\n\nXQZ - odd\nTI  - Three",
        );
        let titles: Vec<_> = read
            .items
            .iter()
            .filter_map(|read| read.item.text("title"))
            .collect();
        assert_eq!(titles, ["One", "Two", "Three"]);
        assert_eq!(read.rejected.len(), 2);
        assert_eq!(read.items[1].line, 5);
        assert_eq!(read.items[0].original, "PMID- 1\nTI  - One.\n");
        assert!(
            read.problems
                .iter()
                .any(|problem| problem.field.as_deref() == Some("XQZ"))
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let json = r#"{"id":"a","type":"article-journal","title":"Who owns it?","author":[
            {"family":"King","given":"Martin Luther","suffix":"Jr."},{"literal":"P2P Foundation"}],
            "container-title":"Journal","container-title-short":"J.","volume":"1","issue":"2","page":"3-9",
            "issued":{"date-parts":[[2006,5,12]]},"DOI":"10.1/a","PMID":"1","PMCID":"PMC2","ISSN":"0036-8075",
            "keyword":"a, b","language":"en","abstract":"Text."}"#;
        let item: CslItem = serde_json::from_str(json).unwrap();
        let back = only(&record(&item));
        assert_eq!(
            super::super::losses::compare(
                &CslItem {
                    id: String::new(),
                    ..item
                },
                Some(&back),
                "x"
            ),
            []
        );
    }
}
