//! CSL items built from the fields of other formats: names, dates, pages and identifiers as people write them.

use std::collections::{BTreeMap, HashSet};

use super::bibtex::{date_in_words, web_address};
use super::file_field;
use crate::model::{
    CslDate, CslItem, CslName, CslValue, EdtfDate, before_et_al, is_et_al, is_name_suffix,
};

/// A CSL item under construction. The first value of a variable counts.
#[derive(Debug, Default)]
pub(crate) struct ItemBuilder {
    /// The item.
    pub(crate) item: CslItem,
    keywords: UniqueTexts,
    /// The texts added to text variables, and the separator.
    appended: BTreeMap<String, (&'static str, UniqueTexts)>,
}

/// Texts without repetitions, in their order.
#[derive(Debug, Default)]
struct UniqueTexts {
    list: Vec<String>,
    seen: HashSet<String>,
}

impl UniqueTexts {
    fn add(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() && self.seen.insert(text.to_owned()) {
            self.list.push(text.to_owned());
        }
    }
}

impl ItemBuilder {
    /// Returns a builder for an item of a CSL type.
    pub(crate) fn new(csl_type: &str) -> Self {
        Self {
            item: CslItem {
                item_type: csl_type.to_owned(),
                ..CslItem::default()
            },
            ..Self::default()
        }
    }

    /// Returns whether a variable is set.
    pub(crate) fn has(&self, variable: &str) -> bool {
        self.item.variables.contains_key(variable) || self.appended.contains_key(variable)
    }

    /// Sets a text variable. Returns whether it has this value now.
    pub(crate) fn text(&mut self, variable: &str, value: &str) -> bool {
        let value = value.trim();
        if value.is_empty() {
            return true;
        }
        match self.item.variables.get(variable) {
            None => {
                let value = CslValue::Text(value.to_owned());
                self.item.variables.insert(variable.to_owned(), value);
                true
            }
            Some(CslValue::Text(earlier)) => earlier == value,
            Some(_) => false,
        }
    }

    /// Adds a text to a variable that may have several.
    pub(crate) fn append(&mut self, variable: &str, separator: &'static str, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        let new = || (separator, UniqueTexts::default());
        let (_, parts) = self.appended.entry(variable.to_owned()).or_insert_with(new);
        parts.add(value);
    }

    /// Adds a linked file.
    pub(crate) fn file(&mut self, path: &str) {
        self.append("file", ";", path.trim());
    }

    /// Adds a name like [`add_name`].
    pub(crate) fn name(&mut self, variable: &str, name: CslName) {
        add_name(&mut self.item, variable, name);
    }

    /// Sets a date from a text. Returns whether it has this value now.
    pub(crate) fn date(&mut self, variable: &str, text: &str) -> bool {
        let text = text.trim();
        text.is_empty() || self.date_value(variable, date(text))
    }

    /// Sets a date.
    pub(crate) fn date_value(&mut self, variable: &str, date: CslDate) -> bool {
        if date == CslDate::default() {
            return true;
        }
        match self.item.variables.get(variable) {
            None => {
                let date = CslValue::from(date);
                self.item.variables.insert(variable.to_owned(), date);
                true
            }
            Some(CslValue::Date(earlier)) => **earlier == date,
            Some(_) => false,
        }
    }

    /// Adds a keyword.
    pub(crate) fn keyword(&mut self, keyword: &str) {
        self.keywords.add(keyword);
    }

    /// Sets the DOI from a DOI or its address; anything else becomes the URL.
    pub(crate) fn doi(&mut self, text: &str) -> bool {
        match bare_doi(text) {
            Some(doi) => self.text("DOI", doi),
            None if text.contains("://") => self.text("URL", text),
            None => self.text("DOI", text),
        }
    }

    /// Sets a URL, or the DOI if the address is that of one.
    pub(crate) fn url(&mut self, text: &str) -> bool {
        let text = text.trim();
        match bare_doi(text) {
            Some(doi) if text.contains("doi.org/") => {
                !self.has("DOI") && self.text("DOI", doi)
                    || self
                        .item
                        .text("DOI")
                        .is_some_and(|own| own.eq_ignore_ascii_case(doi))
            }
            _ => self.text("URL", &web_address(text)),
        }
    }

