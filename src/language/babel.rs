//! The languages of `langid` and `hyphenation`, by babel's names.

/// Returns the tag of a language by its babel name. `options` are those of `langidopts`.
pub fn tag(name: &str, options: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    let options = options.to_lowercase();
    let variant = options
        .split(',')
        .find_map(|option| option.trim().strip_prefix("variant="));
    let name = match (name.as_str(), variant) {
        ("english", Some("american" | "us" | "usmax")) => "american",
        ("english", Some("british" | "uk")) => "british",
        ("english", Some("australian")) => "australian",
        ("english", Some("newzealand")) => "newzealand",
        ("german", Some("austrian")) => "austrian",
        ("german", Some("swiss")) => "nswissgerman",
        _ => &name,
    };
    let found = LANGUAGES.iter().find(|(known, _)| *known == name);
    found.map(|(_, tag)| *tag)
}

/// Returns the babel name of exactly this tag.
fn exact_name(tag: &str) -> Option<&'static str> {
    let found = LANGUAGES.iter().find(|(_, known)| *known == tag);
    found.map(|(name, _)| *name)
}

/// Returns the babel name of a tag, or of its language where babel does not know the region.
pub fn name(tag: &str) -> Option<&'static str> {
    if tag == "en" {
        // The main region has a name of its own.
        return Some("english");
    }
    exact_name(tag).or_else(|| {
        let main = main_tag(tag.split('-').next().unwrap_or_default())?;
        exact_name(main)
    })
}

/// Returns the tag with the main region of a language, such as `de-DE` for `de`.
pub(super) fn main_tag(primary: &str) -> Option<&'static str> {
    let primary = match primary {
        "nb" | "nn" => "no",
        other => other,
    };
    let found = LANGUAGES
        .iter()
        .find(|(_, tag)| tag.split('-').next() == Some(primary));
    found.map(|(_, tag)| *tag)
}

#[cfg(feature = "library")]
/// Returns whether a babel name stands for a language of one region, such as `austrian`.
pub fn is_regional(name: &str) -> bool {
    let own = LANGUAGES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    own.is_some_and(|(name, tag)| {
        let main = main_tag(tag.split('-').next().unwrap_or_default());
        main != Some(*tag) || matches!(*name, "american" | "usenglish" | "langamerican")
    })
}

/// Names of languages, of babel and of BibLaTeX's localisation keys, and their tags; the usual name of each tag
/// first.
#[rustfmt::skip]
pub(super) const LANGUAGES: &[(&str, &str)] = &[
    ("american", "en-US"), ("english", "en-US"), ("usenglish", "en-US"), ("langenglish", "en-US"),
    ("langamerican", "en-US"), ("ngerman", "de-DE"), ("british", "en-GB"), ("ukenglish", "en-GB"),
    ("canadian", "en-CA"), ("australian", "en-AU"), ("newzealand", "en-NZ"), ("german", "de-DE"), ("germanb", "de-DE"),
    ("langgerman", "de-DE"), ("austrian", "de-AT"), ("naustrian", "de-AT"), ("swissgerman", "de-CH"),
    ("nswissgerman", "de-CH"), ("french", "fr-FR"), ("francais", "fr-FR"), ("langfrench", "fr-FR"),
    ("acadian", "fr-CA"), ("canadien", "fr-CA"), ("spanish", "es-ES"), ("langspanish", "es-ES"), ("mexican", "es-MX"),
    ("spanishmx", "es-MX"), ("catalan", "ca-AD"), ("galician", "gl-ES"), ("basque", "eu-ES"), ("portuguese", "pt-PT"),
    ("portuges", "pt-PT"), ("langportuguese", "pt-PT"), ("brazil", "pt-BR"), ("brazilian", "pt-BR"),
    ("italian", "it-IT"), ("langitalian", "it-IT"), ("dutch", "nl-NL"), ("langdutch", "nl-NL"), ("danish", "da-DK"),
    ("swedish", "sv-SE"), ("norsk", "no-NO"), ("norwegian", "no-NO"), ("nynorsk", "no-NO"), ("icelandic", "is-IS"),
    ("finnish", "fi-FI"), ("estonian", "et-EE"), ("latvian", "lv-LV"), ("lithuanian", "lt-LT"), ("polish", "pl-PL"),
    ("czech", "cs-CZ"), ("slovak", "sk-SK"), ("slovene", "sl-SI"), ("slovenian", "sl-SI"), ("croatian", "hr-HR"),
    ("serbian", "sr-RS"), ("serbianc", "sr-RS"), ("hungarian", "hu-HU"), ("magyar", "hu-HU"), ("romanian", "ro-RO"),
    ("bulgarian", "bg-BG"), ("russian", "ru-RU"), ("langrussian", "ru-RU"), ("ukrainian", "uk-UA"), ("greek", "el-GR"),
    ("polutonikogreek", "el-GR"), ("turkish", "tr-TR"), ("hebrew", "he-IL"), ("arabic", "ar"), ("farsi", "fa-IR"),
    ("persian", "fa-IR"), ("hindi", "hi-IN"), ("chinese", "zh-CN"), ("chinese-hant", "zh-TW"), ("japanese", "ja-JP"),
    ("korean", "ko-KR"), ("vietnamese", "vi-VN"), ("afrikaans", "af-ZA"), ("latin", "la"), ("langlatin", "la"),
    ("macedonian", "mk-MK"), ("thai", "th-TH"), ("welsh", "cy-GB"), ("irish", "ga-IE"), ("breton", "br"),
    ("esperanto", "eo"), ("belarusian", "be-BY"), ("bosnian", "bs-BA"), ("albanian", "sq-AL"), ("armenian", "hy-AM"),
    ("georgian", "ka-GE"), ("bengali", "bn"), ("tamil", "ta"), ("telugu", "te"), ("urdu", "ur"),
    ("indonesian", "id-ID"), ("malay", "ms-MY"), ("mongolian", "mn-MN"), ("azerbaijani", "az"), ("asturian", "ast"),
    ("occitan", "oc"), ("khmer", "km-KH"), ("lao", "lo"), ("swahili", "sw"), ("sanskrit", "sa"), ("marathi", "mr"),
    ("kurmanji", "kmr"), ("ancientgreek", "grc"), ("interlingua", "ia"), ("friulan", "fur"), ("scottish", "gd"),
    ("samin", "se"), ("romansh", "rm"), ("amharic", "am"), ("tibetan", "bo"), ("nepali", "ne"), ("punjabi", "pa"),
];
