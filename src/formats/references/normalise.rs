//! Makes CSL items of labelled references.

use super::dates;
use super::labels::Label;
use super::names;
use super::words::{self, WordClass};
use crate::model::{CslDate, CslItem, CslName, CslValue, Doi};
use crate::text::single_spaced;

/// A run of tokens with the same label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment<'t> {
    pub(crate) label: Label,
    pub(crate) text: &'t str,
}

/// Makes an item of the parts of a reference.
pub(crate) fn item(segments: &[Segment<'_>]) -> CslItem {
    let mut parts = Parts::default();
    for segment in segments {
        parts.add(*segment);
    }
    parts.into_item()
}

/// The parts of a reference, as they are found.
#[derive(Debug, Default)]
struct Parts {
    item: CslItem,
    is_thesis: bool,
    is_presentation: bool,
    is_manuscript: bool,
    is_report: bool,
    is_film: bool,
    is_communication: bool,
    has_container_word: bool,
    journal: Option<String>,
    container: Option<String>,
    place: Option<String>,
    notes: Vec<String>,
}

impl Parts {
    fn add(&mut self, segment: Segment<'_>) {
        let text = segment.text.trim();
        match segment.label {
            Label::Author => self.names("author", text),
            Label::Editor => self.names("editor", text),
            Label::Translator => self.names("translator", text),
            Label::Director => {
                self.is_film = true;
                self.names("director", text);
            }
            Label::Producer => self.names("producer", text),
            Label::Title => self.title(text),
            Label::ContainerTitle => self.container(text),
            Label::Journal => self.journal(text),
            Label::CollectionTitle => self.collection(text),
            Label::Volume => self.volume(text),
            Label::Pages => self.pages(text),
            Label::Edition => self.edition(text),
            Label::Date => self.date(text),
            Label::Location => {
                let place = place_text(text);
                if self.place.is_none() && !place.is_empty() {
                    self.place = Some(place);
                }
            }
            Label::Publisher => self.publisher(text),
            Label::Doi => self.doi(text),
            Label::Url => self.url(text),
            Label::Isbn => self.isbn(text),
            Label::Genre => self.genre(text),
            Label::Medium => self.medium(text),
            Label::Note => self.note(text),
            Label::Source => {
                let source = name_text(text);
                let source = source.strip_prefix("In ").unwrap_or(&source).to_owned();
                self.set_if_empty("archive", source);
            }
            Label::CitationNumber => {}
        }
    }

    fn has(&self, variable: &str) -> bool {
        self.item.variables.contains_key(variable)
    }

    fn set(&mut self, variable: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.item
                .variables
                .insert(variable.to_owned(), CslValue::Text(value));
        }
    }

    fn set_if_empty(&mut self, variable: &str, value: impl Into<String>) {
        if !self.has(variable) {
            self.set(variable, value);
        }
    }

    fn set_date(&mut self, variable: &str, date: CslDate) {
        let date = CslValue::from(date);
        self.item.variables.insert(variable.to_owned(), date);
    }

    fn names(&mut self, variable: &str, text: &str) {
        let parsed = names::read(text);
        if parsed.names.is_empty() {
            return;
        }
        if parsed.are_translators && !parsed.are_editors && variable == "editor" {
            return self.add_names("translator", parsed.names);
        }
        if variable == "author" && parsed.are_editors {
            return self.add_names("editor", parsed.names);
        }
        if variable == "editor"
            && words_of(text)
                .next()
                .is_some_and(|word| words::classes_of(&word).contains(WordClass::IN))
        {
            self.has_container_word = true;
        }
        // Names after the title are not authors again.
        if variable == "author" && self.has("author") && self.has("title") {
            return;
        }
        self.add_names(variable, parsed.names);
    }

    fn add_names(&mut self, variable: &str, names: Vec<CslName>) {
        match self.item.variables.get_mut(variable) {
            Some(CslValue::Names(earlier)) => earlier.extend(names),
            _ => {
                self.item
                    .variables
                    .insert(variable.to_owned(), CslValue::Names(names));
            }
        }
    }

    fn title(&mut self, text: &str) {
        if self.has("title") {
            // `Open Source as Culture in Mandiberg, M. (Ed.). (2012). The social media reader.`
            return if self.has_container_word && self.container.is_none() {
                self.container(text);
            } else {
                self.other_text(text);
            };
        }
        let mut text = text;
        // `Title [Special issue]`
        if let Some((before, bracket)) = text
            .trim_end_matches(['.', ',', ' '])
            .strip_suffix(']')
            .and_then(|t| t.rsplit_once('['))
            && !before.trim().is_empty()
        {
            match words::plain(bracket.split(' ').next().unwrap_or_default()).as_str() {
                "online" | "www" | "electronic" | "internet" | "en" | "v" => text = before,
                _ if bracket.chars().count() < 40 => {
                    self.genre(bracket);
                    text = before;
                }
                _ => {}
            }
        }
        // `Title (Tese de doutoramento)`
        if let Some((before, inside)) = parenthesis_at_end(text)
            && words_of(inside)
                .take(12)
                .any(|word| words::classes_of(&word).contains(WordClass::THESIS))
        {
            self.genre(inside);
            text = before;
        }
        // `Announcing fork. Email sent to the mailing list`
        const REMARKS: [&str; 8] = [
            ". Email sent",
            ". E-mail sent",
            ". Paper presented",
            ". Talk presented",
            ". Presented at",
            ". Posted to",
            ". Message to",
            ". Lecture given",
        ];
        if let Some(at) = REMARKS.iter().find_map(|remark| text.find(remark)) {
            let (before, remark) = text.split_at(at);
            self.set("title", title_text(before));
            return self.note(remark.trim_start_matches(['.', ' ']));
        }
        // `Prophets of peer production. Chapter 7: The Handbook`
        if let Some(at) = text.find(". Ch")
            && let Some(title) = text.get(..at)
            && let Some((number, book)) = text.get(at + 2..).and_then(chapter)
            && !book.is_empty()
        {
            self.set("title", title_text(title));
            self.set_if_empty("chapter-number", number);
            self.has_container_word = true;
            return self.container(book);
        }
        self.set("title", title_text(text));
    }

    fn container(&mut self, text: &str) {
        let (text, had_in) = without_in(text);
        self.has_container_word |= had_in;
        let lower = text.to_lowercase();
        const PRESENTED: &[&str] = &[
            "presented at",
            "presented to",
            "talk at",
            "talk given at",
            "paper at",
            "presentation at",
            "session at",
            "vortrag",
        ];
        if let Some(phrase) = PRESENTED.iter().find(|phrase| lower.contains(**phrase)) {
            self.is_presentation = true;
            // Lowercasing may move what follows.
            let event = text
                .to_ascii_lowercase()
                .find(phrase)
                .and_then(|at| text.get(at + phrase.len()..))
                .map(title_text)
                .unwrap_or_default();
            let event = event.strip_prefix("the ").unwrap_or(&event).to_owned();
            self.set_if_empty("event-title", event);
            return;
        }
        let title = title_text(text);
        if chapter(text).is_some_and(|(_, book)| book.is_empty()) {
            self.other_text(text);
        } else if self.container.is_none() && !title.is_empty() {
            self.container = Some(title);
        } else if is_event(&title) && !self.has("event-title") {
            self.set("event-title", title);
        } else {
            self.other_text(&title);
        }
    }

    /// Keeps text that no variable has room for.
    fn other_text(&mut self, text: &str) {
        let text = without_punctuation(text);
        if !text.is_empty() {
            self.notes.push(text);
        }
    }

    fn journal(&mut self, text: &str) {
        let (text, _) = without_in(text);
        let mut title = title_text(text);
        // A comma after the period: an abbreviation before the volume.
        if text.trim_end().ends_with(".,") && title.ends_with(char::is_alphanumeric) {
            title.push('.');
        }
        if chapter(text).is_some() {
            self.other_text(text);
        } else if self.journal.is_none() && !title.is_empty() {
            self.journal = Some(title);
        } else {
            self.other_text(&title);
        }
    }

    fn collection(&mut self, text: &str) {
        let text = name_text(text);
        let text = ["volume ", "of "].iter().fold(text.as_str(), |text, word| {
            text.strip_prefix(word).unwrap_or(text)
        });
        let last = text.rsplit([' ', ',']).next().unwrap_or_default();
        let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && last.len() < text.len() {
            self.set_if_empty("collection-number", last);
            let title = text
                .get(..text.len() - last.len())
                .unwrap_or_default()
                .trim_end_matches(|c: char| !c.is_alphanumeric());
            let title = ["no", "vol", "Vol", "No", "Bd", "Nr", "nr", "number"]
                .iter()
                .fold(title, |title, word| {
                    title
                        .strip_suffix(word)
                        .filter(|rest| rest.ends_with([' ', ',']))
                        .unwrap_or(title)
                });
            self.set_if_empty(
                "collection-title",
                title.trim_end_matches(|c: char| !c.is_alphanumeric()),
            );
        } else {
            self.set_if_empty("collection-title", text);
        }
    }

    fn volume(&mut self, text: &str) {
        // `4/2018`
        if let Some((issue, year)) = without_punctuation(text).split_once('/')
            && let Ok(year @ 1800..=2100) = year.parse::<i32>()
            && issue.parse::<u32>().is_ok()
            && !self.has("issued")
        {
            self.set_if_empty("issue", issue);
            self.set_date("issued", dates::of_year(year));
            return;
        }
        let (mut volume, mut issue) = (None, None);
        let mut expects_issue = false;
        let mut number = String::new();
        let mut depth = 0;
        let mut finish = |number: &mut String, is_issue: bool| {
            let done = std::mem::take(number);
            let done = done.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
            if done.is_empty() {
                return;
            }
            let has_digit = done.chars().any(|c| c.is_ascii_digit());
            let is_roman = done.chars().all(|c| "IVXLCivxlc".contains(c));
            if !has_digit && !is_roman {
                return;
            }
            let slot = if is_issue || volume.is_some() {
                &mut issue
            } else {
                &mut volume
            };
            if slot.is_none() {
                *slot = Some(done);
            }
        };
        let mut word = String::new();
        for character in text.chars().chain([' ']) {
            if character.is_alphabetic()
                || character == '№'
                || character == '°'
                || character == '\u{ba}'
            {
                word.push(character);
            }
            let class = words::classes_of(&words::plain(&word));
            let ends_word = !character.is_alphabetic() && !word.is_empty();
            if ends_word {
                let plain = words::plain(&word);
                let is_number_word = matches!(word.as_str(), "n°" | "nº" | "№");
                if class.contains(WordClass::ISSUE) || is_number_word || plain == "issue" {
                    finish(&mut number, expects_issue || depth > 0);
                    expects_issue = true;
                    number.clear();
                } else if class.contains(WordClass::VOLUME) {
                    finish(&mut number, expects_issue || depth > 0);
                    expects_issue = false;
                } else {
                    number.push_str(&word);
                }
                word.clear();
            }
            match character {
                '(' => {
                    finish(&mut number, expects_issue);
                    depth = 1;
                }
                ')' => {
                    finish(&mut number, true);
                    depth = 0;
                }
                ',' | ';' | ' ' | ':' => finish(&mut number, expects_issue || depth > 0),
                '.' if number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty() => {
                    finish(&mut number, expects_issue || depth > 0);
                }
                c if c.is_alphabetic() => {}
                c => number.push(c),
            }
        }
        if words_of(text).any(|word| word == "vols" || word == "volumes") && !text.contains('(') {
            if let Some(count) = volume {
                self.set_if_empty("number-of-volumes", count);
            }
            return;
        }
        if let Some(volume) = volume {
            if self.has("volume") && !self.has("issue") && issue.is_none() {
                self.set("issue", volume);
            } else {
                self.set_if_empty("volume", volume);
            }
        }
        if let Some(issue) = issue {
            self.set_if_empty("issue", issue);
        }
    }

    fn pages(&mut self, text: &str) {
        let text = text.trim_matches(|c: char| !c.is_alphanumeric());
        // What is not a number before the first number: `pp.`, `S.`, `pages`.
        let is_prefix = |c: char| !c.is_ascii_digit();
        let start = text.find(|c: char| !is_prefix(c)).unwrap_or(0);
        let before = text.get(..start).unwrap_or_default();
        let prefix: String = before
            .chars()
            .rev()
            .take_while(|c| c.is_alphabetic())
            .collect();
        if is_chapter_word(before) {
            let rest = text.get(start..).unwrap_or_default();
            let end = rest
                .find(|c: char| !c.is_alphanumeric())
                .unwrap_or(rest.len());
            let (number, rest) = rest.split_at(end);
            self.set_if_empty("chapter-number", number);
            if rest.contains(|c: char| c.is_ascii_digit()) {
                self.pages(rest);
            }
            return;
        }
        // `e1234`, `S12`
        let keeps =
            prefix.chars().count() == 1 && !matches!(prefix.as_str(), "p" | "P" | "с" | "σ" | "f");
        let start = if keeps { start - prefix.len() } else { start };
        let rest = text.get(start..).unwrap_or_default();
        let mut pages = String::new();
        for character in rest.chars() {
            match character {
                '\u{2013}' | '\u{2014}' | '\u{2212}' | '\u{2010}' | '\u{2011}' | '-' => {
                    while pages.ends_with(' ') {
                        pages.pop();
                    }
                    if !pages.ends_with('-') {
                        pages.push('-');
                    }
                }
                ' ' if pages.ends_with('-') => {}
                other => pages.push(other),
            }
        }
        let pages = pages.trim_end_matches(|c: char| !c.is_alphanumeric());
        let lower = pages.to_lowercase();
        let is_count = ["pages", "seiten", "p", "s", "pp", "p.", "páginas", "с"]
            .iter()
            .any(|unit| {
                lower.strip_suffix(unit).is_some_and(|count| {
                    !count.is_empty() && count.trim_end().bytes().all(|b| b.is_ascii_digit())
                })
            });
        if is_count {
            let count: String = lower.chars().take_while(char::is_ascii_digit).collect();
            self.set_if_empty("number-of-pages", count);
        } else {
            // `293-331 Copyright`: a word after the pages is none.
            let (pages, other) = match pages.split_once(' ') {
                Some((pages, other)) if other.chars().filter(|c| c.is_alphabetic()).count() > 4 => {
                    (pages, other)
                }
                _ => (pages, ""),
            };
            self.set_if_empty("page", pages);
            self.other_text(other);
        }
    }

    fn edition(&mut self, text: &str) {
        let text = without_punctuation(text);
        let digits: String = text
            .chars()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        let ordinal = words_of(&text).find_map(|word| {
            Some(match word.as_str() {
                "first" | "erste" | "premiere" | "primera" => "1",
                "second" | "zweite" | "deuxieme" | "segunda" | "seconde" => "2",
                "third" | "dritte" | "troisieme" | "tercera" => "3",
                "fourth" | "vierte" | "quatrieme" | "cuarta" => "4",
                "fifth" | "funfte" | "cinquieme" | "quinta" => "5",
                _ => return None,
            })
        });
        let is_rest = words_of(&text).count() <= 3;
        match ordinal {
            Some(number) if is_rest => self.set_if_empty("edition", number),
            _ if !digits.is_empty() && digits.len() < 3 && is_rest => {
                self.set_if_empty("edition", digits);
            }
            _ => self.set_if_empty("edition", text),
        }
    }

    fn date(&mut self, text: &str) {
        if let Some((_, first)) = dates::reprint(text) {
            self.set_date("original-date", dates::of_year(first));
        }
        if let Some(date) = dates::read(text) {
            let precision = |date: &CslDate| date.date_parts.first().map_or(0, Vec::len);
            match self.item.date("issued") {
                Some(issued) if issued.year() != date.year() => self.later_date(text),
                Some(issued) if precision(issued) >= precision(&date) => {}
                _ => self.set_date("issued", date),
            }
        } else if !self.has("issued") {
            let plain: String = words_of(text).collect();
            if matches!(
                plain.as_str(),
                "forthcoming" | "inpress" | "imerscheinen" | "apaizier"
            ) {
                self.set_if_empty("status", without_punctuation(text));
            }
        }
    }

    /// Takes a date after that of publication: the day of access, as in `2017. Web. 14 Apr. 2018`, or one that stays as
    /// text.
    fn later_date(&mut self, text: &str) {
        match dates::day(text) {
            Some(day) if day.year() > year(&self.item) && !self.has("accessed") => {
                self.set_date("accessed", day);
            }
            _ if !self.has("original-date") => self.other_text(text),
            _ => {}
        }
    }

    fn publisher(&mut self, text: &str) {
        let text = name_text(text);
        let text = text.strip_prefix("by ").unwrap_or(&text);
        let is_remark = text.starts_with(char::is_lowercase) && text.contains("author");
        if is_remark {
            self.notes.push(text.to_owned());
        } else if !self.has("publisher") {
            self.set("publisher", text);
        }
    }

    fn doi(&mut self, text: &str) {
        let Some(start) = text.find("10.") else {
            return self.url(text);
        };
        let doi: String = text
            .get(start..)
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let doi = address(&doi);
        if doi.parse::<Doi>().is_ok() {
            self.set_if_empty("DOI", doi);
        }
    }

    fn url(&mut self, text: &str) {
        let word = text
            .split_whitespace()
            .find(|word| words::is_url(word))
            .unwrap_or_default();
        let start = word
            .find("http")
            .or_else(|| word.find("www."))
            .or_else(|| word.find("ftp:"))
            .unwrap_or_default();
        let url = address(
            word.get(start..)
                .unwrap_or_default()
                .trim_start_matches(['<', '(', '[']),
        );
        if url.is_empty() {
            return;
        }
        let stripped = Doi::strip_resolver(url);
        if stripped.len() < url.len() && stripped.parse::<Doi>().is_ok() {
            return self.set_if_empty("DOI", stripped);
        }
        if url.starts_with("www.") || !url.contains("://") {
            self.set_if_empty("URL", format!("http://{url}"));
        } else {
            self.set_if_empty("URL", url);
        }
    }

    fn isbn(&mut self, text: &str) {
        let digits: String = text
            .chars()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(|c| {
                c.is_ascii_digit() || matches!(c, '-' | ' ' | 'X' | 'x' | '\u{2010}' | '\u{2011}')
            })
            .map(|c| {
                if matches!(c, '\u{2010}' | '\u{2011}') {
                    '-'
                } else {
                    c
                }
            })
            .collect();
        let digits = digits.trim().to_owned();
        let count = digits.bytes().filter(|b| b.is_ascii_alphanumeric()).count();
        match count {
            8 => self.set_if_empty("ISSN", digits),
            10 | 13 => self.set_if_empty("ISBN", digits),
            _ => {}
        }
    }

    fn genre(&mut self, text: &str) {
        let genre = without_punctuation(text);
        let is = |class: WordClass| {
            words_of(&genre).any(|word| words::classes_of(&word).contains(class))
        };
        let lower = genre.to_lowercase();
        self.is_film |= ["film", "motion picture", "video"]
            .iter()
            .any(|word| lower.contains(word));
        self.is_communication |= ["communication", "e-mail", "email"]
            .iter()
            .any(|word| lower.contains(word));
        self.is_manuscript |= lower.contains("manuscript")
            || lower.contains("preprint")
            || lower.contains("unpublished");
        if is(WordClass::THESIS) {
            self.is_thesis = true;
        } else if is(WordClass::REPORT) && !self.is_manuscript {
            self.is_report = true;
            // `Technical Report CAIP-TR-125`
            let last = genre.rsplit(' ').next().unwrap_or_default();
            if last.contains(|c: char| c.is_ascii_digit())
                && let Some(rest) = genre.strip_suffix(last)
            {
                self.set_if_empty("number", last);
                let rest = rest.trim_end_matches(|c: char| !c.is_alphanumeric());
                let rest = [" No", " no", " Nr", " number", " n"]
                    .iter()
                    .fold(rest, |rest, word| rest.strip_suffix(word).unwrap_or(rest));
                return self.set_if_empty("genre", rest);
            }
        }
        if matches!(lower.as_str(), "web" | "print" | "online" | "www document") {
            return;
        }
        self.set_if_empty("genre", genre);
    }

    fn medium(&mut self, text: &str) {
        let medium = without_punctuation(text);
        self.is_film |= ["DVD", "Film", "film", "VHS"]
            .iter()
            .any(|word| medium.contains(word));
        if !matches!(
            medium.to_lowercase().as_str(),
            "print" | "web" | "online" | "internet" | "www"
        ) {
            self.set_if_empty("medium", medium);
        }
    }

    fn note(&mut self, text: &str) {
        let lower = text.to_lowercase();
        let is_access = words_of(text)
            .take(6)
            .any(|word| words::classes_of(&word).contains(WordClass::ACCESS));
        if is_access {
            if let Some(date) = dates::read(text)
                && !self.has("accessed")
            {
                self.set_date("accessed", date);
            }
            // "Retrieved from", "Available at": nothing else is said.
            if words_of(text).count() <= 8 {
                return;
            }
        }
        if let Some(at) = lower.find("arxiv") {
            let number = lower
                .get(at + 5..)
                .unwrap_or_default()
                .trim_start_matches([':', ' '])
                .split([' ', ',', ']', '['])
                .next()
                .unwrap_or_default()
                .trim_end_matches(['.', ',']);
            if number.contains(|c: char| c.is_ascii_digit()) && number.contains(['.', '/']) {
                self.set_if_empty("number", format!("arXiv:{number}"));
                return;
            }
        }
        if lower.contains("presented at") || lower.contains("paper given at") {
            return self.container(text);
        }
        // A day after an address is that of access.
        if self.has("URL") && self.has("issued") && dates::day(text).is_some() {
            return self.later_date(text);
        }
        self.is_manuscript |= lower.contains("unpublished") || lower.contains("manuscript");
        let note = without_punctuation(text);
        // `DOI:` before an address says nothing more.
        let is_name_of_identifier = matches!(
            note.to_lowercase().as_str(),
            "doi" | "url" | "uri" | "link" | "isbn" | "issn" | "pdf"
        );
        if note.chars().any(char::is_alphanumeric) && !is_name_of_identifier {
            self.notes.push(note);
        }
    }

    fn into_item(mut self) -> CslItem {
        self.principal_names();
        let item_type = self.item_type();
        if let Some(journal) = self.journal.take() {
            self.set_if_empty("container-title", journal);
        }
        if let Some(container) = self.container.take() {
            self.set_if_empty("container-title", container);
        }
        if let Some(place) = self.place.take() {
            let is_event = self.has("event-title") && !self.has("publisher");
            self.set(
                if is_event {
                    "event-place"
                } else {
                    "publisher-place"
                },
                place,
            );
        }
        let keep: Vec<String> = std::mem::take(&mut self.notes);
        self.set("note", keep.join(". "));
        // The number of an item in a list or in a book is no volume of a book by itself.
        self.item.item_type = item_type.to_owned();
        self.item
    }

    /// Makes authors of editors where a reference has no others, unless they edited the book.
    fn principal_names(&mut self) {
        if self.item.item_type.is_empty()
            && self.is_film
            && !self.has("author")
            && !self.has("director")
            && let Some(names) = self.item.variables.remove("editor")
        {
            self.item.variables.insert("director".to_owned(), names);
        }
    }

    fn item_type(&mut self) -> &'static str {
        let has_publisher = self.has("publisher");
        let has_editor = self.has("editor");
        if self.is_thesis {
            if let Some(place) = self.journal.take() {
                self.set_if_empty("publisher", place);
            }
            return "thesis";
        }
        if self.is_film {
            return "motion_picture";
        }
        if self.is_presentation || self.has("event-title") {
            return if self.container.is_some() || self.journal.is_some() {
                "paper-conference"
            } else {
                "speech"
            };
        }
        if let Some(journal) = &self.journal
            && !(self.container.is_some() && has_editor)
        {
            let has_place = ["volume", "issue", "page", "DOI"]
                .iter()
                .any(|variable| self.has(variable));
            return if !has_place && self.has("URL") && is_site(journal) {
                "webpage"
            } else {
                "article-journal"
            };
        }
        if let Some(container) = &self.container {
            let plain: Vec<String> = words_of(container).collect();
            let has = |wanted: &[&str]| plain.iter().any(|word| wanted.contains(&word.as_str()));
            if has(&["blog", "weblog"]) {
                return "post-weblog";
            }
            if is_event(container) {
                return "paper-conference";
            }
            if has(&[
                "encyclopedia",
                "encyclopaedia",
                "enzyklopadie",
                "encyclopedie",
                "enciclopedia",
            ]) {
                return "entry-encyclopedia";
            }
            if has(&["dictionary", "worterbuch", "dictionnaire", "diccionario"]) {
                return "entry-dictionary";
            }
            let is_imprinted = has_publisher || has_editor || self.place.is_some();
            // `In: Zeitschrift 12 (2009)`
            if (self.has("volume") || self.has("issue")) && !is_imprinted {
                return "article-journal";
            }
            if is_imprinted || self.has_container_word {
                return "chapter";
            }
            if self.has("URL") {
                return "webpage";
            }
            return "chapter";
        }
        if self.is_report {
            return "report";
        }
        if self.is_communication {
            return "personal_communication";
        }
        if self.is_manuscript {
            return "manuscript";
        }
        if has_publisher
            || self.place.is_some()
            || self.has("ISBN")
            || self.has("edition")
            || self.has("collection-title")
        {
            let is_web = self.has("URL")
                && has_publisher
                && self.place.is_none()
                && !self.has("ISBN")
                && !publishes_books(self.item.text("publisher").as_deref().unwrap_or_default());
            return if is_web { "webpage" } else { "book" };
        }
        if self.has("URL") {
            return "webpage";
        }
        if (self.has("volume") || self.has("issue")) && self.has("page") {
            return "article-journal";
        }
        if has_editor {
            return "book";
        }
        "document"
    }
}

