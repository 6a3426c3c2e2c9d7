//! `peerbib rules`

mod apply;
mod check;
mod edit;
mod exchange;
mod remove;
mod show;
mod test;

use std::fmt::Write as _;

use clap::{Args, Subcommand};

use crate::cli::{CommandContext, Outcome, Result, wrapped};
use peerbib::library::{Change, Effect, Library, Rule, RuleEffect, RuleScope};
use peerbib::tagging::{self, Applied};

/// Put tags on works by rules
///
/// A rule is a condition, written as a query, with the tags that works get which meet it. New and edited works
/// are tagged by the rules at once; `peerbib rules apply` carries them out for all works after the rules
/// themselves have changed. A tag whose rule no longer matches goes; what a hand or an import put on a work
/// stays, and so does off what was taken off by hand.
///
/// The rules belong to the library. As TOML each of them is:
///
///   [[rule]]
///   name = "Meretz"
///   when = "author:meretz OR in:oekonux"
///   then = ["movement:oekonux"]
///   why  = "By a core member of the project"
///   must = ["meretz2012ten"]
///   must_not = ["merten2000"]
///
/// Without a verb: the rules, with the number of works that each put a tag on.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  peerbib rules\n  \
                  peerbib rules add Ostrom --when author:ostrom --then theme:governance\n  \
                  peerbib rules apply --dry-run"
)]
pub(crate) struct RulesCommand {
    /// Print as JSON
    #[arg(long)]
    json: bool,

    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Show(show::ShowRule),
    Add(edit::AddRule),
    Edit(edit::EditRules),
    Remove(remove::RemoveRule),
    Check(check::CheckRules),
    Test(test::TestRules),
    Apply(apply::ApplyRules),
    Export(exchange::ExportRules),
    Import(exchange::ImportRules),
}

impl RulesCommand {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        match self.verb {
            None => list(context, self.json),
            Some(Verb::Show(command)) => command.run(context),
            Some(Verb::Add(command)) => command.run(context),
            Some(Verb::Edit(command)) => command.run(context),
            Some(Verb::Remove(command)) => command.run(context),
            Some(Verb::Check(command)) => command.run(context),
            Some(Verb::Test(command)) => command.run(context),
            Some(Verb::Apply(command)) => command.run(context),
            Some(Verb::Export(command)) => command.run(context),
            Some(Verb::Import(command)) => command.run(context),
        }
    }
}

/// A rule, with what it did.
#[derive(serde::Serialize)]
struct Listed {
    #[serde(flatten)]
    rule: Rule,
    works: i64,
}

fn list(context: &CommandContext, json: bool) -> Result {
    let library = context.open()?;
    let works = library.works_by_rule()?;
    let rules: Vec<Listed> = library
        .rules()?
        .into_iter()
        .map(|rule| Listed {
            works: works.get(&rule.name).copied().unwrap_or(0),
            rule,
        })
        .collect();
    if json {
        context.print_json(&rules)?;
        return Ok(Outcome::Done);
    }
    let bold = anstyle::Style::new().bold();
    let mut text = String::new();
    for Listed { rule, works } in &rules {
        let _ = writeln!(
            text,
            "{bold}{}{bold:#}  {}",
            rule.name,
            super::tag::works(*works)
        );
        let _ = writeln!(text, "    when  {}", wrapped(&rule.when, 10));
        let _ = writeln!(text, "    then  {}", wrapped(&rule.then.join(", "), 10));
    }
    context.print(&text)?;
    if rules.is_empty() {
        context.note(
            "there are no rules; `peerbib rules add` makes one, and `peerbib rules import peerbib:rules` \
             brings those that ship with peerbib",
        );
    }
    Ok(Outcome::Done)
}

/// What carrying out rules did, for the reader.
#[derive(Default)]
struct Report {
    effects: Vec<RuleEffect>,
    applied: Applied,
}

impl Report {
    /// Carries out the rules of the library for all works.
    fn of_applying(change: &Change<'_>) -> peerbib::library::Result<Self> {
        let mut effects = Vec::new();
        let applied = tagging::apply(change, RuleScope::All, &mut |effect| effects.push(effect))?;
        Ok(Self { effects, applied })
    }

