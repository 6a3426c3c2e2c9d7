//! Word documents (Office Open XML).

use std::io::Cursor;

use docx_rs::{
    AlignmentType, Docx, Hyperlink, HyperlinkType, LineSpacing, LineSpacingType, Paragraph,
    Run as WordRun, RunFonts, SpecialIndentType, Style, StyleType, VertAlignType,
};

use super::direction::{Direction, with_levels};
use super::fonts::{self, FontScript};
use super::text_runs::{TextLine, TextRun, TextStyle, VerticalAlign, lines, printable};
use super::urls::percent_encode;
use crate::csl::{Inline, RichText, plain_text};
use crate::language;
use crate::reading_list::{Block, ReadingList};

/// The indent of entries and annotations, in twentieths of a point.
const INDENT: i32 = 720;
/// The additional indent of quotations and list items.
const NESTED_INDENT: i32 = 360;

/// Formats a reading list as a document. The title and headings use Word's built-in styles, entries use the
/// style "Bibliography" with a hanging indent if the citation style asks for one, and annotations use the
/// style "Annotation".
///
/// # Errors
///
/// Returns an error if the archive cannot be written.
pub fn reading_list(list: &ReadingList) -> std::io::Result<Vec<u8>> {
    let mut document = styled();
    if let Some(title) = &list.title {
        document = document.add_paragraph(text_paragraph(title).style("Title"));
    }
    document = add_blocks(document, &list.introduction.blocks, "BodyText", 0);
    for section in &list.sections {
        if let Some(heading) = &section.heading {
            let paragraph = text_paragraph(&heading.text)
                .style(&heading_style(heading.depth.min(2)))
                .keep_next(true);
            document = document.add_paragraph(paragraph);
        }
        document = add_blocks(document, &section.introduction.blocks, "BodyText", 0);
        let has_annotations = section.has_annotations();
        for item in &section.entries {
            let look = TextLook::new(&plain_text(&item.content), item.language.as_deref());
            let paragraph = entry(&lines(&item.content), list, has_annotations, &look);
            let paragraph = paragraph.keep_lines(true);
            let is_annotated = !item.annotation.is_empty();
            document = document.add_paragraph(paragraph.keep_next(is_annotated));
            document = add_blocks(document, &item.annotation.blocks, "Annotation", INDENT);
        }
    }
    let mut parts = document.build();
    // docx-rs does not support small capitals, so the style uses "vanish" as a placeholder; no other style
    // uses it.
    parts.styles = replaced(parts.styles, "<w:vanish />", "<w:smallCaps />");
    parts.document = with_languages(parts.document);
    if let Some(title) = &list.title {
        let mut core = String::from("<dc:title>");
        for character in printable(title).chars() {
            match character {
                '&' => core.push_str("&amp;"),
                '<' => core.push_str("&lt;"),
                '>' => core.push_str("&gt;"),
                _ => core.push(character),
            }
        }
        core.push_str("</dc:title></cp:coreProperties>");
        parts.doc_props.core = replaced(parts.doc_props.core, "</cp:coreProperties>", &core);
    }
    let mut file = Cursor::new(Vec::new());
    parts.pack(&mut file).map_err(std::io::Error::other)?;
    Ok(file.into_inner())
}

