//! What stands below a work in a list.

use std::fmt;
use std::str::FromStr;

/// What stands below each work of a list, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Annotated {
    kinds: Vec<Kind>,
}

/// A kind of text below a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What the list says of it.
    Annotation,
    /// Its abstract.
    Abstract,
    /// The private notes on it.
    Note,
    /// What its tags are called.
    Tags,
    /// Why it has its tags.
    Why,
}

const NAMES: &[(&str, Kind)] = &[
    ("annotation", Kind::Annotation),
    ("abstract", Kind::Abstract),
    ("note", Kind::Note),
    ("tags", Kind::Tags),
    ("why", Kind::Why),
];

/// A text that names nothing to be printed below a work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\u{201c}{0}\u{201d} cannot stand below works; there are annotation, abstract, note, tags, why and none"
)]
pub struct UnknownKind(String);

impl FromStr for Annotated {
    type Err = UnknownKind;

    /// Reads names with commas between them; `none` is none.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut kinds = Vec::new();
        let names = text.split(',').map(str::trim);
        for name in names.filter(|name| !name.is_empty() && *name != "none") {
            let (_, kind) = NAMES
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .ok_or_else(|| UnknownKind(name.to_owned()))?;
            if !kinds.contains(kind) {
                kinds.push(*kind);
            }
        }
        Ok(Self { kinds })
    }
}

impl fmt::Display for Annotated {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self
            .kinds
            .iter()
            .filter_map(|kind| NAMES.iter().find(|(_, known)| known == kind))
            .map(|(name, _)| *name)
            .collect();
        formatter.write_str(&if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(",")
        })
    }
}

impl serde::Serialize for Annotated {
    fn serialize<S: serde::Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Annotated {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        String::deserialize(reader)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl Annotated {
    /// What a list has stored; nothing, where a later peerbib stored a name that this one does not know.
    pub(super) fn stored(text: &str) -> Self {
        text.parse().unwrap_or_default()
    }

    /// The kinds, in the order in which they are printed.
    pub(super) fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Whether a kind of text is printed.
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// The variables of CSL that are printed below each work, so that no style needs to print them.
    pub(super) fn variables(&self) -> impl Iterator<Item = &'static str> {
        [(Kind::Abstract, "abstract"), (Kind::Note, "annote")]
            .into_iter()
            .filter(|(kind, _)| self.has(*kind))
            .map(|(_, variable)| variable)
    }
}
