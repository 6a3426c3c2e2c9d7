//! From a BibLaTeX entry to a CSL item.
//!
//! The fields are those of the BibLaTeX manual, §2.2; which CSL variable each becomes follows the usual
//! practice of pandoc and citation-js, and where these leave something out, the variables of CSL 1.0.2.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::abbreviations::Strings;
use super::dates::{ReadDate, read_date, read_year};
use super::inheritance::{self, ResolvedEntry};
use super::names::{list_before_et_al, read_names, split_list, unknown_name_keys};
use super::schema::{self, NumberRole, TypeClass, ValueKind};
use super::sentence_case::to_sentence_case;
use super::{Diagnostic, Severity, localization, tex, tex_alphabets};
use crate::csl::formula::end_of_group;
use crate::csl::variables::known_type;
use crate::formats::generic_kinds::is_generic_kind;
use crate::formats::pages;
use crate::language::{self, babel};
use crate::model::{CslItem, CslValue, CslVariables, Doi, Entry, Name, markup, percent_decoded};
use crate::suggest::{closest, in_sentence};

/// The derived data of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// The reference in the variables of CSL.
    pub item: CslItem,
    /// Whether the entry is no work, but holds data for others: an `@xdata`, or a `@set` without content.
    pub is_data: bool,
    /// The title and subtitle as they were written, before they went into sentence case; plain text.
    pub title: Option<String>,
    /// Other citation keys of the work (`ids`).
    pub aliases: Vec<String>,
    /// Its keywords, one by one.
    pub keywords: Vec<String>,
    /// The groups of JabRef to which it belongs.
    pub groups: Vec<String>,
    /// Its fields, including inherited ones: names in lower case, values as TeX with abbreviations
    /// expanded.
    pub fields: Vec<(String, String)>,
    /// The keys of the works from which it inherits (`crossref`, `xdata`), whether they are there or not.
    pub parents: Vec<String>,
    /// Diagnostics; their lines are 0.
    pub problems: Vec<Diagnostic>,
}

/// Derives the CSL item of an entry.
///
/// `strings` are the abbreviations of its file; `parents` finds another work by its key. Never
/// fails: values that cannot be parsed are reported in [`Derived::problems`] and kept as text as
/// far as CSL allows.
pub fn derive<'a>(
    work: &'a Entry,
    strings: &Strings,
    parents: &dyn Fn(&str) -> Option<Cow<'a, Entry>>,
) -> Derived {
    let entry = inheritance::resolve(work, strings, parents);
    let mut mapping = CslConversion::new(&entry, &work.key);
    mapping.map();
    let CslConversion {
        variables,
        problems,
        item_type,
        written_title,
        ..
    } = mapping;
    let list = |name: &str| -> Vec<String> {
        let value = entry.get(name).unwrap_or_default();
        let items = value.split([',', ';']).map(str::trim);
        items
            .filter(|item| !item.is_empty())
            .map(tex::plain)
            .collect()
    };
    let is_data = match schema::base_type(&entry.kind) {
        "xdata" | "control" => true,
        "set" => variables.is_empty(),
        _ => false,
    };
    Derived {
        is_data,
        item: CslItem {
            id: work.key.clone(),
            item_type: item_type.to_owned(),
            variables,
        },
        title: written_title,
        aliases: entry
            .get("ids")
            .map(|ids| ids.split(',').map(|id| id.trim().to_owned()))
            .into_iter()
            .flatten()
            .filter(|id| !id.is_empty())
            .collect(),
        keywords: list("keywords"),
        groups: list("groups"),
        parents: entry.parents.clone(),
        fields: (entry.fields.iter())
            .map(|(name, value)| (name.as_ref().to_owned(), value.as_ref().to_owned()))
            .collect(),
        problems,
    }
}

/// Returns the CSL type of an entry; `None` if its own type is unknown.
pub(super) fn csl_type(entry: &ResolvedEntry<'_>) -> Option<&'static str> {
    let row = schema::entry_type(&entry.kind)?;
    let has = |fields: &[&str]| fields.iter().any(|field| entry.get(field).is_some());
    let subtype = entry.get("entrysubtype").unwrap_or_default();
    let subtype = subtype.trim().to_ascii_lowercase();
    Some(match (row.base, subtype.as_str()) {
        ("article" | "periodical" | "suppperiodical", "magazine") => "article-magazine",
        ("article" | "periodical" | "suppperiodical", "newspaper") => "article-newspaper",
        // The user may put anything here; the name of a CSL type is that type.
        (_, subtype) if let Some(known) = known_type(subtype) => known,
        // A run of a periodical; one issue of it has a title of its own, or is an issue of a journal.
        ("periodical", "") if !has(&["issuetitle"]) => "periodical",
        ("unpublished", _) if has(&["eventdate", "eventtitle", "venue"]) => "speech",
        _ => row.csl,
    })
}

struct CslConversion<'e> {
    entry: &'e ResolvedEntry<'e>,
    key: &'e str,
    /// The base type in the schema. The entry's type may be an alias or a narrower kind of it.
    kind: &'e str,
    /// The type as it is written, in lower case.
    written_kind: &'e str,
    class: TypeClass,
    number: NumberRole,
    item_type: &'static str,
    variables: CslVariables,
    problems: Vec<Diagnostic>,
    /// Whether titles are brought into sentence case.
    english: bool,
    /// Whether the title may be English.
    title_is_english: bool,
    /// Whether the entry is BibLaTeX's rather than BibTeX's, where the two differ.
    biblatex: bool,
    written_title: Option<String>,
}

