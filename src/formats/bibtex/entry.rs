//! Parsing one entry: its type, its key and its fields as written.
//!
//! Unambiguous syntax errors are accepted with a warning, because the verbatim text is kept: a
//! missing comma between two fields, a missing `=`, a value without delimiters, white space in a
//! key. An entry without a key is rejected.

use std::ops::Range;

use memchr::{memchr, memchr3};

use super::splitter::{is_key_byte, line_breaks};
use super::{Diagnostic, Severity};
use crate::model::markup::{self, MAX_DEPTH as MAX_MARKUP_DEPTH};
use crate::model::{Entry, SharedText};

/// A reason why a text is not an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// The text does not begin with `@type{`.
    #[error("does not begin with @type{{")]
    NoHead,
    /// The key is empty or missing.
    #[error("has no citation key")]
    NoKey,
    /// The key contains a brace or a quotation mark.
    #[error("has a brace or a quotation mark in its citation key")]
    BadKey,
    /// The entry's closing delimiter, or that of a value, is missing.
    #[error("is not closed")]
    Unclosed,
    /// Something else is in place of a field.
    #[error("has {0:?} in place of a field")]
    Stray(String),
    /// The braces in this field are nested more than [`MAX_DEPTH`] deep.
    #[error("has braces nested more than {MAX_DEPTH} deep in {0}")]
    TooDeep(String),
    /// The markup in this field is nested more than [`MAX_MARKUP_DEPTH`] deep.
    #[error("has markup nested more than {MAX_MARKUP_DEPTH} deep in {0}")]
    MarkupTooDeep(String),
    /// The entry has more than `MAX_FIELDS` fields.
    #[error("has more than {MAX_FIELDS} fields")]
    TooManyFields,
    /// The text contains a NUL byte, as binary and damaged files do.
    #[error("contains a NUL byte")]
    Nul,
    /// The text is longer than 4 GiB.
    #[error("is longer than 4 GiB")]
    TooLong,
}

/// The maximum depth of braces in a value, those around it included.
///
/// Each level may become a level of formatting, which writers nest. The maximum is a multiple of
/// [`MAX_MARKUP_DEPTH`], because the markup of other formats becomes commands with braces.
pub const MAX_DEPTH: usize = 4 * MAX_MARKUP_DEPTH;

/// The maximum number of fields of an entry.
///
/// Many functions look up each field of an entry among all of them, so the time is quadratic in this number.
pub(crate) const MAX_FIELDS: usize = 1000;

/// An entry with its diagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParsedEntry {
    pub(crate) work: Entry,
    /// Warnings; their lines count from 1 at the entry's `@`.
    pub(crate) problems: Vec<Diagnostic>,
}

/// The place of a field in the text of its entry, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldRange {
    pub name: Range<usize>,
    /// The value with its delimiters; empty where it is missing.
    pub value: Range<usize>,
}

/// The places of an entry's parts in its text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub entry_type: Range<usize>,
    pub key: Range<usize>,
    pub(crate) fields: Vec<FieldRange>,
    /// The position of the closing delimiter.
    pub close: usize,
    /// Whether there is a comma after the last field (or after the key if there is none).
    pub trailing_comma: bool,
    warnings: Vec<LayoutWarning>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct LayoutWarning {
    position: usize,
    field: Option<String>,
    message: String,
}

