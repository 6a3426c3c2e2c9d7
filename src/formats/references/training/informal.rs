//! Generates labelled references in the layouts of people who follow no style file: footnotes, syllabi, wiki pages, and
//! the conventions of other countries.
//!
//! A layout is a text with fields in braces. Words between two fields belong to the later one, as "in" and "pp." do.

use peerbib::formats::references::evaluation::Label;

use crate::values::{Pieces, Random, Values, doi, family, title, url};
use crate::words::Language;

/// The words that a language puts between fields.
struct Terms {
    locale: &'static str,
    inside: &'static str,
    and: &'static str,
    editor: &'static str,
    editors: &'static str,
    edited_by: &'static str,
    volume: &'static str,
    issue: &'static str,
    pages: &'static str,
    edition: &'static str,
    available: &'static str,
    accessed: &'static str,
    undated: &'static str,
    translated_by: &'static str,
    months: &'static str,
    by: &'static str,
}

/// Fields: A authors, E editors, T title, Q title in quotation marks, J periodical, C book, L place, B publisher, Y year,
/// V volume, N issue, G pages, K kind of thesis, H university, R kind of report, O organization, S site, U address,
/// D date, M month and year, X DOI, F edition, P presented at an event, Z year or that there is none, t translators,
/// d years of this and the first edition, s series in parentheses, I ISBN, k kind of page, w medium, x date of access,
/// h name of an account, m form of a file, o chapters, r director of a film.
/// Small letters are terms: i in, v volume, n issue, p pages, e editor's role, b edited by, a available at, c accessed,
/// y by.
const LAYOUTS: &[&str] = &[
    // Books
    "{A}. {T}. {L}: {B}, {Y}.",
    "{A}: {T}, {L}: {B} {Y}.",
    "{A} ({Y}): {T}. {L}: {B}.",
    "{A} ({Y}). {T}. {B}.",
    "{A} ({Y}) {T} ({L}: {B})",
    "{A}, {T}, {B}, {L}, {Y}.",
    "{A}, {T}, {L}, {B}, {Y}.",
    "{A}, {T}, {L}, {B}, {Y}, {g}.",
    "{A}. {Y}. {T}. {B}.",
    "{A} {Y}, {T}, {B}, {L}.",
    "{A}. {T} ({B}, {Y})",
    "{A}, {T} ({L}: {B}, {Y}), {p} {G}.",
    "{T}, {y}{A}. {B}, {Y}",
    "{T}. {y}{A}. {L}: {B}, {Y}.",
    "{T} {y}{A} ({B}, {Y})",
    "{A}: {T}, {F}, {L} {Y}.",
    "{A}: {T}. {L} {Y}, {p} {G}.",
    "{A}, {T}, {L} {Y}",
    "{A} {T}. – {L}: {B}, {Y}. – {g}.",
    "{A}. {T}. {F}. {L}: {B}, {Y}.",
    "{E} ({Y}): {T}. {L}: {B}.",
    "{E}: {T}. {L}: {B} {Y}.",
    "{E}, {T}, {L}, {B}, {Y}.",
    "{E} {Y}. {T}. {L}: {B}.",
    "{A}. ({Y}). {T}. {L}: {B}.",
    "{A} ({Y}). {T}. {L}.",
    // Periodicals
    "{A}: {T}, {i}: {J} {V} ({Y}), {n} {N}, {p} {G}.",
    "{A} ({Y}): {T}. {i}: {J}, {V}({N}), {p} {G}.",
    "{A} ({Y}): {Q}, {i}: {J}, {v} {V}, {n} {N}, {G}.",
    "{A}, {Q}, {J}, {v} {V}, {n} {N}, {Y}, {p} {G}.",
    "{A}, {Q}, {i} {J}, {V} ({Y}), {N}, {p} {G}.",
    "{A}, {Q}, {J} {V}/{N} ({Y}), {G}.",
    "{A}. {Q} {J} {W} ({Y}): {G}.",
    "{A} ({Y}) {T}. {J} {V}:{G}.",
    "{A} {T} // {J}. {Y}. {n} {N}. {p} {G}.",
    "{A}, {T}, {J} {V}, {M}.",
    "{A}. {T}. {J} {V}({N}), {G} ({Y})",
    "{A}, {J}, {Y}, {V}, {G}.",
    "{A}, {J}, {Y}, {V}, {G}; {X}",
    "{A}: {Q}, {J}, {Y}, {V}, ({N}), {p} {G}",
    "{A}: {T}, {J}, {V}, {G}, {X}, {Y}.",
    "{A}: {T}, {J}, {V}, {G}, {Y}.",
    "{A}. {T}. {J}, {L}, {v} {V}, {n} {N}, {p} {G}, {Y}.",
    "{A}, {Q}, {i}: {J}, {N}/{Y}, {G}",
    "{A} ({Y}) {Q}, {J}, {V}({N}), {p} {G}.",
    "{A} ({Y}). {T}. {J}, {V}({N}), {G}. {X}",
    "{A}. {T}. {J}. {Y};{V}({N}):{G}.",
    "{A} {Y}. {T}. {J} {V}: {G}.",
    "{A}, {Q}, {J}, {D}, {p} {g1}.",
    "{A}: {Q}, {i}: {J}, {D}, {p} {g1}.",
    "{A}. {Q} {J}, {D}. {U}",
    "{A} ({D}) {T}. {J}. {a} {U}",
    "{Q}. {J}, {D}.",
    "{A}. {T}. {J}, {M}, {p} {g1}",
    // Chapters
    "{A}: {T}, {i}: {E}, {C}, {L}: {B} {Y}, {p} {G}.",
    "{A} ({Y}): {T}. {i}: {E}: {C}. {L}: {B}, {p} {G}.",
    "{A}, {Q}, {i} {E}, {C}, {L}, {B}, {Y}, {p} {G}.",
    "{A} ({Y}), {T}, {i} {E}, {C}, {B}, {L}, {p} {G}.",
    "{A} ({Y}) {T}, {i}: {E} {C}, {L}, {B}, {p} {G}.",
    "{A}. {Q} {C}, {b}, {B}, {Y}, {p} {G}.",
    "{A}. {Q} {i} {C}, {b}, {G}. {L}: {B}, {Y}.",
    "{A} ({Y}). {Q}. {i}: {C}, {b}, {L}: {B}, {G}.",
    "{A}. {T}. {i}: {E}. {C}. {L}: {B}, {Y}. {p} {G}.",
    "{A} ({Y}). {T}. {i} {E}, {C} ({p} {G}). {L}: {B}.",
    "{A}, {Q}, {i} {C}, {b} ({L}: {B}, {Y}), {G}.",
    "{A}, {T}, {i} {C} ({L}: {B}, {Y}), {G}.",
    "{Q}. {C}, {b}, {F}, {B}, {Y}.",
    "{A}, {Q}, {P}, {L}, {D}.",
    "{A} ({Y}). {T}. {P}, {L}.",
    // Theses and reports
    "{A}: {T}. {K}, {H} {Y}.",
    "{A}, {T}, {K}, {H}, {L}, {Y}.",
    "{A} ({Y}). {T}. {K}, {H}.",
    "{A}. {T}. {K} {H}, {Y}.",
    "{A} ({Y}), {T}, {R}, {O}, {L}.",
    "{A} ({Y}). {T}. {R}. {L}: {O}.",
    "{A}, {T}, {R}, {O}, {Y}. {U}",
    // Pages
    "{A}. {Q}. {U}",
    "{A}, {Q}, {S}, {D}, {U}",
    "{A} ({Z}). {T}. {a} {U}",
    "{A} ({Y}): {T}. {S}. {a} {U} {c}",
    "{A}: {Q}, {S}, {D}. {a} {U} {c}.",
    "{A} ({Y}) {T}. {a} {U} {c}.",
    "{A} ({Y}) {T}, {U}",
    "{T} {U} {y}{A}, {Y}.",
    "{T} {U}",
    "{T}, {S}, {U}",
    "{T}. {A}. {S}, {Y}. {U}",
    "{A}. {Y}. {Q} {S}. {D}. {U}.",
    "{A}. {T}. {a} <{U}>. {c}.",
    "{A} {Y}, {T}, {S}, {c}, <{U}>.",
    "{A}. ({D}). {T} [{k}]. {S}. {U}",
    "{A}, {Y}, {Q}, {k}, {D}, {c}, {U}",
    "{A}. {Q} {S}, {D}. {w}. {x}.",
    // Wiki pages and lists of links
    "{T}. {y}{A}. {J}, {Y}",
    "{T}. {y}{A}. {J} {V}({N}), {Y}, {p} {G}",
    "{T}. {y}{A}. {S}, {Y}. {U}",
    "{Q} {y}{A}, {J}, {M}",
    "{T}. {A}. {J}, {v} {V}, {n} {N}, {Y}, {p} {G}",
    "{T}. {A}. {B}, {Y}.",
    "{T} – {A} – {U}",
    "{A} – {T} – {B} {Y}",
    "{A} - {T} ({Y}) - {U}",
    "{T}, {Y} {U}",
    // Translations, reprints, series
    "{A}. {Y}. {T}. {t}. {L}: {B}.",
    "{A}. {T}. {t}. {L}: {B}, {Y}.",
    "{A}, {T}, {t} ({L}: {B}, {Y}), {G}.",
    "{A} ({d}) {T}, {L}: {B}.",
    "{A}. {d}. {T}. {L}: {B}.",
    "{A}: {T}. {L}: {B} {Y} ({s}).",
    "{A} ({Y}) {T} ({s}), {L}: {B}.",
    "{A}. {T}. {F}. {L}: {B}, {Y}. {I}.",
    "{A}, {T}, {L}, {B}, {s}, {Y}, {g}.",
    "{T}. {b}. {L}: {B}, {Y}.",
    // Conventions of journals of the sciences and of law
    "{A} {Y} {T} {J} {V} {G}",
    "{A} {Y} {T} ({L}: {B}) {p} {G}",
    "{A}: {T}, {B}, {L}, {Y}.",
    "{A}: {T}, {i}: {C}, {b}, {B}, {L}, {G}, {Y}.",
    "{A}, {T}, {V} {J} {g1} ({Y}).",
    "{A}, {Q} {i} {P}, {L}, {M}, {p} {G}.",
    "{A}, {T}, {B}, {L}, {F}, {Y}, {p} {G}.",
    // Newspapers, and what has not appeared
    "{A}. {Q} {J} ({L}), {D}, {p} {g1}.",
    "{A}. {T}. {J}, {L}, {D}, {p} {g1}.",
    "{A} ({Z}). {T}. {J}.",
    "{A} ({Z}) {Q}, {J}.",
    // Chapters to read
    "{A}. {Y}. {T}, {o}. {L}: {B}.",
    "{A}, {T} ({L}: {B}, {Y}), {o}.",
    "{A}, {T} ({B}, {Y}), {o}",
    "{A}. {T}. {o}. {B}, {Y}.",
    // Encyclopedias and posts
    "{A} ({D}). {Q}. {J}. {c}.",
    "{Q} {m}. {J}. {D}. {c}.",
    "{Q} {m}. {B}. {Y}. {c}.",
    "{A}, {Q}, {U} {c}",
    "{A} {h}. ({D}). {T} [{k}]. {S}. {U}",
    // Films
    "{T} ({r}, {Y})",
    "{T}. {r}. {B}, {Y}.",
    "{A}. {T}. {J} {Y}, {V}, {G}.",
    "{A} {Y}, {T}, {L}, {B}, {s}, {g}.",
    "{A}, {T}, {J}, {V} ({Y}), {p} {G}.",
    "{A}, {T}. {i}: {J} {V} ({Y}) {n} {N}, {p} {G}.",
    "{A}: {T}, {L} {Y}, {p} {G}.",
    "{A}, {T}, {L}: {B} {Y}, {p} {G}.",
    // Theses and reports in parentheses
    "{A} ({Y}). {T} ({K}). {H}.",
    "{A}. {T}. {Y}. {K} – {H}, {L}, {Y}.",
    "{A}. ({Y}). {T} ({R}). {L}: {O}.",
];

