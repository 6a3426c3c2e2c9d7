//! `peerbib rules add` and `peerbib rules edit`

use clap::Args;

use super::change;
use crate::cli::editor::{EditError, EditOutcome, EditRequest, TempFile};
use crate::cli::{CommandContext, CommandError, Outcome, Result, hints};
use peerbib::library::{Library, LibraryError, Rule};
use peerbib::query::Query;
use peerbib::tagging::Rules;

/// Add a rule
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib rules add Ostrom --when author:ostrom --then theme:governance --apply\n  \
                  peerbib rules add GNU --when \'title:gnu OR title:linux\' --then theme:free-software --dry-run"
)]
pub(crate) struct AddRule {
    /// The name of the rule
    #[arg(value_name = "NAME")]
    name: String,

    #[command(flatten)]
    parts: RuleParts,

    /// Apply it at once
    #[arg(long)]
    apply: bool,

    /// Show what it would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Edit rules, in your editor or with options
///
/// Without options, your editor opens all rules as TOML, or the given one; rules that you delete are
/// removed. If the text cannot be read, nothing is lost and the editor opens again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib rules edit\n  \
                  peerbib rules edit Merten --when author:merten")]
pub(crate) struct EditRules {
    /// The rule; without a name, all
    #[arg(value_name = "NAME")]
    name: Option<String>,

    #[command(flatten)]
    parts: RuleParts,

    /// Rename the rule
    #[arg(long, value_name = "NEW-NAME", requires = "name")]
    rename: Option<String>,

    /// Apply the rules at once
    #[arg(long)]
    apply: bool,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Args)]
struct RuleParts {
    /// The condition: a query
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    when: Option<String>,

    /// Tag to apply to matching works; can be repeated or separated by commas
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    then: Vec<String>,

    /// The reason that `peerbib why` shows
    #[arg(long, value_name = "REASON")]
    why: Option<String>,

    /// A work that must match; can be repeated or separated by commas
    #[arg(long, value_name = "KEY", value_delimiter = ',')]
    must: Vec<String>,

    /// A work that must not match
    #[arg(long, value_name = "KEY", value_delimiter = ',')]
    must_not: Vec<String>,
}

