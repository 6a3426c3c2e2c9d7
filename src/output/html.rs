//! Rich text as HTML, in the very markup of the reference processor.
//!
//! Characters that mean something in HTML are written as numbers, raised letters and digits of
//! Unicode as `<sup>`, two spaces as one that does not break and one that does; bibliographies have
//! the classes `csl-bib-body`, `csl-entry`, `csl-left-margin` and so on.

use std::collections::HashSet;
use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization;

use super::template::filled;
use super::text_runs::printable;
use super::urls::leads_somewhere;
use super::{Works, coins, json_ld};
use crate::csl::{Bibliography, BibliographyLayout, Display, Formatting, Inline, plain_text};
use crate::reading_list::{Block, ReadingList, RichBlocks};

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

/// A reading list as a part of a page: below their headings, a `csl-bib-body` for each section, with links
/// to be followed, an anchor for each work (`#ref-` and its key) and its metadata as COinS.
pub fn reading_list(list: &ReadingList, works: &Works<'_>) -> String {
    let mut html = String::new();
    if let Some(title) = &list.title {
        let _ = writeln!(html, "<h1>{}</h1>", escaped(title));
    }
    write_introduction(&list.introduction, &mut html);
    write_sections(list, works, &anchors(list), &mut html);
    html
}

/// A reading list as a page of its own in a language: with a style sheet for screen and paper that lays it
/// out as the citation style asks, a table of contents where there are sections, and the works' metadata
/// as JSON-LD and COinS.
pub fn page(list: &ReadingList, works: &Works<'_>, language: &str) -> String {
    let title = list.title.as_deref().unwrap_or("Reading list");
    let anchors = anchors(list);
    let mut head = String::new();
    if list.title.is_some() {
        let _ = writeln!(head, "<h1>{}</h1>", escaped(title));
    }
    write_introduction(&list.introduction, &mut head);
    write_contents(list, &anchors, &mut head);
    let mut body = String::new();
    write_sections(list, works, &anchors, &mut body);
    filled(
        include_str!("templates/page.html"),
        &[
            ("language", &attribute(language)),
            ("direction", direction(language)),
            ("title", &escaped(title)),
            ("layout", &layout_css(list.layout)),
            (
                "works",
                &json_ld::reading_list(list, works, title, language),
            ),
            ("head", &head),
            ("body", &body),
        ],
    )
}

/// Prose.
pub fn prose(prose: &RichBlocks) -> String {
    let mut html = String::new();
    write_blocks(&prose.blocks, &mut html);
    html
}

/// What a citation style says of the layout, as CSS.
fn layout_css(layout: BibliographyLayout) -> String {
    let mut css = String::new();
    if layout.hanging_indent {
        css.push_str(".csl-entry { padding-inline-start: 2em; text-indent: -2em; }\n");
    }
    let _ = writeln!(
        css,
        ".csl-entry {{ margin-block-end: {}em; }}",
        f32::from(layout.entry_spacing.min(10)).max(0.5)
    );
    // Lines are set double for those who mark them on paper; on a screen they are only hard to read.
    let _ = write!(
        css,
        "@media print {{ .csl-bib-body {{ line-height: {}; }} }}",
        f32::from(layout.line_spacing.clamp(1, 10)) * 1.35
    );
    css
}

/// The direction in which a language is written.
fn direction(language: &str) -> &'static str {
    let base = language.split(['-', '_']).next().unwrap_or_default();
    match base.to_ascii_lowercase().as_str() {
        "ar" | "he" | "fa" | "ur" | "yi" | "ps" | "sd" | "ug" | "dv" | "ckb" | "syr" => "rtl",
        _ => "ltr",
    }
}

/// The anchors of the sections, in their order: their headings in lower case with hyphens, each once.
fn anchors(list: &ReadingList) -> Vec<String> {
    let mut taken = HashSet::new();
    let anchors = list.sections.iter().map(|section| {
        let text = section
            .heading
            .as_ref()
            .map_or("", |heading| heading.text.as_str());
        let words: Vec<String> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let base = format!("section-{}", words.join("-"));
        let mut anchor = base.clone();
        let mut number = 2;
        while !taken.insert(anchor.clone()) {
            anchor = format!("{base}-{number}");
            number += 1;
        }
        anchor
    });
    anchors.collect()
}

