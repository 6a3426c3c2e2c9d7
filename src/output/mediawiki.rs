//! The markup of MediaWiki, as Wikipedia and the P2P Foundation's wiki have it.

use std::fmt::Write as _;

use super::marked_up::{self, Markup};
use super::runs::{Look, Raised};
use crate::csl::Inline;
use crate::reading_list::ReadingList;

struct MediaWiki;

/// A reading list: headings of the second level and below, and the entries as a list.
pub fn reading_list(list: &ReadingList) -> String {
    let mut text = String::new();
    for section in &list.sections {
        if !text.is_empty() {
            text.push('\n');
        }
        if let Some(heading) = &section.heading {
            let level = "=".repeat((heading.depth + 2).min(6));
            let _ = writeln!(
                text,
                "{level} {} {level}\n",
                MediaWiki.escaped(&heading.text)
            );
        }
        for item in &section.entries {
            let _ = writeln!(text, "* {}", entry(&item.content));
        }
    }
    text
}

/// An entry.
pub fn entry(content: &[Inline]) -> String {
    marked_up::entry(&MediaWiki, content)
}

impl Markup for MediaWiki {
    fn escaped(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                // Links, templates, emphasis, signatures and the cells of tables.
                '[' => escaped.push_str("&#91;"),
                ']' => escaped.push_str("&#93;"),
                '{' => escaped.push_str("&#123;"),
                '}' => escaped.push_str("&#125;"),
                '|' => escaped.push_str("&#124;"),
                '\'' => escaped.push_str("&#39;"),
                '~' => escaped.push_str("&#126;"),
                _ => escaped.push(character),
            }
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
            (true, true) => format!("'''''{text}'''''"),
            (true, false) => format!("'''{text}'''"),
            (false, true) => format!("''{text}''"),
            (false, false) => text,
        }
    }

    /// An address that is shown as it is becomes a link by itself.
    fn link(&self, text: &str, href: &str) -> String {
        let address = href
            .replace(' ', "%20")
            .replace('[', "%5B")
            .replace(']', "%5D")
            .replace('|', "%7C");
        if text == href {
            address
        } else {
            format!("[{address} {}]", self.escaped(text))
        }
    }

    fn line_break(&self) -> &'static str {
        "<br>"
    }
}
