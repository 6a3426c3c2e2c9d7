//! Plain text, and text for a terminal.

use std::fmt::Write as _;

use anstyle::{Effects, Style};

use super::runs::{Line, Look, Run, lines};
use crate::csl::Inline;
use crate::reading_list::ReadingList;

/// How text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextLayout {
    /// Whether italics, bold and underlined text are shown, with ANSI escape codes.
    pub ansi: bool,
    /// The width in columns at which lines are broken; none to leave each entry on one line.
    pub width: Option<usize>,
}

/// An entry as plain text on one line.
pub fn entry(content: &[Inline]) -> String {
    let lines: Vec<String> = lines(content)
        .iter()
        .map(|line| {
            let parts = [styled(&line.margin, false), styled(&line.runs, false)];
            parts
                .iter()
                .filter(|part| !part.is_empty())
                .cloned()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    lines.join(" ")
}

/// A reading list as text: headings, and under them the entries, each followed by a blank line where
/// lines are broken.
pub fn reading_list(list: &ReadingList, layout: TextLayout) -> String {
    let mut text = String::new();
    for section in &list.sections {
        if let Some(heading) = &section.heading {
            if !text.is_empty() {
                text.push('\n');
            }
            let indent = "  ".repeat(heading.depth);
            let bold = if layout.ansi {
                Style::new().bold()
            } else {
                Style::new()
            };
            let _ = writeln!(text, "{indent}{bold}{}{bold:#}\n", heading.text);
        }
        let margin = section
            .entries
            .iter()
            .flat_map(|entry| lines(&entry.content))
            .map(|line| width(&line.margin))
            .max()
            .unwrap_or(0);
        for (index, entry) in section.entries.iter().enumerate() {
            if index > 0 && layout.width.is_some() && list.layout.entry_spacing > 0 {
                text.push('\n');
            }
            for (index, line) in lines(&entry.content).iter().enumerate() {
                let hanging = list.layout.hanging_indent && index == 0;
                text.push_str(&laid_out(line, margin, hanging, layout));
                text.push('\n');
            }
        }
    }
    text
}

fn laid_out(line: &Line, margin: usize, hanging: bool, layout: TextLayout) -> String {
    let body = styled(&line.runs, layout.ansi);
    let indent = if line.indented { "    " } else { "" };
    let (first, rest) = if margin > 0 {
        let gap = " ".repeat(margin + 1 - width(&line.margin).min(margin));
        let first = format!("{}{gap}", styled(&line.margin, layout.ansi));
        (first, " ".repeat(margin + 1))
    } else {
        (
            indent.to_owned(),
            if hanging {
                "    ".to_owned()
            } else {
                indent.to_owned()
            },
        )
    };
    match layout.width {
        None => format!("{first}{body}"),
        Some(columns) => {
            let options = textwrap::Options::new(columns.max(20))
                .initial_indent(&first)
                .subsequent_indent(&rest)
                .word_splitter(textwrap::WordSplitter::NoHyphenation)
                // An address is whole or it is no address.
                .break_words(false);
            textwrap::fill(&body, options)
        }
    }
}

fn width(runs: &[Run]) -> usize {
    runs.iter()
        .map(|run| textwrap::core::display_width(&run.text))
        .sum()
}

fn styled(runs: &[Run], ansi: bool) -> String {
    let mut text = String::new();
    for run in runs {
        let style = if ansi {
            ansi_style(run.look)
        } else {
            Style::new()
        };
        let _ = write!(text, "{style}{}{style:#}", run.text);
    }
    text
}

fn ansi_style(look: Look) -> Style {
    let mut effects = Effects::new();
    for (holds, effect) in [
        (look.italic, Effects::ITALIC),
        (look.bold, Effects::BOLD),
        (look.underline, Effects::UNDERLINE),
    ] {
        if holds {
            effects |= effect;
        }
    }
    Style::new().effects(effects)
}
