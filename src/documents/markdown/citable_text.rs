//! Finds the text of a Markdown document that may contain citations.
//!
//! The blocks are those of CommonMark plus pandoc's fenced divs, metadata blocks and footnotes. A passage is
//! the text of one block: a paragraph, a heading or a table cell. Its characters keep their offsets in the
//! document, so a citation that spans two lines of a block quotation is contiguous text without the `>` in
//! between.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

/// A character of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SourceChar {
    pub(super) character: char,
    /// Its byte offset in the document.
    pub(super) at: usize,
    pub(super) kind: CharKind,
}

/// The possible meaning of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CharKind {
    /// It may be markup.
    Plain,
    /// It is a backslash that escapes the next character, or that character.
    Escaped,
    /// It is part of code, a formula, a tag or a URL, and cannot be part of a citation.
    Opaque,
}

/// The text of one block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Passage {
    pub(super) glyphs: Vec<SourceChar>,
    /// The label of the footnote to which it belongs.
    pub(super) note: Option<String>,
    /// Whether it is in a table, where a `|` ends a cell.
    pub(super) in_table: bool,
    /// The footnote references, by character index.
    pub(super) references: HashMap<usize, String>,
}

/// The relevant contents of a document's blocks.
#[derive(Debug, Clone, Default)]
pub(super) struct Blocks {
    pub(super) passages: Vec<Passage>,
    /// The metadata blocks without their delimiters.
    pub(super) metadata: Vec<Range<usize>>,
    /// The content of the div `::: {#refs}`.
    pub(super) references: Option<Range<usize>>,
    /// The identifiers that the document defines: `{#fig:commons}`, `(@example)`.
    pub(super) own_labels: HashSet<String>,
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_MATH
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
}

/// Splits a document into blocks.
pub(super) fn blocks(source: &str) -> Blocks {
    let mut blocks = Blocks::default();
    // Code blocks must be known before looking for lines with pandoc's syntax.
    let mut verbatim: Vec<Range<usize>> = Vec::new();
    for (event, range) in Parser::new_ext(source, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => verbatim.push(range),
            Event::Start(Tag::MetadataBlock(_)) => {
                blocks.metadata.push(range.clone());
                verbatim.push(range);
            }
            _ => {}
        }
    }
    let masked = without_pandoc_lines(source, &verbatim, &mut blocks);
    let mut reader = BlockReader::new(&masked);
    let parser = Parser::new_ext(
        &masked,
        options() - Options::ENABLE_YAML_STYLE_METADATA_BLOCKS,
    );
    for (event, range) in parser.into_offset_iter() {
        reader.take(event, range);
    }
    blocks.passages = reader.passages;
    blocks
}

/// Replaces syntax that is not CommonMark by blanks: metadata, div fences and LaTeX environments. Byte
/// offsets are preserved. The contents of these lines are added to `blocks`.
fn without_pandoc_lines(source: &str, verbatim: &[Range<usize>], blocks: &mut Blocks) -> String {
    let mut masked = source.as_bytes().to_vec();
    let mut blank = |range: Range<usize>| {
        for byte in masked.get_mut(range).unwrap_or_default() {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    };
    for range in &blocks.metadata {
        blank(range.clone());
    }
    // The open divs; for the references div, the start of its content.
    let mut divisions: Vec<Option<usize>> = Vec::new();
    let mut environment: Option<(String, usize)> = None;
    let ends = last_ends(source);
    let mut verbatim = verbatim.iter().peekable();
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        while verbatim.next_if(|code| code.end <= range.start).is_some() {}
        if verbatim
            .peek()
            .is_some_and(|code| code.contains(&range.start))
        {
            continue;
        }
        let text = line.trim();
        if let Some((name, depth)) = &mut environment {
            *depth += text.matches(&format!("\\begin{{{name}}}")).count();
            *depth = depth.saturating_sub(text.matches(&format!("\\end{{{name}}}")).count());
            let ends = *depth == 0;
            blank(range);
            if ends {
                environment = None;
            }
            continue;
        }
        if let Some((name, _)) = text
            .strip_prefix("\\begin{")
            .and_then(|rest| rest.split_once('}'))
        {
            let end = format!("\\end{{{name}}}");
            if ends.get(name).is_some_and(|end| *end >= range.start) {
                let opened = text.matches(&format!("\\begin{{{name}}}")).count();
                let depth = opened.saturating_sub(text.matches(&end).count());
                environment = (depth > 0).then(|| (name.to_owned(), depth));
                blank(range);
                continue;
            }
        }
        if let Some(fence) = text.strip_prefix(":::") {
            let attributes = fence.trim_matches([':', ' ', '\t']);
            if attributes.is_empty() {
                if let Some(Some(start)) = divisions.pop()
                    && blocks.references.is_none()
                {
                    blocks.references = Some(start..range.start);
                }
            } else {
                let is_references = is_references_division(attributes);
                divisions.push(is_references.then_some(range.end));
            }
            blank(range);
            continue;
        }
        own_labels(text, &mut blocks.own_labels);
    }
    String::from_utf8(masked).unwrap_or_else(|_| source.to_owned())
}

