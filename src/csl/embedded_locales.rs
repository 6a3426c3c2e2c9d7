//! The locale files of the CSL project inside the program.

use std::sync::{Arc, LazyLock, OnceLock};

use hayagriva::archive::LOCALES;

use super::locale::{LocaleLayer, LocaleSource};

/// The locale files of the CSL project, as hayagriva carries them.
///
/// Each is read when it is first asked for: reading all of them takes longer than to format a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct EmbeddedLocales;

/// A locale file, packed as hayagriva packs it.
struct Packed {
    language: String,
    bytes: &'static [u8],
    layer: OnceLock<Option<Arc<LocaleLayer>>>,
}

/// As much of a locale file as is needed to know which one it is.
#[derive(serde::Deserialize)]
struct Label {
    #[serde(rename = "@xml:lang")]
    language: Option<String>,
}

static PACKED: LazyLock<Vec<Packed>> = LazyLock::new(|| {
    let packed = LOCALES.iter().filter_map(|bytes| {
        let label: Label = ciborium::from_reader(*bytes).ok()?;
        Some(Packed {
            language: label.language?,
            bytes,
            layer: OnceLock::new(),
        })
    });
    packed.collect()
});

impl EmbeddedLocales {
    /// The languages of the locale files.
    pub fn languages(self) -> impl Iterator<Item = &'static str> {
        PACKED.iter().map(|packed| packed.language.as_str())
    }
}

impl LocaleSource for EmbeddedLocales {
    fn layer(&self, language: &str) -> Option<Arc<LocaleLayer>> {
        let packed = PACKED.iter().find(|packed| packed.language == language)?;
        let layer = packed.layer.get_or_init(|| {
            let locale: citationberg::Locale = ciborium::from_reader(packed.bytes).ok()?;
            Some(Arc::new(LocaleLayer::from_citationberg(&locale)))
        });
        layer.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_locale_file_of_the_archive_can_be_read() {
        let languages: Vec<&str> = EmbeddedLocales.languages().collect();
        assert_eq!(languages.len(), LOCALES.len());
        for language in languages {
            assert!(EmbeddedLocales.layer(language).is_some(), "{language}");
        }
    }
}
