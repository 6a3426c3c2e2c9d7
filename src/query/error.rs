//! What can be wrong with a query, shown below the query itself.

use super::Span;
use crate::library::LibraryError;

/// A query that cannot be read, or that asks for something that the library does not know.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The query is not written as the language asks.
    #[error("the query cannot be read: {message}\n\n{}", pointed_at(query, span))]
    Malformed {
        /// The query.
        query: String,
        /// Where it goes wrong.
        span: Span,
        /// What is wrong there.
        message: String,
        /// What to write instead.
        help: Option<String>,
    },
    /// The library does not know what is asked for: a tag, a key, a list.
    #[error("{message}\n\n{}", pointed_at(query, span))]
    Unknown {
        /// The query.
        query: String,
        /// Where it is asked for.
        span: Span,
        /// What is not known.
        message: String,
        /// What to write instead.
        help: Option<String>,
    },
    /// The library cannot be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

impl QueryError {
    pub(super) fn malformed(
        query: &str,
        span: Span,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Self {
        Self::Malformed {
            query: query.to_owned(),
            span,
            message: message.into(),
            help,
        }
    }

    /// What the reader can do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Malformed { help, .. } | Self::Unknown { help, .. } => help
                .clone()
                .or_else(|| Some("`peerbib find --help` shows what a query can say".into())),
            Self::Library(error) => error.help(),
        }
    }
}

/// The query, and below it a mark under the place that is meant. Of a long query the part around the place.
fn pointed_at(query: &str, span: &Span) -> String {
    /// How many characters of a long query are shown before the place, and behind it.
    const BEFORE: usize = 50;
    const BEHIND: usize = 70;
    let line: String = query
        .chars()
        .map(|c| {
            if c.is_whitespace() || c.is_control() {
                ' '
            } else {
                c
            }
        })
        .collect();
    // Characters, as white space may have had more bytes than a blank has.
    let index = |place: usize| {
        query
            .char_indices()
            .take_while(|(here, _)| *here < place)
            .count()
    };
    let (start, end) = (index(span.start), index(span.end));
    let first = if start > BEFORE + 10 {
        start - BEFORE
    } else {
        0
    };
    let shown: Vec<char> = line.chars().skip(first).take(BEFORE + BEHIND).collect();
    let is_cut = line.chars().count() > first + shown.len();
    let shown: String = shown.into_iter().collect();
    let width = |from: usize, to: usize| {
        let part: String = line
            .chars()
            .skip(from)
            .take(to.saturating_sub(from))
            .collect();
        textwrap::core::display_width(&part)
    };
    let (opening, ending) = (
        if first > 0 { "\u{2026}" } else { "" },
        if is_cut { "\u{2026}" } else { "" },
    );
    let indent = textwrap::core::display_width(opening) + width(first, start);
    let carets = width(start, end.min(first + BEFORE + BEHIND)).max(1);
    format!(
        "    {opening}{shown}{ending}\n    {}{}",
        " ".repeat(indent),
        "^".repeat(carets)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_below_the_place_however_wide_its_characters_are() {
        assert_eq!(
            pointed_at("law yaer:2002", &(4..8)),
            "    law yaer:2002\n        ^^^^"
        );
        assert_eq!(pointed_at("共有 )", &(7..8)), "    共有 )\n         ^");
        assert_eq!(pointed_at("a\nb )", &(4..4)), "    a b )\n        ^");
    }

    #[test]
    fn of_a_long_query_the_part_around_the_place_is_shown() {
        let query = format!("{}) {}", "a".repeat(400), "b".repeat(400));
        let shown = pointed_at(&query, &(400..401));
        let (text, mark) = shown.split_once('\n').unwrap();
        assert!(text.chars().count() < 130, "{shown}");
        assert_eq!(text.chars().position(|c| c == ')'), mark.find('^'));
    }
}
