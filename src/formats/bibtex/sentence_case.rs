//! English titles from title case to sentence case.
//!
//! BibTeX expects title case, which styles lower; CSL expects sentence case, which styles raise.
//! Text protected by braces and commands stays, as do words with more than one capital (acronyms,
//! "iPod"); the first word of the title and of a subtitle begins with a capital.

use super::tex::{Protection, TexPiece};

/// Lowers the title-cased words of `pieces` that are not protected.
pub(crate) fn to_sentence_case(pieces: &mut [TexPiece]) {
    let mut characters = characters(pieces);
    let is_lowered = is_sentence_case(&characters);
    let mut position = 0;
    let mut at_start = true;
    let mut after_stop = false;
    // How many words to come belong to the name that initials begin.
    let mut in_name = 0_usize;
    while position < characters.len() {
        let length = word_length(&characters, position);
        if length == 0 {
            if let Some((character, _)) = characters.get(position) {
                if !character.is_whitespace() && *character != '.' {
                    in_name = 0;
                }
                if matches!(character, ':' | '?' | '!' | '.' | '—') {
                    after_stop = true;
                } else if character.is_whitespace() {
                    at_start |= after_stop;
                    after_stop = false;
                } else if !matches!(
                    character,
                    '“' | '‘' | '"' | '(' | '[' | '«' | '„' | '”' | '’' | ')'
                ) {
                    after_stop = false;
                    if !matches!(character, '¿' | '¡') {
                        at_start = false;
                    }
                }
            }
            position += 1;
            continue;
        }
        let (before, rest) = characters.split_at_mut(position);
        let joined_to = match before {
            [joined_to @ .., ('/', _)] => Some(&*joined_to),
            _ => None,
        };
        let (word, behind) = rest.split_at_mut(length);
        let initials = match behind.first() {
            Some(('.', _)) => count_initials(word),
            _ => 0,
        };
        let is_shortened = matches!(behind.first(), Some(('.', _))) && is_shortened(word);
        let follows_acronym = joined_to.is_some_and(is_acronym);
        let is_path = matches!(behind, [(':', _), ('\\', _), ..]);
        if is_title_cased_domain(word) {
            word.split_mut(|(character, _)| *character == '.')
                .for_each(lower);
        } else if initials > 0
            || is_shortened
            || has_inner_mark(word)
            || is_path
            || is_symbol(word)
            || follows_acronym
        {
            // "U.S.", "W.E.B.", "Proc.", "next.js", "C:\\dir"
        } else if in_name > 0 {
            if !is_capitalized(word) {
                in_name = 0;
            }
        } else if at_start {
            raise(word);
        } else if !is_lowered {
            lower(word);
        }
        in_name = in_name.saturating_sub(1);
        at_start = false;
        after_stop = false;
        position += length;
        if initials > 0 {
            // The full stop ends no sentence. What follows an abbreviation keeps its case, and what follows
            // the initials of a person is a name.
            position += 1;
            in_name = if is_abbreviation(word) { 1 } else { 3 };
        } else if is_shortened {
            position += 1;
        }
    }
    put_back(pieces, &characters);
}

type Character = (char, Protection);

fn characters(pieces: &[TexPiece]) -> Vec<Character> {
    let texts = pieces.iter().filter_map(|piece| match piece {
        TexPiece::Text(text, protection) => Some((text, *protection)),
        _ => None,
    });
    texts
        .flat_map(|(text, protection)| text.chars().map(move |character| (character, protection)))
        .collect()
}

fn put_back(pieces: &mut [TexPiece], characters: &[Character]) {
    let mut characters = characters.iter();
    for piece in pieces {
        if let TexPiece::Text(text, _) = piece {
            let count = text.chars().count();
            *text = characters
                .by_ref()
                .take(count)
                .map(|(character, _)| *character)
                .collect();
        }
    }
}

/// Letters and digits, with marks inside: "Coase’s", "U.S", "commu(o)nism".
fn word_length(characters: &[Character], from: usize) -> usize {
    let rest = characters.get(from..).unwrap_or_default();
    let mut length = 0;
    let mut in_brackets = false;
    for (index, (character, protection)) in rest.iter().enumerate() {
        if *protection == Protection::Formula {
            break;
        }
        if character.is_alphanumeric() {
            length = index + 1;
            continue;
        }
        let is_inner = index > 0 && length == index;
        match character {
            '’' | '\'' | '.' if is_inner => {}
            '(' if is_inner => in_brackets = true,
            ')' if is_inner && in_brackets => in_brackets = false,
            _ => break,
        }
    }
    // A bracket after a word, as in "author(s) of", is not inside it.
    let word = rest.get(..length).unwrap_or_default();
    if word.iter().any(|(c, _)| *c == ')') {
        return length;
    }
    word.iter().position(|(c, _)| *c == '(').unwrap_or(length)
}

