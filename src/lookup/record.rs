//! The reference that a service has for a work, and its conversion to an entry.

use serde_json::Value as Json;

use super::clean;
use super::client::ClientResponse;
use crate::formats::bibtex;
use crate::language::{babel, primary};
use crate::model::{CslDate, CslItem, CslName, CslValue, Entry};

/// The most names of one kind. Physicists have more; a list of references has not.
const MOST_NAMES: usize = 3000;

/// The source of values.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Source {
    /// The name of the service.
    pub service: &'static str,
    /// The address that answered.
    pub address: String,
    /// The date: `2026-11-28`.
    pub date: String,
}

/// The reference that a service has for a work.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The work in the variables of CSL, cleaned.
    pub item: CslItem,
    /// BibLaTeX fields for which CSL has no variable, such as `eprint`.
    pub fields: Vec<(&'static str, String)>,
    /// Its source.
    pub source: Source,
    /// Later notices on the work: retractions and corrections.
    pub notices: Vec<Notice>,
    /// The DOI under which a preprint was published.
    pub published_as: Option<String>,
}

/// A notice on a work that was published later.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Notice {
    /// Its kind: `retraction`, `correction`, `expression_of_concern` and so on.
    pub kind: String,
    /// Its DOI.
    pub doi: String,
    /// Its date, if known.
    pub date: Option<String>,
}

impl Notice {
    /// Returns whether the notice withdraws the work.
    pub fn is_retraction(&self) -> bool {
        ["retract", "withdraw", "removal"]
            .iter()
            .any(|word| self.kind.to_lowercase().contains(word))
    }
}

/// Title fields, in which the writer of BibLaTeX protects capitals.
const TITLE_FIELDS: &[&str] = &[
    "title",
    "subtitle",
    "booktitle",
    "maintitle",
    "shorttitle",
    "series",
    "eventtitle",
];

impl Record {
    /// Returns the work as a BibLaTeX entry with a provisional key; `None` if it has no title.
    pub fn entry(&self) -> Option<Entry> {
        self.item.text("title").filter(|title| !title.is_empty())?;
        let entry = bibtex::from_csl(&self.item).work;
        let mut source = entry.source().to_owned();
        for field in entry.fields() {
            if TITLE_FIELDS.contains(&field.name) {
                let value = in_title_case(bibtex::without_delimiters(field.value));
                source = bibtex::set_field(&source, field.name, &value).ok()?;
            }
        }
        if let Some(pages) = entry
            .field("pages")
            .and_then(|pages| page_range(bibtex::without_delimiters(pages)))
        {
            source = bibtex::set_field(&source, "pages", &pages).ok()?;
        }
        // Services give a language without a region, which `langid` says, too.
        let stated = entry.field("language").map(bibtex::without_delimiters);
        let known = entry.field("langid").map(bibtex::without_delimiters);
        let known = known.and_then(|name| babel::tag(name, ""));
        if let (Some(stated), Some(known)) = (stated, known)
            && primary(known) == stated
        {
            source = bibtex::remove_field(&source, "language").ok()?;
        }
        for (name, value) in &self.fields {
            let value: String = value.chars().filter(|c| !"{}\\%".contains(*c)).collect();
            source = bibtex::set_field(&source, name, &value).ok()?;
        }
        // A preprint is no article in a journal.
        if self.item.item_type == "article" {
            source = source.replacen("@article{", "@online{", 1);
        }
        bibtex::parse_entry(&source).ok()
    }
}

/// Returns a range of pages as BibLaTeX writes it; `None` for anything else.
fn page_range(pages: &str) -> Option<String> {
    let (first, last) = pages.split_once('-')?;
    let is_page = |page: &str| {
        page.starts_with(|c: char| c.is_ascii_digit()) && page.chars().all(char::is_alphanumeric)
    };
    (is_page(first) && is_page(last)).then(|| format!("{first}--{last}"))
}

