//! Text measurement that is safe for any font, and text wrapping and truncation.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::text::{single_spaced, valid_in_markup};

/// The advance widths of the characters U+0020 to U+007E in DejaVu Sans, in hundredths of the font size. It
/// is the widest of the common sans-serif fonts, so a text measured with it fits in any other.
const ADVANCES: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75,
    79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35,
    63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];

/// The maximum ratio of bold to normal width.
const BOLD: f64 = 1.2;

/// Returns an upper bound of the width of a text at a font size, in the units of that size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    size * text.nfd().map(advance).sum::<f64>()
}

/// Returns an upper bound of the width of a bold text.
pub(super) fn bold_width(text: &str, size: f64) -> f64 {
    width(text, size) * BOLD
}

fn advance(character: char) -> f64 {
    let of_table = (character as usize)
        .checked_sub(0x20)
        .and_then(|place| ADVANCES.get(place));
    if let Some(hundredths) = of_table {
        return f64::from(*hundredths) / 100.0;
    }
    if is_combining_mark(character) {
        return 0.0;
    }
    match character {
        '\u{2010}'..='\u{2013}' | '\u{2018}'..='\u{201f}' | '\u{b7}' => 0.53,
        // Ideographs are as wide as they are high, and emoji a little wider.
        _ if textwrap::core::display_width(character.encode_utf8(&mut [0; 4])) > 1 => 1.3,
        _ if (character as u32) < 0x250 => 0.85,
        _ => 1.0,
    }
}

/// Replaces control characters and white space by single spaces and removes bidirectional control characters and
/// noncharacters.
pub(super) fn clean(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|c| {
            !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
                | '\u{fff9}'..='\u{fffb}')
        })
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    valid_in_markup(&single_spaced(&visible)).into_owned()
}

/// Truncates a text to a width, with an ellipsis.
pub(super) fn cut(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut left = room - size * advance('\u{2026}');
    let mut kept = String::new();
    for cluster in unicode_segmentation::UnicodeSegmentation::graphemes(text, true) {
        left -= width(cluster, size);
        if left < 0.0 {
            break;
        }
        kept.push_str(cluster);
    }
    kept.truncate(kept.trim_end_matches([' ', ',', ';', ':', '(']).len());
    kept.push('\u{2026}');
    kept
}

/// Wraps a text into at most `most` lines of a width and truncates the last line if necessary. A word that is
/// wider than a line is split.
pub(super) fn lines(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut words = text
        .split_whitespace()
        .map(str::to_owned)
        .rev()
        .collect::<Vec<_>>();
    while let Some(word) = words.pop() {
        let longer = if line.is_empty() {
            word.clone()
        } else {
            format!("{line} {word}")
        };
        if width(&longer, size) <= room {
            line = longer;
        } else if line.is_empty() {
            let (head, tail) = broken(&word, size, room);
            lines.push(head);
            if !tail.is_empty() {
                words.push(tail);
            }
        } else {
            lines.push(std::mem::take(&mut line));
            words.push(word);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.push(cut(&rest, size, room));
    }
    lines
}

/// Splits a word after as many characters as fit, at least one.
fn broken(word: &str, size: f64, room: f64) -> (String, String) {
    let mut head = String::new();
    let mut taken = 0.0;
    for cluster in unicode_segmentation::UnicodeSegmentation::graphemes(word, true) {
        taken += width(cluster, size);
        if taken > room && !head.is_empty() {
            break;
        }
        head.push_str(cluster);
    }
    let tail = word.get(head.len()..).unwrap_or_default().to_owned();
    (head, tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_take_more_room_than_narrow_ones() {
        assert!(width("WWW", 10.0) > 2.0 * width("lll", 10.0));
        assert_eq!(width("S\u{f6}derberg", 10.0), width("Soderberg", 10.0));
        assert!(width("\u{5171}\u{6709}", 10.0) >= 20.0);
        assert!(bold_width("Commons", 10.0) > width("Commons", 10.0));
    }

    #[test]
    fn a_text_is_cut_to_the_room_there_is() {
        assert_eq!(cut("Ostrom 1990", 10.0, 200.0), "Ostrom 1990");
        let text = cut("Foundation for Peer to Peer Alternatives", 10.0, 90.0);
        assert!(
            text.ends_with('\u{2026}') && width(&text, 10.0) <= 90.0,
            "{text}"
        );
    }

    #[test]
    fn a_text_is_broken_between_words_and_within_words_that_are_too_long() {
        assert_eq!(
            lines("First conference, Dortmund", 10.0, 110.0, 4),
            ["First conference,", "Dortmund"]
        );
        let long = lines("Donaudampfschifffahrtsgesellschaft", 10.0, 80.0, 9);
        assert!(long.len() > 1 && long.concat() == "Donaudampfschifffahrtsgesellschaft");
        let cut = lines("one two three four five six", 10.0, 50.0, 2);
        assert!(cut.len() == 2 && cut[1].ends_with('\u{2026}'), "{cut:?}");
        assert_eq!(lines("", 10.0, 50.0, 2), [""; 0]);
    }

    #[test]
    fn what_cannot_be_shown_is_left_out() {
        assert_eq!(clean("a\u{0}b\n c\u{202e}d\u{ffff}"), "a b cd");
    }
}
