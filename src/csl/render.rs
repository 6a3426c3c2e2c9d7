//! Rendering: output trees become rich text.
//!
//! Text is appended from left to right. Affixes and delimiters are checked against what they meet: equal
//! punctuation marks become one, a full stop after a question mark is dropped, a comma moves inside closing
//! quotation marks if the locale wants it there. Nested quotation marks and formatting alternate.

use super::citeproc_js;
use super::element::FontFormatting;
use super::locale::Locale;
use super::markup::{self, MarkupTag};
use super::name_parts::is_alphabetic_script;
use super::output_tree::{Content, Node, Tag};
use super::rich_text::{Display, Formatting, Inline, LabelledText, RichText};
use super::variables::{self, VariableId, Variables};

/// Renders a bibliography entry.
pub(super) fn entry(locale: &Locale, tree: &Node<'_>) -> RichText {
    let mut renderer = Renderer::new(locale);
    renderer.node(tree);
    let mut content = renderer.into_rich_text();
    // Spaces at the ends of an entry are outside of the blocks next to them.
    if let Some(Inline::Display(_, block)) = content.first_mut()
        && take_space(block.first_mut(), true)
    {
        content.insert(0, Inline::Text(" ".to_owned()));
    }
    if let Some(Inline::Display(_, block)) = content.last_mut()
        && take_space(block.last_mut(), false)
    {
        content.push(Inline::Text(" ".to_owned()));
    }
    content
}

/// Takes a space from the beginning or the end of a piece of text, and returns whether there was one.
fn take_space(piece: Option<&mut Inline>, first: bool) -> bool {
    let Some(Inline::Text(text)) = piece else {
        return false;
    };
    let rest = if first {
        text.strip_prefix(' ')
    } else {
        text.strip_suffix(' ')
    };
    match rest {
        Some(rest) if !rest.is_empty() => {
            *text = rest.to_owned();
            true
        }
        _ => false,
    }
}

/// Renders nodes as rich text.
pub(super) struct Renderer<'l> {
    locale: &'l Locale,
    segments: Vec<Segment>,
    open: Vec<Mark>,
    /// Whether the last text is content and not an affix. Affixes that meet share one space, but a space at the
    /// end of a field, a term or a `value` is kept.
    after_content: bool,
    /// The link targets of the cites.
    hrefs: Vec<Option<&'l str>>,
    /// Whether the text of each variable is marked.
    marks_variables: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
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
    Variable(VariableId),
    Substitute,
}

fn is_punctuation(character: char) -> bool {
    matches!(character, '.' | ',' | ';' | ':' | '!' | '?')
}

impl<'l> Renderer<'l> {
    pub(super) fn new(locale: &'l Locale) -> Self {
        Self {
            locale,
            segments: Vec::new(),
            open: Vec::new(),
            after_content: false,
            hrefs: Vec::new(),
            marks_variables: false,
        }
    }

    /// Sets the link targets of the cites.
    pub(super) fn with_hrefs(mut self, hrefs: Vec<Option<&'l str>>) -> Self {
        self.hrefs = hrefs;
        self
    }

