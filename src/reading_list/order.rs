//! The order of works in a list or a section.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use super::{WorkInList, original_year};
use crate::csl::TextOrder;
use crate::language;
use crate::model::language_of;
use crate::text::fold;

/// A sort key and direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListOrder {
    /// The sort key.
    pub by: OrderBy,
    /// Whether the order is reversed.
    pub descending: bool,
}

/// The key by which works are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OrderBy {
    /// The order of the citation style.
    #[default]
    Style,
    /// The year of first publication.
    Year,
    /// The first author.
    Author,
    /// The title, without a leading article.
    Title,
    /// The time at which the work was added to the library.
    Added,
    /// The manual order.
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

/// A text that is not a list order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown order \u{201c}{0}\u{201d}: expected style, year, author, title, added or hand, \
     optionally with a leading minus to reverse it"
)]
pub struct UnknownListOrder(String);

impl FromStr for ListOrder {
    type Err = UnknownListOrder;

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
            .ok_or_else(|| UnknownListOrder(text.to_owned()))
    }
}

impl fmt::Display for ListOrder {
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

impl serde::Serialize for ListOrder {
    fn serialize<S: serde::Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ListOrder {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        String::deserialize(reader)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl ListOrder {
    /// Sorts works in this order. Works without a sort key come last; the sort is stable. For the style's
    /// order this is a no-op, since only the style knows it. `places` are the manual positions by work id, and
    /// `language` is that of the list, which sorts names and titles.
    pub(super) fn sort(
        self,
        works: &mut [WorkInList<'_>],
        places: &HashMap<i64, i64>,
        language: &str,
    ) {
        let text = TextOrder::new(language);
        match self.by {
            OrderBy::Style => {}
            OrderBy::Year => self.sort_by(works, |work| original_year(*work)),
            OrderBy::Author => self.sort_by(works, |(_, item)| {
                let name = item.principal_names().first()?.sort_order();
                Some(text.name_key(&name)).filter(|_| !name.is_empty())
            }),
            OrderBy::Title => self.sort_by(works, |work| Some(text.key(&sort_title(*work)?))),
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

/// Leading articles that are ignored when sorting titles, by language.
const ARTICLES: &[(&str, &[&str])] = &[
    ("en", &["the", "a", "an"]),
    ("de", &["der", "die", "das", "ein", "eine"]),
    ("fr", &["le", "la", "les", "un", "une", "des"]),
    ("es", &["el", "la", "los", "las", "un", "una"]),
    ("it", &["il", "lo", "la", "i", "gli", "le", "un", "una"]),
    ("nl", &["de", "het", "een"]),
    ("pt", &["o", "a", "os", "as", "um", "uma"]),
];

/// Returns the title without leading punctuation and without a leading article.
fn sort_title((work, item): WorkInList<'_>) -> Option<String> {
    let title = work.title.as_deref()?;
    let language = language_of(item).unwrap_or(Cow::Borrowed("en"));
    let title = title.trim_start_matches(|c: char| !c.is_alphanumeric());
    let articles = ARTICLES
        .iter()
        .find(|(code, _)| language::primary(&language) == *code)
        .map_or(&[][..], |(_, articles)| articles);
    let without = title
        .split_once(' ')
        .filter(|(word, _)| articles.contains(&fold(word).as_str()))
        .map(|(_, rest)| rest);
    Some(without.unwrap_or(title).to_owned())
}
