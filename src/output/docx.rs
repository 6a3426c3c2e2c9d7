//! Word documents (Office Open XML).

use std::io::Cursor;

use docx_rs::{
    AlignmentType, Docx, Hyperlink, HyperlinkType, LineSpacing, LineSpacingType, Paragraph,
    Run as WordRun, RunFonts, SpecialIndentType, Style, StyleType, VertAlignType,
};

use super::text_runs::{TextLine, TextRun, TextStyle, VerticalAlign, lines, printable};
use super::urls::percent_encode;
use crate::csl::RichText;
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
        let title = WordRun::new().add_text(printable(title));
        document = document.add_paragraph(Paragraph::new().style("Title").add_run(title));
    }
    document = add_blocks(document, &list.introduction.blocks, "BodyText", 0);
    for section in &list.sections {
        if let Some(heading) = &section.heading {
            let paragraph = Paragraph::new()
                .style(&heading_style(heading.depth.min(2)))
                .keep_next(true)
                .add_run(WordRun::new().add_text(printable(&heading.text)));
            document = document.add_paragraph(paragraph);
        }
        document = add_blocks(document, &section.introduction.blocks, "BodyText", 0);
        let has_annotations = section.has_annotations();
        for item in &section.entries {
            let paragraph = entry(&lines(&item.content), list, has_annotations);
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

fn entry(lines: &[TextLine], list: &ReadingList, has_annotations: bool) -> Paragraph {
    let after = 120 * u32::from(list.layout.entry_spacing.min(10));
    let line = 240 * i32::from(list.layout.line_spacing.clamp(1, 10));
    // Wide line spacing adds space below each line. Without equal space above, an annotation would be closer
    // to the next entry than to its own.
    let before = if has_annotations && line > 240 {
        line.unsigned_abs()
    } else {
        0
    };
    let paragraph = Paragraph::new()
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
    add_lines(paragraph, lines)
}

/// Indents a paragraph, with a hanging first line.
fn indented(paragraph: Paragraph, by: i32, hanging: i32) -> Paragraph {
    let special = (hanging > 0).then_some(SpecialIndentType::Hanging(hanging));
    paragraph.indent(Some(by), special, None, None)
}

fn add_lines(mut paragraph: Paragraph, lines: &[TextLine]) -> Paragraph {
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            paragraph =
                paragraph.add_run(WordRun::new().add_break(docx_rs::BreakType::TextWrapping));
        }
        for run in &line.margin {
            paragraph = add_run(paragraph, run);
        }
        if !line.margin.is_empty() {
            paragraph = paragraph.add_run(WordRun::new().add_tab());
        }
        for run in &line.runs {
            paragraph = add_run(paragraph, run);
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
    let mut paragraph = indented(Paragraph::new().style(style), indent, hanging);
    if !mark.is_empty() {
        paragraph = paragraph.add_run(WordRun::new().add_text(mark).add_tab());
    }
    document.add_paragraph(add_lines(paragraph, &lines(content)))
}

fn add_run(paragraph: Paragraph, run: &TextRun) -> Paragraph {
    let word_run = with_style(WordRun::new().add_text(&run.text), run.style);
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