/// Returns the number of a chapter, and what follows it: `Chapter 7: The Handbook`.
fn chapter(text: &str) -> Option<(&str, &str)> {
    let rest = ["Chapter ", "Chap. ", "Ch. "]
        .iter()
        .find_map(|word| text.strip_prefix(word))?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (number, book) = rest.split_at_checked(end)?;
    let book = book
        .strip_prefix(':')
        .or_else(|| book.strip_prefix(" of "))
        .unwrap_or_default();
    (!number.is_empty()).then_some((number, book.trim()))
}

/// Returns whether a title is that of a site rather than a periodical.
fn is_site(title: &str) -> bool {
    words_of(title).any(|word| {
        matches!(
            word.as_str(),
            "project"
                | "website"
                | "site"
                | "blog"
                | "foundation"
                | "wiki"
                | "wikipedia"
                | "portal"
                | "medium"
        ) || [".com", ".org", ".net"]
            .iter()
            .any(|end| word.ends_with(end))
    })
}

fn publishes_books(publisher: &str) -> bool {
    words_of(publisher).any(|word| {
        words::classes_of(&word).contains(WordClass::PUBLISHER)
            && !matches!(word.as_str(), "foundation" | "institute")
    })
}

fn is_event(title: &str) -> bool {
    words_of(title).any(|word| {
        matches!(
            word.as_str(),
            "proceedings"
                | "proc"
                | "conference"
                | "symposium"
                | "workshop"
                | "congress"
                | "kongress"
                | "tagung"
                | "congreso"
                | "colloque"
                | "conferencia"
                | "konferenz"
                | "actes"
                | "actas"
                | "συνεδριο"
                | "colloquium"
                | "конференция"
                | "tagungsband"
        )
    })
}

