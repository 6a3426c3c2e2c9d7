//! Headings: what an overview shows of a work, as it lies on a card.

use super::drawers::{put_number, put_text, take_number, take_text};

/// What an overview shows of a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading<'h> {
    /// Its number in the library.
    pub id: i64,
    /// Its citation key.
    pub key: &'h str,
    /// The year in which it appeared, or began to; empty where it is not known.
    pub year: &'h str,
    /// Its title, without markup.
    pub title: Option<&'h str>,
    /// The names of its authors: see [`names`].
    authors: &'h str,
    /// What is seldom asked for, as it lies on the card: see [`Rest`].
    rest: &'h str,
}

/// What is to be written on the card of a heading.
pub(super) struct Card<'c> {
    pub(super) key: &'c str,
    pub(super) year: Option<i32>,
    pub(super) title: Option<&'c str>,
    pub(super) authors: &'c [String],
    pub(super) sort_author: &'c str,
    pub(super) entry_type: &'c str,
    pub(super) identification: Option<&'c str>,
    pub(super) original_year: Option<i32>,
}

impl Card<'_> {
    /// The text of the card: what nearly every overview shows comes first.
    pub(super) fn text(&self) -> String {
        let year = |year: Option<i32>| year.map(|year| year.to_string()).unwrap_or_default();
        let mut card = String::with_capacity(256);
        put_text(&mut card, self.key);
        put_text(&mut card, &year(self.year));
        put_optional_text(&mut card, self.title);
        put_text(&mut card, &names(self.authors));
        put_text(&mut card, self.sort_author);
        put_text(&mut card, self.entry_type);
        put_optional_text(&mut card, self.identification);
        put_text(&mut card, &year(self.original_year));
        card
    }
}

impl<'h> Heading<'h> {
    #[inline]
    pub(super) fn read(id: i64, mut card: &'h str) -> Option<Self> {
        let card = &mut card;
        Some(Self {
            id,
            key: take_text(card)?,
            year: take_text(card)?,
            title: take_optional_text(card)?,
            authors: take_text(card)?,
            rest: card,
        })
    }

    /// Its authors, or editors where it has none, as they are read: given name first.
    pub fn authors(&self) -> impl Iterator<Item = &'h str> + Clone + use<'h> {
        let mut rest = self.authors;
        std::iter::from_fn(move || take_text(&mut rest))
    }

    /// The year in which it appeared, or began to.
    pub fn year(&self) -> Option<i32> {
        self.year.parse().ok()
    }

    /// Its BibLaTeX type, in lower case.
    pub fn entry_type(&self) -> &'h str {
        self.rest().entry_type
    }

    /// `probable` or `unresolved` where it is not certain which work is meant.
    pub fn identification(&self) -> Option<&'h str> {
        self.rest().identification
    }

    pub(super) fn original_year(&self) -> Option<i32> {
        self.rest().original_year.parse().ok()
    }

    /// Its first author, as authors are sorted.
    pub(super) fn sort_author(&self) -> Option<&'h str> {
        let author = take_text(&mut { self.rest }).unwrap_or_default();
        Some(author).filter(|author| !author.is_empty())
    }

    /// What cannot be read is as if it were not there; `rebuild` makes it anew.
    fn rest(&self) -> Rest<'h> {
        Rest::read(self.rest).unwrap_or_default()
    }
}

/// What stands behind the rest on a card.
#[derive(Default)]
struct Rest<'h> {
    entry_type: &'h str,
    identification: Option<&'h str>,
    original_year: &'h str,
}

impl<'h> Rest<'h> {
    fn read(mut card: &'h str) -> Option<Self> {
        let card = &mut card;
        let _sort_author = take_text(card)?;
        Some(Self {
            entry_type: take_text(card)?,
            identification: take_optional_text(card)?,
            original_year: take_text(card)?,
        })
    }
}

/// Names behind each other, each with its length before it.
fn names(names: &[String]) -> String {
    let mut written = String::new();
    for name in names {
        put_text(&mut written, name);
    }
    written
}

/// Adds a text that may be missing: 0, or one more than its length and the text.
fn put_optional_text(to: &mut String, text: Option<&str>) {
    put_number(to, text.map_or(0, |text| text.len() + 1));
    to.push_str(text.unwrap_or_default());
}

#[inline]
fn take_optional_text<'c>(card: &mut &'c str) -> Option<Option<&'c str>> {
    let Some(length) = take_number(card)?.checked_sub(1) else {
        return Some(None);
    };
    let (text, rest) = card.split_at_checked(length)?;
    *card = rest;
    Some(Some(text))
}
