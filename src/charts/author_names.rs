//! One person under several spellings: "Yochai Benkler", "Y. Benkler", "Benkler, Y."

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::CslName;
use crate::text;

/// A name on a work.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// The family name with its particles, without case and accents.
    family: String,
    /// The given names or initials, without case and accents.
    given: Vec<String>,
    /// The name as it is read.
    name: String,
    /// The number of the work.
    work: usize,
}

impl Person {
    /// Returns the person of a name on the work with this number.
    pub(super) fn of(name: &CslName, work: usize) -> Self {
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

/// The persons behind the names, each by its fullest name and with the number of its works. Names are of
/// one person where the family names are one, and the given names or initials fit those of one person
/// alone: "J. Smith" is neither John nor Jane.
pub(super) fn unified(people: Vec<Person>) -> Vec<(String, usize)> {
    let mut families: BTreeMap<String, BTreeMap<Vec<String>, Vec<Person>>> = BTreeMap::new();
    for person in people {
        let spellings = families.entry(person.family.clone()).or_default();
        spellings
            .entry(person.given.clone())
            .or_default()
            .push(person);
    }
    families.into_values().flat_map(of_family).collect()
}

fn of_family(spellings: BTreeMap<Vec<String>, Vec<Person>>) -> Vec<(String, usize)> {
    let mut fullest_first: Vec<(Vec<String>, Vec<Person>)> = spellings.into_iter().collect();
    let letters = |given: &[String]| given.iter().map(|part| part.chars().count()).sum::<usize>();
    fullest_first.sort_by_key(|(given, _)| std::cmp::Reverse(letters(given)));
    let mut groups: Vec<(Vec<String>, Vec<Person>)> = Vec::new();
    for (given, mut people) in fullest_first {
        let mut fitting = groups.iter_mut().filter(|(fuller, _)| fit(&given, fuller));
        match (fitting.next(), fitting.next()) {
            (Some((_, group)), None) => group.append(&mut people),
            _ => groups.push((given, people)),
        }
    }
    groups
        .into_iter()
        .map(|(_, people)| {
            let works: BTreeSet<usize> = people.iter().map(|person| person.work).collect();
            (usual_name(&people), works.len())
        })
        .collect()
}

/// Whether given names or initials may be those of the person with the fuller ones.
fn fit(given: &[String], fuller: &[String]) -> bool {
    let is_like = |(one, other): (&String, &String)| {
        let is_initial = one.chars().count() == 1 || other.chars().count() == 1;
        one == other || (is_initial && one.chars().next() == other.chars().next())
    };
    !given.is_empty() && !fuller.is_empty() && given.iter().zip(fuller).all(is_like)
}

/// The longest of the names, and of several the one that is used most.
fn usual_name(people: &[Person]) -> String {
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
            Person::of(&name, work)
        });
        unified(people.collect())
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
