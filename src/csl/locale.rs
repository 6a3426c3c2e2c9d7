//! Locales: terms, localized dates and options.
//!
//! A locale is assembled from layers, each overriding the previous ones (clause "Locale Fallback"): the files
//! for the main dialect of the language and for the dialect itself, then the style's own terms for all languages,
//! for the language, for its main dialect and for the dialect. What they all lack comes from American English.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::attributes::{read_date_parts, term_form, text};
use super::element::{DateForm, DatePart, TermForm};
use super::xml::{StyleError, XmlDocument, XmlNode};

/// A source of locale files, such as [`EmbeddedLocales`](super::EmbeddedLocales).
pub trait LocaleSource: Sync {
    /// Returns the layer for exactly this language, such as `de-AT`.
    fn layer(&self, language: &str) -> Option<Arc<LocaleLayer>>;
}

/// A grammatical gender (clause "Gender-specific Ordinals").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Gender {
    Masculine,
    Feminine,
}

/// The digits that an ordinal suffix is for (clause "Ordinal Suffixes").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OrdinalMatch {
    LastDigit,
    LastTwoDigits,
    WholeNumber,
}

/// A term in one of its forms.
#[derive(Debug)]
struct Wording {
    single: Box<str>,
    multiple: Box<str>,
}

/// The singular and plural of a term in each of its forms.
#[derive(Debug, Clone, Default)]
struct TermForms {
    /// Indexed by [`TermForm`]. The strings are shared with the layers that the locale is assembled from.
    forms: [Option<Arc<Wording>>; 5],
}

impl TermForms {
    fn set(&mut self, form: TermForm, single: &str, multiple: &str) {
        if let Some(slot) = self.forms.get_mut(form as usize) {
            *slot = Some(Arc::new(Wording {
                single: single.into(),
                multiple: multiple.into(),
            }));
        }
    }

    fn get(&self, form: TermForm, plural: bool) -> Option<&str> {
        // The clause "Terms" defines which form replaces a missing one.
        let order: &[TermForm] = match form {
            TermForm::Long => &[TermForm::Long],
            TermForm::Short => &[TermForm::Short, TermForm::Long],
            TermForm::Verb => &[TermForm::Verb, TermForm::Long],
            TermForm::VerbShort => &[TermForm::VerbShort, TermForm::Verb, TermForm::Long],
            TermForm::Symbol => &[TermForm::Symbol, TermForm::Short, TermForm::Long],
        };
        order.iter().find_map(|form| {
            let wording = self.forms.get(*form as usize)?.as_deref()?;
            Some(if plural {
                &*wording.multiple
            } else {
                &*wording.single
            })
        })
    }

    fn merge(&mut self, above: &Self) {
        for (slot, new) in self.forms.iter_mut().zip(&above.forms) {
            if new.is_some() {
                slot.clone_from(new);
            }
        }
    }
}

/// A term as a locale defines it.
#[derive(Debug, Clone, Default)]
struct LocaleTerm {
    forms: TermForms,
    masculine: Option<TermForms>,
    feminine: Option<TermForms>,
    gender: Option<Gender>,
    ordinal_match: Option<OrdinalMatch>,
}

impl LocaleTerm {
    fn forms_for(&mut self, gender: Option<Gender>) -> &mut TermForms {
        match gender {
            None => &mut self.forms,
            Some(Gender::Masculine) => self.masculine.get_or_insert_default(),
            Some(Gender::Feminine) => self.feminine.get_or_insert_default(),
        }
    }

    fn merge(&mut self, above: &Self) {
        self.forms.merge(&above.forms);
        for (mine, new) in [
            (&mut self.masculine, &above.masculine),
            (&mut self.feminine, &above.feminine),
        ] {
            if let Some(new) = new {
                mine.get_or_insert_default().merge(new);
            }
        }
        self.gender = above.gender.or(self.gender);
        self.ordinal_match = above.ordinal_match.or(self.ordinal_match);
    }

    /// Adds the forms of another language that nothing here replaces: a long form in the right language is better
    /// than a short one in the wrong language.
    fn complete(&mut self, other: &Self) {
        let missing = TermForm::ALL.map(|form| self.forms.get(form, false).is_none());
        let slots = self.forms.forms.iter_mut().zip(&other.forms.forms);
        for ((slot, new), _) in slots.zip(missing).filter(|(_, missing)| *missing) {
            slot.clone_from(new);
        }
    }
}

