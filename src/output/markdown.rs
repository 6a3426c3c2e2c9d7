//! Markdown (CommonMark).

use super::formulas;
use super::markup_writer::{
    self, BlockMarkup, InlineMarkup, RunContext, has_margin, with_html_style, write_blocks,
};
use super::text_runs::{TextStyle, printable};
use super::urls::percent_encode;
use crate::csl::Inline;
use crate::reading_list::{ReadingList, RichBlock, Section};

struct CommonMark;

/// An empty comment, because two consecutive lists would be read as one.
pub(super) const LIST_SEPARATOR: &str = "<!-- -->";

/// Formats a reading list: the title as a first-level heading, section headings below it, and the entries as
/// a list. Entries with a number or label are paragraphs.
pub fn reading_list(list: &ReadingList) -> String {
    markup_writer::reading_list(&CommonMark, list, entries)
}

/// Formats an entry, with a hard line break between its lines.
pub fn entry(content: &[Inline]) -> String {
    markup_writer::entry(&CommonMark, content)
}

fn entries(section: &Section) -> Vec<String> {
    let numbered = section
        .entries
        .iter()
        .any(|entry| has_margin(&entry.content));
    let annotated = section.has_annotations();
    let entries = section.entries.iter().map(|item| {
        let mut blocks = vec![entry(&item.content)];
        let annotation = markup_writer::blocks(&CommonMark, &item.annotation).join("\n\n");
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

/// Formats a quotation.
pub(super) fn quote(markup: &impl BlockMarkup, blocks: &[RichBlock]) -> String {
    prefixed(&write_blocks(markup, blocks).join("\n\n"), "> ", "> ")
}

/// Formats a bulleted or numbered list.
pub(super) fn list(
    markup: &impl BlockMarkup,
    start: Option<u64>,
    items: &[Vec<RichBlock>],
) -> String {
    let tight = items.iter().all(|item| item.len() <= 1);
    let items = items.iter().zip(0..).map(|(item, index): (_, u64)| {
        let mark = match start {
            Some(start) => format!("{}. ", start.saturating_add(index).min(999_999_999)),
            None => "- ".to_owned(),
        };
        let indent = " ".repeat(mark.len());
        prefixed(&write_blocks(markup, item).join("\n\n"), &mark, &indent)
    });
    items
        .collect::<Vec<_>>()
        .join(if tight { "\n" } else { "\n\n" })
}

/// Formats a fenced code block; the fence is longer than any in the text.
pub(super) fn fenced(text: &str) -> String {
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}\n{text}\n{fence}")
}

/// Adds a prefix to the first line and another one to each further line.
fn prefixed(text: &str, first: &str, others: &str) -> String {
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

impl InlineMarkup for CommonMark {
    fn has_formulas(&self) -> bool {
        true
    }

    fn escape(&self, text: &str) -> String {
        formulas::escape_around(text, escape_text, typeset)
    }

    fn with_style(&self, text: String, style: TextStyle, context: RunContext) -> String {
        let text = with_html_style(text, style);
        let (mark, open, close) = match (style.bold, style.italic) {
            (true, true) => ("***", "<strong><em>", "</em></strong>"),
            (true, false) => ("**", "<strong>", "</strong>"),
            (false, true) => ("*", "<em>", "</em>"),
            (false, false) => return text,
        };
        if context.allows_asterisks() {
            format!("{mark}{text}{mark}")
        } else {
            format!("{open}{text}{close}")
        }
    }

    fn link(&self, shown: String, text: &str, href: &str, _: RunContext) -> String {
        let is_address = text == href
            && percent_encode(href, "<>") == href
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

    fn escape_line_start(&self, mut line: String) -> String {
        if line.starts_with(['#', '+', '-', '=', ':', '|']) {
            line.insert(0, '\\');
        } else if let Some(at) = line.find(['.', ')'])
            && line.get(..at).is_some_and(|number| {
                !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
            })
        {
            // "1986. A great year" would start a numbered list.
            line.insert(at, '\\');
        }
        line
    }
}

fn escape_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before: Option<char> = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        let special = match character {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '~' | '$' => true,
            // Within a word, an underscore is not emphasis, and URLs stay readable.
            '_' => {
                !(before.is_some_and(char::is_alphanumeric)
                    && next.is_some_and(char::is_alphanumeric))
            }
            '&' => next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '#'),
            // With a link after it, this would be an image.
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

/// Returns a formula for the programs that typeset `$…$` in Markdown; none if others would read something else in
/// it.
fn typeset(formula: &str) -> Option<String> {
    let inside = formulas::inside(formula);
    let mut characters = inside.chars().peekable();
    let mut before = '$';
    while let Some(character) = characters.next() {
        let next = characters.peek().copied().unwrap_or('$');
        let is_markup = match character {
            '<' | '>' | '[' | ']' | '*' | '&' | '`' | '|' | '!' | '~' => true,
            '_' => !before.is_alphanumeric() || !next.is_alphanumeric(),
            '\\' => next.is_ascii_punctuation(),
            _ => false,
        };
        if is_markup {
            return None;
        }
        before = character;
    }
    Some(format!("${inside}$"))
}

impl BlockMarkup for CommonMark {
    fn heading(&self, level: usize, text: &str) -> String {
        heading(self, level, text)
    }

    fn quote(&self, blocks: &[RichBlock]) -> String {
        quote(self, blocks)
    }

    fn list(&self, start: Option<u64>, items: &[Vec<RichBlock>]) -> String {
        list(self, start, items)
    }

    fn preformatted(&self, text: &str) -> String {
        fenced(text)
    }

    fn list_separator(&self) -> Option<&'static str> {
        Some(LIST_SEPARATOR)
    }
}

/// Formats a link destination without character references, in angle brackets if it contains parentheses.
pub(super) fn destination(href: &str) -> String {
    let address = percent_encode(href, if href.contains('&') { ";" } else { "" });
    if address.contains(['(', ')']) || address.is_empty() {
        format!("<{address}>")
    } else {
        address
    }
}

impl RunContext {
    /// Returns whether asterisks around the run are read as emphasis. They are not if punctuation is inside
    /// and a letter outside (CommonMark, "Emphasis and strong emphasis"), or next to other asterisks.
    fn allows_asterisks(&self) -> bool {
        let stands = |outside: Option<char>, inside: Option<char>| {
            inside.is_some_and(char::is_alphanumeric)
                || outside.is_none_or(|c| c.is_whitespace() || c.is_ascii_punctuation())
        };
        !self.beside_markup && stands(self.before, self.first) && stands(self.after, self.last)
    }
}

/// Formats a heading.
pub(super) fn heading(markup: &impl InlineMarkup, level: usize, text: &str) -> String {
    let mut escaped = markup.escape(printable(text).trim());
    // Trailing number signs would be read as a closing sequence.
    if escaped.ends_with('#') && !escaped.ends_with("\\#") {
        escaped.insert(escaped.len() - 1, '\\');
    }
    format!("{} {escaped}", "#".repeat(level.min(6)))
}