impl<'e> CslConversion<'e> {
    fn new(entry: &'e ResolvedEntry<'e>, key: &'e str) -> CslConversion<'e> {
        let fields = entry.fields.iter().map(|(name, _)| name);
        let row = schema::entry_type(&entry.kind);
        CslConversion {
            entry,
            key,
            kind: schema::base_type(&entry.kind),
            written_kind: &entry.kind,
            class: row.map_or(TypeClass::Other, |row| row.class),
            number: row.map_or(NumberRole::Own, |row| row.number),
            item_type: "document",
            variables: CslVariables::default(),
            problems: Vec::new(),
            english: true,
            title_is_english: true,
            biblatex: schema::is_biblatex(&entry.kind, fields),
            written_title: None,
        }
    }

    /// Warns of Cyrillic letters in TeX that are not known, which stay as they are.
    fn unknown_letters(&mut self) {
        let fields = self.entry.fields.iter();
        let unknown: Vec<(String, String)> = fields
            .filter(|(_, tex)| tex.contains('\\'))
            .filter(|(_, tex)| tex.contains("\\cyr") || tex.contains("\\CYR"))
            .flat_map(|(name, tex)| {
                let commands = tex_alphabets::unknown_letters(tex);
                commands
                    .into_iter()
                    .map(move |command| (name.to_string(), command.to_owned()))
            })
            .collect();
        for (field, command) in unknown {
            self.warn(
                Some(&field),
                format!("unknown letter {command}; it stays as it is"),
            );
        }
    }

    fn map(&mut self) {
        self.unknown_letters();
        self.item_type = self.csl_type();
        self.language();
        if self.item_type == "periodical" {
            // The title of a periodical is a name.
            self.english = false;
        }
        self.names();
        self.dates();
        self.titles();
        self.numbers();
        self.identifiers();
        self.publication();
        self.notes();
        self.single_fields();
        self.other_variables();
        for parent in &self.entry.missing {
            let message = format!("inherits from a missing entry: {parent}");
            self.warn(None, message);
        }
        for field in &self.entry.too_long {
            self.warn(Some(field), "too long to be inherited".to_owned());
        }
        if let Some(cycle) = &self.entry.cycle {
            let message = format!("inherits from itself: {}", cycle.join(" \u{2192} "));
            self.warn(None, message);
        }
        self.report_unknown_commands();
    }

    /// Reports the TeX commands that are printed as they are written.
    fn report_unknown_commands(&mut self) {
        for (field, value) in &self.entry.fields {
            // Most values have no commands.
            if !value.contains('\\')
                || schema::field(field).is_some_and(|row| row.data == ValueKind::Verbatim)
            {
                continue;
            }
            if !schema::is_printed(field) {
                continue;
            }
            for command in tex::unknown_commands(value) {
                let message =
                    format!("unknown TeX command \\{command}; it is kept as it is written");
                self.warn(Some(field), message);
            }
        }
    }

    fn raw(&self, field: &str) -> Option<&'e str> {
        self.entry.get(field).map(str::trim)
    }

