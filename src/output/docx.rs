//! Word documents (Office Open XML).

use std::io::Cursor;

use docx_rs::{
    AlignmentType, Docx, Hyperlink, HyperlinkType, LineSpacing, Paragraph, Run as WordRun,
    RunFonts, SpecialIndentType, Style, StyleType, VertAlignType,
};

use super::runs::{Line, Look, Raised, Run, lines};
use crate::reading_list::ReadingList;

/// A reading list as a document: headings that Word knows as headings, and the entries as paragraphs of
/// the style "Bibliography", with hanging indents where the citation style asks for them.
///
/// # Errors
///
/// Where the archive cannot be packed.
pub fn reading_list(list: &ReadingList) -> std::io::Result<Vec<u8>> {
    let fonts = || {
        RunFonts::new()
            .ascii("Times New Roman")
            .hi_ansi("Times New Roman")
    };
    let mut document = Docx::new()
        .default_fonts(fonts())
        .default_size(24)
        .add_style(Style::new("Bibliography", StyleType::Paragraph).name("Bibliography"));
    for depth in 0..3 {
        let name = heading_style(depth);
        document = document.add_style(
            Style::new(&name, StyleType::Paragraph)
                .name(format!("heading {}", depth + 1))
                .outline_lvl(depth)
                .bold()
                .size(32 - 4 * depth),
        );
    }
    for section in &list.sections {
        if let Some(heading) = &section.heading {
            let paragraph = Paragraph::new()
                .style(&heading_style(heading.depth.min(2)))
                .keep_next(true)
                .line_spacing(LineSpacing::new().before(240).after(120))
                .add_run(WordRun::new().add_text(&heading.text));
            document = document.add_paragraph(paragraph);
        }
        for item in &section.entries {
            document = document.add_paragraph(entry(&lines(&item.content), list));
        }
    }
    let mut file = Cursor::new(Vec::new());
    document
        .build()
        .pack(&mut file)
        .map_err(std::io::Error::other)?;
    Ok(file.into_inner())
}

fn heading_style(depth: usize) -> String {
    format!("Heading{}", depth + 1)
}

fn entry(lines: &[Line], list: &ReadingList) -> Paragraph {
    let after = 120 * u32::from(list.layout.entry_spacing.min(10));
    let line = 240 * i32::from(list.layout.line_spacing.clamp(1, 10));
    let mut paragraph = Paragraph::new()
        .style("Bibliography")
        .align(AlignmentType::Left)
        .line_spacing(LineSpacing::new().after(after).line(line));
    let has_margin = lines.first().is_some_and(|line| !line.margin.is_empty());
    if has_margin || list.layout.hanging_indent {
        paragraph = paragraph.indent(Some(720), Some(SpecialIndentType::Hanging(720)), None, None);
    }
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

fn add_run(paragraph: Paragraph, run: &Run) -> Paragraph {
    let word_runs = word_runs(run);
    match &run.href {
        Some(href) => {
            let link = Hyperlink::new(href, HyperlinkType::External);
            let link = word_runs.into_iter().fold(link, |link, word_run| {
                link.add_run(word_run.color("0563C1").underline("single"))
            });
            paragraph.add_hyperlink(link)
        }
        None => word_runs.into_iter().fold(paragraph, Paragraph::add_run),
    }
}

/// A run as Word has it. The library that writes the document knows no small capitals, so that they are
/// what they look like: capitals of a smaller size in the place of lower case.
fn word_runs(run: &Run) -> Vec<WordRun> {
    if !run.look.small_caps {
        return vec![with_look(WordRun::new().add_text(&run.text), run.look)];
    }
    let mut parts: Vec<(bool, String)> = Vec::new();
    for character in run.text.chars() {
        let small = character.is_lowercase();
        match parts.last_mut() {
            Some((kind, part)) if *kind == small => part.push(character),
            _ => parts.push((small, character.to_string())),
        }
    }
    let word_run = |(small, part): (bool, String)| {
        let word_run = if small {
            WordRun::new().add_text(part.to_uppercase()).size(19)
        } else {
            WordRun::new().add_text(part)
        };
        with_look(word_run, run.look)
    };
    parts.into_iter().map(word_run).collect()
}

fn with_look(mut run: WordRun, look: Look) -> WordRun {
    if look.italic {
        run = run.italic();
    }
    if look.bold {
        run = run.bold();
    }
    if look.underline {
        run = run.underline("single");
    }
    match look.raised {
        Some(Raised::Superscript) => run = vertical(run, VertAlignType::SuperScript),
        Some(Raised::Subscript) => run = vertical(run, VertAlignType::SubScript),
        None => {}
    }
    run
}

fn vertical(mut run: WordRun, alignment: VertAlignType) -> WordRun {
    run.run_property = run.run_property.vert_align(alignment);
    run
}