/// Returns the words of a text in lower case without accents and punctuation.
fn words_of(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace()
        .map(words::plain)
        .filter(|word| !word.is_empty())
}

/// Returns a title without "In" before it, and whether there was one.
fn without_in(text: &str) -> (&str, bool) {
    let text = text.trim_start_matches(['(', '[', ' ', '-', '\u{2013}', '.', ',']);
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let bare = first.trim_end_matches([':', ',']);
    let is_in = matches!(
        bare,
        "In" | "in"
            | "IN"
            | "dans"
            | "Dans"
            | "En"
            | "en"
            | "Em"
            | "em"
            | "Στο"
            | "στο"
            | "В"
            | "I"
            | "i"
            | "Dins"
            | "dins"
    ) && !rest.is_empty()
        && (bare.chars().next().is_some_and(char::is_lowercase)
            || first.ends_with(':')
            || rest.starts_with(|c: char| !c.is_lowercase()));
    if is_in {
        (rest.trim_start(), true)
    } else {
        (text, false)
    }
}

/// Returns the text before a parenthesis at the end, and the text in it.
fn parenthesis_at_end(text: &str) -> Option<(&str, &str)> {
    let inside = text.trim_end_matches(['.', ',', ' ']).strip_suffix(')')?;
    let (before, inside) = inside.rsplit_once('(')?;
    (!before.trim().is_empty()).then_some((before, inside))
}

