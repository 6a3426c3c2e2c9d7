//! The order of works in a list or a section.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use super::{WorkInList, original_year};
use crate::text::fold;

/// The order of works: by what, and in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order {
    /// By what they are ordered.
    pub by: OrderBy,
    /// Whether the last comes first.
    pub descending: bool,
}

/// By what works are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OrderBy {
    /// As the citation style has it.
    #[default]
    Style,
    /// The year in which they first appeared.
    Year,
    /// The first author.
    Author,
    /// The title, without an article at its beginning.
    Title,
    /// When they came into the library.
    Added,
    /// As a person put them.
    Hand,
}

const NAMES: &[(&str, OrderBy)] = &[
    ("style", OrderBy::Style),
    ("year", OrderBy::Year),
    ("author", OrderBy::Author),
    ("title", OrderBy::Title),
    ("added", OrderBy::Added),
    ("hand", OrderBy::Hand),
];

/// A text that names no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "works cannot be ordered by \u{201c}{0}\u{201d}; there are style, year, author, title, added and hand, \
     each with a minus before it for the other direction"
)]
pub struct UnknownOrder(String);

impl FromStr for Order {
    type Err = UnknownOrder;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().to_lowercase();
        let (name, descending) = match name.strip_prefix(['-', '\u{2212}']) {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, by)| Self {
                by: *by,
                descending,
            })
            .ok_or_else(|| UnknownOrder(text.to_owned()))
    }
}

impl fmt::Display for Order {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.descending { "-" } else { "" };
        let name = NAMES.iter().find(|(_, by)| *by == self.by);
        write!(
            formatter,
            "{sign}{}",
            name.map_or("style", |(name, _)| name)
        )
    }
}

impl serde::Serialize for Order {
    fn serialize<S: serde::Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Order {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        String::deserialize(reader)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl Order {
    /// Puts works into this order; those that have nothing to be ordered by stand last, and those that
    /// are alike in it stay as they stood. The order of the style is known to the style alone, so that
    /// works stay as they are. `places` are the places that a person gave them, by their numbers.
    pub(super) fn sort(self, works: &mut [WorkInList<'_>], places: &HashMap<i64, i64>) {
        match self.by {
            OrderBy::Style => {}
            OrderBy::Year => self.sort_by(works, |work| original_year(*work)),
            OrderBy::Author => self.sort_by(works, |(work, _)| {
                Some(work.sort_author.clone()).filter(|author| !author.is_empty())
            }),
            OrderBy::Title => self.sort_by(works, |work| title_key(*work)),
            OrderBy::Added => self.sort_by(works, |(work, _)| Some(work.id)),
            OrderBy::Hand => self.sort_by(works, |(work, _)| places.get(&work.id).copied()),
        }
    }

    fn sort_by<K: Ord>(
        self,
        works: &mut [WorkInList<'_>],
        key: impl Fn(&WorkInList<'_>) -> Option<K>,
    ) {
        works.sort_by(|one, other| match (key(one), key(other)) {
            (Some(one), Some(other)) if self.descending => other.cmp(&one),
            (Some(one), Some(other)) => one.cmp(&other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        });
    }
}

/// The articles that do not count in the order of titles, by language.
const ARTICLES: &[(&str, &[&str])] = &[
    ("en", &["the", "a", "an"]),
    ("de", &["der", "die", "das", "ein", "eine"]),
    ("fr", &["le", "la", "les", "un", "une", "des"]),
    ("es", &["el", "la", "los", "las", "un", "una"]),
    ("it", &["il", "lo", "la", "i", "gli", "le", "un", "una"]),
    ("nl", &["de", "het", "een"]),
    ("pt", &["o", "a", "os", "as", "um", "uma"]),
];

/// What a title is ordered by: its words without case, accents and the signs around them, and without
/// the article that it begins with.
fn title_key((work, item): WorkInList<'_>) -> Option<String> {
    let title = work.title.as_deref()?;
    let language = item.text("language").unwrap_or_else(|| "en".to_owned());
    let title = fold(title);
    let title = title.trim_start_matches(|c: char| !c.is_alphanumeric());
    let articles = ARTICLES
        .iter()
        .find(|(code, _)| language.to_lowercase().starts_with(code))
        .map_or(&[][..], |(_, articles)| articles);
    let without = title
        .split_once(' ')
        .filter(|(word, _)| articles.contains(word))
        .map(|(_, rest)| rest);
    Some(without.unwrap_or(title).to_owned())
}
