//! `peerbib why`

use std::fmt::Write as _;

use clap::Args;

use crate::cli::works::named_keys;
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{Assignment, MatchedCondition, Origin, TagName, Tagging, ValueSource, Veto};

/// Explain why a work has its tags and values
///
/// A tag may come from you, from an import, or from rules. For a rule it shows which conditions match,
/// and on which words. Tags that you removed by hand are shown, too. For fields that were looked up, it shows
/// which service had the value, and when.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib why benkler2002coase")]
pub(crate) struct Why {
    /// The works, as citation keys or as a query
    #[arg(value_name = "KEY|QUERY", required = true)]
    keys: Vec<String>,

    /// Print an array as JSON
    #[arg(long)]
    json: bool,
}

impl Why {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let works = named_keys(context, &library, &self.keys)?
            .iter()
            .map(|key| {
                let entry = library.works().entry(key)?;
                let values = library.works().value_sources(library.works().id(key)?)?;
                let values = values.into_iter().map(|source| {
                    let value = entry.field(&source.field).unwrap_or_default();
                    let value = value.trim_matches(['{', '}', '"']);
                    let is_current = value == source.value.trim_matches(['{', '}', '"']);
                    LookedUpValue { source, is_current }
                });
                Ok(ExplainedWork {
                    tagging: library.tags().of_work(key)?,
                    values: values.collect(),
                })
            })
            .collect::<peerbib::library::Result<Vec<_>>>()?;
        if self.json {
            context.print_json(&works)?;
        } else {
            let texts: Vec<String> = works
                .iter()
                .map(|work| explanation(&work.tagging) + &looked_up(&work.values))
                .collect();
            context.print(&texts.join("\n"))?;
        }
        Ok(Outcome::Done)
    }
}

/// A work, as `--json` prints it.
#[derive(serde::Serialize)]
struct ExplainedWork {
    #[serde(flatten)]
    tagging: Tagging,
    /// The values that were looked up.
    values: Vec<LookedUpValue>,
}

/// A value that was looked up.
#[derive(serde::Serialize)]
struct LookedUpValue {
    #[serde(flatten)]
    source: ValueSource,
    /// Whether the field still has this value.
    #[serde(rename = "current")]
    is_current: bool,
}

/// Tells which service had which of the current values: a line for each answer.
fn looked_up(values: &[LookedUpValue]) -> String {
    let mut answers: Vec<(&ValueSource, Vec<&str>)> = Vec::new();
    let current = values.iter().filter(|value| value.is_current);
    for value in current.map(|value| &value.source) {
        let is_same = |other: &ValueSource| {
            (&other.service, &other.address, &other.date)
                == (&value.service, &value.address, &value.date)
        };
        match answers.iter_mut().find(|(first, _)| is_same(first)) {
            Some((_, fields)) => fields.push(&value.field),
            None => answers.push((value, vec![&value.field])),
        }
    }
    let mut text = String::new();
    for (
        ValueSource {
            service,
            address,
            date,
            ..
        },
        fields,
    ) in answers
    {
        let sentence = format!(
            "{}: looked up in {service} ({address}) on {date}",
            fields.join(", ")
        );
        let _ = writeln!(text, "  {}", crate::cli::ui::wrapped(&sentence, 4));
    }
    text
}

/// Explains the tags of a work: a block for each tag, a sentence for each origin.
fn explanation(tagging: &Tagging) -> String {
    let bold = crate::cli::ui::TerminalStyle::Bold;
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
pub(crate) fn matched(found: &MatchedCondition) -> String {
    let MatchedCondition { condition, text } = found;
    match text {
        Some(text) => format!("{condition} matches \u{201c}{text}\u{201d}"),
        None => format!("{condition} matches"),
    }
}

fn day(at: &str) -> &str {
    at.split('T').next().unwrap_or(at)
}
