//! Text that is safe to show on a terminal.
//!
//! A terminal obeys control characters: an escape sequence in a title can clear the screen, rename the
//! window or make a link. Bidirectional overrides can make a file name read backwards. This module
//! replaces them by characters that show what is there.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns `text` with every character that a terminal would obey made visible.
///
/// Line feeds and tabs stay. Other control characters of ASCII become their Unicode control pictures
/// (ESC is `␛`). C1 controls, bidirectional embeddings, overrides and isolates, line and paragraph
/// separators, tag characters and noncharacters become their code point, as in `<U+202E>`.
///
/// ```
/// use peerbib::output::terminal::visible;
///
/// assert_eq!(visible("a\u{1b}[2Jb"), "a␛[2Jb");
/// assert_eq!(visible("abc\u{202e}gnp.exe"), "abc<U+202E>gnp.exe");
/// assert_eq!(visible("two\nlines"), "two\nlines");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(is_unsafe) else {
        return Cow::Borrowed(text);
    };
    let (safe, rest) = text.split_at(first);
    let mut result = String::with_capacity(text.len() + 16);
    result.push_str(safe);
    for character in rest.chars() {
        match character {
            _ if !is_unsafe(character) => result.push(character),
            '\0'..='\u{1f}' => {
                result.extend(char::from_u32(0x2400 + u32::from(character)));
            }
            '\u{7f}' => result.push('\u{2421}'),
            _ => {
                let _ = write!(result, "<U+{:04X}>", u32::from(character));
            }
        }
    }
    Cow::Owned(result)
}

/// Returns whether a terminal might obey `character` instead of showing it.
fn is_unsafe(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e007f}' => true,
        _ => u32::from(character) & 0xfffe == 0xfffe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_controls_is_not_copied() {
        for text in ["", "plain", "Ελληνικά, 共有, שלום\u{200f}", "a\tb\nc"] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn no_sequence_that_a_terminal_obeys_survives() {
        for text in [
            "\u{1b}]0;title\u{7}",
            "\u{1b}[31mred",
            "\u{9b}31m",
            "\u{90}+q544e\u{9c}",
            "\r overwritten \u{8}",
            "\u{202e}gpj.exe\u{202c}",
            "\u{2067}isolated",
            "\u{e0041}tag",
            "\u{fdd0}\u{ffff}",
        ] {
            let shown = visible(text);
            assert!(!shown.contains(is_unsafe), "{shown:?}");
        }
    }

    #[test]
    fn what_was_there_can_be_read() {
        assert_eq!(visible("\0\u{1}\u{1b}\r\u{7f}"), "␀␁␛␍␡");
        assert_eq!(
            visible("\u{85}\u{2069}\u{1ffff}"),
            "<U+0085><U+2069><U+1FFFF>"
        );
    }
}
