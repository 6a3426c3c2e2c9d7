//! Rendering: output trees become rich text.
//!
//! A tree becomes a tree of blobs, in which fields are split at their markup. After the marks and spaces where
//! affixes and text meet are adjusted (see [`affixes`]), the blobs are written from left to right. Nested
//! quotation marks and formatting alternate.

use std::borrow::Cow;

use super::citeproc_js::{
    self,
    affixes::{self, Blob, BlobContent},
};
use super::element::{CommonAttributes, FontFormatting};
use super::locale::Locale;
use super::markup::{self, MarkupTag};
use super::name_parts::is_alphabetic_script;
use super::output_tree::{Node, NodeContent, NodeRole};
use super::rich_text::{Display, Formatting, Inline, LabelledText, RichText};
use super::variables::{self, VariableId, Variables};

/// Renders a bibliography entry.
pub(super) fn entry(locale: &Locale, tree: &Node<'_>) -> RichText {
    let mut renderer = Renderer::new(locale);
    renderer.node(tree);
    renderer.into_rich_text()
}

/// The formatting of a blob.
#[derive(Debug, Default)]
struct BlobFormatting<'n> {
    font: FontFormatting,
    quotes: bool,
    display: Option<Display>,
    /// Markup inside of a field.
    markup: Option<MarkupTag>,
    /// The target of a link around the whole.
    href: Option<&'n str>,
    /// The target of a link around the content.
    link: Option<&'n str>,
    /// The variable whose value this is.
    mark: Option<Mark>,
}

impl BlobFormatting<'_> {
    /// Returns the formatting of the whole, with that of its markup.
    fn font(&self) -> FontFormatting {
        let mut font = self.font;
        match self.markup {
            Some(MarkupTag::Italic) => font.style = Some(Formatting::Italic),
            Some(MarkupTag::Bold) => font.weight = Some(Formatting::Bold),
            Some(MarkupTag::SmallCaps) => font.variant = Some(Formatting::SmallCaps),
            _ => {}
        }
        font
    }
}

/// A markup tag that is open, and what it holds so far.
type OpenTag<'n> = (Option<MarkupTag>, Vec<Blob<'n, BlobFormatting<'n>>>);

/// Returns a part of a field.
fn part<'n>(
    content: BlobContent<'n, BlobFormatting<'n>>,
    tag: Option<MarkupTag>,
) -> Blob<'n, BlobFormatting<'n>> {
    let quoted = matches!(tag, Some(MarkupTag::Quote { .. }));
    Blob {
        prefix: Cow::Borrowed(""),
        suffix: Cow::Borrowed(""),
        content,
        formatted: !quoted && !matches!(tag, None | Some(MarkupTag::NoCase)),
        quoted,
        unquoted: false,
        is_number: false,
        look: BlobFormatting {
            markup: tag,
            ..BlobFormatting::default()
        },
    }
}

