//! What is wrong with the rules of a library: by themselves, with each other, and against the works that
//! they are known to be right and wrong for.

use std::collections::BTreeSet;

use super::match_evidence;
use super::rules::Read;
use crate::library::{Library, LibraryError, Rule, TagName};
use crate::query::QueryError;

/// Something that is wrong with a rule.
#[derive(Debug, serde::Serialize)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// What is the matter.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The error, if the rule's condition cannot be used.
    #[serde(skip)]
    pub error: Option<QueryError>,
}

/// What testing a rule against the works named in it gave.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TestResult {
    /// The rule.
    pub rule: String,
    /// How many works were as they must be.
    pub passed: usize,
    /// The works that it must match and does not.
    pub missed: Vec<String>,
    /// The works that it must not match, and does.
    pub wrongly_matched: Vec<String>,
    /// The works that the library does not have.
    pub absent: Vec<String>,
    /// Why its condition cannot be asked.
    pub broken: Option<String>,
}

impl TestResult {
    /// Whether the rule does what it must.
    pub fn is_passed(&self) -> bool {
        self.missed.is_empty() && self.wrongly_matched.is_empty() && self.broken.is_none()
    }
}

/// Tests a rule against the works that it must and must not match.
///
/// # Errors
///
/// What SQLite reports.
pub fn test(rule: &Rule, library: &Library) -> Result<TestResult, LibraryError> {
    let mut result = TestResult {
        rule: rule.name.clone(),
        passed: 0,
        missed: Vec::new(),
        wrongly_matched: Vec::new(),
        absent: Vec::new(),
        broken: None,
    };
    let condition = match Read::of(rule, library) {
        Ok(read) => read.ready.condition,
        Err(error) => {
            result.broken = Some(error.to_string());
            return Ok(result);
        }
    };
    let must = rule.must.iter().map(|key| (key, true));
    let must_not = rule.must_not.iter().map(|key| (key, false));
    for (key, wanted) in must.chain(must_not) {
        let work = match library.work_id(key) {
            Ok(work) => work,
            Err(LibraryError::UnknownKey { .. }) => {
                result.absent.push(key.clone());
                continue;
            }
            Err(error) => return Err(error),
        };
        match (library.meets(work, &condition)?, wanted) {
            (true, true) | (false, false) => result.passed += 1,
            (false, true) => result.missed.push(key.clone()),
            (true, false) => result.wrongly_matched.push(key.clone()),
        }
    }
    Ok(result)
}

/// Looks for what is wrong with rules: conditions that cannot be read or match nothing, tags that are not
/// there, rules that say the same or contradict each other, tags that were taken off every work.
///
/// # Errors
///
/// What SQLite reports.
pub fn check(rules: &[Rule], library: &Library) -> Result<Vec<Finding>, LibraryError> {
    let mut checking = Checking {
        library,
        findings: Vec::new(),
    };
    let mut read = Vec::new();
    for rule in rules {
        match Read::of(rule, library) {
            Ok(good) => {
                checking.by_itself(rule, &good)?;
                read.push((rule, good));
            }
            Err(error) => checking.unreadable(rule, error),
        }
    }
    checking.with_each_other(&read)?;
    Ok(checking.findings)
}

struct Checking<'l> {
    library: &'l Library,
    findings: Vec<Finding>,
}

