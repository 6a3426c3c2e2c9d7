//! Finds the records that are of a work, and compares their fields with those of its entry.

use super::client::Client;
use super::error::LookupError;
use super::identifier::Identifier;
use super::record::{Record, Source};
use super::services::{Answers, Catalogue, Search};
use crate::formats::bibtex::schema::{self, TypeClass};
use crate::formats::bibtex::{self, Strings};
use crate::library::{Comparison, compare_references};
use crate::model::{CslItem, Entry, Field, Isbn, markup};
use crate::text::fold;

/// A record that is not of the work, as far as can be known.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejection {
    /// The record.
    pub record: Record,
    /// The difference between the two.
    pub reason: &'static str,
}

/// The result of looking up a work.
#[derive(Debug, Default)]
pub struct WorkMatch {
    /// The records of the work, the most trusted one first.
    pub records: Vec<Record>,
    /// The candidates that fall short.
    pub rejected: Vec<Rejection>,
    /// The services that answered.
    pub asked: Vec<&'static str>,
    /// The requests that failed.
    pub failures: Vec<LookupError>,
}

impl WorkMatch {
    /// Adds answers: records of the work, and candidates that fall short.
    pub(super) fn add(&mut self, entry: &Entry, item: &CslItem, answers: Answers) {
        for record in answers.records {
            let Some(other) = record.entry() else {
                continue;
            };
            let derived = bibtex::derive(&other, &Strings::default(), &|_| None).item;
            match compare_references((entry, item), (&other, &derived)) {
                Comparison::Same => self.records.push(record),
                Comparison::Different(reason) => self.rejected.push(Rejection { record, reason }),
            }
        }
        self.failures.extend(answers.failures);
        for service in answers.asked {
            if !self.asked.contains(&service) {
                self.asked.push(service);
            }
        }
    }
}

impl WorkMatch {
    /// Adds what other services know.
    pub(super) fn extend(&mut self, other: Self) {
        self.records.extend(other.records);
        self.rejected.extend(other.rejected);
        self.failures.extend(other.failures);
        let new = other
            .asked
            .into_iter()
            .filter(|service| !self.asked.contains(service));
        let new: Vec<_> = new.collect();
        self.asked.extend(new);
    }
}

/// Returns the identifiers of a work that services know, the most exact one first.
pub fn identifiers_of(entry: &Entry, item: &CslItem) -> Vec<Identifier> {
    let mut identifiers = Vec::new();
    if let Some(doi) = item.text("DOI").and_then(|doi| doi.parse().ok()) {
        identifiers.push(Identifier::Doi(doi));
    }
    let eprint = plain(entry, "eprint").unwrap_or_default();
    let archive = plain(entry, "eprinttype").or_else(|| plain(entry, "archiveprefix"));
    match archive.map(|archive| archive.to_lowercase()).as_deref() {
        Some("arxiv") => {
            let number = format!("arxiv:{}", eprint.trim_start_matches("arXiv:"));
            identifiers.extend(number.parse());
        }
        Some("pubmed" | "pmid") => identifiers.extend(format!("pmid:{eprint}").parse()),
        _ => {}
    }
    for (variable, prefix) in [("PMID", "pmid:"), ("PMCID", "")] {
        if let Some(number) = item.text(variable) {
            identifiers.extend(format!("{prefix}{}", number.trim()).parse());
        }
    }
    // The ISBN of a chapter is that of its book.
    let class = schema::entry_type(&entry.kind()).map_or(TypeClass::Other, |row| row.class);
    if class == TypeClass::Book {
        let isbns = item.text("ISBN").unwrap_or_default();
        let first = isbns
            .split([',', ';'])
            .flat_map(|part| std::iter::once(part).chain(part.split(' ')))
            .find_map(|isbn| isbn.parse::<Isbn>().ok());
        identifiers.extend(first.map(Identifier::Isbn));
    }
    identifiers.dedup();
    identifiers
}

