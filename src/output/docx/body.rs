//! The text of a Word document: blocks, runs, notes and fields.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use crate::csl::{Inline, plain_text};
use crate::output::direction::Direction;
use crate::output::document::{
    Alignment, Atom, Block, Document, Image, ImageFile, Span, Table, WordProcessorField, flow,
    from_list, plain,
};
use crate::output::text_runs::{Formulas, TextRun, TextStyle, VerticalAlign, lines, printable};
use crate::output::urls::percent_encode;
use crate::output::word_text::{RunLanguage, TextLook, WordRun};
use crate::output::xml::escaped;
use crate::reading_list::{FormattedEntry, ReadingList};

/// The indent of entries and annotations, in twentieths of a point.
const INDENT: i32 = 720;
/// The additional indent of quotations and list items.
const NESTED_INDENT: i32 = 360;
/// The greatest size of an image in pixels, of which there are 96 in an inch: the width of the text, and most of
/// the height of the page.
const LARGEST_IMAGE: (u32, u32) = (602, 800);
/// The units of a drawing in a pixel.
const UNITS_PER_PIXEL: u32 = 9525;

/// A part of the archive with text: the document or its notes.
#[derive(Default)]
pub(super) struct TextPart {
    pub(super) xml: String,
    /// The addresses of links. The number of a link is its place here.
    pub(super) links: Vec<String>,
    /// The images, by their names in the archive.
    pub(super) images: Vec<String>,
}

/// Writes the blocks of a document.
pub(super) struct DocxWriter<'d> {
    document: &'d Document,
    pub(super) text: TextPart,
    pub(super) notes: TextPart,
    /// Whether a note is being written.
    in_note: bool,
    note_count: usize,
    /// The first number of each list; `None` for a list with bullets.
    pub(super) numberings: Vec<Option<u64>>,
    /// The names of the images in the archive.
    pub(super) media: Vec<(String, &'d ImageFile)>,
    media_names: HashMap<String, String>,
    anchors: BTreeSet<String>,
    bookmarks: HashSet<String>,
    drawings: usize,
}

/// The look of a paragraph.
#[derive(Debug, Clone, Copy, Default)]
struct ParagraphStyle<'s> {
    style: &'s str,
    indent: i32,
    hanging: i32,
    keep_next: bool,
    keep_lines: bool,
    /// The number of the list and the depth, for the first paragraph of an item.
    number: Option<(usize, usize)>,
    alignment: &'s str,
    /// Space before, after and of a line.
    spacing: Option<(u32, u32, i32)>,
}