    /// Returns the item.
    pub(crate) fn finish(mut self) -> CslItem {
        let keywords = self.keywords.list;
        if !keywords.is_empty() {
            let has_comma = keywords.iter().any(|keyword| keyword.contains(','));
            let separator = if has_comma { "; " } else { ", " };
            let keywords = CslValue::Text(keywords.join(separator));
            self.item.variables.insert("keyword".to_owned(), keywords);
        }
        for (variable, (separator, parts)) in self.appended {
            let own = self.item.text(&variable);
            let own = own.filter(|own| !parts.seen.contains(own));
            let all: Vec<String> = own.into_iter().chain(parts.list).collect();
            let text = CslValue::Text(all.join(separator));
            self.item.variables.insert(variable, text);
        }
        self.item
    }
}

/// Returns the DOI in a text such as `https://doi.org/10.1000/x` or `doi:10.1000/x`.
fn bare_doi(text: &str) -> Option<&str> {
    let text = text.trim();
    let at = text.find("10.")?;
    let before = text.get(..at)?.to_lowercase();
    let is_doi = matches!(before.trim_end(), "" | "doi:" | "doi")
        || (before.starts_with("http") && before.ends_with("doi.org/"));
    let doi = text.get(at..)?;
    (is_doi && doi.contains('/') && !doi.contains(char::is_whitespace)).then_some(doi)
}

/// Returns the linked files of an item.
pub(crate) fn files(item: &CslItem) -> Vec<&str> {
    match item.variables.get("file") {
        Some(CslValue::Text(files)) => file_field::split(files, ';'),
        _ => Vec::new(),
    }
}

/// Returns the names in a line that should hold one but holds several, each with a comma of its own: `Doe, J. & Roe, R.`
pub(crate) fn several_names(line: &str) -> Vec<&str> {
    for separator in [";", " & ", " and "] {
        let names: Vec<&str> = line.split(separator).map(str::trim).collect();
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        if names.len() > 1 && names.iter().all(|name| name.matches(',').count() == 1) {
            return names;
        }
    }
    vec![line]
}

/// Adds a name to an item. One that only says that there are others marks the list as truncated, and one with a role
/// after it goes to the variable of that role.
pub(crate) fn add_name(item: &mut CslItem, variable: &str, name: CslName) {
    let (name, variable) = without_role(name, variable);
    let mut names = match item.variables.remove(variable) {
        Some(CslValue::Names(names)) => names,
        _ => Vec::new(),
    };
    if name.sole_part().is_some_and(is_placeholder) {
        // Nobody is named.
    } else if name.sole_part().is_some_and(is_et_al) {
        if let Some(last) = names.last_mut() {
            last.truncated = Some(true);
        }
    } else if name != CslName::default() {
        names.push(without_et_al(name));
    }
    if !names.is_empty() {
        let names = CslValue::Names(names);
        item.variables.insert(variable.to_owned(), names);
    }
}

/// Returns whether a text in the place of a name says that there is none, as databases do: "[No author name available]".
fn is_placeholder(name: &str) -> bool {
    let name = name.trim_matches(['[', ']', ' ', '.']).to_lowercase();
    let about_names = ["no author", "no editor"]
        .iter()
        .find_map(|start| name.strip_prefix(start));
    match about_names {
        Some(rest) => matches!(
            rest.trim(),
            "" | "name available" | "available" | "listed" | "given" | "name"
        ),
        None => matches!(name.as_str(), "n/a" | "not available"),
    }
}

/// Returns a name without the role in parentheses after it, as in "Helfrich, Silke (Hrsg.)", and the variable of the role;
/// `variable` without one.
fn without_role(mut name: CslName, variable: &str) -> (CslName, &str) {
    let split = |text: &str| -> Option<(String, &'static str)> {
        let (before, role) = text.trim().strip_suffix(')')?.rsplit_once('(')?;
        Some((before.trim().to_owned(), variable_of_role(role)?))
    };
    let last = [&name.given, &name.literal, &name.family]
        .into_iter()
        .flatten()
        .find_map(|part| split(part));
    let Some((rest, role)) = last else {
        return (name, variable);
    };
    match (rest.as_str(), &name.given, &name.literal) {
        // "Silke Helfrich (Hrsg.)", whose last word was taken for the family name
        ("", Some(given), None) => name = direct_name(given),
        ("", ..) => return (name, variable),
        (_, Some(_), None) => name.given = Some(rest),
        (_, _, Some(_)) => name = one_name(&rest),
        (_, None, None) => name.family = Some(rest),
    }
    let is_editor_already = role == "editor" && variable != "author";
    (name, if is_editor_already { variable } else { role })
}

/// Returns the variable of a role as people abbreviate it after a name.
fn variable_of_role(role: &str) -> Option<&'static str> {
    Some(
        match role.trim().trim_end_matches('.').to_lowercase().as_str() {
            "hrsg" | "hg" | "hgg" | "hrsgg" | "herausgeber" | "herausgeberin" | "ed" | "eds"
            | "editor" | "editors" | "éd" | "éds" | "dir" | "coord" | "coords" | "cur"
            | "a cura di" | "red" => "editor",
            "übers" | "übersetzer" | "übersetzerin" | "trans" | "transl" | "translator"
            | "trad" | "vert" => "translator",
            "ill" | "illustr" | "illustrator" => "illustrator",
            _ => return None,
        },
    )
}

