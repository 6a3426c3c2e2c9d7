//! Headings and labels in sixteen languages.

use crate::formats::bibtex::schema::{self, TypeGroup};
use crate::language;

/// The languages of the tables below, in the order of their columns.
const LANGUAGES: [&str; 16] = language::NAMED_IN;

/// The translations of one text, in the order of [`LANGUAGES`].
type Translations = [&'static str; LANGUAGES.len()];

/// The headings of groups in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeadingTranslations {
    /// The index into [`LANGUAGES`].
    language: usize,
}

impl HeadingTranslations {
    /// Returns the headings for a locale such as `de-DE`; English if [`Self::for_locale`] has none.
    pub fn in_language(locale: &str) -> Self {
        Self::for_locale(locale).unwrap_or_default()
    }

    /// Returns the headings for a locale, if they are translated into its language.
    pub fn for_locale(locale: &str) -> Option<Self> {
        let primary = language::primary(locale);
        let language = LANGUAGES
            .iter()
            .position(|language| language.eq_ignore_ascii_case(primary))?;
        Some(Self { language })
    }

    /// Returns the code of the language.
    pub(super) fn language_code(self) -> &'static str {
        LANGUAGES.get(self.language).copied().unwrap_or("en")
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
    pub(crate) fn without_tag(self, facet: &str) -> String {
        let known = WITHOUT_A.iter().find(|(known, _)| *known == facet);
        match known {
            Some((_, words)) => self.word(words).to_owned(),
            None => format!("{} {facet}", self.word(&WITHOUT)),
        }
    }

    /// Returns the title of a list that has none.
    pub fn untitled_list(self) -> &'static str {
        self.word(&READING_LIST)
    }

    /// Returns the heading of works that no manual section contains.
    pub(super) fn rest(self) -> &'static str {
        self.word(&REST)
    }

    /// Returns the abbreviation for one page or for several, with `#` in place of the numbers.
    pub(super) fn pages(self, is_one: bool) -> &'static str {
        self.word(if is_one { &PAGE } else { &PAGES })
    }

    /// Returns the label before the tags of a work, with a colon as the language writes it.
    pub(super) fn tags(self) -> &'static str {
        self.word(&TAGS)
    }

    /// Returns the name of a language given by its tag or in any spelling. Returns other text unchanged, or
    /// `None` if it is empty.
    pub(crate) fn language(self, text: &str) -> Option<String> {
        let text = text.trim();
        let known = language::tag_of(text);
        match known.and_then(|tag| language::names(language::primary(&tag))) {
            Some(names) => Some(self.word(names).to_owned()),
            None => Some(text.to_owned()).filter(|text| !text.is_empty()),
        }
    }

    /// Returns a kind of work or a state of publication, given in BibLaTeX's English words, in this language; `None` if
    /// it is none of these.
    pub fn kind_or_state(self, english: &str) -> Option<&'static str> {
        let english = english.replace('\'', "\u{2019}");
        let is_known = |words: &&Translations| {
            words
                .first()
                .is_some_and(|word| word.eq_ignore_ascii_case(&english))
        };
        let words = KINDS_AND_STATES.iter().find(is_known)?;
        Some(self.word(words))
    }

    /// Returns the plural name of a BibLaTeX type.
    pub(crate) fn of_type(self, entry_type: &str) -> &'static str {
        let group = schema::entry_type(entry_type).map(|row| row.group);
        let known = TYPES.iter().find(|(types, _)| Some(*types) == group);
        self.word(known.map_or(&OTHER_WORKS, |(_, words)| words))
    }
}

const READING_LIST: Translations = [
    "Reading list",
    "Leseliste",
    "Liste de lectures",
    "Lista de lecturas",
    "Lista di letture",
    "Lista de leituras",
    "Leeslijst",
    "Llista de lectures",
    "Λίστα αναγνωσμάτων",
    "Список литературы",
    "Okuma listesi",
    "قائمة القراءات",
    "רשימת קריאה",
    "阅读书目",
    "読書リスト",
    "Läslista",
];

const REST: Translations = [
    REST_IN_ENGLISH,
    "Weitere Literatur",
    "Pour aller plus loin",
    "Otras lecturas",
    "Altre letture",
    "Outras leituras",
    "Verder lezen",
    "Altres lectures",
    "Περαιτέρω ανάγνωση",
    "Дополнительная литература",
    "Diğer okumalar",
    "قراءات أخرى",
    "לקריאה נוספת",
    "延伸阅读",
    "その他の文献",
    "Vidare läsning",
];