/// Renders nodes as rich text.
pub(super) struct Renderer<'l> {
    locale: &'l Locale,
    segments: Vec<RenderSegment>,
    open: Vec<Mark>,
    /// The link targets of the cites.
    hrefs: Vec<Option<&'l str>>,
    /// Whether the text of each variable is marked.
    marks_variables: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum RenderSegment {
    Text(String),
    Open(Mark),
    Close(Mark),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Mark {
    Formatting(Formatting),
    Quote {
        inner: bool,
    },
    /// An element without quotation marks, in which those of fields are outer ones.
    Unquoted,
    Display(Display),
    Link(String),
    Variable(VariableId),
    Substitute,
}

impl<'l> Renderer<'l> {
    pub(super) fn new(locale: &'l Locale) -> Self {
        Self {
            locale,
            segments: Vec::new(),
            open: Vec::new(),
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
        let mut blob = self.blob(node);
        affixes::adjust(&mut blob, self.locale.punctuation_in_quote);
        self.write(&blob);
    }

    /// Appends the cites of a citation, each with the delimiter before it, and the affixes of the layout.
    pub(super) fn citation(&mut self, cites: &[(String, Node<'_>)], layout: &CommonAttributes) {
        let marks = self.start_all(layout.font, FontFormatting::default());
        for (at, (delimiter, cite)) in cites.iter().enumerate() {
            let mut blob = self.blob(cite);
            if blob.look.href.is_some() {
                // The affixes of the layout are not part of the link.
                blob = part(BlobContent::Children(vec![blob], Cow::Borrowed("")), None);
            }
            if at == 0 {
                blob.prefix = Cow::Owned(format!("{}{}", layout.prefix, blob.prefix));
            }
            if at + 1 == cites.len() {
                let suffix = citeproc_js::citation_suffix(&layout.suffix);
                blob.suffix = Cow::Owned(format!("{}{suffix}", blob.suffix));
            }
            affixes::adjust(&mut blob, self.locale.punctuation_in_quote);
            self.push(delimiter);
            self.write(&blob);
        }
        self.finish_all(marks);
    }

    /// Returns the blob of a node.
    fn blob<'n>(&self, node: &'n Node<'_>) -> Blob<'n, BlobFormatting<'n>>
    where
        'l: 'n,
    {
        let href = match node.tag {
            NodeRole::Cite(at) => self.hrefs.get(at).copied().flatten(),
            _ => None,
        };
        let mut blob = Blob {
            prefix: Cow::Borrowed(&*node.prefix),
            suffix: Cow::Borrowed(&*node.suffix),
            content: BlobContent::Text(Cow::Borrowed("")),
            formatted: !node.font.is_plain(),
            quoted: node.quotes,
            unquoted: node.unquoted,
            is_number: matches!(
                node.tag,
                NodeRole::CitationNumber(_) | NodeRole::YearSuffix(_) | NodeRole::Number
            ),
            look: BlobFormatting {
                font: node.font,
                quotes: node.quotes,
                display: node.display,
                href,
                mark: self.marks_variables.then(|| variable_mark(node)).flatten(),
                ..BlobFormatting::default()
            },
        };
        match &node.content {
            NodeContent::Text(text) if node.tag == NodeRole::Delimiter => {
                blob.content = BlobContent::Text(Cow::Borrowed(&**text));
            }
            NodeContent::Text(text) => {
                // Punctuation at the beginning of a field is outside of its formatting.
                let text = citeproc_js::spaced_punctuation(text);
                let leading = citeproc_js::leading_punctuation(&text);
                if leading > 0 {
                    let leading = text.get(..leading).unwrap_or_default();
                    blob.prefix = Cow::Owned(format!("{}{leading}", node.prefix));
                }
                let body = match text {
                    Cow::Borrowed(text) => Cow::Borrowed(text.get(leading..).unwrap_or_default()),
                    Cow::Owned(mut text) => Cow::Owned(text.split_off(leading)),
                };
                if node.font.style.is_some() && !body.chars().any(is_alphabetic_script) {
                    // Italics exist in alphabetic scripts only.
                    blob.look.font.style = None;
                    blob.formatted = !blob.look.font.is_plain();
                }
                blob.content = self.field(body);
            }
            NodeContent::Link { href, text } => {
                blob.look.link = Some(href);
                blob.content = BlobContent::Text(Cow::Borrowed(&**text));
            }
            NodeContent::Children(children, delimiter) => {
                blob.content = BlobContent::Children(
                    children.iter().map(|child| self.blob(child)).collect(),
                    Cow::Borrowed(&**delimiter),
                );
            }
        }
        blob
    }

    /// Returns the text of a field, split at its markup.
    fn field<'n>(&self, text: Cow<'n, str>) -> BlobContent<'n, BlobFormatting<'n>> {
        if !markup::may_hold_markup(&text, &self.locale.quotes) {
            return BlobContent::Text(text);
        }
        fn append(stack: &mut [OpenTag<'_>], text: &str) {
            let Some((_, children)) = stack.last_mut() else {
                return;
            };
            match children.last_mut() {
                Some(Blob {
                    content: BlobContent::Text(last),
                    ..
                }) => last.to_mut().push_str(text),
                _ => children.push(part(BlobContent::Text(Cow::Owned(text.to_owned())), None)),
            }
        }
        fn close(stack: &mut Vec<OpenTag<'_>>) {
            if let Some((tag, children)) = stack.pop()
                && !children.is_empty()
                && let Some((_, outer)) = stack.last_mut()
            {
                let content = BlobContent::Children(children, Cow::Borrowed(""));
                outer.push(part(content, tag));
            }
        }
        let mut stack: Vec<OpenTag<'n>> = vec![(None, Vec::new())];
        for piece in markup::parse(&text, &self.locale.quotes) {
            match piece {
                markup::MarkupPiece::Text(text) => append(&mut stack, text),
                markup::MarkupPiece::Apostrophe => append(&mut stack, "\u{2019}"),
                markup::MarkupPiece::Open(tag) => stack.push((Some(tag), Vec::new())),
                markup::MarkupPiece::Close if stack.len() > 1 => close(&mut stack),
                markup::MarkupPiece::Close => {}
            }
        }
        while stack.len() > 1 {
            close(&mut stack);
        }
        let mut children = stack
            .pop()
            .map(|(_, children)| children)
            .unwrap_or_default();
        match children.as_mut_slice() {
            [] => BlobContent::Text(Cow::Borrowed("")),
            [
                Blob {
                    content: BlobContent::Text(text),
                    ..
                },
            ] => BlobContent::Text(std::mem::take(text)),
            _ => BlobContent::Children(children, Cow::Borrowed("")),
        }
    }

    /// Appends a blob.
    fn write(&mut self, blob: &Blob<'_, BlobFormatting<'_>>) {
        if let Some(href) = blob.look.href {
            self.start(Mark::Link(href.to_owned()));
        }
        if let Some(display) = blob.look.display {
            self.start(Mark::Display(display));
        }
        self.push(&blob.prefix);
        let is_marked = blob.look.mark.is_some();
        if let Some(mark) = &blob.look.mark {
            self.start(mark.clone());
        }
        if blob.unquoted {
            self.open.push(Mark::Unquoted);
        }
        let mut marks = 0;
        if let Some(tag) = blob.look.markup {
            marks += self.open_markup(tag);
        }
        if blob.look.quotes {
            self.start(Mark::Quote { inner: false });
            marks += 1;
        }

        let last = match &blob.content {
            BlobContent::Children(children, _) => children.last().map(|child| child.look.font()),
            BlobContent::Text(_) => None,
        };
        marks += self.start_all(blob.look.font, last.unwrap_or_default());
        if let Some(href) = blob.look.link {
            self.start(Mark::Link(href.to_owned()));
            marks += 1;
        }
        match &blob.content {
            BlobContent::Text(text) => self.push(text),
            BlobContent::Children(children, delimiter) => {
                for (at, child) in children.iter().enumerate() {
                    if at > 0 {
                        self.push(delimiter);
                    }
                    self.write(child);
                }
            }
        }
        self.finish_all(marks);
        if blob.unquoted {
            self.open.pop();
        }
        if is_marked {
            self.finish();
        }
        self.push(&blob.suffix);
        if blob.look.display.is_some() {
            self.finish();
        }
        if blob.look.href.is_some() {
            self.finish();
        }
    }

    fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let text = &*citeproc_js::wide_spaces(text);
        match self.segments.last_mut() {
            Some(RenderSegment::Text(last)) => last.push_str(text),
            _ => self.segments.push(RenderSegment::Text(text.to_owned())),
        }
    }

    fn start(&mut self, mark: Mark) {
        self.segments.push(RenderSegment::Open(mark.clone()));
        self.open.push(mark);
    }

    fn finish(&mut self) {
        if let Some(mark) = self.open.pop() {
            self.segments.push(RenderSegment::Close(mark));
        }
    }

    /// Opens formatting, and returns how many marks that takes. `last` is the formatting of the last child.
    fn start_all(&mut self, font: FontFormatting, last: FontFormatting) -> usize {
        let before = self.open.len();
        if !font.is_plain() {
            for formatting in font.outside_in() {
                if self.shows(formatting) || citeproc_js::shows_normal(formatting, last) {
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
                let mut marks = self.open.iter().filter_map(|mark| match mark {
                    Mark::Quote { inner } => Some(Some(*inner)),
                    Mark::Unquoted => Some(None),
                    _ => None,
                });
                let outermost = marks.clone().next();
                let around = match marks.next_back() {
                    // Of several elements with `quotes`, the outermost decides.
                    Some(None) => Some(outermost.flatten().unwrap_or(true)),
                    innermost => innermost.flatten(),
                };
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
                RenderSegment::Text(text) => push_text(&mut stack, &text),
                RenderSegment::Open(Mark::Quote { inner }) => {
                    push_text(
                        &mut stack,
                        if inner {
                            &quotes.open_inner
                        } else {
                            &quotes.open
                        },
                    );
                }
                RenderSegment::Close(Mark::Quote { inner }) => {
                    push_text(
                        &mut stack,
                        if inner {
                            &quotes.close_inner
                        } else {
                            &quotes.close
                        },
                    );
                }
                RenderSegment::Open(_) => stack.push(Vec::new()),
                RenderSegment::Close(mark) => {
                    let content = stack.pop().unwrap_or_default();
                    if content.is_empty() {
                        continue;
                    }
                    let content = exact(content);
                    let inline = match mark {
                        Mark::Formatting(formatting) => Inline::Formatted(formatting, content),
                        Mark::Display(display) => Inline::Display(display, content),
                        Mark::Link(href) => Inline::Link { href, content },
                        Mark::Quote { .. } | Mark::Unquoted => continue,
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
        exact(stack.into_iter().next().unwrap_or_default())
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
                RenderSegment::Text(text) => text,
                RenderSegment::Open(Mark::Quote { inner: true }) => quotes.open_inner.to_string(),
                RenderSegment::Open(Mark::Quote { inner: false }) => quotes.open.to_string(),
                RenderSegment::Close(Mark::Quote { inner: true }) => quotes.close_inner.to_string(),
                RenderSegment::Close(Mark::Quote { inner: false }) => quotes.close.to_string(),
                // Blocks are lines of their own, or are set apart.
                RenderSegment::Open(Mark::Display(_)) => " ".to_owned(),
                RenderSegment::Open(mark @ (Mark::Variable(_) | Mark::Substitute)) => {
                    open.push(mark);
                    continue;
                }
                RenderSegment::Close(Mark::Variable(_) | Mark::Substitute) => {
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
        NodeRole::Variable(variable) => Some(Mark::Variable(variable)),
        NodeRole::Substitute => Some(Mark::Substitute),
        NodeRole::Names => match node.find(&|tag| matches!(tag, NodeRole::NameList(_)))?.tag {
            NodeRole::NameList(variable) => Some(Mark::Variable(variable)),
            _ => None,
        },
        NodeRole::CitationNumber(_) => Some(Mark::Variable(variables::CITATION_NUMBER)),
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
                // Names are usually replaced by the title.
                Some(Mark::Substitute) => Some("title".to_owned()),
                _ => None,
            },
            text,
        })
        .collect()
}

/// Returns text without room for more: a bibliography keeps all its entries until they are printed, and most have few
/// parts.
fn exact(mut text: RichText) -> RichText {
    let mut exact = Vec::with_capacity(text.len());
    exact.append(&mut text);
    exact
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
