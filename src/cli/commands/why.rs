//! `peerbib why`

use std::fmt::Write as _;

use clap::Args;

use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{Assignment, Match, Origin, TagName, Tagging, Veto};

/// Explain why a work has its tags
///
/// A tag may come from you, from an import, or from rules. For a rule it shows which conditions match,
/// and on which words. Tags that you removed by hand are shown, too.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib why benkler2002coase")]
pub(crate) struct Why {
    /// The citation keys of the works
    #[arg(value_name = "KEY", required = true)]
    keys: Vec<String>,

    /// Print an array as JSON
    #[arg(long)]
    json: bool,
}

impl Why {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let taggings = self
            .keys
            .iter()
            .map(|key| library.tags().of_work(key))
            .collect::<peerbib::library::Result<Vec<_>>>()?;
        if self.json {
            context.print_json(&taggings)?;
        } else {
            let texts: Vec<String> = taggings.iter().map(explanation).collect();
            context.print(&texts.join("\n"))?;
        }
        Ok(Outcome::Done)
    }
}

/// Explains the tags of a work: a block for each tag, a sentence for each origin.
fn explanation(tagging: &Tagging) -> String {
    let bold = crate::cli::ui::Style::Bold;
    let mut text = format!("{bold}{}{bold:#}\n", tagging.key);
    if tagging.tags.is_empty() {
        text.push_str("  no tags\n");
    }
    let mut previous: Option<&TagName> = None;
    for assignment in &tagging.tags {
        let tag = &assignment.tag;
        if previous != Some(tag) {
            let _ = writeln!(text, "  {bold}{tag}{bold:#}");
        }
        previous = Some(tag);
        let mut line = |sentence: &str| {
            let _ = writeln!(text, "    {}", crate::cli::ui::wrapped(sentence, 4));
        };
        if let Some(reason) = &assignment.reason {
            line(reason);
        }
        line(&origin(assignment));
    }
    for Veto { tag, at } in &tagging.vetoed {
        let sentence = format!(
            "not {tag}: removed by hand on {}; rules and imports do not re-add it",
            day(at)
        );
        let _ = writeln!(text, "  {}", crate::cli::ui::wrapped(&sentence, 4));
    }
    text
}

fn origin(assignment: &Assignment) -> String {
    let day = day(&assignment.at);
    let source = &assignment.source;
    match assignment.origin {
        Origin::Hand => format!("added by hand ({source}) on {day}"),
        Origin::Rule => {
            let mut sentence = format!("added by the rule \u{201c}{source}\u{201d} on {day}");
            let matches: Vec<String> = assignment.matched.iter().map(matched).collect();
            if !matches.is_empty() {
                let _ = write!(sentence, ", because {}", matches.join(" and "));
            }
            sentence
        }
        Origin::Import => format!("added by an import ({source}) on {day}"),
    }
}

/// Describes a condition and the words that it matches: `author:meretz matches “Stefan Meretz”`.
pub(crate) fn matched(found: &Match) -> String {
    let Match { condition, text } = found;
    match text {
        Some(text) => format!("{condition} matches \u{201c}{text}\u{201d}"),
        None => format!("{condition} matches"),
    }
}

fn day(at: &str) -> &str {
    at.split('T').next().unwrap_or(at)
}