/// Returns a title whose important words begin with capitals without braces around these words. BibLaTeX styles change
/// the case of such a title; acronyms and names such as {iPod} stay protected. Another title stays.
fn in_title_case(title: &str) -> String {
    let words = || title.split(' ').skip(1).filter(|word| word.len() > 5);
    let capital = |word: &&str| word.trim_start_matches('{').starts_with(char::is_uppercase);
    let (all, capitals) = (words().count(), words().filter(capital).count());
    if capitals * 2 <= all {
        return title.to_owned();
    }
    // An empty group at the end says that a title is in sentence case.
    let mut rest = title.strip_suffix("{}").unwrap_or(title);
    let mut result = String::with_capacity(rest.len());
    while let Some((before, after)) = rest.split_once('{') {
        let Some((word, behind)) = after.split_once('}') else {
            break;
        };
        result.push_str(before);
        let is_word = word
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}'));
        let is_plain = !word.chars().skip(1).any(char::is_uppercase);
        // A brace after a command belongs to it.
        let after_command = before.ends_with(|c: char| c.is_ascii_alphabetic());
        if is_word && is_plain && !after_command && word.chars().count() > 1 {
            result.push_str(word);
        } else {
            result.push('{');
            result.push_str(word);
            result.push('}');
        }
        rest = behind;
    }
    result.push_str(rest);
    result
}

/// Builds the item of a record from cleaned values.
#[derive(Debug, Default)]
pub(super) struct RecordBuilder {
    item: CslItem,
    fields: Vec<(&'static str, String)>,
}

impl RecordBuilder {
    pub(super) fn new(csl_type: &str) -> Self {
        let mut builder = Self::default();
        csl_type.clone_into(&mut builder.item.item_type);
        builder
    }

    pub(super) fn has(&self, variable: &str) -> bool {
        self.item.variables.contains_key(variable)
    }

    pub(super) fn get(&self, variable: &str) -> Option<String> {
        self.item.text(variable)
    }

    fn insert(&mut self, variable: &str, text: String) {
        if !text.is_empty() {
            self.item
                .variables
                .insert(variable.to_owned(), CslValue::Text(text));
        }
    }

    /// Sets a text variable, unless the text is empty.
    pub(super) fn text(&mut self, variable: &str, raw: &str) {
        let text = match variable {
            "title" | "title-short" | "volume-title" | "original-title" => {
                clean::title(raw, self.item.text("language").as_deref())
            }
            "container-title" | "collection-title" | "publisher" | "event-title" => {
                clean::proper_name(raw)
            }
            "abstract" => {
                let text = clean::plain(raw);
                // JATS repeats the heading.
                let body = ["Abstract ", "ABSTRACT ", "Summary "]
                    .iter()
                    .find_map(|heading| text.strip_prefix(heading));
                body.map_or_else(|| text.clone(), str::to_owned)
            }
            _ => clean::plain(raw),
        };
        self.insert(variable, text);
    }

    /// Sets a variable to the first of several texts that has a value, unless the variable is set.
    pub(super) fn first_of(&mut self, variable: &str, texts: &[&str]) {
        for text in texts {
            if !self.has(variable) {
                self.text(variable, text);
            }
        }
    }

    /// Sets a text variable from JSON: a string, a number, or the first of an array.
    pub(super) fn json(&mut self, variable: &str, value: &Json) {
        if let Some(text) = first_text(value) {
            self.text(variable, &text);
        }
    }

    /// Sets a BibLaTeX field for which CSL has no variable.
    pub(super) fn field(&mut self, name: &'static str, raw: &str) {
        let text = clean::plain(raw);
        if !text.is_empty() {
            self.fields.push((name, text));
        }
    }

    /// Sets an address, unless it is the resolver's for the DOI.
    pub(super) fn url(&mut self, raw: &str) {
        let is_resolver = ["doi.org/", "dx.doi.org/"].iter().any(|host| {
            raw.split("://")
                .nth(1)
                .is_some_and(|rest| rest.starts_with(host))
        });
        let text = clean::plain(raw);
        if super::address::Address::parse(&text).is_some() && !is_resolver {
            self.insert("URL", text);
        }
    }

    /// Sets the DOI, without its resolver.
    pub(super) fn doi(&mut self, raw: &str) {
        if let Ok(doi) = clean::plain(raw).parse::<crate::model::Doi>() {
            self.insert("DOI", doi.to_string());
        }
    }