    /// How many tags are on works, or off them, that were not before.
    fn counts(&self) -> (usize, usize) {
        let count = |wanted: Effect| {
            let effects = self.effects.iter();
            effects
                .filter(|effect| !effect.shared && effect.effect == wanted)
                .count()
        };
        (count(Effect::Added), count(Effect::Removed))
    }

    /// One sentence: `12 tags put on, 3 taken off; 40 were there already, and have a rule behind them now`.
    fn summary(&self, dry_run: bool) -> String {
        let (added, removed) = self.counts();
        let shared = self
            .effects
            .iter()
            .filter(|effect| effect.shared && effect.effect == Effect::Added)
            .count();
        let mut text = if self.effects.is_empty() {
            "nothing to do: the tags of all works are as the rules say".to_owned()
        } else if dry_run {
            format!("{} would be put on, {removed} taken off", tags(added))
        } else {
            format!("{} put on, {removed} taken off", tags(added))
        };
        if shared > 0 {
            let _ = write!(
                text,
                "; {} there already by hand or import, and {} a rule behind {}",
                match (shared, dry_run) {
                    (1, false) => "1 was".to_owned(),
                    (1, true) => "1 is".to_owned(),
                    (count, false) => format!("{count} were"),
                    (count, true) => format!("{count} are"),
                },
                if dry_run { "would have" } else { "have" },
                if shared == 1 { "it" } else { "them" }
            );
        }
        text
    }

    /// The effects, rule by rule, each with the words that were matched.
    fn text(&self) -> String {
        let bold = anstyle::Style::new().bold();
        let mut text = String::new();
        let shown: Vec<&RuleEffect> = self
            .effects
            .iter()
            .filter(|effect| !effect.shared)
            .collect();
        let width = |name: &dyn Fn(&RuleEffect) -> usize| {
            shown.iter().map(|effect| name(effect)).max().unwrap_or(0)
        };
        let key_width = width(&|effect| effect.key.chars().count()).min(30);
        let tag_width = width(&|effect| effect.tag.to_string().chars().count()).min(40);
        let mut rule = "";
        for effect in shown {
            if effect.rule != rule {
                rule = &effect.rule;
                let _ = writeln!(text, "{bold}{rule}{bold:#}");
            }
            let sign = match effect.effect {
                Effect::Added => '+',
                Effect::Removed => '\u{2212}',
            };
            let why = match effect.effect {
                Effect::Added => {
                    let matches: Vec<String> =
                        effect.matched.iter().map(super::why::matched).collect();
                    matches.join("; ")
                }
                Effect::Removed => "the rule does not match any more".to_owned(),
            };
            let tag = effect.tag.to_string();
            let line = format!(
                "  {sign} {:key_width$}  {tag:tag_width$}  {why}",
                effect.key
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }
}

/// `1 tag`, `12 tags`.
fn tags(count: usize) -> String {
    match count {
        1 => "1 tag".to_owned(),
        count => format!("{count} tags"),
    }
}

/// Changes the rules of the library, or with `dry_run` only tries whether they can be changed so; then tells
/// how many tags the change would bring, or with `apply` carries the rules out in the same step.
fn change(
    context: &CommandContext,
    library: &mut Library,
    (dry_run, apply): (bool, bool),
    edit: impl Fn(&Change<'_>) -> peerbib::library::Result<()>,
) -> Result {
    let rehearsed = library.dry_run(|change| {
        edit(change)?;
        Report::of_applying(change)
    })?;
    context.tell_of_broken(&rehearsed.applied);
    if dry_run {
        context.print(&rehearsed.text())?;
        context.note(rehearsed.summary(true));
        return Ok(Outcome::Done);
    }
    context.change(library, |change| {
        edit(change)?;
        if apply {
            Report::of_applying(change)?;
        }
        Ok(())
    })?;
    if apply {
        context.note(rehearsed.summary(false));
    } else if !rehearsed.effects.is_empty() {
        context.note(format_args!(
            "`peerbib rules apply` carries the rules out: {}",
            rehearsed.summary(true)
        ));
    }
    Ok(Outcome::Done)
}