impl<'d> DocxWriter<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self {
            document,
            text: TextPart::default(),
            notes: TextPart::default(),
            in_note: false,
            note_count: 0,
            numberings: Vec::new(),
            media: Vec::new(),
            media_names: HashMap::new(),
            anchors: document.anchors(),
            bookmarks: HashSet::new(),
            drawings: 0,
        }
    }

    fn part(&mut self) -> &mut TextPart {
        if self.in_note {
            &mut self.notes
        } else {
            &mut self.text
        }
    }

    /// Returns the look of a text. Without letters it has the direction of the document.
    fn look(&self, text: &str, language: Option<&str>) -> TextLook {
        TextLook::new(
            text,
            language,
            Direction::of_language(&self.document.language),
        )
    }

    fn push(&mut self, xml: &str) {
        self.part().xml.push_str(xml);
    }

    /// Writes the title of a list.
    pub(super) fn title(&mut self, title: &str) {
        self.text_paragraph(title, ParagraphStyle::of("Title"));
    }

    /// Writes the whole document.
    pub(super) fn document(&mut self) {
        let document = self.document;
        let heads = [("Title", &document.title), ("Subtitle", &document.subtitle)];
        let authors = document.authors.iter().map(|author| ("Author", author));
        let date = std::iter::once(("Date", &document.date));
        for (style, content) in heads.into_iter().chain(authors).chain(date) {
            if !content.is_empty() {
                self.paragraph(content, ParagraphStyle::of(style));
            }
        }
        self.blocks(&document.summary, "Abstract", 0);
        self.blocks(&document.blocks, "BodyText", 0);
    }

    /// Writes the introduction and the sections of a list.
    pub(super) fn list(&mut self, list: &ReadingList) {
        self.blocks(&from_list(&list.introduction.blocks), "BodyText", 0);
        for section in &list.sections {
            if let Some(heading) = &section.heading {
                let style = heading_style(heading.depth + list.heading_level.unwrap_or(1));
                let look = ParagraphStyle {
                    keep_next: true,
                    ..ParagraphStyle::of(&style)
                };
                self.text_paragraph(&heading.text, look);
            }
            self.blocks(&from_list(&section.introduction.blocks), "BodyText", 0);
            let has_annotations = section.has_annotations();
            for item in &section.entries {
                self.entry(item, list, has_annotations);
                self.blocks(&from_list(&item.annotation.blocks), "Annotation", INDENT);
            }
        }
    }

    fn entry(&mut self, entry: &FormattedEntry, list: &ReadingList, has_annotations: bool) {
        let look = self.look(&plain_text(&entry.content), entry.language.as_deref());
        let lines = lines(&entry.content);
        let after = 120 * u32::from(list.layout.entry_spacing.min(10));
        let line = 240 * i32::from(list.layout.line_spacing.clamp(1, 10));
        // Wide line spacing adds space below each line. Without equal space above, an annotation would be closer
        // to the next entry than to its own.
        let before = if has_annotations && line > 240 {
            line.unsigned_abs()
        } else {
            0
        };
        let has_margin = lines.first().is_some_and(|line| !line.margin.is_empty());
        let indent = if has_margin || list.layout.hanging_indent {
            INDENT
        } else {
            0
        };
        let style = ParagraphStyle {
            indent,
            hanging: indent,
            keep_next: !entry.annotation.is_empty(),
            keep_lines: true,
            alignment: "left",
            spacing: Some((before, after, line)),
            ..ParagraphStyle::of("Bibliography")
        };
        self.open_paragraph(style, &look);
        self.bookmark(&format!("ref-{}", entry.key));
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                self.push("<w:r><w:br /></w:r>");
            }
            self.runs(&line.margin, &look);
            if !line.margin.is_empty() {
                self.push("<w:r><w:tab /></w:r>");
            }
            self.runs(&line.runs, &look);
        }
        self.push("</w:p>");
    }

    fn text_paragraph(&mut self, text: &str, style: ParagraphStyle<'_>) {
        let look = self.look(text, None);
        self.open_paragraph(style, &look);
        for line in lines(&[Inline::Text(text.to_owned())]) {
            self.runs(&line.runs, &look);
        }
        self.push("</w:p>");
    }

    /// Writes blocks whose paragraphs have a style and an indent.
    fn blocks(&mut self, blocks: &[Block], style: &str, indent: i32) {
        for block in blocks {
            self.block(block, style, indent, None);
        }
    }

    fn block(&mut self, block: &Block, style: &str, indent: i32, number: Option<(usize, usize)>) {
        let look = ParagraphStyle {
            indent,
            number,
            ..ParagraphStyle::of(style)
        };
        match block {
            Block::Heading { level, id, content } => {
                let style = heading_style(*level);
                let look = ParagraphStyle {
                    keep_next: true,
                    ..ParagraphStyle::of(&style)
                };
                let text = self.look(&plain(content), None);
                self.open_paragraph(look, &text);
                self.bookmark(id);
                self.spans(content, &text);
                self.push("</w:p>");
            }
            Block::Paragraph(content) => self.paragraph(content, look),
            Block::Quote(quoted) => {
                let style = if style == "BodyText" { "Quote" } else { style };
                self.blocks(quoted, style, indent + NESTED_INDENT);
            }
            Block::List { start, items } => self.items(*start, items, style, indent, number),
            Block::Definitions(definitions) => {
                for definition in definitions {
                    let term = ParagraphStyle {
                        keep_next: true,
                        ..look
                    };
                    let bold = [Span::Formatted(
                        crate::csl::Formatting::Bold,
                        definition.term.clone(),
                    )];
                    self.paragraph(&bold, term);
                    for meaning in &definition.meanings {
                        self.blocks(meaning, style, indent + NESTED_INDENT);
                    }
                }
            }
            Block::Code(code) => self.code(code, indent),
            Block::Table(table) => self.table(table),
            Block::Figure(image) => {
                let centered = ParagraphStyle {
                    alignment: "center",
                    keep_next: !image.text.is_empty(),
                    ..look
                };
                let is_shown = self.document.images.contains_key(&image.source);
                if is_shown {
                    self.paragraph(&[Span::Image(image.clone())], centered);
                }
                if !image.text.is_empty() || !is_shown {
                    let caption = [Span::Text(image.text.clone())];
                    self.paragraph(&caption, ParagraphStyle::of("Caption"));
                }
            }
            Block::Formula(tex) => {
                let centered = ParagraphStyle {
                    alignment: "center",
                    ..look
                };
                self.paragraph(&[Span::Formula(tex.clone())], centered);
            }
            Block::Rule => self.push(
                "<w:p><w:pPr><w:pBdr><w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"A0A0A0\" />\
                 </w:pBdr></w:pPr></w:p>",
            ),
            Block::Bibliography { list, field } => {
                let start = self.text.xml.len();
                self.list(list);
                if let Some(field) = field {
                    self.enclose(start, field);
                }
            }
        }
    }

    /// Makes a field of the paragraphs since a place.
    fn enclose(&mut self, start: usize, field: &WordProcessorField) {
        let written = self.text.xml.split_off(start);
        let (opened, end) = (field_start(field), field_end());
        // The field begins within the first paragraph and ends within the last one.
        match (written.find("</w:pPr>"), written.rfind("</w:p>")) {
            (Some(first), Some(last)) => {
                let first = first + "</w:pPr>".len();
                let parts = [
                    written.get(..first),
                    Some(&*opened),
                    written.get(first..last),
                    Some(end),
                    written.get(last..),
                ];
                self.text.xml.extend(parts.into_iter().flatten());
            }
            _ => self.text.xml.push_str(&written),
        }
    }

    fn items(
        &mut self,
        start: Option<u64>,
        items: &[Vec<Block>],
        style: &str,
        indent: i32,
        outer: Option<(usize, usize)>,
    ) {
        self.numberings.push(start);
        let list = self.numberings.len();
        let depth = outer.map_or(0, |(_, depth)| depth + 1);
        for item in items {
            let mut number = Some((list, depth.min(8)));
            for block in item {
                match block {
                    Block::List { start, items } => {
                        self.items(
                            *start,
                            items,
                            style,
                            indent + NESTED_INDENT,
                            Some((list, depth)),
                        );
                    }
                    Block::Paragraph(_) => {
                        self.block(block, style, indent + NESTED_INDENT, number.take());
                    }
                    block => self.block(block, style, indent + NESTED_INDENT, None),
                }
            }
        }
    }

    fn code(&mut self, code: &str, indent: i32) {
        let style = ParagraphStyle {
            indent,
            ..ParagraphStyle::of("SourceCode")
        };
        self.open_paragraph(style, &TextLook::new("", None, Direction::LeftToRight));
        for (index, line) in code.lines().enumerate() {
            let line_break = if index > 0 { "<w:br />" } else { "" };
            let text = escaped(line);
            self.push(&format!(
                "<w:r>{line_break}<w:t xml:space=\"preserve\">{text}</w:t></w:r>"
            ));
        }
        self.push("</w:p>");
    }

    fn table(&mut self, table: &Table) {
        // The width of the text, in twentieths of a point.
        const WIDTH: u32 = 9070;
        let widths: Vec<u32> = table
            .shares()
            .iter()
            .map(|share| share * WIDTH / 1000)
            .collect();
        self.push(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"Table\" /><w:tblW w:w=\"5000\" w:type=\"pct\" />\
             <w:tblLook w:val=\"0020\" w:firstRow=\"1\" /></w:tblPr><w:tblGrid>",
        );
        for width in &widths {
            self.push(&format!("<w:gridCol w:w=\"{width}\" />"));
        }
        self.push("</w:tblGrid>");
        let header = table
            .header
            .iter()
            .any(|cell| !cell.is_empty())
            .then_some(&table.header);
        for (cells, is_header) in header
            .map(|cells| (cells, true))
            .into_iter()
            .chain(table.rows.iter().map(|cells| (cells, false)))
        {
            self.push("<w:tr>");
            if is_header {
                self.push("<w:trPr><w:tblHeader /></w:trPr>");
            }
            for ((cell, width), column) in cells.iter().zip(&widths).zip(&table.columns) {
                self.push(&format!(
                    "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\" /></w:tcPr>"
                ));
                let style = ParagraphStyle {
                    alignment: match column {
                        Alignment::Default => "",
                        Alignment::Left => "left",
                        Alignment::Center => "center",
                        Alignment::Right => "right",
                    },
                    ..ParagraphStyle::of("TableText")
                };
                if is_header {
                    let bold = Span::Formatted(crate::csl::Formatting::Bold, cell.clone());
                    self.paragraph(&[bold], style);
                } else {
                    self.paragraph(cell, style);
                }
                self.push("</w:tc>");
            }
            self.push("</w:tr>");
        }
        // Word joins tables that have no paragraph between them.
        self.push("</w:tbl><w:p><w:pPr><w:pStyle w:val=\"TableText\" /></w:pPr></w:p>");
    }

    fn paragraph(&mut self, content: &[Span], style: ParagraphStyle<'_>) {
        let look = self.look(&plain(content), None);
        self.open_paragraph(style, &look);
        self.spans(content, &look);
        self.push("</w:p>");
    }

    fn open_paragraph(&mut self, style: ParagraphStyle<'_>, look: &TextLook) {
        let mut xml = format!("<w:p><w:pPr><w:pStyle w:val=\"{}\" />", style.style);
        if style.keep_next {
            xml.push_str("<w:keepNext />");
        }
        if style.keep_lines {
            xml.push_str("<w:keepLines />");
        }
        if let Some((list, depth)) = style.number {
            let _ = write!(
                xml,
                "<w:numPr><w:ilvl w:val=\"{depth}\" /><w:numId w:val=\"{list}\" /></w:numPr>"
            );
        }
        if look.base.is_right_to_left() {
            xml.push_str("<w:bidi />");
        }
        if let Some((before, after, line)) = style.spacing {
            // Without this rule LibreOffice reads the value as points and sets the lines too tight.
            let _ = write!(
                xml,
                "<w:spacing w:before=\"{before}\" w:after=\"{after}\" w:line=\"{line}\" w:lineRule=\"auto\" />"
            );
        }
        let hanging = match style.number {
            Some(_) => NESTED_INDENT,
            None => style.hanging,
        };
        if style.indent > 0 || hanging > 0 {
            let _ = write!(xml, "<w:ind w:left=\"{}\"", style.indent);
            if hanging > 0 {
                let _ = write!(xml, " w:hanging=\"{hanging}\"");
            }
            xml.push_str(" />");
        }
        if !style.alignment.is_empty() {
            let _ = write!(xml, "<w:jc w:val=\"{}\" />", style.alignment);
        }
        xml.push_str("</w:pPr>");
        self.push(&xml);
    }

    /// Names the place of a heading or entry for links.
    fn bookmark(&mut self, name: &str) {
        if !self.anchors.contains(name) || !self.bookmarks.insert(name.to_owned()) {
            return;
        }
        let id = self.bookmarks.len();
        let name = bookmark_name(name);
        self.push(&format!(
            "<w:bookmarkStart w:id=\"{id}\" w:name=\"{name}\" /><w:bookmarkEnd w:id=\"{id}\" />"
        ));
    }

    fn spans(&mut self, content: &[Span], look: &TextLook) {
        let mut runs: Vec<TextRun> = Vec::new();
        for atom in flow(content, Formulas::RichText) {
            if let Atom::Run(run) = atom {
                runs.push(run);
                continue;
            }
            self.runs(&std::mem::take(&mut runs), look);
            match atom {
                Atom::Break => self.push("<w:r><w:br /></w:r>"),
                Atom::Formula(tex) => {
                    let code = TextRun::new(
                        &printable(tex),
                        TextStyle {
                            code: true,
                            ..TextStyle::default()
                        },
                    );
                    self.runs(&[code], look);
                }
                Atom::Image(image) => self.image(image),
                Atom::Note(blocks) => self.note(blocks),
                Atom::FieldStart(field) => self.push(&field_start(field)),
                Atom::FieldEnd(_) => self.push(field_end()),
                Atom::Run(_) => {}
            }
        }
        self.runs(&runs, look);
    }

    fn runs(&mut self, runs: &[TextRun], look: &TextLook) {
        let runs = look.runs(runs);
        for group in runs.chunk_by(|one, other| one.run.href == other.run.href) {
            let href = group.first().and_then(|run| run.run.href.as_deref());
            let is_link = match href {
                Some(href) => match href.strip_prefix('#') {
                    Some(target) if self.anchors.contains(target) => {
                        let name = bookmark_name(target);
                        self.push(&format!("<w:hyperlink w:anchor=\"{name}\">"));
                        true
                    }
                    Some(_) => false,
                    None => {
                        let part = self.part();
                        part.links.push(percent_encode(href, ""));
                        let number = part.links.len();
                        self.push(&format!("<w:hyperlink r:id=\"link{number}\">"));
                        true
                    }
                },
                None => false,
            };
            for run in group {
                let xml = run_xml(run, is_link);
                self.push(&xml);
            }
            if is_link {
                self.push("</w:hyperlink>");
            }
        }
    }

    fn note(&mut self, blocks: &[Block]) {
        if self.in_note {
            // Word has no notes on notes.
            let look = self.look("", None);
            for block in blocks {
                if let Block::Paragraph(content) = block {
                    self.push("<w:r><w:t xml:space=\"preserve\"> </w:t></w:r>");
                    self.spans(content, &look);
                }
            }
            return;
        }
        self.note_count += 1;
        let number = self.note_count;
        self.push(&format!(
            "<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\" /></w:rPr><w:footnoteReference w:id=\"{number}\" /></w:r>"
        ));
        self.in_note = true;
        self.push(&format!("<w:footnote w:id=\"{number}\">"));
        let start = self.notes.xml.len();
        self.blocks(blocks, "FootnoteText", 0);
        const MARK: &str = "<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\" /></w:rPr><w:footnoteRef /></w:r>\
                            <w:r><w:t xml:space=\"preserve\"> </w:t></w:r>";
        let written = self.notes.xml.split_off(start);
        match written.split_once("</w:pPr>") {
            Some((before, after)) if written.starts_with("<w:p>") => {
                self.push(&format!("{before}</w:pPr>{MARK}{after}"));
            }
            _ => {
                let opened = "<w:p><w:pPr><w:pStyle w:val=\"FootnoteText\" /></w:pPr>";
                self.push(&format!("{opened}{MARK}</w:p>{written}"));
            }
        }
        self.push("</w:footnote>");
        self.in_note = false;
    }

    /// Writes an image, or its text if the image could not be read.
    fn image(&mut self, image: &Image) {
        let document = self.document;
        let Some(file) = document.images.get(&image.source) else {
            let text = escaped(&image.text);
            self.push(&format!(
                "<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>"
            ));
            return;
        };
        let name = match self.media_names.get(&image.source) {
            Some(name) => name.clone(),
            None => {
                let name = format!("image{}.{}", self.media.len() + 1, file.kind.extension());
                self.media.push((name.clone(), file));
                self.media_names.insert(image.source.clone(), name.clone());
                name
            }
        };
        let part = self.part();
        part.images.push(name.clone());
        let number = part.images.len();
        self.drawings += 1;
        let id = self.drawings;
        let (width, height) = file.fitted(LARGEST_IMAGE.0, LARGEST_IMAGE.1);
        let (width, height) = (width * UNITS_PER_PIXEL, height * UNITS_PER_PIXEL);
        let text = escaped(&image.text);
        self.push(&format!(
            "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">\
             <wp:extent cx=\"{width}\" cy=\"{height}\" /><wp:docPr id=\"{id}\" name=\"{name}\" descr=\"{text}\" />\
             <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>\
             <pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"{name}\" descr=\"{text}\" /><pic:cNvPicPr /></pic:nvPicPr>\
             <pic:blipFill><a:blip r:embed=\"image{number}\" /><a:stretch><a:fillRect /></a:stretch></pic:blipFill>\
             <pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\" /><a:ext cx=\"{width}\" cy=\"{height}\" /></a:xfrm>\
             <a:prstGeom prst=\"rect\"><a:avLst /></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>\
             </wp:inline></w:drawing></w:r>"
        ));
    }
}

