//! Rich text as HTML, in the very markup of the reference processor.
//!
//! Characters that mean something in HTML are written as numbers, raised letters and digits of
//! Unicode as `<sup>`, two spaces as one that does not break and one that does; bibliographies have
//! the classes `csl-bib-body`, `csl-entry`, `csl-left-margin` and so on.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization;

use crate::csl::{Bibliography, Display, Formatting, Inline};
use crate::reading_list::ReadingList;

/// The whole of a bibliography.
pub fn bibliography(bibliography: &Bibliography) -> String {
    let mut html = String::from("<div class=\"csl-bib-body\">\n");
    for entry in &bibliography.entries {
        html.push_str("  ");
        html.push_str(&self::entry(&entry.content));
        html.push('\n');
    }
    html.push_str("</div>");
    html
}

/// One entry of a bibliography, in its `csl-entry`.
pub fn entry(content: &[Inline]) -> String {
    let mut html = String::from("<div class=\"csl-entry\">");
    write(content, Links::Plain, &mut html);
    html.push_str("</div>");
    html
}

/// A reading list, with links to be followed: a `csl-bib-body` for each section, below its heading.
pub fn reading_list(list: &ReadingList) -> String {
    let mut html = String::new();
    for section in &list.sections {
        if let Some(heading) = &section.heading {
            let level = (heading.depth + 2).min(6);
            let _ = write!(html, "<h{level}>");
            escape(&heading.text, &mut html);
            let _ = writeln!(html, "</h{level}>");
        }
        html.push_str("<div class=\"csl-bib-body\">\n");
        for entry in &section.entries {
            let content = linked(&entry.content);
            let _ = writeln!(html, "  <div class=\"csl-entry\">{content}</div>");
        }
        html.push_str("</div>\n");
    }
    html
}

/// A reading list as a page of its own in a language, with a style sheet that lays it out as the citation
/// style asks.
pub fn page(list: &ReadingList, language: &str) -> String {
    let layout = list.layout;
    let mut style = String::from(
        "body { max-width: 44em; margin: 2em auto; padding: 0 1em; font-family: serif; }\n\
         .csl-entry { overflow-wrap: break-word; }\n",
    );
    if layout.hanging_indent {
        style.push_str(".csl-entry { padding-left: 2em; text-indent: -2em; }\n");
    }
    let _ = writeln!(
        style,
        ".csl-entry {{ margin-bottom: {}em; }}",
        layout.entry_spacing
    );
    let _ = writeln!(
        style,
        ".csl-bib-body {{ line-height: {}; }}",
        f32::from(layout.line_spacing) * 1.35
    );
    style.push_str(
        ".csl-left-margin { float: left; padding-right: 0.5em; text-align: right; width: 2em; }\n\
         .csl-right-inline { margin-left: 3em; }\n\
         .csl-indent { margin: 0.5em 0 0 2em; text-indent: 0; }\n\
         .csl-block { text-indent: 0; }\n",
    );
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Reading list</title>\n<style>\n{style}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
        reading_list(list)
    )
}

/// Rich text, such as a citation.
pub fn rich_text(content: &[Inline]) -> String {
    let mut html = String::new();
    write(content, Links::Plain, &mut html);
    html
}

/// Rich text with its links as links, which the reference processor leaves out.
pub fn linked(content: &[Inline]) -> String {
    let mut html = String::new();
    write(content, Links::Linked, &mut html);
    html
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Links {
    Plain,
    Linked,
}

fn write(content: &[Inline], links: Links, html: &mut String) {
    for piece in content {
        match piece {
            Inline::Text(text) => escape(text, html),
            Inline::Formatted(formatting, content) => {
                let (start, end) = tags(*formatting);
                html.push_str(start);
                write(content, links, html);
                html.push_str(end);
            }
            Inline::Link { href, content } if links == Links::Linked => {
                html.push_str("<a href=\"");
                escape(href, html);
                html.push_str("\">");
                write(content, links, html);
                html.push_str("</a>");
            }
            Inline::Link { content, .. } => write(content, links, html),
            Inline::Display(display, content) => {
                let (start, end) = match display {
                    Display::Block => ("\n\n    <div class=\"csl-block\">", "</div>\n"),
                    Display::LeftMargin => ("\n    <div class=\"csl-left-margin\">", "</div>"),
                    Display::RightInline => ("<div class=\"csl-right-inline\">", "</div>\n  "),
                    Display::Indent => ("<div class=\"csl-indent\">", "</div>\n  "),
                };
                html.push_str(start);
                write(content, links, html);
                html.push_str(end);
            }
        }
    }
}

fn tags(formatting: Formatting) -> (&'static str, &'static str) {
    match formatting {
        Formatting::Italic => ("<i>", "</i>"),
        Formatting::Oblique => ("<em>", "</em>"),
        Formatting::Upright => ("<span style=\"font-style:normal;\">", "</span>"),
        Formatting::Bold => ("<b>", "</b>"),
        Formatting::Light => ("", ""),
        Formatting::NormalWeight => ("<span style=\"font-weight:normal;\">", "</span>"),
        Formatting::SmallCaps => ("<span style=\"font-variant:small-caps;\">", "</span>"),
        Formatting::NormalVariant => ("<span style=\"font-variant:normal;\">", "</span>"),
        Formatting::Underline => ("<span style=\"text-decoration:underline;\">", "</span>"),
        Formatting::NoDecoration => ("<span style=\"text-decoration:none;\">", "</span>"),
        Formatting::Superscript => ("<sup>", "</sup>"),
        Formatting::Subscript => ("<sub>", "</sub>"),
        Formatting::Baseline => ("<span style=\"baseline\">", "</span>"),
    }
}

fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&#38;"),
            '<' => html.push_str("&#60;"),
            '>' => html.push_str("&#62;"),
            _ if is_raised(character) => {
                html.push_str("<sup>");
                match character {
                    // Unicode gives these no letter that they are raised from.
                    '\u{2c0}' => html.push('\u{294}'),
                    '\u{2c1}' => html.push('\u{295}'),
                    '\u{6e5}' => html.push('\u{648}'),
                    '\u{6e6}' => html.push('\u{64a}'),
                    _ => html.extend(std::iter::once(character).nfkd()),
                }
                html.push_str("</sup>");
            }
            _ => html.push(character),
        }
    }
}

/// Whether a character is a raised letter, digit or sign.
fn is_raised(character: char) -> bool {
    !character.is_ascii()
        && matches!(character,
            '\u{aa}' | '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{ba}' | '\u{2b0}'..='\u{2b8}'
            | '\u{2c0}' | '\u{2c1}' | '\u{2e0}'..='\u{2e4}' | '\u{6e5}' | '\u{6e6}'
            | '\u{1d2c}'..='\u{1d2e}' | '\u{1d30}'..='\u{1d3a}' | '\u{1d3c}'..='\u{1d4d}'
            | '\u{1d4f}'..='\u{1d61}' | '\u{2070}' | '\u{2071}' | '\u{2074}'..='\u{207f}'
            | '\u{2120}' | '\u{2122}' | '\u{3192}'..='\u{319f}')
}