/// Reads the text of one entry, from its `@` to its closing delimiter.
pub(crate) fn parse(source: SharedText) -> Result<ParsedEntry, EntryError> {
    if memchr(b'\0', source.as_bytes()).is_some() {
        return Err(EntryError::Nul);
    }
    if source.len() > Entry::MAX_LENGTH {
        return Err(EntryError::TooLong);
    }
    let layout = layout(&source)?;
    if layout.fields.len() > MAX_FIELDS {
        return Err(EntryError::TooManyFields);
    }
    if memchr(b'<', source.as_bytes()).is_some() {
        for field in &layout.fields {
            let value = source.get(field.value.clone()).unwrap_or_default();
            if markup::depth(value) > MAX_MARKUP_DEPTH {
                let name = source.get(field.name.clone()).unwrap_or_default();
                return Err(EntryError::MarkupTooDeep(name.to_owned()));
            }
        }
    }
    let key = source
        .get(layout.key.clone())
        .unwrap_or_default()
        .to_owned();
    let problems = layout
        .warnings
        .iter()
        .map(|warning| Diagnostic {
            line: 1 + line_breaks(source.get(..warning.position).unwrap_or_default()),
            key: Some(key.clone()),
            field: warning.field.clone(),
            message: warning.message.clone(),
            severity: Severity::Warning,
        })
        .collect();
    let fields = layout.fields.into_iter();
    let work = Entry::new(
        source,
        key,
        &layout.entry_type,
        fields.map(|field| (field.name, field.value)),
    );
    Ok(ParsedEntry { work, problems })
}

/// Finds the parts of an entry in its text.
pub(crate) fn layout(source: &str) -> Result<Layout, EntryError> {
    EntryReader {
        source,
        bytes: source.as_bytes(),
        here: 0,
        parenthesis: false,
        warnings: Vec::new(),
    }
    .layout()
}

/// Returns the citation key of a malformed entry, if one can be recognized.
pub(crate) fn visible_key(source: &str) -> Option<String> {
    let line = source.lines().next()?;
    let after = match line.split_once(['{', '(']) {
        Some((_, after)) => after,
        None => line.split_once(char::is_whitespace)?.1,
    };
    let key = after.split([',', '}', '"']).next()?.trim();
    (!key.is_empty() && !key.contains(['=', '{'])).then(|| key.to_owned())
}

struct EntryReader<'a> {
    source: &'a str,
    bytes: &'a [u8],
    here: usize,
    parenthesis: bool,
    warnings: Vec<LayoutWarning>,
}

