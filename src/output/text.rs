//! Plain text and terminal output.

use std::borrow::Cow;
use std::fmt::Write as _;

use anstyle::{Effects, Style};
use rayon::prelude::*;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::direction::{Direction, opposite_parts};
use super::terminal::visible;
use super::text_runs::{
    Formulas, TextLine, TextRun, TextStyle, VerticalAlign, lines_with, printable,
};
use super::urls::{is_terminal_link, percent_encode};
use crate::csl::formula::{ScriptPosition, in_script};
use crate::csl::{Display, Inline};
use crate::reading_list::{FormattedEntry, ReadingList, RichBlock, RichBlocks, Section};

/// The layout of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextLayout {
    /// Whether to use ANSI escape codes for italic, bold and underlined text.
    pub ansi: bool,
    /// Whether to use the escape code OSC 8 for links.
    pub links: bool,
    /// Whether to keep text from right to left apart by Unicode's isolates.
    pub isolates: bool,
    /// The width in columns for wrapping lines; `None` puts each entry on one line.
    pub width: Option<usize>,
}

/// Flattens rich text into lines whose numbers in subscripts and superscripts are in the characters that Unicode has for
/// them, so that 10\u{207b}\u{b3} is not read as 10-3.
fn lines(content: &[Inline]) -> Vec<TextLine> {
    let mut lines = lines_with(content, Formulas::PlainText);
    for line in &mut lines {
        for run in line.margin.iter_mut().chain(&mut line.runs) {
            let script = match run.style.vertical_align {
                None => continue,
                Some(VerticalAlign::Subscript) => ScriptPosition::Subscript,
                Some(VerticalAlign::Superscript) => ScriptPosition::Superscript,
            };
            let is_number = |c: char| c.is_ascii_digit() || "+-\u{2212}=()".contains(c);
            if run.text.chars().all(is_number)
                && let Some(text) = in_script(&run.text, script)
            {
                run.text = text;
            }
        }
    }
    lines
}