    fn first_raw(&self, fields: &[&str]) -> Option<&'e str> {
        fields.iter().find_map(|field| self.raw(field))
    }

    fn text(&self, field: &str) -> Option<String> {
        let text = tex::html(&with_attached_quotes(self.raw(field)?));
        (!text.is_empty()).then_some(text)
    }

    /// Returns a text of one or more paragraphs.
    fn paragraphs(&self, field: &str) -> Option<String> {
        let text = tex::html_paragraphs(self.raw(field)?);
        (!text.is_empty()).then_some(text)
    }

    /// Returns a title, in sentence case if the work is in English.
    fn title(&self, field: &str) -> Option<String> {
        let tex = &*with_attached_quotes(self.raw(field)?);
        let mut pieces = tex::rich(tex);
        // A journal or an original title may be in another language than the work.
        let keeps_case = field == "booktitle" && names_conference(tex);
        let seems_english = match field {
            "title" => self.title_is_english,
            _ => self.english && seems_english(tex),
        };
        if self.english && seems_english && !is_in_sentence_case(tex) && !keeps_case {
            to_sentence_case(&mut pieces);
        }
        let title = tex::to_html(&pieces, true);
        // CSL has one language for all titles of a work.
        let is_foreign = field == "origtitle" && self.english && self.is_from_another_language();
        Some(title)
            .filter(|title| !title.is_empty())
            .map(|title| match is_foreign {
                true => format!("<span class=\"nocase\">{title}</span>"),
                false => title,
            })
    }

    /// Returns whether the work was translated from a language other than English.
    fn is_from_another_language(&self) -> bool {
        let languages = self.raw("origlanguage").map(tex::plain);
        let tag = languages.as_deref().and_then(language::tag_of);
        tag.is_some_and(|tag| language::primary(&tag) != "en")
    }

    fn warn(&mut self, field: Option<&str>, message: String) {
        self.report(Severity::Warning, field, message);
    }

    fn report(&mut self, severity: Severity, field: Option<&str>, message: String) {
        self.problems.push(Diagnostic {
            line: 0,
            key: Some(self.key.to_owned()),
            field: field.map(str::to_owned),
            message,
            severity,
        });
    }

    fn set(&mut self, variable: &str, text: Option<String>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.variables
                .insert(variable.to_owned(), CslValue::Text(text));
        }
    }

    fn csl_type(&mut self) -> &'static str {
        csl_type(self.entry).unwrap_or_else(|| {
            let near = closest(self.kind, schema::type_names().map(str::to_owned));
            let message = format!(
                "unknown type @{}, read as a document{}",
                self.written_kind,
                in_sentence(&near)
            );
            self.warn(None, message);
            "document"
        })
    }

    fn language(&mut self) {
        let options = self.raw("langidopts").unwrap_or_default();
        let babel_name = self.first_raw(&["langid", "hyphenation"]);
        let of_babel = babel_name.map(|name| {
            let known = babel::tag(name, options).map(Cow::Borrowed);
            known
                .or_else(|| language::tag_of(name))
                .unwrap_or_else(|| Cow::Owned(name.trim().to_owned()))
        });
        let written = self.raw("language").map(tex::plain);
        let named = written.as_deref().and_then(language::tag_of);
        let tag = match (of_babel, named) {
            (None, Some(named)) => Some(named),
            (None, None) => written.filter(|text| !text.is_empty()).map(Cow::Owned),
            // babel has no name for some regions and languages, and the tag says more.
            (Some(of_babel), Some(named))
                if written
                    .as_deref()
                    .is_some_and(|written| written.eq_ignore_ascii_case(&named))
                    && (language::primary(&named) == language::primary(&of_babel)
                        || babel::name(&named).and_then(|name| babel::tag(name, ""))
                            == Some(&*of_babel)) =>
            {
                Some(named)
            }
            // "English" has no region, though babel's `english` does.
            (Some(_), Some(named)) if options.is_empty() && babel::name(&named) == babel_name => {
                Some(named)
            }
            (of_babel, _) => of_babel,
        };
        let known = tag.as_deref().and_then(language::tag_of);
        self.title_is_english = self.raw("title").is_none_or(seems_english);
        self.english = match &known {
            Some(tag) => language::primary(tag) == "en",
            None => self.title_is_english,
        };
        self.set("language", tag.map(Cow::into_owned));
    }

    fn names(&mut self) {
        let options = self.raw("options").unwrap_or_default();
        let use_prefix = options.split(',').find_map(|option| {
            let (name, value) = option.split_once('=').unwrap_or((option, "true"));
            (name.trim() == "useprefix").then(|| value.trim() == "true")
        });
        // BibTeX's styles sort and cite with the prefix, and so do we everywhere, so that an author is printed
        // in one way, whatever the fields of the entry are.
        let use_prefix = use_prefix.unwrap_or(true);
        let own = self.entry.fields.iter().filter_map(|(field, _)| {
            let (variable, data) = schema::variable_of_field(field)?;
            (data == ValueKind::Names).then_some((&**field, variable))
        });
        let mut roles: Vec<(&str, &'static str)> = own.collect();
        for (field, role_field) in [
            ("editor", "editortype"),
            ("editora", "editoratype"),
            ("editorb", "editorbtype"),
            ("editorc", "editorctype"),
        ] {
            let role =
                self.raw(role_field)
                    .unwrap_or(if field == "editor" { "editor" } else { "" });
            let variable = match editor_role(&role.to_ascii_lowercase()) {
                "" if field == "editor" => "editor",
                variable => variable,
            };
            roles.push((field, variable));
        }
        for (field, variable) in roles {
            let Some(tex) = self.raw(field).filter(|_| !variable.is_empty()) else {
                continue;
            };
            let read = read_names(tex);
            let names = Name::list_to_csl(&read, use_prefix);
            if names.is_empty() {
                if !read.is_empty() {
                    let message = "others than nobody are not printed".to_owned();
                    self.report(Severity::Warning, Some(field), message);
                }
                continue;
            }
            if list_before_et_al(tex).is_some() {
                let message = "\u{201c}et al.\u{201d} is read as \u{201c}and others\u{201d}";
                self.report(Severity::Notice, Some(field), message.to_owned());
            }
            for key in unknown_name_keys(tex) {
                let message = format!("ignored {key}, which is not a part of a BibLaTeX name");
                self.report(Severity::Notice, Some(field), message);
            }
            match self.variables.get_mut(variable) {
                Some(CslValue::Names(earlier)) => earlier.extend(names),
                _ => {
                    self.variables
                        .insert(variable.to_owned(), CslValue::Names(names));
                }
            }
        }
    }

    fn dates(&mut self) {
        for (field, value) in &self.entry.fields {
            if let Some((variable, ValueKind::Date)) = schema::variable_of_field(field) {
                self.set_date(field, variable, read_date(value.trim()));
            }
        }
        // Dates in parts, which BibTeX has for the year of publication and other programs for other dates.
        for (variable, [year, month, day]) in [
            ("issued", ["year", "month", "day"]),
            ("accessed", ["urlyear", "urlmonth", "urlday"]),
            ("original-date", ["origyear", "origmonth", "origday"]),
            ("event-date", ["eventyear", "eventmonth", "eventday"]),
        ] {
            if !self.variables.contains_key(variable)
                && let Some(text) = self.raw(year)
            {
                let date = read_year(text, self.raw(month), self.raw(day));
                self.set_date(year, variable, date);
            }
        }
    }

    fn set_date(&mut self, field: &str, variable: &str, read: ReadDate) {
        if let Some(warning) = read.warning {
            self.warn(Some(field), warning);
        }
        self.variables
            .insert(variable.to_owned(), CslValue::Date(Box::new(read.date)));
    }

    fn titles(&mut self) {
        let is_periodical = self.kind == "periodical" && self.item_type != "periodical";
        let chapter_like = self.class == TypeClass::Part;
        let has_main = self.raw("maintitle").is_some();
        let own_title = self.title("title");
        let join = |mapping: &CslConversion<'_>, names: [&str; 3]| {
            let [title, subtitle, addon] = names.map(|name| match name {
                "title" => own_title.clone(),
                name => mapping.title(name),
            });
            joined(". ", [joined(": ", [title, subtitle]), addon])
        };
        const TITLE: [&str; 3] = ["title", "subtitle", "titleaddon"];
        const MAIN: [&str; 3] = ["maintitle", "mainsubtitle", "maintitleaddon"];
        const BOOK: [&str; 3] = ["booktitle", "booksubtitle", "booktitleaddon"];
        let title_fields = if is_periodical {
            ["issuetitle", "issuesubtitle", "issuetitleaddon"]
        } else if has_main && !chapter_like {
            MAIN
        } else {
            TITLE
        };
        let title = join(self, title_fields);
        let [written, written_subtitle, _] =
            title_fields.map(|field| self.raw(field).map(tex::plain));
        self.written_title = joined(": ", [written, written_subtitle]);
        let volume_title = match (has_main, chapter_like) {
            (true, true) => join(self, BOOK),
            (true, false) => join(self, TITLE),
            (false, _) => None,
        };
        let journal = || {
            let name = if self.raw("journaltitle").is_some() {
                "journaltitle"
            } else {
                "journal"
            };
            let [title, subtitle] = [name, "journalsubtitle"].map(|name| self.text(name));
            joined(
                ". ",
                [
                    joined(": ", [title, subtitle]),
                    self.text("journaltitleaddon"),
                ],
            )
        };
        let container = if is_periodical {
            let [title, subtitle, addon] = TITLE.map(|name| self.text(name));
            joined(". ", [joined(": ", [title, subtitle]), addon])
        } else if chapter_like && has_main {
            join(self, MAIN)
        } else if chapter_like {
            join(self, BOOK).or_else(journal)
        } else if self.class == TypeClass::Other {
            // The name of a website, a newspaper or a series of court reports.
            let [title, subtitle, addon] = BOOK.map(|name| self.text(name));
            journal().or_else(|| joined(". ", [joined(": ", [title, subtitle]), addon]))
        } else {
            // A whole book may have a `booktitle` for its parts to inherit.
            let whole = self.item_type == "book" || self.class == TypeClass::Book;
            journal().or_else(|| if whole { None } else { join(self, BOOK) })
        };
        let container_short = if is_periodical && !has_main {
            self.text("shorttitle")
        } else {
            self.text("shortjournal")
        };
        let whole_title = has_main && !chapter_like;
        let own_short = || self.title("shorttitle").filter(|_| !whole_title);
        let title_short = own_short().or_else(|| {
            let whole = own_title.as_deref()?;
            let extended =
                (self.raw("subtitle").is_some() || self.raw("titleaddon").is_some()) && !has_main;
            match markup::before_colon(whole) {
                Some(before) => Some(before.trim_end().to_owned()),
                None => extended.then(|| whole.to_owned()),
            }
        });
        self.set("title", title);
        self.set("volume-title", volume_title);
        self.set("container-title", container);
        self.set("container-title-short", container_short);
        self.set("title-short", title_short);
        let series = self.series();
        self.set("collection-title", series);
    }

    /// Returns a number in `series` is that of a journal's series: "3" is "3rd series".
    fn series(&self) -> Option<String> {
        let series = self.raw("series")?;
        if series.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(format!("{} series", localization::ordinal(series)));
        }
        match localization::phrase(series) {
            Some(phrase) => Some(capitalized(phrase)),
            None => self.title("series"),
        }
    }

    fn numbers(&mut self) {
        let number = self.text("number");
        let issue = self.text("issue");
        match self.number {
            NumberRole::Issue => {
                let issue = joined(", ", [number, issue]);
                self.set("issue", issue);
            }
            NumberRole::Series => {
                self.set("collection-number", number);
                self.set("issue", issue);
            }
            NumberRole::Own => {
                self.set("number", number);
                self.set("issue", issue);
            }
        }
        let volume = joined(".", [self.text("volume"), self.text("part")]);
        self.set("volume", volume);
        // An article without pages has an identifier in their place, and it is printed in their place.
        let own = ["pages", "eid"].map(|field| self.text(field));
        // Mendeley writes "n/a--n/a".
        let is_page = |pages: &String| {
            !pages
                .split(['-', '–'])
                .all(|page| matches!(page.trim(), "" | "n/a"))
        };
        let pages = own.into_iter().flatten().find(is_page);
        let is_whole = matches!(
            self.class,
            TypeClass::Book | TypeClass::Thesis | TypeClass::Report
        );
        let extent = pages
            .as_deref()
            .filter(|_| is_whole && self.raw("pages").is_some());
        match extent.and_then(pages::extent) {
            // A whole work is not on a page; programs put its number of pages there.
            Some(extent) if self.raw("pagetotal").is_none() => {
                self.set("number-of-pages", Some(extent));
            }
            _ => self.set("page", pages.map(|pages| pages::to_csl(&pages))),
        }
    }

    fn publication(&mut self) {
        let publisher: Vec<String> = [
            "school",
            "institution",
            "organization",
            "howpublished",
            "publisher",
        ]
        .into_iter()
        .filter_map(|field| {
            let text = self.literal_list(field)?;
            if field == "howpublished" {
                self.without_addresses(text)
            } else {
                Some(text)
            }
        })
        .collect();
        self.set("publisher", Some(publisher.join("; ")));
        let place = if self.kind == "patent" {
            let location = self.raw("location").map(|list| {
                let places = split_list(list).into_iter();
                let places: Vec<String> = places
                    .map(|place| match localization::phrase(place) {
                        Some(phrase) => phrase.to_owned(),
                        None => tex::html(place),
                    })
                    .collect();
                places.join("; ")
            });
            self.set("jurisdiction", location);
            self.literal_list("address")
        } else {
            self.literal_list("address")
                .or_else(|| self.literal_list("location"))
        };
        self.set("publisher-place", place);
        let genre = match self.text("type") {
            // "Article" of databases says nothing new.
            Some(genre)
                if matches!(
                    self.class,
                    TypeClass::Article | TypeClass::Book | TypeClass::Part
                ) && is_generic_kind(&genre) =>
            {
                None
            }
            Some(genre) => Some(match kind_in_words(&genre) {
                Some(phrase) => phrase.to_owned(),
                None => genre,
            }),
            None => schema::entry_type(self.written_kind)
                .and_then(|row| localization::phrase(row.implied_type?))
                .map(str::to_owned),
        };
        self.set("genre", genre);
        let status = self
            .text("pubstate")
            .map(|state| match localization::phrase(&state) {
                Some(phrase) => phrase.to_owned(),
                None => state,
            });
        self.set("status", status);
    }

    /// Returns a list of publishers or places, which `and` joins.
    fn literal_list(&self, field: &str) -> Option<String> {
        let tex = self.raw(field)?;
        if field == "howpublished" || !self.biblatex {
            return self.text(field);
        }
        let items: Vec<String> = split_list(tex).into_iter().map(tex::html).collect();
        Some(items.join("; ")).filter(|list| !list.is_empty())
    }

    fn identifiers(&mut self) {
        let options = self.raw("options").unwrap_or_default();
        let switched_off = |name: &str| {
            options.split(',').any(|option| {
                let (option, value) = option.split_once('=').unwrap_or((option, ""));
                option.trim() == name && value.trim() == "false"
            })
        };
        if self.kind == "online" || !switched_off("url") {
            let url = self.raw("url").map(|url| self.one_address(&verbatim(url)));
            let url = url
                .or_else(|| self.eprint_url())
                .or_else(|| self.published_at());
            self.set("URL", url);
        }
        if !switched_off("doi") {
            let doi = self.raw("doi").map(verbatim).unwrap_or_default();
            match Doi::in_text(&doi) {
                Some(found) => self.set("DOI", Some(found.into_owned())),
                // An address of another kind.
                None if doi.contains("://") => {
                    if !self.variables.contains_key("URL") {
                        self.set("URL", Some(web_address(&doi).into_owned()));
                    }
                }
                // Some programs write the DOI where the address belongs.
                None if doi.is_empty() => {
                    if let Some(CslValue::Text(url)) = self.variables.get("URL")
                        && !url.contains("://")
                        && let Ok(doi) = url.parse::<Doi>()
                    {
                        self.variables.remove("URL");
                        self.set("DOI", Some(doi.to_string()));
                    }
                }
                // "n/a" would become an address that leads nowhere.
                None if !has_digits(&doi) => {
                    let message = format!("{doi:?} is not a DOI; it is not printed");
                    self.warn(Some("doi"), message);
                }
                None => self.set("DOI", Some(doi)),
            }
        }
        // Some styles print both.
        let text = |variable: &str| match self.variables.get(variable) {
            Some(CslValue::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        if let (Some(doi), Some(url)) = (text("DOI"), text("URL"))
            && Doi::is_at(doi, url)
        {
            self.variables.remove("URL");
        }
    }

    /// Returns the address in a field, or the first of several, which Mendeley separates by spaces. That of a DOI comes
    /// last, because the DOI is printed anyway.
    fn one_address(&mut self, field: &str) -> String {
        let several = || {
            let parts = field.split_whitespace();
            parts.map(|part| part.trim_end_matches([',', ';']))
        };
        if several().count() < 2 || !several().all(|part| part.contains("://")) {
            return web_address(field).into_owned();
        }
        let first = several().find(|address| Doi::strip_resolver(address) == *address);
        let first = first.or_else(|| several().next()).unwrap_or(field);
        let message = format!("has several addresses; {first} is printed");
        self.report(Severity::Notice, Some("url"), message);
        web_address(first).into_owned()
    }

    /// Returns the address in `howpublished`, which is where it goes in BibTeX, if there is one only.
    fn published_at(&self) -> Option<String> {
        let how = self.raw("howpublished")?;
        let at = ["\\url{", "http://", "https://"]
            .iter()
            .filter_map(|start| how.find(start))
            .min()?;
        let rest = how.get(at..)?;
        let ends = |c: char| c.is_whitespace() || matches!(c, '{' | '}' | '<' | '>' | '(' | ')');
        let (address, after) = match rest.strip_prefix("\\url{") {
            Some(inside) => inside.split_at_checked(end_of_group(inside)?)?,
            None => rest.split_at_checked(rest.find(ends).unwrap_or(rest.len()))?,
        };
        let address = address.trim().trim_end_matches(['.', ',', ';']);
        let is_address = (address.starts_with("http://") || address.starts_with("https://"))
            && !address.contains(|c: char| c.is_whitespace() || matches!(c, '{' | '}'))
            && !after.contains("://");
        is_address.then(|| verbatim(address))
    }

    fn eprint_url(&self) -> Option<String> {
        let kind = self.first_raw(&["eprinttype", "archiveprefix"])?;
        let eprint = verbatim(self.raw("eprint")?);
        let eprint = match eprint.split_once(':') {
            Some((prefix, id)) if prefix.eq_ignore_ascii_case(kind) => id.trim().to_owned(),
            _ => eprint,
        };
        let base = match kind.to_ascii_lowercase().as_str() {
            "arxiv" => "https://arxiv.org/abs/",
            "jstor" => "https://www.jstor.org/stable/",
            "pubmed" => "https://www.ncbi.nlm.nih.gov/pubmed/",
            "googlebooks" => "https://books.google.com?id=",
            "hdl" => "https://hdl.handle.net/",
            _ => return None,
        };
        Some(format!("{base}{eprint}"))
    }

    /// Sets the variables that CSL does not define.
    fn other_variables(&mut self) {
        let json = self
            .raw("csljson")
            .and_then(|json| serde_json::from_str(json).ok());
        let others: BTreeMap<String, CslValue> = json.unwrap_or_default();
        for (variable, value) in others {
            self.variables.insert_if_absent(variable, value);
        }
    }

    /// Sets the variables that a single field holds, unless other fields gave them already.
    fn single_fields(&mut self) {
        for (field, _) in &self.entry.fields {
            let Some((variable, data)) = schema::variable_of_field(field) else {
                continue;
            };
            if self.variables.contains_key(variable) {
                continue;
            }
            let text = match data {
                ValueKind::Names | ValueKind::Date => continue,
                ValueKind::Title => self.title(field),
                ValueKind::List => self.literal_list(field),
                ValueKind::Verbatim => self.raw(field).map(tex::plain),
                ValueKind::Text | ValueKind::Separated | ValueKind::Keys => self.text(field),
            };
            self.set(variable, text);
        }
    }

    fn notes(&mut self) {
        let note = |field: &str| self.without_addresses(self.paragraphs(field)?);
        let note = joined(". ", [note("note"), note("addendum")]);
        self.set("note", note);
        let annote = ["annotation", "annote"]
            .iter()
            .find_map(|field| self.paragraphs(field));
        self.set("annote", annote);
        let summary = self.paragraphs("abstract");
        self.set("abstract", summary);
    }
}

impl CslConversion<'_> {
    /// Returns a text without the addresses that the work has anyway, which would be printed twice; none if nothing is
    /// left of it.
    fn without_addresses(&self, text: String) -> Option<String> {
        if !text.contains("://") {
            return Some(text);
        }
        let known = |variable: &str| match self.variables.get(variable) {
            Some(CslValue::Text(value)) => Some(value.as_str()),
            _ => None,
        };
        let doi = known("DOI");
        let mut addresses: Vec<String> = known("URL").map(str::to_owned).into_iter().collect();
        for resolver in ["https://doi.org/", "http://doi.org/", "http://dx.doi.org/"] {
            addresses.extend(doi.map(|doi| format!("{resolver}{doi}")));
        }
        let mut text = text;
        for address in &addresses {
            text = without_address(&text, address).unwrap_or(text);
        }
        (!text.is_empty()).then_some(text)
    }
}