impl EntryReader<'_> {
    fn layout(mut self) -> Result<Layout, EntryError> {
        if self.next_byte() != Some(b'@') {
            return Err(EntryError::NoHead);
        }
        self.here += 1;
        self.skip_space();
        let entry_type = self.take(|byte| {
            !byte.is_ascii_whitespace() && !matches!(byte, b'{' | b'(' | b'}' | b')' | b',' | b'"')
        });
        self.skip_space();
        self.parenthesis = match self.next_byte() {
            Some(b'{') => false,
            Some(b'(') => true,
            _ => return Err(EntryError::NoHead),
        };
        if entry_type.is_empty() {
            return Err(EntryError::NoHead);
        }
        self.here += 1;
        let key = self.key()?;
        let mut fields = Vec::new();
        let mut trailing_comma = false;
        loop {
            self.skip_space_and_comments();
            match self.next_byte() {
                None => return Err(EntryError::Unclosed),
                Some(b',') => {
                    self.here += 1;
                    trailing_comma = true;
                }
                Some(byte) if self.closes(byte) => break,
                Some(_) => {
                    let missing_comma = !trailing_comma;
                    let position = self.here;
                    let field = self.field()?;
                    if let Some(field) = field {
                        let name = self.slice(&field.name);
                        if missing_comma {
                            let before = if fields.is_empty() {
                                "the key".to_owned()
                            } else {
                                "the field before it".to_owned()
                            };
                            self.warn(position, Some(name), format!("no comma after {before}"));
                        }
                        fields.push(field);
                    }
                    trailing_comma = false;
                }
            }
        }
        Ok(Layout {
            entry_type,
            key,
            fields,
            close: self.here,
            trailing_comma,
            warnings: self.warnings,
        })
    }

    fn key(&mut self) -> Result<Range<usize>, EntryError> {
        let key = self.key_range()?;
        let written = self.source.get(key.clone()).unwrap_or_default();
        if let Some(message) = unusual_key(written) {
            self.warn(key.start, None, message);
        }
        Ok(key)
    }

    fn key_range(&mut self) -> Result<Range<usize>, EntryError> {
        self.skip_space();
        let mut key =
            self.take(|byte| is_key_byte(byte) || matches!(byte, b'"' | b'#' | b'%' | b'@' | b'('));
        self.take(|byte| matches!(byte, b' ' | b'\t'));
        let line_ends = matches!(self.next_byte(), Some(b'\n' | b'\r'));
        self.skip_space();
        match self.next_byte() {
            _ if key.is_empty() => return Err(EntryError::NoKey),
            None => return Err(EntryError::Unclosed),
            Some(b'=') => return Err(EntryError::NoKey),
            Some(byte) if line_ends || byte == b',' || self.closes(byte) => return Ok(key),
            Some(_) => {}
        }
        // Either a comma is missing after the key, or there is white space or something else in it.
        let after_key = self.here;
        let name = self.take(is_name_byte);
        self.skip_space();
        let is_field = !name.is_empty() && self.next_byte() == Some(b'=');
        self.here = after_key;
        if is_field {
            return Ok(key);
        }
        let rest = self.take(|byte| !matches!(byte, b',' | b'=' | b'\n' | b'\r' | b'"'));
        let rest = self.slice(&rest);
        let rest = if self.parenthesis {
            rest.split(')').next()
        } else {
            rest.split('}').next()
        };
        let rest = rest.unwrap_or_default();
        self.here = after_key + rest.len();
        if self.next_byte() == Some(b'=') {
            return Err(EntryError::NoKey);
        }
        if rest.contains('{') || self.next_byte() == Some(b'"') {
            return Err(EntryError::BadKey);
        }
        key.end = after_key + rest.trim_end().len();
        Ok(key)
    }

    /// Reads one field; `None`, with a warning, if there is only a stray name.
    fn field(&mut self) -> Result<Option<FieldRange>, EntryError> {
        let name = self.take(is_name_byte);
        if name.is_empty() {
            let stray = self.take(|byte| byte != b',' && byte != b'\n');
            let stray: String = self.slice(&stray).trim().chars().take(30).collect();
            return Err(EntryError::Stray(stray));
        }
        self.skip_space_and_comments();
        match self.next_byte() {
            Some(b'=') => self.here += 1,
            Some(b'{' | b'"') => {
                let shown = self.slice(&name);
                self.warn(
                    name.start,
                    Some(shown),
                    "no = after the field name".to_owned(),
                );
            }
            _ => {
                let shown = self.slice(&name);
                self.warn(
                    name.start,
                    None,
                    format!("ignored {shown}, which is not a field"),
                );
                return Ok(None);
            }
        }
        self.skip_space_and_comments();
        let value = self.value(&name)?;
        Ok(Some(FieldRange { name, value }))
    }

    /// Returns a value: braced, quoted or bare parts, joined by `#`.
    fn value(&mut self, name: &Range<usize>) -> Result<Range<usize>, EntryError> {
        let start = self.here;
        let mut end = start;
        loop {
            match self.next_byte() {
                None => return Err(EntryError::Unclosed),
                Some(b'{') => self.braced(name)?,
                Some(b'"') => self.quoted(name)?,
                Some(b',') => break,
                Some(byte) if self.closes(byte) => break,
                Some(_) => self.bare(name)?,
            }
            end = self.here;
            self.skip_space_and_comments();
            if self.next_byte() != Some(b'#') {
                break;
            }
            self.here += 1;
            end = self.here;
            self.skip_space_and_comments();
        }
        if start == end {
            let shown = self.slice(name);
            self.warn(name.start, Some(shown), "has no value".to_owned());
        }
        self.here = end;
        Ok(start..end)
    }

    fn braced(&mut self, name: &Range<usize>) -> Result<(), EntryError> {
        let mut depth = 0_usize;
        loop {
            let rest = self.bytes.get(self.here..).unwrap_or_default();
            let found = memchr3(b'{', b'}', b'}', rest).ok_or(EntryError::Unclosed)?;
            self.here += found;
            if self.next_byte() == Some(b'{') {
                depth = self.deeper(depth, name)?;
            } else {
                depth -= 1;
            }
            self.here += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn quoted(&mut self, name: &Range<usize>) -> Result<(), EntryError> {
        let mut depth = 0_usize;
        self.here += 1;
        loop {
            let rest = self.bytes.get(self.here..).unwrap_or_default();
            let found = memchr3(b'{', b'}', b'"', rest).ok_or(EntryError::Unclosed)?;
            self.here += found;
            match self.next_byte() {
                Some(b'{') => depth = self.deeper(depth, name)?,
                Some(b'}') => depth = depth.checked_sub(1).ok_or(EntryError::Unclosed)?,
                _ if depth == 0 => {
                    self.here += 1;
                    return Ok(());
                }
                _ => {}
            }
            self.here += 1;
        }
    }

    /// Reads a number or the name of an abbreviation; anything else up to the next comma is kept,
    /// too.
    fn bare(&mut self, name: &Range<usize>) -> Result<(), EntryError> {
        let start = self.here;
        let word = self.take(is_name_byte);
        self.skip_space_and_comments();
        let ends_well = match self.next_byte() {
            Some(b',' | b'#') | None => true,
            Some(byte) => self.closes(byte) || self.field_follows(),
        };
        if ends_well && !word.is_empty() {
            self.here = word.end;
            return Ok(());
        }
        self.here = start;
        let mut depth = 0_usize;
        while let Some(byte) = self.next_byte() {
            match byte {
                b'{' => depth = self.deeper(depth, name)?,
                b'}' if depth > 0 => depth -= 1,
                b',' | b'\n' | b'\r' if depth == 0 => break,
                _ if depth == 0 && self.closes(byte) => break,
                _ => {}
            }
            self.here += 1;
        }
        let text = self.slice(&(start..self.here));
        self.here = start + text.trim_end().len();
        if self.here == start {
            // Always advance, whatever the input.
            self.here += 1;
        }
        let shown = self.slice(name);
        self.warn(
            start,
            Some(shown),
            "the value has no braces or quotation marks".to_owned(),
        );
        Ok(())
    }

    /// Returns the depth inside a brace that opens at `depth` in the value of the field `name`.
    fn deeper(&self, depth: usize, name: &Range<usize>) -> Result<usize, EntryError> {
        if depth >= MAX_DEPTH {
            return Err(EntryError::TooDeep(self.slice(name)));
        }
        Ok(depth + 1)
    }

    /// Returns whether `name =` comes next; does not move.
    fn field_follows(&mut self) -> bool {
        let here = self.here;
        let name = self.take(is_name_byte);
        self.skip_space();
        let follows = !name.is_empty() && self.next_byte() == Some(b'=');
        self.here = here;
        follows
    }

    fn warn(&mut self, position: usize, field: Option<String>, message: String) {
        self.warnings.push(LayoutWarning {
            position,
            field,
            message,
        });
    }

    fn closes(&self, byte: u8) -> bool {
        byte == if self.parenthesis { b')' } else { b'}' }
    }

    fn next_byte(&self) -> Option<u8> {
        self.bytes.get(self.here).copied()
    }

    fn slice(&self, range: &Range<usize>) -> String {
        self.source
            .get(range.clone())
            .unwrap_or_default()
            .to_owned()
    }

    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> Range<usize> {
        let start = self.here;
        let rest = self.bytes.get(start..).unwrap_or_default();
        self.here += rest.iter().take_while(|byte| wanted(**byte)).count();
        start..self.here
    }

    fn skip_space(&mut self) {
        self.take(|byte| byte.is_ascii_whitespace());
    }

    fn skip_space_and_comments(&mut self) {
        self.skip_space();
        while self.next_byte() == Some(b'%') {
            self.take(|byte| byte != b'\n' && byte != b'\r');
            self.skip_space();
        }
    }
}

/// Returns whether a byte may occur in the name of a field or abbreviation, as in BibTeX and biber.
pub(crate) fn is_name_byte(byte: u8) -> bool {
    is_key_byte(byte) && byte != b'\'' && byte != b'~' && byte != b'\\'
}

/// Returns a warning about the characters of a key that LaTeX or biber cannot read.
fn unusual_key(key: &str) -> Option<String> {
    let is_unusual = |c: char| c.is_whitespace() || "\"#%{}()\\~@=".contains(c);
    if !key.contains(is_unusual) {
        return None;
    }
    let mut found: Vec<char> = key.chars().filter(|c| is_unusual(*c)).collect();
    found.sort_unstable();
    found.dedup();
    let reader = if found.iter().all(|c| matches!(c, '(' | ')')) {
        "biber cannot read it"
    } else {
        "LaTeX cannot cite it"
    };
    let mut names: Vec<String> = found
        .iter()
        .map(|c| match c.is_whitespace() {
            true => "white space".to_owned(),
            false => format!("\u{201c}{c}\u{201d}"),
        })
        .collect();
    names.dedup();
    let last = names.pop().unwrap_or_default();
    let list = match names.as_slice() {
        [] => last,
        names => format!("{} and {last}", names.join(", ")),
    };
    Some(format!("the citation key contains {list}; {reader}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(source: &str) -> Result<ParsedEntry, EntryError> {
        super::parse(source.into())
    }

    fn fields(source: &str) -> Vec<(String, String)> {
        let entry = parse(source).unwrap();
        assert_eq!(entry.work.source(), source);
        let fields = entry.work.fields();
        fields
            .map(|field| (field.name.to_owned(), field.value.to_owned()))
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        let pairs = expected.iter();
        pairs
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect()
    }

    #[test]
    fn fields_are_kept_as_written() {
        assert_eq!(
            fields(
                "@Book{ key , Title = \"A {\"}b{\"}\", year=1999,\n month = jan # \"~2\" , note={x{y}},}"
            ),
            pairs(&[
                ("Title", "\"A {\"}b{\"}\""),
                ("year", "1999"),
                ("month", "jan # \"~2\""),
                ("note", "{x{y}}"),
            ])
        );
    }

    #[test]
    fn small_slips_are_warnings() {
        let entry =
            parse("@a{k,\n a = {1}\n b = {2},\n c {3}, d = , e = not quoted at all, f}").unwrap();
        let messages: Vec<_> = entry
            .problems
            .iter()
            .map(|problem| (problem.line, problem.field.as_deref()))
            .collect();
        assert_eq!(
            messages,
            [
                (3, Some("b")),
                (4, Some("c")),
                (4, Some("d")),
                (4, Some("e")),
                (4, None)
            ]
        );
        assert_eq!(entry.work.field("e"), Some("not quoted at all"));
    }

    #[test]
    fn keys_may_be_odd_but_not_missing() {
        assert_eq!(
            parse("@a{Smith 2010, t = {x}}").unwrap().work.key,
            "Smith 2010"
        );
        assert_eq!(parse("@a{key t = {x}}").unwrap().work.key, "key");
        assert_eq!(parse("@a{key}").unwrap().work.key, "key");
        assert_eq!(parse("@a{, t = {x}}"), Err(EntryError::NoKey));
        assert_eq!(parse("@a{t = {x}}"), Err(EntryError::NoKey));
        assert_eq!(parse("@a{}"), Err(EntryError::NoKey));
        assert_eq!(parse("@a{k{1}, t = {x}}"), Err(EntryError::BadKey));
    }

    #[test]
    fn unusual_characters_of_keys_are_named() {
        for (key, warning) in [
            ("a b", Some("contains white space; LaTeX cannot cite it")),
            (
                "10.1000/x(2)",
                Some("contains \u{201c}(\u{201d} and \u{201c})\u{201d}; biber cannot read it"),
            ),
            (
                "k#1",
                Some("contains \u{201c}#\u{201d}; LaTeX cannot cite it"),
            ),
            ("Müller:2010+a/b'c", None),
        ] {
            let expected = warning.map(|warning| format!("the citation key {warning}"));
            assert_eq!(unusual_key(key), expected);
        }
    }

    #[test]
    fn comments_inside_entries_are_passed_over() {
        assert_eq!(
            fields("@a{k, % one\n a = 1, % b = 2,\n c = 3}"),
            pairs(&[("a", "1"), ("c", "3")])
        );
    }
}
