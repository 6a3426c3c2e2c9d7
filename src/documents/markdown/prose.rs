//! The prose of a document as a tree.
//!
//! The tree is made of the document's Markdown after its citations were replaced by marks, which no Markdown parser
//! takes for syntax. So a citation never becomes Markdown, and each format escapes it in its own way.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::citable_text::last_ends;
use super::scanner::Placeholders;
use crate::csl::{Formatting, Inline, RichText};
use crate::output::document::{
    Alignment, Block, Definition, Image, Span, Table, WordProcessorField,
};

/// The marks, which are private-use characters.
const CITATION_START: char = '\u{100000}';
/// The mark of the digit 0; the other digits follow.
const ZERO: char = '\u{100001}';
const CITATION_END: char = '\u{10000b}';
/// The place of the bibliography.
const BIBLIOGRAPHY: char = '\u{10000c}';
/// The brackets of a note within the text, `^[…]`.
pub(super) const NOTE_START: char = '\u{10000d}';
pub(super) const NOTE_END: char = '\u{10000e}';

/// Removes characters from a document that would be mistaken for marks.
pub(super) fn without_marks(text: &str) -> Cow<'_, str> {
    let is_mark = |c: char| (CITATION_START..=NOTE_END).contains(&c);
    if text.contains(is_mark) {
        Cow::Owned(text.replace(is_mark, ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// The greatest depth of quotations, lists and nested formatting. What is deeper loses its structure, not its text.
const MAX_DEPTH: usize = 40;

/// The meaning of the marks.
#[derive(Debug, Clone, Default)]
pub(super) struct Insertions {
    /// The citations, each with its field.
    citations: Vec<(RichText, Option<WordProcessorField>)>,
    /// The bibliography.
    pub(super) bibliography: Option<Block>,
}

impl Insertions {
    /// Adds a citation and returns its mark.
    pub(super) fn add(&mut self, content: RichText, field: Option<WordProcessorField>) -> String {
        let number = self.citations.len().to_string();
        self.citations.push((content, field));
        let digits = number
            .bytes()
            .filter_map(|digit| char::from_u32(u32::from(ZERO) + u32::from(digit - b'0')));
        std::iter::once(CITATION_START)
            .chain(digits)
            .chain([CITATION_END])
            .collect()
    }

    /// Returns the mark of the bibliography.
    pub(super) fn bibliography_mark() -> String {
        BIBLIOGRAPHY.to_string()
    }

    /// Replaces the parts of affixes that the citation style has not seen.
    pub(super) fn restore(&mut self, held: &Placeholders) {
        for (content, _) in &mut self.citations {
            restore(content, held);
        }
    }
}

fn restore(content: &mut RichText, held: &Placeholders) {
    let mut restored = Vec::with_capacity(content.len());
    for mut piece in std::mem::take(content) {
        match &mut piece {
            Inline::Text(text) => {
                let whole = held.restored(text);
                if whole != *text {
                    // White space at the ends is no part of Markdown.
                    let trimmed = whole.trim();
                    let start = whole.len() - whole.trim_start().len();
                    restored.extend(
                        whole
                            .get(..start)
                            .map(|space| Inline::Text(space.to_owned())),
                    );
                    restored.extend(rich_text(&inline(trimmed)));
                    let end = start + trimmed.len();
                    restored.extend(whole.get(end..).map(|space| Inline::Text(space.to_owned())));
                    continue;
                }
            }
            Inline::Formatted(_, inside)
            | Inline::Display(_, inside)
            | Inline::Link {
                content: inside, ..
            } => restore(inside, held),
        }
        restored.push(piece);
    }
    *content = restored;
}

/// Converts spans to rich text, which has no code and formulas of its own.
fn rich_text(spans: &[Span]) -> RichText {
    let mut text = Vec::new();
    for span in spans {
        match span {
            Span::Text(words) | Span::Code(words) => text.push(Inline::Text(words.clone())),
            Span::Formula(tex) => text.push(Inline::Text(format!("${tex}$"))),
            Span::Formatted(formatting, inside) => {
                text.push(Inline::Formatted(*formatting, rich_text(inside)));
            }
            Span::Link { href, content } => text.push(Inline::Link {
                href: href.clone(),
                content: rich_text(content),
            }),
            Span::Struck(inside) => text.extend(rich_text(inside)),
            Span::Image(image) => text.push(Inline::Text(image.text.clone())),
            Span::Citation { content, .. } => text.extend(content.iter().cloned()),
            Span::Break => text.push(Inline::Text(" ".to_owned())),
            Span::Note(_) => {}
        }
    }
    text
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_MATH
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_SUPERSCRIPT
        | Options::ENABLE_SUBSCRIPT
}

/// Parses text without blocks, such as a title.
pub(super) fn inline(markdown: &str) -> Vec<Span> {
    let insertions = Insertions::default();
    let mut spans = Vec::new();
    for block in blocks(markdown, &insertions) {
        match block {
            Block::Paragraph(content) | Block::Heading { content, .. } => {
                if !spans.is_empty() {
                    spans.push(Span::Break);
                }
                spans.extend(content);
            }
            Block::Figure(image) => spans.push(Span::Image(image)),
            // A title such as "1. Introduction" is no list.
            _ => return vec![Span::Text(markdown.trim().to_owned())],
        }
    }
    spans
}

/// Parses a document with marks.
pub(super) fn blocks(source: &str, insertions: &Insertions) -> Vec<Block> {
    let markdown = commonmark(source);
    // Notes are often defined after the text that refers to them.
    let mut notes = Builder::new(insertions, HashMap::new());
    for event in Parser::new_ext(&markdown, options()) {
        notes.take(event);
    }
    let mut builder = Builder::new(insertions, notes.defined);
    for event in Parser::new_ext(&markdown, options()) {
        builder.take(event);
    }
    builder.finish()
}

/// Returns a document without what only pandoc reads: metadata, the fences of divs, and environments of LaTeX, which
/// become code blocks.
fn commonmark(source: &str) -> String {
    let (metadata, code) = verbatim(source);
    let ends = last_ends(source);
    let mut written = String::with_capacity(source.len());
    let mut metadata = metadata.iter().peekable();
    let mut code = code.iter().peekable();
    // The open environment: its name, and how deep it is within others of that name.
    let mut environment: Option<(&str, usize)> = None;
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        let start = at;
        at += line.len();
        while metadata.next_if(|range| range.end <= start).is_some() {}
        while code.next_if(|range| range.end <= start).is_some() {}
        if metadata.peek().is_some_and(|range| range.contains(&start)) {
            written.push('\n');
            continue;
        }
        let text = line.trim();
        if let Some((name, depth)) = &mut environment {
            *depth += text.matches(&format!("\\begin{{{name}}}")).count();
            *depth = depth.saturating_sub(text.matches(&format!("\\end{{{name}}}")).count());
            written.push_str(line);
            if *depth == 0 {
                written.push_str(if line.ends_with('\n') {
                    FENCE_END
                } else {
                    FENCE_END_LINE
                });
                environment = None;
            }
            continue;
        }
        if code.peek().is_some_and(|range| range.contains(&start)) {
            written.push_str(line);
            continue;
        }
        let name = text
            .strip_prefix("\\begin{")
            .and_then(|rest| rest.split_once('}'));
        if let Some((name, _)) = name
            && ends.get(name).is_some_and(|end| *end > start)
        {
            written.push_str(FENCE_START);
            written.push_str(line);
            let begun = text.matches(&format!("\\begin{{{name}}}")).count();
            let ended = text.matches(&format!("\\end{{{name}}}")).count();
            if begun > ended {
                environment = Some((name, begun - ended));
            } else {
                written.push_str(if line.ends_with('\n') {
                    FENCE_END
                } else {
                    FENCE_END_LINE
                });
            }
            continue;
        }
        if text.starts_with(":::") {
            written.push('\n');
            continue;
        }
        written.push_str(line);
    }
    written
}

const FENCE_START: &str = "~~~~~~~~{=latex}\n";
const FENCE_END: &str = "~~~~~~~~\n";
const FENCE_END_LINE: &str = "\n~~~~~~~~\n";

/// Returns the ranges of metadata and of code blocks, in order.
fn verbatim(source: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let options = options() | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut metadata = Vec::new();
    let mut code = Vec::new();
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code.push(range),
            Event::Start(Tag::MetadataBlock(_)) => metadata.push(range),
            _ => {}
        }
    }
    (metadata, code)
}

