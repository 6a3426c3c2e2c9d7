//! Annotation kinds: the texts that a list prints below each work.

use std::fmt;
use std::str::FromStr;

/// The kinds of text that a list prints below each work, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnnotationKinds {
    kinds: Vec<AnnotationKind>,
}

/// A kind of text below a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnotationKind {
    /// The annotation that belongs to the list.
    Annotation,
    /// The abstract of the work.
    Abstract,
    /// The private notes on the work.
    Note,
    /// The labels of its tags.
    Tags,
    /// The reasons for its tags.
    Why,
}

const NAMES: &[(&str, AnnotationKind)] = &[
    ("annotation", AnnotationKind::Annotation),
    ("abstract", AnnotationKind::Abstract),
    ("note", AnnotationKind::Note),
    ("tags", AnnotationKind::Tags),
    ("why", AnnotationKind::Why),
];

/// A name that is not an annotation kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown annotation kind \u{201c}{0}\u{201d}: expected annotation, abstract, note, tags, why or none"
)]
pub struct UnknownAnnotationKind(String);

impl FromStr for AnnotationKinds {
    type Err = UnknownAnnotationKind;

    /// Parses names separated by commas; `none` stands for no annotation.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut kinds = Vec::new();
        let names = text.split(',').map(str::trim);
        for name in names.filter(|name| !name.is_empty() && *name != "none") {
            let (_, kind) = NAMES
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .ok_or_else(|| UnknownAnnotationKind(name.to_owned()))?;
            if !kinds.contains(kind) {
                kinds.push(*kind);
            }
        }
        Ok(Self { kinds })
    }
}

impl AnnotationKinds {
    /// Removes a kind.
    pub fn remove(&mut self, kind: AnnotationKind) {
        self.kinds.retain(|other| *other != kind);
    }
}

impl fmt::Display for AnnotationKinds {
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

impl serde::Serialize for AnnotationKinds {
    fn serialize<S: serde::Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for AnnotationKinds {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        String::deserialize(reader)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl AnnotationKinds {
    /// Parses a stored value. Returns the empty set if a later version stored an unknown name.
    pub fn stored(text: &str) -> Self {
        text.parse().unwrap_or_default()
    }

    /// Returns whether this kind is printed.
    pub fn has(&self, kind: AnnotationKind) -> bool {
        self.kinds.contains(&kind)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = AnnotationKind> {
        self.kinds.iter().copied()
    }

    /// Returns the CSL variables that are printed below each work and that the style therefore need not
    /// print.
    pub(super) fn variables(&self) -> impl Iterator<Item = &'static str> {
        [
            (AnnotationKind::Abstract, "abstract"),
            (AnnotationKind::Note, "annote"),
        ]
        .into_iter()
        .filter(|(kind, _)| self.has(*kind))
        .map(|(_, variable)| variable)
    }
}
