//! The words of the site's own interface.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::formats::bibtex::schema::{self, TypeGroup};
use crate::language;

/// The languages of the interface.
pub const INTERFACE_LANGUAGES: [&str; 16] = language::NAMED_IN;

type WordTable = BTreeMap<String, BTreeMap<String, String>>;

static TABLE: LazyLock<WordTable> =
    LazyLock::new(|| toml::from_str(include_str!("interface.toml")).unwrap_or_default());

/// The words of the interface in one language.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(transparent)]
pub(super) struct Words(BTreeMap<&'static str, &'static str>);

impl Words {
    /// Returns the words for a language such as `de-AT`, in English where there is no translation.
    pub(super) fn in_language(language: &str) -> Self {
        let primary = language::primary(language).to_lowercase();
        let words = TABLE.iter().map(|(word, translations)| {
            let text = translations
                .get(&primary)
                .or_else(|| translations.get("en"));
            (word.as_str(), text.map_or("", String::as_str))
        });
        Self(words.collect())
    }

    /// Returns a word. The test below makes sure that each word that the code asks for exists.
    pub(super) fn get(&self, word: &str) -> &'static str {
        self.0.get(word).copied().unwrap_or_default()
    }

    /// Returns a number of works in words.
    pub(super) fn works(&self, count: usize) -> String {
        match count {
            0 => self.get("none").to_owned(),
            1 => self.get("one").replace("{count}", "1"),
            count => self.get("many").replace("{count}", &count.to_string()),
        }
    }

    /// Returns what one work of a BibLaTeX type is called.
    pub(super) fn entry_type(&self, entry_type: &str) -> &'static str {
        let group = schema::entry_type(entry_type).map_or(TypeGroup::Other, |row| row.group);
        self.get(match group {
            TypeGroup::Articles => "type_article",
            TypeGroup::Books => "type_book",
            TypeGroup::Booklets => "type_booklet",
            TypeGroup::Collections => "type_collection",
            TypeGroup::References => "type_reference",
            TypeGroup::Chapters => "type_chapter",
            TypeGroup::ReferenceEntries => "type_entry",
            TypeGroup::Proceedings => "type_proceedings",
            TypeGroup::ConferencePapers => "type_paper",
            TypeGroup::Manuals => "type_manual",
            TypeGroup::Online => "type_online",
            TypeGroup::Patents => "type_patent",
            TypeGroup::Periodicals => "type_periodical",
            TypeGroup::Reports => "type_report",
            TypeGroup::Theses => "type_thesis",
            TypeGroup::Unpublished => "type_unpublished",
            TypeGroup::Datasets => "type_dataset",
            TypeGroup::Software => "type_software",
            TypeGroup::Recordings => "type_recording",
            TypeGroup::Films => "type_film",
            TypeGroup::Other => "type_other",
        })
    }

    /// Returns the name of a facet: the translation, or the label from the vocabulary, or the name itself.
    pub(super) fn facet(&self, name: &str, label: Option<&str>) -> String {
        match (self.0.get(name), label) {
            (Some(word), _) if matches!(name, "movement" | "theme") => (*word).to_owned(),
            (_, Some(label)) => label.to_owned(),
            _ => {
                let mut letters = name.replace(['-', '_'], " ");
                if let Some(first) = letters.get(..1) {
                    letters = first.to_uppercase() + letters.get(1..).unwrap_or_default();
                }
                letters
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_exists_in_every_language() {
        assert!(TABLE.len() > 50);
        for (word, translations) in TABLE.iter() {
            for language in INTERFACE_LANGUAGES {
                assert!(translations.contains_key(language), "{word} in {language}");
            }
        }
    }

    #[test]
    fn a_type_has_a_singular_name() {
        let german = Words::in_language("de");
        for (entry_type, name) in [
            ("phdthesis", "Hochschulschrift"),
            ("article", "Artikel"),
            ("mvbook", "Buch"),
            ("letter", "Anderes Werk"),
            ("unheard-of", "Anderes Werk"),
        ] {
            assert_eq!(german.entry_type(entry_type), name, "{entry_type}");
        }
    }

    #[test]
    fn every_word_that_templates_and_pages_use_exists() {
        let templates = super::super::templates::BUILT_IN;
        let rust = include_str!("pages.rs");
        let mut used = 0;
        for text in templates.iter().map(|(_, text)| *text).chain([rust]) {
            for (before, after) in text
                .match_indices("words.")
                .map(|(at, _)| text.split_at(at + 6))
            {
                let _ = before;
                let name: String = after
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .collect();
                if text != rust {
                    assert!(TABLE.contains_key(&name), "{name}");
                    used += 1;
                }
            }
            for after in text.split("words.get(\"").skip(1) {
                let name = after.split('"').next().unwrap_or_default();
                assert!(TABLE.contains_key(name), "{name}");
                used += 1;
            }
        }
        assert!(used > 40);
    }
}
