//! `peerbib why`

use std::fmt::Write as _;

use clap::Args;

use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{Assignment, Match, Origin, TagName, Tagging, Veto};

/// Say why a work has its tags: who put each there, and the reason
///
/// A tag is there by someone's hand, by an import, or by a rule, and it may be there by several. Of a rule it
/// says which of its conditions hold, and on which words of the work. A tag that was taken off by hand and
/// that no rule or import puts back is told, too.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib why benkler2002coase")]
pub(crate) struct Why {
    /// The works, by citation key
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
            .map(|key| library.tagging(key))
            .collect::<peerbib::library::Result<Vec<_>>>()?;
        if self.json {
            context.print_json(&taggings)?;
        } else {
            let texts: Vec<String> = taggings.iter().map(story).collect();
            context.print(&texts.join("\n"))?;
        }
        Ok(Outcome::Done)
    }
}

/// The story of a work's tags: a paragraph for each tag, a sentence for each who put it there.
fn story(tagging: &Tagging) -> String {
    let bold = anstyle::Style::new().bold();
    let mut text = format!("{bold}{}{bold:#}\n", tagging.key);
    if tagging.tags.is_empty() {
        text.push_str("  has no tags\n");
    }
    let mut told: Option<&TagName> = None;
    for assignment in &tagging.tags {
        let tag = &assignment.tag;
        if told != Some(tag) {
            let _ = writeln!(text, "  {bold}{tag}{bold:#}");
        }
        told = Some(tag);
        let mut line = |sentence: &str| {
            let _ = writeln!(text, "    {}", crate::cli::wrapped(sentence, 4));
        };
        if let Some(reason) = &assignment.reason {
            line(reason);
        }
        line(&on_whose_word(assignment));
    }
    for Veto { tag, at } in &tagging.vetoed {
        let sentence = format!(
            "not {tag}: taken off by hand, {}, so no rule or import puts it back",
            day(at)
        );
        let _ = writeln!(text, "  {}", crate::cli::wrapped(&sentence, 4));
    }
    text
}

fn on_whose_word(assignment: &Assignment) -> String {
    let day = day(&assignment.at);
    let source = &assignment.source;
    match assignment.origin {
        Origin::Hand => format!("put there by hand ({source}), {day}"),
        Origin::Rule => {
            let mut sentence = format!("put there by the rule \u{201c}{source}\u{201d}, {day}");
            let matches: Vec<String> = assignment.matched.iter().map(matched).collect();
            if !matches.is_empty() {
                let _ = write!(sentence, ", because {}", matches.join(" and "));
            }
            sentence
        }
        Origin::Import => format!("put there by an import ({source}), {day}"),
    }
}

/// A condition that holds, and the words on which it does: `author:meretz matches “Stefan Meretz”`.
pub(crate) fn matched(found: &Match) -> String {
    let Match { condition, text } = found;
    match text {
        Some(text) => format!("{condition} matches \u{201c}{text}\u{201d}"),
        None => format!("{condition} holds"),
    }
}

fn day(at: &str) -> &str {
    at.split('T').next().unwrap_or(at)
}
