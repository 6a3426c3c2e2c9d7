//! The markup in fields: tags and quotation marks (appendix IV, "Rich text").
//!
//! Straight and curly quotation marks in a field are paired, so that outer and inner ones can alternate when
//! nested. A single one without a partner is an apostrophe. Unclosed tags and unopened closing tags are plain
//! text.

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
    let mut start = 0;
    let mut at = 0;
    let mut has_single = false;
    let is_straight = |mark: &str| matches!(mark.trim(), "\"" | "'" | "");
    while let Some(rest) = text.get(at..)
        && let Some(character) = rest.chars().next()
    {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let right_behind_opening = start == at
            && tokens
                .last()
                .is_some_and(|token| matches!(token.kind, MarkupTokenKind::Open(..)));
        let opens = before.is_none_or(|before| matches!(before, ' ' | '(' | '\u{a0}'))
            || right_behind_opening;
        // "L'\"État\"" opens a quotation; an elided word has no space after it.
        let is_elided = || {
            let mut before = text.get(..at).unwrap_or_default().chars().rev();
            matches!(before.next(), Some('\'' | '\u{2019}'))
                && before.next().is_some_and(is_alphabetic_script)
                && rest.chars().nth(1).is_some_and(is_alphabetic_script)
        };
        let is_set_off = || {
            matches!(before, Some('[' | '/' | '\u{2013}' | '\u{2014}'))
                && rest.chars().nth(1).is_some_and(char::is_alphanumeric)
        };
        let formula = match character {
            '$' | '\\' => formula::at_start(rest),
            _ => None,
        };
        if let Some(formula) = formula {
            at += formula.len();
            continue;
        }
        let found = match character {
            '<' => tag(rest),
            '"' => Some(if opens || is_elided() || is_set_off() {
                (
                    MarkupTokenKind::Open(MarkupTag::Quote { inner: false }, Closer::Double),
                    1,
                )
            } else {
                (MarkupTokenKind::Close(Closer::Double), 1)
            }),
            // Feet, as in 5'2".
            '\'' if before.is_some_and(|c| c.is_ascii_digit())
                && rest
                    .chars()
                    .nth(1)
                    .is_none_or(|c| c.is_ascii_digit() || !has_single && !c.is_alphabetic()) =>
            {
                None
            }
            // "rock 'n' roll"
            '\'' if stands_for_and(text.get(..at).unwrap_or_default(), rest) => {
                Some((MarkupTokenKind::Apostrophe, 1))
            }
            '\'' => {
                let next = rest.chars().nth(1);
                Some(if opens {
                    if next.is_none_or(|next| next == ' ') {
                        (MarkupTokenKind::Apostrophe, 1)
                    } else {
                        has_single = true;
                        (
                            MarkupTokenKind::Open(MarkupTag::Quote { inner: true }, Closer::Single),
                            1,
                        )
                    }
                } else if next.is_some_and(|next| {
                    !matches!(
                        next,
                        ',' | '.' | '?' | ':' | ';' | ' ' | '<' | '"' | '\'' | ')'
                    ) && !starts_with_mark(rest.get(1..), &quotes.close)
                }) {
                    (MarkupTokenKind::Apostrophe, 1)
                } else {
                    (MarkupTokenKind::Close(Closer::Single), 1)
                })
            }
            '\u{2019}'
                if before.is_some_and(is_alphabetic_script)
                    && rest.chars().nth(1).is_some_and(is_alphabetic_script) =>
            {
                Some((MarkupTokenKind::Apostrophe, character.len_utf8()))
            }
            _ if starts_with_mark(Some(rest), &quotes.open) && !is_straight(&quotes.open) => {
                Some((
                    MarkupTokenKind::Open(MarkupTag::Quote { inner: false }, Closer::LocaleOuter),
                    quotes.open.len(),
                ))
            }
            _ if starts_with_mark(Some(rest), &quotes.close) && !is_straight(&quotes.close) => {
                Some((
                    MarkupTokenKind::Close(Closer::LocaleOuter),
                    quotes.close.len(),
                ))
            }
            _ if starts_with_mark(Some(rest), &quotes.open_inner)
                && !is_straight(&quotes.open_inner) =>
            {
                Some((
                    MarkupTokenKind::Open(MarkupTag::Quote { inner: true }, Closer::LocaleInner),
                    quotes.open_inner.len(),
                ))
            }
            _ if starts_with_mark(Some(rest), &quotes.close_inner)
                && !is_straight(&quotes.close_inner) =>
            {
                Some((
                    MarkupTokenKind::Close(Closer::LocaleInner),
                    quotes.close_inner.len(),
                ))
            }
            _ => None,
        };
        match found {
            Some((kind, length)) => {
                tokens.push(MarkupToken {
                    text: text.get(start..at).unwrap_or_default(),
                    kind: MarkupTokenKind::Text,
                    lone: false,
                });
                if tokens.last().is_some_and(|token| token.text.is_empty()) {
                    tokens.pop();
                }
                tokens.push(MarkupToken {
                    text: text.get(at..at + length).unwrap_or_default(),
                    kind,
                    lone: false,
                });
                at += length;
                start = at;
            }
            None => at += character.len_utf8(),
        }
    }
    tokens.push(MarkupToken {
        text: text.get(start..).unwrap_or_default(),
        kind: MarkupTokenKind::Text,
        lone: false,
    });
    tokens
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
