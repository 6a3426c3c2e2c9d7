//! Text with markup, which most targets are: what they have in common, and what each says for itself.

use super::text_runs::{Line, Look, Run, lines};
use crate::csl::Inline;

/// A target that is text with markup in it.
pub(super) trait Markup {
    /// Text in which no character is taken for markup.
    fn escaped(&self, text: &str) -> String;

    /// Markup around text that is escaped already.
    fn with_look(&self, text: String, look: Look, around: Around) -> String;

    /// A link; `shown` is escaped already, `text` is the same as it was.
    fn link(&self, shown: String, text: &str, href: &str, around: Around) -> String;

    /// What stands between two lines of one entry.
    fn line_break(&self) -> &'static str;

    /// A line with which a block begins, so that its first character begins nothing else.
    fn at_start(&self, line: String) -> String {
        line
    }
}

/// What stands around a run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around {
    /// The character before it, where there is one.
    pub(super) before: Option<char>,
    /// The character behind it, where there is one.
    pub(super) after: Option<char>,
    /// Whether the run right before it, or right behind it, has markup, too.
    pub(super) beside_markup: bool,
    /// The first character of the run.
    pub(super) first: Option<char>,
    /// The last character of the run.
    pub(super) last: Option<char>,
}

/// An entry on one line: what stands in its margin, then the rest.
pub(super) fn entry(markup: &impl Markup, content: &[Inline]) -> String {
    let lines: Vec<String> = lines(content)
        .iter()
        .map(|line| {
            let parts = [runs(markup, &line.margin), runs(markup, &line.runs)];
            let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            markup.at_start(parts.join(" "))
        })
        .collect();
    lines.join(markup.line_break())
}

/// The margin of an entry, such as a number, and the rest of it.
pub(super) fn margin_and_rest(markup: &impl Markup, content: &[Inline]) -> (String, String) {
    let mut lines = lines(content);
    let margin = lines
        .first_mut()
        .map(|line: &mut Line| std::mem::take(&mut line.margin));
    let rest: Vec<String> = lines
        .iter()
        .map(|line| markup.at_start(runs(markup, &line.runs)))
        .collect();
    (
        runs(markup, &margin.unwrap_or_default()),
        rest.join(markup.line_break()),
    )
}

/// Whether an entry has a margin of its own.
pub(super) fn has_margin(content: &[Inline]) -> bool {
    lines(content).iter().any(|line| !line.margin.is_empty())
}

fn runs(markup: &impl Markup, runs: &[Run]) -> String {
    let mut text = String::new();
    let mut before: Option<&Run> = None;
    for (index, run) in runs.iter().enumerate() {
        let next = runs.get(index + 1);
        // Emphasis may not begin or end with white space in most targets, so that goes outside.
        let core = run.text.trim();
        let start = run.text.len() - run.text.trim_start().len();
        let leading = run.text.get(..start).unwrap_or_default();
        let trailing = run.text.get(start + core.len()..).unwrap_or_default();
        text.push_str(leading);
        if !core.is_empty() {
            let touches_before = leading.is_empty()
                && before.is_some_and(|run| {
                    run.has_markup() && !run.text.ends_with(char::is_whitespace)
                });
            let touches_next = trailing.is_empty()
                && next.is_some_and(|run| {
                    run.has_markup() && !run.text.starts_with(char::is_whitespace)
                });
            let around = Around {
                before: leading
                    .chars()
                    .next_back()
                    .or_else(|| before?.text.chars().next_back()),
                after: trailing
                    .chars()
                    .next()
                    .or_else(|| next?.text.chars().next()),
                beside_markup: touches_before || touches_next,
                first: core.chars().next(),
                last: core.chars().next_back(),
            };
            let shown = markup.escaped(core);
            let shown = match &run.href {
                Some(href) => markup.link(shown, core, href, around),
                None => shown,
            };
            text.push_str(&if run.look == Look::default() {
                shown
            } else {
                markup.with_look(shown, run.look, around)
            });
        }
        text.push_str(trailing);
        before = Some(run);
    }
    text
}

impl Run {
    fn has_markup(&self) -> bool {
        self.href.is_some() || self.look != Look::default()
    }
}
