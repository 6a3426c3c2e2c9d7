//! The markup in fields: tags and quotation marks (appendix IV, "Rich text").
//!
//! Straight and curly quotation marks in a field are paired, so that outer and inner ones can alternate when
//! nested. A single one without a partner is an apostrophe. Unclosed tags and unopened closing tags are plain
//! text.

use std::ops::Range;

use super::formula;
use super::locale::QuoteMarks;
use super::name_parts::is_alphabetic_script;

/// A piece of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MarkupPiece<'t> {
    Text(&'t str),
    Apostrophe,
    Open(MarkupTag),
    Close,
}

/// Markup that spans text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkupTag {
    Italic,
    Bold,
    SmallCaps,
    Superscript,
    Subscript,
    NoDecoration,
    /// Text whose case does not change.
    NoCase,
    /// A quotation, in the outer or the inner marks of this field.
    Quote {
        inner: bool,
    },
}

/// Returns whether a field can contain markup; most do not.
pub(super) fn may_hold_markup(text: &str, quotes: &QuoteMarks) -> bool {
    text.bytes().any(|byte| matches!(byte, b'<' | b'"' | b'\''))
        || (!text.is_ascii()
            && ([
                &quotes.open,
                &quotes.open_inner,
                &quotes.close,
                &quotes.close_inner,
            ]
            .iter()
            .any(|mark| !mark.is_empty() && text.contains(mark.as_str()))))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MarkupTokenKind {
    Text,
    Open(MarkupTag, Closer),
    Close(Closer),
    /// A single straight quotation mark that can only be an apostrophe.
    Apostrophe,
    Dropped,
}

/// The mark that closes an opening mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closer {
    Tag(&'static str),
    Span,
    Double,
    Single,
    LocaleOuter,
    LocaleInner,
}

struct MarkupToken<'t> {
    text: &'t str,
    kind: MarkupTokenKind,
    /// Whether the mark has no partner.
    lone: bool,
}

/// Splits a field.
pub(super) fn parse<'t>(text: &'t str, quotes: &QuoteMarks) -> Vec<MarkupPiece<'t>> {
    let mut tokens = tokenize(text, quotes);
    pair(&mut tokens);
    // The straight quotation marks that occur first are the outer ones.
    let first_single = tokens
        .iter()
        .filter(|token| !token.lone)
        .find_map(|token| match token.kind {
            MarkupTokenKind::Open(_, Closer::Double) => Some(false),
            MarkupTokenKind::Open(_, Closer::Single) => Some(true),
            _ => None,
        })
        .unwrap_or(false);
    tokens
        .into_iter()
        .filter_map(|token| match token.kind {
            MarkupTokenKind::Dropped => None,
            MarkupTokenKind::Text => {
                (!token.text.is_empty()).then_some(MarkupPiece::Text(token.text))
            }
            MarkupTokenKind::Apostrophe => Some(MarkupPiece::Apostrophe),
            MarkupTokenKind::Open(_, Closer::Single) | MarkupTokenKind::Close(Closer::Single)
                if token.lone =>
            {
                Some(MarkupPiece::Apostrophe)
            }
            _ if token.lone => Some(MarkupPiece::Text(token.text)),
            MarkupTokenKind::Open(MarkupTag::NoCase, _) => None,
            MarkupTokenKind::Open(_, Closer::Double) => Some(MarkupPiece::Open(MarkupTag::Quote {
                inner: first_single,
            })),
            MarkupTokenKind::Open(_, Closer::Single) => Some(MarkupPiece::Open(MarkupTag::Quote {
                inner: !first_single,
            })),
            MarkupTokenKind::Open(tag, _) => Some(MarkupPiece::Open(tag)),
            MarkupTokenKind::Close(_) => Some(MarkupPiece::Close),
        })
        .collect()
}