/// Formats an entry as plain text on one line.
pub fn entry(content: &[Inline]) -> String {
    let lines: Vec<String> = lines(content)
        .iter()
        .map(|line| {
            let parts = [unstyled(&line.margin), unstyled(&line.runs)];
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

/// Formats blocks as plain text, each on its own lines.
pub fn blocks(blocks: &RichBlocks) -> String {
    let mut writer = TextWriter::new(TextLayout::default());
    writer.blocks(&blocks.blocks, "");
    writer.text.trim_end().to_owned()
}

/// Formats a reading list: headings and entries, with blank lines between entries if lines are wrapped.
pub fn reading_list(list: &ReadingList, layout: TextLayout) -> String {
    let mut writer = TextWriter::new(layout);
    if let Some(title) = &list.title {
        writer.heading(title, "", true);
    }
    writer.introduction(&list.introduction, "");
    for section in &list.sections {
        let indent = section
            .heading
            .as_ref()
            .map_or_else(String::new, |heading| "  ".repeat(heading.depth));
        if let Some(heading) = &section.heading {
            writer.heading(&heading.text, &indent, false);
        }
        writer.introduction(&section.introduction, "");
        writer.entries(section, list);
    }
    // End the text in the same way if the last section has no entries.
    let mut text = writer.text;
    text.truncate(text.trim_end_matches('\n').len());
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// The number of entries that are written in one task.
const ENTRIES_AT_ONCE: usize = 512;

struct TextWriter {
    layout: TextLayout,
    text: String,
}

impl TextWriter {
    fn new(layout: TextLayout) -> Self {
        Self {
            layout,
            text: String::new(),
        }
    }

    /// Writes a heading in bold, or underlined with a line of characters if there are no ANSI codes.
    fn heading(&mut self, text: &str, indent: &str, is_title: bool) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
        let mut style = TextStyle::default();
        if self.layout.ansi {
            style.bold = true;
            style.underline = is_title;
        }
        let heading = TextRun {
            text: printable(text).into_owned(),
            style,
            href: None,
            level: 0,
        };
        let start = self.text.len();
        self.wrap(&[heading], indent, indent);
        if !self.layout.ansi {
            let written = self.text.get(start..).unwrap_or_default();
            let widest = written.lines().map(|line| line.trim_start().width()).max();
            let line = if is_title { "=" } else { "-" };
            let line = line.repeat(widest.unwrap_or_default());
            let _ = writeln!(self.text, "{indent}{line}");
        }
        self.text.push('\n');
    }

    fn introduction(&mut self, blocks: &RichBlocks, indent: &str) {
        if !blocks.is_empty() {
            self.blocks(&blocks.blocks, indent);
            self.text.push('\n');
        }
    }

    fn entries(&mut self, section: &Section, list: &ReadingList) {
        let margin = section
            .entries
            .iter()
            .filter(|entry| has_margin(&entry.content))
            .flat_map(|entry| lines(&entry.content))
            .map(|line| width(&line.margin))
            .max()
            .unwrap_or(0);
        let spaced = self.layout.width.is_some() && list.layout.entry_spacing > 0
            || section.has_annotations();
        let layout = self.layout;
        let texts: Vec<String> = section
            .entries
            .par_chunks(ENTRIES_AT_ONCE)
            .enumerate()
            .map(|(number, entries)| {
                let mut writer = Self::new(layout);
                for (index, entry) in entries.iter().enumerate() {
                    if (number > 0 || index > 0) && spaced {
                        writer.text.push('\n');
                    }
                    writer.entry(entry, margin, list.layout.hanging_indent, spaced);
                }
                writer.text
            })
            .collect();
        self.text.extend(texts);
    }

    fn entry(&mut self, entry: &FormattedEntry, margin: usize, hanging: bool, spaced: bool) {
        for (index, line) in lines(&entry.content).iter().enumerate() {
            self.line(line, margin, hanging && index == 0);
        }
        if !entry.annotation.is_empty() {
            if spaced && self.layout.width.is_some() {
                self.text.push('\n');
            }
            self.blocks(&entry.annotation.blocks, "    ");
        }
    }

    fn line(&mut self, line: &TextLine, margin: usize, hanging: bool) {
        let indent = if line.indented { "    " } else { "" };
        if margin > 0 {
            let mut before = String::new();
            self.styled(&self.shown(&line.margin), &mut before);
            before.push_str(&" ".repeat(margin + 1 - width(&line.margin).min(margin)));
            self.wrap(&line.runs, &before, &" ".repeat(margin + 1));
        } else {
            self.wrap(&line.runs, indent, if hanging { "    " } else { indent });
        }
    }

    /// Writes blocks, with blank lines between paragraphs if lines are wrapped.
    fn blocks(&mut self, blocks: &[RichBlock], indent: &str) {
        for (index, block) in blocks.iter().enumerate() {
            if index > 0 && self.layout.width.is_some() {
                self.text.push_str(indent.trim_end());
                self.text.push('\n');
            }
            self.block(block, indent, indent);
        }
    }

    fn block(&mut self, block: &RichBlock, first: &str, rest: &str) {
        match block {
            RichBlock::Paragraph(content) => {
                for line in lines(content) {
                    let runs = append_urls(line.runs, self.layout.links);
                    self.wrap(&runs, first, rest);
                }
            }
            RichBlock::Quote(blocks) => self.blocks(blocks, &format!("{rest}> ")),
            RichBlock::List { start, items } => {
                for (item, number) in items.iter().zip(start.unwrap_or_default()..) {
                    let mark = match start {
                        Some(_) => format!("{number}. "),
                        None => "- ".to_owned(),
                    };
                    let deeper = format!("{rest}{}", " ".repeat(mark.len()));
                    let mut first = format!("{rest}{mark}");
                    for block in item {
                        self.block(block, &first, &deeper);
                        first.clone_from(&deeper);
                    }
                }
            }
            RichBlock::Verbatim(text) => {
                for line in text.lines() {
                    let _ = writeln!(self.text, "{rest}    {}", printable(line));
                }
            }
        }
    }

    /// Wraps runs, with `first` before the first line and `rest` before the others.
    ///
    /// Lines break at spaces and between characters of scripts without spaces, but never within a URL.
    /// Formatting such as italics ends at the end of each line and restarts on the next, so that the indent
    /// stays plain.
    fn wrap(&mut self, runs: &[TextRun], first: &str, rest: &str) {
        let runs = &*self.shown(runs);
        let Some(columns) = self.layout.width else {
            let mut line = first.to_owned();
            self.styled(runs, &mut line);
            self.text.push_str(&line);
            self.text.push('\n');
            return;
        };
        let columns = columns.max(20);
        let mut line: Vec<TextRun> = Vec::new();
        let mut prefix = first;
        let mut used = textwrap::core::display_width(first);
        let mut begun = false;
        // A word may span several runs; only its first fragment can start a line.
        for word in fragments(runs).chunk_by(|_, next| !next.may_break_before) {
            let text: String = word.iter().map(|piece| piece.text.as_str()).collect();
            if begun && used + text.trim_end_matches(' ').width() > columns {
                self.finish(&mut line, prefix);
                prefix = rest;
                used = rest.width();
            }
            used += text.width();
            begun = true;
            for piece in word {
                push(&mut line, piece);
            }
        }
        self.finish(&mut line, prefix);
    }

    /// Returns runs as a terminal may show them.
    fn shown<'r>(&self, runs: &'r [TextRun]) -> Cow<'r, [TextRun]> {
        if !self.layout.ansi {
            return Cow::Borrowed(runs);
        }
        let mut shown = runs.to_vec();
        for run in &mut shown {
            if let Cow::Owned(text) = visible(&run.text) {
                run.text = text;
            }
        }
        Cow::Owned(shown)
    }

    fn finish(&mut self, line: &mut Vec<TextRun>, prefix: &str) {
        if let Some(last) = line.last_mut() {
            last.text.truncate(last.text.trim_end_matches(' ').len());
        }
        let mut text = prefix.to_owned();
        self.styled(line, &mut text);
        line.clear();
        self.text.push_str(text.trim_end_matches(' '));
        self.text.push('\n');
    }

    fn styled(&self, runs: &[TextRun], text: &mut String) {
        for run in runs.iter().filter(|run| !run.text.is_empty()) {
            let isolated;
            let shown = if self.layout.isolates {
                isolated = with_isolates(&run.text);
                &*isolated
            } else {
                &run.text
            };
            let style = if self.layout.ansi {
                ansi_style(run.style)
            } else {
                Style::new()
            };
            let href = run.href.as_deref();
            let href = href.filter(|href| self.layout.links && is_terminal_link(href));
            let _ = match href {
                // https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda
                Some(href) => write!(
                    text,
                    "\u{1b}]8;;{}\u{1b}\\{style}{}{style:#}\u{1b}]8;;\u{1b}\\",
                    percent_encode(href, ""),
                    shown
                ),
                None => write!(text, "{style}{shown}{style:#}"),
            };
        }
    }
}

/// Puts the parts of a text that run from right to left into isolates.
fn with_isolates(text: &str) -> String {
    let mut isolated = String::with_capacity(text.len());
    let mut end = 0;
    for part in opposite_parts(text, Direction::LeftToRight) {
        isolated.push_str(text.get(end..part.start).unwrap_or_default());
        end = part.end;
        isolated.push('\u{2068}');
        isolated.push_str(text.get(part).unwrap_or_default());
        isolated.push('\u{2069}');
    }
    isolated.push_str(text.get(end..).unwrap_or_default());
    isolated
}

/// An unbreakable part of a line.
struct Fragment<'r> {
    text: String,
    run: &'r TextRun,
    may_break_before: bool,
}