/// Moves the "et al." that ends a name, as in "Doe J et al.", out of it.
fn without_et_al(mut name: CslName) -> CslName {
    for part in [&mut name.given, &mut name.family, &mut name.literal] {
        if let Some(before) = part.as_deref().and_then(before_et_al) {
            *part = (!before.is_empty()).then(|| before.to_owned());
            name.truncated = Some(true);
            break;
        }
    }
    name
}

/// Returns a literal name.
pub(crate) fn literal_name(text: &str) -> CslName {
    let text = text.trim();
    CslName {
        literal: (!text.is_empty()).then(|| text.to_owned()),
        ..CslName::default()
    }
}

/// Returns the parts of a name between its commas, without empty ones and the years of a life, which library catalogs add:
/// "Bollier, David,, 1955-".
pub(crate) fn name_parts(text: &str) -> Vec<&str> {
    let parts = text.split(',').map(str::trim);
    parts
        .enumerate()
        .filter(|(index, part)| !part.is_empty() && (*index == 0 || !is_life_span(part)))
        .map(|(_, part)| part)
        .collect()
}

/// Returns whether a text is the years of a life: "1955-", "b. 1955", "ca. 1806-1873".
fn is_life_span(text: &str) -> bool {
    const WORDS: [&str; 9] = [
        "active",
        "approximately",
        "b",
        "born",
        "c",
        "ca",
        "d",
        "died",
        "fl",
    ];
    let is_year = |word: &str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let mut words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.clone().any(is_year) && words.all(|word| is_year(word) || WORDS.contains(&word))
}

/// Reads `Family, Given` or `Family, Given, Suffix`. A name without a comma, or with one at its end, is literal.
/// Words in lower case before the family name are particles, as in BibTeX.
pub(crate) fn inverted_name(text: &str) -> CslName {
    if let Some(organization) = text.trim().strip_suffix(',') {
        return literal_name(organization);
    }
    let parts = name_parts(text);
    let (family, given, suffix) = match parts.as_slice() {
        [family, given] => (*family, *given, ""),
        [family, given, suffix] if is_name_suffix(given) => (*family, *suffix, *given),
        [family, given, suffix] if is_name_suffix(suffix) => (*family, *given, *suffix),
        _ => return literal_name(text),
    };
    // Databases write the suffix after the given name.
    let (given, suffix) = match given.rsplit_once(' ') {
        Some((before, last)) if suffix.is_empty() && is_name_suffix(last) => (before, last),
        _ => (given, suffix),
    };
    let (particles, family) = particles(family);
    person(particles, family, given, suffix)
}

