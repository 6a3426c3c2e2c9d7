//! The locale files of the CSL project inside the program.

use std::sync::{Arc, LazyLock, OnceLock};

use hayagriva::archive::LOCALES;

use super::locale::{LocaleLayer, LocaleSource};
use super::source::Source;

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

/// The language of a packed locale file.
///
/// It stands near the beginning, and is read from there: to unpack all the files for their languages
/// would take longer than to format a list. In CBOR (RFC 8949, §3) the head of a short text is 0x60 and
/// its length.
fn language(bytes: &[u8]) -> Option<String> {
    const KEY: &[u8] = b"@xml:lang";
    const SHORT_TEXT: u8 = 0x60;
    let key = bytes
        .windows(KEY.len())
        .take(512)
        .position(|window| window == KEY)?;
    let (head, rest) = bytes.get(key + KEY.len()..)?.split_first()?;
    let length = head.checked_sub(SHORT_TEXT).filter(|length| *length < 24)?;
    let text = rest.get(..usize::from(length))?;
    Some(std::str::from_utf8(text).ok()?.to_owned())
}

static PACKED: LazyLock<Vec<Packed>> = LazyLock::new(|| {
    let packed = LOCALES.iter().filter_map(|bytes| {
        Some(Packed {
            language: language(bytes)?,
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
            let source = Source::unpacked("locale", packed.bytes).ok()?;
            Some(Arc::new(LocaleLayer::from_node(source.root())))
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
            let layer = EmbeddedLocales.layer(language).unwrap();
            assert_eq!(layer.language(), language);
        }
    }
}