/// Generates a reference in a language.
pub(crate) fn reference(language: &Language, values: &Values, random: &mut Random) -> Pieces {
    let terms = TERMS
        .iter()
        .find(|terms| terms.locale == &language.locale[..2])
        .unwrap_or(&TERMS[0]);
    let layout = *random.pick(LAYOUTS);
    let mut writer = Writer {
        language,
        terms,
        values,
        names: NameStyle::any(random),
        quotes: random.below(8),
        pieces: Pieces::new(),
        pending: String::new(),
    };
    let mut rest = layout;
    while let Some((before, field)) = rest.split_once('{') {
        let (field, after) = field.split_once('}').unwrap_or((field, ""));
        writer.pending.push_str(before);
        writer.field(field, random);
        rest = after;
    }
    writer.pending.push_str(rest);
    let last = writer
        .pieces
        .last()
        .map_or(Label::Title, |(label, _)| *label);
    writer.pieces.push((last, writer.pending));
    writer.pieces
}

struct Writer<'a> {
    language: &'a Language,
    terms: &'a Terms,
    values: &'a Values,
    names: NameStyle,
    quotes: usize,
    pieces: Pieces,
    /// Text that belongs to the next field.
    pending: String,
}

impl Writer<'_> {
    fn push(&mut self, label: Label, text: &str) {
        let before = std::mem::take(&mut self.pending);
        // An abbreviation at the end of a field needs no second period.
        let ends_with_period = self
            .pieces
            .last()
            .is_some_and(|(_, text)| text.ends_with('.'));
        let before = before
            .strip_prefix('.')
            .filter(|_| ends_with_period)
            .unwrap_or(&before);
        let piece = format!("{before}{text}");
        self.pieces.push((label, piece));
    }

    fn field(&mut self, field: &str, random: &mut Random) {
        let (language, terms) = (self.language, self.terms);
        match field {
            "A" => {
                let names = if random.chance(14) {
                    organization(language, random)
                } else {
                    self.names.list(language, terms, random)
                };
                self.push(Label::Author, &names);
            }
            "E" => {
                let count = random.number(1, 3);
                let role = if count == 1 {
                    terms.editor
                } else {
                    terms.editors
                };
                let role = random.phrase(role);
                let names = self.names.some(count, language, terms, random);
                self.push(Label::Editor, &format!("{names} {role}"));
            }
            "b" => {
                let count = random.number(1, 3);
                let by = random.phrase(terms.edited_by);
                let natural = NameStyle {
                    order: 2,
                    ..self.names
                };
                let names = natural.some(count, language, terms, random);
                self.push(Label::Editor, &format!("{by} {names}"));
            }
            "T" => {
                let text = self.title(random);
                self.push(Label::Title, &text);
            }
            "Q" => {
                let text = self.title(random);
                let (open, close) = match (self.quotes, terms.locale) {
                    (0 | 1, _) => ("\"", "\""),
                    (2, _) => ("'", "'"),
                    (3, _) => ("\u{2018}", "\u{2019}"),
                    (_, "de") => ("\u{201e}", "\u{201c}"),
                    (_, "fr") => ("\u{ab} ", " \u{bb}"),
                    (_, "es" | "it" | "el" | "ru" | "ca") => ("\u{ab}", "\u{bb}"),
                    _ => ("\u{201c}", "\u{201d}"),
                };
                let text = text.trim_end_matches('.');
                // A comma or period may precede the closing mark.
                let inside = if random.chance(40) && terms.locale == "en" {
                    ","
                } else {
                    ""
                };
                self.push(Label::Title, &format!("{open}{text}{inside}{close}"));
            }
            "J" => {
                let own = language.locale == "en-US" && random.chance(60);
                let text = if own && !self.values.journals.is_empty() {
                    random.pick(&self.values.journals).clone()
                } else {
                    random.phrase(language.journals).to_owned()
                };
                let text = if random.chance(15) {
                    abbreviated(&text)
                } else {
                    text
                };
                self.push(Label::Journal, &text);
            }
            "C" => {
                let own = language.locale == "en-US" && random.chance(40);
                let text = if own && !self.values.containers.is_empty() {
                    random.pick(&self.values.containers).clone()
                } else {
                    title(language, random)
                };
                self.push(Label::ContainerTitle, &text);
            }
            "L" => {
                let own = language.locale == "en-US" && random.chance(50);
                let text = if own && !self.values.places.is_empty() {
                    random.pick(&self.values.places).clone()
                } else {
                    random.phrase(language.places).to_owned()
                };
                self.push(Label::Location, &text);
            }
            "B" => {
                let own = language.locale == "en-US" && random.chance(60);
                let text = if own && !self.values.publishers.is_empty() {
                    random.pick(&self.values.publishers).clone()
                } else {
                    random.phrase(language.publishers).to_owned()
                };
                self.push(Label::Publisher, &text);
            }
            "Y" => self.push(Label::Date, &year(random)),
            "Z" => {
                let text = if random.chance(50) {
                    random.phrase(terms.undated).to_owned()
                } else {
                    year(random)
                };
                self.push(Label::Date, &text);
            }
            "M" => {
                let text = format!("{} {}", random.word(terms.months), year(random));
                self.push(Label::Date, &text);
            }
            "D" => {
                let text = full_date(terms, random);
                self.push(Label::Date, &text);
            }
            "V" => self.push(Label::Volume, &random.number(1, 140).to_string()),
            "N" => self.push(Label::Volume, &random.number(1, 12).to_string()),
            "W" => {
                let text = format!("{}.{}", random.number(1, 90), random.number(1, 6));
                self.push(Label::Volume, &text);
            }
            "G" => {
                let first = random.number(1, 900);
                let dash = random.phrase("-|\u{2013}");
                self.push(
                    Label::Pages,
                    &format!("{first}{dash}{}", first + random.number(1, 40)),
                );
            }
            "g1" => self.push(Label::Pages, &random.number(1, 60).to_string()),
            "g" => {
                let unit = random.phrase(terms.pages);
                self.push(Label::Pages, &format!("{} {unit}", random.number(60, 700)));
            }
            "K" => self.push(Label::Genre, random.phrase(language.theses)),
            "H" => self.push(Label::Publisher, random.phrase(language.universities)),
            "R" => {
                let number = random.number(1, 300);
                let kind = random.phrase(language.reports);
                let text = match random.below(3) {
                    0 => kind.to_owned(),
                    1 => format!("{kind} {} {number}", random.phrase(terms.issue)),
                    _ => format!("{kind} {number}"),
                };
                self.push(Label::Genre, &text);
            }
            "O" => self.push(Label::Publisher, random.phrase(language.organizations)),
            "S" => self.push(Label::ContainerTitle, random.phrase(language.sites)),
            "P" => {
                let event = random
                    .phrase(language.conferences)
                    .replace("{}", &random.number(2, 30).to_string());
                let lead = if terms.locale == "en" {
                    *random.pick(&[
                        "paper presented at the ",
                        "Paper presented at ",
                        "presented at the ",
                        "talk at the ",
                    ])
                } else {
                    ""
                };
                self.push(Label::ContainerTitle, &format!("{lead}{event}"));
            }
            "U" => self.push(Label::Url, &url(random)),
            "X" => {
                let prefix = *random.pick(&["doi:", "https://doi.org/", "doi: ", "DOI "]);
                self.push(Label::Doi, &format!("{prefix}{}", doi(random)));
            }
            "F" => {
                let text = random
                    .phrase(terms.edition)
                    .replace('#', &random.number(2, 9).to_string());
                self.push(Label::Edition, &text);
            }
            "t" => {
                let natural = NameStyle {
                    order: 2,
                    ..self.names
                };
                let names = natural.some(1, language, terms, random);
                let by = random.phrase(terms.translated_by);
                self.push(Label::Translator, &format!("{by} {names}"));
            }
            "d" => {
                let first = random.number(1850, 1990);
                let this = first + random.number(2, 30);
                let text = match random.below(3) {
                    0 => format!("{this} [{first}]"),
                    1 => format!("[{first}] {this}"),
                    _ => format!("{first}/{this}"),
                };
                self.push(Label::Date, &text);
            }
            "s" => {
                let number = random.number(1, 90);
                let series = title(language, random);
                let text = if terms.locale == "fr" && random.chance(60) {
                    format!("coll. « {series} »")
                } else {
                    let separator = random.phrase(", | ; |, Bd. |, vol. | ");
                    format!("{series}{separator}{number}")
                };
                self.push(Label::CollectionTitle, &text);
            }
            "I" => {
                let digits = random.number(10_000, 99_999);
                self.push(Label::Isbn, &format!("ISBN 978-1-{digits}-321-8"));
            }
            "k" => {
                let kind = random.phrase("Blog post|blog post|Video|Video file|Web log post|Press release|Podcast|Audio podcast episode");
                self.push(Label::Genre, kind);
            }
            "h" => {
                let name = random.word(language.family).to_lowercase();
                self.push(Label::Author, &format!("[@{name}]"));
            }
            "m" => self.push(
                Label::Medium,
                random.phrase("(PDF)|[PDF]|(video)|[Internet]"),
            ),
            "o" => {
                let first = random.number(1, 9);
                let unit = random.phrase("ch.|chs.|chapter|chapters|Ch.|Chapters");
                let text = match random.below(3) {
                    0 => format!("{unit} {first}"),
                    1 => format!("{unit} {first} and {}", first + 2),
                    _ => format!("{unit} {first}-{}", first + 3),
                };
                self.push(Label::Pages, &text);
            }
            "r" => {
                let natural = NameStyle {
                    order: 2,
                    ..self.names
                };
                let names = natural.some(1, language, terms, random);
                let role = random.phrase("Dir.|dir.|directed by|Directed by");
                self.push(Label::Director, &format!("{role} {names}"));
            }
            "w" => self.push(Label::Genre, random.phrase("Web|Print|Online")),
            "x" => {
                let date = full_date(terms, random);
                self.push(Label::Note, &date);
            }
            "a" => self.push(Label::Note, random.phrase(terms.available)),
            "c" => {
                let text = random
                    .phrase(terms.accessed)
                    .replace('#', &full_date(terms, random));
                self.push(Label::Note, &text);
            }
            "y" => self.pending.push_str(&format!("{} ", terms.by)),
            "i" => self.pending.push_str(random.phrase(terms.inside)),
            "v" => self.pending.push_str(random.phrase(terms.volume)),
            "n" => self.pending.push_str(random.phrase(terms.issue)),
            "p" => self.pending.push_str(random.phrase(terms.pages)),
            other => unreachable!("no field {other}"),
        }
    }

    fn title(&self, random: &mut Random) -> String {
        let own = self.language.locale == "en-US" && random.chance(70);
        if own && !self.values.titles.is_empty() {
            random.pick(&self.values.titles).clone()
        } else {
            title(self.language, random)
        }
    }
}

