//! Splitting a file into entries and the text between them.
//!
//! One pass without recursion, in linear time. It never fails, and the joined pieces are the text.
//! BibTeX and biber stop or run on when a brace is missing; here an entry ends at the latest where
//! the next one begins at the start of a line, so that a malformed entry costs one entry.
//!
//! As in BibTeX braces count even after a backslash. As in biber `%` comments out the rest of its line
//! outside values, and `@comment{…}` is one piece, entries inside it included.

use std::collections::HashMap;
use std::ops::Range;

use memchr::{memchr, memchr2, memchr3};

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The kind of piece.
    pub kind: PieceKind,
    /// The text itself.
    pub text: &'a str,
    /// The position, in bytes.
    pub range: Range<usize>,
    /// The line on which it begins, from 1.
    pub line: usize,
}

/// The kind of a [`Piece`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PieceKind {
    /// An entry from its `@` to its closing delimiter; its content is not checked.
    Entry,
    /// `@string{…}`
    Abbreviation,
    /// `@preamble{…}`
    Preamble,
    /// `@comment{…}`, or `@comment` and the rest of its line.
    Comment,
    /// Anything between: white space, `%` comments, and other text, which BibTeX ignores.
    Text,
    /// Something that begins like an entry but is malformed.
    Broken(SplitError),
}

/// A reason why an entry could not be delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    /// A brace or parenthesis is missing.
    #[error("is not closed: a closing brace, parenthesis or quotation mark is missing")]
    Unclosed,
    /// `"…}`
    #[error("has a quoted value with an extra closing brace or no closing quotation mark")]
    BraceInQuotes,
    /// Fields follow the entry's closing delimiter.
    #[error("is closed too early: fields follow the closing brace")]
    ClosedEarly,
    /// `@article key, …`
    #[error("has no opening brace after the entry type")]
    NoDelimiter,
    /// `@{key, …`
    #[error("has no entry type")]
    NoType,
}

/// Cuts `text` into pieces, which joined are `text`.
pub fn split(text: &str) -> Vec<Piece<'_>> {
    let mut splitter = Splitter {
        text,
        bytes: text.as_bytes(),
        pieces: Vec::with_capacity(text.len() / 200),
        line: 1,
        recovering: false,
        line_comments: false,
        closings: None,
    };
    splitter.run();
    splitter.pieces
}

/// Returns the number of line breaks in `text`: LF, CRLF, or CR alone.
pub(crate) fn line_breaks(text: &str) -> usize {
    let bytes = text.as_bytes();
    let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
    if memchr(b'\r', bytes).is_none() {
        return feeds;
    }
    let alone = bytes
        .windows(2)
        .filter(|pair| matches!(pair, [b'\r', next] if *next != b'\n'))
        .count();
    feeds + alone + usize::from(bytes.last() == Some(&b'\r'))
}

/// Characters allowed in an entry type, as in biber; the first one is a letter.
fn is_type_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'+') || byte >= 0x80
}

/// The `@type{` of an entry.
struct EntryHead {
    entry_type: Range<usize>,
    /// The position of the `{` or `(`.
    delimiter: usize,
}

/// The end of an entry, and the error if it is malformed.
struct EntryExtent {
    end: usize,
    error: Option<SplitError>,
}

struct Splitter<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pieces: Vec<Piece<'a>>,
    line: usize,
    /// Whether an entry has run to the end of the text. From then on every start of an entry at the
    /// start of a line ends the entry before it, so that no stretch is read again and again.
    recovering: bool,
    /// Whether a `@comment(` was never closed; from then on such a comment is one line.
    line_comments: bool,
    /// Which brace closes which, worked out once a comment turned out not to be closed.
    closings: Option<HashMap<usize, usize>>,
}

impl<'a> Splitter<'a> {
    fn run(&mut self) {
        let mut text_start = 0;
        let mut position = 0;
        while let Some(found) = self.find2(b'@', b'%', position) {
            if self.at(found) == Some(b'%') {
                position = self.line_end(found);
                continue;
            }
            let Some((kind, end)) = self.piece_at(found) else {
                position = found + 1;
                continue;
            };
            self.push(PieceKind::Text, text_start..found);
            self.push(kind, found..end);
            text_start = end;
            position = end;
        }
        self.push(PieceKind::Text, text_start..self.bytes.len());
    }