/// Returns what to search for; `None` if the work has no title.
pub fn search_of(item: &CslItem) -> Option<Search> {
    let title = markup::plain(&item.text("title")?);
    let name = item.principal_names().first();
    Some(Search {
        title: Some(title).filter(|title| !title.trim().is_empty())?,
        author: name.and_then(|name| name.family.clone().or_else(|| name.literal.clone())),
        year: item.date("issued").and_then(crate::model::CslDate::year),
    })
}

/// Asks the services for a work: by its identifiers, and by title, authors and year if these lead nowhere.
pub fn match_work(
    client: &Client,
    catalogue: &Catalogue,
    entry: &Entry,
    item: &CslItem,
) -> WorkMatch {
    let mut result = WorkMatch::default();
    for identifier in identifiers_of(entry, item) {
        let answers = catalogue.find(client, &identifier);
        result.add(entry, item, answers);
        if !result.records.is_empty() {
            return result;
        }
    }
    if let Some(search) = search_of(item) {
        result.add(entry, item, catalogue.search(client, &search));
    }
    result
}

/// A field in which an entry and a record differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The BibLaTeX field, under the name that the entry uses.
    pub field: String,
    /// The value in the entry as plain text; `None` if the entry lacks it.
    pub current: Option<String>,
    /// The value in the record as plain text.
    pub found: String,
    /// The value in the record as BibLaTeX.
    pub tex: String,
    /// Whether the values say the same, one of them more precisely or more fully.
    pub agrees: bool,
    /// The fields of the entry that the value makes superfluous.
    pub replaces: Vec<String>,
    /// The source of the value.
    pub source: Source,
}

/// Fields of a record that say nothing of the work.
const IGNORED: &[&str] = &[
    "options",
    "entrysubtype",
    "urldate",
    "keywords",
    "file",
    "key",
];

/// Returns the fields that a record could add to an entry or change. `item` is derived from the entry, with what it
/// inherits.
pub fn differences(entry: &Entry, item: &CslItem, record: &Record) -> Vec<Difference> {
    let Some(found) = record.entry() else {
        return Vec::new();
    };
    let found_item = bibtex::derive(&found, &Strings::default(), &|_| None).item;
    let mut differences = Vec::new();
    for field in found.fields() {
        let name = field.name;
        if IGNORED.contains(&name) || (name == "url" && item.text("DOI").is_some()) {
            continue;
        }
        let variable = schema::variable_of_field(name).map(|(variable, _)| variable);
        let variable = match name {
            "title" => Some("title"),
            "journaltitle" | "booktitle" => Some("container-title"),
            "number" | "volume" | "publisher" | "institution" | "organization" => match name {
                "institution" | "organization" => Some("publisher"),
                "number" if found_item.text("issue").is_some() => Some("issue"),
                other => schema::variable_of_field(other)
                    .map(|(variable, _)| variable)
                    .or(Some(other)),
            },
            "date" => Some("issued"),
            _ => variable,
        };
        let own: Vec<Field<'_>> = entry
            .fields()
            .filter(|own| {
                let own = own.name.to_lowercase();
                schema::base_field(&own) == schema::base_field(name)
                    || (name == "date" && matches!(own.as_str(), "year" | "month"))
                    || (name == "title" && own == "subtitle")
            })
            .collect();
        let shown = plain_value(
            &found_item,
            variable,
            bibtex::without_delimiters(field.value),
        );
        let current = match own.first() {
            Some(first) => Some(self::plain_value(
                item,
                variable,
                bibtex::without_delimiters(first.value),
            )),
            // The value is inherited, or in another field.
            None => variable.and_then(|variable| text_of(item, variable)),
        };
        let agreement = current.as_deref().map_or(Agreement::Partial, |current| {
            agreement(name, current, &shown)
        });
        if agreement == Agreement::Full {
            continue;
        }
        let written = own.first().map_or(name, |first| first.name);
        let is_date = name == "date" && !written.eq_ignore_ascii_case("date");
        differences.push(Difference {
            field: if is_date {
                name.to_owned()
            } else {
                written.to_owned()
            },
            replaces: own
                .iter()
                .skip(usize::from(!is_date))
                .map(|own| own.name.to_owned())
                .collect(),
            current,
            found: shown,
            tex: bibtex::without_delimiters(field.value).to_owned(),
            agrees: agreement == Agreement::Partial,
            source: record.source.clone(),
        });
    }
    differences
}