/// Replaces one text in a part of the archive.
fn replaced(part: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    match String::from_utf8(part) {
        Ok(text) => text.replace(from, to).into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

/// The prefix of a highlight colour that stands for a language and a direction, which docx-rs does not support.
const LANGUAGE: &str = "language:";

/// Replaces the placeholders of languages by their elements.
fn with_languages(part: Vec<u8>) -> Vec<u8> {
    let text = match String::from_utf8(part) {
        Ok(text) => text,
        Err(error) => return error.into_bytes(),
    };
    let start = format!("<w:highlight w:val=\"{LANGUAGE}");
    let mut pieces = text.split(start.as_str());
    let mut written = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let Some((name, rest)) = piece.split_once("\" />") else {
            continue;
        };
        written.push_str(match name.split_once(':') {
            Some(("rtl", _)) => "<w:rtl />",
            _ => "",
        });
        if let Some((kind, tag)) = name.split_once(':')
            && !tag.is_empty()
        {
            let attribute = match kind {
                "rtl" => "bidi",
                "cjk" => "eastAsia",
                _ => "val",
            };
            written.push_str(&format!("<w:lang w:{attribute}=\"{tag}\" />"));
        }
        written.push_str(rest);
    }
    written.into_bytes()
}

/// The direction and the language of a paragraph.
struct TextLook {
    base: Direction,
    /// The script that its Chinese characters are set in.
    han: FontScript,
    language: Option<String>,
}

impl TextLook {
    fn new(text: &str, language: Option<&str>) -> Self {
        let is_tag = |tag: &&str| tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        Self {
            base: Direction::of_text(text).unwrap_or_default(),
            han: FontScript::of_han(language, text),
            language: language.filter(is_tag).map(str::to_owned),
        }
    }

    /// Returns the runs of a line for Word: each with one direction and with one kind of script.
    fn runs(&self, runs: &[TextRun]) -> Vec<(TextRun, Option<FontScript>)> {
        let levelled = with_levels(runs, self.base);
        let split = levelled.into_iter().flat_map(|run| {
            if run.text.is_ascii() || run.level % 2 == 1 {
                return vec![(run, None)];
            }
            let parts = fonts::split_by_script(&run.text, self.han).into_iter();
            parts
                .map(|(script, text)| {
                    let script = Some(script).filter(|script| script.is_east_asian());
                    (
                        TextRun {
                            text,
                            ..run.clone()
                        },
                        script,
                    )
                })
                .collect()
        });
        let mut merged: Vec<(TextRun, Option<FontScript>)> = Vec::new();
        for (run, script) in split {
            match merged.last_mut() {
                Some((last, of_last))
                    if *of_last == script
                        && last.style == run.style
                        && last.href == run.href
                        && last.level == run.level =>
                {
                    last.text.push_str(&run.text);
                }
                _ => merged.push((run, script)),
            }
        }
        merged
    }

    /// Sets the language, direction and font of a run.
    fn apply(&self, run: WordRun, level: u8, script: Option<FontScript>) -> WordRun {
        let own = self.language.as_deref();
        if level % 2 == 1 {
            let tag = own.filter(|tag| language::is_right_to_left(tag));
            return run.highlight(format!("{LANGUAGE}rtl:{}", tag.unwrap_or_default()));
        }
        if let Some(script) = script {
            let (font, tag) = script.word_font();
            return run
                .fonts(RunFonts::new().east_asia(font).hint("eastAsia"))
                .highlight(format!("{LANGUAGE}cjk:{tag}"));
        }
        match own.filter(|tag| !language::is_right_to_left(tag)) {
            Some(tag) => run.highlight(format!("{LANGUAGE}latin:{tag}")),
            None => run,
        }
    }

    fn paragraph(&self) -> Paragraph {
        let mut paragraph = Paragraph::new();
        if self.base.is_right_to_left() {
            paragraph.property = paragraph.property.bidi(true);
        }
        paragraph
    }
}

/// Returns a paragraph of text without markup.
fn text_paragraph(text: &str) -> Paragraph {
    let text = printable(text);
    let look = TextLook::new(&text, None);
    let content = [Inline::Text(text.into_owned())];
    add_lines(look.paragraph(), &lines(&content), &look)
}

/// Creates an empty document with the styles of a list.
fn styled() -> Docx {
    let fonts = RunFonts::new()
        .ascii("Times New Roman")
        .hi_ansi("Times New Roman")
        .cs("Times New Roman");
    let paragraph = |id: &str, name: &str| {
        Style::new(id, StyleType::Paragraph)
            .name(name)
            .based_on("Normal")
            .q_format(true)
    };
    let spacing = |before: u32, after: u32| LineSpacing::new().before(before).after(after);
    let mut document = Docx::new()
        .default_fonts(fonts)
        .default_size(24)
        .add_style(
            paragraph("Title", "Title")
                .bold()
                .size(40)
                .line_spacing(spacing(0, 240)),
        )
        .add_style(paragraph("BodyText", "Body Text").line_spacing(spacing(0, 120)))
        .add_style(paragraph("Bibliography", "Bibliography"))
        .add_style(
            paragraph("Annotation", "Annotation")
                .size(22)
                .line_spacing(spacing(0, 120)),
        )
        .add_style(
            Style::new("SmallCapitals", StyleType::Character)
                .name("Small capitals")
                .vanish(),
        );
    for depth in 0..3 {
        document = document.add_style(
            paragraph(&heading_style(depth), &format!("heading {}", depth + 1))
                .next("BodyText")
                .outline_lvl(depth)
                .bold()
                .size(32 - 4 * depth)
                .line_spacing(spacing(240, 120)),
        );
    }
    document
}

fn heading_style(depth: usize) -> String {
    format!("Heading{}", depth + 1)
}

fn entry(
    lines: &[TextLine],
    list: &ReadingList,
    has_annotations: bool,
    look: &TextLook,
) -> Paragraph {
    let after = 120 * u32::from(list.layout.entry_spacing.min(10));
    let line = 240 * i32::from(list.layout.line_spacing.clamp(1, 10));
    // Wide line spacing adds space below each line. Without equal space above, an annotation would be closer
    // to the next entry than to its own.
    let before = if has_annotations && line > 240 {
        line.unsigned_abs()
    } else {
        0
    };
    let paragraph = look
        .paragraph()
        .style("Bibliography")
        .align(AlignmentType::Left)
        .line_spacing(
            // Without this rule LibreOffice reads the value as points and sets the lines too tight.
            LineSpacing::new()
                .before(before)
                .after(after)
                .line(line)
                .line_rule(LineSpacingType::Auto),
        );
    let has_margin = lines.first().is_some_and(|line| !line.margin.is_empty());
    let paragraph = if has_margin || list.layout.hanging_indent {
        indented(paragraph, INDENT, INDENT)
    } else {
        paragraph
    };
    add_lines(paragraph, lines, look)
}

/// Indents a paragraph, with a hanging first line.
fn indented(paragraph: Paragraph, by: i32, hanging: i32) -> Paragraph {
    let special = (hanging > 0).then_some(SpecialIndentType::Hanging(hanging));
    paragraph.indent(Some(by), special, None, None)
}

fn add_lines(mut paragraph: Paragraph, lines: &[TextLine], look: &TextLook) -> Paragraph {
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            paragraph =
                paragraph.add_run(WordRun::new().add_break(docx_rs::BreakType::TextWrapping));
        }
        for (run, script) in look.runs(&line.margin) {
            paragraph = add_run(paragraph, &run, script, look);
        }
        if !line.margin.is_empty() {
            paragraph = paragraph.add_run(WordRun::new().add_tab());
        }
        for (run, script) in look.runs(&line.runs) {
            paragraph = add_run(paragraph, &run, script, look);
        }
    }
    paragraph
}

