//! Rules: read from TOML and written as it, and carried out.

use std::fmt::Write as _;

use serde::Deserialize;

use super::match_evidence::{self, Leaf};
use crate::library::{
    self, Change, ChangedWorks, Library, ReadyRule, Rule, RuleEffect, RuleScope, Tag,
};
use crate::query::{Query, QueryError};

/// Rules as a TOML file has them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The rules, in their order.
    #[serde(rename = "rule", default)]
    pub rules: Vec<Rule>,
}

/// Rules that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The message of the TOML parser, with line and column.
    #[error("the rules cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// Two rules have one name.
    #[error("two rules are called \u{201c}{0}\u{201d}")]
    Twice(String),
    /// A rule lacks something.
    #[error("the rule \u{201c}{name}\u{201d} {reason}")]
    Lacking {
        /// The rule.
        name: String,
        /// What it lacks.
        reason: &'static str,
    },
}

impl std::str::FromStr for Rules {
    type Err = RulesError;

    /// # Errors
    ///
    /// Where the text is not TOML, or not of rules; two rules have one name; or one has no name, no
    /// condition or no tag.
    fn from_str(text: &str) -> Result<Self, RulesError> {
        let rules: Self = toml::from_str(text)?;
        for (index, rule) in rules.rules.iter().enumerate() {
            let lacking = |reason| RulesError::Lacking {
                name: rule.name.clone(),
                reason,
            };
            if rule.name.trim().is_empty() {
                return Err(lacking("has no name"));
            }
            if rule.when.trim().is_empty() {
                return Err(lacking(
                    "has no condition, so that it would be for every work",
                ));
            }
            if rule.then.is_empty() {
                return Err(lacking("leads to no tag"));
            }
            let same = |other: &Rule| other.name.to_lowercase() == rule.name.to_lowercase();
            if rules.rules.iter().take(index).any(same) {
                return Err(RulesError::Twice(rule.name.clone()));
            }
        }
        Ok(rules)
    }
}

impl Rules {
    /// The rules as TOML, which is read as the same rules again.
    pub fn to_toml(&self) -> String {
        let text = |text: &str| toml::Value::from(text).to_string();
        let list = |texts: &[String]| {
            let texts: Vec<String> = texts.iter().map(|item| text(item)).collect();
            let line = texts.join(", ");
            if line.len() <= 80 {
                return format!("[{line}]");
            }
            let lines: String = texts.iter().map(|text| format!("  {text},\n")).collect();
            format!("[\n{lines}]")
        };
        let mut toml = String::new();
        for rule in &self.rules {
            let _ = writeln!(toml, "[[rule]]\nname = {}", text(&rule.name));
            let _ = writeln!(toml, "when = {}", text(&rule.when));
            let _ = writeln!(toml, "then = {}", list(&rule.then));
            if let Some(why) = &rule.why {
                let _ = writeln!(toml, "why  = {}", text(why));
            }
            if !rule.must.is_empty() {
                let _ = writeln!(toml, "must = {}", list(&rule.must));
            }
            if !rule.must_not.is_empty() {
                let _ = writeln!(toml, "must_not = {}", list(&rule.must_not));
            }
            toml.push('\n');
        }
        toml.truncate(toml.trim_end().len());
        if !toml.is_empty() {
            toml.push('\n');
        }
        toml
    }
}

/// A rule that was read in full: its condition translated, its tags found.
pub(super) struct Read {
    pub(super) query: Query,
    pub(super) ready: ReadyRule,
    leaves: Vec<Leaf>,
}

