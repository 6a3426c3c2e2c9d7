//! Merges the spellings of an author's name: "Yochai Benkler", "Y. Benkler", "Benkler, Y."

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::CslName;
use crate::text;

/// A name on a work.
#[derive(Debug, Clone)]
pub(super) struct AuthorName {
    /// The folded family name with its particles.
    family: String,
    /// The folded given names or initials.
    given: Vec<String>,
    /// The name in reading order.
    name: String,
    /// The index of the work.
    work: usize,
}

impl AuthorName {
    /// Converts a name of the work with this index.
    pub(super) fn new(name: &CslName, work: usize) -> Self {
        let family = CslName::joined([
            &name.dropping_particle,
            &name.non_dropping_particle,
            &name.family,
            &name.literal,
        ]);
        Self {
            family: text::fold(&family),
            given: text::words(name.given.as_deref().unwrap_or_default()),
            name: name.reading_order(),
            work,
        }
    }
}

/// Returns each author by the fullest name, with the number of works. Two names are merged if the family
/// names are equal and the given names or initials fit only one author: "J. Smith" is neither John nor Jane.
pub(super) fn merge_spellings(people: Vec<AuthorName>) -> Vec<(String, usize)> {
    let mut families: BTreeMap<String, BTreeMap<Vec<String>, Vec<AuthorName>>> = BTreeMap::new();
    for person in people {
        let spellings = families.entry(person.family.clone()).or_default();
        spellings
            .entry(person.given.clone())
            .or_default()
            .push(person);
    }
    families.into_values().flat_map(merge_family).collect()
}

fn merge_family(spellings: BTreeMap<Vec<String>, Vec<AuthorName>>) -> Vec<(String, usize)> {
    let mut fullest_first: Vec<(Vec<String>, Vec<AuthorName>)> = spellings.into_iter().collect();
    let letters = |given: &[String]| given.iter().map(|part| part.chars().count()).sum::<usize>();
    fullest_first.sort_by_key(|(given, _)| std::cmp::Reverse(letters(given)));
    let mut groups: Vec<(Vec<String>, Vec<AuthorName>)> = Vec::new();
    for (given, mut people) in fullest_first {
        let mut fitting = groups
            .iter_mut()
            .filter(|(fuller, _)| is_compatible(&given, fuller));
        match (fitting.next(), fitting.next()) {
            (Some((_, group)), None) => group.append(&mut people),
            _ => groups.push((given, people)),
        }
    }
    groups
        .into_iter()
        .map(|(_, people)| {
            let works: BTreeSet<usize> = people.iter().map(|person| person.work).collect();
            (preferred_name(&people), works.len())
        })
        .collect()
}

/// Returns whether given names or initials are compatible with fuller ones.
fn is_compatible(given: &[String], fuller: &[String]) -> bool {
    let is_like = |(one, other): (&String, &String)| {
        let is_initial = one.chars().count() == 1 || other.chars().count() == 1;
        one == other || (is_initial && one.chars().next() == other.chars().next())
    };
    !given.is_empty() && !fuller.is_empty() && given.iter().zip(fuller).all(is_like)
}

/// Returns the longest name, or the most frequent one of several.
fn preferred_name(people: &[AuthorName]) -> String {
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for person in people {
        *uses.entry(&person.name).or_default() += 1;
    }
    let name = uses
        .into_iter()
        .max_by_key(|(name, uses)| (name.chars().count(), *uses, std::cmp::Reverse(*name)));
    name.map_or_else(String::new, |(name, _)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(names: &[(&str, &str)]) -> Vec<(String, usize)> {
        let people = names.iter().enumerate().map(|(work, (given, family))| {
            let name = CslName {
                given: (!given.is_empty()).then(|| (*given).to_owned()),
                family: Some((*family).to_owned()),
                ..CslName::default()
            };
            AuthorName::new(&name, work)
        });
        merge_spellings(people.collect())
    }

    #[test]
    fn initials_are_those_of_the_person_they_fit() {
        let found = people(&[("Yochai", "Benkler"), ("Y.", "Benkler"), ("Y", "BENKLER")]);
        assert_eq!(found, [("Yochai Benkler".to_owned(), 3)]);
        let found = people(&[
            ("Jean-Claude", "Guédon"),
            ("J.-C.", "Guédon"),
            ("J", "Guédon"),
        ]);
        assert_eq!(found, [("Jean-Claude Guédon".to_owned(), 3)]);
    }

    #[test]
    fn two_persons_stay_two() {
        let found = people(&[("Stefan", "Merten"), ("Stefan", "Meretz")]);
        assert_eq!(found.len(), 2);
        let found = people(&[("Michel", "Bauwens"), ("Michael", "Bauwens")]);
        assert_eq!(found.len(), 2);
        let found = people(&[("John", "Smith"), ("Jane", "Smith"), ("J.", "Smith")]);
        assert_eq!(found.len(), 3);
        assert_eq!(people(&[("Elinor", "Ostrom"), ("", "Ostrom")]).len(), 2);
    }
}
