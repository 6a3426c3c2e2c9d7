//! MediaWiki markup, as used by Wikipedia and the P2P Foundation's wiki.

mod escape;
mod templates;

use std::fmt::Write as _;

use escape::escape;

use super::markup_writer::{
    self, BlockMarkup, InlineMarkup, RunContext, with_html_style, write_blocks,
};
use super::text_runs::{TextStyle, printable};
use super::urls::percent_encode;
use super::{ItemMetadata, MetadataIndex};
use crate::csl::Inline;
use crate::reading_list::{Block, FormattedEntry, ReadingList};

struct MediaWiki;

/// Formats a reading list. Section headings start at the second level, since the page title is the first;
/// entries are list items.
pub fn reading_list(list: &ReadingList) -> String {
    write_list(list, |item| entry(&item.content))
}

/// Formats a reading list with Citation Style 1 templates, which the wiki formats itself. A work without
/// metadata is formatted by the citation style.
pub fn with_templates(list: &ReadingList, works: &MetadataIndex<'_>) -> String {
    write_list(list, |item| {
        works
            .get(&item.key)
            .and_then(templates::citation)
            .unwrap_or_else(|| entry(&item.content))
    })
}

/// Returns the Citation Style 1 template of a work; `None` without a title, which every template needs.
pub fn template(work: ItemMetadata<'_>) -> Option<String> {
    templates::citation(work)
}

/// Formats an entry.
pub fn entry(content: &[Inline]) -> String {
    markup_writer::entry(&MediaWiki, content)
}

/// Formats a reading list, with `entry` for each entry.
fn write_list(list: &ReadingList, entry: impl Fn(&FormattedEntry) -> String) -> String {
    markup_writer::reading_list(&MediaWiki, list, |section| {
        let mut items = String::new();
        for item in &section.entries {
            let _ = writeln!(items, "* {}", entry(item));
            for block in &item.annotation.blocks {
                write_in_list(block, "*:", &mut items);
            }
        }
        let items = items.trim_end();
        (!items.is_empty())
            .then(|| items.to_owned())
            .into_iter()
            .collect()
    })
}

/// Formats a block whose lines start with the markers of the enclosing lists. A list continues only while its
/// lines follow each other, so preformatted text uses inline tags.
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
        Block::List { start, items } => write_items(*start, items, marks, text),
        Block::Verbatim(verbatim) => {
            for line in verbatim.lines() {
                let _ = writeln!(text, "{marks} <code>{}</code>", self::verbatim(line));
            }
        }
    }
}

fn write_items(start: Option<u64>, items: &[Vec<Block>], marks: &str, text: &mut String) {
    let mark = if start.is_some() { '#' } else { '*' };
    for item in items {
        let mut marks = format!("{marks}{mark}");
        for block in item {
            write_in_list(block, &marks, text);
            // Further paragraphs of an item are its continuation.
            if !marks.ends_with(':') {
                marks.push(':');
            }
        }
    }
}

fn verbatim(text: &str) -> String {
    let lines = text.lines().map(|line| escape(&printable(line)));
    lines.collect::<Vec<_>>().join("\n")
}

impl InlineMarkup for MediaWiki {
    fn escape(&self, text: &str) -> String {
        escape(text)
    }

    fn with_style(&self, text: String, style: TextStyle, context: RunContext) -> String {
        let text = with_html_style(text, style);
        let (mark, open, close) = match (style.bold, style.italic) {
            (true, true) => ("'''''", "<b><i>", "</i></b>"),
            (true, false) => ("'''", "<b>", "</b>"),
            (false, true) => ("''", "<i>", "</i>"),
            (false, false) => return text,
        };
        // Adjacent apostrophes would be counted together.
        if context.beside_markup {
            format!("{open}{text}{close}")
        } else {
            format!("{mark}{text}{mark}")
        }
    }

    /// Formats a link. A URL that is its own text needs no markup, if its end is unambiguous.
    fn link(&self, shown: String, text: &str, href: &str, context: RunContext) -> String {
        let address = percent_encode(href, "[]'|{}<>\"");
        let ends_plainly = href.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
            && context
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

    /// Escapes characters that start a list, a heading, a table or preformatted text.
    fn escape_line_start(&self, line: String) -> String {
        let mut characters = line.chars();
        match characters.next() {
            Some(first) if matches!(first, '*' | '#' | ':' | ';' | '=' | '-' | '!') => {
                format!("&#{};{}", u32::from(first), characters.as_str())
            }
            _ => line,
        }
    }
}

impl BlockMarkup for MediaWiki {
    fn heading(&self, level: usize, text: &str) -> String {
        let marks = "=".repeat(level.min(6));
        let text = escape(printable(text).trim()).replace('=', "&#61;");
        format!("{marks} {text} {marks}")
    }

    fn quote(&self, blocks: &[Block]) -> String {
        let quoted = write_blocks(self, blocks).join("\n\n");
        format!("<blockquote>\n{quoted}\n</blockquote>")
    }

    fn list(&self, start: Option<u64>, items: &[Vec<Block>]) -> String {
        let mut text = String::new();
        write_items(start, items, "", &mut text);
        text.trim_end().to_owned()
    }

    fn preformatted(&self, text: &str) -> String {
        format!("<pre>\n{}\n</pre>", verbatim(text))
    }
}