impl Read {
    /// # Errors
    ///
    /// Where the condition cannot be read, or names a tag that `library` does not have; and where it has
    /// none of the tags that the rule leads to.
    pub(super) fn of(rule: &Rule, library: &Library) -> Result<Self, QueryError> {
        let query: Query = rule.when.parse()?;
        let condition = query.translate(library)?;
        let leaves = match_evidence::leaves(&query, library)?;
        let mut tags = Vec::with_capacity(rule.then.len());
        for name in &rule.then {
            let tag = library.resolve_tag(name)?;
            let tag = (tag.id, tag.tag);
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        Ok(Self {
            query,
            ready: ReadyRule {
                name: rule.name.clone(),
                why: rule.why.clone(),
                tags,
                condition,
                parts: leaves.iter().map(|leaf| leaf.condition.clone()).collect(),
            },
            leaves,
        })
    }
}

/// A rule that cannot be carried out.
#[derive(Debug)]
pub struct BrokenRule {
    /// The rule.
    pub name: String,
    /// Why not.
    pub error: QueryError,
}

/// What carrying out the rules of a library did.
#[derive(Debug, Default)]
pub struct Applied {
    /// How many tags were put on or taken off.
    pub changes: usize,
    /// The rules that could not be carried out; what they did before stays.
    pub broken: Vec<BrokenRule>,
}

/// Carries out the rules of the library one after the other; `effect` is told of each change. Where rules
/// ask for tags, they are carried out again until nothing changes, so that a rule may rest on any other.
///
/// # Errors
///
/// What SQLite reports. A rule that cannot be read is no error, but is told in what is given.
pub fn apply(
    change: &Change<'_>,
    scope: RuleScope<'_>,
    effect: &mut dyn FnMut(RuleEffect),
) -> library::Result<Applied> {
    let rules = change.rules()?;
    let mut applied = Applied::default();
    if matches!(scope, RuleScope::All) {
        applied.changes += change.drop_orphans(effect)?;
    }
    let mut read = Vec::with_capacity(rules.len());
    for rule in &rules {
        match Read::of(rule, change) {
            Ok(rule) => read.push(rule),
            Err(error) => applied.broken.push(BrokenRule {
                name: rule.name.clone(),
                error,
            }),
        }
    }
    let rest_on_tags = read
        .iter()
        .any(|rule| !match_evidence::tags_asked_for(&rule.query).is_empty());
    // Rules that contradict each other in a circle would go on for ever; `check` tells of them.
    let rounds = if rest_on_tags { read.len() + 1 } else { 1 };
    for _ in 0..rounds {
        let mut changes = 0;
        for rule in &read {
            changes += change.apply_rule(
                &rule.ready,
                scope,
                &|met| match_evidence::matched(&rule.leaves, met),
                effect,
            )?;
        }
        applied.changes += changes;
        if changes == 0 {
            break;
        }
    }
    Ok(applied)
}

/// Runs `edit`, and then carries out the rules for the works that it made or changed, or of which it
/// changed the tags where a rule asks for tags; `effect` is told of each change. Without rules it does no more
/// than `edit`.
///
/// # Errors
///
/// Those of `edit`; what SQLite reports.
pub fn apply_to_changed<T>(
    change: &Change<'_>,
    edit: impl FnOnce(&Change<'_>) -> library::Result<T>,
    effect: &mut dyn FnMut(RuleEffect),
) -> library::Result<(T, Applied)> {
    let rules = change.rules()?;
    if rules.is_empty() {
        return Ok((edit(change)?, Applied::default()));
    }
    let rest_on_tags = rules.iter().any(|rule| {
        rule.when
            .parse()
            .is_ok_and(|query| !match_evidence::tags_asked_for(&query).is_empty())
    });
    let outcome = edit(change)?;
    let ChangedWorks {
        entries: mut works,
        tags,
    } = change.take_changed_works();
    if rest_on_tags {
        works.extend(tags);
    }
    let applied = if works.is_empty() {
        Applied::default()
    } else {
        apply(change, RuleScope::Works(&works), effect)?
    };
    Ok((outcome, applied))
}

/// Puts rules that ship with peerbib into the library: those that were never put there before, so that
/// what a person changed or removed stays so. Gives the number of rules that are new.
///
/// # Errors
///
/// What SQLite reports.
pub fn install(change: &Change<'_>, rules: &Rules) -> library::Result<usize> {
    let own: Vec<String> = change.rules()?.into_iter().map(|rule| rule.name).collect();
    let mut new = 0;
    for rule in &rules.rules {
        if change.install_rule(&rule.name)? && !own.contains(&rule.name) {
            change.put_rule(rule)?;
            new += 1;
        }
    }
    Ok(new)
}

/// Splits the rules that lead to a tag as the tag itself is split: for each part there is a rule that asks
/// for the part's query, too, and what they put on works goes along. With `rest`, so does what meets no
/// part.
///
/// # Errors
///
/// What SQLite reports.
pub fn split_rules(
    change: &Change<'_>,
    tag: &Tag,
    parts: &[(Tag, String)],
    rest: Option<&Tag>,
) -> library::Result<Vec<String>> {
    let mut split = Vec::new();
    let mut order = Vec::new();
    for rule in change.rules()? {
        order.push(rule.name.clone());
        if !rule.leads_to(tag) {
            continue;
        }
        split.push(rule.name.clone());
        let others = rule.then.iter().filter(|name| {
            let only = Rule {
                then: vec![(*name).clone()],
                ..rule.clone()
            };
            !only.leads_to(tag)
        });
        let others: Vec<String> = others.cloned().collect();
        let narrowed = |name: String, when: String, to: &Tag| Rule {
            name,
            when,
            then: vec![to.tag.to_string()],
            why: rule.why.clone(),
            must: Vec::new(),
            must_not: Vec::new(),
        };
        let mut new = Vec::new();
        for (part, query) in parts {
            let name = format!("{}, {}", rule.name, part.tag.name);
            new.push(narrowed(name, format!("({}) ({query})", rule.when), part));
        }
        let nots: String = parts
            .iter()
            .map(|(_, query)| format!(" -({query})"))
            .collect();
        let name = format!("{}, {}", rule.name, rest.unwrap_or(tag).tag.name);
        new.push(narrowed(
            name,
            format!("({}){nots}", rule.when),
            rest.unwrap_or(tag),
        ));
        let targets = parts
            .iter()
            .map(|(part, _)| part)
            .chain([rest.unwrap_or(tag)]);
        for (new, target) in new.iter().zip(targets) {
            change.hand_on(&rule.name, &new.name, target.id)?;
        }
        if others.is_empty() {
            change.remove_rule(&rule.name)?;
            order.pop();
        } else {
            change.put_rule(&Rule {
                then: others,
                ..rule.clone()
            })?;
        }
        for rule in new {
            change.put_rule(&rule)?;
            order.push(rule.name);
        }
    }
    change.order_rules(order.iter().map(String::as_str))?;
    Ok(split)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_they_were_written() {
        let rule = Rule {
            name: "The \"old\" list".into(),
            when: "author:meretz OR in:\"C:\\oekonux\"".into(),
            then: vec!["movement:oekonux".into()],
            why: Some("It's\nhis".into()),
            must: vec!["a".repeat(50), "b".repeat(50)],
            must_not: vec!["merten2000".into()],
        };
        let rules = Rules { rules: vec![rule] };
        assert_eq!(rules, rules.to_toml().parse().unwrap());
    }

    #[test]
    fn a_rule_needs_a_name_of_its_own_a_condition_and_a_tag() {
        let error = |text: &str| text.parse::<Rules>().unwrap_err().to_string();
        let twice = "[[rule]]\nname='a'\nwhen='b'\nthen=['c:d']\n".repeat(2);
        assert!(error(&twice).contains("two rules"));
        assert!(error("[[rule]]\nname='a'\nwhen=' '\nthen=['c:d']").contains("no condition"));
        assert!(error("[[rule]]\nname='a'\nwhen='b'\nthen=[]").contains("no tag"));
        assert!(error("[[rule]]\nnames='a'").contains("names"));
    }
}
