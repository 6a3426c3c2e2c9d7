//! Markdown, as CommonMark reads it.

use std::fmt::Write as _;

use super::marked_up::{self, Markup, has_margin};
use super::runs::{Look, Raised};
use crate::csl::Inline;
use crate::reading_list::ReadingList;

struct Markdown;

/// A reading list: headings of the second level and below, and the entries as a list; entries with a
/// number or mark of their own are paragraphs.
pub fn reading_list(list: &ReadingList) -> String {
    let mut text = String::new();
    for section in &list.sections {
        if !text.is_empty() {
            text.push('\n');
        }
        if let Some(heading) = &section.heading {
            let level = (heading.depth + 2).min(6);
            let _ = writeln!(
                text,
                "{} {}\n",
                "#".repeat(level),
                Markdown.escaped(&heading.text)
            );
        }
        for (index, item) in section.entries.iter().enumerate() {
            let numbered = has_margin(&item.content);
            if numbered && index > 0 {
                text.push('\n');
            }
            let (bullet, indent) = if numbered { ("", "") } else { ("- ", "  ") };
            let body = entry(&item.content).replace('\n', &format!("\n{indent}"));
            let _ = writeln!(text, "{bullet}{body}");
        }
    }
    text
}

/// An entry, with a hard line break before each part that stands on a line of its own.
pub fn entry(content: &[Inline]) -> String {
    marked_up::entry(&Markdown, content)
}

impl Markup for Markdown {
    /// Addresses are left whole: CommonMark shows them as they stand, and an escaped one can no longer
    /// be copied.
    fn escaped(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        for (index, word) in text.split(' ').enumerate() {
            if index > 0 {
                escaped.push(' ');
            }
            if word.starts_with("https://") || word.starts_with("http://") {
                escaped.push_str(word);
                continue;
            }
            for (place, character) in word.chars().enumerate() {
                let special = match character {
                    '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' => true,
                    '#' | '+' | '-' => index == 0 && place == 0,
                    _ => false,
                };
                if special {
                    escaped.push('\\');
                }
                escaped.push(character);
            }
        }
        // "1986. A great year" would begin a numbered list.
        if let Some((number, rest)) = escaped.split_once(['.', ')'])
            && !number.is_empty()
            && number.chars().all(|c| c.is_ascii_digit())
            && rest.starts_with(' ')
        {
            escaped.insert(number.len(), '\\');
        }
        escaped
    }

    fn with_look(&self, mut text: String, look: Look) -> String {
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
        match (look.bold, look.italic) {
            (true, true) => format!("***{text}***"),
            (true, false) => format!("**{text}**"),
            (false, true) => format!("*{text}*"),
            (false, false) => text,
        }
    }

    fn link(&self, text: &str, href: &str) -> String {
        if text == href {
            return format!("<{href}>");
        }
        let href = href.replace('<', "%3C").replace('>', "%3E");
        format!("[{}](<{href}>)", self.escaped(text))
    }

    fn line_break(&self) -> &'static str {
        "  \n"
    }
}
