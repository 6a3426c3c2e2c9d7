//! The Cyrillic and Greek letters of TeX's encodings T2A and LGR.

/// Letters by their names in T2A: `\CYRA`, `\cyra`.
const CYRILLIC: &[(&str, char)] = &[
    ("a", 'а'),
    ("b", 'б'),
    ("v", 'в'),
    ("g", 'г'),
    ("d", 'д'),
    ("e", 'е'),
    ("yo", 'ё'),
    ("zh", 'ж'),
    ("z", 'з'),
    ("i", 'и'),
    ("ishrt", 'й'),
    ("k", 'к'),
    ("l", 'л'),
    ("m", 'м'),
    ("n", 'н'),
    ("o", 'о'),
    ("p", 'п'),
    ("r", 'р'),
    ("s", 'с'),
    ("t", 'т'),
    ("u", 'у'),
    ("f", 'ф'),
    ("h", 'х'),
    ("c", 'ц'),
    ("ch", 'ч'),
    ("sh", 'ш'),
    ("shch", 'щ'),
    ("hrdsn", 'ъ'),
    ("ery", 'ы'),
    ("sftsn", 'ь'),
    ("erev", 'э'),
    ("yu", 'ю'),
    ("ya", 'я'),
    ("ii", 'і'),
    ("yi", 'ї'),
    ("ie", 'є'),
    ("gup", 'ґ'),
    ("ushrt", 'ў'),
    ("dje", 'ђ'),
    ("tshe", 'ћ'),
    ("je", 'ј'),
    ("lje", 'љ'),
    ("nje", 'њ'),
    ("dzhe", 'џ'),
    ("dze", 'ѕ'),
    ("schwa", 'ә'),
    ("kdsc", 'қ'),
    ("ndsc", 'ң'),
    ("ghcrs", 'ғ'),
    ("otld", 'ө'),
    ("shha", 'һ'),
    ("y", 'ү'),
    ("yhcrs", 'ұ'),
    ("hdsc", 'ҳ'),
    ("chrdsc", 'ҷ'),
    ("zhdsc", 'җ'),
    ("yat", 'ѣ'),
    ("fita", 'ѳ'),
    ("izh", 'ѵ'),
];

/// Returns the letter of a command such as `\CYRYA` or `\textalpha`.
pub(crate) fn letter(command: &str) -> Option<char> {
    if let Some(name) = command.strip_prefix("cyr") {
        return cyrillic(name);
    }
    if let Some(name) = command.strip_prefix("CYR") {
        return capital(cyrillic(&name.to_ascii_lowercase())?);
    }
    let name = command.strip_prefix("text")?;
    let lower = greek_letter(&name.to_ascii_lowercase())?;
    match name.chars().next() {
        Some(first) if first.is_ascii_uppercase() => capital(lower),
        _ => Some(lower),
    }
}

/// Returns whether a command belongs to the Cyrillic encodings.
pub(crate) fn is_cyrillic(command: &str) -> bool {
    command.len() > 3 && (command.starts_with("cyr") || command.starts_with("CYR"))
}

/// Returns the commands of a text that begin like Cyrillic letters and are none that is known.
pub(crate) fn unknown_letters(tex: &str) -> Vec<&str> {
    let mut unknown = Vec::new();
    for (at, _) in tex.match_indices('\\') {
        let rest = tex.get(at + 1..).unwrap_or_default();
        let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let command = rest.get(..length).unwrap_or_default();
        if is_cyrillic(command) && letter(command).is_none() {
            unknown.extend(tex.get(at..=at + length));
        }
    }
    unknown
}

fn cyrillic(name: &str) -> Option<char> {
    let found = CYRILLIC.iter().find(|(known, _)| *known == name);
    found.map(|(_, letter)| *letter)
}

fn capital(letter: char) -> Option<char> {
    letter.to_uppercase().next()
}

fn greek_letter(name: &str) -> Option<char> {
    Some(match name {
        "alpha" => 'α',
        "beta" => 'β',
        "gamma" => 'γ',
        "delta" => 'δ',
        "epsilon" => 'ε',
        "zeta" => 'ζ',
        "eta" => 'η',
        "theta" => 'θ',
        "iota" => 'ι',
        "kappa" => 'κ',
        "lambda" => 'λ',
        "mu" => 'μ',
        "nu" => 'ν',
        "xi" => 'ξ',
        "omicron" => 'ο',
        "pi" => 'π',
        "rho" => 'ρ',
        "sigma" => 'σ',
        "varsigma" | "finalsigma" => 'ς',
        "tau" => 'τ',
        "upsilon" => 'υ',
        "phi" => 'φ',
        "chi" => 'χ',
        "psi" => 'ψ',
        "omega" => 'ω',
        _ => return None,
    })
}

/// Returns the Greek that Latin letters stand for in the encoding LGR: `koin'a` is κοινά. Returns nothing if the
/// text is not in that encoding.
pub(crate) fn from_lgr(text: &str) -> Option<String> {
    use unicode_normalization::UnicodeNormalization as _;
    if !text.is_ascii() || text.contains(['\\', '{', '}', '$']) {
        return None;
    }
    let mut greek = String::new();
    let mut accents = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' => accents.push('\u{301}'),
            '`' => accents.push('\u{300}'),
            '~' => accents.push('\u{342}'),
            '>' => accents.push('\u{313}'),
            '<' => accents.push('\u{314}'),
            '"' => accents.insert(0, '\u{308}'),
            '|' => greek.push('\u{345}'),
            ';' => greek.push('·'),
            '?' => greek.push(';'),
            letter => {
                let next_is_letter = characters.peek().is_some_and(char::is_ascii_alphabetic);
                let lower = match letter.to_ascii_lowercase() {
                    's' if letter == 's' && !next_is_letter => Some('ς'),
                    'c' => Some('ς'),
                    lower => lgr(lower),
                };
                match lower {
                    Some(lower) if letter.is_ascii_uppercase() => {
                        greek.extend(lower.to_uppercase());
                    }
                    Some(lower) => greek.push(lower),
                    None => greek.push(letter),
                }
                greek.push_str(&std::mem::take(&mut accents));
            }
        }
    }
    Some(greek.nfc().collect())
}

fn lgr(letter: char) -> Option<char> {
    let at = "abgdezhjiklmnxoprstufqyw".find(letter)?;
    "αβγδεζηθικλμνξοπρστυφχψω".chars().nth(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_letters() {
        assert_eq!(letter("CYRYA"), Some('Я'));
        assert_eq!(letter("cyrshch"), Some('щ'));
        assert_eq!(letter("textOmega"), Some('Ω'));
        assert_eq!(letter("cyrxyz"), None);
        assert_eq!(letter("textbf"), None);
    }

    #[test]
    fn latin_letters_in_lgr_are_greek() {
        assert_eq!(from_lgr("koin'a").as_deref(), Some("κοινά"));
        assert_eq!(from_lgr("O Odusseus").as_deref(), Some("Ο Οδυσσευς"));
        assert_eq!(from_lgr("Pa\"'iths").as_deref(), Some("Παΐτης"));
        assert_eq!(from_lgr("κοινά"), None);
    }
}
