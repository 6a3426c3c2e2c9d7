//! Citation keys made by a pattern, such as `[auth][year][shorttitle]`.

use std::str::FromStr;

use super::bibtex;
use super::losses::resolved_date;
use crate::model::markup;
use crate::model::{CslItem, CslName, Entry, language_of};
use crate::text::fold;
use crate::transliteration::to_latin;

/// A pattern for citation keys: text, and markers in brackets with what is done to them. The markers
/// are those of JabRef and Better BibTeX: `[auth]`, `[year]`, `[shorttitle]` and their like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPattern {
    parts: Vec<PatternPart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PatternPart {
    Text(String),
    Marker {
        marker: PatternMarker,
        /// The number of letters, words or names; by default the marker's own.
        count: Option<usize>,
        case: Case,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PatternMarker {
    Author,
    Authors,
    AuthorEtAl,
    Year,
    ShortYear,
    Title,
    ShortTitle,
    VeryShortTitle,
    EntryType,
    Volume,
    FirstPage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    AsIs,
    Lower,
    Upper,
}

const MARKERS: &[(&str, PatternMarker)] = &[
    ("auth.etal", PatternMarker::AuthorEtAl),
    ("authEtAl", PatternMarker::AuthorEtAl),
    ("authors", PatternMarker::Authors),
    ("auth", PatternMarker::Author),
    ("shortyear", PatternMarker::ShortYear),
    ("year", PatternMarker::Year),
    ("veryshorttitle", PatternMarker::VeryShortTitle),
    ("shorttitle", PatternMarker::ShortTitle),
    ("title", PatternMarker::Title),
    ("entrytype", PatternMarker::EntryType),
    ("volume", PatternMarker::Volume),
    ("firstpage", PatternMarker::FirstPage),
];

/// The words of titles that say nothing of a work, as JabRef has them.
const FUNCTION_WORDS: &[&str] = &[
    "a", "an", "the", "above", "about", "across", "against", "along", "among", "around", "at",
    "before", "behind", "below", "beneath", "beside", "between", "beyond", "by", "down", "during",
    "except", "for", "from", "in", "inside", "into", "like", "near", "of", "off", "on", "onto",
    "since", "to", "toward", "towards", "through", "under", "until", "up", "upon", "with",
    "within", "without", "and", "but", "nor", "or", "so", "yet", "der", "die", "das", "ein",
    "eine", "und", "le", "la", "les", "un", "une", "et", "el", "los", "las", "y", "ο", "η", "το",
    "οι", "τα", "του", "τησ", "των", "και", "για", "в", "и", "на", "о",
];

/// A pattern that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed key pattern \u{201c}{pattern}\u{201d}: {reason}")]
pub struct PatternError {
    /// The pattern.
    pub pattern: String,
    /// The reason.
    pub reason: String,
}

/// `[auth:lower][year][veryshorttitle:lower]`, as in `ostrom1990governing`.
impl Default for KeyPattern {
    fn default() -> Self {
        let lower = |marker| PatternPart::Marker {
            marker,
            count: None,
            case: Case::Lower,
        };
        Self {
            parts: vec![
                lower(PatternMarker::Author),
                lower(PatternMarker::Year),
                lower(PatternMarker::VeryShortTitle),
            ],
        }
    }
}

impl FromStr for KeyPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let malformed = |reason: String| PatternError {
            pattern: text.to_owned(),
            reason,
        };
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('[') {
            if !before.is_empty() {
                parts.push(PatternPart::Text(before.to_owned()));
            }
            let (marker, behind) = after
                .split_once(']')
                .ok_or_else(|| malformed(format!("the bracket before {after} is not closed")))?;
            parts.push(read_marker(marker).map_err(malformed)?);
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(PatternPart::Text(rest.to_owned()));
        }
        let fixed: String = parts
            .iter()
            .filter_map(|part| match part {
                PatternPart::Text(text) => Some(text.as_str()),
                PatternPart::Marker { .. } => None,
            })
            .collect();
        if let Some(character) = fixed.chars().find(|c| !is_key_character(*c)) {
            return Err(malformed(format!("a key cannot hold {character:?}")));
        }
        if !parts
            .iter()
            .any(|part| matches!(part, PatternPart::Marker { .. }))
        {
            return Err(malformed(
                "it has no marker, such as [auth] or [year]".into(),
            ));
        }
        Ok(Self { parts })
    }
}