/// Returns the tag at the beginning of text, and its length.
fn tag(text: &str) -> Option<(MarkupTokenKind, usize)> {
    const TAGS: [(&str, &str, MarkupTag); 5] = [
        ("<i>", "</i>", MarkupTag::Italic),
        ("<b>", "</b>", MarkupTag::Bold),
        ("<sc>", "</sc>", MarkupTag::SmallCaps),
        ("<sup>", "</sup>", MarkupTag::Superscript),
        ("<sub>", "</sub>", MarkupTag::Subscript),
    ];
    for (open, close, tag) in TAGS {
        if text.starts_with(open) {
            return Some((MarkupTokenKind::Open(tag, Closer::Tag(close)), open.len()));
        }
        if text.starts_with(close) {
            return Some((MarkupTokenKind::Close(Closer::Tag(close)), close.len()));
        }
    }
    if text.starts_with("</span>") {
        return Some((MarkupTokenKind::Close(Closer::Span), "</span>".len()));
    }
    if text.starts_with("<span ") {
        let end = text.find('>')?;
        let attributes: String = text
            .get(5..end)?
            .chars()
            .filter(|character| !character.is_whitespace())
            .collect();
        let tag = if attributes.starts_with("class=\"nocase\"") {
            MarkupTag::NoCase
        } else if attributes.starts_with("class=\"nodecor\"") {
            MarkupTag::NoDecoration
        } else if attributes.starts_with("style=\"font-variant:small-caps") {
            MarkupTag::SmallCaps
        } else {
            return None;
        };
        return Some((MarkupTokenKind::Open(tag, Closer::Span), end + 1));
    }
    None
}

fn tokenize<'t>(text: &'t str, quotes: &QuoteMarks) -> Vec<MarkupToken<'t>> {
    let mut tokens: Vec<MarkupToken<'t>> = Vec::new();
    let token = |kind, range: Range<usize>| MarkupToken {
        text: text.get(range).unwrap_or_default(),
        kind,
        lone: false,
    };
    let mut start = 0;
    let mut at = 0;
    let mut has_single = false;
    while let Some((before, rest)) = text.split_at_checked(at)
        && let Some(character) = rest.chars().next()
    {
        if matches!(character, '$' | '\\')
            && let Some(formula) = formula::at_start(rest)
        {
            at += formula.len();
            continue;
        }
        let after_opening = start == at
            && tokens
                .last()
                .is_some_and(|token| matches!(token.kind, MarkupTokenKind::Open(..)));
        let place = MarkPlace {
            before,
            rest,
            after_opening,
        };
        let Some((kind, length)) = place.mark(quotes, has_single) else {
            at += character.len_utf8();
            continue;
        };
        has_single |= matches!(kind, MarkupTokenKind::Open(_, Closer::Single));
        if start < at {
            tokens.push(token(MarkupTokenKind::Text, start..at));
        }
        tokens.push(token(kind, at..at + length));
        at += length;
        start = at;
    }
    tokens.push(token(MarkupTokenKind::Text, start..text.len()));
    tokens
}

/// A place in a text at which a mark may be.
struct MarkPlace<'t> {
    before: &'t str,
    rest: &'t str,
    /// Whether an opening mark precedes it immediately.
    after_opening: bool,
}

impl MarkPlace<'_> {
    /// Returns the mark at this place, and its length. `has_single` says whether a single quotation mark opened before.
    fn mark(&self, quotes: &QuoteMarks, has_single: bool) -> Option<(MarkupTokenKind, usize)> {
        let character = self.rest.chars().next()?;
        let kind = match character {
            '<' => return tag(self.rest),
            '"' => self.double_quote(),
            '\'' => self.single_quote(quotes, has_single)?,
            '\u{2019}'
                if self.previous().is_some_and(is_alphabetic_script)
                    && self.following().is_some_and(is_alphabetic_script) =>
            {
                MarkupTokenKind::Apostrophe
            }
            _ => return self.locale_quote(quotes),
        };
        Some((kind, character.len_utf8()))
    }

    fn previous(&self) -> Option<char> {
        self.before.chars().next_back()
    }

    /// Returns the character after the mark.
    fn following(&self) -> Option<char> {
        self.rest.chars().nth(1)
    }

    fn opens(&self) -> bool {
        self.after_opening
            || self
                .previous()
                .is_none_or(|before| matches!(before, ' ' | '(' | '\u{a0}'))
    }

    fn double_quote(&self) -> MarkupTokenKind {
        // "L'\"État\"" opens a quotation; an elided word has no space after it.
        let is_elided = || {
            let mut before = self.before.chars().rev();
            matches!(before.next(), Some('\'' | '\u{2019}'))
                && before.next().is_some_and(is_alphabetic_script)
                && self.following().is_some_and(is_alphabetic_script)
        };
        let is_set_off = || {
            matches!(self.previous(), Some('[' | '/' | '\u{2013}' | '\u{2014}'))
                && self.following().is_some_and(char::is_alphanumeric)
        };
        if self.opens() || is_elided() || is_set_off() {
            MarkupTokenKind::Open(MarkupTag::Quote { inner: false }, Closer::Double)
        } else {
            MarkupTokenKind::Close(Closer::Double)
        }
    }

    fn single_quote(&self, quotes: &QuoteMarks, has_single: bool) -> Option<MarkupTokenKind> {
        let next = self.following();
        // Feet, as in 5'2".
        if self.previous().is_some_and(|c| c.is_ascii_digit())
            && next.is_none_or(|c| c.is_ascii_digit() || !has_single && !c.is_alphabetic())
        {
            return None;
        }
        // "rock 'n' roll"
        if stands_for_and(self.before, self.rest) {
            return Some(MarkupTokenKind::Apostrophe);
        }
        let is_apostrophe = if self.opens() {
            next.is_none_or(|next| next == ' ')
        } else {
            next.is_some_and(|next| !",.?:; <\"')".contains(next))
                && !starts_with_mark(self.rest.get(1..), &quotes.close)
        };
        Some(if is_apostrophe {
            MarkupTokenKind::Apostrophe
        } else if self.opens() {
            MarkupTokenKind::Open(MarkupTag::Quote { inner: true }, Closer::Single)
        } else {
            MarkupTokenKind::Close(Closer::Single)
        })
    }

    fn locale_quote(&self, quotes: &QuoteMarks) -> Option<(MarkupTokenKind, usize)> {
        let open = |inner, closer| MarkupTokenKind::Open(MarkupTag::Quote { inner }, closer);
        let marks = [
            (&quotes.open, open(false, Closer::LocaleOuter)),
            (&quotes.close, MarkupTokenKind::Close(Closer::LocaleOuter)),
            (&quotes.open_inner, open(true, Closer::LocaleInner)),
            (
                &quotes.close_inner,
                MarkupTokenKind::Close(Closer::LocaleInner),
            ),
        ];
        let is_straight = |mark: &str| matches!(mark.trim(), "\"" | "'" | "");
        marks
            .into_iter()
            .find(|(mark, _)| starts_with_mark(Some(self.rest), mark) && !is_straight(mark))
            .map(|(mark, kind)| (kind, mark.len()))
    }
}

