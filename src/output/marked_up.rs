//! Text with markup, which most targets are: what they have in common, and what each says for itself.

use std::fmt::Write as _;

use super::runs::{Line, Look, Run, lines};
use crate::csl::Inline;

/// A target that is text with markup in it.
pub(super) trait Markup {
    /// Text in which no character is taken for markup.
    fn escaped(&self, text: &str) -> String;

    /// Markup around text that is escaped already.
    fn with_look(&self, text: String, look: Look) -> String;

    /// A link; `text` is not escaped.
    fn link(&self, text: &str, href: &str) -> String;

    /// What stands between two lines of one entry.
    fn line_break(&self) -> &'static str;
}

/// An entry on one line: what stands in its margin, then the rest.
pub(super) fn entry(markup: &impl Markup, content: &[Inline]) -> String {
    let lines: Vec<String> = lines(content)
        .iter()
        .map(|line| {
            let parts = [runs(markup, &line.margin), runs(markup, &line.runs)];
            let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            parts.join(" ")
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
    let rest: Vec<String> = lines.iter().map(|line| runs(markup, &line.runs)).collect();
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
    for run in runs {
        // Emphasis may not begin or end with white space in most targets, so that goes outside.
        let core = run.text.trim();
        let (before, after) = match run.text.split_once(core) {
            Some(around) if !core.is_empty() => around,
            _ => (run.text.as_str(), ""),
        };
        text.push_str(before);
        if !core.is_empty() {
            let shown = match &run.href {
                Some(href) => markup.link(core, href),
                None => markup.escaped(core),
            };
            let _ = write!(text, "{}", markup.with_look(shown, run.look));
        }
        text.push_str(after);
    }
    text
}
