//! Styles and locales inside the program: those of the CSL project, as the hayagriva crate carries them, and
//! those written for peerbib.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock, OnceLock};

use ::hayagriva::archive::{ArchivedStyle, LOCALES};
use citationberg::LocaleFile;

use super::locale::{LocaleLayer, LocaleSource};
use super::xml::XmlDocument;

/// A style inside the program.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BundledStyle {
    /// Its name: the last part of its official identifier.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: Vec<&'static str>,
    /// Its title.
    pub title: String,
}

/// The styles written for peerbib: name, title and XML.
const OUR_STYLES: &[(&str, &str, &str)] = &[
    (
        "annotated-reading-list",
        "Annotated reading list",
        include_str!("../../styles/annotated-reading-list.csl"),
    ),
    (
        "compact-syllabus",
        "Compact syllabus",
        include_str!("../../styles/compact-syllabus.csl"),
    ),
];

/// The names of the archive that are not the official ones, with these.
const OFFICIAL_NAMES: &[(&str, &str)] = &[
    ("american-psychological-association", "apa"),
    ("british-medical-journal", "bmj"),
    ("chicago-notes", "chicago-notes-bibliography"),
    (
        "chicago-shortened-notes",
        "chicago-shortened-notes-bibliography",
    ),
    ("copernicus", "copernicus-publications"),
    (
        "deutsche-gesellschaft-f\u{fc}r-psychologie",
        "deutsche-gesellschaft-fur-psychologie",
    ),
    ("future-science", "future-science-group"),
    ("gb-7714-2005-numeric", "chinese-gb7714-2005-numeric"),
    (
        "gb-7714-2015-author-date",
        "china-national-standard-gb-t-7714-2015-author-date",
    ),
    (
        "gb-7714-2015-note",
        "china-national-standard-gb-t-7714-2015-note",
    ),
    (
        "gb-7714-2015-numeric",
        "china-national-standard-gb-t-7714-2015-numeric",
    ),
    ("gost-r-705-2008-numeric", "gost-r-7-0-5-2008-numeric"),
    ("institute-of-electrical-and-electronics-engineers", "ieee"),
    ("iso-690-author-date", "iso690-author-date-en"),
    ("iso-690-numeric", "iso690-numeric-en"),
    ("karger", "karger-journals"),
    ("modern-humanities-research-association-notes", "mhra-notes"),
    ("pensoft", "pensoft-journals"),
    ("public-library-of-science", "plos"),
    ("spie", "spie-journals"),
    ("springer-basic", "springer-basic-brackets"),
    ("springer-mathphys", "springer-mathphys-brackets"),
    ("springer-vancouver", "springer-vancouver-brackets"),
    ("thieme", "thieme-german"),
    ("trends", "trends-journals"),
    ("turabian-author-date", "chicago-author-date-17th-edition"),
    (
        "turabian-fullnote-8",
        "chicago-notes-bibliography-subsequent-author-title-17th-edition",
    ),
];

/// Official names that were given up, with those that followed.
const FORMER_NAMES: &[(&str, &str)] = &[
    (
        "chicago-fullnote-bibliography",
        "chicago-notes-bibliography",
    ),
    (
        "chicago-note-bibliography",
        "chicago-shortened-notes-bibliography",
    ),
];

/// Returns the bundled styles, sorted by name.
pub fn styles() -> Vec<BundledStyle> {
    let ours = OUR_STYLES.iter().map(|(name, title, _)| BundledStyle {
        name,
        aliases: Vec::new(),
        title: (*title).to_owned(),
    });
    let archived = ArchivedStyle::all().iter().filter_map(|style| {
        let (first, aliases) = style.names().split_first()?;
        let official = OFFICIAL_NAMES.iter().find(|(name, _)| name == first);
        let name = official.map_or(*first, |(_, official)| official);
        let former = FORMER_NAMES.iter().filter(|(_, new)| *new == name);
        let mut others: Vec<&str> = std::iter::once(*first)
            .chain(aliases.iter().copied())
            .collect();
        others.extend(former.map(|(former, _)| former));
        others.retain(|other| *other != name);
        Some(BundledStyle {
            name,
            aliases: others,
            title: style.display_name().to_owned(),
        })
    });
    let mut styles: Vec<_> = ours.chain(archived).collect();
    styles.sort_by_key(|style| style.name);
    styles
}

