//! Flattens rich text into lines of runs, each with its complete formatting.
//!
//! Formats whose markup cannot express nested and reverted formatting (upright text within italics) are
//! written from runs instead of the tree.

use std::borrow::Cow;

use super::urls::is_safe_link;
use crate::csl::formula::{self, ScriptPosition};
use crate::csl::{Display, Formatting, Inline};
use crate::text::valid_in_markup;

/// The complete formatting of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct TextStyle {
    pub(super) italic: bool,
    pub(super) bold: bool,
    pub(super) underline: bool,
    pub(super) small_caps: bool,
    pub(super) vertical_align: Option<VerticalAlign>,
    /// Whether it is struck out. Only documents have such text, and code.
    pub(super) struck: bool,
    pub(super) code: bool,
}

/// Superscript or subscript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VerticalAlign {
    Superscript,
    Subscript,
}

/// Consecutive characters with the same formatting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TextRun {
    pub(super) text: String,
    pub(super) style: TextStyle,
    pub(super) href: Option<String>,
    /// Its level in Unicode's bidirectional algorithm, where [`super::direction`] set it: odd from right to left.
    pub(super) level: u8,
}

impl TextRun {
    /// Returns a run without a link.
    pub(super) fn new(text: &str, style: TextStyle) -> Self {
        Self {
            text: text.to_owned(),
            style,
            href: None,
            level: 0,
        }
    }
}

/// A line of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct TextLine {
    /// Text in the left margin, such as a number.
    pub(super) margin: Vec<TextRun>,
    pub(super) runs: Vec<TextRun>,
    pub(super) indented: bool,
}

/// The treatment of the formulas in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Formulas {
    /// They stay as they are, for formats that typeset them.
    Kept,
    /// They become text with subscripts and superscripts.
    RichText,
    /// They become plain characters.
    PlainText,
}

/// Flattens rich text into lines, with formulas as rich text.
pub(super) fn lines(content: &[Inline]) -> Vec<TextLine> {
    lines_with(content, Formulas::RichText)
}

/// Flattens rich text into lines.
pub(super) fn lines_with(content: &[Inline], formulas: Formulas) -> Vec<TextLine> {
    let mut lines = vec![TextLine::default()];
    lay_out(content, TextStyle::default(), None, formulas, &mut lines);
    lines.retain(|line| !(line.runs.is_empty() && line.margin.is_empty()));
    for line in &mut lines {
        trim(&mut line.margin);
        trim(&mut line.runs);
    }
    lines
}

/// Flattens rich text within a line of a document into runs, with the formatting and the link around it.
pub(super) fn runs_in(
    content: &[Inline],
    style: TextStyle,
    href: Option<&str>,
    formulas: Formulas,
) -> Vec<TextRun> {
    let mut lines = vec![TextLine::default()];
    lay_out(content, style, href, formulas, &mut lines);
    let parts = lines.into_iter().flat_map(|line| [line.margin, line.runs]);
    parts.flatten().collect()
}

fn lay_out(
    content: &[Inline],
    style: TextStyle,
    href: Option<&str>,
    formulas: Formulas,
    lines: &mut Vec<TextLine>,
) {
    for piece in content {
        match piece {
            Inline::Text(text) => push_text(lines, &printable(text), style, href, formulas),
            Inline::Formatted(formatting, content) => {
                lay_out(content, style.with(*formatting), href, formulas, lines);
            }
            Inline::Link { href, content } if is_safe_link(href) => {
                lay_out(content, style, Some(href), formulas, lines);
            }
            Inline::Link { content, .. } => lay_out(content, style, href, formulas, lines),
            Inline::Display(Display::LeftMargin, content) => {
                let mut margin = vec![TextLine::default()];
                lay_out(content, style, href, formulas, &mut margin);
                begin_line(lines);
                if let Some(line) = lines.last_mut() {
                    line.margin = margin.into_iter().flat_map(|line| line.runs).collect();
                }
            }
            Inline::Display(Display::RightInline, content) => {
                lay_out(content, style, href, formulas, lines);
            }
            Inline::Display(display, content) => {
                begin_line(lines);
                if let Some(line) = lines.last_mut() {
                    line.indented = *display == Display::Indent;
                }
                lay_out(content, style, href, formulas, lines);
                lines.push(TextLine::default());
            }
        }
    }
}

/// Replaces line breaks by spaces and removes control characters, which would move a terminal's cursor or
/// make a document invalid.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let is_space = |c: char| {
        matches!(
            c,
            '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    if text.contains(is_space) {
        Cow::Owned(valid_in_markup(&text.replace(is_space, " ")).into_owned())
    } else {
        valid_in_markup(text)
    }
}

fn runs(text: &str, style: TextStyle, href: Option<&str>) -> Option<TextRun> {
    let href = href.map(str::to_owned);
    (!text.is_empty()).then(|| TextRun {
        text: text.to_owned(),
        style,
        href,
        level: 0,
    })
}

fn push_text(
    lines: &mut [TextLine],
    text: &str,
    style: TextStyle,
    href: Option<&str>,
    formulas: Formulas,
) {
    match formulas {
        Formulas::Kept => push(lines, runs(text, style, href)),
        Formulas::PlainText => push(lines, runs(&formula::plain(text), style, href)),
        Formulas::RichText => {
            for (text, script) in formula::pieces(text) {
                let vertical_align = match script {
                    ScriptPosition::Normal => style.vertical_align,
                    ScriptPosition::Subscript => Some(VerticalAlign::Subscript),
                    ScriptPosition::Superscript => Some(VerticalAlign::Superscript),
                };
                let style = TextStyle {
                    vertical_align,
                    ..style
                };
                push(lines, runs(&text, style, href));
            }
        }
    }
}

fn push(lines: &mut [TextLine], run: Option<TextRun>) {
    let Some((line, run)) = lines.last_mut().zip(run) else {
        return;
    };
    match line.runs.last_mut() {
        Some(last) if last.style == run.style && last.href == run.href => {
            last.text.push_str(&run.text);
        }
        _ => line.runs.push(run),
    }
}

fn begin_line(lines: &mut Vec<TextLine>) {
    if lines
        .last()
        .is_none_or(|line| !line.runs.is_empty() || !line.margin.is_empty())
    {
        lines.push(TextLine::default());
    }
}

fn trim(runs: &mut Vec<TextRun>) {
    if let Some(first) = runs.first_mut() {
        first.text = first.text.trim_start().to_owned();
    }
    if let Some(last) = runs.last_mut() {
        last.text.truncate(last.text.trim_end().len());
    }
    runs.retain(|run| !run.text.is_empty());
}

impl TextStyle {
    /// Adds one kind of formatting.
    pub(super) fn with(mut self, formatting: Formatting) -> Self {
        match formatting {
            Formatting::Italic | Formatting::Oblique => self.italic = true,
            Formatting::Upright => self.italic = false,
            Formatting::Bold => self.bold = true,
            Formatting::Light | Formatting::NormalWeight => self.bold = false,
            Formatting::SmallCaps => self.small_caps = true,
            Formatting::NormalVariant => self.small_caps = false,
            Formatting::Underline => self.underline = true,
            Formatting::NoDecoration => self.underline = false,
            Formatting::Superscript => self.vertical_align = Some(VerticalAlign::Superscript),
            Formatting::Subscript => self.vertical_align = Some(VerticalAlign::Subscript),
            Formatting::Baseline => self.vertical_align = None,
        }
        self
    }
}