/// The degree to which two values agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    Full,
    /// One says more.
    Partial,
    None,
}

fn agreement(field: &str, current: &str, found: &str) -> Agreement {
    let (one, other) = (normal(current), normal(found));
    let full = |is_same: bool| {
        if is_same {
            Agreement::Full
        } else {
            Agreement::None
        }
    };
    match field {
        "isbn" => {
            let isbn = |text: &str| text.parse::<Isbn>().ok();
            full(one == other || (isbn(current).is_some() && isbn(current) == isbn(found)))
        }
        "date" => {
            let parts = |text: &str| {
                text.split(['-', '/'])
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            let (current, found) = (parts(current), parts(found));
            let shared = current.iter().zip(&found).all(|(one, other)| one == other);
            match (shared, current.len() >= found.len()) {
                (true, true) => Agreement::Full,
                (true, false) => Agreement::Partial,
                _ => Agreement::None,
            }
        }
        "pages" => {
            let numbers = |text: &str| {
                let numbers = text.split(|c: char| !c.is_alphanumeric());
                numbers
                    .filter(|number| !number.is_empty())
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            let (current, found) = (numbers(current), numbers(found));
            if current == found {
                Agreement::Full
            } else if current.first() == found.first() && (current.len() == 1 || found.len() == 1) {
                Agreement::Partial
            } else {
                Agreement::None
            }
        }
        _ if schema::holds_names(field) => {
            let families = |text: &str| {
                let names = text.split("; ");
                names
                    .map(|name| normal(name.split(',').next().unwrap_or(name)))
                    .collect::<Vec<_>>()
            };
            match (families(current) == families(found), one == other) {
                (true, true) => Agreement::Full,
                (true, false) => Agreement::Partial,
                _ => Agreement::None,
            }
        }
        // Texts that are about the work are all right as they are.
        "abstract" | "note" | "langid" | "language" => Agreement::Full,
        _ if one == other => Agreement::Full,
        _ if one.starts_with(&other) || other.starts_with(&one) => Agreement::Partial,
        _ => Agreement::None,
    }
}

/// Returns only letters and digits, without case and accents.
fn normal(text: &str) -> String {
    let folded = fold(&markup::plain(text)).replace('&', "and");
    folded.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Returns a field of an entry as plain text; `None` if it is empty.
fn plain(entry: &Entry, field: &str) -> Option<String> {
    let text = bibtex::plain(bibtex::without_delimiters(entry.field(field)?))
        .trim()
        .to_owned();
    (!text.is_empty()).then_some(text)
}

/// Returns the value of a variable as plain text, or that of the field if it is no variable of its own.
fn plain_value(item: &CslItem, variable: Option<&str>, tex: &str) -> String {
    variable
        .and_then(|variable| text_of(item, variable))
        .unwrap_or_else(|| bibtex::plain(tex))
}

/// Returns the value of a variable as plain text: names with the family name first, dates as EDTF.
fn text_of(item: &CslItem, variable: &str) -> Option<String> {
    let names = item.names(variable);
    if !names.is_empty() {
        let names: Vec<String> = names
            .iter()
            .map(|name| match (&name.given, name.short()) {
                (Some(given), family) if name.family.is_some() => format!("{family}, {given}"),
                (_, family) => family,
            })
            .collect();
        return Some(names.join("; "));
    }
    if let Some(date) = item.date(variable) {
        let ends: Vec<String> = date
            .date_parts
            .iter()
            .map(|parts| {
                let parts: Vec<String> = parts.iter().map(|part| format!("{part:02}")).collect();
                parts.join("-")
            })
            .collect();
        return Some(ends.join("/")).filter(|text| !text.is_empty());
    }
    item.text(variable).map(|text| markup::plain(&text))
}