/// Returns a title without the punctuation and the quotation marks around it.
pub(crate) fn title_text(text: &str) -> String {
    let mut text = text.trim();
    loop {
        let before = text;
        text = text.trim_matches(|c: char| {
            c.is_whitespace()
                || matches!(c, ',' | ';' | ':' | '*' | '_' | '|' | '=' | '/')
                || is_east_asian_stop(c)
        });
        text = text
            .trim_start_matches(['.', ')', ']', '\u{2013}', '\u{2014}', '-'])
            .trim_start();
        text = text
            .trim_end_matches(['\u{2013}', '\u{2014}', '-', '(', '['])
            .trim_end();
        if let Some(rest) = text.strip_suffix('.')
            && !ends_in_abbreviation(rest)
        {
            text = rest;
        }
        if text.ends_with(')') && text.matches('(').count() < text.matches(')').count() {
            text = text.get(..text.len() - 1).unwrap_or_default();
        }
        if text.starts_with('(') && text.matches('(').count() > text.matches(')').count() {
            text = text.get(1..).unwrap_or_default();
        }
        text = without_quotes(text);
        if text == before {
            break;
        }
    }
    let mut words: Vec<&str> = text.split_whitespace().collect();
    words.retain(|word| !word.is_empty());
    words.join(" ")
}