/// A localized date format.
#[derive(Debug, Clone, Default)]
pub(super) struct LocalizedDate {
    pub(super) delimiter: String,
    pub(super) prefix: String,
    pub(super) suffix: String,
    pub(super) parts: Vec<DatePart>,
}

/// The content of one locale file, or of one `cs:locale` in a style.
#[derive(Debug, Clone, Default)]
pub struct LocaleLayer {
    /// The language; empty in a style's `cs:locale` for all languages.
    language: String,
    terms: FxHashMap<Arc<str>, LocaleTerm>,
    text_date: Option<LocalizedDate>,
    numeric_date: Option<LocalizedDate>,
    punctuation_in_quote: Option<bool>,
    limit_day_ordinals: Option<bool>,
}

impl LocaleLayer {
    /// Returns whether the locale has a term of this name, in any form.
    pub(super) fn has_term(&self, name: &str) -> bool {
        self.terms.contains_key(name)
    }

    /// Reads a locale file.
    ///
    /// # Errors
    /// [`StyleError`] if the XML is not well formed, or its root is not `locale`.
    pub fn from_xml(xml: &str) -> Result<Self, StyleError> {
        let document = XmlDocument::parse(xml)?;
        let root = document.root();
        if root.name() != "locale" {
            return Err(StyleError::at(
                root,
                "the root element of a locale file is `locale`",
            ));
        }
        Ok(Self::from_node(root))
    }

    /// Returns the language of the layer.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Reads a `cs:locale`, of a locale file or of a style.
    pub(super) fn from_node(node: XmlNode<'_>) -> Self {
        let mut layer = Self {
            language: node.language().unwrap_or_default().to_owned(),
            ..Self::default()
        };
        for child in node.children() {
            match child.name() {
                "style-options" => {
                    let flag = |name| child.attribute(name).map(|value| value == "true");
                    layer.punctuation_in_quote =
                        flag("punctuation-in-quote").or(layer.punctuation_in_quote);
                    layer.limit_day_ordinals =
                        flag("limit-day-ordinals-to-day-1").or(layer.limit_day_ordinals);
                }
                "date" => {
                    let date = LocalizedDate {
                        delimiter: text(child, "delimiter").unwrap_or_default(),
                        prefix: text(child, "prefix").unwrap_or_default(),
                        suffix: text(child, "suffix").unwrap_or_default(),
                        parts: read_date_parts(child),
                    };
                    match child.attribute("form") {
                        Some("numeric") => layer.numeric_date = Some(date),
                        _ => layer.text_date = Some(date),
                    }
                }
                "terms" => {
                    for term in child.children_named("term") {
                        layer.read_term(term);
                    }
                }
                _ => {}
            }
        }
        layer
    }

    fn read_term(&mut self, node: XmlNode<'_>) {
        let Some(name) = node.attribute("name") else {
            return;
        };
        let text_of = |name: &str| node.child(name).unwrap_or(node).text();
        let single = text_of("single");
        let multiple = text_of("multiple");
        self.define(
            name,
            term_form(node),
            single,
            multiple,
            node.attribute("gender").and_then(gender),
            node.attribute("gender-form").and_then(gender),
            match node.attribute("match") {
                Some("last-digit") => Some(OrdinalMatch::LastDigit),
                Some("last-two-digits") => Some(OrdinalMatch::LastTwoDigits),
                Some("whole-number") => Some(OrdinalMatch::WholeNumber),
                _ => None,
            },
        );
    }

    #[allow(clippy::too_many_arguments, reason = "the attributes of a term")]
    fn define(
        &mut self,
        name: &str,
        form: TermForm,
        single: &str,
        multiple: &str,
        gender: Option<Gender>,
        gender_form: Option<Gender>,
        ordinal_match: Option<OrdinalMatch>,
    ) {
        // "sub verbo" is the name that CSL 1.0.1 had for "sub-verbo".
        let name = if name == "sub verbo" {
            "sub-verbo"
        } else {
            name
        };
        let term = self.terms.entry(name.into()).or_default();
        term.gender = gender.or(term.gender);
        term.ordinal_match = ordinal_match.or(term.ordinal_match);
        term.forms_for(gender_form).set(form, single, multiple);
    }
}

