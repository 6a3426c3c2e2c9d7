//! The words that tell fields apart in reference lists, in the languages of the field's literature.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// A set of classes of words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct WordClass(u32);

impl WordClass {
    pub(crate) const MONTH: WordClass = WordClass(1);
    pub(crate) const IN: WordClass = WordClass(1 << 1);
    pub(crate) const EDITOR: WordClass = WordClass(1 << 2);
    pub(crate) const TRANSLATOR: WordClass = WordClass(1 << 3);
    pub(crate) const VOLUME: WordClass = WordClass(1 << 4);
    pub(crate) const ISSUE: WordClass = WordClass(1 << 5);
    pub(crate) const PAGES: WordClass = WordClass(1 << 6);
    pub(crate) const EDITION: WordClass = WordClass(1 << 7);
    pub(crate) const THESIS: WordClass = WordClass(1 << 8);
    pub(crate) const PLACE: WordClass = WordClass(1 << 9);
    pub(crate) const PUBLISHER: WordClass = WordClass(1 << 10);
    pub(crate) const JOURNAL: WordClass = WordClass(1 << 11);
    pub(crate) const EVENT: WordClass = WordClass(1 << 12);
    pub(crate) const ACCESS: WordClass = WordClass(1 << 13);
    pub(crate) const AND: WordClass = WordClass(1 << 14);
    pub(crate) const PARTICLE: WordClass = WordClass(1 << 15);
    pub(crate) const FUNCTION: WordClass = WordClass(1 << 16);
    pub(crate) const ABBREVIATION: WordClass = WordClass(1 << 17);
    pub(crate) const GIVEN_NAME: WordClass = WordClass(1 << 18);
    pub(crate) const REPORT: WordClass = WordClass(1 << 19);
    pub(crate) const NO_DATE: WordClass = WordClass(1 << 20);
    pub(crate) const OTHERS: WordClass = WordClass(1 << 21);
    pub(crate) const SERIES: WordClass = WordClass(1 << 22);

    /// Returns whether a word is of any class of `other`.
    pub(crate) fn contains(self, other: WordClass) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns the classes of both.
    pub(crate) fn union(self, other: WordClass) -> WordClass {
        WordClass(self.0 | other.0)
    }

    /// Returns the numbers of the classes.
    pub(crate) fn bits(self) -> impl Iterator<Item = u32> {
        (0..u32::BITS).filter(move |bit| self.0 & (1 << bit) != 0)
    }
}

pub(crate) use crate::formats::month_names::{MONTHS, month, season};

/// Returns a lower-case letter without its accent, for the letters of European languages.
pub(crate) fn without_accent(character: char) -> char {
    match character {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => 'i',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' | 'ō' => 'o',
        'ù' | 'ú' | 'û' | 'ü' | 'ů' | 'ű' | 'ū' => 'u',
        'ý' | 'ÿ' => 'y',
        'ś' | 'š' | 'ş' => 's',
        'ź' | 'ž' | 'ż' => 'z',
        'ł' => 'l',
        'ř' => 'r',
        'ť' => 't',
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' | 'ϊ' => 'ι',
        'ό' => 'ο',
        'ύ' | 'ϋ' => 'υ',
        'ώ' => 'ω',
        'ς' => 'σ',
        other => other,
    }
}

/// Returns a word in lower case without accents and without punctuation around it.
pub(crate) fn plain(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric())
        .chars()
        .flat_map(char::to_lowercase)
        .map(without_accent)
        .collect()
}

/// Returns a word as [`plain`] does, with the punctuation after it.
pub(crate) fn plain_start(word: &str) -> String {
    word.trim_start_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase()
}

/// Returns whether a word, given as [`plain`] returns it, says that there is no date.
pub(crate) fn is_no_date(word: &str) -> bool {
    matches!(
        word,
        "n.d"
            | "inpress"
            | "inpreparation"
            | "forthcoming"
            | "toappear"
            | "imerscheinen"
            | "imdruck"
            | "aparaitre"
            | "enprensa"
            | "noprelo"
            | "s.d"
            | "o.j"
            | "s.f"
            | "z.d"
            | "s.a"
            | "\u{3c7}.\u{3c7}"
            | "\u{431}.\u{433}"
            | "\u{431}.\u{434}"
    )
}

/// Returns the classes of a word given as [`plain`] returns it.
pub(crate) fn classes(word: &[char]) -> WordClass {
    // No word of the table is longer.
    if word.is_empty() || word.len() > 20 {
        return WordClass::default();
    }
    let text: String = word.iter().collect();
    classes_of(&text)
}