/// Reads `Given Family` or `Family, Given`. One word is a literal name.
pub(crate) fn direct_name(text: &str) -> CslName {
    if is_et_al(text) {
        return literal_name(text);
    }
    if text.contains(',') {
        return inverted_name(text);
    }
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let suffix = match words.last() {
        Some(last) if words.len() > 2 && is_name_suffix(last) => words.pop().unwrap_or_default(),
        _ => "",
    };
    // Databases write `Ostrom E.`
    let is_initials = |word: &str| {
        word.contains('.')
            && word
                .chars()
                .all(|c| c.is_uppercase() || matches!(c, '.' | '-'))
    };
    if let [family @ .., initials] = words.as_slice()
        && is_initials(initials)
        && !family.is_empty()
        && !family.iter().any(|word| is_initials(word))
    {
        let family = family.join(" ");
        let (particles, family) = particles(&family);
        return person(particles, family, initials, suffix);
    }
    let is_lower = |word: &&str| word.chars().next().is_some_and(char::is_lowercase);
    let family_at = words
        .iter()
        .skip(1)
        .position(is_lower)
        .map_or(words.len().saturating_sub(1), |at| at + 1);
    let family_at = family_at.min(words.len().saturating_sub(1));
    let (given, family) = words.split_at(family_at);
    if given.is_empty() {
        return literal_name(text);
    }
    let family = family.join(" ");
    let (particles, family) = particles(&family);
    person(particles, family, &given.join(" "), suffix)
}

/// Reads `Given Family` or `Family, Given`, but leaves an organization in one piece.
pub(crate) fn one_name(name: &str) -> CslName {
    let mut words = name.split_whitespace();
    let is_organization = words.clone().count() > 3
        || words.any(|word| {
            #[rustfmt::skip]
            const WORDS: [&str; 30] = [
                "Agency", "Association", "Bank", "Centre", "Center", "Collective", "Commission", "Committee", "Company",
                "Council", "Department", "Foundation", "Forum", "Group", "Inc.", "Initiative", "Institute", "Ltd.",
                "Ministry", "Nations", "Network", "Office", "Organization", "Project", "Society", "Stiftung", "Team",
                "Union", "University", "Universität",
            ];
            WORDS.contains(&word)
        });
    if name.contains(',') {
        inverted_name(name)
    } else if is_organization {
        literal_name(name)
    } else {
        direct_name(name)
    }
}

/// Returns the initials of MEDLINE, `JP`, as other formats write them.
pub(crate) fn spaced_initials(initials: &str) -> String {
    let letters: Vec<String> = initials
        .chars()
        .map(|letter| format!("{letter}."))
        .collect();
    letters.join(" ")
}

/// Splits the words in lower case off the beginning of a family name.
pub(crate) fn particles(family: &str) -> (&str, &str) {
    let mut rest = family.trim();
    while let Some((word, after)) = rest.split_once(char::is_whitespace)
        && word.chars().next().is_some_and(char::is_lowercase)
    {
        rest = after.trim_start();
    }
    let particles = family.trim().strip_suffix(rest).unwrap_or_default();
    (particles.trim(), rest)
}