/// Returns a text without an address and the words that lead to it; none if the address is not in it.
fn without_address(text: &str, address: &str) -> Option<String> {
    let address = address.trim_end_matches('/');
    let at = text.find(address)?;
    let (before, after) = (text.get(..at)?, text.get(at + address.len()..)?);
    let after = after.strip_prefix('/').unwrap_or(after);
    // It may be the beginning of another address.
    if address.is_empty()
        || after.starts_with(|next: char| next.is_alphanumeric() || "/?#=&%_~".contains(next))
    {
        return None;
    }
    let before = before.trim_end_matches(['<', '(', '[']);
    let before = without_lead_in(before);
    let after = after.trim_start_matches(['>', ')', ']', '.', ',', ';', ' ']);
    Some(match (before, after) {
        ("", rest) => {
            let inside = rest
                .strip_prefix('(')
                .and_then(|rest| rest.strip_suffix(')'));
            inside.unwrap_or(rest).to_owned()
        }
        (before, "") => before.to_owned(),
        (before, after) => format!("{before} {after}"),
    })
}

/// Returns the text before an address without the words that lead to it.
fn without_lead_in(before: &str) -> &str {
    const LEAD_INS: [&str; 14] = [
        "available online at",
        "available online from",
        "available at",
        "available from",
        "available online",
        "available",
        "online at",
        "retrieved from",
        "accessible at",
        "online",
        "url",
        "see",
        "at",
        "web",
    ];
    let trimmed = before.trim_end_matches([' ', ':', ',', ';', '\u{a0}', '\n']);
    for lead_in in LEAD_INS {
        let at = trimmed.len().wrapping_sub(lead_in.len());
        if let Some(end) = trimmed.get(at..)
            && end.eq_ignore_ascii_case(lead_in)
            && let Some(start) = trimmed.get(..at)
            && !start.ends_with(char::is_alphanumeric)
        {
            return start.trim_end_matches([' ', ',', ';', '.']);
        }
    }
    trimmed
}

