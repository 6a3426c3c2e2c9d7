//! Rules: reading, writing and running them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Deserialize;

use super::match_evidence::{self, PositiveTerm};
use crate::library::{
    self, Change, ChangedWorks, CompiledRule, Library, Rule, RuleEffect, RuleScope, Tag,
};
use crate::query::{Query, QueryError};

/// The contents of a rules file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The rules in order.
    #[serde(rename = "rule", default)]
    pub rules: Vec<Rule>,
}

/// An error in a rules file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// The file is not valid TOML or has unknown keys; the message names line and column.
    #[error("invalid rules: {0}")]
    Toml(#[from] toml::de::Error),
    /// Two rules have the same name.
    #[error("two rules are named \u{201c}{0}\u{201d}")]
    DuplicateName(String),
    /// A rule is incomplete.
    #[error("the rule \u{201c}{name}\u{201d} {reason}")]
    Incomplete {
        /// The name of the rule.
        name: String,
        /// The missing part.
        reason: &'static str,
    },
}

impl std::str::FromStr for Rules {
    type Err = RulesError;

    /// Parses and validates a rules file.
    ///
    /// # Errors
    ///
    /// Returns [`RulesError`] if the text is not a valid rules file, if two rules have the same name, or if a
    /// rule has no name, condition or tag.
    fn from_str(text: &str) -> Result<Self, RulesError> {
        let rules: Self = toml::from_str(text)?;
        let mut names = BTreeSet::new();
        for rule in &rules.rules {
            let incomplete = |reason| RulesError::Incomplete {
                name: rule.name.clone(),
                reason,
            };
            if rule.name.trim().is_empty() {
                return Err(incomplete("has no name"));
            }
            if rule.when.trim().is_empty() {
                return Err(incomplete("has no condition and would match every work"));
            }
            if rule.then.is_empty() {
                return Err(incomplete("assigns no tag"));
            }
            if !names.insert(rule.name.to_lowercase()) {
                return Err(RulesError::DuplicateName(rule.name.clone()));
            }
        }
        Ok(rules)
    }
}