/// An open container of blocks.
enum Container {
    Blocks(Vec<Block>),
    Quote(Vec<Block>),
    List(Option<u64>, Vec<Vec<Block>>),
    Item(Vec<Block>),
    Note(String, Vec<Block>),
    Definitions(Vec<Definition>),
    Meaning(Vec<Block>),
}

/// An open element within a paragraph.
enum OpenSpan {
    Paragraph,
    Heading(usize, Option<String>),
    Term,
    Cell,
    Formatted(Formatting),
    Struck,
    Link(String),
    Image(String),
    Note,
}

struct Builder<'i> {
    insertions: &'i Insertions,
    open: Vec<Container>,
    /// The number of open containers that are too deep to have a structure.
    flattened: usize,
    spans: Vec<(OpenSpan, Vec<Span>)>,
    /// The number of open elements within the innermost of `spans` that are too deep to have a structure.
    bare_spans: usize,
    code: Option<String>,
    /// Whether the open code block is an environment of LaTeX.
    is_latex: bool,
    table: Option<Table>,
    row: Vec<Vec<Span>>,
    /// The notes that the document defines.
    defined: HashMap<String, Vec<Block>>,
    /// The notes that were printed, with their numbers.
    printed: HashMap<String, usize>,
    note_count: usize,
    ids: HashSet<String>,
}

