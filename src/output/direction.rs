//! The direction of text: Hebrew and Arabic among Latin letters.
//!
//! A browser, a word processor and Typst order the characters themselves, by Unicode's bidirectional algorithm, if
//! they know the direction of the paragraph and which parts to isolate. TeX orders nothing, so its runs get the
//! levels that the algorithm gives them.

use std::ops::Range;

use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};

use super::text_runs::{TextRun, TextStyle};

/// The direction in which text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Direction {
    #[default]
    LeftToRight,
    RightToLeft,
}

impl Direction {
    /// Returns the direction of a text: that of its first letter, as `dir="auto"` has it in HTML.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        text.chars().find_map(Self::of_char)
    }

    /// Returns the direction in which a language is written.
    pub(super) fn of_language(tag: &str) -> Self {
        if crate::language::is_right_to_left(tag) {
            Self::RightToLeft
        } else {
            Self::LeftToRight
        }
    }

    /// Returns the direction of a letter. Digits and punctuation have none.
    fn of_char(character: char) -> Option<Self> {
        if character.is_ascii() {
            return character.is_ascii_alphabetic().then_some(Self::LeftToRight);
        }
        match bidi_class(character) {
            BidiClass::L => Some(Self::LeftToRight),
            BidiClass::R | BidiClass::AL => Some(Self::RightToLeft),
            _ => None,
        }
    }

    pub(super) fn is_right_to_left(self) -> bool {
        self == Self::RightToLeft
    }

    /// Returns the value of HTML's attribute `dir`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

/// Returns the parts of a text that run against its direction, each from its first letter to its last.
pub(super) fn opposite_parts(text: &str, base: Direction) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    if base == Direction::LeftToRight && text.is_ascii() {
        return parts;
    }
    let mut is_open = false;
    for (at, character) in text.char_indices() {
        match Direction::of_char(character) {
            None => {}
            Some(direction) if direction == base => is_open = false,
            Some(_) => {
                let end = at + character.len_utf8();
                match parts.last_mut() {
                    Some(part) if is_open => part.end = end,
                    _ => parts.push(at..end),
                }
                is_open = true;
            }
        }
    }
    // Marks belong to the letter before them.
    for part in &mut parts {
        let rest = text.get(part.end..).unwrap_or_default();
        let marks = rest.find(|c| bidi_class(c) != BidiClass::NSM);
        part.end += marks.unwrap_or(rest.len());
    }
    parts
}

/// Splits the runs of a line where the level of the text changes, and sets the levels. Text with a style or a link
/// of its own, such as a title, is isolated from the rest.
pub(super) fn with_levels(runs: &[TextRun], base: Direction) -> Vec<TextRun> {
    const ISOLATE: char = '\u{2068}';
    const END: char = '\u{2069}';
    let is_plain = runs.iter().all(|run| run.text.is_ascii());
    if is_plain && base == Direction::LeftToRight {
        return runs.to_vec();
    }
    let mut text = String::new();
    let mut starts = Vec::with_capacity(runs.len());
    for run in runs {
        let has_markup = run.href.is_some() || run.style != TextStyle::default();
        let is_isolated =
            has_markup && Direction::of_text(&run.text).is_some_and(|own| own != base);
        if is_isolated {
            text.push(ISOLATE);
        }
        starts.push(text.len());
        text.push_str(&run.text);
        if is_isolated {
            text.push(END);
        }
    }
    let level = match base {
        Direction::LeftToRight => Level::ltr(),
        Direction::RightToLeft => Level::rtl(),
    };
    let levels = BidiInfo::new(&text, Some(level)).levels;
    let mut split: Vec<TextRun> = Vec::with_capacity(runs.len());
    for (run, start) in runs.iter().zip(starts) {
        let mut begins = true;
        for (at, character) in run.text.char_indices() {
            let level = levels.get(start + at).map_or(0, Level::number);
            match split.last_mut() {
                Some(last) if !begins && last.level == level => last.text.push(character),
                _ => split.push(TextRun {
                    text: character.to_string(),
                    level,
                    ..TextRun {
                        text: String::new(),
                        ..run.clone()
                    }
                }),
            }
            begins = false;
        }
    }
    split
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> TextRun {
        TextRun {
            text: text.to_owned(),
            style: TextStyle::default(),
            href: None,
            level: 0,
        }
    }

    #[test]
    fn the_first_letter_gives_the_direction() {
        assert_eq!(
            Direction::of_text("2001. «שלום» and"),
            Some(Direction::RightToLeft)
        );
        assert_eq!(Direction::of_text("A שלום"), Some(Direction::LeftToRight));
        assert_eq!(Direction::of_text("12 (3)"), None);
    }

    #[test]
    fn opposite_parts_hold_their_own_punctuation() {
        let parts = |text: &'static str, base| {
            let parts = opposite_parts(text, base).into_iter();
            parts.map(|part| &text[part]).collect::<Vec<_>>()
        };
        assert_eq!(
            parts(
                "See אלקין-קורן, ניבה (2001), עיוני.",
                Direction::LeftToRight
            ),
            ["אלקין-קורן, ניבה (2001), עיוני"]
        );
        assert_eq!(
            parts("ראו Free Software: A (B) ועוד", Direction::RightToLeft),
            ["Free Software: A (B"]
        );
        assert_eq!(parts("مُحَمَّدٌ, x", Direction::LeftToRight), ["مُحَمَّدٌ"]);
    }

    #[test]
    fn digits_and_latin_words_have_a_level_of_their_own_within_hebrew() {
        let levels = |text: &str, base| {
            let split = with_levels(&[run(text)], base);
            let split = split.into_iter().map(|run| (run.text, run.level));
            split.collect::<Vec<_>>()
        };
        assert_eq!(
            levels("על \"כלל\" 25 (x)", Direction::RightToLeft),
            [
                ("על \"כלל\" ".to_owned(), 1),
                ("25".to_owned(), 2),
                (" (".to_owned(), 1),
                ("x".to_owned(), 2),
                (")".to_owned(), 1),
            ]
        );
        assert_eq!(
            levels("On שלום-עולם, x", Direction::LeftToRight),
            [
                ("On ".to_owned(), 0),
                ("שלום-עולם".to_owned(), 1),
                (", x".to_owned(), 0),
            ]
        );
    }
}
