//! Checks the rules of a library: each by itself, against each other, and against their test works.

use std::collections::BTreeSet;

use super::match_evidence;
use super::rules::ParsedRule;
use crate::library::{Library, LibraryError, Rule, TagName};
use crate::query::QueryError;

/// A problem with a rule.
#[derive(Debug, serde::Serialize)]
pub struct RuleProblem {
    /// The name of the rule.
    pub rule: String,
    /// The problem.
    pub message: String,
    /// The suggested fix.
    pub help: Option<String>,
    /// The error, if the rule's condition cannot be used.
    #[serde(skip)]
    pub error: Option<QueryError>,
}

/// The result of testing a rule against the works that it names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuleTestResult {
    /// The name of the rule.
    pub rule: String,
    /// The number of works with the expected result.
    pub passed: usize,
    /// The works that the rule must match but does not.
    pub missed: Vec<String>,
    /// The works that the rule must not match but does.
    pub wrongly_matched: Vec<String>,
    /// The works that are not in the library.
    pub absent: Vec<String>,
    /// The error in the rule's condition, if it is invalid.
    pub broken: Option<String>,
}

impl RuleTestResult {
    /// Returns whether the rule behaves as expected.
    pub fn is_passed(&self) -> bool {
        self.missed.is_empty() && self.wrongly_matched.is_empty() && self.broken.is_none()
    }
}

/// Tests a rule against the works that it must and must not match.
pub fn test(rule: &Rule, library: &Library) -> Result<RuleTestResult, LibraryError> {
    let mut result = RuleTestResult {
        rule: rule.name.clone(),
        passed: 0,
        missed: Vec::new(),
        wrongly_matched: Vec::new(),
        absent: Vec::new(),
        broken: None,
    };
    let condition = match ParsedRule::new(rule, library) {
        Ok(read) => read.ready.condition,
        Err(error) => {
            result.broken = Some(error.to_string());
            return Ok(result);
        }
    };
    let must = rule.must.iter().map(|key| (key, true));
    let must_not = rule.must_not.iter().map(|key| (key, false));
    for (key, wanted) in must.chain(must_not) {
        let Some(work) = library.works().find(key)? else {
            result.absent.push(key.clone());
            continue;
        };
        match (library.works().meets(work, &condition)?, wanted) {
            (true, true) | (false, false) => result.passed += 1,
            (false, true) => result.missed.push(key.clone()),
            (true, false) => result.wrongly_matched.push(key.clone()),
        }
    }
    Ok(result)
}

/// Checks rules for invalid conditions, conditions without a match, unknown tags, duplicates, contradictions,
/// dependency cycles, and tags that were removed by hand from every matching work.
pub fn check(rules: &[Rule], library: &Library) -> Result<Vec<RuleProblem>, LibraryError> {
    let mut checker = Checker {
        library,
        findings: Vec::new(),
    };
    let mut read = Vec::new();
    for rule in rules {
        match ParsedRule::new(rule, library) {
            Ok(good) => {
                checker.check_rule(rule, &good)?;
                read.push((rule, good));
            }
            Err(error) => checker.report_invalid(rule, error),
        }
    }
    checker.check_pairs(&read)?;
    Ok(checker.findings)
}

struct Checker<'l> {
    library: &'l Library,
    findings: Vec<RuleProblem>,
}