impl Checking<'_> {
    fn find(&mut self, rule: &Rule, message: String, help: Option<String>) {
        self.findings.push(Finding {
            rule: rule.name.clone(),
            message,
            help,
            error: None,
        });
    }

    fn unreadable(&mut self, rule: &Rule, error: QueryError) {
        self.findings.push(Finding {
            rule: rule.name.clone(),
            message: error.to_string(),
            help: None,
            error: Some(error),
        });
    }

    fn by_itself(&mut self, rule: &Rule, read: &Read) -> Result<(), LibraryError> {
        let mut met = 0;
        let mut vetoed = Vec::new();
        for (tag, name) in &read.ready.tags {
            let (works, vetoes) = self.library.count_met(&read.ready.condition, *tag)?;
            met = works;
            if works > 0 && works == vetoes {
                vetoed.push(name.to_string());
            }
        }
        if met == 0 {
            let help = Some(
                "where such works are still to come, leave it; else widen its condition, or remove it"
                    .to_owned(),
            );
            self.find(rule, "matches no work of this library".into(), help);
        }
        if !vetoed.is_empty() {
            let message = format!(
                "{} was taken off by hand from every work that it matches",
                vetoed.join(", ")
            );
            let help =
                Some("the rule seems to be wrong: narrow its condition, or remove it".into());
            self.find(rule, message, help);
        }
        let both: Vec<&str> = rule
            .must
            .iter()
            .filter(|key| rule.must_not.contains(key))
            .map(String::as_str)
            .collect();
        if !both.is_empty() {
            let message = format!("must and must not match {}", both.join(", "));
            self.find(
                rule,
                message,
                Some("take the key out of one of the two".into()),
            );
        }
        Ok(())
    }

    fn with_each_other(&mut self, rules: &[(&Rule, Read)]) -> Result<(), LibraryError> {
        self.circles(rules)?;
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
                        "has the condition of \u{201c}{}\u{201d}, and leads to {}, too",
                        other.name,
                        shared.join(", ")
                    );
                    self.find(rule, message, Some("remove one of the two".into()));
                }
                if !shared.is_empty() {
                    let mut contradicted = Vec::new();
                    for key in &rule.must {
                        if other.must_not.contains(key)
                            && !contradicted.contains(key)
                            && self.is_met(key, other_read)?
                        {
                            contradicted.push(key.clone());
                        }
                    }
                    for key in &rule.must_not {
                        if other.must.contains(key)
                            && !contradicted.contains(key)
                            && self.is_met(key, read)?
                        {
                            contradicted.push(key.clone());
                        }
                    }
                    if !contradicted.is_empty() {
                        let message = format!(
                            "contradicts \u{201c}{}\u{201d}: for {}, one must match {}, and the other must not",
                            other.name,
                            shared.join(", "),
                            contradicted.join(", ")
                        );
                        self.find(
                            rule,
                            message,
                            Some("settle which of the two is right".into()),
                        );
                    }
                }
                self.exclusive(rule, read, other, other_read)?;
            }
            self.exclusive_by_itself(rule, read)?;
        }
        Ok(())
    }

    /// Rules that rest on what they lead to, by themselves or by way of others.
    fn circles(&mut self, rules: &[(&Rule, Read)]) -> Result<(), LibraryError> {
        let mut rests_on = Vec::new();
        for (_, read) in rules {
            let mut tags = Vec::new();
            for name in match_evidence::tags_asked_for(&read.query) {
                if let Ok(tag) = self.library.resolve_tag(&name) {
                    // A tag is asked for with the narrower ones under it.
                    tags.extend(self.library.with_narrower(&[tag.id])?);
                }
            }
            rests_on.push(tags);
        }
        // The rules that lead to a tag on which a rule rests.
        let below: Vec<Vec<usize>> = rests_on
            .iter()
            .map(|tags| {
                let leads = |read: &Read| read.ready.tags.iter().any(|(tag, _)| tags.contains(tag));
                let rules = rules.iter().enumerate();
                rules
                    .filter(|(_, (_, read))| leads(read))
                    .map(|(index, _)| index)
                    .collect()
            })
            .collect();
        let reached: Vec<BTreeSet<usize>> = (0..rules.len())
            .map(|start| reached(&below, start))
            .collect();
        for (start, (rule, _)) in rules.iter().enumerate() {
            let reaches = |from: usize, to: usize| {
                reached
                    .get(from)
                    .is_some_and(|reached| reached.contains(&to))
            };
            if !reaches(start, start) {
                continue;
            }
            let is_direct = below.get(start).is_some_and(|below| below.contains(&start));
            let message = if is_direct {
                "rests on the tag to which it leads itself".to_owned()
            } else {
                let others: Vec<String> = rules
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| {
                        *other != start && reaches(start, *other) && reaches(*other, start)
                    })
                    .map(|(_, (rule, _))| format!("\u{201c}{}\u{201d}", rule.name))
                    .collect();
                format!("rests on itself, by way of {}", others.join(", "))
            };
            let help = "its tags keep themselves on works; ask for something of the work instead";
            self.find(rule, message, Some(help.to_owned()));
        }
        Ok(())
    }

    /// A rule that leads to two tags of which a work has one.
    fn exclusive_by_itself(&mut self, rule: &Rule, read: &Read) -> Result<(), LibraryError> {
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
                    "leads to {}, and a work has one {facet} at most",
                    tags.join(" and ")
                );
                self.find(rule, message, Some("leave one of them out".into()));
            }
        }
        Ok(())
    }

    /// Two rules that lead the same works to two tags of which a work has one.
    fn exclusive(
        &mut self,
        rule: &Rule,
        read: &Read,
        other: &Rule,
        other_read: &Read,
    ) -> Result<(), LibraryError> {
        for facet in self.exclusive_facets()? {
            let of_facet = |read: &Read| -> Vec<TagName> {
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
            let works = self.library.count_met(&both, 0)?.0;
            if works == 0 && read.query != other_read.query {
                continue;
            }
            let message = format!(
                "contradicts \u{201c}{}\u{201d}: {works} {} both, and would be {one} and {two}, but \
                 a work has one {facet} at most",
                other.name,
                if works == 1 {
                    "work matches"
                } else {
                    "works match"
                }
            );
            let help =
                "narrow the condition of one of the two, for instance by the other's with a hyphen";
            self.find(rule, message, Some(help.to_owned()));
        }
        Ok(())
    }

    fn exclusive_facets(&self) -> Result<Vec<String>, LibraryError> {
        let facets = self.library.described_facets()?.into_iter();
        Ok(facets
            .filter(|facet| facet.exclusive)
            .map(|facet| facet.name)
            .collect())
    }

    fn is_met(&self, key: &str, read: &Read) -> Result<bool, LibraryError> {
        match self.library.work_id(key) {
            Ok(work) => self.library.meets(work, &read.ready.condition),
            Err(LibraryError::UnknownKey { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// What is reached from `start` in one step or more.
fn reached(steps: &[Vec<usize>], start: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut pending = vec![start];
    while let Some(place) = pending.pop() {
        for next in steps.get(place).into_iter().flatten() {
            if reached.insert(*next) {
                pending.push(*next);
            }
        }
    }
    reached
}
