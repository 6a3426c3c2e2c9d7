//! Text in Latin letters, for citation keys.
//!
//! Greek, Cyrillic, Hebrew, Arabic and Devanagari follow the usual romanisations without accents, as ICU's
//! transforms and library catalogues have them. Pinyin, kana, hangul and all other scripts come from `any_ascii`,
//! which goes character by character.

/// Returns a text in ASCII as far as there is a custom for it. Chinese characters become pinyin, except in Japanese,
/// where their readings are not those of Chinese: there they stay.
///
/// ```
/// use peerbib::transliteration::to_latin;
///
/// assert_eq!(to_latin("Κωστάκης", None), "Kostakis");
/// assert_eq!(to_latin("Щедрин", None), "Shchedrin");
/// assert_eq!(to_latin("公共", None), "GongGong");
/// assert_eq!(to_latin("コモンズの思想", Some("ja")), "komonzuno思想");
/// ```
pub fn to_latin(text: &str, language: Option<&str>) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let is_japanese = language.is_some_and(|tag| crate::language::primary(tag) == "ja");
    let characters: Vec<char> = text.chars().collect();
    let mut latin = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = characters.get(at..).filter(|rest| !rest.is_empty()) {
        let before = at.checked_sub(1).and_then(|before| characters.get(before));
        at += of_script(rest, before.copied(), is_japanese, language, &mut latin).max(1);
    }
    latin
}

/// Writes the first letters of `rest` in Latin, and returns how many these are.
fn of_script(
    rest: &[char],
    before: Option<char>,
    is_japanese: bool,
    language: Option<&str>,
    latin: &mut String,
) -> usize {
    let Some(first) = rest.first().copied() else {
        return 0;
    };
    match first {
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => greek(rest, before, latin),
        '\u{400}'..='\u{4ff}' => {
            let ukrainian = language.is_some_and(|tag| crate::language::primary(tag) == "uk");
            let letters = match first.to_lowercase().next().unwrap_or(first) {
                'г' if ukrainian => "h",
                'и' if ukrainian => "y",
                other => find(CYRILLIC, other).unwrap_or_else(|| any_ascii::any_ascii_char(other)),
            };
            push_cased(letters, first, rest.get(1).copied(), latin);
            1
        }
        '\u{5b0}'..='\u{5ff}' => {
            latin.push_str(find(HEBREW, first).unwrap_or_default());
            1
        }
        '\u{610}'..='\u{6ff}' => {
            latin.push_str(match find(ARABIC, first) {
                Some(letters) => letters,
                None if first.is_numeric() => any_ascii::any_ascii_char(first),
                None => "",
            });
            1
        }
        '\u{900}'..='\u{97f}' => devanagari(rest, latin),
        '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
            if is_japanese =>
        {
            latin.push(first);
            1
        }
        // A long vowel in kana.
        'ー' => 1,
        _ => {
            // Letters with accents keep them: folding removes them where that is wanted.
            if is_latin(first) {
                latin.push(first);
            } else {
                latin.push_str(any_ascii::any_ascii_char(first));
            }
            1
        }
    }
}

fn is_latin(character: char) -> bool {
    matches!(character, '\0'..='\u{24f}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}')
}

