//! Documents of prose with citations: the tree that the writers of complete documents print.
//!
//! `documents` makes the tree from Markdown. Each writer walks its blocks; those that need the complete formatting of
//! each run get it from `flow`. The bibliography is a [`ReadingList`], which the formats already print.

mod html;
mod images;
mod latex;
mod typst;

use std::collections::{BTreeMap, BTreeSet};

pub use self::html::page;
pub use self::images::{ImageFile, ImageKind};
pub use self::latex::document as latex;
pub use self::typst::document as typst;
use super::markup_writer::{self, InlineMarkup};
use super::text_runs::{Formulas, TextRun, TextStyle, runs_in};
use super::urls::is_safe_link;
use crate::csl::{Formatting, Inline, RichText};
use crate::reading_list::{self, ReadingList};

/// A document.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// The title.
    pub title: Vec<Span>,
    /// The subtitle.
    pub subtitle: Vec<Span>,
    /// The authors.
    pub authors: Vec<Vec<Span>>,
    /// The date, as written.
    pub date: Vec<Span>,
    /// The abstract.
    pub summary: Vec<Block>,
    /// The language, such as `en-US`.
    pub language: String,
    /// The text.
    pub blocks: Vec<Block>,
    /// The images that could be read, by their source.
    pub images: BTreeMap<String, ImageFile>,
    /// The data that Zotero's plugin for word processors needs, if the citations are fields.
    pub zotero: Option<String>,
}

/// A block of a document.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Block {
    /// A heading; level 1 is the highest.
    Heading {
        /// The level.
        level: usize,
        /// The name by which links refer to it.
        id: String,
        /// The text.
        content: Vec<Span>,
    },
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// A quotation.
    Quote(Vec<Block>),
    /// A bulleted or numbered list.
    List {
        /// The first number, or `None` for a bulleted list.
        start: Option<u64>,
        /// The items.
        items: Vec<Vec<Block>>,
    },
    /// Terms with their definitions.
    Definitions(Vec<Definition>),
    /// Preformatted text.
    Code(String),
    /// A table.
    Table(Table),
    /// An image of its own with a caption.
    Figure(Image),
    /// A formula of its own, in TeX.
    Formula(String),
    /// A line between two parts.
    Rule,
    /// The bibliography.
    Bibliography {
        /// The entries.
        list: Box<ReadingList>,
        /// The code of Zotero's field, if it is one.
        field: Option<WordProcessorField>,
    },
}

/// A term with its definitions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Definition {
    /// The term.
    pub term: Vec<Span>,
    /// The definitions.
    pub meanings: Vec<Vec<Block>>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The alignment of each column.
    pub columns: Vec<Alignment>,
    /// The header.
    pub header: Vec<Vec<Span>>,
    /// The rows.
    pub rows: Vec<Vec<Vec<Span>>>,
}

/// The alignment of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Alignment {
    /// The alignment of the text.
    #[default]
    Default,
    /// Left.
    Left,
    /// Centred.
    Center,
    /// Right.
    Right,
}

/// A piece of a paragraph.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Span {
    /// Text without markup.
    Text(String),
    /// Text in one kind of formatting.
    Formatted(Formatting, Vec<Span>),
    /// Text that is struck out.
    Struck(Vec<Span>),
    /// Code.
    Code(String),
    /// A link.
    Link {
        /// The address, or `#` with the name of a heading or work.
        href: String,
        /// The text.
        content: Vec<Span>,
    },
    /// A formula in TeX.
    Formula(String),
    /// An image.
    Image(Image),
    /// A footnote.
    Note(Vec<Block>),
    /// A citation.
    Citation {
        /// The formatted citation.
        content: RichText,
        /// The code of Zotero's field, if it is one.
        field: Option<WordProcessorField>,
    },
    /// A line break.
    Break,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Image {
    /// The path or address.
    pub source: String,
    /// The text in its place, which is also the caption of a figure.
    pub text: String,
}

/// A field of a word processor: its code, such as `ZOTERO_ITEM CSL_CITATION {…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordProcessorField {
    /// The code.
    pub code: String,
    /// A name that no other field of the document has.
    pub id: String,
}

impl Document {
    /// Returns the sources of the images.
    pub fn image_sources(&self) -> BTreeSet<String> {
        let mut sources = BTreeSet::new();
        self.walk(&mut |part| {
            if let DocumentPart::Block(Block::Figure(image))
            | DocumentPart::Span(Span::Image(image)) = part
            {
                sources.insert(image.source.clone());
            }
        });
        sources
    }

