//! Names of persons and organisations, in the parts that BibTeX and BibLaTeX distinguish.

use super::CslName;

/// One name of a list of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// A person.
    Person(PersonName),
    /// An organisation, or a person whose name is never inverted or shortened.
    Corporate(String),
    /// `and others`: the list is truncated.
    Others,
}

/// The parts of a person's name (BibLaTeX manual, §2.3.3), as plain text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonName {
    /// The family name, or the only one.
    pub family: String,
    /// The given names.
    pub given: String,
    /// The name prefix: "von", "de la".
    pub prefix: String,
    /// The name suffix: "Jr.", "III".
    pub suffix: String,
    /// Whether the prefix belongs to the family name in citing and sorting; `None` if the name
    /// itself does not set it (`useprefix` of the extended name format).
    pub use_prefix: Option<bool>,
    /// Whether a comma goes before the suffix wherever it is printed (`juniorcomma` of the extended name
    /// format).
    pub junior_comma: bool,
}

impl Name {
    /// Returns a list of names in CSL. `use_prefix` is the default for names that do not set it.
    ///
    /// The last name says whether the list is truncated.
    pub fn list_to_csl(names: &[Self], use_prefix: bool) -> Vec<CslName> {
        let mut list: Vec<CslName> = Vec::with_capacity(names.len());
        for name in names {
            match (name, list.last_mut()) {
                (Name::Others, Some(last)) => last.truncated = Some(true),
                _ => list.push(name.to_csl(use_prefix)),
            }
        }
        list
    }

    /// Returns the name in CSL; "and others" by itself is the literal name "others".
    pub fn to_csl(&self, use_prefix: bool) -> CslName {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        match self {
            Name::Others => CslName {
                literal: Some("others".to_owned()),
                ..CslName::default()
            },
            Name::Corporate(name) => CslName {
                literal: Some(name.clone()),
                ..CslName::default()
            },
            Name::Person(person) => {
                let stays = person.use_prefix.unwrap_or(use_prefix);
                CslName {
                    family: some(&person.family),
                    given: some(&person.given),
                    non_dropping_particle: some(&person.prefix).filter(|_| stays),
                    dropping_particle: some(&person.prefix).filter(|_| !stays),
                    suffix: some(&person.suffix),
                    comma_suffix: person.junior_comma.then(|| Box::new(true.into())),
                    ..CslName::default()
                }
            }
        }
    }
}