/// Returns where each environment of LaTeX ends for the last time.
pub(super) fn last_ends(source: &str) -> HashMap<&str, usize> {
    source
        .match_indices("\\end{")
        .filter_map(|(at, mark)| {
            let start = at + mark.len();
            // No environment has a longer name.
            let length = source
                .as_bytes()
                .get(start..)?
                .iter()
                .take(200)
                .position(|byte| *byte == b'}')?;
            Some((source.get(start..start + length)?, at))
        })
        .collect()
}

fn is_references_division(attributes: &str) -> bool {
    attributes
        .trim_start_matches('{')
        .trim_end_matches('}')
        .split_whitespace()
        .any(|attribute| attribute == "#refs")
}

/// Adds the identifiers that a line defines: attributes and labels of numbered examples.
fn own_labels(line: &str, labels: &mut HashSet<String>) {
    for piece in line.split("{#").skip(1) {
        let label = piece.split([' ', '}', '\t']).next().unwrap_or_default();
        labels.insert(label.to_owned());
    }
    let example = line
        .strip_prefix("(@")
        .and_then(|rest| rest.split_once(')'))
        .filter(|(_, rest)| rest.starts_with([' ', '\t']));
    if let Some((label, _)) = example {
        labels.insert(label.to_owned());
    }
}

/// Processes the events of the Markdown parser.
struct BlockReader<'s> {
    source: &'s str,
    passages: Vec<Passage>,
    current: Option<OpenPassage>,
    /// The footnote that is being defined.
    note: Option<String>,
    table: bool,
    /// The open links and images: their ranges and the end of the content read so far.
    links: Vec<(Range<usize>, usize)>,
    /// The number of open tight list items.
    items: usize,
}

/// A passage that is being read.
struct OpenPassage {
    range: Range<usize>,
    opaque: Vec<Range<usize>>,
    /// Line prefixes that are not text.
    skipped: Vec<Range<usize>>,
    references: HashMap<usize, String>,
    /// The end of the last line, until the start of the next one is known.
    line_end: Option<usize>,
    /// Whether the block is the content of a list item without a paragraph.
    is_loose_text: bool,
}