/// Returns the classes of a word given as [`plain`] returns it.
pub(crate) fn classes_of(word: &str) -> WordClass {
    CLASSES.get(word).copied().unwrap_or_default()
}

/// Returns whether a token is a URL.
pub(crate) fn is_url(token: &str) -> bool {
    let token = token.trim_start_matches(['<', '(', '[', '"', '\u{201c}']);
    let head: String = token
        .chars()
        .take(8)
        .collect::<String>()
        .to_ascii_lowercase();
    if ["http:", "https:", "ftp:", "www."]
        .iter()
        .any(|scheme| head.starts_with(scheme))
    {
        return true;
    }
    // `wiki.p2pfoundation.net/Commons`
    token.split_once('/').is_some_and(|(host, _)| {
        let mut parts = host.rsplit('.');
        let last = parts.next().unwrap_or_default();
        parts.next().is_some_and(|name| name.len() > 1)
            && matches!(
                last,
                "com"
                    | "org"
                    | "net"
                    | "edu"
                    | "gov"
                    | "info"
                    | "eu"
                    | "uk"
                    | "de"
                    | "fr"
                    | "es"
                    | "it"
                    | "gr"
                    | "nl"
                    | "ca"
                    | "au"
                    | "io"
                    | "cc"
                    | "pt"
                    | "br"
                    | "ch"
                    | "se"
                    | "ru"
                    | "coop"
                    | "gent"
            )
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
    })
}

/// Returns whether a token holds a DOI.
pub(crate) fn is_doi(token: &str) -> bool {
    token.find("10.").is_some_and(|at| {
        let before = token.get(..at).unwrap_or_default();
        let after = token.get(at + 3..).unwrap_or_default();
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        (4..=9).contains(&digits)
            && after
                .get(digits..)
                .is_some_and(|rest| rest.starts_with('/'))
            && !before.contains(|c: char| c.is_ascii_digit())
    })
}