    /// Appends a node.
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
        let mark = self.marks_variables.then(|| variable_mark(node)).flatten();
        let is_marked = mark.is_some();
        if let Some(mark) = mark {
            self.start(mark);
        }
        match &node.content {
            Content::Text(text) => {
                // Punctuation at the beginning of a field is outside of its formatting.
                let text = citeproc_js::spaced_punctuation(text);
                let body = text.trim_start_matches([':', '.', ';', '!', '?']);
                let body = if body.is_empty() { text.as_ref() } else { body };
                let leading = text.len() - body.len();
                self.affix(text.get(..leading).unwrap_or_default());
                let mut font = node.font;
                if !body.chars().any(is_alphabetic_script) {
                    // Italics exist in alphabetic scripts only.
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
                        // The delimiter before the last name keeps its space, even if the name begins with one.
                        let previous = children.get(at - 1);
                        self.after_content |= at + 1 == children.len()
                            && child.tag == Tag::Name
                            && previous.is_some_and(|previous| previous.tag == Tag::Name);
                    }
                    self.node(child);
                }
                self.finish_all(marks);
            }
        }
        if is_marked {
            self.finish();
        }
        if node.tag == Tag::Names && node.suffix.starts_with(is_punctuation) {
            // The spaces after punctuation that follows names are left as they are.
            let spaces = node.suffix.trim_start_matches(is_punctuation);
            let punctuation = node.suffix.len() - spaces.len();
            self.affix(node.suffix.get(..punctuation).unwrap_or_default());
            self.push(spaces);
            self.after_content = false;
        } else {
            self.affix(&node.suffix);
        }
        if node.display.is_some() {
            self.finish();
        }
        if href.is_some() {
            self.finish();
        }
    }

    /// Appends text that the style supplies.
    pub(super) fn affix(&mut self, text: &str) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if !self.absorb(first) {
                break;
            }
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
        if !rest.is_empty() {
            self.after_content = false;
        }
        let text = match rest.strip_prefix(' ') {
            Some(after) if self.segments.is_empty() => {
                self.push(" ");
                citeproc_js::wide_spaces(after)
            }
            _ => citeproc_js::wide_spaces(rest),
        };
        self.push(&text);
    }

    /// Merges a character with the preceding text, and returns whether that was possible.
    fn absorb(&mut self, next: char) -> bool {
        if next != ' ' && !is_punctuation(next) {
            return false;
        }
        let mut behind_quote = false;
        let mut in_second_field = false;
        let mut at = self.segments.len();
        while at > 0 {
            at -= 1;
            match self.segments.get_mut(at) {
                Some(Segment::Close(Mark::Quote { .. })) => behind_quote = true,
                Some(Segment::Close(_)) => {}
                Some(Segment::Open(Mark::Display(Display::RightInline)))
                    if next != ' ' && !in_second_field =>
                {
                    in_second_field = true;
                }
                Some(Segment::Open(Mark::Quote { .. } | Mark::Display(_))) | None => return false,
                Some(Segment::Open(_)) => {}
                Some(Segment::Text(text)) => {
                    let Some(last) = text.chars().next_back() else {
                        continue;
                    };
                    if next == ' ' {
                        return last == ' ' && !behind_quote && !self.after_content;
                    }
                    if let Some(merged) = citeproc_js::merged_punctuation(last, next) {
                        if merged != last {
                            text.pop();
                            text.push(merged);
                        }
                        return true;
                    }
                    if in_second_field {
                        // Punctuation before the second field belongs to the first.
                        text.push(next);
                        return true;
                    }
                    if behind_quote && last == '.' && next == ',' {
                        return false;
                    }
                    if behind_quote
                        && self.locale.punctuation_in_quote
                        && matches!(next, '.' | ',' | '!' | '?')
                    {
                        return self.insert_before_quote(at, next);
                    }
                    if behind_quote && self.locale.punctuation_in_quote && is_punctuation(next) {
                        // Other punctuation goes after the quotation mark, inside of the formatting.
                        return self.insert_behind_quote(at, next);
                    }
                    return false;
                }
            }
        }
        false
    }

    /// Inserts a character before the quotation mark that closes after the text at `at`.
    fn insert_before_quote(&mut self, at: usize, next: char) -> bool {
        let quote = self
            .segments
            .iter()
            .skip(at)
            .position(|piece| matches!(piece, Segment::Close(Mark::Quote { .. })));
        let Some(quote) = quote.map(|quote| at + quote) else {
            return false;
        };
        match quote
            .checked_sub(1)
            .and_then(|before| self.segments.get_mut(before))
        {
            Some(Segment::Text(text)) => text.push(next),
            _ => self.segments.insert(quote, Segment::Text(next.to_string())),
        }
        true
    }

    /// Inserts a character after the quotation mark that closes after the text at `at`.
    fn insert_behind_quote(&mut self, at: usize, next: char) -> bool {
        let quote = self
            .segments
            .iter()
            .skip(at)
            .rposition(|piece| matches!(piece, Segment::Close(Mark::Quote { .. })));
        match quote {
            Some(quote) if at + quote + 1 < self.segments.len() => {
                self.segments
                    .insert(at + quote + 1, Segment::Text(next.to_string()));
                true
            }
            _ => false,
        }
    }

    fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.segments.last_mut() {
            Some(Segment::Text(last)) => last.push_str(text),
            _ => self.segments.push(Segment::Text(text.to_owned())),
        }
    }

    fn start(&mut self, mark: Mark) {
        self.segments.push(Segment::Open(mark.clone()));
        self.open.push(mark);
    }

    fn finish(&mut self) {
        let Some(mark) = self.open.pop() else { return };
        let mut moved = String::new();
        if matches!(mark, Mark::Quote { .. })
            && !self.locale.punctuation_in_quote
            && let Some(Segment::Text(text)) = self.segments.last_mut()
        {
            // Where the locale puts punctuation outside of quotation marks, the field's own moves too.
            let kept = text.trim_end_matches([',', ';', ':']).len();
            moved = text.split_off(kept);
        }
        self.segments.push(Segment::Close(mark));
        self.affix(&moved);
    }

    fn start_all(&mut self, quotes: bool, font: FontFormatting) -> usize {
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

    /// Returns whether formatting has an effect here: "normal" has one only inside its opposite.
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

    /// Appends the text of a field with its markup.
    fn field(&mut self, text: &str) {
        self.after_content = !text.is_empty();
        let text = &*citeproc_js::wide_spaces(text);
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

    /// Opens a markup tag. Nested in its like, it means the opposite (clause "Formatting", flip-flopping).
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

    /// Returns the rich text.
    pub(super) fn into_rich_text(mut self) -> RichText {
        while !self.open.is_empty() {
            self.finish();
        }
        let quotes = &self.locale.quotes;
        let mut stack: Vec<RichText> = vec![Vec::new()];
        for piece in self.segments {
            match piece {
                Segment::Text(text) => push_text(&mut stack, &text),
                Segment::Open(Mark::Quote { inner }) => {
                    push_text(
                        &mut stack,
                        if inner {
                            &quotes.open_inner
                        } else {
                            &quotes.open
                        },
                    );
                }
                Segment::Close(Mark::Quote { inner }) => {
                    push_text(
                        &mut stack,
                        if inner {
                            &quotes.close_inner
                        } else {
                            &quotes.close
                        },
                    );
                }
                Segment::Open(_) => stack.push(Vec::new()),
                Segment::Close(mark) => {
                    let content = stack.pop().unwrap_or_default();
                    if content.is_empty() {
                        continue;
                    }
                    let inline = match mark {
                        Mark::Formatting(formatting) => Inline::Formatted(formatting, content),
                        Mark::Display(display) => Inline::Display(display, content),
                        Mark::Link(href) => Inline::Link { href, content },
                        Mark::Quote { .. } => continue,
                        Mark::Variable(_) | Mark::Substitute => {
                            if let Some(outer) = stack.last_mut() {
                                outer.extend(content);
                            }
                            continue;
                        }
                    };
                    if let Some(outer) = stack.last_mut() {
                        outer.push(inline);
                    }
                }
            }
        }
        stack.into_iter().next().unwrap_or_default()
    }

    /// Returns the text in pieces, each with the mark of the variable whose value it is part of.
    fn into_marked_text(mut self) -> Vec<(Option<Mark>, String)> {
        while !self.open.is_empty() {
            self.finish();
        }
        let quotes = &self.locale.quotes;
        let mut pieces: Vec<(Option<Mark>, String)> = Vec::new();
        let mut open: Vec<Mark> = Vec::new();
        for segment in self.segments {
            let text = match segment {
                Segment::Text(text) => text,
                Segment::Open(Mark::Quote { inner: true }) => quotes.open_inner.to_string(),
                Segment::Open(Mark::Quote { inner: false }) => quotes.open.to_string(),
                Segment::Close(Mark::Quote { inner: true }) => quotes.close_inner.to_string(),
                Segment::Close(Mark::Quote { inner: false }) => quotes.close.to_string(),
                // Blocks are lines of their own, or are set apart.
                Segment::Open(Mark::Display(_)) => " ".to_owned(),
                Segment::Open(mark @ (Mark::Variable(_) | Mark::Substitute)) => {
                    open.push(mark);
                    continue;
                }
                Segment::Close(Mark::Variable(_) | Mark::Substitute) => {
                    open.pop();
                    continue;
                }
                _ => continue,
            };
            let mark = open.last().cloned();
            match pieces.last_mut() {
                Some((last, before)) if *last == mark => before.push_str(&text),
                _ => pieces.push((mark, text)),
            }
        }
        pieces
    }
}

/// Returns the mark of a node that prints the value of a variable, or names with their label.
fn variable_mark(node: &Node<'_>) -> Option<Mark> {
    match node.tag {
        Tag::Variable(variable) => Some(Mark::Variable(variable)),
        Tag::Substitute => Some(Mark::Substitute),
        Tag::Names => match node.find(&|tag| matches!(tag, Tag::NameList(_)))?.tag {
            Tag::NameList(variable) => Some(Mark::Variable(variable)),
            _ => None,
        },
        Tag::CitationNumber(_) => Some(Mark::Variable(variables::CITATION_NUMBER)),
        _ => None,
    }
}

/// Renders a bibliography entry as plain text in pieces, each with the variable whose value it is part of.
pub(super) fn labelled_entry(
    locale: &Locale,
    variables: &Variables,
    tree: &Node<'_>,
) -> Vec<LabelledText> {
    let mut renderer = Renderer::new(locale);
    renderer.marks_variables = true;
    renderer.node(tree);
    renderer
        .into_marked_text()
        .into_iter()
        .map(|(mark, text)| LabelledText {
            variable: match mark {
                Some(Mark::Variable(variable)) => Some(variables.name(variable).to_owned()),
                // What takes the place of names is the title, as a rule.
                Some(Mark::Substitute) => Some("title".to_owned()),
                _ => None,
            },
            text,
        })
        .collect()
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