    fn push(&mut self, kind: PieceKind, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        // All ends are next to ASCII characters or at the ends of the text, so this always
        // succeeds.
        let text = self.text.get(range.clone()).unwrap_or_default();
        self.pieces.push(Piece {
            kind,
            text,
            range,
            line: self.line,
        });
        self.line += line_breaks(text);
    }

    /// Returns what begins at the `@` at `position`, and its end; `None` if the `@` is plain text.
    fn piece_at(&mut self, position: usize) -> Option<(PieceKind, usize)> {
        let Some(head) = self.head(position) else {
            return self.headless(position);
        };
        let entry_type = self.slice(head.entry_type.clone());
        let before = position.checked_sub(1).and_then(|before| self.at(before));
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric()) && !is_known_type(entry_type) {
            // An address such as someone@example{…}.
            return None;
        }
        if entry_type.eq_ignore_ascii_case("comment") {
            return Some((PieceKind::Comment, self.comment_end(position, &head)));
        }
        let kind = if entry_type.eq_ignore_ascii_case("string") {
            PieceKind::Abbreviation
        } else if entry_type.eq_ignore_ascii_case("preamble") {
            PieceKind::Preamble
        } else {
            PieceKind::Entry
        };
        let extent = self.extent(position, &head);
        match extent.error {
            Some(error) => Some((PieceKind::Broken(error), extent.end)),
            None if self.goes_on(extent.end) => Some((
                PieceKind::Broken(SplitError::ClosedEarly),
                self.next_entry(extent.end),
            )),
            None => Some((kind, extent.end)),
        }
    }

    /// Returns an `@` that is not followed by a type and a delimiter: a comment line, a broken
    /// entry, or text.
    fn headless(&self, position: usize) -> Option<(PieceKind, usize)> {
        if self.is_comment_word(position) {
            return Some((PieceKind::Comment, self.line_end(position)));
        }
        let (error, end) = self.error_without_head(position)?;
        Some((PieceKind::Broken(error), self.next_entry(end)))
    }

    fn is_comment_word(&self, position: usize) -> bool {
        let start = self.skip_blanks(position + 1);
        let end = self.skip_while(start, is_type_character);
        self.slice(start..end).eq_ignore_ascii_case("comment")
    }

    /// Returns the error in the entry without a head at `position`, and the end of its key.
    fn error_without_head(&self, position: usize) -> Option<(SplitError, usize)> {
        let start = self.skip_blanks(position + 1);
        let end = self.skip_while(start, is_type_character);
        let entry_type = self.slice(start..end);
        if !self.starts_line(position) {
            return None;
        }
        if is_known_type(entry_type) {
            let key = self.skip_blanks(end);
            let key_end = self.skip_while(key, is_key_byte);
            if key_end > key && key > end && self.at(key_end) == Some(b',') {
                return Some((SplitError::NoDelimiter, key_end));
            }
        } else if entry_type.is_empty() && self.at(start) == Some(b'{') {
            let key = self.skip_blanks(start + 1);
            let key_end = self.skip_while(key, is_key_byte);
            if key_end > key && self.at(key_end) == Some(b',') {
                return Some((SplitError::NoType, key_end));
            }
        }
        None
    }

    /// Returns the end of the entry with this head.
    fn extent(&mut self, position: usize, head: &EntryHead) -> EntryExtent {
        let parenthesis = self.at(head.delimiter) == Some(b'(');
        let indentation = self.indentation(position);
        let mut depth = 0_usize;
        let mut quoted = false;
        // Whether the last character that was no white space was `=` or `#`, after which alone a
        // quotation mark opens a value.
        let mut value_begins = false;
        let mut here = head.delimiter + 1;
        while let Some(byte) = self.at(here) {
            if depth > 0 {
                // Inside a braced value nothing matters but braces and the start of a next entry.
                let Some(next) = self.find3(b'{', b'}', b'@', here) else {
                    break;
                };
                match self.at(next) {
                    Some(b'{') => depth += 1,
                    Some(b'}') => depth -= 1,
                    _ if self.is_next_entry(next, indentation) => {
                        return EntryExtent {
                            end: next,
                            error: Some(SplitError::Unclosed),
                        };
                    }
                    _ => {}
                }
                here = next + 1;
                value_begins = false;
                continue;
            }
            match byte {
                b'{' => depth += 1,
                b'}' if quoted => {
                    return EntryExtent {
                        end: self.next_entry(here),
                        error: Some(SplitError::BraceInQuotes),
                    };
                }
                b'}' if !parenthesis => {
                    return EntryExtent {
                        end: here + 1,
                        error: None,
                    };
                }
                b')' if parenthesis && !quoted => {
                    return EntryExtent {
                        end: here + 1,
                        error: None,
                    };
                }
                b'"' if quoted => quoted = false,
                b'"' if value_begins => quoted = true,
                b'%' if !quoted => {
                    here = self.line_end(here);
                    continue;
                }
                b'@' if self.is_next_entry(here, indentation) => {
                    return EntryExtent {
                        end: here,
                        error: Some(SplitError::Unclosed),
                    };
                }
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                value_begins = !quoted && matches!(byte, b'=' | b'#');
            }
            here += 1;
        }
        self.recovering = true;
        EntryExtent {
            end: self.next_entry(head.delimiter),
            error: Some(SplitError::Unclosed),
        }
    }

    /// Returns whether the `@` at `position`, met inside an entry, begins the next entry, so that
    /// the one before it was not closed. Inside a value only what is plainly an entry counts: at
    /// the start of a line, no deeper than the entry before it, and with a key and a comma.
    fn is_next_entry(&self, position: usize, indentation: usize) -> bool {
        if !self.starts_line(position) {
            return false;
        }
        let Some(head) = self.head(position) else {
            return false;
        };
        if self.recovering {
            return true;
        }
        if self.indentation(position) > indentation {
            return false;
        }
        if self
            .slice(head.entry_type.clone())
            .eq_ignore_ascii_case("comment")
        {
            return true;
        }
        let key = self.skip_while(head.delimiter + 1, |byte| byte.is_ascii_whitespace());
        let key_end = self.skip_while(key, is_key_byte);
        let after = self.skip_while(key_end, |byte| byte.is_ascii_whitespace());
        matches!(self.at(after), Some(b',' | b'='))
    }

    /// Returns the next start of an entry at the start of a line after `position`, or the end of
    /// the text.
    fn next_entry(&self, position: usize) -> usize {
        let mut here = position;
        while let Some(found) = self.find2(b'@', b'@', here) {
            if self.starts_line(found)
                && (self.head(found).is_some() || self.error_without_head(found).is_some())
            {
                return found;
            }
            here = found + 1;
        }
        self.bytes.len()
    }

    /// Returns whether fields follow the closing delimiter before `end`: a comma, a name and `=`.
    fn goes_on(&self, end: usize) -> bool {
        let comma = self.skip_while(end, |byte| byte.is_ascii_whitespace());
        if self.at(comma) != Some(b',') {
            return false;
        }
        let name = self.skip_while(comma + 1, |byte| byte.is_ascii_whitespace());
        let name_end = self.skip_while(name, is_type_character);
        let equals = self.skip_while(name_end, |byte| byte.is_ascii_whitespace());
        name_end > name && self.at(equals) == Some(b'=')
    }

    /// Returns the end of a comment: its closing delimiter, entries inside it included. An unclosed
    /// one is treated as in BibTeX, which skips only the word.
    fn comment_end(&mut self, position: usize, head: &EntryHead) -> usize {
        if self.at(head.delimiter) == Some(b'(') {
            return self.parenthesised_comment_end(position, head);
        }
        let closing = match &self.closings {
            Some(closings) => closings.get(&head.delimiter).copied(),
            None => {
                let closing = self.closing_brace(head.delimiter);
                if closing.is_none() {
                    self.closings = Some(self.all_closings(head.delimiter));
                }
                closing
            }
        };
        closing.map_or_else(|| self.line_end(position), |closing| closing + 1)
    }

    fn parenthesised_comment_end(&mut self, position: usize, head: &EntryHead) -> usize {
        if !self.line_comments {
            let mut depth = 0_usize;
            let mut here = head.delimiter;
            while let Some(found) = self.find2(b'(', b')', here) {
                match self.at(found) {
                    Some(b'(') => depth += 1,
                    _ => depth -= 1,
                }
                if depth == 0 {
                    return found + 1;
                }
                here = found + 1;
            }
            self.line_comments = true;
        }
        self.line_end(position)
    }

    fn closing_brace(&self, opening: usize) -> Option<usize> {
        let mut depth = 0_usize;
        let mut here = opening;
        while let Some(found) = self.find2(b'{', b'}', here) {
            match self.at(found) {
                Some(b'{') => depth += 1,
                _ => depth -= 1,
            }
            if depth == 0 {
                return Some(found);
            }
            here = found + 1;
        }
        None
    }

    fn all_closings(&self, from: usize) -> HashMap<usize, usize> {
        let mut open = Vec::new();
        let mut closings = HashMap::new();
        let mut here = from;
        while let Some(found) = self.find2(b'{', b'}', here) {
            if self.at(found) == Some(b'{') {
                open.push(found);
            } else if let Some(opening) = open.pop() {
                closings.insert(opening, found);
            }
            here = found + 1;
        }
        closings
    }

    /// Returns the type and delimiter after the `@` at `position`.
    fn head(&self, position: usize) -> Option<EntryHead> {
        let start = self.skip_while(position + 1, |byte| byte.is_ascii_whitespace());
        let end = self.skip_while(start, is_type_character);
        let first = self.at(start)?;
        if end == start || !(first.is_ascii_alphabetic() || first >= 0x80) {
            return None;
        }
        let delimiter = self.skip_while(end, |byte| byte.is_ascii_whitespace());
        matches!(self.at(delimiter), Some(b'{' | b'(')).then_some(EntryHead {
            entry_type: start..end,
            delimiter,
        })
    }

    /// Returns whether only blanks precede `position` on its line.
    fn starts_line(&self, position: usize) -> bool {
        let before = self.bytes.get(..position).unwrap_or_default();
        match before.iter().rfind(|byte| !matches!(byte, b' ' | b'\t')) {
            None => true,
            Some(byte) => matches!(byte, b'\n' | b'\r'),
        }
    }

    /// Returns the number of blanks right before `position`.
    fn indentation(&self, position: usize) -> usize {
        let before = self.bytes.get(..position).unwrap_or_default();
        let blanks = before.iter().rev();
        blanks
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count()
    }

    fn at(&self, position: usize) -> Option<u8> {
        self.bytes.get(position).copied()
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    fn find2(&self, one: u8, other: u8, from: usize) -> Option<usize> {
        memchr2(one, other, self.bytes.get(from..)?).map(|found| from + found)
    }

    fn find3(&self, one: u8, other: u8, third: u8, from: usize) -> Option<usize> {
        memchr3(one, other, third, self.bytes.get(from..)?).map(|found| from + found)
    }

    fn line_end(&self, from: usize) -> usize {
        self.find2(b'\n', b'\r', from).unwrap_or(self.bytes.len())
    }

    fn skip_blanks(&self, from: usize) -> usize {
        self.skip_while(from, |byte| matches!(byte, b' ' | b'\t'))
    }

    fn skip_while(&self, from: usize, wanted: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| wanted(**byte)).count()
    }
}

