//! Persons who share a family name (clause "Disambiguation", `givenname-disambiguation-rule`).

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::compiled::Options;
use super::element::{DemoteParticle, GivennameRule};
use super::initials;
use super::name_parts::{NameParts, Namesakes};
use super::prepared_item::PreparedItem;
use super::variables::VariableId;

impl Namesakes {
    /// Returns how much of the given name at this position a rule shows: 0 for nothing, 1 for initials, 2 for all.
    pub(super) fn level(
        self,
        rule: GivennameRule,
        position: usize,
        base: u8,
        has_initials: bool,
    ) -> u8 {
        if rule.primary_only() && position > 0 {
            return base;
        }
        if rule.initials_only() {
            return if self.other_initials {
                base.max(1)
            } else {
                base
            };
        }
        if self.same_initials || (self.other_initials && !has_initials) {
            2
        } else if self.other_initials {
            base.max(1)
        } else {
            base
        }
    }

    /// Returns how much of the given name is shown where a style adds given names by cite: initials become the full
    /// name if another person of the same item has them, too. The specification has this rule for cites only; see
    /// [`find_namesakes_within_items`].
    pub(super) fn level_within_item(self, base: u8) -> u8 {
        if base == 1 && self.same_initials {
            2
        } else {
            base
        }
    }
}

/// Returns the rule of a style that shows given names by name, and not by cite; none if it has no such rule.
pub(super) fn rule_by_name(options: &Options) -> Option<GivennameRule> {
    let rule = options.givenname_rule;
    (options.add_givenname && rule != GivennameRule::ByCite).then_some(rule)
}

/// Finds the namesakes of all persons among those that the cites of the items name. `printed` has the name variables
/// that the cite of each item prints. Returns for each item whether it has a person with namesakes.
pub(super) fn find_namesakes(
    items: &mut [PreparedItem],
    printed: &[Vec<VariableId>],
    rule: GivennameRule,
    options: &Options,
) -> Vec<bool> {
    let particle_counts = options.demote_particle == DemoteParticle::Never;
    // Libraries name the same persons again and again.
    let mut keys: FxHashMap<String, NameKey> = FxHashMap::default();
    let mut written = String::new();
    for (item, variables) in items.iter().zip(printed) {
        for variable in variables {
            let names = item.names(*variable);
            let count = if rule.primary_only() { 1 } else { names.len() };
            for name in names.iter().take(count).filter(|name| !name.is_literal()) {
                write_name(name, &mut written);
                if !keys.contains_key(&written) {
                    keys.insert(written.clone(), name_key(name, particle_counts));
                }
            }
        }
    }
    let mut families: Families<'_> = FxHashMap::default();
    for key in keys.values() {
        families
            .entry(&key.family)
            .or_default()
            .entry(&key.initials)
            .or_default()
            .insert(&key.given);
    }
    let known: FxHashMap<&str, Namesakes> = keys
        .iter()
        .map(|(written, key)| (written.as_str(), namesakes(&families, key)))
        .collect();
    items
        .par_iter_mut()
        .map_init(String::new, |written, item| {
            let mut any = false;
            for name in item.name_lists_mut().flatten() {
                if name.given.is_empty() || name.is_literal() {
                    continue;
                }
                write_name(name, written);
                name.namesakes = match known.get(written.as_str()) {
                    Some(namesakes) => *namesakes,
                    None => namesakes(&families, &name_key(name, particle_counts)),
                };
                any |= name.namesakes != Namesakes::default();
            }
            any
        })
        .collect()
}

/// Finds the namesakes of persons within each item, as citeproc-js does where given names are added by cite: "Smith,
/// John, & Smith, Jane" in a bibliography with initials. It processes the names in the order in which it prints them,
/// first those of the cite (`printed`), so that a translator is compared with the authors, but not the authors with a
/// translator.
pub(super) fn find_namesakes_within_items(
    items: &mut [PreparedItem],
    printed: &[Vec<VariableId>],
    options: &Options,
) {
    let particle_counts = options.demote_particle == DemoteParticle::Never;
    items
        .par_iter_mut()
        .zip(printed)
        .for_each(|(item, printed)| {
            let mut families: Vec<&str> = item
                .name_lists()
                .flatten()
                .filter(|name| !name.given.is_empty() && !name.is_literal())
                .map(|name| &*name.family)
                .collect();
            families.sort_unstable();
            if families.windows(2).any(|pair| pair.first() == pair.last()) {
                find_namesakes_within(item, printed, particle_counts);
            }
        });
}

fn find_namesakes_within(item: &mut PreparedItem, printed: &[VariableId], particle_counts: bool) {
    let key = |name: &NameParts| {
        (!name.given.is_empty() && !name.is_literal()).then(|| name_key(name, particle_counts))
    };
    let mut seen: Vec<NameKey> = printed
        .iter()
        .flat_map(|variable| item.names(*variable))
        .filter_map(key)
        .collect();
    for name in item.name_lists_mut().flatten() {
        let Some(key) = key(name) else { continue };
        let has_same_initials = |other: &NameKey| {
            other.family == key.family && other.initials == key.initials && other.given != key.given
        };
        name.namesakes.same_initials = seen.iter().any(has_same_initials);
        seen.push(key);
    }
}

/// The given names of persons by their family names and initials.
type Families<'k> = FxHashMap<&'k str, FxHashMap<&'k str, FxHashSet<&'k str>>>;

fn namesakes(families: &Families<'_>, key: &NameKey) -> Namesakes {
    let Some(initials) = families.get(key.family.as_str()) else {
        return Namesakes::default();
    };
    Namesakes {
        other_initials: initials.len() > 1,
        same_initials: initials
            .get(key.initials.as_str())
            .is_some_and(|given| given.len() > 1),
    }
}

/// The parts of a name that distinguish persons with the same family name.
struct NameKey {
    family: String,
    initials: String,
    given: String,
}

/// Returns the key of a person.
fn name_key(person: &NameParts, particle_counts: bool) -> NameKey {
    let plain = |text: &str| {
        text.replace('.', " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut family = plain(&person.family);
    if particle_counts && !person.non_dropping_particle.is_empty() && !family.is_empty() {
        family = format!("{family} {}", person.non_dropping_particle);
    }
    let given = plain(&person.given);
    let initials = initials::initialize(&given, "%s", true);
    NameKey {
        family,
        initials,
        given,
    }
}

/// Writes the parts of a name that its key is made of.
fn write_name(person: &NameParts, into: &mut String) {
    into.clear();
    for part in [&person.family, &person.non_dropping_particle, &person.given] {
        into.push_str(part);
        into.push('\0');
    }
}