/// Returns an organization, perhaps with a part of it or an acronym.
fn organization(language: &Language, random: &mut Random) -> String {
    let name = random.phrase(language.organizations);
    match random.below(10) {
        0 => format!("{name}. {}", random.phrase(language.organizations)),
        1 => format!("{name}, {}", random.phrase(language.organizations)),
        2 => {
            let acronym: String = name
                .split(' ')
                .filter_map(|word| word.chars().next())
                .filter(|c| c.is_uppercase())
                .collect();
            format!("{name} ({acronym})")
        }
        _ => name.to_owned(),
    }
}

/// Returns the title of a periodical with its words abbreviated, and without short ones: `J. Shar. Econ.`
pub(crate) fn abbreviated(title: &str) -> String {
    let words: Vec<String> = title
        .split(' ')
        .filter(|word| word.chars().count() > 3)
        .map(|word| {
            let kept = if word.starts_with("Journal") { 1 } else { 4 };
            let letters: String = word.chars().take(kept).collect();
            if letters.len() < word.len() {
                letters + "."
            } else {
                letters
            }
        })
        .collect();
    if words.is_empty() {
        title.to_owned()
    } else {
        words.join(" ")
    }
}

fn year(random: &mut Random) -> String {
    let year = if random.chance(70) {
        random.number(1975, 2024)
    } else {
        random.number(1860, 2024)
    };
    let letter = if random.chance(6) {
        random.phrase("a|b|c")
    } else {
        ""
    };
    format!("{year}{letter}")
}

