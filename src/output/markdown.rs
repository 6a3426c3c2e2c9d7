//! Markdown, as CommonMark reads it.

use super::markup_writer::{self, Around, Markup, has_margin};
use super::text_runs::{Look, Raised, printable};
use super::urls::encoded;
use crate::csl::Inline;
use crate::reading_list::{Block, ReadingList, RichBlocks, Section};

struct Markdown;

/// A reading list: its title as a heading of the first level, those of its sections below, and the entries
/// as a list; entries with a number or mark of their own are paragraphs.
pub fn reading_list(list: &ReadingList) -> String {
    let mut blocks = Vec::new();
    if let Some(title) = &list.title {
        blocks.push(heading(&Markdown, 1, title));
    }
    blocks.extend(prose_blocks(&Markdown, &list.introduction));
    for section in &list.sections {
        if let Some(title) = &section.heading {
            blocks.push(heading(&Markdown, title.depth + 2, &title.text));
        }
        blocks.extend(prose_blocks(&Markdown, &section.introduction));
        blocks.extend(entries(section));
    }
    let mut text = blocks.join("\n\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// An entry, with a hard line break before each part that stands on a line of its own.
pub fn entry(content: &[Inline]) -> String {
    markup_writer::entry(&Markdown, content)
}

fn entries(section: &Section) -> Vec<String> {
    let numbered = section
        .entries
        .iter()
        .any(|entry| has_margin(&entry.content));
    let annotated = section.has_annotations();
    let entries = section.entries.iter().map(|item| {
        let mut blocks = vec![entry(&item.content)];
        let annotation = prose(&Markdown, &item.annotation);
        if numbered {
            if !annotation.is_empty() {
                blocks.push(prefixed(&annotation, "> ", "> "));
            }
            return blocks.join("\n\n");
        }
        if !annotation.is_empty() {
            blocks.push(annotation);
        }
        prefixed(&blocks.join("\n\n"), "- ", "  ")
    });
    let entries: Vec<String> = entries.collect();
    if numbered || annotated || entries.is_empty() {
        entries
    } else {
        vec![entries.join("\n")]
    }
}

/// Prose as one text.
pub(super) fn prose(markup: &impl Markup, prose: &RichBlocks) -> String {
    prose_blocks(markup, prose).join("\n\n")
}

/// Prose as blocks, between which stand blank lines.
pub(super) fn prose_blocks(markup: &impl Markup, prose: &RichBlocks) -> Vec<String> {
    blocks(markup, &prose.blocks)
}

fn blocks(markup: &impl Markup, blocks: &[Block]) -> Vec<String> {
    let mut written = Vec::new();
    let mut after_list = false;
    for block in blocks {
        let is_list = matches!(block, Block::List { .. });
        if is_list && after_list {
            // Two lists that follow each other would be one.
            written.push("<!-- -->".to_owned());
        }
        after_list = is_list;
        written.push(match block {
            Block::Paragraph(content) => markup_writer::entry(markup, content),
            Block::Quote(quoted) => {
                prefixed(&self::blocks(markup, quoted).join("\n\n"), "> ", "> ")
            }
            Block::List { start, items } => list(markup, *start, items),
            Block::Verbatim(text) => fenced(text),
        });
    }
    written
}

fn list(markup: &impl Markup, start: Option<u64>, items: &[Vec<Block>]) -> String {
    let tight = items.iter().all(|item| item.len() <= 1);
    let items = items.iter().zip(0..).map(|(item, index): (_, u64)| {
        let mark = match start {
            Some(start) => format!("{}. ", start.saturating_add(index).min(999_999_999)),
            None => "- ".to_owned(),
        };
        let indent = " ".repeat(mark.len());
        prefixed(&blocks(markup, item).join("\n\n"), &mark, &indent)
    });
    items
        .collect::<Vec<_>>()
        .join(if tight { "\n" } else { "\n\n" })
}

/// Text between fences that are longer than any in it.
fn fenced(text: &str) -> String {
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}\n{text}\n{fence}")
}

/// Text with something before its first line, and before each of the others that is not empty.
pub(super) fn prefixed(text: &str, first: &str, others: &str) -> String {
    let mut prefixed = String::with_capacity(text.len() + first.len());
    for (index, line) in text.split('\n').enumerate() {
        let prefix = if index == 0 { first } else { others };
        if index > 0 {
            prefixed.push('\n');
        }
        prefixed.push_str(if line.is_empty() && index > 0 {
            prefix.trim_end()
        } else {
            prefix
        });
        prefixed.push_str(line);
    }
    prefixed
}

impl Markup for Markdown {
    fn escaped(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        let mut before: Option<char> = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            let special = match character {
                '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '~' | '$' => true,
                // Within a word it is no emphasis, and addresses stay what they are.
                '_' => {
                    !(before.is_some_and(char::is_alphanumeric)
                        && next.is_some_and(char::is_alphanumeric))
                }
                '&' => next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '#'),
                // A link behind it would be a picture.
                '!' => next.is_none(),
                _ => false,
            };
            if special {
                escaped.push('\\');
            }
            escaped.push(character);
            before = Some(character);
        }
        escaped
    }

    fn with_look(&self, mut text: String, look: Look, around: Around) -> String {
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
        let (mark, open, close) = match (look.bold, look.italic) {
            (true, true) => ("***", "<strong><em>", "</em></strong>"),
            (true, false) => ("**", "<strong>", "</strong>"),
            (false, true) => ("*", "<em>", "</em>"),
            (false, false) => return text,
        };
        if around.lets_asterisks_stand() {
            format!("{mark}{text}{mark}")
        } else {
            format!("{open}{text}{close}")
        }
    }

    fn link(&self, shown: String, text: &str, href: &str, _: Around) -> String {
        let is_address = text == href
            && encoded(href, "<>") == href
            && href.contains("://")
            && !href.contains(['<', '>']);
        if is_address {
            return format!("<{href}>");
        }
        format!("[{shown}]({})", destination(href))
    }

    fn line_break(&self) -> &'static str {
        "  \n"
    }

    fn at_start(&self, mut line: String) -> String {
        if line.starts_with(['#', '+', '-', '=', ':', '|']) {
            line.insert(0, '\\');
        } else if let Some(at) = line.find(['.', ')'])
            && line.get(..at).is_some_and(|number| {
                !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
            })
        {
            // "1986. A great year" would begin a numbered list.
            line.insert(at, '\\');
        }
        line
    }
}

