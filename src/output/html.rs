//! HTML with the exact markup of citeproc-js.
//!
//! Special characters become numeric references, superscript letters and digits become `<sup>`, and two
//! spaces become a non-breaking and a normal one. Bibliographies use the classes `csl-bib-body`, `csl-entry`,
//! `csl-left-margin` and so on.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization;

use super::direction::{Direction, opposite_parts};
use super::template::fill_template;
use super::text_runs::printable;
pub(crate) use super::urls::is_safe_link;
use super::{MetadataIndex, coins, json_ld, title_of};
use crate::csl::formula::{self, ScriptPosition};
use crate::csl::{Bibliography, BibliographyLayout, Display, Formatting, Inline, plain_text};
use crate::reading_list::{ReadingList, RichBlock, RichBlocks};
use crate::text::valid_in_markup;

/// Formats a bibliography.
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

/// Formats an entry with its `csl-entry` div.
pub fn entry(content: &[Inline]) -> String {
    let mut html = String::from("<div class=\"csl-entry\">");
    write(content, HtmlMarkup::CITEPROC, &mut html);
    html.push_str("</div>");
    html
}

/// Formats a reading list as an HTML fragment: headings, a `csl-bib-body` for each section, links, an anchor
/// for each work (`#ref-` and its key) and its metadata as COinS.
pub fn reading_list(list: &ReadingList, works: &MetadataIndex<'_>) -> String {
    reading_list_with_coins(list, &coins_of(works))
}

/// Formats a reading list like [`reading_list`]. `coins` returns the context object of a work
/// ([`coins::context_object`]).
pub fn reading_list_with_coins<'w>(
    list: &ReadingList,
    coins: &dyn Fn(&str) -> Option<Cow<'w, str>>,
) -> String {
    let mut html = String::new();
    if let Some(title) = &list.title {
        let level = list.title_level();
        let _ = writeln!(html, "<h{level} dir=\"auto\">{}</h{level}>", escaped(title));
    }
    write_introduction(&list.introduction, &mut html);
    write_sections(list, coins, &anchors(list), &no_page, &mut html);
    html
}

/// Returns the context object of a work by its key.
fn coins_of<'w>(works: &'w MetadataIndex<'_>) -> impl Fn(&str) -> Option<Cow<'w, str>> {
    |key| Some(Cow::Owned(coins::context_object(works.get(key)?)))
}

/// Formats a reading list as a complete page: a style sheet for screen and print that follows the layout of
/// the citation style, a table of contents if there are sections, and the metadata of the works as JSON-LD
/// and COinS.
pub fn page(list: &ReadingList, works: &MetadataIndex<'_>, language: &str) -> String {
    let title = title_of(list, language);
    let anchors = anchors(list);
    let mut head = String::new();
    if list.title.is_some() {
        let _ = writeln!(head, "<h1 dir=\"auto\">{}</h1>", escaped(title));
    }
    write_introduction(&list.introduction, &mut head);
    write_table_of_contents(list, &anchors, &mut head);
    let mut body = String::new();
    write_sections(list, &coins_of(works), &anchors, &no_page, &mut body);
    let metadata = format!(
        "<script type=\"application/ld+json\">\n{}\n</script>\n",
        json_ld::reading_list(list, works, title, language)
    );
    complete(&PageParts {
        language,
        title,
        css: &layout_css(list.layout),
        metadata: &metadata,
        head: &head,
        body: &body,
    })
}

/// The parts of a page, in HTML except for the language and the title.
pub(super) struct PageParts<'a> {
    pub(super) language: &'a str,
    pub(super) title: &'a str,
    pub(super) css: &'a str,
    pub(super) metadata: &'a str,
    pub(super) head: &'a str,
    pub(super) body: &'a str,
}