fn write_contents(list: &ReadingList, anchors: &[String], html: &mut String) {
    let headings: Vec<_> = list
        .sections
        .iter()
        .zip(anchors)
        .filter_map(|(section, anchor)| Some((section.heading.as_ref()?, anchor)))
        .collect();
    if headings.len() < 2 {
        return;
    }
    html.push_str("<nav>\n<ul>\n");
    // How many lists are open below the first, and whether an item is.
    let mut depth = 0;
    let mut is_open = false;
    for (heading, anchor) in headings {
        if is_open && heading.depth > depth {
            html.push_str("\n<ul>\n");
            depth += 1;
        } else if is_open {
            html.push_str("</li>\n");
        }
        while depth > heading.depth {
            html.push_str("</ul>\n</li>\n");
            depth -= 1;
        }
        is_open = true;
        let _ = write!(
            html,
            "<li><a href=\"#{}\">{}</a>",
            attribute(anchor),
            escaped(&heading.text)
        );
    }
    html.push_str("</li>\n");
    for _ in 0..depth {
        html.push_str("</ul>\n</li>\n");
    }
    html.push_str("</ul>\n</nav>\n");
}

fn write_introduction(prose: &RichBlocks, html: &mut String) {
    if !prose.is_empty() {
        html.push_str("<div class=\"introduction\">\n");
        write_blocks(&prose.blocks, html);
        html.push_str("</div>\n");
    }
}

fn write_sections(list: &ReadingList, works: &Works<'_>, anchors: &[String], html: &mut String) {
    let mut seen = HashSet::new();
    for (section, anchor) in list.sections.iter().zip(anchors) {
        if let Some(heading) = &section.heading {
            let level = (heading.depth + 2).min(6);
            let _ = writeln!(
                html,
                "<h{level} id=\"{}\">{}</h{level}>",
                attribute(anchor),
                escaped(&heading.text)
            );
        }
        write_introduction(&section.introduction, html);
        html.push_str("<div class=\"csl-bib-body\">\n");
        for entry in &section.entries {
            html.push_str("  <div class=\"csl-entry\"");
            // An anchor may occur once, and a work in several sections.
            if seen.insert(entry.key.as_str()) {
                let _ = write!(html, " id=\"ref-{}\"", attribute(&entry.key));
            }
            html.push('>');
            write(&entry.content, Links::Linked, html);
            if let Some(work) = works.get(&entry.key) {
                let _ = write!(
                    html,
                    "<span class=\"Z3988\" title=\"{}\"></span>",
                    attribute(&coins::context_object(work))
                );
            }
            if !entry.annotation.is_empty() {
                html.push_str("\n    <div class=\"annotation\">\n");
                write_blocks(&entry.annotation.blocks, html);
                html.push_str("    </div>\n  ");
            }
            html.push_str("</div>\n");
        }
        html.push_str("</div>\n");
    }
}

fn write_blocks(blocks: &[Block], html: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(content) => {
                html.push_str("<p>");
                write(content, Links::Linked, html);
                html.push_str("</p>\n");
            }
            Block::Quote(blocks) => {
                html.push_str("<blockquote>\n");
                write_blocks(blocks, html);
                html.push_str("</blockquote>\n");
            }
            Block::List { start, items } => {
                let _ = match start {
                    Some(1) => write!(html, "<ol>"),
                    Some(start) => write!(html, "<ol start=\"{start}\">"),
                    None => write!(html, "<ul>"),
                };
                html.push('\n');
                for item in items {
                    html.push_str("<li>");
                    match item.as_slice() {
                        [Block::Paragraph(content)] => write(content, Links::Linked, html),
                        blocks => write_blocks(blocks, html),
                    }
                    html.push_str("</li>\n");
                }
                html.push_str(if start.is_some() {
                    "</ol>\n"
                } else {
                    "</ul>\n"
                });
            }
            Block::Verbatim(text) => {
                // A line break right behind the tag would be left out.
                html.push_str("<pre>\n");
                for line in text.lines() {
                    html.push_str(&escaped(line));
                    html.push('\n');
                }
                html.push_str("</pre>\n");
            }
        }
    }
}

/// Text in which no character is taken for markup.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    escape(&printable(text), &mut html);
    html
}

/// Text as the value of an attribute between quotation marks.
fn attribute(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '"' => html.push_str("&quot;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            _ => html.push(character),
        }
    }
    html
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
            Inline::Link { href, content } if links == Links::Linked && leads_somewhere(href) => {
                // On paper, the address of a link that shows something else is printed behind it.
                let class = if plain_text(content) == *href {
                    ""
                } else {
                    " class=\"named\""
                };
                let _ = write!(html, "<a{class} href=\"{}\">", attribute(href));
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
