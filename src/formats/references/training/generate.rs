//! Generates labelled references: invented works, written by the citation processor in many styles and languages, and
//! damaged as real lists are. The labels are taken from the processor's output tree.

use peerbib::csl::{Item, ItemDate, ItemName, ItemValue, LabelledText, Processor, Style, bundled};
use peerbib::formats::references::evaluation::{Label, tokens};

use crate::informal;
use crate::values::{Pieces, Random, Values, doi, family, title, url};
use crate::words::{LANGUAGES, Language};

/// The percentage of references that follow no style file.
const INFORMAL: usize = 45;

/// The percentage of works in English in the lists of other languages.
const ENGLISH_WORKS: usize = 30;

/// The percentage of lists whose terms are in a language that has no words here.
const OTHER_LOCALES: usize = 12;

/// Languages that only give terms: "editor", "accessed".
const FURTHER_LOCALES: &str =
    "cs-CZ pl-PL da-DK nb-NO fi-FI tr-TR hu-HU ro-RO sk-SK sl-SI hr-HR et-EE lt-LT eu gl-ES is-IS";

/// The styles and languages of generated references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StyleSelection {
    /// All, for the model in the program.
    All,
    /// Those that a model is trained on to measure how well it reads others.
    Seen,
    /// The others.
    Held,
}

impl StyleSelection {
    /// Returns the selection with a name.
    pub(crate) fn named(name: &str) -> Option<StyleSelection> {
        match name {
            "all" => Some(StyleSelection::All),
            "seen" => Some(StyleSelection::Seen),
            "held" => Some(StyleSelection::Held),
            _ => None,
        }
    }

    fn includes(self, is_held: bool) -> bool {
        self == StyleSelection::All || (self == StyleSelection::Held) == is_held
    }

    fn styles(self) -> Vec<Style> {
        bundled::styles()
            .iter()
            .enumerate()
            .filter(|(at, _)| self.includes(at % 8 == 3))
            .filter_map(|(_, style)| Style::from_xml(&bundled::style_xml(style.name)?).ok())
            .filter(Style::has_bibliography)
            .collect()
    }

    fn languages(self) -> Vec<&'static Language> {
        LANGUAGES
            .iter()
            .filter(|language| {
                self.includes(matches!(language.locale, "pt-PT" | "pt-BR" | "sv-SE"))
            })
            .collect()
    }
}

/// Generates references.
pub(crate) fn generate(
    count: usize,
    values: &Values,
    selection: StyleSelection,
    seed: u64,
) -> Vec<Pieces> {
    let has_english = selection != StyleSelection::Held;
    collected(count, selection, seed, |styles, languages, random| {
        // Half of the references are in English.
        let mut language = *random.pick(languages);
        if has_english && random.chance(45) {
            language = &LANGUAGES[0];
        }
        if has_english && random.chance(INFORMAL) {
            return (0..12)
                .map(|_| damaged(informal::reference(language, values, random), random))
                .collect();
        }
        let style = random.pick(styles);
        let items: Vec<Item> = (0..12)
            .map(|id| {
                // Lists in all languages have works in English.
                let is_english = has_english && random.chance(ENGLISH_WORKS);
                let of_work = if is_english { &LANGUAGES[0] } else { language };
                item(id, of_work, values, random)
            })
            .collect();
        let locale = if has_english && random.chance(OTHER_LOCALES) {
            random.word(FURTHER_LOCALES)
        } else {
            language.locale
        };
        entries(style, locale, &items, random)
    })
}

/// Returns references to existing works, in styles and languages of a selection, damaged as generated ones are.
pub(crate) fn printed(
    count: usize,
    works: &[Item],
    selection: StyleSelection,
    seed: u64,
) -> Vec<Pieces> {
    collected(count, selection, seed, |styles, languages, random| {
        let style = random.pick(styles);
        let language = *random.pick(languages);
        let items: Vec<Item> = (0..12)
            .map(|id| Item {
                id: format!("work{id}"),
                ..random.pick(works).clone()
            })
            .collect();
        entries(style, language.locale, &items, random)
    })
}

