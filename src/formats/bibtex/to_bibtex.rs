//! From BibLaTeX to BibTeX, for styles and programs that read nothing else.
//!
//! An entry that uses nothing of BibLaTeX's own stays unchanged, byte for byte. In any other, the
//! type and the fields that BibTeX styles print get their BibTeX names, and inherited fields are
//! written out, because BibTeX inherits by other rules. Fields without a counterpart stay: BibTeX
//! ignores them.

use std::borrow::Cow;
use std::collections::HashSet;

use super::abbreviations::{MONTHS, Strings, ValuePart, definitions, parts};
use super::dates::years_in_words;
use super::inheritance::{self, ResolvedEntry};
use super::names::{is_extended, read_names, split_list, write_names};
use super::schema::{self, BibtexMapping, NumberRole, TypeClass, ValueKind};
use super::to_csl::{csl_type, kind_in_words, verbatim};
use super::{edit, parse_entry, tex, writer};
use crate::model::{DatePoint, EdtfDate, Entry, Name, RangeEnd, WithinYear};

/// A work in BibTeX's types and fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToBibtex {
    /// The work; its verbatim text is the original's if nothing had to change.
    pub work: Entry,
    /// Fields of the work that no BibTeX style prints.
    pub lost: Vec<String>,
    /// Whether the entry may say less than before. Entries whose fields only got other names say the same.
    pub may_say_less: bool,
}

/// Converts a BibLaTeX entry to a BibTeX one. `strings` and `parents` are as in [`super::to_csl`].
pub fn to_bibtex<'a>(
    work: &'a Entry,
    strings: &Strings,
    parents: &dyn Fn(&str) -> Option<Cow<'a, Entry>>,
) -> ToBibtex {
    let entry = inheritance::resolve(work, strings, parents);
    let lost: Vec<String> = entry
        .fields
        .iter()
        .filter(|(name, _)| bibtex_field(name) == BibtexMapping::Unprinted)
        .map(|(name, _)| name.clone().into_owned())
        .collect();
    let inherits = entry.get("xdata").is_some()
        || entry.get("crossref").is_some()
        || (work.fields()).any(|field| strings.resolve(field.value).text.contains("xdata="));
    let needs_fields = entry.fields.iter().any(|(name, _)| {
        matches!(
            bibtex_field(name),
            BibtexMapping::As(_) | BibtexMapping::Merged
        )
    });
    // A localization key of BibLaTeX is no text to print, and BibTeX prints an address twice.
    let is_misread = entry
        .get("type")
        .is_some_and(|genre| kind_in_words(genre).is_some())
        || entry.get("howpublished").is_some_and(|how| {
            entry
                .get("url")
                .is_some_and(|url| verbatim(how) == verbatim(url))
        });
    if bibtex_type(&entry).is_none()
        && !needs_fields
        && !inherits
        && !is_misread
        && !has_extended_names(&entry)
    {
        return ToBibtex {
            work: work.clone(),
            lost,
            may_say_less: false,
        };
    }
    let may_say_less = inherits
        || is_misread
        || has_extended_names(&entry)
        || bibtex_type(&entry).is_some_and(|kind| !means_the_same(&entry.kind, kind))
        || entry.fields.iter().any(|(name, value)| match &**name {
            "date" => !is_plain_date(value),
            "urldate" => false,
            name => {
                let is_list = schema::field(name).is_some_and(|row| row.data == ValueKind::List);
                bibtex_field(name) == BibtexMapping::Merged
                    || is_list && split_list(value).len() > 1
            }
        });
    let converted = BibtexConversion {
        entry: &entry,
        work,
        expands: strings.has_several_meanings(),
        fields: Vec::new(),
    }
    .convert();
    ToBibtex {
        work: converted,
        lost,
        may_say_less,
    }
}

/// Returns whether the fields of an entry mean the same under two types.
fn means_the_same(one: &str, other: &str) -> bool {
    let meaning = |kind: &str| {
        let row = schema::entry_type(kind)?;
        Some((row.csl, row.class, row.number))
    };
    meaning(one).is_some_and(|meaning_of_one| meaning(other) == Some(meaning_of_one))
}

/// Returns whether a date is a year of four digits with or without a month and a day, which BibTeX can say.
fn is_plain_date(date: &str) -> bool {
    let Ok(EdtfDate::Single(date)) = date.trim().parse() else {
        return false;
    };
    let is_known = date.unknown_digits == 0 && !date.approximate && !date.uncertain;
    let has_known_day = matches!(
        date.within_year,
        WithinYear::Nothing | WithinYear::Month(_) | WithinYear::Day(..)
    );
    is_known && has_known_day && (1000..=9999).contains(&date.year)
}

