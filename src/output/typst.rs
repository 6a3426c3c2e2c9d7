//! Typst, as a fragment to include or as a complete document.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

use super::direction::Direction;
use super::fonts::{self, FontScript};
use super::markup_writer::{self, BlockMarkup, InlineMarkup, RunContext, write_blocks};
use super::template::fill_template;
use super::text_runs::{TextStyle, VerticalAlign, printable};
use super::title_of;
use crate::csl::{Inline, plain_text};
use crate::reading_list::{ReadingList, RichBlock, Section};

/// A text in Typst.
#[derive(Debug, Clone, Copy)]
pub(super) struct Typst {
    /// The direction of the document.
    document: Direction,
    /// The direction of the paragraph.
    base: Direction,
}

impl Typst {
    /// Returns what is needed to write a document in a language.
    pub(super) fn in_language(language: &str) -> Self {
        let document = Direction::of_language(language);
        Self {
            document,
            base: document,
        }
    }

    /// Returns what is needed to write a paragraph of the document.
    pub(super) fn paragraph_of(self, text: &str) -> Self {
        Self {
            base: Direction::of_text(text).unwrap_or(self.document),
            ..self
        }
    }

    /// Sets the direction of a paragraph, which Typst takes from the language of the document otherwise.
    pub(super) fn in_its_direction(self, paragraph: String) -> String {
        if self.base == self.document {
            return paragraph;
        }
        format!("#[#set text(dir: {})\n{paragraph}\n\n]", self.base.as_str())
    }
}

/// Formats a reading list: headings and entries, with hanging indents if the style asks for them.
pub fn reading_list(list: &ReadingList) -> String {
    let typst = Typst::in_language("");
    markup_writer::reading_list(&typst, list, entries(typst, list))
}

/// Formats a reading list as a complete document.
pub fn document(list: &ReadingList, language: &str) -> String {
    let typst = Typst::in_language(language);
    let text = markup_writer::join(markup_writer::body(&typst, list, entries(typst, list)));
    let title = title_of(list, language);
    let shown = match &list.title {
        Some(title) => {
            let typst = typst.paragraph_of(title);
            let shown = typst.in_its_direction(format!(
                "#text(size: 1.6em, weight: \"bold\")[{}]",
                typst.plain(title)
            ));
            format!("{shown}\n\n")
        }
        None => String::new(),
    };
    complete(title, &format!("{shown}{text}"), language)
}

/// Returns a document with its settings.
pub(super) fn complete(title: &str, body: &str, language: &str) -> String {
    let (base, region) = language_and_region(language);
    fill_template(
        include_str!("templates/document.typ"),
        &[
            ("title", &string_literal(title)),
            ("language", &string_literal(base)),
            ("region", &region),
            ("body", body),
        ],
    )
}

/// Formats the entries of a list without its title.
pub(super) fn entries_of(typst: Typst, list: &ReadingList) -> String {
    markup_writer::body(&typst, list, entries(typst, list)).join("\n\n")
}

/// Formats code within a line.
pub(super) fn code(text: &str) -> String {
    format!("#raw({});", string_literal(text))
}

/// Formats preformatted text.
pub(super) fn preformatted(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(printable).collect();
    let lines = multiline_string_literal(&lines.join("\n"));
    format!("#raw({lines}, block: true)")
}

/// Returns the values of the text's `lang` and `region` for a tag.
fn language_and_region(tag: &str) -> (&str, String) {
    let mut parts = tag.split(['-', '_']);
    let base = parts.next().unwrap_or_default();
    let region = parts.find(|part| part.len() == 2);
    (
        base,
        region.map_or_else(|| "none".to_owned(), string_literal),
    )
}

/// Formats an entry.
pub fn entry(content: &[Inline]) -> String {
    let typst = Typst::in_language("").paragraph_of(&plain_text(content));
    markup_writer::entry(&typst, content)
}

/// Formats text as a Typst string literal.
pub(super) fn string_literal(text: &str) -> String {
    let text = printable(text);
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl Typst {
    /// Formats a text without markup.
    fn plain(self, text: &str) -> String {
        markup_writer::entry(&self, &[Inline::Text(printable(text).trim().to_owned())])
    }
}

/// Adds the rule that sets a font for each script in a document. Typst would choose one for every few letters otherwise,
/// and not the same.
pub fn with_fonts(document: &str, language: &str) -> String {
    let han = FontScript::of_han(Some(language), document);
    let scripts: BTreeSet<FontScript> =
        document.chars().filter_map(FontScript::from_char).collect();
    let fonts: Vec<String> = scripts
        .into_iter()
        .flat_map(|script| match script {
            // A Japanese font comes first, but may lack characters of Chinese.
            FontScript::Chinese if han != FontScript::Chinese => vec![han, script],
            _ => vec![script],
        })
        .flat_map(fonts::candidates)
        .map(string_literal)
        .collect();
    if fonts.is_empty() {
        return document.to_owned();
    }
    // On the first line, so that errors keep their places.
    format!(
        "#set text(font: (\"Libertinus Serif\", {})); {document}",
        fonts.join(", ")
    )
}

/// Returns a function that formats the entries of the list's sections.
fn entries<'l>(typst: Typst, list: &'l ReadingList) -> impl FnMut(&'l Section) -> Vec<String> {
    let mut seen = HashSet::new();
    move |section| {
        let entries = section.entries.iter().map(|item| {
            let language = item.language.as_deref();
            let own = Typst {
                base: language.map_or(typst.document, Direction::of_language),
                ..typst
            };
            let written = Typst {
                base: Direction::of_text(&plain_text(&item.content)).unwrap_or(own.base),
                ..typst
            };
            let (margin, rest) = markup_writer::margin_and_rest(&written, &item.content);
            let label = if seen.insert(item.key.as_str()) {
                label(&format!("ref-{}", item.key))
            } else {
                String::new()
            };
            let mut text = if !margin.is_empty() {
                format!("#block(grid(columns: (2.5em, 1fr), [{margin}], [{rest}])){label}")
            } else if list.layout.hanging_indent {
                format!("#block(par(hanging-indent: 2em)[{rest}]){label}")
            } else {
                format!("#block[{rest}]{label}")
            };
            let mut properties = Vec::new();
            if let Some(tag) = language {
                let (language, region) = language_and_region(tag);
                properties.push(format!("lang: {}", string_literal(language)));
                properties.push(format!("region: {region}"));
            }
            // The language also gives the direction.
            if written.base != own.base {
                properties.push(format!("dir: {}", written.base.as_str()));
            }
            if !properties.is_empty() {
                text = format!("#[#set text({})\n{text}]", properties.join(", "));
            }
            if !item.annotation.is_empty() {
                let annotation = markup_writer::blocks(&typst, &item.annotation).join("\n\n");
                let _ = write!(text, "\n#pad(left: 2em)[\n{annotation}\n]");
            }
            text
        });
        entries.collect()
    }
}