/// Returns a complete page.
pub(super) fn complete(parts: &PageParts<'_>) -> String {
    fill_template(
        include_str!("templates/page.html"),
        &[
            ("language", &attribute(parts.language)),
            ("direction", Direction::of_language(parts.language).as_str()),
            ("title", &escaped(parts.title)),
            ("layout", parts.css),
            ("metadata", parts.metadata),
            ("head", parts.head),
            ("body", parts.body),
        ],
    )
}

/// Formats the sections of a list, without metadata of their works.
pub(super) fn sections(list: &ReadingList) -> String {
    let mut html = String::new();
    write_sections(list, &|_| None, &anchors(list), &no_page, &mut html);
    html
}

/// Formats a reading list like [`reading_list`], with headings from level 1, and a link to the page of each work for
/// which `page` returns an address.
pub fn reading_list_with_pages(
    list: &ReadingList,
    works: &MetadataIndex<'_>,
    page: &dyn Fn(&str) -> Option<String>,
) -> String {
    let mut html = String::new();
    if let Some(title) = &list.title {
        let _ = writeln!(html, "<h1 dir=\"auto\">{}</h1>", escaped(title));
    }
    write_introduction(&list.introduction, &mut html);
    write_sections(list, &coins_of(works), &anchors(list), page, &mut html);
    html
}

/// Formats a context object as the empty span that reference managers look for.
pub(crate) fn coins_span(context_object: &str) -> String {
    format!(
        "<span class=\"Z3988\" title=\"{}\"></span>",
        attribute(context_object)
    )
}

/// Formats blocks of text.
pub fn blocks(blocks: &RichBlocks) -> String {
    let mut html = String::new();
    write_blocks(&blocks.blocks, &mut html);
    html
}

/// Returns the CSS for the layout of a citation style.
pub(super) fn layout_css(layout: BibliographyLayout) -> String {
    let mut css = String::new();
    if layout.hanging_indent {
        css.push_str(".csl-entry { padding-inline-start: 2em; text-indent: -2em; }\n");
    }
    let _ = writeln!(
        css,
        ".csl-entry {{ margin-block-end: {}em; }}",
        f32::from(layout.entry_spacing.min(10)).max(0.5)
    );
    // Double spacing leaves room for notes on paper; on a screen it only makes the text harder to read.
    let _ = write!(
        css,
        "@media print {{ .csl-bib-body {{ line-height: {}; }} }}",
        f32::from(layout.line_spacing.clamp(1, 10)) * 1.35
    );
    css
}

/// Returns a unique anchor for each section, made of its heading in lower case with hyphens.
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

fn write_table_of_contents(list: &ReadingList, anchors: &[String], html: &mut String) {
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
    // The number of nested lists and whether the current item is open.
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
            "<li{}><a href=\"#{}\">{}</a>",
            Direction::html_attribute(&heading.text),
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

/// Returns no link: the function for lists whose works have no pages.
fn no_page(_: &str) -> Option<String> {
    None
}

fn write_introduction(blocks: &RichBlocks, html: &mut String) {
    if !blocks.is_empty() {
        html.push_str("<div class=\"introduction\" dir=\"auto\">\n");
        write_blocks(&blocks.blocks, html);
        html.push_str("</div>\n");
    }
}

fn write_sections<'w>(
    list: &ReadingList,
    coins: &dyn Fn(&str) -> Option<Cow<'w, str>>,
    anchors: &[String],
    page: &dyn Fn(&str) -> Option<String>,
    html: &mut String,
) {
    let mut seen = HashSet::new();
    for (section, anchor) in list.sections.iter().zip(anchors) {
        if let Some(heading) = &section.heading {
            let level = list.section_level(heading);
            let _ = writeln!(
                html,
                "<h{level} id=\"{}\"{}>{}</h{level}>",
                attribute(anchor),
                Direction::html_attribute(&heading.text),
                escaped(&heading.text)
            );
        }
        write_introduction(&section.introduction, html);
        html.push_str("<div class=\"csl-bib-body\">\n");
        for entry in &section.entries {
            html.push_str("  <div class=\"csl-entry\"");
            if let Some(language) = &entry.language {
                let _ = write!(html, " lang=\"{}\"", attribute(language));
            }
            html.push_str(" dir=\"auto\"");
            // An id must be unique, but a work may occur in several sections.
            if seen.insert(entry.key.as_str()) {
                let _ = write!(html, " id=\"ref-{}\"", attribute(&entry.key));
            }
            html.push('>');
            write(&entry.content, HtmlMarkup::linked(&entry.content), html);
            if let Some(context_object) = coins(&entry.key) {
                html.push_str(&coins_span(&context_object));
            }
            if let Some(address) = page(&entry.key) {
                let _ = write!(
                    html,
                    " <a class=\"page\" href=\"{}\" aria-label=\"{}\">→</a>",
                    attribute(&address),
                    attribute(&entry.key)
                );
            }
            if !entry.annotation.is_empty() {
                html.push_str("\n    <div class=\"annotation\" dir=\"auto\">\n");
                write_blocks(&entry.annotation.blocks, html);
                html.push_str("    </div>\n  ");
            }
            html.push_str("</div>\n");
        }
        html.push_str("</div>\n");
    }
}