impl<'i> Builder<'i> {
    fn new(insertions: &'i Insertions, defined: HashMap<String, Vec<Block>>) -> Self {
        Self {
            insertions,
            open: vec![Container::Blocks(Vec::new())],
            flattened: 0,
            spans: Vec::new(),
            bare_spans: 0,
            code: None,
            is_latex: false,
            table: None,
            row: Vec::new(),
            defined,
            printed: HashMap::new(),
            note_count: 0,
            ids: HashSet::new(),
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.end_paragraph();
        while self.open.len() > 1 {
            self.close();
        }
        match self.open.pop() {
            Some(Container::Blocks(blocks)) => blocks,
            _ => Vec::new(),
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.text(&text),
            },
            Event::Code(text) => self.push(Span::Code(text.into_string())),
            Event::InlineMath(tex) => self.push(Span::Formula(tex.into_string())),
            Event::DisplayMath(tex) => {
                // A formula of its own is a paragraph of its own.
                let is_alone = self.spans.iter().all(|(_, content)| content.is_empty());
                if is_alone && self.spans.len() <= 1 && self.table.is_none() {
                    self.spans.clear();
                    self.add(Block::Formula(tex.into_string()));
                } else {
                    self.push(Span::Formula(tex.into_string()));
                }
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let tag = html.trim();
                if tag.starts_with("<!--") {
                    return;
                }
                if matches!(
                    tag.to_ascii_lowercase().as_str(),
                    "<br>" | "<br/>" | "<br />"
                ) {
                    self.push(Span::Break);
                } else {
                    self.text(&html);
                }
            }
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.push(Span::Break),
            Event::Rule => {
                self.end_paragraph();
                self.add(Block::Rule);
            }
            Event::TaskListMarker(is_done) => {
                self.text(if is_done { "\u{2612} " } else { "\u{2610} " });
            }
            Event::FootnoteReference(label) => self.note(&label),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.begin(OpenSpan::Paragraph),
            Tag::Heading { level, id, .. } => {
                let id = id.map(|id| id.into_string());
                self.begin(OpenSpan::Heading(level as usize, id));
            }
            Tag::BlockQuote(_) => self.open(Container::Quote(Vec::new())),
            Tag::List(start) => self.open(Container::List(start, Vec::new())),
            Tag::Item => self.open(Container::Item(Vec::new())),
            Tag::FootnoteDefinition(label) => {
                self.open(Container::Note(label.to_lowercase(), Vec::new()));
            }
            Tag::DefinitionList => self.open(Container::Definitions(Vec::new())),
            Tag::DefinitionListTitle => self.begin(OpenSpan::Term),
            Tag::DefinitionListDefinition => self.open(Container::Meaning(Vec::new())),
            Tag::CodeBlock(kind) => {
                self.end_paragraph();
                self.code = Some(String::new());
                self.is_latex =
                    matches!(&kind, CodeBlockKind::Fenced(info) if info.as_ref() == "{=latex}");
            }
            Tag::Table(columns) => {
                self.end_paragraph();
                self.table = Some(Table {
                    columns: columns.into_iter().map(alignment).collect(),
                    ..Table::default()
                });
            }
            Tag::TableHead | Tag::TableRow => self.row.clear(),
            Tag::TableCell => self.spans.push((OpenSpan::Cell, Vec::new())),
            Tag::Emphasis => self.open_span(OpenSpan::Formatted(Formatting::Italic)),
            Tag::Strong => self.open_span(OpenSpan::Formatted(Formatting::Bold)),
            Tag::Superscript => self.open_span(OpenSpan::Formatted(Formatting::Superscript)),
            Tag::Subscript => self.open_span(OpenSpan::Formatted(Formatting::Subscript)),
            Tag::Strikethrough => self.open_span(OpenSpan::Struck),
            Tag::Link { dest_url, .. } => self.open_span(OpenSpan::Link(dest_url.into_string())),
            Tag::Image { dest_url, .. } => self.open_span(OpenSpan::Image(dest_url.into_string())),
            Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph
            | TagEnd::HtmlBlock
            | TagEnd::Heading(_)
            | TagEnd::DefinitionListTitle => self.end_paragraph(),
            TagEnd::BlockQuote(_)
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListDefinition => {
                self.end_paragraph();
                if self.flattened > 0 {
                    self.flattened -= 1;
                } else {
                    self.close();
                }
            }
            TagEnd::CodeBlock => {
                if let Some(code) = self.code.take() {
                    let code = code.trim_end_matches('\n').to_owned();
                    let formula = self.is_latex.then(|| equation(&code)).flatten();
                    self.add(formula.map_or(Block::Code(code), Block::Formula));
                }
            }
            TagEnd::TableCell => {
                while self.spans.len() > 1
                    && !matches!(self.spans.last(), Some((OpenSpan::Cell, _)))
                {
                    self.close_span();
                }
                if let Some((_, content)) = self.spans.pop() {
                    self.row.push(with_scripts(content));
                }
            }
            TagEnd::TableHead => {
                if let Some(table) = &mut self.table {
                    table.header = std::mem::take(&mut self.row);
                }
            }
            TagEnd::TableRow => {
                if let Some(table) = &mut self.table {
                    table.rows.push(std::mem::take(&mut self.row));
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.add(Block::Table(table));
                }
            }
            TagEnd::MetadataBlock(_) => {}
            TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Strikethrough
            | TagEnd::Link
            | TagEnd::Image => {
                if self.bare_spans > 0 {
                    self.bare_spans -= 1;
                    return;
                }
                // A note may begin within emphasis and end after it.
                if !matches!(self.spans.last(), Some((OpenSpan::Note, _))) && self.spans.len() > 1 {
                    self.close_span();
                }
            }
        }
    }