/// The default heading of works that no section contains, as it is stored. It is printed in the language of
/// the list.
pub const REST_IN_ENGLISH: &str = "Further reading";

const PAGE: Translations = [
    "p.\u{a0}#",
    "S.\u{a0}#",
    "p.\u{a0}#",
    "p.\u{a0}#",
    "p.\u{a0}#",
    "p.\u{a0}#",
    "p.\u{a0}#",
    "p.\u{a0}#",
    "σ.\u{a0}#",
    "с.\u{a0}#",
    "s.\u{a0}#",
    "ص\u{a0}#",
    "עמ\u{5f3}\u{a0}#",
    "第#页",
    "#頁",
    "s.\u{a0}#",
];

const PAGES: Translations = [
    "pp.\u{a0}#",
    "S.\u{a0}#",
    "p.\u{a0}#",
    "pp.\u{a0}#",
    "pp.\u{a0}#",
    "p.\u{a0}#",
    "p.\u{a0}#",
    "p.\u{a0}#",
    "σσ.\u{a0}#",
    "с.\u{a0}#",
    "ss.\u{a0}#",
    "ص\u{a0}#",
    "עמ\u{5f3}\u{a0}#",
    "第#页",
    "#頁",
    "s.\u{a0}#",
];

const TAGS: Translations = [
    "Tags:",
    "Schlagwörter:",
    "Mots-clés\u{a0}:",
    "Etiquetas:",
    "Etichette:",
    "Etiquetas:",
    "Trefwoorden:",
    "Etiquetes:",
    "Ετικέτες:",
    "Теги:",
    "Etiketler:",
    "الوسوم:",
    "תגיות:",
    "标签：",
    "タグ：",
    "Taggar:",
];

const BEFORE_OUR_ERA: Translations = [
    "BCE",
    "v.\u{a0}Chr.",
    "av.\u{a0}J.-C.",
    "a.\u{a0}C.",
    "a.C.",
    "a.C.",
    "v.Chr.",
    "aC",
    "π.Χ.",
    "до\u{a0}н.\u{a0}э.",
    "MÖ",
    "ق.م",
    "לפנה״ס",
    "公元前",
    "紀元前",
    "f.Kr.",
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
    "Dècada de #",
    "Δεκαετία #",
    "#-е годы",
    "#’ler",
    "عقد #",
    "שנות ה־#",
    "#年代",
    "#年代",
    "#-talet",
];

const NO_DATE: Translations = [
    "No date",
    "Ohne Jahr",
    "Sans date",
    "Sin fecha",
    "Senza data",
    "Sem data",
    "Zonder jaar",
    "Sense data",
    "Χωρίς χρονολογία",
    "Без даты",
    "Tarihsiz",
    "بدون تاريخ",
    "ללא תאריך",
    "无日期",
    "日付なし",
    "Utan år",
];

const NO_AUTHOR: Translations = [
    "No author",
    "Ohne Verfasser",
    "Sans auteur",
    "Sin autor",
    "Senza autore",
    "Sem autor",
    "Zonder auteur",
    "Sense autor",
    "Χωρίς συγγραφέα",
    "Без автора",
    "Yazarsız",
    "بدون مؤلف",
    "ללא מחבר",
    "无作者",
    "著者なし",
    "Utan författare",
];

const NO_LANGUAGE: Translations = [
    "Language not stated",
    "Ohne Angabe der Sprache",
    "Langue non indiquée",
    "Idioma no indicado",
    "Lingua non indicata",
    "Língua não indicada",
    "Taal niet vermeld",
    "Llengua no indicada",
    "Χωρίς ένδειξη γλώσσας",
    "Язык не указан",
    "Dili belirtilmemiş",
    "اللغة غير محددة",
    "השפה לא צוינה",
    "未注明语言",
    "言語の記載なし",
    "Språk ej angivet",
];

