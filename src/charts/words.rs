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

static WORDS: [ChartWords; 16] = [
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
    ChartWords {
        language: "ru",
        one_work: "1 работа",
        works: "работ: {}",
        since: "с {}",
        until: "до {}",
        about: "около {}",
        all_works: "Работы",
        one_undated: "1 работа без известного года не показана",
        undated: "Не показаны работы без известного года: {}",
        work: "работа, по году первой публикации",
        dots: "одна точка на работу, по годам",
        columns: "число работ за год",
        dots_by_years: "одна точка на работу, по {} лет",
        columns_by_years: "число работ за {} лет",
        event: "событие",
        active: "годы активности",
        active_still: "активно, конец неизвестен",
        omitted: "пропущенные годы",
    },
    ChartWords {
        language: "tr",
        one_work: "1 eser",
        works: "{} eser",
        since: "{} yılından beri",
        until: "{} yılına kadar",
        about: "{} dolayları",
        all_works: "Eserler",
        one_undated: "yılı bilinmeyen 1 eser gösterilmiyor",
        undated: "yılı bilinmeyen {} eser gösterilmiyor",
        work: "eser, ilk yayın yılına göre",
        dots: "her eser için bir nokta, yıllara göre üst üste",
        columns: "yıl başına eser sayısı",
        dots_by_years: "her eser için bir nokta, {} yıllık dilimlerde",
        columns_by_years: "{} yıl başına eser sayısı",
        event: "olay",
        active: "etkin yıllar",
        active_still: "etkin, bitişi bilinmiyor",
        omitted: "atlanan yıllar",
    },
    ChartWords {
        language: "ar",
        one_work: "عمل واحد",
        works: "عدد الأعمال: {}",
        since: "منذ {}",
        until: "حتى {}",
        about: "حوالي {}",
        all_works: "الأعمال",
        one_undated: "لا يظهر عمل واحد بلا سنة معروفة",
        undated: "أعمال بلا سنة معروفة لا تظهر: {}",
        work: "عمل، حسب سنة النشر الأول",
        dots: "نقطة لكل عمل، مرتبة حسب السنة",
        columns: "عدد الأعمال في السنة",
        dots_by_years: "نقطة لكل عمل، مجمّعة كل {} سنوات",
        columns_by_years: "عدد الأعمال كل {} سنوات",
        event: "حدث",
        active: "سنوات النشاط",
        active_still: "نشط، والنهاية غير معروفة",
        omitted: "سنوات محذوفة",
    },
    ChartWords {
        language: "he",
        one_work: "יצירה אחת",
        works: "{} יצירות",
        since: "מאז {}",
        until: "עד {}",
        about: "בסביבות {}",
        all_works: "יצירות",
        one_undated: "יצירה אחת ללא שנה ידועה אינה מוצגת",
        undated: "{} יצירות ללא שנה ידועה אינן מוצגות",
        work: "יצירה, לפי שנת הפרסום הראשון",
        dots: "נקודה לכל יצירה, לפי שנים",
        columns: "מספר היצירות בשנה",
        dots_by_years: "נקודה לכל יצירה, לפי {} שנים",
        columns_by_years: "מספר היצירות ב־{} שנים",
        event: "אירוע",
        active: "שנות פעילות",
        active_still: "פעיל, הסוף אינו ידוע",
        omitted: "שנים שהושמטו",
    },
    ChartWords {
        language: "zh",
        one_work: "1 篇文献",
        works: "{} 篇文献",
        since: "{}年起",
        until: "至{}年",
        about: "约{}年",
        all_works: "文献",
        one_undated: "1 篇年份不明的文献未显示",
        undated: "{} 篇年份不明的文献未显示",
        work: "文献，按首次发表年份",
        dots: "每篇文献一个点，按年份堆叠",
        columns: "每年的文献数",
        dots_by_years: "每篇文献一个点，按每 {} 年堆叠",
        columns_by_years: "每 {} 年的文献数",
        event: "事件",
        active: "活动年份",
        active_still: "活动中，结束时间不明",
        omitted: "省略的年份",
    },
    ChartWords {
        language: "ja",
        one_work: "1 件",
        works: "{} 件",
        since: "{}年から",
        until: "{}年まで",
        about: "{}年頃",
        all_works: "文献",
        one_undated: "年不明の文献 1 件は表示していません",
        undated: "年不明の文献 {} 件は表示していません",
        work: "文献（初出年順）",
        dots: "文献ごとに点一つ、年別",
        columns: "年ごとの文献数",
        dots_by_years: "文献ごとに点一つ、{} 年ごと",
        columns_by_years: "{} 年ごとの文献数",
        event: "出来事",
        active: "活動した年",
        active_still: "活動中、終わりは不明",
        omitted: "省略した年",
    },
    ChartWords {
        language: "sv",
        one_work: "1 verk",
        works: "{} verk",
        since: "sedan {}",
        until: "till {}",
        about: "omkring {}",
        all_works: "Verk",
        one_undated: "1 verk utan känt år visas inte",
        undated: "{} verk utan känt år visas inte",
        work: "verk, efter år för första utgivning",
        dots: "en punkt per verk, staplade per år",
        columns: "antal verk per år",
        dots_by_years: "en punkt per verk, staplade per {} år",
        columns_by_years: "antal verk per {} år",
        event: "händelse",
        active: "verksamma år",
        active_still: "verksam, slut okänt",
        omitted: "utelämnade år",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_have_words_in_every_language_of_headings() {
        for language in crate::language::NAMED_IN {
            assert_eq!(ChartWords::of(language).language, language);
        }
    }

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
