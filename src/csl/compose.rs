//! From the output tree to rich text: affixes and delimiters are set, quotation marks and formatting
//! alternate where they are nested, and punctuation that meets is put in order.
//!
//! Text is set from left to right. What a style supplies (affixes, delimiters) is looked at where it
//! meets what is already there: equal punctuation marks become one, a full stop behind a question
//! mark goes, a comma goes inside closing quotation marks where the locale wants it there.

use std::borrow::Cow;

use super::element::Font;
use super::locale::Locale;
use super::markup::{self, MarkupTag};
use super::output_tree::{Content, Node, Tag};
use super::person::is_alphabetic_script;
use super::rich_text::{Display, Formatting, Inline, RichText};

/// Sets nodes as rich text.
pub(super) struct Composer<'l> {
    locale: &'l Locale,
    pieces: Vec<Piece>,
    open: Vec<Mark>,
    /// Where the cites of the citation lead.
    hrefs: Vec<Option<&'l str>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Open(Mark),
    Close(Mark),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Mark {
    Formatting(Formatting),
    Quote { inner: bool },
    Display(Display),
    Link(String),
}

/// What two punctuation marks become that meet, where that is one mark.
fn merge(left: char, right: char) -> Option<char> {
    if left == right {
        return Some(left);
    }
    match (left, right) {
        ('!' | '?', '.' | ':') => Some(left),
        (':' | ';', '!' | '?') => Some(right),
        (':' | ';', '.') => Some(left),
        (';', ':') => Some(';'),
        _ => None,
    }
}

fn is_punctuation(character: char) -> bool {
    matches!(character, '.' | ',' | ';' | ':' | '!' | '?')
}

impl<'l> Composer<'l> {
    pub(super) fn new(locale: &'l Locale) -> Self {
        Self {
            locale,
            pieces: Vec::new(),
            open: Vec::new(),
            hrefs: Vec::new(),
        }
    }

    /// Lets the cites of a citation lead to these addresses.
    pub(super) fn with_hrefs(mut self, hrefs: Vec<Option<&'l str>>) -> Self {
        self.hrefs = hrefs;
        self
    }

    /// Sets a node.
    pub(super) fn node(&mut self, node: &Node<'_>) {
        let href = match node.tag {
            Tag::Cite(at) => self.hrefs.get(at).copied().flatten(),
            _ => None,
        };
        if let Some(href) = href {
            self.start(Mark::Link(href.to_owned()));
        }
        if let Some(display) = node.display {
            self.start(Mark::Display(display));
        }
        self.affix(&node.prefix);
        match &node.content {
            Content::Text(text) => {
                // Punctuation that a field begins with stands before its formatting.
                let text = spaced_punctuation(text);
                let body = text.trim_start_matches([':', '.', ';', '!', '?']);
                let body = if body.is_empty() { text.as_ref() } else { body };
                let leading = text.len() - body.len();
                self.affix(text.get(..leading).unwrap_or_default());
                let mut font = node.font;
                if !body.chars().any(is_alphabetic_script) {
                    // Italics are for alphabetic scripts.
                    font.style = None;
                }
                let marks = self.start_all(node.quotes, font);
                self.field(body);
                self.finish_all(marks);
            }
            Content::Link { href, text } => {
                let marks = self.start_all(node.quotes, node.font);
                self.start(Mark::Link(href.clone()));
                self.push(text);
                self.finish();
                self.finish_all(marks);
            }
            Content::Children(children, delimiter) => {
                let marks = self.start_all(node.quotes, node.font);
                for (at, child) in children.iter().enumerate() {
                    if at > 0 {
                        self.affix(delimiter);
                    }
                    self.node(child);
                }
                self.finish_all(marks);
            }
        }
        self.affix(&node.suffix);
        if node.display.is_some() {
            self.finish();
        }
        if href.is_some() {
            self.finish();
        }
    }

