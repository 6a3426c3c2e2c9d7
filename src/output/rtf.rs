//! Rich Text Format 1.9, which word processors open: a whole document.

use std::fmt::Write as _;

use super::marked_up::{self, Markup};
use super::runs::{Look, Raised};
use crate::csl::Inline;
use crate::reading_list::ReadingList;

struct Rtf;

/// A reading list: headings in bold, and the entries as paragraphs, with hanging indents where the style
/// asks for them.
pub fn reading_list(list: &ReadingList) -> String {
    let mut text = String::from(
        "{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0\\froman Times New Roman;}}\
         {\\colortbl;\\red5\\green99\\blue193;}\\fs24\n",
    );
    for section in &list.sections {
        if let Some(heading) = &section.heading {
            let size = if heading.depth == 0 { 32 } else { 28 };
            let heading = Rtf.escaped(&heading.text);
            let _ = writeln!(
                text,
                "{{\\pard\\sb240\\sa120\\keepn\\b\\fs{size} {heading}\\par}}"
            );
        }
        let after = 120 * u32::from(list.layout.entry_spacing.min(10));
        let line = 240 * u32::from(list.layout.line_spacing.clamp(1, 10));
        for item in &section.entries {
            let (margin, rest) = marked_up::margin_and_rest(&Rtf, &item.content);
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
            let _ = writeln!(
                text,
                "{{\\pard{indent}\\sa{after}\\sl{line}\\slmult1 {margin}{rest}\\par}}"
            );
        }
    }
    text.push_str("}\n");
    text
}

/// An entry, as a part of a document.
pub fn entry(content: &[Inline]) -> String {
    marked_up::entry(&Rtf, content)
}

impl Markup for Rtf {
    fn escaped(&self, text: &str) -> String {
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
                    // \u takes a signed number of 16 bits, and after it what older readers show.
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        let _ = write!(escaped, "\\u{}?", unit.cast_signed());
                    }
                }
            }
        }
        escaped
    }

    fn with_look(&self, mut text: String, look: Look) -> String {
        for (holds, word) in [
            (look.small_caps, "scaps"),
            (look.underline, "ul"),
            (look.raised == Some(Raised::Superscript), "super"),
            (look.raised == Some(Raised::Subscript), "sub"),
            (look.bold, "b"),
            (look.italic, "i"),
        ] {
            if holds {
                text = format!("{{\\{word} {text}}}");
            }
        }
        text
    }

    fn link(&self, text: &str, href: &str) -> String {
        let address = self.escaped(&href.replace('"', "%22"));
        format!(
            "{{\\field{{\\*\\fldinst HYPERLINK \"{address}\"}}{{\\fldrslt {{\\cf1\\ul {}}}}}}}",
            self.escaped(text)
        )
    }

    fn line_break(&self) -> &'static str {
        "\\line "
    }
}
