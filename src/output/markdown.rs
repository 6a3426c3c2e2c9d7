//! Markdown, as CommonMark reads it.

use std::fmt::Write as _;

use super::runs::{Look, Raised, Run, lines};
use crate::csl::Inline;
use crate::reading_list::ReadingList;

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
            let _ = writeln!(text, "{} {}\n", "#".repeat(level), escaped(&heading.text));
        }
        for (index, entry) in section.entries.iter().enumerate() {
            let marked = lines(&entry.content)
                .iter()
                .any(|line| !line.margin.is_empty());
            if marked && index > 0 {
                text.push('\n');
            }
            let (bullet, indent) = if marked { ("", "") } else { ("- ", "  ") };
            let body = self::entry(&entry.content).replace('\n', &format!("\n{indent}"));
            let _ = writeln!(text, "{bullet}{body}");
        }
    }
    text
}

/// An entry, with a hard line break before each part that stands on a line of its own.
pub fn entry(content: &[Inline]) -> String {
    let lines: Vec<String> = lines(content)
        .iter()
        .map(|line| {
            let parts = [marked_up(&line.margin), marked_up(&line.runs)];
            parts
                .iter()
                .filter(|part| !part.is_empty())
                .cloned()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    lines.join("  \n")
}

fn marked_up(runs: &[Run]) -> String {
    let mut text = String::new();
    for run in runs {
        // Emphasis may not begin or end with white space, so that goes outside.
        let core = run.text.trim();
        let (before, after) = match run.text.find(core) {
            Some(start) if !core.is_empty() => {
                (run.text.get(..start), run.text.get(start + core.len()..))
            }
            _ => (Some(run.text.as_str()), None),
        };
        text.push_str(before.unwrap_or_default());
        if !core.is_empty() {
            text.push_str(&with_look(&linked(core, run.href.as_deref()), run.look));
        }
        text.push_str(after.unwrap_or_default());
    }
    text
}

fn linked(text: &str, href: Option<&str>) -> String {
    match href {
        Some(href) if href == text => format!("<{href}>"),
        Some(href) => {
            format!(
                "[{}](<{}>)",
                escaped(text),
                href.replace('<', "%3C").replace('>', "%3E")
            )
        }
        None => escaped(text),
    }
}

fn with_look(text: &str, look: Look) -> String {
    let mut text = text.to_owned();
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

/// Text in which no character is taken for markup. Addresses are left whole: CommonMark shows them as
/// they stand, and an escaped one can no longer be copied.
fn escaped(text: &str) -> String {
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