/// Splits runs into fragments, each with its trailing spaces. A word may span several runs.
fn fragments(runs: &[TextRun]) -> Vec<Fragment<'_>> {
    let mut pieces: Vec<Fragment<'_>> = Vec::new();
    let mut after_space = false;
    let mut after_wide = false;
    for run in runs {
        let mut text = String::new();
        let mut may_break = false;
        for grapheme in run.text.graphemes(true) {
            let space = grapheme == " ";
            let wide = !space && grapheme.chars().next().is_some_and(is_without_spaces);
            let breaks = !space && (after_space || (wide && after_wide && !is_closing(grapheme)));
            if breaks {
                if !text.is_empty() {
                    pieces.push(Fragment {
                        text: std::mem::take(&mut text),
                        run,
                        may_break_before: may_break,
                    });
                }
                may_break = true;
            }
            text.push_str(grapheme);
            after_space = space;
            after_wide = wide;
        }
        if !text.is_empty() {
            pieces.push(Fragment {
                text,
                run,
                may_break_before: may_break,
            });
        }
    }
    pieces
}

fn push(line: &mut Vec<TextRun>, piece: &Fragment<'_>) {
    match line.last_mut() {
        Some(last) if last.style == piece.run.style && last.href == piece.run.href => {
            last.text.push_str(&piece.text);
        }
        _ => line.push(TextRun {
            text: piece.text.clone(),
            style: piece.run.style,
            href: piece.run.href.clone(),
            level: 0,
        }),
    }
}

