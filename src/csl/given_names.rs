//! Persons who share a family name (clause "Disambiguation", `givenname-disambiguation-rule`).

use rustc_hash::{FxHashMap, FxHashSet};

use super::element::GivennameRule;
use super::initials;
use super::name_parts::NameParts;

/// The parts of a name that distinguish persons with the same family name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct NameKey {
    pub(super) family: String,
    pub(super) initials: String,
    pub(super) given: String,
}

/// The persons who share a family name, for the values of `givenname-disambiguation-rule` that go by name and
/// not by cite.
#[derive(Debug, Default)]
pub(super) struct GivenNames {
    rule: Option<GivennameRule>,
    particle_counts: bool,
    families: FxHashMap<String, FxHashMap<String, FxHashSet<String>>>,
}

impl GivenNames {
    /// Returns no persons, for styles without such a rule.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// Collects the persons that a rule has to distinguish.
    pub(super) fn new<'n>(
        rule: GivennameRule,
        particle_counts: bool,
        names: impl Iterator<Item = &'n NameParts>,
    ) -> Self {
        let mut this = Self {
            rule: Some(rule),
            particle_counts,
            families: FxHashMap::default(),
        };
        for name in names {
            let key = name_key(name, particle_counts);
            this.families
                .entry(key.family)
                .or_default()
                .entry(key.initials)
                .or_default()
                .insert(key.given);
        }
        this
    }

    /// Returns how much of a given name the rule shows: 0 for nothing, 1 for initials, 2 for all.
    pub(super) fn level(
        &self,
        person: &NameParts,
        position: usize,
        base: u8,
        has_initials: bool,
    ) -> u8 {
        let Some(rule) = self.rule else { return base };
        if person.given.is_empty() || (rule.primary_only() && position > 0) {
            return base;
        }
        let key = name_key(person, self.particle_counts);
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

/// Returns the key of a person.
pub(super) fn name_key(person: &NameParts, particle_counts: bool) -> NameKey {
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