fn gender(value: &str) -> Option<Gender> {
    match value {
        "masculine" => Some(Gender::Masculine),
        "feminine" => Some(Gender::Feminine),
        _ => None,
    }
}

/// Returns the main dialect of a language (the table of primary dialects in the locale repository).
pub fn primary_dialect(language: &str) -> Option<&'static str> {
    Some(match language {
        "af" => "af-ZA",
        "bg" => "bg-BG",
        "bal" => "bal-PK",
        "brh" => "brh-PK",
        "ca" => "ca-AD",
        "cs" => "cs-CZ",
        "cy" => "cy-GB",
        "da" => "da-DK",
        "de" => "de-DE",
        "el" => "el-GR",
        "en" => "en-US",
        "es" => "es-ES",
        "et" => "et-EE",
        "fa" => "fa-IR",
        "fi" => "fi-FI",
        "fr" => "fr-FR",
        "gl" => "gl-ES",
        "he" => "he-IL",
        "hi" => "hi-IN",
        "hr" => "hr-HR",
        "hu" => "hu-HU",
        "hy" => "hy-AM",
        "id" => "id-ID",
        "is" => "is-IS",
        "it" => "it-IT",
        "ja" => "ja-JP",
        "km" => "km-KH",
        "ko" => "ko-KR",
        "lij" => "lij-IT",
        "lt" => "lt-LT",
        "lv" => "lv-LV",
        "mn" => "mn-MN",
        "ms" => "ms-MY",
        "nb" => "nb-NO",
        "nl" => "nl-NL",
        "nn" => "nn-NO",
        "pa" => "pa-PK",
        "pl" => "pl-PL",
        "pt" => "pt-PT",
        "ro" => "ro-RO",
        "ru" => "ru-RU",
        "sk" => "sk-SK",
        "sl" => "sl-SI",
        "sr" => "sr-Cyrl-RS",
        "sv" => "sv-SE",
        "th" => "th-TH",
        "tr" => "tr-TR",
        "uk" => "uk-UA",
        "vi" => "vi-VN",
        "zh" => "zh-CN",
        _ => return None,
    })
}

/// The labels of locators (appendix IV, "Locators").
#[rustfmt::skip]
const LOCATORS: &[&str] = &[
    "act", "appendix", "article-locator", "book", "canon", "chapter", "column", "elocation", "equation", "figure",
    "folio", "issue", "line", "note", "number", "opus", "page", "paragraph", "part", "rule", "scene", "section",
    "sub-verbo", "table", "timestamp", "title-locator", "verse", "volume",
];

/// An assembled locale.
#[derive(Debug, Clone)]
pub struct Locale {
    language: String,
    terms: FxHashMap<Arc<str>, LocaleTerm>,
    text_date: LocalizedDate,
    numeric_date: LocalizedDate,
    /// Whether full stops and commas go inside closing quotation marks.
    pub(super) punctuation_in_quote: bool,
    /// Whether only the first day of a month is an ordinal.
    pub(super) limit_day_ordinals: bool,
    /// Whether ordinals follow CSL 1.0.1, with `ordinal` and `ordinal-00` to `ordinal-99`.
    has_ordinal_table: bool,
    pub(super) quotes: QuoteMarks,
    /// Whether labels follow their numbers, although the style may put them first, see
    /// [`counters`](super::counters).
    pub(super) moves_counters: bool,
}

/// The quotation marks of a locale.
#[derive(Debug, Clone, Default)]
pub(super) struct QuoteMarks {
    pub(super) open: String,
    pub(super) close: String,
    pub(super) open_inner: String,
    pub(super) close_inner: String,
}

