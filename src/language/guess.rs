//! The language of a title whose language nobody stated.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Returns the language of a title: by its script, or by its function words and by letters that few languages
/// have. Returns nothing where these do not tell, as in “Peer production” or “Wikinomics”.
pub fn guess(title: &str) -> Option<&'static str> {
    if title.is_ascii() {
        return of_words(title);
    }
    of_script(title).or_else(|| of_words(title))
}

/// Returns the language of a title in a script that is not Latin. Single words in another script, as in
/// “从Copyleft看开放获取”, do not count.
fn of_script(title: &str) -> Option<&'static str> {
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum Script {
        Latin,
        Of(&'static str),
        Han,
        Kana,
    }
    let (mut latin, mut other) = (0_usize, 0_usize);
    let mut counts: Vec<(Script, usize)> = Vec::new();
    for character in title.chars().filter(|c| c.is_alphabetic()) {
        let script = match character {
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Of("el"),
            '\u{400}'..='\u{52f}' => Script::Of("ru"),
            '\u{530}'..='\u{58f}' => Script::Of("hy"),
            '\u{590}'..='\u{5ff}' | '\u{fb1d}'..='\u{fb4f}' => Script::Of("he"),
            '\u{600}'..='\u{6ff}'
            | '\u{750}'..='\u{77f}'
            | '\u{8a0}'..='\u{8ff}'
            | '\u{fb50}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefc}' => Script::Of("ar"),
            '\u{900}'..='\u{97f}' => Script::Of("hi"),
            '\u{980}'..='\u{9ff}' => Script::Of("bn"),
            '\u{a00}'..='\u{a7f}' => Script::Of("pa"),
            '\u{a80}'..='\u{aff}' => Script::Of("gu"),
            '\u{b80}'..='\u{bff}' => Script::Of("ta"),
            '\u{c00}'..='\u{c7f}' => Script::Of("te"),
            '\u{c80}'..='\u{cff}' => Script::Of("kn"),
            '\u{d00}'..='\u{d7f}' => Script::Of("ml"),
            '\u{d80}'..='\u{dff}' => Script::Of("si"),
            '\u{e00}'..='\u{e7f}' => Script::Of("th"),
            '\u{e80}'..='\u{eff}' => Script::Of("lo"),
            '\u{f00}'..='\u{fff}' => Script::Of("bo"),
            '\u{1000}'..='\u{109f}' => Script::Of("my"),
            '\u{10a0}'..='\u{10ff}' | '\u{1c90}'..='\u{1cbf}' => Script::Of("ka"),
            '\u{1200}'..='\u{139f}' => Script::Of("am"),
            '\u{1780}'..='\u{17ff}' => Script::Of("km"),
            '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7a3}' => {
                Script::Of("ko")
            }
            '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}' => {
                Script::Kana
            }
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
                Script::Han
            }
            _ => Script::Latin,
        };
        if script == Script::Latin {
            latin += 1;
            continue;
        }
        other += 1;
        match counts.iter_mut().find(|(known, _)| *known == script) {
            Some((_, count)) => *count += 1,
            None => counts.push((script, 1)),
        }
    }
    // A Han character says as much as a word of several letters.
    let weight = if counts.iter().any(|(script, _)| *script >= Script::Han) {
        3
    } else {
        1
    };
    if other * weight < latin {
        return None;
    }
    let has = |letters: &str| title.contains(|c| letters.contains(c));
    if counts.iter().any(|(script, _)| *script == Script::Kana) {
        return Some("ja");
    }
    let (script, _) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    Some(match script {
        Script::Latin => return None,
        Script::Kana => "ja",
        Script::Han => "zh",
        Script::Of("ar") if has("ٹڈڑےں") => "ur",
        Script::Of("ar") if has("پچژگ") => "fa",
        Script::Of("ru") if has("іїєґІЇЄҐ") => {
            if has("ўЎ") {
                "be"
            } else {
                "uk"
            }
        }
        Script::Of("ru") if has("ђћЂЋ") => "sr",
        Script::Of("ru") if has("ѓќѕЃЌЅ") => "mk",
        Script::Of("ru") if has("љњџЉЊЏ") => "sr",
        Script::Of("ru") if has("ъЪ") && !has("ыэёЫЭЁ") => "bg",
        Script::Of(language) => language,
    })
}

