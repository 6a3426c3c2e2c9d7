//! Which of several duplicates should stay.

use std::collections::HashSet;

use crate::formats::bibtex::schema;
use crate::model::Entry;

/// The work of a group that should stay, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Survivor {
    /// Its key.
    pub key: String,
    /// What makes it better than the others.
    pub reason: String,
}

/// What makes an entry worth keeping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Merits {
    status: Status,
    /// How many fields have a value that a style may print.
    fields: usize,
    key: KeyQuality,
}

/// The tag of the facet `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Unverified,
    Unknown,
    Verified,
}

/// How well a person can read a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum KeyQuality {
    /// A program made it: `ABCD2345`, `DBLP:conf/oss/2004`, `ref-17`.
    Machine,
    /// It has words.
    Words,
    /// It has a name and a year.
    NameAndYear,
}

/// Fields that say nothing about the work itself.
const PRIVATE: &[&str] = &[
    "abstract",
    "annotation",
    "annote",
    "crossref",
    "file",
    "ids",
    "keywords",
    "langid",
    "note",
    "owner",
    "pdf",
    "timestamp",
    "urldate",
    "xdata",
];

/// A readable key is worth as much as this many fields.
const KEY_WEIGHT: usize = 2;

impl Merits {
    /// Returns the merits of an entry; `tagged` says whether its work is tagged as verified, and as unverified.
    pub(super) fn of(work: &Entry, key: &str, tagged: (bool, bool)) -> Self {
        let fields: HashSet<&str> = work
            .fields
            .iter()
            .filter(|field| {
                !field
                    .value
                    .trim_matches(['{', '}', '"', ' ', '\n'])
                    .is_empty()
            })
            .filter_map(|field| schema::field(&field.name.to_ascii_lowercase()))
            .map(|row| row.base)
            .filter(|name| !PRIVATE.contains(name))
            .collect();
        Self {
            status: match tagged {
                (true, _) => Status::Verified,
                (_, true) => Status::Unverified,
                _ => Status::Unknown,
            },
            fields: fields.len(),
            key: KeyQuality::of(key),
        }
    }

    /// Returns what to compare works by.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        let key = match self.key {
            KeyQuality::Machine => 0,
            KeyQuality::Words => 1,
            KeyQuality::NameAndYear => 2,
        };
        (self.status, self.fields + KEY_WEIGHT * key)
    }
}

impl KeyQuality {
    fn of(key: &str) -> Self {
        let mut longest_word = 0;
        let mut word = 0;
        let mut digits = 0;
        let mut has_year = false;
        for character in key.chars().chain([' ']) {
            if character.is_ascii_digit() {
                digits += 1;
            } else {
                has_year |= digits == 4 || digits == 2;
                digits = 0;
            }
            word = if character.is_alphabetic() {
                word + 1
            } else {
                0
            };
            longest_word = longest_word.max(word);
        }
        let lower = key.to_lowercase();
        let is_placeholder = ["noauthor", "unknown", "untitled", "anonymous", "nodate"]
            .iter()
            .any(|word| lower.contains(word));
        let is_item_key = key.len() == 8
            && key
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        let is_hash = key.len() >= 16 && lower.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        let is_number = ["ref", "item", "entry", "bib", "cite", "key"]
            .iter()
            .filter_map(|word| lower.strip_prefix(word))
            .any(|rest| {
                !rest.is_empty()
                    && rest
                        .chars()
                        .all(|c| c.is_ascii_digit() || matches!(c, '-' | '_'))
            });
        if longest_word < 3
            || key.contains([':', '/'])
            || is_placeholder
            || is_item_key
            || is_hash
            || is_number
        {
            Self::Machine
        } else if has_year {
            Self::NameAndYear
        } else {
            Self::Words
        }
    }
}

/// Returns which work of a group stays, and why it is better than the others: the first, which [`Merits::rank`] has
/// chosen.
pub(super) fn survivor(group: &[(&str, &Merits)]) -> Survivor {
    let Some(((key, best), others)) = group.split_first() else {
        return Survivor {
            key: String::new(),
            reason: String::new(),
        };
    };
    let beats = |is_better: &dyn Fn(&Merits) -> bool| {
        !others.is_empty() && others.iter().all(|(_, other)| is_better(other))
    };
    let mut reasons = Vec::new();
    if best.status == Status::Verified && beats(&|other| other.status < best.status) {
        reasons.push("verified".to_owned());
    } else if best.status > Status::Unverified && beats(&|other| other.status < best.status) {
        reasons.push("the only one that is not marked as unverified".to_owned());
    }
    let most = others.iter().map(|(_, other)| other.fields).max();
    let most = most.unwrap_or_default();
    if best.fields > most {
        reasons.push(format!(
            "most complete ({} fields, not {most})",
            best.fields
        ));
    }
    if best.key > KeyQuality::Machine && beats(&|other| other.key < best.key) {
        reasons.push("readable key".to_owned());
    }
    if reasons.is_empty() {
        reasons.push(
            if beats(&|other| other.rank() == best.rank()) {
                "equally good, and the oldest"
            } else {
                "best on balance of status, fields and key"
            }
            .to_owned(),
        );
    }
    Survivor {
        key: (*key).to_owned(),
        reason: reasons.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::bibtex;

    #[test]
    fn keys_of_people_are_told_from_those_of_programs() {
        for key in [
            "benkler2006wealth",
            "Benkler06",
            "ostrom_1990",
            "dafermos-2012a",
        ] {
            assert_eq!(KeyQuality::of(key), KeyQuality::NameAndYear, "{key}");
        }
        for key in ["wealth", "benkler-wealth"] {
            assert_eq!(KeyQuality::of(key), KeyQuality::Words, "{key}");
        }
        for key in [
            "ABCD2345",
            "DBLP:conf/oss/Berg04",
            "ref-17",
            "item12",
            "noauthor_untitled_2004",
            "1234",
            "b1",
            "0d5c6b9ce2f84c1e9a7b",
        ] {
            assert_eq!(KeyQuality::of(key), KeyQuality::Machine, "{key}");
        }
    }

    fn merits(source: &str, tagged: (bool, bool)) -> Merits {
        let work = bibtex::parse_entry(source).unwrap();
        Merits::of(&work, &work.key, tagged)
    }

    #[test]
    fn the_reason_names_what_the_others_lack() {
        let full = merits(
            "@book{wren2001, title = {T}, author = {A}, publisher = {P}, year = 2001}",
            (false, false),
        );
        let short = merits("@book{ABCD2345, title = {T}, note = {}}", (false, false));
        let checked = merits("@book{b, title = {T}}", (true, false));
        let why = |group: &[(&str, &Merits)]| survivor(group).reason;
        assert_eq!(
            why(&[("wren2001", &full), ("ABCD2345", &short)]),
            "most complete (4 fields, not 1), readable key"
        );
        assert_eq!(why(&[("b", &checked), ("wren2001", &full)]), "verified");
        assert_eq!(
            why(&[("b", &short), ("c", &short)]),
            "equally good, and the oldest"
        );
        assert!(checked.rank() > full.rank() && full.rank() > short.rank());
    }
}
