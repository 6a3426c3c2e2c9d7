//! Disambiguation (clause "Disambiguation").
//!
//! Items are grouped by their undisambiguated cites, and only items of one group are compared. Within a
//! group, names and given names are added step by step, and a step is kept if it makes fewer cites equal.
//! What is still equal gets a year suffix, or the text of `disambiguate` conditions.

use rustc_hash::FxHashMap;

use super::citeproc_js;
use super::compiled::Options;
use super::context::{Disambiguation, RenderTrace};
use super::element::GivennameRule;

/// The number of compared names of a list. Each further name requires printing all items of the group again, and the
/// thousands of authors of one collaboration do not distinguish its papers.
const MOST_NAMES: usize = 100;

/// Evaluates cites for comparison.
pub(super) trait CiteText {
    /// Returns the text of an item's cite, and the trace of its evaluation.
    fn cite(&self, work: usize, disambiguation: &Disambiguation) -> (String, RenderTrace);
    /// Returns whether the cite of an item could show more names than it does before disambiguation.
    fn hides_names(&self, work: usize) -> bool;
    /// Returns the place of an item in the bibliography, which decides the order of year suffixes.
    fn rank(&self, work: usize) -> usize;
}

/// Returns what disambiguates the items of one group.
pub(super) fn resolve(
    group: &[usize],
    options: &Options,
    cites: &dyn CiteText,
) -> Vec<(usize, Disambiguation)> {
    let mut result = Vec::with_capacity(group.len());
    let by_cite = options.add_givenname && options.givenname_rule == GivennameRule::ByCite;
    let mut classes: Vec<(Disambiguation, Vec<usize>)> = Vec::new();
    let can_change = by_cite || group.iter().any(|work| cites.hides_names(*work));
    if (options.add_names || by_cite) && can_change {
        let mut pending = vec![(Disambiguation::default(), group.to_vec())];
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
        classes.push((Disambiguation::default(), group.to_vec()));
    }
    for (disambiguation, works) in classes {
        if works.len() == 1 {
            result.extend(works.into_iter().map(|work| (work, disambiguation.clone())));
        } else if options.add_year_suffix {
            let mut ordered = works;
            ordered.sort_by_key(|work| cites.rank(*work));
            for (number, work) in ordered.into_iter().enumerate() {
                result.push((
                    work,
                    Disambiguation {
                        year_suffix: Some(number),
                        ..disambiguation.clone()
                    },
                ));
            }
        } else if options.has_disambiguate {
            add_text(&disambiguation, &works, by_cite, cites, &mut result);
        } else {
            result.extend(works.into_iter().map(|work| (work, disambiguation.clone())));
        }
    }
    result
}

/// Makes one `disambiguate` condition after the other true until the cites differ. Items that are distinct
/// after a step keep that step. `by_cite` says that given names are added too.
fn add_text(
    start: &Disambiguation,
    works: &[usize],
    by_cite: bool,
    cites: &dyn CiteText,
    result: &mut Vec<(usize, Disambiguation)>,
) {
    const MOST: usize = 8;
    let mut left = works.to_vec();
    let mut disambiguation = start.clone();
    for level in 1..=MOST {
        disambiguation.disambiguate = level;
        let mut most = 1;
        let mut by_text: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for work in &left {
            let (text, trace) = cites.cite(*work, &disambiguation);
            most = most.max(trace.disambiguate_tests);
            by_text.entry(text).or_default().push(*work);
        }
        let last = level >= most || level == MOST;
        if by_cite && !last {
            let givens = &mut disambiguation.givens;
            citeproc_js::keep_first_given_name(givens, left.len(), by_text.len());
        }
        let mut still_equal = Vec::new();
        for (_, class) in by_text {
            if class.len() == 1 || last {
                result.extend(class.into_iter().map(|work| (work, disambiguation.clone())));
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

/// Adds names and given names to items whose cites are equal. Items that become distinct, and those that
/// cannot, go to `classes`; groups that were split go back to `pending`.
fn add_names(
    start: Disambiguation,
    works: Vec<usize>,
    by_cite: bool,
    options: &Options,
    cites: &dyn CiteText,
    pending: &mut Vec<(Disambiguation, Vec<usize>)>,
    classes: &mut Vec<(Disambiguation, Vec<usize>)>,
) {
    if works.len() == 1 {
        classes.push((start, works));
        return;
    }
    let observed: Vec<RenderTrace> = works
        .iter()
        .map(|work| cites.cite(*work, &start).1)
        .collect();
    // What the item with the fewest names can show, all can.
    let lists = observed
        .iter()
        .map(|trace| trace.name_lists.len())
        .max()
        .unwrap_or(0);
    let mut base = start.clone();
    let mut most_names = Vec::with_capacity(lists);
    for list in 0..lists {
        let in_list = || {
            observed
                .iter()
                .filter_map(|trace| trace.name_lists.get(list))
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
    for list in 0..lists {
        let total = most_names.get(list).copied().unwrap_or(0).min(MOST_NAMES);
        let mut position = 0;
        while position < total {
            // Show more of the given name at this position, then one more name.
            while by_cite
                && let Some(level) = base
                    .givens
                    .get_mut(list)
                    .and_then(|levels| levels.get_mut(position))
                && *level < 2
            {
                *level += 1;
                let done = try_step(
                    &mut kept, &base, list, position, &works, cites, pending, classes,
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
                        &mut kept, &base, list, position, &works, cites, pending, classes,
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

/// Tries a step. If it splits the items, each class of equal cites continues separately from here.
#[allow(clippy::too_many_arguments, reason = "the state of one walk")]
fn try_step(
    kept: &mut Disambiguation,
    base: &Disambiguation,
    list: usize,
    position: usize,
    works: &[usize],
    cites: &dyn CiteText,
    pending: &mut Vec<(Disambiguation, Vec<usize>)>,
    classes: &mut Vec<(Disambiguation, Vec<usize>)>,
) -> bool {
    let mut by_text: Vec<(String, Vec<usize>)> = Vec::new();
    let mut index: FxHashMap<String, usize> = FxHashMap::default();
    // A style without initials shows the whole given name at the first step.
    let mut level = 0;
    for work in works {
        let (text, trace) = cites.cite(*work, base);
        let levels = trace.name_lists.get(list).map(|names| &names.levels);
        level = level.max(
            levels
                .and_then(|levels| levels.get(position))
                .copied()
                .unwrap_or(0),
        );
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
    // Of all steps tried so far, only the one that helped is kept.
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
            *mine = if *new > 0 { level.max(*new) } else { 0 };
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
