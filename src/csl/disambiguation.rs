//! Disambiguation (clause "Disambiguation"): works whose cites are equal get what tells them apart.
//!
//! Works are grouped by the cite that the style gives them when nothing is added, and only works in
//! one group are looked at together. Within a group names and given names are added step by step,
//! and a step is kept if it makes fewer cites equal; what is still equal then is told apart by a year
//! suffix, or by the parts of the style that stand in `disambiguate` conditions.

use rustc_hash::{FxHashMap, FxHashSet};

use super::evaluate::Observations;
use super::person::PersonName;
use super::style::{GivennameRule, Options};

/// What is added to the cites of a work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Ambiguity {
    /// For each list of names, how many are shown; 0 for what the style says.
    pub(super) names: Vec<usize>,
    /// For each list of names, how much of each given name is shown: nothing, initials or all.
    pub(super) givens: Vec<Vec<u8>>,
    /// How many `disambiguate` conditions are met.
    pub(super) disambiguate: usize,
    /// The year suffix, counted from 0.
    pub(super) year_suffix: Option<usize>,
}

/// By what persons of the same family name are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct NameKey {
    pub(super) family: String,
    pub(super) initials: String,
    pub(super) given: String,
}

/// Which persons share a family name with others (the rules of `givenname-disambiguation-rule` that
/// go by name and not by cite).
#[derive(Debug, Default)]
pub(super) struct GivenNames {
    rule: Option<GivennameRule>,
    particle_counts: bool,
    families: FxHashMap<String, FxHashMap<String, FxHashSet<String>>>,
}

impl GivenNames {
    /// No rule applies.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// The persons to be told apart by a rule.
    pub(super) fn new<'n>(
        rule: GivennameRule,
        particle_counts: bool,
        names: impl Iterator<Item = &'n PersonName>,
    ) -> Self {
        let mut this = Self {
            rule: Some(rule),
            particle_counts,
            families: FxHashMap::default(),
        };
        for name in names {
            let key = super::names::name_key(name, particle_counts);
            this.families
                .entry(key.family)
                .or_default()
                .entry(key.initials)
                .or_default()
                .insert(key.given);
        }
        this
    }

    /// How much of a given name must be shown, by the rule: 0 for nothing, 1 for initials, 2 for all.
    pub(super) fn level(
        &self,
        person: &PersonName,
        position: usize,
        base: u8,
        has_initials: bool,
    ) -> u8 {
        let Some(rule) = self.rule else { return base };
        if person.given.is_empty() || (rule.primary_only() && position > 0) {
            return base;
        }
        let key = super::names::name_key(person, self.particle_counts);
        let Some(initials) = self.families.get(&key.family) else {
            return base;
        };
        let namesakes = initials.len() > 1;
        if rule.initials_only() {
            return if namesakes { base.max(1) } else { base };
        }
        let same_initials = initials
            .get(&key.initials)
            .is_some_and(|givens| givens.len() > 1);
        if same_initials || (namesakes && !has_initials) {
            2
        } else if namesakes {
            base.max(1)
        } else {
            base
        }
    }
}

/// Evaluates the cite of a work with what is added to it.
pub(super) trait CiteText {
    /// The text of the cite and what was observed while it was made.
    fn cite(&self, work: usize, ambiguity: &Ambiguity) -> (String, Observations);
    /// Where the work stands in the bibliography, by which year suffixes are given.
    fn rank(&self, work: usize) -> usize;
}

/// Tells the works of one group apart; gives what is added to each.
pub(super) fn resolve(
    group: &[usize],
    options: &Options,
    cites: &dyn CiteText,
) -> Vec<(usize, Ambiguity)> {
    let mut result = Vec::with_capacity(group.len());
    let by_cite = options.add_givenname && options.givenname_rule == GivennameRule::ByCite;
    let mut classes: Vec<(Ambiguity, Vec<usize>)> = Vec::new();
    if options.add_names || by_cite {
        let mut pending = vec![(Ambiguity::default(), group.to_vec())];
        while let Some((start, works)) = pending.pop() {
            add_names(
                start,
                works,
                by_cite,
                options,
                cites,
                &mut pending,
                &mut classes,
            );
        }
    } else {
        classes.push((Ambiguity::default(), group.to_vec()));
    }
    for (ambiguity, works) in classes {
        if works.len() == 1 {
            result.extend(works.into_iter().map(|work| (work, ambiguity.clone())));
        } else if options.add_year_suffix {
            let mut ordered = works;
            ordered.sort_by_key(|work| cites.rank(*work));
            for (number, work) in ordered.into_iter().enumerate() {
                result.push((
                    work,
                    Ambiguity {
                        year_suffix: Some(number),
                        ..ambiguity.clone()
                    },
                ));
            }
        } else if options.has_disambiguate {
            add_text(&ambiguity, &works, by_cite, cites, &mut result);
        } else {
            result.extend(works.into_iter().map(|work| (work, ambiguity.clone())));
        }
    }
    result
}