impl AddRule {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let name = self.name.trim().to_owned();
        match library.rules().get(&name) {
            Ok(rule) => {
                return Err(CommandError::new(format_args!(
                    "the rule \u{201c}{}\u{201d} already exists",
                    rule.name
                ))
                .with_help("`peerbib rules edit NAME` edits it".to_owned()));
            }
            Err(LibraryError::UnknownRule { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let (Some(when), false, false) =
            (self.parts.when, self.parts.then.is_empty(), name.is_empty())
        else {
            return Err(
                CommandError::usage("a rule needs a name, a condition and a tag")
                    .with_help("use `peerbib rules add NAME --when QUERY --then TAG`".to_owned()),
            );
        };
        let rule = Rule {
            name,
            when,
            then: self.parts.then,
            why: self.parts.why,
            must: self.parts.must,
            must_not: self.parts.must_not,
        };
        let rule = checked(rule, &library)?;
        change(
            context,
            &mut library,
            (self.dry_run, self.apply),
            |change| change.rules().put(&rule).map(|_| ()),
        )
    }
}

impl EditRules {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let how = (self.dry_run, self.apply);
        if self.parts == RuleParts::default() && self.rename.is_none() {
            return by_hand(context, &mut context.open()?, self.name.as_deref(), how);
        }
        let mut library = context.open_to_change()?;
        let Some(name) = &self.name else {
            return Err(CommandError::usage("no rule given")
                .with_help("use `peerbib rules edit NAME --when QUERY`".to_owned()));
        };
        let mut rule = library.rules().get(name)?;
        let old = rule.name.clone();
        let parts = self.parts;
        if let Some(when) = parts.when {
            rule.when = when;
        }
        if let Some(why) = parts.why {
            rule.why = (!why.trim().is_empty()).then_some(why);
        }
        for (list, new) in [
            (&mut rule.then, parts.then),
            (&mut rule.must, parts.must),
            (&mut rule.must_not, parts.must_not),
        ] {
            if !new.is_empty() {
                *list = new;
            }
        }
        if let Some(new) = self.rename {
            match library.rules().get(&new) {
                Ok(other) if other.name != old => {
                    return Err(CommandError::new(format_args!(
                        "the rule \u{201c}{}\u{201d} already exists",
                        other.name
                    )));
                }
                Ok(_) | Err(LibraryError::UnknownRule { .. }) => rule.name = new.trim().to_owned(),
                Err(error) => return Err(error.into()),
            }
        }
        let rule = checked(rule, &library)?;
        change(context, &mut library, how, |change| {
            if rule.name != old {
                change.rules().rename(&old, &rule.name)?;
            }
            change.rules().put(&rule).map(|_| ())
        })
    }
}

/// Checks the condition and the tags of a rule, and completes the names of the tags.
fn checked(mut rule: Rule, library: &Library) -> Result<Rule> {
    let query: Query = rule.when.parse()?;
    query.translate_for_rule(library)?;
    let mut then = Vec::new();
    for name in &rule.then {
        let name = match library.tags().resolve(name) {
            Ok(tag) => tag.tag.to_string(),
            Err(error) => {
                let help = hints::library(&error).unwrap_or_default();
                let help = hints::followed_by(&help, "`peerbib tags add` creates it");
                return Err(CommandError::new(&error).with_help(help));
            }
        };
        if !then.contains(&name) {
            then.push(name);
        }
    }
    rule.then = then;
    Ok(rule)
}

/// Opens rules as TOML in the editor until they are valid.
fn by_hand(
    context: &CommandContext,
    library: &mut Library,
    name: Option<&str>,
    how: (bool, bool),
) -> Result {
    let named = |library: &Library| {
        name.map_or_else(
            || library.rules().all(),
            |name| Ok(vec![library.rules().get(name)?]),
        )
    };
    let before = named(library)?;
    let request = EditRequest {
        name: "rules.toml",
        text: &Rules {
            rules: before.clone(),
        }
        .to_toml(),
        comment: ("#", ""),
        heading: "",
        alternative: "use options: `peerbib rules edit NAME --when QUERY`",
    };
    let edited = TempFile::edit(context, &request, |text| {
        let after = parse_rules(text, library).map_err(EditError::Invalid)?;
        if !how.0 {
            library.lock_for_write()?;
        }
        if named(library)? != before {
            return Err(LibraryError::ChangedMeanwhile("the rules".to_owned()).into());
        }
        if after == before {
            return Ok(None);
        }
        let changed = change(context, library, how, |change| {
            replace(change, &before, &after)
        })?;
        Ok(Some(changed))
    })?;
    match edited {
        EditOutcome::Done(Some(outcome)) => Ok(outcome),
        EditOutcome::Done(None) | EditOutcome::Unchanged => {
            context.note("nothing was changed");
            Ok(Outcome::Done)
        }
    }
}

/// Parses and checks edited rules.
fn parse_rules(text: &str, library: &Library) -> Result<Vec<Rule>, String> {
    let rules: Rules = text.parse().map_err(|error| format!("{error}"))?;
    let with_name = |rule: Rule| {
        let name = rule.name.clone();
        checked(rule, library).map_err(|failure| format!("{name}: {}", failure.message()))
    };
    rules.rules.into_iter().map(with_name).collect()
}

/// Replaces the rules `before` by the rules `after`. A rule that was only renamed keeps its tags; the tags of
/// a deleted rule are removed.
pub(crate) fn replace(
    change: &peerbib::library::Change<'_>,
    before: &[Rule],
    after: &[Rule],
) -> peerbib::library::Result<()> {
    let is_in = |rules: &[Rule], name: &str| rules.iter().any(|rule| rule.name == name);
    for rule in before {
        if is_in(after, &rule.name) {
            continue;
        }
        let renamed = after.iter().find(|other| {
            !is_in(before, &other.name) && other.when == rule.when && other.then == rule.then
        });
        match renamed {
            Some(other) => change.rules().rename(&rule.name, &other.name)?,
            None => {
                change.rules().remove(&rule.name)?;
            }
        }
    }
    for rule in after {
        change.rules().put(rule)?;
    }
    // Rules that were not edited keep their places.
    let mut order: Vec<String> = change
        .rules()
        .all()?
        .into_iter()
        .map(|rule| rule.name)
        .collect();
    if after.len() == order.len() {
        order = after.iter().map(|rule| rule.name.clone()).collect();
    }
    change.rules().order(order.iter().map(String::as_str))
}
