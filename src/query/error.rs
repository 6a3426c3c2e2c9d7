//! Errors in queries, shown with the query and a marker below the place.

use super::QuerySpan;
use crate::library::LibraryError;

/// A query that cannot be parsed, or that names something the library does not have.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The query does not follow the grammar.
    #[error("invalid query: {message}\n\n{}", excerpt(query, span))]
    Malformed {
        /// The query.
        query: String,
        /// The position of the error.
        span: QuerySpan,
        /// The problem.
        message: String,
        /// The text to write instead.
        help: Option<String>,
    },
    /// The query names something that does not exist, such as a field or a kind of note.
    #[error("{message}\n\n{}", excerpt(query, span))]
    Unknown {
        /// The query.
        query: String,
        /// The position of the name.
        span: QuerySpan,
        /// The name that does not exist.
        message: String,
        /// The text to write instead.
        help: Option<String>,
    },
    /// The query names a tag, a work or a list that the library does not have.
    #[error("{error}\n\n{}", excerpt(query, span))]
    NotInLibrary {
        /// The query.
        query: String,
        /// The position of the name.
        span: QuerySpan,
        /// The error of the library.
        error: Box<LibraryError>,
    },
    /// The library cannot be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

impl QueryError {
    pub(super) fn malformed(
        query: &str,
        span: QuerySpan,
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
}

/// Returns the query with a line of carets below `span`; of a long query, the part around it.
fn excerpt(query: &str, span: &QuerySpan) -> String {
    /// The number of characters of a long query that are shown before the marker, and after it.
    const BEFORE: usize = 50;
    const AFTER: usize = 70;
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
    // In characters: the white space that was replaced may be longer than a space in bytes.
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
    let shown: Vec<char> = line.chars().skip(first).take(BEFORE + AFTER).collect();
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
    let carets = width(start, end.min(first + BEFORE + AFTER)).max(1);
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
    fn carets_align_with_wide_characters() {
        assert_eq!(
            excerpt("law yaer:2002", &(4..8)),
            "    law yaer:2002\n        ^^^^"
        );
        assert_eq!(excerpt("共有 )", &(7..8)), "    共有 )\n         ^");
        assert_eq!(excerpt("a\nb )", &(4..4)), "    a b )\n        ^");
    }

    #[test]
    fn a_long_query_is_cut_around_the_error() {
        let query = format!("{}) {}", "a".repeat(400), "b".repeat(400));
        let shown = excerpt(&query, &(400..401));
        let (text, mark) = shown.split_once('\n').unwrap();
        assert!(text.chars().count() < 130, "{shown}");
        assert_eq!(text.chars().position(|c| c == ')'), mark.find('^'));
    }
}