const TABLE: &[(WordClass, &str)] = &[
    (WordClass::IN, "in en dans em στο σε в dins i"),
    (
        WordClass::EDITOR,
        "ed eds editor editors edited hrsg hg herausgeber herausgegeben hgg ed. dir dirs edit editado edita coord coords org orgs redactie red redigerad a cura curatore editeur editeurs comp επιμ επιμελεια ред редактор verf compilador coordinador curatori orgs επιμελητεσ uitg utg editores redaktor redaktorer redakteur editoren editado haz yay",
    ),
    (
        WordClass::TRANSLATOR,
        "trans transl translated translator translators traduit trad traducido traduccion traduction ubers ubersetzt ubersetzung ubersetzer traduzione traducao vertaald oversatt μτφρ μεταφραση пер перевод",
    ),
    (
        WordClass::VOLUME,
        "vol vols volume volumes v bd bde band tome tom t jg jahrgang deel del τομοσ τομ τ том tomo bde jhg вып",
    ),
    (
        WordClass::ISSUE,
        "no nr num number issue n numero heft h nro nos fasc aflevering τευχοσ τχ №",
    ),
    (
        WordClass::PAGES,
        "p pp s ss pages page pag pagg seiten seite σ σσ с стр blz paginas pgs σελ pag pags pagine",
    ),
    (
        WordClass::EDITION,
        "ed edition edn auflage aufl edicion edizione edicao druk uppl upplaga rev revised expanded reprint εκδοση εκδ изд издание edicio enlarged",
    ),
    (
        WordClass::THESIS,
        "thesis dissertation phd ph.d doctoral master's masters diss diplomarbeit masterarbeit these memoire tesis tesi tese proefschrift magisterarbeit habilitation dissertacao avhandling doktorsavhandling masteruppsats uppsats speciale praca tez διατριβη диссертация",
    ),
    (
        WordClass::PUBLISHER,
        "press publishers publishing publisher verlag books editions editorial ediciones editore edizioni editora uitgeverij forlag εκδοσεισ издательство routledge springer elsevier wiley sage palgrave macmillan blackwell penguin verso zed pluto harvard mcgraw-hill elgar suhrkamp campus transcript gallimard seuil laterza einaudi feltrinelli brill kluwer harpercollins norton basic beacon university institute foundation inc ltd co gmbh publications",
    ),
    (
        WordClass::PLACE,
        "london york cambridge oxford berlin paris chicago boston amsterdam princeton toronto sydney melbourne dordrecht heidelberg frankfurt munchen munich hamburg wien vienna zurich basel bielefeld koln stuttgart leipzig madrid barcelona valencia sevilla mexico buenos aires roma rome milano torino bologna lisboa lisbon porto athens αθηνα θεσσαλονικη ghent gent brussels bruxelles brussel stockholm uppsala lund goteborg copenhagen oslo helsinki moscow москва спб ljubljana durham ithaca berkeley stanford cheltenham abingdon hoboken philadelphia baltimore washington francisco sebastopol minneapolis bloomington thousand oaks beverly hills newbury delhi tokyo singapore beijing hague leiden rotterdam utrecht edinburgh manchester dublin",
    ),
    (
        WordClass::JOURNAL,
        "journal review revue revista zeitschrift quarterly annals bulletin magazine letters proceedings transactions studies science sciences annual archives rivista tidskrift tijdschrift journ j j. rev proc trans ann lett bull acta int sci econ soc nature lancet περιοδικο журнал вестник times newspaper weekly monthly daily news cahiers annales",
    ),
    (
        WordClass::EVENT,
        "conference proceedings proc symposium workshop congress meeting presented talk paper poster session conf colloquium seminar kongress tagung congreso colloque congres convegno conferencia συνεδριο конференция lecture keynote annual international",
    ),
    (
        WordClass::ACCESS,
        "accessed retrieved available visited zugriff abgerufen zuletzt consulte consultado consultato acedido acesso geraadpleegd besokt hamtad disponible disponivel disponibile verfugbar online url προσπελαση ανακτηθηκε дата обращения from checked cited viewed last gesehen aufgerufen stand consultation recuperado recuperato consulta διαθεσιμο προσβαση hamtat tillganglig opgehaald bezocht archived archiviert",
    ),
    (WordClass::AND, "and und et y e en och og i και и &"),
    (
        WordClass::PARTICLE,
        "van von de der den del della di da du la le los dos das ten ter vom zu zum bin al el af st",
    ),
    (
        WordClass::FUNCTION,
        "the of a an on for to with by from as at or is are how why what when its toward towards through between into der die das des dem ein eine und zur fur auf mit uber les des aux pour sur une un por para con las una il lo gli per nel sulla het een voor op met att som till av για του τησ των και στην για на для о об из",
    ),
    (
        WordClass::ABBREVIATION,
        "vol no nr pp ed eds bd hrsg hg jr sr st dr prof univ proc conf int inc ltd co vgl cf vs etc al dept tech rep fig ch chap sec ser trans rev aufl p jg trad dir coord n° s f ff assoc natl acad sci soc",
    ),
    (
        WordClass::GIVEN_NAME,
        "john david michael james robert peter paul mary william thomas richard charles george mark daniel stephen steven andrew martin christopher anna maria susan elizabeth karl hans wolfgang klaus jean pierre jacques michel francois jose juan carlos luis antonio giovanni giorgio marco elinor yochai lawrence eric yanis vasilis silke stefan christian sabine johan lars nikos dimitris giorgos joseph edward henry frank",
    ),
    (
        WordClass::REPORT,
        "report working paper technical tech memorandum memo discussion policy brief rfc white bericht rapport informe unpublished manuscript preprint arxiv draft",
    ),
    (
        WordClass::NO_DATE,
        "n.d nd o.j s.d s.f undated forthcoming press",
    ),
    (
        WordClass::OTHERS,
        "al others u.a andere alii otros altri κ.α др",
    ),
    (
        WordClass::SERIES,
        "series ser reihe collection coleccion collana lecture notes schriftenreihe",
    ),
];

static CLASSES: LazyLock<FxHashMap<&'static str, WordClass>> = LazyLock::new(|| {
    let mut classes: FxHashMap<&'static str, WordClass> = FxHashMap::default();
    let months = MONTHS.iter().map(|(_, names)| (WordClass::MONTH, *names));
    let words = TABLE.iter().copied().chain(months);
    for (class, words) in words {
        for word in words.split(' ') {
            classes.entry(word).or_default().0 |= class.0;
        }
    }
    classes
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_looked_up_without_case_accents_and_punctuation() {
        assert_eq!(plain("(Hrsg.),"), "hrsg");
        assert!(classes_of(&plain("Février")).contains(WordClass::MONTH));
        assert!(classes_of("in").contains(WordClass::IN));
        assert_eq!(month("okt"), Some(10));
    }

    #[test]
    fn urls_and_dois_are_recognized() {
        assert!(is_url("<http://a.example>"));
        assert!(is_url("wiki.p2pfoundation.net/Commons"));
        assert!(!is_url("and/or"));
        assert!(is_doi("https://doi.org/10.1000/xyz"));
        assert!(is_doi("doi:10.1000/xyz"));
        assert!(!is_doi("110.1000"));
    }
}
