//! The text of an OpenDocument text: blocks, runs, notes and reference marks.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use crate::csl::{BibliographyLayout, Formatting, plain_text};
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

/// The greatest size of an image in pixels, of which there are 96 in an inch.
const LARGEST_IMAGE: (u32, u32) = (602, 800);
/// The indent of a level of quotations, in millimetres.
const QUOTE_INDENT: usize = 8;

/// Writes the blocks of a document.
pub(super) struct OdtWriter<'d> {
    document: &'d Document,
    pub(super) xml: String,
    in_note: bool,
    note_count: usize,
    /// The automatic styles of runs by their properties, with their numbers.
    pub(super) run_styles: BTreeMap<String, usize>,
    /// The automatic styles of paragraphs by their parent and properties.
    pub(super) paragraph_styles: BTreeMap<(String, String), usize>,
    /// The column styles of tables.
    pub(super) columns: BTreeSet<u32>,
    pub(super) layout: Option<BibliographyLayout>,
    /// The names of the images in the archive.
    pub(super) media: Vec<(String, &'d ImageFile)>,
    media_names: HashMap<String, String>,
    anchors: BTreeSet<String>,
    bookmarks: HashSet<String>,
    tables: usize,
}

impl<'d> OdtWriter<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self {
            document,
            xml: String::new(),
            in_note: false,
            note_count: 0,
            run_styles: BTreeMap::new(),
            paragraph_styles: BTreeMap::new(),
            columns: BTreeSet::new(),
            layout: None,
            media: Vec::new(),
            media_names: HashMap::new(),
            anchors: document.anchors(),
            bookmarks: HashSet::new(),
            tables: 0,
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
        self.xml.push_str(xml);
    }

    /// Writes the title of a list.
    pub(super) fn title(&mut self, title: &str) {
        self.paragraph(&[Span::Text(title.to_owned())], "Title", 0);
    }

    /// Writes the whole document.
    pub(super) fn document(&mut self) {
        let document = self.document;
        let heads = [("Title", &document.title), ("Subtitle", &document.subtitle)];
        let authors = document.authors.iter().map(|author| ("Author", author));
        let date = std::iter::once(("Date", &document.date));
        for (style, content) in heads.into_iter().chain(authors).chain(date) {
            if !content.is_empty() {
                self.paragraph(content, style, 0);
            }
        }
        self.blocks(&document.summary, "Abstract", 0);
        self.blocks(&document.blocks, "Text_20_body", 0);
    }

    /// Writes the introduction and the sections of a list.
    pub(super) fn list(&mut self, list: &ReadingList) {
        self.layout = Some(list.layout);
        self.blocks(&from_list(&list.introduction.blocks), "Text_20_body", 0);
        for section in &list.sections {
            if let Some(heading) = &section.heading {
                self.heading(
                    heading.depth + list.heading_level.unwrap_or(1),
                    &[Span::Text(heading.text.clone())],
                    None,
                );
            }
            self.blocks(&from_list(&section.introduction.blocks), "Text_20_body", 0);
            for item in &section.entries {
                self.entry(item);
                self.blocks(&from_list(&item.annotation.blocks), "Annotation", 0);
            }
        }
    }

    fn heading(&mut self, level: usize, content: &[Span], id: Option<&str>) {
        let level = level.clamp(1, 6);
        let look = self.look(&plain(content), None);
        let style = self.paragraph_style(&format!("Heading_20_{level}"), 0, &look, "");
        self.push(&format!(
            "<text:h text:style-name=\"{style}\" text:outline-level=\"{level}\">"
        ));
        if let Some(id) = id {
            self.bookmark(id);
        }
        self.spans(content, &look);
        self.push("</text:h>");
    }

    fn entry(&mut self, entry: &FormattedEntry) {
        let look = self.look(&plain_text(&entry.content), entry.language.as_deref());
        let lines = lines(&entry.content);
        let has_margin = lines.first().is_some_and(|line| !line.margin.is_empty());
        let base = if has_margin {
            "Bibliography_20_numbered"
        } else {
            "Bibliography_20_1"
        };
        let style = self.paragraph_style(base, 0, &look, "");
        self.push(&format!("<text:p text:style-name=\"{style}\">"));
        self.bookmark(&format!("ref-{}", entry.key));
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                self.push("<text:line-break/>");
            }
            self.runs(&line.margin, &look);
            if !line.margin.is_empty() {
                self.push("<text:tab/>");
            }
            self.runs(&line.runs, &look);
        }
        self.push("</text:p>");
    }

    fn blocks(&mut self, blocks: &[Block], style: &str, depth: usize) {
        for block in blocks {
            self.block(block, style, depth);
        }
    }

    fn block(&mut self, block: &Block, style: &str, depth: usize) {
        match block {
            Block::Heading { level, id, content } => self.heading(*level, content, Some(id)),
            Block::Paragraph(content) => self.paragraph(content, style, depth),
            Block::Quote(quoted) => {
                let style = if style == "Text_20_body" {
                    "Quotations"
                } else {
                    style
                };
                self.blocks(quoted, style, depth + 1);
            }
            Block::List { start, items } => {
                let name = if start.is_some() {
                    "Numbered"
                } else {
                    "Bulleted"
                };
                self.push(&format!("<text:list text:style-name=\"{name}\">"));
                for (index, item) in items.iter().enumerate() {
                    match start {
                        Some(start) if index == 0 => {
                            self.push(&format!("<text:list-item text:start-value=\"{start}\">"));
                        }
                        _ => self.push("<text:list-item>"),
                    }
                    self.blocks(item, "List_20_Contents", 0);
                    self.push("</text:list-item>");
                }
                self.push("</text:list>");
            }
            Block::Definitions(definitions) => {
                for definition in definitions {
                    let bold = Span::Formatted(Formatting::Bold, definition.term.clone());
                    self.paragraph(&[bold], style, depth);
                    for meaning in &definition.meanings {
                        self.blocks(meaning, style, depth + 1);
                    }
                }
            }
            Block::Code(code) => {
                self.push("<text:p text:style-name=\"Preformatted_20_Text\">");
                for (index, line) in code.lines().enumerate() {
                    if index > 0 {
                        self.push("<text:line-break/>");
                    }
                    let line = spaced(&printable(line), true);
                    self.push(&line);
                }
                self.push("</text:p>");
            }
            Block::Table(table) => self.table(table),
            Block::Figure(image) => {
                let is_shown = self.document.images.contains_key(&image.source);
                if is_shown {
                    self.paragraph(&[Span::Image(image.clone())], "Figure", 0);
                }
                if !image.text.is_empty() || !is_shown {
                    self.paragraph(&[Span::Text(image.text.clone())], "Caption", 0);
                }
            }
            Block::Formula(tex) => self.paragraph(&[Span::Formula(tex.clone())], "Figure", 0),
            Block::Rule => self.push("<text:p text:style-name=\"Horizontal_20_Line\"/>"),
            Block::Bibliography { list, field } => {
                if let Some(field) = field {
                    self.push(&format!(
                        "<text:section text:style-name=\"Sect1\" text:name=\"{}\">",
                        escaped(&mark_name(field))
                    ));
                }
                self.list(list);
                if field.is_some() {
                    self.push("</text:section>");
                }
            }
        }
    }

    fn table(&mut self, table: &Table) {
        self.tables += 1;
        let shares = table.shares();
        self.push(&format!(
            "<table:table table:name=\"Table{}\" table:style-name=\"Table\">",
            self.tables
        ));
        for share in shares {
            self.columns.insert(share);
            self.push(&format!(
                "<table:table-column table:style-name=\"Column{share}\"/>"
            ));
        }
        if table.header.iter().any(|cell| !cell.is_empty()) {
            self.push("<table:table-header-rows>");
            let bold = table
                .header
                .iter()
                .map(|cell| vec![Span::Formatted(Formatting::Bold, cell.clone())]);
            let bold: Vec<Vec<Span>> = bold.collect();
            self.row(&bold, &table.columns);
            self.push("</table:table-header-rows>");
        }
        for cells in &table.rows {
            self.row(cells, &table.columns);
        }
        self.push("</table:table>");
        self.push("<text:p text:style-name=\"Table_20_Contents\"/>");
    }

    fn row(&mut self, cells: &[Vec<Span>], columns: &[Alignment]) {
        self.push("<table:table-row>");
        for (cell, column) in cells.iter().zip(columns) {
            self.push("<table:table-cell table:style-name=\"Cell\" office:value-type=\"string\">");
            let alignment = match column {
                Alignment::Default => "",
                Alignment::Left => "left",
                Alignment::Center => "center",
                Alignment::Right => "right",
            };
            let look = self.look(&plain(cell), None);
            let style = self.paragraph_style("Table_20_Contents", 0, &look, alignment);
            self.push(&format!("<text:p text:style-name=\"{style}\">"));
            self.spans(cell, &look);
            self.push("</text:p></table:table-cell>");
        }
        self.push("</table:table-row>");
    }

    fn paragraph(&mut self, content: &[Span], style: &str, depth: usize) {
        let look = self.look(&plain(content), None);
        let style = self.paragraph_style(style, depth, &look, "");
        self.push(&format!("<text:p text:style-name=\"{style}\">"));
        self.spans(content, &look);
        self.push("</text:p>");
    }

    /// Returns the name of a style: that of the parent, or of an automatic style that adds an indent, a direction or an
    /// alignment.
    fn paragraph_style(
        &mut self,
        parent: &str,
        depth: usize,
        look: &TextLook,
        alignment: &str,
    ) -> String {
        let mut properties = String::new();
        if depth > 0 {
            let _ = write!(properties, " fo:margin-left=\"{}mm\"", depth * QUOTE_INDENT);
        }
        let is_right_to_left = look.base.is_right_to_left();
        // LibreOffice takes "start" for the left side in both directions.
        let (mode, side) = if is_right_to_left {
            ("rl-tb", "right")
        } else {
            ("lr-tb", "left")
        };
        let is_as_document = look.base == Direction::of_language(&self.document.language);
        if !is_as_document {
            let _ = write!(properties, " style:writing-mode=\"{mode}\"");
        }
        if !alignment.is_empty() {
            let _ = write!(properties, " fo:text-align=\"{alignment}\"");
        } else if is_right_to_left || !is_as_document {
            let _ = write!(properties, " fo:text-align=\"{side}\"");
        }
        if properties.is_empty() {
            return parent.to_owned();
        }
        let number = self.paragraph_styles.len() + 1;
        let number = self
            .paragraph_styles
            .entry((parent.to_owned(), properties))
            .or_insert(number);
        format!("P{number}")
    }

    /// Names the place of a heading or entry for links.
    fn bookmark(&mut self, name: &str) {
        if self.anchors.contains(name) && self.bookmarks.insert(name.to_owned()) {
            self.push(&format!("<text:bookmark text:name=\"{}\"/>", escaped(name)));
        }
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
                Atom::Break => self.push("<text:line-break/>"),
                Atom::Formula(tex) => {
                    let style = TextStyle {
                        code: true,
                        ..TextStyle::default()
                    };
                    self.runs(&[TextRun::new(&printable(tex), style)], look);
                }
                Atom::Image(image) => self.image(image),
                Atom::Note(blocks) => self.note(blocks),
                Atom::FieldStart(field) => self.push(&format!(
                    "<text:reference-mark-start text:name=\"{}\"/>",
                    escaped(&mark_name(field))
                )),
                Atom::FieldEnd(field) => self.push(&format!(
                    "<text:reference-mark-end text:name=\"{}\"/>",
                    escaped(&mark_name(field))
                )),
                Atom::Run(_) => {}
            }
        }
        self.runs(&runs, look);
    }

    fn runs(&mut self, runs: &[TextRun], look: &TextLook) {
        let runs = look.runs(runs);
        for group in runs.chunk_by(|one, other| one.run.href == other.run.href) {
            let href = group.first().and_then(|run| run.run.href.as_deref());
            let target = href.and_then(|href| match href.strip_prefix('#') {
                Some(target) => self.anchors.contains(target).then(|| href.to_owned()),
                None => Some(percent_encode(href, "")),
            });
            if let Some(target) = &target {
                self.push(&format!(
                    "<text:a xlink:type=\"simple\" xlink:href=\"{}\">",
                    escaped(target)
                ));
            }
            for run in group {
                self.run(run);
            }
            if target.is_some() {
                self.push("</text:a>");
            }
        }
    }

    fn run(&mut self, run: &WordRun) {
        let properties = run_properties(run);
        let text = spaced(&run.run.text, false);
        if properties.is_empty() {
            self.push(&text);
            return;
        }
        let number = self.run_styles.len() + 1;
        let number = *self.run_styles.entry(properties).or_insert(number);
        self.push(&format!(
            "<text:span text:style-name=\"T{number}\">{text}</text:span>"
        ));
    }

    fn note(&mut self, blocks: &[Block]) {
        if self.in_note {
            // There are no notes on notes.
            let look = self.look("", None);
            for block in blocks {
                if let Block::Paragraph(content) = block {
                    self.push(" ");
                    self.spans(content, &look);
                }
            }
            return;
        }
        self.note_count += 1;
        let number = self.note_count;
        self.in_note = true;
        self.push(&format!(
            "<text:note text:id=\"ftn{number}\" text:note-class=\"footnote\">\
             <text:note-citation>{number}</text:note-citation><text:note-body>"
        ));
        let start = self.xml.len();
        self.blocks(blocks, "Footnote", 0);
        // A space between the number and the text.
        let first = self
            .xml
            .get(start..)
            .filter(|note| note.starts_with("<text:p "));
        if let Some(end) = first.and_then(|note| note.find('>')) {
            self.xml.insert_str(start + end + 1, "<text:s/>");
        }
        self.push("</text:note-body></text:note>");
        self.in_note = false;
    }

    /// Writes an image, or its text if the image could not be read.
    fn image(&mut self, image: &Image) {
        let document = self.document;
        let Some(file) = document.images.get(&image.source) else {
            let text = spaced(&printable(&image.text), false);
            self.push(&text);
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
        let (width, height) = file.fitted(LARGEST_IMAGE.0, LARGEST_IMAGE.1);
        let inches = |pixels: u32| f64::from(pixels) / 96.0;
        self.push(&format!(
            "<draw:frame text:anchor-type=\"as-char\" svg:width=\"{:.3}in\" svg:height=\"{:.3}in\">\
             <draw:image xlink:href=\"Pictures/{name}\" xlink:type=\"simple\" xlink:show=\"embed\" \
             xlink:actuate=\"onLoad\"/><svg:desc>{}</svg:desc></draw:frame>",
            inches(width),
            inches(height),
            escaped(&image.text)
        ));
    }
}