fn read_marker(text: &str) -> Result<PatternPart, String> {
    let mut words = text.split(':');
    let name = words.next().unwrap_or_default();
    let (stem, digits) = name.split_at(name.trim_end_matches(|c: char| c.is_ascii_digit()).len());
    let marker = MARKERS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(stem))
        .map(|(_, marker)| *marker)
        .ok_or_else(|| {
            let known: Vec<_> = MARKERS
                .iter()
                .map(|(known, _)| format!("[{known}]"))
                .collect();
            format!(
                "unknown marker [{name}]; the markers are {}",
                known.join(" ")
            )
        })?;
    let mut case = Case::AsIs;
    for modifier in words {
        case = match modifier {
            "lower" => Case::Lower,
            "upper" => Case::Upper,
            other => return Err(format!("{other} is neither lower nor upper")),
        };
    }
    Ok(PatternPart::Marker {
        marker,
        count: digits.parse().ok(),
        case,
    })
}

impl KeyPattern {
    /// Returns the key of a work, before it is made unique. What a work does not have leaves nothing; if
    /// nothing at all is left, the key is the work's type.
    pub fn key(&self, work: &Entry, item: &CslItem) -> String {
        self.make(item, &romanised_names(work), &|| work.kind())
    }

    /// Returns the key of a reference that is no entry yet, like [`Self::key`].
    pub(crate) fn key_of_item(&self, item: &CslItem) -> String {
        self.make(item, &[], &|| bibtex::from_csl(item).work.kind())
    }

    fn make(&self, item: &CslItem, romanised: &[CslName], kind: &dyn Fn() -> String) -> String {
        let mut key = String::new();
        for part in &self.parts {
            match part {
                PatternPart::Text(text) => key.push_str(text),
                PatternPart::Marker {
                    marker,
                    count,
                    case,
                } => {
                    let text = marker.text(*count, item, romanised, kind);
                    key.push_str(&match case {
                        Case::AsIs => text,
                        Case::Lower => text.to_lowercase(),
                        Case::Upper => text.to_uppercase(),
                    });
                }
            }
        }
        if key.is_empty() { kind() } else { key }
    }
}