/// Returns a label, or nothing if the name is not a valid one.
pub(super) fn label(name: &str) -> String {
    if is_label(name) {
        format!(" <{name}>")
    } else {
        String::new()
    }
}

fn is_label(name: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || "-_:.".contains(c);
    !name.is_empty() && name.chars().all(is_plain)
}

fn multiline_string_literal(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    )
}

impl InlineMarkup for Typst {
    /// Returns the marks of direction: Typst knows the direction of a paragraph, but no isolates.
    fn marks(&self) -> Option<Direction> {
        Some(self.base)
    }

    fn escape(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        let mut before: Option<char> = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            let special = match character {
                '\\' | '#' | '$' | '*' | '_' | '`' | '<' | '>' | '@' | '[' | ']' | '~' | '"'
                | '\'' => true,
                // Comments, bare URLs and term lists.
                '/' => {
                    before.is_none_or(|c| matches!(c, '/' | ':' | '*') || c.is_whitespace())
                        || next == Some('*')
                }
                // Hyphens outside words may form dashes, soft hyphens or minus signs.
                '-' => {
                    !(before.is_some_and(char::is_alphabetic)
                        && next.is_some_and(char::is_alphabetic))
                }
                '.' => before == Some('.') || next == Some('.'),
                _ => false,
            };
            if special {
                escaped.push('\\');
            }
            escaped.push(character);
            before = Some(character);
        }
        // A run may start a line or a content block, where "1986. A great year" would start a numbered list.
        if escaped.starts_with(['=', '+']) {
            escaped.insert(0, '\\');
        } else if let Some(at) = escaped.find('.')
            && escaped.get(..at).is_some_and(|number| {
                !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
            })
        {
            escaped.insert(at, '\\');
        }
        escaped
    }

    fn with_style(&self, mut text: String, style: TextStyle, context: RunContext) -> String {
        let functions = [
            (style.small_caps, "smallcaps"),
            (style.underline, "underline"),
            (
                style.vertical_align == Some(VerticalAlign::Superscript),
                "super",
            ),
            (
                style.vertical_align == Some(VerticalAlign::Subscript),
                "sub",
            ),
            (style.struck, "strike"),
            (style.bold, "strong"),
            (style.italic, "emph"),
        ];
        for (holds, function) in functions {
            if holds {
                text = format!("#{function}[{text}]");
            }
        }
        end_call(text, context)
    }

    fn code(&self, text: &str) -> String {
        code(text)
    }

    fn link(&self, shown: String, text: &str, href: &str, context: RunContext) -> String {
        if let Some(target) = href.strip_prefix('#') {
            return match is_label(target) {
                true => end_call(format!("#link(<{target}>)[{shown}]"), context),
                false => shown,
            };
        }
        let address = string_literal(href);
        if text == href {
            return end_call(format!("#link({address})"), context);
        }
        end_call(format!("#link({address})[{shown}]"), context)
    }

    fn line_break(&self) -> &'static str {
        " \\\n"
    }
}

/// Ends a function call with a semicolon if the next character would otherwise continue it: arguments, a
/// field access, or a semicolon.
fn end_call(mut call: String, context: RunContext) -> String {
    if matches!(context.after, Some('(' | '[' | '.' | ';')) && !call.ends_with(';') {
        call.push(';');
    }
    call
}

impl BlockMarkup for Typst {
    fn heading(&self, level: usize, text: &str) -> String {
        let typst = self.paragraph_of(text);
        typst.in_its_direction(format!("{} {}", "=".repeat(level), typst.plain(text)))
    }

    fn paragraph(&self, content: &[Inline]) -> String {
        let typst = self.paragraph_of(&plain_text(content));
        typst.in_its_direction(markup_writer::entry(&typst, content))
    }

    fn quote(&self, blocks: &[RichBlock]) -> String {
        let quoted = write_blocks(self, blocks).join("\n\n");
        format!("#quote(block: true)[\n{quoted}\n]")
    }

    fn list(&self, start: Option<u64>, items: &[Vec<RichBlock>]) -> String {
        let items: Vec<String> = items
            .iter()
            .map(|item| format!("[{}]", write_blocks(self, item).join("\n\n")))
            .collect();
        let items = items.join(", ");
        match start {
            Some(start) => format!("#enum(start: {start}, {items})"),
            None => format!("#list({items})"),
        }
    }

    fn preformatted(&self, text: &str) -> String {
        preformatted(text)
    }
}