/// Returns whether a character belongs to a script that allows line breaks almost anywhere: Chinese
/// characters, kana, hangul and their punctuation.
fn is_without_spaces(c: char) -> bool {
    matches!(c,
        '\u{2e80}'..='\u{303f}' | '\u{3040}'..='\u{33ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// Returns whether a grapheme is punctuation that must not start a line.
fn is_closing(grapheme: &str) -> bool {
    "、。，．・：；？！ー」』）〉》】〕］｝々〜…"
        .chars()
        .any(|c| grapheme.starts_with(c))
}

/// Appends the URL to each link that has a different text, unless it can be clicked.
fn append_urls(runs: Vec<TextRun>, links: bool) -> Vec<TextRun> {
    let mut append_urls: Vec<TextRun> = Vec::with_capacity(runs.len());
    let mut runs = runs.into_iter().peekable();
    let mut shown = String::new();
    while let Some(run) = runs.next() {
        let shows_url = |href: &String| !(links && is_terminal_link(href));
        let Some(href) = run.href.clone().filter(shows_url) else {
            append_urls.push(run);
            continue;
        };
        shown.push_str(&run.text);
        append_urls.push(run);
        if runs
            .peek()
            .is_some_and(|next| next.href.as_ref() == Some(&href))
        {
            continue;
        }
        if shown != href {
            append_urls.push(TextRun {
                text: format!(" <{href}>"),
                style: TextStyle::default(),
                href: None,
                level: 0,
            });
        }
        shown.clear();
    }
    append_urls
}

fn width(runs: &[TextRun]) -> usize {
    runs.iter().map(|run| run.text.width()).sum()
}

/// Returns whether an entry has text in the left margin.
fn has_margin(content: &[Inline]) -> bool {
    content.iter().any(|piece| match piece {
        Inline::Text(_) => false,
        Inline::Display(Display::LeftMargin, _) => true,
        Inline::Formatted(_, content)
        | Inline::Link { content, .. }
        | Inline::Display(_, content) => has_margin(content),
    })
}

fn unstyled(runs: &[TextRun]) -> String {
    runs.iter().map(|run| run.text.as_str()).collect()
}

fn ansi_style(style: TextStyle) -> Style {
    let mut effects = Effects::new();
    for (holds, effect) in [
        (style.italic, Effects::ITALIC),
        (style.bold, Effects::BOLD),
        (style.underline, Effects::UNDERLINE),
    ] {
        if holds {
            effects |= effect;
        }
    }
    Style::new().effects(effects)
}
