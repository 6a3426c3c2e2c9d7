//! Repairs texts that services send: markup, entities, capitals, control characters.

use html5gum::{Token, Tokenizer};
use unicode_normalization::UnicodeNormalization as _;

use crate::formats::crossref::csl_element;
use crate::model::markup;

/// The longest text of one value, in bytes. An abstract is shorter.
const LONGEST: usize = 64 << 10;

/// Elements between which there is a space.
const BLOCKS: [&str; 6] = ["p", "br", "div", "li", "title", "sec"];

/// Returns a text without markup other than CSL's, without entities and control characters, and with single spaces.
pub(super) fn text(raw: &str) -> String {
    let cleaned = clean(raw, true);
    if markup::depth(&cleaned) > 5 {
        return plain(raw);
    }
    cleaned
}

/// Returns a text like [`text`], without any markup.
pub(super) fn plain(raw: &str) -> String {
    clean(raw, false)
}

fn clean(raw: &str, keeps_markup: bool) -> String {
    let mut text = cut(raw, LONGEST).to_owned();
    // Some publishers escape twice: `&amp;amp;`, `&lt;i&gt;`.
    for _ in 0..2 {
        if !text.contains(['<', '&']) {
            break;
        }
        text = without_elements(&text, keeps_markup);
    }
    if !keeps_markup {
        text = markup::plain(&text);
    }
    visible(&text)
}

/// Returns a text without elements that CSL does not have, and with its entities resolved. What remains is balanced.
fn without_elements(text: &str, keeps_markup: bool) -> String {
    let mut result = String::with_capacity(text.len());
    let mut open: Vec<&str> = Vec::new();
    // A number that is less than another is no tag.
    let spaced = text.replace("< ", "&lt; ");
    for token in Tokenizer::new(spaced.as_str()).flatten() {
        let element = |name: &[u8]| csl_element(name).filter(|_| keeps_markup);
        let is_block = |name: &[u8]| {
            let name = name.strip_prefix(b"jats:").unwrap_or(name);
            BLOCKS.iter().any(|block| block.as_bytes() == name)
        };
        match token {
            Token::String(text) => result.push_str(&String::from_utf8_lossy(&text)),
            Token::StartTag(tag) => {
                if let Some(csl) = element(&tag.name).filter(|_| !tag.self_closing) {
                    open.push(csl);
                    result.push_str(&format!("<{csl}>"));
                } else if is_block(&tag.name) {
                    result.push(' ');
                }
            }
            Token::EndTag(tag) => match element(&tag.name) {
                Some(csl) if open.last() == Some(&csl) => {
                    open.pop();
                    result.push_str(&format!("</{csl}>"));
                }
                _ if is_block(&tag.name) => result.push(' '),
                _ => {}
            },
            _ => {}
        }
    }
    for csl in open.iter().rev() {
        result.push_str(&format!("</{csl}>"));
    }
    result
}

/// Returns a text in NFC without characters that are invisible or steer a terminal, and with single spaces.
fn visible(text: &str) -> String {
    let is_hidden = |c: &char| {
        (c.is_control() && !c.is_whitespace())
            || matches!(*c, '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fff9}'..='\u{fffd}')
    };
    let kept: String = text.chars().filter(|c| !is_hidden(c)).nfc().collect();
    let words: Vec<&str> = kept
        .split(|c: char| c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}')
        .filter(|word| !word.is_empty())
        .collect();
    words
        .join(" ")
        .trim_matches(['\u{a0}', '\u{202f}'])
        .to_owned()
}