/// Returns whether a byte may occur in a citation key, as in BibTeX and biber.
pub(crate) fn is_key_byte(byte: u8) -> bool {
    !byte.is_ascii_whitespace()
        && !matches!(
            byte,
            b',' | b'{' | b'}' | b'(' | b')' | b'"' | b'=' | b'#' | b'%' | b'@'
        )
}

fn is_known_type(entry_type: &str) -> bool {
    let name = entry_type.to_ascii_lowercase();
    matches!(name.as_str(), "string" | "preamble" | "comment")
        || super::schema::entry_type(&name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(PieceKind, &str)> {
        let pieces = split(text);
        let joined: String = pieces.iter().map(|piece| piece.text).collect();
        assert_eq!(joined, text);
        pieces
            .into_iter()
            .map(|piece| (piece.kind, piece.text))
            .filter(|(kind, text)| *kind != PieceKind::Text || !text.trim().is_empty())
            .collect()
    }

    #[test]
    fn entries_and_the_text_between_them_are_kept_apart() {
        let text = "junk\n@string{a = \"b\"}\n@Article (k, t = {)}, u = \")\")\n@comment{@book{x,}}\n@preamble{\"}\"{}}";
        let found = kinds(text);
        assert_eq!(found.first(), Some(&(PieceKind::Text, "junk\n")));
        assert_eq!(found[1], (PieceKind::Abbreviation, "@string{a = \"b\"}"));
        assert_eq!(found[2].1, "@Article (k, t = {)}, u = \")\")");
        assert_eq!(found[3], (PieceKind::Comment, "@comment{@book{x,}}"));
    }

    #[test]
    fn an_unclosed_entry_ends_where_the_next_begins() {
        let text = "@a{one,\n t = {x\n}\n@b{two,\n t = {y}}\n";
        let found = kinds(text);
        assert_eq!(
            found,
            [
                (
                    PieceKind::Broken(SplitError::Unclosed),
                    "@a{one,\n t = {x\n}\n"
                ),
                (PieceKind::Entry, "@b{two,\n t = {y}}"),
            ]
        );
    }

    #[test]
    fn an_unclosed_quotation_ends_where_the_next_entry_begins() {
        let text = "@a{one,\n t = \"x,\n}\n@b{two,\n t = \"y\"}\n";
        let found = kinds(text);
        assert_eq!(found[0].0, PieceKind::Broken(SplitError::BraceInQuotes));
        assert_eq!(found[1], (PieceKind::Entry, "@b{two,\n t = \"y\"}"));
    }

    #[test]
    fn fields_after_the_end_are_not_lost_in_silence() {
        let found = kinds("@a{one, t = {x}},\n year = 1999\n}\n@b{two, t = {y}}");
        assert_eq!(found[0].0, PieceKind::Broken(SplitError::ClosedEarly));
        assert_eq!(found[1].0, PieceKind::Entry);
    }

    #[test]
    fn mail_addresses_and_commented_lines_are_text() {
        let text = "me@example.org (home)\n% @article{no,}\n@article{yes, t = {a@b{c}}}";
        assert_eq!(kinds(text).len(), 2);
    }

    #[test]
    fn entries_without_delimiter_or_type_are_broken() {
        let found = kinds("@article key,\n t = {x}\n}\n@{key,\n t = {x}}\n@a{b,}");
        assert_eq!(found[0].0, PieceKind::Broken(SplitError::NoDelimiter));
        assert_eq!(found[1].0, PieceKind::Broken(SplitError::NoType));
        assert_eq!(found[2].0, PieceKind::Entry);
    }

    #[test]
    fn hostile_input_takes_linear_time() {
        for unit in [
            "{",
            "@a{",
            "@a{\n",
            "@a(\n",
            "@comment{",
            "@comment(",
            "@comment{\n@a{x,\n",
            "\n @",
            "@a{b,c=\"",
            " @a{\n",
        ] {
            let text = unit.repeat(1_000_000 / unit.len());
            kinds(&text);
        }
        let mut deeper = String::new();
        for depth in 0..1000 {
            deeper.push_str(&" ".repeat(depth));
            deeper.push_str("@a{b,\n");
        }
        kinds(&deeper);
    }

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        let lines = |text: &str| split(text).last().map(|piece| piece.line);
        assert_eq!(lines("\r\n\r\n@a{b,}"), Some(3));
        assert_eq!(lines("\r\r@a{b,}"), Some(3));
        assert_eq!(lines("\n\n@a{b,}"), Some(3));
    }
}