/// Returns the XML of the bundled style with this name or alias.
///
/// The archive keeps styles as `citationberg` structs. Writing them as XML takes less than a millisecond for a
/// large style, and leaves one way from a style to its compiled form.
pub fn style_xml(name: &str) -> Option<Cow<'static, str>> {
    if let Some((_, _, xml)) = OUR_STYLES.iter().find(|(ours, _, _)| *ours == name) {
        return Some(Cow::Borrowed(xml));
    }
    let former = FORMER_NAMES.iter().find(|(former, _)| *former == name);
    let name = former.map_or(name, |(_, new)| new);
    let official = OFFICIAL_NAMES
        .iter()
        .find(|(_, official)| *official == name);
    let name = official.map_or(name, |(archived, _)| archived);
    let xml = ArchivedStyle::by_name(name)?.get().to_xml().ok()?;
    let xml = with_official_terms(&xml).replace("=\"editor-translator\"", "=\"editortranslator\"");
    // Only terms are renamed, not the variable.
    let xml = xml.replace(
        "variable=\"editortranslator\"",
        "variable=\"editor-translator\"",
    );
    Some(Cow::Owned(xml))
}

/// Returns XML with the terms under their official names, some of which `citationberg` changes.
fn with_official_terms(xml: &str) -> String {
    xml.replace("=\"and-others\"", "=\"and others\"")
        .replace("name=\"printing-number\"", "name=\"printing\"")
        .replace("term=\"printing-number\"", "term=\"printing\"")
        .replace("term=\"et al\"", "term=\"et-al\"")
}

/// Returns the XML of a locale file with `editortranslator` under its own name.
///
/// `citationberg` reads both `editor-translator` (the variable) and `editortranslator` (editors who are
/// translators too) as the former. Official files have them one after the other in each form, so that every
/// second one is `editortranslator`.
fn with_editortranslator(xml: &str) -> String {
    let mut parts = xml.split("name=\"editor-translator\"");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for (number, part) in parts.enumerate() {
        result.push_str(if number % 2 == 0 {
            "name=\"editor-translator\""
        } else {
            "name=\"editortranslator\""
        });
        result.push_str(part);
    }
    result
}

/// The official locale files.
#[derive(Debug, Clone, Copy, Default)]
pub struct EmbeddedLocales;

/// The languages of hayagriva's locale files, in its order.
///
/// The files do not have to be decoded to know them: decoding all takes longer than formatting a list.
#[rustfmt::skip]
const LANGUAGES: &[&str] = &[
    "af-ZA", "ar", "bal-PK", "bg-BG", "brh-PK", "ca-AD", "cs-CZ", "cy-GB", "da-DK", "de-AT", "de-CH", "de-DE", "el-GR",
    "en-GB", "en-US", "es-CL", "es-ES", "es-MX", "et-EE", "eu", "fa-IR", "fi-FI", "fr-CA", "fr-FR", "gl-ES", "he-IL",
    "hi-IN", "hr-HR", "hu-HU", "hy-AM", "id-ID", "is-IS", "it-IT", "ja-JP", "km-KH", "ko-KR", "la", "lij-IT", "lt-LT",
    "lv-LV", "mn-MN", "ms-MY", "nb-NO", "nl-NL", "nn-NO", "pa-PK", "pl-PL", "pt-BR", "pt-PT", "ro-RO", "ru-RU", "sk-SK",
    "sl-SI", "sr-Cyrl-RS", "sr-Latn-RS", "sv-SE", "th-TH", "tl-PH", "tr-TR", "uk-UA", "vi-VN", "zh-CN", "zh-TW",
];

/// The decoded locale files, each decoded when it is first used.
static LAYERS: LazyLock<Vec<OnceLock<Option<Arc<LocaleLayer>>>>> =
    LazyLock::new(|| LANGUAGES.iter().map(|_| OnceLock::new()).collect());