    fn begin(&mut self, span: OpenSpan) {
        self.end_paragraph();
        self.spans.push((span, Vec::new()));
    }

    fn open_span(&mut self, span: OpenSpan) {
        if self.spans.is_empty() {
            self.spans.push((OpenSpan::Paragraph, Vec::new()));
        }
        if self.spans.len() >= MAX_DEPTH {
            self.bare_spans += 1;
        } else {
            self.spans.push((span, Vec::new()));
        }
    }

    fn push(&mut self, span: Span) {
        if self.spans.is_empty() {
            // The items of a tight list contain text without a paragraph around it.
            self.spans.push((OpenSpan::Paragraph, Vec::new()));
        }
        if let Some((_, content)) = self.spans.last_mut() {
            match (content.last_mut(), span) {
                (Some(Span::Text(before)), Span::Text(text)) => before.push_str(&text),
                (_, span) => content.push(span),
            }
        }
    }

    /// Adds text, in which marks stand for citations and notes.
    fn text(&mut self, text: &str) {
        let mut rest = self.without_attributes(text);
        while let Some(at) = rest.find(|c| (CITATION_START..=NOTE_END).contains(&c)) {
            let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
            if !before.is_empty() {
                self.push(Span::Text(before.to_owned()));
            }
            let mut characters = from.chars();
            match characters.next() {
                Some(CITATION_START) => {
                    let inside = characters.as_str();
                    let (number, after) = inside.split_once(CITATION_END).unwrap_or((inside, ""));
                    self.citation(number);
                    rest = after;
                    continue;
                }
                // A note within many elements is text.
                Some(NOTE_START) if self.spans.len() < MAX_DEPTH => {
                    self.open_span(OpenSpan::Note);
                }
                Some(NOTE_END) => {
                    let is_note =
                        |(span, _): &(OpenSpan, Vec<Span>)| matches!(span, OpenSpan::Note);
                    if let Some(note) = self.spans.iter().rposition(is_note) {
                        while self.spans.len() > note {
                            self.close_span();
                        }
                    }
                }
                Some(BIBLIOGRAPHY) => {
                    if let Some(bibliography) = self.insertions.bibliography.clone() {
                        self.end_paragraph();
                        self.add(bibliography);
                    }
                }
                _ => {}
            }
            rest = characters.as_str();
        }
        if !rest.is_empty() {
            self.push(Span::Text(rest.to_owned()));
        }
    }