/// Returns the name of a person.
pub(crate) fn person(particles: &str, family: &str, given: &str, suffix: &str) -> CslName {
    let some = |text: &str| {
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    CslName {
        family: some(family),
        given: some(given),
        // Where it precedes the family name, it belongs to it.
        non_dropping_particle: some(particles),
        suffix: some(suffix),
        ..CslName::default()
    }
}

/// Returns a name as `Family, Given, Suffix`; a literal name as it is.
pub(crate) fn written_name(name: &CslName) -> String {
    if let Some(literal) = &name.literal {
        return literal.clone();
    }
    let (family, given) = (name.family_with_particle(), name.given_with_particle());
    match name.suffix.as_deref() {
        Some(suffix) => format!("{family}, {given}, {suffix}"),
        None if given.is_empty() => family,
        None => format!("{family}, {given}"),
    }
}

/// Reads a date: `2006`, `2006-05-12`, `2006/05/12`, `20060512`, EDTF, or words.
pub(crate) fn date(text: &str) -> CslDate {
    let text = text.trim().trim_end_matches('/');
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let pieces = || text.split(['-', '/']);
    let parts: Vec<&str> = if text.len() == 8 && is_digits(text) {
        [0..4, 4..6, 6..8]
            .into_iter()
            .filter_map(|range| text.get(range))
            .collect()
    } else if pieces().all(is_digits) && pieces().next().is_some_and(|year| year.len() == 4) {
        pieces().collect()
    } else {
        Vec::new()
    };
    let numbers: Vec<i32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    let one_date = |date_parts: Vec<i32>| CslDate {
        date_parts: vec![date_parts],
        ..CslDate::default()
    };
    match numbers.as_slice() {
        [year] if *year > 0 => return one_date(vec![*year]),
        [year, month] if (1..=12).contains(month) => return one_date(vec![*year, *month]),
        [year, end] if (1000..=9999).contains(end) && end > year => {
            return CslDate {
                date_parts: vec![vec![*year], vec![*end]],
                ..CslDate::default()
            };
        }
        // Some databases write zeros for what they do not know.
        [year, 0, ..] if *year > 0 => return one_date(vec![*year]),
        [year, month, 0] if (1..=12).contains(month) => return one_date(vec![*year, *month]),
        [year, month, day] if (1..=12).contains(month) && (1..=31).contains(day) => {
            return one_date(vec![*year, *month, *day]);
        }
        _ => {}
    }
    // The time of day does not count.
    let day = text.split_once('T').map_or(text, |(day, _)| day);
    if text.bytes().any(|byte| byte.is_ascii_digit())
        && let Ok(edtf) = day.parse::<EdtfDate>()
    {
        return edtf.to_csl();
    }
    date_in_words(text)
}

/// Returns a date as ISO 8601, or as it is printed.
pub(crate) fn iso_date(date: &CslDate) -> String {
    let date = super::losses::resolved_date(date);
    if let Some(literal) = date.literal {
        return literal;
    }
    let ends: Vec<String> = date
        .date_parts
        .iter()
        .map(|parts| {
            let mut numbers = parts.iter();
            let year = numbers.next().map(|year| format!("{year:04}"));
            let rest = numbers.map(|number| format!("{number:02}"));
            year.into_iter().chain(rest).collect::<Vec<_>>().join("-")
        })
        .collect();
    ends.join("/")
}

/// Returns the first and the last page of a simple range.
pub(crate) fn page_ends(pages: &str) -> Option<(String, String)> {
    let pages = one_dash(pages);
    let (start, end) = pages.split_once('-')?;
    let (start, end) = (start.trim(), end.trim());
    let is_page = |text: &str| !text.is_empty() && text.chars().all(char::is_alphanumeric);
    (is_page(start) && is_page(end)).then(|| (start.to_owned(), end.to_owned()))
}

/// Returns pages with one hyphen in place of any dash.
pub(crate) fn one_dash(pages: &str) -> String {
    pages
        .replace("--", "-")
        .replace(['\u{2013}', '\u{2010}', '\u{2011}'], "-")
}

/// Returns the ISBN or ISSN at the beginning of a text, without what it is of: `0300110561 (alk. paper)`.
pub(crate) fn serial_number(text: &str) -> &str {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && !"Xx- \u{2010}".contains(c));
    match text.get(..end.unwrap_or(text.len())).map(str::trim) {
        Some("") | None => text,
        Some(number) => number,
    }
}

/// Returns the ISBNs or ISSNs in a text; one that is written with spaces is one.
pub(crate) fn serial_numbers(text: &str) -> Vec<&str> {
    let is_whole = |word: &str| word.bytes().filter(u8::is_ascii_digit).count() >= 7;
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.iter().all(|word| is_whole(word)) {
        words
    } else {
        vec![text.trim()]
    }
}

