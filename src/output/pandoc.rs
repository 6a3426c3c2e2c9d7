//! Pandoc's Markdown: with the divisions and classes that pandoc's own citation processor writes, so that its
//! style sheets and filters know a bibliography as one.

use std::collections::HashSet;

use super::markdown::{destination, heading, prose, prose_blocks};
use super::markup_writer::{self, Around, Markup, margin_and_rest};
use super::template::filled;
use super::text_runs::{Look, Raised, printable};
use crate::csl::{BibliographyLayout, Inline};
use crate::reading_list::{FormattedEntry, ReadingList, Section};

struct Pandoc;

/// A reading list: headings, and the entries of each section as the division of a bibliography.
pub fn reading_list(list: &ReadingList) -> String {
    let mut blocks = Vec::new();
    if let Some(title) = &list.title {
        blocks.push(heading(&Pandoc, 1, title));
    }
    blocks.extend(body(list));
    finished(blocks)
}

/// A reading list as a document, with its title and language where pandoc looks for them.
pub fn document(list: &ReadingList, language: &str) -> String {
    let title = list.title.as_deref().unwrap_or("Reading list");
    filled(
        include_str!("templates/document.md"),
        &[
            ("title", &in_yaml(&Pandoc.escaped(&printable(title)))),
            ("language", &in_yaml(language)),
            ("body", &finished(body(list))),
        ],
    )
}

/// An entry.
pub fn entry(content: &[Inline]) -> String {
    markup_writer::entry(&Pandoc, content)
}

/// A scalar between quotation marks (YAML 1.2, §7.3.1).
fn in_yaml(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn finished(blocks: Vec<String>) -> String {
    let mut text = blocks.join("\n\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn body(list: &ReadingList) -> Vec<String> {
    let mut blocks = prose_blocks(&Pandoc, &list.introduction);
    let mut anchors = HashSet::new();
    let is_only = list.sections.len() == 1;
    for section in &list.sections {
        if let Some(title) = &section.heading {
            blocks.push(heading(&Pandoc, title.depth + 2, &title.text));
        }
        blocks.extend(prose_blocks(&Pandoc, &section.introduction));
        if !section.entries.is_empty() {
            blocks.push(bibliography(section, list.layout, is_only, &mut anchors));
        }
    }
    blocks
}

fn bibliography<'l>(
    section: &'l Section,
    layout: BibliographyLayout,
    is_only: bool,
    anchors: &mut HashSet<&'l str>,
) -> String {
    // An identifier may occur once, and #refs is where pandoc puts its own bibliography.
    let identifier = if is_only { "#refs " } else { "" };
    let hanging = if layout.hanging_indent {
        " .hanging-indent"
    } else {
        ""
    };
    let mut text = format!(
        "::: {{{identifier}.references .csl-bib-body{hanging} entry-spacing=\"{}\" line-spacing=\"{}\"}}\n",
        layout.entry_spacing, layout.line_spacing
    );
    for entry in &section.entries {
        let is_first = anchors.insert(&entry.key);
        text.push_str(&self::item(entry, is_first));
    }
    text.push_str(":::");
    text
}

fn item(entry: &FormattedEntry, is_first: bool) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.:".contains(c);
    let anchor = if is_first && entry.key.chars().all(is_plain) {
        format!("#ref-{} ", entry.key)
    } else {
        String::new()
    };
    let (margin, rest) = margin_and_rest(&Pandoc, &entry.content);
    let body = if margin.is_empty() {
        rest
    } else {
        format!("[{margin}]{{.csl-left-margin}} [{rest}]{{.csl-right-inline}}")
    };
    let annotation = if entry.annotation.is_empty() {
        String::new()
    } else {
        format!(
            "\n:::: {{.annotation}}\n{}\n::::\n",
            prose(&Pandoc, &entry.annotation)
        )
    };
    format!("::: {{{anchor}.csl-entry}}\n{body}\n{annotation}:::\n\n")
}

impl Markup for Pandoc {
    /// Pandoc lets every sign be escaped (`all_symbols_escapable`). Quotation marks, dashes and dots are
    /// escaped so that the extension `smart` does not change them.
    fn escaped(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        let mut before = ' ';
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            let special = match character {
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '$' | '^' | '@' | '{'
                | '}' | '|' | '"' | '\'' | '#' => true,
                '&' => next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '#'),
                '!' => next.is_none(),
                '-' | '.' => before == character || next == Some(character),
                _ => false,
            };
            if special {
                escaped.push('\\');
            }
            escaped.push(character);
            before = character;
        }
        escaped
    }

    fn with_look(&self, mut text: String, look: Look, around: Around) -> String {
        if look.small_caps {
            text = format!("[{text}]{{.smallcaps}}");
        }
        if look.underline {
            text = format!("[{text}]{{.underline}}");
        }
        // Raised and lowered text may hold no space that is not escaped.
        match look.raised {
            Some(Raised::Superscript) => text = format!("^{}^", text.replace(' ', "\\ ")),
            Some(Raised::Subscript) => text = format!("~{}~", text.replace(' ', "\\ ")),
            None => {}
        }
        let mark = match (look.bold, look.italic) {
            (true, true) => "***",
            (true, false) => "**",
            (false, true) => "*",
            (false, false) => return text,
        };
        // A comment keeps the asterisks of neighbours apart.
        let apart = if around.beside_markup { "<!-- -->" } else { "" };
        format!("{apart}{mark}{text}{mark}{apart}")
    }

    fn link(&self, shown: String, text: &str, href: &str, _: Around) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ":/?#.=%-_+,;&()".contains(c);
        if text == href && href.starts_with("http") && href.chars().all(is_plain) {
            return format!("<{href}>");
        }
        format!("[{shown}]({})", destination(href))
    }

    fn line_break(&self) -> &'static str {
        "\\\n"
    }

    /// Lists of pandoc's may be numbered with letters, in brackets, too.
    fn at_start(&self, mut line: String) -> String {
        if line.starts_with(['+', '-', '=', ':', '%']) {
            line.insert(0, '\\');
            return line;
        }
        let bracket = line.starts_with('(');
        let start = usize::from(bracket);
        let Some(at) = line.get(start..).and_then(|rest| rest.find(['.', ')'])) else {
            return line;
        };
        let at = at + start;
        let is_number = line
            .get(start..at)
            .is_some_and(|number| !number.is_empty() && number.chars().all(char::is_alphanumeric));
        let ends_there = line
            .get(at + 1..)
            .is_none_or(|rest| rest.is_empty() || rest.starts_with(' '));
        if is_number && ends_there {
            line.insert(at, '\\');
        }
        line
    }
}