/// Meets `disambiguate` conditions, one more each time, until the cites differ; works that a step
/// tells apart from all others take no further one. `by_cite` says that given names are added, too.
fn add_text(
    start: &Ambiguity,
    works: &[usize],
    by_cite: bool,
    cites: &dyn CiteText,
    result: &mut Vec<(usize, Ambiguity)>,
) {
    const MOST: usize = 8;
    let mut left = works.to_vec();
    let mut ambiguity = start.clone();
    for level in 1..=MOST {
        ambiguity.disambiguate = level;
        let mut most = 1;
        let mut by_text: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for work in &left {
            let (text, observations) = cites.cite(*work, &ambiguity);
            most = most.max(observations.disambiguate_tests);
            by_text.entry(text).or_default().push(*work);
        }
        let last = level >= most || level == MOST;
        // Where more text could be added and this much tells some of three works and more apart, the
        // reference processor keeps the given name of the first person, which it had tried before.
        if by_cite && !last && left.len() > 2 && by_text.len() > 1 {
            match ambiguity.givens.first_mut() {
                Some(levels) => match levels.first_mut() {
                    Some(level) => *level = 2,
                    None => levels.push(2),
                },
                None => ambiguity.givens.push(vec![2]),
            }
        }
        let mut still_equal = Vec::new();
        for (_, class) in by_text {
            if class.len() == 1 || last {
                result.extend(class.into_iter().map(|work| (work, ambiguity.clone())));
            } else {
                still_equal.extend(class);
            }
        }
        still_equal.sort_unstable();
        left = still_equal;
        if left.is_empty() {
            return;
        }
    }
}

/// Adds names and given names to works whose cites are equal. Works that are told apart go to
/// `classes`, and so do those that cannot be; those of which some were told apart from the others go
/// back to `pending`.
fn add_names(
    start: Ambiguity,
    works: Vec<usize>,
    by_cite: bool,
    options: &Options,
    cites: &dyn CiteText,
    pending: &mut Vec<(Ambiguity, Vec<usize>)>,
    classes: &mut Vec<(Ambiguity, Vec<usize>)>,
) {
    if works.len() == 1 {
        classes.push((start, works));
        return;
    }
    let observed: Vec<Observations> = works
        .iter()
        .map(|work| cites.cite(*work, &start).1)
        .collect();
    // The work with the fewest names leads: what it can show, all can.
    let lists = observed
        .iter()
        .map(|observations| observations.name_lists.len())
        .max()
        .unwrap_or(0);
    let mut base = start.clone();
    let mut most_names = Vec::with_capacity(lists);
    for list in 0..lists {
        let in_list = || {
            observed
                .iter()
                .filter_map(|observations| observations.name_lists.get(list))
        };
        let shown = in_list().map(|names| names.shown).max().unwrap_or(0);
        most_names.push(in_list().map(|names| names.total).max().unwrap_or(0));
        if base.names.len() <= list {
            base.names.push(shown);
        }
        let levels = in_list()
            .map(|names| &names.levels)
            .max_by_key(|levels| levels.len())
            .cloned()
            .unwrap_or_default();
        match base.givens.get_mut(list) {
            Some(known) => known.extend(levels.into_iter().skip(known.len())),
            None => base.givens.push(levels),
        }
    }
    let mut kept = start;
    let mut equal = works.len() - 1;
    for list in 0..lists {
        let total = most_names.get(list).copied().unwrap_or(0);
        let mut position = 0;
        while position < total {
            // More of the given name at this place, then one more name.
            loop {
                let mut steps = Vec::new();
                if by_cite
                    && let Some(level) = base
                        .givens
                        .get_mut(list)
                        .and_then(|levels| levels.get_mut(position))
                    && *level < 2
                {
                    *level += 1;
                    steps.push(());
                }
                if steps.is_empty() {
                    break;
                }
                let done = try_step(
                    &mut kept, &base, list, position, &works, &mut equal, cites, pending, classes,
                    options,
                );
                if done {
                    return;
                }
            }
            position += 1;
            if options.add_names {
                let Some(shown) = base.names.get_mut(list) else {
                    break;
                };
                if *shown < position + 1 && position < total {
                    *shown = position + 1;
                    let done = try_step(
                        &mut kept, &base, list, position, &works, &mut equal, cites, pending,
                        classes, options,
                    );
                    if done {
                        return;
                    }
                }
            } else if base.names.get(list).is_some_and(|shown| position >= *shown) {
                break;
            }
        }
    }
    classes.push((kept, works));
}

/// Looks whether a step makes cites differ; if it tells some works apart from the others, each class
/// of equal cites goes its own way from here.
#[allow(clippy::too_many_arguments, reason = "the state of one walk")]
fn try_step(
    kept: &mut Ambiguity,
    base: &Ambiguity,
    list: usize,
    position: usize,
    works: &[usize],
    _equal: &mut usize,
    cites: &dyn CiteText,
    pending: &mut Vec<(Ambiguity, Vec<usize>)>,
    classes: &mut Vec<(Ambiguity, Vec<usize>)>,
    _options: &Options,
) -> bool {
    let mut by_text: Vec<(String, Vec<usize>)> = Vec::new();
    let mut index: FxHashMap<String, usize> = FxHashMap::default();
    for work in works {
        let (text, _) = cites.cite(*work, base);
        match index.get(&text) {
            Some(at) => {
                if let Some((_, class)) = by_text.get_mut(*at) {
                    class.push(*work);
                }
            }
            None => {
                index.insert(text.clone(), by_text.len());
                by_text.push((text, vec![*work]));
            }
        }
    }
    if by_text.len() < 2 {
        return false;
    }
    // The step is kept: of all that was tried before, only what helped is.
    let mut better = kept.clone();
    while better.names.len() <= list {
        better
            .names
            .push(base.names.get(better.names.len()).copied().unwrap_or(0));
    }
    if let (Some(mine), Some(new)) = (better.names.get_mut(list), base.names.get(list)) {
        *mine = *new;
    }
    while better.givens.len() <= list {
        better.givens.push(Vec::new());
    }
    if let (Some(mine), Some(new)) = (better.givens.get_mut(list), base.givens.get(list)) {
        while mine.len() <= position {
            mine.push(0);
        }
        if let (Some(mine), Some(new)) = (mine.get_mut(position), new.get(position)) {
            *mine = *new;
        }
    }
    for (_, class) in by_text {
        if class.len() == 1 {
            classes.push((better.clone(), class));
        } else {
            pending.push((better.clone(), class));
        }
    }
    true
}
