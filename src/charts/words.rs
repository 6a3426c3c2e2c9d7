//! The words of a timeline in the languages of the site's interface.

use super::text_metrics::clean;

/// The words of a drawing. `{}` stands for a number or a year.
#[derive(Debug)]
pub struct ChartWords {
    language: &'static str,
    one_work: &'static str,
    works: &'static str,
    since: &'static str,
    until: &'static str,
    about: &'static str,
    one_undated: &'static str,
    undated: &'static str,
    /// The label of all works.
    pub(super) all_works: &'static str,
    /// The legend.
    pub(super) work: &'static str,
    pub(super) dots: &'static str,
    pub(super) columns: &'static str,
    pub(super) dots_by_years: &'static str,
    pub(super) columns_by_years: &'static str,
    pub(super) event: &'static str,
    pub(super) active: &'static str,
    pub(super) active_still: &'static str,
    pub(super) omitted: &'static str,
}

impl ChartWords {
    /// Returns the words of a language, or English ones.
    pub fn of(language: &str) -> &'static Self {
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        let mut all = WORDS.iter();
        all.find(|words| words.language == primary)
            .unwrap_or(&ENGLISH)
    }

    pub(super) fn is_english(&self) -> bool {
        self.language == "en"
    }

    /// Returns a number of works.
    pub(super) fn count(&self, works: usize) -> String {
        match works {
            1 => self.one_work.to_owned(),
            count => self.works.replace("{}", &count.to_string()),
        }
    }

    /// Returns "since 2005".
    pub(super) fn since(&self, year: &str) -> String {
        self.since.replace("{}", year)
    }

    /// Returns "until 2013".
    pub(super) fn until(&self, year: &str) -> String {
        self.until.replace("{}", year)
    }

    /// Returns "about 1867".
    pub(super) fn about(&self, year: &str) -> String {
        self.about.replace("{}", year)
    }

    /// Returns a note on the works without a known year.
    pub(super) fn note_on_undated(&self, keys: &[String]) -> Option<String> {
        match keys {
            [] => None,
            [key] => Some(format!("{}: {}", self.one_undated, clean(key))),
            keys => {
                let note = self.undated.replace("{}", &keys.len().to_string());
                Some(if keys.len() <= 4 {
                    format!("{note}: {}", clean(&keys.join(", ")))
                } else {
                    note
                })
            }
        }
    }
}

const ENGLISH: ChartWords = ChartWords {
    language: "en",
    one_work: "1 work",
    works: "{} works",
    since: "since {}",
    until: "until {}",
    about: "about {}",
    all_works: "Works",
    one_undated: "1 work without a known year is not shown",
    undated: "{} works without a known year are not shown",
    work: "work, by year of first publication",
    dots: "one dot per work, stacked by year",
    columns: "number of works per year",
    dots_by_years: "one dot per work, stacked by {} years",
    columns_by_years: "number of works per {} years",
    event: "event",
    active: "active years",
    active_still: "active, end unknown",
    omitted: "omitted years",
};