/// Returns whether the apostrophe between two texts is one of those around the "and" of "rock 'n' roll".
fn stands_for_and(before: &str, rest: &str) -> bool {
    let begins = |text: &str| ["'n' ", "'N' "].iter().any(|and| text.starts_with(and));
    let word = before.char_indices().rev().nth(1).map(|(at, _)| at);
    let word = word.and_then(|at| before.get(at..)).unwrap_or_default();
    before.ends_with(' ') && begins(rest)
        || rest.starts_with("' ")
            && matches!(word, "'n" | "'N")
            && before
                .strip_suffix(word)
                .is_some_and(|before| before.ends_with(' '))
}

fn starts_with_mark(text: Option<&str>, mark: &str) -> bool {
    !mark.is_empty() && text.is_some_and(|text| text.starts_with(mark))
}

/// The maximum depth of markup in a field. The output is a tree, and the stack of its readers is finite.
const MAX_DEPTH: usize = 100;

/// Pairs closing marks with opening ones. Opening marks in between, and those inside [`MAX_DEPTH`] others, stay
/// without a partner.
fn pair(tokens: &mut [MarkupToken<'_>]) {
    let mut open: Vec<(usize, Closer, bool)> = Vec::new();
    for at in 0..tokens.len() {
        let Some(token) = tokens.get(at) else { break };
        match token.kind {
            MarkupTokenKind::Open(..) if open.len() >= MAX_DEPTH => {
                if let Some(token) = tokens.get_mut(at) {
                    token.lone = true;
                }
            }
            MarkupTokenKind::Open(tag, closer) => open.push((at, closer, tag == MarkupTag::NoCase)),
            MarkupTokenKind::Close(closer) => {
                let partner = match closer {
                    // A lone closing quotation mark is an apostrophe; it does not close everything that is
                    // open.
                    Closer::Single => open
                        .last()
                        .filter(|(_, wanted, _)| *wanted == closer)
                        .map(|_| open.len() - 1),
                    _ => open.iter().rposition(|(_, wanted, _)| *wanted == closer),
                };
                match partner {
                    Some(partner) => {
                        for (lone, _, _) in open.drain(partner + 1..) {
                            if let Some(token) = tokens.get_mut(lone) {
                                token.lone = true;
                            }
                        }
                        if let Some((_, _, true)) = open.pop()
                            && let Some(token) = tokens.get_mut(at)
                        {
                            token.kind = MarkupTokenKind::Dropped;
                        }
                    }
                    None => {
                        if let Some(token) = tokens.get_mut(at) {
                            token.lone = true;
                        }
                    }
                }
            }
            _ => {}
        }
    }
    for (lone, _, _) in open {
        if let Some(token) = tokens.get_mut(lone) {
            token.lone = true;
        }
    }
}