impl<'s> ParagraphStyle<'s> {
    fn of(style: &'s str) -> Self {
        Self {
            style,
            ..Self::default()
        }
    }
}

/// Returns the style of a heading.
fn heading_style(level: usize) -> String {
    format!("Heading{}", level.clamp(1, 6))
}

/// Returns the name of a bookmark, which has letters, digits and underscores, and not more than 40 of them.
fn bookmark_name(anchor: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_short = anchor.len() <= 40 && anchor.starts_with(|c: char| c.is_ascii_alphabetic());
    if is_short && anchor.chars().all(is_plain) {
        return anchor.to_owned();
    }
    // Names that would become equal are kept apart by their hashes (FNV-1a).
    let hash = anchor
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    let readable: String = anchor.chars().filter(|c| is_plain(*c)).take(20).collect();
    format!("_{readable}_{hash:016x}")
}

/// Starts a field.
fn field_start(field: &WordProcessorField) -> String {
    format!(
        "<w:r><w:fldChar w:fldCharType=\"begin\" /></w:r><w:r><w:instrText xml:space=\"preserve\"> ADDIN {} \
         </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\" /></w:r>",
        escaped(&field.code)
    )
}

fn field_end() -> &'static str {
    "<w:r><w:fldChar w:fldCharType=\"end\" /></w:r>"
}

