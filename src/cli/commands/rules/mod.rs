//! `peerbib rules`

mod apply;
mod check;
mod edit;
mod import_export;
mod remove;
mod show;
mod test;

use std::fmt::Write as _;

use clap::{Args, Subcommand};

use crate::cli::ui::{counted, wrapped};
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{Change, Effect, Library, Rule, RuleEffect, RuleScope};
use peerbib::tagging::{self, RuleRunReport};

/// Tag works by rules
///
/// A rule is a condition, written as a query, and the tags to apply to matching works.
/// New and edited works are tagged at once; after editing rules, `peerbib rules apply`
/// applies them to all works. A tag is removed when its rule no longer matches. Tags added
/// by hand or by an import stay, and tags removed by hand are not re-added.
///
/// A rule as TOML:
///
///   [[rule]]
///   name = "Meretz"
///   when = "author:meretz OR in:oekonux"
///   then = ["movement:oekonux"]
///   why  = "By a core member of the project"
///   must = ["meretz2012ten"]
///   must_not = ["merten2000"]
///
/// Without a command, lists the rules with the number of works that each has tagged.
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
    command: Option<RulesSubcommand>,
}

#[derive(Debug, Subcommand)]
enum RulesSubcommand {
    Show(show::ShowRule),
    Add(edit::AddRule),
    Edit(edit::EditRules),
    Remove(remove::RemoveRule),
    Check(check::CheckRules),
    Test(test::TestRules),
    Apply(apply::ApplyRules),
    Export(import_export::ExportRules),
    Import(import_export::ImportRules),
}

impl RulesCommand {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        match self.command {
            None => list(context, self.json),
            Some(RulesSubcommand::Show(command)) => command.run(context),
            Some(RulesSubcommand::Add(command)) => command.run(context),
            Some(RulesSubcommand::Edit(command)) => command.run(context),
            Some(RulesSubcommand::Remove(command)) => command.run(context),
            Some(RulesSubcommand::Check(command)) => command.run(context),
            Some(RulesSubcommand::Test(command)) => command.run(context),
            Some(RulesSubcommand::Apply(command)) => command.run(context),
            Some(RulesSubcommand::Export(command)) => command.run(context),
            Some(RulesSubcommand::Import(command)) => command.run(context),
        }
    }
}

/// A rule with the number of works that it tagged, as `--json` prints it.
#[derive(serde::Serialize)]
struct RuleJson {
    #[serde(flatten)]
    rule: Rule,
    works: i64,
}

fn list(context: &CommandContext, json: bool) -> Result {
    let library = context.open()?;
    let works = library.rules().work_counts()?;
    let rules: Vec<RuleJson> = library
        .rules()
        .all()?
        .into_iter()
        .map(|rule| RuleJson {
            works: works.get(&rule.name).copied().unwrap_or(0),
            rule,
        })
        .collect();
    if json {
        context.print_json(&rules)?;
        return Ok(Outcome::Done);
    }
    let bold = crate::cli::ui::TerminalStyle::Bold;
    let mut text = String::new();
    for RuleJson { rule, works } in &rules {
        let _ = writeln!(
            text,
            "{bold}{}{bold:#}  {}",
            rule.name,
            counted(*works, "work")
        );
        let _ = writeln!(text, "    when  {}", wrapped(&rule.when, 10));
        let _ = writeln!(text, "    then  {}", wrapped(&rule.then.join(", "), 10));
    }
    context.print(&text)?;
    if rules.is_empty() {
        context.note(
            "no rules; add one with `peerbib rules add`, or the bundled ones with \
             `peerbib rules import peerbib:rules`",
        );
    }
    Ok(Outcome::Done)
}

/// The result of applying rules.
#[derive(Default)]
struct RulesReport {
    effects: Vec<RuleEffect>,
    applied: RuleRunReport,
}

impl RulesReport {
    /// Applies the rules of the library to all works.
    fn of_applying(change: &Change<'_>) -> peerbib::library::Result<Self> {
        let mut effects = Vec::new();
        let applied = tagging::apply(change, RuleScope::All, &mut |effect| effects.push(effect))?;
        Ok(Self { effects, applied })
    }

    /// Counts the added and the removed tags.
    fn counts(&self) -> (usize, usize) {
        let count = |wanted: Effect| {
            let effects = self.effects.iter();
            effects
                .filter(|effect| !effect.shared && effect.effect == wanted)
                .count()
        };
        (count(Effect::Added), count(Effect::Removed))
    }

    /// Returns a sentence: “added 12 tags, removed 3; 40 tags that are also set by hand or import”.
    fn summary(&self, dry_run: bool) -> String {
        let (added, removed) = self.counts();
        let shared = self
            .effects
            .iter()
            .filter(|effect| effect.shared && effect.effect == Effect::Added)
            .count();
        let mut text = if self.effects.is_empty() {
            "nothing to do: all works are tagged as the rules say".to_owned()
        } else if dry_run {
            format!("would add {}, remove {removed}", counted(added, "tag"))
        } else {
            format!("added {}, removed {removed}", counted(added, "tag"))
        };
        if shared > 0 {
            let _ = write!(
                text,
                "; {} that {} also set by hand or import",
                counted(shared, "tag"),
                if shared == 1 { "is" } else { "are" }
            );
        }
        text
    }

    /// Lists the changes by rule, with the words that match.
    fn text(&self) -> String {
        let bold = crate::cli::ui::TerminalStyle::Bold;
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
                Effect::Removed => "the rule no longer matches".to_owned(),
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

/// Changes the rules, or with `dry_run` only tries it. With `apply` it applies them in the same step;
/// otherwise it reports how many tags they would change.
fn change(
    context: &CommandContext,
    library: &mut Library,
    (dry_run, apply): (bool, bool),
    edit: impl Fn(&Change<'_>) -> peerbib::library::Result<()>,
) -> Result {
    let rehearsed = library.dry_run(|change| {
        edit(change)?;
        RulesReport::of_applying(change)
    })?;
    context.report_broken_rules(&rehearsed.applied);
    if dry_run {
        context.print(&rehearsed.text())?;
        context.note(rehearsed.summary(true));
        return Ok(Outcome::Done);
    }
    context.change(library, |change| {
        edit(change)?;
        if apply {
            RulesReport::of_applying(change)?;
        }
        Ok(())
    })?;
    if apply {
        context.note(rehearsed.summary(false));
    } else if !rehearsed.effects.is_empty() {
        context.note(format_args!(
            "run `peerbib rules apply` to apply the rules: {}",
            rehearsed.summary(true)
        ));
    }
    Ok(Outcome::Done)
}