/// Returns whether a word has a mark inside, so that its case is part of its spelling.
fn has_inner_mark(word: &[Character]) -> bool {
    word.iter()
        .any(|(character, _)| matches!(character, '.' | '('))
}

/// Returns whether a word is a symbol, whose meaning depends on its case: "Vitamin C", "Ca2+".
fn is_symbol(word: &[Character]) -> bool {
    let is_letter = matches!(word, [(letter, _)] if letter.is_uppercase() && *letter != 'A');
    let begins_with_letter = matches!(word, [(letter, _), ..] if letter.is_alphabetic());
    is_letter || begins_with_letter && word.iter().any(|(c, _)| c.is_numeric())
}

/// Returns whether a text ends in a word of several capitals: "GNU".
fn is_acronym(text: &[Character]) -> bool {
    let letters = text.iter().rev().take_while(|(c, _)| c.is_alphabetic());
    letters.filter(|(c, _)| c.is_uppercase()).count() > 1
}

/// Returns whether a word is a domain name that was put into title case, as in "Reddit.Com".
fn is_title_cased_domain(word: &[Character]) -> bool {
    let mut parts = word.split(|(character, _)| *character == '.');
    let is_title_cased = |part: &[Character]| part.len() > 1 && is_capitalized(part);
    word.iter().any(|(character, _)| *character == '.') && parts.all(is_title_cased)
}

/// Returns the number of capitals of initials such as "J" or "W.E.B", without their last full stop; 0 if a word is
/// something else.
fn count_initials(word: &[Character]) -> usize {
    let mut initials = 0;
    for (index, (character, _)) in word.iter().enumerate() {
        let fits = if index % 2 == 0 {
            character.is_uppercase()
        } else {
            *character == '.'
        };
        if !fits {
            return 0;
        }
        initials += usize::from(index % 2 == 0);
    }
    initials
}

/// Returns whether initials are those of a country or a body, not of a person.
fn is_abbreviation(initials: &[Character]) -> bool {
    const KNOWN: [&str; 12] = [
        "A.D", "A.M", "B.C", "D.C", "E.U", "G.D.P", "P.M", "U.K", "U.N", "U.S", "U.S.A", "U.S.S.R",
    ];
    let text: String = initials.iter().map(|(character, _)| *character).collect();
    KNOWN.contains(&text.as_str())
}

/// Returns whether a word before a full stop is shortened, as in the names of conferences and journals.
fn is_shortened(word: &[Character]) -> bool {
    const KNOWN: [&str; 24] = [
        "acad", "ann", "assoc", "bull", "comm", "conf", "dept", "eng", "int", "intl", "inst", "ed",
        "j", "lett", "mag", "natl", "proc", "rev", "sci", "soc", "symp", "trans", "univ", "vol",
    ];
    let mut buffer = [0; 32];
    in_lower_case(word, &mut buffer).is_some_and(|word| KNOWN.contains(&word))
}

/// Returns whether a word is like "Word", but neither "WORD" nor "wORD" nor "iPod"; "A" is one, "I" is not.
fn is_capitalized(word: &[Character]) -> bool {
    let mut letters = word.iter().map(|(character, _)| *character);
    let first = letters.next();
    first.is_some_and(char::is_uppercase)
        && letters.all(|letter| !letter.is_uppercase())
        && !(first == Some('I') && word.get(1).is_none_or(|(next, _)| !next.is_alphanumeric()))
}

fn lower(word: &mut [Character]) {
    if !is_capitalized(word) {
        return;
    }
    if let Some((first, Protection::None)) = word.first_mut() {
        let mut lowered = first.to_lowercase();
        if let (Some(small), None) = (lowered.next(), lowered.next()) {
            *first = small;
        }
    }
}

fn raise(word: &mut [Character]) {
    if word.iter().any(|(character, _)| character.is_uppercase()) {
        return;
    }
    if let Some((first, Protection::None | Protection::Kept)) = word.first_mut() {
        let mut raised = first.to_uppercase();
        if let (Some(capital), None) = (raised.next(), raised.next()) {
            *first = capital;
        }
    }
}