    /// Sets text that the style supplies.
    pub(super) fn affix(&mut self, text: &str) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if !self.absorb(first) {
                break;
            }
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
        self.push(rest);
    }

    /// Lets a character vanish into what is already set; says whether it did.
    fn absorb(&mut self, next: char) -> bool {
        if next != ' ' && !is_punctuation(next) {
            return false;
        }
        let mut behind_quote = false;
        let mut at = self.pieces.len();
        while at > 0 {
            at -= 1;
            match self.pieces.get_mut(at) {
                Some(Piece::Close(Mark::Quote { .. })) => behind_quote = true,
                Some(Piece::Close(_)) => {}
                Some(Piece::Open(Mark::Quote { .. } | Mark::Display(_))) | None => return false,
                Some(Piece::Open(_)) => {}
                Some(Piece::Text(text)) => {
                    let Some(last) = text.chars().next_back() else {
                        continue;
                    };
                    if next == ' ' {
                        return last == ' ' && !behind_quote;
                    }
                    if let Some(merged) = merge(last, next) {
                        if merged != last {
                            text.pop();
                            text.push(merged);
                        }
                        return true;
                    }
                    if behind_quote
                        && self.locale.punctuation_in_quote
                        && matches!(next, '.' | ',' | '!' | '?')
                    {
                        return self.insert_before_quote(at, next);
                    }
                    if behind_quote && self.locale.punctuation_in_quote && is_punctuation(next) {
                        // Other punctuation follows the quotation mark, within the formatting.
                        return self.insert_behind_quote(at, next);
                    }
                    return false;
                }
            }
        }
        false
    }

    /// Sets a character right before the quotation mark that closes after the text at `at`.
    fn insert_before_quote(&mut self, at: usize, next: char) -> bool {
        let quote = self
            .pieces
            .iter()
            .skip(at)
            .position(|piece| matches!(piece, Piece::Close(Mark::Quote { .. })));
        let Some(quote) = quote.map(|quote| at + quote) else {
            return false;
        };
        match quote
            .checked_sub(1)
            .and_then(|before| self.pieces.get_mut(before))
        {
            Some(Piece::Text(text)) => text.push(next),
            _ => self.pieces.insert(quote, Piece::Text(next.to_string())),
        }
        true
    }

    /// Sets a character right behind the quotation mark that closes after the text at `at`.
    fn insert_behind_quote(&mut self, at: usize, next: char) -> bool {
        let quote = self
            .pieces
            .iter()
            .skip(at)
            .rposition(|piece| matches!(piece, Piece::Close(Mark::Quote { .. })));
        match quote {
            Some(quote) if at + quote + 1 < self.pieces.len() => {
                self.pieces
                    .insert(at + quote + 1, Piece::Text(next.to_string()));
                true
            }
            _ => false,
        }
    }

    fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        // Two spaces that were written are kept apart: the first does not break.
        let spaced;
        let text = if text.contains("  ") {
            spaced = text.replace("  ", "\u{a0} ");
            &spaced
        } else {
            text
        };
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    fn start(&mut self, mark: Mark) {
        self.pieces.push(Piece::Open(mark.clone()));
        self.open.push(mark);
    }

    fn finish(&mut self) {
        let Some(mark) = self.open.pop() else { return };
        let mut moved = String::new();
        if matches!(mark, Mark::Quote { .. })
            && !self.locale.punctuation_in_quote
            && let Some(Piece::Text(text)) = self.pieces.last_mut()
        {
            // Where punctuation stands outside quotation marks, that of the field does, too.
            let kept = text.trim_end_matches([',', ';', ':']).len();
            moved = text.split_off(kept);
        }
        self.pieces.push(Piece::Close(mark));
        self.affix(&moved);
    }

    fn start_all(&mut self, quotes: bool, font: Font) -> usize {
        let before = self.open.len();
        if quotes {
            self.start(Mark::Quote { inner: false });
        }
        if !font.is_plain() {
            for formatting in font.outside_in() {
                if self.shows(formatting) {
                    self.start(Mark::Formatting(formatting));
                }
            }
        }
        self.open.len() - before
    }

    fn finish_all(&mut self, marks: usize) {
        for _ in 0..marks {
            self.finish();
        }
    }

    /// Whether a kind of formatting makes a difference here: "normal" only does within its opposite.
    fn shows(&self, formatting: Formatting) -> bool {
        let opposites: &[Formatting] = match formatting {
            Formatting::Upright => &[Formatting::Italic, Formatting::Oblique],
            Formatting::NormalWeight => &[Formatting::Bold, Formatting::Light],
            Formatting::NormalVariant => &[Formatting::SmallCaps],
            Formatting::Light => return false,
            _ => return true,
        };
        self.innermost(|formatting| opposites.contains(&formatting))
            .is_some()
    }

    fn innermost(&self, wanted: impl Fn(Formatting) -> bool) -> Option<Formatting> {
        self.open.iter().rev().find_map(|mark| match mark {
            Mark::Formatting(formatting) if wanted(*formatting) => Some(*formatting),
            _ => None,
        })
    }

    /// Sets the text of a field, markup and all.
    fn field(&mut self, text: &str) {
        if !markup::may_hold_markup(text, &self.locale.quotes) {
            self.push(text);
            return;
        }
        let mut opened: Vec<usize> = Vec::new();
        for piece in markup::parse(text, &self.locale.quotes) {
            match piece {
                markup::Piece::Text(text) => self.push(text),
                markup::Piece::Apostrophe => self.push("\u{2019}"),
                markup::Piece::Open(tag) => opened.push(self.open_markup(tag)),
                markup::Piece::Close => {
                    let marks = opened.pop().unwrap_or(0);
                    self.finish_all(marks);
                }
            }
        }
        for marks in opened.into_iter().rev() {
            self.finish_all(marks);
        }
    }

    /// Opens what a tag of the markup asks for: within its like, it is the opposite (clause
    /// "Formatting", flip-flopping).
    fn open_markup(&mut self, tag: MarkupTag) -> usize {
        let formatting = match tag {
            MarkupTag::Italic => {
                let now = self.innermost(|formatting| {
                    matches!(
                        formatting,
                        Formatting::Italic | Formatting::Oblique | Formatting::Upright
                    )
                });
                if now == Some(Formatting::Italic) {
                    Formatting::Upright
                } else {
                    Formatting::Italic
                }
            }
            MarkupTag::Bold => {
                let now = self.innermost(|formatting| {
                    matches!(formatting, Formatting::Bold | Formatting::NormalWeight)
                });
                if now == Some(Formatting::Bold) {
                    Formatting::NormalWeight
                } else {
                    Formatting::Bold
                }
            }
            MarkupTag::SmallCaps => {
                let now = self.innermost(|formatting| {
                    matches!(
                        formatting,
                        Formatting::SmallCaps | Formatting::NormalVariant
                    )
                });
                if now == Some(Formatting::SmallCaps) {
                    Formatting::NormalVariant
                } else {
                    Formatting::SmallCaps
                }
            }
            MarkupTag::Superscript => Formatting::Superscript,
            MarkupTag::Subscript => Formatting::Subscript,
            MarkupTag::NoCase => return 0,
            MarkupTag::NoDecoration => {
                let mut marks = 0;
                for normal in [
                    Formatting::Upright,
                    Formatting::NormalWeight,
                    Formatting::NormalVariant,
                ] {
                    if self.shows(normal) {
                        self.start(Mark::Formatting(normal));
                        marks += 1;
                    }
                }
                return marks;
            }
            MarkupTag::Quote { inner } => {
                let around = self.open.iter().rev().find_map(|mark| match mark {
                    Mark::Quote { inner } => Some(*inner),
                    _ => None,
                });
                self.start(Mark::Quote {
                    inner: around.map_or(inner, |around| !around),
                });
                return 1;
            }
        };
        self.start(Mark::Formatting(formatting));
        1
    }

    /// The rich text of all that was set.
    pub(super) fn into_rich_text(mut self) -> RichText {
        while !self.open.is_empty() {
            self.finish();
        }
        let quotes = &self.locale.quotes;
        let mut stack: Vec<RichText> = vec![Vec::new()];
        for piece in self.pieces {
            match piece {
                Piece::Text(text) => push_text(&mut stack, &text),
                Piece::Open(Mark::Quote { inner }) => {
                    push_text(
                        &mut stack,
                        if inner {
                            &quotes.open_inner
                        } else {
                            &quotes.open
                        },
                    );
                }
                Piece::Close(Mark::Quote { inner }) => {
                    push_text(
                        &mut stack,
                        if inner {
                            &quotes.close_inner
                        } else {
                            &quotes.close
                        },
                    );
                }
                Piece::Open(_) => stack.push(Vec::new()),
                Piece::Close(mark) => {
                    let content = stack.pop().unwrap_or_default();
                    if content.is_empty() {
                        continue;
                    }
                    let inline = match mark {
                        Mark::Formatting(formatting) => Inline::Formatted(formatting, content),
                        Mark::Display(display) => Inline::Display(display, content),
                        Mark::Link(href) => Inline::Link { href, content },
                        Mark::Quote { .. } => continue,
                    };
                    if let Some(outer) = stack.last_mut() {
                        outer.push(inline);
                    }
                }
            }
        }
        stack.into_iter().next().unwrap_or_default()
    }
}

fn push_text(stack: &mut [RichText], text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(run) = stack.last_mut() {
        match run.last_mut() {
            Some(Inline::Text(last)) => last.push_str(text),
            _ => run.push(Inline::Text(text.to_owned())),
        }
    }
}

/// High punctuation that a field sets off with a space gets a narrow one that does not break.
fn spaced_punctuation(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let found = bytes.windows(2).any(|pair| {
        pair.first() == Some(&b' ')
            && pair
                .get(1)
                .is_some_and(|next| matches!(next, b':' | b';' | b'?' | b'!' | 0xc2))
    }) || text.contains("\u{ab} ");
    if !found {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len() + 8);
    let mut characters = text.chars().peekable();
    let mut previous = None;
    while let Some(character) = characters.next() {
        let narrow = character == ' '
            && (characters
                .peek()
                .is_some_and(|next| matches!(next, ':' | ';' | '?' | '!' | '\u{bb}'))
                || previous == Some('\u{ab}'));
        result.push(if narrow { '\u{202f}' } else { character });
        previous = Some(character);
    }
    Cow::Owned(result)
}