/// Returns whether a period after a text belongs to its last word: `U.S`, `Wiley & Sons, Inc`, `J. Polit. Philos`.
fn ends_in_abbreviation(text: &str) -> bool {
    let last = text.rsplit(' ').next().unwrap_or_default();
    last.contains('.') && last.len() <= 6
        || matches!(
            last,
            "etc" | "Inc" | "Ltd" | "Jr" | "Co" | "Corp" | "Bros" | "vs"
        )
        || is_abbreviated_name(text)
}

/// Returns whether every word before the last is abbreviated, as in the names of journals: `IEEE Trans. Softw. Eng`.
fn is_abbreviated_name(text: &str) -> bool {
    const TITLES: [&str; 8] = ["dr", "mr", "mrs", "ms", "st", "prof", "vol", "no"];
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let last = words.pop().unwrap_or_default();
    let is_short = |word: &str| {
        word.ends_with('.')
            || word.chars().all(|c| c.is_uppercase() || c == '&')
            || matches!(
                word,
                "of" | "and" | "de" | "la" | "der" | "f\u{fc}r" | "und"
            )
    };
    let is_dotted = |word: &str| {
        let bare = word.trim_end_matches('.');
        // `L. Erlbaum` is a person, `J. Virol` a journal.
        let is_initial = bare.chars().count() == 1 && !matches!(bare, "J" | "Z");
        bare.len() < word.len() && !is_initial && !TITLES.contains(&bare.to_lowercase().as_str())
    };
    last.chars().all(char::is_alphabetic)
        && words.iter().all(|word| is_short(word))
        && words.iter().any(|word| is_dotted(word))
}