/// Adds blocks in a paragraph style.
fn add_blocks(mut document: Docx, blocks: &[Block], style: &str, indent: i32) -> Docx {
    for block in blocks {
        document = match block {
            Block::Paragraph(content) => add_paragraph(document, content, style, indent, ""),
            Block::Quote(quoted) => add_blocks(document, quoted, style, indent + NESTED_INDENT),
            Block::List { start, items } => {
                for (item, number) in items.iter().zip(start.unwrap_or_default()..) {
                    let mut mark = match start {
                        Some(_) => format!("{number}."),
                        None => "\u{2022}".to_owned(),
                    };
                    for block in item {
                        document = match block {
                            Block::Paragraph(content) => add_paragraph(
                                document,
                                content,
                                style,
                                indent + NESTED_INDENT,
                                &mark,
                            ),
                            other => add_blocks(
                                document,
                                std::slice::from_ref(other),
                                style,
                                indent + NESTED_INDENT,
                            ),
                        };
                        mark.clear();
                    }
                }
                document
            }
            Block::Verbatim(text) => {
                let fonts = || RunFonts::new().ascii("Courier New").hi_ansi("Courier New");
                let mut paragraph =
                    indented(Paragraph::new().style(style), indent + NESTED_INDENT, 0);
                for (index, line) in text.lines().enumerate() {
                    let mut run = WordRun::new().fonts(fonts()).size(20);
                    if index > 0 {
                        run = run.add_break(docx_rs::BreakType::TextWrapping);
                    }
                    paragraph = paragraph.add_run(run.add_text(printable(line)));
                }
                document.add_paragraph(paragraph)
            }
        };
    }
    document
}

fn add_paragraph(document: Docx, content: &RichText, style: &str, indent: i32, mark: &str) -> Docx {
    let hanging = if mark.is_empty() { 0 } else { NESTED_INDENT };
    let look = TextLook::new(&plain_text(content), None);
    let mut paragraph = indented(look.paragraph().style(style), indent, hanging);
    if !mark.is_empty() {
        paragraph = paragraph.add_run(WordRun::new().add_text(mark).add_tab());
    }
    document.add_paragraph(add_lines(paragraph, &lines(content), &look))
}

fn add_run(
    paragraph: Paragraph,
    run: &TextRun,
    script: Option<FontScript>,
    look: &TextLook,
) -> Paragraph {
    let word_run = with_style(WordRun::new().add_text(&run.text), run.style);
    let word_run = look.apply(word_run, run.level, script);
    match &run.href {
        Some(href) => {
            let link = Hyperlink::new(percent_encode(href, ""), HyperlinkType::External);
            let word_run = word_run.color("0563C1").underline("single");
            paragraph.add_hyperlink(link.add_run(word_run))
        }
        None => paragraph.add_run(word_run),
    }
}

fn with_style(mut run: WordRun, style: TextStyle) -> WordRun {
    if style.small_caps {
        run = run.style("SmallCapitals");
    }
    if style.italic {
        run = run.italic();
    }
    if style.bold {
        run = run.bold();
    }
    if style.underline {
        run = run.underline("single");
    }
    match style.vertical_align {
        Some(VerticalAlign::Superscript) => run = vertical(run, VertAlignType::SuperScript),
        Some(VerticalAlign::Subscript) => run = vertical(run, VertAlignType::SubScript),
        None => {}
    }
    run
}

fn vertical(mut run: WordRun, alignment: VertAlignType) -> WordRun {
    run.run_property = run.run_property.vert_align(alignment);
    run
}