/// Function words of languages in the Latin script. A word that is also a name, or common in titles of other
/// languages, is left out.
const FUNCTION_WORDS: &[(&str, &str)] = &[
    (
        "en",
        "a about against all among an and are as at be become beyond but by can does for from has have how in \
         into is it its more new not of on or our over rethinking that the their them they this through to \
         toward towards under understanding us was we what when where which who why will with without you your",
    ),
    (
        "de",
        "als am an auf aus bei beim das dem den der des die durch ein eine einem einen einer eines für gegen hat \
         im in ist jenseits mit nach neue nicht oder sich sind statt über um und unter vom von vor warum was \
         wie wird zu zum zur zwischen",
    ),
    (
        "fr",
        "à au aux avec ce ces comme comment contre d dans de des du en entre est et l la le les leur leurs ne nos \
         notre ou où par pas pour pourquoi qu que qui sa sans se ses son sont sous sur un une vers",
    ),
    (
        "es",
        "a al como con contra cómo de del desde e el en entre es hacia la las lo los más no o para por que qué se \
         sin sobre su sus un una unos y",
    ),
    (
        "it",
        "a agli ai al alla alle anche che chi come con contro dagli dai dal dalla degli dei del della delle dello \
         di e è gli i il in l la le lo ma nei nel nell nella nelle non oltre per più tra fra un una uno verso",
    ),
    (
        "pt",
        "à a ao aos as às com como contra da das de do dos e em entre é mais na nas no nos o os ou para pela pelo \
         por que se sem sobre sua suas seu um uma",
    ),
    (
        "ca",
        "a al als amb com d de del dels des el els en entre és i l la les més no o pel per perquè què sense sobre \
         un una",
    ),
    (
        "nl",
        "aan als bij dat de deze die door een en hebben het hoe in is maar met naar niet nieuwe om onze op over te \
         tegen tot tussen uit van voor waarom wat wij zijn zonder",
    ),
    (
        "sv",
        "att av de den det där efter en ett från för hur i inte med och om på så som till under vad vi är",
    ),
    (
        "da",
        "af at de den det efter en er et for fra hvad hvordan i ikke med og om på som til under vi",
    ),
    (
        "no",
        "av at de den det etter en er et for fra hva hvordan i ikke med og om på som til under vi",
    ),
    ("fi", "ja eli että ja kuin miksi mitä mutta on ovat tai vai"),
    (
        "pl",
        "czy dla do i jako jak jest na nie o od oraz po przez się w z za ze",
    ),
    (
        "cs",
        "a aneb jak jako k na nebo o od po pro proti při s se v ve z za",
    ),
    (
        "sk",
        "a ako alebo k na o od po pre proti pri s sa v vo z za",
    ),
    ("hr", "i ili iz kako na o od po protiv s se u za"),
    ("sl", "ali in iz kako na o od po pri s se v za"),
    ("hu", "a az és egy hogy között mint nem vagy"),
    (
        "ro",
        "a al ale ca cu de din după în între la o pe pentru prin sau și un",
    ),
    (
        "tr",
        "bir bu çok daha de gibi ile için mi nasıl olarak sonra üzerine ve veya yeni",
    ),
    ("vi", "các của cho không là một những trong và về với"),
    ("eo", "al de en estas kaj kaj la ne por pri"),
    ("id", "atau dalam dan dari di ke oleh pada untuk yang"),
    ("eu", "baino eta ez"),
];

/// Letters that few languages have.
fn language_of_letter(letter: char) -> Option<&'static [&'static str]> {
    Some(match letter {
        'ß' => &["de"],
        'ñ' => &["es", "es"],
        'ã' | 'õ' => &["pt", "pt"],
        'ı' | 'ğ' => &["tr"],
        'ş' => &["tr", "ro"],
        'ł' | 'ą' | 'ę' | 'ś' | 'ź' | 'ż' => &["pl"],
        'ě' | 'ř' | 'ů' => &["cs"],
        'ľ' | 'ĺ' | 'ŕ' => &["sk"],
        'ő' | 'ű' => &["hu"],
        'ț' | 'ș' | 'ţ' => &["ro"],
        'ơ' | 'ư' | '\u{1ea0}'..='\u{1ef9}' => &["vi"],
        'ŝ' | 'ĝ' | 'ĉ' | 'ĵ' | 'ŭ' => &["eo"],
        'ø' | 'æ' => &["da", "no"],
        'å' => &["sv", "da", "no"],
        'ä' | 'ö' => &["de", "sv", "fi"],
        'ü' => &["de", "tr", "hu"],
        'ê' | 'û' | 'î' | 'œ' => &["fr", "fr"],
        _ => return None,
    })
}

/// A function word, with the languages that have it.
type WordIndex = FxHashMap<&'static str, Vec<&'static str>>;

static WORDS: LazyLock<WordIndex> = LazyLock::new(|| {
    let mut index = WordIndex::default();
    for (language, words) in FUNCTION_WORDS {
        for word in words.split_whitespace() {
            let languages = index.entry(word).or_default();
            if !languages.contains(language) {
                languages.push(language);
            }
        }
    }
    index
});