/// Returns whether a character ends a sentence or a part of it in Chinese or Japanese.
fn is_east_asian_stop(c: char) -> bool {
    matches!(
        c,
        '\u{3001}' | '\u{3002}' | '\u{ff0c}' | '\u{ff0e}' | '\u{ff1a}' | '\u{ff1b}'
    )
}

/// Returns a text without the quotation marks around it.
fn without_quotes(text: &str) -> &str {
    const PAIRS: [(&str, &[&str]); 13] = [
        ("\u{300c}", &["\u{300d}"]),
        ("\u{300e}", &["\u{300f}"]),
        ("\u{300a}", &["\u{300b}"]),
        ("\"", &["\""]),
        ("\u{201c}", &["\u{201d}", "\"", "\u{201c}"]),
        ("\u{201e}", &["\u{201c}", "\u{201d}", "\""]),
        ("\u{ab}", &["\u{bb}"]),
        ("\u{bb}", &["\u{ab}"]),
        ("\u{2018}", &["\u{2019}"]),
        ("\u{201a}", &["\u{2018}"]),
        ("``", &["''", "\"", "\u{201d}"]),
        ("'", &["'"]),
        ("\u{201d}", &["\u{201d}"]),
    ];
    for (open, closes) in PAIRS {
        let Some(inside) = text.strip_prefix(open) else {
            continue;
        };
        for close in closes {
            if let Some(inner) = inside.strip_suffix(close)
                && !inner.contains(open)
                && (!inner.contains(close) || *close == "'" || *close == "\u{2019}")
            {
                return inner.trim();
            }
        }
        // A quotation mark whose other half was lost or labelled otherwise.
        let is_lone = closes.iter().all(|close| !inside.contains(close))
            && *open != *"'"
            && open != "\u{2018}";
        if is_lone {
            return inside.trim();
        }
    }
    for close in ["\u{201d}", "\u{bb}", "\"", "''"] {
        if let Some(inner) = text.strip_suffix(close)
            && !inner.contains(['"', '\u{201c}', '\u{201e}', '\u{ab}', '\u{201d}'])
        {
            return inner.trim();
        }
    }
    text
}