fn find(table: &[(char, &'static str)], letter: char) -> Option<&'static str> {
    let found = table.iter().find(|(known, _)| *known == letter);
    found.map(|(_, letters)| *letters)
}

/// Writes letters with the case of the letter that they stand for.
fn push_cased(letters: &str, letter: char, next: Option<char>, latin: &mut String) {
    if !letter.is_uppercase() {
        latin.push_str(letters);
    } else if next.is_some_and(char::is_uppercase) {
        latin.push_str(&letters.to_uppercase());
    } else {
        let mut characters = letters.chars();
        latin.extend(characters.next().into_iter().flat_map(char::to_uppercase));
        latin.push_str(characters.as_str());
    }
}

/// Writes Greek by ISO 843, type 2: digraphs as they are read.
fn greek(rest: &[char], before: Option<char>, latin: &mut String) -> usize {
    let plain = |letter: Option<&char>| {
        letter.map(|letter| {
            let folded = crate::text::fold(letter.encode_utf8(&mut [0; 4]));
            folded.chars().next().unwrap_or(*letter)
        })
    };
    let has_diaeresis = |letter: Option<&char>| {
        letter.is_some_and(|letter| matches!(letter, 'ϊ' | 'ϋ' | 'ΐ' | 'ΰ' | 'Ϊ' | 'Ϋ'))
    };
    let (Some(first), Some(letter)) = (rest.first().copied(), plain(rest.first())) else {
        return 1;
    };
    let second = plain(rest.get(1)).filter(|_| !has_diaeresis(rest.get(1)));
    let begins_word = before.is_none_or(|before| !before.is_alphabetic());
    let digraph = match (letter, second) {
        ('ο', Some('υ')) => Some("ou"),
        ('α' | 'ε' | 'η', Some('υ')) => {
            let after = plain(rest.get(2));
            let is_voiced = after.is_some_and(|after| "αεηιουωβγδζλμνρ".contains(after));
            Some(match (letter, is_voiced) {
                ('α', true) => "av",
                ('α', false) => "af",
                ('ε', true) => "ev",
                ('ε', false) => "ef",
                (_, true) => "iv",
                (_, false) => "if",
            })
        }
        ('γ', Some('γ')) => Some("ng"),
        ('γ', Some('ξ')) => Some("nx"),
        ('γ', Some('χ')) => Some("nch"),
        ('μ', Some('π')) if begins_word => Some("b"),
        _ => None,
    };
    match digraph {
        Some(letters) => {
            push_cased(letters, first, rest.get(1).copied(), latin);
            2
        }
        None => {
            let letters = find(GREEK, letter).unwrap_or_default();
            push_cased(letters, first, rest.get(1).copied(), latin);
            1
        }
    }
}

/// Writes a Devanagari letter: a consonant has an `a`, unless a vowel sign, a virama or the end of the word follows.
fn devanagari(rest: &[char], latin: &mut String) -> usize {
    let Some(first) = rest.first().copied() else {
        return 1;
    };
    let letters = find(DEVANAGARI, first).unwrap_or_default();
    latin.push_str(letters);
    let is_consonant = matches!(first, '\u{915}'..='\u{939}' | '\u{958}'..='\u{95f}');
    // A nukta changes the consonant before it.
    let after = rest.get(1).copied().filter(|next| *next != '\u{93c}');
    let takes_a = match after.or_else(|| rest.get(2).copied()) {
        None => false,
        Some('\u{94d}' | '\u{93e}'..='\u{94c}' | '\u{962}' | '\u{963}') => false,
        Some(next) => ('\u{900}'..='\u{97f}').contains(&next),
    };
    if is_consonant && takes_a {
        latin.push('a');
    }
    1
}

#[rustfmt::skip]
const GREEK: &[(char, &str)] = &[
    ('α', "a"), ('β', "v"), ('γ', "g"), ('δ', "d"), ('ε', "e"), ('ζ', "z"), ('η', "i"), ('θ', "th"), ('ι', "i"),
    ('κ', "k"), ('λ', "l"), ('μ', "m"), ('ν', "n"), ('ξ', "x"), ('ο', "o"), ('π', "p"), ('ρ', "r"), ('σ', "s"),
    ('τ', "t"), ('υ', "y"), ('φ', "f"), ('χ', "ch"), ('ψ', "ps"), ('ω', "o"),
];

#[rustfmt::skip]
const CYRILLIC: &[(char, &str)] = &[
    ('а', "a"), ('б', "b"), ('в', "v"), ('г', "g"), ('д', "d"), ('е', "e"), ('ё', "yo"), ('ж', "zh"), ('з', "z"),
    ('и', "i"), ('й', "y"), ('к', "k"), ('л', "l"), ('м', "m"), ('н', "n"), ('о', "o"), ('п', "p"), ('р', "r"),
    ('с', "s"), ('т', "t"), ('у', "u"), ('ф', "f"), ('х', "kh"), ('ц', "ts"), ('ч', "ch"), ('ш', "sh"), ('щ', "shch"),
    ('ъ', ""), ('ы', "y"), ('ь', ""), ('э', "e"), ('ю', "yu"), ('я', "ya"), ('є', "ye"), ('і', "i"), ('ї', "yi"),
    ('ґ', "g"), ('ў', "w"), ('ђ', "dj"), ('ј', "j"), ('љ', "lj"), ('њ', "nj"), ('ћ', "c"), ('џ', "dz"), ('ѕ', "dz"),
    ('ѓ', "gj"), ('ќ', "kj"),
];

#[rustfmt::skip]
const HEBREW: &[(char, &str)] = &[
    ('א', "a"), ('ב', "b"), ('ג', "g"), ('ד', "d"), ('ה', "h"), ('ו', "v"), ('ז', "z"), ('ח', "h"), ('ט', "t"),
    ('י', "y"), ('ך', "kh"), ('כ', "k"), ('ל', "l"), ('ם', "m"), ('מ', "m"), ('ן', "n"), ('נ', "n"), ('ס', "s"),
    ('ע', "a"), ('ף', "f"), ('פ', "p"), ('ץ', "ts"), ('צ', "ts"), ('ק', "k"), ('ר', "r"), ('ש', "sh"), ('ת', "t"),
];

#[rustfmt::skip]
const ARABIC: &[(char, &str)] = &[
    ('ا', "a"), ('أ', "a"), ('إ', "i"), ('آ', "a"), ('ٱ', "a"), ('ء', ""), ('ؤ', "u"), ('ئ', "i"), ('ب', "b"),
    ('پ', "p"), ('ت', "t"), ('ة', "a"), ('ث', "th"), ('ج', "j"), ('چ', "ch"), ('ح', "h"), ('خ', "kh"), ('د', "d"),
    ('ذ', "dh"), ('ر', "r"), ('ز', "z"), ('ژ', "zh"), ('س', "s"), ('ش', "sh"), ('ص', "s"), ('ض', "d"), ('ط', "t"),
    ('ظ', "z"), ('ع', "a"), ('غ', "gh"), ('ف', "f"), ('ق', "q"), ('ک', "k"), ('ك', "k"), ('گ', "g"), ('ل', "l"),
    ('م', "m"), ('ن', "n"), ('ه', "h"), ('و', "w"), ('ى', "a"), ('ي', "y"), ('ی', "y"), ('ے', "e"),
];

#[rustfmt::skip]
const DEVANAGARI: &[(char, &str)] = &[
    ('अ', "a"), ('आ', "a"), ('इ', "i"), ('ई', "i"), ('उ', "u"), ('ऊ', "u"), ('ऋ', "ri"), ('ए', "e"), ('ऐ', "ai"),
    ('ओ', "o"), ('औ', "au"), ('ऑ', "o"), ('क', "k"), ('ख', "kh"), ('ग', "g"), ('घ', "gh"), ('ङ', "n"), ('च', "ch"),
    ('छ', "chh"), ('ज', "j"), ('झ', "jh"), ('ञ', "n"), ('ट', "t"), ('ठ', "th"), ('ड', "d"), ('ढ', "dh"), ('ण', "n"),
    ('त', "t"), ('थ', "th"), ('द', "d"), ('ध', "dh"), ('न', "n"), ('प', "p"), ('फ', "ph"), ('ब', "b"), ('भ', "bh"),
    ('म', "m"), ('य', "y"), ('र', "r"), ('ल', "l"), ('ळ', "l"), ('व', "v"), ('श', "sh"), ('ष', "sh"), ('स', "s"),
    ('ह', "h"), ('ा', "a"), ('ि', "i"), ('ी', "i"), ('ु', "u"), ('ू', "u"), ('ृ', "ri"), ('े', "e"), ('ै', "ai"),
    ('ो', "o"), ('ौ', "au"), ('ॉ', "o"), ('ं', "n"), ('ँ', "n"), ('ः', "h"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_what_catalogues_write() {
        for (text, latin) in [
            ("Παζαΐτης", "Pazaitis"),
            ("Μπακογιάννης Ευάγγελος", "Bakogiannis Evangelos"),
            ("ΟΥΤΟΠΙΑ", "OUTOPIA"),
            ("Остром Юлия", "Ostrom Yuliya"),
            ("ЩУКА", "SHCHUKA"),
            ("שלום", "shlvm"),
            ("محمّد", "mhmd"),
            ("शर्मा", "sharma"),
            ("कमल", "kamal"),
            ("क्षितिज", "kshitij"),
            ("김민수", "GimMinSu"),
            ("Müller", "Müller"),
        ] {
            assert_eq!(to_latin(text, None), latin, "{text}");
        }
        assert_eq!(to_latin("Гнат", Some("uk-UA")), "Hnat");
        assert_eq!(to_latin("思想", Some("ja-JP")), "思想");
    }
}
