//! Case and accent folding, word splitting, percent-encoding, and the characters that markup may contain. There is no
//! other implementation of these: what the full-text index holds, what a query looks for and what `why` shows must agree.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{compose, is_combining_mark};

/// Returns text without the characters that neither XML nor HTML may contain, not even escaped: control characters
/// other than tabs and line breaks, and noncharacters.
///
/// ```
/// assert_eq!(peerbib::text::valid_in_markup("a\u{1b}[0m\tb\u{ffff}\n"), "a[0m\tb\n");
/// ```
pub fn valid_in_markup(text: &str) -> Cow<'_, str> {
    if !text.contains(is_invalid_in_markup) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(is_invalid_in_markup, ""))
}

fn is_invalid_in_markup(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => false,
        '\u{fdd0}'..='\u{fdef}' => true,
        _ => character.is_control() || u32::from(character) & 0xfffe == 0xfffe,
    }
}

/// Returns text with single spaces in place of all white space, and none at its ends.
pub fn single_spaced(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// Percent-encodes all characters except ASCII letters, ASCII digits and those in `kept`, which are ASCII, too.
///
/// ```
/// assert_eq!(peerbib::text::percent_encoded("a b/ä?", "/"), "a%20b/%C3%A4%3F");
/// ```
pub fn percent_encoded(text: &str, kept: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Returns text without case and accents, with letters that do not decompose written as they are read:
/// `ø` as `o`, `ß` as `ss`.
///
/// ```
/// assert_eq!(peerbib::text::fold("Søderberg, Straße, Łukasik"), "soderberg, strasse, lukasik");
/// ```
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    // The order into which normalization brings combining marks does not matter: they are dropped.
    for character in text.chars() {
        fold_character(character, &mut folded);
    }
    folded
}

fn fold_character(character: char, folded: &mut String) {
    match character {
        _ if character.is_ascii() => {
            folded.push(character.to_ascii_lowercase());
            return;
        }
        // After a half-width or decomposed kana.
        '\u{3099}' | '\u{309a}' | '\u{ff9e}' | '\u{ff9f}' => {
            let mark = match character {
                '\u{ff9e}' => '\u{3099}',
                '\u{ff9f}' => '\u{309a}',
                mark => mark,
            };
            let last = folded.chars().next_back();
            if let Some(voiced) = last.and_then(|last| compose(last, mark)) {
                folded.pop();
                folded.push(voiced);
            }
            return;
        }
        // The marks of kana make other letters, and hangul are syllables, not letters with accents.
        '\u{3041}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}' => {
            folded.push(character);
            return;
        }
        _ => {}
    }
    let decomposed = std::iter::once(character).nfkd();
    for lower in decomposed
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
    {
        match lower {
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ŧ' => folded.push('t'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            // The dot of the Catalan double l: `il·lusió`.
            '\u{b7}' | '\u{2027}' if folded.ends_with('l') => {}
            // Lowercasing the dotted capital I leaves a combining dot.
            '\u{307}' => {}
            // Final sigma.
            'ς' => folded.push('σ'),
            other => folded.push(other),
        }
    }
}

/// Returns the words of a text, folded. Each Han character, kana, hangul syllable or letter of Thai, Lao, Khmer
/// and Burmese is a word of its own: nothing separates words in most of these languages, and Korean adds
/// particles to its words.
///
/// ```
/// assert_eq!(peerbib::text::words("Peer-to-Peer 共有"), ["peer", "to", "peer", "共", "有"]);
/// ```
pub fn words(text: &str) -> Vec<String> {
    split_words(&fold(text)).map(str::to_owned).collect()
}

/// Splits folded text into words.
pub(crate) fn split_words(folded: &str) -> impl Iterator<Item = &str> {
    let mut rest = folded;
    std::iter::from_fn(move || {
        let (_, word) = rest.split_at(rest.find(char::is_alphanumeric)?);
        let first = word.chars().next()?;
        let end = if is_word_by_itself(first) {
            first.len_utf8()
        } else {
            word.find(|c: char| !c.is_alphanumeric() || is_word_by_itself(c))
                .unwrap_or(word.len())
        };
        let (word, after) = word.split_at(end);
        rest = after;
        Some(word)
    })
}

fn is_word_by_itself(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word, folded.
    pub folded: String,
    /// Its place in the text as written, in bytes.
    pub range: Range<usize>,
}

/// Returns the words of a text with their places in it.
pub fn words_with_ranges(text: &str) -> Vec<Word> {
    let mut folded = String::with_capacity(text.len());
    // The position of each character in the folded text and in the text.
    let mut starts = Vec::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        starts.push((folded.len(), at));
        fold_character(character, &mut folded);
    }
    let mut words = Vec::new();
    let mut position = 0;
    for word in split_words(&folded) {
        let begin = position
            + folded
                .get(position..)
                .and_then(|rest| rest.find(word))
                .unwrap_or_default();
        let end = begin + word.len();
        position = end;
        // A character that folds to nothing begins where the next one does. At the start of a word it
        // belongs to what is before it, at the end to the word: it is an accent.
        let first = starts.partition_point(|(folded, _)| *folded <= begin);
        let after = starts.partition_point(|(folded, _)| *folded <= end.saturating_sub(1));
        let start = first
            .checked_sub(1)
            .and_then(|index| starts.get(index))
            .map_or(0, |(_, at)| *at);
        let accents = starts.get(after..).unwrap_or_default();
        let mut stop = text.len();
        for (_, at) in accents {
            let rest = text.get(*at..).unwrap_or_default();
            if !rest.starts_with(is_combining_mark) {
                stop = *at;
                break;
            }
        }
        words.push(Word {
            folded: word.to_owned(),
            range: start..stop,
        });
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_folded_whether_they_decompose_or_not() {
        assert_eq!(
            fold("Élinor ØSTROM Müller Łukasik Straße"),
            "elinor ostrom muller lukasik strasse"
        );
        assert_eq!(fold("İstanbul ﬁn"), "istanbul fin");
        assert_eq!(fold("Il·lusió coŀlectiva a·b"), "illusio collectiva a·b");
        assert_eq!(fold("Ο Οδυσσέας"), "ο οδυσσεασ");
        assert_eq!(fold("がく ｶﾞｸ か\u{3099}"), "がく ガク が");
        assert_eq!(fold("한국"), "한국");
    }

    #[test]
    fn words_are_cut_at_what_is_no_letter_and_at_every_han_character() {
        assert_eq!(
            words("peer-to-peer, O'Neil 2.0"),
            ["peer", "to", "peer", "o", "neil", "2", "0"]
        );
        assert_eq!(
            words("共有財 of 人民"),
            ["共", "有", "財", "of", "人", "民"]
        );
        assert_eq!(words("공유지의"), ["공", "유", "지", "의"]);
        assert_eq!(words("ก้อง"), ["ก", "อ", "ง"]);
        assert_eq!(words(" … "), [""; 0]);
    }

    #[test]
    fn words_have_the_place_that_they_have_in_the_text_as_written() {
        // One with composed and one with decomposed accents, a ligature that folds to three letters.
        for text in [
            "Søderberg & Straße",
            "So\u{308}derberg, e\u{301} 共有",
            "Oﬃce ½",
            "\u{301}x",
        ] {
            let found = words_with_ranges(text);
            let folded: Vec<_> = found.iter().map(|word| word.folded.clone()).collect();
            assert_eq!(folded, words(text), "{text}");
            for word in found {
                let written = &text[word.range.clone()];
                assert!(fold(written).contains(&word.folded), "{text}: {written}");
            }
        }
        let of = |text: &str| {
            let words = words_with_ranges(text);
            let written = words.into_iter().map(|word| text[word.range].to_owned());
            written.collect::<Vec<_>>()
        };
        assert_eq!(of("(So\u{308}derberg)"), ["So\u{308}derberg"]);
        assert_eq!(of("共有財"), ["共", "有", "財"]);
    }
}