/// The address of a link, in which nothing is a reference to a character; between angle brackets where it
/// has brackets of its own.
pub(super) fn destination(href: &str) -> String {
    let address = encoded(href, if href.contains('&') { ";" } else { "" });
    if address.contains(['(', ')']) || address.is_empty() {
        format!("<{address}>")
    } else {
        address
    }
}

impl Around {
    /// Whether asterisks around the run are read as emphasis: they are not where punctuation stands inside
    /// them and a letter outside (CommonMark, "Emphasis and strong emphasis"), nor beside other ones.
    pub(super) fn lets_asterisks_stand(&self) -> bool {
        let stands = |outside: Option<char>, inside: Option<char>| {
            inside.is_some_and(char::is_alphanumeric)
                || outside.is_none_or(|c| c.is_whitespace() || c.is_ascii_punctuation())
        };
        !self.beside_markup && stands(self.before, self.first) && stands(self.after, self.last)
    }
}

/// A heading of a level.
pub(super) fn heading(markup: &impl Markup, level: usize, text: &str) -> String {
    let mut escaped = markup.escaped(printable(text).trim());
    // Number signs at its end would be taken for its own.
    if escaped.ends_with('#') && !escaped.ends_with("\\#") {
        escaped.insert(escaped.len() - 1, '\\');
    }
    format!("{} {escaped}", "#".repeat(level.min(6)))
}
