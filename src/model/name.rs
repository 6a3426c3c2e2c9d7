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

/// Returns whether a name in a list is none, but says that the list goes on: "others", "et al.", "u. a."
#[cfg(feature = "formats")]
pub(crate) fn is_et_al(name: &str) -> bool {
    const WORDS: [&str; 16] = [
        "others",
        "andothers",
        "etal",
        "etalia",
        "etalii",
        "etaliae",
        "etautres",
        "etcoll",
        "undandere",
        "yotros",
        "ycol",
        "ycols",
        "eoutros",
        "等",
        "他",
        "ほか",
    ];
    // Without full stops, these are initials or organizations.
    const ABBREVIATIONS: [&str; 5] = ["u.a.", "u.a.m.", "m.fl.", "идр.", "et.al."];
    let compact: String = name
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '[' | ']' | '(' | ')' | '~'))
        .collect();
    let word = compact.trim_end_matches('.').to_lowercase();
    WORDS.contains(&word.as_str())
        || ABBREVIATIONS.contains(&compact.as_str())
        || matches!(compact.as_str(), "..." | "\u{2026}")
}

/// Returns one or more names without the "et al." that ends them, as in "Doe J et al.", "Doe J [et. al.]" and, in TeX,
/// "Doe~J {et al}"; `None` if they do not.
#[cfg(feature = "formats")]
pub(crate) fn before_et_al(names: &str) -> Option<&str> {
    let is_mark = |c: char| c.is_whitespace() || "~,;[({".contains(c);
    let before_word = |text: &'_ str, word: &str| {
        let at = text.len().checked_sub(word.len())?;
        let (before, end) = text.split_at_checked(at)?;
        let is_word = before.is_empty() || before.ends_with(|c| is_mark(c) || c == '.');
        (is_word && end.eq_ignore_ascii_case(word)).then_some(at)
    };
    let open = names.trim_end_matches(|c: char| c.is_whitespace() || "~.])}".contains(c));
    let before = open.get(..before_word(open, "al")?)?;
    let before = before.trim_end_matches(|c: char| is_mark(c) || c == '.');
    let before = before.get(..before_word(before, "et")?)?;
    Some(before.trim_end_matches(is_mark))
}

/// Returns whether a word is a suffix of names.
#[cfg(feature = "formats")]
pub(crate) fn is_name_suffix(word: &str) -> bool {
    matches!(
        word.trim_end_matches('.').to_lowercase().as_str(),
        "jr" | "sr" | "ii" | "iii" | "iv"
    )
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
                // Others than nobody are nobody.
                (Name::Others, None) => {}
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

#[cfg(feature = "formats")]
impl PersonName {
    /// Returns whether the name has a family name and nothing else.
    pub(crate) fn has_family_only(&self) -> bool {
        !self.family.is_empty()
            && self.given.is_empty()
            && self.prefix.is_empty()
            && self.suffix.is_empty()
    }
}