/// The minimal score of a language, and its minimal lead over the next.
const ENOUGH: u32 = 3;

/// Returns the language of a title in the Latin script.
fn of_words(title: &str) -> Option<&'static str> {
    let mut scores: Vec<(&'static str, u32)> = Vec::new();
    let mut add = |language: &'static str, score: u32| match scores
        .iter_mut()
        .find(|(known, _)| *known == language)
    {
        Some((_, sum)) => *sum += score,
        None => scores.push((language, score)),
    };
    let mut count = 0_u32;
    let mut lowered = String::new();
    // A title is short; whatever is longer is cut.
    for written in title.split_whitespace().take(60) {
        let written = written.trim_matches(|c: char| !c.is_alphanumeric());
        if written.is_empty() {
            continue;
        }
        count += 1;
        lowered.clear();
        if written.is_ascii() {
            lowered.push_str(written);
            lowered.make_ascii_lowercase();
        } else {
            lowered.extend(written.chars().flat_map(char::to_lowercase));
        }
        let mut word = lowered.as_str();
        let starts_small = written.starts_with(char::is_lowercase);
        // "l'économie", "qu’est"
        if let Some((elided, rest)) = word.split_once(['\'', '\u{2019}'])
            && elided.chars().count() <= 4
            && rest.chars().count() > 1
        {
            word = elided;
        }
        if let Some(languages) = WORDS.get(word) {
            let score = match languages.len() {
                1 if starts_small => 4,
                1 | 2 => 2,
                _ => 1,
            };
            for language in languages {
                add(language, score);
            }
        } else if !word.is_ascii() {
            // The languages that have all of the letters.
            let languages = word
                .chars()
                .filter_map(language_of_letter)
                .map(<[_]>::to_vec)
                .reduce(|mut common, languages| {
                    common.retain(|language| languages.contains(language));
                    common
                });
            if let Some(languages) = languages {
                let score = if languages.len() == 1 { 2 } else { 1 };
                for language in languages {
                    add(language, score);
                }
            }
        }
    }
    let enough = if count <= 2 { ENOUGH - 1 } else { ENOUGH };
    let (language, best) = scores.iter().copied().max_by_key(|(_, score)| *score)?;
    let tied = scores
        .iter()
        .any(|(other, score)| *other != language && *score == best);
    let english = scores.iter().find(|(other, _)| *other == "en");
    match english {
        Some((_, score)) if *score == best && best >= enough => Some("en"),
        _ if tied || best < enough => None,
        _ => Some(language),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_tells_before_the_words() {
        for (title, language) in [
            ("Η ανάδυση της ομότιμης προοπτικής", "el"),
            ("Свободная культура", "ru"),
            ("Вільна культура", "uk"),
            ("מי מפחד מנחלת הכלל?", "he"),
            ("ثورة على مأساة المشاعات", "ar"),
            ("تولید همتا به همتا: چشم‌انداز", "fa"),
            ("从Copyleft看开放获取的社会理想", "zh"),
            ("コモンズの思想", "ja"),
            ("공유지의 비극을 넘어", "ko"),
            ("साझा संसाधन", "hi"),
            ("เศรษฐกิจพอเพียง", "th"),
        ] {
            assert_eq!(guess(title), Some(language), "{title}");
        }
        assert_eq!(
            guess("The concept of κοινά in Athens and beyond"),
            Some("en")
        );
    }

    #[test]
    fn function_words_and_letters_tell_languages_of_one_script_apart() {
        for (title, language) in [
            ("Wem gehört die Stadt? Über das Recht auf Allmenden", "de"),
            ("Eigentum in der Wissensgesellschaft", "de"),
            ("Ce que les communs font à l’économie", "fr"),
            ("L’âge du faire", "fr"),
            ("La riqueza de las redes", "es"),
            ("Il sapere come bene comune", "it"),
            ("A riqueza das redes: como a produção social", "pt"),
            ("Els comuns: una alternativa per a la ciutat", "ca"),
            ("De commons als nieuwe economie van het delen", "nl"),
            ("Allmänningen: om det gemensamma och dess framtid", "sv"),
            ("Müşterekler Siyaseti", "tr"),
            ("Dobro wspólne i własność w cyfrowej gospodarce", "pl"),
            ("Governing the Commons: The Evolution of Institutions", "en"),
            ("Against Method", "en"),
        ] {
            assert_eq!(guess(title), Some(language), "{title}");
        }
    }

    #[test]
    fn what_does_not_tell_is_no_guess() {
        for title in [
            "",
            "Peer production",
            "Wikinomics",
            "La Via Campesina",
            "Gödel, Escher, Bach",
            "São Paulo Manifesto",
            "2001",
            "…",
        ] {
            assert_eq!(guess(title), None, "{title}");
        }
    }
}