/// Collects lists until there are enough references.
fn collected(
    count: usize,
    selection: StyleSelection,
    seed: u64,
    list: impl Fn(&[Style], &[&'static Language], &mut Random) -> Vec<Pieces>,
) -> Vec<Pieces> {
    let mut random = Random::new(seed);
    let styles = selection.styles();
    let languages = selection.languages();
    let mut references = Vec::with_capacity(count);
    while references.len() < count {
        references.extend(list(&styles, &languages, &mut random));
    }
    references.truncate(count);
    references
}

/// Returns the damaged entries of a bibliography.
fn entries(style: &Style, locale: &str, items: &[Item], random: &mut Random) -> Vec<Pieces> {
    let processor = Processor::new(style, Some(locale), items);
    let mut entries = Vec::new();
    for (key, pieces) in processor.labelled_bibliography() {
        let Some(item) = items.iter().find(|item| item.id == key) else {
            continue;
        };
        let labelled = labelled(&pieces, item);
        if labelled.len() > 3 {
            entries.push(damaged(labelled, random));
        }
    }
    entries
}

// ---- Works ------------------------------------------------------------------------------------------------------

fn item(id: usize, language: &Language, values: &Values, random: &mut Random) -> Item {
    let is_english = language.locale == "en-US";
    let mut item = Item {
        id: format!("work{id}"),
        ..Item::default()
    };
    let kind = *random.pick(&[
        "article-journal",
        "article-journal",
        "article-journal",
        "article-journal",
        "article-journal",
        "book",
        "book",
        "book",
        "chapter",
        "chapter",
        "chapter",
        "paper-conference",
        "thesis",
        "report",
        "webpage",
        "webpage",
        "webpage",
        "post-weblog",
        "article-newspaper",
        "article-magazine",
        "speech",
        "edited",
        "manuscript",
        "entry-encyclopedia",
    ]);
    item.item_type = if kind == "edited" { "book" } else { kind }.to_owned();
    let mut text = |variable: &str, value: String| {
        item.variables
            .insert(variable.to_owned(), ItemValue::Text(value));
    };
    let own_title = if is_english && random.chance(60) && !values.titles.is_empty() {
        random.pick(&values.titles).clone()
    } else {
        title(language, random)
    };
    text("title", own_title);
    let journal = if is_english && random.chance(60) && !values.journals.is_empty() {
        random.pick(&values.journals).clone()
    } else {
        random.phrase(language.journals).to_owned()
    };
    let container = if is_english && random.chance(40) && !values.containers.is_empty() {
        random.pick(&values.containers).clone()
    } else {
        title(language, random)
    };
    let publisher = if is_english && random.chance(50) && !values.publishers.is_empty() {
        random.pick(&values.publishers).clone()
    } else {
        random.phrase(language.publishers).to_owned()
    };
    let place = if is_english && random.chance(50) && !values.places.is_empty() {
        random.pick(&values.places).clone()
    } else {
        random.phrase(language.places).to_owned()
    };
    match kind {
        "article-journal" | "article-magazine" | "article-newspaper" => {
            let journal = if random.chance(15) {
                informal::abbreviated(&journal)
            } else {
                journal
            };
            text("container-title", journal);
            if kind == "article-journal" || random.chance(40) {
                text("volume", random.number(1, 140).to_string());
                if random.chance(70) {
                    text("issue", random.number(1, 12).to_string());
                }
            }
            if random.chance(80) {
                text("page", pages(random));
            }
            if random.chance(25) {
                text("DOI", doi(random));
            }
        }
        "book" | "edited" => {
            text("publisher", publisher);
            if random.chance(75) {
                text("publisher-place", place);
            }
            if random.chance(15) {
                text("edition", random.number(2, 6).to_string());
            }
            if random.chance(12) {
                text("collection-title", title(language, random));
                text("collection-number", random.number(1, 200).to_string());
            }
            if random.chance(8) {
                text("volume", random.number(1, 5).to_string());
            }
            if random.chance(8) {
                text(
                    "ISBN",
                    format!(
                        "978-{}-{}-{}-{}",
                        random.number(0, 9),
                        random.number(100, 999),
                        random.number(10000, 99999),
                        random.number(0, 9)
                    ),
                );
            }
        }
        "chapter" | "entry-encyclopedia" | "paper-conference" => {
            let container = if kind == "paper-conference" && random.chance(70) {
                random
                    .phrase(language.conferences)
                    .replace("{}", &random.number(2, 30).to_string())
            } else {
                container
            };
            text("container-title", container);
            if random.chance(75) {
                text("publisher", publisher);
            }
            if random.chance(60) {
                text("publisher-place", place.clone());
            }
            if random.chance(70) {
                text("page", pages(random));
            }
            if kind == "paper-conference" && random.chance(40) {
                let event = random
                    .phrase(language.conferences)
                    .replace("{}", &random.number(2, 30).to_string());
                text("event-title", event);
                text("event-place", place);
            }
            if random.chance(12) {
                text("volume", random.number(1, 9).to_string());
            }
        }
        "thesis" => {
            text("genre", random.phrase(language.theses).to_owned());
            text("publisher", random.phrase(language.universities).to_owned());
            if random.chance(50) {
                text("publisher-place", place);
            }
        }
        "report" => {
            text("genre", random.phrase(language.reports).to_owned());
            if random.chance(70) {
                text("number", random.number(1, 400).to_string());
            }
            text(
                "publisher",
                random.phrase(language.organizations).to_owned(),
            );
            if random.chance(60) {
                text("publisher-place", place);
            }
        }
        "webpage" | "post-weblog" => {
            if random.chance(85) {
                text("container-title", random.phrase(language.sites).to_owned());
            }
        }
        "speech" => {
            let event = random
                .phrase(language.conferences)
                .replace("{}", &random.number(2, 30).to_string());
            text("event-title", event);
            text("event-place", place);
            if random.chance(50) {
                text("genre", random.phrase(language.talks).to_owned());
            }
        }
        _ => {
            text("genre", random.phrase(language.manuscripts).to_owned());
        }
    }
    let has_address = matches!(kind, "webpage" | "post-weblog")
        || (matches!(
            kind,
            "speech" | "report" | "article-magazine" | "article-newspaper" | "manuscript"
        ) && random.chance(50))
        || random.chance(15);
    if has_address {
        text("URL", url(random));
        if random.chance(50) {
            let date = date(random, true);
            item.variables
                .insert("accessed".to_owned(), ItemValue::from(date));
        }
    }
    let is_precise = matches!(
        kind,
        "article-newspaper" | "post-weblog" | "webpage" | "speech" | "article-magazine"
    );
    if random.chance(if kind == "webpage" { 80 } else { 98 }) {
        let is_precise = is_precise && random.chance(60);
        let issued = date(random, is_precise);
        item.variables
            .insert("issued".to_owned(), ItemValue::from(issued));
    }
    let variable = if kind == "edited" { "editor" } else { "author" };
    if kind != "entry-encyclopedia" || random.chance(60) {
        let authors = people(
            language,
            random,
            matches!(kind, "webpage" | "report" | "post-weblog"),
        );
        item.variables
            .insert(variable.to_owned(), ItemValue::Names(authors));
    }
    if matches!(kind, "chapter" | "paper-conference")
        && random.chance(if kind == "chapter" { 80 } else { 25 })
    {
        let editors = people(language, random, false);
        item.variables
            .insert("editor".to_owned(), ItemValue::Names(editors));
    }
    if kind == "book" && random.chance(10) {
        let translators = people(language, random, false);
        item.variables
            .insert("translator".to_owned(), ItemValue::Names(translators));
    }
    item.variables.insert(
        "language".to_owned(),
        ItemValue::Text(language.locale.to_owned()),
    );
    item
}

fn people(language: &Language, random: &mut Random, may_be_organization: bool) -> Vec<ItemName> {
    if may_be_organization && random.chance(40) {
        return vec![ItemName {
            literal: Some(random.phrase(language.organizations).to_owned()),
            ..ItemName::default()
        }];
    }
    let count = *random.pick(&[1, 1, 1, 1, 2, 2, 3, 4, 7]);
    (0..count)
        .map(|_| {
            // Authors are of any nation.
            let nation = if random.chance(75) {
                language
            } else {
                random.pick(LANGUAGES)
            };
            let nation = if language.is_latin() == nation.is_latin() {
                nation
            } else {
                language
            };
            let mut given = random.word(nation.given).to_owned();
            if random.chance(25) {
                given.push(' ');
                given.push_str(random.word(nation.given));
            }
            let mut initial = || char::from(b'A' + random.below(26) as u8);
            let (one, two) = (initial(), initial());
            if nation.is_latin() && random.chance(35) {
                given = if random.chance(50) {
                    format!("{one}.")
                } else {
                    format!("{one}. {two}.")
                };
            }
            let mut family = family(nation, random);
            if random.chance(6) {
                family = format!("{family}-{}", self::family(nation, random));
            }
            ItemName {
                family: Some(family),
                given: Some(given),
                non_dropping_particle: random
                    .chance(4)
                    .then(|| random.phrase("van|von|de|de la|van der|di").to_owned())
                    .filter(|_| nation.is_latin()),
                dropping_particle: random
                    .chance(2)
                    .then(|| random.phrase("de|von|da").to_owned())
                    .filter(|_| nation.is_latin()),
                suffix: random
                    .chance(2)
                    .then(|| random.phrase("Jr.|III").to_owned())
                    .filter(|_| nation.is_latin()),
                ..ItemName::default()
            }
        })
        .collect()
}

fn pages(random: &mut Random) -> String {
    let first = random.number(1, 900);
    format!("{first}-{}", first + random.number(1, 40))
}

fn date(random: &mut Random, is_precise: bool) -> ItemDate {
    let mut parts = vec![random.number(1890, 2023) as i32];
    if parts[0] < 1960 && random.chance(70) {
        parts[0] += 60;
    }
    if is_precise {
        parts.push(random.number(1, 12) as i32);
        if random.chance(70) {
            parts.push(random.number(1, 28) as i32);
        }
    }
    ItemDate {
        date_parts: vec![parts],
        ..ItemDate::default()
    }
}

// ---- Labels -----------------------------------------------------------------------------------------------------

fn label_of(variable: &str, item: &Item) -> Label {
    match variable {
        "author" | "container-author" | "interviewer" | "recipient" => Label::Author,
        "editor" | "collection-editor" | "editorial-director" => Label::Editor,
        "translator" => Label::Translator,
        "container-title" | "container-title-short" | "journalAbbreviation"
            if item.item_type.starts_with("article-") =>
        {
            Label::Journal
        }
        "container-title"
        | "container-title-short"
        | "event-title"
        | "event"
        | "journalAbbreviation" => Label::ContainerTitle,
        "collection-title" | "collection-number" => Label::CollectionTitle,
        "volume" | "issue" | "number-of-volumes" => Label::Volume,
        "page" | "page-first" | "number-of-pages" => Label::Pages,
        "edition" => Label::Edition,
        "issued" | "original-date" | "event-date" => Label::Date,
        "publisher" => Label::Publisher,
        "publisher-place" | "event-place" => Label::Location,
        "DOI" => Label::Doi,
        "URL" => Label::Url,
        "ISBN" | "ISSN" => Label::Isbn,
        "genre" | "number" => Label::Genre,
        "medium" => Label::Medium,
        "citation-number" | "citation-label" => Label::CitationNumber,
        "archive" => Label::Source,
        "title" | "title-short" => Label::Title,
        _ => Label::Note,
    }
}

/// Gives a label to each token, also to those that the style supplies: "In" belongs to what follows, "2nd ed." to what
/// precedes, "Retrieved from" is a note.
fn labelled(pieces: &[LabelledText], item: &Item) -> Pieces {
    let mut text = String::new();
    let mut ends: Vec<(usize, Option<Label>)> = Vec::new();
    for piece in pieces {
        text.push_str(&piece.text);
        let label = piece
            .variable
            .as_deref()
            .map(|variable| label_of(variable, item));
        ends.push((text.len(), label));
    }
    let places = tokens(&text);
    let of_token: Vec<Option<Label>> = places
        .iter()
        .map(|place| {
            let token = &text[place.clone()];
            // The first letter or digit that is part of a value decides.
            let mut letters = token.char_indices().filter(|(_, c)| c.is_alphanumeric());
            letters.find_map(|(at, _)| {
                let at = place.start + at;
                ends.iter()
                    .find(|(end, _)| at < *end)
                    .and_then(|(_, label)| *label)
            })
        })
        .collect();
    let mut labels: Vec<Label> = Vec::with_capacity(places.len());
    let mut at = 0;
    while at < places.len() {
        if let Some(label) = of_token[at] {
            labels.push(label);
            at += 1;
            continue;
        }
        let end = (at..places.len())
            .find(|next| of_token[*next].is_some())
            .unwrap_or(places.len());
        let next = of_token.get(end).copied().flatten();
        let before = labels.last().copied();
        let words: Vec<String> = places[at..end]
            .iter()
            .map(|place| text[place.clone()].to_lowercase())
            .collect();
        let has_letters = |word: &String| word.chars().any(char::is_alphanumeric);
        for (offset, word) in words.iter().enumerate() {
            let is_edition = before == Some(Label::Edition) && offset == 0;
            let opens = word.contains(['(', '[', '\u{201c}', '\u{201e}', '\u{ab}', '\u{2018}']);
            let label = if is_no_date(word) {
                Some(Label::Date)
            } else if !has_letters(word) && opens {
                next.or(before)
            } else if !has_letters(word) {
                before.or(next)
            } else if is_edition {
                before
            } else if matches!(next, Some(Label::Url | Label::Note))
                || (before == Some(Label::Note) && next.is_none())
                || (next == Some(Label::Doi) && !word.contains("doi"))
            {
                Some(Label::Note)
            } else {
                next.or(before)
            };
            labels.push(label.unwrap_or(Label::Note));
        }
        at = end;
    }
    let mut result = Pieces::new();
    for (at, place) in places.iter().enumerate() {
        let end = places.get(at + 1).map_or(text.len(), |next| next.start);
        let end = end.max(place.end);
        result.push((labels[at], text[place.start..end].to_owned()));
    }
    result
}

/// Returns whether a word says that there is no date, in lower case.
fn is_no_date(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    matches!(
        word,
        "n.d"
            | "s.d"
            | "o.\u{a0}j"
            | "o.j"
            | "s.f"
            | "sem"
            | "z.d"
            | "u.å"
            | "χ.χ"
            | "б.г"
            | "б.д"
            | "s.a"
    )
}

// ---- Damage -----------------------------------------------------------------------------------------------------

/// Damages a reference as real lists are.
pub(crate) fn damaged(mut pieces: Pieces, random: &mut Random) -> Pieces {
    if random.chance(45) {
        return pieces;
    }
    let straight_quotes = random.chance(40);
    let hyphens = random.chance(50);
    let errors = random.chance(10);
    let breaks = random.chance(15);
    let lost_spaces = random.chance(6);
    let no_accents = random.chance(5);
    let small_caps = random.chance(8);
    let count = pieces.len();
    for (at, (label, text)) in pieces.iter_mut().enumerate() {
        if straight_quotes {
            *text = text
                .replace(['\u{201c}', '\u{201d}', '\u{201e}'], "\"")
                .replace(['\u{2018}', '\u{2019}'], "'");
        }
        if hyphens {
            *text = text.replace(['\u{2013}', '\u{2014}'], "-");
        }
        if small_caps
            && matches!(label, Label::Author)
            && text.chars().filter(|c| c.is_alphabetic()).count() > 2
        {
            *text = text.to_uppercase();
        }
        if no_accents {
            *text = text
                .chars()
                .map(|c| match c {
                    'é' | 'è' | 'ê' => 'e',
                    'ü' => 'u',
                    'ö' => 'o',
                    'ä' | 'á' | 'à' => 'a',
                    'ó' => 'o',
                    'í' => 'i',
                    other => other,
                })
                .collect();
        }
        let is_text = !matches!(label, Label::Url | Label::Doi);
        if errors && is_text && random.chance(8) {
            *text = text
                .replace("rn", "m")
                .replace('l', "1")
                .replacen('e', "c", 1);
        }
        if breaks
            && is_text
            && random.chance(6)
            && text.chars().filter(|c| c.is_alphabetic()).count() > 7
        {
            let middle: Vec<char> = text.chars().collect();
            let (left, right) = middle.split_at(middle.len() / 2);
            *text = format!(
                "{}- {}",
                left.iter().collect::<String>(),
                right.iter().collect::<String>()
            );
        }
        if lost_spaces && at + 1 < count && random.chance(10) {
            *text = text.trim_end().to_owned();
        }
    }
    if random.chance(12)
        && let Some((_, last)) = pieces.last_mut()
    {
        *last = last.trim_end_matches(['.', ' ']).to_owned();
    }
    if random.chance(8) {
        let number = random.number(1, 99);
        let number = match random.below(3) {
            0 => format!("[{number}] "),
            1 => format!("{number}. "),
            _ => format!("({number}) "),
        };
        if pieces
            .first()
            .is_some_and(|(label, _)| *label != Label::CitationNumber)
        {
            pieces.insert(0, (Label::CitationNumber, number));
        }
    }
    pieces
}