impl Locale {
    /// Assembles a locale from the files of `source` and the layers of a style.
    pub fn assemble(language: &str, source: &dyn LocaleSource, of_style: &[LocaleLayer]) -> Self {
        let language = match language.split_once('_') {
            Some((language, region)) => format!("{language}-{region}"),
            None => language.to_owned(),
        };
        let base = language.split('-').next().unwrap_or_default().to_owned();
        let mut locale = Self {
            language: language.clone(),
            terms: FxHashMap::default(),
            text_date: LocalizedDate::default(),
            numeric_date: LocalizedDate::default(),
            punctuation_in_quote: false,
            limit_day_ordinals: false,
            has_ordinal_table: false,
            quotes: QuoteMarks::default(),
            moves_counters: false,
        };
        let english = source.layer("en-US");
        if let Some(english) = &english {
            locale.add_options(english);
        }
        let mut files = Vec::new();
        if base == "en" {
            files.push("en-US".to_owned());
        }
        files.extend(primary_dialect(&base).map(str::to_owned));
        files.push(base.clone());
        files.push(language.clone());
        let mut seen: Vec<&str> = Vec::new();
        for file in &files {
            if seen.contains(&file.as_str()) {
                continue;
            }
            seen.push(file);
            if let Some(layer) = source.layer(file) {
                locale.add(&layer);
            }
        }
        // As citeproc-js does, terms of a style for the main dialect are those of the others, too.
        let primary = primary_dialect(&base).unwrap_or(&language);
        let dialect = (language != base).then_some(language.as_str());
        let mut wanted = vec!["", base.as_str(), primary];
        wanted.extend(dialect);
        wanted.dedup();
        for wanted in wanted {
            for layer in of_style.iter().filter(|layer| layer.language == wanted) {
                locale.add(layer);
            }
        }
        if let Some(english) = english.filter(|_| base != "en") {
            locale.complete(&english);
        }
        let term = |name: &str| {
            locale
                .term(name, TermForm::Long, false)
                .unwrap_or("")
                .to_owned()
        };
        locale.quotes = QuoteMarks {
            open: term("open-quote"),
            close: term("close-quote"),
            open_inner: term("open-inner-quote"),
            close_inner: term("close-inner-quote"),
        };
        locale
    }

    fn add(&mut self, layer: &LocaleLayer) {
        // Ordinals are one set: a layer that defines any replaces all (clause "Ordinal Suffixes").
        if layer.terms.contains_key("ordinal") {
            self.terms.retain(|name, _| !is_ordinal(name));
            self.has_ordinal_table = true;
        }
        // The four suffixes of CSL 1.0 that a style defines do not mix with a table.
        let skips = |name: &str| {
            self.has_ordinal_table && !layer.terms.contains_key("ordinal") && is_ordinal(name)
        };
        if self.terms.is_empty() {
            self.terms.clone_from(&layer.terms);
        } else {
            for (name, term) in layer.terms.iter().filter(|(name, _)| !skips(name)) {
                if let Some(mine) = self.terms.get_mut(name) {
                    mine.merge(term);
                } else {
                    self.terms.insert(name.clone(), term.clone());
                }
            }
        }
        self.add_options(layer);
    }

    /// Adds the terms of another language that the locale lacks. Ordinals of two languages do not mix.
    fn complete(&mut self, other: &LocaleLayer) {
        let has_ordinals = self.terms.keys().any(|name| is_ordinal(name));
        let skips = |name: &str| has_ordinals && is_ordinal(name);
        for (name, term) in other.terms.iter().filter(|(name, _)| !skips(name)) {
            if let Some(mine) = self.terms.get_mut(name) {
                mine.complete(term);
            } else {
                self.terms.insert(name.clone(), term.clone());
            }
        }
        self.has_ordinal_table |= !has_ordinals;
    }

    /// Takes the date formats and options that a layer has.
    fn add_options(&mut self, layer: &LocaleLayer) {
        if let Some(date) = &layer.text_date {
            self.text_date = date.clone();
        }
        if let Some(date) = &layer.numeric_date {
            self.numeric_date = date.clone();
        }
        self.punctuation_in_quote = layer
            .punctuation_in_quote
            .unwrap_or(self.punctuation_in_quote);
        self.limit_day_ordinals = layer.limit_day_ordinals.unwrap_or(self.limit_day_ordinals);
    }

    /// Returns the language, such as `de-AT`.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Returns whether full stops and commas go inside closing quotation marks (clause "Locale Options").
    pub fn moves_punctuation_into_quotes(&self) -> bool {
        self.punctuation_in_quote
    }

    /// Returns the spellings of locator labels with the locator each means: `p.`, `pp.`, `page` and `pages`
    /// for `page` (appendix IV, "Locators").
    pub fn locator_labels(&self) -> Vec<(String, &'static str)> {
        let mut labels = Vec::new();
        for locator in LOCATORS {
            for form in [TermForm::Long, TermForm::Short, TermForm::Symbol] {
                for plural in [false, true] {
                    let term = self.term(locator, form, plural).unwrap_or_default();
                    let label = (term.to_owned(), *locator);
                    if !term.is_empty() && !labels.contains(&label) {
                        labels.push(label);
                    }
                }
            }
        }
        labels
    }