    /// Returns how many formulas the document has.
    pub fn formulas(&self) -> usize {
        let mut count = 0;
        self.walk(&mut |part| {
            let is_formula = matches!(
                part,
                DocumentPart::Block(Block::Formula(_)) | DocumentPart::Span(Span::Formula(_))
            );
            count += usize::from(is_formula);
        });
        count
    }

    /// Returns the names that links may refer to: those of headings, and `ref-` with the key of a work.
    pub(super) fn anchors(&self) -> BTreeSet<String> {
        let mut anchors = BTreeSet::new();
        self.walk(&mut |part| match part {
            DocumentPart::Block(Block::Heading { id, .. }) => {
                anchors.insert(id.clone());
            }
            DocumentPart::Block(Block::Bibliography { list, .. }) => {
                let entries = list.sections.iter().flat_map(|section| &section.entries);
                anchors.extend(entries.map(|entry| format!("ref-{}", entry.key)));
            }
            _ => {}
        });
        anchors
    }

    /// Calls a function with each block and span.
    fn walk(&self, each: &mut dyn FnMut(DocumentPart<'_>)) {
        for content in [&self.title, &self.subtitle, &self.date]
            .into_iter()
            .chain(&self.authors)
        {
            walk_spans(content, each);
        }
        walk_blocks(&self.summary, each);
        walk_blocks(&self.blocks, each);
    }

    /// Returns the title without markup.
    pub(super) fn plain_title(&self) -> String {
        plain(&self.title)
    }
}

impl Table {
    /// Returns the shares of the columns in the width, in thousandths, by the longest cell of each.
    pub(super) fn shares(&self) -> Vec<u32> {
        let longest: Vec<usize> = (0..self.columns.len())
            .map(|column| {
                let rows = std::iter::once(&self.header).chain(&self.rows);
                let cells = rows.filter_map(|row| row.get(column));
                let longest = cells.map(|cell| plain(cell).chars().count()).max();
                longest.unwrap_or_default().clamp(4, 60)
            })
            .collect();
        let sum = longest.iter().sum::<usize>().max(1);
        let share = |length: usize| u32::try_from(length * 1000 / sum).unwrap_or(1000);
        longest.into_iter().map(share).collect()
    }
}

/// A block or span.
enum DocumentPart<'d> {
    Block(&'d Block),
    Span(&'d Span),
}

fn walk_blocks(blocks: &[Block], each: &mut dyn FnMut(DocumentPart<'_>)) {
    for block in blocks {
        each(DocumentPart::Block(block));
        match block {
            Block::Paragraph(content) | Block::Heading { content, .. } => walk_spans(content, each),
            Block::Quote(inside) => walk_blocks(inside, each),
            Block::List { items, .. } => {
                for item in items {
                    walk_blocks(item, each);
                }
            }
            Block::Definitions(definitions) => {
                for definition in definitions {
                    walk_spans(&definition.term, each);
                    for meaning in &definition.meanings {
                        walk_blocks(meaning, each);
                    }
                }
            }
            Block::Table(table) => {
                for cell in table.header.iter().chain(table.rows.iter().flatten()) {
                    walk_spans(cell, each);
                }
            }
            Block::Code(_)
            | Block::Figure(_)
            | Block::Formula(_)
            | Block::Rule
            | Block::Bibliography { .. } => {}
        }
    }
}

fn walk_spans(spans: &[Span], each: &mut dyn FnMut(DocumentPart<'_>)) {
    for span in spans {
        each(DocumentPart::Span(span));
        match span {
            Span::Formatted(_, inside) | Span::Struck(inside) => walk_spans(inside, each),
            Span::Link { content, .. } => walk_spans(content, each),
            Span::Note(blocks) => walk_blocks(blocks, each),
            _ => {}
        }
    }
}

/// Returns the text of spans without markup.
pub(super) fn plain(content: &[Span]) -> String {
    let mut text = String::new();
    for atom in flow(content, Formulas::PlainText) {
        match atom {
            Atom::Run(run) => text.push_str(&run.text),
            Atom::Formula(tex) => text.push_str(tex),
            Atom::Image(image) => text.push_str(&image.text),
            Atom::Break => text.push(' '),
            Atom::Note(_) | Atom::FieldStart(_) | Atom::FieldEnd(_) => {}
        }
    }
    text
}

/// A piece of a paragraph with its complete formatting.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Atom<'d> {
    /// Text.
    Run(TextRun),
    /// A line break.
    Break,
    /// A formula in TeX.
    Formula(&'d str),
    /// An image.
    Image(&'d Image),
    /// A footnote.
    Note(&'d [Block]),
    /// The start of a field.
    FieldStart(&'d WordProcessorField),
    /// The end of a field.
    FieldEnd(&'d WordProcessorField),
}

/// Flattens the pieces of a paragraph. `formulas` is what happens to the formulas in citations.
pub(super) fn flow(content: &[Span], formulas: Formulas) -> Vec<Atom<'_>> {
    let mut atoms = Vec::new();
    lay_out(content, TextStyle::default(), None, formulas, &mut atoms);
    atoms
}

fn lay_out<'d>(
    content: &'d [Span],
    style: TextStyle,
    href: Option<&str>,
    formulas: Formulas,
    atoms: &mut Vec<Atom<'d>>,
) {
    let plain_runs = |text: &str, style| {
        let text = [Inline::Text(text.to_owned())];
        runs_in(&text, style, href, Formulas::Kept)
    };
    for span in content {
        match span {
            Span::Text(text) => push_runs(atoms, plain_runs(text, style)),
            Span::Formatted(formatting, content) => {
                lay_out(content, style.with(*formatting), href, formulas, atoms);
            }
            Span::Struck(content) => {
                let style = TextStyle {
                    struck: true,
                    ..style
                };
                lay_out(content, style, href, formulas, atoms);
            }
            Span::Code(text) => {
                let style = TextStyle {
                    code: true,
                    ..style
                };
                push_runs(atoms, plain_runs(text, style));
            }
            Span::Link { href: own, content } => {
                let href = Some(own.as_str()).filter(|own| is_safe_link(own)).or(href);
                lay_out(content, style, href, formulas, atoms);
            }
            Span::Formula(tex) => atoms.push(Atom::Formula(tex)),
            Span::Image(image) => atoms.push(Atom::Image(image)),
            Span::Note(blocks) => atoms.push(Atom::Note(blocks)),
            Span::Citation { content, field } => {
                if let Some(field) = field {
                    atoms.push(Atom::FieldStart(field));
                }
                push_runs(atoms, runs_in(content, style, href, formulas));
                if let Some(field) = field {
                    atoms.push(Atom::FieldEnd(field));
                }
            }
            Span::Break => atoms.push(Atom::Break),
        }
    }
}

/// Adds runs, joining those that look the same.
/// Writes the runs of a paragraph as markup, and calls `write` for each image, note, formula and line break between
/// them. Fields are left out, and links to places that the document does not have become text.
fn write_flow<'d>(
    markup: &impl InlineMarkup,
    content: &'d [Span],
    formulas: Formulas,
    anchors: &BTreeSet<String>,
    mut write: impl FnMut(Atom<'d>, &mut String),
) -> String {
    let mut text = String::new();
    let mut runs: Vec<TextRun> = Vec::new();
    for atom in flow(content, formulas) {
        match atom {
            Atom::Run(mut run) => {
                let target = run.href.as_deref().and_then(|href| href.strip_prefix('#'));
                if target.is_some_and(|target| !anchors.contains(target)) {
                    run.href = None;
                }
                runs.push(run);
            }
            Atom::FieldStart(_) | Atom::FieldEnd(_) => {}
            _ => {
                text.push_str(&markup_writer::runs(markup, &std::mem::take(&mut runs)));
                write(atom, &mut text);
            }
        }
    }
    text.push_str(&markup_writer::runs(markup, &runs));
    text
}

fn push_runs(atoms: &mut Vec<Atom<'_>>, runs: Vec<TextRun>) {
    for run in runs {
        match atoms.last_mut() {
            Some(Atom::Run(last)) if last.style == run.style && last.href == run.href => {
                last.text.push_str(&run.text);
            }
            _ => atoms.push(Atom::Run(run)),
        }
    }
}

/// Converts the blocks of an introduction or annotation.
pub(super) fn from_list(blocks: &[reading_list::RichBlock]) -> Vec<Block> {
    blocks
        .iter()
        .map(|block| match block {
            reading_list::RichBlock::Paragraph(content) => Block::Paragraph(vec![Span::Citation {
                content: content.clone(),
                field: None,
            }]),
            reading_list::RichBlock::Quote(quoted) => Block::Quote(from_list(quoted)),
            reading_list::RichBlock::List { start, items } => Block::List {
                start: *start,
                items: items.iter().map(|item| from_list(item)).collect(),
            },
            reading_list::RichBlock::Verbatim(text) => Block::Code(text.clone()),
        })
        .collect()
}
