//! Splits a reference into tokens: words with the punctuation around them.

use std::ops::Range;

/// Returns the places of the tokens of a reference, in bytes.
///
/// A token ends at white space. Numbers that are set without spaces, as in `2009;24(3):1-12`, are separate tokens,
/// because they belong to different fields.
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

/// Appends a word, split where one number follows another.
fn push_parts(text: &str, word: Range<usize>, tokens: &mut Vec<Range<usize>>) {
    let content = text.get(word.clone()).unwrap_or_default();
    let bytes = content.as_bytes();
    let is_number = bytes.iter().any(u8::is_ascii_digit)
        && !content.contains('/')
        && !content.starts_with("doi")
        && !content.starts_with("10.");
    let mut start = 0;
    if is_number {
        for (at, window) in bytes.windows(3).enumerate() {
            let [before, mark, after] = window else {
                continue;
            };
            // `Mar;93(6)`
            let is_after_date =
                *mark == b';' && before.is_ascii_alphabetic() && after.is_ascii_digit();
            let splits = is_after_date
                || matches!(mark, b';' | b':')
                    && (before.is_ascii_digit() || *before == b')')
                    && (after.is_ascii_alphanumeric() || *after == b'(' || *after >= 0x80);
            if splits {
                let end = at + 2;
                tokens.push(word.start + start..word.start + end);
                start = end;
            }
        }
    }
    tokens.push(word.start + start..word.end);
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
}