/// Returns the keywords of an item.
pub(crate) fn keywords(item: &CslItem) -> Vec<String> {
    let text = item.text("keyword").unwrap_or_default();
    // Keywords that contain commas are separated by semicolons.
    let separators: &[char] = if text.contains(';') {
        &[';', '\n']
    } else {
        &[',', '\n']
    };
    text.split(separators)
        .map(str::trim)
        .filter(|keyword| !keyword.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Returns the ISO 639-1 code of a language that a catalogue names by three letters; other texts as they are.
pub(crate) fn language_code(text: &str) -> &str {
    match text {
        "eng" => "en",
        "ger" | "deu" => "de",
        "fre" | "fra" => "fr",
        "spa" => "es",
        "ita" => "it",
        "por" => "pt",
        "dut" | "nld" => "nl",
        "rus" => "ru",
        "pol" => "pl",
        "cze" | "ces" => "cs",
        "dan" => "da",
        "swe" => "sv",
        "nor" => "no",
        "fin" => "fi",
        "hun" => "hu",
        "gre" | "ell" => "el",
        "tur" => "tr",
        "jpn" => "ja",
        "chi" | "zho" => "zh",
        "kor" => "ko",
        "ara" => "ar",
        "heb" => "he",
        "cat" => "ca",
        "lat" => "la",
        "ukr" => "uk",
        "rum" | "ron" => "ro",
        "hrv" => "hr",
        "srp" => "sr",
        "slv" => "sl",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_says_that_nobody_is_named_is_no_name() {
        for text in ["[No author name available]", "No author listed", "n/a"] {
            let mut item = CslItem::default();
            add_name(&mut item, "author", literal_name(text));
            assert_eq!(item.names("author"), [], "{text}");
        }
        let mut item = CslItem::default();
        add_name(&mut item, "author", literal_name("No Authority Collective"));
        assert_eq!(item.names("author").len(), 1);
    }

    #[test]
    fn names_are_split_into_their_parts() {
        let parts = |name: CslName| {
            [
                name.non_dropping_particle,
                name.family,
                name.given,
                name.suffix,
                name.literal,
            ]
            .map(Option::unwrap_or_default)
        };
        for (written, expected) in [
            (
                "van Beethoven, Ludwig",
                ["van", "Beethoven", "Ludwig", "", ""],
            ),
            (
                "King, Martin Luther, Jr.",
                ["", "King", "Martin Luther", "Jr.", ""],
            ),
            (
                "King, Jr., Martin Luther",
                ["", "King", "Martin Luther", "Jr.", ""],
            ),
            ("King, Martin L. Jr", ["", "King", "Martin L.", "Jr", ""]),
            (
                "Mozilla Foundation,",
                ["", "", "", "", "Mozilla Foundation"],
            ),
            ("hooks, bell", ["", "hooks", "bell", "", ""]),
            ("P2P, Inc.,", ["", "", "", "", "P2P, Inc."]),
            ("Mill, J. S., 1806-1873", ["", "Mill", "J. S.", "", ""]),
            ("Bollier, David, b. 1955", ["", "Bollier", "David", "", ""]),
        ] {
            assert_eq!(parts(inverted_name(written)), expected, "{written}");
        }
        for (written, expected) in [
            (
                "Ludwig van Beethoven",
                ["van", "Beethoven", "Ludwig", "", ""],
            ),
            (
                "Martin Luther King Jr.",
                ["", "King", "Martin Luther", "Jr.", ""],
            ),
            ("Ostrom E.", ["", "Ostrom", "E.", "", ""]),
            ("Plato", ["", "", "", "", "Plato"]),
            ("Ostrom, Elinor", ["", "Ostrom", "Elinor", "", ""]),
            ("", ["", "", "", "", ""]),
        ] {
            assert_eq!(parts(direct_name(written)), expected, "{written}");
        }
    }

    #[test]
    fn dates_are_read_as_they_are_written() {
        for (text, parts) in [
            ("2006", vec![vec![2006]]),
            ("2006-05", vec![vec![2006, 5]]),
            ("2006/05/12", vec![vec![2006, 5, 12]]),
            ("20060512", vec![vec![2006, 5, 12]]),
            ("2006-05-12T10:00:00Z", vec![vec![2006, 5, 12]]),
            ("2006/00/00", vec![vec![2006]]),
            ("2006-2008", vec![vec![2006], vec![2008]]),
            ("12 May 2006", vec![vec![2006, 5, 12]]),
        ] {
            assert_eq!(date(text).date_parts, parts, "{text}");
        }
        assert_eq!(date("n.d.").literal.as_deref(), Some("n.d."));
    }

    #[test]
    fn a_doi_is_found_in_its_address() {
        for text in [
            "10.1/a",
            "doi:10.1/a",
            "DOI 10.1/a",
            "https://doi.org/10.1/a",
        ] {
            assert_eq!(bare_doi(text), Some("10.1/a"), "{text}");
        }
        assert_eq!(bare_doi("https://a.example/10.1/a"), None);
        assert_eq!(bare_doi("10.5"), None);
    }
}