fn run_xml(run: &WordRun, is_link: bool) -> String {
    let style = run.run.style;
    let mut look = String::new();
    let character_style = if style.code {
        "VerbatimChar"
    } else if is_link {
        "Hyperlink"
    } else {
        ""
    };
    if !character_style.is_empty() {
        let _ = write!(look, "<w:rStyle w:val=\"{character_style}\" />");
    }
    if let Some(RunLanguage::EastAsian(font, _)) = &run.language {
        let _ = write!(
            look,
            "<w:rFonts w:eastAsia=\"{font}\" w:hint=\"eastAsia\" />"
        );
    }
    for (holds, element) in [
        (style.bold, "<w:b /><w:bCs />"),
        (style.italic, "<w:i /><w:iCs />"),
        (style.small_caps, "<w:smallCaps />"),
        (style.struck, "<w:strike />"),
        (style.underline, "<w:u w:val=\"single\" />"),
    ] {
        if holds {
            look.push_str(element);
        }
    }
    match style.vertical_align {
        Some(VerticalAlign::Superscript) => look.push_str("<w:vertAlign w:val=\"superscript\" />"),
        Some(VerticalAlign::Subscript) => look.push_str("<w:vertAlign w:val=\"subscript\" />"),
        None => {}
    }
    match &run.language {
        Some(RunLanguage::RightToLeft(tag)) => {
            look.push_str("<w:rtl />");
            if let Some(tag) = tag {
                let _ = write!(look, "<w:lang w:bidi=\"{tag}\" />");
            }
        }
        Some(RunLanguage::EastAsian(_, tag)) => {
            let _ = write!(look, "<w:lang w:eastAsia=\"{tag}\" />");
        }
        Some(RunLanguage::Western(tag)) => {
            let _ = write!(look, "<w:lang w:val=\"{tag}\" />");
        }
        None => {}
    }
    let look = if look.is_empty() {
        look
    } else {
        format!("<w:rPr>{look}</w:rPr>")
    };
    let text = escaped(&run.run.text);
    format!("<w:r>{look}<w:t xml:space=\"preserve\">{text}</w:t></w:r>")
}