impl Checker<'_> {
    fn report(&mut self, rule: &Rule, message: String, help: Option<String>) {
        self.findings.push(RuleProblem {
            rule: rule.name.clone(),
            message,
            help,
            error: None,
        });
    }

    fn report_invalid(&mut self, rule: &Rule, error: QueryError) {
        self.findings.push(RuleProblem {
            rule: rule.name.clone(),
            message: error.to_string(),
            help: None,
            error: Some(error),
        });
    }

    fn check_rule(&mut self, rule: &Rule, read: &ParsedRule) -> Result<(), LibraryError> {
        let mut met = 0;
        let mut vetoed = Vec::new();
        for (tag, name) in &read.ready.tags {
            let (works, vetoes) = self
                .library
                .rules()
                .count_met(&read.ready.condition, *tag)?;
            met = works;
            if works > 0 && works == vetoes {
                vetoed.push(name.to_string());
            }
        }
        if met == 0 {
            let help = Some(
                "widen its condition or remove it, unless matching works are still to be added"
                    .to_owned(),
            );
            self.report(rule, "matches no work of this library".into(), help);
        }
        if !vetoed.is_empty() {
            let message = format!(
                "{} was removed by hand from every matching work",
                vetoed.join(", ")
            );
            let help = Some("narrow its condition or remove the rule".into());
            self.report(rule, message, help);
        }
        let both: Vec<&str> = rule
            .must
            .iter()
            .filter(|key| rule.must_not.contains(key))
            .map(String::as_str)
            .collect();
        if !both.is_empty() {
            let message = format!("{} is listed in both must and must_not", both.join(", "));
            self.report(
                rule,
                message,
                Some("remove the key from one of them".into()),
            );
        }
        Ok(())
    }

    fn check_pairs(&mut self, rules: &[(&Rule, ParsedRule)]) -> Result<(), LibraryError> {
        self.check_cycles(rules)?;
        for (index, (rule, read)) in rules.iter().enumerate() {
            for (other, other_read) in rules.iter().take(index) {
                let shared: Vec<String> = read
                    .ready
                    .tags
                    .iter()
                    .filter(|tag| other_read.ready.tags.contains(tag))
                    .map(|(_, name)| name.to_string())
                    .collect();
                if read.query == other_read.query && !shared.is_empty() {
                    let message = format!(
                        "has the same condition as \u{201c}{}\u{201d} and also assigns {}",
                        other.name,
                        shared.join(", ")
                    );
                    self.report(rule, message, Some("remove one of the two".into()));
                }
                if !shared.is_empty() {
                    let mut contradicted = Vec::new();
                    for key in &rule.must {
                        if other.must_not.contains(key)
                            && !contradicted.contains(key)
                            && self.matches(key, other_read)?
                        {
                            contradicted.push(key.clone());
                        }
                    }
                    for key in &rule.must_not {
                        if other.must.contains(key)
                            && !contradicted.contains(key)
                            && self.matches(key, read)?
                        {
                            contradicted.push(key.clone());
                        }
                    }
                    if !contradicted.is_empty() {
                        let message = format!(
                            "contradicts \u{201c}{}\u{201d}: both assign {}, but only one of them must match {}",
                            other.name,
                            shared.join(", "),
                            contradicted.join(", ")
                        );
                        self.report(
                            rule,
                            message,
                            Some("decide which of the two is right".into()),
                        );
                    }
                }
                self.check_exclusive_pair(rule, read, other, other_read)?;
            }
            self.check_exclusive_tags(rule, read)?;
        }
        Ok(())
    }

    /// Reports rules that depend on tags they assign, directly or through other rules.
    fn check_cycles(&mut self, rules: &[(&Rule, ParsedRule)]) -> Result<(), LibraryError> {
        let mut dependencies = Vec::new();
        for (_, read) in rules {
            let mut tags = Vec::new();
            for name in match_evidence::referenced_tags(&read.query) {
                if let Ok(tag) = self.library.tags().resolve(&name) {
                    // A tag in a query includes its child tags.
                    tags.extend(self.library.tags().with_narrower(&[tag.id])?);
                }
            }
            dependencies.push(tags);
        }
        // For each rule, the rules that assign a tag it depends on.
        let below: Vec<Vec<usize>> = dependencies
            .iter()
            .map(|tags| {
                let leads =
                    |read: &ParsedRule| read.ready.tags.iter().any(|(tag, _)| tags.contains(tag));
                let rules = rules.iter().enumerate();
                rules
                    .filter(|(_, (_, read))| leads(read))
                    .map(|(index, _)| index)
                    .collect()
            })
            .collect();
        let reachable: Vec<BTreeSet<usize>> = (0..rules.len())
            .map(|start| reachable(&below, start))
            .collect();
        for (start, (rule, _)) in rules.iter().enumerate() {
            let reaches = |from: usize, to: usize| {
                reachable
                    .get(from)
                    .is_some_and(|reachable| reachable.contains(&to))
            };
            if !reaches(start, start) {
                continue;
            }
            let is_direct = below.get(start).is_some_and(|below| below.contains(&start));
            let message = if is_direct {
                "depends on a tag that it assigns itself".to_owned()
            } else {
                let others: Vec<String> = rules
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| {
                        *other != start && reaches(start, *other) && reaches(*other, start)
                    })
                    .map(|(_, (rule, _))| format!("\u{201c}{}\u{201d}", rule.name))
                    .collect();
                format!("depends on itself through {}", others.join(", "))
            };
            let help = "once assigned, its tags would never be removed; use a condition on the work itself";
            self.report(rule, message, Some(help.to_owned()));
        }
        Ok(())
    }

    /// Reports a rule that assigns several tags of a facet that allows only one per work.
    fn check_exclusive_tags(&mut self, rule: &Rule, read: &ParsedRule) -> Result<(), LibraryError> {
        for facet in self.exclusive_facets()? {
            let tags: Vec<String> = read
                .ready
                .tags
                .iter()
                .filter(|(_, name)| name.facet == facet)
                .map(|(_, name)| name.to_string())
                .collect();
            if tags.len() > 1 {
                let message = format!(
                    "assigns {}, but a work can have only one {facet}",
                    tags.join(" and ")
                );
                self.report(rule, message, Some("keep only one of them".into()));
            }
        }
        Ok(())
    }

    /// Reports two rules that assign different tags to the same work in a facet that allows only one per
    /// work.
    fn check_exclusive_pair(
        &mut self,
        rule: &Rule,
        read: &ParsedRule,
        other: &Rule,
        other_read: &ParsedRule,
    ) -> Result<(), LibraryError> {
        for facet in self.exclusive_facets()? {
            let of_facet = |read: &ParsedRule| -> Vec<TagName> {
                let tags = read.ready.tags.iter().map(|(_, name)| name.clone());
                tags.filter(|name| name.facet == facet).collect()
            };
            let (mine, theirs) = (of_facet(read), of_facet(other_read));
            let Some((one, two)) = mine
                .iter()
                .flat_map(|one| theirs.iter().map(move |two| (one, two)))
                .find(|(one, two)| one != two)
            else {
                continue;
            };
            let (one_condition, two_condition) =
                (&read.ready.condition, &other_read.ready.condition);
            let both = one_condition.clone().and(two_condition.clone());
            let works = self.library.rules().count_met(&both, 0)?.0;
            if works == 0 && read.query != other_read.query {
                continue;
            }
            let message = format!(
                "contradicts \u{201c}{}\u{201d}: {works} {} both and would get {one} and {two}, but \
                 a work can have only one {facet}",
                other.name,
                if works == 1 {
                    "work matches"
                } else {
                    "works match"
                }
            );
            let help =
                "narrow one of the conditions, for example by excluding the other with a hyphen";
            self.report(rule, message, Some(help.to_owned()));
        }
        Ok(())
    }

    fn exclusive_facets(&self) -> Result<Vec<String>, LibraryError> {
        let facets = self.library.tags().described_facets()?.into_iter();
        Ok(facets
            .filter(|facet| facet.exclusive)
            .map(|facet| facet.name)
            .collect())
    }

    fn matches(&self, key: &str, read: &ParsedRule) -> Result<bool, LibraryError> {
        match self.library.works().find(key)? {
            Some(work) => self.library.works().meets(work, &read.ready.condition),
            None => Ok(false),
        }
    }
}

/// Returns the nodes reachable from `start` in one or more steps.
fn reachable(steps: &[Vec<usize>], start: usize) -> BTreeSet<usize> {
    let mut reachable = BTreeSet::new();
    let mut pending = vec![start];
    while let Some(place) = pending.pop() {
        for next in steps.get(place).into_iter().flatten() {
            if reachable.insert(*next) {
                pending.push(*next);
            }
        }
    }
    reachable
}
