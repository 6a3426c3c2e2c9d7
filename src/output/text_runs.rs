//! Rich text laid flat: runs of characters with all the formatting that holds for them.
//!
//! Targets whose markup cannot be nested and undone (italics within italics are upright) are written
//! from runs instead of from the tree.

use std::borrow::Cow;

use super::urls::leads_somewhere;
use crate::csl::{Display, Formatting, Inline};

/// All the formatting that holds for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Look {
    pub(super) italic: bool,
    pub(super) bold: bool,
    pub(super) underline: bool,
    pub(super) small_caps: bool,
    pub(super) raised: Option<Raised>,
}

/// Raised or lowered text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raised {
    Superscript,
    Subscript,
}

/// A run of characters that look the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) look: Look,
    pub(super) href: Option<String>,
}

/// A line of its own within an entry; the first is where the entry begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Line {
    /// What stands apart at the left, such as a number.
    pub(super) margin: Vec<Run>,
    pub(super) runs: Vec<Run>,
    pub(super) indented: bool,
}

/// Lays rich text flat.
pub(super) fn lines(content: &[Inline]) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    lay_out(content, Look::default(), None, &mut lines);
    lines.retain(|line| !(line.runs.is_empty() && line.margin.is_empty()));
    for line in &mut lines {
        trim(&mut line.margin);
        trim(&mut line.runs);
    }
    lines
}

fn lay_out(content: &[Inline], look: Look, href: Option<&str>, lines: &mut Vec<Line>) {
    for piece in content {
        match piece {
            Inline::Text(text) => push(lines, runs(&printable(text), look, href)),
            Inline::Formatted(formatting, content) => {
                lay_out(content, look.with(*formatting), href, lines);
            }
            Inline::Link { href, content } if leads_somewhere(href) => {
                lay_out(content, look, Some(href), lines);
            }
            Inline::Link { content, .. } => lay_out(content, look, href, lines),
            Inline::Display(Display::LeftMargin, content) => {
                let mut margin = vec![Line::default()];
                lay_out(content, look, href, &mut margin);
                begin_line(lines);
                if let Some(line) = lines.last_mut() {
                    line.margin = margin.into_iter().flat_map(|line| line.runs).collect();
                }
            }
            Inline::Display(Display::RightInline, content) => lay_out(content, look, href, lines),
            Inline::Display(display, content) => {
                begin_line(lines);
                if let Some(line) = lines.last_mut() {
                    line.indented = *display == Display::Indent;
                }
                lay_out(content, look, href, lines);
                lines.push(Line::default());
            }
        }
    }
}

/// Text on one line, without the characters that no form can print: those would break a line, move the
/// cursor of a terminal, or make a document that no program opens.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let is_odd =
        |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}');
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    let printable = text.chars().filter_map(|c| match c {
        '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        _ => (!is_odd(c)).then_some(c),
    });
    Cow::Owned(printable.collect())
}

fn runs(text: &str, look: Look, href: Option<&str>) -> Option<Run> {
    let href = href.map(str::to_owned);
    (!text.is_empty()).then(|| Run {
        text: text.to_owned(),
        look,
        href,
    })
}

fn push(lines: &mut [Line], run: Option<Run>) {
    let Some((line, run)) = lines.last_mut().zip(run) else {
        return;
    };
    match line.runs.last_mut() {
        Some(last) if last.look == run.look && last.href == run.href => {
            last.text.push_str(&run.text);
        }
        _ => line.runs.push(run),
    }
}

fn begin_line(lines: &mut Vec<Line>) {
    if lines
        .last()
        .is_none_or(|line| !line.runs.is_empty() || !line.margin.is_empty())
    {
        lines.push(Line::default());
    }
}

fn trim(runs: &mut Vec<Run>) {
    if let Some(first) = runs.first_mut() {
        first.text = first.text.trim_start().to_owned();
    }
    if let Some(last) = runs.last_mut() {
        last.text.truncate(last.text.trim_end().len());
    }
    runs.retain(|run| !run.text.is_empty());
}

impl Look {
    fn with(mut self, formatting: Formatting) -> Self {
        match formatting {
            Formatting::Italic | Formatting::Oblique => self.italic = true,
            Formatting::Upright => self.italic = false,
            Formatting::Bold => self.bold = true,
            Formatting::Light | Formatting::NormalWeight => self.bold = false,
            Formatting::SmallCaps => self.small_caps = true,
            Formatting::NormalVariant => self.small_caps = false,
            Formatting::Underline => self.underline = true,
            Formatting::NoDecoration => self.underline = false,
            Formatting::Superscript => self.raised = Some(Raised::Superscript),
            Formatting::Subscript => self.raised = Some(Raised::Subscript),
            Formatting::Baseline => self.raised = None,
        }
        self
    }
}
