//! MediaWiki markup, as used by Wikipedia and the P2P Foundation's wiki.

mod escape;
mod templates;

use std::collections::HashMap;
use std::fmt::Write as _;

use escape::escape;

use super::markup_writer::{
    self, BlockMarkup, InlineMarkup, RunContext, with_html_style, write_blocks,
};
use super::text_runs::{TextStyle, printable};
use super::urls::percent_encode;
use super::{ItemMetadata, MetadataIndex};
use crate::csl::Inline;
use crate::reading_list::{FormattedEntry, ReadingList, RichBlock};

/// MediaWiki markup.
struct MediaWikiMarkup {
    /// Whether links of the wiki, `[[Page]]` and `[[Page|text]]`, stay links: in text that people wrote for the list.
    keeps_wiki_links: bool,
}

/// The markup of entries, whose text comes from references.
const ENTRY: MediaWikiMarkup = MediaWikiMarkup {
    keeps_wiki_links: false,
};
/// The markup of introductions and annotations.
const PROSE: MediaWikiMarkup = MediaWikiMarkup {
    keeps_wiki_links: true,
};

/// Formats a reading list. Section headings start at the second level, since the page title is the first;
/// entries are list items.
pub fn reading_list(list: &ReadingList) -> String {
    write_list(list, |item| entry(&item.content))
}

/// Formats a reading list with Citation Style 1 templates, which the wiki formats itself. A work without
/// metadata is formatted by the citation style.
/// `book_titles` has the titles of books with their capitals, by the keys of the works that are parts of them.
pub fn with_templates(
    list: &ReadingList,
    works: &MetadataIndex<'_>,
    book_titles: &HashMap<String, String>,
) -> String {
    write_list(list, |item| {
        works
            .get(&item.key)
            .and_then(|work| templates::citation(work, book_titles.get(&item.key)))
            .unwrap_or_else(|| entry(&item.content))
    })
}

/// Returns the Citation Style 1 template of a work; `None` without a title, which every template needs.
pub fn template(work: ItemMetadata<'_>) -> Option<String> {
    templates::citation(work, None)
}

/// Formats an entry.
pub fn entry(content: &[Inline]) -> String {
    markup_writer::entry(&ENTRY, content)
}

/// Formats a reading list, with `entry` for each entry.
fn write_list(list: &ReadingList, entry: impl Fn(&FormattedEntry) -> String) -> String {
    markup_writer::reading_list(&PROSE, list, |section| {
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
fn write_in_list(block: &RichBlock, marks: &str, text: &mut String) {
    match block {
        RichBlock::Paragraph(content) => {
            let space = if marks.is_empty() { "" } else { " " };
            let _ = writeln!(
                text,
                "{marks}{space}{}",
                markup_writer::entry(&PROSE, content)
            );
        }
        RichBlock::Quote(quoted) => {
            for block in quoted {
                write_in_list(block, &format!("{marks}:"), text);
            }
        }
        RichBlock::List { start, items } => write_items(*start, items, marks, text),
        RichBlock::Verbatim(verbatim) => {
            for line in verbatim.lines() {
                let _ = writeln!(text, "{marks} <code>{}</code>", self::verbatim(line));
            }
        }
    }
}

fn write_items(start: Option<u64>, items: &[Vec<RichBlock>], marks: &str, text: &mut String) {
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

/// Finds the first link of the wiki in a text. Returns what is before it, the link, and what is after it.
fn wiki_link(text: &str) -> Option<(&str, String, &str)> {
    let mut from = 0;
    loop {
        let start = from + text.get(from..)?.find("[[")?;
        let inside = text.get(start + 2..)?;
        let (link, after) = inside.split_once("]]")?;
        let (page, shown) = match link.split_once('|') {
            Some((page, shown)) => (page, Some(shown)),
            None => (link, None),
        };
        // What MediaWiki does not allow in the name of a page.
        let is_page = |page: &str| {
            !page.trim().is_empty() && !page.contains(['[', ']', '{', '}', '<', '>', '|', '\n'])
        };
        if is_page(page) {
            // A file would be shown, and a category joined, instead of being linked to.
            let colon = if page.contains(':') && !page.trim_start().starts_with(':') {
                ":"
            } else {
                ""
            };
            let shown = shown
                .map(|shown| format!("|{}", escape(shown)))
                .unwrap_or_default();
            return Some((
                text.get(..start)?,
                format!("[[{colon}{page}{shown}]]"),
                after,
            ));
        }
        from = start + 2;
    }
}

fn verbatim(text: &str) -> String {
    let lines = text.lines().map(|line| escape(&printable(line)));
    lines.collect::<Vec<_>>().join("\n")
}

impl InlineMarkup for MediaWikiMarkup {
    fn escape(&self, text: &str) -> String {
        if !self.keeps_wiki_links {
            return escape(text);
        }
        let mut escaped = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, link, after)) = wiki_link(rest) {
            escaped.push_str(&escape(before));
            escaped.push_str(&link);
            rest = after;
        }
        escaped.push_str(&escape(rest));
        escaped
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

impl BlockMarkup for MediaWikiMarkup {
    fn heading(&self, level: usize, text: &str) -> String {
        let marks = "=".repeat(level.min(6));
        let text = escape(printable(text).trim()).replace('=', "&#61;");
        format!("{marks} {text} {marks}")
    }

    fn quote(&self, blocks: &[RichBlock]) -> String {
        let quoted = write_blocks(self, blocks).join("\n\n");
        format!("<blockquote>\n{quoted}\n</blockquote>")
    }

    fn list(&self, start: Option<u64>, items: &[Vec<RichBlock>]) -> String {
        let mut text = String::new();
        write_items(start, items, "", &mut text);
        text.trim_end().to_owned()
    }

    fn preformatted(&self, text: &str) -> String {
        format!("<pre>\n{}\n</pre>", verbatim(text))
    }
}