static WORDS: [ChartWords; 9] = [
    ENGLISH,
    ChartWords {
        language: "de",
        one_work: "1 Werk",
        works: "{} Werke",
        since: "seit {}",
        until: "bis {}",
        about: "um {}",
        all_works: "Werke",
        one_undated: "1 Werk ohne bekanntes Jahr ist nicht dargestellt",
        undated: "{} Werke ohne bekanntes Jahr sind nicht dargestellt",
        work: "Werk, nach dem Jahr der Erstveröffentlichung",
        dots: "ein Punkt je Werk, nach Jahren gestapelt",
        columns: "Zahl der Werke je Jahr",
        dots_by_years: "ein Punkt je Werk, nach je {} Jahren gestapelt",
        columns_by_years: "Zahl der Werke in je {} Jahren",
        event: "Ereignis",
        active: "aktive Jahre",
        active_still: "aktiv, Ende unbekannt",
        omitted: "ausgelassene Jahre",
    },
    ChartWords {
        language: "fr",
        one_work: "1 œuvre",
        works: "{} œuvres",
        since: "depuis {}",
        until: "jusqu’en {}",
        about: "vers {}",
        all_works: "Œuvres",
        one_undated: "1 œuvre sans année connue n’est pas affichée",
        undated: "{} œuvres sans année connue ne sont pas affichées",
        work: "œuvre, selon l’année de première publication",
        dots: "un point par œuvre, empilés par année",
        columns: "nombre d’œuvres par année",
        dots_by_years: "un point par œuvre, empilés par {} ans",
        columns_by_years: "nombre d’œuvres par {} ans",
        event: "événement",
        active: "années d’activité",
        active_still: "actif, fin inconnue",
        omitted: "années omises",
    },
    ChartWords {
        language: "es",
        one_work: "1 obra",
        works: "{} obras",
        since: "desde {}",
        until: "hasta {}",
        about: "hacia {}",
        all_works: "Obras",
        one_undated: "1 obra sin año conocido no se muestra",
        undated: "{} obras sin año conocido no se muestran",
        work: "obra, según el año de la primera publicación",
        dots: "un punto por obra, apilados por año",
        columns: "número de obras por año",
        dots_by_years: "un punto por obra, apilados por {} años",
        columns_by_years: "número de obras por {} años",
        event: "acontecimiento",
        active: "años de actividad",
        active_still: "activo, fin desconocido",
        omitted: "años omitidos",
    },
    ChartWords {
        language: "it",
        one_work: "1 opera",
        works: "{} opere",
        since: "dal {}",
        until: "fino al {}",
        about: "circa {}",
        all_works: "Opere",
        one_undated: "1 opera senza anno noto non è mostrata",
        undated: "{} opere senza anno noto non sono mostrate",
        work: "opera, secondo l’anno di prima pubblicazione",
        dots: "un punto per opera, impilati per anno",
        columns: "numero di opere per anno",
        dots_by_years: "un punto per opera, impilati per {} anni",
        columns_by_years: "numero di opere per {} anni",
        event: "evento",
        active: "anni di attività",
        active_still: "attivo, fine sconosciuta",
        omitted: "anni omessi",
    },
    ChartWords {
        language: "pt",
        one_work: "1 obra",
        works: "{} obras",
        since: "desde {}",
        until: "até {}",
        about: "cerca de {}",
        all_works: "Obras",
        one_undated: "1 obra sem ano conhecido não é mostrada",
        undated: "{} obras sem ano conhecido não são mostradas",
        work: "obra, por ano da primeira publicação",
        dots: "um ponto por obra, empilhados por ano",
        columns: "número de obras por ano",
        dots_by_years: "um ponto por obra, empilhados por {} anos",
        columns_by_years: "número de obras por {} anos",
        event: "acontecimento",
        active: "anos de atividade",
        active_still: "ativo, fim desconhecido",
        omitted: "anos omitidos",
    },
    ChartWords {
        language: "nl",
        one_work: "1 werk",
        works: "{} werken",
        since: "sinds {}",
        until: "tot {}",
        about: "rond {}",
        all_works: "Werken",
        one_undated: "1 werk zonder bekend jaar is niet weergegeven",
        undated: "{} werken zonder bekend jaar zijn niet weergegeven",
        work: "werk, naar het jaar van de eerste publicatie",
        dots: "één punt per werk, gestapeld per jaar",
        columns: "aantal werken per jaar",
        dots_by_years: "één punt per werk, gestapeld per {} jaar",
        columns_by_years: "aantal werken per {} jaar",
        event: "gebeurtenis",
        active: "actieve jaren",
        active_still: "actief, einde onbekend",
        omitted: "weggelaten jaren",
    },
    ChartWords {
        language: "el",
        one_work: "1 έργο",
        works: "{} έργα",
        since: "από το {}",
        until: "έως το {}",
        about: "περίπου {}",
        all_works: "Έργα",
        one_undated: "1 έργο χωρίς γνωστό έτος δεν εμφανίζεται",
        undated: "{} έργα χωρίς γνωστό έτος δεν εμφανίζονται",
        work: "έργο, κατά έτος πρώτης δημοσίευσης",
        dots: "μία κουκκίδα ανά έργο, στοιβαγμένες ανά έτος",
        columns: "αριθμός έργων ανά έτος",
        dots_by_years: "μία κουκκίδα ανά έργο, στοιβαγμένες ανά {} έτη",
        columns_by_years: "αριθμός έργων ανά {} έτη",
        event: "γεγονός",
        active: "έτη δράσης",
        active_still: "ενεργό, άγνωστο τέλος",
        omitted: "έτη που παραλείπονται",
    },
    ChartWords {
        language: "ca",
        one_work: "1 obra",
        works: "{} obres",
        since: "des de {}",
        until: "fins a {}",
        about: "cap a {}",
        all_works: "Obres",
        one_undated: "1 obra sense any conegut no es mostra",
        undated: "{} obres sense any conegut no es mostren",
        work: "obra, segons l’any de la primera publicació",
        dots: "un punt per obra, apilats per any",
        columns: "nombre d’obres per any",
        dots_by_years: "un punt per obra, apilats per {} anys",
        columns_by_years: "nombre d’obres per {} anys",
        event: "esdeveniment",
        active: "anys d’activitat",
        active_still: "actiu, final desconegut",
        omitted: "anys omesos",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_with_a_number_has_a_place_for_it() {
        for words in &WORDS {
            for phrase in [
                words.works,
                words.since,
                words.until,
                words.about,
                words.undated,
                words.dots_by_years,
                words.columns_by_years,
            ] {
                assert_eq!(
                    phrase.matches("{}").count(),
                    1,
                    "{}: {phrase}",
                    words.language
                );
            }
        }
        assert_eq!(ChartWords::of("de-AT").since("2005"), "seit 2005");
        assert_eq!(ChartWords::of("xx").count(2), "2 works");
    }
}
