//! `peerbib rules add` and `peerbib rules edit`

use clap::Args;

use super::change;
use crate::cli::editor::{Draft, Edited, Refusal, Task};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
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
    /// What it is called
    #[arg(value_name = "NAME")]
    name: String,

    #[command(flatten)]
    parts: Parts,

    /// Carry it out at once
    #[arg(long)]
    apply: bool,

    /// Say what it would do, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Change rules, in your editor or part by part
///
/// Without options the editor opens with all rules as TOML, or with the one that is named; rules that are not
/// in the text any more are removed. Text that cannot be read costs nothing: the editor opens again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib rules edit\n  \
                  peerbib quickstart > list.txt && peerbib rules edit Merten --when author:merten")]
pub(crate) struct EditRules {
    /// The rule; all, without a name
    #[arg(value_name = "NAME")]
    name: Option<String>,

    #[command(flatten)]
    parts: Parts,

    /// Give the rule another name
    #[arg(long, value_name = "NEW-NAME", requires = "name")]
    rename: Option<String>,

    /// Carry the rules out at once
    #[arg(long)]
    apply: bool,

    /// Say what the change would do, and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Args)]
struct Parts {
    /// The condition, a query
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    when: Option<String>,

    /// A tag that works get which meet it; may be given several times, or with commas
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    then: Vec<String>,

    /// The reason that `peerbib why` shows
    #[arg(long, value_name = "REASON")]
    why: Option<String>,

    /// A work that must meet the condition; may be given several times, or with commas
    #[arg(long, value_name = "KEY", value_delimiter = ',')]
    must: Vec<String>,

    /// A work that must not meet it
    #[arg(long, value_name = "KEY", value_delimiter = ',')]
    must_not: Vec<String>,
}

impl AddRule {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let name = self.name.trim().to_owned();
        match library.rule(&name) {
            Ok(rule) => {
                return Err(CommandError::new(format_args!(
                    "there is a rule \u{201c}{}\u{201d} already",
                    rule.name
                ))
                .with_help("`peerbib rules edit NAME` changes it".to_owned()));
            }
            Err(LibraryError::UnknownRule { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let (Some(when), false, false) =
            (self.parts.when, self.parts.then.is_empty(), name.is_empty())
        else {
            return Err(
                CommandError::usage("a rule needs a name, a condition and a tag")
                    .with_help("peerbib rules add NAME --when QUERY --then TAG".to_owned()),
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
        let rule = sound(rule, &library)?;
        change(
            context,
            &mut library,
            (self.dry_run, self.apply),
            |change| change.put_rule(&rule).map(|_| ()),
        )
    }
}

impl EditRules {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let how = (self.dry_run, self.apply);
        if self.parts == Parts::default() && self.rename.is_none() {
            return by_hand(context, &mut context.open()?, self.name.as_deref(), how);
        }
        let mut library = context.open_to_change()?;
        let Some(name) = &self.name else {
            return Err(CommandError::usage("it is not said which rule changes")
                .with_help("name it: peerbib rules edit NAME --when QUERY".to_owned()));
        };
        let mut rule = library.rule(name)?;
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
            match library.rule(&new) {
                Ok(other) if other.name != old => {
                    return Err(CommandError::new(format_args!(
                        "there is a rule \u{201c}{}\u{201d} already",
                        other.name
                    )));
                }
                Ok(_) | Err(LibraryError::UnknownRule { .. }) => rule.name = new.trim().to_owned(),
                Err(error) => return Err(error.into()),
            }
        }
        let rule = sound(rule, &library)?;
        change(context, &mut library, how, |change| {
            if rule.name != old {
                change.rename_rule(&old, &rule.name)?;
            }
            change.put_rule(&rule).map(|_| ())
        })
    }
}

/// The rule with its tags named in full, where its condition can be read and its tags are there.
fn sound(mut rule: Rule, library: &Library) -> std::result::Result<Rule, CommandError> {
    let query: Query = rule.when.parse()?;
    query.translate(library)?;
    let mut then = Vec::new();
    for name in &rule.then {
        let name = match library.resolve_tag(name) {
            Ok(tag) => tag.tag.to_string(),
            Err(error) => {
                let help = error.help().unwrap_or_default();
                return Err(CommandError::new(&error)
                    .with_help(format!("{help}; `peerbib tags add` makes a new tag")));
            }
        };
        if !then.contains(&name) {
            then.push(name);
        }
    }
    rule.then = then;
    Ok(rule)
}

/// Has the person edit rules as TOML, until it can be read.
fn by_hand(
    context: &CommandContext,
    library: &mut Library,
    name: Option<&str>,
    how: (bool, bool),
) -> Result {
    let named = |library: &Library| {
        name.map_or_else(|| library.rules(), |name| Ok(vec![library.rule(name)?]))
    };
    let before = named(library)?;
    let task = Task {
        name: "rules.toml",
        text: &Rules {
            rules: before.clone(),
        }
        .to_toml(),
        comment: ("#", ""),
        heading: "",
        instead: "say which rule to change and how: peerbib rules edit NAME --when QUERY",
    };
    let edited = Draft::edit(context, &task, |text| {
        let after = readable(text, library).map_err(Refusal::Mend)?;
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
        Edited::Done(Some(outcome)) => Ok(outcome),
        Edited::Done(None) | Edited::Unchanged => {
            context.note("nothing was changed");
            Ok(Outcome::Done)
        }
    }
}

/// The rules that a person wrote, where each of them can be carried out.
fn readable(text: &str, library: &Library) -> std::result::Result<Vec<Rule>, String> {
    let rules: Rules = text.parse().map_err(|error| format!("{error}"))?;
    let with_name = |rule: Rule| {
        let name = rule.name.clone();
        sound(rule, library).map_err(|failure| format!("{name}: {}", failure.message()))
    };
    rules.rules.into_iter().map(with_name).collect()
}

/// Has the rules `after` take the place of the rules `before`. One that has another name alone keeps what it
/// did; one that is gone takes its tags along.
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
            Some(other) => change.rename_rule(&rule.name, &other.name)?,
            None => {
                change.remove_rule(&rule.name)?;
            }
        }
    }
    for rule in after {
        change.put_rule(rule)?;
    }
    // The others keep their places before those that were edited.
    let mut order: Vec<String> = change.rules()?.into_iter().map(|rule| rule.name).collect();
    if after.len() == order.len() {
        order = after.iter().map(|rule| rule.name.clone()).collect();
    }
    change.order_rules(order.iter().map(String::as_str))
}
