//! WorkGroup headings and labels in seven languages.

use super::languages;
use crate::formats::bibtex::schema::{self, TypeGroup};

/// The languages of the tables below and of the language names, in the order of their columns.
const LANGUAGES: [&str; 7] = ["en", "de", "fr", "es", "it", "pt", "nl"];

/// The translations of one text, in the order of [`LANGUAGES`].
type Translations = [&'static str; LANGUAGES.len()];

/// The headings of groups in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeadingTranslations {
    /// The index into [`LANGUAGES`].
    language: usize,
}

impl HeadingTranslations {
    /// Returns the headings for a locale such as `de-DE`; English if the language is not supported.
    pub fn in_language(locale: &str) -> Self {
        let primary = locale.split(['-', '_']).next().unwrap_or_default();
        let place = LANGUAGES
            .iter()
            .position(|language| language.eq_ignore_ascii_case(primary));
        Self {
            language: place.unwrap_or_default(),
        }
    }

    /// Returns the translation into this language, or the English text if there is none.
    pub(super) fn word(self, words: &[&'static str]) -> &'static str {
        let word = words.get(self.language).or_else(|| words.first());
        word.copied().unwrap_or_default()
    }

    /// Formats a year; negative years are BC.
    pub(crate) fn year(self, year: i32) -> String {
        if year < 0 {
            format!("{} {}", year.unsigned_abs(), self.word(&BEFORE_OUR_ERA))
        } else {
            year.to_string()
        }
    }

    /// Formats the decade that starts with `first`; with `before`, a decade BC, which counts backwards.
    pub(super) fn decade(self, first: u32, before: bool) -> String {
        let decade = self.word(&DECADE).replace('#', &first.to_string());
        if before {
            format!("{decade} {}", self.word(&BEFORE_OUR_ERA))
        } else {
            decade
        }
    }

    pub(super) fn no_date(self) -> &'static str {
        self.word(&NO_DATE)
    }

    pub(super) fn no_author(self) -> &'static str {
        self.word(&NO_AUTHOR)
    }

    pub(super) fn no_language(self) -> &'static str {
        self.word(&NO_LANGUAGE)
    }

    /// Returns the heading of works without a tag of `facet`.
    pub(super) fn without_tag(self, facet: &str) -> String {
        let known = WITHOUT_A.iter().find(|(known, _)| *known == facet);
        match known {
            Some((_, words)) => self.word(words).to_owned(),
            None => format!("{} {facet}", self.word(&WITHOUT)),
        }
    }

    /// Returns the heading of works that no manual section contains.
    pub(super) fn rest(self) -> &'static str {
        self.word(&REST)
    }

    /// Returns the label before the tags of a work, with a colon as the language writes it.
    pub(super) fn tags(self) -> &'static str {
        self.word(&TAGS)
    }

    /// Returns the name of a language given by its tag or English name. Returns other text unchanged, or
    /// `None` if it is empty.
    pub(crate) fn language(self, text: &str) -> Option<String> {
        let text = text.trim();
        match languages::names(text) {
            Some(names) => Some(self.word(names).to_owned()),
            None => Some(text.to_owned()).filter(|text| !text.is_empty()),
        }
    }

    /// Returns the plural name of a BibLaTeX type.
    pub(crate) fn of_type(self, entry_type: &str) -> &'static str {
        let group = schema::entry_type(entry_type).map(|row| row.group);
        let known = TYPES.iter().find(|(types, _)| Some(*types) == group);
        self.word(known.map_or(&OTHER_WORKS, |(_, words)| words))
    }
}

const REST: Translations = [
    REST_IN_ENGLISH,
    "Weitere Literatur",
    "Pour aller plus loin",
    "Otras lecturas",
    "Altre letture",
    "Outras leituras",
    "Verder lezen",
];

/// The default heading of works that no section contains, as it is stored. It is printed in the language of
/// the list.
pub const REST_IN_ENGLISH: &str = "Further reading";

