//! A parser of pandoc's citation syntax (manual, "Citation syntax") in a passage.

use std::collections::HashMap;
use std::ops::Range;

use super::citable_text::{CharKind, Passage, SourceChar};

/// A cite as written in the document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrittenCite {
    /// The key.
    pub key: String,
    /// The byte offset of the key in the document.
    pub at: usize,
    /// The text before the key, in Markdown.
    pub prefix: String,
    /// The text after it, including the locator.
    pub suffix: String,
    /// Whether a minus sign before the key suppresses the author.
    pub suppress_author: bool,
    /// Keys in the suffix with their offsets; they lack a semicolon before them.
    pub strays: Vec<(String, usize)>,
}

/// An item found in a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PassageItem {
    Citation {
        cites: Vec<WrittenCite>,
        /// Whether it is part of the sentence (`@key`) or in brackets (`[@key]`).
        in_sentence: bool,
        /// Its character range in the passage.
        span: (usize, usize),
    },
    /// A reference to a footnote.
    Reference { label: String },
    /// An inline note: the indexes of its `^` and of its closing bracket.
    InlineNote { start: usize, end: usize },
}

/// Parts of affixes that a citation style must not interpret. Each is replaced by a private-use character
/// until the citation is printed.
#[derive(Debug, Clone, Default)]
pub(super) struct Placeholders {
    fragments: Vec<(char, String)>,
    next: u32,
}

impl Placeholders {
    /// Creates a table whose characters do not occur in `source`.
    pub(super) fn new(source: &str) -> Self {
        let in_plane = |character: &char| ('\u{f0000}'..='\u{ffffd}').contains(character);
        let highest = source.chars().filter(in_plane).max();
        Self {
            fragments: Vec::new(),
            next: highest.map_or(0xf_0000, |highest| u32::from(highest) + 1),
        }
    }

    fn hold(&mut self, fragment: String) -> String {
        match char::from_u32(self.next).filter(|character| *character <= '\u{ffffd}') {
            Some(character) => {
                self.next += 1;
                self.fragments.push((character, fragment));
                character.to_string()
            }
            None => fragment,
        }
    }

    /// Replaces the characters in a text by the original parts.
    pub(super) fn restored(&self, text: &str) -> String {
        if self.fragments.is_empty() || !text.contains(|c| ('\u{f0000}'..='\u{ffffd}').contains(&c))
        {
            return text.to_owned();
        }
        let mut restored = String::with_capacity(text.len());
        for character in text.chars() {
            let at = self
                .fragments
                .binary_search_by_key(&character, |(held, _)| *held);
            match at.ok().and_then(|at| self.fragments.get(at)) {
                Some((_, fragment)) => restored.push_str(fragment),
                None => restored.push(character),
            }
        }
        restored
    }
}

