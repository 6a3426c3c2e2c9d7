//! The languages of `langid` and `hyphenation`, by babel's names, as BCP 47 tags.

use std::borrow::Cow;

/// The tag of a `langid`: that of a known name, or the text itself, which then may be a tag.
pub(crate) fn tag(name: &str, options: &str) -> Option<Cow<'static, str>> {
    let name = name.trim().to_lowercase();
    let options = options.to_lowercase();
    let variant = options
        .split(',')
        .find_map(|option| option.trim().strip_prefix("variant="));
    let name = match (name.as_str(), variant) {
        (
            "english",
            Some(
                variant @ ("american" | "us" | "usmax" | "british" | "uk" | "australian"
                | "newzealand"),
            ),
        ) => variant.to_owned(),
        ("german", Some("austrian")) => "austrian".to_owned(),
        ("german", Some("swiss")) => "nswissgerman".to_owned(),
        _ => name,
    };
    match known_tag(&name) {
        Some(tag) => Some(tag),
        None if name.is_empty() => None,
        None => Some(Cow::Owned(name)),
    }
}

/// The tag of a language by its babel name.
pub(crate) fn known_tag(name: &str) -> Option<Cow<'static, str>> {
    let tag = match name.trim().to_ascii_lowercase().as_str() {
        "english" | "usenglish" | "american" | "us" | "usmax" | "langenglish" | "langamerican" => {
            "en-US"
        }
        "british" | "ukenglish" | "uk" => "en-GB",
        "canadian" => "en-CA",
        "australian" => "en-AU",
        "newzealand" => "en-NZ",
        "german" | "ngerman" | "germanb" | "langgerman" => "de-DE",
        "austrian" | "naustrian" => "de-AT",
        "swissgerman" | "nswissgerman" => "de-CH",
        "french" | "francais" | "langfrench" => "fr-FR",
        "acadian" => "fr-CA",
        "canadien" => "fr-CA",
        "spanish" | "langspanish" => "es-ES",
        "mexican" | "spanishmx" => "es-MX",
        "catalan" => "ca-AD",
        "galician" => "gl-ES",
        "basque" => "eu-ES",
        "portuguese" | "portuges" | "langportuguese" => "pt-PT",
        "brazil" | "brazilian" => "pt-BR",
        "italian" | "langitalian" => "it-IT",
        "dutch" | "langdutch" => "nl-NL",
        "danish" => "da-DK",
        "swedish" => "sv-SE",
        "norsk" | "norwegian" | "nynorsk" => "no-NO",
        "icelandic" => "is-IS",
        "finnish" => "fi-FI",
        "estonian" => "et-EE",
        "latvian" => "lv-LV",
        "lithuanian" => "lt-LT",
        "polish" => "pl-PL",
        "czech" => "cs-CZ",
        "slovak" => "sk-SK",
        "slovene" | "slovenian" => "sl-SI",
        "croatian" => "hr-HR",
        "serbian" | "serbianc" => "sr-RS",
        "hungarian" | "magyar" => "hu-HU",
        "romanian" => "ro-RO",
        "bulgarian" => "bg-BG",
        "russian" | "langrussian" => "ru-RU",
        "ukrainian" => "uk-UA",
        "greek" | "polutonikogreek" => "el-GR",
        "turkish" => "tr-TR",
        "hebrew" => "he-IL",
        "arabic" => "ar",
        "farsi" | "persian" => "fa-IR",
        "hindi" => "hi-IN",
        "chinese" => "zh-CN",
        "japanese" => "ja-JP",
        "korean" => "ko-KR",
        "vietnamese" => "vi-VN",
        "afrikaans" => "af-ZA",
        "latin" | "langlatin" => "la",
        _ => return None,
    };
    Some(Cow::Borrowed(tag))
}
