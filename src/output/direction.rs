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

    /// Returns HTML's attribute for the direction of a text. Without letters it has that of the page, where `dir="auto"` would
    /// be from left to right.
    pub(super) fn html_attribute(text: &str) -> &'static str {
        match Self::of_text(text) {
            Some(_) => " dir=\"auto\"",
            None => "",
        }
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

    /// Returns the invisible character that stands for a letter of this direction.
    fn mark(self) -> char {
        match self {
            Self::LeftToRight => '\u{200e}',
            Self::RightToLeft => '\u{200f}',
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

const APOSTROPHES: [char; 4] = ['\'', '\u{2018}', '\u{2019}', '\u{5f3}'];

/// Returns the parts of a text that run against its direction, each from its first letter to its last. A number belongs to
/// the Latin word before it, as in "pp. 12–14" and "Web 2.0", but not after a comma or a bracket.
pub(super) fn opposite_parts(text: &str, base: Direction) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    if base == Direction::LeftToRight && text.is_ascii() {
        return parts;
    }
    let mut is_open = false;
    for (at, character) in text.char_indices() {
        match Direction::of_char(character) {
            None => {
                if let Some(part) = parts.last_mut()
                    && is_open
                    && base.is_right_to_left()
                    && character.is_ascii_digit()
                {
                    let between = text.get(part.end..at).unwrap_or_default();
                    if between.chars().all(|c| " \u{a0}.:/-\u{2013}".contains(c)) {
                        part.end = at + 1;
                    }
                }
            }
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
    for part in &mut parts {
        // Marks belong to the letter before them.
        let rest = text.get(part.end..).unwrap_or_default();
        let marks = rest.find(|c| bidi_class(c) != BidiClass::NSM);
        part.end += marks.unwrap_or(rest.len());
        // So does the apostrophe that shortens a Hebrew word, unless it ends a quotation.
        let before = text.get(..part.start).unwrap_or_default();
        let rest = text.get(part.end..).unwrap_or_default();
        if base == Direction::LeftToRight && !before.ends_with(APOSTROPHES) {
            let apostrophe = rest.chars().next().filter(|c| APOSTROPHES.contains(c));
            part.end += apostrophe.map_or(0, char::len_utf8);
        }
    }
    parts
}

/// Splits the runs of a line where the level of the text changes, and sets the levels. Parts that run against the line
/// are isolated from the rest, and so is text with a style or a link of its own, such as a title.
pub(super) fn with_levels(runs: &[TextRun], base: Direction) -> Vec<TextRun> {
    const ISOLATE: char = '\u{2068}';
    const END: char = '\u{2069}';
    if is_plain(runs, base) {
        return runs.to_vec();
    }
    let mut text = String::new();
    // The place of each character in that text.
    let mut places = Vec::new();
    for run in runs {
        let inner = direction_within(run, base);
        if inner != base {
            text.push(ISOLATE);
        }
        let parts = opposite_parts(&run.text, inner);
        for (at, character) in run.text.char_indices() {
            if parts.iter().any(|part| part.start == at) {
                text.push(ISOLATE);
            }
            places.push(text.len());
            text.push(character);
            if parts
                .iter()
                .any(|part| part.end == at + character.len_utf8())
            {
                text.push(END);
            }
        }
        if inner != base {
            text.push(END);
        }
    }
    let level = match base {
        Direction::LeftToRight => Level::ltr(),
        Direction::RightToLeft => Level::rtl(),
    };
    let levels = BidiInfo::new(&text, Some(level)).levels;
    let mut levels = places
        .into_iter()
        .map(|place| levels.get(place).map_or(0, Level::number));
    let mut split: Vec<TextRun> = Vec::with_capacity(runs.len());
    for run in runs {
        let mut begins = true;
        for character in run.text.chars() {
            let level = levels.next().unwrap_or_default();
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

/// Adds marks to the runs of a line, with which programs that know no isolates keep the order that [`with_levels`] gives:
/// a mark after each part that runs against the line, and at the ends of text with a style or a link of its own.
pub(super) fn with_marks(runs: &[TextRun], base: Direction) -> Vec<TextRun> {
    let mut marked = runs.to_vec();
    if is_plain(runs, base) {
        return marked;
    }
    for run in &mut marked {
        let inner = direction_within(run, base);
        let mut text = String::with_capacity(run.text.len() + 6);
        let mut end = 0;
        if inner != base
            && run
                .text
                .chars()
                .next()
                .and_then(Direction::of_char)
                .is_none()
        {
            text.push(inner.mark());
        }
        for part in opposite_parts(&run.text, inner) {
            text.push_str(run.text.get(end..part.end).unwrap_or_default());
            text.push(inner.mark());
            end = part.end;
        }
        text.push_str(run.text.get(end..).unwrap_or_default());
        if inner != base {
            let is_letter = text
                .chars()
                .next_back()
                .and_then(Direction::of_char)
                .is_some();
            if !is_letter {
                text.push(inner.mark());
            }
            text.push(base.mark());
        }
        run.text = text;
    }
    marked
}

fn is_plain(runs: &[TextRun], base: Direction) -> bool {
    base == Direction::LeftToRight && runs.iter().all(|run| run.text.is_ascii())
}

/// Returns the direction of the letters of a run with a style or a link of its own, and otherwise that of the line.
fn direction_within(run: &TextRun, base: Direction) -> Direction {
    let has_markup = run.href.is_some() || run.style != TextStyle::default();
    let own = has_markup.then(|| Direction::of_text(&run.text)).flatten();
    own.unwrap_or(base)
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
        assert_eq!(
            parts(
                "על Web 2.0, אור (pp. 12–14), כתר Springer, 2015",
                Direction::RightToLeft
            ),
            ["Web 2.0", "pp. 12–14", "Springer"]
        );
    }

    #[test]
    fn text_after_a_part_of_the_other_direction_stays_after_it() {
        let levels = |text: &str, base| {
            let split = with_levels(&[run(text)], base);
            let split = split.into_iter().map(|run| (run.text, run.level));
            split.collect::<Vec<_>>()
        };
        assert_eq!(
            levels(
                "325, \u{5de}\u{5e1}\u{2019} 5939 (2009)",
                Direction::LeftToRight
            ),
            [
                ("325, ".to_owned(), 0),
                ("\u{5de}\u{5e1}\u{2019}".to_owned(), 1),
                (" 5939 (2009)".to_owned(), 0),
            ]
        );
        let marked = with_marks(&[run("325, \u{5de}\u{5e1} 5939")], Direction::LeftToRight);
        assert_eq!(marked[0].text, "325, \u{5de}\u{5e1}\u{200e} 5939");
        let mut title = run("(What) is it?");
        title.style.italic = true;
        let marked = with_marks(&[run("\u{5d0} "), title], Direction::RightToLeft);
        assert_eq!(marked[1].text, "\u{200e}(What) is it?\u{200e}\u{200f}");
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