/// Returns the beginning of a text, at most `length` bytes.
fn cut(text: &str, length: usize) -> &str {
    let mut end = length.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// Returns a title; one that is all in capitals in title case, or in sentence case if it is not English.
pub(super) fn title(raw: &str, language: Option<&str>) -> String {
    let text = text(raw);
    // Some catalogues end a title with the slash before the authors, and some publishers with a full stop.
    let text = text.trim_end_matches([' ', '/', ':', ',']);
    let text = match text.strip_suffix('.') {
        Some(before) if !before.contains('.') => before,
        _ => text,
    };
    if !is_capitals(text, 2) {
        return text.to_owned();
    }
    let is_english = language.is_none_or(|language| language.to_lowercase().starts_with("en"));
    let mut after_stop = true;
    let words = text.split(' ').map(|word| {
        let lower = word.to_lowercase();
        let is_small = SMALL_WORDS.contains(&lower.trim_matches(|c: char| !c.is_alphanumeric()));
        let raised = after_stop || (is_english && !is_small);
        after_stop = word.ends_with([':', '?', '!', '.', '\u{2014}']);
        if raised { capitalized(word) } else { lower }
    });
    words.collect::<Vec<_>>().join(" ")
}

const SMALL_WORDS: &[&str] = &[
    "a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "nor", "of", "on",
    "or", "over", "the", "to", "up", "via", "vs", "with",
];

/// Returns the name of a journal or a publisher. Short ones are often acronyms, so only long ones all in capitals
/// are changed.
pub(super) fn proper_name(raw: &str) -> String {
    let text = text(raw);
    let text = text.trim_end_matches([' ', '/', ':', ',', ';']);
    if is_capitals(text, 3) {
        title(text, None)
    } else {
        text.to_owned()
    }
}

/// Returns a part of a personal name; one that is all in capitals with capitals at the start of words.
pub(super) fn name_part(raw: &str) -> String {
    let text = plain(raw);
    let text = text.trim_matches([',', ';', ' ']);
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let has_vowel = text
        .to_lowercase()
        .contains(|c: char| "aeiouyäöüéèáóíúåøæ".contains(c));
    if letters < 3 || !has_vowel || !is_capitals(text, 1) || text.contains('.') {
        return text.to_owned();
    }
    let words: Vec<String> = text.split(' ').map(capitalized).collect();
    words.join(" ")
}

/// Returns whether a text of at least `words` words is all in capitals, in an alphabet that has both.
fn is_capitals(text: &str, words: usize) -> bool {
    let text = markup::plain(text);
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    letters().count() > 2
        && letters().all(|c| c.is_uppercase() || !(c.is_lowercase()))
        && letters().any(char::is_uppercase)
        && text.split_whitespace().count() >= words
}

/// Returns a word in lower case with capitals at its start and after hyphens, apostrophes and slashes: `O'Neil`,
/// `Jean-Luc`. Roman numerals stay.
fn capitalized(word: &str) -> String {
    let letters: String = word.chars().filter(|c| c.is_alphabetic()).collect();
    if letters.len() > 1 && letters.chars().all(|c| "IVX".contains(c)) {
        return word.to_owned();
    }
    let mut result = String::with_capacity(word.len());
    let mut raises = true;
    for (index, c) in word.char_indices() {
        if raises {
            result.extend(c.to_uppercase());
        } else {
            result.extend(c.to_lowercase());
        }
        let is_name_apostrophe = matches!(c, '\'' | '\u{2019}') && index <= 2;
        raises = matches!(c, '-' | '\u{2010}' | '/' | '(' | '\u{201c}' | '"')
            || is_name_apostrophe
            || (raises && !c.is_alphanumeric());
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_entities_become_plain_csl() {
        for (raw, cleaned) in [
            ("Law &amp;amp; Order", "Law & Order"),
            ("&lt;i&gt;Homo&lt;/i&gt; &lt; b", "<i>Homo</i> < b"),
            ("<em>a<script>alert(1)</script>", "<i>aalert(1)</i>"),
            ("<jats:p>One.</jats:p><jats:p>Two.</jats:p>", "One. Two."),
            ("a < b and c > d", "a < b and c > d"),
            ("a\u{1b}[31mb\u{202e}c\u{0}\n d", "a[31mbc d"),
            ("</i>x<b>y", "x<b>y</b>"),
        ] {
            assert_eq!(text(raw), cleaned);
        }
        assert_eq!(plain("<i>Homo</i> &amp; co"), "Homo & co");
    }

    #[test]
    fn capitals_are_lowered() {
        assert_eq!(
            title("THE WEALTH OF NETWORKS: A STUDY", Some("en")),
            "The Wealth of Networks: A Study"
        );
        assert_eq!(
            title("DIE GESELLSCHAFT DER SINGULARITÄTEN", Some("de")),
            "Die gesellschaft der singularitäten"
        );
        assert_eq!(title("GNU", None), "GNU");
        assert_eq!(title("Peer Production.", None), "Peer Production");
        assert_eq!(proper_name("PLOS ONE"), "PLOS ONE");
        assert_eq!(proper_name("THE JOURNAL OF LAW"), "The Journal of Law");
        for (raw, name) in [
            ("BENKLER", "Benkler"),
            ("O'NEIL", "O'Neil"),
            ("JEAN-LUC", "Jean-Luc"),
            ("J.K.", "J.K."),
            ("JK", "JK"),
            ("van Dijck", "van Dijck"),
        ] {
            assert_eq!(name_part(raw), name);
        }
    }

    #[test]
    fn long_and_deep_texts_are_cut() {
        assert!(text(&"<i>".repeat(100_000)).len() < LONGEST);
        assert!(text(&"\u{e9}".repeat(100_000)).len() <= LONGEST);
    }
}