const TAGS: Translations = [
    "Tags:",
    "Schlagwörter:",
    "Mots-clés\u{a0}:",
    "Etiquetas:",
    "Etichette:",
    "Etiquetas:",
    "Trefwoorden:",
];

const BEFORE_OUR_ERA: Translations = [
    "BCE",
    "v.\u{a0}Chr.",
    "av.\u{a0}J.-C.",
    "a.\u{a0}C.",
    "a.C.",
    "a.C.",
    "v.Chr.",
];

/// Decade names; `#` stands for the first year.
const DECADE: Translations = [
    "#s",
    "#er Jahre",
    "Années #",
    "Década de #",
    "Anni #",
    "Década de #",
    "Jaren #",
];

const NO_DATE: Translations = [
    "No date",
    "Ohne Jahr",
    "Sans date",
    "Sin fecha",
    "Senza data",
    "Sem data",
    "Zonder jaar",
];

const NO_AUTHOR: Translations = [
    "No author",
    "Ohne Verfasser",
    "Sans auteur",
    "Sin autor",
    "Senza autore",
    "Sem autor",
    "Zonder auteur",
];

const NO_LANGUAGE: Translations = [
    "Language not stated",
    "Ohne Angabe der Sprache",
    "Langue non indiquée",
    "Idioma no indicado",
    "Lingua non indicata",
    "Língua não indicada",
    "Taal niet vermeld",
];

/// The words before the name of a custom facet.
const WITHOUT: Translations = ["Without a", "Ohne", "Sans", "Sin", "Senza", "Sem", "Zonder"];

/// HeadingTranslations of works without a tag of a built-in facet.
const WITHOUT_A: [(&str, Translations); 2] = [
    (
        "movement",
        [
            "Without a movement",
            "Ohne Bewegung",
            "Sans mouvement",
            "Sin movimiento",
            "Senza movimento",
            "Sem movimento",
            "Zonder beweging",
        ],
    ),
    (
        "theme",
        [
            "Without a theme",
            "Ohne Thema",
            "Sans thème",
            "Sin tema",
            "Senza tema",
            "Sem tema",
            "Zonder thema",
        ],
    ),
];

const OTHER_WORKS: Translations = [
    "Other works",
    "Andere Werke",
    "Autres documents",
    "Otras obras",
    "Altre opere",
    "Outras obras",
    "Andere werken",
];

