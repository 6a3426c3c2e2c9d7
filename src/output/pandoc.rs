//! Pandoc's Markdown, with the divs and classes of pandoc's own citation processor, so that its style sheets
//! and filters recognize the bibliography.

use std::collections::HashSet;

use super::direction::Direction;
use super::formulas;
use super::markdown::{self, LIST_SEPARATOR, destination};
use super::markup_writer::{self, BlockMarkup, InlineMarkup, RunContext, margin_and_rest};
use super::template::fill_template;
use super::text_runs::{TextStyle, VerticalAlign, printable};
use super::title_of;
use crate::csl::{BibliographyLayout, Inline, plain_text};
use crate::reading_list::{FormattedEntry, ReadingList, RichBlock, Section};

struct Pandoc;

/// Formats a reading list: headings, and a bibliography div for each section.
pub fn reading_list(list: &ReadingList) -> String {
    markup_writer::reading_list(&Pandoc, list, bibliographies(list))
}

/// Formats a reading list as a document with title and language in its YAML header.
pub fn document(list: &ReadingList, language: &str) -> String {
    let title = title_of(list, language);
    let body = markup_writer::body(&Pandoc, list, bibliographies(list));
    fill_template(
        include_str!("templates/document.md"),
        &[
            ("title", &yaml_string(&Pandoc.escape(&printable(title)))),
            ("language", &yaml_string(language)),
            (
                "direction",
                if Direction::of_language(language).is_right_to_left() {
                    "dir: rtl\n"
                } else {
                    ""
                },
            ),
            ("body", &markup_writer::join(body)),
        ],
    )
}

/// Formats an entry.
pub fn entry(content: &[Inline]) -> String {
    markup_writer::entry(&Pandoc, content)
}

/// Formats a double-quoted scalar (YAML 1.2, §7.3.1).
fn yaml_string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns a function that formats the bibliographies of the list's sections.
fn bibliographies<'l>(list: &'l ReadingList) -> impl FnMut(&'l Section) -> Vec<String> {
    let mut anchors = HashSet::new();
    let is_only = list.sections.len() == 1;
    move |section| {
        if section.entries.is_empty() {
            return Vec::new();
        }
        vec![bibliography(section, list.layout, is_only, &mut anchors)]
    }
}

fn bibliography<'l>(
    section: &'l Section,
    layout: BibliographyLayout,
    is_only: bool,
    anchors: &mut HashSet<&'l str>,
) -> String {
    // An id must be unique, and pandoc puts its own bibliography into #refs.
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
            markup_writer::blocks(&Pandoc, &entry.annotation).join("\n\n")
        )
    };
    let language = match &entry.language {
        Some(tag) => format!(" lang=\"{}\"", tag.replace('"', "")),
        None => String::new(),
    };
    let direction = match Direction::of_text(&plain_text(&entry.content)) {
        Some(direction) if direction.is_right_to_left() => " dir=\"rtl\"",
        _ => "",
    };
    format!("::: {{{anchor}.csl-entry{language}{direction}}}\n{body}\n{annotation}:::\n\n")
}

impl InlineMarkup for Pandoc {
    fn has_formulas(&self) -> bool {
        true
    }

    /// Escapes text. Pandoc allows any symbol to be escaped (`all_symbols_escapable`). Quotation marks,
    /// dashes and ellipses are escaped so that the extension `smart` does not change them.
    fn escape(&self, text: &str) -> String {
        formulas::escape_around(text, escape_text, typeset)
    }

    fn with_style(&self, mut text: String, style: TextStyle, context: RunContext) -> String {
        if style.small_caps {
            text = format!("[{text}]{{.smallcaps}}");
        }
        if style.underline {
            text = format!("[{text}]{{.underline}}");
        }
        // Superscript and subscript text must not contain unescaped spaces.
        match style.vertical_align {
            Some(VerticalAlign::Superscript) => text = format!("^{}^", text.replace(' ', "\\ ")),
            Some(VerticalAlign::Subscript) => text = format!("~{}~", text.replace(' ', "\\ ")),
            None => {}
        }
        let mark = match (style.bold, style.italic) {
            (true, true) => "***",
            (true, false) => "**",
            (false, true) => "*",
            (false, false) => return text,
        };
        // A comment separates adjacent asterisks.
        let apart = if context.beside_markup {
            "<!-- -->"
        } else {
            ""
        };
        format!("{apart}{mark}{text}{mark}{apart}")
    }

    fn link(&self, shown: String, text: &str, href: &str, _: RunContext) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ":/?#.=%-_+,;&()".contains(c);
        if text == href && href.starts_with("http") && href.chars().all(is_plain) {
            return format!("<{href}>");
        }
        format!("[{shown}]({})", destination(href))
    }

    fn line_break(&self) -> &'static str {
        "\\\n"
    }

    /// Escapes the start of a block. Pandoc's numbered lists may also use letters and parentheses.
    fn escape_line_start(&self, mut line: String) -> String {
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

fn escape_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        let special = match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '$' | '^' | '@' | '{' | '}'
            | '|' | '"' | '\'' | '#' => true,
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

/// Returns a formula as pandoc reads it.
fn typeset(formula: &str) -> Option<String> {
    let inside = formulas::inside(formula);
    Some(format!("${inside}$"))
}

impl BlockMarkup for Pandoc {
    fn heading(&self, level: usize, text: &str) -> String {
        markdown::heading(self, level, text)
    }

    fn quote(&self, blocks: &[RichBlock]) -> String {
        markdown::quote(self, blocks)
    }

    fn list(&self, start: Option<u64>, items: &[Vec<RichBlock>]) -> String {
        markdown::list(self, start, items)
    }

    fn preformatted(&self, text: &str) -> String {
        markdown::fenced(text)
    }

    fn list_separator(&self) -> Option<&'static str> {
        Some(LIST_SEPARATOR)
    }
}
