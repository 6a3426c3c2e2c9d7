//! The markup of MediaWiki, as Wikipedia and the P2P Foundation's wiki have it.

use std::fmt::Write as _;

use super::Works;
use super::markup_writer::{self, Around, Markup};
use super::text_runs::{Look, Raised, printable};
use super::urls::encoded;
use super::{mediawiki_escape, mediawiki_templates};
use crate::csl::Inline;
use crate::reading_list::{Block, Entry, Prose, ReadingList};

struct MediaWiki;

/// A reading list: headings of the second level and below, since a page's own title is the first, and the
/// entries as a list.
pub fn reading_list(list: &ReadingList) -> String {
    written(list, |item| entry(&item.content))
}

/// A reading list whose entries are templates of Citation Style 1, which the wiki formats itself. A work
/// that is not known stands as the style prints it.
pub fn with_templates(list: &ReadingList, works: &Works<'_>) -> String {
    written(list, |item| match works.get(&item.key) {
        Some(work) => mediawiki_templates::citation(work),
        None => entry(&item.content),
    })
}

/// An entry.
pub fn entry(content: &[Inline]) -> String {
    markup_writer::entry(&MediaWiki, content)
}

fn written(list: &ReadingList, entry: impl Fn(&Entry) -> String) -> String {
    let mut parts = Vec::new();
    if let Some(title) = &list.title {
        parts.push(heading(1, title));
    }
    parts.extend(prose_blocks(&list.introduction));
    for section in &list.sections {
        if let Some(title) = &section.heading {
            parts.push(heading((title.depth + 2).min(6), &title.text));
        }
        parts.extend(prose_blocks(&section.introduction));
        let mut items = String::new();
        for item in &section.entries {
            let _ = writeln!(items, "* {}", entry(item));
            for block in &item.annotation.blocks {
                write_in_list(block, "*:", &mut items);
            }
        }
        if !items.is_empty() {
            parts.push(items.trim_end().to_owned());
        }
    }
    let mut text = parts.join("\n\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn heading(level: usize, text: &str) -> String {
    let marks = "=".repeat(level);
    let text = MediaWiki
        .escaped(printable(text).trim())
        .replace('=', "&#61;");
    format!("{marks} {text} {marks}")
}

fn prose_blocks(prose: &Prose) -> Vec<String> {
    blocks(&prose.blocks)
}

fn blocks(blocks: &[Block]) -> Vec<String> {
    let written = blocks.iter().map(|block| match block {
        Block::Paragraph(content) => entry(content),
        Block::Quote(quoted) => {
            format!(
                "<blockquote>\n{}\n</blockquote>",
                self::blocks(quoted).join("\n\n")
            )
        }
        Block::List { .. } => {
            let mut text = String::new();
            write_in_list(block, "", &mut text);
            text.trim_end().to_owned()
        }
        Block::Verbatim(text) => format!("<pre>\n{}\n</pre>", verbatim(text)),
    });
    written.collect()
}

/// A block on lines that begin with the marks of the lists that it stands in. A list goes on only as long
/// as its lines follow each other, so that what is more than a line is written with tags.
fn write_in_list(block: &Block, marks: &str, text: &mut String) {
    match block {
        Block::Paragraph(content) => {
            let space = if marks.is_empty() { "" } else { " " };
            let _ = writeln!(text, "{marks}{space}{}", entry(content));
        }
        Block::Quote(quoted) => {
            for block in quoted {
                write_in_list(block, &format!("{marks}:"), text);
            }
        }
        Block::List { start, items } => {
            let mark = if start.is_some() { '#' } else { '*' };
            for item in items {
                let mut marks = format!("{marks}{mark}");
                for block in item {
                    write_in_list(block, &marks, text);
                    // What follows the first paragraph of an item belongs to it.
                    if !marks.ends_with(':') {
                        marks.push(':');
                    }
                }
            }
        }
        Block::Verbatim(verbatim) => {
            for line in verbatim.lines() {
                let _ = writeln!(text, "{marks} <code>{}</code>", self::verbatim(line));
            }
        }
    }
}

fn verbatim(text: &str) -> String {
    let lines = text.lines().map(|line| MediaWiki.escaped(&printable(line)));
    lines.collect::<Vec<_>>().join("\n")
}

impl Markup for MediaWiki {
    fn escaped(&self, text: &str) -> String {
        mediawiki_escape::escaped(text)
    }

    fn with_look(&self, mut text: String, look: Look, around: Around) -> String {
        if look.small_caps {
            text = format!("<span style=\"font-variant:small-caps\">{text}</span>");
        }
        if look.underline {
            text = format!("<u>{text}</u>");
        }
        match look.raised {
            Some(Raised::Superscript) => text = format!("<sup>{text}</sup>"),
            Some(Raised::Subscript) => text = format!("<sub>{text}</sub>"),
            None => {}
        }
        let (mark, open, close) = match (look.bold, look.italic) {
            (true, true) => ("'''''", "<b><i>", "</i></b>"),
            (true, false) => ("'''", "<b>", "</b>"),
            (false, true) => ("''", "<i>", "</i>"),
            (false, false) => return text,
        };
        // The apostrophes of neighbours would be counted together.
        if around.beside_markup {
            format!("{open}{text}{close}")
        } else {
            format!("{mark}{text}{mark}")
        }
    }

    /// An address that is shown as it is becomes a link by itself, where its end is plain.
    fn link(&self, shown: String, text: &str, href: &str, around: Around) -> String {
        let address = encoded(href, "[]'|{}<>\"");
        let ends_plainly = href.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
            && around
                .after
                .is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ',' | ';'));
        let is_known = ["https://", "http://", "mailto:", "ftp://", "//"]
            .iter()
            .any(|scheme| address.starts_with(scheme));
        if !is_known {
            shown
        } else if text == href && ends_plainly && address == href && !href.contains("''") {
            address
        } else {
            format!("[{address} {shown}]")
        }
    }

    fn line_break(&self) -> &'static str {
        "<br>"
    }

    /// At the start of a line, some characters begin lists, headings, tables or text that is set as it is.
    fn at_start(&self, line: String) -> String {
        let mut characters = line.chars();
        match characters.next() {
            Some(first) if matches!(first, '*' | '#' | ':' | ';' | '=' | '-' | '!') => {
                format!("&#{};{}", u32::from(first), characters.as_str())
            }
            _ => line,
        }
    }
}
