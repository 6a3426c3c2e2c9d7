//! Introductions and annotations, parsed from Markdown.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::csl::{Formatting, Inline, RichText};

/// Parsed Markdown text that every output writer can print.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RichBlocks {
    /// The blocks in order.
    pub blocks: Vec<RichBlock>,
}

/// A block of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RichBlock {
    /// A paragraph. A Markdown heading becomes a bold paragraph, since the list has headings of its own.
    Paragraph(RichText),
    /// A quotation.
    Quote(Vec<RichBlock>),
    /// A bulleted or numbered list.
    List {
        /// The first number, or `None` for a bulleted list.
        start: Option<u64>,
        /// The items.
        items: Vec<Vec<RichBlock>>,
    },
    /// Preformatted text.
    Verbatim(String),
}

impl RichBlocks {
    /// Parses Markdown (CommonMark). Raw HTML and images become plain text.
    pub fn from_markdown(markdown: &str) -> Self {
        let mut parser = BlockParser::default();
        for event in Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH) {
            parser.take(event);
        }
        parser.end_paragraph();
        while parser.open.len() > 1 {
            parser.close_container();
        }
        Self {
            blocks: parser
                .open
                .pop()
                .map(|open| open.blocks)
                .unwrap_or_default(),
        }
    }

    /// Returns whether there is nothing to print.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}

/// An open container: the whole text, a quotation, a list or a list item.
#[derive(Default)]
struct OpenBlock {
    kind: ContainerKind,
    blocks: Vec<RichBlock>,
    items: Vec<Vec<RichBlock>>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum ContainerKind {
    #[default]
    Plain,
    Quote,
    List(Option<u64>),
}

/// An open inline element.
enum OpenInline {
    Formatted(Formatting),
    Link(String),
    /// An element without formatting.
    Bare,
}

struct BlockParser {
    open: Vec<OpenBlock>,
    text: Vec<(OpenInline, RichText)>,
    verbatim: Option<String>,
}

impl Default for BlockParser {
    fn default() -> Self {
        Self {
            open: vec![OpenBlock::default()],
            text: Vec::new(),
            verbatim: None,
        }
    }
}

impl BlockParser {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.verbatim {
                Some(verbatim) => verbatim.push_str(&text),
                None => self.push(Inline::Text(text.into_string())),
            },
            Event::Code(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.push(Inline::Text(text.into_string())),
            Event::SoftBreak | Event::HardBreak => self.push(Inline::Text(" ".into())),
            Event::Rule | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.begin_paragraph(OpenInline::Bare),
            Tag::Heading { .. } => self.begin_paragraph(OpenInline::Formatted(Formatting::Bold)),
            Tag::BlockQuote(_) => self.open_container(ContainerKind::Quote),
            Tag::List(start) => self.open_container(ContainerKind::List(start)),
            Tag::Item => self.open_container(ContainerKind::Plain),
            Tag::CodeBlock(_) => {
                self.end_paragraph();
                self.verbatim = Some(String::new());
            }
            Tag::Emphasis => self
                .text
                .push((OpenInline::Formatted(Formatting::Italic), vec![])),
            Tag::Strong => self
                .text
                .push((OpenInline::Formatted(Formatting::Bold), vec![])),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.text
                    .push((OpenInline::Link(dest_url.into_string()), vec![]));
            }
            _ => self.text.push((OpenInline::Bare, vec![])),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::HtmlBlock => self.end_paragraph(),
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => {
                self.end_paragraph();
                self.close_container();
            }
            TagEnd::CodeBlock => {
                if let Some(text) = self.verbatim.take() {
                    let text = text.trim_end_matches('\n').to_owned();
                    self.add(RichBlock::Verbatim(text));
                }
            }
            _ => self.close_span(),
        }
    }

    fn begin_paragraph(&mut self, span: OpenInline) {
        self.end_paragraph();
        self.text.push((span, Vec::new()));
    }

    fn end_paragraph(&mut self) {
        while self.text.len() > 1 {
            self.close_span();
        }
        if let Some((span, content)) = self.text.pop()
            && !content.is_empty()
        {
            self.add(RichBlock::Paragraph(close_span_content(span, content)));
        }
    }

    fn close_span(&mut self) {
        if let Some((span, content)) = self.text.pop() {
            for inline in close_span_content(span, content) {
                self.push(inline);
            }
        }
    }

    fn push(&mut self, inline: Inline) {
        match self.text.last_mut() {
            Some((_, content)) => match (content.last_mut(), inline) {
                (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
                (_, inline) => content.push(inline),
            },
            // The items of a tight list contain text without a paragraph around it.
            None => self.text.push((OpenInline::Bare, vec![inline])),
        }
    }

    fn open_container(&mut self, kind: ContainerKind) {
        self.end_paragraph();
        self.open.push(OpenBlock {
            kind,
            ..OpenBlock::default()
        });
    }

    fn close_container(&mut self) {
        let Some(container) = self.open.pop() else {
            return;
        };
        match container.kind {
            ContainerKind::Quote => self.add(RichBlock::Quote(container.blocks)),
            ContainerKind::List(start) => self.add(RichBlock::List {
                start,
                items: container.items,
            }),
            ContainerKind::Plain => match self.open.last_mut() {
                Some(list) => list.items.push(container.blocks),
                None => self.open.push(container),
            },
        }
    }

    fn add(&mut self, block: RichBlock) {
        if let Some(container) = self.open.last_mut() {
            container.blocks.push(block);
        }
    }
}

fn close_span_content(span: OpenInline, content: RichText) -> RichText {
    match span {
        OpenInline::Bare => content,
        OpenInline::Formatted(formatting) => vec![Inline::Formatted(formatting, content)],
        OpenInline::Link(href) => vec![Inline::Link { href, content }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_lists_quotations_and_links_are_read() {
        let prose = RichBlocks::from_markdown(
            "On *peer* [production](https://e.org).\n\n> Yes\n\n3. a\n4. b\n",
        );
        let text = |text: &str| vec![Inline::Text(text.into())];
        let paragraph = |content: &str| RichBlock::Paragraph(text(content));
        assert_eq!(
            prose.blocks,
            [
                RichBlock::Paragraph(vec![
                    Inline::Text("On ".into()),
                    Inline::Formatted(Formatting::Italic, text("peer")),
                    Inline::Text(" ".into()),
                    Inline::Link {
                        href: "https://e.org".into(),
                        content: text("production")
                    },
                    Inline::Text(".".into()),
                ]),
                RichBlock::Quote(vec![paragraph("Yes")]),
                RichBlock::List {
                    start: Some(3),
                    items: vec![vec![paragraph("a")], vec![paragraph("b")]]
                },
            ]
        );
    }

    #[test]
    fn html_and_odd_nesting_lose_no_word() {
        for (markdown, word) in [
            ("<b>loud</b>", "loud"),
            ("<div>\nblock\n</div>", "block"),
            ("- a\n\n  - deep\n", "deep"),
            ("![a picture](p.png)", "a picture"),
            ("```\nverbatim\n```", "verbatim"),
            ("# heading", "heading"),
        ] {
            let prose = format!("{:?}", RichBlocks::from_markdown(markdown));
            assert!(prose.contains(word), "{markdown}: {prose}");
        }
    }
}
