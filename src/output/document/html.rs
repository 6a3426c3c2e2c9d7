//! Documents in HTML.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Alignment, Block, Document, Image, Span, Table, plain};
use crate::csl::Inline;
use crate::output::html::{self, PageParts, attribute, escaped};
use crate::output::urls::is_safe_link;

/// The style sheet of documents, in addition to that of lists.
const CSS: &str = "\
table { border-collapse: collapse; margin: 1.2em 0; font-size: 0.95em; }
th, td { padding: 0.3em 0.8em; text-align: start; vertical-align: top; border-block: 1px solid var(--line); }
.scroll { overflow-x: auto; }
figure { margin: 1.5em 0; text-align: center; }
figcaption, .authors, .date { color: var(--quiet); font-size: 0.95em; }
img { max-width: 100%; height: auto; }
code { font-size: 0.9em; }
.abstract { margin: 1.5em 0; padding-inline: 1.5em; font-size: 0.95em; }
.footnotes { margin-top: 3em; border-top: 1px solid var(--line); font-size: 0.92em; }
.footnotes li { overflow-wrap: anywhere; }
a[role=doc-noteref] { text-decoration: none; }
hr { border: 0; border-top: 1px solid var(--line); margin: 2em 25%; }
";

/// Formats a document as a complete page. Images are named as in the document.
pub fn page(document: &Document) -> String {
    let mut writer = HtmlWriter {
        document,
        anchors: document.anchors(),
        notes: Vec::new(),
    };
    let mut head = String::new();
    if !document.title.is_empty() {
        let _ = writeln!(
            head,
            "<h1 dir=\"auto\">{}</h1>",
            writer.inline(&document.title)
        );
    }
    if !document.subtitle.is_empty() {
        let _ = writeln!(
            head,
            "<p class=\"subtitle\">{}</p>",
            writer.inline(&document.subtitle)
        );
    }
    for author in &document.authors {
        let _ = writeln!(head, "<p class=\"authors\">{}</p>", writer.inline(author));
    }
    if !document.date.is_empty() {
        let _ = writeln!(
            head,
            "<p class=\"date\">{}</p>",
            writer.inline(&document.date)
        );
    }
    let mut body = String::new();
    if !document.summary.is_empty() {
        body.push_str("<div class=\"abstract\">\n");
        writer.blocks(&document.summary, &mut body);
        body.push_str("</div>\n");
    }
    writer.blocks(&document.blocks, &mut body);
    if !writer.notes.is_empty() {
        body.push_str("<section class=\"footnotes\" role=\"doc-endnotes\">\n<ol>\n");
        for (note, number) in writer.notes.iter().zip(1..) {
            let _ = writeln!(body, "<li id=\"fn{number}\">{note}</li>");
        }
        body.push_str("</ol>\n</section>\n");
    }
    let layout = document.blocks.iter().find_map(|block| match block {
        Block::Bibliography { list, .. } => Some(html::layout_css(list.layout)),
        _ => None,
    });
    let title = document.plain_title();
    html::complete(&PageParts {
        language: &document.language,
        title: if title.is_empty() { "Document" } else { &title },
        css: &format!("{CSS}{}", layout.unwrap_or_default()),
        metadata: "",
        head: &head,
        body: &body,
    })
}

struct HtmlWriter<'d> {
    document: &'d Document,
    anchors: BTreeSet<String>,
    /// The notes that were written.
    notes: Vec<String>,
}

