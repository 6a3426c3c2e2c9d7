//! Languages: what people write in `langid` and `language`, as BCP 47 tags, and the language of a text whose
//! language nobody stated. There is no other implementation of these.
//!
//! ```
//! use peerbib::language;
//!
//! for text in ["Deutsch", "ngerman", "German", "alemán", "deu", "de_DE"] {
//!     assert_eq!(language::tag_of(text).as_deref(), Some("de-DE"), "{text}");
//! }
//! assert_eq!(language::tag_of("English").as_deref(), Some("en"));
//! assert_eq!(language::tag_of("de-at").as_deref(), Some("de-AT"));
//! assert_eq!(language::guess("Grundrisse einer freien Gesellschaft"), Some("de"));
//! assert_eq!(language::guess("Peer production"), None);
//! ```

pub mod babel;
mod guess;
mod names;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::fold;

pub use guess::guess;
pub use names::{NAMED_IN, names};

/// Returns the first part of a tag: `zh` of `zh-Hant-TW` or `zh_TW`.
pub fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or_default()
}

/// Returns whether a language is written from right to left.
pub fn is_right_to_left(tag: &str) -> bool {
    let mut parts = tag.split(['-', '_']);
    let primary = parts.next().unwrap_or_default().to_ascii_lowercase();
    if let Some(script) = parts.next().filter(|part| part.len() == 4) {
        return ["arab", "hebr", "syrc", "thaa", "nkoo"]
            .contains(&script.to_ascii_lowercase().as_str());
    }
    matches!(
        primary.as_str(),
        "ar" | "he" | "iw" | "fa" | "ur" | "yi" | "ji" | "ps" | "sd" | "ug" | "dv" | "ckb" | "syr"
    )
}

/// Returns the tag of a language that a person named in any spelling: a tag, a name of babel, a code of
/// ISO 639, or a name in one of the common languages or in the language itself. Of several languages, the first
/// counts.
///
/// A tag stays as it is, with or without a region; a name gets the main region of its language, if there is one.
pub fn tag_of(text: &str) -> Option<Cow<'static, str>> {
    let text = text.trim();
    if text.is_empty() || text.len() > 200 {
        return None;
    }
    if let Some(tag) = as_tag(text) {
        return Some(Cow::Owned(tag));
    }
    named(text).map(Cow::Borrowed).or_else(|| {
        let parts = text.split([',', ';', '/', '&', '|', '(']);
        let mut parts = parts.flat_map(|part| part.split(" and "));
        parts.find_map(|part| {
            named(part)
                .map(Cow::Borrowed)
                .or_else(|| as_tag(part.trim()).map(Cow::Owned))
        })
    })
}

/// Returns a tag such as `pt-BR` in its usual spelling, if the text is the tag of a known language.
fn as_tag(text: &str) -> Option<String> {
    let mut parts = text.split(['-', '_']);
    let primary = parts.next()?.to_ascii_lowercase();
    names::names(&primary)?;
    let mut tag = primary;
    for part in parts {
        if !(2..=8).contains(&part.len()) || !part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return None;
        }
        tag.push('-');
        match part.len() {
            2 => tag.push_str(&part.to_ascii_uppercase()),
            4 => {
                let (first, rest) = part.split_at(1);
                tag.push_str(&first.to_ascii_uppercase());
                tag.push_str(&rest.to_ascii_lowercase());
            }
            _ => tag.push_str(&part.to_ascii_lowercase()),
        }
    }
    Some(tag)
}

/// Returns the folded name of a language without the word for "language" in it: "English language", "langue française".
fn without_word_for_language(folded: &str) -> Option<&str> {
    const BEFORE: [&str; 9] = [
        "bahasa ",
        "idioma ",
        "jezyk ",
        "jazyk ",
        "langue ",
        "lengua ",
        "lingua ",
        "limba ",
        "ภาษา",
    ];
    const BEHIND: [&str; 16] = [
        " language",
        " dili",
        " jazyk",
        " jezik",
        " kieli",
        " kalba",
        " keel",
        " nyelv",
        " тілі",
        " тили",
        " език",
        " язык",
        " мова",
        " jezyk",
        "語",
        "文",
    ];
    let before = BEFORE.iter().find_map(|word| folded.strip_prefix(word));
    before
        .or_else(|| BEHIND.iter().find_map(|word| folded.strip_suffix(word)))
        .map(str::trim)
}