/// Finds the citations of a passage. `is_own` returns whether a key is a label of the document.
pub(super) fn scan(
    passage: &Passage,
    held: &mut Placeholders,
    is_own: &dyn Fn(&str) -> bool,
) -> Vec<PassageItem> {
    let mut scanner = Scanner {
        glyphs: &passage.glyphs,
        pairs: BracketPairs::of(&passage.glyphs),
        held,
        is_own,
    };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(glyph) = passage.glyphs.get(at) {
        if let Some(label) = passage.references.get(&glyph.at) {
            found.push(PassageItem::Reference {
                label: label.clone(),
            });
        }
        match (glyph.kind, glyph.character) {
            (CharKind::Plain, '[') => {
                if let Some((cites, end)) = scanner.bracketed(at) {
                    let cites = scanner.take_texts(cites);
                    found.push(PassageItem::Citation {
                        cites,
                        in_sentence: false,
                        span: (at, end),
                    });
                    at = end;
                    continue;
                }
            }
            (CharKind::Plain, '^') if scanner.is(at + 1, '[') => {
                if let Some(end) = scanner.closing(at + 1) {
                    found.push(PassageItem::InlineNote { start: at, end });
                    at += 2;
                    continue;
                }
            }
            (CharKind::Plain, '@' | '-') => {
                if let Some((cites, end)) = scanner.in_sentence(at) {
                    found.push(PassageItem::Citation {
                        cites,
                        in_sentence: true,
                        span: (at, end),
                    });
                    at = end;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Returns the keys in a text that contains only citations, such as the metadata field `nocite`; `*` means
/// every work.
pub(super) fn keys(text: &str) -> Vec<String> {
    let glyphs: Vec<SourceChar> = text
        .char_indices()
        .map(|(at, character)| SourceChar {
            character,
            at,
            kind: CharKind::Plain,
        })
        .collect();
    let scanner = Scanner {
        glyphs: &glyphs,
        pairs: BracketPairs::of(&glyphs),
        held: &mut Placeholders::default(),
        is_own: &|_| false,
    };
    let mut keys = Vec::new();
    let mut at = 0;
    while at < glyphs.len() {
        if scanner.is(at, '@') && scanner.is(at + 1, '*') {
            keys.push("*".to_owned());
            at += 2;
        } else if let Some(key) = scanner.key(at) {
            keys.push(key.key);
            at = key.end;
        } else {
            at += 1;
        }
    }
    keys
}

/// The ends of the brackets and braces of a passage, found once so that unclosed ones do not make the scanner read
/// the passage again and again.
struct BracketPairs {
    /// The closing bracket of each opening one, by the index of the opening one.
    brackets: HashMap<usize, usize>,
    /// The same for braces on one line.
    braces: HashMap<usize, usize>,
}

impl BracketPairs {
    fn of(glyphs: &[SourceChar]) -> Self {
        let mut pairs = Self {
            brackets: HashMap::new(),
            braces: HashMap::new(),
        };
        let (mut brackets, mut braces) = (Vec::new(), Vec::new());
        for (at, glyph) in glyphs.iter().enumerate() {
            let is_plain = glyph.kind == CharKind::Plain;
            match glyph.character {
                '[' if is_plain => brackets.push(at),
                ']' if is_plain => {
                    pairs.brackets.extend(brackets.pop().map(|open| (open, at)));
                }
                '{' => braces.push(at),
                '}' => pairs.braces.extend(braces.pop().map(|open| (open, at))),
                '\n' => braces.clear(),
                _ => {}
            }
        }
        pairs
    }
}

/// A cite whose texts were not taken out of the passage yet. A bracket within brackets can turn out to be no citation
/// only at its end, and copying the text of each would take quadratic time.
struct FoundCite {
    key: Key,
    prefix: Range<usize>,
    suffix: Range<usize>,
}

struct Scanner<'p> {
    glyphs: &'p [SourceChar],
    pairs: BracketPairs,
    held: &'p mut Placeholders,
    is_own: &'p dyn Fn(&str) -> bool,
}

/// A key with its sign and its end.
struct Key {
    key: String,
    at: usize,
    suppress_author: bool,
    end: usize,
}

impl Scanner<'_> {
    /// Returns whether this character is here and not escaped.
    fn is(&self, at: usize, character: char) -> bool {
        self.plain(at) == Some(character)
    }

    fn plain(&self, at: usize) -> Option<char> {
        self.glyphs
            .get(at)
            .filter(|glyph| glyph.kind == CharKind::Plain)
            .map(|glyph| glyph.character)
    }

    /// Parses `@key`, `-@key` or `@{any key}`.
    fn key(&self, at: usize) -> Option<Key> {
        let before = |back: usize| {
            let glyph = self.glyphs.get(at.checked_sub(back)?)?;
            Some(glyph.character)
        };
        let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
        // An email address or another kind of word.
        if is_word(before(1))
            || before(1).is_some_and(|c| matches!(c, '.' | '_' | '+' | '%')) && is_word(before(2))
        {
            return None;
        }
        let suppress_author = self.is(at, '-') && before(1) != Some('-');
        let sign = at + usize::from(suppress_author);
        if !self.is(sign, '@') {
            return None;
        }
        let start = sign + 1;
        let (key, end) = if self.is(start, '{') {
            self.braced_key(start)?
        } else {
            self.bare_key(start)?
        };
        let at = self.glyphs.get(sign)?.at;
        (!(self.is_own)(&key)).then_some(Key {
            key,
            at,
            suppress_author,
            end,
        })
    }

    fn braced_key(&self, open: usize) -> Option<(String, usize)> {
        let close = *self.pairs.braces.get(&open)?;
        let inside = self.glyphs.get(open + 1..close)?;
        let key: String = inside.iter().map(|glyph| glyph.character).collect();
        let key = key.trim().to_owned();
        (!key.is_empty()).then_some((key, close + 1))
    }

    /// Parses a letter, digit or `_`, followed by more of them with single punctuation marks in between.
    fn bare_key(&self, start: usize) -> Option<(String, usize)> {
        let is_regular = |at: usize| {
            self.plain(at)
                .is_some_and(|character| character.is_alphanumeric() || character == '_')
        };
        if !is_regular(start) {
            return None;
        }
        let mut end = start + 1;
        loop {
            let inside = |character: char| ":.#$%&-+?<>~/".contains(character);
            if is_regular(end) {
                end += 1;
            } else if self.plain(end).is_some_and(inside) && is_regular(end + 1) {
                end += 2;
            } else if self.plain(end).is_some_and(|c| matches!(c, ':' | '/'))
                && self.is(end + 1, '/')
            {
                // The start of a URL.
                end += 1;
            } else {
                break;
            }
        }
        // Trailing slashes do not belong to the key.
        while end > start && !is_regular(end - 1) {
            end -= 1;
        }
        let key = self.glyphs.get(start..end)?;
        Some((key.iter().map(|glyph| glyph.character).collect(), end))
    }

    /// Returns the end of white space that contains at most one line break.
    fn space(&self, mut at: usize) -> usize {
        let mut breaks = 0;
        while let Some(glyph) = self.glyphs.get(at) {
            match glyph.character {
                ' ' | '\t' | '\r' => {}
                '\n' if breaks == 0 => breaks += 1,
                _ => break,
            }
            at += 1;
        }
        at
    }

    /// Returns the bracket that closes the one at `open`.
    fn closing(&self, open: usize) -> Option<usize> {
        self.pairs.brackets.get(&open).copied()
    }

    /// Parses `[see @one, p. 3; @two]` and returns its end.
    fn bracketed(&self, open: usize) -> Option<(Vec<FoundCite>, usize)> {
        if self.is(open + 1, '^') {
            return None;
        }
        let (cites, close) = self.cites(open + 1)?;
        let end = close + 1;
        let is_span = self.is(end, '{')
            && self
                .plain(end + 1)
                .is_some_and(|c| matches!(c, '.' | '#' | '-') || c.is_alphanumeric());
        (!is_span).then_some((cites, end))
    }

    /// Parses cites separated by semicolons, up to the closing bracket.
    fn cites(&self, start: usize) -> Option<(Vec<FoundCite>, usize)> {
        let mut cites = Vec::new();
        let mut at = self.space(start);
        loop {
            let cite = self.cite(at)?;
            let end = cite.suffix.end;
            cites.push(cite);
            if self.is(end, ']') {
                return Some((cites, end));
            }
            at = self.space(end + 1);
        }
    }

    /// Parses a cite up to the semicolon or bracket after it.
    fn cite(&self, start: usize) -> Option<FoundCite> {
        let mut at = start;
        let mut stars = 0;
        let key = loop {
            match self.plain(at) {
                Some(']' | ';') => return None,
                Some('[') => at = self.closing(at)? + 1,
                Some('@' | '-') if let Some(key) = self.key(at) => break key,
                Some('*') => {
                    stars += 1;
                    at += 1;
                }
                _ => {
                    self.glyphs.get(at)?;
                    at += 1;
                }
            }
        };
        // A key within emphasis is a separate citation.
        if stars % 2 == 1 {
            return None;
        }
        let suffix = key.end..self.end_of_suffix(key.end)?;
        Some(FoundCite {
            key,
            prefix: start..at,
            suffix,
        })
    }

    /// Takes the texts of cites out of the passage.
    fn take_texts(&mut self, cites: Vec<FoundCite>) -> Vec<WrittenCite> {
        let mut written = Vec::with_capacity(cites.len());
        for cite in cites {
            written.push(WrittenCite {
                prefix: self.fragment(cite.prefix).trim().to_owned(),
                strays: self.strays(cite.suffix.clone()),
                suffix: self.fragment(cite.suffix),
                key: cite.key.key,
                at: cite.key.at,
                suppress_author: cite.key.suppress_author,
            });
        }
        written
    }

    /// Returns the keys in a range.
    fn strays(&self, range: Range<usize>) -> Vec<(String, usize)> {
        let mut strays = Vec::new();
        let mut at = range.start;
        while at < range.end {
            match self.key(at) {
                Some(key) => {
                    at = key.end;
                    if !key.suppress_author {
                        strays.push((key.key, key.at));
                    }
                }
                None => at += 1,
            }
        }
        strays
    }

    /// Returns the place of the next semicolon or closing bracket.
    fn end_of_suffix(&self, start: usize) -> Option<usize> {
        let mut at = start;
        loop {
            match self.plain(at) {
                Some(';' | ']') => return Some(at),
                Some('[') => at = self.closing(at)? + 1,
                _ => {
                    self.glyphs.get(at)?;
                    at += 1;
                }
            }
        }
    }

    /// Parses `@key` with an optional suffix and returns its end.
    fn in_sentence(&mut self, start: usize) -> Option<(Vec<WrittenCite>, usize)> {
        let key = self.key(start)?;
        let end = key.end;
        let mut first = WrittenCite {
            key: key.key,
            at: key.at,
            suppress_author: key.suppress_author,
            ..WrittenCite::default()
        };
        let open = self.space(end);
        if !self.is(open, '[') || self.is(open + 1, '^') {
            return Some((vec![first], end));
        }
        if let Some((others, end)) = self.bracketed(open) {
            let others = self.take_texts(others);
            return Some((std::iter::once(first).chain(others).collect(), end));
        }
        let locator = self.end_of_suffix(open + 1).and_then(|at| {
            let (others, close) = if self.is(at, ';') {
                self.cites(at + 1)?
            } else {
                (Vec::new(), at)
            };
            let is_link = matches!(self.plain(close + 1), Some('(' | '['));
            (!is_link).then_some((open + 1..at, others, close + 1))
        });
        if let Some((suffix, others, end)) = locator {
            let suffix = self.fragment(suffix);
            if !suffix.trim().is_empty() {
                first.suffix = suffix;
                let others = self.take_texts(others);
                return Some((std::iter::once(first).chain(others).collect(), end));
            }
        }
        Some((vec![first], end))
    }

    /// Returns the Markdown of a range, with opaque parts replaced by placeholders.
    fn fragment(&mut self, range: Range<usize>) -> String {
        let mut text = String::new();
        let mut opaque = String::new();
        for glyph in self.glyphs.get(range).unwrap_or_default() {
            if glyph.kind == CharKind::Opaque {
                opaque.push(glyph.character);
                continue;
            }
            if !opaque.is_empty() {
                text.push_str(&self.held.hold(std::mem::take(&mut opaque)));
            }
            match glyph.character {
                '\n' => text.push(' '),
                '\r' => {}
                character => text.push(character),
            }
        }
        if !opaque.is_empty() {
            text.push_str(&self.held.hold(opaque));
        }
        text
    }
}