impl EmbeddedLocales {
    /// Returns the languages of the locale files.
    pub fn languages(self) -> impl Iterator<Item = &'static str> {
        LANGUAGES.iter().copied()
    }
}

impl LocaleSource for EmbeddedLocales {
    fn layer(&self, language: &str) -> Option<Arc<LocaleLayer>> {
        let position = LANGUAGES.iter().position(|known| *known == language)?;
        LAYERS
            .get(position)?
            .get_or_init(|| decode(LOCALES.get(position)?).map(Arc::new))
            .clone()
    }
}

fn decode(bytes: &[u8]) -> Option<LocaleLayer> {
    let locale: citationberg::Locale = ciborium::from_reader(bytes).ok()?;
    let xml = LocaleFile::try_from(locale).ok()?.to_xml().ok()?;
    let xml = with_corrections(&with_editortranslator(&with_official_terms(&xml)));
    // citationberg names the root element `style`, which `LocaleLayer::from_xml` would refuse.
    let document = XmlDocument::parse(&xml).ok()?;
    Some(LocaleLayer::from_node(document.root()))
}

/// Corrects slips of the files: the Hebrew abbreviation of "page" has its mark at the wrong end, and some terms end in a
/// space beside that of the style.
fn with_corrections(xml: &str) -> String {
    xml.replace(">'עמ<", ">עמ'<").replace(": </", ":</")
}

#[cfg(test)]
mod tests {
    use super::super::Style;
    use super::super::element::TermForm;
    use super::super::locale::Locale;
    use super::*;

    #[test]
    fn every_locale_file_of_the_archive_is_found_under_its_language() {
        assert_eq!(LANGUAGES.len(), LOCALES.len());
        for language in LANGUAGES {
            let layer = EmbeddedLocales.layer(language).unwrap();
            assert_eq!(layer.language(), *language);
        }
    }

    #[test]
    fn terms_have_their_official_names() {
        let term = |language, name, form| {
            let locale = Locale::assemble(language, &EmbeddedLocales, &[]);
            locale.term(name, form, false).map(str::to_owned)
        };
        let long = TermForm::Long;
        assert_eq!(
            term("en-US", "and others", long).as_deref(),
            Some("and others")
        );
        assert_eq!(
            term("fr-FR", "printing", long).as_deref(),
            Some("impression")
        );
        assert_eq!(
            term("de-DE", "sub-verbo", long).as_deref(),
            Some("sub verbo")
        );
        for (name, short) in [
            (
                "editor-translator",
                "\u{56d}\u{574}\u{562}.-\u{569}\u{561}\u{580}\u{563}\u{574}.",
            ),
            (
                "editortranslator",
                "\u{56d}\u{574}\u{562}. \u{587}\u{a0}\u{569}\u{561}\u{580}\u{563}\u{574}.",
            ),
        ] {
            assert_eq!(term("hy-AM", name, TermForm::Short).as_deref(), Some(short));
        }
        for language in EmbeddedLocales.languages() {
            assert!(
                term(language, "editortranslator", long).is_some(),
                "{language}"
            );
        }
    }

    #[test]
    fn every_bundled_style_compiles_under_each_of_its_names() {
        for bundled in styles() {
            let style = Style::from_xml(&style_xml(bundled.name).unwrap()).unwrap();
            assert!(!style.is_dependent(), "{}", bundled.name);
            let id = style.info.id.rsplit(['/', ':']).next();
            if !style.info.id.contains("typst.org") {
                assert_eq!(id, Some(bundled.name));
            }
            for alias in bundled.aliases {
                assert_eq!(style_xml(alias), style_xml(bundled.name));
            }
        }
        assert_eq!(style_xml("no-such-style"), None);
    }

    #[test]
    fn our_styles_are_listed_under_the_title_that_they_have() {
        for (name, title, xml) in OUR_STYLES {
            assert_eq!(Style::from_xml(xml).unwrap().info.title, *title, "{name}");
        }
    }
}