/// Returns the name of a place, a publisher or a series: without the punctuation around it, but with the period of an
/// abbreviation.
fn name_text(text: &str) -> String {
    let mut name = without_punctuation(text);
    if has_period(text) && ends_in_abbreviation(&name) {
        name.push('.');
    }
    name
}

/// Returns a place like [`name_text`]; the abbreviation of a state keeps its period, as in `Cambridge, Mass.`.
fn place_text(text: &str) -> String {
    const STATES: [&str; 16] = [
        "Ala", "Ariz", "Calif", "Colo", "Conn", "Del", "Fla", "Ill", "Ind", "Mass", "Mich", "Minn",
        "Ont", "Penn", "Wash", "Wis",
    ];
    let mut place = name_text(text);
    let state = place.rsplit_once(", ").map(|(_, state)| state);
    // Moscow, Saint Petersburg, Leningrad and Minsk.
    let is_russian = matches!(
        place.as_str(),
        "\u{41c}" | "\u{421}\u{41f}\u{431}" | "\u{41b}" | "\u{41c}\u{43d}"
    );
    if has_period(text) && (is_russian || state.is_some_and(|state| STATES.contains(&state))) {
        place.push('.');
    }
    place
}

/// Returns whether a text ends with a period, before other punctuation.
fn has_period(text: &str) -> bool {
    text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '('))
        .ends_with('.')
}