fn full_date(terms: &Terms, random: &mut Random) -> String {
    let (day, month, year) = (
        random.number(1, 28),
        random.number(1, 12),
        random.number(1990, 2024),
    );
    let name = random.word(terms.months);
    match random.below(5) {
        0 => format!("{day}.{month}.{year}"),
        1 => format!("{day}/{month:02}/{year}"),
        2 if terms.locale == "en" => format!("{name} {day}, {year}"),
        _ if terms.locale == "de" => format!("{day}. {name} {year}"),
        _ if terms.locale == "es" || terms.locale == "pt" => format!("{day} de {name} de {year}"),
        _ => format!("{day} {name} {year}"),
    }
}

/// The way in which a list prints the names of persons.
#[derive(Debug, Clone, Copy)]
struct NameStyle {
    /// 0 `Family, Given`; 1 `Family G.`; 2 `Given Family`; 3 `FAMILY Given`.
    order: usize,
    initials: bool,
    capitals: bool,
    semicolons: bool,
    /// Whether only the first name is inverted.
    first_only: bool,
    ampersand: bool,
}

impl NameStyle {
    fn any(random: &mut Random) -> NameStyle {
        NameStyle {
            order: *random.pick(&[0, 0, 0, 0, 1, 2, 2, 3]),
            initials: random.chance(45),
            capitals: random.chance(12),
            semicolons: random.chance(20),
            first_only: random.chance(30),
            ampersand: random.chance(25),
        }
    }