    /// Sets a name variable, unless there are none.
    pub(super) fn names(&mut self, variable: &str, names: Vec<CslName>) {
        let mut names = names;
        names.truncate(MOST_NAMES);
        if !names.is_empty() {
            self.item
                .variables
                .insert(variable.to_owned(), CslValue::Names(names));
        }
    }

    /// Sets a date variable from year, month and day as far as they are known.
    pub(super) fn date_parts(&mut self, variable: &str, parts: Vec<i32>) {
        let is_valid = match parts.as_slice() {
            [year] => *year != 0,
            [year, month] => *year != 0 && (1..=12).contains(month),
            [year, month, day] => *year != 0 && (1..=12).contains(month) && (1..=31).contains(day),
            _ => false,
        };
        let parts = if is_valid {
            parts
        } else {
            parts
                .into_iter()
                .take(1)
                .filter(|year| *year != 0)
                .collect()
        };
        if !parts.is_empty() {
            let date = CslDate {
                date_parts: vec![parts],
                ..CslDate::default()
            };
            self.item
                .variables
                .insert(variable.to_owned(), CslValue::from(date));
        }
    }

    /// Sets a date variable from a text such as `2006-05-14T10:00:00Z`, `May 14, 2006` or `c2006.`.
    pub(super) fn date(&mut self, variable: &str, raw: &str) {
        if let Some(parts) = date_parts(&clean::plain(raw)) {
            self.date_parts(variable, parts);
        }
    }

    /// Returns the record that the answer contains.
    pub(super) fn record(self, service: &'static str, response: &ClientResponse) -> Record {
        Record {
            item: self.item,
            fields: self.fields,
            source: Source {
                service,
                address: response.address.clone(),
                date: response.date.clone(),
            },
            notices: Vec::new(),
            published_as: None,
        }
    }
}

/// Returns a string, a number as text, or the first one in an array.
pub(super) fn first_text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Array(values) => values.iter().find_map(first_text),
        _ => None,
    }
}

/// Returns a person's name.
pub(super) fn person(given: &str, family: &str) -> Option<CslName> {
    let (given, family) = (clean::name_part(given), clean::name_part(family));
    if family.is_empty() {
        return (!given.is_empty()).then(|| organization(&given))?;
    }
    Some(CslName {
        family: Some(family),
        given: Some(given).filter(|given| !given.is_empty()),
        ..CslName::default()
    })
}

/// Returns the name of an organization.
pub(super) fn organization(name: &str) -> Option<CslName> {
    let name = clean::plain(name);
    (!name.is_empty()).then(|| CslName {
        literal: Some(name),
        ..CslName::default()
    })
}

/// Words before a family name that belong to it.
const PARTICLES: &[&str] = &[
    "von", "van", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "la", "le", "ten",
    "ter", "zu", "zur", "af", "bin", "ibn", "al",
];

/// Words that only names of organizations have.
#[rustfmt::skip]
const ORGANIZATIONS: &[&str] = &[
    "foundation", "university", "institute", "association", "organisation", "organization", "ministry", "committee",
    "commission", "council", "society", "press", "group", "network", "collective", "project", "contributors", "inc",
    "ltd", "gmbh", "united", "bank", "department", "centre", "center", "union", "team", "staff", "editors",
];

/// Returns a name as it is read ("Yochai Benkler") or as catalogues write it ("Benkler, Yochai, 1964-").
pub(super) fn whole_name(raw: &str) -> Option<CslName> {
    let text = clean::plain(raw);
    let text = text.trim_end_matches(['.', ',', ' ']);
    let mut parts = text.split(',').map(str::trim);
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    if let Some(given) = second.filter(|part| !part.starts_with(|c: char| c.is_ascii_digit())) {
        return person(given, first);
    }
    if second.is_some() {
        return person("", first).or_else(|| organization(first));
    }
    let words: Vec<&str> = first.split(' ').filter(|word| !word.is_empty()).collect();
    let is_organization = |word: &&str| {
        let word = word.to_lowercase();
        ORGANIZATIONS.contains(&word.trim_matches(|c: char| !c.is_alphanumeric()))
    };
    if words.len() < 2 || words.len() > 6 || words.iter().any(is_organization) {
        return organization(first);
    }
    // A name begins with given names, then particles, and ends with the family name.
    let last = words.len() - 1;
    let start = (1..last)
        .find(|index| {
            words.get(*index..last).is_some_and(|between| {
                between.iter().all(|word| {
                    PARTICLES.contains(&word.to_lowercase().as_str())
                        && word.starts_with(char::is_lowercase)
                })
            })
        })
        .unwrap_or(last);
    let (given, family) = words.split_at(start);
    person(&given.join(" "), &family.join(" "))
}

