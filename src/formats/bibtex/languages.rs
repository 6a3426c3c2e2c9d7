//! The languages of `langid` and `hyphenation`, by babel's names, as BCP 47 tags.

use std::borrow::Cow;

/// Returns the tag of a `langid`: that of a known name, or the text itself, which then may be a
/// tag.
pub(crate) fn tag(name: &str, options: &str) -> Option<Cow<'static, str>> {
    let written = name.trim();
    let name = written.to_lowercase();
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
        None => Some(Cow::Owned(written.to_owned())),
    }
}

/// Names of languages, of babel and of BibLaTeX's localisation keys, and their tags; the usual name of each tag first.
const LANGUAGES: [(&str, &str); 82] = [
    ("american", "en-US"),
    ("english", "en-US"),
    ("usenglish", "en-US"),
    ("us", "en-US"),
    ("usmax", "en-US"),
    ("langenglish", "en-US"),
    ("langamerican", "en-US"),
    ("ngerman", "de-DE"),
    ("british", "en-GB"),
    ("ukenglish", "en-GB"),
    ("uk", "en-GB"),
    ("canadian", "en-CA"),
    ("australian", "en-AU"),
    ("newzealand", "en-NZ"),
    ("german", "de-DE"),
    ("germanb", "de-DE"),
    ("langgerman", "de-DE"),
    ("austrian", "de-AT"),
    ("naustrian", "de-AT"),
    ("swissgerman", "de-CH"),
    ("nswissgerman", "de-CH"),
    ("french", "fr-FR"),
    ("francais", "fr-FR"),
    ("langfrench", "fr-FR"),
    ("acadian", "fr-CA"),
    ("canadien", "fr-CA"),
    ("spanish", "es-ES"),
    ("langspanish", "es-ES"),
    ("mexican", "es-MX"),
    ("spanishmx", "es-MX"),
    ("catalan", "ca-AD"),
    ("galician", "gl-ES"),
    ("basque", "eu-ES"),
    ("portuguese", "pt-PT"),
    ("portuges", "pt-PT"),
    ("langportuguese", "pt-PT"),
    ("brazil", "pt-BR"),
    ("brazilian", "pt-BR"),
    ("italian", "it-IT"),
    ("langitalian", "it-IT"),
    ("dutch", "nl-NL"),
    ("langdutch", "nl-NL"),
    ("danish", "da-DK"),
    ("swedish", "sv-SE"),
    ("norsk", "no-NO"),
    ("norwegian", "no-NO"),
    ("nynorsk", "no-NO"),
    ("icelandic", "is-IS"),
    ("finnish", "fi-FI"),
    ("estonian", "et-EE"),
    ("latvian", "lv-LV"),
    ("lithuanian", "lt-LT"),
    ("polish", "pl-PL"),
    ("czech", "cs-CZ"),
    ("slovak", "sk-SK"),
    ("slovene", "sl-SI"),
    ("slovenian", "sl-SI"),
    ("croatian", "hr-HR"),
    ("serbian", "sr-RS"),
    ("serbianc", "sr-RS"),
    ("hungarian", "hu-HU"),
    ("magyar", "hu-HU"),
    ("romanian", "ro-RO"),
    ("bulgarian", "bg-BG"),
    ("russian", "ru-RU"),
    ("langrussian", "ru-RU"),
    ("ukrainian", "uk-UA"),
    ("greek", "el-GR"),
    ("polutonikogreek", "el-GR"),
    ("turkish", "tr-TR"),
    ("hebrew", "he-IL"),
    ("arabic", "ar"),
    ("farsi", "fa-IR"),
    ("persian", "fa-IR"),
    ("hindi", "hi-IN"),
    ("chinese", "zh-CN"),
    ("japanese", "ja-JP"),
    ("korean", "ko-KR"),
    ("vietnamese", "vi-VN"),
    ("afrikaans", "af-ZA"),
    ("latin", "la"),
    ("langlatin", "la"),
];

/// Returns the tag of a language by its babel name.
pub(crate) fn known_tag(name: &str) -> Option<Cow<'static, str>> {
    let name = name.trim();
    let found = LANGUAGES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, tag)| Cow::Borrowed(*tag))
}

/// Returns the babel name of a language by its tag.
pub(crate) fn name(tag: &str) -> Option<&'static str> {
    let found = LANGUAGES.iter().find(|(_, known)| *known == tag);
    found.map(|(name, _)| *name)
}

/// Returns a text that is a language tag such as `de` or `pt-BR`.
pub(crate) fn as_tag(text: &str) -> Option<Cow<'static, str>> {
    let text = text.trim();
    let (language, region) = text.split_once('-').unwrap_or((text, "XX"));
    let is_tag = (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && region.len() == 2
        && region.bytes().all(|byte| byte.is_ascii_uppercase());
    is_tag.then(|| Cow::Owned(text.to_owned()))
}