/// Returns whether a text has digits, as every DOI has.
pub(super) fn has_digits(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Returns the address in a field that should hold nothing else: without the escapes of its scheme, which Mendeley
/// writes, the marks around it, or the HTML of a link.
pub(crate) fn web_address(url: &str) -> Cow<'_, str> {
    if let Some(inside) = url.trim().strip_prefix('<') {
        let address = match inside.split_once("href=") {
            Some((_, link)) => link.trim_start_matches(['"', '\'']),
            None => inside.strip_prefix("URL:").unwrap_or(inside),
        };
        let end = address.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '>'));
        let address = address
            .get(..end.unwrap_or(address.len()))
            .unwrap_or(address);
        return Cow::Owned(address.replace("&amp;", "&"));
    }
    let is_escaped = ["http%3A%2F%2F", "https%3A%2F%2F"].iter().any(|start| {
        url.get(..start.len())
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case(start))
    });
    if is_escaped {
        Cow::Owned(percent_decoded(url))
    } else {
        Cow::Borrowed(url)
    }
}

/// Returns whether a title may be English, as most are whose language cannot be guessed.
fn seems_english(title: &str) -> bool {
    language::guess(title).is_none_or(|guess| guess == "en")
}

/// Returns whether a book title is the name of a conference, which has capitals and places of its own: "25th
/// International Conference on Software Engineering".
fn names_conference(title: &str) -> bool {
    const WORDS: [&str; 9] = [
        "colloquium",
        "conf",
        "conference",
        "congress",
        "proc",
        "proceedings",
        "summit",
        "symposium",
        "workshop",
    ];
    let mut words = title.split(|c: char| !c.is_alphabetic());
    words.any(|word| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// Returns TeX with the spaces before the quotations in it that Google Scholar puts inside them: `Linux and" The Nature of
/// the Firm"`. Where it quotes the whole, as in `" O'Reilly Media, Inc."`, nothing is a quotation.
pub(super) fn with_attached_quotes(tex: &str) -> Cow<'_, str> {
    if !tex.contains("\" ") {
        return Cow::Borrowed(tex);
    }
    let quotes: Vec<usize> = memchr::memchr_iter(b'"', tex.as_bytes())
        .filter(|at| tex.get(..*at).is_some_and(|before| !before.ends_with('\\')))
        .collect();
    let (pairs, []) = quotes.as_chunks::<2>() else {
        return Cow::Borrowed(tex);
    };
    if let [[0, close]] = pairs
        && close + 1 == tex.len()
        && let Some(inside) = tex.get(1..*close).filter(|inside| inside.starts_with(' '))
    {
        return Cow::Borrowed(inside.trim());
    }
    let mut attached = String::with_capacity(tex.len());
    let mut written = 0;
    for [open, close] in pairs {
        let before = tex.get(written..*open).unwrap_or_default();
        let inside = tex.get(open + 1..*close).unwrap_or_default();
        attached.push_str(before);
        // A number before the mark is of inches, and a space before it is where it belongs.
        let is_apart = inside.starts_with(' ')
            && !inside.ends_with(' ')
            && !before.ends_with(|c: char| c.is_whitespace() || c.is_ascii_digit());
        if is_apart && !before.is_empty() {
            attached.push(' ');
        }
        attached.push('"');
        attached.push_str(if is_apart {
            inside.trim_start()
        } else {
            inside
        });
        attached.push('"');
        written = close + 1;
    }
    attached.push_str(tex.get(written..).unwrap_or_default());
    Cow::Owned(attached)
}

/// Returns whether a title is marked as being in sentence case: by an empty group at its end, which
/// prints nothing. Titles from CSL, where sentence case is the rule, are marked so.
fn is_in_sentence_case(tex: &str) -> bool {
    tex.strip_suffix("{}").is_some_and(|before| {
        let word = before.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        !(word.ends_with('\\') && word.len() < before.len())
    })
}

/// Removes TeX escapes: verbatim fields are not TeX, but programs write them all the same.
pub(crate) fn verbatim(raw: &str) -> String {
    let mut rest = raw.trim();
    // `\url{…}`, `\href{…}{text}` and `{…}` around the whole.
    while let Some(inside) = ["\\url{", "\\href{", "{"]
        .iter()
        .find_map(|start| rest.strip_prefix(start))
    {
        let Some(end) = end_of_group(inside) else {
            break;
        };
        let behind = inside.get(end + 1..).unwrap_or_default().trim();
        if !behind.is_empty() && !rest.starts_with("\\href{") {
            break;
        }
        rest = inside.get(..end).unwrap_or_default().trim();
    }
    if !rest.contains(['\\', '{', '}', '&', '$']) {
        return rest.to_owned();
    }
    const COMMANDS: [(&str, &str); 22] = [
        ("\\textless", "<"),
        ("\\textgreater", ">"),
        ("$<$", "<"),
        ("$>$", ">"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("\\textendash", "\u{2013}"),
        ("\\textemdash", "\u{2014}"),
        ("\\textasciitilde", "~"),
        ("\\texttildelow", "~"),
        ("\\textunderscore", "_"),
        ("\\textbackslash", "\\"),
        ("\\slash", "/"),
        ("\\allowbreak", ""),
        ("$\\sim$", "~"),
        ("\\~{}", "~"),
        ("\\&amp;", "&"),
        ("&amp;", "&"),
        ("\\-", ""),
        ("\\/", ""),
        ("\\{", "%7B"),
        ("\\}", "%7D"),
    ];
    let mut text = String::with_capacity(rest.len());
    // Whether each open brace is part of the address.
    let mut open = Vec::new();
    while let Some(character) = rest.chars().next() {
        if let Some((command, meaning)) = COMMANDS
            .iter()
            .find(|(command, _)| rest.starts_with(command))
        {
            text.push_str(meaning);
            rest = rest.get(command.len()..).unwrap_or_default();
            if command.ends_with(|c: char| c.is_ascii_alphabetic()) {
                rest = rest.strip_prefix("{}").unwrap_or(rest).trim_start();
            }
            continue;
        }
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        if character == '{' {
            // `{\_}`, `{_}` and `{}` are TeX; other braces belong to the address.
            let group = end_of_group(rest).and_then(|end| rest.get(..end));
            let is_tex = group.is_none_or(|group| {
                group.starts_with('\\') || !group.contains(char::is_alphanumeric)
            });
            open.push(!is_tex);
            text.push_str(if is_tex { "" } else { "%7B" });
            continue;
        }
        if character == '}' {
            text.push_str(if open.pop() == Some(true) { "%7D" } else { "" });
            continue;
        }
        if character != '\\' || !rest.starts_with(['_', '%', '#', '&', '$', '~']) {
            text.push(character);
        }
    }
    text
}

/// Returns what a `type` stands for: a localization key, or the name of an entry type that some programs write
/// in its place (`mastersthesis`).
pub(crate) fn kind_in_words(genre: &str) -> Option<&'static str> {
    localization::phrase(genre).or_else(|| {
        let row = schema::entry_type(&genre.trim().to_ascii_lowercase())?;
        localization::phrase(row.implied_type?)
    })
}

/// Returns the CSL variable of an `editortype`. Founders, continuators, redactors and revisers have
/// none: in `editor` they become editors, in `editora` and so on they are dropped.
fn editor_role(editor_type: &str) -> &'static str {
    match editor_type {
        "editor" => "editor",
        "director" => "director",
        "compiler" => "compiler",
        "interviewer" => "interviewer",
        "translator" => "translator",
        "illustrator" => "illustrator",
        "curator" => "curator",
        "producer" => "producer",
        "organizer" => "organizer",
        "collaborator" => "contributor",
        _ => "",
    }
}