/// Returns whether a title is in sentence case already, so that its capitals are those of names
/// ("Peer production of software in Germany").
///
/// In title case all words but articles, conjunctions and prepositions are capitalized; here most
/// are not. An author who protects words by braces knows that the others will be lowered.
fn is_sentence_case(characters: &[Character]) -> bool {
    let protects = characters
        .iter()
        .any(|(letter, protection)| *protection == Protection::Braced && letter.is_alphabetic());
    if protects {
        return false;
    }
    let (mut lower, mut capitalized) = (0_usize, 0_usize);
    let mut position = 0;
    let mut first = true;
    let mut in_brackets = false;
    while position < characters.len() {
        let length = word_length(characters, position);
        if length == 0 {
            // A bracketed addition is not the author's.
            match characters.get(position) {
                Some(('[', _)) => in_brackets = true,
                Some((']', _)) => in_brackets = false,
                _ => {}
            }
            position += 1;
            continue;
        }
        let word = characters
            .get(position..position + length)
            .unwrap_or_default();
        position += length;
        let counts = word
            .iter()
            .all(|(_, protection)| *protection == Protection::None);
        if std::mem::take(&mut first) || in_brackets || !counts {
            continue;
        }
        if is_capitalized(word) {
            capitalized += 1;
        } else if word.iter().all(|(letter, _)| letter.is_lowercase()) && !is_small_word(word) {
            lower += 1;
        }
    }
    lower > 3 * capitalized
}

/// Articles, conjunctions and prepositions, which title case leaves in lower case.
fn is_small_word(word: &[Character]) -> bool {
    const SMALL: [&str; 40] = [
        "a", "about", "among", "an", "and", "as", "at", "between", "but", "by", "down", "for",
        "from", "in", "into", "is", "its", "nor", "of", "off", "on", "onto", "or", "out", "over",
        "so", "than", "the", "through", "to", "toward", "towards", "up", "upon", "via", "vs",
        "with", "within", "without", "yet",
    ];
    let mut buffer = [0; 32];
    in_lower_case(word, &mut buffer).is_some_and(|word| SMALL.binary_search(&word).is_ok())
}

/// Returns a short word in lower case, without a place of its own in memory; `None` if it is long.
fn in_lower_case<'b>(word: &[Character], buffer: &'b mut [u8; 32]) -> Option<&'b str> {
    let mut length = 0;
    for (letter, _) in word {
        let letter = letter.to_lowercase().next()?;
        let rest = buffer.get_mut(length..).filter(|rest| rest.len() >= 4)?;
        length += letter.encode_utf8(rest).len();
    }
    std::str::from_utf8(buffer.get(..length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::super::tex::{rich, to_html};
    use super::*;

    #[test]
    fn titles_are_lowered_and_names_in_them_are_not() {
        for (tex, title) in [
            (
                "The Cathedral and the Bazaar: Musings on {Linux}",
                "The cathedral and the bazaar: Musings on Linux",
            ),
            (
                "Cooking pot markets: an economic model for the trade in free goods on the Internet",
                "Cooking pot markets: An economic model for the trade in free goods on the Internet",
            ),
            (
                "The Politics of Water in the U.S. West and W.E.B. Du Bois",
                "The politics of water in the U.S. West and W.E.B. Du Bois",
            ),
            (
                "The U.S. and the Life of J. S. Mill in London",
                "The U.S. and the life of J. S. Mill in london",
            ),
            (
                "Series on Commu(o)nism in Next.js, next.js and Example.org",
                "Series on Commu(o)nism in Next.js, next.js and Example.org",
            ),
            ("News on Reddit.Com", "News on reddit.com"),
            (
                "How GNU/Linux and Open/Closed Models Met Vitamin C in a Plan B",
                "How GNU/Linux and open/closed models met vitamin C in a plan B",
            ),
            (
                "Uptake of Ca$^{2+}$ at 5$^\\circ$C and of Fe$_3$O$_4$",
                "Uptake of Ca<sup>2+</sup> at 5<sup>°</sup>C and of Fe<sub>3</sub>O<sub>4</sub>",
            ),
            (
                "Proc. of {Oslo} and the 5th Int. Conf. on Web Science",
                "Proc. of Oslo and the 5th Int. Conf. on web science",
            ),
            (
                "Author(s) of $N$-Body $Problems$",
                "Author(s) of $N$-body $Problems$",
            ),
            ("Why I Run GNU on My iPod", "Why I run GNU on my iPod"),
            (
                r"A Note on \emph{De Motu Animalium}",
                "A note on <i>De Motu Animalium</i>",
            ),
            (r"{\'E}tudes on Tea", "Études on tea"),
            (
                "What Is Property? An Inquiry",
                "What is property? An inquiry",
            ),
            ("{L}inux {K}ernel Development", "Linux Kernel development"),
        ] {
            let mut pieces = rich(tex);
            to_sentence_case(&mut pieces);
            assert_eq!(to_html(&pieces, true), title);
        }
    }
}