fn bibtex_field(name: &str) -> BibtexMapping {
    schema::field(name).map_or(BibtexMapping::Same, |field| field.bibtex)
}

/// Returns the BibTeX type of an entry, if it is not one already.
fn bibtex_type(entry: &ResolvedEntry<'_>) -> Option<&'static str> {
    let kind = entry.kind.as_str();
    let bibtex = match (
        kind,
        schema::entry_type(kind).map_or("misc", |row| row.bibtex),
    ) {
        // BibLaTeX's @inbook has the title of its part; BibTeX's has that of the book.
        ("inbook", _) if entry.get("booktitle").is_some() || entry.get("maintitle").is_some() => {
            "incollection"
        }
        ("article", bibtex) => bibtex,
        (_, "article") if entry.get("journaltitle").is_none() => "misc",
        ("thesis", bibtex) => {
            let kind = entry.get("type").unwrap_or_default().to_lowercase();
            let below_doctorate = ["master", "mathesis", "bachelor", "bathesis"];
            if below_doctorate.iter().any(|word| kind.contains(word)) {
                "mastersthesis"
            } else {
                bibtex
            }
        }
        (_, bibtex) => bibtex,
    };
    (bibtex != kind).then_some(bibtex)
}

fn has_extended_names(entry: &ResolvedEntry<'_>) -> bool {
    entry.fields.iter().any(|(name, names)| {
        schema::holds_names(name)
            && names.contains('=')
            && split_list(names).into_iter().any(is_extended)
    })
}

struct BibtexConversion<'e, 'a> {
    entry: &'e ResolvedEntry<'a>,
    work: &'a Entry,
    /// Whether abbreviations must be replaced by their text, because they do not mean the same everywhere.
    expands: bool,
    /// Names and values, with delimiters.
    fields: Vec<(String, String)>,
}

impl BibtexConversion<'_, '_> {
    fn convert(mut self) -> Entry {
        let kind = bibtex_type(self.entry).unwrap_or(self.entry.kind.as_str());
        let entry = self.entry;
        let row_of = |kind: &str| schema::entry_type(kind);
        let is_part = row_of(kind).is_some_and(|row| row.class == TypeClass::Part);
        let is_issue = |kind: &str| row_of(kind).is_some_and(|row| row.number == NumberRole::Issue);
        for (name, value) in &entry.fields {
            match &**name {
                "crossref" | "xdata" | "entrysubtype" => {}
                "year" | "month" | "day" if entry.get("date").is_some() => {}
                "title" | "booktitle" => {
                    let own = if name == "title" {
                        self.joined(&["title", "subtitle", "titleaddon"])
                    } else {
                        self.joined(&["booktitle", "booksubtitle", "booktitleaddon"])
                    };
                    // The title of all volumes precedes that of one: of the book, if the entry is a part of it.
                    let title = match entry.get("maintitle") {
                        Some(_) if name == "booktitle" || !is_part => {
                            let main =
                                self.joined(&["maintitle", "mainsubtitle", "maintitleaddon"]);
                            format!("{main}: {own}")
                        }
                        _ => own,
                    };
                    self.put(name, name, &title);
                }
                "maintitle" if entry.get("booktitle").is_none() && is_part => {
                    let title = self.joined(&["maintitle", "mainsubtitle", "maintitleaddon"]);
                    self.put("booktitle", "maintitle", &title);
                }
                "journaltitle" => {
                    let title =
                        self.joined(&["journaltitle", "journalsubtitle", "journaltitleaddon"]);
                    self.put("journal", "journaltitle", &title);
                }
                "date" => self.date(value),
                // BibTeX does not print it.
                "number"
                    if is_issue(&entry.kind) && !is_issue(kind) && entry.get("issue").is_none() =>
                {
                    self.put("issue", "number", value);
                }
                "issue" => {
                    let number = entry.get("number").is_none() && is_issue(kind);
                    self.put(if number { "number" } else { "issue" }, "issue", value);
                }
                "eid" => {
                    let pages = entry.get("pages").is_none();
                    self.put(if pages { "pages" } else { "eid" }, "eid", value);
                }
                "institution" if kind.ends_with("thesis") => {
                    self.put("school", "institution", value);
                }
                "type" => match kind_in_words(value) {
                    // The BibTeX type says it already.
                    Some(phrase) if schema::implied_genre(kind) == Some(phrase) => {}
                    Some(phrase) => self.put("type", "", phrase),
                    None => self.put("type", "type", value),
                },
                "pubstate" if entry.get("note").is_none() => {
                    let state = super::localization::phrase(value).unwrap_or(value);
                    self.put("note", "", state);
                }
                "urldate" if entry.get("note").is_none() && entry.get("pubstate").is_none() => {
                    let date = value.trim().trim_end_matches(['~', '?', '%']);
                    self.put("note", "", &format!("Accessed: {date}"));
                    self.put("urldate", "urldate", value);
                }
                "url" if kind == "misc" && entry.get("howpublished").is_none() => {
                    self.put("howpublished", "", &format!("\\url{{{}}}", verbatim(value)));
                }
                "url"
                    if entry
                        .get("howpublished")
                        .is_some_and(|how| verbatim(how) == verbatim(value)) => {}
                name if schema::holds_names(name) && has_extended_names(entry) => {
                    let names: Vec<Name> = read_names(value)
                        .into_iter()
                        .map(|name| match name {
                            // BibTeX needs no comma after a name of one part.
                            Name::Person(person) if person.has_family_only() => {
                                Name::Corporate(person.family)
                            }
                            Name::Person(mut person) => {
                                person.use_prefix = None;
                                person.junior_comma = false;
                                Name::Person(person)
                            }
                            other => other,
                        })
                        .collect();
                    self.put(name, "", &write_names(&names, false));
                }
                name if self.is_merged(name) => {}
                name => {
                    let bibtex = match bibtex_field(name) {
                        BibtexMapping::As(bibtex) => bibtex,
                        _ => name,
                    };
                    self.put(bibtex, name, value);
                }
            }
        }
        if kind != entry.kind && entry.get("type").is_none() {
            match (
                schema::implied_genre(&entry.kind),
                schema::implied_genre(kind),
            ) {
                (Some(own), implied) if implied != Some(own) => self.put("type", "", own),
                // Which degree it was written for is not known.
                (None, Some(_)) if kind.ends_with("thesis") => self.put("type", "", "Thesis"),
                _ => {}
            }
        }
        // Of several kinds of work BibTeX makes one. The kind stays in a field that its styles ignore.
        let written = schema::entry_type(kind).map(|row| row.csl);
        let subtype = csl_type(entry).filter(|csl| kind != entry.kind && Some(*csl) != written);
        match subtype {
            Some(csl) => self.put("entrysubtype", "", csl),
            None => {
                if let Some(subtype) = entry.get("entrysubtype") {
                    self.put("entrysubtype", "entrysubtype", subtype);
                }
            }
        }
        writer::work_of_fields(kind, &self.work.key, &self.fields)
    }

    /// Returns whether a field has gone into another one, which is there.
    fn is_merged(&self, name: &str) -> bool {
        let has = |name: &str| self.entry.get(name).is_some();
        match name {
            "subtitle" | "titleaddon" => has("title"),
            "booksubtitle" | "booktitleaddon" => has("booktitle"),
            "journalsubtitle" | "journaltitleaddon" => has("journaltitle"),
            "maintitle" | "mainsubtitle" | "maintitleaddon" => has("title") || has("booktitle"),
            _ => false,
        }
    }

    /// Returns title and subtitle, or what there is of them.
    fn joined(&self, [title, subtitle, addon]: &[&str; 3]) -> String {
        let part = |name: &str| self.entry.get(name).map(str::trim).unwrap_or_default();
        let mut whole = part(title).to_owned();
        for (separator, part) in [(": ", part(subtitle)), (". ", part(addon))] {
            if !part.is_empty() {
                if whole.ends_with(['?', '!']) {
                    whole.push(' ');
                } else if !whole.is_empty() {
                    whole.push_str(separator);
                }
                whole.push_str(part);
            }
        }
        whole
    }

    /// Adds a field. If its value is that of the field `from`, the source text is kept, with its
    /// abbreviations.
    fn put(&mut self, name: &str, from: &str, tex: &str) {
        if self.fields.iter().any(|(written, _)| written == name) {
            return;
        }
        let keeps = |value: &&str| {
            !(from.is_empty()
                || self.expands && uses_abbreviations(value)
                || value.contains("xdata="))
        };
        let written = self.work.field(from).filter(keeps);
        let value = match written {
            Some(written) if self.entry.get(from).map(str::trim) == Some(tex.trim()) => {
                written.to_owned()
            }
            _ => format!("{{{tex}}}"),
        };
        self.fields.push((name.to_owned(), value));
    }

    fn date(&mut self, tex: &str) {
        let parsed = tex.trim().parse::<EdtfDate>();
        let Ok(date) = parsed else {
            self.put("year", "", &tex::plain(tex));
            return;
        };
        let start = match &date {
            EdtfDate::Single(date) | EdtfDate::Range(RangeEnd::Date(date), _) => date,
            EdtfDate::Range(_, RangeEnd::Date(end)) => end,
            EdtfDate::Range(_, _) => return,
        };
        self.put("year", "", &years_in_words(&date));
        let month_of = |point: &DatePoint| {
            let name = |month: u8| {
                let (short, ..) = MONTHS.get(usize::from(month).checked_sub(1)?)?;
                Some(*short)
            };
            Some(match point.within_year {
                WithinYear::Month(month) | WithinYear::MonthUnknownDay(month) => {
                    name(month)?.to_owned()
                }
                WithinYear::Day(month, day) => format!("{} # {{~{day}}}", name(month)?),
                WithinYear::Season(21) => "{Spring}".to_owned(),
                WithinYear::Season(22) => "{Summer}".to_owned(),
                WithinYear::Season(23) => "{Autumn}".to_owned(),
                WithinYear::Season(_) => "{Winter}".to_owned(),
                WithinYear::Nothing | WithinYear::UnknownMonth { .. } => return None,
            })
        };
        let end = match &date {
            EdtfDate::Range(RangeEnd::Date(start), RangeEnd::Date(end)) if start != end => {
                month_of(end)
            }
            _ => None,
        };
        let month = match (month_of(start), end) {
            (Some(start), Some(end)) => Some(format!("{start} # {{--}} # {end}")),
            (start, end) => start.or(end),
        };
        if let Some(value) = month {
            self.fields.push(("month".to_owned(), value));
        }
    }
}

/// Returns whether a value consists of more than one text in braces or quotation marks.
fn uses_abbreviations(value: &str) -> bool {
    parts(value).any(|part| matches!(part, ValuePart::Name(_)))
}

/// Replaces all abbreviations that the file of an entry defines by their meaning, so that the entry can stand alone.
pub fn expand_all_abbreviations<'a>(work: &'a Entry, strings: &Strings) -> Cow<'a, Entry> {
    let of_entry = strings.of_entry(&work.key);
    let used: HashSet<String> = work
        .fields()
        .flat_map(|field| parts(field.value))
        .filter_map(|part| match part {
            ValuePart::Name(name) => Some(name.to_lowercase()),
            ValuePart::Text(_) => None,
        })
        .filter(|name| of_entry.is_user_defined(name))
        .collect();
    if used.is_empty() {
        return Cow::Borrowed(work);
    }
    expand_abbreviations(work, strings, &used)
}