    fn list(self, language: &Language, terms: &Terms, random: &mut Random) -> String {
        let count = *random.pick(&[1, 1, 1, 1, 1, 2, 2, 3, 4]);
        let mut names = self.some(count, language, terms, random);
        if random.chance(4) {
            names.push_str(" et al.");
        }
        names
    }

    fn some(self, count: usize, language: &Language, terms: &Terms, random: &mut Random) -> String {
        let and = if self.ampersand {
            "&"
        } else {
            random.phrase(terms.and)
        };
        let mut text = String::new();
        for at in 0..count {
            let is_last = at > 0 && at + 1 == count;
            if self.semicolons && at > 0 {
                text.push_str("; ");
            } else if is_last {
                text.push_str(&format!(" {and} "));
            } else if at > 0 {
                text.push_str(", ");
            }
            let order = if self.first_only && at > 0 {
                2
            } else {
                self.order
            };
            text.push_str(&self.one(order, language, random));
        }
        text
    }

    fn one(self, order: usize, language: &Language, random: &mut Random) -> String {
        let mut given = random.word(language.given).to_owned();
        if self.initials {
            let mut initial = || char::from(b'A' + random.below(26) as u8);
            given = if language.is_latin() {
                let one = initial();
                format!("{one}.")
            } else {
                format!("{}.", given.chars().next().unwrap_or('Α'))
            };
            if random.chance(25) && language.is_latin() {
                given.push_str(&format!(" {}.", char::from(b'A' + random.below(26) as u8)));
            }
        }
        let mut family = family(language, random);
        if random.chance(6) {
            family = format!("{family}-{}", self::family(language, random));
        }
        if random.chance(4) && language.is_latin() {
            family = format!(
                "{} {family}",
                random.phrase("van|de|von der|Del|Van der|di")
            );
        }
        if self.capitals || order == 3 {
            family = family.to_uppercase();
        }
        let suffix = if random.chance(2) && language.is_latin() {
            random.phrase(", Jr.| Jr.|, III")
        } else {
            ""
        };
        match order {
            0 if random.chance(4) && language.is_latin() => {
                format!("{family}, {given} {}", random.phrase("de|von|van der|da"))
            }
            0 => format!("{family}, {given}{suffix}"),
            1 if random.chance(10) && self.initials => format!("{family} ({given})"),
            1 if self.initials && random.chance(50) => {
                format!("{family} {}", given.replace(['.', ' '], ""))
            }
            1 | 3 => format!("{family} {given}"),
            _ => format!("{given} {family}"),
        }
    }
}