impl<'s> BlockReader<'s> {
    fn new(source: &'s str) -> Self {
        Self {
            source,
            passages: Vec::new(),
            current: None,
            note: None,
            table: false,
            links: Vec::new(),
            items: 0,
        }
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        if let Event::Start(tag) = &event
            && is_block(tag)
        {
            self.close();
        }
        if let Event::End(tag) = &event
            && is_block_end(tag)
        {
            self.close();
        }
        match event {
            Event::Start(
                Tag::Paragraph | Tag::Heading { .. } | Tag::TableCell | Tag::DefinitionListTitle,
            ) => self.open(range, false),
            Event::Start(Tag::HtmlBlock) => {
                self.open(range.clone(), false);
                let tags = html_tags(self.source, range);
                self.mark(|open| open.opaque.extend(tags));
                self.close();
            }
            Event::Start(Tag::Table(_)) => self.table = true,
            Event::End(TagEnd::Table) => self.table = false,
            Event::Start(Tag::FootnoteDefinition(label)) => self.note = Some(label.to_lowercase()),
            Event::End(TagEnd::FootnoteDefinition) => self.note = None,
            Event::Start(Tag::Item | Tag::DefinitionListDefinition) => self.items += 1,
            Event::End(TagEnd::Item | TagEnd::DefinitionListDefinition) => {
                self.items = self.items.saturating_sub(1);
            }
            Event::Start(Tag::Link { link_type, .. }) => {
                self.inline(&range, None);
                if matches!(link_type, LinkType::Autolink | LinkType::Email) {
                    self.mark(|open| open.opaque.push(range));
                } else {
                    self.open_link(range, 1);
                }
            }
            Event::Start(Tag::Image { .. }) => {
                self.inline(&range, None);
                self.open_link(range, 2);
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                if self.links.last().is_some_and(|(link, _)| *link == range)
                    && let Some((link, inside)) = self.links.pop()
                {
                    self.mark(|open| open.opaque.push(inside..link.end));
                    self.seen(link.end);
                }
            }
            Event::Code(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::InlineHtml(_)
            | Event::TaskListMarker(_) => {
                self.inline(&range, Some(range.end));
                self.mark(|open| open.opaque.push(range));
            }
            Event::FootnoteReference(label) => {
                self.inline(&range, Some(range.end));
                self.mark(|open| {
                    open.references.insert(range.start, label.to_lowercase());
                    open.opaque.push(range);
                });
            }
            Event::SoftBreak | Event::HardBreak => {
                self.inline(&range, None);
                self.mark(|open| open.line_end = Some(range.end));
            }
            Event::Text(_) => self.inline(&range, Some(range.end)),
            Event::Start(tag) if !is_block(&tag) => self.inline(&range, None),
            Event::End(tag) if !is_block_end(&tag) => self.seen(range.end),
            _ => {}
        }
    }

    fn open(&mut self, range: Range<usize>, is_loose_text: bool) {
        self.current = Some(OpenPassage {
            range,
            opaque: Vec::new(),
            skipped: Vec::new(),
            references: HashMap::new(),
            line_end: None,
            is_loose_text,
        });
    }

    /// Adds an inline element. `end` is its end if the whole element is known.
    fn inline(&mut self, range: &Range<usize>, end: Option<usize>) {
        if self.current.is_none() && self.items > 0 {
            self.open(range.clone(), true);
        }
        if let Some(open) = &mut self.current {
            if let Some(line_end) = open.line_end.take()
                && line_end < range.start
            {
                open.skipped.push(line_end..range.start);
            }
            if open.is_loose_text {
                open.range.end = open.range.end.max(range.end);
            }
        }
        if let Some(end) = end {
            self.seen(end);
        }
    }

    /// Extends the open links to this offset.
    fn seen(&mut self, end: usize) {
        if let Some((_, inside)) = self.links.last_mut() {
            *inside = end.max(*inside);
        }
    }

    /// Opens a link, whose bracket cannot start a citation.
    fn open_link(&mut self, range: Range<usize>, bracket: usize) {
        let inside = (range.start + bracket).min(range.end);
        self.mark(|open| open.opaque.push(range.start..inside));
        self.links.push((range, inside));
    }

    fn mark(&mut self, change: impl FnOnce(&mut OpenPassage)) {
        if let Some(open) = &mut self.current {
            change(open);
        }
    }

    fn close(&mut self) {
        self.links.clear();
        let Some(open) = self.current.take() else {
            return;
        };
        let passage = Passage {
            glyphs: glyphs(self.source, &open),
            note: self.note.clone(),
            in_table: self.table,
            references: open.references,
        };
        // Skip passages without citations or notes, except at the start of a footnote.
        let marks = |glyph: &SourceChar| matches!(glyph.character, '@' | '^');
        if passage.note.is_some() || passage.glyphs.iter().any(marks) {
            self.passages.push(passage);
        }
    }
}

fn is_block(tag: &Tag<'_>) -> bool {
    !matches!(
        tag,
        Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Link { .. }
            | Tag::Image { .. }
    )
}

fn is_block_end(tag: &TagEnd) -> bool {
    !matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
    )
}

/// Returns the characters of a passage with their possible meanings.
fn glyphs(source: &str, open: &OpenPassage) -> Vec<SourceChar> {
    let start = open.range.start;
    let text = source.get(open.range.clone()).unwrap_or_default();
    let mut opaque = vec![false; text.len()];
    for range in &open.opaque {
        let inside = range.start.saturating_sub(start)..range.end.saturating_sub(start);
        opaque.get_mut(inside).unwrap_or_default().fill(true);
    }
    let mut skipped = open.skipped.iter().peekable();
    let mut glyphs: Vec<SourceChar> = Vec::with_capacity(text.len());
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        let place = start + at;
        while skipped.next_if(|range| range.end <= place).is_some() {}
        let is_prefix = matches!(character, ' ' | '\t' | '>');
        if is_prefix && skipped.peek().is_some_and(|range| range.contains(&place)) {
            continue;
        }
        let kind = if opaque.get(at).copied().unwrap_or_default() {
            escaped = false;
            CharKind::Opaque
        } else if escaped {
            escaped = false;
            CharKind::Escaped
        } else if character == '\\' {
            let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
            escaped = next.is_some_and(|next| next.is_ascii_punctuation());
            if escaped {
                CharKind::Escaped
            } else {
                CharKind::Plain
            }
        } else {
            CharKind::Plain
        };
        glyphs.push(SourceChar {
            character,
            at: place,
            kind,
        });
    }
    hide_tex(&mut glyphs);
    glyphs
}