/// Returns the tag of a name or code.
fn named(text: &str) -> Option<&'static str> {
    /// Names of varieties that have a region.
    const VARIETIES: &[(&str, &str)] = &[
        ("british english", "en-GB"),
        ("american english", "en-US"),
        ("brazilian portuguese", "pt-BR"),
        ("portuguese (brazil)", "pt-BR"),
        ("portugues (brasil)", "pt-BR"),
        ("portugues brasileiro", "pt-BR"),
        ("portugues do brasil", "pt-BR"),
        ("osterreichisch", "de-AT"),
        ("deutsch (osterreich)", "de-AT"),
        ("german (austria)", "de-AT"),
        ("schweizerdeutsch", "de-CH"),
        ("deutsch (schweiz)", "de-CH"),
        ("german (switzerland)", "de-CH"),
        ("english (uk)", "en-GB"),
        ("english (us)", "en-US"),
        ("francais (canada)", "fr-CA"),
        ("french (canada)", "fr-CA"),
        ("espanol (mexico)", "es-MX"),
        ("spanish (mexico)", "es-MX"),
        ("traditional chinese", "zh-TW"),
        ("chinese (traditional)", "zh-TW"),
        ("中文(繁體)", "zh-TW"),
        ("繁體中文", "zh-TW"),
        ("正體中文", "zh-TW"),
        ("simplified chinese", "zh-CN"),
        ("chinese (simplified)", "zh-CN"),
    ];
    /// Folded names and codes, with their tags.
    static KNOWN: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
        let mut known = HashMap::new();
        // English has no main region, though babel's `english` is American.
        for name in ["english", "langenglish"] {
            known.insert(name.to_owned(), "en");
        }
        for (name, tag) in babel::LANGUAGES.iter().chain(VARIETIES) {
            known.entry((*name).to_owned()).or_insert(*tag);
        }
        let of_tables = names::LANGUAGES
            .iter()
            .flat_map(|(code, names)| names.iter().map(move |name| (*name, *code)))
            .chain(names::OTHER_NAMES.iter().copied())
            .chain(names::OTHER_CODES.iter().copied());
        for (name, code) in of_tables {
            let region = babel::main_tag(code).filter(|_| code != "en");
            let tag = region.unwrap_or(code);
            known.entry(fold(name)).or_insert(tag);
        }
        known
    });
    let mut text = text.trim_matches(|c: char| c.is_whitespace() || c == '.');
    if !text.contains('(') {
        text = text.trim_end_matches(')');
    }
    let folded = fold(text);
    KNOWN
        .get(folded.as_str())
        .or_else(|| {
            let word = without_word_for_language(&folded)?;
            // "langue française", "lingua italiana"
            let masculine = || match word.strip_suffix('a') {
                Some(stem) => KNOWN.get(&format!("{stem}o")),
                None => KNOWN.get(word.strip_suffix('e')?),
            };
            KNOWN.get(word).or_else(masculine)
        })
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_for_language_is_no_part_of_a_name() {
        for (code, name) in [
            ("az", "Azərbaycan dili"),
            ("pl", "język polski"),
            ("hu", "magyar nyelv"),
            ("th", "ภาษาไทย"),
            ("en", "English language"),
            ("it", "lingua italiana"),
            ("fr", "langue française"),
            ("en", "英文"),
        ] {
            let tag = tag_of(name);
            assert_eq!(tag.as_deref().map(primary), Some(code), "{name}");
        }
        assert_eq!(tag_of("monolingual"), None);
    }

    #[test]
    fn a_language_is_known_in_any_spelling() {
        for (tag, spellings) in [
            (
                "de-DE",
                &[
                    "Deutsch",
                    "german",
                    "ngerman",
                    "Allemand",
                    "ger",
                    "deu",
                    "langgerman",
                ][..],
            ),
            (
                "de-AT",
                &["de-AT", "de_at", "austrian", "Deutsch (Österreich)"],
            ),
            (
                "fr-FR",
                &["français", "Francais", "French", "fre", "Französisch"],
            ),
            ("ru-RU", &["русский", "Русский", "Russian", "rus"]),
            ("zh-CN", &["中文", "Chinese", "汉语", "chi", "Chinesisch"]),
            ("ja-JP", &["日本語", "Japanese", "jpn"]),
            (
                "el-GR",
                &["Ελληνικά", "greek", "gre", "Greek, Modern (1453-)"],
            ),
            ("he-IL", &["עברית", "Hebrew"]),
            ("ar", &["العربية", "arabic", "ara", "ar"]),
            ("tr-TR", &["Türkçe", "turkce", "tur"]),
            ("pt-BR", &["brazilian", "pt-br", "Português (Brasil)"]),
            (
                "es-ES",
                &["Español", "spanish", "Spanish; English", "Castilian"],
            ),
            ("uk", &["uk"]),
            ("zh-Hant-TW", &["zh-hant-tw"]),
            ("ko-KR", &["한국어", "Korean"]),
        ] {
            for spelling in spellings {
                assert_eq!(tag_of(spelling).as_deref(), Some(tag), "{spelling}");
            }
        }
        for unknown in ["", "Klingon", "see note", "xx", "12", "commons"] {
            assert_eq!(tag_of(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn babel_knows_every_name_that_is_written_for_it() {
        assert_eq!(babel::name("de-DE"), Some("ngerman"));
        assert_eq!(babel::name("de"), Some("ngerman"));
        assert_eq!(babel::name("fr-BE"), Some("french"));
        assert_eq!(babel::name("zh-Hant"), Some("chinese"));
        assert_eq!(babel::name("nb-NO"), Some("norsk"));
        assert_eq!(babel::name("xh"), None);
    }

    #[test]
    fn direction_follows_the_language_or_its_script() {
        for tag in ["ar", "he-IL", "fa_IR", "pa-Arab-PK"] {
            assert!(is_right_to_left(tag), "{tag}");
        }
        for tag in ["en", "az-Latn", "ur-Latn", "zh", ""] {
            assert!(!is_right_to_left(tag), "{tag}");
        }
    }
}
