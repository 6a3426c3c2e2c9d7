//! Merges the spellings of an author's name: "Yochai Benkler", "Y. Benkler", "Benkler, Y."

use std::collections::{BTreeMap, HashMap};

use crate::model::CslName;
use crate::text;

/// The names on works: by family name with particles, then by given names or initials, all folded.
#[derive(Debug, Default)]
pub(super) struct AuthorSpellings {
    families: BTreeMap<String, BTreeMap<Vec<String>, NameSpelling>>,
}

/// A name in one spelling, apart from case and accents.
#[derive(Debug, Default)]
struct NameSpelling {
    /// The number of each spelling, in reading order.
    names: HashMap<String, usize>,
    /// The numbers of its works, in ascending order.
    works: Vec<usize>,
}

impl AuthorSpellings {
    /// Adds a name of the work with this number. The numbers ascend.
    pub(super) fn add(&mut self, name: &CslName, work: usize) {
        let family = CslName::joined([
            &name.dropping_particle,
            &name.non_dropping_particle,
            &name.family,
            &name.literal,
        ]);
        let given = text::words(name.given.as_deref().unwrap_or_default());
        let spellings = self.families.entry(text::fold(&family)).or_default();
        let spelling = spellings.entry(given).or_default();
        *spelling.names.entry(name.reading_order()).or_default() += 1;
        if spelling.works.last() != Some(&work) {
            spelling.works.push(work);
        }
    }

    /// Returns each author by the fullest name, with the number of works. Two names are merged if the family names are
    /// equal and the given names or initials fit only one author: "J. Smith" is neither John nor Jane.
    pub(super) fn merged(self) -> Vec<(String, usize)> {
        self.families.into_values().flat_map(merge_family).collect()
    }
}

fn merge_family(spellings: BTreeMap<Vec<String>, NameSpelling>) -> Vec<(String, usize)> {
    let mut fullest_first: Vec<(Vec<String>, NameSpelling)> = spellings.into_iter().collect();
    let letters = |given: &[String]| given.iter().map(|part| part.chars().count()).sum::<usize>();
    fullest_first.sort_by_key(|(given, _)| std::cmp::Reverse(letters(given)));
    let mut groups: Vec<(Vec<String>, NameSpelling)> = Vec::new();
    for (given, spelling) in fullest_first {
        let mut fitting = groups
            .iter_mut()
            .filter(|(fuller, _)| is_compatible(&given, fuller));
        match (fitting.next(), fitting.next()) {
            (Some((_, group)), None) => {
                group.works.extend(spelling.works);
                for (name, uses) in spelling.names {
                    *group.names.entry(name).or_default() += uses;
                }
            }
            _ => groups.push((given, spelling)),
        }
    }
    groups
        .into_iter()
        .map(|(_, mut group)| {
            group.works.sort_unstable();
            group.works.dedup();
            (preferred_name(&group.names), group.works.len())
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
fn preferred_name(names: &HashMap<String, usize>) -> String {
    let name = names
        .iter()
        .max_by_key(|(name, uses)| (name.chars().count(), **uses, std::cmp::Reverse(*name)));
    name.map_or_else(String::new, |(name, _)| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(names: &[(&str, &str)]) -> Vec<(String, usize)> {
        let mut spellings = AuthorSpellings::default();
        for (work, (given, family)) in names.iter().enumerate() {
            let name = CslName {
                given: (!given.is_empty()).then(|| (*given).to_owned()),
                family: Some((*family).to_owned()),
                ..CslName::default()
            };
            spellings.add(&name, work);
        }
        spellings.merged()
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
