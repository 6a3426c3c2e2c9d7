//! Typst markup.

use std::fmt::Write as _;

use super::marked_up::{self, Markup};
use super::runs::{Look, Raised};
use crate::csl::Inline;
use crate::reading_list::ReadingList;

struct Typst;

/// A reading list: headings, and in each section the entries as paragraphs, with hanging indents where
/// the style asks for them.
pub fn reading_list(list: &ReadingList) -> String {
    let mut text = String::new();
    for section in &list.sections {
        if !text.is_empty() {
            text.push('\n');
        }
        if let Some(heading) = &section.heading {
            let level = "=".repeat(heading.depth + 2);
            let _ = writeln!(text, "{level} {}\n", Typst.escaped(&heading.text));
        }
        for (index, item) in section.entries.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            let (margin, rest) = marked_up::margin_and_rest(&Typst, &item.content);
            let _ = if !margin.is_empty() {
                writeln!(text, "#terms.item([{margin}], [{rest}])")
            } else if list.layout.hanging_indent {
                writeln!(text, "#par(hanging-indent: 2em)[{rest}]")
            } else {
                writeln!(text, "{rest}")
            };
        }
    }
    text
}

/// An entry.
pub fn entry(content: &[Inline]) -> String {
    marked_up::entry(&Typst, content)
}

impl Markup for Typst {
    fn escaped(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        let mut previous = ' ';
        for character in text.chars() {
            let special = match character {
                '\\' | '#' | '$' | '*' | '_' | '`' | '<' | '>' | '@' | '[' | ']' | '~' | '"'
                | '\'' => true,
                // Comments, headings, lists, and shorthands for dashes and dots.
                '/' => previous == '/' || previous == ':',
                '=' | '+' => previous == ' ',
                '-' => previous == '-' || previous == ' ',
                '.' => previous == '.',
                _ => false,
            };
            if special {
                escaped.push('\\');
            }
            escaped.push(character);
            previous = character;
        }
        escaped
    }

    fn with_look(&self, mut text: String, look: Look) -> String {
        for (holds, function) in [
            (look.small_caps, "smallcaps"),
            (look.underline, "underline"),
            (look.raised == Some(Raised::Superscript), "super"),
            (look.raised == Some(Raised::Subscript), "sub"),
            (look.bold, "strong"),
            (look.italic, "emph"),
        ] {
            if holds {
                text = format!("#{function}[{text}]");
            }
        }
        text
    }

    fn link(&self, text: &str, href: &str) -> String {
        let address = href.replace('\\', "\\\\").replace('"', "\\\"");
        if text == href {
            format!("#link(\"{address}\")")
        } else {
            format!("#link(\"{address}\")[{}]", self.escaped(text))
        }
    }

    fn line_break(&self) -> &'static str {
        " \\\n"
    }
}