    /// Removes attributes directly after an image, link or code: `{#fig:one width=50%}`.
    fn without_attributes<'t>(&self, text: &'t str) -> &'t str {
        let before = self.spans.last().and_then(|(_, content)| content.last());
        let has_attributes = matches!(
            before,
            Some(Span::Image(_) | Span::Link { .. } | Span::Code(_))
        );
        let attributes = text
            .strip_prefix('{')
            .filter(|_| has_attributes)
            .and_then(|rest| rest.split_once('}'));
        match attributes {
            Some((inside, after)) if inside.starts_with(['#', '.']) || inside.contains('=') => {
                after
            }
            _ => text,
        }
    }

    fn citation(&mut self, digits: &str) {
        let number: Option<String> = digits
            .chars()
            .map(|c| char::from_digit(u32::from(c).checked_sub(u32::from(ZERO))?, 10))
            .collect();
        let number = number.and_then(|number| number.parse::<usize>().ok());
        if let Some((content, field)) = number.and_then(|at| self.insertions.citations.get(at)) {
            self.push(Span::Citation {
                content: content.clone(),
                field: field.clone(),
            });
        }
    }

    /// Adds a note where the text refers to it.
    fn note(&mut self, label: &str) {
        let label = label.to_lowercase();
        // The text of a note appears where the document first refers to it.
        if let Some(number) = self.printed.get(&label) {
            let number = vec![Span::Text(number.to_string())];
            self.push(Span::Formatted(Formatting::Superscript, number));
            return;
        }
        let is_in_note = self
            .open
            .iter()
            .any(|container| matches!(container, Container::Note(..)));
        if is_in_note {
            return;
        }
        if let Some(blocks) = self.defined.remove(&label) {
            self.note_count += 1;
            self.printed.insert(label, self.note_count);
            self.push(Span::Note(blocks));
        }
    }

    fn close_span(&mut self) {
        self.bare_spans = 0;
        let Some((span, content)) = self.spans.pop() else {
            return;
        };
        let closed = match span {
            OpenSpan::Formatted(formatting) => Span::Formatted(formatting, content),
            OpenSpan::Struck => Span::Struck(content),
            OpenSpan::Link(href) => Span::Link { href, content },
            OpenSpan::Image(source) => Span::Image(Image {
                source,
                text: plain(&content),
            }),
            OpenSpan::Note => {
                self.note_count += 1;
                Span::Note(vec![Block::Paragraph(content)])
            }
            OpenSpan::Paragraph | OpenSpan::Heading(..) | OpenSpan::Term | OpenSpan::Cell => {
                for span in content {
                    self.push(span);
                }
                return;
            }
        };
        self.push(closed);
    }

    fn end_paragraph(&mut self) {
        self.bare_spans = 0;
        while self.spans.len() > 1 {
            self.close_span();
        }
        let Some((span, content)) = self.spans.pop() else {
            return;
        };
        let content = with_scripts(trimmed(content));
        if content.is_empty() {
            return;
        }
        match span {
            OpenSpan::Heading(level, id) => {
                let id = self.unique_id(id, &plain(&content));
                self.add(Block::Heading { level, id, content });
            }
            OpenSpan::Term => {
                if let Some(Container::Definitions(definitions)) = self.open.last_mut() {
                    definitions.push(Definition {
                        term: content,
                        meanings: Vec::new(),
                    });
                } else {
                    self.add(Block::Paragraph(content));
                }
            }
            _ => match content.as_slice() {
                [Span::Image(image)] => {
                    let image = image.clone();
                    self.add(Block::Figure(image));
                }
                _ => self.add(Block::Paragraph(content)),
            },
        }
    }

    /// Returns the name of a heading: its own, or the words of its text in lower case.
    fn unique_id(&mut self, own: Option<String>, text: &str) -> String {
        let words = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase);
        let base = own.unwrap_or_else(|| words.collect::<Vec<_>>().join("-"));
        let base = if base.is_empty() {
            "section".to_owned()
        } else {
            base
        };
        if self.ids.insert(base.clone()) {
            return base;
        }
        // The number of names so far is larger than that of any of them.
        let id = format!("{base}-{}", self.ids.len() + 1);
        self.ids.insert(id.clone());
        id
    }

    fn open(&mut self, container: Container) {
        self.end_paragraph();
        if self.flattened > 0 || self.open.len() >= MAX_DEPTH {
            self.flattened += 1;
        } else {
            self.open.push(container);
        }
    }

    fn close(&mut self) {
        if self.open.len() < 2 {
            return;
        }
        match self.open.pop() {
            Some(Container::Blocks(blocks)) => {
                for block in blocks {
                    self.add(block);
                }
            }
            Some(Container::Quote(blocks)) => self.add(Block::Quote(blocks)),
            Some(Container::List(start, items)) => self.add(Block::List { start, items }),
            Some(Container::Item(blocks)) => match self.open.last_mut() {
                Some(Container::List(_, items)) => items.push(blocks),
                _ => self.add(Block::Quote(blocks)),
            },
            // A note that was printed is not needed any more.
            Some(Container::Note(label, _)) if self.printed.contains_key(&label) => {}
            Some(Container::Note(label, blocks)) => {
                // The first definition of a label counts.
                self.defined.entry(label).or_insert(blocks);
            }
            Some(Container::Definitions(definitions)) => self.add(Block::Definitions(definitions)),
            Some(Container::Meaning(blocks)) => match self.open.last_mut() {
                Some(Container::Definitions(definitions)) => {
                    if definitions.is_empty() {
                        definitions.push(Definition::default());
                    }
                    if let Some(last) = definitions.last_mut() {
                        last.meanings.push(blocks);
                    }
                }
                _ => self.add(Block::Quote(blocks)),
            },
            None => {}
        }
    }

    fn add(&mut self, block: Block) {
        match self.open.last_mut() {
            Some(
                Container::Blocks(blocks)
                | Container::Quote(blocks)
                | Container::Item(blocks)
                | Container::Note(_, blocks)
                | Container::Meaning(blocks),
            ) => blocks.push(block),
            Some(Container::List(_, items)) => items.push(vec![block]),
            Some(Container::Definitions(definitions)) => {
                if definitions.is_empty() {
                    definitions.push(Definition::default());
                }
                if let Some(last) = definitions.last_mut() {
                    last.meanings.push(vec![block]);
                }
            }
            None => {}
        }
    }
}

