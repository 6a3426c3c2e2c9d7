//! HTML, with the markup of citeproc-js.

use std::fmt::Write as _;

use crate::csl::{Display, Formatting, Inline};
use crate::reading_list::ReadingList;

/// An entry in its `csl-entry` division.
pub fn entry(content: &[Inline]) -> String {
    let mut html = String::from("<div class=\"csl-entry\">");
    inline(content, &mut html);
    html.push_str("</div>");
    html
}

/// A reading list: a `csl-bib-body` division for each section, below its heading.
pub fn reading_list(list: &ReadingList) -> String {
    let mut html = String::new();
    for section in &list.sections {
        if let Some(heading) = &section.heading {
            let level = (heading.depth + 2).min(6);
            let _ = writeln!(html, "<h{level}>{}</h{level}>", escaped(&heading.text));
        }
        html.push_str("<div class=\"csl-bib-body\">\n");
        for item in &section.entries {
            let _ = writeln!(html, "  {}", entry(&item.content));
        }
        html.push_str("</div>\n");
    }
    html
}

fn inline(content: &[Inline], html: &mut String) {
    for piece in content {
        match piece {
            Inline::Text(text) => html.push_str(&escaped(text)),
            Inline::Formatted(formatting, content) => {
                let (open, close) = tags(*formatting);
                html.push_str(open);
                inline(content, html);
                html.push_str(close);
            }
            Inline::Link { href, content } => {
                let _ = write!(
                    html,
                    "<a href=\"{}\">",
                    escaped(href).replace('"', "&quot;")
                );
                inline(content, html);
                html.push_str("</a>");
            }
            Inline::Display(display, content) => {
                let class = match display {
                    Display::Block => "csl-block",
                    Display::LeftMargin => "csl-left-margin",
                    Display::RightInline => "csl-right-inline",
                    Display::Indent => "csl-indent",
                };
                let _ = write!(html, "<div class=\"{class}\">");
                inline(content, html);
                html.push_str("</div>");
            }
        }
    }
}

fn tags(formatting: Formatting) -> (&'static str, &'static str) {
    match formatting {
        Formatting::Italic => ("<i>", "</i>"),
        Formatting::Oblique => ("<em>", "</em>"),
        Formatting::Bold => ("<b>", "</b>"),
        Formatting::Superscript => ("<sup>", "</sup>"),
        Formatting::Subscript => ("<sub>", "</sub>"),
        Formatting::SmallCaps => ("<span style=\"font-variant:small-caps;\">", "</span>"),
        Formatting::Underline => ("<span style=\"text-decoration:underline;\">", "</span>"),
        Formatting::Upright => ("<span style=\"font-style:normal;\">", "</span>"),
        Formatting::NormalWeight => ("<span style=\"font-weight:normal;\">", "</span>"),
        Formatting::Light => ("<span style=\"font-weight:lighter;\">", "</span>"),
        Formatting::NormalVariant => ("<span style=\"font-variant:normal;\">", "</span>"),
        Formatting::NoDecoration => ("<span style=\"text-decoration:none;\">", "</span>"),
        Formatting::Baseline => ("<span style=\"baseline\">", "</span>"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
}