/// Marks TeX commands and their arguments as opaque: `\citep[see][]{key@2}`.
fn hide_tex(glyphs: &mut [SourceChar]) {
    if !glyphs.iter().any(|glyph| glyph.character == '\\') {
        return;
    }
    let closings = closings(glyphs);
    let mut at = 0;
    while let Some(glyph) = glyphs.get(at) {
        at += 1;
        if glyph.character != '\\' || glyph.kind != CharKind::Plain {
            continue;
        }
        let is_letter = |glyph: &SourceChar| glyph.character.is_ascii_alphabetic();
        let letters = glyphs
            .get(at..)
            .unwrap_or_default()
            .iter()
            .take_while(|glyph| is_letter(glyph))
            .count();
        if letters == 0 {
            continue;
        }
        let mut end = at + letters;
        while let Some(close) = closings.get(&end) {
            end = close + 1;
        }
        for glyph in glyphs.get_mut(at - 1..end).unwrap_or_default() {
            glyph.kind = CharKind::Opaque;
        }
        at = end;
    }
}

/// Returns where each bracket and brace closes, by the index of the opening one.
fn closings(glyphs: &[SourceChar]) -> HashMap<usize, usize> {
    let mut closings = HashMap::new();
    let (mut brackets, mut braces) = (Vec::new(), Vec::new());
    for (at, glyph) in glyphs.iter().enumerate() {
        if glyph.kind == CharKind::Escaped {
            continue;
        }
        let opened = match glyph.character {
            '[' => {
                brackets.push(at);
                None
            }
            '{' => {
                braces.push(at);
                None
            }
            ']' => brackets.pop(),
            '}' => braces.pop(),
            _ => None,
        };
        closings.extend(opened.map(|open| (open, at)));
    }
    closings
}

/// Returns the tags, comments and scripts of an HTML block. Pandoc reads the text between them as Markdown.
fn html_tags(source: &str, range: Range<usize>) -> Vec<Range<usize>> {
    const VERBATIM: [&str; 5] = ["script", "style", "pre", "textarea", "code"];
    let text = source.get(range.clone()).unwrap_or_default();
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(start) = text
        .get(at..)
        .and_then(|rest| rest.find(['<', '`']))
        .map(|offset| at + offset)
    {
        let rest = text.get(start..).unwrap_or_default();
        let length = if rest.starts_with("<!--") {
            rest.find("-->").map_or(rest.len(), |end| end + 3)
        } else if rest.starts_with('`') {
            let ticks = rest.len() - rest.trim_start_matches('`').len();
            let fence = rest.get(..ticks).unwrap_or_default();
            let inside = rest.get(ticks..).unwrap_or_default();
            inside
                .find(fence)
                .map_or(ticks, |end| ticks + end + fence.len())
        } else {
            let name: String = rest
                .chars()
                .skip(1)
                .take_while(char::is_ascii_alphanumeric)
                .map(|letter| letter.to_ascii_lowercase())
                .collect();
            let is_tag = !name.is_empty() || rest.starts_with("</") || rest.starts_with("<?");
            if !is_tag {
                1
            } else if VERBATIM.contains(&name.as_str()) {
                end_of_verbatim(rest, &name)
            } else {
                end_of_tag(rest)
            }
        };
        tags.push(range.start + start..range.start + start + length);
        at = start + length.max(1);
    }
    tags
}

/// Returns where the closing tag of a verbatim element begins, or the end of the text.
fn end_of_verbatim(text: &str, name: &str) -> usize {
    let is_end = |at: usize| {
        let tag = text.get(at + 2..at + 2 + name.len());
        tag.is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    text.match_indices("</")
        .map(|(at, _)| at)
        .find(|at| is_end(*at))
        .unwrap_or(text.len())
}

/// Returns the length of a tag, whose quoted attributes may contain a `>`.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, character) in tag.char_indices() {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character == '>' => return at + 1,
            None => {}
        }
    }
    tag.len()
}
