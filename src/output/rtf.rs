//! Rich Text Format 1.9, as a complete document for word processors.

use std::fmt::Write as _;

use super::markup_writer::{self, InlineMarkup, RunContext};
use super::template::fill_template;
use super::text_runs::{TextStyle, VerticalAlign, printable};
use super::urls::percent_encode;
use crate::csl::Inline;
use crate::reading_list::{Block, ReadingList};

struct Rtf;

/// Formats a reading list: headings with outline levels, and entries as paragraphs, with a hanging indent if
/// the style asks for one.
pub fn reading_list(list: &ReadingList) -> String {
    let mut body = String::new();
    if let Some(title) = &list.title {
        let title = Rtf.escape(&printable(title));
        let _ = writeln!(body, "{{\\pard\\s10\\sa240\\keepn\\b\\fs40 {title}\\par}}");
    }
    write_blocks(&list.introduction.blocks, 0, &mut body);
    for section in &list.sections {
        if let Some(heading) = &section.heading {
            let level = heading.depth.min(2);
            let size = 32 - 4 * level;
            let heading = Rtf.escape(&printable(&heading.text));
            let _ = writeln!(
                body,
                "{{\\pard\\s{}\\outlinelevel{level}\\sb240\\sa120\\keepn\\b\\fs{size} {heading}\\par}}",
                level + 1
            );
        }
        write_blocks(&section.introduction.blocks, 0, &mut body);
        let after = 120 * u32::from(list.layout.entry_spacing.min(10));
        let line = 240 * u32::from(list.layout.line_spacing.clamp(1, 10));
        let has_annotations = section.has_annotations();
        for item in &section.entries {
            let (margin, rest) = markup_writer::margin_and_rest(&Rtf, &item.content);
            let indent = if !margin.is_empty() || list.layout.hanging_indent {
                "\\fi-720\\li720"
            } else {
                ""
            };
            let margin = if margin.is_empty() {
                margin
            } else {
                format!("{margin}\\tab ")
            };
            // Wide line spacing adds space below each line. Without equal space above, an annotation would be
            // closer to the next entry than to its own.
            let before = if has_annotations && line > 240 {
                format!("\\sb{line}")
            } else {
                String::new()
            };
            let _ = writeln!(
                body,
                "{{\\pard{indent}{before}\\sa{after}\\sl{line}\\slmult1 {margin}{rest}\\par}}"
            );
            write_blocks(&item.annotation.blocks, 720, &mut body);
        }
    }
    let title = list.title.as_deref().unwrap_or("Reading list");
    fill_template(
        include_str!("templates/document.rtf"),
        &[
            ("title", &Rtf.escape(&printable(title))),
            ("body", body.trim_end()),
        ],
    )
}

/// Formats blocks, indented by `indent` twentieths of a point.
fn write_blocks(blocks: &[Block], indent: usize, text: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(content) => write_paragraph(&entry(content), indent, "", text),
            Block::Quote(quoted) => write_blocks(quoted, indent + 360, text),
            Block::List { start, items } => {
                for (item, number) in items.iter().zip(start.unwrap_or_default()..) {
                    let mut mark = match start {
                        Some(_) => format!("{number}."),
                        None => Rtf.escape("\u{2022}"),
                    };
                    for block in item {
                        match block {
                            Block::Paragraph(content) => {
                                write_paragraph(&entry(content), indent + 360, &mark, text);
                            }
                            other => {
                                write_blocks(std::slice::from_ref(other), indent + 360, text);
                            }
                        }
                        mark.clear();
                    }
                }
            }
            Block::Verbatim(verbatim) => {
                let lines = verbatim.lines().map(|line| Rtf.escape(&printable(line)));
                let lines = lines.collect::<Vec<_>>().join("\\line ");
                let _ = writeln!(
                    text,
                    "{{\\pard\\li{}\\sa120\\f1\\fs20 {lines}\\par}}",
                    indent + 360
                );
            }
        }
    }
}

fn write_paragraph(content: &str, indent: usize, mark: &str, text: &mut String) {
    let (hanging, mark) = if mark.is_empty() {
        ("", String::new())
    } else {
        ("\\fi-360", format!("{mark}\\tab "))
    };
    let _ = writeln!(
        text,
        "{{\\pard{hanging}\\li{indent}\\sa120 {mark}{content}\\par}}"
    );
}

/// Formats an entry as part of a document.
pub fn entry(content: &[Inline]) -> String {
    markup_writer::entry(&Rtf, content)
}

impl InlineMarkup for Rtf {
    fn escape(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '\\' | '{' | '}' => {
                    escaped.push('\\');
                    escaped.push(character);
                }
                ' '..='~' => escaped.push(character),
                '\t' => escaped.push_str("\\tab "),
                '\u{a0}' => escaped.push_str("\\~"),
                _ if character.is_control() => escaped.push(' '),
                _ => {
                    // \u takes a signed 16-bit number and a substitute for older readers.
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        let _ = write!(escaped, "\\u{}?", unit.cast_signed());
                    }
                }
            }
        }
        escaped
    }

    fn with_style(&self, mut text: String, style: TextStyle, _: RunContext) -> String {
        for (holds, word) in [
            (style.small_caps, "scaps"),
            (style.underline, "ul"),
            (
                style.vertical_align == Some(VerticalAlign::Superscript),
                "super",
            ),
            (
                style.vertical_align == Some(VerticalAlign::Subscript),
                "sub",
            ),
            (style.bold, "b"),
            (style.italic, "i"),
        ] {
            if holds {
                text = format!("{{\\{word} {text}}}");
            }
        }
        text
    }

    fn link(&self, shown: String, _: &str, href: &str, _: RunContext) -> String {
        let address = self.escape(&percent_encode(href, "\"{}\\"));
        format!(
            "{{\\field{{\\*\\fldinst HYPERLINK \"{address}\"}}{{\\fldrslt {{\\cf1\\ul {shown}}}}}}}"
        )
    }

    fn line_break(&self) -> &'static str {
        "\\line "
    }
}