fn alignment(alignment: pulldown_cmark::Alignment) -> Alignment {
    match alignment {
        pulldown_cmark::Alignment::None => Alignment::Default,
        pulldown_cmark::Alignment::Left => Alignment::Left,
        pulldown_cmark::Alignment::Center => Alignment::Center,
        pulldown_cmark::Alignment::Right => Alignment::Right,
    }
}

/// Returns the formula of an environment for a single one.
fn equation(latex: &str) -> Option<String> {
    let (name, rest) = latex.trim().strip_prefix("\\begin{")?.split_once('}')?;
    let inside = rest.trim_end().strip_suffix(&format!("\\end{{{name}}}"))?;
    matches!(
        name.trim_end_matches('*'),
        "equation" | "displaymath" | "math"
    )
    .then(|| inside.trim().to_owned())
}

/// Removes spaces and breaks from the ends of a paragraph.
fn trimmed(mut content: Vec<Span>) -> Vec<Span> {
    let is_empty = |span: &Span| match span {
        Span::Text(text) => text.trim().is_empty(),
        Span::Break => true,
        _ => false,
    };
    while content.last().is_some_and(is_empty) {
        content.pop();
    }
    let start = content.iter().take_while(|span| is_empty(span)).count();
    content.drain(..start);
    content
}