/// Plural names of the groups of BibLaTeX types.
#[rustfmt::skip]
const TYPES: &[(TypeGroup, Translations)] = &[
    (TypeGroup::Articles,
     ["Articles", "Artikel", "Articles", "Artículos", "Articoli", "Artigos", "Artikelen"]),
    (TypeGroup::Books,
     ["Books", "Bücher", "Livres", "Libros", "Libri", "Livros", "Boeken"]),
    (TypeGroup::Booklets,
     ["Booklets", "Broschüren", "Brochures", "Folletos", "Opuscoli", "Folhetos", "Brochures"]),
    (TypeGroup::Collections,
     ["Edited volumes", "Sammelbände", "Ouvrages collectifs", "Obras colectivas", "Opere collettive", "Obras coletivas", "Bundels"]),
    (TypeGroup::References,
     ["Works of reference", "Nachschlagewerke", "Ouvrages de référence", "Obras de referencia", "Opere di consultazione", "Obras de referência", "Naslagwerken"]),
    (TypeGroup::Chapters,
     ["Chapters and essays in books", "Beiträge in Büchern", "Chapitres de livres", "Capítulos de libros", "Capitoli e saggi in volume", "Capítulos de livros", "Hoofdstukken en bijdragen in boeken"]),
    (TypeGroup::ReferenceEntries,
     ["Articles in works of reference", "Artikel in Nachschlagewerken", "Articles d’ouvrages de référence", "Artículos de obras de referencia", "Voci di opere di consultazione", "Verbetes de obras de referência", "Lemma’s in naslagwerken"]),
    (TypeGroup::Proceedings,
     ["Proceedings", "Tagungsbände", "Actes de colloques", "Actas de congresos", "Atti di convegni", "Atas de congressos", "Congresbundels"]),
    (TypeGroup::ConferencePapers,
     ["Conference papers", "Tagungsbeiträge", "Communications de colloques", "Ponencias", "Interventi a convegni", "Comunicações em congressos", "Congresbijdragen"]),
    (TypeGroup::Manuals,
     ["Manuals", "Handbücher", "Manuels", "Manuales", "Manuali", "Manuais", "Handleidingen"]),
    (TypeGroup::Online,
     ["Online texts", "Texte im Internet", "Textes en ligne", "Textos en línea", "Testi in rete", "Textos em linha", "Onlineteksten"]),
    (TypeGroup::Patents,
     ["Patents", "Patente", "Brevets", "Patentes", "Brevetti", "Patentes", "Octrooien"]),
    (TypeGroup::Periodicals,
     ["Journals and issues", "Zeitschriften und Hefte", "Revues et numéros", "Revistas y números", "Riviste e fascicoli", "Revistas e números", "Tijdschriften en nummers"]),
    (TypeGroup::Reports,
     ["Reports", "Berichte", "Rapports", "Informes", "Rapporti", "Relatórios", "Rapporten"]),
    (TypeGroup::Theses,
     ["Theses", "Hochschulschriften", "Thèses et mémoires", "Tesis", "Tesi", "Teses e dissertações", "Proefschriften en scripties"]),
    (TypeGroup::Unpublished,
     ["Unpublished texts", "Unveröffentlichte Texte", "Textes inédits", "Textos inéditos", "Testi inediti", "Textos inéditos", "Onuitgegeven teksten"]),
    (TypeGroup::Datasets,
     ["Data sets", "Datensätze", "Jeux de données", "Conjuntos de datos", "Insiemi di dati", "Conjuntos de dados", "Datasets"]),
    (TypeGroup::Software,
     ["Software", "Software", "Logiciels", "Software", "Software", "Software", "Software"]),
    (TypeGroup::Recordings,
     ["Recordings", "Tonaufnahmen", "Enregistrements", "Grabaciones", "Registrazioni", "Gravações", "Opnamen"]),
    (TypeGroup::Films,
     ["Films", "Filme", "Films", "Películas", "Film", "Filmes", "Films"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_without_words_of_its_own_has_the_english_ones() {
        for (locale, decade) in [
            ("en-US", "1990s"),
            ("de", "1990er Jahre"),
            ("FR-ca", "Années 1990"),
            ("pt-BR", "Década de 1990"),
            ("el-GR", "1990s"),
            ("", "1990s"),
        ] {
            assert_eq!(
                HeadingTranslations::in_language(locale).decade(1990, false),
                decade
            );
        }
    }

    #[test]
    fn languages_are_called_by_their_names() {
        let english = |text| HeadingTranslations::default().language(text);
        assert_eq!(english("en-US").as_deref(), Some("English"));
        assert_eq!(english("DE").as_deref(), Some("German"));
        assert_eq!(english("greek").as_deref(), Some("Greek"));
        assert_eq!(english("Klingon").as_deref(), Some("Klingon"));
        assert_eq!(english(" "), None);
        let german = |text| HeadingTranslations::in_language("de-AT").language(text);
        assert_eq!(german("de-DE").as_deref(), Some("Deutsch"));
        assert_eq!(german("akk").as_deref(), Some("Akkadian"));
    }

    #[test]
    fn types_of_a_group_share_its_heading() {
        let english = HeadingTranslations::default();
        for thesis in ["thesis", "phdthesis", "bachelorsthesis", "bathesis"] {
            assert_eq!(english.of_type(thesis), "Theses");
        }
        assert_eq!(english.of_type("www"), "Online texts");
        assert_eq!(english.of_type("letter"), "Other works");
        assert_eq!(
            HeadingTranslations::in_language("nl").of_type("new"),
            "Andere werken"
        );
    }
}