/// The words before the name of a custom facet.
const WITHOUT: Translations = [
    "Without a",
    "Ohne",
    "Sans",
    "Sin",
    "Senza",
    "Sem",
    "Zonder",
    "Sense",
    "Χωρίς",
    "Без",
    "Belirtilmemiş:",
    "بدون",
    "ללא",
    "无",
    "なし:",
    "Utan",
];

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
            "Sense moviment",
            "Χωρίς κίνημα",
            "Без движения",
            "Hareketi belirtilmemiş",
            "بدون حركة",
            "ללא תנועה",
            "无所属运动",
            "運動の指定なし",
            "Utan rörelse",
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
            "Sense tema",
            "Χωρίς θέμα",
            "Без темы",
            "Konusu belirtilmemiş",
            "بدون موضوع",
            "ללא נושא",
            "无主题",
            "主題の指定なし",
            "Utan tema",
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
    "Altres obres",
    "Άλλα έργα",
    "Другие работы",
    "Diğer eserler",
    "أعمال أخرى",
    "יצירות אחרות",
    "其他作品",
    "その他の著作",
    "Andra verk",
];

/// Plural names of the groups of BibLaTeX types.
#[rustfmt::skip]
const TYPES: &[(TypeGroup, Translations)] = &[
    (TypeGroup::Articles,
     ["Articles", "Artikel", "Articles", "Artículos", "Articoli", "Artigos", "Artikelen", "Articles", "Άρθρα", "Статьи", "Makaleler", "مقالات", "מאמרים", "文章", "論文・記事", "Artiklar"]),
    (TypeGroup::Books,
     ["Books", "Bücher", "Livres", "Libros", "Libri", "Livros", "Boeken", "Llibres", "Βιβλία", "Книги", "Kitaplar", "كتب", "ספרים", "图书", "図書", "Böcker"]),
    (TypeGroup::Booklets,
     ["Booklets", "Broschüren", "Brochures", "Folletos", "Opuscoli", "Folhetos", "Brochures", "Fullets", "Φυλλάδια", "Брошюры", "Kitapçıklar", "كتيبات", "חוברות", "小册子", "小冊子", "Småskrifter"]),
    (TypeGroup::Collections,
     ["Edited volumes", "Sammelbände", "Ouvrages collectifs", "Obras colectivas", "Opere collettive", "Obras coletivas", "Bundels", "Obres col·lectives", "Συλλογικοί τόμοι", "Сборники", "Derlemeler", "كتب جماعية", "קבצים", "文集", "編著", "Samlingsverk"]),
    (TypeGroup::References,
     ["Works of reference", "Nachschlagewerke", "Ouvrages de référence", "Obras de referencia", "Opere di consultazione", "Obras de referência", "Naslagwerken", "Obres de referència", "Έργα αναφοράς", "Справочные издания", "Başvuru eserleri", "مراجع", "ספרי עיון", "参考工具书", "参考図書", "Uppslagsverk"]),
    (TypeGroup::Chapters,
     ["Chapters and essays in books", "Beiträge in Büchern", "Chapitres de livres", "Capítulos de libros", "Capitoli e saggi in volume", "Capítulos de livros", "Hoofdstukken en bijdragen in boeken", "Capítols de llibres", "Κεφάλαια σε βιβλία", "Главы и статьи в книгах", "Kitap bölümleri", "فصول في كتب", "פרקים בספרים", "图书章节", "図書の章", "Bokkapitel"]),
    (TypeGroup::ReferenceEntries,
     ["Articles in works of reference", "Artikel in Nachschlagewerken", "Articles d’ouvrages de référence", "Artículos de obras de referencia", "Voci di opere di consultazione", "Verbetes de obras de referência", "Lemma’s in naslagwerken", "Entrades d’obres de referència", "Λήμματα σε έργα αναφοράς", "Статьи в справочных изданиях", "Başvuru eserlerindeki maddeler", "مداخل في مراجع", "ערכים בספרי עיון", "工具书条目", "参考図書の項目", "Artiklar i uppslagsverk"]),
    (TypeGroup::Proceedings,
     ["Proceedings", "Tagungsbände", "Actes de colloques", "Actas de congresos", "Atti di convegni", "Atas de congressos", "Congresbundels", "Actes de congressos", "Πρακτικά συνεδρίων", "Материалы конференций", "Bildiri kitapları", "أعمال مؤتمرات", "קובצי כנסים", "会议录", "会議録", "Konferensvolymer"]),
    (TypeGroup::ConferencePapers,
     ["Conference papers", "Tagungsbeiträge", "Communications de colloques", "Ponencias", "Interventi a convegni", "Comunicações em congressos", "Congresbijdragen", "Comunicacions en congressos", "Ανακοινώσεις σε συνέδρια", "Доклады на конференциях", "Bildiriler", "أوراق مؤتمرات", "הרצאות בכנסים", "会议论文", "会議論文", "Konferensbidrag"]),
    (TypeGroup::Manuals,
     ["Manuals", "Handbücher", "Manuels", "Manuales", "Manuali", "Manuais", "Handleidingen", "Manuals", "Εγχειρίδια", "Руководства", "El kitapları", "أدلة", "מדריכים", "手册", "マニュアル", "Handböcker"]),
    (TypeGroup::Online,
     ["Online texts", "Texte im Internet", "Textes en ligne", "Textos en línea", "Testi in rete", "Textos em linha", "Onlineteksten", "Textos en línia", "Διαδικτυακά κείμενα", "Тексты в интернете", "Çevrimiçi metinler", "نصوص على الإنترنت", "טקסטים מקוונים", "网络文献", "オンライン文献", "Texter på nätet"]),
    (TypeGroup::Patents,
     ["Patents", "Patente", "Brevets", "Patentes", "Brevetti", "Patentes", "Octrooien", "Patents", "Διπλώματα ευρεσιτεχνίας", "Патенты", "Patentler", "براءات اختراع", "פטנטים", "专利", "特許", "Patent"]),
    (TypeGroup::Periodicals,
     ["Journals and issues", "Zeitschriften und Hefte", "Revues et numéros", "Revistas y números", "Riviste e fascicoli", "Revistas e números", "Tijdschriften en nummers", "Revistes i números", "Περιοδικά και τεύχη", "Журналы и выпуски", "Dergiler ve sayılar", "مجلات وأعداد", "כתבי עת וגיליונות", "期刊", "雑誌・号", "Tidskrifter och nummer"]),
    (TypeGroup::Reports,
     ["Reports", "Berichte", "Rapports", "Informes", "Rapporti", "Relatórios", "Rapporten", "Informes", "Εκθέσεις", "Отчёты", "Raporlar", "تقارير", "דוחות", "报告", "報告書", "Rapporter"]),
    (TypeGroup::Theses,
     ["Theses", "Hochschulschriften", "Thèses et mémoires", "Tesis", "Tesi", "Teses e dissertações", "Proefschriften en scripties", "Tesis", "Διατριβές", "Диссертации", "Tezler", "أطروحات", "עבודות גמר", "学位论文", "学位論文", "Avhandlingar och uppsatser"]),
    (TypeGroup::Unpublished,
     ["Unpublished texts", "Unveröffentlichte Texte", "Textes inédits", "Textos inéditos", "Testi inediti", "Textos inéditos", "Onuitgegeven teksten", "Textos inèdits", "Αδημοσίευτα κείμενα", "Неопубликованные тексты", "Yayımlanmamış metinler", "نصوص غير منشورة", "כתבים שלא פורסמו", "未发表文献", "未刊行文献", "Opublicerade texter"]),
    (TypeGroup::Datasets,
     ["Data sets", "Datensätze", "Jeux de données", "Conjuntos de datos", "Insiemi di dati", "Conjuntos de dados", "Datasets", "Conjunts de dades", "Σύνολα δεδομένων", "Наборы данных", "Veri kümeleri", "مجموعات بيانات", "מערכי נתונים", "数据集", "データセット", "Datamängder"]),
    (TypeGroup::Software,
     ["Software", "Software", "Logiciels", "Software", "Software", "Software", "Software", "Programari", "Λογισμικό", "Программное обеспечение", "Yazılım", "برمجيات", "תוכנה", "软件", "ソフトウェア", "Programvara"]),
    (TypeGroup::Recordings,
     ["Recordings", "Tonaufnahmen", "Enregistrements", "Grabaciones", "Registrazioni", "Gravações", "Opnamen", "Enregistraments", "Ηχογραφήσεις", "Записи", "Ses kayıtları", "تسجيلات", "הקלטות", "录音", "録音", "Inspelningar"]),
    (TypeGroup::Films,
     ["Films", "Filme", "Films", "Películas", "Film", "Filmes", "Films", "Pel·lícules", "Ταινίες", "Фильмы", "Filmler", "أفلام", "סרטים", "影片", "映画", "Filmer"]),
];