/// Raises and lowers the text between `^…^` and `~…~` within words, as pandoc does and the parser does not.
fn with_scripts(content: Vec<Span>) -> Vec<Span> {
    let mut written = Vec::with_capacity(content.len());
    for span in content {
        match span {
            Span::Text(text) if text.contains(['^', '~']) => {
                let mut rest = text.as_str();
                while let Some((before, formatting, inside, after)) = script(rest) {
                    written.push(Span::Text(before.to_owned()));
                    let inside = vec![Span::Text(inside.to_owned())];
                    written.push(Span::Formatted(formatting, inside));
                    rest = after;
                }
                written.push(Span::Text(rest.to_owned()));
            }
            Span::Formatted(formatting, inside) => {
                written.push(Span::Formatted(formatting, with_scripts(inside)));
            }
            other => written.push(other),
        }
    }
    written
}

/// Finds the first superscript or subscript of a text. Returns what is before it, its text, and what is after it.
fn script(text: &str) -> Option<(&str, Formatting, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text.get(from..)?.find(['^', '~'])?;
        let inside = text.get(start + 1..)?;
        let (mark, formatting) = match text.get(start..=start) {
            Some("^") => ('^', Formatting::Superscript),
            _ => ('~', Formatting::Subscript),
        };
        let end = inside.find(|c: char| c == mark || c.is_whitespace());
        if let Some(end) = end.filter(|end| {
            *end > 0
                && inside
                    .get(*end..)
                    .is_some_and(|rest| rest.starts_with(mark))
        }) {
            let (inside, after) = inside.split_at_checked(end)?;
            return Some((text.get(..start)?, formatting, inside, after.get(1..)?));
        }
        from = start + 1;
    }
}

