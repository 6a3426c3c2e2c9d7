//! Splits a reference into tokens: words with the punctuation around them.

use std::ops::Range;

/// Returns the places of the tokens of a reference, in bytes.
///
/// A token ends at white space. Numbers that are set without spaces, as in `2009;24(3):1-12`, are separate tokens,
/// because they belong to different fields; so are words that lost the space between them, as in `(2016).The` and
/// `Daedalus131(2)`.
pub fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut tokens = Vec::with_capacity(text.len() / 6 + 1);
    let mut start = None;
    for (at, character) in text.char_indices() {
        match (character.is_whitespace(), start) {
            (true, Some(begin)) => {
                push_parts(text, begin..at, &mut tokens);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    if let Some(begin) = start {
        push_parts(text, begin..text.len(), &mut tokens);
    }
    tokens
}

/// Appends a word, split where one number follows another, or where a space was lost.
fn push_parts(text: &str, word: Range<usize>, tokens: &mut Vec<Range<usize>>) {
    let content = text.get(word.clone()).unwrap_or_default();
    let bytes = content.as_bytes();
    let is_number = bytes.iter().any(u8::is_ascii_digit)
        && !content.contains('/')
        && !content.starts_with("doi")
        && !content.starts_with("10.");
    let is_address = content.contains("//") || content.contains("www.") || content.contains('@');
    let mut start = 0;
    if !is_address && let Some(volume) = volume_after_journal(content, text.len() == word.end) {
        tokens.push(word.start..word.start + volume);
        start = volume;
    }
    let mut before = ' ';
    let mut characters = content.char_indices().peekable();
    while let Some((at, mark)) = characters.next() {
        if let Some((next, after)) = characters.peek().copied()
            && at > 0
            && !is_address
            && (is_number && separates_numbers(before, mark, after)
                || lost_space(before, mark, after)
                || separates_east_asian(mark, after))
        {
            tokens.push(word.start + start..word.start + next);
            start = next;
        }
        before = mark;
    }
    tokens.push(word.start + start..word.end);
}

/// Returns where the volume begins in the name of a journal that lost the space after it: `Daedalus131(2)`, or
/// `Daedalus131.` at the end of a reference.
fn volume_after_journal(word: &str, is_last: bool) -> Option<usize> {
    let volume = word.find(|c: char| c.is_ascii_digit())?;
    let (name, number) = word.split_at_checked(volume)?;
    let end = number.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_name = name.chars().count() > 3
        && name.chars().all(char::is_alphabetic)
        && name.chars().skip(1).all(char::is_lowercase);
    let is_volume = match end.strip_prefix('(') {
        Some(issue) => issue.starts_with(|c: char| c.is_ascii_digit()),
        None => is_last && matches!(end, "" | ".") && number.len() - end.len() <= 3,
    };
    (is_name && is_volume).then_some(volume)
}

/// Returns whether a mark is between numbers of different fields: `Mar;93(6)`, `24(3):1`.
fn separates_numbers(before: char, mark: char, after: char) -> bool {
    let is_after_date = mark == ';' && before.is_ascii_alphabetic() && after.is_ascii_digit();
    let is_between_numbers = matches!(mark, ';' | ':')
        && (before.is_ascii_digit() || matches!(before, ')' | ';'))
        && (after.is_ascii_alphanumeric() || after == '(' || !after.is_ascii());
    is_after_date || is_between_numbers
}

/// Returns whether a token of Chinese or Japanese ends with a mark: after a comma or a closing bracket, and before an
/// opening one.
fn separates_east_asian(mark: char, after: char) -> bool {
    let is_opening = |c: char| matches!(c, '\u{300c}' | '\u{300e}' | '\u{300a}' | '\u{ff08}');
    let is_closing = matches!(
        mark,
        '\u{300d}' | '\u{300f}' | '\u{300b}' | '\u{ff09}' | '\u{3001}' | '\u{ff0c}' | '\u{3002}'
    );
    is_opening(after) && !is_opening(mark) || is_closing && after.is_alphanumeric()
}

/// Returns whether a mark should have a space after it: `(2016).The`, `Flinn,Ryan`, `Title”Journal`.
fn lost_space(before: char, mark: char, after: char) -> bool {
    after.is_uppercase()
        && match mark {
            '.' => before == ')' || before.is_ascii_digit(),
            ',' => before == ')' || before.is_lowercase(),
            ';' => before.is_lowercase(),
            '\u{201d}' | '\u{bb}' => {
                before.is_alphanumeric() || matches!(before, '.' | ',' | '?' | '!')
            }
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        tokens(text).into_iter().map(|at| &text[at]).collect()
    }

    #[test]
    fn numbers_set_without_spaces_are_separate_tokens() {
        assert_eq!(
            words("Lancet 2009 Mar;24(3):1-12. https://a.example/1:2"),
            [
                "Lancet",
                "2009",
                "Mar;",
                "24(3):",
                "1-12.",
                "https://a.example/1:2"
            ]
        );
        assert_eq!(words("  "), Vec::<&str>::new());
    }

    #[test]
    fn words_whose_space_was_lost_are_separate_tokens() {
        assert_eq!(
            words("Flinn,Ryan (2016).The Social https://a.example/A,Be"),
            [
                "Flinn,",
                "Ryan",
                "(2016).",
                "The",
                "Social",
                "https://a.example/A,Be"
            ]
        );
        assert_eq!(
            words("New Media & Society11(8), 1307 in Web2.0 and HTML5(1). Daedalus131."),
            [
                "New",
                "Media",
                "&",
                "Society",
                "11(8),",
                "1307",
                "in",
                "Web2.0",
                "and",
                "HTML5(1).",
                "Daedalus",
                "131."
            ]
        );
    }
}