impl Rules {
    /// Serializes the rules as TOML. Parsing the result gives the same rules.
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

/// A rule with its condition translated and its tags resolved.
pub(super) struct ParsedRule {
    pub(super) query: Query,
    pub(super) ready: CompiledRule,
    terms: Vec<PositiveTerm>,
}

impl ParsedRule {
    /// Parses a rule.
    ///
    /// # Errors
    ///
    /// Returns [`QueryError`] if the condition is invalid, or if the condition or the rule refers to a tag
    /// that is not in `library`.
    pub(super) fn new(rule: &Rule, library: &Library) -> Result<Self, QueryError> {
        let query: Query = rule.when.parse()?;
        let condition = query.translate_for_rule(library)?;
        let terms = match_evidence::positive_terms(&query, library)?;
        let mut tags = Vec::with_capacity(rule.then.len());
        for name in &rule.then {
            let tag = library.tags().resolve(name)?;
            let tag = (tag.id, tag.tag);
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        Ok(Self {
            query,
            ready: CompiledRule {
                name: rule.name.clone(),
                tags,
                condition,
                parts: terms.iter().map(|term| term.condition.clone()).collect(),
            },
            terms,
        })
    }
}

/// A rule that cannot be run.
#[derive(Debug)]
pub struct BrokenRule {
    /// The name of the rule.
    pub name: String,
    /// The error.
    pub error: QueryError,
}

/// The result of running the rules of a library.
#[derive(Debug, Default)]
pub struct RuleRunReport {
    /// The number of tags added or removed.
    pub changes: usize,
    /// The rules that could not be run. Tags that they assigned earlier are kept.
    pub broken: Vec<BrokenRule>,
}

/// Runs the rules of the library in order and calls `effect` for each change. If rules depend on tags, they
/// run again until nothing changes, so that a rule may depend on any other. Invalid rules are returned in the
/// result.
pub fn apply(
    change: &Change<'_>,
    scope: RuleScope<'_>,
    effect: &mut dyn FnMut(RuleEffect),
) -> library::Result<RuleRunReport> {
    let rules = change.rules().all()?;
    let mut applied = RuleRunReport::default();
    if matches!(scope, RuleScope::All) {
        applied.changes += change.rules().drop_orphans(effect)?;
    }
    let mut read = Vec::with_capacity(rules.len());
    for rule in &rules {
        match ParsedRule::new(rule, change) {
            Ok(rule) => read.push(rule),
            Err(error) => applied.broken.push(BrokenRule {
                name: rule.name.clone(),
                error,
            }),
        }
    }
    let depends_on_tags = read
        .iter()
        .any(|rule| !match_evidence::referenced_tags(&rule.query).is_empty());
    // Contradictory rules in a cycle would run forever; `check` reports them.
    let rounds = if depends_on_tags { read.len() + 1 } else { 1 };
    for _ in 0..rounds {
        let mut changes = 0;
        for rule in &read {
            changes += change.rules().apply(
                &rule.ready,
                scope,
                &|met| match_evidence::matches(&rule.terms, met),
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

/// Runs `edit`, then runs the rules on the works that it created or changed, including works with changed
/// tags if a rule depends on tags. Calls `effect` for each change.
pub fn apply_to_changed<T>(
    change: &Change<'_>,
    edit: impl FnOnce(&Change<'_>) -> library::Result<T>,
    effect: &mut dyn FnMut(RuleEffect),
) -> library::Result<(T, RuleRunReport)> {
    let rules = change.rules().all()?;
    if rules.is_empty() {
        return Ok((edit(change)?, RuleRunReport::default()));
    }
    let depends_on_tags = rules.iter().any(|rule| {
        rule.when
            .parse()
            .is_ok_and(|query| !match_evidence::referenced_tags(&query).is_empty())
    });
    let outcome = edit(change)?;
    let ChangedWorks {
        entries: mut works,
        tags,
    } = change.take_changed_works();
    if depends_on_tags {
        works.extend(tags);
    }
    let applied = if works.is_empty() {
        RuleRunReport::default()
    } else {
        apply(change, RuleScope::Works(&works), effect)?
    };
    Ok((outcome, applied))
}

/// Adds bundled rules to the library and returns the number of new ones. A rule that was added before is
/// skipped, so that rules edited or removed by the user stay so.
pub fn install(change: &Change<'_>, rules: &Rules) -> library::Result<usize> {
    let own: Vec<String> = change
        .rules()
        .all()?
        .into_iter()
        .map(|rule| rule.name)
        .collect();
    let mut new = 0;
    for rule in &rules.rules {
        if change.rules().install(&rule.name)? && !own.contains(&rule.name) {
            change.rules().put(rule)?;
            new += 1;
        }
    }
    Ok(new)
}

/// Splits the rules that assign `tag` in the same way as the tag: for each part there is a new rule that adds
/// the part's query, and the assignments move to it. Works that match no part go to `rest`, or keep `tag`.
/// Returns the names of the rules that were split.
pub fn split_rules(
    change: &Change<'_>,
    tag: &Tag,
    parts: &[(Tag, String)],
    rest: Option<&Tag>,
) -> library::Result<Vec<String>> {
    let mut split = Vec::new();
    let mut order = Vec::new();
    for rule in change.rules().all()? {
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
            change.rules().reassign(&rule.name, &new.name, target.id)?;
        }
        if others.is_empty() {
            change.rules().remove(&rule.name)?;
            order.pop();
        } else {
            change.rules().put(&Rule {
                then: others,
                ..rule.clone()
            })?;
        }
        for rule in new {
            change.rules().put(&rule)?;
            order.push(rule.name);
        }
    }
    change.rules().order(order.iter().map(String::as_str))?;
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