/// Returns the text of spans without markup.
fn plain(spans: &[Span]) -> String {
    let mut text = String::new();
    for span in spans {
        match span {
            Span::Text(words) | Span::Code(words) | Span::Formula(words) => text.push_str(words),
            Span::Formatted(_, inside) | Span::Struck(inside) => text.push_str(&plain(inside)),
            Span::Link { content, .. } => text.push_str(&plain(content)),
            Span::Image(image) => text.push_str(&image.text),
            Span::Citation { content, .. } => text.push_str(&crate::csl::plain_text(content)),
            Span::Break => text.push(' '),
            Span::Note(_) => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(markdown: &str) -> Vec<Block> {
        blocks(markdown, &Insertions::default())
    }

    #[test]
    fn blocks_keep_their_structure() {
        let text = |text: &str| vec![Span::Text(text.into())];
        let paragraph = |words: &str| Block::Paragraph(text(words));
        assert_eq!(
            parsed(
                "# One {#first}\n\n> Yes\n\n3. a\n4. b\n   - c\n\n| x | y |\n|--:|---|\n| 1 | 2 |\n\n---\n"
            ),
            [
                Block::Heading {
                    level: 1,
                    id: "first".into(),
                    content: text("One")
                },
                Block::Quote(vec![paragraph("Yes")]),
                Block::List {
                    start: Some(3),
                    items: vec![
                        vec![paragraph("a")],
                        vec![
                            paragraph("b"),
                            Block::List {
                                start: None,
                                items: vec![vec![paragraph("c")]]
                            }
                        ],
                    ]
                },
                Block::Table(Table {
                    columns: vec![Alignment::Right, Alignment::Default],
                    header: vec![text("x"), text("y")],
                    rows: vec![vec![text("1"), text("2")]],
                }),
                Block::Rule,
            ]
        );
    }

    #[test]
    fn a_note_appears_where_the_text_first_refers_to_it() {
        let found = parsed("One[^a], two[^a].\n\n[^a]: Words.\n");
        let [Block::Paragraph(content)] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert!(
            matches!(&content[1], Span::Note(note) if note.len() == 1),
            "{content:?}"
        );
        assert!(
            matches!(&content[3], Span::Formatted(Formatting::Superscript, _)),
            "{content:?}"
        );
    }

    #[test]
    fn what_only_pandoc_reads_is_left_out_and_no_word_is_lost() {
        let found = parsed(
            "---\ntitle: T\n---\n\n::: {.note}\nInside.\n:::\n\n\\begin{equation}\nE = mc^2\n\\end{equation}\n\n\
             \\begin{tabular}{l}\nx\n\\end{tabular}\n\n<b>bold</b> <!-- hidden -->\n",
        );
        let shown = format!("{found:?}");
        assert!(
            !shown.contains("title") && !shown.contains(":::") && !shown.contains("hidden"),
            "{shown}"
        );
        assert!(
            shown.contains("Inside.") && shown.contains("<b>bold</b>"),
            "{shown}"
        );
        assert!(
            found.contains(&Block::Formula("E = mc^2".into())),
            "{shown}"
        );
        assert!(shown.contains("tabular"), "{shown}");
    }

    #[test]
    fn deep_nesting_ends_and_loses_no_word() {
        for deep in [
            format!("{}word", "> ".repeat(5000)),
            format!("{}word", "- ".repeat(5000)),
            format!("{}word{}", "*a ".repeat(3000), " a*".repeat(3000)),
        ] {
            assert!(format!("{:?}", parsed(&deep)).contains("word"));
        }
    }
}