fn write_blocks(blocks: &[RichBlock], html: &mut String) {
    for block in blocks {
        match block {
            RichBlock::Paragraph(content) => {
                html.push_str("<p>");
                write(content, HtmlMarkup::linked(content), html);
                html.push_str("</p>\n");
            }
            RichBlock::Quote(blocks) => {
                html.push_str("<blockquote>\n");
                write_blocks(blocks, html);
                html.push_str("</blockquote>\n");
            }
            RichBlock::List { start, items } => {
                let _ = match start {
                    Some(1) => write!(html, "<ol>"),
                    Some(start) => write!(html, "<ol start=\"{start}\">"),
                    None => write!(html, "<ul>"),
                };
                html.push('\n');
                for item in items {
                    html.push_str("<li>");
                    match item.as_slice() {
                        [RichBlock::Paragraph(content)] => {
                            write(content, HtmlMarkup::linked(content), html);
                        }
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
            RichBlock::Verbatim(text) => {
                // HTML ignores a line break directly after the tag.
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

/// Escapes text.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    escape(&printable(text), &mut html);
    html
}

/// Escapes text for a quoted attribute value.
pub(super) fn attribute(text: &str) -> String {
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

/// Formats rich text, such as a citation.
pub fn rich_text(content: &[Inline]) -> String {
    let mut html = String::new();
    write(content, HtmlMarkup::CITEPROC, &mut html);
    html
}

/// Formats rich text with its links, which citeproc-js omits.
pub fn rich_text_with_links(content: &[Inline]) -> String {
    let mut html = String::new();
    write(content, HtmlMarkup::linked(content), &mut html);
    html
}

/// The markup that rich text has beyond that of citeproc-js.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct HtmlMarkup {
    links: bool,
    /// The direction of the paragraph, if text of the other direction is isolated from it.
    base: Option<Direction>,
}

impl HtmlMarkup {
    /// The markup of citeproc-js.
    const CITEPROC: Self = Self {
        links: false,
        base: None,
    };

    /// Returns the markup with links and isolates for a paragraph with `dir="auto"`.
    fn linked(paragraph: &[Inline]) -> Self {
        let direction = Direction::of_text(&plain_text(paragraph));
        Self {
            links: true,
            base: Some(direction.unwrap_or_default()),
        }
    }

    /// Returns the markup within a piece of the paragraph, if it has the other direction.
    fn isolated(self, content: &[Inline]) -> Option<Self> {
        let direction = Direction::of_text(&plain_text(content))?;
        (self.base? != direction).then_some(Self {
            base: Some(direction),
            ..self
        })
    }
}

/// Writes a piece of a paragraph, as an isolate if it runs the other way.
fn write_isolated(content: &[Inline], markup: HtmlMarkup, html: &mut String) {
    match markup.isolated(content) {
        Some(within) => {
            html.push_str("<bdi>");
            write(content, within, html);
            html.push_str("</bdi>");
        }
        None => write(content, markup, html),
    }
}

fn write(content: &[Inline], markup: HtmlMarkup, html: &mut String) {
    for piece in content {
        match piece {
            Inline::Text(text) => match markup.base {
                Some(base) => write_with_formulas(text, base, html),
                None => escape(text, html),
            },
            Inline::Formatted(formatting, content) => {
                let (start, end) = tags(*formatting);
                html.push_str(start);
                write_isolated(content, markup, html);
                html.push_str(end);
            }
            Inline::Link { href, content } if markup.links && is_safe_link(href) => {
                // In print, the address of a link with a different text follows the link.
                let class = if plain_text(content) == *href {
                    ""
                } else {
                    " class=\"named\""
                };
                let _ = write!(html, "<a{class} href=\"{}\">", attribute(href));
                write_isolated(content, markup, html);
                html.push_str("</a>");
            }
            Inline::Link { content, .. } => write(content, markup, html),
            Inline::Display(display, content) => {
                let (start, end) = match display {
                    Display::Block => ("\n\n    <div class=\"csl-block\">", "</div>\n"),
                    Display::LeftMargin => ("\n    <div class=\"csl-left-margin\">", "</div>"),
                    Display::RightInline => ("<div class=\"csl-right-inline\">", "</div>\n  "),
                    Display::Indent => ("<div class=\"csl-indent\">", "</div>\n  "),
                };
                html.push_str(start);
                write(content, markup, html);
                html.push_str(end);
            }
        }
    }
}

/// Writes text with formulas, whose scripts get elements of HTML.
fn write_with_formulas(text: &str, base: Direction, html: &mut String) {
    for (text, script) in formula::pieces(text) {
        let (start, end) = match script {
            ScriptPosition::Normal => ("", ""),
            ScriptPosition::Subscript => tags(Formatting::Subscript),
            ScriptPosition::Superscript => tags(Formatting::Superscript),
        };
        html.push_str(start);
        write_text(&text, base, html);
        html.push_str(end);
    }
}

/// Escapes text, and isolates the parts of it that run against the paragraph, so that the punctuation and digits
/// next to them keep their places.
fn write_text(text: &str, base: Direction, html: &mut String) {
    let mut end = 0;
    for part in opposite_parts(text, base) {
        escape(text.get(end..part.start).unwrap_or_default(), html);
        end = part.end;
        html.push_str("<bdi>");
        escape(text.get(part).unwrap_or_default(), html);
        html.push_str("</bdi>");
    }
    escape(text.get(end..).unwrap_or_default(), html);
}

pub(super) fn tags(formatting: Formatting) -> (&'static str, &'static str) {
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
    for character in valid_in_markup(text).chars() {
        match character {
            '&' => html.push_str("&#38;"),
            '<' => html.push_str("&#60;"),
            '>' => html.push_str("&#62;"),
            _ if is_superscript(character) => {
                html.push_str("<sup>");
                match character {
                    // These superscripts have no compatibility decomposition in Unicode.
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

/// Returns whether a character is a superscript letter, digit or sign.
fn is_superscript(character: char) -> bool {
    !character.is_ascii()
        && matches!(character,
            '\u{aa}' | '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{ba}' | '\u{2b0}'..='\u{2b8}'
            | '\u{2c0}' | '\u{2c1}' | '\u{2e0}'..='\u{2e4}' | '\u{6e5}' | '\u{6e6}'
            | '\u{1d2c}'..='\u{1d2e}' | '\u{1d30}'..='\u{1d3a}' | '\u{1d3c}'..='\u{1d4d}'
            | '\u{1d4f}'..='\u{1d61}' | '\u{2070}' | '\u{2071}' | '\u{2074}'..='\u{207f}'
            | '\u{2120}' | '\u{2122}' | '\u{3192}'..='\u{319f}')
}