impl PatternMarker {
    fn text(
        self,
        count: Option<usize>,
        item: &CslItem,
        romanised: &[CslName],
        kind: &dyn Fn() -> String,
    ) -> String {
        let language = language_of(item);
        let language = language.as_deref();
        let names = || {
            let given = item.principal_names().iter().enumerate();
            given.map(|(place, name)| {
                let name = romanised.get(place).unwrap_or(name);
                let family = name.family.as_deref().or(name.literal.as_deref());
                let particle = name.non_dropping_particle.as_deref().unwrap_or_default();
                letters(
                    &format!("{particle}{}", family.unwrap_or_default()),
                    language,
                )
            })
        };
        let year = || {
            let year = item.date("issued").map(resolved_date);
            let year = year.and_then(|date| date.year());
            year.map(|year| year.to_string()).unwrap_or_default()
        };
        let words = |count: usize| {
            let title = markup::plain(&item.text("title").unwrap_or_default());
            title_words(&title)
                .into_iter()
                .filter(|word| !FUNCTION_WORDS.contains(&fold(word).as_str()))
                .map(|word| letters(without_possessive(word), language))
                .filter(|word| !word.is_empty())
                .take(count)
                .map(|word| capitalised(&word))
                .collect::<String>()
        };
        match self {
            Self::Author => {
                let family = names().next().unwrap_or_default();
                family.chars().take(count.unwrap_or(usize::MAX)).collect()
            }
            Self::Authors => {
                let all = names().count();
                let shown = count.unwrap_or(all);
                let mut text: String = names().take(shown).collect();
                if all > shown {
                    text.push_str("EtAl");
                }
                text
            }
            Self::AuthorEtAl => match names().collect::<Vec<_>>().as_slice() {
                [] => String::new(),
                [one] => one.clone(),
                [one, two] => format!("{one}{two}"),
                [one, ..] => format!("{one}EtAl"),
            },
            Self::Year => year(),
            Self::ShortYear => {
                let year = year();
                year.get(year.len().saturating_sub(2)..)
                    .unwrap_or_default()
                    .to_owned()
            }
            Self::Title => words(usize::MAX),
            Self::ShortTitle => words(count.unwrap_or(3)),
            Self::VeryShortTitle => words(count.unwrap_or(1)),
            Self::EntryType => kind(),
            Self::Volume => letters(&item.text("volume").unwrap_or_default(), language),
            Self::FirstPage => {
                let pages = item.text("page").unwrap_or_default();
                pages.chars().take_while(|c| c.is_alphanumeric()).collect()
            }
        }
    }
}

/// Returns the names of the field `sortname` if they are in Latin letters, which is how the names of a work in
/// another script are romanised.
fn romanised_names(work: &Entry) -> Vec<CslName> {
    let value = work.field("sortname").unwrap_or_default();
    let value = value.trim_matches(['{', '}', '"']);
    if value.is_empty() || to_latin(value, None) != value {
        return Vec::new();
    }
    let names = bibtex::read_names(value);
    names.iter().map(|name| name.to_csl(true)).collect()
}

/// Returns a word without an English possessive: Coase of “Coase’s”.
fn without_possessive(word: &str) -> &str {
    word.strip_suffix("'s")
        .or_else(|| word.strip_suffix("\u{2019}s"))
        .unwrap_or(word)
}

/// The number of characters that make a word of a key where nothing separates words.
const WORD_WITHOUT_SPACES: usize = 4;

/// Returns the words of a title. In Chinese, Japanese and Thai these are a few characters of one script.
fn title_words(title: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let is_between = |c: char| !c.is_alphanumeric() && c != '\'' && c != '\u{2019}' && !is_mark(c);
    for word in title.split(is_between).filter(|word| !word.is_empty()) {
        let mut start = 0;
        let mut count = 0;
        let mut before = Spacing::Spaces;
        for (at, character) in word.char_indices() {
            if is_mark(character) {
                continue;
            }
            let spacing = Spacing::of(character);
            let is_full = spacing != Spacing::Spaces && count == WORD_WITHOUT_SPACES;
            if at > 0 && (spacing != before || is_full) {
                words.extend(word.get(start..at));
                start = at;
                count = 0;
            }
            count += 1;
            before = spacing;
        }
        words.extend(word.get(start..));
    }
    words
}

/// Returns whether a character is a mark or a vowel sign of the letter before it.
fn is_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}

/// The separation of words in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spacing {
    Spaces,
    Han,
    Hiragana,
    Katakana,
    Thai,
}

impl Spacing {
    fn of(character: char) -> Self {
        match character {
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
                Self::Han
            }
            '\u{3041}'..='\u{309f}' => Self::Hiragana,
            '\u{30a0}'..='\u{30ff}' => Self::Katakana,
            '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => Self::Thai,
            _ => Self::Spaces,
        }
    }
}