    /// Returns a localized date format.
    pub(super) fn date(&self, form: DateForm) -> &LocalizedDate {
        match form {
            DateForm::Text => &self.text_date,
            DateForm::Numeric => &self.numeric_date,
        }
    }

    /// Returns a term in a form, or in the form that replaces it; none if the locale lacks the term.
    pub(super) fn term(&self, name: &str, form: TermForm, plural: bool) -> Option<&str> {
        self.terms.get(name)?.forms.get(form, plural)
    }

    /// Returns whether the locale has a term in any form.
    pub(super) fn has_term(&self, name: &str) -> bool {
        self.terms.contains_key(name)
    }

    /// Returns a term in the form that agrees with a gender.
    fn gendered_term(&self, name: &str, gender: Option<Gender>) -> Option<&str> {
        let term = self.terms.get(name)?;
        let by_gender = match gender {
            None => None,
            Some(Gender::Masculine) => term.masculine.as_ref(),
            Some(Gender::Feminine) => term.feminine.as_ref(),
        };
        by_gender
            .and_then(|forms| forms.get(TermForm::Long, false))
            .or_else(|| term.forms.get(TermForm::Long, false))
    }

    /// Returns the gender of a term, such as the name of a variable or a month.
    pub(super) fn gender(&self, noun: &str) -> Option<Gender> {
        self.terms.get(noun)?.gender
    }

    /// Returns a number with the ordinal suffix that agrees with a gender (clause "Ordinal Suffixes").
    pub(super) fn ordinal(&self, number: u64, gender: Option<Gender>) -> String {
        if !self.has_ordinal_table {
            // CSL 1.0: four suffixes, for numbers that end in 1, 2, 3 and any others.
            let (last, two) = (number % 10, number % 100);
            let name = match (last, two) {
                (1, two) if two != 11 => "ordinal-01",
                (2, two) if two != 12 => "ordinal-02",
                (3, two) if two != 13 => "ordinal-03",
                _ => "ordinal-04",
            };
            // The Hebrew locale has the number itself there.
            let suffix = self
                .gendered_term(name, gender)
                .filter(|suffix| !suffix.starts_with(|first: char| first.is_ascii_digit()))
                .unwrap_or_default();
            return format!("{number}{suffix}");
        }
        let two = number % 100;
        let exact = |name: &str, wanted: &[OrdinalMatch], default: OrdinalMatch| {
            let term = self.terms.get(name)?;
            let matching = term.ordinal_match.unwrap_or(default);
            wanted
                .contains(&matching)
                .then(|| self.gendered_term(name, gender))?
        };
        let mut suffix = None;
        if number < 100 {
            suffix = exact(
                &format!("ordinal-{number:02}"),
                &[OrdinalMatch::WholeNumber],
                if number < 10 {
                    OrdinalMatch::LastDigit
                } else {
                    OrdinalMatch::LastTwoDigits
                },
            );
        }
        if suffix.is_none() {
            suffix = exact(
                &format!("ordinal-{two:02}"),
                &[OrdinalMatch::LastTwoDigits],
                if two < 10 {
                    OrdinalMatch::LastDigit
                } else {
                    OrdinalMatch::LastTwoDigits
                },
            );
        }
        if suffix.is_none() {
            suffix = exact(
                &format!("ordinal-{:02}", number % 10),
                &[OrdinalMatch::LastDigit],
                OrdinalMatch::LastDigit,
            );
        }
        let suffix = suffix
            .or_else(|| self.gendered_term("ordinal", gender))
            // In Portuguese, numbers of nouns without a gender are those of editions, which are feminine.
            .or_else(|| self.gendered_term("ordinal", Some(Gender::Feminine)))
            .unwrap_or_default();
        format!("{number}{suffix}")
    }

    /// Returns a number from one to ten in words, such as "first", and others as ordinals.
    pub(super) fn long_ordinal(&self, number: u64, gender: Option<Gender>) -> String {
        if (1..=10).contains(&number)
            && let Some(word) = self.gendered_term(&format!("long-ordinal-{number:02}"), gender)
        {
            return word.to_owned();
        }
        self.ordinal(number, gender)
    }
}

fn is_ordinal(name: &str) -> bool {
    name == "ordinal"
        || name
            .strip_prefix("ordinal-")
            .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
}
