//! Typst: markup to be included in a document, or a document of its own.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::markup_writer::{self, Around, Markup};
use super::template::filled;
use super::text_runs::{Look, Raised, printable};
use crate::csl::Inline;
use crate::reading_list::{Block, ReadingList, RichBlocks};

struct Typst;

/// A reading list: headings, and in each section the entries as paragraphs, with hanging indents where
/// the style asks for them.
pub fn reading_list(list: &ReadingList) -> String {
    let mut text = String::new();
    if let Some(title) = &list.title {
        let _ = writeln!(text, "= {}\n", heading(title));
    }
    body(list, &mut text);
    text
}

/// A reading list as a document of its own.
pub fn document(list: &ReadingList, language: &str) -> String {
    let mut text = String::new();
    body(list, &mut text);
    let title = list.title.as_deref().unwrap_or("Reading list");
    let shown = match &list.title {
        Some(title) => format!(
            "#text(size: 1.6em, weight: \"bold\")[{}]\n\n",
            heading(title)
        ),
        None => String::new(),
    };
    let (base, region) = match language.split_once(['-', '_']) {
        Some((base, region)) if region.len() == 2 => (base, in_string(region)),
        Some((base, _)) => (base, "none".to_owned()),
        None => (language, "none".to_owned()),
    };
    filled(
        include_str!("templates/document.typ"),
        &[
            ("title", &in_string(title)),
            ("language", &in_string(base)),
            ("region", &region),
            ("body", &format!("{shown}{text}")),
        ],
    )
}

/// An entry.
pub fn entry(content: &[Inline]) -> String {
    markup_writer::entry(&Typst, content)
}

/// Text as a string of Typst's code.
fn in_string(text: &str) -> String {
    let text = printable(text);
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn heading(text: &str) -> String {
    Typst.escaped(printable(text).trim())
}

fn body(list: &ReadingList, text: &mut String) {
    write_prose(&list.introduction, text);
    let mut seen = HashSet::new();
    for section in &list.sections {
        if let Some(title) = &section.heading {
            if !text.is_empty() && !text.ends_with("\n\n") {
                text.push('\n');
            }
            let level = "=".repeat(title.depth + 2);
            let _ = writeln!(text, "{level} {}\n", heading(&title.text));
        }
        write_prose(&section.introduction, text);
        for (index, item) in section.entries.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            let (margin, rest) = markup_writer::margin_and_rest(&Typst, &item.content);
            let label = if seen.insert(item.key.as_str()) {
                label(&item.key)
            } else {
                String::new()
            };
            let _ = if !margin.is_empty() {
                writeln!(
                    text,
                    "#block(grid(columns: (2.5em, 1fr), [{margin}], [{rest}])){label}"
                )
            } else if list.layout.hanging_indent {
                writeln!(text, "#block(par(hanging-indent: 2em)[{rest}]){label}")
            } else {
                writeln!(text, "#block[{rest}]{label}")
            };
            if !item.annotation.is_empty() {
                let mut annotation = String::new();
                write_prose(&item.annotation, &mut annotation);
                let _ = writeln!(text, "#pad(left: 2em)[\n{}\n]", annotation.trim_end());
            }
        }
    }
}

/// The label of a work: `ref-` and its key, where that can be one.
fn label(key: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_:.".contains(c);
    if key.chars().all(is_plain) {
        format!(" <ref-{key}>")
    } else {
        String::new()
    }
}

fn write_prose(prose: &RichBlocks, text: &mut String) {
    write_blocks(&prose.blocks, text);
}

fn write_blocks(blocks: &[Block], text: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(content) => {
                let _ = writeln!(text, "{}\n", entry(content));
            }
            Block::Quote(quoted) => {
                let _ = writeln!(text, "#quote(block: true)[\n{}\n]\n", inner(quoted));
            }
            Block::List { start, items } => {
                let items = items
                    .iter()
                    .map(|item| format!("[{}]", inner(item)))
                    .collect::<Vec<_>>()
                    .join(", ");
                let _ = match start {
                    Some(start) => writeln!(text, "#enum(start: {start}, {items})\n"),
                    None => writeln!(text, "#list({items})\n"),
                };
            }
            Block::Verbatim(verbatim) => {
                let lines: Vec<_> = verbatim.lines().map(printable).collect();
                let lines = in_lines(&lines.join("\n"));
                let _ = writeln!(text, "#raw({lines}, block: true)\n");
            }
        }
    }
}

fn inner(blocks: &[Block]) -> String {
    let mut text = String::new();
    write_blocks(blocks, &mut text);
    text.trim_end().to_owned()
}

fn in_lines(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    )
}

impl Markup for Typst {
    fn escaped(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        let mut before: Option<char> = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            let special = match character {
                '\\' | '#' | '$' | '*' | '_' | '`' | '<' | '>' | '@' | '[' | ']' | '~' | '"'
                | '\'' => true,
                // Comments, addresses that become links, and list items.
                '/' => {
                    before.is_none_or(|c| matches!(c, '/' | ':' | '*') || c.is_whitespace())
                        || next == Some('*')
                }
                // Dashes, soft hyphens and minus signs are made of hyphens that stand within no word.
                '-' => {
                    !(before.is_some_and(char::is_alphabetic)
                        && next.is_some_and(char::is_alphabetic))
                }
                '.' => before == Some('.') || next == Some('.'),
                _ => false,
            };
            if special {
                escaped.push('\\');
            }
            escaped.push(character);
            before = Some(character);
        }
        // A run may be the beginning of a line, or of content in brackets, which is one, too; there,
        // "1986. A great year" would begin a numbered list.
        if escaped.starts_with(['=', '+']) {
            escaped.insert(0, '\\');
        } else if let Some(at) = escaped.find('.')
            && escaped.get(..at).is_some_and(|number| {
                !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
            })
        {
            escaped.insert(at, '\\');
        }
        escaped
    }

    fn with_look(&self, mut text: String, look: Look, around: Around) -> String {
        let functions = [
            (look.small_caps, "smallcaps"),
            (look.underline, "underline"),
            (look.raised == Some(Raised::Superscript), "super"),
            (look.raised == Some(Raised::Subscript), "sub"),
            (look.bold, "strong"),
            (look.italic, "emph"),
        ];
        for (holds, function) in functions {
            if holds {
                text = format!("#{function}[{text}]");
            }
        }
        ended(text, around)
    }

    fn link(&self, shown: String, text: &str, href: &str, around: Around) -> String {
        let address = in_string(href);
        if text == href {
            return ended(format!("#link({address})"), around);
        }
        ended(format!("#link({address})[{shown}]"), around)
    }

    fn line_break(&self) -> &'static str {
        " \\\n"
    }
}

/// A call with a semicolon where what follows would be taken for more of it: arguments, a field, or the
/// semicolon itself.
fn ended(mut call: String, around: Around) -> String {
    if matches!(around.after, Some('(' | '[' | '.' | ';')) && !call.ends_with(';') {
        call.push(';');
    }
    call
}