impl HtmlWriter<'_> {
    fn blocks(&mut self, blocks: &[Block], html: &mut String) {
        for block in blocks {
            self.block(block, html);
        }
    }

    fn block(&mut self, block: &Block, html: &mut String) {
        match block {
            Block::Heading { level, id, content } => {
                // The title is the only heading of level 1.
                let level = (level + 1).min(6);
                let content = self.inline(content);
                let _ = writeln!(
                    html,
                    "<h{level} id=\"{}\" dir=\"auto\">{content}</h{level}>",
                    attribute(id)
                );
            }
            Block::Paragraph(content) => {
                let _ = writeln!(html, "<p dir=\"auto\">{}</p>", self.inline(content));
            }
            Block::Quote(quoted) => {
                html.push_str("<blockquote>\n");
                self.blocks(quoted, html);
                html.push_str("</blockquote>\n");
            }
            Block::List { start, items } => {
                let _ = match start {
                    Some(1) => writeln!(html, "<ol>"),
                    Some(start) => writeln!(html, "<ol start=\"{start}\">"),
                    None => writeln!(html, "<ul>"),
                };
                for item in items {
                    html.push_str("<li dir=\"auto\">");
                    self.item(item, html);
                    html.push_str("</li>\n");
                }
                html.push_str(if start.is_some() {
                    "</ol>\n"
                } else {
                    "</ul>\n"
                });
            }
            Block::Definitions(definitions) => {
                html.push_str("<dl>\n");
                for definition in definitions {
                    let _ = writeln!(html, "<dt>{}</dt>", self.inline(&definition.term));
                    for meaning in &definition.meanings {
                        html.push_str("<dd>");
                        self.item(meaning, html);
                        html.push_str("</dd>\n");
                    }
                }
                html.push_str("</dl>\n");
            }
            Block::Code(code) => {
                // HTML ignores a line break directly after the tag.
                html.push_str("<pre><code>\n");
                for line in code.lines() {
                    html.push_str(&escaped(line));
                    html.push('\n');
                }
                html.push_str("</code></pre>\n");
            }
            Block::Table(table) => self.table(table, html),
            Block::Figure(image) => {
                html.push_str("<figure>\n");
                html.push_str(&self.image(image));
                if !image.text.is_empty() {
                    let _ = write!(
                        html,
                        "\n<figcaption dir=\"auto\">{}</figcaption>",
                        escaped(&image.text)
                    );
                }
                html.push_str("\n</figure>\n");
            }
            Block::Formula(tex) => {
                let _ = writeln!(html, "<p><code>{}</code></p>", escaped(tex));
            }
            Block::Rule => html.push_str("<hr>\n"),
            Block::Bibliography { list, .. } => html.push_str(&html::sections(list)),
        }
    }

    /// Writes the blocks of a list item, without a paragraph if it has only one.
    fn item(&mut self, blocks: &[Block], html: &mut String) {
        match blocks {
            [Block::Paragraph(content)] => {
                let content = self.inline(content);
                html.push_str(&content);
            }
            [Block::Paragraph(content), rest @ ..]
                if rest.iter().all(|block| matches!(block, Block::List { .. })) =>
            {
                let content = self.inline(content);
                let _ = writeln!(html, "{content}");
                self.blocks(rest, html);
            }
            blocks => self.blocks(blocks, html),
        }
    }

    fn table(&mut self, table: &Table, html: &mut String) {
        html.push_str("<div class=\"scroll\"><table>\n");
        let mut row = |cells: &[Vec<Span>], name: &str, html: &mut String| {
            html.push_str("<tr>");
            for (cell, column) in cells.iter().zip(&table.columns) {
                let side = match column {
                    Alignment::Default => "",
                    Alignment::Left => " style=\"text-align:left\"",
                    Alignment::Center => " style=\"text-align:center\"",
                    Alignment::Right => " style=\"text-align:right\"",
                };
                let _ = write!(html, "<{name}{side}>{}</{name}>", self.inline(cell));
            }
            html.push_str("</tr>\n");
        };
        if table.header.iter().any(|cell| !cell.is_empty()) {
            html.push_str("<thead>\n");
            row(&table.header, "th", html);
            html.push_str("</thead>\n");
        }
        html.push_str("<tbody>\n");
        for cells in &table.rows {
            row(cells, "td", html);
        }
        html.push_str("</tbody>\n</table></div>\n");
    }

    fn inline(&mut self, content: &[Span]) -> String {
        let mut html = String::new();
        self.spans(content, &mut html);
        html
    }

    fn spans(&mut self, content: &[Span], html: &mut String) {
        for span in content {
            match span {
                Span::Text(text) => {
                    html.push_str(&html::rich_text_with_links(&[Inline::Text(text.clone())]));
                }
                Span::Formatted(formatting, content) => {
                    let (start, end) = html::tags(*formatting);
                    html.push_str(start);
                    self.spans(content, html);
                    html.push_str(end);
                }
                Span::Struck(content) => {
                    html.push_str("<s>");
                    self.spans(content, html);
                    html.push_str("</s>");
                }
                Span::Code(code) | Span::Formula(code) => {
                    let _ = write!(html, "<code>{}</code>", escaped(code));
                }
                Span::Link { href, content } => {
                    let target = href.strip_prefix('#');
                    let is_known = target.is_none_or(|target| self.anchors.contains(target));
                    if is_known && is_safe_link(href) {
                        let _ = write!(html, "<a href=\"{}\">", attribute(href));
                        self.spans(content, html);
                        html.push_str("</a>");
                    } else {
                        self.spans(content, html);
                    }
                }
                Span::Image(image) => html.push_str(&self.image(image)),
                Span::Note(blocks) => self.note(blocks, html),
                Span::Citation { content, .. } => {
                    html.push_str(&html::rich_text_with_links(content));
                }
                Span::Break => html.push_str("<br>\n"),
            }
        }
    }

    fn note(&mut self, blocks: &[Block], html: &mut String) {
        // The number of the note is known before the notes in its text.
        self.notes.push(String::new());
        let number = self.notes.len();
        let _ = write!(
            html,
            "<sup><a href=\"#fn{number}\" id=\"fnref{number}\" role=\"doc-noteref\">{number}</a></sup>"
        );
        let back = format!(
            " <a href=\"#fnref{number}\" role=\"doc-backlink\" aria-label=\"Back to the text\">\u{21a9}\u{fe0e}</a>"
        );
        let mut note = String::new();
        match blocks {
            [Block::Paragraph(content)] => {
                note = format!("{}{back}", self.inline(content));
            }
            blocks => {
                self.blocks(blocks, &mut note);
                note.push_str(&back);
            }
        }
        if let Some(slot) = self.notes.get_mut(number - 1) {
            *slot = note;
        }
    }

    /// Formats an image. One from another host is a link, so that a page loads nothing from elsewhere.
    fn image(&self, image: &Image) -> String {
        let text = plain(&[Span::Text(image.text.clone())]);
        if !is_safe_link(&image.source) {
            return escaped(&text);
        }
        if is_address(&image.source) {
            let shown = if text.is_empty() {
                &image.source
            } else {
                &text
            };
            return format!(
                "<a href=\"{}\">{}</a>",
                attribute(&image.source),
                escaped(shown)
            );
        }
        let file = self.document.images.get(&image.source);
        format!(
            "<img src=\"{}\" alt=\"{}\">",
            attribute(file.map_or(&image.source, |file| &file.path)),
            attribute(&text)
        )
    }
}

/// Returns whether an image is on the network.
fn is_address(source: &str) -> bool {
    source.contains("://") || source.starts_with("//")
}