/// BibLaTeX's kinds of works (`type`) and their states (`pubstate`), in English and in translation.
const KINDS_AND_STATES: [Translations; 10] = [
    [
        "PhD thesis",
        "Dissertation",
        "thèse de doctorat",
        "tesis doctoral",
        "tesi di dottorato",
        "tese de doutoramento",
        "proefschrift",
        "tesi doctoral",
        "διδακτορική διατριβή",
        "диссертация PhD",
        "doktora tezi",
        "أطروحة دكتوراه",
        "עבודת דוקטורט",
        "博士学位论文",
        "博士論文",
        "doktorsavhandling",
    ],
    [
        "Master’s thesis",
        "Masterarbeit",
        "mémoire de master",
        "tesis de maestría",
        "tesi di laurea magistrale",
        "dissertação de mestrado",
        "masterscriptie",
        "tesi de màster",
        "μεταπτυχιακή διατριβή",
        "магистерская диссертация",
        "yüksek lisans tezi",
        "رسالة ماجستير",
        "עבודת תזה",
        "硕士学位论文",
        "修士論文",
        "masteruppsats",
    ],
    [
        "Bachelor’s thesis",
        "Bachelorarbeit",
        "mémoire de licence",
        "trabajo de fin de grado",
        "tesi di laurea triennale",
        "monografia de licenciatura",
        "bachelorscriptie",
        "treball de fi de grau",
        "πτυχιακή εργασία",
        "бакалаврская работа",
        "lisans tezi",
        "رسالة بكالوريوس",
        "עבודת בוגר",
        "学士学位论文",
        "卒業論文",
        "kandidatuppsats",
    ],
    [
        "technical report",
        "technischer Bericht",
        "rapport technique",
        "informe técnico",
        "rapporto tecnico",
        "relatório técnico",
        "technisch rapport",
        "informe tècnic",
        "τεχνική έκθεση",
        "технический отчёт",
        "teknik rapor",
        "تقرير تقني",
        "דוח טכני",
        "技术报告",
        "技術報告",
        "teknisk rapport",
    ],
    [
        "research report",
        "Forschungsbericht",
        "rapport de recherche",
        "informe de investigación",
        "rapporto di ricerca",
        "relatório de pesquisa",
        "onderzoeksrapport",
        "informe de recerca",
        "ερευνητική έκθεση",
        "научный отчёт",
        "araştırma raporu",
        "تقرير بحثي",
        "דוח מחקר",
        "研究报告",
        "研究報告",
        "forskningsrapport",
    ],
    [
        "computer software",
        "Software",
        "logiciel",
        "software",
        "software",
        "software",
        "software",
        "programari",
        "λογισμικό",
        "программное обеспечение",
        "bilgisayar yazılımı",
        "برنامج حاسوبي",
        "תוכנה",
        "计算机软件",
        "ソフトウェア",
        "programvara",
    ],
    [
        "in press",
        "im Druck",
        "sous presse",
        "en prensa",
        "in corso di stampa",
        "no prelo",
        "ter perse",
        "en premsa",
        "υπό εκτύπωση",
        "в печати",
        "baskıda",
        "قيد الطبع",
        "בדפוס",
        "印刷中",
        "印刷中",
        "i tryck",
    ],
    [
        "forthcoming",
        "im Erscheinen",
        "à paraître",
        "de próxima aparición",
        "di prossima pubblicazione",
        "a publicar",
        "nog te verschijnen",
        "de pròxima aparició",
        "υπό έκδοση",
        "готовится к изданию",
        "yayımlanacak",
        "قيد الصدور",
        "עומד להתפרסם",
        "即将出版",
        "近刊",
        "kommande",
    ],
    [
        "submitted",
        "eingereicht",
        "soumis",
        "enviado para publicación",
        "sottoposto",
        "submetido",
        "ingediend",
        "tramès",
        "υποβληθέν",
        "подано в печать",
        "gönderildi",
        "مقدم للنشر",
        "הוגש",
        "已投稿",
        "投稿中",
        "inskickad",
    ],
    [
        "in preparation",
        "in Vorbereitung",
        "en préparation",
        "en preparación",
        "in preparazione",
        "em preparação",
        "in voorbereiding",
        "en preparació",
        "υπό προετοιμασία",
        "в работе",
        "hazırlanıyor",
        "قيد الإعداد",
        "בהכנה",
        "准备中",
        "準備中",
        "under förberedelse",
    ],
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
            ("el-GR", "Δεκαετία 1990"),
            ("zh-CN", "1990年代"),
            ("fi-FI", "1990s"),
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
        assert_eq!(english("Deutsch").as_deref(), Some("German"));
        assert_eq!(english("中文").as_deref(), Some("Chinese"));
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
