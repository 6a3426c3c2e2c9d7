//! Documents in Typst.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Alignment, Atom, Block, Document, Image, Span, Table, plain, write_flow};
use crate::output::markup_writer::InlineMarkup as _;
use crate::output::text_runs::Formulas;
use crate::output::typst::{self, Typst, string_literal};

/// Formats a document. Images are named as in the document.
pub fn document(document: &Document) -> String {
    let writer = TypstWriter {
        document,
        anchors: document.anchors(),
        typst: Typst::in_language(&document.language),
    };
    let mut body = String::new();
    if !document.title.is_empty() {
        let title = format!(
            "#text(size: 1.6em, weight: \"bold\")[{}]",
            writer.inline(&document.title)
        );
        let _ = writeln!(
            body,
            "{}\n",
            writer.in_its_direction(&document.title, title)
        );
    }
    if !document.subtitle.is_empty() {
        let subtitle = format!("#text(size: 1.2em)[{}]", writer.inline(&document.subtitle));
        let _ = writeln!(
            body,
            "{}\n",
            writer.in_its_direction(&document.subtitle, subtitle)
        );
    }
    for line in document.authors.iter().chain([&document.date]) {
        if !line.is_empty() {
            let _ = writeln!(body, "{}\n", writer.inline(line));
        }
    }
    if !document.summary.is_empty() {
        let _ = writeln!(
            body,
            "#pad(x: 2em)[#set text(size: 0.9em)\n{}\n]\n",
            writer.blocks(&document.summary)
        );
    }
    body.push_str(&writer.blocks(&document.blocks));
    body.push('\n');
    let title = document.plain_title();
    let title = if title.is_empty() { "Document" } else { &title };
    typst::complete(title, &body, &document.language)
}

struct TypstWriter<'d> {
    document: &'d Document,
    anchors: BTreeSet<String>,
    typst: Typst,
}

impl TypstWriter<'_> {
    fn blocks(&self, blocks: &[Block]) -> String {
        let blocks: Vec<String> = blocks.iter().map(|block| self.block(block)).collect();
        blocks.join("\n\n")
    }

    fn block(&self, block: &Block) -> String {
        match block {
            Block::Heading { level, id, content } => {
                let label = typst::label(id);
                let heading = format!("#heading(level: {level})[{}]{label}", self.inline(content));
                self.in_its_direction(content, heading)
            }
            Block::Paragraph(content) => self.in_its_direction(content, self.inline(content)),
            Block::Quote(quoted) => format!("#quote(block: true)[\n{}\n]", self.blocks(quoted)),
            Block::List { start, items } => {
                let items = items.iter().map(|item| format!("[{}]", self.blocks(item)));
                let items = items.collect::<Vec<_>>().join(", ");
                match start {
                    Some(start) => format!("#enum(start: {start}, {items})"),
                    None => format!("#list({items})"),
                }
            }
            Block::Definitions(definitions) => {
                let items = definitions.iter().map(|definition| {
                    let meanings = definition
                        .meanings
                        .iter()
                        .map(|meaning| self.blocks(meaning));
                    let meanings = meanings.collect::<Vec<_>>().join("\n\n");
                    format!(
                        "terms.item([{}], [{meanings}])",
                        self.inline(&definition.term)
                    )
                });
                format!("#terms({})", items.collect::<Vec<_>>().join(", "))
            }
            Block::Code(code) => typst::preformatted(code),
            Block::Table(table) => self.table(table),
            Block::Figure(image) => {
                let caption = self.inline(&[Span::Text(image.text.clone())]);
                match self.file(image) {
                    Some(file) if caption.is_empty() => format!("#align(center, {file})"),
                    // Without a number, because the caption may have one of its own.
                    Some(file) => {
                        format!(
                            "#figure({file}, caption: [{caption}], numbering: none, supplement: none)"
                        )
                    }
                    None => caption,
                }
            }
            Block::Formula(tex) => format!("#align(center)[{}]", typst::code(tex)),
            Block::Rule => "#align(center, line(length: 40%))".to_owned(),
            Block::Bibliography { list, .. } => typst::entries_of(self.typst, list),
        }
    }

    fn table(&self, table: &Table) -> String {
        let widths: Vec<String> = table
            .shares()
            .iter()
            .map(|share| format!("{share}fr"))
            .collect();
        let sides = table.columns.iter().map(|column| match column {
            Alignment::Default => "start",
            Alignment::Left => "left",
            Alignment::Center => "center",
            Alignment::Right => "right",
        });
        let row = |cells: &[Vec<Span>]| {
            let cells = cells.iter().map(|cell| format!("[{}]", self.inline(cell)));
            cells.collect::<Vec<_>>().join(", ")
        };
        let mut text = format!(
            "#table(columns: ({},), align: ({},), stroke: (x: none),\n",
            widths.join(", "),
            sides.collect::<Vec<_>>().join(", ")
        );
        if table.header.iter().any(|cell| !cell.is_empty()) {
            let cells = table
                .header
                .iter()
                .map(|cell| format!("strong[{}]", self.inline(cell)));
            let _ = writeln!(
                text,
                "  table.header({}),",
                cells.collect::<Vec<_>>().join(", ")
            );
        }
        for cells in &table.rows {
            let _ = writeln!(text, "  {},", row(cells));
        }
        text.push(')');
        text
    }

    /// Sets the direction of a paragraph.
    fn in_its_direction(&self, content: &[Span], paragraph: String) -> String {
        self.typst
            .paragraph_of(&plain(content))
            .in_its_direction(paragraph)
    }

    /// Formats the pieces of a paragraph.
    fn inline(&self, content: &[Span]) -> String {
        let typst = self.typst.paragraph_of(&plain(content));
        write_flow(
            &typst,
            content,
            Formulas::RichText,
            &self.anchors,
            |atom, text| {
                match atom {
                    Atom::Break => text.push_str(" \\\n"),
                    Atom::Formula(tex) => text.push_str(&typst::code(tex)),
                    Atom::Image(image) => match self.file(image) {
                        Some(file) => {
                            let _ = write!(text, "#box({file});");
                        }
                        None => text.push_str(&typst.escape(&image.text)),
                    },
                    // The semicolon ends the call, whatever follows it.
                    Atom::Note(blocks) => {
                        let _ = write!(text, "#footnote[{}];", self.blocks(blocks));
                    }
                    Atom::Run(_) | Atom::FieldStart(_) | Atom::FieldEnd(_) => {}
                }
            },
        )
    }

    /// Returns the call that loads an image, if it could be read.
    fn file(&self, image: &Image) -> Option<String> {
        let file = self.document.images.get(&image.source)?;
        let width = match file.width {
            0..=560 => format!("{}pt", file.width * 3 / 4),
            _ => "100%".to_owned(),
        };
        Some(format!(
            "image({}, width: {width}, alt: {})",
            string_literal(&file.path),
            string_literal(&plain(&[Span::Text(image.text.clone())]))
        ))
    }
}