/// Returns the name of a reference mark: the code, and an identifier that makes it unique.
fn mark_name(field: &WordProcessorField) -> String {
    format!("{} RND{}", field.code, field.id)
}

/// Escapes text. Spaces that OpenDocument would merge become elements; at the start of a line, too, if `at_start`.
fn spaced(text: &str, at_start: bool) -> String {
    let mut xml = String::with_capacity(text.len());
    let mut after_space = at_start;
    for part in escaped(text).split_inclusive(' ') {
        match part.strip_suffix(' ') {
            Some(word) => {
                xml.push_str(word);
                after_space &= word.is_empty();
                xml.push_str(if after_space { "<text:s/>" } else { " " });
                after_space = true;
            }
            None => xml.push_str(part),
        }
    }
    xml
}

fn run_properties(run: &WordRun) -> String {
    let style = run.run.style;
    let mut properties = String::new();
    for (holds, attributes) in [
        (
            style.bold,
            " fo:font-weight=\"bold\" style:font-weight-asian=\"bold\" style:font-weight-complex=\"bold\"",
        ),
        (
            style.italic,
            " fo:font-style=\"italic\" style:font-style-asian=\"italic\" style:font-style-complex=\"italic\"",
        ),
        (style.small_caps, " fo:font-variant=\"small-caps\""),
        (style.struck, " style:text-line-through-style=\"solid\""),
        (
            style.underline,
            " style:text-underline-style=\"solid\" style:text-underline-width=\"auto\"",
        ),
        (
            style.code,
            " style:font-name=\"Courier New\" fo:font-size=\"88%\"",
        ),
        (
            style.vertical_align == Some(VerticalAlign::Superscript),
            " style:text-position=\"super 58%\"",
        ),
        (
            style.vertical_align == Some(VerticalAlign::Subscript),
            " style:text-position=\"sub 58%\"",
        ),
    ] {
        if holds {
            properties.push_str(attributes);
        }
    }
    let mut language = |tag: &str, suffix: &str| {
        let mut parts = tag.split('-');
        let language = parts.next().unwrap_or_default();
        let country =
            parts.find(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_alphabetic()));
        let _ = write!(
            properties,
            " {0}:language{suffix}=\"{language}\" {0}:country{suffix}=\"{1}\"",
            if suffix.is_empty() { "fo" } else { "style" },
            country.unwrap_or("none")
        );
    };
    match &run.language {
        Some(RunLanguage::Western(tag)) => language(tag, ""),
        Some(RunLanguage::RightToLeft(Some(tag))) => language(tag, "-complex"),
        Some(RunLanguage::EastAsian(_, tag)) => language(tag, "-asian"),
        _ => {}
    }
    if let Some(RunLanguage::EastAsian(font, _)) = &run.language {
        let _ = write!(properties, " style:font-name-asian=\"{font}\"");
    }
    properties
}