/// Returns year, month and day of a text, as far as it has them.
pub(super) fn date_parts(text: &str) -> Option<Vec<i32>> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let text = text
        .split('T')
        .next()
        .filter(|date| date.len() >= 4)
        .unwrap_or(text);
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let number = |word: &str| word.parse::<i32>().ok().filter(|number| *number >= 0);
    let year_of = |word: &str| {
        let digits = word.trim_start_matches(['c', 'C', 'p', '\u{a9}']);
        number(digits).filter(|_| digits.len() == 4)
    };
    let position = words.iter().position(|word| year_of(word).is_some())?;
    let year = words.get(position).and_then(|word| year_of(word))?;
    let month_named = words.iter().find_map(|word| {
        let word = word.to_lowercase();
        let index = MONTHS.iter().position(|month| word.starts_with(month))?;
        i32::try_from(index + 1).ok()
    });
    let others: Vec<i32> = words
        .iter()
        .enumerate()
        .filter(|(index, word)| *index != position && word.len() <= 2)
        .filter_map(|(_, word)| number(word))
        .collect();
    let parts = match (month_named, others.as_slice()) {
        (Some(month), [day]) => vec![year, month, *day],
        (Some(month), _) => vec![year, month],
        (None, [month, day]) if position == 0 => vec![year, *month, *day],
        (None, [month]) if position == 0 => vec![year, *month],
        _ => vec![year],
    };
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_many_notations() {
        for (text, parts) in [
            ("2006", vec![2006]),
            ("c2006.", vec![2006]),
            ("[2006?]", vec![2006]),
            ("2006-05", vec![2006, 5]),
            ("2006-05-14T10:00:00Z", vec![2006, 5, 14]),
            ("2006/05/14", vec![2006, 5, 14]),
            ("May 14, 2006", vec![2006, 5, 14]),
            ("14 October 2006", vec![2006, 10, 14]),
            ("Oct. 2006", vec![2006, 10]),
        ] {
            assert_eq!(date_parts(text), Some(parts), "{text}");
        }
        assert_eq!(date_parts("n.d."), None);
    }

    #[test]
    fn names_are_split_into_parts() {
        let split = |raw: &str| {
            let name = whole_name(raw)?;
            Some([name.given, name.family, name.literal].map(Option::unwrap_or_default))
        };
        for (raw, parts) in [
            ("Yochai Benkler", ["Yochai", "Benkler", ""]),
            ("Benkler, Yochai, 1964-", ["Yochai", "Benkler", ""]),
            ("Eric von Hippel", ["Eric", "von Hippel", ""]),
            ("P2P Foundation", ["", "", "P2P Foundation"]),
            ("Plato", ["", "", "Plato"]),
        ] {
            assert_eq!(split(raw), Some(parts.map(str::to_owned)), "{raw}");
        }
        assert_eq!(split(" "), None);
    }

    fn entry(title: &str) -> String {
        let mut builder = RecordBuilder::new("article-journal");
        builder.text("title", title);
        builder.names("author", vec![person("Yochai", "BENKLER").unwrap()]);
        builder.date("issued", "2002-12");
        let response = ClientResponse {
            address: String::new(),
            status: 200,
            content_type: String::new(),
            body: Vec::new(),
            date: String::new(),
        };
        let entry = builder.record("test", &response).entry().unwrap();
        entry.field("title").unwrap().to_owned()
    }

    #[test]
    fn titles_in_title_case_have_no_superfluous_braces() {
        assert_eq!(
            entry("Coase's Penguin, or, GNU and the Nature of the Firm"),
            "{Coase's Penguin, or, {GNU} and the Nature of the Firm}"
        );
        assert_eq!(
            entry("The rise of Linux in the nature of firms"),
            "{The rise of {Linux} in the nature of firms}"
        );
    }
}