/// Returns an entry in which `ambiguous` abbreviations (in lower case) are replaced by their text; unchanged if
/// it uses none of them.
pub fn expand_abbreviations<'a>(
    work: &'a Entry,
    strings: &Strings,
    ambiguous: &HashSet<String>,
) -> Cow<'a, Entry> {
    let strings = strings.of_entry(&work.key);
    let mut expanded = Cow::Borrowed(work);
    for field in work.fields() {
        let uses = parts(field.value).any(|part| match part {
            ValuePart::Name(name) => ambiguous.contains(&name.to_lowercase()),
            ValuePart::Text(_) => false,
        });
        if uses
            && let Ok(source) = edit::set_field(
                expanded.source(),
                field.name,
                &strings.resolve(field.value).text,
            )
            && let Ok(mut changed) = parse_entry(&source)
        {
            changed.key.clone_from(&work.key);
            expanded = Cow::Owned(changed);
        }
    }
    expanded
}

/// Splits the `@string`s of several files, or of one that defines a name again: into those that hold for all
/// entries, and the names, in lower case, of the others. Entries that use these need the text itself (see
/// [`expand_abbreviations`]).
pub fn common_abbreviations(texts: Vec<String>) -> (Vec<String>, HashSet<String>) {
    let mut ambiguous: HashSet<String> = HashSet::new();
    let mut strings = Strings::default();
    for text in &texts {
        for (name, value) in definitions(text) {
            if strings.gives_new_meaning(name, value) {
                ambiguous.insert(name.to_lowercase());
            }
        }
        strings.define(text);
    }
    let mut common = texts;
    // A definition that uses an ambiguous name, or shares an `@string` with one, is ambiguous, too.
    loop {
        let before = common.len();
        common.retain(|text| {
            let definitions = definitions(text);
            let is_ambiguous = definitions.iter().any(|(name, value)| {
                ambiguous.contains(&name.to_lowercase())
                    || parts(value).any(|part| match part {
                        ValuePart::Name(name) => ambiguous.contains(&name.to_lowercase()),
                        ValuePart::Text(_) => false,
                    })
            });
            if is_ambiguous {
                ambiguous.extend(definitions.iter().map(|(name, _)| name.to_lowercase()));
            }
            !is_ambiguous
        });
        if ambiguous.is_empty() || common.len() == before {
            return (common, ambiguous);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn down(source: &str) -> String {
        let file = read(source);
        let works = file.by_key();
        let find = |key: &str| works.get(key).map(|work| Cow::Borrowed(*work));
        let work = file.works().next().unwrap();
        let converted = to_bibtex(work, &file.strings, &find).work;
        converted.source().to_owned()
    }

    #[test]
    fn bibtex_stays_as_it_is() {
        let source = "@Article{k, author=\"A B\", journal = acm,\n year=1999}";
        assert_eq!(down(source), source);
    }

    #[test]
    fn ranges_of_months_keep_both_ends() {
        for (date, month) in [
            ("2003-05/2003-06", "may # {--} # jun"),
            ("2003-22/2003-24", "{Summer} # {--} # {Winter}"),
            ("2003-05-01/2003-05-03", "may # {~1} # {--} # may # {~3}"),
        ] {
            let source = down(&format!("@article{{k, title={{T}}, date={{{date}}}}}"));
            assert!(source.contains(&format!("month = {month},")), "{source}");
            let again = read(&source);
            let work = again.works().next().unwrap();
            let derived = super::super::derive(work, &again.strings, &|_| None).item;
            let issued = derived.date("issued").unwrap().date_parts.clone();
            let expected = date.parse::<EdtfDate>().unwrap().to_csl().date_parts;
            assert_eq!(issued, expected, "{source}");
        }
    }

    #[test]
    fn keys_in_type_and_repeated_addresses_go() {
        for (source, written) in [
            (
                "@phdthesis{k, title={T}, type={phdthesis}}",
                "@phdthesis{k,\n  title = {T},\n}",
            ),
            (
                "@report{k, title={T}, type={techreport}}",
                "@techreport{k,\n  title = {T},\n}",
            ),
            (
                "@thesis{k, title={T}, type={mastersthesis}}",
                "@mastersthesis{k,\n  title = {T},\n}",
            ),
            (
                "@misc{k, howpublished={\\url{http://x/a_b}}, url={http://x/a\\_b}}",
                "@misc{k,\n  howpublished = {\\url{http://x/a_b}},\n}",
            ),
        ] {
            assert_eq!(down(source), written);
        }
    }

    #[test]
    fn ambiguous_abbreviations_are_expanded() {
        let texts = [
            "@string{j = {A}}",
            "@string{k = j # {x}}",
            "@string{J = {B}}",
            "@string{u = {U}}",
        ];
        let (common, ambiguous) = common_abbreviations(texts.map(str::to_owned).to_vec());
        assert_eq!(common, ["@string{u = {U}}"]);
        let file = read("@string{j = {A}}@x{a, t = j # { y}, v = u}@string{j = {B}}@x{b, t = j}");
        let works = file.works();
        let sources: Vec<String> = works
            .map(|work| {
                expand_abbreviations(work, &file.strings, &ambiguous)
                    .source()
                    .to_owned()
            })
            .collect();
        assert_eq!(sources, ["@x{a, t = {A y}, v = u}", "@x{b, t = {B}}"]);
    }

    #[test]
    fn biblatex_goes_down() {
        assert_eq!(
            down(
                "@thesis{k, author = {family=Gogh, given=V, prefix=van}, title = {One}, subtitle = {Two},\n type = {phdthesis}, institution = uni, date = {1999-08-31}, location = {X}}@string{uni = \"U\"}"
            ),
            "@phdthesis{k,\n  author  = {van Gogh, V},\n  title   = {One: Two},\n  school  = uni,\n  year    = {1999},\n  month   = aug # {~31},\n  address = {X},\n}"
        );
        assert_eq!(
            down(
                "@online{k, title = {T}, url = {http://x}, date = {1999/..}, crossref = {p}}@xdata{p, note = {N}}"
            ),
            "@misc{k,\n  title        = {T},\n  howpublished = {\\url{http://x}},\n  year         = {1999--},\n  note         = {N},\n  entrysubtype = {webpage},\n}"
        );
    }
}