/// Returns the letters and digits of a text without accents, in ASCII as far as there is a custom for it.
fn letters(text: &str, language: Option<&str>) -> String {
    let mut plain = String::new();
    // A name in two scripts has its romanised form beside it.
    let has_latin = text.contains(|c: char| c.is_ascii_alphabetic());
    let text = if has_latin {
        text.chars()
            .filter(|c| !c.is_alphabetic() || to_latin(&c.to_string(), None) == c.to_string())
            .collect()
    } else {
        to_latin(text, language)
    };
    for character in text.chars() {
        let folded = fold(character.encode_utf8(&mut [0; 4]));
        let letters = if character.is_uppercase() {
            capitalised(&folded)
        } else {
            folded
        };
        plain.extend(letters.chars().filter(|c| c.is_alphanumeric()));
    }
    plain
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// Returns whether a citation key may contain the character in LaTeX and BibTeX.
pub(crate) fn is_key_character(character: char) -> bool {
    !character.is_whitespace()
        && !character.is_control()
        && !matches!(
            character,
            ',' | '{' | '}' | '(' | ')' | '"' | '\'' | '=' | '#' | '%' | '@' | '~' | '\\' | '$'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(pattern: &str, source: &str) -> String {
        let work = bibtex::parse_entry(source).unwrap();
        let item = bibtex::derive(&work, &bibtex::Strings::default(), &|_| None).item;
        pattern.parse::<KeyPattern>().unwrap().key(&work, &item)
    }

    const WEALTH: &str = "@book{x, author={S{\\o}derberg, J and de Filippi, P and Nu{\\~n}ez, A},
        title={The Wealth of {N}etworks: How It Works}, year=2006}";

    #[test]
    fn the_usual_markers_make_the_usual_keys() {
        assert_eq!(
            key("[auth][year][shorttitle]", WEALTH),
            "Soderberg2006WealthNetworksHow"
        );
        assert_eq!(
            key("[auth:lower][year][veryshorttitle:lower]", WEALTH),
            "soderberg2006wealth"
        );
        assert_eq!(key("[auth.etal]_[shortyear]", WEALTH), "SoderbergEtAl_06");
        assert_eq!(key("[auth3:upper]-[entrytype]", WEALTH), "SOD-book");
        assert!(key("[authors2]", WEALTH).ends_with("EtAl"));
        assert_eq!(key("[auth][year]", "@misc{x, note={y}}"), "misc");
    }

    #[test]
    fn other_scripts_become_latin_letters_of_a_few_words() {
        let default = "[auth:lower][year][veryshorttitle:lower]";
        for (source, made) in [
            (
                "@book{x, author={Παπαδημητρόπουλος, Ευάγγελος}, title={Τα κοινά}, year=2020}",
                "papadimitropoulos2020koina",
            ),
            (
                "@book{x, author={Жуков, Щедрин}, title={Общие блага}, year=2016}",
                "zhukov2016obshchie",
            ),
            (
                "@book{x, author={赵, 旭东}, title={互联网与公共资源：协作生产}, year=2015}",
                "zhao2015hulianwangyu",
            ),
            (
                "@book{x, author={斎藤, 幸平}, sortname={Saitō, Kōhei}, title={コモンズと資本論}, year=2020}",
                "saito2020komonzu",
            ),
            (
                "@book{x, author={Inoue 井上, Makoto 真}, title={Komonzu コモンズ}, year=2004}",
                "inoue2004komonzu",
            ),
            (
                "@book{x, author={שגב, תום}, title={נחלת הכלל}, year=2008}",
                "shgb2008nhlt",
            ),
            (
                "@book{x, author={शर्मा, अमित}, title={साझा संसाधन}, year=2012}",
                "sharma2012sajha",
            ),
        ] {
            assert_eq!(key(default, source), made, "{source}");
        }
    }

    #[test]
    fn unknown_markers_and_open_brackets_are_refused() {
        for pattern in [
            "[author_x]",
            "[auth",
            "plain",
            "[auth] [year]",
            "[auth:odd]",
        ] {
            assert!(pattern.parse::<KeyPattern>().is_err(), "{pattern}");
        }
    }
}