const TERMS: &[Terms] = &[
    Terms {
        locale: "en",
        inside: "in|In|in",
        and: "and|and|&",
        editor: "(ed.)|(Ed.)|(ed)|, ed.",
        editors: "(eds.)|(Eds.)|(eds)|, eds.",
        edited_by: "edited by|ed.|ed. by",
        volume: "vol.|Vol.|v.|volume",
        issue: "no.|No.|issue|no",
        pages: "pp.|pp|p.|pages",
        edition: "#th ed.|2nd edition|3rd edn.|revised edition|#th edition",
        available: "Available at:|Retrieved from|Available from:|URL:|Online:|Available online at",
        accessed: "(accessed #)|[Accessed #]|Accessed #|(last accessed #)|viewed #|(archived #)",
        undated: "n.d.|no date|undated|forthcoming",
        translated_by: "Translated by|translated by|trans.|Trans.|transl. by",
        months: "January February March April May June July August September October November December Jan. Feb. Aug. Sept. Oct. Nov. Dec.",
        by: "by",
    },
    Terms {
        locale: "de",
        inside: "in|In|in",
        and: "und|und|/|u.",
        editor: "(Hrsg.)|(Hg.)|(Hg)",
        editors: "(Hrsg.)|(Hg.)|(Hgg.)",
        edited_by: "hrsg. von|hg. v.|herausgegeben von",
        volume: "Bd.|Jg.|Band",
        issue: "H.|Heft|Nr.",
        pages: "S.|S.|Seiten",
        edition: "#. Aufl.|2., überarb. Aufl.|#. Auflage",
        available: "Online unter:|Verfügbar unter:|URL:|online:|Abrufbar unter",
        accessed: "(abgerufen am #)|(Zugriff: #)|[Stand: #]|(letzter Zugriff am #)|, zuletzt aufgerufen am #",
        undated: "o. J.|o.J.|im Erscheinen",
        translated_by: "übersetzt von|Übers. von|Aus dem Englischen von|übers. v.",
        months: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        by: "von",
    },
    Terms {
        locale: "fr",
        inside: "in|dans|In|Dans",
        and: "et|et|&",
        editor: "(dir.)|(éd.)|(coord.)",
        editors: "(dir.)|(dirs.)|(éds.)",
        edited_by: "sous la direction de|sous la dir. de|dir.",
        volume: "vol.|t.|tome",
        issue: "n°|no|nº",
        pages: "p.|pp.",
        edition: "#e éd.|2e édition|nouvelle édition",
        available: "Disponible sur :|URL :|[en ligne]|En ligne :",
        accessed: "(consulté le #)|, consulté le #|[consulté le #]",
        undated: "s. d.|s.d.|à paraître",
        translated_by: "traduit par|trad. de|traduit de l’anglais par",
        months: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        by: "par",
    },
    Terms {
        locale: "es",
        inside: "en|En|en",
        and: "y|y|&",
        editor: "(ed.)|(coord.)|(comp.)|(dir.)",
        editors: "(eds.)|(coords.)|(comps.)",
        edited_by: "editado por|ed. de|coordinado por",
        volume: "vol.|Vol.|t.",
        issue: "núm.|n.º|nº|no.",
        pages: "pp.|p.|págs.",
        edition: "#.ª ed.|2a ed.|segunda edición",
        available: "Disponible en:|Recuperado de|URL:|Disponible en",
        accessed: "(consultado el #)|[Consulta: #]|(acceso: #)",
        undated: "s. f.|s.f.|en prensa",
        translated_by: "traducido por|trad. de|traducción de",
        months: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        by: "por",
    },
    Terms {
        locale: "it",
        inside: "in|In|in",
        and: "e|e|&",
        editor: "(a cura di)|(ed.)",
        editors: "(a cura di)|(eds.)",
        edited_by: "a cura di",
        volume: "vol.|v.",
        issue: "n.|fasc.|no.",
        pages: "pp.|p.",
        edition: "#ª ed.|seconda edizione|2. ed.",
        available: "Disponibile su:|URL:|Consultabile su",
        accessed: "(consultato il #)|[ultimo accesso #]|, consultato il #",
        undated: "s.d.|in corso di stampa",
        translated_by: "traduzione di|trad. di|tradotto da",
        months: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        by: "di",
    },
    Terms {
        locale: "pt",
        inside: "In|in|Em|em",
        and: "e|e|&",
        editor: "(org.)|(Org.)|(ed.)|(coord.)",
        editors: "(orgs.)|(Orgs.)|(eds.)",
        edited_by: "organizado por|org. de",
        volume: "v.|vol.",
        issue: "n.|nº",
        pages: "p.|pp.",
        edition: "#. ed.|2ª ed.|#.ª edição",
        available: "Disponível em:|Disponível em",
        accessed: "Acesso em: #|(acedido em #)|Acessado em #",
        undated: "s.d.|s/d|no prelo",
        translated_by: "traduzido por|Tradução de|trad.",
        months: "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro jan. fev. mar. abr.",
        by: "por",
    },
    Terms {
        locale: "nl",
        inside: "in|In",
        and: "en|en|&",
        editor: "(red.)|(ed.)",
        editors: "(red.)|(reds.)|(eds.)",
        edited_by: "onder redactie van|red.",
        volume: "jg.|deel",
        issue: "nr.|afl.",
        pages: "p.|pp.|blz.",
        edition: "#e druk|2e herziene druk",
        available: "Beschikbaar op:|Geraadpleegd via|URL:",
        accessed: "(geraadpleegd op #)|, geraadpleegd #",
        undated: "z.d.|z.j.",
        translated_by: "vertaald door|vert.",
        months: "januari februari maart april mei juni juli augustus september oktober november december",
        by: "door",
    },
    Terms {
        locale: "el",
        inside: "στο|Στο|στο|σε",
        and: "και|και|&",
        editor: "(επιμ.)|(επιμ)",
        editors: "(επιμ.)|(επιμ.)",
        edited_by: "επιμ.|επιμέλεια",
        volume: "τόμ.|τ.",
        issue: "τχ.|τεύχος|αρ.",
        pages: "σσ.|σ.|σελ.",
        edition: "#η έκδ.|2η έκδοση",
        available: "Διαθέσιμο στο:|Ανακτήθηκε από",
        accessed: "(πρόσβαση #)|, ανακτήθηκε #",
        undated: "χ.χ.|χ.χ.",
        translated_by: "μτφρ.|μετάφραση",
        months: "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου Δεκεμβρίου",
        by: "του",
    },
    Terms {
        locale: "ca",
        inside: "a|dins|Dins|En",
        and: "i|i|&",
        editor: "(ed.)|(coord.)",
        editors: "(eds.)|(coords.)",
        edited_by: "a cura de|editat per",
        volume: "vol.|v.",
        issue: "núm.|n.",
        pages: "p.|pp.",
        edition: "#a ed.|segona edició",
        available: "Disponible a:|Recuperat de",
        accessed: "[Consulta: #]|(consultat el #)",
        undated: "s.d.|en premsa",
        translated_by: "traduït per|trad. de",
        months: "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
        by: "de",
    },
    Terms {
        locale: "sv",
        inside: "i|I|i",
        and: "och|och|&",
        editor: "(red.)|(red)",
        editors: "(red.)|(red)",
        edited_by: "red.|redigerad av",
        volume: "vol.|årg.",
        issue: "nr|nr.",
        pages: "s.|s.",
        edition: "#. uppl.|2:a upplagan",
        available: "Tillgänglig:|Hämtad från",
        accessed: "(hämtad #)|[hämtad #]|, besökt #",
        undated: "u.å.|u. å.",
        translated_by: "översatt av|övers.",
        months: "januari februari mars april maj juni juli augusti september oktober november december",
        by: "av",
    },
    Terms {
        locale: "ru",
        inside: "в|В кн.|В сб.|//",
        and: "и|и",
        editor: "(ред.)|(под ред.)",
        editors: "(ред.)|(сост.)",
        edited_by: "под ред.|под редакцией",
        volume: "Т.|т.",
        issue: "№|Вып.|№",
        pages: "С.|с.|С.",
        edition: "#-е изд.|2-е изд., доп.",
        available: "URL:|Режим доступа:",
        accessed: "(дата обращения: #)|(дата обращения #)",
        undated: "б.г.|б. г.",
        translated_by: "пер.|перевод",
        months: "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        by: "автор",
    },
];
