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
}

impl Name {
    /// Returns the name in CSL. `use_prefix` is the default for names that do not set it.
    ///
    /// The end of a truncated list becomes the literal name "others", as other programs write it.
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
                    ..CslName::default()
                }
            }
        }
    }
}