/// Returns a value without the punctuation around it.
fn without_punctuation(text: &str) -> String {
    let text =
        text.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '\u{201c}' | '"'));
    let text = text.trim_end_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, ',' | ';' | ':' | '[' | '(' | '/' | '-' | '\u{2013}')
            || is_east_asian_stop(c)
    });
    let mut text = text.trim_end_matches(['.', ',', ';', ':', ' ']);
    loop {
        let unbalanced = |open: char, close: char| {
            text.ends_with(close) && text.matches(open).count() < text.matches(close).count()
        };
        if unbalanced('(', ')') || unbalanced('[', ']') {
            text = text
                .get(..text.len() - 1)
                .unwrap_or_default()
                .trim_end_matches(['.', ',', ' ']);
        } else {
            break;
        }
    }
    single_spaced(text)
}

/// Returns whether a text before a number says that it is that of a chapter.
fn is_chapter_word(text: &str) -> bool {
    let word = text.trim_matches(|c: char| !c.is_alphanumeric());
    matches!(
        word.to_lowercase().as_str(),
        "ch" | "chap"
            | "chapter"
            | "kap"
            | "kapitel"
            | "cap"
            | "cap\u{ed}tulo"
            | "capitolo"
            | "chapitre"
            | "hfst"
            | "hoofdstuk"
            | "\u{433}\u{43b}"
            | "\u{433}\u{43b}\u{430}\u{432}\u{430}"
    )
}

/// Returns an address without the punctuation that follows it in a sentence.
fn address(text: &str) -> &str {
    let mut text = text;
    loop {
        let before = text;
        text = text.trim_end_matches([
            '.', ',', ';', ':', '>', '"', '\u{201d}', '\'', '\u{bb}', ']', '}',
        ]);
        if text.ends_with(')') && text.matches('(').count() < text.matches(')').count() {
            text = text.get(..text.len() - 1).unwrap_or_default();
        }
        if text == before {
            return text;
        }
    }
}

/// Returns the first year of an item.
pub(crate) fn year(item: &CslItem) -> Option<i32> {
    item.date("issued").and_then(CslDate::year)
}