fn joined<const N: usize>(separator: &str, parts: [Option<String>; N]) -> Option<String> {
    let mut whole: Option<String> = None;
    for part in parts.into_iter().flatten() {
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => {
                // A part that ends in a mark of its own takes no second one.
                let ends = whole.ends_with(['.', '?', '!', ':', ',']);
                let separator = if ends && separator.len() > 1 {
                    separator.trim_start_matches(['.', ':', ','])
                } else {
                    separator
                };
                whole.push_str(separator);
                whole.push_str(&part);
            }
        }
    }
    whole
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn item(source: &str) -> Derived {
        let file = read(source);
        let works = file.by_key();
        let find = |key: &str| works.get(key).map(|work| Cow::Borrowed(*work));
        let work = file.works().next().unwrap();
        derive(work, &file.strings, &find)
    }

    fn variables(source: &str, expected: &[(&str, &str)]) {
        let item = item(source).item;
        for (variable, value) in expected {
            let found = match *variable {
                "type" => Some(item.item_type.clone()),
                variable => item.text(variable),
            };
            assert_eq!(found.as_deref(), Some(*value), "{variable} of {source}");
        }
    }

    #[test]
    fn little_is_enough() {
        let derived = item("@misc{k, author = {{P2P Foundation}}, year = {n.d.}}");
        assert_eq!(
            derived.item.names("author")[0].literal.as_deref(),
            Some("P2P Foundation")
        );
        assert_eq!(
            derived
                .item
                .date("issued")
                .and_then(|date| date.literal.as_deref()),
            Some("n.d.")
        );
        assert_eq!(derived.problems.len(), 1);
        assert_eq!(derived.title, None);
        let derived = item("@Zine{k, title = {No. 1}}");
        assert_eq!(derived.item.item_type, "document");
        assert_eq!(
            derived.problems[0].message,
            "unknown type @zine, read as a document"
        );
        assert_eq!(item("@book{k}").item.variables.len(), 0);
    }

    #[test]
    fn types_and_their_fields() {
        variables(
            "@mastersthesis{k, title = {T}, school = {University of X and Y}}",
            &[
                ("type", "thesis"),
                ("genre", "Master’s thesis"),
                ("publisher", "University of X and Y"),
            ],
        );
        variables(
            "@thesis{k, date = 1999, type = {phdthesis}, institution = {X and Y}, location = {Z}}",
            &[
                ("genre", "PhD thesis"),
                ("publisher", "X; Y"),
                ("publisher-place", "Z"),
            ],
        );
        variables(
            "@report{k, type = {techreport}, number = 5, pubstate = {inpress}, langid = {ngerman}}",
            &[
                ("type", "report"),
                ("genre", "technical report"),
                ("number", "5"),
                ("status", "in press"),
                ("language", "de-DE"),
            ],
        );
        variables(
            "@unpublished{k, eventtitle = {Oekonux Conference}, venue = {Dortmund}, eventdate = {2001-04}}",
            &[
                ("type", "speech"),
                ("event-title", "Oekonux Conference"),
                ("event-place", "Dortmund"),
            ],
        );
        variables(
            "@misc{k, entrysubtype = {interview}}",
            &[("type", "interview")],
        );
        variables(
            "@article{k, entrysubtype = {newspaper}}",
            &[("type", "article-newspaper")],
        );
        variables(
            "@patent{k, location = {countryde and countryus}}",
            &[("jurisdiction", "Germany; United States of America")],
        );
        variables(
            "@periodical{k, title = {Journal of Peer Production}}",
            &[
                ("type", "periodical"),
                ("title", "Journal of Peer Production"),
            ],
        );
    }

    #[test]
    fn identifiers_and_addresses() {
        variables(
            "@misc{k, eprint = {1234.5678}, archiveprefix = {arXiv}, doi = {https://doi.org/10.1/a\\_b}}",
            &[
                ("URL", "https://arxiv.org/abs/1234.5678"),
                ("DOI", "10.1/a_b"),
            ],
        );
        let source = "@misc{k, howpublished = {\\url{http://x.org/~a_b}}}";
        variables(source, &[("URL", "http://x.org/~a_b")]);
        assert_eq!(item(source).item.text("publisher"), None);
        variables(
            "@online{k, url = {http://x.org/a%20b#c}}",
            &[("URL", "http://x.org/a%20b#c")],
        );
        variables(
            "@article{k, eid = {e12}, archive = {A}}",
            &[("page", "e12"), ("archive", "A")],
        );
        variables(
            "@article{k, eid = {e12}, pages = {1--20}}",
            &[("page", "1-20")],
        );
    }

    #[test]
    fn the_first_of_several_addresses_is_printed() {
        let source = "@article{k, doi = {10.1/a},
            url = {http://dx.doi.org/10.1/a http://b.org/c;d https://e.org}}";
        variables(source, &[("URL", "http://b.org/c;d"), ("DOI", "10.1/a")]);
        let [problem] = &item(source).problems[..] else {
            panic!("one problem");
        };
        assert_eq!(
            problem.message,
            "has several addresses; http://b.org/c;d is printed"
        );
        let one = "@online{k, url = {http://b.org/c,d}}";
        variables(one, &[("URL", "http://b.org/c,d")]);
        assert_eq!(item(one).problems, []);
    }

    #[test]
    fn spaces_stand_before_quotations_and_not_in_them() {
        variables(
            "@book{k, title={Coase's penguin, or, Linux and\" The Nature of the Firm\"},
              publisher={\" O'Reilly Media, Inc.\"}}",
            &[
                (
                    "title",
                    "Coase’s penguin, or, linux and \"the nature of the firm\"",
                ),
                ("publisher", "O’Reilly Media, Inc."),
            ],
        );
        for title in [
            "The \"commons\" and the \"firm\"",
            "Of 5\" disks and 3\" disks",
            "Half\" a quotation",
            "\"All of it\"",
            "{\\\"O}l und {\\\"A}pfel",
        ] {
            assert_eq!(with_attached_quotes(title), title);
        }
        // A text that only looks so is written in another way.
        for title in ["a\" b\"", "\" a\""] {
            let written = super::super::from_csl(&CslItem {
                id: "k".to_owned(),
                item_type: "book".to_owned(),
                variables: [("title".to_owned(), CslValue::Text(title.to_owned()))]
                    .into_iter()
                    .collect(),
            });
            let again = item(written.work.source()).item;
            assert_eq!(again.text("title").as_deref(), Some(title));
        }
    }

    #[test]
    fn the_name_of_a_conference_keeps_its_capitals() {
        let book = |title: &str| {
            let source = format!("@inproceedings{{k, booktitle = {{{title}}}}}");
            item(&source).item.text("container-title")
        };
        for name in [
            "2019 IEEE/ACM 41st International Conference on Software Engineering",
            "Proc. of the Fourth Symposium on Open Collaboration",
        ] {
            assert_eq!(book(name).as_deref(), Some(name));
        }
        let handbook = book("A Handbook of Peer Production");
        assert_eq!(handbook.as_deref(), Some("A handbook of peer production"));
    }

    #[test]
    fn contributors_by_role() {
        let derived = item(
            "@book{k, editor = {A B}, editortype = {director}, editora = {C D}, editoratype = {compiler},\n interviewer = {E F}, translator = {G van H}, options = {useprefix}, bookauthor = {I J}}",
        );
        let family = |variable: &str| derived.item.names(variable)[0].family.clone();
        for (variable, name) in [
            ("director", "B"),
            ("compiler", "D"),
            ("interviewer", "F"),
            ("translator", "H"),
            ("container-author", "J"),
        ] {
            assert_eq!(family(variable).as_deref(), Some(name));
        }
        let translator = &derived.item.names("translator")[0];
        assert_eq!(translator.non_dropping_particle.as_deref(), Some("van"));
    }

    #[test]
    fn titles_have_their_parts() {
        variables(
            "@article{k, title = {On {GNU} and {nm}}, subtitle = {A Study}, titleaddon = {Part I}, journaltitle = {The Journal}, journalsubtitle = {Of Things}}",
            &[
                (
                    "title",
                    "On GNU and <span class=\"nocase\">nm</span>: A study. Part I",
                ),
                ("title-short", "On GNU and <span class=\"nocase\">nm</span>"),
                ("container-title", "The Journal: Of Things"),
            ],
        );
        let derived =
            item("@book{k, title = {The Wealth of {Networks}}, subtitle = {How \\emph{It} Works}}");
        assert_eq!(
            derived.title.as_deref(),
            Some("The Wealth of Networks: How It Works")
        );
        variables(
            "@book{k, title = {Das Kapital}, langid = {german}}",
            &[("title", "Das Kapital")],
        );
        variables(
            "@book{k, title = {Free Culture}, origtitle = {Kritik der freien Kultur}, origlanguage = {german},
              langid = {english}}",
            &[(
                "original-title",
                "<span class=\"nocase\">Kritik der freien Kultur</span>",
            )],
        );
        variables(
            "@book{k, title = {In Case: as It Is{}}}",
            &[("title", "In Case: as It Is")],
        );
    }

    #[test]
    fn lists_come_apart() {
        let derived = item(
            "@book{k, ids = {a, b}, keywords = {movement:oekonux, gift economy; x}, groups = {G, H}}",
        );
        assert_eq!(derived.aliases, ["a", "b"]);
        assert_eq!(derived.keywords, ["movement:oekonux", "gift economy", "x"]);
        assert_eq!(derived.groups, ["G", "H"]);
    }
}
